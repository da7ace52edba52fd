/*
 * seat.c
 *		How people come and go: the codes of entries and exits exist.
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
#include "commands/trigger.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "errors.h"
#include "live.h"
#include "names.h"

/* A catalogue of codes, and what a seat says of it */
typedef struct Codes
{
	BzRel catalogue;
	const char *column;
	const char *constraint;
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

PG_FUNCTION_INFO_V1(seat_kinds);

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
check_code(Codes *codes, TriggerData *trigger)
{
	HeapTuple row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);
	char *code = SPI_getvalue(row, desc, SPI_fnumber(desc, codes->column));
	ListCell *cell;

	if (code == NULL)
		return;
	if (codes->context == NULL || codes->seen != bz_generation(codes->catalogue))
		load(codes);
	foreach (cell, codes->known)
		if (strcmp(lfirst(cell), code) == 0)
			return;
	ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			errmsg("insert or update on table \"%s\" violates foreign key constraint \"%s\"",
				   RelationGetRelationName(trigger->tg_relation), codes->constraint),
			errdetail("Key (%s)=(%s) is not present in table \"%s\".", codes->column, code, codes->column),
			errtableconstraint(trigger->tg_relation, codes->constraint));
}

/* AFTER INSERT OR UPDATE ... FOR EACH ROW of seats that name how the person came or went. */
Datum
seat_kinds(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	bz_check_fired_for(fcinfo, "seat_kinds", true);
	if (bz_state() != BZ_IS_LIVE)
		PG_RETURN_POINTER(NULL);
	LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
	check_code(&entry, trigger);
	check_code(&leaving, trigger);
	PG_RETURN_POINTER(NULL);
}
