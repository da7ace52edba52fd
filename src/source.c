/*
 * source.c
 *		Tables whose rows change timelines, and which of their columns mean what.
 *
 * A source is a row of the table "source": which column holds the unit, which
 * the category, which days, how many seats.  The triggers know nothing but
 * their table: they look its sources up by its OID, so what a table is attached
 * as can change without touching a trigger, and no argument can forge it.
 *
 * A partition feeds the sources of the tables above it.  Its columns have the
 * same names and may have other numbers, so what is known of a relation is
 * worked out once and kept until that relation, or one above it, changes.
 */
#include "postgres.h"
#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "catalogue.h"
#include "names.h"
#include "source.h"

/* What a relation feeds; relations that feed nothing are remembered, too */
typedef struct Feed
{
	Oid relid;
	bool ready;
	bool covered; /* has the triggers that statements need which name it */
	int n;
	BzSource *source;
} Feed;

static MemoryContext context;
static BzSource *sources; /* with the column numbers of the attached tables, without forms */
static int nsources;
static bool loaded;
static uint64 loaded_generation;
static MemoryContext feed_context;
static HTAB *feeds;
static bool feeds_stale;

static const char *const role_column[BZ_NROLES] = {
	[BZ_UNIT_COLUMN] = "unit_column",			[BZ_SECTION_COLUMN] = "section_column",
	[BZ_CATEGORY_COLUMN] = "category_column",	[BZ_PERSON_COLUMN] = "person_column",
	[BZ_STARTS_COLUMN] = "starts_column",		[BZ_ENDS_COLUMN] = "ends_column",
	[BZ_DURING_COLUMN] = "during_column",		[BZ_SEATS_COLUMN] = "seats_column",
	[BZ_CONDITION_COLUMN] = "condition_column", [BZ_CLOSED_COLUMN] = "closed_column",
};

/* A relation that feeds something has changed; callbacks may not throw or free. */
static void
relation_changed(Datum arg, Oid relid)
{
	if (feeds != NULL && (relid == InvalidOid || hash_search(feeds, &relid, HASH_FIND, NULL) != NULL))
		feeds_stale = true;
}

/* Called once, when the library is loaded. */
void
bz_source_init(void)
{
	context = AllocSetContextCreate(TopMemoryContext, "bianzhi sources", ALLOCSET_SMALL_SIZES);
	feed_context = AllocSetContextCreate(TopMemoryContext, "bianzhi feeds", ALLOCSET_SMALL_SIZES);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/* The bit of a measure, by its letter in BzCategory. */
uint8
bz_measure_bit(char measure)
{
	switch (measure)
	{
		case 'e':
			return BZ_HOLDS_ESTABLISHMENT;
		case 'p':
			return BZ_HOLDS_POST;
		case 'g':
			return BZ_HOLDS_GRADE;
		case 'o':
			return BZ_HOLDS_OUTSIDE;
		case 'b':
			return BZ_HOLDS_BODY;
		default:
			return BZ_HOLDS_PLAN;
	}
}

static TlLevel
level_of(const char *measure)
{
	if (strcmp(measure, "authorized") == 0)
		return TL_AUTHORIZED;
	if (strcmp(measure, "reserved") == 0)
		return TL_RESERVED;
	return TL_FILLED;
}

/*
 * A string that stays: copies of a source outlive the reading of the catalogue
 * that made them.  Applications are few.
 */
static const char *
interned(const char *text)
{
	static List *known = NIL;
	ListCell *cell;
	MemoryContext outer;
	char *copy;

	foreach (cell, known)
		if (strcmp(lfirst(cell), text) == 0)
			return lfirst(cell);
	outer = MemoryContextSwitchTo(TopMemoryContext);
	copy = pstrdup(text);
	known = lappend(known, copy);
	MemoryContextSwitchTo(outer);
	return copy;
}

/* a column of the row of "source" in the slot */
static Datum
named(TupleTableSlot *slot, const char *name, bool *isnull)
{
	return slot_getattr(slot, get_attnum(slot->tts_tableOid, name), isnull);
}

static void
read_source(TupleTableSlot *slot, BzSource *source)
{
	bool isnull;
	Datum value;

	memset(source, 0, sizeof(*source));
	source->id = DatumGetInt64(named(slot, "source_id", &isnull));
	source->relid = DatumGetObjectId(named(slot, "relid", &isnull));
	source->level = level_of(TextDatumGetCString(named(slot, "measure", &isnull)));
	for (int role = 0; role < BZ_NROLES; role++)
	{
		value = named(slot, role_column[role], &isnull);
		source->column[role].attno = isnull ? 0 : DatumGetInt16(value);
	}
	source->holds = (uint8) DatumGetInt16(named(slot, "holds", &isnull));
	source->ends_inclusive = DatumGetBool(named(slot, "ends_inclusive", &isnull));
	value = named(slot, "alias_source", &isnull);
	if (!isnull)
		source->system = interned(TextDatumGetCString(value));
	value = named(slot, "constant_category", &isnull);
	if (isnull)
		source->constant = -1;
	else
	{
		char *code = TextDatumGetCString(value);

		source->constant = bz_category_id(code, strlen(code));
	}
}

static void
load(void)
{
	Relation rel = table_open(bz_relid(BZ_SOURCE), AccessShareLock);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	uint64 now = bz_generation(BZ_SOURCE);
	int capacity = 0;

	loaded = false;
	feeds_stale = true;
	sources = NULL;
	nsources = 0;
	MemoryContextReset(context);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		if (nsources == capacity)
		{
			capacity = capacity == 0 ? 16 : capacity * 2;
			sources = sources == NULL ? MemoryContextAlloc(context, capacity * sizeof(BzSource))
									  : repalloc(sources, capacity * sizeof(BzSource));
		}
		read_source(slot, &sources[nsources]);
		nsources++;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(rel, NoLock);
	loaded_generation = now;
	loaded = true;
}

/* All sources, with the column numbers of the attached tables; how these are read only bz_sources_of() says. */
int
bz_sources(const BzSource **all)
{
	if (!loaded || loaded_generation != bz_generation(BZ_SOURCE))
		load();
	*all = sources;
	return nsources;
}

/* How a column of this type is read for a role, or BZ_FORM_NONE where it cannot be. */
static BzForm
form_of(BzRole role, Oid type)
{
	BzForm form = BZ_FORM_NONE;

	switch (type)
	{
		case INT2OID:
			form = BZ_FORM_INT2;
			break;
		case INT4OID:
			form = BZ_FORM_INT4;
			break;
		case INT8OID:
			form = BZ_FORM_INT8;
			break;
		case TEXTOID:
		case VARCHAROID:
			form = BZ_FORM_TEXT;
			break;
		case BPCHAROID:
			form = BZ_FORM_PADDED;
			break;
		case NAMEOID:
		case UUIDOID:
			form = BZ_FORM_WORD;
			break;
		case DATEOID:
			form = BZ_FORM_DATE;
			break;
		case TIMESTAMPOID:
			form = BZ_FORM_TIMESTAMP;
			break;
		case DATERANGEOID:
			form = BZ_FORM_DATERANGE;
			break;
		case BOOLOID:
			form = BZ_FORM_BOOL;
			break;
		default:
			if (type == bz_type_oid("resident_id"))
				form = BZ_FORM_RESIDENT;
			else if (type_is_enum(type))
				form = BZ_FORM_WORD;
			break;
	}
	switch (role)
	{
		case BZ_UNIT_COLUMN:
		case BZ_CATEGORY_COLUMN:
			return form <= BZ_FORM_WORD ? form : BZ_FORM_NONE;
		case BZ_PERSON_COLUMN:
			return form <= BZ_FORM_PADDED || form == BZ_FORM_RESIDENT ? form : BZ_FORM_NONE;
		case BZ_SECTION_COLUMN:
		case BZ_SEATS_COLUMN:
			return form <= BZ_FORM_INT8 ? form : BZ_FORM_NONE;
		case BZ_STARTS_COLUMN:
		case BZ_ENDS_COLUMN:
			return form == BZ_FORM_DATE || form == BZ_FORM_TIMESTAMP ? form : BZ_FORM_NONE;
		case BZ_DURING_COLUMN:
			return form == BZ_FORM_DATERANGE ? form : BZ_FORM_NONE;
		default:
			return form == BZ_FORM_BOOL ? form : BZ_FORM_NONE;
	}
}

/* The name of a column, NULL where it is gone. */
static char *
column_name(Oid relid, AttrNumber attno)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attno));
	char *name = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (!((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped)
		name = pstrdup(NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname));
	ReleaseSysCache(tuple);
	return name;
}

/* Find the columns of a source in a relation that feeds it. */
static void
place_columns(BzSource *source, Relation rel)
{
	TupleDesc desc = RelationGetDescr(rel);

	for (int role = 0; role < BZ_NROLES; role++)
	{
		BzColumn *column = &source->column[role];
		char *name;

		if (column->attno == 0)
			continue;
		name = column_name(source->relid, column->attno);
		if (name != NULL && RelationGetRelid(rel) != source->relid)
			column->attno = get_attnum(RelationGetRelid(rel), name);
		if (name == NULL || column->attno == InvalidAttrNumber)
			ereport(
				ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("a column that table \"%s\" was attached with is gone", get_rel_name(source->relid)),
				errhint("Detach the table, and attach it again with the columns that it has now."));
		column->type = getBaseType(TupleDescAttr(desc, column->attno - 1)->atttypid);
		column->form = form_of(role, column->type);
		if (column->form == BZ_FORM_NONE)
			ereport(
				ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("column \"%s\" that table \"%s\" was attached with has type %s, which cannot be read",
					   name, get_rel_name(source->relid), format_type_be(column->type)),
				errhint("Detach the table, and attach it again with columns that can be read."));
	}
}

/* The row trigger comes with a partition; these it needs of its own, for statements that name it. */
const char *const bz_own_trigger[BZ_NOWN_TRIGGERS] = {"!bianzhi_statement", "!bianzhi_truncate",
													  "!bianzhi_truncated"};

static bool
is_covered(Relation rel)
{
	int found = 0;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
		for (int k = 0; k < BZ_NOWN_TRIGGERS; k++)
			found += strcmp(rel->trigdesc->triggers[i].tgname, bz_own_trigger[k]) == 0;
	return found == BZ_NOWN_TRIGGERS;
}

/*
 * A plain index that leads with the column of persons, 0: none.  Its expressions
 * are not looked at: to simplify them would be to run code of the table's owner.
 */
static Oid
person_index(Relation rel, AttrNumber column)
{
	List *indexes = RelationGetIndexList(rel);
	Oid found = InvalidOid;
	ListCell *cell;

	foreach (cell, indexes)
	{
		Relation index = index_open(lfirst_oid(cell), AccessShareLock);

		if (!OidIsValid(found) && index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
			index->rd_index->indkey.values[0] == column &&
			TupleDescAttr(RelationGetDescr(index), 0)->atttypid ==
				TupleDescAttr(RelationGetDescr(rel), column - 1)->atttypid &&
			heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
			found = RelationGetRelid(index);
		index_close(index, NoLock);
	}
	list_free(indexes);
	return found;
}

static bool
feeds_source(Oid relid, List *ancestors, const BzSource *source)
{
	return source->relid == relid || list_member_oid(ancestors, source->relid);
}

static void
make_feed(Feed *feed, Relation rel)
{
	List *ancestors = rel->rd_rel->relispartition ? get_partition_ancestors(feed->relid) : NIL;
	BzSource *fed;
	ListCell *cell;
	int n = 0;

	for (int i = 0; i < nsources; i++)
		n += feeds_source(feed->relid, ancestors, &sources[i]);
	fed = MemoryContextAlloc(feed_context, (n + 1) * sizeof(BzSource));
	n = 0;
	for (int i = 0; i < nsources; i++)
		if (feeds_source(feed->relid, ancestors, &sources[i]))
		{
			fed[n] = sources[i];
			place_columns(&fed[n], rel);
			if (fed[n].column[BZ_PERSON_COLUMN].attno != 0)
				fed[n].person_index = person_index(rel, fed[n].column[BZ_PERSON_COLUMN].attno);
			n++;
		}
	feed->covered = !rel->rd_rel->relispartition || is_covered(rel);
	/* so that a change of a table above is noticed */
	foreach (cell, ancestors)
	{
		Oid above = lfirst_oid(cell);
		bool found;
		Feed *other = hash_search(feeds, &above, HASH_ENTER, &found);

		if (!found)
			other->ready = false;
	}
	feed->source = fed;
	feed->n = n;
}

/*
 * The sources that the rows of a relation feed, with its own column numbers.
 * Good until the next call.  Rows that nobody would note if a statement named
 * the partition are not to be written into it.
 */
int
bz_sources_of(Relation rel, bool written, const BzSource **fed)
{
	const BzSource *all;
	Oid relid = RelationGetRelid(rel);
	Feed *feed;
	bool found;

	bz_sources(&all);
	if (feeds == NULL || feeds_stale)
	{
		HASHCTL ctl = {0};

		feeds = NULL;
		MemoryContextReset(feed_context);
		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(Feed);
		ctl.hcxt = feed_context;
		feeds = hash_create("bianzhi feeds", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		feeds_stale = false;
	}
	feed = hash_search(feeds, &relid, HASH_ENTER, &found);
	if (!found)
		feed->ready = false;
	if (!feed->ready)
	{
		make_feed(feed, rel);
		feed->ready = true;
	}
	if (written && feed->n > 0 && !feed->covered)
		ereport(
			ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			errmsg("partition \"%s\" is not attached", RelationGetRelationName(rel)),
			errhint(
				"Attach the table again: bianzhi.attach() with the table alone takes its new partitions in."));
	*fed = feed->source;
	return feed->n;
}

/*
 * The tables that hold the rows of an attached table, locked: the table itself,
 * or its partitions.  None where it may be missing and is.
 */
List *
bz_leaves(Oid relid, bool missing_ok)
{
	Relation rel = missing_ok ? try_table_open(relid, AccessShareLock) : table_open(relid, AccessShareLock);
	List *leaves = NIL;

	if (rel == NULL)
		return NIL;
	if (rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		leaves = list_make1_oid(relid);
	else
	{
		List *parts = find_all_inheritors(relid, AccessShareLock, NULL);
		ListCell *cell;

		foreach (cell, parts)
			if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION)
				leaves = lappend_oid(leaves, lfirst_oid(cell));
		list_free(parts);
	}
	table_close(rel, NoLock);
	return leaves;
}
