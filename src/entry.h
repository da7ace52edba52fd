/*
 * entry.h
 *		Rows of the ledger, and their leaves.
 */
#ifndef BZ_ENTRY_H
#define BZ_ENTRY_H

#include "access/relscan.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "leaf.h"
#include "ledger.h"
#include "merkle.h"

/* Entries by number */
typedef struct BzEntryScan
{
	Relation rel, index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	MemoryContext context; /* of the entry at hand */
	BzHasher *hasher;
	BzEntry entry;
} BzEntryScan;

extern BzHasher *bz_need_hasher(BzAlgorithm algorithm);
extern void bz_hashed(const BzHasher *h);
extern BzAlgorithm bz_need_algorithm(Datum name);
extern void bz_entry_of(const Datum *values, const bool *nulls, BzEntry *entry);
extern BzEntryProblem bz_entry_leaf(BzHasher *h, const BzEntry *entry, BzHash *leaf);
extern const char *bz_entry_problem(BzEntryProblem problem);
extern bool bz_field_is(const BzField *field, const char *text);

extern void bz_entries_open(BzEntryScan *s, BzHasher *h, Snapshot snapshot);
extern void bz_entries_between(BzEntryScan *s, int64 from, int64 until);
extern bool bz_entries_next(BzEntryScan *s);
extern void bz_entries_close(BzEntryScan *s);

#endif /* BZ_ENTRY_H */
