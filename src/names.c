/*
 * names.c
 *		The extension's own relations, by name, and whether they have changed.
 *
 * OIDs are looked up once a session and again after an invalidation: DROP
 * EXTENSION and CREATE EXTENSION may follow each other in one session.  Each
 * relation carries a generation that an invalidation raises; who caches
 * something made from a relation compares generations.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "names.h"

static const char *const rel_name[BZ_NRELS] = {
	[BZ_CATEGORY] = "category",
	[BZ_UNIT] = "unit",
	[BZ_UNIT_PKEY] = "unit_pkey",
	[BZ_PERSON] = "person",
	[BZ_PERSON_PKEY] = "person_pkey",
	[BZ_ACCOUNT] = "account",
	[BZ_ACCOUNT_PKEY] = "account_pkey",
	[BZ_ACCOUNT_SEQ] = "account_account_id_seq",
	[BZ_ACCOUNT_KEY] = "account_unit_id_category_key",
	[BZ_CHUNK] = "chunk",
	[BZ_CHUNK_PKEY] = "chunk_pkey",
	[BZ_QUEUE] = "queue",
	[BZ_SOURCE] = "source",
	[BZ_STAMP] = "stamp",
	[BZ_LIVE] = "live",
	[BZ_STRENGTH] = "strength",
	[BZ_LEAD] = "lead",
};

static Oid	rel_oid[BZ_NRELS];
static uint64 generation[BZ_NRELS];

/* A relation has changed, or any may have: callbacks may not throw or free, so only count. */
static void
relation_changed(Datum arg, Oid relid)
{
	for (int i = 0; i < BZ_NRELS; i++)
		if (relid == InvalidOid || relid == rel_oid[i])
		{
			rel_oid[i] = InvalidOid;
			generation[i]++;
		}
}

/* Called once, when the library is loaded. */
void
bz_names_init(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/* The OID of one of the extension's relations. */
Oid
bz_relid(BzRel which)
{
	if (!OidIsValid(rel_oid[which]))
	{
		Oid			oid = get_relname_relid(rel_name[which], get_namespace_oid("bianzhi", false));

		if (!OidIsValid(oid))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
					errmsg("relation \"bianzhi.%s\" does not exist", rel_name[which]),
					errhint("Create the extension again."));
		rel_oid[which] = oid;
	}
	return rel_oid[which];
}

/* The owner of the extension's relations, on whose behalf the engine writes. */
Oid
bz_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(bz_relid(BZ_CHUNK)));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", bz_relid(BZ_CHUNK));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* Act as the owner; the caller gives user and context back to SetUserIdAndSecContext() when done. */
void
bz_as_owner(Oid *user, int *context)
{
	GetUserIdAndSecContext(user, context);
	SetUserIdAndSecContext(bz_owner(), *context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
}

/* May the present user select from one of the extension's relations? */
bool
bz_may_read(BzRel which)
{
	return pg_class_aclcheck(bz_relid(which), GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Changes whenever the relation, or what triggers say of it, may have changed. */
uint64
bz_generation(BzRel which)
{
	/* an OID not looked up yet would miss its invalidations */
	(void) bz_relid(which);
	return generation[which];
}

/*
 * Fetch the row with these keys as it is now: the newest committed or our own,
 * whatever snapshot the statement has.  NULL where there is none.
 *
 * SnapshotSelf is no MVCC snapshot: a scan that meets the old version after,
 * and the index entry of the new one before, a rival's commit sees neither.  So
 * nothing is believed absent at first sight.
 */
HeapTuple
bz_fetch(Relation rel, Relation index, ScanKey keys, int nkeys)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	HeapTuple	found = NULL;

	for (int attempt = 0; attempt < 3 && found == NULL; attempt++)
	{
		IndexScanDesc scan = bz_index_beginscan(rel, index, SnapshotSelf, nkeys);

		index_rescan(scan, keys, nkeys, NULL, 0);
		if (index_getnext_slot(scan, ForwardScanDirection, slot))
			found = ExecCopySlotHeapTuple(slot);
		index_endscan(scan);
	}
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

/* The key that applications use for a unit: what messages say instead of names. */
char *
bz_unit_key(int64 unit_id)
{
	Relation	rel = table_open(bz_relid(BZ_UNIT), AccessShareLock);
	Relation	index = index_open(bz_relid(BZ_UNIT_PKEY), AccessShareLock);
	ScanKeyData key;
	HeapTuple	tuple;
	char	   *result;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(unit_id));
	tuple = bz_fetch(rel, index, &key, 1);
	if (tuple != NULL)
	{
		bool		isnull;
		Datum		value;

		value = heap_getattr(tuple, get_attnum(RelationGetRelid(rel), "unit_key"), RelationGetDescr(rel), &isnull);
		result = TextDatumGetCString(value);
	}
	else
		result = psprintf(INT64_FORMAT, unit_id);
	index_close(index, NoLock);
	table_close(rel, NoLock);
	return result;
}

/* A day as messages and evidence write it: always ISO 8601, whatever DateStyle says. */
const char *
bz_day_text(int32 day)
{
	char	   *text;
	struct pg_tm tm = {0};

	if (day == DATEVAL_NOBEGIN)
		return "-infinity";
	if (day == DATEVAL_NOEND)
		return "infinity";
	text = palloc(MAXDATELEN + 1);
	j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	EncodeDateOnly(&tm, USE_ISO_DATES, text);
	return text;
}
