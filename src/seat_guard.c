/*
 * seat_guard.c
 *		A person holds one counted seat on a day, over all sources that name persons.
 *
 * The person's row is the lock: two writers that seat one person meet there,
 * whatever tables they write.  Under it the person's rows are read as they are
 * now, by an index where the source has one.  An exclusion constraint would
 * cost more, know one table only, and refuse shifts within one statement.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "catalogue.h"
#include "errors.h"
#include "names.h"
#include "seat_guard.h"
#include "source.h"

typedef struct Seats
{
	BzSeat *seat;
	int n;
	int capacity;
} Seats;

/* A plain index that leads with the column of persons, or NULL. */
static Relation
person_index(Relation rel, AttrNumber column)
{
	List *indexes = RelationGetIndexList(rel);
	Relation found = NULL;
	ListCell *cell;

	foreach (cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (found == NULL && index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
			index->rd_index->indkey.values[0] == column &&
			TupleDescAttr(RelationGetDescr(index), 0)->atttypid ==
				TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid &&
			RelationGetIndexPredicate(index) == NIL)
			found = index;
		else
			index_close(index, NoLock);
	}
	list_free(indexes);
	return found;
}

static void
add_seat(Seats *seats, const BzRow *row)
{
	if (seats->n == seats->capacity)
	{
		seats->capacity = seats->capacity == 0 ? 8 : seats->capacity * 2;
		seats->seat = seats->seat == NULL ? palloc(seats->capacity * sizeof(BzSeat))
										  : repalloc(seats->seat, seats->capacity * sizeof(BzSeat));
	}
	seats->seat[seats->n].days.from = row->from;
	seats->seat[seats->n].days.to = row->to;
	seats->seat[seats->n++].unit = row->unit;
}

/*
 * Take the version in "slot" into account.  False: it was replaced by a rival
 * that committed while we look, and the scan may miss what replaced it.
 */
static bool
take(const BzSource *source, TupleTableSlot *slot, int64 person, BzScope scope, Snapshot started, Seats *now,
	 Seats *was)
{
	bool free;
	HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, &free);
	bool is_now, was_then;
	BzRow row;
	const BzCategory *category;

	bz_scope_classify(tuple, ((BufferHeapTupleTableSlot *) slot)->buffer, scope, &is_now, &was_then);
	if (!is_now && (tuple->t_data->t_infomask & HEAP_XMAX_INVALID) == 0)
	{
		TransactionId gone = HeapTupleHeaderGetUpdateXid(tuple->t_data);

		if (TransactionIdIsValid(gone) && !TransactionIdIsCurrentTransactionId(gone) &&
			XidInMVCCSnapshot(gone, started))
			return false;
	}
	if (!is_now && !was_then)
		return true;
	bz_source_row(source, slot, &row);
	if (!row.places || !row.counts || row.person != person)
		return true;
	category = bz_category(row.category);
	if (category == NULL || bz_measure_bit(category->measure) != BZ_HOLDS_ESTABLISHMENT)
		return true;
	if (is_now)
		add_seat(now, &row);
	if (was_then)
		add_seat(was, &row);
	return true;
}

/* Open everything that the seats of persons are looked up in. */
void
bz_guard_open(BzGuard *g)
{
	const BzSource *all;
	int n = bz_sources(&all);

	bz_finder_open(&g->person, bz_relid(BZ_PERSON), bz_relid(BZ_PERSON_PKEY), 1, RowShareLock);
	g->table = palloc0((n + 1) * sizeof(BzSeatTable));
	g->ntables = 0;
	/* opening a table may reload the sources: copy before */
	for (int i = 0; i < n; i++)
		if (all[i].level == TL_FILLED && all[i].person != 0)
			g->table[g->ntables++].source = all[i];
	for (int i = 0; i < g->ntables; i++)
	{
		BzSeatTable *t = &g->table[i];

		t->rel = table_open(t->source.relid, AccessShareLock);
		t->index = person_index(t->rel, t->source.person);
		t->slot = table_slot_create(t->rel, NULL);
		if (t->index != NULL)
			t->scan = bz_index_beginscan(t->rel, t->index, SnapshotAny, 1);
	}
	g->started = RegisterSnapshot(GetLatestSnapshot());
}

/* Close it all; locks stay until the end of the transaction. */
void
bz_guard_close(BzGuard *g)
{
	UnregisterSnapshot(g->started);
	for (int i = 0; i < g->ntables; i++)
	{
		BzSeatTable *t = &g->table[i];

		if (t->index != NULL)
		{
			index_endscan(t->scan);
			index_close(t->index, NoLock);
		}
		ExecDropSingleTupleTableSlot(t->slot);
		table_close(t->rel, NoLock);
	}
	bz_finder_close(&g->person);
	pfree(g->table);
}

/*
 * Hold a person for the rest of the transaction.  This also proves that the
 * person exists and keeps it from being deleted, as a foreign key's own check
 * would.  The person is not named in the message.
 */
void
bz_guard_hold(BzGuard *g, int64 person, bool must_exist, Oid relid)
{
	ScanKeyData key;
	bool held;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person));
	held = BZ_BREAK == BZ_BREAK_SEAT ? bz_find(&g->person, &key)
									 : bz_hold(&g->person, &key, LockTupleNoKeyExclusive);
	if (!held && must_exist)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("person does not exist"),
				bz_errconstraint_on(relid, "establishment_account"));
}

/* Read the seats of a person in one table; false if a rival's commit got in the way. */
static bool
read_seats(BzGuard *g, BzSeatTable *t, int64 person, BzScope scope, Seats *now, Seats *was)
{
	bool steady = true;

	if (t->index != NULL)
	{
		ScanKeyData key;

		ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person));
		index_rescan(t->scan, &key, 1, NULL, 0);
		while (steady && index_getnext_slot(t->scan, ForwardScanDirection, t->slot))
			steady = take(&t->source, t->slot, person, scope, g->started, now, was);
	}
	else
	{
		TableScanDesc scan = table_beginscan(t->rel, SnapshotAny, 0, NULL);

		while (steady && table_scan_getnextslot(scan, ForwardScanDirection, t->slot))
			steady = take(&t->source, t->slot, person, scope, g->started, now, was);
		table_endscan(scan);
	}
	ExecClearTuple(t->slot);
	return steady;
}

/* The counted seats of a person, as they are and as they were when the scope began. */
void
bz_guard_seats(BzGuard *g, int64 person, BzScope scope, BzSeat **now, int *nnow, BzSeat **was, int *nwas)
{
	Seats now_seats = {0};
	Seats was_seats = {0};

	for (int i = 0; i < g->ntables; i++)
	{
		int had_now = now_seats.n;
		int had_was = was_seats.n;

		while (!read_seats(g, &g->table[i], person, scope, &now_seats, &was_seats))
		{
			CHECK_FOR_INTERRUPTS();
			UnregisterSnapshot(g->started);
			g->started = RegisterSnapshot(GetLatestSnapshot());
			now_seats.n = had_now;
			was_seats.n = had_was;
		}
	}
	*now = now_seats.seat;
	*nnow = now_seats.n;
	*was = was_seats.seat;
	*nwas = was_seats.n;
}

static int
by_from(const void *a, const void *b)
{
	int32 x = ((const BzSeat *) a)->days.from;
	int32 y = ((const BzSeat *) b)->days.from;

	return x < y ? -1 : x > y;
}

/* Do two of these ranges share a day?  Sorts them. */
bool
bz_seats_overlap(BzSeat *seat, int n)
{
	int32 to = TL_BEGIN;

	if (n < 2)
		return false;
	qsort(seat, n, sizeof(BzSeat), by_from);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && seat[i].days.from < to)
			return true;
		to = Max(to, seat[i].days.to);
	}
	return false;
}

/* May the person have two seats on some day? */
bool
bz_guard_crowded(BzGuard *g, int64 person)
{
	BzSeat *now, *was;
	int nnow, nwas;
	bool crowded;

	bz_guard_seats(g, person, (BzScope){true, 0}, &now, &nnow, &was, &nwas);
	crowded = bz_seats_overlap(now, nnow);
	if (now != NULL)
		pfree(now);
	if (was != NULL)
		pfree(was);
	return crowded;
}
