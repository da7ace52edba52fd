/*
 * vacancy.h
 *		What every account is authorised and carries on given days.
 */
#ifndef BZ_VACANCY_H
#define BZ_VACANCY_H

#include "timeline.h"

typedef struct BzSeries
{
	int32 *day; /* in ascending order */
	int ndays;
	TlLevels *level; /* on each day, for the account at hand */
	int64 unit;		 /* of that account */
	Datum category;	 /* text */
} BzSeries;

/* what to do with an account and its levels */
typedef void (*BzSeriesUse)(const BzSeries *series, void *arg);

/* Has an account something to show? */
static inline bool
bz_shows(const TlLevels *l)
{
	return l->v[TL_LINES] > 0 || l->v[TL_FILLED] != 0 || l->v[TL_RESERVED] != 0;
}

extern void bz_each_account(BzSeries *series, BzSeriesUse use, void *arg);

#endif /* BZ_VACANCY_H */
