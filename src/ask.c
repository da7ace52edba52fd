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
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "account.h"
#include "ask.h"
#include "catalogue.h"
#include "chunk.h"
#include "chunk_cas.h"
#include "errors.h"
#include "finder.h"
#include "live.h"
#include "names.h"

PG_FUNCTION_INFO_V1(lock_accounts);
PG_FUNCTION_INFO_V1(levels_now);
PG_FUNCTION_INFO_V1(would_exceed);
PG_FUNCTION_INFO_V1(would_exceed_batch);
PG_FUNCTION_INFO_V1(earliest_vacancy);

/* The number of a category that there is. */
int
bz_category_argument(text *code)
{
	int id = bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));

	if (bz_category(id) == NULL)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("category \"%s\" does not exist", bz_category_code(id)),
				bz_errconstraint_on(bz_relid(BZ_CATEGORY), "establishment_account"));
	return id;
}

/* Units that accounts are asked of exist, as for who writes. */
void
bz_check_unit(int64 unit)
{
	BzFinder f;
	ScanKeyData key;
	bool found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(unit));
	bz_finder_open(&f, bz_relid(BZ_UNIT), bz_relid(BZ_UNIT_PKEY), 1, AccessShareLock);
	found = bz_find(&f, &key);
	bz_finder_close(&f);
	if (!found)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("unit %lld does not exist", (long long) unit),
				bz_errconstraint_on(bz_relid(BZ_UNIT), "establishment_account"));
}

/* The timeline of an account as it is now; one that does not exist is empty. */
static BzLine
line_of(int64 unit, int category)
{
	int64 account = bz_account(unit, category)->account_id;

	if (account == 0)
		bz_check_unit(unit);
	return bz_line_now(account);
}

/* The elements of an argument that is an array; neither it nor they may be null. */
static int
elements(FunctionCallInfo fcinfo, int argument, Oid type, Datum **values)
{
	int16 length;
	bool by_value;
	char align;
	bool *nulls;
	int n;

	if (PG_ARGISNULL(argument))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				errmsg("arrays of arguments must not be null"));
	get_typlenbyvalalign(type, &length, &by_value, &align);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), type, length, by_value, align, values, &nulls, &n);
	for (int i = 0; i < n; i++)
		if (nulls[i])
			ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					errmsg("elements of arrays of arguments must not be null"));
	return n;
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
	int nunits;
	int64 *ids = palloc(sizeof(int64));
	int n = 0;
	BzAccount **missing = NULL;
	int nmissing = 0;

	PreventCommandIfReadOnly("lock_accounts()");
	nunits = elements(fcinfo, 0, INT8OID, &units);
	LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
	bz_account_begin();
	if (!PG_ARGISNULL(1))
	{
		int category = bz_category_argument(PG_GETARG_TEXT_PP(1));
		int depth = 0;
		BzAccount **path;

		for (int c = category; c >= 0; c = bz_category(c)->parent)
			depth++;
		path = palloc((nunits * depth + 1) * sizeof(BzAccount *));
		missing = palloc((nunits * depth + 1) * sizeof(BzAccount *));
		ids = palloc((nunits * depth + 1) * sizeof(int64));
		for (int i = 0; i < nunits; i++)
			for (int c = category; c >= 0; c = bz_category(c)->parent)
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
			int nsome = bz_unit_accounts(DatumGetInt64(units[i]), &some);

			if (nsome == 0)
				bz_check_unit(DatumGetInt64(units[i]));
			ids = repalloc(ids, (n + nsome + 1) * sizeof(int64));
			for (int k = 0; k < nsome; k++)
				ids[n++] = some[k];
		}

	bz_take_accounts(ids, n);
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
	line = line_of(PG_GETARG_INT64(0), bz_category_argument(PG_GETARG_TEXT_PP(1)));
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

/* An account that is asked about, with what the rows before would have written into it */
typedef struct Asked
{
	BzAccountKey key;
	BzLine line;
	int capacity;
} Asked;

/* A category and those above it, each with the account of one unit */
typedef struct Path
{
	int category[64];
	Asked *asked[64];
	int n;
} Path;

/* Accounts are read once, however many rows ask about them. */
static HTAB *
begin_asking(void)
{
	HASHCTL ctl = {.keysize = sizeof(BzAccountKey), .entrysize = sizeof(Asked), .hcxt = CurrentMemoryContext};

	LockRelationOid(bz_relid(BZ_CHUNK), AccessShareLock);
	bz_account_begin();
	return hash_create("bianzhi accounts asked", 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
read_path(HTAB *accounts, int64 unit, int category, Path *path)
{
	path->n = 0;
	for (int up = category; up >= 0 && path->n < (int) lengthof(path->category); up = bz_category(up)->parent)
	{
		BzAccountKey key = {.unit = unit, .category = up};
		bool found;
		Asked *asked = hash_search(accounts, &key, HASH_ENTER, &found);

		if (!found)
		{
			asked->line = line_of(unit, up);
			asked->capacity = asked->line.n;
		}
		path->category[path->n] = up;
		path->asked[path->n++] = asked;
	}
}

/*
 * Would this many more seats fit into the first account of a path, and all above
 * it, on every day of a range?  Days before today or before a category is
 * enforced are not refused.
 */
static Room
find_room(const Path *path, TlRange days, int32 seats, bool need_line)
{
	Room room = {FITS, TL_END, days.from};
	TlCursor c[64];
	int32 enforced_since = bz_category(path->category[0])->enforced_since;
	int32 since = Max(bz_today(), enforced_since);
	int32 day = days.from;

	for (int i = 0; i < path->n; i++)
		tl_start(&c[i], path->asked[i]->line.steps, path->asked[i]->line.n);
	while (day < days.to)
	{
		int32 next;
		Answer answer;

		tl_advance(c, path->n, day);
		next = Min(tl_next_day(c, path->n), days.to);
		answer = answer_on(c, path->category, path->n, seats, need_line);
		if (answer > RECORDED && next <= since)
			answer = RECORDED;
		if (answer > RECORDED)
		{
			if (room.first == TL_END)
			{
				room.answer = answer;
				room.first = Max(day, enforced_since);
			}
			room.fits_from = next < days.to ? next : TL_END;
		}
		else if (answer == RECORDED && room.answer == FITS)
			room.answer = RECORDED;
		day = next;
	}
	return room;
}

/* From a day on an account carries more, or less. */
static void
add_step(Asked *asked, int32 day, int32 seats)
{
	BzLine *line = &asked->line;
	int low = 0;
	int high = line->n;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (line->steps[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == line->n || line->steps[low].day != day)
	{
		if (line->n == asked->capacity)
		{
			asked->capacity = Max(16, asked->capacity * 2);
			line->steps = line->steps == NULL ? palloc(asked->capacity * sizeof(TlStep))
											  : repalloc_huge(line->steps, asked->capacity * sizeof(TlStep));
		}
		memmove(&line->steps[low + 1], &line->steps[low], (line->n - low) * sizeof(TlStep));
		memset(&line->steps[low], 0, sizeof(TlStep));
		line->steps[low].day = day;
		line->n++;
	}
	line->steps[low].by.v[TL_FILLED] += seats;
}

/* A row that commits counts for the rows after it. */
static void
seat_in(const Path *path, TlRange days, int32 seats)
{
	for (int i = 0; i < path->n; i++)
	{
		add_step(path->asked[i], days.from, seats);
		if (days.to != TL_END)
			add_step(path->asked[i], days.to, -seats);
	}
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

static TlRange
days_argument(Datum range)
{
	TlRange days;

	bz_range_days(range, &days.from, &days.to);
	if (days.from >= days.to)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("range of days must not be empty"));
	return days;
}

static void
room_columns(const Room *room, Datum *values, bool *nulls)
{
	values[0] = CStringGetTextDatum(answer_word[room->answer]);
	values[1] = day_or_null(room->first, &nulls[1]);
	values[2] = day_or_null(room->fits_from, &nulls[2]);
}

/* would_exceed(unit_id bigint, category text, during daterange, seats int) */
Datum
would_exceed(PG_FUNCTION_ARGS)
{
	TupleDesc desc;
	TlRange days = days_argument(PG_GETARG_DATUM(2));
	Path path;
	Room room;
	Datum values[3];
	bool nulls[3] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	read_path(begin_asking(), PG_GETARG_INT64(0), bz_category_argument(PG_GETARG_TEXT_PP(1)), &path);
	room = find_room(&path, days, seats_argument(PG_GETARG_INT32(3)), false);
	room_columns(&room, values, nulls);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * would_exceed(unit_ids bigint[], categories text[], durings daterange[], seats
 * int[]): rows in the order in which they would be written, each after those
 * before it that commit.
 */
Datum
would_exceed_batch(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum *unit, *category, *during, *seats;
	int n = elements(fcinfo, 0, INT8OID, &unit);
	int ncategories = elements(fcinfo, 1, TEXTOID, &category);
	int nduring = elements(fcinfo, 2, DATERANGEOID, &during);
	int nseats = elements(fcinfo, 3, INT4OID, &seats);
	HTAB *accounts;

	if (ncategories != n || nduring != n || nseats != n)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("arrays of arguments must be of one length"));
	InitMaterializedSRF(fcinfo, 0);
	accounts = begin_asking();
	for (int i = 0; i < n; i++)
	{
		TlRange days = days_argument(during[i]);
		int32 asked = seats_argument(DatumGetInt32(seats[i]));
		Path path;
		Room room;
		Datum values[4];
		bool nulls[4] = {false};

		CHECK_FOR_INTERRUPTS();
		read_path(accounts, DatumGetInt64(unit[i]), bz_category_argument(DatumGetTextPP(category[i])), &path);
		room = find_room(&path, days, asked, false);
		if (room.answer <= RECORDED)
			seat_in(&path, days, asked);
		values[0] = Int32GetDatum(i + 1);
		room_columns(&room, &values[1], &nulls[1]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* earliest_vacancy(unit_id bigint, category text, seats int) returns date */
Datum
earliest_vacancy(PG_FUNCTION_ARGS)
{
	TlRange days = {bz_today(), TL_END};
	Path path;
	Room room;

	read_path(begin_asking(), PG_GETARG_INT64(0), bz_category_argument(PG_GETARG_TEXT_PP(1)), &path);
	room = find_room(&path, days, seats_argument(PG_GETARG_INT32(2)), true);
	if (room.fits_from == TL_END)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(room.fits_from);
}
