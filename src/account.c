/*
 * account.c
 *		The registry of accounts: a unit and a category.
 *
 * That an account exists proves that its unit and its category do, so a source
 * needs no foreign key of its own to either.  Accounts live as long as their
 * units; a session may therefore remember those it has seen committed.
 */
#include "postgres.h"
#include "compat.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "commands/sequence.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rangetypes.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "account.h"
#include "catalogue.h"
#include "chunk.h"
#include "errors.h"
#include "finder.h"
#include "names.h"

/* more than a city has; a national bulk load starts over now and then */
#define MAX_REMEMBERED 200000

static HTAB *accounts;
static MemoryContext context;
static uint64 seen_account, seen_unit;
static bool have_ours;
static uint64 look_ups; /* rounds of them: bz_account_begin() */

/* The number of an account, 0 where there is none; and whether it is our own, not committed yet. */
static int64
find_number(const BzAccountKey *key, bool *ours)
{
	BzFinder f;
	ScanKeyData keys[3];
	bool isnull;
	int64 id = 0;

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(key->unit));
	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid, DEFAULT_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(bz_category_code(key->category)));
	ScanKeyInit(&keys[2], 3, BTEqualStrategyNumber, F_BOOLEQ, BoolGetDatum(key->ceiling != 0));
	*ours = false;
	bz_finder_open(&f, bz_relid(BZ_ACCOUNT), bz_relid(BZ_ACCOUNT_KEY), 3, AccessShareLock);
	if (bz_find(&f, keys))
	{
		bool free;
		HeapTuple tuple = ExecFetchSlotHeapTuple(f.slot, false, &free);

		id = DatumGetInt64(slot_getattr(f.slot, ACCOUNT_ID, &isnull));
		*ours = TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data));
	}
	bz_finder_close(&f);
	return id;
}

/*
 * The number of the account of a unit and a category, 0 where there is none; for
 * who asks once, and holds no lock that keeps the registry's memory good.
 */
int64
bz_account_number(int64 unit, int category)
{
	BzAccountKey key = {unit, category, false};
	bool ours;

	return find_number(&key, &ours);
}

/* The numbers of all accounts of a unit in which people count. */
int
bz_unit_accounts(int64 unit, int64 **ids)
{
	BzFinder f;
	ScanKeyData key;
	bool found;
	int n = 0;
	int capacity = 16;

	*ids = palloc(capacity * sizeof(int64));
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(unit));
	bz_finder_open(&f, bz_relid(BZ_ACCOUNT), bz_relid(BZ_ACCOUNT_KEY), 1, AccessShareLock);
	for (found = bz_find(&f, &key); found; found = index_getnext_slot(f.scan, ForwardScanDirection, f.slot))
	{
		bool isnull;

		if (DatumGetBool(slot_getattr(f.slot, ACCOUNT_CEILING, &isnull)))
			continue;
		if (n == capacity)
			*ids = repalloc(*ids, (capacity *= 2) * sizeof(int64));
		(*ids)[n++] = DatumGetInt64(slot_getattr(f.slot, ACCOUNT_ID, &isnull));
	}
	bz_finder_close(&f);
	return n;
}

/* The unit and the category of an account, and whether it is a ceiling's. */
void
bz_account_read(int64 account, int64 *unit, int *category, bool *ceiling)
{
	BzFinder f;
	ScanKeyData key;
	bool isnull;
	char *code;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account));
	bz_finder_open(&f, bz_relid(BZ_ACCOUNT), bz_relid(BZ_ACCOUNT_PKEY), 1, AccessShareLock);
	if (!bz_find(&f, &key))
		elog(ERROR, "account " INT64_FORMAT " is gone", account);
	*unit = DatumGetInt64(slot_getattr(f.slot, ACCOUNT_UNIT, &isnull));
	code = TextDatumGetCString(slot_getattr(f.slot, ACCOUNT_CATEGORY, &isnull));
	*category = bz_category_id(code, strlen(code));
	*ceiling = DatumGetBool(slot_getattr(f.slot, ACCOUNT_CEILING, &isnull));
	bz_finder_close(&f);
}

/* The key that applications use for a unit: what messages say instead of names. */
char *
bz_unit_key(int64 unit_id)
{
	BzFinder f;
	ScanKeyData key;
	bool isnull;
	char *result;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(unit_id));
	bz_finder_open(&f, bz_relid(BZ_UNIT), bz_relid(BZ_UNIT_PKEY), 1, AccessShareLock);
	if (bz_find(&f, &key))
		result = TextDatumGetCString(bz_found(&f, "unit_key", &isnull));
	else
		result = psprintf(INT64_FORMAT, unit_id);
	bz_finder_close(&f);
	return result;
}

static void
start(void)
{
	HASHCTL ctl = {0};

	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "bianzhi accounts", ALLOCSET_DEFAULT_SIZES);
	ctl.keysize = sizeof(BzAccountKey);
	ctl.entrysize = sizeof(BzAccount);
	ctl.hcxt = context;
	accounts = hash_create("bianzhi accounts", 1024, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	have_ours = false;
}

/* Forget all accounts, or, if only some are this transaction's own, nothing where there are none such. */
void
bz_account_forget(bool only_ours)
{
	if (accounts == NULL || (only_ours && !have_ours))
		return;
	MemoryContextReset(context);
	accounts = NULL;
	have_ours = false;
}

static void
account_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		bz_account_forget(true);
	else if (event == XACT_EVENT_COMMIT)
		have_ours = false;
}

static void
account_subxact(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		bz_account_forget(true);
}

/* Called once, when the library is loaded. */
void
bz_account_init(void)
{
	RegisterXactCallback(account_xact, NULL);
	RegisterSubXactCallback(account_subxact, NULL);
}

/* Read what the registry and the unit's row say of an account. */
static void
read_account(BzAccount *account)
{
	BzFinder f;
	ScanKeyData key;
	bool isnull;

	/* one of our own goes if we roll back, even where what we remembered of it went with a savepoint */
	account->account_id = find_number(&account->key, &account->ours);
	have_ours |= account->ours;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account->key.unit));
	bz_finder_open(&f, bz_relid(BZ_UNIT), bz_relid(BZ_UNIT_PKEY), 1, AccessShareLock);
	if (bz_find(&f, &key))
	{
		bz_range_days(bz_found(&f, "during", &isnull), &account->lives_from, &account->lives_to);
		account->unit_exists = true;
		account->is_section = DatumGetBool(bz_found(&f, "is_section", &isnull));
		account->parent = DatumGetInt64(bz_found(&f, "parent_id", &isnull));
		if (isnull)
			account->parent = 0;
	}
	bz_finder_close(&f);
}

/*
 * Begin to look up accounts: what was remembered before units or accounts
 * changed is forgotten.  Who calls this holds a lock on the timelines, so that
 * what a unit's row says here stands still until the lookups are over.
 */
void
bz_account_begin(void)
{
	uint64 account_generation = bz_generation(BZ_ACCOUNT);
	uint64 unit_generation = bz_generation(BZ_UNIT);

	if (seen_account != account_generation || seen_unit != unit_generation)
		bz_account_forget(false);
	look_ups++;
	seen_account = account_generation;
	seen_unit = unit_generation;
	if (accounts == NULL || hash_get_num_entries(accounts) > MAX_REMEMBERED)
	{
		bz_account_forget(false);
		start();
	}
}

static BzAccount *
with_key(const BzAccountKey *key)
{
	BzAccount *account;
	bool found;

	account = hash_search(accounts, key, HASH_ENTER, &found);
	if (!found)
	{
		/* an error while reading must not leave a half-read entry behind */
		account->account_id = 0;
		account->looked = 0;
		account->ours = false;
		account->unit_exists = false;
		account->is_section = false;
		account->parent = 0;
		account->lives_from = TL_BEGIN;
		account->lives_to = TL_END;
		account->flush = 0;
	}
	/* one that is not there is not looked for again and again */
	if (account->account_id == 0 && account->looked != look_ups)
	{
		read_account(account);
		account->looked = look_ups;
	}
	return account;
}

/*
 * The account of a unit and a category; its account_id is 0 where there is none
 * yet.  Good until the next bz_account_begin().
 */
BzAccount *
bz_account(int64 unit, int category)
{
	BzAccountKey key = {unit, category, false};

	return with_key(&key);
}

/* The account of a ceiling, likewise. */
BzAccount *
bz_ceiling_account(int64 unit, int category)
{
	BzAccountKey key = {unit, category, true};

	return with_key(&key);
}

/*
 * Hold the unit's row so that nobody deletes it before we have committed.  The
 * foreign key of the registry catches who comes later.
 */
static void
hold_unit(int64 unit, Oid relid)
{
	BzFinder f;
	ScanKeyData key;
	bool held;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(unit));
	bz_finder_open(&f, bz_relid(BZ_UNIT), bz_relid(BZ_UNIT_PKEY), 1, RowShareLock);
	held = bz_hold(&f, &key, LockTupleKeyShare);
	bz_finder_close(&f);
	if (!held)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("unit %lld does not exist", (long long) unit),
				bz_errconstraint_on(relid, "establishment_account"));
}

static int
by_unit_and_code(const void *a, const void *b)
{
	const BzAccount *x = *(BzAccount *const *) a;
	const BzAccount *y = *(BzAccount *const *) b;

	if (x->key.unit != y->key.unit)
		return x->key.unit < y->key.unit ? -1 : 1;
	if (x->key.category != y->key.category)
		return strcmp(bz_category_code(x->key.category), bz_category_code(y->key.category));
	return x->key.ceiling - y->key.ceiling;
}

/*
 * Make the accounts that are missing, each with one empty chunk.  They are made
 * in the same order by everybody, before any chunk is touched, so that who
 * waits here for a rival that makes the same account holds nothing the rival
 * could want.
 *
 * ON CONFLICT DO NOTHING would raise 40001 at REPEATABLE READ where the rival
 * has committed since our snapshot; the insertion below is its inside without
 * that check.
 */
void
bz_account_create(BzAccount **missing, int n, Oid relid)
{
	Relation rel;
	Relation chunks;
	EState *estate;
	ResultRelInfo *info;
	TupleTableSlot *slot;

	if (n == 0)
		return;
	qsort(missing, n, sizeof(BzAccount *), by_unit_and_code);
	for (int i = 0; i < n; i++)
	{
		if (bz_category(missing[i]->key.category) == NULL)
			ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
					errmsg("category \"%s\" does not exist", bz_category_code(missing[i]->key.category)),
					bz_errconstraint_on(relid, "establishment_account"));
		if (i == 0 || missing[i]->key.unit != missing[i - 1]->key.unit)
			hold_unit(missing[i]->key.unit, relid);
	}

	rel = table_open(bz_relid(BZ_ACCOUNT), RowExclusiveLock);
	chunks = table_open(bz_relid(BZ_CHUNK), RowExclusiveLock);
	estate = CreateExecutorState();
	info = makeNode(ResultRelInfo);
	InitResultRelInfo(info, rel, 1, NULL, 0);
	ExecOpenIndices(info, true);
	slot = table_slot_create(rel, NULL);

	for (int i = 0; i < n; i++)
	{
		BzAccount *account = missing[i];

		while (account->account_id == 0)
		{
			ItemPointerData tid;
			bool conflict = false;
			uint32 token;
			int64 id;

			CHECK_FOR_INTERRUPTS();
			ItemPointerSetInvalid(&tid);
			ExecClearTuple(slot);
			id = nextval_internal(bz_relid(BZ_ACCOUNT_SEQ), false);
			memset(slot->tts_isnull, 0, slot->tts_tupleDescriptor->natts * sizeof(bool));
			slot->tts_values[ACCOUNT_ID - 1] = Int64GetDatum(id);
			slot->tts_values[ACCOUNT_UNIT - 1] = Int64GetDatum(account->key.unit);
			slot->tts_values[ACCOUNT_CATEGORY - 1] = CStringGetTextDatum(
				bz_category_code(account->key.category));
			slot->tts_values[ACCOUNT_CEILING - 1] = BoolGetDatum(account->key.ceiling != 0);
			ExecStoreVirtualTuple(slot);

			/* waits for a rival that is making it */
			if (!bz_check_index_constraints(info, slot, estate, &tid))
			{
				read_account(account);
				continue;
			}
			token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
			table_tuple_insert_speculative(rel, slot, GetCurrentCommandId(true), 0, NULL, token);
			bz_insert_index_tuples(info, slot, estate, &conflict);
			table_tuple_complete_speculative(rel, slot, token, !conflict);
			SpeculativeInsertionLockRelease(GetCurrentTransactionId());
			if (conflict)
				continue;
			account->account_id = id;
			account->ours = true;
			have_ours = true;
			bz_chunk_first(chunks, id);
		}
	}
	ExecDropSingleTupleTableSlot(slot);
	ExecCloseIndices(info);
	FreeExecutorState(estate);
	table_close(chunks, NoLock);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}
