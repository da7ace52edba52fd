/*
 * retirement.c
 *		The statutory age of retirement in force from 2025-01-01.
 */
#include "retirement.h"

#include <string.h>

#define MONTH(year, month) (12 * (year) + (month) -1)

/* since then the age rises, and retiring earlier or later can be chosen */
#define IN_FORCE MONTH(2025, 1)
/* how far from the statutory month (人社部发〔2024〕94号) */
#define FLEXIBLE_MONTHS 36

typedef struct Rule
{
	char code[4];
	int age;	   /* before the reform, in months */
	int first;	   /* month of birth of the first who retire later */
	int step;	   /* so many months of birth later, a month more */
	int max_delay; /* in months */
} Rule;

static const Rule rules[BZ_NTRACKS] = {
	[BZ_TRACK_M60] = {"M60", 12 * 60, MONTH(1965, 1), 4, 36},
	[BZ_TRACK_F55] = {"F55", 12 * 55, MONTH(1970, 1), 4, 36},
	[BZ_TRACK_F50] = {"F50", 12 * 50, MONTH(1975, 1), 2, 60},
};

/* Which track a code names; false: none. */
bool
bz_track_parse(const char *code, size_t length, BzTrack *track)
{
	for (int i = 0; i < BZ_NTRACKS; i++)
	{
		if (length == strlen(rules[i].code) && memcmp(code, rules[i].code, length) == 0)
		{
			*track = (BzTrack) i;
			return true;
		}
	}
	return false;
}

/* The age at which who was born in month "birth" has to retire, in months. */
int
bz_retirement_age(BzTrack track, int birth)
{
	const Rule *r = &rules[track];
	int delay = birth < r->first ? 0 : (birth - r->first) / r->step + 1;

	return r->age + (delay < r->max_delay ? delay : r->max_delay);
}

/* The month in which that is; the person is on duty to its last day. */
int
bz_retirement_month(BzTrack track, int birth)
{
	return birth + bz_retirement_age(track, birth);
}

/*
 * When one may choose to retire.  Nobody before the age of before the reform;
 * officials no later than the statutory month; who reached it before the
 * reform had no choice.
 */
BzRetirementWindow
bz_retirement_window(BzTrack track, int birth, bool official)
{
	int statutory = bz_retirement_month(track, birth);
	int floor = birth + rules[track].age;
	BzRetirementWindow w = {statutory, statutory, statutory};

	if (statutory >= IN_FORCE)
	{
		w.earliest = statutory - FLEXIBLE_MONTHS > floor ? statutory - FLEXIBLE_MONTHS : floor;
		w.latest = official ? statutory : statutory + FLEXIBLE_MONTHS;
	}
	return w;
}

/*
 * The month in which somebody retires: the chosen one (BZ_NO_MONTH: none), for
 * officials no later than the statutory one.  False: it is not known, because
 * track (NULL) or birth (BZ_NO_MONTH) is not.
 */
bool
bz_retires(const BzTrack *track, int birth, int chosen, bool official, int *month)
{
	bool known = track != NULL && birth != BZ_NO_MONTH;
	int statutory = known ? bz_retirement_month(*track, birth) : chosen;

	*month = chosen == BZ_NO_MONTH || (official && chosen > statutory) ? statutory : chosen;
	return known || chosen != BZ_NO_MONTH;
}

/* Months of contributions that a pension needs of who retires in a year: 15 years, from 2030 on 6 months more each year up to 20 years */
int
bz_contribution_months(int year)
{
	if (year < 2030)
		return 180;
	return year < 2039 ? 180 + (year - 2029) * 6 : 240;
}
