/*
 * grow.c
 *		Pages for a table that many append to, before they are wanted.
 *
 * A heap grows a page at a time, under a lock for which its other appenders
 * wait.  Here whoever comes near the end adds pages for all, and nobody waits
 * for that: one who finds the lock taken leaves it to who has it.
 */
#include "postgres.h"

#include "storage/bufmgr.h"
#include "storage/freespace.h"
#include "storage/lmgr.h"

#include "grow.h"

/* kept ready: an eighth of the table, but one megabyte at least and eight at most */
#define SHARE 8
#define MIN_PAGES 128
#define MAX_PAGES 1024
/* added at once: few, so that the lock is free again before the pages kept ready are used up */
#define STEP 64

/* "used": the page of "rel" that an appender has just come to */
void
bz_grow_ahead(Relation rel, BlockNumber used)
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
		/* it stays empty, as any page that is added at a crash: who takes it makes a page of it */
		UnlockReleaseBuffer(buffer);
		RecordPageWithFreeSpace(rel, last, BLCKSZ - SizeOfPageHeaderData);
	}
	UnlockRelationForExtension(rel, ExclusiveLock);
	/* the upper levels of the map */
	if (first != InvalidBlockNumber)
		FreeSpaceMapVacuumRange(rel, first, last + 1);
}
