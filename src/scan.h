/*
 * scan.h
 *		All stored timelines, account by account, as a reader's snapshot shows them.
 */
#ifndef BZ_SCAN_H
#define BZ_SCAN_H

#include "access/relscan.h"
#include "chunk.h"

typedef struct BzScan
{
	Relation rel, index, accounts, accounts_index;
	IndexScanDesc scan, accounts_probe;
	TableScanDesc accounts_scan;
	TupleTableSlot *slot, *next_account, *other_account;
	TupleTableSlot *account_slot; /* which of these two has the account */
	Snapshot snapshot;
	bool accounts_end;
	bool with_ceilings; /* set it to be shown the accounts of ceilings, too */

	/* the chunk that bz_scan_next() has come to; its steps and levels only when asked for */
	int64 account;
	int32 from;
	int32 until;
	int64 unit;
	Datum category; /* text */
	bool ceiling;
} BzScan;

extern void bz_scan_warn(void);
extern void bz_scan_start(BzScan *s);
extern bool bz_scan_next(BzScan *s);
extern void bz_scan_decode(BzScan *s, BzChunk *chunk);
extern void bz_scan_levels(BzScan *s, const int32 *days, int ndays, TlLevels *levels);
extern void bz_scan_end(BzScan *s);

#endif /* BZ_SCAN_H */
