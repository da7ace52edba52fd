/*
 * prove.c
 *		Was a refusal right?
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "catalogue.h"
#include "names.h"
#include "prove.h"
#include "query.h"
#include "trigger.h"

/*
 * In builds with assertions no refusal is believed: recompute the account from
 * its sources, with SQL that shares no code with the engine (truth.sql), and
 * fail if there was room.  Rows that an outer statement has written and not yet
 * noted would be counted twice over, so this asks outer statements only.
 */
void
bz_prove_excess(int64 unit, int category, bool ceiling, int32 day)
{
	Oid types[] = {INT8OID, TEXTOID, DATEOID, BOOLOID};
	Datum values[4];
	bool isnull;
	int64 level[3];

	if (!BZ_ASSERT_BUILD || bz_trigger_depth() != 1)
		return;
	values[0] = Int64GetDatum(unit);
	values[1] = CStringGetTextDatum(bz_category_code(category));
	values[2] = DateADTGetDatum(day);
	values[3] = BoolGetDatum(ceiling);
	bz_query("SELECT COALESCE(pg_catalog.sum(authorized), 0)::pg_catalog.int8,"
			 " COALESCE(pg_catalog.sum(closed), 0)::pg_catalog.int8,"
			 " COALESCE(pg_catalog.sum(filled OPERATOR(pg_catalog.+) reserved), 0)::pg_catalog.int8"
			 " FROM bianzhi.recomputed($1)"
			 " WHERE category OPERATOR(pg_catalog.=) $2 AND day OPERATOR(pg_catalog.<=) $3"
			 " AND is_ceiling OPERATOR(pg_catalog.=) $4",
			 4, types, values, false);
	for (int i = 0; i < 3; i++)
		level[i] = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull));
	if (level[2] <= level[0] && level[1] == 0)
		elog(ERROR,
			 "refused with room: unit " INT64_FORMAT ", category \"%s\", %s: recomputed " INT64_FORMAT
			 " of " INT64_FORMAT,
			 unit, bz_category_code(category), bz_day_text(day), level[2], level[0]);
	SPI_finish();
}
