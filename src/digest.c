/*
 * digest.c
 *		A plan by which an excess is worked off never lets it grow again.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_collation.h"
#include "commands/trigger.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "errors.h"
#include "finder.h"
#include "names.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(digest_plan_shrinks);

/* One plan row must not lie before a higher one, nor behind a lower one. */
static bool
grows(DateADT day, int32 excess, DateADT other_day, int32 other_excess)
{
	return (day < other_day && excess < other_excess) || (day > other_day && excess > other_excess);
}

static Datum
new_value(TupleTableSlot *slot, const char *column)
{
	bool isnull;

	return slot_getattr(slot, get_attnum(slot->tts_tableOid, column), &isnull);
}

/*
 * AFTER INSERT OR UPDATE ... FOR EACH ROW of "digest_plan".  The unit's row is
 * held, so that no rival writes a row of the same plan before we have committed;
 * then all its rows are looked at as they are now, whatever the snapshot.
 */
Datum
digest_plan_shrinks(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleTableSlot *slot;
	BzFinder f;
	ScanKeyData keys[2];
	DateADT day;
	int32 excess;

	bz_check_fired_for(fcinfo, "digest_plan_shrinks", true);
	slot = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newslot : trigger->tg_trigslot;
	day = DatumGetDateADT(new_value(slot, "day"));
	excess = DatumGetInt32(new_value(slot, "max_excess"));

	/* while loading, the unit may not be there yet */
	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_INT8EQ, new_value(slot, "unit_id"));
	bz_finder_open(&f, bz_relid(BZ_UNIT), bz_relid(BZ_UNIT_PKEY), 1, RowShareLock);
	(void) bz_hold(&f, keys, LockTupleNoKeyExclusive);
	bz_finder_close(&f);

	ScanKeyEntryInitialize(&keys[1], 0, 2, BTEqualStrategyNumber, InvalidOid, DEFAULT_COLLATION_OID, F_TEXTEQ,
						   new_value(slot, "category"));
	bz_finder_open(&f, bz_relid(BZ_DIGEST_PLAN), bz_relid(BZ_DIGEST_PLAN_KEY), 2, AccessShareLock);
	for (bool found = bz_find(&f, keys); found;
		 found = index_getnext_slot(f.scan, ForwardScanDirection, f.slot))
	{
		bool isnull;
		DateADT other_day = DatumGetDateADT(bz_found(&f, "day", &isnull));

		if (grows(day, excess, other_day, DatumGetInt32(bz_found(&f, "max_excess", &isnull))))
			ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
					errmsg("the plan would allow a higher excess on %s than on %s",
						   bz_day_text(Max(day, other_day)), bz_day_text(Min(day, other_day))),
					bz_errconstraint_on(RelationGetRelid(trigger->tg_relation), "digest_plan_shrinks"));
	}
	bz_finder_close(&f);
	PG_RETURN_POINTER(NULL);
}
