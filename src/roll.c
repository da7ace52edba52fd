/*
 * roll.c
 *		People by resident id, for who asks for many.
 *
 * The first are looked up by index; when there are more, all people are read
 * once, which costs as much as a tenth of them looked up.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "alias.h"
#include "names.h"
#include "roll.h"

/* so many are looked up by index */
#define BY_INDEX 10000

typedef struct Entry
{
	BzResidentId id;
	int64 person;
	char status;
} Entry;

#define SH_PREFIX entries
#define SH_ELEMENT_TYPE Entry
#define SH_KEY_TYPE BzResidentId
#define SH_KEY id
#define SH_HASH_KEY(tb, key) murmurhash32((uint32) (key) ^ (uint32) ((key) >> 32))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

struct BzRoll
{
	MemoryContext context;
	int asked;
	entries_hash *entries; /* NULL: not read yet */
};

/* A roll, in the current memory context. */
BzRoll *
bz_roll_open(void)
{
	BzRoll *roll = palloc0(sizeof(BzRoll));

	roll->context = CurrentMemoryContext;
	return roll;
}

static void
read_people(BzRoll *roll)
{
	Relation rel = table_open(bz_relid(BZ_PERSON), AccessShareLock);
	AttrNumber person = get_attnum(RelationGetRelid(rel), "person_id");
	AttrNumber id = get_attnum(RelationGetRelid(rel), "resident_id");
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);

	roll->entries = entries_create(roll->context, 1024, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		Datum value = slot_getattr(slot, id, &isnull);
		bool found;

		CHECK_FOR_INTERRUPTS();
		if (!isnull)
			entries_insert(roll->entries, (BzResidentId) DatumGetInt64(value), &found)->person =
				DatumGetInt64(slot_getattr(slot, person, &isnull));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/* The person with a resident id; 0: none. */
int64
bz_roll_person(BzRoll *roll, BzResidentId id)
{
	const Entry *entry;

	if (roll->entries == NULL && roll->asked++ < BY_INDEX)
		return bz_person_with(id);
	if (roll->entries == NULL)
		read_people(roll);
	entry = entries_lookup(roll->entries, id);
	return entry == NULL ? 0 : entry->person;
}

/* Forget it. */
void
bz_roll_close(BzRoll *roll)
{
	if (roll->entries != NULL)
		entries_destroy(roll->entries);
	pfree(roll);
}
