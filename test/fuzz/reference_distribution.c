/*
 * reference_distribution.c
 *		The number of successes of few and of many trials: against every possible
 *		outcome of up to 20, and for up to BZ_DISTRIBUTION_MAX against one trial
 *		after the other in long double.  Says how large the errors are.
 *
 * What is allowed is not 1e-12 but what distribution.c proves, which for few
 * trials is much less, and what the reference may err by: 3 roundings a trial,
 * or one an outcome.
 */
#include "distribution.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "expect.h"

/* of n trials in leaves of 64 */
#define BOUND(n) (3.001L * (((n) + 63) / 64) * DBL_EPSILON / 2)
#define MOST_OF_ALL 1e-12L

#define SMALLEST 1e-300L
/* where the reference stops; less would come near to what a long double cannot hold */
#define NOTHING 1e-4000L

#define MANY 20000
#define ENUMERATED 20

static uint64_t state = 1;

/* from 0 to 1, both excluded (xorshift64*) */
static double
draw(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (double) (((state * 0x2545F4914F6CDD1DU) >> 12) | 1) * 0x1p-52;
}

typedef enum Kind
{
	ANY,
	HALF,	   /* 1/2 all of them */
	TENTH,	   /* 1/10, whose 1 - p is no double */
	ROUNDED,   /* 0.3, whose 1 - p a double would be off by half a unit in the last place */
	NOBODY,	   /* next to nobody */
	EVERYBODY, /* next to everybody */
	MONTHLY,   /* rates of a month, by bands of age */
	MIXED,	   /* certain, nearly certain, and of all magnitudes */
	ORDERED,   /* small ones first: the factors lie far apart */
	NKINDS
} Kind;

static const char *const names[NKINDS] = {
	[ANY] = "any",		   [HALF] = "1/2",		[TENTH] = "1/10",
	[ROUNDED] = "0.3",	   [NOBODY] = "nobody", [EVERYBODY] = "everybody",
	[MONTHLY] = "monthly", [MIXED] = "mixed",	[ORDERED] = "ordered",
};

static double
probability(Kind kind, int i, int n)
{
	double x = draw();

	switch (kind)
	{
		case HALF:
			return 0.5;
		case TENTH:
			return 0.1;
		case ROUNDED:
			return 0.3;
		case NOBODY:
			return x * 1e-5;
		case EVERYBODY:
			return 1 - x * 1e-5;
		case MONTHLY:
			return 0.0007 * (1 + i % 40);
		case MIXED:
			return i % 7 == 0 ? 0 : i % 7 == 1 ? 1 : i % 7 == 2 ? 1 - ldexp(x, -i % 53) : ldexp(x, -i % 1000);
		case ORDERED:
			return (i + x) / n;
		default:
			return x;
	}
}

/* The largest relative error of what is large enough; the rest must be small, too. */
static long double
largest_error(const double *pmf, const long double *f, int n, int *entries)
{
	long double largest = 0;

	for (int k = 0; k <= n; k++)
	{
		if (f[k] >= SMALLEST)
		{
			long double error = fabsl(pmf[k] - f[k]) / f[k];

			/* written so that NaN is the largest */
			if (!(error <= largest))
				largest = error;
			++*entries;
		}
		else
			EXPECT(pmf[k] >= 0 && pmf[k] <= 1.001L * SMALLEST);
	}
	return largest;
}

/* One trial after the other; what is beyond reach at the ends is left out. */
static void
one_by_one(const double *p, int n, long double *f)
{
	int lo = 0;
	int hi = 0;

	for (int k = 0; k <= n; k++)
		f[k] = 0;
	f[0] = 1;
	for (int i = 0; i < n; i++)
	{
		long double yes = p[i];
		long double no = 1 - yes;

		f[hi + 1] = f[hi] * yes;
		for (int k = hi; k > lo; k--)
			f[k] = f[k] * no + f[k - 1] * yes;
		f[lo] *= no;
		hi++;
		while (lo < hi && f[lo] < NOTHING)
			f[lo++] = 0;
		while (hi > lo && f[hi] < NOTHING)
			f[hi--] = 0;
	}
}

/* Every outcome of what is left of the trials, given how likely the one so far is. */
static void
every_outcome(const double *p, int n, int successes, long double so_far, long double *f)
{
	if (n == 0)
	{
		f[successes] += so_far;
		return;
	}
	every_outcome(p + 1, n - 1, successes, so_far * (1 - (long double) p[0]), f);
	every_outcome(p + 1, n - 1, successes + 1, so_far * p[0], f);
}

/* The quick quantiles are the exact ones, unless the distribution passes q too near to tell: also where it passes as near as a rough pass cannot tell. */
static void
check_quick(const double *p, const double *pmf, int n, double *work)
{
	int median = bz_distribution_quantile(pmf, n, 0.5);
	double at_median = 1 - bz_distribution_at_least(pmf, n, median + 1);
	double q[] = {0.1, 0.5, 0.9, at_median - 1e-7, at_median + 1e-7};
	int k[5];

	EXPECT(bz_distribution_quick(p, n, q, 3, k, work));
	EXPECT(bz_distribution_quick(p, n, q + 3, 2, k + 3, work));
	for (int i = 0; i < 5; i++)
	{
		int exact = bz_distribution_quantile(pmf, n, q[i]);
		double above = bz_distribution_at_least(pmf, n, exact + 1);
		double here = bz_distribution_at_least(pmf, n, exact);

		if (q[i] < 1 && fabs(1 - above - q[i]) > 1e-9 && fabs(1 - here - q[i]) > 1e-9)
			EXPECT(k[i] == exact);
	}
}

int
main(void)
{
	static const int sizes[] = {63, 64, 65, 128, 129, 1000, 4999, MANY};
	double *p = malloc(sizeof(double) * BZ_DISTRIBUTION_MAX);
	double *pmf = malloc(sizeof(double) * (BZ_DISTRIBUTION_MAX + 1));
	double *work = malloc(sizeof(double) * BZ_DISTRIBUTION_WORK(BZ_DISTRIBUTION_MAX));
	long double *f = malloc(sizeof(long double) * (BZ_DISTRIBUTION_MAX + 1));
	long double worst = 0;
	long double allowed;
	int entries = 0;
	int most = LDBL_MANT_DIG >= 64 && LDBL_MIN_EXP < -10000 ? (int) (sizeof(sizes) / sizeof(sizes[0])) : 0;

	/* what was found is to be seen where it is too much, too */
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	for (int n = 0; n <= ENUMERATED; n++)
		for (int kind = 0; kind < NKINDS; kind++)
		{
			long double error;

			for (int i = 0; i < n; i++)
				p[i] = probability((Kind) kind, i, n);
			for (int k = 0; k <= n; k++)
				f[k] = 0;
			every_outcome(p, n, 0, 1, f);
			EXPECT(bz_distribution(p, n, pmf, work, NULL));
			error = largest_error(pmf, f, n, &entries);
			if (!(error <= worst))
				worst = error;
			check_quick(p, pmf, n, work);
		}
	printf("distribution: all outcomes of up to %d trials, %d probabilities, largest relative error %.1Le\n",
		   ENUMERATED, entries, worst);
	EXPECT(worst <= BOUND(ENUMERATED) + ((1 << ENUMERATED) + 3 * ENUMERATED) * LDBL_EPSILON / 2);

	for (int s = 0; s < most; s++)
	{
		int worst_kind = 0;

		allowed = BOUND(sizes[s]) + 3 * sizes[s] * LDBL_EPSILON / 2;
		worst = 0;
		entries = 0;
		for (int kind = 0; kind < NKINDS; kind++)
		{
			long double error;

			for (int i = 0; i < sizes[s]; i++)
				p[i] = probability((Kind) kind, i, sizes[s]);
			one_by_one(p, sizes[s], f);
			EXPECT(bz_distribution(p, sizes[s], pmf, work, NULL));
			error = largest_error(pmf, f, sizes[s], &entries);
			if (!(error <= worst))
			{
				worst = error;
				worst_kind = kind;
			}
			check_quick(p, pmf, sizes[s], work);
		}
		printf(
			"distribution: %d trials, %d probabilities, largest relative error %.1Le (%s), allowed %.1Le\n",
			sizes[s], entries, worst, names[worst_kind], allowed);
		EXPECT(worst <= allowed && allowed <= MOST_OF_ALL);
	}
	if (most == 0)
		printf("distribution: no reference for more trials: a long double is no better than a double here\n");

	/* at the limit, known in closed form: everybody with the same probability */
	for (int i = 0; i < BZ_DISTRIBUTION_MAX; i++)
		p[i] = 1e-3;
	EXPECT(bz_distribution(p, BZ_DISTRIBUTION_MAX, pmf, work, NULL));
	worst = 0;
	f[0] = expl(BZ_DISTRIBUTION_MAX * log1pl(-(long double) p[0]));
	for (int k = 1; k <= BZ_DISTRIBUTION_MAX; k++)
		f[k] = f[k - 1] * (BZ_DISTRIBUTION_MAX - k + 1) / k * p[0] / (1 - (long double) p[0]);
	worst = largest_error(pmf, f, BZ_DISTRIBUTION_MAX, &entries);
	printf("distribution: binomial, %d trials, largest relative error %.1Le\n", BZ_DISTRIBUTION_MAX, worst);
	EXPECT(most == 0 || worst <= MOST_OF_ALL);
	check_quick(p, pmf, BZ_DISTRIBUTION_MAX, work);
	return 0;
}
