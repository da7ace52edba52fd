/*
 * reform.c
 *		A reorganisation of bodies (机构改革): seats, people and posts move between
 *		units on a day, all of them or none.
 *
 * It is many statements, and what stands between two of them is no state that
 * anybody decided on: so nothing is judged before the last one, and then all of
 * it, by what there was before the first.  The units between which it moves
 * anything are judged together (together.c).  They come to be so here only, and
 * what writes meanwhile are the functions of reform.sql: nobody can open the
 * door for a write of his own.
 *
 * What the plan says is read, and carried out, in SQL.  Those functions are
 * called by us and no other way, so who may call this needs no right to them;
 * to the tables that they write he does.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "account.h"
#include "chunk_cas.h"
#include "delta.h"
#include "live.h"
#include "names.h"
#include "seat_guard.h"
#include "together.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(reorganize);
PG_FUNCTION_INFO_V1(undo_reorganization);

/* so many persons are looked up by walking along the index rather than by descending for each */
#define MANY_PERSONS 64

/* Call a function of reform.sql with a document, or with a day, a document and a plan. */
static Datum
call(const char *name, int nargs, const Datum *values)
{
	Oid all[] = {DATEOID, TEXTOID, JSONBOID};
	Oid function = LookupFuncName(list_make2(makeString("bianzhi"), makeString(pstrdup(name))), nargs,
								  nargs == 1 ? &all[1] : all, false);

	return nargs == 1 ? OidFunctionCall1(function, values[0])
					  : OidFunctionCall3(function, values[0], values[1], values[2]);
}

/* The numbers in a column of a row that a function has returned. */
static int
numbers(HeapTupleHeader row, const char *column, int64 **number)
{
	bool isnull;
	Datum value = GetAttributeByName(row, column, &isnull);
	Datum *element;
	int n = 0;

	if (!isnull)
		deconstruct_array(DatumGetArrayTypeP(value), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
						  &element, NULL, &n);
	*number = palloc((n + 1) * sizeof(int64));
	for (int i = 0; i < n; i++)
		(*number)[i] = DatumGetInt64(element[i]);
	return n;
}

/* Hold the persons who move, in the order in which statements hold them. */
static void
hold_persons(Datum array)
{
	Datum *person;
	int n;
	BzGuard guard;

	deconstruct_array(DatumGetArrayTypeP(array), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &person, NULL, &n);
	if (n == 0)
		return;
	bz_guard_open(&guard, n >= MANY_PERSONS ? BZ_GUARD_MANY_SEATS : BZ_GUARD_SEATS);
	for (int i = 0; i < n; i++)
		bz_guard_hold(&guard, DatumGetInt64(person[i]), 0, true, bz_relid(BZ_OCCUPANCY));
	bz_guard_close(&guard);
}

static void
add_accounts(int64 unit, int64 **ids, int *n)
{
	int64 *some;
	int nsome = bz_unit_accounts(unit, &some);

	*ids = repalloc(*ids, (*n + nsome + 1) * sizeof(int64));
	memcpy(*ids + *n, some, nsome * sizeof(int64));
	*n += nsome;
}

/*
 * Take all accounts of the units for the rest of the transaction; those that
 * will be there when what one unit has is moved to the other are made first, so
 * that the order in which they are taken stays that of everybody.
 */
static void
hold_accounts(const int64 *units, const int64 *others, int n)
{
	BzAccount **missing = palloc(sizeof(BzAccount *));
	int nmissing = 0;
	int64 *ids = palloc(sizeof(int64));
	int nids = 0;

	LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
	bz_account_begin();
	for (int i = 0; i < n; i++)
	{
		int64 *some;
		int nsome = bz_unit_accounts(units[i], &some);

		missing = repalloc(missing, (nmissing + nsome + 1) * sizeof(BzAccount *));
		for (int k = 0; k < nsome; k++)
		{
			int64 unit;
			int category;
			bool ceiling;
			BzAccount *account;

			bz_account_read(some[k], &unit, &category, &ceiling);
			account = bz_account(others[i], category);
			if (account->account_id == 0)
				missing[nmissing++] = account;
		}
	}
	bz_account_create(missing, nmissing, bz_relid(BZ_QUOTA));
	for (int i = 0; i < n; i++)
	{
		add_accounts(units[i], &ids, &nids);
		add_accounts(others[i], &ids, &nids);
	}
	bz_take_accounts(ids, nids);
}

/* Carry a plan out, or take it back, and then have all of it judged at once. */
static Datum
carry_out(const char *name, int nargs, const Datum *values, const int64 *units, const int64 *others, int n)
{
	CommandId since;
	volatile Datum report = (Datum) 0;

	/* ours is the number of no other command */
	(void) GetCurrentCommandId(true);
	CommandCounterIncrement();
	since = GetCurrentCommandId(true);
	for (int i = 0; i < n; i++)
		bz_together_link(units[i], others[i], since);
	PG_TRY();
	{
		bz_delta_keep(true);
		report = call(name, nargs, values);
	}
	PG_FINALLY();
	{
		bz_delta_keep(false);
	}
	PG_END_TRY();
	bz_delta_judge_kept(since, bz_relid(BZ_OCCUPANCY));
	return report;
}

/* The rows that a report holds are our result. */
static void
put_report(FunctionCallInfo fcinfo, Datum report)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid types[] = {JSONBOID};

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args(
			"SELECT r.what, r.unit_id, r.other_unit, r.category, r.amount"
			" FROM pg_catalog.jsonb_to_recordset($1) AS r (what pg_catalog.text, unit_id pg_catalog.int8,"
			" other_unit pg_catalog.int8, category pg_catalog.text, amount pg_catalog.int8)",
			1, types, &report, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args failed");
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
	SPI_finish();
}

static void
check_circumstances(void)
{
	if (bz_trigger_depth() > 0)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a trigger cannot reorganize units"));
	if (IsolationUsesXactSnapshot())
		ereport(ERROR, errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				errmsg("units can be reorganized at isolation level READ COMMITTED only"));
	if (!bz_enforcing())
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("the establishment is not in force"), errhint("Run bianzhi.go_live()."));
}

/*
 * reorganize(on_day date, document_no text, plan jsonb): what was done, a row a
 * kind.
 */
Datum
reorganize(PG_FUNCTION_ARGS)
{
	Datum values[3];
	HeapTupleHeader reading;
	bool isnull;
	int64 *units, *others;
	int n;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("a reorganization needs a day, a document and a plan"));
	check_circumstances();
	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 3; i++)
		values[i] = PG_GETARG_DATUM(i);

	reading = DatumGetHeapTupleHeader(call("read_reform", 3, values));
	values[2] = GetAttributeByName(reading, "reading", &isnull);
	n = numbers(reading, "units", &units);
	(void) numbers(reading, "others", &others);

	/* in the order of who writes seats: their rows, persons, accounts; who changes units keeps all others out */
	hold_persons(call("hold_reform", 3, values));
	if (DatumGetBool(GetAttributeByName(reading, "stops_writers", &isnull)))
		LockRelationOid(bz_relid(BZ_CHUNK), ShareRowExclusiveLock);
	hold_accounts(units, others, n);
	(void) call("refuse_seats_elsewhere", 3, values);
	put_report(fcinfo, carry_out("carry_out_reform", 3, values, units, others, n));
	return (Datum) 0;
}

/* undo_reorganization(document_no text): how many rows of which tables are again what they were. */
Datum
undo_reorganization(PG_FUNCTION_ARGS)
{
	Datum document;
	HeapTupleHeader reading;
	bool isnull;
	int64 *units, *others;
	int n;

	if (PG_ARGISNULL(0))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("no document is given"));
	check_circumstances();
	InitMaterializedSRF(fcinfo, 0);
	document = PG_GETARG_DATUM(0);
	reading = DatumGetHeapTupleHeader(call("read_reform_undo", 1, &document));
	n = numbers(reading, "units", &units);
	(void) numbers(reading, "others", &others);
	hold_persons(GetAttributeByName(reading, "persons", &isnull));
	LockRelationOid(bz_relid(BZ_CHUNK), ShareRowExclusiveLock);
	hold_accounts(units, others, n);
	put_report(fcinfo, carry_out("carry_out_reform_undo", 1, &document, units, others, n));
	return (Datum) 0;
}
