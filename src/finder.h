/*
 * finder.h
 *		Rows found by index as they are now, and held.
 */
#ifndef BZ_FINDER_H
#define BZ_FINDER_H

#include "access/htup.h"
#include "access/relscan.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "nodes/lockoptions.h"
#include "storage/lockdefs.h"
#include "utils/rel.h"

typedef struct BzFinder
{
	Relation rel;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	int nkeys;
} BzFinder;

extern void bz_finder_open(BzFinder *f, Oid rel, Oid index, int nkeys, LOCKMODE mode);
extern bool bz_find(BzFinder *f, ScanKey keys);
extern bool bz_hold(BzFinder *f, ScanKey keys, LockTupleMode mode);
extern bool bz_hold_found(BzFinder *f, LockTupleMode mode);
extern void bz_finder_close(BzFinder *f);
extern Datum bz_found(BzFinder *f, const char *column, bool *isnull);

#endif /* BZ_FINDER_H */
