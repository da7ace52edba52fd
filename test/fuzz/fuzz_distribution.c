/*
 * fuzz_distribution.c
 *		The number of successes of up to 64 trials, against one trial after the
 *		other in long double.  Built with leaves of a few trials, so that small
 *		inputs make trees.
 */
#include "distribution.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

#define MOST 64
#define TOLERANCE 1e-12L
#define SMALLEST 1e-300L
/* the quick quantiles need not be told apart from their neighbours so near to q */
#define NEAR 1e-9L

/* Of two bytes: what is certain, what nearly is, tiny numbers, and anything between */
static double
probability(const uint8_t *data)
{
	static const double odd[] = {0,		  1,	   0.5,	  -0.0,	  DBL_MIN, 0x1p-1074,
								 0x1p-53, 0x1p-54, 1e-17, 1e-100, 1e-300};
	double x = (data[0] % 16 * 256 + data[1] + 1) / 4098.0;

	switch (data[0] / 16)
	{
		case 0:
			return odd[data[1] % (sizeof(odd) / sizeof(odd[0]))];
		case 1:
			return 1 - DBL_EPSILON / 2 * (1 + data[1]);
		case 2:
			return ldexp(x, -(int) data[1] * 4);
		case 3:
			return 1 - ldexp(x, -data[1] / 5);
		case 4:
			return x * 1e-3;
		default:
			return x;
	}
}

/* One trial after the other. */
static void
reference(const double *p, int n, long double *f)
{
	f[0] = 1;
	for (int i = 0; i < n; i++)
	{
		long double no = 1 - (long double) p[i];

		f[i + 1] = 0;
		for (int k = i + 1; k > 0; k--)
			f[k] = f[k] * no + f[k - 1] * p[i];
		f[0] *= no;
	}
}

static void
check_entries(const double *pmf, const long double *f, int n)
{
	long double sum = 0;

	for (int k = 0; k <= n; k++)
	{
		EXPECT(pmf[k] >= 0);
		if (f[k] >= SMALLEST)
			EXPECT(fabsl(pmf[k] - f[k]) <= TOLERANCE * f[k]);
		else
			EXPECT(pmf[k] <= SMALLEST * (1 + TOLERANCE));
		EXPECT(f[k] != 0 || pmf[k] == 0);
		sum += pmf[k];
	}
	EXPECT(fabsl(sum - 1) <= TOLERANCE);
}

/* k is the smallest whose cdf is q at least, as far as that is known to within "slack" of both q and 1 - q */
static void
check_quantile(const long double *cdf, const long double *tail, int n, double q, int k, long double slack)
{
	EXPECT(k >= 0 && k <= n);
	if (q <= 0.5)
	{
		EXPECT(cdf[k] >= q - q * slack);
		EXPECT(k == 0 || cdf[k - 1] < q + q * slack);
	}
	else
	{
		EXPECT(tail[k + 1] <= (1 - q) * (1 + slack));
		EXPECT(k == 0 || tail[k] > (1 - q) * (1 - slack));
	}
}

static void
check_sums(const double *p, const double *pmf, const long double *f, int n)
{
	static const double some[] = {1e-9, 0.1, 0.5, 0.9, 1 - 1e-9};
	enum
	{
		NSOME = sizeof(some) / sizeof(some[0])
	};
	long double cdf[MOST + 1];
	long double tail[MOST + 2];
	long double mean = 0;
	double work[BZ_DISTRIBUTION_QUICK_WORK(MOST)];
	int quick[NSOME];

	for (int k = 0; k <= n; k++)
		cdf[k] = f[k] + (k > 0 ? cdf[k - 1] : 0);
	tail[n + 1] = 0;
	for (int k = n; k >= 0; k--)
		tail[k] = f[k] + tail[k + 1];
	for (int i = 0; i < n; i++)
		mean += p[i];
	EXPECT(fabsl(bz_distribution_mean(p, n) - mean) <= 2 * DBL_EPSILON * mean);

	for (int k = -1; k <= n + 2; k++)
	{
		double found = bz_distribution_at_least(pmf, n, k);
		long double known = k <= 0 ? 1 : k > n ? 0 : tail[k];

		EXPECT(found >= 0 && found <= 1 + TOLERANCE);
		if (known >= SMALLEST)
			EXPECT(fabsl(found - known) <= TOLERANCE * known);
	}

	EXPECT(bz_distribution_quantile(pmf, n, 0) == 0);
	EXPECT(bz_distribution_quick(p, n, some, NSOME, quick, work));
	for (int i = 0; i < NSOME; i++)
	{
		int k = bz_distribution_quantile(pmf, n, some[i]);
		bool near = false;

		check_quantile(cdf, tail, n, some[i], k, TOLERANCE);
		for (int j = 0; j <= n; j++)
			near |= fabsl(cdf[j] - some[i]) <= NEAR;
		EXPECT(near || quick[i] == k);
		EXPECT(quick[i] >= 0 && quick[i] <= n);
		EXPECT(i == 0 || quick[i - 1] <= quick[i]);
	}
}

/* What is none is refused, wherever it stands. */
static void
check_refusal(double *p, int n, uint8_t how)
{
	static const double none[] = {-DBL_MIN, 1 + DBL_EPSILON, HUGE_VAL, -HUGE_VAL, -1, 2};
	double pmf[MOST + 1];
	double work[BZ_DISTRIBUTION_WORK(MOST)];
	double half = 0.5;
	int k;

	p[how % n] = how % 7 < 6 ? none[how % 7] : (double) NAN;
	EXPECT(!bz_distribution(p, n, pmf, work, NULL));
	EXPECT(!bz_distribution_quick(p, n, &half, 1, &k, work));
	EXPECT(!bz_distribution(p, -1, pmf, work, NULL));
	EXPECT(!bz_distribution(p, BZ_DISTRIBUTION_MAX + 1, pmf, work, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int n = (int) (size / 2 < MOST ? size / 2 : MOST);
	double *p = malloc(sizeof(double) * (size_t) (n + 1));
	double *pmf = malloc(sizeof(double) * (size_t) (n + 1));
	double *work = malloc(sizeof(double) * (size_t) BZ_DISTRIBUTION_WORK(n));
	long double f[MOST + 1];

	for (int i = 0; i < n; i++)
		p[i] = probability(data + 2 * i);
	/* what is not written must not be read */
	memset(pmf, 0xff, sizeof(double) * (size_t) (n + 1));
	memset(work, 0xff, sizeof(double) * (size_t) BZ_DISTRIBUTION_WORK(n));
	EXPECT(bz_distribution(p, n, pmf, work, NULL));
	reference(p, n, f);
	check_entries(pmf, f, n);
	check_sums(p, pmf, f, n);
	if (n > 0)
		check_refusal(p, n, data[0]);
	free(p);
	free(pmf);
	free(work);
	return 0;
}
