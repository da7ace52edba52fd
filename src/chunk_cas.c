/*
 * chunk_cas.c
 *		Changing stored timelines by compare-and-swap.
 *
 * A chunk row is its own lock.  It is read as it is now, changed, and written
 * with heap_update(), which waits for a rival that is changing it and then
 * reports that the version we read is no longer the newest; then that chunk is
 * read again and the change made again.  So a writer holds no lock of its own
 * on an account, is right at every isolation level, never raises 40001, and
 * never refuses on the strength of a change that was rolled back.
 */
#include "postgres.h"
#include "compat.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "account.h"
#include "chunk.h"
#include "chunk_cas.h"
#include "names.h"

/* how often to look again before a gap between chunks is no rival's doing */
#define MAX_LOOKS 1000

/* how many chunks are read ahead: a change that is dated back rewrites all later ones */
#define READ_AHEAD 64

static const char *const level_name[TL_NLEVELS] = {"authorized", "lines", "closed", "filled", "reserved"};

/* Open the chunk table for changes. */
void
bz_writer_open(BzWriter *w)
{
	w->rel = table_open(bz_relid(BZ_CHUNK), RowExclusiveLock);
	w->index = index_open(bz_relid(BZ_CHUNK_PKEY), RowExclusiveLock);
	w->slot = table_slot_create(w->rel, NULL);
	w->queued = false;
	w->context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi account", ALLOCSET_DEFAULT_SIZES);
}

/* Close it; what was changed can be read from the next command on. */
void
bz_writer_close(BzWriter *w)
{
	ExecDropSingleTupleTableSlot(w->slot);
	index_close(w->index, NoLock);
	table_close(w->rel, NoLock);
	MemoryContextDelete(w->context);
}

static Snapshot
reading_snapshot(void)
{
	return BZ_BREAK == BZ_BREAK_WAIT ? GetTransactionSnapshot() : SnapshotSelf;
}

/*
 * Decode the chunk in the slot, and see whether a rival is changing it: whoever
 * replaces a version that SnapshotSelf shows has not committed yet.
 */
static void
decode(BzWriter *w, BzChunk *chunk)
{
	uint16 infomask = ExecFetchSlotHeapTuple(w->slot, false, NULL)->t_data->t_infomask;

	bz_chunk_decode(w->slot, chunk);
	chunk->taken = (infomask & HEAP_XMAX_INVALID) == 0 && !HEAP_XMAX_IS_LOCKED_ONLY(infomask);
}

/*
 * Read the chunk that holds "day", and those after it up to "to", into
 * "chunk"; returns how many.
 *
 * The scan sees neither version of a chunk that a rival is just committing, and
 * may miss a chunk that a rival is just splitting off: what it found must hold
 * the day and join without a gap, else it looks again or stops before the gap.
 */
static int
read_ahead(BzWriter *w, int64 account, int32 day, int32 to, BzChunk *chunk)
{
	ScanKeyData keys[3];
	IndexScanDesc scan;
	int n = 0;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account));
	for (int attempt = 0; n == 0; attempt++)
	{
		ScanKeyInit(&keys[1], 2, BTLessEqualStrategyNumber, F_DATE_LE, DateADTGetDatum(day));
		scan = bz_index_beginscan(w->rel, w->index, reading_snapshot(), 2);
		index_rescan(scan, keys, 2, NULL, 0);
		if (index_getnext_slot(scan, BackwardScanDirection, w->slot))
		{
			decode(w, &chunk[0]);
			if (chunk[0].until > day)
				n = 1;
		}
		index_endscan(scan);
		ExecClearTuple(w->slot); /* a pin left behind would keep the page from being pruned */
		if (n > 0)
			break;
		CHECK_FOR_INTERRUPTS();
		if (attempt > MAX_LOOKS)
			ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("timeline of account %lld has a gap at %s", (long long) account, bz_day_text(day)),
					errhint("Run bianzhi.recount()."));
	}
	if (chunk[0].until >= to)
		return n;

	ScanKeyInit(&keys[1], 2, BTGreaterEqualStrategyNumber, F_DATE_GE, DateADTGetDatum(chunk[0].until));
	ScanKeyInit(&keys[2], 2, BTLessStrategyNumber, F_DATE_LT, DateADTGetDatum(to));
	scan = bz_index_beginscan(w->rel, w->index, reading_snapshot(), 3);
	index_rescan(scan, keys, 3, NULL, 0);
	while (n < READ_AHEAD && index_getnext_slot(scan, ForwardScanDirection, w->slot))
	{
		decode(w, &chunk[n]);
		if (chunk[n].from != chunk[n - 1].until)
			break;
		n++;
	}
	index_endscan(scan);
	ExecClearTuple(w->slot);
	return n;
}

static void
leave_queue(BzWriter *w)
{
	if (w->queued)
		LockRelease(&w->queue, ExclusiveLock, false);
	w->queued = false;
}

/*
 * Wait in line for a chunk that a rival is changing.  False: it has to be read
 * again.
 *
 * heap_update() alone has all who wait stand in line for the version they have
 * read.  When the rival commits, each in turn wakes, finds that version
 * replaced, and goes to stand in line for the next: one commit wakes them all.
 * The line of a chunk outlives its versions.  Only the first in it waits for the
 * rival, and the place is given up as soon as the chunk is written.
 *
 * It is a line for each chunk, not for each account: who has changed one chunk
 * and comes to another must not stand behind somebody who waits for the first.
 * For the same reason no two chunks may share a tag, as hashed ones would; that
 * of LOCKTAG_USERLOCK has room for the database, the account (48 bits of it) and
 * the first day.  Nothing else makes such tags: advisory locks are of another
 * type, and core has kept this one for a module it no longer has.
 */
static bool
await_turn(BzWriter *w, const BzChunk *chunk)
{
	LOCKTAG tag = {.locktag_field1 = MyDatabaseId,
				   .locktag_field2 = (uint32) chunk->account,
				   .locktag_field3 = (uint32) chunk->from,
				   .locktag_field4 = (uint16) (chunk->account >> 32),
				   .locktag_type = LOCKTAG_USERLOCK,
				   .locktag_lockmethodid = DEFAULT_LOCKMETHOD};

	if (w->queued && memcmp(&tag, &w->queue, sizeof(LOCKTAG)) == 0)
		return true;
	leave_queue(w);
	if (!chunk->taken)
		return true;
	LockAcquire(&tag, ExclusiveLock, false, false);
	w->queue = tag;
	w->queued = true;
	return false;
}

/* Write a new version of a chunk row over the one that was read.  False: it was not the newest any more. */
static bool
swap(BzWriter *w, const BzChunk *old, int32 until, Datum body)
{
	Datum values[CHUNK_NATTS] = {Int64GetDatum(old->account), DateADTGetDatum(old->from),
								 DateADTGetDatum(until), body};
	bool nulls[CHUNK_NATTS] = {false};
	HeapTuple tuple = heap_form_tuple(RelationGetDescr(w->rel), values, nulls);
	ItemPointerData tid = old->tid;
	TM_FailureData failure;
	LockTupleMode mode;
	TM_Result result;

retry:
	result = bz_heap_update(w->rel, &tid, tuple, GetCurrentCommandId(true), &failure, &mode);
	switch (result)
	{
		case TM_Ok:
			if (!HeapTupleIsHeapOnly(tuple))
				index_insert(w->index, values, nulls, &tuple->t_self, w->rel, UNIQUE_CHECK_YES, false,
							 BuildIndexInfo(w->index));
			return true;
		case TM_Updated:
			if (BZ_BREAK == BZ_BREAK_WAIT)
				ereport(ERROR, errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
						errmsg("could not serialize access due to concurrent update"));
			if (BZ_BREAK == BZ_BREAK_CAS)
			{
				tid = failure.ctid;
				goto retry;
			}
			return false;
		case TM_Deleted:
			return false;
		default:
			elog(ERROR, "unexpected result %d of changing the timeline of account " INT64_FORMAT, result,
				 old->account);
	}
}

/*
 * Write a chunk's new steps.  Where there are too many for one row, the row
 * keeps the first and the rest get rows of their own.
 */
static bool
write_chunk(BzWriter *w, const BzChunk *old, const TlLevels *before, const TlStep *steps, int n)
{
	TlLevels level = *before;
	int done = n <= TL_CHUNK_STEPS ? n : TL_SPLIT_STEPS;

	if (!swap(w, old, done < n ? steps[done].day : old->until, bz_chunk_body(before, steps, done)))
		return false;
	for (int i = 0; i < done; i++)
		tl_add(&level, &steps[i].by);
	while (done < n)
	{
		int piece = Min(n - done, TL_SPLIT_STEPS);
		int32 until = done + piece < n ? steps[done + piece].day : old->until;

		bz_chunk_insert(w->rel, old->account, steps[done].day, until,
						bz_chunk_body(&level, steps + done, piece));
		for (int i = 0; i < piece; i++)
			tl_add(&level, &steps[done + i].by);
		done += piece;
	}
	return true;
}

/* Levels that no sound change can reach mean that timeline and sources have parted: never clamp, say so. */
static void
raise_fault(int64 account, const TlFindings *found)
{
	if (found->fault == TL_OVERFLOW)
		ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				errmsg("%s of an account is out of range on %s", level_name[found->fault_level],
					   bz_day_text(found->fault_day)));
	if (found->fault == TL_UNDERFLOW)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("%s of account %lld would fall below zero on %s", level_name[found->fault_level],
					   (long long) account, bz_day_text(found->fault_day)),
				errdetail("The timeline no longer agrees with its sources."),
				errhint("Run bianzhi.verify() to see the differences and bianzhi.recount() to mend them."));
}

static void
join_bare(BzApplied *applied, const TlFindings *found, MemoryContext result)
{
	int had = applied->nbare;

	if (found->nbare == 0)
		return;
	if (applied->bare == NULL)
		applied->bare = MemoryContextAlloc(result, found->nbare * sizeof(TlRange));
	else
		applied->bare = repalloc(applied->bare, (had + found->nbare) * sizeof(TlRange));
	for (int i = 0; i < found->nbare; i++)
	{
		if (applied->nbare > 0 && applied->bare[applied->nbare - 1].to == found->bare[i].from)
			applied->bare[applied->nbare - 1].to = found->bare[i].to;
		else
			applied->bare[applied->nbare++] = found->bare[i];
	}
}

/*
 * Apply a net change to the timeline of an account.  "net" are its steps, one a
 * day; "within" is the stretch that the change touches, from its first day to
 * its last.  What has to be looked at is left in "applied", allocated in
 * "result".  "may_fall": what is filled may be below zero, as the sum of quotas
 * may be until the end of a transaction.
 */
void
bz_apply(BzWriter *w, int64 account, const TlStep *net, int nnet, TlRange within, bool may_fall,
		 MemoryContext result, BzApplied *applied)
{
	MemoryContext outer = MemoryContextSwitchTo(w->context);
	BzChunk *ahead = palloc(READ_AHEAD * sizeof(BzChunk));
	TlLevels carry = {{0}}; /* the change before the chunk */
	int done = 0;			/* steps of "net" that lie before it */
	int nahead = 0;
	int at = 0;
	int32 day = within.from;

	applied->suspect = false;
	applied->uncovered = false;
	applied->bare = NULL;
	applied->nbare = 0;

	while (day < within.to)
	{
		BzChunk *chunk;
		TlLevels before;
		TlStep *steps;
		TlFindings found;
		TlRange part;
		int n;
		int k;

		if (at == nahead)
		{
			nahead = read_ahead(w, account, day, within.to, ahead);
			at = 0;
		}
		chunk = &ahead[at];
		if (!await_turn(w, chunk))
		{
			nahead = at = 0;
			continue;
		}

		/* the change may begin inside the first chunk; later ones begin with it */
		for (k = done; k < nnet && net[k].day < chunk->until;)
			k++;
		before = chunk->before;
		tl_add(&before, &carry);
		steps = palloc((chunk->nsteps + k - done + 1) * sizeof(TlStep));
		n = tl_merge(chunk->steps, chunk->nsteps, net + done, k - done, steps);

		if (!write_chunk(w, chunk, &before, steps, n))
		{
			CHECK_FOR_INTERRUPTS();
			nahead = at = 0;
			continue;
		}
		leave_queue(w);

		part.from = Max(chunk->from, within.from);
		part.to = Min(chunk->until, within.to);
		found.bare = palloc((n + k - done + 2) * sizeof(TlRange));
		tl_inspect(&before, steps, n, &carry, net + done, k - done, part, &found);
		if (!may_fall || found.fault != TL_UNDERFLOW)
			raise_fault(account, &found);
		applied->suspect |= found.suspect;
		applied->uncovered |= found.uncovered;
		join_bare(applied, &found, result);

		for (; done < k; done++)
			tl_add(&carry, &net[done].by);
		day = chunk->until;
		at++;
	}
	MemoryContextSwitchTo(outer);
	MemoryContextReset(w->context);
}

static int
by_number(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * Take accounts for the rest of the transaction, in the order in which statements
 * take them: write each of their chunks as it is.
 */
void
bz_take_accounts(int64 *accounts, int n)
{
	BzWriter writer;
	BzApplied unused;
	TlStep nothing = {0};

	qsort(accounts, n, sizeof(int64), by_number);
	bz_writer_open(&writer);
	for (int i = 0; i < n; i++)
		if (i == 0 || accounts[i] != accounts[i - 1])
			bz_apply(&writer, accounts[i], &nothing, 0, (TlRange){TL_BEGIN, TL_END}, false,
					 CurrentMemoryContext, &unused);
	bz_writer_close(&writer);
	CommandCounterIncrement();
}

/*
 * Replace the timeline of an account.  The caller holds a lock on the table
 * that keeps every writer out, so nothing can be lost.
 */
void
bz_replace(BzWriter *w, int64 account, const TlStep *steps, int n)
{
	MemoryContext outer = MemoryContextSwitchTo(w->context);
	BzChunk whole = {.account = account, .from = TL_BEGIN, .until = TL_END};
	TlLevels zero = {{0}};
	ScanKeyData key;
	IndexScanDesc scan;
	bool have_first = false;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account));
	scan = bz_index_beginscan(w->rel, w->index, SnapshotSelf, 1);
	index_rescan(scan, &key, 1, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, w->slot))
	{
		bool isnull;

		if (DatumGetDateADT(slot_getattr(w->slot, CHUNK_FROM, &isnull)) == TL_BEGIN)
		{
			whole.tid = w->slot->tts_tid;
			have_first = true;
		}
		else
			simple_heap_delete(w->rel, &w->slot->tts_tid);
	}
	index_endscan(scan);
	CommandCounterIncrement();

	/* chunks that follow the first are inserted under keys that were just deleted: that is allowed */
	if (!have_first)
	{
		bz_chunk_first(w->rel, account);
		CommandCounterIncrement();
		if (read_ahead(w, account, TL_BEGIN, TL_BEGIN, &whole) != 1)
			elog(ERROR, "could not read back a new timeline");
		whole.until = TL_END;
	}
	if (!write_chunk(w, &whole, &zero, steps, n))
		elog(ERROR, "timeline of account " INT64_FORMAT " was changed under an exclusive lock", account);
	CommandCounterIncrement();
	MemoryContextSwitchTo(outer);
	MemoryContextReset(w->context);
}
