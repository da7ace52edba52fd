/*
 * sealed.c
 *		A ledger that was read from a dump: its entries, blocks and tiles, and what is wrong with them.
 *
 * The same questions as bianzhi.verify_ledger() asks, without a database.  Of
 * an entry only its leaf is kept, and of few the texts.
 */
#include "sealed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instant.h"
#include "merkle.h"

#define PLACE_SIZE 128
#define TILE_WIDTH 256

typedef struct Entry
{
	int64_t seq;
	BzHash leaf;
	BzEntryProblem problem;
	bool erased;
	bool seals;
} Entry;

/* What a sealer wrote of its block */
typedef struct Seal
{
	int64_t seq;
	int64_t at;
	char *key, *by, *text; /* no text: erased */
} Seal;

typedef struct Span
{
	int64_t from;
	int64_t until;
	int64_t block;
} Span;

typedef struct Block
{
	int64_t number, size, mark, at;
	BzAlgorithm algorithm;
	BzHash root;
	char *by;
	size_t first_span;
	size_t nspans;
} Block;

typedef struct Erasure
{
	int64_t entry;
	int64_t by;
} Erasure;

/* An array that grows */
typedef struct List
{
	void *item;
	size_t n;
	size_t capacity;
	size_t width;
} List;

struct BzSealed
{
	BzFindingSink sink;
	void *arg;
	BzHasher *hasher;
	BzAlgorithm algorithm;
	List entries, seals, blocks, spans, erasures, leaves, known;
	uint8_t *bytes; /* of the leaf at hand */
	size_t room;
	bool errors;
};

/* A place for one more item; memory that is not there ends the program. */
static void *
add(List *l)
{
	if (l->n == l->capacity)
	{
		l->capacity = l->capacity == 0 ? 64 : l->capacity * 2;
		l->item = realloc(l->item, l->capacity * l->width);
		if (l->item == NULL)
		{
			fputs("out of memory\n", stderr);
			exit(2);
		}
	}
	memset((char *) l->item + l->n * l->width, 0, l->width);
	return (char *) l->item + l->n++ * l->width;
}

static char *
copy_of(BzField f)
{
	char *copy = malloc(f.length + 1);

	if (copy == NULL)
	{
		fputs("out of memory\n", stderr);
		exit(2);
	}
	if (f.length > 0)
		memcpy(copy, f.data, f.length);
	copy[f.length] = '\0';
	return copy;
}

BzSealed *
bz_sealed_new(BzFindingSink sink, void *arg)
{
	BzSealed *s = calloc(1, sizeof(BzSealed));

	if (s == NULL)
		return NULL;
	s->sink = sink;
	s->arg = arg;
	s->entries.width = sizeof(Entry);
	s->seals.width = sizeof(Seal);
	s->blocks.width = sizeof(Block);
	s->spans.width = sizeof(Span);
	s->erasures.width = sizeof(Erasure);
	s->leaves.width = sizeof(BzHash);
	s->known.width = sizeof(bool);
	return s;
}

void
bz_sealed_free(BzSealed *s)
{
	for (size_t i = 0; i < s->seals.n; i++)
	{
		Seal *seal = (Seal *) s->seals.item + i;

		free(seal->key);
		free(seal->by);
		free(seal->text);
	}
	for (size_t i = 0; i < s->blocks.n; i++)
		free(((Block *) s->blocks.item + i)->by);
	free(s->entries.item);
	free(s->seals.item);
	free(s->blocks.item);
	free(s->spans.item);
	free(s->erasures.item);
	free(s->leaves.item);
	free(s->known.item);
	free(s->bytes);
	free(s);
}

static void
tell(BzSealed *s, bool error, const char *what, const char *kind, int64_t from, int64_t until)
{
	char place[PLACE_SIZE];

	if (until > from + 1)
		snprintf(place, sizeof(place), "%s %" PRId64 " to %" PRId64, kind, from, until - 1);
	else
		snprintf(place, sizeof(place), "%s %" PRId64, kind, from);
	s->errors |= error;
	s->sink(s->arg, error, what, place);
}

/* ---- reading ---- */

/* {[1,5),[7,9)} */
static bool
read_members(BzSealed *s, BzField text, Block *block)
{
	char *copy = copy_of(text);
	char *at = copy;
	bool good = *at++ == '{' && strlen(copy) == text.length;

	block->first_span = s->spans.n;
	while (good && *at == '[')
	{
		Span *span = add(&s->spans);
		int length = 0;

		/* in order and apart, as PostgreSQL writes them: so no block has an entry twice */
		good = sscanf(at, "[%" SCNd64 ",%" SCNd64 ")%n", &span->from, &span->until, &length) == 2 &&
			   length > 0 && span->from < span->until && (block->nspans == 0 || span[-1].until < span->from);
		span->block = block->number;
		at += length;
		if (*at == ',')
			at++;
		block->nspans++;
	}
	good = good && strcmp(at, "}") == 0 && block->nspans > 0;
	free(copy);
	return good;
}

static bool
take_block(void *arg, const BzField *v)
{
	BzSealed *s = arg;
	Block *block = add(&s->blocks);
	size_t length;

	for (int i = 0; i < 8; i++)
		if (v[i].data == NULL)
			return false;
	block->by = copy_of(v[7]);
	return bz_integer_of(v[0], &block->number) && read_members(s, v[1], block) &&
		   bz_integer_of(v[2], &block->size) && bz_bytes_of(v[3], block->root.byte, BZ_HASH_SIZE, &length) &&
		   length == BZ_HASH_SIZE && bz_algorithm_find(v[4].data, v[4].length, &block->algorithm) &&
		   bz_integer_of(v[5], &block->mark) && bz_instant_parse(v[6].data, v[6].length, &block->at);
}

/* The stored leaves; what stands above them follows from them */
static bool
take_tile(void *arg, const BzField *v)
{
	BzSealed *s = arg;
	int64_t level, tile;
	BzHash hashes[TILE_WIDTH];
	size_t length;

	if (!bz_integer_of(v[0], &level) || !bz_integer_of(v[1], &tile) || v[2].data == NULL ||
		!bz_bytes_of(v[2], hashes[0].byte, sizeof(hashes), &length) || length % BZ_HASH_SIZE != 0)
		return false;
	/* tiles far behind all others are not worth the memory that they would claim */
	if (level != 0 || tile < 0 || (uint64_t) tile * TILE_WIDTH > s->leaves.n + (UINT64_C(1) << 24))
		return true;
	while (s->leaves.n < (size_t) tile * TILE_WIDTH + length / BZ_HASH_SIZE)
	{
		add(&s->leaves);
		add(&s->known);
	}
	for (size_t i = 0; i < length / BZ_HASH_SIZE; i++)
	{
		((BzHash *) s->leaves.item)[(size_t) tile * TILE_WIDTH + i] = hashes[i];
		((bool *) s->known.item)[(size_t) tile * TILE_WIDTH + i] = true;
	}
	return true;
}

static bool
is(BzField f, const char *text)
{
	return f.data != NULL && f.length == strlen(text) && memcmp(f.data, text, f.length) == 0;
}

static bool
take_entry(void *arg, const BzField *v)
{
	BzSealed *s = arg;
	BzEntry e = {.session_user_name = v[3],
				 .current_user_name = v[4],
				 .claimed_actor = v[5],
				 .relation = v[6],
				 .operation = v[7],
				 .key = v[8],
				 .row_before = v[9],
				 .row_after = v[10]};
	uint8_t salt[BZ_SALT_SIZE], commitment[BZ_HASH_SIZE];
	BzHash committed;
	Entry *entry;

	if (!bz_integer_of(v[0], &e.seq) || v[1].data == NULL ||
		!bz_instant_parse(v[1].data, v[1].length, &e.at) || !bz_integer_of(v[2], &e.xact))
		return false;
	if (v[11].data != NULL)
	{
		e.salt.data = salt;
		if (!bz_bytes_of(v[11], salt, sizeof(salt), &e.salt.length))
			e.salt.length = 0;
	}
	if (v[12].data != NULL)
	{
		e.commitment.data = commitment;
		if (!bz_bytes_of(v[12], commitment, sizeof(commitment), &e.commitment.length))
			e.commitment.length = 0;
	}
	entry = add(&s->entries);
	entry->seq = e.seq;
	entry->erased = bz_entry_is_erased(&e);
	entry->problem = bz_entry_commitment(s->hasher, &e, &committed);
	if (entry->problem == BZ_ENTRY_FINE)
	{
		size_t size = bz_leaf_size(&e);

		if (size > s->room)
		{
			free(s->bytes);
			s->room = size * 2;
			s->bytes = malloc(s->room);
			if (s->bytes == NULL)
				return false;
		}
		bz_leaf_write(&e, &committed, s->bytes);
		bz_merkle_leaf(s->hasher, s->bytes, size, &entry->leaf);
	}
	if (is(e.operation, "SEAL") && is(e.relation, "bianzhi.ledger_block") && e.key.data != NULL &&
		e.session_user_name.data != NULL)
	{
		Seal *seal = add(&s->seals);

		entry->seals = true;
		seal->seq = e.seq;
		seal->at = e.at;
		seal->key = copy_of(e.key);
		seal->by = copy_of(e.session_user_name);
		seal->text = e.row_after.data == NULL ? NULL : copy_of(e.row_after);
	}
	if (is(e.operation, "ERASE"))
	{
		Erasure erasure = {0, e.seq};

		if (bz_integer_of(e.key, &erasure.entry))
			*(Erasure *) add(&s->erasures) = erasure;
	}
	return true;
}

BzDumpTable
bz_sealed_blocks(BzSealed *s)
{
	static const char *const columns[] = {"block",	   "members", "tree_size", "root",
										  "algorithm", "mark",	  "sealed_at", "sealed_by"};

	return (BzDumpTable){"bianzhi.ledger_block", columns, 8, take_block, s, 0, false};
}

BzDumpTable
bz_sealed_tiles(BzSealed *s)
{
	static const char *const columns[] = {"level", "tile", "hashes"};

	return (BzDumpTable){"bianzhi.ledger_tile", columns, 3, take_tile, s, 0, false};
}

BzDumpTable
bz_sealed_entries(BzSealed *s)
{
	static const char *const columns[] = {
		"seq",		 "at",		  "xact", "session_user_name", "current_user_name", "claimed_actor",
		"relation",	 "operation", "key",  "row_before",		   "row_after",			"salt",
		"commitment"};

	return (BzDumpTable){"bianzhi.ledger", columns, 13, take_entry, s, 0, false};
}

/* ---- checking ---- */

/*
 * Between the blocks and the entries: by which algorithm these are hashed.  That
 * of all blocks; where they do not agree, that of a digest, as nobody who wrote
 * the dump can have changed it.  NULL: libcrypto does not offer it.
 */
BzHasher *
bz_sealed_choose(BzSealed *s, const BzDigest *digests, int ndigests)
{
	const Block *block = s->blocks.item;
	bool agree = true;

	for (size_t i = 1; i < s->blocks.n; i++)
		agree &= block[i].algorithm == block[0].algorithm;
	if (s->blocks.n > 0)
		s->algorithm = block[0].algorithm;
	if (ndigests > 0 && (!agree || s->blocks.n == 0))
		s->algorithm = digests[0].algorithm;
	s->hasher = bz_hasher(s->algorithm);
	return s->hasher;
}

#define BY_NUMBER(name, type, member)                                                                        \
	static int name(const void *a, const void *b)                                                            \
	{                                                                                                        \
		int64_t x = ((const type *) a)->member;                                                              \
		int64_t y = ((const type *) b)->member;                                                              \
                                                                                                             \
		return (x > y) - (x < y);                                                                            \
	}

BY_NUMBER(by_seq, Entry, seq)
BY_NUMBER(by_seal, Seal, seq)
BY_NUMBER(by_block, Block, number)
BY_NUMBER(by_from, Span, from)
BY_NUMBER(by_erased, Erasure, entry)

static int
by_size(const void *a, const void *b)
{
	uint64_t x = ((const BzDigest *) a)->size;
	uint64_t y = ((const BzDigest *) b)->size;

	return (x > y) - (x < y);
}

static void
sort(List *l, int (*compare)(const void *, const void *))
{
	if (l->n > 0)
		qsort(l->item, l->n, l->width, compare);
}

/* The place of the first entry with that number or a higher one */
static size_t
find_entry(const BzSealed *s, int64_t seq)
{
	size_t low = 0;
	size_t high = s->entries.n;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (((Entry *) s->entries.item)[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The leaves of a block, in their order, with the numbers of their entries */
typedef struct Leaves
{
	BzHash *leaf;
	int64_t *seq;
	size_t n;
} Leaves;

static bool
leaves_of(BzSealed *s, const Block *block, Leaves *l)
{
	size_t count = 0;
	size_t room = 0;
	int64_t missing_from = 0, missing_until = 0;

	for (size_t i = 0; i < block->nspans; i++)
	{
		const Span *span = (Span *) s->spans.item + block->first_span + i;

		room += find_entry(s, span->until) - find_entry(s, span->from);
	}
	l->n = 0;
	l->leaf = malloc((room + 1) * sizeof(BzHash));
	l->seq = malloc((room + 1) * sizeof(int64_t));
	if (l->leaf == NULL || l->seq == NULL)
		return false;
	for (size_t i = 0; i < block->nspans; i++)
	{
		const Span *span = (Span *) s->spans.item + block->first_span + i;
		int64_t expected = span->from;

		for (size_t at = find_entry(s, span->from);; at++)
		{
			const Entry *entry = at < s->entries.n ? (Entry *) s->entries.item + at : NULL;
			int64_t seq = entry == NULL || entry->seq >= span->until ? span->until : entry->seq;

			if (seq > expected)
			{
				if (missing_until != expected)
				{
					if (missing_until > missing_from)
						tell(s, true, "entries are missing", "seq", missing_from, missing_until);
					missing_from = expected;
				}
				missing_until = seq;
			}
			if (seq == span->until)
				break;
			expected = seq + 1;
			if (entry->problem != BZ_ENTRY_FINE)
				tell(s, true, "an entry is not in a form that can be sealed", "seq", seq, seq + 1);
			l->leaf[l->n] = entry->leaf;
			l->seq[l->n++] = seq;
			if (entry->seals && (i < block->nspans - 1 || seq < span->until - 1))
				tell(s, true, "a block is missing", "seq", seq, seq + 1);
		}
		count += (size_t) (span->until - span->from);
	}
	if (missing_until > missing_from)
		tell(s, true, "entries are missing", "seq", missing_from, missing_until);
	return l->n == count;
}

/* Append leaves; which of the digests on the way are right. */
static void
grow(BzSealed *s, BzMerkle *tree, const BzHash *leaf, size_t n, const BzDigest *digests, int ndigests,
	 bool *right)
{
	int next = 0;

	for (size_t i = 0; i <= n; i++)
	{
		while (next < ndigests && digests[next].size < tree->size)
			next++;
		for (; next < ndigests && digests[next].size == tree->size; next++)
		{
			BzHash root;

			bz_merkle_root(s->hasher, tree, &root);
			right[next] = bz_hash_equal(&root, &digests[next].root) &&
						  digests[next].algorithm == s->algorithm;
		}
		if (i < n)
			bz_merkle_append(s->hasher, tree, &leaf[i], NULL, NULL);
	}
}

static bool
has_root(BzSealed *s, const BzMerkle *tree, const Block *block)
{
	BzHash root;

	bz_merkle_root(s->hasher, tree, &root);
	return (int64_t) tree->size == block->size && bz_hash_equal(&root, &block->root);
}

static void
check_seal(BzSealed *s, const Block *block, int64_t last_seq)
{
	const Seal *seal = NULL;
	char number[24], text[160];

	for (size_t low = 0, high = s->seals.n; low < high;)
	{
		size_t middle = low + (high - low) / 2;
		const Seal *at = (Seal *) s->seals.item + middle;

		if (at->seq == last_seq)
		{
			seal = at;
			break;
		}
		if (at->seq < last_seq)
			low = middle + 1;
		else
			high = middle;
	}
	snprintf(number, sizeof(number), "%" PRId64, block->number);
	snprintf(text, sizeof(text),
			 "{\"algorithm\":\"%s\",\"mark\":\"%" PRId64 "\",\"tree_size\":\"%" PRId64 "\"}",
			 bz_algorithm_name(s->algorithm), block->mark, block->size);
	if (seal == NULL || strcmp(seal->key, number) != 0 || strcmp(seal->by, block->by) != 0 ||
		seal->at != block->at || (seal->text != NULL && strcmp(seal->text, text) != 0))
		tell(s, true, "a block is not what its sealer wrote", "block", block->number, block->number + 1);
}

/* One block: the tree goes on with its leaves as they were sealed, if that can be known. */
static bool
check_block(BzSealed *s, const Block *block, BzMerkle *tree, const BzDigest *digests, int ndigests,
			bool *right)
{
	Leaves l;
	BzMerkle rows = *tree;
	BzMerkle stored = *tree;
	size_t from = (size_t) tree->size;
	size_t n = block->size >= (int64_t) from ? (size_t) block->size - from : 0;
	bool all = leaves_of(s, block, &l);
	bool known = from + n <= s->leaves.n;

	if (l.leaf == NULL || l.seq == NULL)
		return false;
	grow(s, &rows, l.leaf, l.n, digests, ndigests, right);
	for (size_t i = from; known && i < from + n; i++)
		known = ((bool *) s->known.item)[i];
	if (has_root(s, &rows, block))
		*tree = rows;
	else
	{
		if (known && n > 0)
			grow(s, &stored, (BzHash *) s->leaves.item + from, n, digests, ndigests, right);
		if (known && has_root(s, &stored, block))
		{
			if (all && l.n == n)
			{
				for (size_t i = 0; i < n; i++)
					if (!bz_hash_equal(&l.leaf[i], (BzHash *) s->leaves.item + from + i))
						tell(s, true, "an entry was altered", "seq", l.seq[i], l.seq[i] + 1);
			}
			else if (all)
				tell(s, true, "the members of a block are not as many as were sealed", "block", block->number,
					 block->number + 1);
			*tree = stored;
		}
		else
		{
			tell(s, true, "the root of a block is not that of the entries", "block", block->number,
				 block->number + 1);
			*tree = rows;
		}
	}
	if (l.n > 0)
		check_seal(s, block, l.seq[l.n - 1]);
	free(l.leaf);
	free(l.seq);
	return true;
}

/* Entries that no block has, and members that two have */
static void
check_others(BzSealed *s, int64_t mark)
{
	Span *span = s->spans.item;
	size_t at = 0;
	int64_t unsealed = 0, first = 0, last = 0;

	sort(&s->spans, by_from);
	span = s->spans.item;
	for (size_t i = 1; i < s->spans.n; i++)
		if (span[i].from < span[i - 1].until)
			tell(s, true, "entries are members of two blocks", "seq", span[i].from, span[i].from + 1);
	for (size_t i = 0; i < s->entries.n; i++)
	{
		const Entry *e = (Entry *) s->entries.item + i;

		if (i > 0 && e[-1].seq == e->seq)
			tell(s, true, "an entry is there twice", "seq", e->seq, e->seq + 1);
		while (at < s->spans.n && span[at].until <= e->seq)
			at++;
		if (at < s->spans.n && span[at].from <= e->seq)
			continue;
		if (e->seq <= mark)
			tell(s, true, "an entry was added", "seq", e->seq, e->seq + 1);
		else if (e->seals)
			tell(s, true, "a block is missing", "seq", e->seq, e->seq + 1);
		else if (e->problem != BZ_ENTRY_FINE)
			tell(s, true, "an entry is not in a form that can be sealed", "seq", e->seq, e->seq + 1);
		else if (e->erased)
			tell(s, true, "an entry was erased before it was sealed", "seq", e->seq, e->seq + 1);
		else
		{
			if (unsealed++ == 0)
				first = e->seq;
			last = e->seq;
		}
	}
	if (unsealed > 0)
		tell(s, false, "entries are not sealed yet", "seq", first, last + 1);
}

static void
check_erased(BzSealed *s)
{
	size_t at = 0;

	sort(&s->erasures, by_erased);
	for (size_t i = 0; i < s->entries.n; i++)
	{
		const Entry *e = (Entry *) s->entries.item + i;
		const Erasure *erasure = s->erasures.item;

		if (!e->erased)
			continue;
		while (at < s->erasures.n && erasure[at].entry < e->seq)
			at++;
		if (at < s->erasures.n && erasure[at].entry == e->seq && erasure[at].by > e->seq)
			tell(s, false, "the texts of an entry were erased", "seq", e->seq, e->seq + 1);
		else
			tell(s, true, "the texts of an entry were erased without a word", "seq", e->seq, e->seq + 1);
	}
}

/*
 * Everything there is to ask; *found is the digest of what was read.  False: it
 * could not be checked to the end.
 */
bool
bz_sealed_check(BzSealed *s, BzDigest *digests, int ndigests, BzDigest *found)
{
	BzMerkle tree;
	bool *right = calloc((size_t) ndigests + 1, sizeof(bool));
	int64_t mark = 0;
	int64_t number = 0;

	if (right == NULL)
		return false;
	if (ndigests > 0)
		qsort(digests, (size_t) ndigests, sizeof(BzDigest), by_size);
	sort(&s->entries, by_seq);
	sort(&s->seals, by_seal);
	sort(&s->blocks, by_block);
	bz_merkle_start(&tree);
	grow(s, &tree, NULL, 0, digests, ndigests, right);
	for (size_t i = 0; i < s->blocks.n; i++)
	{
		const Block *block = (Block *) s->blocks.item + i;

		if (block->number != number + 1)
			tell(s, true, block->number <= number ? "a block is there twice" : "a block is missing", "block",
				 number + 1, number + 2);
		number = block->number;
		if (block->algorithm != s->algorithm)
			tell(s, true, "the hash algorithm of a block was altered", "block", number, number + 1);
		if (!check_block(s, block, &tree, digests, ndigests, right))
		{
			free(right);
			return false;
		}
		mark = block->mark;
	}
	for (int i = 0; i < ndigests; i++)
		if (digests[i].size > tree.size)
			tell(s, true,
				 "the ledger was cut or rolled back: a digest that was kept outside is of a larger one",
				 "digest of tree size", (int64_t) digests[i].size, (int64_t) digests[i].size + 1);
		else if (!right[i])
			tell(s, true, "the ledger is not the one of a digest that was kept outside",
				 "digest of tree size", (int64_t) digests[i].size, (int64_t) digests[i].size + 1);
	free(right);
	check_others(s, mark);
	check_erased(s);
	found->algorithm = s->algorithm;
	found->size = tree.size;
	bz_merkle_root(s->hasher, &tree, &found->root);
	return bz_hasher_sound(s->hasher);
}
