/*
 * trigger.c
 *		How a trigger function of ours was called.
 */
#include "postgres.h"
#include "compat.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/fmgrprotos.h"

#include "trigger.h"

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

/* How many triggers are running: 0 in none, 1 in one that a client's own statement fired. */
int
bz_trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

PG_FUNCTION_INFO_V1(bind_trigger);

/*
 * bind_trigger(part regclass, trigger_name name, row_trigger name): a row trigger
 * comes to a partition with it, and goes when it is detached; let another trigger
 * there go with it.  Otherwise a partition that was changed outside and comes back
 * would look as if nothing had happened.
 */
Datum
bind_trigger(PG_FUNCTION_ARGS)
{
	Oid part = PG_GETARG_OID(0);
	ObjectAddress row, trigger;

	ObjectAddressSet(trigger, TriggerRelationId, get_trigger_oid(part, NameStr(*PG_GETARG_NAME(1)), false));
	ObjectAddressSet(row, TriggerRelationId, get_trigger_oid(part, NameStr(*PG_GETARG_NAME(2)), false));
	deleteDependencyRecordsForSpecific(TriggerRelationId, trigger.objectId, DEPENDENCY_AUTO,
									   TriggerRelationId, row.objectId);
	recordDependencyOn(&trigger, &row, DEPENDENCY_AUTO);
	CommandCounterIncrement();
	PG_RETURN_VOID();
}
