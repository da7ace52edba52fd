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

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "names.h"

static const char *const rel_name[BZ_NRELS] = {
	[BZ_CATEGORY] = "category",
	[BZ_UNIT] = "unit",
	[BZ_UNIT_PKEY] = "unit_pkey",
	[BZ_UNIT_KEY] = "unit_unit_key_key",
	[BZ_UNIT_ALIAS] = "unit_alias",
	[BZ_UNIT_ALIAS_IDX] = "unit_alias_alias_idx",
	[BZ_CATEGORY_ALIAS] = "category_alias",
	[BZ_CATEGORY_ALIAS_PKEY] = "category_alias_pkey",
	[BZ_PERSON] = "person",
	[BZ_PERSON_PKEY] = "person_pkey",
	[BZ_PERSON_RESIDENT_ID] = "person_resident_id_key",
	[BZ_PERSON_FACT] = "person_fact",
	[BZ_CEILING_TABLE] = "ceiling",
	[BZ_ACCOUNT] = "account",
	[BZ_ACCOUNT_PKEY] = "account_pkey",
	[BZ_ACCOUNT_SEQ] = "account_account_id_seq",
	[BZ_ACCOUNT_KEY] = "account_unit_id_category_key",
	[BZ_CHUNK] = "chunk",
	[BZ_CHUNK_PKEY] = "chunk_pkey",
	[BZ_QUEUE] = "queue",
	[BZ_SOURCE] = "source",
	[BZ_ENTRY_KIND] = "entry_kind",
	[BZ_EXIT_KIND] = "exit_kind",
	[BZ_OCCUPANCY] = "occupancy",
	[BZ_APPOINTMENT] = "appointment",
	[BZ_STAMP] = "stamp",
	[BZ_LIVE] = "live",
	[BZ_STRENGTH] = "strength",
	[BZ_QUOTA] = "quota",
	[BZ_DIGEST_PLAN] = "digest_plan",
	[BZ_DIGEST_PLAN_KEY] = "digest_plan_unit_id_category_day_key",
	[BZ_LEDGER] = "ledger",
	[BZ_LEDGER_PKEY] = "ledger_pkey",
	[BZ_LEDGER_SEQ] = "ledger_seq_seq",
	[BZ_LEDGER_OPEN] = "ledger_open",
	[BZ_AUDITED] = "audited",
	[BZ_LEDGER_BLOCK] = "ledger_block",
	[BZ_LEDGER_TILE] = "ledger_tile",
	[BZ_LEDGER_TILE_PKEY] = "ledger_tile_pkey",
};

static Oid rel_oid[BZ_NRELS];
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
		Oid oid = get_relname_relid(rel_name[which], get_namespace_oid("bianzhi", false));

		if (!OidIsValid(oid))
			ereport(ERROR, errcode(ERRCODE_UNDEFINED_TABLE),
					errmsg("relation \"bianzhi.%s\" does not exist", rel_name[which]),
					errhint("Create the extension again."));
		rel_oid[which] = oid;
	}
	return rel_oid[which];
}

/* The OID of one of the extension's types. */
Oid
bz_type_oid(const char *name)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
						   ObjectIdGetDatum(get_namespace_oid("bianzhi", false)));
}

/* The owner of the extension's relations, on whose behalf the engine writes. */
Oid
bz_owner(void)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(bz_relid(BZ_CHUNK)));
	Oid owner;

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

/* May a role select from one of the extension's relations?  There may be no such role. */
bool
bz_may_read(Oid role, BzRel which)
{
	return OidIsValid(role) && pg_class_aclcheck(bz_relid(which), role, ACL_SELECT) == ACLCHECK_OK;
}

/* Changes whenever the relation, or what triggers say of it, may have changed. */
uint64
bz_generation(BzRel which)
{
	/* an OID not looked up yet would miss its invalidations */
	(void) bz_relid(which);
	return generation[which];
}

/* A day as messages and evidence write it: always ISO 8601, whatever DateStyle says. */
const char *
bz_day_text(int32 day)
{
	char *text;
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

/* Let every session read anew what it remembers of the extension's tables, when we commit. */
void
bz_forget_everywhere(void)
{
	for (int i = 0; i < BZ_NRELS; i++)
		if (get_rel_relkind(bz_relid(i)) == RELKIND_RELATION)
			CacheInvalidateRelcacheByRelid(bz_relid(i));
}
