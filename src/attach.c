/*
 * attach.c
 *		An application's own table under the limits: the part that needs to know who asks.
 *
 * What is done is written in SQL (attach.sql) and runs as the owner of the
 * extension; whether the caller owns the table is seen before, here.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "as_owner.h"
#include "live.h"
#include "names.h"
#include "seat_guard.h"
#include "source.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(attach);
PG_FUNCTION_INFO_V1(detach);
PG_FUNCTION_INFO_V1(check_source);
PG_FUNCTION_INFO_V1(person_stays);

/* of attach_source() */
#define ATTACH_ARGS 11

/* attach(source, measure, unit, category, starts, ends, ...) and attach(source) return bigint */
Datum
attach(PG_FUNCTION_ARGS)
{
	Oid types[ATTACH_ARGS] = {REGCLASSOID, TEXTOID, NAMEOID, TEXTOID, NAMEOID, NAMEOID,
							  NAMEOID,	   NAMEOID, NAMEOID, BOOLOID, TEXTOID};

	if (!PG_ARGISNULL(0))
		bz_must_own(PG_GETARG_OID(0));
	if (PG_NARGS() == 1)
		return bz_call_as_owner(fcinfo, "SELECT bianzhi.attach_again($1)", 1, types);
	return bz_call_as_owner(fcinfo,
							"SELECT bianzhi.attach_source($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
							ATTACH_ARGS, types);
}

/* detach(source regclass) */
Datum
detach(PG_FUNCTION_ARGS)
{
	Oid types[] = {REGCLASSOID};

	bz_must_own(PG_GETARG_OID(0));
	bz_call_as_owner(fcinfo, "SELECT bianzhi.detach_source($1)::pg_catalog.text", 1, types);
	PG_RETURN_VOID();
}

/* check_source(source regclass) returns integer */
Datum
check_source(PG_FUNCTION_ARGS)
{
	Relation rel = table_open(PG_GETARG_OID(0), AccessShareLock);
	const BzSource *fed;
	int n = bz_sources_of(rel, false, &fed);

	table_close(rel, NoLock);
	PG_RETURN_INT32(n);
}

/*
 * AFTER DELETE OR UPDATE ... FOR EACH ROW of persons: who is named by a row of an
 * attached table stays, with the resident id that the row may name.  Who writes
 * such a row holds the person, and then looks whether the id is still the same.
 */
Datum
person_stays(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool gone;
	bool isnull;
	TupleDesc desc;
	int64 person;
	BzResidentId id;
	const BzSource *all;
	int n;
	bool attached = false;
	BzGuard guard;

	bz_check_fired_for(fcinfo, "person_stays", true);
	if (bz_state() != BZ_IS_LIVE)
		PG_RETURN_POINTER(NULL);
	n = bz_sources(&all);
	for (int i = 0; i < n; i++)
		attached |= all[i].system != NULL && all[i].column[BZ_PERSON_COLUMN].attno != 0;
	if (!attached)
		PG_RETURN_POINTER(NULL);

	gone = TRIGGER_FIRED_BY_DELETE(trigger->tg_event);
	desc = RelationGetDescr(trigger->tg_relation);
	person = DatumGetInt64(
		heap_getattr(trigger->tg_trigtuple, get_attnum(bz_relid(BZ_PERSON), "person_id"), desc, &isnull));
	id = (BzResidentId) DatumGetInt64(
		heap_getattr(trigger->tg_trigtuple, get_attnum(bz_relid(BZ_PERSON), "resident_id"), desc, &isnull));
	bz_guard_open(&guard, BZ_GUARD_NAMES);
	if (bz_guard_named(&guard, person, gone, isnull ? NULL : &id))
		ereport(
			ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			gone ? errmsg("a person that an attached table names cannot be deleted")
				 : errmsg("the resident id of a person that an attached table names cannot be changed"),
			gone
				? 0
				: errhint(
					  "Correct the rows of the attached table to name nobody, then the person, then the rows again."));
	bz_guard_close(&guard);
	PG_RETURN_POINTER(NULL);
}
