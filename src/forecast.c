/*
 * forecast.c
 *		Vacancies to come: what is known, what is certain, what is likely.
 *
 * The number of holders of an account who will have left by a day is a sum of
 * independent trials, so its distribution is exact (distribution.h).  Where
 * no rates are set nothing is left to chance, and all is adding up.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "arrays.h"
#include "catalogue.h"
#include "chance.h"
#include "distribution.h"
#include "vacancy.h"

PG_FUNCTION_INFO_V1(vacancy_forecast);
PG_FUNCTION_INFO_V1(forecast_series);

#define NQUANTILES 3
static const double quantile[NQUANTILES] = {0.1, 0.5, 0.9};

/* What is certain of a month of an account, in seats */
typedef struct Certain
{
	int64 retiring;	  /* of those filled, gone by then by law or choice */
	int64 this_month; /* of them, gone from this month on */
	int64 overdue;	  /* of those filled, whose holders should have left before */
} Certain;

/* A month of the account at hand */
typedef struct Month
{
	Certain certain;
	double leaving;	  /* likely gone by then, of those who need not be */
	double recovered; /* seats that leavers took along */
	double digested;  /* who must have left by a plan, beside all these */
	double vacancy;	  /* expected */
	int64 at[NQUANTILES];
} Month;

typedef struct Forecast
{
	BzOutlook *o;
	BzChances *chances;
	Certain *certain;
	Month *month;
	ReturnSetInfo *result;
	TupleTableSlot *slot;
	Datum months; /* their first days, as an array */
	BzArrays *arrays;
} Forecast;

/* ---- an account ---- */

/* Who leaves when by law and choice, of the trials of an account that have not begun. */
static void
set_certain(const BzTrials *trials, int nmonths, Certain *month)
{
	Certain sum = {0};

	memset(month, 0, (nmonths + 1) * sizeof(Certain));
	for (int i = 0; i < trials->n; i++)
	{
		const BzTrial *t = &trials->trial[i];
		int64 seats = t->stay->seats;

		if (t->starts >= t->ends)
			continue;
		if (t->stay->why == BZ_OVERDUE)
		{
			month[t->starts].overdue += seats;
			month[t->ends].overdue -= seats;
		}
		else if (t->leaves < t->ends)
		{
			month[Max(t->leaves, t->starts)].retiring += seats;
			month[t->ends].retiring -= seats;
			if (t->leaves >= t->starts)
				month[t->leaves].this_month += seats;
		}
	}
	for (int m = 0; m < nmonths; m++)
	{
		sum.retiring += month[m].retiring;
		sum.overdue += month[m].overdue;
		month[m].retiring = sum.retiring;
		month[m].overdue = sum.overdue;
	}
}

/* A digest plan: no more than "most" will be over, whoever has to leave for it. */
static void
digest(BzChances *chances, const BzChance *chance, int64 known, int32 most, Month *month)
{
	int64 upto;
	const double *pmf;

	if (most == INT32_MAX || known >= -(int64) most)
		return;
	pmf = bz_chance_distribution(chances, chance, &upto);
	for (int64 k = 0; k <= upto && known + k < -(int64) most; k++)
		month->digested += pmf[k] * (-(int64) most - known - k);
	month->vacancy += month->digested;
	for (int i = 0; i < NQUANTILES; i++)
		month->at[i] = Max(month->at[i], -(int64) most);
}

/* All months of an account. */
static void
foresee(Forecast *f, const BzSeries *series)
{
	int category = bz_category_id(VARDATA_ANY(DatumGetPointer(series->category)),
								  VARSIZE_ANY_EXHDR(DatumGetPointer(series->category)));
	BzTrials trials;

	bz_trials(f->chances, series->unit, category, &trials);
	set_certain(&trials, series->ndays, f->certain);
	for (int m = 0; m < series->ndays; m++)
	{
		const TlLevels *l = &series->level[m];
		Month *month = &f->month[m];
		BzChance chance = {.single = true};
		int64 known = l->v[TL_AUTHORIZED] - tl_load(l);
		int64 freed[NQUANTILES] = {0};

		if (trials.chance)
		{
			bz_chance_month(f->chances, &trials, m, &chance);
			bz_chance_quantiles(f->chances, &chance, quantile, NQUANTILES, freed);
		}
		/* where seats are taken along, who retires is among those who may free one */
		if (trials.lost == NULL)
			known += f->certain[m].retiring;
		*month = (Month){.certain = f->certain[m],
						 .leaving = chance.leaving,
						 .recovered = chance.recovered,
						 .vacancy = known + chance.freed};
		for (int i = 0; i < NQUANTILES; i++)
			month->at[i] = known + freed[i];
		if (trials.most_over != NULL)
			digest(f->chances, &chance, known, trials.most_over[m], month);
	}
}

static void
begin(Forecast *f, FunctionCallInfo fcinfo, BzSeries *series)
{
	f->result = (ReturnSetInfo *) fcinfo->resultinfo;
	InitMaterializedSRF(fcinfo, 0);
	f->o = bz_outlook(PG_GETARG_DATEADT(0), PG_GETARG_INT32(1), NULL);
	f->chances = bz_chances(f->o);
	f->certain = palloc((f->o->nmonths + 1) * sizeof(Certain));
	f->month = palloc(f->o->nmonths * sizeof(Month));
	series->day = f->o->day;
	series->ndays = f->o->nmonths;
}

/* ---- rows ---- */

/* columns of vacancy_forecast() */
enum
{
	F_UNIT,
	F_CATEGORY,
	F_MONTH,
	F_AUTHORIZED,
	F_FILLED,
	F_RESERVED,
	F_RETIRING,
	F_LEAVING,
	F_VACANCY,
	F_P10,
	F_P50,
	F_P90,
	F_THIS_MONTH,
	F_OVERDUE,
	F_RECOVERED,
	F_DIGESTED,
	F_COLUMNS
};

/* A row of an account that has its numbers written over, month after month: to form every one would take longer than all the rest */
typedef struct Row
{
	MinimalTuple tuple;
	bool authorized;
	Size at[F_COLUMNS]; /* where its columns stand; those that are null nowhere */
} Row;

static void
form_row(Row *row, const Forecast *f, const BzSeries *series, bool authorized)
{
	TupleDesc desc = f->result->setDesc;
	Datum values[F_COLUMNS] = {0};
	bool nulls[F_COLUMNS] = {false};
	Size offset;

	values[F_UNIT] = Int64GetDatum(series->unit);
	values[F_CATEGORY] = series->category;
	for (int i = F_MONTH; i < F_COLUMNS; i++)
	{
		nulls[i] = !authorized && (i == F_AUTHORIZED || (i >= F_VACANCY && i <= F_P90));
		if (TupleDescAttr(desc, i)->atttypid == FLOAT8OID)
			values[i] = Float8GetDatum(0);
	}
	row->tuple = bz_form_minimal_tuple(desc, values, nulls);
	row->authorized = authorized;

	offset = row->tuple->t_hoff - MINIMAL_TUPLE_OFFSET;
	for (int i = 0; i < F_COLUMNS; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		char *start = (char *) row->tuple;

		if (nulls[i])
			continue;
		offset = att_align_pointer(offset, att->attalign, att->attlen, start + offset);
		row->at[i] = offset;
		offset = att_addlength_pointer(offset, att->attlen, start + offset);
	}
}

static void
put_int(Row *row, int column, int64 value)
{
	int32 narrow = bz_seats(value);

	memcpy((char *) row->tuple + row->at[column], &narrow, sizeof(narrow));
}

static void
put_double(Row *row, int column, double value)
{
	memcpy((char *) row->tuple + row->at[column], &value, sizeof(value));
}

static void
put_month(Row *row, const TlLevels *l, const Month *month, int32 day)
{
	put_int(row, F_MONTH, day);
	put_int(row, F_FILLED, l->v[TL_FILLED]);
	put_int(row, F_RESERVED, l->v[TL_RESERVED]);
	put_int(row, F_RETIRING, month->certain.retiring);
	put_double(row, F_LEAVING, month->leaving);
	put_int(row, F_THIS_MONTH, month->certain.this_month);
	put_int(row, F_OVERDUE, month->certain.overdue);
	put_double(row, F_RECOVERED, month->recovered);
	put_double(row, F_DIGESTED, month->digested);
	if (!row->authorized)
		return;
	put_int(row, F_AUTHORIZED, l->v[TL_AUTHORIZED]);
	put_double(row, F_VACANCY, month->vacancy);
	for (int i = 0; i < NQUANTILES; i++)
		put_int(row, F_P10 + i, month->at[i]);
}

static void
emit_rows(const BzSeries *series, void *arg)
{
	Forecast *f = arg;
	Row row = {0};

	foresee(f, series);
	for (int m = 0; m < series->ndays; m++)
	{
		const TlLevels *l = &series->level[m];
		bool authorized = l->v[TL_LINES] > 0;

		if (!bz_shows(l))
			continue;
		if (row.tuple == NULL || row.authorized != authorized)
		{
			form_row(&row, f, series, authorized);
			ExecStoreMinimalTuple(row.tuple, f->slot, true);
		}
		put_month(&row, l, &f->month[m], series->day[m]);
		tuplestore_puttupleslot(f->result->setResult, f->slot);
	}
}

/* vacancy_forecast(as_of date, months integer): a row for each account and month in which it has something to show. */
Datum
vacancy_forecast(PG_FUNCTION_ARGS)
{
	Forecast f = {0};
	BzSeries series = {0};

	begin(&f, fcinfo, &series);
	f.slot = MakeSingleTupleTableSlot(f.result->setDesc, &TTSOpsMinimalTuple);
	bz_each_account(&series, emit_rows, &f);
	ExecDropSingleTupleTableSlot(f.slot);
	return (Datum) 0;
}

/* ---- arrays ---- */

typedef struct ArrayColumn
{
	Oid type;
	bool authorized_only; /* null where nothing is authorised */
	Size at;			  /* in a Month */
} ArrayColumn;

/* the columns of forecast_series() that are numbers of its own; what is known goes before them */
static const ArrayColumn array_column[] = {
	{INT4OID, false, offsetof(Month, certain.retiring)},
	{FLOAT8OID, false, offsetof(Month, leaving)},
	{FLOAT8OID, true, offsetof(Month, vacancy)},
	{INT4OID, true, offsetof(Month, at[0])},
	{INT4OID, true, offsetof(Month, at[1])},
	{INT4OID, true, offsetof(Month, at[2])},
	{INT4OID, false, offsetof(Month, certain.this_month)},
	{INT4OID, false, offsetof(Month, certain.overdue)},
	{FLOAT8OID, false, offsetof(Month, recovered)},
	{FLOAT8OID, false, offsetof(Month, digested)},
};

#define FIRST_ARRAY 3
#define OWN_ARRAYS (FIRST_ARRAY + 3)

static void
emit_arrays(const BzSeries *series, void *arg)
{
	Forecast *f = arg;
	const TlLevels *level = series->level;
	Datum values[OWN_ARRAYS + lengthof(array_column)] = {Int64GetDatum(series->unit), series->category,
														 f->months};
	bool nulls[lengthof(values)] = {false};
	int m = 0;

	while (m < series->ndays && !bz_shows(&series->level[m]))
		m++;
	if (m == series->ndays)
		return;
	foresee(f, series);
	bz_arrays_next(f->arrays);
	values[FIRST_ARRAY] = bz_array(f->arrays, INT4OID, &level->v[TL_AUTHORIZED], sizeof(TlLevels), level);
	values[FIRST_ARRAY + 1] = bz_array(f->arrays, INT4OID, &level->v[TL_FILLED], sizeof(TlLevels), NULL);
	values[FIRST_ARRAY + 2] = bz_array(f->arrays, INT4OID, &level->v[TL_RESERVED], sizeof(TlLevels), NULL);
	for (int i = 0; i < lengthof(array_column); i++)
	{
		const ArrayColumn *column = &array_column[i];

		values[OWN_ARRAYS + i] = bz_array(f->arrays, column->type, (const char *) f->month + column->at,
										  sizeof(Month), column->authorized_only ? level : NULL);
	}
	tuplestore_putvalues(f->result->setResult, f->result->setDesc, values, nulls);
}

/* forecast_series(as_of date, months integer): a row for each account, with arrays over the months. */
Datum
forecast_series(PG_FUNCTION_ARGS)
{
	Forecast f = {0};
	BzSeries series = {0};

	begin(&f, fcinfo, &series);
	f.months = bz_array_of_days(series.day, series.ndays);
	f.arrays = bz_arrays(series.ndays);
	bz_each_account(&series, emit_arrays, &f);
	return (Datum) 0;
}
