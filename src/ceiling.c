/*
 * ceiling.c
 *		Which ceilings stand over the quotas of a unit (L15).
 *
 * A ceiling has an account like any other: what it is authorised is the
 * ceiling, what is filled are the quotas given out below.  So a quota line
 * changes the account of its unit and those of the ceilings above, under the
 * same locks and by the same rule; and hiring touches none of them.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"

#include "catalogue.h"
#include "ceiling.h"
#include "chunk.h"
#include "names.h"
#include "query.h"

static bool known;
static bool any;
static uint64 seen;

/* Has any ceiling an account?  Asked under the lock that who changes ceilings excludes. */
bool
bz_any_ceilings(void)
{
	uint64 now = bz_generation(BZ_CEILING_TABLE);

	if (!known || seen != now)
	{
		bz_query("SELECT FROM bianzhi.account AS a WHERE a.is_ceiling LIMIT 1", 0, NULL, NULL, false);
		any = SPI_processed > 0;
		SPI_finish();
		seen = now;
		known = true;
	}
	return any;
}

/* The ceilings over the quotas of a unit in a category, each for days on which the unit stands below its top. */
int
bz_ceilings_over(int64 unit, int category, BzCeiling **over)
{
	Oid types[] = {INT8OID, TEXTOID};
	Datum values[] = {Int64GetDatum(unit), CStringGetTextDatum(bz_category_code(category))};
	int n;

	bz_query("SELECT o.top, o.days FROM bianzhi.ceilings_over($1, $2) AS o", 2, types, values, false);
	n = (int) SPI_processed;
	*over = SPI_palloc((n + 1) * sizeof(BzCeiling));
	for (int i = 0; i < n; i++)
	{
		bool isnull;
		HeapTuple row = SPI_tuptable->vals[i];

		(*over)[i].top = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
		bz_range_days(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull), &(*over)[i].days.from,
					  &(*over)[i].days.to);
	}
	SPI_finish();
	return n;
}
