/*
 * trigger.c
 *		How a trigger function of ours was called.
 */
#include "postgres.h"
#include "compat.h"

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
