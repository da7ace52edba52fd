/*
 * holders.c
 *		Who holds which seat or post, whatever table says so.
 *
 * Attached tables are read row by row, as the engine reads them: what a word
 * means, which person an identity number is, what counts.  Who asks must be
 * allowed to read them, as if the query had named them.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "catalogue.h"
#include "holders.h"
#include "live.h"
#include "month.h"
#include "names.h"
#include "roll.h"

PG_FUNCTION_INFO_V1(holders);

/* Refuse who may not read all rows of a table. */
void
bz_check_may_read(Oid relid)
{
	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, get_relkind_objtype(get_rel_relkind(relid)), get_rel_name(relid));
	if (check_enable_rls(relid, InvalidOid, false) == RLS_ENABLED)
		ereport(ERROR, errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("row security of table \"%s\" hides rows from the reader", get_rel_name(relid)),
				errdetail("Numbers made of a part of the rows would be wrong."));
}

/* Posts name people, too, though not for the guard of seats, which is what a source names them for. */
static BzColumn
person_column(const BzSource *source)
{
	if (source->relid == bz_relid(BZ_APPOINTMENT))
		return (BzColumn){get_attnum(source->relid, "person_id"), BZ_FORM_INT8, INT8OID};
	return source->column[BZ_PERSON_COLUMN];
}

static void
read_leaf(Relation rel, const BzSource *source, BzRoll *roll, const BzReading *reading)
{
	const BzSource *fed;
	int nfed = bz_sources_of(rel, false, &fed);
	BzSource here = {0};
	MemoryContext context;
	TupleTableSlot *slot;
	TableScanDesc scan;

	for (int i = 0; i < nfed; i++)
		if (fed[i].id == source->id)
			here = fed[i];
	if (here.id == 0)
		return;
	here.column[BZ_PERSON_COLUMN] = person_column(&here);
	here.roll = roll;
	context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi holder", ALLOCSET_DEFAULT_SIZES);
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		MemoryContext outer = MemoryContextSwitchTo(context);
		TlRange days;
		BzRow row = {0};

		CHECK_FOR_INTERRUPTS();
		/* days first: to look up what the words of a row mean takes longer than all the rest */
		if (bz_row_days(&here, slot, &days) && reading->wanted(days, reading->arg))
			bz_row(&here, slot, false, &row);
		MemoryContextSwitchTo(outer);
		if (row.places && (row.person != 0 || !reading->named))
			reading->use(&row, source, slot, reading->arg);
		MemoryContextReset(context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(context);
}

/* Hand each row whose days are wanted to what uses it. */
void
bz_each_row(const BzReading *reading)
{
	const BzSource *all;
	int n = bz_sources(&all);
	BzSource *mine = palloc(n * sizeof(BzSource));
	BzRoll *roll = bz_roll_open();

	bz_check_not_restored();
	/* reading a table may read the catalogue of sources anew */
	memcpy(mine, all, n * sizeof(BzSource));
	for (int i = 0; i < n; i++)
	{
		List *leaves;
		ListCell *cell;

		if (mine[i].level != reading->level || (reading->named && person_column(&mine[i]).attno == 0))
			continue;
		/* a table that was dropped has none */
		leaves = bz_leaves(mine[i].relid, true);
		if (leaves != NIL)
			bz_check_may_read(mine[i].relid);
		foreach (cell, leaves)
		{
			Relation rel = table_open(lfirst_oid(cell), NoLock);

			read_leaf(rel, &mine[i], roll, reading);
			table_close(rel, NoLock);
		}
		list_free(leaves);
	}
	bz_roll_close(roll);
	pfree(mine);
}

/* Holders on some days, and what is done with them */
typedef struct Holders
{
	TlRange days;
	BzHolderUse use;
	void *arg;
} Holders;

static bool
on_the_days(TlRange days, const void *arg)
{
	const Holders *holders = arg;

	return days.from < holders->days.to && days.to > holders->days.from;
}

static void
use_holder(const BzRow *row, const BzSource *source, TupleTableSlot *slot, void *arg)
{
	Holders *holders = arg;

	holders->use(row, source->relid, holders->arg);
}

/* Hand to "use" each row that names a person and covers one of the days. */
void
bz_each_holder(TlRange days, BzHolderUse use, void *arg)
{
	Holders holders = {days, use, arg};

	bz_each_row(&(BzReading){TL_FILLED, true, on_the_days, use_holder, &holders});
}

typedef struct Output
{
	ReturnSetInfo *result;
	TypeCacheEntry *range;
} Output;

/* Days, as a daterange. */
Datum
bz_days_datum(TypeCacheEntry *range, int32 from, int32 to)
{
	RangeBound lower = {0};
	RangeBound upper = {0};

	lower.val = DateADTGetDatum(from);
	lower.infinite = from == TL_BEGIN;
	lower.inclusive = true;
	lower.lower = true;
	upper.val = DateADTGetDatum(to);
	upper.infinite = to == TL_END;
	return RangeTypePGetDatum(bz_make_range(range, &lower, &upper));
}

static void
put_holder(const BzRow *row, Oid relid, void *arg)
{
	Output *output = arg;
	Datum values[] = {Int64GetDatum(row->person),
					  Int64GetDatum(row->unit),
					  Int64GetDatum(row->section),
					  CStringGetTextDatum(bz_category_code(row->category)),
					  bz_days_datum(output->range, row->from, row->to),
					  BoolGetDatum(row->counts),
					  ObjectIdGetDatum(relid)};
	bool nulls[lengthof(values)] = {false};

	nulls[2] = row->section == 0;
	tuplestore_putvalues(output->result->setResult, output->result->setDesc, values, nulls);
	pfree(DatumGetPointer(values[3]));
	pfree(DatumGetPointer(values[4]));
}

/* holders(from_day date, to_day date): rows of all sources that name a person and cover one of these days. */
Datum
holders(PG_FUNCTION_ARGS)
{
	DateADT from = PG_GETARG_DATEADT(0);
	DateADT to = PG_GETARG_DATEADT(1);
	Output output = {.result = (ReturnSetInfo *) fcinfo->resultinfo,
					 .range = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO)};

	bz_check_finite(from);
	bz_check_finite(to);
	InitMaterializedSRF(fcinfo, 0);
	bz_each_holder((TlRange){from, to + 1}, put_holder, &output);
	return (Datum) 0;
}
