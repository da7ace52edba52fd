/*
 * source.c
 *		Tables whose rows change timelines.
 *
 * A source is a row of the table "source": which column holds the unit, which
 * the category, which days, how many seats.  The triggers know nothing but
 * their table: they look its sources up by its OID, so what a table is attached
 * as can change without touching a trigger, and no argument can forge it.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "catalogue.h"
#include "chunk.h"
#include "delta.h"
#include "live.h"
#include "names.h"
#include "source.h"

static MemoryContext context;
static BzSource *sources;
static int nsources;
static bool loaded;
static uint64 loaded_generation;

/* Called once, when the library is loaded. */
void
bz_source_init(void)
{
	context = AllocSetContextCreate(TopMemoryContext, "bianzhi sources", ALLOCSET_SMALL_SIZES);
}

/* The bit of a measure, by its letter in BzCategory. */
uint8
bz_measure_bit(char measure)
{
	switch (measure)
	{
		case 'e':
			return BZ_HOLDS_ESTABLISHMENT;
		case 'p':
			return BZ_HOLDS_POST;
		case 'g':
			return BZ_HOLDS_GRADE;
		case 'o':
			return BZ_HOLDS_OUTSIDE;
		case 'b':
			return BZ_HOLDS_BODY;
		default:
			return BZ_HOLDS_PLAN;
	}
}

static TlLevel
level_of(const char *measure)
{
	if (strcmp(measure, "authorized") == 0)
		return TL_AUTHORIZED;
	if (strcmp(measure, "reserved") == 0)
		return TL_RESERVED;
	return TL_FILLED;
}

/* a smallint column of "source"; 0 where it is null */
static AttrNumber
attno_column(TupleTableSlot *slot, const char *name)
{
	bool isnull;
	Datum value = slot_getattr(slot, get_attnum(slot->tts_tableOid, name), &isnull);

	return isnull ? 0 : DatumGetInt16(value);
}

static void
read_source(TupleTableSlot *slot, BzSource *source)
{
	bool isnull;
	Datum value;

	source->relid = DatumGetObjectId(slot_getattr(slot, get_attnum(slot->tts_tableOid, "relid"), &isnull));
	value = slot_getattr(slot, get_attnum(slot->tts_tableOid, "measure"), &isnull);
	source->level = level_of(TextDatumGetCString(value));
	source->unit = attno_column(slot, "unit_column");
	source->section = attno_column(slot, "section_column");
	source->category = attno_column(slot, "category_column");
	source->person = attno_column(slot, "person_column");
	source->starts = attno_column(slot, "starts_column");
	source->ends = attno_column(slot, "ends_column");
	source->during = attno_column(slot, "during_column");
	source->seats = attno_column(slot, "seats_column");
	source->condition = attno_column(slot, "condition_column");
	source->closed = attno_column(slot, "closed_column");
	source->holds = (uint8) attno_column(slot, "holds");
	value = slot_getattr(slot, get_attnum(slot->tts_tableOid, "constant_category"), &isnull);
	if (isnull)
		source->constant = -1;
	else
	{
		char *code = TextDatumGetCString(value);

		source->constant = bz_category_id(code, strlen(code));
	}
}

static void
load(void)
{
	Relation rel = table_open(bz_relid(BZ_SOURCE), AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	uint64 now = bz_generation(BZ_SOURCE);
	int capacity = 0;

	loaded = false;
	sources = NULL;
	nsources = 0;
	MemoryContextReset(context);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		if (nsources == capacity)
		{
			capacity = capacity == 0 ? 16 : capacity * 2;
			sources = sources == NULL ? MemoryContextAlloc(context, capacity * sizeof(BzSource))
									  : repalloc(sources, capacity * sizeof(BzSource));
		}
		read_source(slot, &sources[nsources]);
		nsources++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(rel, NoLock);
	loaded_generation = now;
	loaded = true;
}

/* All sources. */
int
bz_sources(const BzSource **all)
{
	if (!loaded || loaded_generation != bz_generation(BZ_SOURCE))
		load();
	*all = sources;
	return nsources;
}

static int64
integer_column(TupleTableSlot *slot, AttrNumber attno, bool *isnull)
{
	Datum value = slot_getattr(slot, attno, isnull);

	switch (TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		default:
			return *isnull ? 0 : DatumGetInt64(value);
	}
}

static bool
bool_column(TupleTableSlot *slot, AttrNumber attno)
{
	bool isnull;
	Datum value = slot_getattr(slot, attno, &isnull);

	return !isnull && DatumGetBool(value);
}

/*
 * What a row says.  A row that names no unit, no category or no day stands
 * nowhere; one whose condition is not true stands but does not count.
 */
void
bz_source_row(const BzSource *source, TupleTableSlot *slot, BzRow *row)
{
	bool isnull;
	Datum value;

	memset(row, 0, sizeof(*row));
	row->from = TL_BEGIN;
	row->to = TL_END;
	row->unit = integer_column(slot, source->unit, &isnull);
	if (isnull)
		return;
	if (source->category != 0)
	{
		text *code;

		value = slot_getattr(slot, source->category, &isnull);
		if (isnull)
			return;
		code = DatumGetTextPP(value);
		row->category = bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	}
	else
		row->category = source->constant;
	if (source->during != 0)
	{
		value = slot_getattr(slot, source->during, &isnull);
		if (isnull)
			return;
		bz_range_days(value, &row->from, &row->to);
	}
	if (source->starts != 0)
	{
		value = slot_getattr(slot, source->starts, &isnull);
		if (!isnull)
			row->from = DatumGetDateADT(value);
	}
	if (source->ends != 0)
	{
		value = slot_getattr(slot, source->ends, &isnull);
		if (!isnull)
			row->to = DatumGetDateADT(value);
	}
	if (row->from >= row->to)
		return;
	row->places = true;
	row->counts = source->condition == 0 || bool_column(slot, source->condition);
	row->closed = source->closed != 0 && bool_column(slot, source->closed);
	row->seats = 1;
	if (source->section != 0)
		row->section = integer_column(slot, source->section, &isnull);
	if (source->person != 0)
		row->person = integer_column(slot, source->person, &isnull);
	if (source->seats != 0)
	{
		row->seats = integer_column(slot, source->seats, &isnull);
		if (isnull)
			row->seats = 1;
		if (row->seats > TL_LEVEL_MAX || row->seats < -(int64) TL_LEVEL_MAX)
			ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("number of seats out of range"));
		if (row->seats < 0 && source->level != TL_AUTHORIZED)
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("number of seats must not be negative"));
	}
	if (!row->counts)
		row->seats = 0;
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
		bz_delta_person(row->person, sign > 0, sign > 0 && row->counts && source->level == TL_FILLED);
}

static void
check_called_as(FunctionCallInfo fcinfo, const char *name, bool for_row)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by trigger manager", name));
	if (for_row != (TRIGGER_FIRED_FOR_ROW(trigger->tg_event) != 0))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				for_row ? errmsg("function \"%s\" must be fired for row", name)
						: errmsg("function \"%s\" must be fired for statement", name));
}

static void
no_source(Relation rel)
{
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			errmsg("table \"%s\" has triggers of bianzhi but is not attached", RelationGetRelationName(rel)),
			errhint("Attach the table again."));
}

PG_FUNCTION_INFO_V1(source_row);
PG_FUNCTION_INFO_V1(source_flush);
PG_FUNCTION_INFO_V1(source_truncate);

/* AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW: note what the row changes. */
Datum
source_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const BzSource *all;
	Relation rel;
	int n;
	bool any = false;

	check_called_as(fcinfo, "source_row", true);
	rel = trigger->tg_relation;
	if (!bz_enforcing())
		PG_RETURN_POINTER(NULL);
	n = bz_sources(&all);
	for (int i = 0; i < n; i++)
	{
		BzRow old_row, new_row;

		if (all[i].relid != RelationGetRelid(rel))
			continue;
		any = true;
		if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		{
			bz_source_row(&all[i], trigger->tg_trigslot, &old_row);
			bz_source_row(&all[i], trigger->tg_newslot, &new_row);
			if (memcmp(&old_row, &new_row, sizeof(BzRow)) == 0)
				continue;
			note(&all[i], &old_row, -1);
			note(&all[i], &new_row, 1);
		}
		else
		{
			bz_source_row(&all[i], trigger->tg_trigslot, &new_row);
			note(&all[i], &new_row, TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? -1 : 1);
		}
	}
	if (!any)
		no_source(rel);
	bz_delta_check_size(RelationGetRelid(rel));
	PG_RETURN_POINTER(NULL);
}

/* AFTER ... FOR EACH STATEMENT: apply what the statement's rows have noted. */
Datum
source_flush(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	check_called_as(fcinfo, "source_flush", false);
	bz_delta_flush(RelationGetRelid(trigger->tg_relation), TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event));
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
	const BzSource *all;
	int n;

	check_called_as(fcinfo, "source_truncate", false);
	rel = ((TriggerData *) fcinfo->context)->tg_relation;
	if (!bz_enforcing())
		PG_RETURN_POINTER(NULL);
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, SnapshotSelf, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		n = bz_sources(&all);
		for (int i = 0; i < n; i++)
			if (all[i].relid == RelationGetRelid(rel))
			{
				BzRow row;

				bz_source_row(&all[i], slot, &row);
				note(&all[i], &row, -1);
			}
		bz_delta_check_size(RelationGetRelid(rel));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	PG_RETURN_POINTER(NULL);
}
