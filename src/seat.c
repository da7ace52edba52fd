/*
 * seat.c
 *		What a seat or a post must say beside what is counted: codes of entries and
 *		exits that exist, and exemptions for what does not count.
 *
 * A foreign key asks the catalogue for every row, even where it names nothing,
 * and locks a row there that everybody wants.  The catalogues are short and
 * hardly ever change, so their codes are remembered; who takes one away waits
 * for all who may have gone by it (stop_writers in seat.sql).
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "errors.h"
#include "feed.h"
#include "names.h"
#include "query.h"
#include "seat.h"

/* A catalogue of codes, and what a seat says of it */
typedef struct Codes
{
	BzRel catalogue;
	const char *column;
	const char *constraint;
	AttrNumber attno; /* of the column */
	MemoryContext context;
	List *known; /* of C strings */
	uint64 seen;
} Codes;

static Codes entry = {.catalogue = BZ_ENTRY_KIND,
					  .column = "entry_kind",
					  .constraint = "occupancy_entry_kind_fkey"};
static Codes leaving = {.catalogue = BZ_EXIT_KIND,
						.column = "exit_kind",
						.constraint = "occupancy_exit_kind_fkey"};

static void
load(Codes *codes)
{
	Relation rel = table_open(bz_relid(codes->catalogue), AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AttrNumber attno = get_attnum(RelationGetRelid(rel), "code");
	uint64 now = bz_generation(codes->catalogue);

	codes->known = NIL;
	codes->attno = get_attnum(bz_relid(BZ_OCCUPANCY), codes->column);
	if (codes->context == NULL)
		codes->context = AllocSetContextCreate(TopMemoryContext, "bianzhi codes", ALLOCSET_SMALL_SIZES);
	else
		MemoryContextReset(codes->context);
	/* half a list, should an error end this, is no list */
	codes->seen = now - 1;
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		char *code = TextDatumGetCString(slot_getattr(slot, attno, &isnull));
		MemoryContext outer = MemoryContextSwitchTo(codes->context);

		codes->known = lappend(codes->known, pstrdup(code));
		MemoryContextSwitchTo(outer);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, NoLock);
	codes->seen = now;
}

static void
check_code(Codes *codes, Relation rel, TupleTableSlot *slot)
{
	bool isnull;
	Datum value;
	char *code;
	ListCell *cell;

	if (codes->context == NULL || codes->seen != bz_generation(codes->catalogue))
		load(codes);
	value = slot_getattr(slot, codes->attno, &isnull);
	if (isnull)
		return;
	/* what was read before who takes a code away is kept out may be old */
	LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
	if (codes->seen != bz_generation(codes->catalogue))
		load(codes);
	code = TextDatumGetCString(value);
	foreach (cell, codes->known)
		if (strcmp(lfirst(cell), code) == 0)
			return;
	ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			errmsg("insert or update on table \"%s\" violates foreign key constraint \"%s\"",
				   RelationGetRelationName(rel), codes->constraint),
			errdetail("Key (%s)=(%s) is not present in table \"%s\".", codes->column, code, codes->column),
			errtableconstraint(rel, codes->constraint));
}

/* A row that does not count is covered by exemptions on every day: L8. */
static void
check_uncounted(Relation rel, TupleTableSlot *slot, const BzRow *row)
{
	static const char *const column[] = {"person_id", "during"};
	Oid types[] = {INT8OID, INT8OID, DATERANGEOID};
	Datum values[lengthof(types)] = {Int64GetDatum(row->unit)};
	bool isnull;
	bool covered;

	for (int i = 0; i < (int) lengthof(column); i++)
		values[i + 1] = slot_getattr(slot, get_attnum(RelationGetRelid(rel), column[i]), &isnull);
	bz_query("SELECT bianzhi.uncounted_covered($1, $2, $3)", lengthof(types), types, values, true);
	covered = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_finish();
	if (!covered)
		ereport(
			ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			errmsg("a row that does not count needs an exemption with a document for every day"),
			errhint(
				"The establishment department adds a row of kind \"uncounted\" for the unit and the person to "
				"bianzhi.exemption."),
			bz_errconstraint_on(RelationGetRelid(rel), "uncounted_needs_document"));
}

/* A row of "occupancy" or "appointment" was written. */
static void
watch_row(TriggerData *trigger, const BzRow *was, const BzRow *is)
{
	TupleTableSlot *slot = was == NULL ? trigger->tg_trigslot : trigger->tg_newslot;

	if (is == NULL)
		return;
	if (RelationGetRelid(trigger->tg_relation) == bz_relid(BZ_OCCUPANCY))
	{
		check_code(&entry, trigger->tg_relation, slot);
		check_code(&leaving, trigger->tg_relation, slot);
	}
	if (!is->counts)
		check_uncounted(trigger->tg_relation, slot, is);
}

/* Called once, when the library is loaded. */
void
bz_seat_init(void)
{
	bz_feed_watch(BZ_OCCUPANCY, watch_row, NULL);
	bz_feed_watch(BZ_APPOINTMENT, watch_row, NULL);
}
