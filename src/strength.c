/*
 * strength.c
 *		Timelines as rows.
 */
#include "postgres.h"
#include "compat.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "chunk.h"

PG_FUNCTION_INFO_V1(chunk_rows);

/*
 * chunk_rows(body bytea): each day of a chunk on which what readers see changes,
 * with the levels from then on.  Steps that change only how many lines are in
 * force are not shown.
 */
Datum
chunk_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TlLevels now;
	TlStep *steps;
	int n;

	InitMaterializedSRF(fcinfo, 0);
	n = bz_body_decode(PG_GETARG_BYTEA_PP(0), &now, &steps);
	if (n < 0)
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg("a timeline is damaged"),
				errhint("Run bianzhi.recount()."));
	for (int i = 0; i < n; i++)
	{
		TlLevels was = now;
		Datum values[4];
		bool nulls[4] = {false};

		tl_add(&now, &steps[i].by);
		if ((was.v[TL_LINES] > 0) == (now.v[TL_LINES] > 0) && was.v[TL_AUTHORIZED] == now.v[TL_AUTHORIZED] &&
			was.v[TL_FILLED] == now.v[TL_FILLED] && was.v[TL_RESERVED] == now.v[TL_RESERVED])
			continue;
		values[0] = DateADTGetDatum(steps[i].day);
		values[1] = Int32GetDatum(now.v[TL_AUTHORIZED]);
		values[2] = Int32GetDatum(now.v[TL_FILLED]);
		values[3] = Int32GetDatum(now.v[TL_RESERVED]);
		nulls[1] = now.v[TL_LINES] <= 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
