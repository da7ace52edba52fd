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
#include "lib/qunique.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "arrays.h"
#include "month.h"
#include "scan.h"
#include "vacancy.h"

PG_FUNCTION_INFO_V1(vacancy_on);
PG_FUNCTION_INFO_V1(vacancy_between);
PG_FUNCTION_INFO_V1(vacancy_series);

/* where the rows go */
typedef struct Output
{
	ReturnSetInfo *result;
	TupleTableSlot *slot; /* the row at hand */
	bool with_day;		  /* rows begin with the day */
	Datum days;			  /* all days, as an array */
	BzArrays *arrays;
} Output;

/* ---- days ---- */

static int
by_day(const void *a, const void *b)
{
	int32 x = *(const int32 *) a;
	int32 y = *(const int32 *) b;

	return (x > y) - (x < y);
}

/* The days from one to another in steps, each once. */
static void
read_days(FunctionCallInfo fcinfo, BzSeries *series)
{
	Datum at = DirectFunctionCall1(date_timestamp, PG_GETARG_DATUM(0));
	Timestamp last = DatumGetTimestamp(DirectFunctionCall1(date_timestamp, PG_GETARG_DATUM(1)));
	Datum step = PG_GETARG_DATUM(2);
	Interval zero = {0};
	int sign = DatumGetInt32(DirectFunctionCall2(interval_cmp, step, IntervalPGetDatum(&zero)));
	int capacity = 128;

	if (sign == 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("step size cannot equal zero"));
	series->day = palloc(capacity * sizeof(int32));
	while (sign > 0 ? DatumGetTimestamp(at) <= last : DatumGetTimestamp(at) >= last)
	{
		int32 day = DatumGetDateADT(DirectFunctionCall1(timestamp_date, at));

		CHECK_FOR_INTERRUPTS();
		bz_check_finite(day);
		if (series->ndays == capacity)
		{
			capacity *= 2;
			series->day = repalloc(series->day, capacity * sizeof(int32));
		}
		if (series->ndays == 0 || series->day[series->ndays - 1] != day)
			series->day[series->ndays++] = day;
		at = DirectFunctionCall2(timestamp_pl_interval, at, step);
	}
	qsort(series->day, series->ndays, sizeof(int32), by_day);
	series->ndays = qunique(series->day, series->ndays, sizeof(int32), by_day);
}

/* The place of the first of the days that is not before "day". */
static int
first_from(const BzSeries *series, int32 day)
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

/* ---- accounts ---- */

/* Fill in the levels on the days that a chunk holds. */
static void
take_chunk(BzScan *scan, BzSeries *series)
{
	int at = first_from(series, scan->from);
	int until = scan->until == TL_END ? series->ndays : first_from(series, scan->until);

	if (at < until)
		bz_scan_levels(scan, &series->day[at], until - at, &series->level[at]);
}

/*
 * Hand each account and its levels to "use".  The chunks of an account tile
 * all days, so the one without an end is its last.
 */
void
bz_each_account(BzSeries *series, BzSeriesUse use, void *arg)
{
	BzScan scan;

	series->level = palloc0((series->ndays + 1) * sizeof(TlLevels));
	bz_scan_warn();
	bz_scan_start(&scan);
	while (bz_scan_next(&scan))
	{
		take_chunk(&scan, series);
		if (scan.until != TL_END)
			continue;
		series->unit = scan.unit;
		series->category = scan.category;
		use(series, arg);
		memset(series->level, 0, series->ndays * sizeof(TlLevels));
	}
	bz_scan_end(&scan);
}

/* ---- rows ---- */

static MinimalTuple
form_row(const BzSeries *series, const Output *output, bool is_authorized)
{
	Datum values[] = {DateADTGetDatum(0), Int64GetDatum(series->unit),
					  series->category,	  Int32GetDatum(0),
					  Int32GetDatum(0),	  Int32GetDatum(0),
					  Int32GetDatum(0)};
	bool nulls[] = {false, false, false, !is_authorized, false, false, !is_authorized};
	int skip = output->with_day ? 0 : 1;

	return bz_form_minimal_tuple(output->result->setDesc, values + skip, nulls + skip);
}

/* Write the numbers of a row over those of another; they stand at its end, without those that are null. */
static void
put_numbers(MinimalTuple tuple, const TlLevels *l, bool is_authorized)
{
	int32 *number = (int32 *) ((char *) tuple + tuple->t_len);
	int64 vacancy = l->v[TL_AUTHORIZED] - tl_load(l);

	if (is_authorized)
	{
		*--number = bz_seats(vacancy);
	}
	*--number = (int32) l->v[TL_RESERVED];
	*--number = (int32) l->v[TL_FILLED];
	if (is_authorized)
		*--number = (int32) l->v[TL_AUTHORIZED];
}

/*
 * A row for each day on which the account has something to show.  Its rows
 * differ in numbers alone, so a row is formed once and then written over: to
 * form every one would take as long as all the rest.
 */
static void
emit_rows(const BzSeries *series, void *arg)
{
	Output *output = arg;
	MinimalTuple tuple = NULL;
	bool is_authorized = false;

	for (int i = 0; i < series->ndays; i++)
	{
		const TlLevels *l = &series->level[i];

		if (!bz_shows(l))
			continue;
		if (tuple == NULL || is_authorized != (l->v[TL_LINES] > 0))
		{
			is_authorized = l->v[TL_LINES] > 0;
			tuple = form_row(series, output, is_authorized);
			ExecStoreMinimalTuple(tuple, output->slot, true);
		}
		if (output->with_day)
			*(DateADT *) ((char *) tuple + tuple->t_hoff - MINIMAL_TUPLE_OFFSET) = series->day[i];
		put_numbers(tuple, l, is_authorized);
		tuplestore_puttupleslot(output->result->setResult, output->slot);
	}
}

static void
run_rows(FunctionCallInfo fcinfo, BzSeries *series, bool with_day)
{
	Output output = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .with_day = with_day};

	InitMaterializedSRF(fcinfo, 0);
	output.slot = MakeSingleTupleTableSlot(output.result->setDesc, &TTSOpsMinimalTuple);
	bz_each_account(series, emit_rows, &output);
	ExecDropSingleTupleTableSlot(output.slot);
}

/* vacancy_on(day date): a row for each account that has something to show on it. */
Datum
vacancy_on(PG_FUNCTION_ARGS)
{
	int32 day = PG_GETARG_DATEADT(0);
	BzSeries series = {.day = &day, .ndays = 1};

	bz_check_finite(day);
	run_rows(fcinfo, &series, false);
	return (Datum) 0;
}

/* vacancy_between(from_day date, to_day date, step interval): the same for each of the days. */
Datum
vacancy_between(PG_FUNCTION_ARGS)
{
	BzSeries series = {0};

	read_days(fcinfo, &series);
	run_rows(fcinfo, &series, true);
	return (Datum) 0;
}

/* ---- arrays ---- */

/* One row for an account that has something to show on any of the days. */
static void
emit_arrays(const BzSeries *series, void *arg)
{
	Output *output = arg;
	const TlLevels *level = series->level;
	Datum values[] = {
		Int64GetDatum(series->unit), series->category, output->days, (Datum) 0, (Datum) 0, (Datum) 0};
	bool nulls[lengthof(values)] = {false};
	int i = 0;

	while (i < series->ndays && !bz_shows(&series->level[i]))
		i++;
	if (i == series->ndays)
		return;
	bz_arrays_next(output->arrays);
	values[3] = bz_array(output->arrays, INT4OID, &level->v[TL_AUTHORIZED], sizeof(TlLevels), level);
	values[4] = bz_array(output->arrays, INT4OID, &level->v[TL_FILLED], sizeof(TlLevels), NULL);
	values[5] = bz_array(output->arrays, INT4OID, &level->v[TL_RESERVED], sizeof(TlLevels), NULL);
	tuplestore_putvalues(output->result->setResult, output->result->setDesc, values, nulls);
}

/* vacancy_series(from_day date, to_day date, step interval): a row for each account, with arrays over the days. */
Datum
vacancy_series(PG_FUNCTION_ARGS)
{
	BzSeries series = {0};
	Output output = {.result = (ReturnSetInfo *) fcinfo->resultinfo};

	InitMaterializedSRF(fcinfo, 0);
	read_days(fcinfo, &series);
	output.days = bz_array_of_days(series.day, series.ndays);
	output.arrays = bz_arrays(series.ndays);
	bz_each_account(&series, emit_arrays, &output);
	return (Datum) 0;
}
