/*
 * tree.c
 *		Tables whose rows name another row of the same table as their parent: no
 *		row may come to stand above itself.
 *
 * The trigger walks up from the new parent by the primary key and sees, at every
 * isolation level, what is committed by now and what its own transaction wrote:
 * of two transactions that each hang the other's row below their own, the second
 * must fail even where its snapshot shows the first one's row in its old place.
 *
 * Only one transaction at a time may move rows of a table.  New rows need no
 * such lock: nobody else sees them, so a cycle through one of them runs through
 * rows that this transaction moved, and then it holds the lock, or through rows
 * that it inserted.  The lock is not on the table, but on something that stands
 * for its tree: a table lock would be an upgrade of what the statement holds,
 * and two upgrades deadlock.
 */
#include "postgres.h"
#include "compat.h"

#include "access/genam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"

#include "errors.h"
#include "finder.h"
#include "tree.h"

/* the lock's tag: this part of the table, which is no column, is its tree */
#define TREE_LOCK_SUBID 1

PG_FUNCTION_INFO_V1(tree_check);

typedef struct Tree
{
	Relation rel;
	AttrNumber key_attno;
	AttrNumber parent_attno;
	Oid collation;
	TypeCacheEntry *type;
} Tree;

static AttrNumber
column(Relation rel, const char *name)
{
	AttrNumber attno = get_attnum(RelationGetRelid(rel), name);

	if (attno <= 0)
		ereport(
			ERROR, errcode(ERRCODE_UNDEFINED_COLUMN),
			errmsg("column \"%s\" of relation \"%s\" does not exist", name, RelationGetRelationName(rel)));
	return attno;
}

static void
check_protocol(FunctionCallInfo fcinfo)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) || TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" must be fired AFTER ROW for INSERT or UPDATE", "tree_check"));
	if (trigdata->tg_trigger->tgnargs != 3)
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" needs a key column, a parent column and a constraint name",
					   "tree_check"));
}

/* The index that finds rows by their key. */
static Oid
key_index(const Tree *tree)
{
	Oid oid;

	list_free(RelationGetIndexList(tree->rel)); /* fills rd_pkindex */
	oid = tree->rel->rd_pkindex;
	if (!OidIsValid(oid))
		elog(ERROR, "relation \"%s\" has no primary key", RelationGetRelationName(tree->rel));
	return oid;
}

static bool
same(const Tree *tree, Datum a, Datum b)
{
	return DatumGetBool(FunctionCall2Coll(&tree->type->eq_opr_finfo, tree->collation, a, b));
}

/*
 * Does the walk up from "node" come by "start"?  A cycle higher up, which only a
 * load without triggers can have made, counts too: it would never end.  It is
 * found by Brent's method: the row at the last power of two is remembered, and
 * whoever walks in a circle meets it again.
 */
static bool
stands_above_itself(const Tree *tree, Datum start, Datum node)
{
	BzFinder f;
	Datum remembered = node;
	uint64 steps = 0;
	uint64 remember_at = 1;
	bool found = same(tree, start, node);

	f.rel = table_open(RelationGetRelid(tree->rel), NoLock);
	f.index = index_open(key_index(tree), AccessShareLock);
	f.slot = table_slot_create(f.rel, NULL);
	f.scan = bz_index_beginscan(f.rel, f.index, SnapshotSelf, 1);
	f.nkeys = 1;
	if (f.index->rd_index->indnkeyatts != 1 || f.index->rd_index->indkey.values[0] != tree->key_attno)
		elog(ERROR, "the key of relation \"%s\" is not its primary key", RelationGetRelationName(tree->rel));

	while (!found)
	{
		ScanKeyData key;
		Datum parent;
		bool isnull;

		CHECK_FOR_INTERRUPTS();
		ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, InvalidOid, f.index->rd_indcollation[0],
							   tree->type->eq_opr_finfo.fn_oid, node);
		if (!bz_find(&f, &key))
			break; /* the foreign key's business */
		parent = slot_getattr(f.slot, tree->parent_attno, &isnull);
		if (isnull)
			break;
		node = datumCopy(parent, tree->type->typbyval, tree->type->typlen);
		found = same(tree, start, node) || same(tree, remembered, node);
		if (++steps == remember_at)
		{
			remembered = node;
			remember_at *= 2;
		}
	}
	bz_finder_close(&f);
	return found;
}

/*
 * AFTER INSERT OR UPDATE row trigger; arguments: the column that is the primary
 * key, the column that names the parent, and what the constraint is called.
 */
Datum
tree_check(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Tree tree;
	TupleTableSlot *slot;
	Datum key;
	Datum parent;
	bool isnull;
	char **args;

	check_protocol(fcinfo);
	args = trigdata->tg_trigger->tgargs;
	tree.rel = trigdata->tg_relation;
	tree.key_attno = column(tree.rel, args[0]);
	tree.parent_attno = column(tree.rel, args[1]);
	tree.collation = TupleDescAttr(RelationGetDescr(tree.rel), tree.key_attno - 1)->attcollation;
	tree.type = lookup_type_cache(TupleDescAttr(RelationGetDescr(tree.rel), tree.key_attno - 1)->atttypid,
								  TYPECACHE_EQ_OPR_FINFO);

	slot = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newslot : trigdata->tg_trigslot;
	parent = slot_getattr(slot, tree.parent_attno, &isnull);
	if (isnull)
		return PointerGetDatum(NULL);
	key = slot_getattr(slot, tree.key_attno, &isnull);

	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		bool had_none;
		Datum old_parent = slot_getattr(trigdata->tg_trigslot, tree.parent_attno, &had_none);
		Datum old_key = slot_getattr(trigdata->tg_trigslot, tree.key_attno, &isnull);

		/* applications that write every column move nothing */
		if (!had_none && same(&tree, old_parent, parent) && same(&tree, old_key, key))
			return PointerGetDatum(NULL);
		LockDatabaseObject(RelationRelationId, RelationGetRelid(tree.rel), TREE_LOCK_SUBID, ExclusiveLock);
	}

	if (stands_above_itself(&tree, key, parent))
		ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
				errmsg("a row of \"%s\" cannot stand above itself", RelationGetRelationName(tree.rel)),
				errdetail("Following column \"%s\" upwards leads in a circle.", args[1]),
				bz_errconstraint_on(RelationGetRelid(tree.rel), args[2]));
	return PointerGetDatum(NULL);
}
