/*
 * retirement.h
 *		The statutory age of retirement in force from 2025-01-01.
 *
 * Source: 《国务院关于渐进式延迟法定退休年龄的办法》, approved by the Standing
 * Committee of the National People's Congress on 2024-09-13, whose annexed
 * tables go by the month of birth; 人社部发〔2024〕94号 for earlier and later
 * retirement by choice.  Which track a person is on is a fact about the person
 * that no rule derives from sex.
 *
 * Pure C: no allocation, no state.  A month is 12 * year + month - 1, with
 * astronomical years.
 */
#ifndef BZ_RETIREMENT_H
#define BZ_RETIREMENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define BZ_NO_MONTH INT_MIN

typedef enum BzTrack
{
	BZ_TRACK_M60, /* men, 60 before the reform */
	BZ_TRACK_F55, /* women, 55 before */
	BZ_TRACK_F50, /* women, 50 before */
	BZ_NTRACKS
} BzTrack;

/* Months in which one may retire, the first and the last included */
typedef struct BzRetirementWindow
{
	int earliest;
	int statutory;
	int latest;
} BzRetirementWindow;

extern bool bz_track_parse(const char *code, size_t length, BzTrack *track);
extern int bz_retirement_age(BzTrack track, int birth);
extern int bz_retirement_month(BzTrack track, int birth);
extern BzRetirementWindow bz_retirement_window(BzTrack track, int birth, bool official);
extern bool bz_retires(const BzTrack *track, int birth, int chosen, bool official, int *month);
extern int bz_contribution_months(int year);

#endif /* BZ_RETIREMENT_H */
