/*
 * ask.c
 *		Questions that writers ask: is there room, from when, and may I have these
 *		accounts to myself.
 */
#include "postgres.h"
#include "compat.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"

#include "account.h"
#include "catalogue.h"
#include "chunk.h"
#include "chunk_cas.h"
#include "errors.h"
#include "live.h"
#include "names.h"

PG_FUNCTION_INFO_V1(lock_accounts);
PG_FUNCTION_INFO_V1(levels_now);
PG_FUNCTION_INFO_V1(would_exceed);
PG_FUNCTION_INFO_V1(earliest_vacancy);

static int
category_argument(text *code)
{
	int id = bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));

	if (bz_category(id) == NULL)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("category \"%s\" does not exist", bz_category_code(id)),
				bz_errconstraint_on(bz_relid(BZ_CATEGORY), "establishment_account"));
	return id;
}

static int
by_number(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * lock_accounts(unit_ids bigint[], category text): take accounts for the rest of
 * the transaction, in the order in which statements take them.  With a category
 * its account and those above are taken, and made where they are missing;
 * without, every account that the units have.
 */
Datum
lock_accounts(PG_FUNCTION_ARGS)
{
	Datum *units;
	bool *nulls;
	int nunits;
	int64 *ids = palloc(sizeof(int64));
	int n = 0;
	BzAccount **missing = NULL;
	int nmissing = 0;
	BzWriter writer;

	if (PG_ARGISNULL(0))
		PG_RETURN_VOID();
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &units, &nulls, &nunits);
	LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
	bz_account_begin();
	if (!PG_ARGISNULL(1))
	{
		int category = category_argument(PG_GETARG_TEXT_PP(1));
		int depth = 0;
		BzAccount **path;

		for (int c = category; c >= 0; c = bz_category(c)->parent)
			depth++;
		path = palloc((nunits * depth + 1) * sizeof(BzAccount *));
		missing = palloc((nunits * depth + 1) * sizeof(BzAccount *));
		ids = palloc((nunits * depth + 1) * sizeof(int64));
		for (int i = 0; i < nunits; i++)
			for (int c = category; c >= 0 && !nulls[i]; c = bz_category(c)->parent)
			{
				BzAccount *account = bz_account(DatumGetInt64(units[i]), c);

				path[n++] = account;
				if (account->account_id == 0)
					missing[nmissing++] = account;
			}
		bz_account_create(missing, nmissing, InvalidOid);
		for (int i = 0; i < n; i++)
			ids[i] = path[i]->account_id;
	}
	else
		for (int i = 0; i < nunits; i++)
		{
			int64 *some;
			int nsome = nulls[i] ? 0 : bz_unit_accounts(DatumGetInt64(units[i]), &some);

			ids = repalloc(ids, (n + nsome + 1) * sizeof(int64));
			for (int k = 0; k < nsome; k++)
				ids[n++] = some[k];
		}

	qsort(ids, n, sizeof(int64), by_number);
	bz_writer_open(&writer);
	for (int i = 0; i < n; i++)
		if (i == 0 || ids[i] != ids[i - 1])
			bz_touch(&writer, ids[i]);
	bz_writer_close(&writer);
	CommandCounterIncrement();
	PG_RETURN_VOID();
}

/* levels_now(unit_id bigint, category text, on_day date): the five levels, whatever the caller's snapshot. */
Datum
levels_now(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	Datum values[TL_NLEVELS];
	bool nulls[TL_NLEVELS] = {false};
	TlCursor cursor;
	BzLine line;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	LockRelationOid(bz_relid(BZ_CHUNK), AccessShareLock);
	bz_account_begin();
	line = bz_line_now(bz_account(PG_GETARG_INT64(0), category_argument(PG_GETARG_TEXT_PP(1)))->account_id);
	tl_start(&cursor, line.steps, line.n);
	tl_advance(&cursor, 1, PG_GETARG_DATEADT(2));
	for (int l = 0; l < TL_NLEVELS; l++)
		values[l] = Int32GetDatum(cursor.now.v[l]);
	nulls[TL_AUTHORIZED] = cursor.now.v[TL_LINES] <= 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

typedef enum Answer
{
	FITS,
	RECORDED,
	NOT_CONFIGURED,
	CLOSED,
	EXCEEDS
} Answer;

static const char *const answer_word[] = {"fits", "recorded", "not_configured", "closed", "exceeds"};

/* What would become of a row of these seats on a day whose levels these are. */
static Answer
answer_on(const TlCursor *c, const int *category, int n, int32 seats, bool need_line)
{
	Answer answer = FITS;
	bool bare = true;
	const BzCategory *own = bz_category(category[0]);

	for (int i = 0; i < n; i++)
	{
		const BzCategory *rules = bz_category(category[i]);
		const TlLevels *now = &c[i].now;
		Answer here = FITS;

		if (now->v[TL_LINES] <= 0)
			continue;
		bare = false;
		if (tl_load(now) + seats > now->v[TL_AUTHORIZED])
			here = EXCEEDS;
		else if (now->v[TL_CLOSED] > 0)
			here = CLOSED;
		if (here == FITS || rules->enforcement == BZ_ALLOW)
			continue;
		answer = Max(answer, rules->enforcement == BZ_RECORD ? RECORDED : here);
	}
	if (bare && need_line)
		return NOT_CONFIGURED;
	if (bare && own->enforcement != BZ_ALLOW && own->without_quota != BZ_ALLOW)
		return own->without_quota == BZ_REFUSE && own->enforcement == BZ_REFUSE ? NOT_CONFIGURED : RECORDED;
	return answer;
}

typedef struct Room
{
	Answer answer;	 /* the first refusal, else whether anything is recorded */
	int32 first;	 /* first day that does not fit; TL_END: none */
	int32 fits_from; /* first day from which all days fit; TL_END: none */
} Room;

/*
 * Would this many more seats fit into a unit's category, and all above it, on
 * every day of a range?  Days before today or before a category is enforced are
 * not refused.
 */
static Room
find_room(int64 unit, int category, TlRange days, int32 seats, bool need_line)
{
	Room room = {FITS, TL_END, days.from};
	int path[64];
	TlCursor c[64];
	int n = 0;
	int32 since = bz_today();
	int32 day = days.from;

	LockRelationOid(bz_relid(BZ_CHUNK), AccessShareLock);
	bz_account_begin();
	since = Max(since, bz_category(category)->enforced_since);
	for (int up = category; up >= 0 && n < (int) lengthof(path); up = bz_category(up)->parent)
	{
		BzLine line = bz_line_now(bz_account(unit, up)->account_id);

		tl_start(&c[n], line.steps, line.n);
		path[n++] = up;
	}
	while (day < days.to)
	{
		int32 next;
		Answer answer;

		tl_advance(c, n, day);
		next = Min(tl_next_day(c, n), days.to);
		answer = answer_on(c, path, n, seats, need_line);
		if (answer > RECORDED && next <= since)
			answer = RECORDED;
		if (answer > RECORDED)
		{
			if (room.first == TL_END)
			{
				room.answer = answer;
				room.first = Max(day, bz_category(category)->enforced_since);
			}
			room.fits_from = next < days.to ? next : TL_END;
		}
		else if (answer == RECORDED && room.answer == FITS)
			room.answer = RECORDED;
		day = next;
	}
	return room;
}

static int32
seats_argument(int32 seats)
{
	if (seats < 1)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("number of seats must be positive"));
	return seats;
}

static Datum
day_or_null(int32 day, bool *isnull)
{
	*isnull = day == TL_END;
	return DateADTGetDatum(day);
}

/* would_exceed(unit_id bigint, category text, during daterange, seats int) */
Datum
would_exceed(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	TlRange days;
	Room room;
	Datum values[3];
	bool nulls[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	bz_range_days(PG_GETARG_DATUM(2), &days.from, &days.to);
	if (days.from >= days.to)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("range of days must not be empty"));
	room = find_room(PG_GETARG_INT64(0), category_argument(PG_GETARG_TEXT_PP(1)), days,
					 seats_argument(PG_GETARG_INT32(3)), false);
	values[0] = CStringGetTextDatum(answer_word[room.answer]);
	values[1] = day_or_null(room.first, &nulls[1]);
	values[2] = day_or_null(room.fits_from, &nulls[2]);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/* earliest_vacancy(unit_id bigint, category text, seats int) returns date */
Datum
earliest_vacancy(PG_FUNCTION_ARGS)
{
	TlRange days = {bz_today(), TL_END};
	Room room = find_room(PG_GETARG_INT64(0), category_argument(PG_GETARG_TEXT_PP(1)), days,
						  seats_argument(PG_GETARG_INT32(2)), true);

	if (room.fits_from == TL_END)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(room.fits_from);
}
