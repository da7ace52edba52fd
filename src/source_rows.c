/*
 * source_rows.c
 *		What the rows of an attached table hold, read without a query on it.
 *
 * To plan a query PostgreSQL evaluates what the owner of a table has written
 * into its indexes, statistics and constraints, as whoever runs the query.  The
 * owner of the extension counts the rows of tables that others own; so these
 * are scanned here, and queries (row.sql) start from what was found.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "row.h"
#include "source.h"

PG_FUNCTION_INFO_V1(source_rows);

/* The columns of a source, each once, in the order in which its trigger names them: how they are read, and their types. */
static int
columns_of(const BzSource *source, BzColumn *column)
{
	int n = 0;

	for (int role = 0; role < BZ_NROLES; role++)
	{
		bool known = source->column[role].attno == 0;

		for (int i = 0; i < n; i++)
			known |= column[i].attno == source->column[role].attno;
		if (!known)
			column[n++] = source->column[role];
	}
	return n;
}

/* Put what the rows of a table, or of one partition, hold in the columns of a source. */
static void
put_rows(ReturnSetInfo *result, Relation rel, int64 source_id)
{
	const BzSource *fed;
	int nfed = bz_sources_of(rel, false, &fed);
	BzColumn column[BZ_NROLES];
	int n = 0;
	TupleTableSlot *slot;
	TableScanDesc scan;
	MemoryContext context;

	for (int i = 0; i < nfed; i++)
		if (fed[i].id == source_id)
			n = columns_of(&fed[i], column);
	if (n != result->setDesc->natts)
		elog(ERROR, "source " INT64_FORMAT " has %d columns", source_id, n);
	for (int i = 0; i < n; i++)
		if (TupleDescAttr(result->setDesc, i)->atttypid !=
			(column[i].form == BZ_FORM_WORD ? TEXTOID : column[i].type))
			elog(ERROR, "column %d of source " INT64_FORMAT " has another type", i + 1, source_id);

	context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi row", ALLOCSET_DEFAULT_SIZES);
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Datum values[BZ_NROLES];
		bool nulls[BZ_NROLES];
		MemoryContext outer = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
			if (column[i].form != BZ_FORM_WORD)
				values[i] = slot_getattr(slot, column[i].attno, &nulls[i]);
			else
			{
				char *word = bz_row_word(&column[i], slot, &nulls[i]);

				values[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(word);
			}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextSwitchTo(outer);
		MemoryContextReset(context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(context);
}

/*
 * source_rows(source_id bigint) returns setof record: what the rows of an
 * attached table, or of all its partitions, hold in the columns that it was
 * attached with; words of types that are not text as text.
 */
Datum
source_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 source_id = PG_GETARG_INT64(0);
	const BzSource *all;
	int n = bz_sources(&all);
	Oid relid = InvalidOid;
	List *leaves;
	ListCell *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < n; i++)
		if (all[i].id == source_id)
			relid = all[i].relid;
	if (!OidIsValid(relid))
		elog(ERROR, "source " INT64_FORMAT " does not exist", source_id);
	leaves = bz_leaves(relid, false);
	foreach (cell, leaves)
	{
		Relation rel = table_open(lfirst_oid(cell), NoLock);

		put_rows(result, rel, source_id);
		table_close(rel, NoLock);
	}
	list_free(leaves);
	return (Datum) 0;
}
