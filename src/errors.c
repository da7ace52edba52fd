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

/* Say that a constraint of one of the extension's own tables is broken; for use in ereport(). */
int
bz_errconstraint(const char *table, const char *constraint)
{
	err_generic_string(PG_DIAG_SCHEMA_NAME, "bianzhi");
	err_generic_string(PG_DIAG_TABLE_NAME, table);
	return err_generic_string(PG_DIAG_CONSTRAINT_NAME, constraint);
}

/* The same for any table: that which the refused statement wrote. */
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
