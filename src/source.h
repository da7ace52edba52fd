/*
 * source.h
 *		Tables whose rows change timelines, and which of their columns mean what.
 */
#ifndef BZ_SOURCE_H
#define BZ_SOURCE_H

#include "utils/rel.h"

#include "timeline.h"

/* measures of categories as bits */
#define BZ_HOLDS_ESTABLISHMENT 1
#define BZ_HOLDS_POST 2
#define BZ_HOLDS_GRADE 4
#define BZ_HOLDS_OUTSIDE 8
#define BZ_HOLDS_BODY 16
#define BZ_HOLDS_PLAN 32

/* what a source needs a column for */
typedef enum BzRole
{
	BZ_UNIT_COLUMN,
	BZ_SECTION_COLUMN,
	BZ_CATEGORY_COLUMN,
	BZ_PERSON_COLUMN,
	BZ_STARTS_COLUMN,
	BZ_ENDS_COLUMN,
	BZ_DURING_COLUMN, /* instead of both */
	BZ_SEATS_COLUMN,
	BZ_CONDITION_COLUMN,
	BZ_CLOSED_COLUMN,
	BZ_NROLES
} BzRole;

/* how the values of a column are read */
typedef enum BzForm
{
	BZ_FORM_NONE, /* the source has no such column */
	BZ_FORM_INT2,
	BZ_FORM_INT4,
	BZ_FORM_INT8,
	BZ_FORM_TEXT,	/* text, varchar */
	BZ_FORM_PADDED, /* char(n) */
	BZ_FORM_WORD,	/* what its output function makes of it */
	BZ_FORM_RESIDENT,
	BZ_FORM_DATE,
	BZ_FORM_TIMESTAMP,
	BZ_FORM_DATERANGE,
	BZ_FORM_BOOL
} BzForm;

typedef struct BzColumn
{
	AttrNumber attno;
	BzForm form;
	Oid type; /* without domains */
} BzColumn;

typedef struct BzSource
{
	int64 id;
	Oid relid; /* the table that was attached; a partition of it feeds the source, too */
	TlLevel level;
	BzColumn column[BZ_NROLES];
	int constant;		/* the category of all rows, -1: the column's */
	const char *system; /* whose aliases its units and categories are, NULL: they are ids and codes */
	bool ends_inclusive;
	uint8 holds;
	struct BzRoll *roll; /* where people are looked up by resident id; NULL: by index */
	Oid person_index;	 /* by which persons are found in a table, 0: none; only bz_sources_of() says */
} BzSource;

/* the triggers that a partition does not get from its table */
#define BZ_NOWN_TRIGGERS 3
extern const char *const bz_own_trigger[BZ_NOWN_TRIGGERS];

extern void bz_source_init(void);
extern int bz_sources(const BzSource **sources);
extern int bz_sources_of(Relation rel, bool written, const BzSource **sources);
extern List *bz_leaves(Oid relid, bool missing_ok);
extern uint8 bz_measure_bit(char measure);

#endif /* BZ_SOURCE_H */
