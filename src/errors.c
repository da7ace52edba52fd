/*
 * errors.c
 *		The fields that drivers read instead of parsing messages.
 *
 * Our constraints are no rows of pg_constraint, so errtableconstraint() of the
 * server has nothing to look up; the names are those of interface.md.
 */
#include "postgres.h"
#include "compat.h"

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
