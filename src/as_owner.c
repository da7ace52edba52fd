/*
 * as_owner.c
 *		What a caller may ask for and the owner of the extension does.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/objectaddress.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "as_owner.h"
#include "names.h"

/* Refuse who does not own a table. */
void
bz_must_own(Oid relid)
{
	char *name = get_rel_name(relid);

	/* of a table that is gone only the attachment is left */
	if (name != NULL && !bz_owns_table(relid, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(get_rel_relkind(relid)), name);
}

/* Call a function of ours as the owner, with our own arguments. */
Datum
bz_call_as_owner(FunctionCallInfo fcinfo, const char *sql, int nargs, Oid *types)
{
	Datum values[FUNC_MAX_ARGS];
	char nulls[FUNC_MAX_ARGS];
	Oid user;
	int security;
	bool isnull;
	Datum result;

	for (int i = 0; i < nargs; i++)
	{
		values[i] = PG_ARGISNULL(i) ? (Datum) 0 : PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	bz_as_owner(&user, &security);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args(sql, nargs, types, values, nulls, false, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "SPI_execute_with_args failed for \"%s\"", sql);
	/* void and bigint: passed by value */
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	SPI_finish();
	SetUserIdAndSecContext(user, security);
	return result;
}
