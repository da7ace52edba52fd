/*
 * age_band.c
 *		Ages in full years, and the bands by which an office groups them.
 */
#include "postgres.h"
#include "compat.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "age_band.h"

#define DAYS_IN_400_YEARS 146097

static int
age_by_calendar(DateADT birth, DateADT day)
{
	int year, month, mday, birth_year, birth_month, birth_mday;

	j2date(birth + POSTGRES_EPOCH_JDATE, &birth_year, &birth_month, &birth_mday);
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return year - birth_year - (month < birth_month || (month == birth_month && mday < birth_mday));
}

/* Full years between two finite days; BZ_NO_AGE: the first is the later one. */
int
bz_age(DateADT birth, DateADT day)
{
	int64 days = (int64) day - birth;
	int64 years = (days - 4) * 400 / DAYS_IN_400_YEARS;

	if (days < 0)
		return BZ_NO_AGE;
	/* the calendar is never more than three days off its mean: only near a birthday is it needed */
	if (days < 4 || years != (days + 4) * 400 / DAYS_IN_400_YEARS)
		return age_by_calendar(birth, day);
	Assert(years == age_by_calendar(birth, day));
	return (int) years;
}

static int
years(HeapTuple tuple, int column, int none)
{
	bool isnull;
	Datum value = SPI_getbinval(tuple, SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? none : DatumGetInt32(value);
}

/* The bands as the catalogue has them, in the order in which they are shown. */
BzAgeBands *
bz_age_bands(void)
{
	MemoryContext context = CurrentMemoryContext;
	BzAgeBands *bands;
	int n;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(
			"SELECT code, age_from, age_to FROM bianzhi.age_band WHERE code OPERATOR(pg_catalog.<>) 'unknown' "
			"ORDER BY display_order, code",
			true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the bands of ages");
	n = (int) SPI_processed;
	bands = MemoryContextAlloc(context, offsetof(BzAgeBands, band) + (n + 1) * sizeof(BzAgeBand));
	bands->n = n + 1;
	for (int i = 0; i < n; i++)
	{
		HeapTuple tuple = SPI_tuptable->vals[i];
		char *code = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
		MemoryContext inner = MemoryContextSwitchTo(context);

		bands->band[i].code = CStringGetTextDatum(code);
		MemoryContextSwitchTo(inner);
		bands->band[i].from = years(tuple, 2, PG_INT32_MIN);
		bands->band[i].to = years(tuple, 3, PG_INT32_MAX);
	}
	SPI_finish();
	bands->band[n].code = CStringGetTextDatum("unknown");
	bands->band[n].from = PG_INT32_MIN;
	bands->band[n].to = PG_INT32_MAX;
	return bands;
}

/* The place of the first band that takes an age; who has none, or one that no band has, is in the last. */
int
bz_age_band(const BzAgeBands *bands, int age)
{
	int i = age == BZ_NO_AGE ? bands->n - 1 : 0;

	while (age < bands->band[i].from || age > bands->band[i].to)
		i++;
	return i;
}
