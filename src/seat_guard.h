/*
 * seat_guard.h
 *		A person holds one counted seat on a day.
 */
#ifndef BZ_SEAT_GUARD_H
#define BZ_SEAT_GUARD_H

#include "scope.h"
#include "timeline.h"

typedef struct BzSeat
{
	TlRange		days;
	int64		unit;
} BzSeat;

extern void bz_person_hold(int64 person, Oid relid);
extern bool bz_person_crowded(int64 person);
extern void bz_person_seats(int64 person, BzScope scope, BzSeat **now, int *nnow, BzSeat **was, int *nwas);
extern bool bz_seats_overlap(BzSeat *seat, int n);

#endif							/* BZ_SEAT_GUARD_H */
