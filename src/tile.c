/*
 * tile.c
 *		The hash tree as it is stored: rows of 256 nodes.
 *
 * A proof for one of a million entries so reads three rows.  Tiles only grow:
 * the last one of a level is written again with more hashes behind those it has.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/fmgroids.h"

#include "names.h"
#include "tile.h"

/* the columns of bianzhi.ledger_tile */
enum
{
	TILE_LEVEL = 1,
	TILE_NUMBER,
	TILE_HASHES
};

/* Begin to read; SPI is not needed. */
void
bz_tiles_open(BzTileReader *r, BzHasher *h, Snapshot snapshot)
{
	r->rel = table_open(bz_relid(BZ_LEDGER_TILE), AccessShareLock);
	r->index = index_open(bz_relid(BZ_LEDGER_TILE_PKEY), AccessShareLock);
	r->slot = table_slot_create(r->rel, NULL);
	r->scan = bz_index_beginscan(r->rel, r->index, snapshot, 2);
	r->hasher = h;
	for (int i = 0; i < BZ_TILE_LEVELS; i++)
		r->level[i] = NULL;
}

/* A tile; its n is -1 where there is none, or one that holds something else than hashes. */
const BzTile *
bz_tile(BzTileReader *r, int level, int64 number)
{
	BzTile *tile = r->level[level];
	ScanKeyData keys[2];

	if (tile != NULL && tile->number == number)
		return tile;
	if (tile == NULL)
		tile = r->level[level] = palloc(sizeof(BzTile));
	tile->number = number;
	tile->n = -1;
	ScanKeyInit(&keys[0], TILE_LEVEL, BTEqualStrategyNumber, F_INT4EQ, Int32GetDatum(level));
	ScanKeyInit(&keys[1], TILE_NUMBER, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(number));
	index_rescan(r->scan, keys, 2, NULL, 0);
	if (index_getnext_slot(r->scan, ForwardScanDirection, r->slot))
	{
		bool isnull;
		Datum value = slot_getattr(r->slot, TILE_HASHES, &isnull);
		bytea *hashes = DatumGetByteaPP(value);
		Size size = VARSIZE_ANY_EXHDR(hashes);

		if (size % BZ_HASH_SIZE == 0 && size <= sizeof(tile->hash))
		{
			tile->n = size / BZ_HASH_SIZE;
			memcpy(tile->hash, VARDATA_ANY(hashes), size);
		}
		if ((Pointer) hashes != DatumGetPointer(value))
			pfree(hashes);
	}
	return tile;
}

/* A BzNodeSource: a complete node of any height, computed from those of the level below it. */
bool
bz_tile_node(void *reader, int height, uint64_t number, BzHash *hash)
{
	BzTileReader *r = reader;
	int above = height % BZ_TILE_HEIGHT;
	uint64_t first = number << above;
	const BzTile *tile = bz_tile(r, height / BZ_TILE_HEIGHT, (int64) (first / BZ_TILE_WIDTH));
	BzMerkle tree;

	first %= BZ_TILE_WIDTH;
	if (tile->n < (int) first + (1 << above))
		return false;
	bz_merkle_start(&tree);
	for (int i = 0; i < 1 << above; i++)
		bz_merkle_append(r->hasher, &tree, &tile->hash[first + i], NULL, NULL);
	bz_merkle_root(r->hasher, &tree, hash);
	return true;
}

/* The tree of that many leaves, to append to; false: a tile is missing. */
bool
bz_tiles_tree(BzTileReader *r, int64 size, BzMerkle *tree)
{
	bz_merkle_start(tree);
	for (int level = BZ_TILE_LEVELS - 1; level >= 0; level--)
	{
		int64 nodes = size >> (level * BZ_TILE_HEIGHT);
		const BzTile *tile;

		if (nodes % BZ_TILE_WIDTH == 0)
			continue;
		tile = bz_tile(r, level, nodes / BZ_TILE_WIDTH);
		if (tile->n < nodes % BZ_TILE_WIDTH)
			return false;
		for (int i = 0; i < nodes % BZ_TILE_WIDTH; i++)
			bz_merkle_append_node(r->hasher, tree, level * BZ_TILE_HEIGHT, &tile->hash[i]);
	}
	return true;
}

/* End. */
void
bz_tiles_close(BzTileReader *r)
{
	for (int i = 0; i < BZ_TILE_LEVELS; i++)
		if (r->level[i] != NULL)
			pfree(r->level[i]);
	index_endscan(r->scan);
	ExecDropSingleTupleTableSlot(r->slot);
	index_close(r->index, NoLock);
	table_close(r->rel, NoLock);
}

/* Write a tile, in SPI. */
static void
write_tile(int level, const BzTile *tile)
{
	static Oid types[] = {INT4OID, INT8OID, BYTEAOID};
	Size size = VARHDRSZ + tile->n * sizeof(BzHash);
	bytea *hashes = palloc(size);
	Datum values[] = {Int32GetDatum(level), Int64GetDatum(tile->number), PointerGetDatum(hashes)};

	SET_VARSIZE(hashes, size);
	memcpy(VARDATA(hashes), tile->hash, size - VARHDRSZ);
	if (SPI_execute_with_args("INSERT INTO bianzhi.ledger_tile AS t (level, tile, hashes) VALUES ($1, $2, $3)"
							  " ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes",
							  3, types, values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write a tile");
	pfree(hashes);
}

/* Begin to append to a tree of that size; false: a tile is missing. */
bool
bz_tile_writer_start(BzTileWriter *w, BzTileReader *r, int64 size)
{
	w->hasher = r->hasher;
	for (int level = 0; level < BZ_TILE_LEVELS; level++)
	{
		int64 nodes = size >> (level * BZ_TILE_HEIGHT);
		BzTile *tile = w->level[level] = palloc(sizeof(BzTile));

		tile->number = nodes / BZ_TILE_WIDTH;
		tile->n = nodes % BZ_TILE_WIDTH;
		if (tile->n > 0)
		{
			const BzTile *stored = bz_tile(r, level, tile->number);

			if (stored->n != tile->n)
				return false;
			memcpy(tile->hash, stored->hash, tile->n * sizeof(BzHash));
		}
	}
	return bz_tiles_tree(r, size, &w->tree);
}

/* A BzNodeSink */
static void
keep_node(void *arg, int height, uint64_t number, const BzHash *hash)
{
	BzTileWriter *w = arg;
	BzTile *tile = w->level[height / BZ_TILE_HEIGHT];

	if (height % BZ_TILE_HEIGHT != 0)
		return;
	tile->hash[tile->n++] = *hash;
	if (tile->n == BZ_TILE_WIDTH)
	{
		write_tile(height / BZ_TILE_HEIGHT, tile);
		tile->number++;
		tile->n = 0;
	}
}

/* Append a leaf. */
void
bz_tile_writer_append(BzTileWriter *w, const BzHash *leaf)
{
	bz_merkle_append(w->hasher, &w->tree, leaf, keep_node, w);
}

/* Write what has not been written yet. */
void
bz_tile_writer_end(BzTileWriter *w)
{
	for (int level = 0; level < BZ_TILE_LEVELS; level++)
		if (w->level[level]->n > 0)
			write_tile(level, w->level[level]);
}
