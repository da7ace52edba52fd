/*
 * sealed.h
 *		A ledger that was read from a dump: its entries, blocks and tiles, and what is wrong with them.
 */
#ifndef BZ_SEALED_H
#define BZ_SEALED_H

#include "dump.h"
#include "evidence.h"

typedef struct BzSealed BzSealed;

/* What is told of the ledger: wrong, or only to be known; what; where */
typedef void (*BzFindingSink)(void *arg, bool error, const char *what, const char *place);

extern BzSealed *bz_sealed_new(BzFindingSink sink, void *arg);
extern void bz_sealed_free(BzSealed *s);
extern BzDumpTable bz_sealed_blocks(BzSealed *s);
extern BzDumpTable bz_sealed_tiles(BzSealed *s);
extern BzDumpTable bz_sealed_entries(BzSealed *s);
extern BzHasher *bz_sealed_choose(BzSealed *s, const BzDigest *digests, int ndigests);
extern bool bz_sealed_check(BzSealed *s, BzDigest *digests, int ndigests, BzDigest *found);

#endif /* BZ_SEALED_H */
