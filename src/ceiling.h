/*
 * ceiling.h
 *		Which ceilings stand over the quotas of a unit.
 */
#ifndef BZ_CEILING_H
#define BZ_CEILING_H

#include "timeline.h"

typedef struct BzCeiling
{
	int64 top; /* the unit whose ceiling it is */
	TlRange days;
} BzCeiling;

extern bool bz_any_ceilings(void);
extern int bz_ceilings_over(int64 unit, int category, BzCeiling **over);

#endif /* BZ_CEILING_H */
