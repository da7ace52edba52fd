/*
 * staff.h
 *		Who is there: the seats that name their holders, and what was true of these on a day.
 */
#ifndef BZ_STAFF_H
#define BZ_STAFF_H

#include "utils/date.h"

#include "timeline.h"

/* A seat of the establishment whose holder is named */
typedef struct BzSeat
{
	int64 unit;
	int64 section; /* 0: none */
	int32 category;
	int32 from;
	int32 to;
	Oid source;
	int32 next; /* another seat of the holder; -1: none */
	bool counts;
} BzSeat;

/* What can have been otherwise once: facts of bianzhi.person_fact */
typedef enum BzFact
{
	BZ_FACT_BIRTH,
	BZ_FACT_TRACK,
	BZ_FACT_EDUCATION,
	BZ_FACT_DEGREE,
	BZ_FACT_SPECIALITY,
	BZ_NFACTS
} BzFact;

/* the education of whom it is not known */
#define BZ_NOT_KNOWN "不详"

/* The person at hand */
typedef struct BzStaff BzStaff;

/* What is pointed to is gone when it returns */
typedef void (*BzSeatUse)(BzStaff *staff, const BzSeat *seat, void *arg);

extern void bz_each_seat(TlRange days, DateADT facts_on, BzSeatUse use, void *arg);

extern int64 bz_staff_person(const BzStaff *staff);
extern bool bz_staff_birth(BzStaff *staff, DateADT *birth);
extern int bz_staff_age(BzStaff *staff, DateADT day);
extern int bz_staff_sex(BzStaff *staff);
extern const text *bz_staff_word(BzStaff *staff, BzFact fact);
extern bool bz_staff_retires(BzStaff *staff, int *month);
extern bool bz_staff_died(BzStaff *staff, DateADT *day);

#endif /* BZ_STAFF_H */
