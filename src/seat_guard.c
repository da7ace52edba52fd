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
#include "access/transam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "alias.h"
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
 * that committed while we look, and the scan may miss what replaced it.  (A
 * rival that goes on may replace what it has written itself: nobody waits for
 * that.)
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
	if (!is_now && (tuple->t_data->t_infomask & HEAP_XMAX_INVALID) == 0 &&
		!HEAP_XMAX_IS_LOCKED_ONLY(tuple->t_data->t_infomask))
	{
		TransactionId gone = HeapTupleHeaderGetUpdateXid(tuple->t_data);

		if (TransactionIdIsValid(gone) && !TransactionIdIsCurrentTransactionId(gone) &&
			XidInMVCCSnapshot(gone, started) && TransactionIdDidCommit(gone))
			return false;
	}
	if (!is_now && !was_then)
		return true;
	bz_row(source, slot, false, &row);
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

/* Does a guard that is opened for this look into a source of this level? */
static bool
looks_into(BzGuardUse use, const BzSource *source)
{
	return source->column[BZ_PERSON_COLUMN].attno != 0 &&
		   (source->level == TL_FILLED || use == BZ_GUARD_NAMES);
}

/* Open a table that feeds sources, to look up seats in. */
static void
open_table(BzGuard *g, BzGuardUse use, Relation rel)
{
	const BzSource *fed;
	int n = bz_sources_of(rel, false, &fed);
	int first = g->ntables;

	/* opening a table may have the sources read anew: copy before */
	for (int i = 0; i < n; i++)
	{
		if (!looks_into(use, &fed[i]))
			continue;
		if (g->ntables == g->capacity)
			g->table = repalloc(g->table, (g->capacity *= 2) * sizeof(BzSeatTable));
		memset(&g->table[g->ntables], 0, sizeof(BzSeatTable));
		g->table[g->ntables++].source = fed[i];
	}
	for (int i = first; i < g->ntables; i++)
	{
		BzSeatTable *t = &g->table[i];

		t->rel = table_open(RelationGetRelid(rel), AccessShareLock);
		t->slot = table_slot_create(t->rel, NULL);
		if (!OidIsValid(t->source.person_index))
			continue;
		t->index = index_open(t->source.person_index, AccessShareLock);
		t->scan = bz_index_beginscan(t->rel, t->index, SnapshotAny, 1);
		t->equal = bz_index_equality(t->index);
		t->walks = use == BZ_GUARD_MANY_SEATS && t->equal == F_INT8EQ;
		if (t->walks)
			bz_walk_open(&t->walk, t->rel, t->index, SnapshotAny);
	}
}

/* Open everything that the seats of persons are looked up in: of partitioned tables, the partitions. */
void
bz_guard_open(BzGuard *g, BzGuardUse use)
{
	const BzSource *all;
	int n = bz_sources(&all);
	List *attached = NIL;
	ListCell *cell;

	bz_finder_open(&g->person, bz_relid(BZ_PERSON), bz_relid(BZ_PERSON_PKEY), 1, RowShareLock);
	g->many = use == BZ_GUARD_MANY_SEATS;
	if (g->many)
		bz_walk_open(&g->persons, g->person.rel, g->person.index, SnapshotSelf);
	g->capacity = 8;
	g->table = palloc(g->capacity * sizeof(BzSeatTable));
	g->ntables = 0;
	for (int i = 0; i < n; i++)
		if (looks_into(use, &all[i]))
			attached = list_append_unique_oid(attached, all[i].relid);
	foreach (cell, attached)
	{
		List *leaves = bz_leaves(lfirst_oid(cell), true); /* a dropped table has none */
		ListCell *leaf;

		foreach (leaf, leaves)
		{
			Relation rel = table_open(lfirst_oid(leaf), NoLock);

			open_table(g, use, rel);
			table_close(rel, NoLock);
		}
		list_free(leaves);
	}
	list_free(attached);
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
			if (t->walks)
				bz_walk_close(&t->walk);
			index_endscan(t->scan);
			index_close(t->index, NoLock);
		}
		ExecDropSingleTupleTableSlot(t->slot);
		table_close(t->rel, NoLock);
	}
	if (g->many)
		bz_walk_close(&g->persons);
	bz_finder_close(&g->person);
	pfree(g->table);
}

/*
 * Hold a person for the rest of the transaction.  This also proves that the
 * person exists and keeps it from being deleted, as a foreign key's own check
 * would.  Who was found by a resident id ("named_by", else 0) may have got
 * another since.  The person is not named in the message.
 */
void
bz_guard_hold(BzGuard *g, int64 person, BzResidentId named_by, bool must_exist, Oid relid)
{
	ScanKeyData key;
	bool held;
	BzResidentId id;

	/* what the walk does not find may be newer than the leaf that it has read */
	if (g->many && BZ_BREAK != BZ_BREAK_SEAT && bz_walk_to(&g->persons, person) &&
		index_fetch_heap(g->persons.scan, g->person.slot) &&
		bz_hold_found(&g->person, LockTupleNoKeyExclusive))
		held = true;
	else
	{
		ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person));
		held = BZ_BREAK == BZ_BREAK_SEAT ? bz_find(&g->person, &key)
										 : bz_hold(&g->person, &key, LockTupleNoKeyExclusive);
	}
	if (named_by != 0)
		held &= bz_resident_id_of(person, &id) && id == named_by;
	if (!held && must_exist)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("person does not exist"),
				bz_errconstraint_on(relid, "establishment_account"));
}

/*
 * Does the row say exactly this?  One that is written in another way comes when
 * that is asked for, even if the index takes both for the same.
 */
static bool
says(const BzColumn *column, TupleTableSlot *slot, int nways, Datum way)
{
	bool isnull;
	char *word;

	if (nways < 2)
		return true;
	word = bz_row_word(column, slot, &isnull);
	return !isnull && strcmp(word, TextDatumGetCString(way)) == 0;
}

/* Read the seats of a person in one table; false if a rival's commit got in the way. */
static bool
read_seats(BzGuard *g, BzSeatTable *t, int64 person, BzScope scope, Seats *now, Seats *was)
{
	bool steady = true;

	if (t->index != NULL)
	{
		Datum values[BZ_PERSON_VALUES];
		const BzColumn *column = &t->source.column[BZ_PERSON_COLUMN];
		BzResidentId id;
		bool has_id = column->form > BZ_FORM_INT8 && bz_resident_id_of(person, &id);
		int n = bz_person_values(column, person, has_id ? &id : NULL, values);

		for (int i = 0; i < n && steady; i++)
		{
			ScanKeyData key;

			ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid,
								   t->index->rd_indcollation[0], t->equal, values[i]);
			index_rescan(t->scan, &key, 1, NULL, 0);
			while (steady && index_getnext_slot(t->scan, ForwardScanDirection, t->slot))
				steady = !says(column, t->slot, n, values[i]) ||
						 take(&t->source, t->slot, person, scope, g->started, now, was);
		}
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

/*
 * Has the person at most one row in all tables, by the entries of their indexes
 * alone?  Each row has one at least.  The person was held before the walk began,
 * so none of its rows came later; and a version that a rival has replaced since
 * keeps its entry as long as our snapshot does.
 */
static bool
at_most_one_row(BzGuard *g, int64 person)
{
	int n = 0;

	for (int i = 0; i < g->ntables; i++)
	{
		if (!g->table[i].walks)
			return false;
		n += bz_walk_count(&g->table[i].walk, person);
	}
	return n <= 1;
}

/* May the person have two seats on some day? */
bool
bz_guard_crowded(BzGuard *g, int64 person)
{
	BzSeat *now, *was;
	int nnow, nwas;
	bool crowded;

	if (g->many && at_most_one_row(g, person))
		return false;
	bz_guard_seats(g, person, (BzScope){true, 0}, &now, &nnow, &was, &nwas);
	crowded = bz_seats_overlap(now, nnow);
	if (now != NULL)
		pfree(now);
	if (was != NULL)
		pfree(was);
	return crowded;
}

/* Is there now a row with this value in the column of persons? */
static bool
stands_in(BzSeatTable *t, Datum value)
{
	Relation index = t->index;
	IndexScanDesc scan;
	ScanKeyData key;
	bool found;

	if (index == NULL)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("table \"%s\" has lost the index by which persons are looked up in it",
					   RelationGetRelationName(t->rel)),
				errhint("Create an index that begins with the column that names the person."));
	ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid, index->rd_indcollation[0], t->equal,
						   value);
	scan = bz_index_beginscan(t->rel, index, SnapshotSelf, 1);
	index_rescan(scan, &key, 1, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, t->slot);
	ExecClearTuple(t->slot);
	index_endscan(scan);
	return found;
}

/* Does a row of an attached table name the person, by number (if "by_number") or by this resident id? */
bool
bz_guard_named(BzGuard *g, int64 person, bool by_number, const BzResidentId *id)
{
	for (int i = 0; i < g->ntables; i++)
	{
		BzSeatTable *t = &g->table[i];
		const BzColumn *column = &t->source.column[BZ_PERSON_COLUMN];
		Datum values[BZ_PERSON_VALUES];
		int n;

		/* the extension's own tables have foreign keys */
		if (t->source.system == NULL || (column->form <= BZ_FORM_INT8 && !by_number))
			continue;
		n = bz_person_values(column, person, id, values);
		for (int k = 0; k < n; k++)
			if (stands_in(t, values[k]))
				return true;
	}
	return false;
}
