/*
 * grow.h
 *		Pages of a table to which many append.
 */
#ifndef BZ_GROW_H
#define BZ_GROW_H

#include "storage/block.h"
#include "storage/itemptr.h"
#include "utils/relcache.h"

/* The page to which this session appended last, and what it has left */
typedef struct BzPage
{
	BlockNumber block;
	Size room;
} BzPage;

#define BZ_NO_PAGE                                                                                           \
	{                                                                                                        \
		InvalidBlockNumber, 0                                                                                \
	}

extern void bz_grow_before(Relation rel, BzPage *page, Size length);
extern void bz_grow_after(Relation rel, BzPage *page, const ItemPointerData *tid, Size length);

#endif /* BZ_GROW_H */
