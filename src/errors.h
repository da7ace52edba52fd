/*
 * errors.h
 *		The fields that drivers read instead of parsing messages.
 */
#ifndef BZ_ERRORS_H
#define BZ_ERRORS_H

#include "fmgr.h"

extern int bz_errconstraint_on(Oid relid, const char *constraint);

#endif /* BZ_ERRORS_H */
