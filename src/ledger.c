/*
 * ledger.c
 *		Entries of the ledger, appended.
 *
 * Whoever appends waits for no lock, reads nothing that another wrote and
 * computes no hash: sealing does that later, for all at once.
 */
#include "postgres.h"
#include "compat.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "grow.h"
#include "ledger.h"
#include "names.h"
#include "trigger.h"

#define MAX_ACTOR_BYTES 200

/* random bytes are drawn for many entries at once */
#define SALTS_AT_ONCE 256

static char *actor;
static bool known, is_open;
static uint64 known_generation;
static uint8 salts[SALTS_AT_ONCE * BZ_SALT_BYTES];
static int salts_left;
static BzPage page = BZ_NO_PAGE;

/* A name that is short, and nothing but text. */
static bool
check_actor(char **value, void **extra, GucSource source)
{
	const unsigned char *s = (const unsigned char *) *value;
	int len = strlen(*value);
	bool good = len <= MAX_ACTOR_BYTES && pg_encoding_verifymbstr(PG_UTF8, *value, len) == len;

	/* C0, DEL and, in UTF-8, C1 */
	for (int i = 0; good && i < len; i++)
		good = s[i] >= ' ' && s[i] != 0x7f && !(s[i] == 0xc2 && s[i + 1] >= 0x80 && s[i + 1] < 0xa0);
	if (!good)
		GUC_check_errdetail("It must be at most %d bytes of text without control characters.",
							MAX_ACTOR_BYTES);
	return good;
}

/* Called once, when the library is loaded. */
void
bz_ledger_init(void)
{
	DefineCustomStringVariable("bianzhi.actor", "The person for whom an application says that it is acting.",
							   "The ledger keeps it as claimed, not as proved.", &actor, "", PGC_USERSET, 0,
							   check_actor, NULL, NULL);
}

/* Are changes written? */
bool
bz_ledger_is_open(void)
{
	uint64 generation = bz_generation(BZ_LEDGER_OPEN);

	if (!known || known_generation != generation)
	{
		Relation rel = table_open(bz_relid(BZ_LEDGER_OPEN), AccessShareLock);
		TupleTableSlot *slot = table_slot_create(rel, NULL);
		TableScanDesc scan = table_beginscan(rel, SnapshotSelf, 0, NULL);

		is_open = table_scan_getnextslot(scan, ForwardScanDirection, slot);
		table_endscan(scan);
		ExecDropSingleTupleTableSlot(slot);
		table_close(rel, NoLock);
		known_generation = generation;
		known = true;
	}
	return is_open;
}

static bytea *
new_salt(void)
{
	bytea *salt = palloc(VARHDRSZ + BZ_SALT_BYTES);
	uint8 *from;

	if (salts_left == 0)
	{
		if (!pg_strong_random(salts, sizeof(salts)))
			ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values"));
		salts_left = SALTS_AT_ONCE;
	}
	from = salts + --salts_left * BZ_SALT_BYTES;
	SET_VARSIZE(salt, VARHDRSZ + BZ_SALT_BYTES);
	memcpy(VARDATA(salt), from, BZ_SALT_BYTES);
	/* what is used once is nowhere else */
	explicit_bzero(from, BZ_SALT_BYTES);
	return salt;
}

static Datum
user_name(Oid user)
{
	char *name = GetUserNameFromId(user, true);

	return CStringGetTextDatum(name != NULL ? name : psprintf("%u", user));
}

/*
 * The index entries of a row that was inserted.  The executor would do it, but
 * setting it up for one row costs as much as the rest; only what an office has
 * added, an index with expressions or a predicate, needs some of it.
 */
static void
index_entry(Relation rel, TupleTableSlot *slot)
{
	List *indexes = RelationGetIndexList(rel);
	ListCell *cell;

	foreach (cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), RowExclusiveLock);
		IndexInfo *info = BuildIndexInfo(index);
		EState *estate = NULL;
		Datum values[INDEX_MAX_KEYS];
		bool nulls[INDEX_MAX_KEYS];

		if (info->ii_Expressions != NIL || info->ii_Predicate != NIL)
		{
			estate = CreateExecutorState();
			GetPerTupleExprContext(estate)->ecxt_scantuple = slot;
		}
		if (info->ii_ReadyForInserts &&
			(info->ii_Predicate == NIL ||
			 ExecQual(ExecPrepareQual(info->ii_Predicate, estate), GetPerTupleExprContext(estate))))
		{
			FormIndexDatum(info, slot, estate, values, nulls);
			index_insert(index, values, nulls, &slot->tts_tid, rel,
						 index->rd_index->indisunique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, info);
			bz_index_insert_cleanup(index, info);
		}
		if (estate != NULL)
			FreeExecutorState(estate);
		index_close(index, NoLock);
	}
	list_free(indexes);
}

/* Write one entry; returns its number. */
int64
bz_ledger_append(const char *relation, const char *operation, text *key, text *before, text *after)
{
	Relation rel = table_open(bz_relid(BZ_LEDGER), RowExclusiveLock);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	HeapTuple tuple;
	Datum values[LEDGER_NCOLUMNS];
	bool nulls[LEDGER_NCOLUMNS] = {false};
	/* the transaction has its number before the entry has: sealing relies on it (decide() in seal.c) */
	FullTransactionId xact = GetTopFullTransactionId();
	int64 seq = nextval_internal(bz_relid(BZ_LEDGER_SEQ), false);

	values[LEDGER_SEQ - 1] = Int64GetDatum(seq);
	values[LEDGER_AT - 1] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[LEDGER_XACT - 1] = Int64GetDatum((int64) U64FromFullTransactionId(xact));
	values[LEDGER_SESSION_USER - 1] = user_name(GetSessionUserId());
	values[LEDGER_CURRENT_USER - 1] = user_name(GetUserId());
	nulls[LEDGER_ACTOR - 1] = actor[0] == '\0';
	if (!nulls[LEDGER_ACTOR - 1])
		values[LEDGER_ACTOR - 1] = CStringGetTextDatum(actor);
	values[LEDGER_RELATION - 1] = CStringGetTextDatum(relation);
	values[LEDGER_OPERATION - 1] = CStringGetTextDatum(operation);
	values[LEDGER_KEY - 1] = PointerGetDatum(key);
	nulls[LEDGER_BEFORE - 1] = before == NULL;
	values[LEDGER_BEFORE - 1] = PointerGetDatum(before);
	nulls[LEDGER_AFTER - 1] = after == NULL;
	values[LEDGER_AFTER - 1] = PointerGetDatum(after);
	values[LEDGER_SALT - 1] = PointerGetDatum(new_salt());
	nulls[LEDGER_COMMITMENT - 1] = true;
	tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	ExecStoreHeapTuple(tuple, slot, false);

	bz_grow_before(rel, &page, tuple->t_len);
	table_tuple_insert(rel, slot, GetCurrentCommandId(true), 0, NULL);
	bz_grow_after(rel, &page, &slot->tts_tid, tuple->t_len);
	index_entry(rel, slot);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return seq;
}

PG_FUNCTION_INFO_V1(ledger_open_changed);
PG_FUNCTION_INFO_V1(ledger_is_open);
PG_FUNCTION_INFO_V1(ledger_append);

/* Trigger of "ledger_open": tell every session to look again. */
Datum
ledger_open_changed(PG_FUNCTION_ARGS)
{
	bz_check_trigger(fcinfo, "ledger_open_changed");
	CacheInvalidateRelcacheByRelid(bz_relid(BZ_LEDGER_OPEN));
	PG_RETURN_POINTER(NULL);
}

/* ledger_is_open() returns bool */
Datum
ledger_is_open(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(bz_ledger_is_open());
}

/* ledger_append(relation text, operation text, key text, row_before text, row_after text) returns bigint */
Datum
ledger_append(PG_FUNCTION_ARGS)
{
	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("an entry of the ledger needs a table, an operation and a key"));
	PG_RETURN_INT64(bz_ledger_append(
		text_to_cstring(PG_GETARG_TEXT_PP(0)), text_to_cstring(PG_GETARG_TEXT_PP(1)), PG_GETARG_TEXT_PP(2),
		PG_ARGISNULL(3) ? NULL : PG_GETARG_TEXT_PP(3), PG_ARGISNULL(4) ? NULL : PG_GETARG_TEXT_PP(4)));
}
