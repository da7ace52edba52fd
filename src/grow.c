/*
 * grow.c
 *		Pages of a table to which many append.
 *
 * Left alone, a heap grows a page at a time under a lock for which its other
 * appenders wait, and a row goes wherever an older page has room for one: into
 * a page of which, after a checkpoint, the whole has to be logged.  Here a
 * session whose page is full takes an empty one for itself; and whoever comes
 * near the end of the table adds empty pages for all.  Nobody waits for that:
 * one who finds the lock taken leaves it to who has it.
 */
#include "postgres.h"
#include "compat.h"

#include "access/heaptoast.h"
#include "storage/bufmgr.h"
#include "storage/freespace.h"
#include "storage/lmgr.h"
#include "utils/rel.h"

#include "grow.h"

/* kept ready: an eighth of the table, but one megabyte at least and eight at most */
#define SHARE 8
#define MIN_PAGES 128
#define MAX_PAGES 1024
/* added at once: few, so that the lock is free again before the pages kept ready are used up */
#define STEP 64

#define EMPTY_PAGE (BLCKSZ - SizeOfPageHeaderData)

/* what a row takes at most, long values being stored elsewhere */
static Size
taken(Size length)
{
	return MAXALIGN(Min(length, TOAST_TUPLE_THRESHOLD)) + sizeof(ItemIdData);
}

/* See to it that there are empty pages beyond "used". */
static void
grow_ahead(Relation rel, BlockNumber used)
{
	BlockNumber pages = RelationGetNumberOfBlocks(rel);
	BlockNumber keep = Min(Max(pages / SHARE, MIN_PAGES), MAX_PAGES);
	BlockNumber first = InvalidBlockNumber, last = InvalidBlockNumber;

	if (pages - used > keep || !ConditionalLockRelationForExtension(rel, ExclusiveLock))
		return;
	/* somebody may have done it since */
	pages = RelationGetNumberOfBlocks(rel);
	for (BlockNumber more = pages - used > keep ? 0 : STEP; more > 0; more--)
	{
		Buffer buffer = ReadBufferExtended(rel, MAIN_FORKNUM, P_NEW, RBM_ZERO_AND_LOCK, NULL);

		last = BufferGetBlockNumber(buffer);
		if (first == InvalidBlockNumber)
			first = last;
		/* it stays as it is, like one that was added just before a crash: who writes to it makes a page of it */
		UnlockReleaseBuffer(buffer);
		RecordPageWithFreeSpace(rel, last, EMPTY_PAGE);
	}
	UnlockRelationForExtension(rel, ExclusiveLock);
	/* the upper levels of the map */
	if (first != InvalidBlockNumber)
		FreeSpaceMapVacuumRange(rel, first, last + 1);
}

/*
 * Before a row of "length" bytes is appended.  The first page of a session is
 * any that has room: sessions of one row shall not take a page each.
 */
void
bz_grow_before(Relation rel, BzPage *page, Size length)
{
	BlockNumber empty;

	if (page->block == InvalidBlockNumber || page->room >= taken(length))
		return;
	/* no more can be asked for, and nothing but an empty page has it */
	empty = GetPageWithFreeSpace(rel, MaxHeapTupleSize);
	if (empty == InvalidBlockNumber)
		return;
	RecordPageWithFreeSpace(rel, empty, 0);
	RelationSetTargetBlock(rel, empty);
	page->block = empty;
	page->room = EMPTY_PAGE;
	grow_ahead(rel, empty);
}

/* And after it. */
void
bz_grow_after(Relation rel, BzPage *page, const ItemPointerData *tid, Size length)
{
	BlockNumber block = ItemPointerGetBlockNumber(tid);

	if (page->block == block)
	{
		Size size = taken(length);

		page->room -= Min(size, page->room);
	}
	else
	{
		Buffer buffer = ReadBuffer(rel, block);

		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		page->block = block;
		page->room = PageGetHeapFreeSpace(BufferGetPage(buffer));
		UnlockReleaseBuffer(buffer);
		grow_ahead(rel, block);
	}
}
