/*
 * instant.c
 *		Points in time, as digests, proofs and dumps write them.
 *
 * ISO 8601 with a time zone: 2026-11-24T04:05:06.123456Z, and as pg_dump writes
 * it, 2026-11-24 12:05:06.123456+08 (or +05:30, or +08:05:43).  Pure C.
 */
#include "instant.h"

#define FRACTION_DIGITS 6
#define DAY_SECONDS INT64_C(86400)
#define MAX_YEAR 294276

typedef struct Reader
{
	const char *at;
	const char *end;
} Reader;

/* From "least" up to "most" digits; -1: there are fewer */
static int32_t
number(Reader *r, int least, int most)
{
	int32_t value = 0;
	int n = 0;

	for (; n < most && r->at < r->end && *r->at >= '0' && *r->at <= '9'; n++)
		value = value * 10 + (*r->at++ - '0');
	return n < least ? -1 : value;
}

static bool
take(Reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool
is_leap(int32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 2000-01-01 */
static int64_t
day_number(int32_t year, int32_t month, int32_t day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int32_t y = year - 1;

	return INT64_C(365) * y + y / 4 - y / 100 + y / 400 - 730119 + before[month - 1] +
		   (month > 2 && is_leap(year)) + day - 1;
}

static int
month_days(int32_t year, int32_t month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* hours[:minutes[:seconds]], as seconds; false: it is no such thing */
static bool
clock_time(Reader *r, int least_parts, int64_t *seconds)
{
	int32_t part[3] = {0, 0, 0};

	for (int i = 0; i < 3; i++)
	{
		if (i > 0 && !take(r, ':'))
		{
			if (i < least_parts)
				return false;
			break;
		}
		part[i] = number(r, 2, 2);
		if (part[i] < 0 || part[i] > (i == 0 ? 23 : 59))
			return false;
	}
	*seconds = part[0] * INT64_C(3600) + part[1] * 60 + part[2];
	return true;
}

/* Microseconds since 2000-01-01 00:00 UTC; false: the text is no point in time. */
bool
bz_instant_parse(const char *text, size_t length, int64_t *microseconds)
{
	Reader r = {text, text + length};
	int32_t year = number(&r, 4, 6);
	int32_t month, day;
	int64_t seconds, zone = 0;
	int64_t fraction = 0;

	if (year < 1 || year > MAX_YEAR || !take(&r, '-'))
		return false;
	month = number(&r, 2, 2);
	if (month < 1 || month > 12 || !take(&r, '-'))
		return false;
	day = number(&r, 2, 2);
	if (day < 1 || day > month_days(year, month) || (!take(&r, ' ') && !take(&r, 'T')))
		return false;
	if (!clock_time(&r, 3, &seconds))
		return false;
	if (take(&r, '.'))
	{
		const char *start = r.at;

		fraction = number(&r, 1, FRACTION_DIGITS);
		if (fraction < 0)
			return false;
		for (int n = (int) (r.at - start); n < FRACTION_DIGITS; n++)
			fraction *= 10;
	}
	if (!take(&r, 'Z'))
	{
		bool east = take(&r, '+');

		if (!east && !take(&r, '-'))
			return false;
		if (!clock_time(&r, 1, &zone))
			return false;
		if (!east)
			zone = -zone;
	}
	if (r.at != r.end)
		return false;
	*microseconds = (day_number(year, month, day) * DAY_SECONDS + seconds - zone) * 1000000 + fraction;
	return true;
}
