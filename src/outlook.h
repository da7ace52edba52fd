/*
 * outlook.h
 *		When the holders of seats and posts leave them, by law and by choice.
 *
 * Months are counted from 0, the first that begins after the day on which one
 * looks ahead.  Who leaves does so on the first day of a month.
 */
#ifndef BZ_OUTLOOK_H
#define BZ_OUTLOOK_H

#include "utils/date.h"

#include "retirement.h"
#include "timeline.h"

/* months that can be looked ahead: a long life */
#define BZ_OUTLOOK_MAX 1200

/* a month that does not come */
#define BZ_NEVER INT32_MAX

typedef enum BzWhy
{
	BZ_STAYS,		/* no day is known */
	BZ_RETIRES,		/* in the statutory month */
	BZ_CHOSE,		/* in another one, by choice */
	BZ_LEAVES_POST, /* at the age at which such posts are left */
	BZ_DIED,
	BZ_OVERDUE /* should have left before */
} BzWhy;

/* A row of a source that names a person */
typedef struct BzStay
{
	int64 unit;
	int64 section; /* 0: none */
	int64 person;
	int32 category;
	int32 seats;
	int32 from; /* days, as recorded */
	int32 to;
	int32 leaves; /* first day without the holder; TL_END: none is known */
	int32 birth;  /* month, BZ_NO_MONTH: not known */
	Oid source;
	uint8 why;	   /* BzWhy */
	bool recovers; /* who leaves it may take the seat along (出一减一) */
	bool here;	   /* the person is there on the first day, here or elsewhere */
} BzStay;

typedef struct BzOutlook
{
	MemoryContext context;
	DateADT as_of;
	int first_month;
	int nmonths;
	int32 *day; /* on which the months begin */

	BzStay *stay;
	int64 nstays;
	int64 capacity;
	struct place_hash *places; /* by unit and category */
	int64 *first;			   /* of each place, in "member" */
	int32 *member;
	int nplaces;
} BzOutlook;

/* only the stays that count in this account; unit 0: all */
typedef struct BzPlace
{
	int64 unit;
	int32 category; /* bz_category_id() */
} BzPlace;

typedef void (*BzTake)(HeapTuple tuple, TupleDesc desc, void *arg);

extern BzOutlook *bz_outlook(DateADT as_of, int months, const BzPlace *only);
extern int bz_outlook_stays(const BzOutlook *o, int64 unit, int category, const int32 **member);
extern int bz_outlook_month(const BzOutlook *o, int32 day);
extern void bz_outlook_ask(BzOutlook *o, const char *sql, BzTake take, void *arg);

#endif /* BZ_OUTLOOK_H */
