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
} BzSeatTable;

typedef struct BzGuard
{
	BzFinder person;
	BzSeatTable *table;
	int ntables;
	int capacity;
	Snapshot started; /* what was committed when we began to look */
} BzGuard;

extern void bz_guard_open(BzGuard *g);
extern void bz_guard_close(BzGuard *g);
extern void bz_guard_hold(BzGuard *g, int64 person, bool must_exist, Oid relid);
extern bool bz_guard_crowded(BzGuard *g, int64 person);
extern void
bz_guard_seats(BzGuard *g, int64 person, BzScope scope, BzSeat **now, int *nnow, BzSeat **was, int *nwas);
extern bool bz_guard_named(BzGuard *g, int64 person, bool by_number, const BzResidentId *id);
extern bool bz_seats_overlap(BzSeat *seat, int n);

#endif /* BZ_SEAT_GUARD_H */
