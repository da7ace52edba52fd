/*
 * retire.c
 *		The statutory age of retirement, for SQL.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "month.h"
#include "retirement.h"

PG_FUNCTION_INFO_V1(retirement_age);
PG_FUNCTION_INFO_V1(retirement_month);
PG_FUNCTION_INFO_V1(retirement_window);
PG_FUNCTION_INFO_V1(retires_in);
PG_FUNCTION_INFO_V1(contribution_months);

/* No message carries a birthday: it is personal, and ends in server logs. */
static int
birth_argument(DateADT birth)
{
	if (DATE_NOT_FINITE(birth))
		ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				errmsg("a date of birth must be finite"));
	return bz_month_of(birth);
}

static BzTrack
track_argument(text *code)
{
	BzTrack track;

	if (!bz_track_parse(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code), &track))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("retirement track \"%s\" does not exist", text_to_cstring(code)),
				errhint("Tracks are M60, F55 and F50."));
	return track;
}

/* The first day of a month. */
static Datum
month_datum(int month)
{
	return DateADTGetDatum(bz_month_begin(month));
}

/* retirement_age(birth date, track text) returns integer */
Datum
retirement_age(PG_FUNCTION_ARGS)
{
	int birth = birth_argument(PG_GETARG_DATEADT(0));

	PG_RETURN_INT32(bz_retirement_age(track_argument(PG_GETARG_TEXT_PP(1)), birth));
}

/* retirement_month(birth date, track text) returns date */
Datum
retirement_month(PG_FUNCTION_ARGS)
{
	int birth = birth_argument(PG_GETARG_DATEADT(0));

	PG_RETURN_DATUM(month_datum(bz_retirement_month(track_argument(PG_GETARG_TEXT_PP(1)), birth)));
}

/* retirement_window(birth date, track text, official boolean) returns earliest date, statutory date, latest date */
Datum
retirement_window(PG_FUNCTION_ARGS)
{
	int birth = birth_argument(PG_GETARG_DATEADT(0));
	BzRetirementWindow w = bz_retirement_window(track_argument(PG_GETARG_TEXT_PP(1)), birth,
												PG_GETARG_BOOL(2));
	Datum values[3] = {month_datum(w.earliest), month_datum(w.statutory), month_datum(w.latest)};
	bool nulls[3] = {false, false, false};
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* retires_in(birth date, track text, chosen date, official boolean) returns date */
Datum
retires_in(PG_FUNCTION_ARGS)
{
	int birth = PG_ARGISNULL(0) ? BZ_NO_MONTH : birth_argument(PG_GETARG_DATEADT(0));
	int chosen = BZ_NO_MONTH;
	BzTrack track = BZ_NTRACKS;
	int month;

	if (!PG_ARGISNULL(1))
		track = track_argument(PG_GETARG_TEXT_PP(1));
	if (!PG_ARGISNULL(2))
	{
		if (DATE_NOT_FINITE(PG_GETARG_DATEADT(2)))
			ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					errmsg("a chosen day of retirement must be finite"));
		chosen = bz_month_of(PG_GETARG_DATEADT(2));
	}
	if (!bz_retires(track == BZ_NTRACKS ? NULL : &track, birth, chosen, !PG_ARGISNULL(3) && PG_GETARG_BOOL(3),
					&month))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(month_datum(month));
}

/* contribution_months(year integer) returns integer */
Datum
contribution_months(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(bz_contribution_months(PG_GETARG_INT32(0)));
}
