/*
 * seat_guard.h
 *		A person holds one counted seat on a day.
 */
#ifndef BZ_SEAT_GUARD_H
#define BZ_SEAT_GUARD_H

#include "finder.h"
#include "scope.h"
#include "row.h"
#include "timeline.h"
#include "walk.h"

typedef struct BzSeat
{
	TlRange days;
	int64 unit;
} BzSeat;

/* A source that names persons, open to look up seats in */
typedef struct BzSeatTable
{
	BzSource source;
	Relation rel;
	Relation index; /* NULL: none that leads with the person */
	RegProcedure equal;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	BzWalk walk;
	bool walks; /* the index is of person_id, and persons are asked in ascending order */
} BzSeatTable;

/* what a guard is opened for */
typedef enum BzGuardUse
{
	BZ_GUARD_SEATS,
	BZ_GUARD_MANY_SEATS, /* persons are asked in ascending order: first all are held, then all looked at */
	BZ_GUARD_NAMES		 /* whether a person is named at all, in whatever a table is attached as */
} BzGuardUse;

typedef struct BzGuard
{
	BzFinder person;
	bool many; /* persons are asked in ascending order, and there are many */
	BzWalk persons;
	BzSeatTable *table;
	int ntables;
	int capacity;
	Snapshot started; /* what was committed when we began to look */
} BzGuard;

extern void bz_guard_open(BzGuard *g, BzGuardUse use);
extern void bz_guard_close(BzGuard *g);
extern void bz_guard_hold(BzGuard *g, int64 person, BzResidentId named_by, bool must_exist, Oid relid);
extern bool bz_guard_crowded(BzGuard *g, int64 person);
extern void
bz_guard_seats(BzGuard *g, int64 person, BzScope scope, BzSeat **now, int *nnow, BzSeat **was, int *nwas);
extern bool bz_guard_named(BzGuard *g, int64 person, bool by_number, const BzResidentId *id);
extern bool bz_seats_overlap(BzSeat *seat, int n);

#endif /* BZ_SEAT_GUARD_H */
