/*
 * as_owner.h
 *		What a caller may ask for and the owner of the extension does.
 */
#ifndef BZ_AS_OWNER_H
#define BZ_AS_OWNER_H

#include "fmgr.h"

extern void bz_must_own(Oid relid);
extern Datum bz_call_as_owner(FunctionCallInfo fcinfo, const char *sql, int nargs, Oid *types);

#endif /* BZ_AS_OWNER_H */
