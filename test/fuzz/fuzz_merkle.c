/*
 * fuzz_merkle.c
 *		The hash tree against the definitions of RFC 9162, section 2.1.1, taken
 *		literally over all leaves; its proofs, and proofs that were tampered with.
 */
#include "merkle.h"

#include <string.h>

#include "expect.h"

#define LEAVES 200

typedef struct Input
{
	const uint8_t *at;
	const uint8_t *end;
} Input;

static int
next(Input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* MTH(D[n]), as the RFC defines it */
static BzHash
mth(BzHasher *h, const BzHash *leaf, int n)
{
	BzHash left, right, root;
	int k = 1;

	if (n == 0)
	{
		bz_hash_begin(h);
		bz_hash_end(h, &root);
		return root;
	}
	if (n == 1)
		return leaf[0];
	while (k * 2 < n)
		k *= 2;
	left = mth(h, leaf, k);
	right = mth(h, leaf + k, n - k);
	bz_merkle_node(h, &left, &right, &root);
	return root;
}

/* The nodes as they were told when they were complete; each once, in its place */
typedef struct Nodes
{
	BzHash hash[8][LEAVES];
	int n[8];
} Nodes;

static void
take(void *arg, int height, uint64_t number, const BzHash *hash)
{
	Nodes *nodes = arg;

	EXPECT(height < 8 && number == (uint64_t) nodes->n[height]);
	nodes->hash[height][nodes->n[height]++] = *hash;
}

static bool
give(void *arg, int height, uint64_t number, BzHash *hash)
{
	const Nodes *nodes = arg;

	if (height >= 8 || number >= (uint64_t) nodes->n[height])
		return false;
	*hash = nodes->hash[height][number];
	return true;
}

static bool
give_nothing(void *arg, int height, uint64_t number, BzHash *hash)
{
	(void) arg;
	(void) height;
	(void) number;
	(void) hash;
	return false;
}

/* The tree of RFC 9162's forerunner's reference implementation: eight leaves, SHA-256 */
static void
known_answers(void)
{
	static const struct
	{
		const char *data;
		size_t length;
		const char *root; /* of the tree up to here */
	} known[] = {{"", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
				 {"\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
				 {"\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
				 {"\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
				 {"\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
				 {"\x40\x41\x42\x43", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
				 {"\x50\x51\x52\x53\x54\x55\x56\x57", 8,
				  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
				 {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
				  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
	BzHasher *h = bz_hasher(BZ_SHA256);
	BzHasher *sm3 = bz_hasher(BZ_SM3);
	BzMerkle tree;
	BzHash hash;
	char text[BZ_HASH_TEXT];

	EXPECT(h != NULL && sm3 != NULL);
	bz_merkle_start(&tree);
	bz_merkle_root(h, &tree, &hash);
	bz_hash_print(&hash, text);
	EXPECT(strcmp(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") == 0);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		bz_merkle_leaf(h, known[i].data, known[i].length, &hash);
		bz_merkle_append(h, &tree, &hash, NULL, NULL);
		bz_merkle_root(h, &tree, &hash);
		bz_hash_print(&hash, text);
		EXPECT(strcmp(text, known[i].root) == 0);
	}
	/* GB/T 32905, example 1 */
	bz_hash_begin(sm3);
	bz_hash_add(sm3, "a", 1);
	bz_hash_add(sm3, "bc", 2);
	bz_hash_end(sm3, &hash);
	bz_hash_print(&hash, text);
	EXPECT(strcmp(text, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0") == 0);
	EXPECT(bz_hasher_sound(h) && bz_hasher_sound(sm3));
}

/* Hashes in text, and what is none */
static void
try_text(const uint8_t *data, size_t size)
{
	BzHash hash;
	char text[BZ_HASH_TEXT];

	if (bz_hash_parse((const char *) data, size, &hash))
	{
		EXPECT(size == BZ_HASH_TEXT - 1);
		bz_hash_print(&hash, text);
		for (size_t i = 0; i < size; i++)
			EXPECT(text[i] == (data[i] >= 'A' && data[i] <= 'F' ? data[i] + 'a' - 'A' : data[i]));
	}
}

static void
spoil(Input *in, BzHash *hash)
{
	hash->byte[next(in) % BZ_HASH_SIZE] ^= (uint8_t) (1 << next(in) % 8);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool known;
	Input in = {data, data + size};
	BzAlgorithm algorithm = next(&in) % 2 == 0 ? BZ_SM3 : BZ_SHA256;
	BzHasher *h = bz_hasher(algorithm);
	int n = next(&in) % LEAVES;
	int old = n == 0 ? 0 : next(&in) % (n + 1);
	int index = n == 0 ? 0 : next(&in) % n;
	Nodes nodes = {.n = {0}};
	BzMerkle tree, joined;
	BzHash leaf[LEAVES], root, old_root, path[BZ_PROOF_MAX + 1], other;
	int length;

	if (!known)
		known_answers();
	known = true;
	try_text(data, size);

	bz_merkle_start(&tree);
	for (int i = 0; i < n; i++)
	{
		uint8_t bytes[2] = {(uint8_t) i, (uint8_t) next(&in)};

		bz_merkle_leaf(h, bytes, sizeof(bytes), &leaf[i]);
		bz_merkle_append(h, &tree, &leaf[i], take, &nodes);
	}
	root = mth(h, leaf, n);
	old_root = mth(h, leaf, old);
	bz_merkle_root(h, &tree, &other);
	EXPECT(tree.size == (uint64_t) n && bz_hash_equal(&other, &root));

	/* the same tree, joined from complete subtrees of a random height first */
	bz_merkle_start(&joined);
	for (int height = next(&in) % 8, i = 0; i < n;)
	{
		while (i + (1 << height) > n)
			height--;
		bz_merkle_append_node(h, &joined, height, &nodes.hash[height][i >> height]);
		i += 1 << height;
	}
	EXPECT(joined.size == tree.size && joined.depth == tree.depth);
	EXPECT(memcmp(joined.stack, tree.stack, (size_t) tree.depth * sizeof(BzHash)) == 0);

	/* that a leaf is in the tree */
	if (n > 0)
	{
		length = bz_inclusion_proof(h, (uint64_t) index, (uint64_t) n, give, &nodes, path);
		EXPECT(length >= 0 && length <= 8 && (n == 1) == (length == 0));
		EXPECT(bz_inclusion_holds(h, &leaf[index], (uint64_t) index, (uint64_t) n, path, length, &root));
		/* and nowhere else, nor another leaf, in no other tree, on no other path */
		EXPECT(n == 1 || !bz_inclusion_holds(h, &leaf[index], (uint64_t) ((index + 1) % n), (uint64_t) n,
											 path, length, &root));
		EXPECT(!bz_inclusion_holds(h, &leaf[index], (uint64_t) n, (uint64_t) n, path, length, &root));
		EXPECT(length == 0 ||
			   !bz_inclusion_holds(h, &leaf[index], (uint64_t) index, (uint64_t) n, path, length - 1, &root));
		path[length] = root;
		EXPECT(!bz_inclusion_holds(h, &leaf[index], (uint64_t) index, (uint64_t) n, path, length + 1, &root));
		other = leaf[index];
		spoil(&in, &other);
		EXPECT(!bz_inclusion_holds(h, &other, (uint64_t) index, (uint64_t) n, path, length, &root));
		if (length > 0)
		{
			spoil(&in, &path[next(&in) % length]);
			EXPECT(!bz_inclusion_holds(h, &leaf[index], (uint64_t) index, (uint64_t) n, path, length, &root));
		}
		/* nodes that are not there */
		EXPECT(n == 1 ||
			   bz_inclusion_proof(h, (uint64_t) index, (uint64_t) n, give_nothing, NULL, path) == -1);
	}

	/* that the tree has only grown */
	length = bz_consistency_proof(h, (uint64_t) old, (uint64_t) n, give, &nodes, path);
	EXPECT(length >= 0 && length <= 16 && (old != 0 && old != n) == (length > 0));
	EXPECT(bz_consistency_holds(h, (uint64_t) old, &old_root, (uint64_t) n, &root, path, length));
	if (old != n)
		EXPECT(!bz_consistency_holds(h, (uint64_t) n, &root, (uint64_t) old, &old_root, path, length));
	path[length] = root;
	EXPECT(!bz_consistency_holds(h, (uint64_t) old, &old_root, (uint64_t) n, &root, path, length + 1));
	other = old_root;
	spoil(&in, &other);
	EXPECT(!bz_consistency_holds(h, (uint64_t) old, &other, (uint64_t) n, &root, path, length));
	if (old > 0)
	{
		other = root;
		spoil(&in, &other);
		EXPECT(!bz_consistency_holds(h, (uint64_t) old, &old_root, (uint64_t) n, &other, path, length));
	}
	if (length > 0)
	{
		EXPECT(!bz_consistency_holds(h, (uint64_t) old, &old_root, (uint64_t) n, &root, path, length - 1));
		spoil(&in, &path[next(&in) % length]);
		EXPECT(!bz_consistency_holds(h, (uint64_t) old, &old_root, (uint64_t) n, &root, path, length));
	}

	/* any sizes and any hashes: no proof, and no end of the world */
	for (int i = 0; i < BZ_PROOF_MAX; i++)
		for (int j = 0; j < BZ_HASH_SIZE; j++)
			path[i].byte[j] = (uint8_t) (i + j);
	for (int shift = next(&in) % 64; shift > 0; shift -= 9)
	{
		uint64_t big = (UINT64_C(1) << shift) + (uint64_t) next(&in);

		EXPECT(!bz_inclusion_holds(h, &leaf[0], big - 1, big, path, next(&in) % BZ_PROOF_MAX, &path[1]));
		EXPECT(!bz_consistency_holds(h, big, &path[0], big + 1, &path[1], path, next(&in) % BZ_PROOF_MAX));
	}
	EXPECT(bz_hasher_sound(h));
	return 0;
}
