/*
 * timeline.h
 *		Step functions over days: what an account is authorised and what it carries.
 *
 * A timeline has five levels (decisions.md 1).  It changes on some days, the
 * steps; between two steps nothing changes.  It is stored in chunks, each the
 * levels just before its first day and the steps that fall into it, so that
 * chunks can be read alone and no step is ever said twice.
 *
 * Pure C: no PostgreSQL, no allocation, no error but a return value.  Days are
 * days since 2000-01-01 as in PostgreSQL's date; the two ends of int32 are
 * minus and plus infinity, again as there.
 */
#ifndef BZ_TIMELINE_H
#define BZ_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_BEGIN INT32_MIN
#define TL_END INT32_MAX

typedef enum TlLevel
{
	TL_AUTHORIZED, /* sum of the quota lines in force */
	TL_LINES,	   /* number of those lines; none: not authorised at all */
	TL_CLOSED,	   /* number of those lines that close the account to entries */
	TL_FILLED,	   /* seats taken */
	TL_RESERVED,   /* seats that open approvals still hold */
	TL_NLEVELS
} TlLevel;

/* levels beyond this do not fit the columns that show them */
#define TL_LEVEL_MAX INT32_MAX

typedef struct TlLevels
{
	int64_t v[TL_NLEVELS];
} TlLevels;

/* on "day" the levels change by "by"; also the form in which changes arrive */
typedef struct TlStep
{
	int32_t day;
	TlLevels by;
} TlStep;

/* days from "from" on, "to" excluded */
typedef struct TlRange
{
	int32_t from;
	int32_t to;
} TlRange;

/* steps of a stored chunk, and the share of that a split leaves in each */
#define TL_CHUNK_STEPS 128
#define TL_SPLIT_STEPS 96

/* bytes that "n" steps need at most: base, count, then day, mask and levels each */
#define TL_ENCODED_MAX(n) ((size_t) (10 * TL_NLEVELS + 5) + (size_t) (n) * (6 + 10 * TL_NLEVELS))

static inline int64_t
tl_load(const TlLevels *l)
{
	return l->v[TL_FILLED] + l->v[TL_RESERVED];
}

extern void tl_add(TlLevels *to, const TlLevels *by);
extern bool tl_is_zero(const TlLevels *l);
extern size_t tl_encode(const TlLevels *before, const TlStep *steps, int n, uint8_t *out);
extern int tl_decode(const uint8_t *in, size_t len, TlLevels *before, TlStep *steps, int capacity);
extern bool tl_levels(const uint8_t *in, size_t len, const int32_t *days, int ndays, TlLevels *levels);
extern int tl_count(const uint8_t *in, size_t len);
extern int tl_merge(const TlStep *a, int na, const TlStep *b, int nb, TlStep *out);

/* What a change of some days did to a stretch of timeline (tl_inspect) */
typedef enum TlFault
{
	TL_SOUND,
	TL_UNDERFLOW, /* filled, reserved, lines or closed below zero */
	TL_OVERFLOW	  /* a level beyond TL_LEVEL_MAX */
} TlFault;

typedef struct TlFindings
{
	TlFault fault;
	int32_t fault_day;
	TlLevel fault_level;
	bool uncovered; /* a day that lost its last line while it carries something */
	bool suspect;	/* a day that the judge has to look at */
	TlRange *bare;	/* ranges without any line, adjacent ones joined */
	int nbare;
} TlFindings;

extern void tl_inspect(const TlLevels *before, const TlStep *steps, int n, const TlLevels *net_before,
					   const TlStep *net, int nnet, TlRange within, TlFindings *found);

/* Several timelines walked side by side */
typedef struct TlCursor
{
	const TlStep *steps;
	int n;
	int next;
	TlLevels now;
} TlCursor;

extern void tl_start(TlCursor *c, const TlStep *steps, int n);
extern int32_t tl_next_day(const TlCursor *c, int n);
extern void tl_advance(TlCursor *c, int n, int32_t day);

#endif /* BZ_TIMELINE_H */
