/*
 * chance.h
 *		How likely the holders of the seats of an account are to have left, month by month.
 */
#ifndef BZ_CHANCE_H
#define BZ_CHANCE_H

#include "outlook.h"

/* A stay in an account, as month after month goes by */
typedef struct BzTrial
{
	double here;		  /* probability that the holder has not left */
	double freed;		  /* that he or she has, and the seat is free */
	double lost;		  /* that he or she has, and took the seat along */
	double rate;		  /* of leaving in the month at hand */
	int32 starts;		  /* the row covers the months from this one */
	int32 ends;			  /* to that before this one */
	int32 leaves;		  /* first month without the holder, by law or choice */
	int32 risk;			  /* first month in which one may leave by chance */
	int32 birthday;		  /* next month with another rate */
	int32 age;			  /* years, for which "rate" holds */
	const double *by_age; /* rates; NULL: none */
	const BzStay *stay;
	int32 seats;   /* of the stay, which lies elsewhere in memory */
	int32 number;  /* among the trials of the account */
	bool recovers; /* who leaves may take the seat along */
} BzTrial;

/* The trials of an account, and what else decides about its vacancies; good until the next one is asked for */
typedef struct BzTrials
{
	BzTrial *trial;
	int n;
	bool chance;			/* some may leave by chance, or take the seat along */
	const bool *lost;		/* months at whose beginning who leaves takes the seat along; NULL: none */
	const int32 *most_over; /* seats that may be over by then; NULL, INT32_MAX: nothing is said */
} BzTrials;

/* A month of an account, as far as it is left to chance */
typedef struct BzChance
{
	int n;			/* trials that may have freed seats */
	bool single;	/* of one seat each */
	double leaving; /* seats whose holders will likely have left before law or choice says so */
	double freed; /* seats likely free; where nobody takes a seat along, without those that are for certain */
	double recovered; /* seats likely taken along */
} BzChance;

typedef struct BzChances BzChances;

extern BzChances *bz_chances(BzOutlook *o);
extern void bz_trials(BzChances *c, int64 unit, int category, BzTrials *trials);
extern void bz_chance_month(BzChances *c, BzTrials *trials, int month, BzChance *chance);
extern const double *bz_chance_distribution(BzChances *c, const BzChance *chance, int64 *most);
extern void bz_chance_quantiles(BzChances *c, const BzChance *chance, const double *q, int nq, int64 *k);

#endif /* BZ_CHANCE_H */
