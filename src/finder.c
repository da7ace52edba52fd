/*
 * finder.c
 *		Rows found by index as they are now, and held.
 *
 * "Now" is the newest committed version or our own, whatever snapshot the
 * statement has.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "finder.h"

/* how often a row is looked for before it is believed absent */
#define LOOKS 3

/* Open a table and one of its indexes to look up rows with. */
void
bz_finder_open(BzFinder *f, Oid rel, Oid index, int nkeys, LOCKMODE mode)
{
	f->rel = table_open(rel, mode);
	f->index = index_open(index, AccessShareLock);
	f->slot = table_slot_create(f->rel, NULL);
	f->scan = bz_index_beginscan(f->rel, f->index, SnapshotSelf, nkeys);
	f->nkeys = nkeys;
}

/* Close them; locks stay until the end of the transaction. */
void
bz_finder_close(BzFinder *f)
{
	index_endscan(f->scan);
	ExecDropSingleTupleTableSlot(f->slot);
	index_close(f->index, NoLock);
	table_close(f->rel, NoLock);
}

/*
 * Find the row with these keys; it is then in the slot.
 *
 * SnapshotSelf is no MVCC snapshot: a scan that meets the old version after,
 * and the index entry of the new one before, a rival's commit sees neither.  So
 * nothing is believed absent at first sight.
 */
bool
bz_find(BzFinder *f, ScanKey keys)
{
	for (int look = 0; look < LOOKS; look++)
	{
		index_rescan(f->scan, keys, f->nkeys, NULL, 0);
		if (index_getnext_slot(f->scan, ForwardScanDirection, f->slot))
			return true;
	}
	return false;
}

/* A column of the row that was found. */
Datum
bz_found(BzFinder *f, const char *column, bool *isnull)
{
	return slot_getattr(f->slot, get_attnum(RelationGetRelid(f->rel), column), isnull);
}

/*
 * Lock the row that was found, waiting for rivals, at any isolation level and
 * without 40001 (as SQL's FOR NO KEY UPDATE would raise at REPEATABLE READ).
 * False: it is not the newest version any more.
 */
bool
bz_hold_found(BzFinder *f, LockTupleMode mode)
{
	HeapTupleData tuple;
	TM_FailureData failure;
	Buffer buffer;
	TM_Result result;

	tuple.t_self = f->slot->tts_tid;
	ExecClearTuple(f->slot);
	result = heap_lock_tuple(f->rel, &tuple, GetCurrentCommandId(true), mode, LockWaitBlock, true, &buffer,
							 &failure);
	ReleaseBuffer(buffer);
	switch (result)
	{
		case TM_Ok:
		case TM_Invisible: /* written by this very command: held */
		case TM_SelfModified:
			return true;
		case TM_Updated:
		case TM_Deleted:
			CHECK_FOR_INTERRUPTS();
			return false;
		default:
			elog(ERROR, "unexpected result %d of locking a row of \"%s\"", result,
				 RelationGetRelationName(f->rel));
	}
}

/* Lock the newest version of the row with these keys.  False where there is no such row. */
bool
bz_hold(BzFinder *f, ScanKey keys, LockTupleMode mode)
{
	while (bz_find(f, keys))
		if (bz_hold_found(f, mode))
			return true;
	return false;
}
