/*
 * query.c
 *		What is there now, asked in SQL as the owner.
 */
#include "postgres.h"
#include "compat.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "names.h"
#include "query.h"

/*
 * Run a query under a snapshot that sees what is committed now, and our own,
 * whatever the transaction's own snapshot.  Its result is left in SPI, which
 * the caller finishes.  "locks": it locks rows that it finds.
 */
void
bz_query(const char *sql, int nargs, Oid *types, Datum *values, bool locks)
{
	Oid user;
	int security;
	SPIPlanPtr plan;

	bz_as_owner(&user, &security);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan = SPI_prepare(sql, nargs, types);
	if (plan == NULL || SPI_execute_snapshot(plan, values, NULL, GetLatestSnapshot(), InvalidSnapshot, !locks,
											 false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not run \"%s\"", sql);
	SetUserIdAndSecContext(user, security);
}
