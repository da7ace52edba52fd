/*
 * age_band.h
 *		Ages in full years, and the bands by which an office groups them.
 */
#ifndef BZ_AGE_BAND_H
#define BZ_AGE_BAND_H

#include "utils/date.h"

#define BZ_NO_AGE (-1)

typedef struct BzAgeBand
{
	Datum code; /* text */
	int from;
	int to;
} BzAgeBand;

typedef struct BzAgeBands
{
	int n;
	BzAgeBand band[FLEXIBLE_ARRAY_MEMBER]; /* the last is of all whom no other one takes */
} BzAgeBands;

extern int bz_age(DateADT birth, DateADT day);
extern BzAgeBands *bz_age_bands(void);
extern int bz_age_band(const BzAgeBands *bands, int age);

#endif /* BZ_AGE_BAND_H */
