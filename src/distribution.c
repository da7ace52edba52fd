/*
 * distribution.c
 *		How many of n independent trials succeed, each with its own probability.
 *
 * Trials are taken LEAF at a time, one after the other, in double-double; the
 * distributions of the leaves are then multiplied in a balanced tree, in double.
 *
 * How far an entry can be off.  Let u = 2^-53.  No entry is negative, so relative
 * errors of factors add, and sums keep the largest of their terms.
 *
 * 1. A leaf: 1 - p is kept exactly, as a sum of two doubles.  A step of
 *    double-double errs by less than 16 u^2, LEAF of them by less than 2^-42 u;
 *    rounding the result to a double errs by u.
 * 2. A product: each of its terms is rounded once; their sum carries along what
 *    each addition lost, and is rounded once.  What is lost of the losses is less
 *    than m^2 u^2 for m terms, 2^-21 u for the largest m there is.  Together
 *    2 u and that little.
 * 3. With L = ceil(n / LEAF) leaves there are L - 1 products: less than
 *    3.001 L u in all.  For n = 20,000 this is 1.1e-13, for BZ_DISTRIBUTION_MAX
 *    5.3e-13.
 *
 * What is too small for a double.  Distributions are held SCALE times as large
 * as they are, so that neither a term nor a loss of any that matters underflows.
 * Entries below CUT are left out at both ends of each distribution.  As the
 * entries of the other factor add up to 1, an entry of a product then lacks at
 * most what both factors lack, and the CUT of its own: 2 L CUT at most, which is
 * 2.6e-319.  To an entry of 1e-300 that is a relative error of 3e-19.  Entries
 * below 1e-300 come out too, less exact the smaller they are, down to 0.
 */
#include "distribution.h"

#include <stddef.h>
#include <string.h>

#ifdef __FAST_MATH__
#error "distribution.c counts on each operation being rounded as it is written"
#endif

/* trials of a leaf; a harness sets it low, so that small inputs make trees */
#ifndef LEAF
#define LEAF 64
#endif

/* entries of a product that are worked out side by side */
#define LANES 8
/* so many zeros are put before and after a factor, so that all lanes may read it */
#define MARGIN (LANES - 1)

#define SCALE 0x1p510
#define CUT (0x1p-1070 * SCALE)

/* a number as the sum of two, of which the second is the rounding error of the first */
typedef struct Pair
{
	double hi;
	double lo;
} Pair;

/* entries of a distribution: that of "first" successes, and of "n" - 1 more */
typedef struct Piece
{
	double *entry;
	int first;
	int n;
} Piece;

/* a + b without error (Knuth) */
static inline Pair
two_sum(double a, double b)
{
	double sum = a + b;
	double of_b = sum - a;
	double of_a = sum - of_b;

	return (Pair){sum, (a - of_a) + (b - of_b)};
}

/* a + b without error, where a is not the smaller one (Dekker) */
static inline Pair
two_sum_ordered(double a, double b)
{
	double sum = a + b;
	double of_b = sum - a;

	return (Pair){sum, b - of_b};
}

/* a number in two halves whose products are exact (Veltkamp) */
static inline Pair
halves(double a)
{
	double many = a * 0x1.0000002p27;
	double rest = many - a;
	double hi = many - rest;

	return (Pair){hi, a - hi};
}

/* a * b, given the halves of b.hi (Dekker) */
static inline Pair
multiply(Pair a, Pair b, Pair halves_of_b)
{
	Pair h = halves(a.hi);
	double product = a.hi * b.hi;
	double high = h.hi * halves_of_b.hi;
	double middle = h.hi * halves_of_b.lo;
	double other_middle = h.lo * halves_of_b.hi;
	double low = h.lo * halves_of_b.lo;
	double cross = a.hi * b.lo;
	double other_cross = a.lo * b.hi;

	low += ((high - product) + middle) + other_middle;
	return two_sum_ordered(product, low + (cross + other_cross));
}

/* a + b, neither of them negative */
static inline Pair
add(Pair a, Pair b)
{
	Pair sum = two_sum(a.hi, b.hi);

	return two_sum_ordered(sum.hi, sum.lo + (a.lo + b.lo));
}

/* Leave out what is too small at both ends. */
static Piece
trim(Piece piece)
{
	while (piece.n > 1 && piece.entry[piece.n - 1] < CUT)
		piece.n--;
	while (piece.n > 1 && piece.entry[0] < CUT)
	{
		piece.entry++;
		piece.first++;
		piece.n--;
	}
	return piece;
}

/* The distribution of at most LEAF trials, written to "room". */
static Piece
leaf(const double *p, int n, double *room)
{
	Pair f[LEAF + 1];
	Piece piece = {room, 0, 1};

	f[0] = (Pair){SCALE, 0};
	for (int i = 0; i < n; i++)
	{
		Pair yes = {p[i], 0};
		Pair no = two_sum_ordered(1, -p[i]);
		Pair halves_of_yes = halves(yes.hi);
		Pair halves_of_no = halves(no.hi);

		/* what is certain is no trial, and costs no rounding */
		if (p[i] == 0)
			continue;
		if (p[i] == 1)
		{
			piece.first++;
			continue;
		}
		f[piece.n] = multiply(f[piece.n - 1], yes, halves_of_yes);
		for (int k = piece.n - 1; k > 0; k--)
			f[k] = add(multiply(f[k], no, halves_of_no), multiply(f[k - 1], yes, halves_of_yes));
		f[0] = multiply(f[0], no, halves_of_no);
		piece.n++;
	}
	for (int k = 0; k < piece.n; k++)
		room[k] = f[k].hi;
	return trim(piece);
}

/*
 * LANES entries of a product, from entry "k" on, which take entries "from" to
 * "to" of "a".  "b" has a margin.
 */
static inline void
lanes(const double *a, const double *b, int k, int from, int to, double out[LANES])
{
	double sum[LANES] = {0};
	double lost[LANES] = {0};

	for (int i = from; i <= to; i++)
	{
		double factor = a[i];
		const double *other = b + (k - i);

		for (int l = 0; l < LANES; l++)
		{
			double term = factor * other[l];
			Pair s = two_sum(sum[l], term);

			sum[l] = s.hi;
			lost[l] += s.lo;
		}
	}
	for (int l = 0; l < LANES; l++)
		out[l] = (sum[l] + lost[l]) * (1 / SCALE);
}

/* The distribution of the sum of two; "b" has a margin.  "room" has room for all entries, and MARGIN more. */
static Piece
product(Piece a, Piece b, double *room)
{
	Piece piece = {room, a.first + b.first, a.n + b.n - 1};

	for (int k = 0; k < piece.n; k += LANES)
		lanes(a.entry, b.entry, k, k < b.n ? 0 : k - b.n + 1, k + MARGIN < a.n ? k + MARGIN : a.n - 1,
			  room + k);
	return piece;
}

/*
 * The distribution of "n" trials, written to the beginning of "room", which is
 * BZ_DISTRIBUTION_WORK(n) long.
 *
 * That is enough: n1 + 1 for one factor, n2 + 1 and two margins for the other,
 * n + 1 and a margin for the product are 2 n + 24; and while the second is made
 * it takes 2 n2 + 32, which with the n1 + 1 and a margin before it is no more
 * than 2 n + 32 as soon as n1 is 8.
 */
static Piece
tree(const double *p, int n, double *room, void (*between)(void))
{
	int leaves = (n + LEAF - 1) / LEAF;
	int left = (leaves + 1) / 2 * LEAF;
	Piece a;
	Piece b;
	double *end;

	if (leaves <= 1)
		return leaf(p, n, room);
	a = tree(p, left, room, between);
	memmove(room, a.entry, (size_t) a.n * sizeof(double));
	a.entry = room;
	end = room + a.n + MARGIN;
	b = tree(p + left, n - left, end, between);
	memmove(end, b.entry, (size_t) b.n * sizeof(double));
	b.entry = end;
	end += b.n + MARGIN;
	memset(b.entry - MARGIN, 0, MARGIN * sizeof(double));
	memset(b.entry + b.n, 0, MARGIN * sizeof(double));
	if (between != NULL)
		between();
	return trim(product(a, b, end));
}

static bool
are_probabilities(const double *p, int n)
{
	int fine = 1;

	for (int i = 0; i < n; i++)
		fine &= (p[i] >= 0) & (p[i] <= 1);
	return fine;
}

/*
 * The probabilities of 0 to n successes in "n" trials with probabilities "p".
 * The relative error of each that is 1e-300 or more is below 1e-12, see above;
 * one that is 0 because trials are certain is exactly 0.  "pmf" has room for
 * n + 1, "work" for BZ_DISTRIBUTION_WORK(n); "between", unless NULL, is called
 * now and then, and need not return.  False: a probability is none, or n is out
 * of range.
 */
bool
bz_distribution(const double *p, int n, double *pmf, double *work, void (*between)(void))
{
	Piece all;

	if (n < 0 || n > BZ_DISTRIBUTION_MAX || !are_probabilities(p, n))
		return false;
	all = tree(p, n, work, between);
	memset(pmf, 0, ((size_t) n + 1) * sizeof(double));
	for (int k = 0; k < all.n; k++)
		pmf[all.first + k] = all.entry[k] * (1 / SCALE);
	return true;
}

/* Add to a sum that is kept as two numbers. */
static inline Pair
plus(Pair sum, double x)
{
	Pair s = two_sum(sum.hi, x);

	return (Pair){s.hi, sum.lo + s.lo};
}

/* The expected number of successes, off by little more than one rounding. */
double
bz_distribution_mean(const double *p, int n)
{
	Pair sum = {0, 0};

	for (int i = 0; i < n; i++)
		sum = plus(sum, p[i]);
	return sum.hi + sum.lo;
}

/*
 * The smallest k with P(X <= k) >= q, for q from 0 to 1.  Where P(X <= k) is q but
 * for the error of the distribution, it may be k or k + 1.  For a large q the other
 * tail is added up, so that it is exact there, too.  q = 1: the last k that is
 * possible, as far as "pmf" shows it.
 */
int
bz_distribution_quantile(const double *pmf, int n, double q)
{
	Pair sum = {0, 0};
	int k;

	if (q <= 0.5)
	{
		for (k = 0; k < n; k++)
		{
			sum = plus(sum, pmf[k]);
			if (sum.hi + sum.lo >= q)
				break;
		}
		return k;
	}
	/* P(X > k) <= 1 - q; the difference is exact */
	for (k = n; k > 0; k--)
	{
		sum = plus(sum, pmf[k]);
		if (sum.hi + sum.lo > 1 - q)
			break;
	}
	return k;
}

/*
 * P(X >= least).  The smaller tail is added up, from its small end, to little more
 * than one rounding; where that is the other one, what is left of 1.
 */
double
bz_distribution_at_least(const double *pmf, int n, int least)
{
	Pair below = {0, 0};
	Pair above = {0, 0};

	if (least <= 0)
		return 1;
	for (int k = 0; k < least && k <= n; k++)
		below = plus(below, pmf[k]);
	if (below.hi + below.lo < 0.5)
		return 1 - (below.hi + below.lo);
	for (int k = n; k >= least; k--)
		above = plus(above, pmf[k]);
	return above.hi + above.lo;
}

/* The next trial that is neither certain nor impossible; 0 at the end. */
static double
next_open(const double *p, int n, int *at, int *certain)
{
	while (*at < n)
	{
		double yes = p[(*at)++];

		if (yes == 1)
			(*certain)++;
		else if (yes > 0)
			return yes;
	}
	return 0;
}

/* The distribution of two trials. */
static void
two_trials(double x, double y, double c[3])
{
	c[0] = (1 - x) * (1 - y);
	c[1] = x * (1 - y) + (1 - x) * y;
	c[2] = x * y;
}

/* so many entries stay as they are, as there is little to save; a harness sets it low */
#ifndef LEAST_CUT
#define LEAST_CUT 24
#endif

#define NUMBER float
#define PASS(name) float_##name
#include "quick_pass.h"
#undef NUMBER
#undef PASS

#define NUMBER double
#define PASS(name) double_##name
#include "quick_pass.h"
#undef NUMBER
#undef PASS

/* what a first pass leaves out, and the trials up to which it is made in floats */
#define ROUGH_CUT 1e-4
#define FLOAT_MAX 1024

/*
 * Quantiles without the whole distribution: for each of "nq" ascending q the
 * smallest k with P(X <= k) >= q.  "work" has room for
 * BZ_DISTRIBUTION_QUICK_WORK(n).  False: a probability is none, or n is out of range.
 *
 * Each trial may leave out c = cut / 2n at either end of a distribution; where
 * they are taken in a tree, half of it, and each product LEAF / 2 times that,
 * which is no more, as its leaves have more trials.  The trials that follow only
 * spread what was left out, so at the end no P(X <= k) is off by more than half
 * the cut for it, and by what is lost to roundings.  Of these a leaf has six for
 * four trials, as what these come to is worked out in double; a product one for
 * each entry of its smaller factor, and they add up: less than n / 2 at each of
 * log2(2 n / LEAF) levels.
 *
 * The first pass leaves out ROUGH_CUT, and in floats loses up to 4.5 n 2^-24.
 * That is much, but few P(X <= k) come as near to q.  Only for those the pass is
 * made again, with BZ_DISTRIBUTION_CUT and in doubles, which lose 1e-10 at most: the
 * answer is right unless P(X <= k) comes as near to q as that.
 *
 * What is kept: an end stays only where the tail from it on is more than c.  By
 * Hoeffding's inequality the tail t away from the mean is exp(-2 t^2 / i) at
 * most, so t is at most sqrt(i ln(1/c) / 2): n = 20,000 takes no more than 1240
 * entries at a time, and few where the variance is small.
 */
bool
bz_distribution_quick(const double *p, int n, const double *q, int nq, int *k, double *work)
{
	float small[BZ_DISTRIBUTION_QUICK_WORK(FLOAT_MAX)];
	bool sure;

	if (n < 0 || n > BZ_DISTRIBUTION_MAX || !are_probabilities(p, n))
		return false;
	if (n <= FLOAT_MAX)
		sure = float_quantiles(p, n, q, nq, k, small, ROUGH_CUT, ROUGH_CUT / 2 + 4.5 * n * 0x1p-24);
	else
		sure = double_quantiles(p, n, q, nq, k, work, ROUGH_CUT, ROUGH_CUT);
	if (!sure)
		double_quantiles(p, n, q, nq, k, work, BZ_DISTRIBUTION_CUT, 0);
	return true;
}
