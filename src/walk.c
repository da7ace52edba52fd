/*
 * walk.c
 *		An index walked forward, for keys that are asked in ascending order.
 *
 * A descent from the root costs more than a few steps along a leaf.  Where many
 * keys are asked, as in a bulk load, the next one is mostly near.  The index
 * leads with a bigint.
 *
 * A leaf is read as a whole when the walk comes to it: entries that are made
 * later are not seen.  The caller sees to it that this does no harm.
 */
#include "postgres.h"
#include "compat.h"

#include "access/itup.h"
#include "utils/fmgroids.h"

#include "walk.h"

/* how many entries are passed by before it is better to descend again */
#define NEAR 32

/* Begin a walk; the tables are the caller's. */
void
bz_walk_open(BzWalk *w, Relation rel, Relation index, Snapshot snapshot)
{
	w->scan = bz_index_beginscan(rel, index, snapshot, 1);
	w->scan->xs_want_itup = true;
	w->state = BZ_WALK_START;
	w->key = 0;
}

void
bz_walk_close(BzWalk *w)
{
	index_endscan(w->scan);
}

static void
step(BzWalk *w)
{
	bool isnull;

	do
	{
		if (index_getnext_tid(w->scan, ForwardScanDirection) == NULL)
		{
			w->state = BZ_WALK_END;
			return;
		}
		w->key = DatumGetInt64(index_getattr(w->scan->xs_itup, 1, w->scan->xs_itupdesc, &isnull));
	} while (isnull);
	w->state = BZ_WALK_AT;
}

/* Come to the first entry with this key or a higher one; keys may not descend.  Is it this key? */
bool
bz_walk_to(BzWalk *w, int64 key)
{
	for (int i = 0; i < NEAR && w->state == BZ_WALK_AT && w->key < key; i++)
		step(w);
	if (w->state == BZ_WALK_START || (w->state == BZ_WALK_AT && w->key < key))
	{
		ScanKeyData from;

		ScanKeyInit(&from, 1, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(key));
		index_rescan(w->scan, &from, 1, NULL, 0);
		step(w);
	}
	return w->state == BZ_WALK_AT && w->key == key;
}

/* How many entries have this key?  The walk leaves them behind. */
int
bz_walk_count(BzWalk *w, int64 key)
{
	int n = 0;

	if (!bz_walk_to(w, key))
		return 0;
	for (; w->state == BZ_WALK_AT && w->key == key; n++)
		step(w);
	return n;
}
