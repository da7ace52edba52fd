/*
 * row.h
 *		What a row of a source says.
 */
#ifndef BZ_ROW_H
#define BZ_ROW_H

#include "executor/tuptable.h"

#include "idcheck.h"
#include "source.h"

/* What a row says to the engine; all bytes set, so that two can be compared */
typedef struct BzRow
{
	int64 unit;
	int64 section;
	int64 person;	/* 0: none */
	int64 named_by; /* the resident id by which, 0: by number */
	int64 seats;
	int32 category;
	int32 from;
	int32 to;
	bool places; /* names a unit, a category and a day */
	bool counts; /* and is counted there */
	bool closed;
} BzRow;

extern void bz_row(const BzSource *source, TupleTableSlot *slot, bool written, BzRow *row);
extern bool bz_row_days(const BzSource *source, TupleTableSlot *slot, TlRange *days);
extern char *bz_row_word(const BzColumn *column, TupleTableSlot *slot, bool *isnull);
extern int bz_person_values(const BzColumn *column, int64 person, const BzResidentId *id, Datum values[]);

/* as many ways has an identity number to be written in a column of text */
#define BZ_PERSON_VALUES 3

#endif /* BZ_ROW_H */
