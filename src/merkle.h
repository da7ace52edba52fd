/*
 * merkle.h
 *		The append-only hash tree of RFC 9162, section 2.1, and its proofs.
 *
 * Pure C: no allocation.  A node of height k and number i is the root of the
 * leaves from i * 2^k up to (i + 1) * 2^k, all of which there are.
 */
#ifndef BZ_MERKLE_H
#define BZ_MERKLE_H

#include "hasher.h"

/* no tree of 2^63 leaves or more */
#define BZ_MERKLE_HEIGHT 63

/* more hashes than a proof can have */
#define BZ_PROOF_MAX (2 * BZ_MERKLE_HEIGHT)

/* What is told each node when it is complete: leaves, and what they complete, from below */
typedef void (*BzNodeSink)(void *arg, int height, uint64_t number, const BzHash *hash);

/* Where nodes are read; false: it is not there */
typedef bool (*BzNodeSource)(void *arg, int height, uint64_t number, BzHash *hash);

/* A tree to which leaves are appended: the roots of its complete subtrees, the largest first */
typedef struct BzMerkle
{
	uint64_t size;
	int depth;
	BzHash stack[BZ_MERKLE_HEIGHT + 1];
} BzMerkle;

extern void bz_merkle_leaf(BzHasher *h, const void *data, size_t length, BzHash *hash);
extern void bz_merkle_node(BzHasher *h, const BzHash *left, const BzHash *right, BzHash *hash);

extern void bz_merkle_start(BzMerkle *tree);
extern void bz_merkle_append(BzHasher *h, BzMerkle *tree, const BzHash *leaf, BzNodeSink sink, void *arg);
extern void bz_merkle_append_node(BzHasher *h, BzMerkle *tree, int height, const BzHash *node);
extern void bz_merkle_root(BzHasher *h, const BzMerkle *tree, BzHash *root);

extern int bz_inclusion_proof(BzHasher *h, uint64_t index, uint64_t size, BzNodeSource source, void *arg,
							  BzHash path[BZ_PROOF_MAX]);
extern bool bz_inclusion_holds(BzHasher *h, const BzHash *leaf, uint64_t index, uint64_t size,
							   const BzHash *path, int n, const BzHash *root);
extern int bz_consistency_proof(BzHasher *h, uint64_t old_size, uint64_t size, BzNodeSource source, void *arg,
								BzHash path[BZ_PROOF_MAX]);
extern bool bz_consistency_holds(BzHasher *h, uint64_t old_size, const BzHash *old_root, uint64_t size,
								 const BzHash *root, const BzHash *path, int n);

#endif /* BZ_MERKLE_H */
