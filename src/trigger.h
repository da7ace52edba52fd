/*
 * trigger.h
 *		How a trigger function of ours was called.
 */
#ifndef BZ_TRIGGER_H
#define BZ_TRIGGER_H

#include "fmgr.h"

extern void bz_check_trigger(FunctionCallInfo fcinfo, const char *name);
extern void bz_check_fired_for(FunctionCallInfo fcinfo, const char *name, bool row);
extern int bz_trigger_depth(void);

#endif /* BZ_TRIGGER_H */
