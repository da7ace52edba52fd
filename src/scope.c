/*
 * scope.c
 *		What a statement or a transaction found before it changed anything.
 *
 * Rules with a polarity (an over-full account may shrink and never grow)
 * compare what is with what was.  What was is not remembered: as long as we
 * have not ended, the heap keeps every version that we replaced, with the
 * command that did it.  So nothing is paid where nothing is over, savepoints
 * that roll back need no bookkeeping, and the memory of a bulk load stays flat.
 */
#include "postgres.h"
#include "compat.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "storage/bufmgr.h"
#include "utils/snapmgr.h"

#include "scope.h"

/*
 * Is this version of a row the one that stands now (the newest committed or our
 * own), and was it what stood when the scope began?  For versions that our
 * scope did not touch both are the same.
 */
void
bz_scope_classify(HeapTuple tuple, Buffer buffer, BzScope scope, bool *is, bool *was)
{
	HeapTupleHeader header = tuple->t_data;
	bool born_before = true;
	bool gone_since = false;

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	*is = HeapTupleSatisfiesVisibility(tuple, SnapshotSelf, buffer);

	if (TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(header)))
		born_before = !scope.whole_transaction && HeapTupleHeaderGetCmin(header) < scope.since;
	if (!*is && (header->t_infomask & HEAP_XMAX_INVALID) == 0 &&
		!HEAP_XMAX_IS_LOCKED_ONLY(header->t_infomask) &&
		TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header)))
		gone_since = scope.whole_transaction || HeapTupleHeaderGetCmax(header) >= scope.since;
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);

	*was = born_before && (*is || gone_since);
}
