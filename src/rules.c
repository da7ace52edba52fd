/*
 * rules.c
 *		What stands still while writers count by it: the rules of categories, the
 *		days of units.
 */
#include "postgres.h"
#include "compat.h"

#include "commands/trigger.h"
#include "utils/date.h"
#include "utils/inval.h"

#include "account.h"
#include "chunk.h"
#include "trigger.h"

PG_FUNCTION_INFO_V1(rules_changed);
PG_FUNCTION_INFO_V1(unit_load_outside);

/* Trigger of tables that sessions remember: tell every session to read the table anew. */
Datum
rules_changed(PG_FUNCTION_ARGS)
{
	bz_check_trigger(fcinfo, "rules_changed");
	CacheInvalidateRelcache(((TriggerData *) fcinfo->context)->tg_relation);
	PG_RETURN_POINTER(NULL);
}

/*
 * unit_load_outside(unit_id bigint, during daterange) returns date: the first day
 * outside the range on which an account of the unit carries anything.
 */
Datum
unit_load_outside(PG_FUNCTION_ARGS)
{
	int64 *ids;
	int n = bz_unit_accounts(PG_GETARG_INT64(0), &ids);
	TlRange days;
	int32 first = TL_END;

	bz_range_days(PG_GETARG_DATUM(1), &days.from, &days.to);
	for (int i = 0; i < n; i++)
	{
		BzLine line = bz_line_now(ids[i]);
		TlCursor c;
		int32 day = TL_BEGIN;

		tl_start(&c, line.steps, line.n);
		while (day < TL_END)
		{
			int32 next;

			tl_advance(&c, 1, day);
			next = tl_next_day(&c, 1);
			if (tl_load(&c.now) > 0 && day < days.from)
				first = Min(first, day);
			else if (tl_load(&c.now) > 0 && next > days.to)
				first = Min(first, Max(day, days.to));
			day = next;
		}
	}
	if (first == TL_END)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(first);
}
