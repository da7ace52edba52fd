/*
 * examine.c
 *		Is the ledger what was sealed, and is what was sealed what digests outside say?
 *
 * Every leaf is computed anew from its row and compared with the one that is
 * stored in the tiles.  While they agree one tree is built; from the first
 * difference on two, one of the stored leaves and one of the rows, until the
 * end of the block tells which of them was sealed, and so whether rows or tiles
 * were altered.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "entry.h"
#include "evidence.h"
#include "members.h"
#include "names.h"
#include "seal.h"
#include "tile.h"

/* where everything differs, nobody reads every line */
#define MAX_FINDINGS 1000

/* how many entries between two messages of progress */
#define PROGRESS 100000

PG_FUNCTION_INFO_V1(examine_ledger);

/* Something about an entry that is told when the end of its block has shown what was sealed */
typedef struct Suspect
{
	int64 from;
	int64 until;
	const char *what;
} Suspect;

typedef struct Number
{
	int64 entry;
	int64 by; /* the entry that says so */
} Number;

typedef struct Examiner
{
	ReturnSetInfo *result;
	int nfindings;
	BzHasher *hasher;
	BzEntryScan entries;
	BzTileReader tiles;

	BzMerkle stored;
	BzMerkle rows;
	bool forked;
	int64 bad_tile; /* the upper tile that was told of last, so that each is told of once */

	BzMembers sealed; /* of all blocks so far */
	BzBlock last;
	int64 nentries;
	int64 nvisited;

	BzDigest *digest; /* in the order of sizes */
	int ndigests;
	int next_digest;
	int64 doubtful; /* the first entry behind the last digest that was right */
	int64 failed;	/* the first digest in the block at hand that neither tree agrees with, or -1 */
	bool digest_seen, stored_right, rows_right;

	Suspect suspect[MAX_FINDINGS];
	int nsuspects;

	Number *erased; /* entries without texts */
	int nerased, erased_capacity;
	Number *erasure; /* entries that say so */
	int nerasures, erasure_capacity;
} Examiner;

/* Tell something: error or warning, what, where. */
static void
tell(Examiner *x, bool error, const char *what, char *place)
{
	Datum values[3] = {CStringGetTextDatum(error ? "error" : "warning")};
	bool nulls[3] = {false, false, place == NULL};

	x->nfindings++;
	if (x->nfindings > MAX_FINDINGS)
		return;
	values[1] = CStringGetTextDatum(what);
	if (place != NULL)
		values[2] = CStringGetTextDatum(place);
	tuplestore_putvalues(x->result->setResult, x->result->setDesc, values, nulls);
	for (int i = 0; i < 3; i++)
		if (!nulls[i])
			pfree(DatumGetPointer(values[i]));
}

static char *
place_of(const char *kind, int64 number)
{
	return psprintf("%s %lld", kind, (long long) number);
}

static char *
place_between(int64 from, int64 until)
{
	return until == from + 1 ? place_of("seq", from)
							 : psprintf("seq %lld to %lld", (long long) from, (long long) until - 1);
}

static void
suspect(Examiner *x, int64 from, int64 until, const char *what)
{
	Suspect *last = x->nsuspects == 0 ? NULL : &x->suspect[x->nsuspects - 1];

	if (last != NULL && last->until == from && strcmp(last->what, what) == 0)
		last->until = until;
	else if (x->nsuspects < MAX_FINDINGS)
		x->suspect[x->nsuspects++] = (Suspect){from, until, what};
}

/* Tell what was suspected; if it turned out to be something else, as that. */
static void
tell_suspects(Examiner *x, const char *as)
{
	for (int i = 0; i < x->nsuspects; i++)
		tell(x, true, as == NULL ? x->suspect[i].what : as,
			 place_between(x->suspect[i].from, x->suspect[i].until));
	x->nsuspects = 0;
}

static void
note(Number **list, int *n, int *capacity, int64 entry, int64 by)
{
	if (*n == *capacity)
	{
		*capacity = *capacity == 0 ? 64 : *capacity * 2;
		*list = *list == NULL ? palloc(*capacity * sizeof(Number))
							  : repalloc_huge(*list, *capacity * sizeof(Number));
	}
	(*list)[(*n)++] = (Number){entry, by};
}

/* A BzNodeSink of the stored leaves: what stands above them must be stored, too. */
static void
check_node(void *arg, int height, uint64_t number, const BzHash *hash)
{
	Examiner *x = arg;
	int level = height / BZ_TILE_HEIGHT;
	int64 tile = (int64) (number / BZ_TILE_WIDTH);
	const BzTile *stored;

	if (height == 0 || height % BZ_TILE_HEIGHT != 0)
		return;
	stored = bz_tile(&x->tiles, level, tile);
	if (stored->n > (int) (number % BZ_TILE_WIDTH) &&
		bz_hash_equal(&stored->hash[number % BZ_TILE_WIDTH], hash))
		return;
	if (x->bad_tile != level * INT64CONST(0x100000000000) + tile)
		tell(x, true, "the stored hash tree was altered",
			 psprintf("level %d, tile %lld", level, (long long) tile));
	x->bad_tile = level * INT64CONST(0x100000000000) + tile;
}

/* The trees have grown: is this the size of a digest? */
static void
check_digests(Examiner *x, int64 seq)
{
	for (; x->next_digest < x->ndigests && x->digest[x->next_digest].size == x->stored.size; x->next_digest++)
	{
		const BzDigest *digest = &x->digest[x->next_digest];
		BzHash root;
		bool stored_right, rows_right;

		bz_merkle_root(x->hasher, &x->stored, &root);
		stored_right = bz_hash_equal(&root, &digest->root);
		rows_right = stored_right;
		if (x->forked)
		{
			bz_merkle_root(x->hasher, &x->rows, &root);
			rows_right = x->rows.size == digest->size && bz_hash_equal(&root, &digest->root);
		}
		if (digest->algorithm != x->last.algorithm)
			stored_right = rows_right = false;
		x->digest_seen = true;
		x->stored_right &= stored_right;
		x->rows_right &= rows_right;
		if (stored_right || rows_right)
			x->doubtful = seq + 1;
		else
			tell(x, true, "the ledger is not the one of a digest that was kept outside",
				 psprintf("digest of %lld entries; from seq %lld on", (long long) digest->size,
						  (long long) x->doubtful));
	}
}

/* Go two ways from here on. */
static void
fork_trees(Examiner *x)
{
	if (!x->forked)
		x->rows = x->stored;
	x->forked = true;
}

/* The next leaf: as its row says (NULL: there is none), and as it is stored. */
static void
take_leaf(Examiner *x, int64 seq, const BzHash *leaf, const char *problem)
{
	static const BzHash nothing;
	int64 index = (int64) x->stored.size;
	const BzTile *tile = bz_tile(&x->tiles, 0, index / BZ_TILE_WIDTH);
	const BzHash *stored = tile->n > index % BZ_TILE_WIDTH ? &tile->hash[index % BZ_TILE_WIDTH] : NULL;

	if (stored == NULL)
		suspect(x, seq, seq + 1, leaf == NULL ? problem : "a part of the stored hash tree is missing");
	else if (leaf == NULL || !bz_hash_equal(stored, leaf))
	{
		fork_trees(x);
		suspect(x, seq, seq + 1, problem);
	}
	if (stored == NULL)
		stored = leaf == NULL ? &nothing : leaf;
	bz_merkle_append(x->hasher, &x->stored, stored, check_node, x);
	if (x->forked)
		bz_merkle_append(x->hasher, &x->rows, leaf == NULL ? &nothing : leaf, NULL, NULL);
	check_digests(x, seq);
}

/* What the entry says of others */
static void
read_entry(Examiner *x)
{
	const BzEntry *e = &x->entries.entry;

	if (x->nvisited++ % PROGRESS == PROGRESS - 1)
		ereport(NOTICE, errmsg("%lld entries verified so far", (long long) x->nvisited));
	if (bz_entry_is_erased(e))
		note(&x->erased, &x->nerased, &x->erased_capacity, e->seq, 0);
	if (bz_field_is(&e->operation, "ERASE") && e->key.data != NULL && e->key.length < 20)
	{
		char key[20];

		memcpy(key, e->key.data, e->key.length);
		key[e->key.length] = '\0';
		note(&x->erasure, &x->nerasures, &x->erasure_capacity, strtoll(key, NULL, 10), e->seq);
	}
}

static bool
is_seal(const BzEntry *e)
{
	return bz_field_is(&e->operation, BZ_SEAL_OPERATION) && bz_field_is(&e->relation, BZ_BLOCK_LABEL);
}

/* Is the entry at hand what the sealer of the block wrote? */
static bool
seals(const BzEntry *e, const BzBlock *block, TimestampTz sealed_at, const char *sealed_by)
{
	return is_seal(e) && bz_field_is(&e->key, psprintf("%lld", (long long) block->block)) &&
		   e->at == sealed_at && bz_field_is(&e->session_user_name, sealed_by) &&
		   (bz_entry_is_erased(e) || bz_field_is(&e->row_after, bz_seal_text(block)));
}

/* Read the members of a block, and build the trees on; *sealed: the last of them is the sealer's entry. */
static void
read_members(Examiner *x, const BzMembers *members, const BzBlock *block, bool fits, TimestampTz sealed_at,
			 const char *sealed_by, bool *sealed)
{
	int64 end = members->span[members->n - 1].until;

	for (int i = 0; i < members->n; i++)
	{
		int64 expected = members->span[i].from;

		bz_entries_between(&x->entries, members->span[i].from, members->span[i].until);
		for (bool more = true; more;)
		{
			int64 seq;
			BzHash leaf;
			BzEntryProblem problem = BZ_ENTRY_FINE;

			more = bz_entries_next(&x->entries);
			seq = more ? x->entries.entry.seq : members->span[i].until;
			if (seq > expected && !fits)
				tell(x, true, "entries are missing", place_between(expected, seq));
			for (; fits && expected < seq; expected++)
			{
				CHECK_FOR_INTERRUPTS();
				take_leaf(x, expected, NULL, "an entry is missing");
			}
			if (!more)
				break;
			expected = seq + 1;
			read_entry(x);
			problem = bz_entry_leaf(x->hasher, &x->entries.entry, &leaf);
			if (fits)
				take_leaf(x, seq, problem == BZ_ENTRY_FINE ? &leaf : NULL,
						  problem == BZ_ENTRY_FINE ? "an entry was altered" : bz_entry_problem(problem));
			else if (problem == BZ_ENTRY_FINE)
				bz_merkle_append(x->hasher, &x->rows, &leaf, NULL, NULL);
			if (seq == end - 1)
				*sealed = seals(&x->entries.entry, block, sealed_at, sealed_by);
			else if (is_seal(&x->entries.entry))
				tell(x, true, "a block is missing", place_of("seq", seq));
		}
	}
}

/* The end of a block: which of the trees was sealed? */
static void
close_block(Examiner *x, const BzBlock *block)
{
	BzHash root;
	bool stored_right, rows_right = false;
	bool believe_rows;

	bz_merkle_root(x->hasher, &x->stored, &root);
	stored_right = (int64) x->stored.size == block->size && bz_hash_equal(&root, &block->root);
	if (x->forked)
	{
		bz_merkle_root(x->hasher, &x->rows, &root);
		rows_right = (int64) x->rows.size == block->size && bz_hash_equal(&root, &block->root);
	}
	believe_rows = x->forked &&
				   (x->digest_seen && x->rows_right != x->stored_right ? x->rows_right
																	   : rows_right && !stored_right);
	tell_suspects(x, believe_rows ? "the stored hash tree was altered" : NULL);
	if (!(believe_rows ? rows_right : stored_right))
		tell(x, true, "the root of a block is not that of the entries", place_of("block", block->block));
	if (believe_rows)
		x->stored = x->rows;
	x->forked = false;
}

/* A block, as it is stored */
static void
examine_block(Examiner *x, Datum *values, bool *nulls)
{
	BzMembers members = {0};
	BzBlock block = {0};
	bytea *root;
	bool fits;
	bool sealed = false;
	const char *sealed_by;

	for (int i = 0; i < 8; i++)
		if (nulls[i])
		{
			tell(x, true, "a block is damaged",
				 nulls[0] ? NULL : place_of("block", DatumGetInt64(values[0])));
			return;
		}
	block.block = DatumGetInt64(values[0]);
	block.size = DatumGetInt64(values[2]);
	block.mark = DatumGetInt64(values[5]);
	root = DatumGetByteaPP(values[3]);
	sealed_by = TextDatumGetCString(values[7]);
	if (!bz_members_read(values[1], &members) || members.n == 0 || VARSIZE_ANY_EXHDR(root) != BZ_HASH_SIZE ||
		!bz_algorithm_find(VARDATA_ANY(DatumGetTextPP(values[4])),
						   VARSIZE_ANY_EXHDR(DatumGetTextPP(values[4])), &block.algorithm))
	{
		tell(x, true, "a block is damaged", place_of("block", block.block));
		return;
	}
	memcpy(&block.root, VARDATA_ANY(root), BZ_HASH_SIZE);
	if (block.block > x->last.block + 1)
		tell(x, true, "a block is missing", place_of("block", x->last.block + 1));
	if (block.algorithm != x->last.algorithm)
		tell(x, true, "the hash algorithm of a block was altered", place_of("block", block.block));
	block.algorithm = x->last.algorithm;
	x->digest_seen = false;
	x->stored_right = x->rows_right = true;

	fits = (int64) x->stored.size + bz_members_count(&members) == block.size;
	if (!fits)
	{
		tell(x, true, "the members of a block are not as many as were sealed",
			 place_of("block", block.block));
		fork_trees(x);
	}
	read_members(x, &members, &block, fits, DatumGetTimestampTz(values[6]), sealed_by, &sealed);
	while (!fits && (int64) x->stored.size < block.size)
	{
		int64 index = (int64) x->stored.size;
		const BzTile *tile = bz_tile(&x->tiles, 0, index / BZ_TILE_WIDTH);

		if (tile->n <= index % BZ_TILE_WIDTH)
			break;
		bz_merkle_append(x->hasher, &x->stored, &tile->hash[index % BZ_TILE_WIDTH], check_node, x);
		check_digests(x, members.span[members.n - 1].until - 1);
	}
	close_block(x, &block);
	if (!sealed)
		tell(x, true, "a block is not what its sealer wrote", place_of("block", block.block));
	for (int i = 0; i < members.n; i++)
		bz_members_add(&x->sealed, members.span[i].from, members.span[i].until);
	x->last = block;
	pfree(members.span);
}

static void
examine_blocks(Examiner *x)
{
	MemoryContext outer = CurrentMemoryContext;
	SPIPlanPtr plan = SPI_prepare(
		"SELECT b.block, b.members, b.tree_size, b.root, b.algorithm, b.mark, b.sealed_at,"
		" b.sealed_by FROM bianzhi.ledger_block AS b ORDER BY b.block",
		0, NULL);
	Portal portal;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed");
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	for (;;)
	{
		Datum values[8];
		bool nulls[8];

		SPI_cursor_fetch(portal, true, 1);
		if (SPI_processed == 0)
			break;
		heap_deform_tuple(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, values, nulls);
		MemoryContextSwitchTo(outer);
		examine_block(x, values, nulls);
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
}

/* Members that two blocks have */
static void
check_disjoint(Examiner *x)
{
	int64 count = bz_members_count(&x->sealed);

	bz_members_sort(&x->sealed);
	if (bz_members_count(&x->sealed) != count)
		tell(x, true, "entries are members of two blocks",
			 psprintf("%lld entries", (long long) (count - bz_members_count(&x->sealed))));
}

/* Entries that are in no block: those that are new, and those that cannot be. */
static void
examine_others(Examiner *x)
{
	int64 n = 0;
	int64 first = 0;
	TimestampTz oldest = DT_NOEND;

	for (int i = 0; i <= x->sealed.n; i++)
	{
		bz_entries_between(&x->entries, i == 0 ? PG_INT64_MIN : x->sealed.span[i - 1].until,
						   i == x->sealed.n ? PG_INT64_MAX : x->sealed.span[i].from);
		while (bz_entries_next(&x->entries))
		{
			const BzEntry *e = &x->entries.entry;
			BzHash leaf;
			BzEntryProblem problem = bz_entry_leaf(x->hasher, e, &leaf);

			read_entry(x);
			if (e->seq <= x->last.mark)
				suspect(x, e->seq, e->seq + 1, "an entry was added");
			else if (is_seal(e))
				tell(x, true, "a block is missing", place_of("seq", e->seq));
			else if (problem != BZ_ENTRY_FINE)
				tell(x, true, bz_entry_problem(problem), place_of("seq", e->seq));
			else if (bz_entry_is_erased(e))
				tell(x, true, "an entry was erased before it was sealed", place_of("seq", e->seq));
			else
			{
				if (n++ == 0)
					first = e->seq;
				oldest = Min(oldest, e->at);
			}
		}
	}
	tell_suspects(x, NULL);
	if (n > 0)
		tell(x, false, "entries are not sealed yet",
			 psprintf("%lld entries from seq %lld on, the oldest of %s", (long long) n, (long long) first,
					  timestamptz_to_str(oldest)));
}

/* Rows that the index does not show, and tiles behind the end of the tree */
static void
check_storage(Examiner *x, Snapshot snapshot)
{
	TableScanDesc scan = table_beginscan(x->entries.rel, snapshot, 0, NULL);
	int64 n = 0;
	int64 size = (int64) x->stored.size;
	const BzTile *tile = bz_tile(&x->tiles, 0, size / BZ_TILE_WIDTH);

	while (table_scan_getnextslot(scan, ForwardScanDirection, x->entries.slot))
	{
		CHECK_FOR_INTERRUPTS();
		n++;
	}
	table_endscan(scan);
	if (n != x->nvisited)
		tell(x, true, "the index of the ledger does not show the entries that there are",
			 psprintf("%lld of %lld", (long long) x->nvisited, (long long) n));
	if (tile->n > size % BZ_TILE_WIDTH || (size % BZ_TILE_WIDTH == 0 && tile->n > 0))
		tell(x, true, "the stored hash tree is larger than what is sealed",
			 psprintf("from leaf %lld on", (long long) size));
}

static int
by_entry(const void *a, const void *b)
{
	int64 x = ((const Number *) a)->entry;
	int64 y = ((const Number *) b)->entry;

	return (x > y) - (x < y);
}

/* Each erased entry must be named by one that says so. */
static void
check_erased(Examiner *x)
{
	int at = 0;

	qsort(x->erased, x->nerased, sizeof(Number), by_entry);
	qsort(x->erasure, x->nerasures, sizeof(Number), by_entry);
	for (int i = 0; i < x->nerased; i++)
	{
		int64 entry = x->erased[i].entry;

		while (at < x->nerasures && x->erasure[at].entry < entry)
			at++;
		if (at < x->nerasures && x->erasure[at].entry == entry && x->erasure[at].by > entry)
			tell(x, false, "the texts of an entry were erased",
				 psprintf("seq %lld, by seq %lld", (long long) entry, (long long) x->erasure[at].by));
		else
			tell(x, true, "the texts of an entry were erased without a word", place_of("seq", entry));
	}
}

static int
by_size(const void *a, const void *b)
{
	uint64_t x = ((const BzDigest *) a)->size;
	uint64_t y = ((const BzDigest *) b)->size;

	return (x > y) - (x < y);
}

/* One digest, or an array of them */
static void
read_digests(Examiner *x, Datum value)
{
	Jsonb *jsonb = DatumGetJsonbP(value);
	char *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	BzJson json, element;
	bool end = false;
	bool good = bz_json_read(text, strlen(text), &json);
	int capacity = 16;

	x->digest = palloc(capacity * sizeof(BzDigest));
	if (good && !bz_json_is_array(json))
		good = bz_digest_read(json, &x->digest[x->ndigests++]);
	else
		while (good && (good = bz_json_next(&json, &element, &end)) && !end)
		{
			if (x->ndigests == capacity)
				x->digest = repalloc_huge(x->digest, (capacity *= 2) * sizeof(BzDigest));
			good = bz_digest_read(element, &x->digest[x->ndigests++]);
		}
	if (!good)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the value is neither a digest of a ledger nor an array of digests"),
				errdetail("A digest is an object with \"algorithm\", \"tree_size\" and \"root\"."));
	qsort(x->digest, x->ndigests, sizeof(BzDigest), by_size);
}

/* That of all blocks; where they do not agree, that of the digests, as nobody here can change it, or of most blocks. */
static BzAlgorithm
sealed_algorithm(const Examiner *x)
{
	BzAlgorithm algorithm;
	bool isnull;

	if (SPI_execute("SELECT b.algorithm FROM bianzhi.ledger_block AS b GROUP BY b.algorithm"
					" ORDER BY count(*) DESC, min(b.block)",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the algorithm");
	if (SPI_processed > 1 && x->ndigests > 0)
		return x->digest[x->ndigests - 1].algorithm;
	if (SPI_processed == 0 && SPI_execute("SELECT bianzhi.ledger_algorithm()", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the algorithm");
	algorithm = bz_need_algorithm(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return algorithm;
}

/*
 * examine_ledger(digests jsonb): everything that is wrong with the ledger in the
 * snapshot there is, and what should be known of it.
 */
Datum
examine_ledger(PG_FUNCTION_ARGS)
{
	Examiner *x = palloc0(sizeof(Examiner));
	Snapshot snapshot = GetActiveSnapshot();

	InitMaterializedSRF(fcinfo, 0);
	x->result = (ReturnSetInfo *) fcinfo->resultinfo;
	if (!PG_ARGISNULL(0))
		read_digests(x, PG_GETARG_DATUM(0));
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	x->last.algorithm = sealed_algorithm(x);
	x->hasher = bz_need_hasher(x->last.algorithm);
	x->bad_tile = -1;
	x->doubtful = 1;
	bz_entries_open(&x->entries, x->hasher, snapshot);
	bz_tiles_open(&x->tiles, x->hasher, snapshot);
	bz_merkle_start(&x->stored);
	check_digests(x, 0);
	examine_blocks(x);
	if (x->next_digest < x->ndigests)
		tell(x, true, "the ledger was cut or rolled back: a digest that was kept outside is of a larger one",
			 psprintf("digest of %lld entries, %lld are sealed", (long long) x->digest[x->ndigests - 1].size,
					  (long long) x->stored.size));
	check_disjoint(x);
	examine_others(x);
	check_storage(x, snapshot);
	check_erased(x);
	bz_tiles_close(&x->tiles);
	bz_entries_close(&x->entries);
	bz_hashed(x->hasher);
	if (x->nfindings > MAX_FINDINGS)
	{
		int left_out = x->nfindings - MAX_FINDINGS;

		x->nfindings = 0;
		tell(x, true, "further findings are left out", psprintf("%d", left_out));
	}
	SPI_finish();
	return (Datum) 0;
}
