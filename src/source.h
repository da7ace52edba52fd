/*
 * source.h
 *		Tables whose rows change timelines.
 */
#ifndef BZ_SOURCE_H
#define BZ_SOURCE_H

#include "executor/tuptable.h"

#include "timeline.h"

/* measures of categories as bits */
#define BZ_HOLDS_ESTABLISHMENT 1
#define BZ_HOLDS_POST 2
#define BZ_HOLDS_GRADE 4
#define BZ_HOLDS_OUTSIDE 8
#define BZ_HOLDS_BODY 16
#define BZ_HOLDS_PLAN 32

typedef struct BzSource
{
	Oid relid;
	TlLevel level;
	AttrNumber unit;
	AttrNumber section; /* 0 where the source has none, as below */
	AttrNumber category;
	int constant; /* the category of all rows, -1: the column's */
	AttrNumber person;
	AttrNumber starts;
	AttrNumber ends;
	AttrNumber during; /* instead of both */
	AttrNumber seats;
	AttrNumber condition;
	AttrNumber closed;
	uint8 holds;
} BzSource;

/* What a row says to the engine; all bytes set, so that two can be compared */
typedef struct BzRow
{
	int64 unit;
	int64 section;
	int64 person; /* 0: none */
	int64 seats;
	int32 category;
	int32 from;
	int32 to;
	bool places; /* names a unit, a category and a day */
	bool counts; /* and is counted there */
	bool closed;
} BzRow;

extern void bz_source_init(void);
extern int bz_sources(const BzSource **sources);
extern void bz_source_row(const BzSource *source, TupleTableSlot *slot, BzRow *row);
extern uint8 bz_measure_bit(char measure);

#endif /* BZ_SOURCE_H */
