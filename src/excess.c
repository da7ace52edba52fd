/*
 * excess.c
 *		Where more is carried than is authorised.
 */
#include "postgres.h"
#include "compat.h"

#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "scan.h"

PG_FUNCTION_INFO_V1(excess_stretches);

/* The account at hand, and since when it is over by how much */
typedef struct Over
{
	int64 unit;
	Datum category;
	bool ceiling;
	int32 since;
	int64 by; /* 0: it is not */
} Over;

static void
put(ReturnSetInfo *result, const Over *over, int32 until)
{
	Datum values[] = {Int64GetDatum(over->unit),	over->category,			BoolGetDatum(over->ceiling),
					  DateADTGetDatum(over->since), DateADTGetDatum(until), Int64GetDatum(over->by)};
	bool nulls[lengthof(values)] = {false};

	if (over->by > 0)
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* From this day on the levels are these. */
static void
come_to(ReturnSetInfo *result, Over *over, int32 day, const TlLevels *level)
{
	int64 by = tl_load(level) - level->v[TL_AUTHORIZED];

	if (level->v[TL_LINES] <= 0 || by < 0)
		by = 0;
	if (by == over->by)
		return;
	put(result, over, day);
	over->since = day;
	over->by = by;
}

/*
 * excess_stretches(): unit, category, whether it is a ceiling's account, first
 * day, day after the last, and how many too many, for each stretch of days on
 * which an account carries more than it is authorised to.
 */
Datum
excess_stretches(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi chunk",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext kept = AllocSetContextCreate(CurrentMemoryContext, "bianzhi account", ALLOCSET_SMALL_SIZES);
	BzScan scan;
	Over over = {0};
	int64 account = 0;

	InitMaterializedSRF(fcinfo, 0);
	bz_scan_start(&scan);
	scan.with_ceilings = true;
	while (bz_scan_next(&scan))
	{
		MemoryContext outer = MemoryContextSwitchTo(kept);
		BzChunk chunk;
		TlLevels level;

		if (scan.account != account)
		{
			put(result, &over, TL_END);
			MemoryContextReset(kept);
			account = scan.account;
			over.unit = scan.unit;
			over.category = PointerGetDatum(DatumGetTextPCopy(scan.category));
			over.ceiling = scan.ceiling;
			over.by = 0;
		}
		MemoryContextSwitchTo(context);
		bz_scan_decode(&scan, &chunk);
		level = chunk.before;
		come_to(result, &over, chunk.from, &level);
		for (int i = 0; i < chunk.nsteps; i++)
		{
			tl_add(&level, &chunk.steps[i].by);
			come_to(result, &over, chunk.steps[i].day, &level);
		}
		MemoryContextSwitchTo(outer);
		MemoryContextReset(context);
	}
	put(result, &over, TL_END);
	bz_scan_end(&scan);
	return (Datum) 0;
}
