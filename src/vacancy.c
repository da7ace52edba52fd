/*
 * vacancy.c
 *		What every account is authorised and carries on given days.
 *
 * One pass over the stored timelines serves any number of days: a chunk that
 * holds none of them is not even decoded.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "scan.h"

PG_FUNCTION_INFO_V1(levels_on);
PG_FUNCTION_INFO_V1(level_series);

typedef struct Series
{
	DateADT *day;
	int ndays;
	TlLevels *level;	   /* on each day, for the account at hand */
	bool any;			   /* something is authorised, filled or reserved on some day */
	MemoryContext context; /* reset after each chunk */
} Series;

/* what to do with the levels of an account once they are all known */
typedef void (*Emit)(ReturnSetInfo *result, const Series *series, int64 unit, Datum category);

static bool
shows(const TlLevels *l)
{
	return l->v[TL_LINES] > 0 || l->v[TL_FILLED] != 0 || l->v[TL_RESERVED] != 0;
}

static void
read_days(ArrayType *array, Series *series)
{
	Datum *values;
	bool *nulls;

	deconstruct_array(array, DATEOID, sizeof(DateADT), true, TYPALIGN_INT, &values, &nulls, &series->ndays);
	series->day = palloc((series->ndays + 1) * sizeof(DateADT));
	for (int i = 0; i < series->ndays; i++)
	{
		if (nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("days must not be null"));
		series->day[i] = DatumGetDateADT(values[i]);
		if (DATE_NOT_FINITE(series->day[i]))
			ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("days must be finite"));
		if (i > 0 && series->day[i] <= series->day[i - 1])
			ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("days must be in ascending order"));
	}
	series->level = palloc0((series->ndays + 1) * sizeof(TlLevels));
}

/* The place of the first of the days that is not before "day". */
static int
first_from(const Series *series, int32 day)
{
	int low = 0;
	int high = series->ndays;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (series->day[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Fill in the levels on the days that a chunk holds. */
static void
take_chunk(BzScan *scan, Series *series)
{
	int at = first_from(series, scan->from);
	int s = 0;
	BzChunk chunk;
	TlLevels level;
	MemoryContext outer;

	if (at == series->ndays || series->day[at] >= scan->until)
		return;
	outer = MemoryContextSwitchTo(series->context);
	bz_scan_decode(scan, &chunk);
	level = chunk.before;
	for (; at < series->ndays && series->day[at] < scan->until; at++)
	{
		while (s < chunk.nsteps && chunk.steps[s].day <= series->day[at])
			tl_add(&level, &chunk.steps[s++].by);
		series->level[at] = level;
		series->any |= shows(&level);
	}
	MemoryContextSwitchTo(outer);
	MemoryContextReset(series->context);
}

static void
run(FunctionCallInfo fcinfo, ArrayType *days, Emit emit)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Series series = {0};
	BzScan scan;
	int64 account = 0;
	int64 unit = 0;
	Datum category = (Datum) 0;

	InitMaterializedSRF(fcinfo, 0);
	read_days(days, &series);
	series.context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi chunk", ALLOCSET_DEFAULT_SIZES);
	bz_scan_warn();
	bz_scan_start(&scan);
	while (bz_scan_next(&scan))
	{
		if (scan.account != account)
		{
			if (series.any)
				emit(result, &series, unit, category);
			if (account != 0)
				pfree(DatumGetPointer(category));
			memset(series.level, 0, series.ndays * sizeof(TlLevels));
			series.any = false;
			account = scan.account;
			unit = scan.unit;
			category = PointerGetDatum(DatumGetTextPCopy(scan.category));
		}
		take_chunk(&scan, &series);
	}
	if (series.any)
		emit(result, &series, unit, category);
	bz_scan_end(&scan);
}

static void
emit_rows(ReturnSetInfo *result, const Series *series, int64 unit, Datum category)
{
	for (int i = 0; i < series->ndays; i++)
	{
		const TlLevels *l = &series->level[i];
		Datum values[] = {DateADTGetDatum(series->day[i]),
						  Int64GetDatum(unit),
						  category,
						  Int32GetDatum(l->v[TL_AUTHORIZED]),
						  Int32GetDatum(l->v[TL_FILLED]),
						  Int32GetDatum(l->v[TL_RESERVED])};
		bool nulls[] = {false, false, false, l->v[TL_LINES] <= 0, false, false};

		if (shows(l))
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

static Datum
level_array(const Series *series, TlLevel which)
{
	Datum *values = palloc(series->ndays * sizeof(Datum));
	bool *nulls = palloc0(series->ndays * sizeof(bool));
	int length = series->ndays;
	int lower = 1;
	Datum array;

	for (int i = 0; i < series->ndays; i++)
	{
		values[i] = Int32GetDatum(series->level[i].v[which]);
		nulls[i] = which == TL_AUTHORIZED && series->level[i].v[TL_LINES] <= 0;
	}
	array = PointerGetDatum(
		construct_md_array(values, nulls, 1, &length, &lower, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	pfree(values);
	pfree(nulls);
	return array;
}

static void
emit_arrays(ReturnSetInfo *result, const Series *series, int64 unit, Datum category)
{
	Datum values[5] = {Int64GetDatum(unit), category, level_array(series, TL_AUTHORIZED),
					   level_array(series, TL_FILLED), level_array(series, TL_RESERVED)};
	bool nulls[5] = {false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	for (int i = 2; i < 5; i++)
		pfree(DatumGetPointer(values[i]));
}

/* levels_on(days date[]): a row for each day and account that has something to show on it. */
Datum
levels_on(PG_FUNCTION_ARGS)
{
	run(fcinfo, PG_GETARG_ARRAYTYPE_P(0), emit_rows);
	return (Datum) 0;
}

/* level_series(days date[]): a row for each account that has something to show on any of the days. */
Datum
level_series(PG_FUNCTION_ARGS)
{
	run(fcinfo, PG_GETARG_ARRAYTYPE_P(0), emit_arrays);
	return (Datum) 0;
}
