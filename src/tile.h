/*
 * tile.h
 *		The hash tree as it is stored: rows of 256 nodes.
 *
 * Level l holds the nodes of height 8 * l of the tree, 256 in a tile.
 */
#ifndef BZ_TILE_H
#define BZ_TILE_H

#include "access/relscan.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

#include "merkle.h"

#define BZ_TILE_HEIGHT 8
#define BZ_TILE_WIDTH (1 << BZ_TILE_HEIGHT)
#define BZ_TILE_LEVELS (BZ_MERKLE_HEIGHT / BZ_TILE_HEIGHT + 1)

typedef struct BzTile
{
	int64 number;
	int n; /* -1: there is none */
	BzHash hash[BZ_TILE_WIDTH];
} BzTile;

/* Reads nodes; keeps the last tile of each level */
typedef struct BzTileReader
{
	Relation rel, index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	BzHasher *hasher;
	BzTile *level[BZ_TILE_LEVELS];
} BzTileReader;

extern void bz_tiles_open(BzTileReader *r, BzHasher *h, Snapshot snapshot);
extern const BzTile *bz_tile(BzTileReader *r, int level, int64 number);
extern bool bz_tile_node(void *reader, int height, uint64_t number, BzHash *hash);
extern bool bz_tiles_tree(BzTileReader *r, int64 size, BzMerkle *tree);
extern void bz_tiles_close(BzTileReader *r);

/* Appends leaves, and writes the tiles */
typedef struct BzTileWriter
{
	BzHasher *hasher;
	BzMerkle tree;
	BzTile *level[BZ_TILE_LEVELS];
} BzTileWriter;

extern bool bz_tile_writer_start(BzTileWriter *w, BzTileReader *r, int64 size);
extern void bz_tile_writer_append(BzTileWriter *w, const BzHash *leaf);
extern void bz_tile_writer_end(BzTileWriter *w);

#endif /* BZ_TILE_H */
