/*
 * evidence.c
 *		Digests and proofs, as they are handed out, and whether they hold.
 *
 * What a proof says of the tree is not believed: algorithm, size and root are
 * those of the digest, and a proof that speaks of another tree fails.
 */
#include "evidence.h"

#include <string.h>

#include "instant.h"
#include "leaf.h"
#include "merkle.h"

/* the bytes of a leaf that is proved; no index takes a key as long */
#define LEAF_MAX 32768

static bool
read_algorithm(BzJson json, BzAlgorithm *algorithm)
{
	const char *name;
	size_t length;

	return bz_json_string(json, &name, &length) && bz_algorithm_find(name, length, algorithm);
}

static bool
read_size(BzJson json, uint64_t *size)
{
	int64_t value;

	if (!bz_json_integer(json, &value) || value < 0)
		return false;
	*size = (uint64_t) value;
	return true;
}

static bool
read_hash(BzJson json, BzHash *hash)
{
	const char *text;
	size_t length;

	return bz_json_string(json, &text, &length) && bz_hash_parse(text, length, hash);
}

/* A string, or, where that is allowed, null */
static bool
read_field(BzJson json, bool may_be_null, BzField *f)
{
	const char *text;

	f->data = NULL;
	f->length = 0;
	if (may_be_null && bz_json_is_null(json))
		return true;
	if (!bz_json_string(json, &text, &f->length))
		return false;
	f->data = text;
	return true;
}

/* Hashes in an array; -1: it is none, or too long */
static int
read_path(BzJson json, BzHash path[BZ_PROOF_MAX])
{
	BzJson element;
	bool end = false;

	for (int n = 0; bz_json_next(&json, &element, &end); n++)
	{
		if (end)
			return n;
		if (n == BZ_PROOF_MAX || !read_hash(element, &path[n]))
			return -1;
	}
	return -1;
}

/* {"algorithm": ..., "tree_size": ..., "root": ...} */
bool
bz_digest_read(BzJson json, BzDigest *digest)
{
	static const char *const names[] = {"algorithm", "tree_size", "root"};
	BzJson value[3];

	return bz_json_object(json, names, 3, value) && read_algorithm(value[0], &digest->algorithm) &&
		   read_size(value[1], &digest->size) && read_hash(value[2], &digest->root);
}

/* The entry of a proof, with its commitment */
static bool
read_entry(BzJson json, BzEntry *e, BzHash *commitment)
{
	static const char *const names[] = {
		"seq",		"at",		 "xact", "session_user_name", "current_user_name", "claimed_actor",
		"relation", "operation", "key",	 "commitment"};
	BzJson value[10];
	const char *at;
	size_t length;

	memset(e, 0, sizeof(BzEntry));
	return bz_json_object(json, names, 10, value) && bz_json_integer(value[0], &e->seq) &&
		   bz_json_string(value[1], &at, &length) && bz_instant_parse(at, length, &e->at) &&
		   bz_json_integer(value[2], &e->xact) && read_field(value[3], false, &e->session_user_name) &&
		   read_field(value[4], false, &e->current_user_name) &&
		   read_field(value[5], true, &e->claimed_actor) && read_field(value[6], false, &e->relation) &&
		   read_field(value[7], false, &e->operation) && read_field(value[8], false, &e->key) &&
		   read_hash(value[9], commitment);
}

/* The texts that come with a proof, where they do: what they commit to */
static bool
read_texts(BzHasher *h, BzJson json, BzHash *commitment)
{
	static const char *const names[] = {"salt", "row_before", "row_after"};
	BzJson value[3];
	BzEntry e = {0};
	BzField digits;
	BzHash salt;
	char padded[2 * BZ_HASH_SIZE];

	if (!bz_json_object(json, names, 3, value) || !read_field(value[0], false, &digits) ||
		digits.length != 2 * BZ_SALT_SIZE || !read_field(value[1], true, &e.row_before) ||
		!read_field(value[2], true, &e.row_after))
		return false;
	/* half a hash */
	memset(padded, '0', sizeof(padded));
	memcpy(padded, digits.data, digits.length);
	if (!bz_hash_parse(padded, sizeof(padded), &salt))
		return false;
	e.salt.data = salt.byte;
	e.salt.length = BZ_SALT_SIZE;
	return bz_entry_commitment(h, &e, commitment) == BZ_ENTRY_FINE;
}

/* Is the entry one of the ledger of which the digest speaks? */
BzVerdict
bz_proof_check(BzJson proof, const BzDigest *digest)
{
	static const char *const names[] = {"algorithm", "tree_size", "index", "entry", "path", "texts"};
	BzHasher *h = bz_hasher(digest->algorithm);
	BzJson value[6];
	BzAlgorithm algorithm;
	uint64_t size, index;
	BzEntry entry;
	BzHash commitment, opened, leaf, path[BZ_PROOF_MAX];
	uint8_t bytes[LEAF_MAX];
	bool holds;
	int n;

	if (h == NULL)
		return BZ_NO_HASHER;
	if (!bz_json_object(proof, names, 6, value))
		return BZ_NO_PROOF;
	n = read_path(value[4], path);
	if (n < 0 || !read_algorithm(value[0], &algorithm) || !read_size(value[1], &size) ||
		!read_size(value[2], &index) || !read_entry(value[3], &entry, &commitment) ||
		bz_leaf_size(&entry) > LEAF_MAX)
		return BZ_NO_PROOF;
	if (value[5].text != NULL && !read_texts(h, value[5], &opened))
		return BZ_NO_PROOF;
	bz_leaf_write(&entry, &commitment, bytes);
	bz_merkle_leaf(h, bytes, bz_leaf_size(&entry), &leaf);
	holds = algorithm == digest->algorithm && size == digest->size &&
			(value[5].text == NULL || bz_hash_equal(&opened, &commitment)) &&
			bz_inclusion_holds(h, &leaf, index, size, path, n, &digest->root);
	if (!bz_hasher_sound(h))
		return BZ_NO_HASHER;
	return holds ? BZ_HOLDS : BZ_FAILS;
}

/* Has the ledger of the older digest only grown to that of the newer one? */
BzVerdict
bz_consistency_check(BzJson proof, const BzDigest *old_digest, const BzDigest *new_digest)
{
	static const char *const names[] = {"algorithm", "old_size", "tree_size", "path"};
	BzHasher *h = bz_hasher(new_digest->algorithm);
	BzJson value[4];
	BzAlgorithm algorithm;
	uint64_t old_size, size;
	BzHash path[BZ_PROOF_MAX];
	bool holds;
	int n;

	if (h == NULL)
		return BZ_NO_HASHER;
	if (!bz_json_object(proof, names, 4, value) || !read_algorithm(value[0], &algorithm) ||
		!read_size(value[1], &old_size) || !read_size(value[2], &size) || (n = read_path(value[3], path)) < 0)
		return BZ_NO_PROOF;
	holds = algorithm == old_digest->algorithm && algorithm == new_digest->algorithm &&
			old_size == old_digest->size && size == new_digest->size &&
			bz_consistency_holds(h, old_size, &old_digest->root, size, &new_digest->root, path, n);
	if (!bz_hasher_sound(h))
		return BZ_NO_HASHER;
	return holds ? BZ_HOLDS : BZ_FAILS;
}
