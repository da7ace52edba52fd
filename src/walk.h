/*
 * walk.h
 *		An index walked forward, for keys that are asked in ascending order.
 */
#ifndef BZ_WALK_H
#define BZ_WALK_H

#include "access/relscan.h"
#include "utils/rel.h"

typedef struct BzWalk
{
	IndexScanDesc scan;
	enum
	{
		BZ_WALK_START,
		BZ_WALK_AT,
		BZ_WALK_END
	} state;
	int64 key; /* of the entry that the walk is at */
} BzWalk;

extern void bz_walk_open(BzWalk *w, Relation rel, Relation index, Snapshot snapshot);
extern void bz_walk_close(BzWalk *w);
extern bool bz_walk_to(BzWalk *w, int64 key);
extern int bz_walk_count(BzWalk *w, int64 key);

#endif /* BZ_WALK_H */
