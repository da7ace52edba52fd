/*
 * chance.c
 *		How likely the holders of the seats of an account are to have left, month by month.
 *
 * Each leaves independently of the others: in the month in which law or choice
 * says so, or before it with the rate of his or her category and age.
 */
#include "postgres.h"
#include "compat.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "catalogue.h"
#include "chance.h"
#include "distribution.h"
#include "month.h"

/* ages for which there are rates, in years; the last is that of people whose age is not known */
#define AGES 151
#define UNKNOWN_AGE AGES

typedef struct Rates
{
	int32 category;
	double monthly[AGES + 1];
} Rates;

/* days on which who leaves an account takes the seat along */
typedef struct Recovery
{
	BzPlace place;
	int32 from;
	int32 to;
} Recovery;

/* from a day on, an account may be over by so much */
typedef struct Digest
{
	BzPlace place;
	int32 day;
	int32 most;
} Digest;

struct BzChances
{
	BzOutlook *o;
	double first_part; /* of a month, that lies before the first */
	Rates **rates;
	int nrates;
	Recovery *recovery; /* by account */
	int nrecoveries;
	Digest *digest; /* by account and day */
	int ndigests;
	bool *lost;
	int32 *most_over;

	/* of the account at hand */
	BzTrial *trial;
	double *p; /* that a trial has freed its seats */
	int32 *seats;
	int capacity;
	double *work;
	int64 work_capacity;
};

/* ---- what the office has set ---- */

/* Room for one more: arrays that are short, and grow seldom. */
static void *
one_more(void *array, int n, Size size)
{
	if (n == 0)
		return palloc(4 * size);
	return n >= 4 && (n & (n - 1)) == 0 ? repalloc(array, 2 * n * size) : array;
}

static int
category_in(HeapTuple tuple, TupleDesc desc, int column)
{
	char *code = SPI_getvalue(tuple, desc, column);

	return bz_category_id(code, strlen(code));
}

static int64
int_in(HeapTuple tuple, TupleDesc desc, int column)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, desc, column, &isnull);

	return SPI_gettypeid(desc, column) == INT8OID ? DatumGetInt64(value) : DatumGetInt32(value);
}

static int32
day_in(HeapTuple tuple, TupleDesc desc, int column, int32 otherwise)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, desc, column, &isnull);

	return isnull ? otherwise : DatumGetDateADT(value);
}

/* In the order of "age_from": of rows that overlap the later holds. */
static void
take_rate(HeapTuple tuple, TupleDesc desc, void *arg)
{
	BzChances *c = arg;
	int category = category_in(tuple, desc, 1);
	int from = int_in(tuple, desc, 2);
	int to = int_in(tuple, desc, 3);
	bool isnull;
	double rate = DatumGetFloat8(SPI_getbinval(tuple, desc, 4, &isnull));
	Rates *r = c->nrates > 0 ? c->rates[c->nrates - 1] : NULL;

	if (r == NULL || r->category != category)
	{
		r = palloc0(sizeof(Rates));
		r->category = category;
		c->rates = one_more(c->rates, c->nrates, sizeof(Rates *));
		c->rates[c->nrates++] = r;
	}
	for (int age = Max(from, 0); age <= to && age < AGES; age++)
		r->monthly[age] = rate;
	/* who may be of any age is meant by a rate for all ages alone */
	if (from <= 0 && to >= AGES - 1)
		r->monthly[UNKNOWN_AGE] = rate;
}

static void
take_recovery(HeapTuple tuple, TupleDesc desc, void *arg)
{
	BzChances *c = arg;

	c->recovery = one_more(c->recovery, c->nrecoveries, sizeof(Recovery));
	c->recovery[c->nrecoveries++] = (Recovery){{int_in(tuple, desc, 1), category_in(tuple, desc, 2)},
											   day_in(tuple, desc, 3, TL_BEGIN),
											   day_in(tuple, desc, 4, TL_END)};
}

static void
take_digest(HeapTuple tuple, TupleDesc desc, void *arg)
{
	BzChances *c = arg;

	c->digest = one_more(c->digest, c->ndigests, sizeof(Digest));
	c->digest[c->ndigests++] = (Digest){{int_in(tuple, desc, 1), category_in(tuple, desc, 2)},
										day_in(tuple, desc, 3, TL_BEGIN),
										(int32) int_in(tuple, desc, 4)};
}

static int
place_cmp(const BzPlace *a, const BzPlace *b)
{
	if (a->unit != b->unit)
		return a->unit < b->unit ? -1 : 1;
	return (a->category > b->category) - (a->category < b->category);
}

static int
by_place(const void *a, const void *b)
{
	return place_cmp(a, b);
}

/* The first of "n" entries that is of a place or a later one; each begins with its place. */
static int
first_of(const void *array, int n, Size size, const BzPlace *place)
{
	int low = 0;
	int high = n;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (place_cmp((const BzPlace *) ((const char *) array + middle * size), place) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Read the rates and rules that the office has set. */
BzChances *
bz_chances(BzOutlook *o)
{
	BzChances *c = palloc0(sizeof(BzChances));
	DateADT month = bz_month_begin(o->first_month - 1);

	c->o = o;
	c->first_part = (double) (o->day[0] - o->as_of) / (o->day[0] - month);
	c->lost = palloc(o->nmonths * sizeof(bool));
	c->most_over = palloc(o->nmonths * sizeof(int32));
	bz_outlook_ask(o,
				   "SELECT category, age_from, age_to, monthly_rate FROM bianzhi.attrition_rate "
				   "ORDER BY category COLLATE pg_catalog.\"C\", age_from, attrition_rate_id",
				   take_rate, c);
	bz_outlook_ask(o,
				   "SELECT unit_id, category, pg_catalog.lower(during), pg_catalog.upper(during) "
				   "FROM bianzhi.quota WHERE on_exit OPERATOR(pg_catalog.=) 'recover'",
				   take_recovery, c);
	bz_outlook_ask(o, "SELECT unit_id, category, day, max_excess FROM bianzhi.digest_plan ORDER BY day",
				   take_digest, c);
	if (c->nrecoveries > 0)
		qsort(c->recovery, c->nrecoveries, sizeof(Recovery), by_place);
	if (c->ndigests > 0)
		qsort(c->digest, c->ndigests, sizeof(Digest), by_place);
	return c;
}

/* What else decides about an account. */
static void
set_rules(BzChances *c, const BzPlace *place, BzTrials *trials)
{
	const BzOutlook *o = c->o;

	trials->lost = NULL;
	trials->most_over = NULL;
	for (int i = first_of(c->recovery, c->nrecoveries, sizeof(Recovery), place);
		 i < c->nrecoveries && place_cmp(&c->recovery[i].place, place) == 0; i++)
	{
		if (trials->lost == NULL)
			memset(c->lost, false, o->nmonths * sizeof(bool));
		trials->lost = c->lost;
		for (int m = 0; m < o->nmonths; m++)
			c->lost[m] |= c->recovery[i].from <= o->day[m] && o->day[m] < c->recovery[i].to;
	}
	for (int i = first_of(c->digest, c->ndigests, sizeof(Digest), place);
		 i < c->ndigests && place_cmp(&c->digest[i].place, place) == 0; i++)
	{
		if (trials->most_over == NULL)
			for (int m = 0; m < o->nmonths; m++)
				c->most_over[m] = INT32_MAX;
		trials->most_over = c->most_over;
		for (int m = 0; m < o->nmonths; m++)
			if (c->digest[i].day <= o->day[m])
				c->most_over[m] = Min(c->most_over[m], c->digest[i].most);
	}
}

/* ---- trials ---- */

/* The rates of a category: its own, or those of the nearest one above that has some. */
static const double *
rates_of(const BzChances *c, int category)
{
	while (c->nrates > 0 && category >= 0)
	{
		const BzCategory *rules;

		for (int i = 0; i < c->nrates; i++)
			if (c->rates[i]->category == category)
				return c->rates[i]->monthly;
		rules = bz_category(category);
		category = rules == NULL ? -1 : rules->parent;
	}
	return NULL;
}

static void
set_age(const BzOutlook *o, BzTrial *t)
{
	int32 months;

	t->age = UNKNOWN_AGE;
	t->birthday = BZ_NEVER;
	if (t->stay->birth != BZ_NO_MONTH)
	{
		/* the age at which the month before the first that counts began */
		months = o->first_month - 1 + t->risk - t->stay->birth;
		t->age = months < 0 ? 0 : months / 12;
		t->birthday = t->risk + 12 * (t->age + 1) - months;
		t->age = Min(t->age, AGES - 1);
	}
	t->rate = t->by_age == NULL ? 0 : t->by_age[t->age];
}

static void
make_room(BzChances *c, int n)
{
	if (n <= c->capacity)
		return;
	if (c->capacity > 0)
	{
		pfree(c->trial);
		pfree(c->p);
		pfree(c->seats);
	}
	c->capacity = Max(1024, 2 * n);
	c->trial = MemoryContextAllocHuge(c->o->context, c->capacity * sizeof(BzTrial));
	c->p = MemoryContextAllocHuge(c->o->context, c->capacity * sizeof(double));
	c->seats = MemoryContextAllocHuge(c->o->context, c->capacity * sizeof(int32));
}

/* The stays that count in an account, before the first month. */
void
bz_trials(BzChances *c, int64 unit, int category, BzTrials *trials)
{
	const BzOutlook *o = c->o;
	const int32 *member;
	int n = bz_outlook_stays(o, unit, category, &member);

	make_room(c, n);
	set_rules(c, &(BzPlace){unit, category}, trials);
	trials->trial = c->trial;
	trials->n = n;
	trials->chance = trials->lost != NULL;
	for (int i = 0; i < n; i++)
	{
		const BzStay *stay = &o->stay[member[i]];
		BzTrial *t = &c->trial[i];

		t->stay = stay;
		t->seats = stay->seats;
		t->here = 1;
		t->freed = t->lost = 0;
		t->starts = bz_outlook_month(o, stay->from);
		t->ends = stay->to == TL_END ? o->nmonths : bz_outlook_month(o, stay->to);
		t->leaves = stay->why == BZ_OVERDUE || stay->leaves == TL_END ? BZ_NEVER
																	  : bz_outlook_month(o, stay->leaves);
		/* who is there, even if elsewhere, may leave from now on, who is still to come not before he or she is there */
		t->risk = stay->here ? 0 : t->starts + 1;
		t->recovers = stay->recovers && stay->unit == unit;
		t->by_age = rates_of(c, stay->category);
		t->number = i;
		set_age(o, t);
		trials->chance |= t->by_age != NULL;
	}
}

/* A month goes by for one of them. */
static inline void
step(const BzChances *c, BzTrial *t, int month, bool lost)
{
	double leaves;

	if (month >= t->leaves)
	{
		/* not the sum of what was rounded on the way: it is certain */
		if (t->here == 0)
			return;
		t->here = 0;
		if (lost && t->recovers)
			t->lost = 1 - t->freed;
		else
			t->freed = 1 - t->lost;
		return;
	}
	if (month < t->risk || t->by_age == NULL)
		return;
	while (month >= t->birthday)
	{
		t->birthday += 12;
		t->age = Min(t->age + 1, AGES - 1);
		t->rate = t->by_age[t->age];
	}
	/* the first one is what is left of a month */
	leaves = t->here * (month > 0 || t->rate == 1 ? t->rate : -expm1(c->first_part * log1p(-t->rate)));
	t->here -= leaves;
	if (lost && t->recovers)
		t->lost += leaves;
	else
		t->freed += leaves;
}

/*
 * Go on to a month, the one after that of the call before.  Trials that are
 * over are dropped, and where nobody takes a seat along also those that have
 * come to a certain end.
 */
void
bz_chance_month(BzChances *c, BzTrials *trials, int month, BzChance *chance)
{
	bool lost = trials->lost != NULL && trials->lost[month];
	BzChance sum = {.single = true};
	int i = 0;

	while (i < trials->n)
	{
		BzTrial *t = &trials->trial[i];
		int32 seats = t->seats;

		if (month >= t->ends || (month >= t->leaves && trials->lost == NULL))
		{
			*t = trials->trial[--trials->n];
			continue;
		}
		i++;
		step(c, t, month, lost);
		if (month < t->starts)
			continue;
		if (month < t->leaves)
			sum.leaving += seats * (t->freed + t->lost);
		sum.recovered += seats * t->lost;
		if (t->freed == 0)
			continue;
		sum.freed += seats * t->freed;
		sum.single &= seats == 1;
		c->seats[sum.n] = seats;
		c->p[sum.n++] = Min(t->freed, 1);
	}
	*chance = sum;
}

/* ---- distributions ---- */

static void
check_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

static double *
work_for(BzChances *c, int64 need)
{
	if (need > c->work_capacity)
	{
		if (c->work != NULL)
			pfree(c->work);
		c->work_capacity = 2 * need;
		c->work = MemoryContextAllocHuge(c->o->context, c->work_capacity * sizeof(double));
	}
	return c->work;
}

/* The distribution of the seats that are freed where some trials are of several seats: one after the other. */
static const double *
several_seats(BzChances *c, int n, int64 *most)
{
	int64 all = 0;
	double *pmf;

	for (int i = 0; i < n; i++)
		all += c->seats[i];
	if (all > BZ_DISTRIBUTION_MAX)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("no more than %d probabilities can be taken", BZ_DISTRIBUTION_MAX));
	pmf = work_for(c, all + 1);
	memset(pmf, 0, (all + 1) * sizeof(double));
	pmf[0] = 1;
	*most = 0;
	for (int i = 0; i < n; i++)
	{
		int32 seats = c->seats[i];

		CHECK_FOR_INTERRUPTS();
		*most += seats;
		for (int64 k = *most; k >= 0; k--)
			pmf[k] = pmf[k] * (1 - c->p[i]) + (k >= seats ? pmf[k - seats] * c->p[i] : 0);
	}
	return pmf;
}

/* The distribution of the seats that are freed in a month: from 0 to "most". */
const double *
bz_chance_distribution(BzChances *c, const BzChance *chance, int64 *most)
{
	double *pmf;

	if (!chance->single)
		return several_seats(c, chance->n, most);
	*most = chance->n;
	if (*most > BZ_DISTRIBUTION_MAX)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("no more than %d probabilities can be taken", BZ_DISTRIBUTION_MAX));
	pmf = work_for(c, *most + 1 + BZ_DISTRIBUTION_WORK(*most));
	if (!bz_distribution(c->p, (int) *most, pmf, pmf + *most + 1, check_interrupts))
		elog(ERROR, "probabilities are out of range");
	return pmf;
}

/* Quantiles of it, for ascending "q". */
void
bz_chance_quantiles(BzChances *c, const BzChance *chance, const double *q, int nq, int64 *k)
{
	int single[8];

	if (chance->n == 0)
		memset(k, 0, nq * sizeof(int64));
	else if (!chance->single || chance->n > BZ_DISTRIBUTION_MAX)
	{
		int64 most;
		const double *pmf = bz_chance_distribution(c, chance, &most);

		for (int i = 0; i < nq; i++)
			k[i] = bz_distribution_quantile(pmf, (int) most, q[i]);
	}
	else
	{
		Assert(nq <= lengthof(single));
		if (!bz_distribution_quick(c->p, chance->n, q, nq, single,
								   work_for(c, BZ_DISTRIBUTION_QUICK_WORK(chance->n))))
			elog(ERROR, "probabilities are out of range");
		for (int i = 0; i < nq; i++)
			k[i] = single[i];
	}
}
