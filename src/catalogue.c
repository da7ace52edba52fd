/*
 * catalogue.c
 *		The categories of establishment and their rules, as the engine reads them.
 *
 * A code gets a small number for the life of the session, so that deltas can
 * name their category in four bytes; what the number stands for is read anew
 * whenever the catalogue has changed.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "catalogue.h"
#include "names.h"

static MemoryContext context;
static BzCategory **category; /* by number; an entry never moves, whoever holds one while others are read */
static int ncategories;
static int capacity;
static uint32 *bucket; /* open addressing: number + 1, or 0 */
static uint32 nbuckets;
static bool loaded;
static uint64 loaded_generation;

static uint32
find_bucket(const char *code, int len)
{
	uint32 b = hash_bytes((const unsigned char *) code, len) & (nbuckets - 1);

	while (bucket[b] != 0)
	{
		const char *other = category[bucket[b] - 1]->code;

		if (strncmp(other, code, len) == 0 && other[len] == '\0')
			break;
		b = (b + 1) & (nbuckets - 1);
	}
	return b;
}

/* Make room for one more code; all or nothing, as palloc may throw. */
static void
grow(void)
{
	int new_capacity = capacity == 0 ? 64 : capacity * 2;
	BzCategory **new_category;
	uint32 *new_bucket;

	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "bianzhi categories", ALLOCSET_DEFAULT_SIZES);
	new_category = MemoryContextAllocZero(context, new_capacity * sizeof(BzCategory *));
	new_bucket = MemoryContextAllocZero(context, new_capacity * 2 * sizeof(uint32));
	if (ncategories > 0)
		memcpy(new_category, category, ncategories * sizeof(BzCategory *));
	if (category != NULL)
	{
		pfree(category);
		pfree(bucket);
	}
	category = new_category;
	bucket = new_bucket;
	capacity = new_capacity;
	nbuckets = new_capacity * 2;
	for (int i = 0; i < ncategories; i++)
		bucket[find_bucket(category[i]->code, strlen(category[i]->code))] = i + 1;
}

/* The session's number of a code, whether or not the catalogue has it. */
int
bz_category_id(const char *code, int len)
{
	static int last = -1;
	uint32 b;

	/* rows stand together by category, more or less */
	if (last >= 0 && strncmp(category[last]->code, code, len) == 0 && category[last]->code[len] == '\0')
		return last;
	if (ncategories >= capacity)
		grow();
	b = find_bucket(code, len);
	if (bucket[b] == 0)
	{
		BzCategory *c = MemoryContextAllocZero(context, sizeof(BzCategory));
		char *copy = MemoryContextAlloc(context, len + 1);

		memcpy(copy, code, len);
		copy[len] = '\0';
		c->code = copy;
		c->parent = -1;
		category[ncategories] = c;
		bucket[b] = ++ncategories;
		loaded = false;
	}
	last = (int) bucket[b] - 1;
	return last;
}

/* The code behind a number. */
const char *
bz_category_code(int id)
{
	return category[id]->code;
}

static BzVerdict
verdict(const char *word)
{
	if (strcmp(word, "reject") == 0 || strcmp(word, "refuse") == 0)
		return BZ_REFUSE;
	if (strcmp(word, "record") == 0)
		return BZ_RECORD;
	return BZ_ALLOW; /* off, allow */
}

/* a column of "slot" as text, NULL where it is null */
static char *
text_column(TupleTableSlot *slot, const char *name)
{
	AttrNumber attno = get_attnum(slot->tts_tableOid, name);
	bool isnull;
	Datum value;

	if (attno == InvalidAttrNumber)
		elog(ERROR, "column \"%s\" of bianzhi.category is gone", name);
	value = slot_getattr(slot, attno, &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * Read the catalogue as it is now.  Writers of its rules hold a lock on the
 * timelines (account.sql) that excludes whoever applies deltas, so the rules
 * stand still while a statement is judged by them.
 */
static void
load(void)
{
	Relation rel = table_open(bz_relid(BZ_CATEGORY), AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AttrNumber since = get_attnum(RelationGetRelid(rel), "enforced_since");
	AttrNumber may_delay = get_attnum(RelationGetRelid(rel), "may_delay");
	uint64 now = bz_generation(BZ_CATEGORY);

	for (int i = 0; i < ncategories; i++)
		category[i]->exists = false;
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		char *code = text_column(slot, "code");
		char *parent = text_column(slot, "parent");
		char *measure = text_column(slot, "measure");
		int id = bz_category_id(code, strlen(code));
		int parent_id = parent == NULL ? -1 : bz_category_id(parent, strlen(parent));
		bool isnull;
		BzCategory *c = category[id];

		c->parent = parent_id;
		c->measure = strcmp(measure, "plan") == 0 ? 'l' : measure[0];
		c->enforcement = verdict(text_column(slot, "enforcement"));
		c->without_quota = verdict(text_column(slot, "without_quota"));
		c->past_excess = verdict(text_column(slot, "past_excess"));
		c->enforced_since = DatumGetDateADT(slot_getattr(slot, since, &isnull));
		c->may_delay = DatumGetBool(slot_getattr(slot, may_delay, &isnull));
		c->exists = true;
	}
	for (int i = 0; i < ncategories; i++)
		category[i]->first_child = category[i]->next_sibling = -1;
	for (int i = 0; i < ncategories; i++)
		if (category[i]->exists && category[i]->parent >= 0)
		{
			category[i]->next_sibling = category[category[i]->parent]->first_child;
			category[category[i]->parent]->first_child = i;
		}
	ExecDropSingleTupleTableSlot(slot);
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, NoLock);
	loaded_generation = now;
	loaded = true;
}

/* The rules of a category, or NULL where the catalogue has no such code. */
const BzCategory *
bz_category(int id)
{
	if (!loaded || loaded_generation != bz_generation(BZ_CATEGORY))
		load();
	return category[id]->exists ? category[id] : NULL;
}

/* May holders of a category choose to retire later than by law? No, where it or one above it says so. */
bool
bz_may_delay(int id)
{
	for (int c = id; c >= 0;)
	{
		const BzCategory *rules = bz_category(c);

		if (rules == NULL)
			return true;
		if (!rules->may_delay)
			return false;
		c = rules->parent;
	}
	return true;
}
