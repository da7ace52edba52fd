/*
 * feed.c
 *		The triggers of sources: they note what rows change, and have it applied.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "delta.h"
#include "feed.h"
#include "live.h"
#include "names.h"
#include "row.h"
#include "source.h"
#include "trigger.h"

/*
 * One of the extension's own tables may ask for more than to be counted.  A
 * trigger of its own with a condition would have PostgreSQL read the condition
 * anew in every statement; without one it would be queued for every row.
 */
typedef struct Watch
{
	BzRel table;
	BzRowWatch row;
	BzStatementWatch statement;
} Watch;

#define MAX_WATCHES 8

static Watch watches[MAX_WATCHES];
static int nwatches;

/* Called by rooms when the library is loaded; either function may be NULL. */
void
bz_feed_watch(BzRel table, BzRowWatch row, BzStatementWatch statement)
{
	Assert(nwatches < MAX_WATCHES);
	watches[nwatches].table = table;
	watches[nwatches].row = row;
	watches[nwatches++].statement = statement;
}

static void
tell_row(TriggerData *trigger, const BzRow *was, const BzRow *is)
{
	for (int i = 0; i < nwatches; i++)
		if (watches[i].row != NULL && bz_relid(watches[i].table) == RelationGetRelid(trigger->tg_relation))
			watches[i].row(trigger, was, is);
}

static void
tell_statement(TriggerData *trigger)
{
	for (int i = 0; i < nwatches; i++)
		if (watches[i].statement != NULL &&
			bz_relid(watches[i].table) == RelationGetRelid(trigger->tg_relation))
			watches[i].statement(trigger);
}

/* Note that a row begins (sign 1) or ends (sign -1) to stand. */
static void
note(const BzSource *source, const BzRow *row, int sign)
{
	BzDelta d = {0};

	if (!row->places || (sign < 0 && !row->counts))
		return;
	d.unit = row->unit;
	d.section = row->section;
	d.category = row->category;
	d.from = row->from;
	d.to = row->to;
	d.amount = (int32) (sign * row->seats);
	d.sign = sign;
	d.level = source->level;
	d.closed = row->closed && row->counts;
	d.holds = source->holds;
	if (source->level == TL_AUTHORIZED && !row->counts)
		d.level = TL_FILLED; /* a line that does not count is only looked up */
	bz_delta_note(&d);
	if (row->person != 0)
		bz_delta_person(row->person, (BzResidentId) row->named_by, sign > 0,
						sign > 0 && row->counts && source->level == TL_FILLED);
}

/*
 * The sources that a relation feeds.  Words of applications are looked up under
 * the lock that keeps who changes their meaning out until we have committed.
 */
static int
sources_of(Relation rel, const BzSource **fed)
{
	int n = bz_sources_of(rel, true, fed);

	if (n == 0)
		ereport(
			ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			errmsg("table \"%s\" has triggers of bianzhi but is not attached", RelationGetRelationName(rel)),
			errhint("Attach the table again, or take the triggers away with bianzhi.detach()."));
	for (int i = 0; i < n; i++)
		if ((*fed)[i].system != NULL)
		{
			LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
			/* who held it may have changed what is fed */
			return bz_sources_of(rel, true, fed);
		}
	return n;
}

PG_FUNCTION_INFO_V1(source_row);
PG_FUNCTION_INFO_V1(source_flush);
PG_FUNCTION_INFO_V1(source_truncate);
PG_FUNCTION_INFO_V1(source_columns);

/* AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW: note what the row changes. */
Datum
source_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const BzSource *fed;
	int n;

	bz_check_fired_for(fcinfo, "source_row", true);
	if (!bz_enforcing())
		PG_RETURN_POINTER(NULL);
	n = sources_of(trigger->tg_relation, &fed);
	for (int i = 0; i < n; i++)
	{
		BzRow old_row, new_row;

		if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		{
			bz_row(&fed[i], trigger->tg_trigslot, false, &old_row);
			bz_row(&fed[i], trigger->tg_newslot, true, &new_row);
			if (memcmp(&old_row, &new_row, sizeof(BzRow)) != 0)
			{
				note(&fed[i], &old_row, -1);
				note(&fed[i], &new_row, 1);
			}
			if (fed[i].system == NULL)
				tell_row(trigger, &old_row, &new_row);
		}
		else
		{
			bool leaves = TRIGGER_FIRED_BY_DELETE(trigger->tg_event);

			bz_row(&fed[i], trigger->tg_trigslot, !leaves, &new_row);
			note(&fed[i], &new_row, leaves ? -1 : 1);
			if (fed[i].system == NULL)
				tell_row(trigger, leaves ? &new_row : NULL, leaves ? NULL : &new_row);
		}
	}
	bz_delta_check_size(RelationGetRelid(trigger->tg_relation));
	PG_RETURN_POINTER(NULL);
}

/* AFTER ... FOR EACH STATEMENT: apply what the statement's rows have noted. */
Datum
source_flush(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	bz_check_fired_for(fcinfo, "source_flush", false);
	bz_delta_flush(RelationGetRelid(trigger->tg_relation), TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event));
	tell_statement(trigger);
	PG_RETURN_POINTER(NULL);
}

/*
 * BEFORE TRUNCATE: every row ends.  The lock that TRUNCATE has taken keeps
 * writers out, so what is there now is what goes.
 */
Datum
source_truncate(PG_FUNCTION_ARGS)
{
	Relation rel;
	TupleTableSlot *slot;
	TableScanDesc scan;
	const BzSource *fed;
	int n;

	bz_check_fired_for(fcinfo, "source_truncate", false);
	rel = ((TriggerData *) fcinfo->context)->tg_relation;
	if (!bz_enforcing())
		PG_RETURN_POINTER(NULL);
	n = sources_of(rel, &fed);
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, SnapshotSelf, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
		{
			BzRow row;

			bz_row(&fed[i], slot, false, &row);
			note(&fed[i], &row, -1);
		}
		bz_delta_check_size(RelationGetRelid(rel));
		n = bz_sources_of(rel, true, &fed);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	PG_RETURN_POINTER(NULL);
}

/*
 * AFTER UPDATE OF columns: never fires.  The trigger's list of columns says, by
 * name, what a table was attached with, so that it survives a dump, follows who
 * is renamed, and keeps a column from being dropped without CASCADE.
 */
Datum
source_columns(PG_FUNCTION_ARGS)
{
	bz_check_fired_for(fcinfo, "source_columns", false);
	PG_RETURN_POINTER(NULL);
}
