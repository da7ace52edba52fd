/*
 * seal.c
 *		Sealing the ledger: what is committed and not a member of a block yet is
 *		appended to the hash tree, in the order of numbers, as one block.
 *
 * Writers of the ledger take no lock that a sealer wants, and commit in any
 * order: a number that is missing when a block is sealed may be there later, and
 * then falls into a later block.  A number is decided when every transaction
 * that may have drawn it has ended; only numbers above the mark, up to which all
 * are decided, are looked at.
 *
 * The last member of a block is an entry that the sealer writes itself: which
 * block, by whom, when.  So these are proved like any other entry, and a block
 * that is taken away leaves its entry behind.
 */
#include "postgres.h"
#include "compat.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "entry.h"
#include "names.h"
#include "seal.h"
#include "tile.h"

/* how many entries between two messages of progress */
#define PROGRESS 100000

PG_FUNCTION_INFO_V1(seal_ledger);
PG_FUNCTION_INFO_V1(ledger_unsealed);

/* What the sealer's own entry says of its block; in the form of a row's text. */
char *
bz_seal_text(const BzBlock *block)
{
	return psprintf("{\"algorithm\":\"%s\",\"mark\":\"%lld\",\"tree_size\":\"%lld\"}",
					bz_algorithm_name(block->algorithm), (long long) block->mark, (long long) block->size);
}

static void
run(const char *sql, int nargs, Oid *types, Datum *values, int expected)
{
	if (SPI_execute_with_args(sql, nargs, types, values, NULL, false, 0) != expected)
		elog(ERROR, "could not run \"%s\"", sql);
}

static Datum
result(int row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/* The last block, and the algorithm of the next one. */
static BzBlock
last_block(bool read_only)
{
	BzBlock last = {0};
	bool isnull;

	if (SPI_execute("SELECT b.block, b.tree_size, b.mark, b.root, b.algorithm FROM bianzhi.ledger_block AS b"
					" ORDER BY b.block DESC LIMIT 1",
					read_only, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the last block");
	if (SPI_processed == 1)
	{
		bytea *root = DatumGetByteaPP(result(0, 4, &isnull));

		last.block = DatumGetInt64(result(0, 1, &isnull));
		last.size = DatumGetInt64(result(0, 2, &isnull));
		last.mark = DatumGetInt64(result(0, 3, &isnull));
		if (VARSIZE_ANY_EXHDR(root) == BZ_HASH_SIZE)
			memcpy(&last.root, VARDATA_ANY(root), BZ_HASH_SIZE);
		last.algorithm = bz_need_algorithm(result(0, 5, &isnull));
	}
	else if (SPI_execute("SELECT bianzhi.ledger_algorithm()", read_only, 0) == SPI_OK_SELECT)
		last.algorithm = bz_need_algorithm(result(0, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return last;
}

/* What a sealer leaves to the next one, of this cluster only */
typedef struct Mark
{
	int64 decided; /* numbers up to here are */
	int64 waiting; /* numbers up to here will be when all transactions before "until" have ended */
	uint64 until;  /* 0: nothing waits */
} Mark;

static Mark
read_mark(void)
{
	Oid types[] = {TEXTOID};
	Datum values[] = {CStringGetTextDatum(psprintf(UINT64_FORMAT, GetSystemIdentifier()))};
	Mark mark = {0};
	bool isnull;

	run("SELECT m.decided, m.waiting, m.until FROM bianzhi.ledger_mark AS m"
		" WHERE m.cluster OPERATOR(pg_catalog.=) $1",
		1, types, values, SPI_OK_SELECT);
	if (SPI_processed == 1)
	{
		mark.decided = DatumGetInt64(result(0, 1, &isnull));
		mark.waiting = DatumGetInt64(result(0, 2, &isnull));
		mark.until = U64FromFullTransactionId(DatumGetFullTransactionId(result(0, 3, &isnull)));
	}
	return mark;
}

static void
write_mark(const Mark *mark)
{
	Oid types[] = {TEXTOID, INT8OID, INT8OID, XID8OID};
	Datum values[] = {CStringGetTextDatum(psprintf(UINT64_FORMAT, GetSystemIdentifier())),
					  Int64GetDatum(mark->decided), Int64GetDatum(mark->waiting),
					  FullTransactionIdGetDatum(FullTransactionIdFromU64(mark->until))};

	run("INSERT INTO bianzhi.ledger_mark AS m (cluster, decided, waiting, until) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT ((true)) DO UPDATE SET cluster = excluded.cluster, decided = excluded.decided,"
		" waiting = excluded.waiting, until = excluded.until",
		4, types, values, SPI_OK_INSERT);
}

/* The oldest transaction that the snapshot takes to be running, in 64 bits */
static uint64
oldest_running(Snapshot snapshot)
{
	FullTransactionId next = ReadNextFullTransactionId();
	uint64 epoch = EpochFromFullTransactionId(next);

	if (snapshot->xmin > XidFromFullTransactionId(next))
		epoch--;
	return U64FromFullTransactionId(FullTransactionIdFromEpochAndXid(epoch, snapshot->xmin));
}

/*
 * Take a snapshot, and find up to which number all are decided in it, and up to
 * which they were when everything was sealed last.  A transaction has its own number before it draws one for an entry; so whoever
 * has drawn one of those that are gone by now is older than the next
 * transaction to come.
 */
static Snapshot
decide(int64 sealed_mark, int64 *looked_at, int64 *decided)
{
	Mark was = read_mark();
	Mark now;
	int64 drawn;
	uint64 next;
	uint64 oldest;
	bool isnull;
	Snapshot snapshot;

	run("SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM bianzhi.ledger_seq_seq AS s", 0, NULL,
		NULL, SPI_OK_SELECT);
	drawn = DatumGetInt64(result(0, 1, &isnull));
	next = U64FromFullTransactionId(ReadNextFullTransactionId());
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	oldest = oldest_running(snapshot);

	now = was;
	now.decided = Max(was.decided, sealed_mark);
	if (was.until != 0 && was.until <= oldest)
		now.decided = Max(now.decided, was.waiting);
	if (next <= oldest)
		now.decided = Max(now.decided, drawn);
	if (now.waiting <= now.decided)
	{
		now.waiting = drawn;
		now.until = drawn > now.decided ? next : 0;
	}
	if (memcmp(&was, &now, sizeof(Mark)) != 0)
		write_mark(&now);
	*looked_at = Max(was.decided, sealed_mark);
	*decided = now.decided;
	return snapshot;
}

/*
 * The members of blocks above the mark.  The last member of each block is the
 * sealer's entry, whose number is above all that were drawn before; so where
 * one block has no member above the mark, no earlier one has.
 */
static void
read_members(int64 mark, bool read_only, BzMembers *members)
{
	MemoryContext context = CurrentMemoryContext;
	SPIPlanPtr plan = SPI_prepare("SELECT b.members FROM bianzhi.ledger_block AS b ORDER BY b.block DESC", 0,
								  NULL);
	Portal portal;
	bool above = true;

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed");
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, read_only);
	memset(members, 0, sizeof(BzMembers));
	while (above)
	{
		bool isnull;

		SPI_cursor_fetch(portal, true, 1);
		if (SPI_processed == 0)
			break;
		MemoryContextSwitchTo(context);
		if (!bz_members_read(result(0, 1, &isnull), members))
			ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg("a block of the ledger has an open end"),
					errhint("Run bianzhi.verify_ledger()."));
		above = members->n > 0 && members->span[members->n - 1].until > mark + 1;
		SPI_freetuptable(SPI_tuptable);
	}
	SPI_cursor_close(portal);
	bz_members_sort(members);
}

/* Come to the next entry that is no member; both come in the order of numbers. */
static bool
next_unsealed(BzEntryScan *scan, const BzMembers *members, int *at)
{
	while (bz_entries_next(scan))
	{
		while (*at < members->n && members->span[*at].until <= scan->entry.seq)
			(*at)++;
		if (*at == members->n || members->span[*at].from > scan->entry.seq)
			return true;
	}
	return false;
}

static void
append(BzTileWriter *writer, const BzEntry *entry, BzMembers *members)
{
	BzHash leaf;
	BzEntryProblem problem = bz_entry_leaf(writer->hasher, entry, &leaf);

	if (problem != BZ_ENTRY_FINE)
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
				errmsg("entry %lld of the ledger cannot be sealed", (long long) entry->seq),
				errdetail_internal("%s", bz_entry_problem(problem)));
	bz_tile_writer_append(writer, &leaf);
	bz_members_add(members, entry->seq, entry->seq + 1);
}

/* Write the sealer's own entry, and append it; returns when that was. */
static TimestampTz
append_seal(BzTileWriter *writer, const BzBlock *block, BzMembers *members)
{
	Oid types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum texts[] = {CStringGetTextDatum(BZ_BLOCK_LABEL), CStringGetTextDatum(BZ_SEAL_OPERATION),
					 CStringGetTextDatum(psprintf("%lld", (long long) block->block)),
					 CStringGetTextDatum(bz_seal_text(block))};
	Oid seq_type[] = {INT8OID};
	Datum seq[1];
	Datum values[LEDGER_NCOLUMNS];
	bool nulls[LEDGER_NCOLUMNS];
	bool isnull;
	BzEntry entry;

	run("SELECT bianzhi.ledger_append($1, $2, $3, NULL, $4)", 4, types, texts, SPI_OK_SELECT);
	seq[0] = result(0, 1, &isnull);
	run("SELECT l.* FROM bianzhi.ledger AS l WHERE l.seq OPERATOR(pg_catalog.=) $1", 1, seq_type, seq,
		SPI_OK_SELECT);
	heap_deform_tuple(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, values, nulls);
	bz_entry_of(values, nulls, &entry);
	append(writer, &entry, members);
	return entry.at;
}

static void
write_block(const BzBlock *block, const BzMembers *members, TimestampTz at)
{
	Oid types[] = {INT8OID, INT8MULTIRANGEOID, INT8OID, BYTEAOID, TEXTOID, INT8OID, TIMESTAMPTZOID, TEXTOID};
	bytea *root = palloc(VARHDRSZ + BZ_HASH_SIZE);
	Datum values[] = {Int64GetDatum(block->block),
					  bz_members_datum(members),
					  Int64GetDatum(block->size),
					  PointerGetDatum(root),
					  CStringGetTextDatum(bz_algorithm_name(block->algorithm)),
					  Int64GetDatum(block->mark),
					  TimestampTzGetDatum(at),
					  CStringGetTextDatum(GetUserNameFromId(GetSessionUserId(), false))};

	SET_VARSIZE(root, VARHDRSZ + BZ_HASH_SIZE);
	memcpy(VARDATA(root), &block->root, BZ_HASH_SIZE);
	run("INSERT INTO bianzhi.ledger_block (block, members, tree_size, root, algorithm, mark, sealed_at, sealed_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		8, types, values, SPI_OK_INSERT);
}

/* The stored tree must be what the last block says, before anything is built upon it. */
static void
start_writer(BzTileWriter *writer, const BzBlock *last, BzHasher *h, Snapshot snapshot)
{
	BzTileReader reader;
	BzHash root;
	bool sound;

	bz_tiles_open(&reader, h, snapshot);
	sound = bz_tile_writer_start(writer, &reader, last->size);
	bz_tiles_close(&reader);
	if (sound && last->block > 0)
	{
		bz_merkle_root(h, &writer->tree, &root);
		sound = bz_hash_equal(&root, &last->root);
	}
	if (!sound)
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
				errmsg("the hash tree of the ledger is not what block %lld sealed", (long long) last->block),
				errdetail("Nothing is sealed on top of a tree that was altered."),
				errhint("Run bianzhi.verify_ledger()."));
}

/*
 * seal_ledger() returns bigint: the number of the new block, NULL where nothing
 * is to be sealed.
 */
Datum
seal_ledger(PG_FUNCTION_ARGS)
{
	BzBlock block;
	BzBlock last;
	int64 looked_at, decided;
	Snapshot snapshot;
	BzMembers sealed;
	BzMembers members = {0};
	BzEntryScan scan;
	BzTileWriter writer;
	BzHasher *h;
	int at = 0;
	int64 n = 0;

	if (IsolationUsesXactSnapshot())
		ereport(ERROR, errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				errmsg("the ledger can be sealed at isolation level READ COMMITTED only"));
	/* one sealer at a time; nobody else wants this lock */
	LockRelationOid(bz_relid(BZ_LEDGER_BLOCK), ShareRowExclusiveLock);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	last = last_block(false);
	snapshot = decide(last.mark, &looked_at, &decided);
	read_members(looked_at, false, &sealed);
	h = bz_need_hasher(last.algorithm);
	bz_entries_open(&scan, h, snapshot);
	bz_entries_between(&scan, looked_at + 1, PG_INT64_MAX);
	while (next_unsealed(&scan, &sealed, &at))
	{
		if (n++ == 0)
			start_writer(&writer, &last, h, snapshot);
		append(&writer, &scan.entry, &members);
		if (n % PROGRESS == 0)
			ereport(NOTICE, errmsg("%lld entries sealed so far", (long long) n));
	}
	bz_entries_close(&scan);
	UnregisterSnapshot(snapshot);
	if (n > 0)
	{
		TimestampTz when;

		block = (BzBlock){last.block + 1, last.size + n + 1, decided, last.algorithm, {{0}}};
		when = append_seal(&writer, &block, &members);
		bz_tile_writer_end(&writer);
		bz_merkle_root(h, &writer.tree, &block.root);
		bz_hashed(h);
		write_block(&block, &members, when);
	}
	SPI_finish();
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(block.block);
}

/*
 * ledger_unsealed(OUT entries bigint, OUT first_seq bigint, OUT oldest timestamptz):
 * what is committed and no member of a block; nothing is written, so that a
 * replica can be asked, too.
 */
Datum
ledger_unsealed(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	BzBlock last;
	BzMembers sealed;
	BzEntryScan scan;
	int at = 0;
	int64 n = 0;
	Datum values[3] = {0};
	bool nulls[3] = {false, true, true};
	TimestampTz oldest = DT_NOEND;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	last = last_block(true);
	read_members(last.mark, true, &sealed);
	bz_entries_open(&scan, NULL, GetActiveSnapshot());
	bz_entries_between(&scan, last.mark + 1, PG_INT64_MAX);
	while (next_unsealed(&scan, &sealed, &at))
	{
		if (n++ == 0)
			values[1] = Int64GetDatum(scan.entry.seq);
		oldest = Min(oldest, scan.entry.at);
	}
	bz_entries_close(&scan);
	SPI_finish();
	values[0] = Int64GetDatum(n);
	values[2] = TimestampTzGetDatum(oldest);
	nulls[1] = nulls[2] = n == 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}
