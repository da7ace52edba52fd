/*
 * arrays.h
 *		Arrays of numbers over days, for many accounts one after the other.
 */
#ifndef BZ_ARRAYS_H
#define BZ_ARRAYS_H

#include "timeline.h"

typedef struct BzArrays BzArrays;

extern BzArrays *bz_arrays(int n);
extern void bz_arrays_next(BzArrays *arrays);
extern Datum bz_array(BzArrays *arrays, Oid type, const void *first, Size stride, const TlLevels *authorized);
extern Datum bz_array_of_days(const int32 *day, int n);

extern void bz_raise_out_of_range(void);

/* A number of seats as columns show it. */
static inline int32
bz_seats(int64 value)
{
	if (unlikely(value != (int32) value))
		bz_raise_out_of_range();
	return (int32) value;
}

#endif /* BZ_ARRAYS_H */
