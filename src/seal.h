/*
 * seal.h
 *		Sealing the ledger, and what is sealed.
 */
#ifndef BZ_SEAL_H
#define BZ_SEAL_H

#include "fmgr.h"

#include "hasher.h"
#include "members.h"

/* the label under which the ledger writes of itself */
#define BZ_BLOCK_LABEL "bianzhi.ledger_block"
#define BZ_SEAL_OPERATION "SEAL"

/* A block; the first one comes after a block of zeros */
typedef struct BzBlock
{
	int64 block;
	int64 size;
	int64 mark;
	BzAlgorithm algorithm;
	BzHash root;
} BzBlock;

extern char *bz_seal_text(const BzBlock *block);

#endif /* BZ_SEAL_H */
