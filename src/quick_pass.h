/*
 * quick_pass.h
 *		Quantiles without the whole distribution, in numbers of one type.
 *
 * distribution.c includes it for each type: NUMBER, with names made by PASS().
 * What is left out and how far it can be off is said there.
 */

/* entries of a distribution from its high end on: that of "first" successes is the last */
typedef struct PASS(Piece)
{
	NUMBER *entry;
	int first;
	int n;
} PASS(Piece);

/* Leave out both ends as far as may be. */
static PASS(Piece)
	PASS(cut)(PASS(Piece) piece, double may_below, double may_above, double *below, double *above)
{
	while (piece.n > 1 && *below + piece.entry[piece.n - 1] <= may_below)
	{
		*below += piece.entry[--piece.n];
		piece.first++;
	}
	while (piece.n > 1 && *above + piece.entry[0] <= may_above)
	{
		*above += *piece.entry++;
		piece.n--;
	}
	return piece;
}

/*
 * As many as four more trials for f: c is their own distribution.  Written so
 * that a compiler can do several entries at a time.
 */
static void
PASS(spread)(NUMBER *f, size_t length, const NUMBER c[5])
{
	NUMBER c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3], c4 = c[4];

	for (size_t i = 0; i < length; i++)
		f[i] = f[i] * c0 + f[i + 1] * c1 + f[i + 2] * c2 + f[i + 3] * c3 + f[i + 4] * c4;
}

/* Some trials, four at a time; each may leave out "share" at either end.  "room" has room for n + 6. */
static PASS(Piece)
	PASS(leaf)(const double *p, int n, NUMBER *room, double share, double *below, double *above)
{
	PASS(Piece) piece = {room + n + 1, 0, 1};
	double here_below = 0;
	double here_above = 0;
	double may_cut = 0;
	int certain = 0;
	int at = 0;

	piece.entry[0] = 1;
	for (;;)
	{
		double yes[4];
		double a[3], b[3];
		NUMBER c[5];
		int more = 0;

		for (int i = 0; i < 4; i++)
			more += (yes[i] = next_open(p, n, &at, &certain)) > 0;
		if (more == 0)
			break;
		two_trials(yes[0], yes[1], a);
		two_trials(yes[2], yes[3], b);
		c[0] = a[0] * b[0];
		c[1] = a[0] * b[1] + a[1] * b[0];
		c[2] = a[0] * b[2] + a[1] * b[1] + a[2] * b[0];
		c[3] = a[1] * b[2] + a[2] * b[1];
		c[4] = a[2] * b[2];
		if (piece.n == 1)
		{
			NUMBER all = piece.entry[0];

			piece.entry -= more;
			for (int i = 0; i <= more; i++)
				piece.entry[i] = all * c[more - i];
			piece.n += more;
		}
		else
		{
			for (int i = 0; i < 4; i++)
				piece.entry[piece.n + i] = 0;
			for (int i = 0; i < more; i++)
				*--piece.entry = 0;
			piece.n += more;
			PASS(spread)(piece.entry, (size_t) piece.n, c);
		}
		may_cut += more * share;
		if (piece.n > LEAST_CUT)
			piece = PASS(cut)(piece, may_cut, may_cut, &here_below, &here_above);
	}
	piece.first += certain;
	*below += here_below;
	*above += here_above;
	return piece;
}

/*
 * The distribution of the sum of two; "b" has a margin of three zeros on both
 * sides, and "room" room for three numbers more.
 */
static PASS(Piece) PASS(product)(PASS(Piece) a, PASS(Piece) b, NUMBER *room)
{
	PASS(Piece) piece = {room, a.first + b.first, a.n + b.n - 1};

	memset(room, 0, (size_t) (piece.n + 3) * sizeof(NUMBER));
	for (int i = 0; i < a.n; i += 4)
	{
		const NUMBER *restrict more = b.entry;
		NUMBER *restrict to = room + i;
		NUMBER a0 = a.entry[i];
		NUMBER a1 = i + 1 < a.n ? a.entry[i + 1] : 0;
		NUMBER a2 = i + 2 < a.n ? a.entry[i + 2] : 0;
		NUMBER a3 = i + 3 < a.n ? a.entry[i + 3] : 0;

		for (int k = 0; k < b.n + 3; k++)
			to[k] += a0 * more[k] + a1 * more[k - 1] + a2 * more[k - 2] + a3 * more[k - 3];
	}
	return piece;
}

/*
 * The same of as many trials as there are, in a balanced tree, written to the
 * beginning of "room", which is BZ_DISTRIBUTION_QUICK_WORK(n) long: n1 + 1 for one
 * factor, n2 + 7 for the other and n + 4 for the product are 2 n + 12; and while the
 * second is made, the first ones and margins before it take n1 + 4 at each of up
 * to 17 levels, and the last leaf n + 6.
 */
static PASS(Piece)
	PASS(tree)(const double *p, int n, NUMBER *room, double share, double *below, double *above)
{
	int left = n / 2;
	double here_below = 0;
	double here_above = 0;
	PASS(Piece) a, b, both;

	if (n <= LEAF)
		a = PASS(leaf)(p, n, room, share, below, above);
	else
	{
		a = PASS(tree)(p, left, room, share, below, above);
		b = PASS(tree)(p + left, n - left, room + a.n + 3, share, below, above);
		for (int i = 0; i < 3; i++)
			b.entry[i - 3] = b.entry[b.n + i] = 0;
		both = PASS(product)(a, b, b.entry + b.n + 3);
		a = PASS(cut)(both, LEAF / 2 * share, LEAF / 2 * share, &here_below, &here_above);
		*below += here_below;
		*above += here_above;
	}
	memmove(room, a.entry, (size_t) a.n * sizeof(NUMBER));
	a.entry = room;
	return a;
}

/*
 * Quantiles of trials that are probabilities, leaving out up to "cut".  False:
 * one may be wrong, because P(X <= k) comes as near as "err" to what is asked for.
 */
static bool
PASS(quantiles)(const double *p, int n, const double *q, int nq, int *k, NUMBER *work, double cut, double err)
{
	double share = n > 0 ? cut / 2 / n : 0;
	double before;
	double below = 0;
	double above = 0;
	bool sure = true;
	PASS(Piece)
	all = n <= LEAF ? PASS(leaf)(p, n, work, share, &below, &above)
					: PASS(tree)(p, n, work, share / 2, &below, &above);
	int at = all.n - 1;

	before = below;
	below += all.entry[at];
	for (int i = 0; i < nq; i++)
	{
		while (below < q[i] && at > 0)
		{
			before = below;
			below += all.entry[--at];
		}
		k[i] = all.first + all.n - 1 - at;
		sure &= below >= q[i] + err && before < q[i] - err;
	}
	return sure;
}
