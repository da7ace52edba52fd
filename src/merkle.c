/*
 * merkle.c
 *		The append-only hash tree of RFC 9162, section 2.1, and its proofs.
 *
 * Leaves and inner nodes are hashed with different first bytes, so that no node
 * can be passed off as a leaf.
 */
#include "merkle.h"

#include <string.h>

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

/* The hash of a leaf's data. */
void
bz_merkle_leaf(BzHasher *h, const void *data, size_t length, BzHash *hash)
{
	static const uint8_t prefix = LEAF_PREFIX;

	bz_hash_begin(h);
	bz_hash_add(h, &prefix, 1);
	bz_hash_add(h, data, length);
	bz_hash_end(h, hash);
}

/* The hash of the node above two others; it may be stored over one of them. */
void
bz_merkle_node(BzHasher *h, const BzHash *left, const BzHash *right, BzHash *hash)
{
	uint8_t data[1 + 2 * BZ_HASH_SIZE];

	data[0] = NODE_PREFIX;
	memcpy(data + 1, left, BZ_HASH_SIZE);
	memcpy(data + 1 + BZ_HASH_SIZE, right, BZ_HASH_SIZE);
	bz_hash_begin(h);
	bz_hash_add(h, data, sizeof(data));
	bz_hash_end(h, hash);
}

/* A tree without leaves. */
void
bz_merkle_start(BzMerkle *tree)
{
	tree->size = 0;
	tree->depth = 0;
}

static void
append(BzHasher *h, BzMerkle *tree, int height, const BzHash *node, BzNodeSink sink, void *arg)
{
	BzHash hash = *node;
	uint64_t number = tree->size >> height;

	tree->size += UINT64_C(1) << height;
	for (;; height++, number >>= 1)
	{
		if (sink != NULL)
			sink(arg, height, number, &hash);
		if ((number & 1) == 0)
			break;
		bz_merkle_node(h, &tree->stack[--tree->depth], &hash, &hash);
	}
	tree->stack[tree->depth++] = hash;
}

/* Append the hash of a leaf, and tell of every node that is complete with it. */
void
bz_merkle_append(BzHasher *h, BzMerkle *tree, const BzHash *leaf, BzNodeSink sink, void *arg)
{
	append(h, tree, 0, leaf, sink, arg);
}

/* Append the root of 2^height leaves to a tree whose size is a multiple of that. */
void
bz_merkle_append_node(BzHasher *h, BzMerkle *tree, int height, const BzHash *node)
{
	append(h, tree, height, node, NULL, NULL);
}

/* The root of what has been appended. */
void
bz_merkle_root(BzHasher *h, const BzMerkle *tree, BzHash *root)
{
	if (tree->size == 0)
	{
		bz_hash_begin(h);
		bz_hash_end(h, root);
		return;
	}
	*root = tree->stack[tree->depth - 1];
	for (int i = tree->depth - 2; i >= 0; i--)
		bz_merkle_node(h, &tree->stack[i], root, root);
}

/* The height of the largest complete subtree that leaves something of n leaves, n > 1 */
static int
split(uint64_t n)
{
	int height = 0;

	while ((UINT64_C(2) << height) < n)
		height++;
	return height;
}

/*
 * The root of the n leaves from "first" on, which begin where a complete
 * subtree of at least as many leaves would.
 */
static bool
root_of(BzHasher *h, uint64_t first, uint64_t n, BzNodeSource source, void *arg, BzHash *root)
{
	BzHash stack[BZ_MERKLE_HEIGHT + 1];
	int depth = 0;

	do
	{
		int height = n == 1 ? 0 : split(n);

		/* n itself may be a power of two */
		if ((UINT64_C(2) << height) == n)
			height++;
		if (!source(arg, height, first >> height, &stack[depth++]))
			return false;
		first += UINT64_C(1) << height;
		n -= UINT64_C(1) << height;
	} while (n > 0);
	*root = stack[depth - 1];
	for (int i = depth - 2; i >= 0; i--)
		bz_merkle_node(h, &stack[i], root, root);
	return true;
}

/* Hashes were found on the way down; a proof has them from below. */
static void
turn_round(BzHash *path, int n)
{
	for (int i = 0; i < n / 2; i++)
	{
		BzHash other = path[i];

		path[i] = path[n - 1 - i];
		path[n - 1 - i] = other;
	}
}

/*
 * PATH(index, D[size]): the siblings on the way from a leaf to the root.
 * Returns how many, -1 where a node is missing.
 */
int
bz_inclusion_proof(BzHasher *h, uint64_t index, uint64_t size, BzNodeSource source, void *arg,
				   BzHash path[BZ_PROOF_MAX])
{
	uint64_t first = 0;
	int n = 0;

	while (size > 1)
	{
		uint64_t left = UINT64_C(1) << split(size);
		bool is_left = index < first + left;

		if (!root_of(h, is_left ? first + left : first, is_left ? size - left : left, source, arg, &path[n]))
			return -1;
		n++;
		if (is_left)
			size = left;
		else
		{
			first += left;
			size -= left;
		}
	}
	turn_round(path, n);
	return n;
}

/* Does the path lead from the leaf to the root?  (RFC 9162, 2.1.3.2) */
bool
bz_inclusion_holds(BzHasher *h, const BzHash *leaf, uint64_t index, uint64_t size, const BzHash *path, int n,
				   const BzHash *root)
{
	uint64_t fn = index;
	uint64_t sn = size - 1;
	BzHash r = *leaf;

	if (index >= size)
		return false;
	for (int i = 0; i < n; i++)
	{
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn)
		{
			bz_merkle_node(h, &path[i], &r, &r);
			while ((fn & 1) == 0 && fn != 0)
			{
				fn >>= 1;
				sn >>= 1;
			}
		}
		else
			bz_merkle_node(h, &r, &path[i], &r);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && bz_hash_equal(&r, root);
}

/*
 * PROOF(old_size, D[size]): that the first leaves of a tree are those of an
 * older one.  Returns how many hashes, -1 where a node is missing.
 */
int
bz_consistency_proof(BzHasher *h, uint64_t old_size, uint64_t size, BzNodeSource source, void *arg,
					 BzHash path[BZ_PROOF_MAX])
{
	uint64_t first = 0;
	bool is_old_root = true; /* the subtree at hand is the whole old tree */
	int n = 0;

	if (old_size == 0 || old_size == size)
		return 0;
	while (old_size != size)
	{
		uint64_t left = UINT64_C(1) << split(size);
		bool is_left = old_size <= left;

		if (!root_of(h, is_left ? first + left : first, is_left ? size - left : left, source, arg, &path[n]))
			return -1;
		n++;
		if (is_left)
			size = left;
		else
		{
			is_old_root = false;
			first += left;
			old_size -= left;
			size -= left;
		}
	}
	if (!is_old_root && !root_of(h, first, size, source, arg, &path[n++]))
		return -1;
	turn_round(path, n);
	return n;
}

/* Do the hashes lead to both roots?  (RFC 9162, 2.1.4.2) */
bool
bz_consistency_holds(BzHasher *h, uint64_t old_size, const BzHash *old_root, uint64_t size,
					 const BzHash *root, const BzHash *path, int n)
{
	uint64_t fn, sn;
	BzHash fr, sr;
	int i = 0;

	if (old_size > size)
		return false;
	if (old_size == size)
		return n == 0 && bz_hash_equal(old_root, root);
	if (old_size == 0)
	{
		/* nothing comes before everything */
		bz_hash_begin(h);
		bz_hash_end(h, &fr);
		return n == 0 && bz_hash_equal(old_root, &fr);
	}
	if ((old_size & (old_size - 1)) == 0)
		fr = *old_root;
	else if (n > 0)
		fr = path[i++];
	else
		return false;
	sr = fr;
	fn = old_size - 1;
	sn = size - 1;
	while ((fn & 1) != 0)
	{
		fn >>= 1;
		sn >>= 1;
	}
	for (; i < n; i++)
	{
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn)
		{
			bz_merkle_node(h, &path[i], &fr, &fr);
			bz_merkle_node(h, &path[i], &sr, &sr);
			while ((fn & 1) == 0 && fn != 0)
			{
				fn >>= 1;
				sn >>= 1;
			}
		}
		else
			bz_merkle_node(h, &sr, &path[i], &sr);
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && bz_hash_equal(&fr, old_root) && bz_hash_equal(&sr, root);
}
