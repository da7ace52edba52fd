/*
 * month.c
 *		Days and the months in which they lie.
 */
#include "postgres.h"
#include "compat.h"

#include "utils/datetime.h"

#include "month.h"

/* Refuse infinity where only a day will do. */
void
bz_check_finite(DateADT day)
{
	if (DATE_NOT_FINITE(day))
		ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("days must be finite"));
}

/* The month in which a finite day lies. */
int
bz_month_of(DateADT day)
{
	int year, month, mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return 12 * year + month - 1;
}

/* The first day of a month; false: it is none that can be written. */
bool
bz_month_day(int month, DateADT *day)
{
	/* rounded down, before the year 0, too */
	int year = month >= 0 ? month / 12 : (month - 11) / 12;

	if (!IS_VALID_JULIAN(year, month - 12 * year + 1, 1))
		return false;
	*day = date2j(year, month - 12 * year + 1, 1) - POSTGRES_EPOCH_JDATE;
	return IS_VALID_DATE(*day);
}

/* The first day of a month. */
DateADT
bz_month_begin(int month)
{
	DateADT day;

	if (!bz_month_day(month, &day))
		ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("month out of range"));
	return day;
}
