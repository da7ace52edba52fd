/*
 * errors.h
 *		The fields that drivers read instead of parsing messages.
 */
#ifndef BZ_ERRORS_H
#define BZ_ERRORS_H

#include "fmgr.h"

extern int bz_errconstraint_on(Oid relid, const char *constraint);
extern void bz_check_trigger(FunctionCallInfo fcinfo, const char *name);
extern void bz_check_fired_for(FunctionCallInfo fcinfo, const char *name, bool row);

#endif /* BZ_ERRORS_H */
