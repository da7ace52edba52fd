/*
 * hires.c
 *		Questions about one account: who leaves it, how likely are vacancies, how many
 *		may be hired.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "ask.h"
#include "catalogue.h"
#include "chance.h"
#include "distribution.h"
#include "holders.h"
#include "month.h"
#include "scan.h"

PG_FUNCTION_INFO_V1(forecast_detail);
PG_FUNCTION_INFO_V1(vacancy_probability);
PG_FUNCTION_INFO_V1(safe_hires);

/* multiplications that an exact answer may take; beyond, one on the safe side is given */
#define MAX_WORK 500000000.0

/* An account, ahead of a day */
typedef struct Question
{
	int64 unit;
	int category;
	BzOutlook *o;
	BzChances *chances;
	BzTrials trials;
	int ntrials; /* before any is over */
	bool recovers;
	BzLine line;
} Question;

/* A day from which on the account is the worse off */
typedef struct Point
{
	int32 day;
	int month;			/* the last that has begun, -1: none */
	int64 vacancy;		/* if nobody leaves */
	double *freed;		/* by trial: probability that its seats are free by then, if it still counts */
	const bool *counts; /* by trial */
} Point;

/* ---- the account ---- */

/* What is recorded of the account, as the reader's snapshot shows it. */
static BzLine
read_line(int64 unit, int category)
{
	BzLine line = {0};
	TlLevels level = {0};
	int capacity = 0;
	BzScan scan;

	bz_scan_warn();
	bz_scan_start(&scan);
	while (bz_scan_next(&scan))
	{
		BzChunk chunk;

		if (scan.unit != unit ||
			bz_category_id(VARDATA_ANY(DatumGetPointer(scan.category)),
						   VARSIZE_ANY_EXHDR(DatumGetPointer(scan.category))) != category)
			continue;
		bz_scan_decode(&scan, &chunk);
		bz_line_append(&line, &level, &capacity, chunk.from, &chunk.before, chunk.steps, chunk.nsteps);
	}
	bz_scan_end(&scan);
	return line;
}

static void
ask(Question *q, DateADT as_of, int months, int64 unit, text *category)
{
	static bool none[BZ_OUTLOOK_MAX];

	q->unit = unit;
	q->category = bz_category_argument(category);
	bz_check_unit(unit);
	q->o = bz_outlook(as_of, months, &(BzPlace){unit, q->category});
	q->chances = bz_chances(q->o);
	bz_trials(q->chances, unit, q->category, &q->trials);
	q->ntrials = q->trials.n;
	q->recovers = q->trials.lost != NULL;
	/* so that who retires stays among the trials */
	if (!q->recovers)
		q->trials.lost = none;
	q->line = read_line(unit, q->category);
}

static TlLevels
levels_on(const BzLine *line, int32 day)
{
	TlCursor c;

	tl_start(&c, line->steps, line->n);
	tl_advance(&c, 1, day);
	return c.now;
}

/* The number of the month that a day lies in, as months are looked ahead from another. */
static int
months_until(DateADT as_of, DateADT month)
{
	bz_check_finite(as_of);
	bz_check_finite(month);
	if (bz_month_of(month) <= bz_month_of(as_of))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the month must come after that of the day from which one looks ahead"));
	return bz_month_of(month) - bz_month_of(as_of);
}

/* ---- who leaves ---- */

static const char *const why_text[] = {
	[BZ_STAYS] = "stays", [BZ_RETIRES] = "retires", [BZ_CHOSE] = "chose", [BZ_LEAVES_POST] = "leaves_post",
	[BZ_DIED] = "died",	  [BZ_OVERDUE] = "overdue"};

/* forecast_detail(as_of date, month date, unit_id bigint, category text): the people behind a row of the forecast. */
Datum
forecast_detail(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	DateADT as_of = PG_GETARG_DATEADT(0);
	int months = months_until(as_of, PG_GETARG_DATEADT(1));
	TypeCacheEntry *range = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
	Question q;
	BzChance chance;

	InitMaterializedSRF(fcinfo, 0);
	ask(&q, as_of, months, PG_GETARG_INT64(2), PG_GETARG_TEXT_PP(3));
	for (int m = 0; m < months; m++)
		bz_chance_month(q.chances, &q.trials, m, &chance);
	for (int i = 0; i < q.trials.n; i++)
	{
		const BzTrial *t = &q.trials.trial[i];
		const BzStay *stay = t->stay;
		Datum values[] = {Int64GetDatum(stay->person),
						  Int64GetDatum(stay->unit),
						  Int64GetDatum(stay->section),
						  CStringGetTextDatum(bz_category_code(stay->category)),
						  bz_days_datum(range, stay->from, stay->to),
						  Int32GetDatum(stay->seats),
						  CStringGetTextDatum(why_text[stay->why]),
						  DateADTGetDatum(stay->leaves),
						  Float8GetDatum(t->freed + t->lost),
						  Float8GetDatum(t->lost),
						  ObjectIdGetDatum(stay->source)};
		bool nulls[lengthof(values)] = {false};

		if (months - 1 < t->starts)
			continue;
		nulls[2] = stay->section == 0;
		nulls[7] = stay->leaves == TL_END;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* ---- how likely ---- */

/* vacancy_probability(unit_id bigint, category text, month date, at_least integer, as_of date) returns double precision */
Datum
vacancy_probability(PG_FUNCTION_ARGS)
{
	DateADT as_of = PG_GETARG_DATEADT(4);
	int months = months_until(as_of, PG_GETARG_DATEADT(2));
	Question q;
	BzChance chance;
	TlLevels l;
	int64 at_least;
	int64 most;
	const double *pmf;

	ask(&q, as_of, months, PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1));
	l = levels_on(&q.line, q.o->day[months - 1]);
	if (l.v[TL_LINES] <= 0)
		PG_RETURN_NULL();
	for (int m = 0; m < months; m++)
		bz_chance_month(q.chances, &q.trials, m, &chance);
	at_least = PG_GETARG_INT32(3) - (l.v[TL_AUTHORIZED] - tl_load(&l));
	/* a digest plan sees to so many */
	if (q.trials.most_over != NULL && PG_GETARG_INT32(3) <= -(int64) q.trials.most_over[months - 1])
		PG_RETURN_FLOAT8(1);
	pmf = bz_chance_distribution(q.chances, &chance, &most);
	if (at_least > most)
		PG_RETURN_FLOAT8(0);
	PG_RETURN_FLOAT8(bz_distribution_at_least(pmf, (int) most, (int) Max(at_least, 0)));
}

/* ---- how many may be hired ---- */

/*
 * The days on which the account can be worse off than on all days before: what
 * is recorded changes to its disadvantage.  Who has left stays gone, so another
 * day need not be looked at if it has as many vacancies as one before, and those
 * of the stays that have ended since.
 */
static Point *
worst_days(const Question *q, int *n)
{
	const BzOutlook *o = q->o;
	int32 last = o->day[o->nmonths - 1];
	int nsteps = q->line.n;
	Point *point = palloc((nsteps + o->nmonths + 1) * sizeof(Point));
	TlCursor cursor;
	int32 day = o->as_of;
	int month = -1;

	*n = 0;
	tl_start(&cursor, q->line.steps, nsteps);
	while (day <= last)
	{
		bool *counts = palloc(q->ntrials + 1);
		int64 vacancy;
		bool keep = true;
		int32 next;

		CHECK_FOR_INTERRUPTS();
		tl_advance(&cursor, 1, day);
		while (month + 1 < o->nmonths && o->day[month + 1] <= day)
			month++;
		vacancy = cursor.now.v[TL_AUTHORIZED] - tl_load(&cursor.now);
		for (int i = 0; i < q->ntrials; i++)
		{
			const BzStay *stay = q->trials.trial[i].stay;

			counts[i] = stay->from <= day && day < stay->to;
		}
		for (int p = 0; p < *n && keep; p++)
		{
			int64 ended = 0;

			for (int i = 0; i < q->ntrials; i++)
				if (point[p].counts[i] && !counts[i])
					ended += q->trials.trial[i].stay->seats;
			keep = vacancy < point[p].vacancy + ended;
		}
		if (keep && cursor.now.v[TL_LINES] > 0)
			point[(*n)++] = (Point){day, month, vacancy, NULL, counts};
		else
			pfree(counts);
		/* people leave only on days on which months begin, which makes no day worse */
		next = tl_next_day(&cursor, 1);
		if (next == TL_END || next > last)
			break;
		day = next;
	}
	return point;
}

/* Go through the months, and note for each of the days how likely each trial has freed its seats by then. */
static void
follow_trials(Question *q, Point *point, int n)
{
	BzChance chance;
	int p = 0;

	for (int i = 0; i < n; i++)
		point[i].freed = palloc0((q->ntrials + 1) * sizeof(double));
	while (p < n && point[p].month < 0)
		p++;
	for (int m = 0; m < q->o->nmonths && p < n; m++)
	{
		bz_chance_month(q->chances, &q->trials, m, &chance);
		for (; p < n && point[p].month == m; p++)
			for (int i = 0; i < q->trials.n; i++)
				point[p].freed[q->trials.trial[i].number] = q->trials.trial[i].freed;
	}
}

/* Probability that on one day fewer than "need" seats have been freed. */
static double
probability_below(const Question *q, const int32 *seats, const Point *point, int64 need)
{
	double *f = palloc0((need + 1) * sizeof(double));
	double below = 0;

	f[0] = 1;
	for (int i = 0; i < q->ntrials; i++)
		if (point->counts[i] && point->freed[i] > 0)
			for (int64 k = need; k >= 0; k--)
			{
				/* what is enough is not told apart */
				double moves = k == need ? 0 : f[k] * point->freed[i];

				f[k] -= moves;
				f[Min(k + seats[i], need)] += moves;
			}
	for (int64 k = 0; k < need; k++)
		below += f[k];
	pfree(f);
	return below;
}

/*
 * Probability that on one of "n" days too few seats have been freed: all of
 * them together, by the numbers freed on each day, as far as they are needed.
 */
static double
probability_of_any(const Question *q, const int32 *seats, const Point *const *point, const int64 *need, int n,
				   int64 states)
{
	double *f = palloc0(states * sizeof(double));
	double *g = palloc(states * sizeof(double));
	double any = 0;

	f[0] = 1;
	for (int i = 0; i < q->ntrials; i++)
	{
		double before = 0;

		CHECK_FOR_INTERRUPTS();
		memset(g, 0, states * sizeof(double));
		for (int t = 0; t <= n; t++)
		{
			/* freed after day t - 1, and by day t; after the last one: not in time */
			double by = t < n ? Max(point[t]->freed[i], before) : 1;
			double p = by - before;

			before = by;
			if (p <= 0)
				continue;
			for (int64 s = 0; s < states; s++)
			{
				int64 rest = s;
				int64 target = 0;
				int64 width = 1;

				if (f[s] == 0)
					continue;
				for (int j = 0; j < n; j++)
				{
					int64 have = rest % (need[j] + 1);

					rest /= need[j] + 1;
					if (j >= t && point[j]->counts[i])
						have = Min(have + seats[i], need[j]);
					target += have * width;
					width *= need[j] + 1;
				}
				g[target] += f[s] * p;
			}
		}
		memcpy(f, g, states * sizeof(double));
	}
	for (int64 s = 0; s < states - 1; s++)
		any += f[s];
	pfree(f);
	pfree(g);
	return any;
}

/*
 * Probability that the account is over on one of the days if "hires" more are
 * there from now on; exact, or, where that would take too long, no less than
 * it is: at most the sum over the days.  Where nobody takes a seat along, those
 * who have left by one day make it no less likely that enough have by another
 * (Harris's inequality), and 1 less the product is nearer.
 */
static double
probability_over(const Question *q, const int32 *seats, const Point *point, int npoints, int64 hires)
{
	const Point **short_of = palloc((npoints + 1) * sizeof(Point *));
	int64 *need = palloc((npoints + 1) * sizeof(int64));
	int n = 0;
	double states = 1;
	double any = 0;
	double none = 1;

	for (int i = 0; i < npoints; i++)
		if (point[i].vacancy < hires)
		{
			short_of[n] = &point[i];
			need[n] = hires - point[i].vacancy;
			states *= need[n++] + 1;
		}
	if (n == 0)
		return 0;
	if (n > 1 && states * q->ntrials * (n + 1) * n <= MAX_WORK)
		return probability_of_any(q, seats, (const Point *const *) short_of, need, n, (int64) states);
	for (int i = 0; i < n; i++)
	{
		double below = probability_below(q, seats, short_of[i], need[i]);

		any += below;
		none *= 1 - below;
	}
	return n == 1 ? any : q->recovers ? Min(any, 1) : 1 - none;
}

/* safe_hires(unit_id bigint, category text, months integer, risk double precision, as_of date) returns integer */
Datum
safe_hires(PG_FUNCTION_ARGS)
{
	double risk = PG_GETARG_FLOAT8(3);
	Question q;
	Point *point;
	int npoints;
	int32 *seats;
	TlLevels now;
	int64 least = 0;
	int64 most;

	if (!(risk >= 0 && risk <= 1))
		ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("a risk must be from 0 to 1"));
	ask(&q, PG_GETARG_DATEADT(4), PG_GETARG_INT32(2), PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1));
	now = levels_on(&q.line, q.o->as_of);
	if (now.v[TL_LINES] <= 0)
		PG_RETURN_NULL();
	most = now.v[TL_CLOSED] > 0 ? 0 : now.v[TL_AUTHORIZED] - tl_load(&now);
	point = worst_days(&q, &npoints);
	seats = palloc((q.ntrials + 1) * sizeof(int32));
	for (int i = 0; i < q.ntrials; i++)
		seats[i] = q.trials.trial[i].stay->seats;
	follow_trials(&q, point, npoints);

	/* the more are hired, the more likely it is */
	while (least < most)
	{
		int64 middle = least + (most - least + 1) / 2;

		if (probability_over(&q, seats, point, npoints, middle) <= risk)
			least = middle;
		else
			most = middle - 1;
	}
	PG_RETURN_INT32((int32) least);
}
