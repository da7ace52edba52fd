/*
 * audit.c
 *		What happens to the rows of audited tables, written to the ledger.
 *
 * A trigger knows its table's name in the ledger from its argument, so that a
 * table that is renamed, and its partitions, go on under the same name.
 *
 * Entries about one row stand in the ledger in the order in which the row
 * changed: the last one says what the table holds.  AFTER triggers alone do not
 * give that order: where one of them, or a function that a statement calls,
 * changes a row that the statement has changed, too, the later change fires
 * first.  So a version that has been replaced when its turn comes, and the end
 * of a key that lives again, are left out; what replaced them has its entry.
 */
#include "postgres.h"
#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/multixact.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "as_owner.h"
#include "audit.h"
#include "ledger.h"
#include "names.h"
#include "row_text.h"
#include "source.h"
#include "trigger.h"

/* What is known of a table or a partition */
typedef struct Known
{
	Oid relid;
	bool ready;
	BzRowText *text;
	Oid index; /* of the primary key */
	int nkeys;
	AttrNumber key[INDEX_MAX_KEYS];
	ScanKeyData scan_key[INDEX_MAX_KEYS]; /* arguments are filled in */
} Known;

static MemoryContext context;
static HTAB *tables;
static bool stale;

/* The names of tables of our own that an office does not want audited; mostly none */
static MemoryContext off_context;
static List *off;
static bool off_known;
static uint64 off_generation;

/* A table that we know has changed; callbacks may not throw or free. */
static void
relation_changed(Datum arg, Oid relid)
{
	if (tables != NULL && (relid == InvalidOid || hash_search(tables, &relid, HASH_FIND, NULL) != NULL))
		stale = true;
}

/* Called once, when the library is loaded. */
void
bz_audit_init(void)
{
	context = AllocSetContextCreate(TopMemoryContext, "bianzhi audit", ALLOCSET_SMALL_SIZES);
	off_context = AllocSetContextCreate(TopMemoryContext, "bianzhi not audited", ALLOCSET_SMALL_SIZES);
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/* The index of a primary key that is never deferred. */
static Oid
primary_key(Relation rel)
{
	List *indexes = RelationGetIndexList(rel);
	Oid result = InvalidOid;
	ListCell *cell;

	foreach (cell, indexes)
	{
		HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		Form_pg_index index;

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for index %u", lfirst_oid(cell));
		index = (Form_pg_index) GETSTRUCT(tuple);
		if (index->indisprimary && index->indimmediate && index->indisvalid)
			result = lfirst_oid(cell);
		ReleaseSysCache(tuple);
	}
	list_free(indexes);
	return result;
}

static void
know_key(Relation rel, Known *k)
{
	Relation index;

	k->index = primary_key(rel);
	if (!OidIsValid(k->index))
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("table \"%s\" is under audit and has no primary key", RelationGetRelationName(rel)),
				errhint("Give it one, or run bianzhi.unaudit()."));
	index = index_open(k->index, AccessShareLock);
	k->nkeys = IndexRelationGetNumberOfKeyAttributes(index);
	for (int i = 0; i < k->nkeys; i++)
	{
		Oid type = index->rd_opcintype[i];
		Oid equal = get_opfamily_member(index->rd_opfamily[i], type, type, BTEqualStrategyNumber);

		k->key[i] = index->rd_index->indkey.values[i];
		ScanKeyEntryInitialize(&k->scan_key[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   index->rd_indcollation[i], get_opcode(equal), (Datum) 0);
	}
	index_close(index, NoLock);
}

/* What is known of a table.  Good until the next call. */
static Known *
know(Relation rel)
{
	Oid relid = RelationGetRelid(rel);
	Known *k;
	bool found;

	if (stale || tables == NULL)
	{
		HASHCTL ctl = {0};

		tables = NULL;
		MemoryContextReset(context);
		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(Known);
		ctl.hcxt = context;
		tables = hash_create("bianzhi audited tables", 64, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		stale = false;
	}
	k = hash_search(tables, &relid, HASH_ENTER, &found);
	if (!found || !k->ready)
	{
		MemoryContext outer;

		k->ready = false;
		/* scan keys hold what functions remember */
		outer = MemoryContextSwitchTo(context);
		know_key(rel, k);
		MemoryContextSwitchTo(outer);
		k->text = bz_row_text_plan(RelationGetDescr(rel), context);
		k->ready = true;
	}
	return k;
}

/* Are changes of this table written now? */
static bool
is_written(const char *label)
{
	ListCell *cell;
	uint64 generation;

	if (!bz_ledger_is_open())
		return false;
	generation = bz_generation(BZ_AUDITED);
	if (!off_known || off_generation != generation)
	{
		Relation rel = table_open(bz_relid(BZ_AUDITED), AccessShareLock);
		TupleTableSlot *slot = table_slot_create(rel, NULL);
		TableScanDesc scan = table_beginscan(rel, SnapshotSelf, 0, NULL);

		off_known = false;
		off = NIL;
		MemoryContextReset(off_context);
		while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		{
			bool isnull;
			MemoryContext outer;

			if (DatumGetBool(slot_getattr(slot, AUDITED_AUDITED, &isnull)))
				continue;
			outer = MemoryContextSwitchTo(off_context);
			off = lappend(off, TextDatumGetCString(slot_getattr(slot, AUDITED_LABEL, &isnull)));
			MemoryContextSwitchTo(outer);
		}
		table_endscan(scan);
		ExecDropSingleTupleTableSlot(slot);
		table_close(rel, NoLock);
		off_generation = generation;
		off_known = true;
	}
	foreach (cell, off)
		if (strcmp(lfirst(cell), label) == 0)
			return false;
	return true;
}

/* Has our own transaction written a version behind this one already? */
static bool
is_replaced(HeapTuple tuple)
{
	HeapTupleHeader header = tuple->t_data;

	if ((header->t_infomask & HEAP_XMAX_INVALID) != 0 || HEAP_XMAX_IS_LOCKED_ONLY(header->t_infomask))
		return false;
	return TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header));
}

/* Is there a row with the key of one that has gone?  Nobody else can have written it before we commit. */
static bool
lives_again(Relation rel, Known *k, const Datum *values)
{
	Relation index = index_open(k->index, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	IndexScanDesc scan = bz_index_beginscan(rel, index, SnapshotSelf, k->nkeys);
	bool found;

	for (int i = 0; i < k->nkeys; i++)
		k->scan_key[i].sk_argument = values[k->key[i] - 1];
	index_rescan(scan, k->scan_key, k->nkeys, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, slot);
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	index_close(index, NoLock);
	return found;
}

static text *
key_of(Known *k, TupleTableSlot *slot)
{
	return bz_key_text(k->text, k->key, k->nkeys, slot->tts_values);
}

static text *
row_of(Known *k, TupleTableSlot *slot)
{
	slot_getallattrs(slot);
	return bz_row_text(k->text, slot->tts_values, slot->tts_isnull);
}

static bool
same_text(const text *a, const text *b)
{
	return VARSIZE(a) == VARSIZE(b) && memcmp(a, b, VARSIZE(a)) == 0;
}

static bool
same_key(Known *k, TupleDesc desc, TupleTableSlot *a, TupleTableSlot *b)
{
	for (int i = 0; i < k->nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, k->key[i] - 1);

		if (!datum_image_eq(a->tts_values[k->key[i] - 1], b->tts_values[k->key[i] - 1], att->attbyval,
							att->attlen))
			return same_text(key_of(k, a), key_of(k, b));
	}
	return true;
}

/* the argument of our triggers */
static const char *
label_of(TriggerData *trigger)
{
	if (trigger->tg_trigger->tgnargs != 1)
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("an audit trigger has one argument, the name of the table in the ledger"));
	return trigger->tg_trigger->tgargs[0];
}

PG_FUNCTION_INFO_V1(audit_row);
PG_FUNCTION_INFO_V1(audit_truncate);
PG_FUNCTION_INFO_V1(audited_changed);
PG_FUNCTION_INFO_V1(canonical_rows);
PG_FUNCTION_INFO_V1(first_stock);
PG_FUNCTION_INFO_V1(audit);
PG_FUNCTION_INFO_V1(unaudit);

/* AFTER INSERT OR UPDATE OR DELETE ... FOR EACH ROW: an entry. */
Datum
audit_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *label;
	Relation rel;
	Known *k;
	text *before, *after;

	bz_check_fired_for(fcinfo, "audit_row", true);
	label = label_of(trigger);
	if (!is_written(label))
		PG_RETURN_POINTER(NULL);
	rel = trigger->tg_relation;
	k = know(rel);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		if (is_replaced(trigger->tg_trigtuple))
			PG_RETURN_POINTER(NULL);
		after = row_of(k, trigger->tg_trigslot);
		bz_ledger_append(label, "INSERT", key_of(k, trigger->tg_trigslot), NULL, after);
	}
	else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		before = row_of(k, trigger->tg_trigslot);
		if (!lives_again(rel, k, trigger->tg_trigslot->tts_values))
			bz_ledger_append(label, "DELETE", key_of(k, trigger->tg_trigslot), before, NULL);
	}
	else
	{
		bool replaced = is_replaced(trigger->tg_newtuple);

		before = row_of(k, trigger->tg_trigslot);
		after = row_of(k, trigger->tg_newslot);
		if (same_text(before, after))
			PG_RETURN_POINTER(NULL);
		if (same_key(k, RelationGetDescr(rel), trigger->tg_trigslot, trigger->tg_newslot))
		{
			if (!replaced)
				bz_ledger_append(label, "UPDATE", key_of(k, trigger->tg_newslot), before, after);
			PG_RETURN_POINTER(NULL);
		}
		/* one row ends and another begins, as where a row moves to another partition */
		if (!lives_again(rel, k, trigger->tg_trigslot->tts_values))
			bz_ledger_append(label, "DELETE", key_of(k, trigger->tg_trigslot), before, NULL);
		if (!replaced)
			bz_ledger_append(label, "INSERT", key_of(k, trigger->tg_newslot), NULL, after);
	}
	PG_RETURN_POINTER(NULL);
}

/* Do something with key and text of each row that a snapshot shows of a table or a partition. */
static void
each_row(Relation rel, Snapshot snapshot, void (*with)(text *key, text *row, void *arg), void *arg)
{
	Known *k = know(rel);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, snapshot, 0, NULL);
	MemoryContext row_context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi row",
													  ALLOCSET_DEFAULT_SIZES);

	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		MemoryContext outer = MemoryContextSwitchTo(row_context);
		text *row;

		CHECK_FOR_INTERRUPTS();
		row = row_of(k, slot);
		with(key_of(k, slot), row, arg);
		MemoryContextSwitchTo(outer);
		MemoryContextReset(row_context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	MemoryContextDelete(row_context);
}

/* The same for a table, or all partitions of one, as the statement's snapshot shows it. */
static void
each_row_of(Oid relid, void (*with)(text *key, text *row, void *arg), void *arg)
{
	List *leaves = bz_leaves(relid, false);
	ListCell *cell;

	foreach (cell, leaves)
	{
		Relation rel = table_open(lfirst_oid(cell), NoLock);

		each_row(rel, GetActiveSnapshot(), with, arg);
		table_close(rel, NoLock);
	}
	list_free(leaves);
}

static void
append_opening(text *key, text *row, void *arg)
{
	(void) bz_ledger_append(arg, "OPENING", key, NULL, row);
}

static void
append_truncated(text *key, text *row, void *arg)
{
	(void) bz_ledger_append(arg, "TRUNCATE", key, row, NULL);
}

/*
 * BEFORE TRUNCATE: an entry a row.  The lock that TRUNCATE has taken keeps
 * writers out, so what is there now is what goes.
 */
Datum
audit_truncate(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *label;

	bz_check_fired_for(fcinfo, "audit_truncate", false);
	label = label_of(trigger);
	if (is_written(label))
		each_row(trigger->tg_relation, SnapshotSelf, append_truncated, unconstify(char *, label));
	PG_RETURN_POINTER(NULL);
}

/* Trigger of "audited": tell every session to look again. */
Datum
audited_changed(PG_FUNCTION_ARGS)
{
	bz_check_trigger(fcinfo, "audited_changed");
	CacheInvalidateRelcacheByRelid(bz_relid(BZ_AUDITED));
	PG_RETURN_POINTER(NULL);
}

static void
put_row(text *key, text *row, void *arg)
{
	ReturnSetInfo *result = arg;
	Datum values[2] = {PointerGetDatum(key), PointerGetDatum(row)};
	bool nulls[2] = {false, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * canonical_rows(relation regclass) returns setof (key text, row_text text): read
 * without a query on the table, as in source_rows.c.
 */
Datum
canonical_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	each_row_of(PG_GETARG_OID(0), put_row, result);
	return (Datum) 0;
}

/* first_stock(relation regclass, label text): an entry for each row of a table of which the ledger has none. */
Datum
first_stock(PG_FUNCTION_ARGS)
{
	each_row_of(PG_GETARG_OID(0), append_opening, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_VOID();
}

/* audit(relation regclass) */
Datum
audit(PG_FUNCTION_ARGS)
{
	Oid types[] = {REGCLASSOID};

	if (!PG_ARGISNULL(0))
		bz_must_own(PG_GETARG_OID(0));
	bz_call_as_owner(fcinfo, "SELECT bianzhi.audit_table($1)::pg_catalog.text", 1, types);
	PG_RETURN_VOID();
}

/* unaudit(relation regclass) */
Datum
unaudit(PG_FUNCTION_ARGS)
{
	Oid types[] = {REGCLASSOID};

	bz_must_own(PG_GETARG_OID(0));
	bz_call_as_owner(fcinfo, "SELECT bianzhi.unaudit_table($1)::pg_catalog.text", 1, types);
	PG_RETURN_VOID();
}
