/*
 * errors.c
 *		The fields that drivers read instead of parsing messages, and the errors of who
 *		calls a trigger function by hand.
 *
 * Our constraints are no rows of pg_constraint, so errtableconstraint() of the
 * server has nothing to look up; the names are those of interface.md.
 */
#include "postgres.h"
#include "compat.h"

#include "commands/trigger.h"
#include "utils/lsyscache.h"

#include "errors.h"

/* Say that a constraint is broken, and of which table: that which the refused statement wrote; for use in ereport(). */
int
bz_errconstraint_on(Oid relid, const char *constraint)
{
	char *table = get_rel_name(relid);

	if (table != NULL)
	{
		err_generic_string(PG_DIAG_SCHEMA_NAME, get_namespace_name(get_rel_namespace(relid)));
		err_generic_string(PG_DIAG_TABLE_NAME, table);
	}
	return err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint);
}

/* A trigger function may be called by the trigger manager only. */
void
bz_check_trigger(FunctionCallInfo fcinfo, const char *name)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				errmsg("function \"%s\" was not called by trigger manager", name));
}

/* And one that is for rows, or for statements, for these only. */
void
bz_check_fired_for(FunctionCallInfo fcinfo, const char *name, bool row)
{
	bz_check_trigger(fcinfo, name);
	if (row != (TRIGGER_FIRED_FOR_ROW(((TriggerData *) fcinfo->context)->tg_event) != 0))
		ereport(ERROR, errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				row ? errmsg("function \"%s\" must be fired for row", name)
					: errmsg("function \"%s\" must be fired for statement", name));
}
