/*
 * forecast.h
 *		Vacancies to come, of an account.
 */
#ifndef BZ_FORECAST_H
#define BZ_FORECAST_H

#include "chance.h"

/* What is certain of a month of an account, in seats */
typedef struct BzCertain
{
	int64 retiring;	  /* of those filled, gone by then by law or choice */
	int64 this_month; /* of them, gone from this month on */
	int64 overdue;	  /* of those filled, whose holders should have left before */
} BzCertain;

extern void bz_certain(const BzTrials *trials, int nmonths, BzCertain *month);

#endif /* BZ_FORECAST_H */
