/*
 * judge.h
 *		The queue, and the only place that refuses.
 */
#ifndef BZ_JUDGE_H
#define BZ_JUDGE_H

#include "scope.h"

/* in the order in which they are judged */
typedef enum BzCharge
{
	BZ_SEAT,		/* a person may hold two seats on a day */
	BZ_CEILING,		/* more quotas may be given out than a ceiling allows */
	BZ_CEILING_CUT, /* a ceiling was set, and may be below what is given out */
	BZ_BARE,		/* a row may stand where no quota line does */
	BZ_LIMIT		/* an account may be over */
} BzCharge;

typedef struct BzSuspect
{
	BzCharge charge;
	int64 key; /* a person, or an account */
	SubTransactionId sub;
} BzSuspect;

/* On whose account a refusal comes */
typedef struct BzWrite
{
	Oid relid;	/* table that was written, named in the refusal */
	Oid writer; /* role that wrote: its right to read decides how much the refusal tells */
} BzWrite;

extern void bz_judge_queue(const BzSuspect *suspect, int n, BzScope scope, Oid relid, bool own_statement);
extern void bz_judge_now(const BzSuspect *suspect, int n, BzScope scope, BzWrite write);

#endif /* BZ_JUDGE_H */
