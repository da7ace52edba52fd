/*
 * alias.c
 *		What applications call units, categories and people.
 *
 * An application's own word comes first, then a word that all use, then the key
 * of a unit or the code of a category.  So a unit that is set up later cannot
 * change what a word in an old row means; and a change of the aliases recounts
 * (attach.sql).  Who looks up here holds the lock on the timelines that such a
 * change excludes.
 */
#include "postgres.h"
#include "compat.h"

#include "access/genam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "alias.h"
#include "catalogue.h"
#include "chunk.h"
#include "finder.h"
#include "names.h"

/* longer words are looked up each time */
#define MAX_WORD 120
/* a table whose unit column holds anything at all must not eat the memory */
#define MAX_REMEMBERED 50000

/* one meaning of a word, and when it has it */
typedef struct Meaning
{
	TlRange days;
	int64 what; /* a unit, or a category's number */
} Meaning;

typedef struct Meanings
{
	Meaning *meaning; /* in the order in which they are taken */
	int n;
	int capacity;
} Meanings;

typedef struct Remembered
{
	char word[MAX_WORD + 8];
	Meanings is;
} Remembered;

static MemoryContext context;
static HTAB *words;
static uint64 seen_unit, seen_unit_alias, seen_category_alias;

/* A unit that was set up, and looked up, in what is rolled back never was; what is prepared may be yet. */
static void
alias_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		words = NULL;
}

static void
alias_subxact(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		words = NULL;
}

/* Called once, when the library is loaded. */
void
bz_alias_init(void)
{
	RegisterXactCallback(alias_xact, NULL);
	RegisterSubXactCallback(alias_subxact, NULL);
}

/* Forget what has changed. */
static void
begin(void)
{
	uint64 unit = bz_generation(BZ_UNIT);
	uint64 unit_alias = bz_generation(BZ_UNIT_ALIAS);
	uint64 category_alias = bz_generation(BZ_CATEGORY_ALIAS);
	HASHCTL ctl = {0};

	if (words != NULL && unit == seen_unit && unit_alias == seen_unit_alias &&
		category_alias == seen_category_alias && hash_get_num_entries(words) < MAX_REMEMBERED)
		return;
	words = NULL;
	if (context == NULL)
		context = AllocSetContextCreate(TopMemoryContext, "bianzhi words", ALLOCSET_DEFAULT_SIZES);
	else
		MemoryContextReset(context);
	ctl.keysize = sizeof(((Remembered *) NULL)->word);
	ctl.entrysize = sizeof(Remembered);
	ctl.hcxt = context;
	words = hash_create("bianzhi words", 256, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	seen_unit = unit;
	seen_unit_alias = unit_alias;
	seen_category_alias = category_alias;
}

static void
add(Meanings *is, int32 from, int32 to, int64 what)
{
	if (is->n == is->capacity)
	{
		is->capacity = is->capacity == 0 ? 4 : is->capacity * 2;
		is->meaning = is->meaning == NULL ? palloc(is->capacity * sizeof(Meaning))
										  : repalloc(is->meaning, is->capacity * sizeof(Meaning));
	}
	is->meaning[is->n].days.from = from;
	is->meaning[is->n].days.to = to;
	is->meaning[is->n++].what = what;
}

static void
text_key(ScanKey key, AttrNumber attno, const char *word)
{
	ScanKeyEntryInitialize(key, 0, attno, BTEqualStrategyNumber, InvalidOid, DEFAULT_COLLATION_OID, F_TEXTEQ,
						   CStringGetTextDatum(word));
}

static void
look_up_unit(const char *system, const char *word, bool is_key, Meanings *is)
{
	const char *const whose[] = {system, ""};
	BzFinder f;
	ScanKeyData keys[2];
	bool isnull;

	bz_finder_open(&f, bz_relid(BZ_UNIT_ALIAS), bz_relid(BZ_UNIT_ALIAS_IDX), 2, AccessShareLock);
	text_key(&keys[0], 1, word);
	for (int i = 0; i < (int) lengthof(whose); i++)
	{
		bool found;

		text_key(&keys[1], 2, whose[i]);
		for (found = bz_find(&f, keys); found;
			 found = index_getnext_slot(f.scan, ForwardScanDirection, f.slot))
		{
			int32 from, to;

			bz_range_days(bz_found(&f, "during", &isnull), &from, &to);
			add(is, from, to, DatumGetInt64(bz_found(&f, "unit_id", &isnull)));
		}
	}
	bz_finder_close(&f);
	if (!is_key)
		return;
	bz_finder_open(&f, bz_relid(BZ_UNIT), bz_relid(BZ_UNIT_KEY), 1, AccessShareLock);
	if (bz_find(&f, keys))
		add(is, TL_BEGIN, TL_END, DatumGetInt64(bz_found(&f, "unit_id", &isnull)));
	bz_finder_close(&f);
}

static void
look_up_category(const char *system, const char *word, Meanings *is)
{
	const char *const whose[] = {system, ""};
	BzFinder f;
	ScanKeyData keys[2];

	bz_finder_open(&f, bz_relid(BZ_CATEGORY_ALIAS), bz_relid(BZ_CATEGORY_ALIAS_PKEY), 2, AccessShareLock);
	text_key(&keys[1], 2, word);
	for (int i = 0; i < (int) lengthof(whose) && is->n == 0; i++)
	{
		text_key(&keys[0], 1, whose[i]);
		if (bz_find(&f, keys))
		{
			bool isnull;
			char *code = TextDatumGetCString(bz_found(&f, "category", &isnull));

			add(is, TL_BEGIN, TL_END, bz_category_id(code, strlen(code)));
		}
	}
	bz_finder_close(&f);
	if (is->n == 0)
		add(is, TL_BEGIN, TL_END, bz_category_id(word, strlen(word)));
}

static bool
meant_on(const Meanings *is, int32 day, int64 *what)
{
	for (int i = 0; i < is->n; i++)
		if (is->meaning[i].days.from <= day && day < is->meaning[i].days.to)
		{
			*what = is->meaning[i].what;
			return true;
		}
	return false;
}

/* What a word of a kind means on a day; false: nothing. */
static bool
meaning_of(char kind, const char *system, const char *word, int32 day, int64 *what)
{
	char key[sizeof(((Remembered *) NULL)->word)];
	Meanings is = {0};
	Remembered *remembered;
	bool short_enough = strlen(system) + strlen(word) + 3 < sizeof(key);

	begin();
	if (short_enough)
	{
		snprintf(key, sizeof(key), "%c%s\x1f%s", kind, system, word);
		remembered = hash_search(words, key, HASH_FIND, NULL);
		/* what is not known yet may have been set up since */
		if (remembered != NULL && meant_on(&remembered->is, day, what))
			return true;
	}
	if (kind == 'c')
		look_up_category(system, word, &is);
	else
		look_up_unit(system, word, kind == 'k', &is);
	if (is.n > 0 && short_enough)
	{
		Meaning *kept = MemoryContextAlloc(context, is.n * sizeof(Meaning));
		bool found;

		memcpy(kept, is.meaning, is.n * sizeof(Meaning));
		remembered = hash_search(words, key, HASH_ENTER, &found);
		if (found)
			pfree(remembered->is.meaning);
		remembered->is.meaning = kept;
		remembered->is.n = is.n;
	}
	return meant_on(&is, day, what);
}

/*
 * The unit that an application's word means on a day, 0: none.  "is_key": the
 * word may be the key of a unit.
 */
int64
bz_alias_unit(const char *system, const char *word, int32 day, bool is_key)
{
	int64 unit;

	return meaning_of(is_key ? 'k' : 'u', system, word, day, &unit) ? unit : 0;
}

/* The number of the category that an application's word means: at worst the word's own. */
int
bz_alias_category(const char *system, const char *word)
{
	int64 category;

	if (!meaning_of('c', system, word, TL_BEGIN, &category))
		elog(ERROR, "no category for a word");
	return (int) category;
}

/* The function by which the first column of an index knows equal values. */
RegProcedure
bz_index_equality(Relation index)
{
	Oid type = index->rd_opcintype[0];
	Oid equal = get_opfamily_member(index->rd_opfamily[0], type, type, BTEqualStrategyNumber);

	if (!OidIsValid(equal))
		elog(ERROR, "index \"%s\" knows no equality", RelationGetRelationName(index));
	return get_opcode(equal);
}

/* The person with a resident id, 0: none. */
int64
bz_person_with(BzResidentId id)
{
	BzFinder f;
	ScanKeyData key;
	bool isnull;
	int64 person = 0;

	bz_finder_open(&f, bz_relid(BZ_PERSON), bz_relid(BZ_PERSON_RESIDENT_ID), 1, AccessShareLock);
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, bz_index_equality(f.index), Int64GetDatum((int64) id));
	if (bz_find(&f, &key))
		person = DatumGetInt64(bz_found(&f, "person_id", &isnull));
	bz_finder_close(&f);
	return person;
}

/* The resident id of a person; false: none is known, or there is no such person. */
bool
bz_resident_id_of(int64 person, BzResidentId *id)
{
	BzFinder f;
	ScanKeyData key;
	bool isnull = true;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(person));
	bz_finder_open(&f, bz_relid(BZ_PERSON), bz_relid(BZ_PERSON_PKEY), 1, AccessShareLock);
	if (bz_find(&f, &key))
		*id = (BzResidentId) DatumGetInt64(bz_found(&f, "resident_id", &isnull));
	bz_finder_close(&f);
	return !isnull;
}
