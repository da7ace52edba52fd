/*
 * recover.c
 *		What a leaving takes back from the quota (出一减一).
 *
 * A watch of the feed notes the seats whose end was set, moved or taken away.  At the
 * end of the statement, when the accounts of those seats are held, the lines
 * that take seats back are brought into agreement with the seats as they are
 * then.  So it does not matter how a seat came to its end, nor how often the
 * statement touched it.
 *
 * What is in force is read as it is now, past the snapshot: a line that takes
 * seats back stands in an account which the leaving has changed, too, so one of
 * the two came first, and the other knows.
 */
#include "postgres.h"
#include "compat.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "account.h"
#include "catalogue.h"
#include "chunk.h"
#include "feed.h"
#include "live.h"
#include "names.h"
#include "recover.h"
#include "trigger.h"

/* so many notes are looked through before the statement ends: mostly no unit takes seats back */
#define MANY_NOTES 262144

/* a seat that was written, and a unit in which it stands or stood */
typedef struct Note
{
	int64 seat;
	int64 unit;
	int depth; /* of the statement that wrote it */
	SubTransactionId sub;
} Note;

static void watch_row(TriggerData *trigger, const BzRow *was, const BzRow *is);
static void watch_statement(TriggerData *trigger);

static Note *note; /* in TopTransactionContext */
static int nnotes, capacity;

/* the units that have, or had, lines that take seats back, in order */
static MemoryContext context;
static int64 *unit;
static int nunits;
static bool loaded;
static uint64 loaded_generation;

/* an account, and a seat that it loses */
typedef struct Leaving
{
	int64 unit;
	char *category;
	int64 seat;
	int32 day;
	Datum document;
} Leaving;

/* a line that takes back a seat already */
typedef struct Line
{
	int64 unit;
	char *category;
	int64 seat;
	int64 quota;
	TlRange days;
	int32 amount;
	bool wanted;
} Line;

/* what an account is authorised to have, from each day on; the first is minus infinity */
typedef struct Authorized
{
	TlStep *step; /* "by" is what holds from the day on */
	int n;
	int capacity;
} Authorized;

/* changes of the table "quota": lines to delete, to move, to insert */
typedef struct Changes
{
	ArrayBuildState *gone;
	ArrayBuildState *moved, *moved_from, *moved_to;
	ArrayBuildState *seat, *unit, *category, *from, *to, *document;
	bool any;
} Changes;

static void
recover_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE || event == XACT_EVENT_ABORT)
	{
		/* the memory goes with its context */
		note = NULL;
		nnotes = capacity = 0;
	}
}

/* What a subtransaction that rolls back has noted lies at the end of the list. */
static void
recover_subxact(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (nnotes > 0 && note[nnotes - 1].sub >= sub)
			nnotes--;
}

/* Called once, when the library is loaded. */
void
bz_recover_init(void)
{
	context = AllocSetContextCreate(TopMemoryContext, "bianzhi recovery", ALLOCSET_SMALL_SIZES);
	bz_feed_watch(BZ_OCCUPANCY, watch_row, watch_statement);
	RegisterXactCallback(recover_xact, NULL);
	RegisterSubXactCallback(recover_subxact, NULL);
}

/* Run a statement of ours by what is committed now, or our own, whatever the snapshot of the transaction. */
static void
run(const char *sql, int nargs, Oid *types, Datum *values)
{
	SPIPlanPtr plan = SPI_prepare(sql, nargs, types);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed for \"%s\"", sql);
	if (SPI_execute_snapshot(plan, values, NULL, GetLatestSnapshot(), InvalidSnapshot, false, true, 0) < 0)
		elog(ERROR, "SPI_execute_snapshot failed for \"%s\"", sql);
	SPI_freeplan(plan);
}

/* A column, which is not null, of a row of the last result. */
static Datum
column(int row, int number)
{
	bool isnull;

	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, &isnull);
}

static int
by_value(const void *a, const void *b)
{
	int64 x = *(const int64 *) a;
	int64 y = *(const int64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * Read which units have lines that take seats back, or had and have what those
 * caused.  Only lines of the first kind are announced to other sessions: the
 * second kind comes where a session knows the unit already.
 */
static void
load_units(void)
{
	uint64 now = bz_generation(BZ_QUOTA);

	loaded = false;
	MemoryContextReset(context);
	run("SELECT DISTINCT unit_id FROM bianzhi.quota"
		" WHERE on_exit OPERATOR(pg_catalog.=) 'recover' OR cause IS NOT NULL",
		0, NULL, NULL);
	nunits = (int) SPI_processed;
	unit = MemoryContextAllocHuge(context, (nunits + 1) * sizeof(int64));
	for (int i = 0; i < nunits; i++)
		unit[i] = DatumGetInt64(column(i, 1));
	qsort(unit, nunits, sizeof(int64), by_value);
	SPI_freetuptable(SPI_tuptable);
	loaded_generation = now;
	loaded = true;
}

/* Of the notes from "first" on forget those of units where nothing is taken back. */
static void
forget_unconcerned(int first)
{
	int kept = first;

	AcceptInvalidationMessages();
	if (!loaded || loaded_generation != bz_generation(BZ_QUOTA))
	{
		Oid user;
		int security;

		bz_as_owner(&user, &security);
		SPI_connect();
		load_units();
		SPI_finish();
		SetUserIdAndSecContext(user, security);
	}
	for (int i = first; i < nnotes; i++)
		if (bsearch(&note[i].unit, unit, nunits, sizeof(int64), by_value) != NULL)
			note[kept++] = note[i];
	nnotes = kept;
}

/* The first note of the present statement; notes of outer ones lie before it. */
static int
first_note(void)
{
	int depth = bz_trigger_depth();
	int first = nnotes;

	while (first > 0 && note[first - 1].depth >= depth)
		first--;
	return first;
}

static void
add_note(int64 seat, int64 in_unit)
{
	if (nnotes == capacity)
	{
		capacity = capacity == 0 ? 64 : capacity * 2;
		note = note == NULL ? MemoryContextAllocHuge(TopTransactionContext, capacity * sizeof(Note))
							: repalloc_huge(note, capacity * sizeof(Note));
	}
	note[nnotes].seat = seat;
	note[nnotes].unit = in_unit;
	note[nnotes].depth = bz_trigger_depth();
	note[nnotes++].sub = GetCurrentSubTransactionId();
}

static int64
seat_of(Relation rel, TupleTableSlot *slot)
{
	bool isnull;

	return DatumGetInt64(slot_getattr(slot, get_attnum(RelationGetRelid(rel), "occupancy_id"), &isnull));
}

static void
note_row(Relation rel, TupleTableSlot *slot, int64 in_unit)
{
	int64 seat = seat_of(rel, slot);

	if (nnotes == 0 || note[nnotes - 1].seat != seat || note[nnotes - 1].unit != in_unit ||
		note[nnotes - 1].sub != GetCurrentSubTransactionId() || note[nnotes - 1].depth != bz_trigger_depth())
		add_note(seat, in_unit);
}

/* What an account is authorised to have as it is now. */
static void
read_authorized(Authorized *a, int64 account)
{
	BzLine line = bz_line_now(account);
	TlLevels level = {{0}};

	a->n = 1;
	a->capacity = line.n + 64;
	a->step = palloc(a->capacity * sizeof(TlStep));
	a->step[0].day = TL_BEGIN;
	a->step[0].by = level;
	for (int i = 0; i < line.n; i++)
	{
		tl_add(&level, &line.steps[i].by);
		if (line.steps[i].day != a->step[a->n - 1].day)
			a->step[a->n++].day = line.steps[i].day;
		a->step[a->n - 1].by = level;
	}
}

/* The place of the step of a day, which is made if there is none. */
static int
step_of(Authorized *a, int32 day)
{
	int low = 0;
	int high = a->n;

	/* the first step behind the day */
	while (low < high)
	{
		int middle = (low + high) / 2;

		if (a->step[middle].day <= day)
			low = middle + 1;
		else
			high = middle;
	}
	if (a->step[low - 1].day == day)
		return low - 1;
	if (a->n == a->capacity)
		a->step = repalloc_huge(a->step, (a->capacity *= 2) * sizeof(TlStep));
	memmove(&a->step[low + 1], &a->step[low], (a->n - low) * sizeof(TlStep));
	a->step[low] = a->step[low - 1];
	a->step[low].day = day;
	a->n++;
	return low;
}

/* Give back what a line takes. */
static void
give_back(Authorized *a, const Line *line)
{
	int from = step_of(a, line->days.from);
	int to = line->days.to == TL_END ? a->n : step_of(a, line->days.to);

	for (int i = from; i < to; i++)
		a->step[i].by.v[TL_AUTHORIZED] -= line->amount;
}

static void
add(ArrayBuildState **array, Datum value, bool isnull, Oid type)
{
	*array = accumArrayResult(*array, value, isnull, type, CurrentMemoryContext);
}

static Datum
finished(ArrayBuildState *array, Oid type)
{
	return array == NULL ? PointerGetDatum(construct_empty_array(type))
						 : makeArrayResult(array, CurrentMemoryContext);
}

static void
add_days(ArrayBuildState **from, ArrayBuildState **to, TlRange days)
{
	add(from, DateADTGetDatum(days.from), false, DATEOID);
	add(to, DateADTGetDatum(days.to), days.to == TL_END, DATEOID);
}

/* A seat is to be taken back for these days: by a line that there is, moved if need be, or by a new one. */
static void
want(Changes *changes, const Leaving *leaving, TlRange days, Line *line, int nlines)
{
	int low = 0;
	int high = nlines;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (line[middle].seat < leaving->seat)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < nlines && line[low].seat == leaving->seat; low++)
	{
		if (line[low].wanted)
			continue;
		line[low].wanted = true;
		if (line[low].days.from == days.from && line[low].days.to == days.to && line[low].amount >= -1)
			return;
		changes->any = true;
		add(&changes->moved, Int64GetDatum(line[low].quota), false, INT8OID);
		add_days(&changes->moved_from, &changes->moved_to, days);
		return;
	}
	changes->any = true;
	add(&changes->seat, Int64GetDatum(leaving->seat), false, INT8OID);
	add(&changes->unit, Int64GetDatum(leaving->unit), false, INT8OID);
	add(&changes->category, CStringGetTextDatum(leaving->category), false, TEXTOID);
	add_days(&changes->from, &changes->to, days);
	add(&changes->document, leaving->document, false, TEXTOID);
}

/*
 * Take seats from one account, in the order of their days.  A seat is taken for
 * the days on which something is left to take: what another department has
 * written about the quota never keeps this one from recording a leaving.
 */
static void
take(Changes *changes, const Leaving *leaving, int nleavings, Line *line, int nlines)
{
	const char *category = nleavings > 0 ? leaving->category : line->category;
	int64 in_unit = nleavings > 0 ? leaving->unit : line->unit;
	Authorized a;

	read_authorized(&a, bz_account_number(in_unit, bz_category_id(category, strlen(category))));
	for (int i = 0; i < nlines; i++)
		give_back(&a, &line[i]);
	for (int i = 0; i < nleavings; i++)
	{
		TlRange days = {TL_END, TL_END};

		CHECK_FOR_INTERRUPTS();
		for (int k = step_of(&a, leaving[i].day); k < a.n; k++)
		{
			if (a.step[k].by.v[TL_AUTHORIZED] >= 1)
			{
				a.step[k].by.v[TL_AUTHORIZED]--;
				days.from = Min(days.from, a.step[k].day);
			}
			else if (days.from != TL_END)
			{
				days.to = a.step[k].day;
				want(changes, &leaving[i], days, line, nlines);
				days = (TlRange){TL_END, TL_END};
			}
		}
		if (days.from != TL_END)
			want(changes, &leaving[i], days, line, nlines);
	}
	for (int i = 0; i < nlines; i++)
		if (!line[i].wanted)
		{
			changes->any = true;
			add(&changes->gone, Int64GetDatum(line[i].quota), false, INT8OID);
		}
}

static Leaving *
read_leavings(Datum seats, int *n)
{
	Oid types[] = {INT8ARRAYOID};
	Leaving *leaving;

	run("SELECT unit_id, category, cause, day, document_no FROM bianzhi.seats_left($1)", 1, types, &seats);
	*n = (int) SPI_processed;
	leaving = MemoryContextAllocHuge(CurrentMemoryContext, (*n + 1) * sizeof(Leaving));
	for (int i = 0; i < *n; i++)
	{
		leaving[i].unit = DatumGetInt64(column(i, 1));
		leaving[i].category = TextDatumGetCString(column(i, 2));
		leaving[i].seat = DatumGetInt64(column(i, 3));
		leaving[i].day = DatumGetDateADT(column(i, 4));
		leaving[i].document = column(i, 5);
	}
	return leaving;
}

static Line *
read_lines(Datum seats, int *n)
{
	Oid types[] = {INT8ARRAYOID};
	Line *line;

	run("SELECT unit_id, category, cause, quota_id, amount, during FROM bianzhi.quota"
		" WHERE cause OPERATOR(pg_catalog.=) ANY ($1)"
		" ORDER BY unit_id, category COLLATE \"C\", cause, pg_catalog.lower(during) NULLS FIRST, quota_id",
		1, types, &seats);
	*n = (int) SPI_processed;
	line = MemoryContextAllocHuge(CurrentMemoryContext, (*n + 1) * sizeof(Line));
	for (int i = 0; i < *n; i++)
	{
		line[i].unit = DatumGetInt64(column(i, 1));
		line[i].category = TextDatumGetCString(column(i, 2));
		line[i].seat = DatumGetInt64(column(i, 3));
		line[i].quota = DatumGetInt64(column(i, 4));
		line[i].amount = DatumGetInt32(column(i, 5));
		bz_range_days(column(i, 6), &line[i].days.from, &line[i].days.to);
		line[i].wanted = false;
	}
	return line;
}

static int
compare_accounts(int64 unit_a, const char *category_a, int64 unit_b, const char *category_b)
{
	if (unit_a != unit_b)
		return unit_a < unit_b ? -1 : 1;
	return strcmp(category_a, category_b);
}

/* All of it is one statement, so that nothing is judged by what stands between. */
static void
write_changes(const Changes *c)
{
	Oid types[] = {INT8ARRAYOID, INT8ARRAYOID, DATEARRAYOID, DATEARRAYOID, INT8ARRAYOID,
				   INT8ARRAYOID, TEXTARRAYOID, DATEARRAYOID, DATEARRAYOID, TEXTARRAYOID};
	Datum values[] = {finished(c->gone, INT8OID),		finished(c->moved, INT8OID),
					  finished(c->moved_from, DATEOID), finished(c->moved_to, DATEOID),
					  finished(c->seat, INT8OID),		finished(c->unit, INT8OID),
					  finished(c->category, TEXTOID),	finished(c->from, DATEOID),
					  finished(c->to, DATEOID),			finished(c->document, TEXTOID)};

	run("WITH gone AS ("
		" DELETE FROM bianzhi.quota WHERE quota_id OPERATOR(pg_catalog.=) ANY ($1)"
		"), moved AS ("
		" UPDATE bianzhi.quota AS q"
		" SET during = pg_catalog.daterange(m.since, m.until), amount = GREATEST(q.amount, -1)"
		" FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4))"
		" AS m (quota_id, since, until)"
		" WHERE q.quota_id OPERATOR(pg_catalog.=) m.quota_id"
		") INSERT INTO bianzhi.quota (unit_id, category, amount, kind, during, document_no, cause)"
		" SELECT n.unit_id, n.category, -1, '收回', pg_catalog.daterange(n.since, n.until), n.document_no, n.cause"
		" FROM ROWS FROM (pg_catalog.unnest($5), pg_catalog.unnest($6), pg_catalog.unnest($7),"
		" pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10))"
		" AS n (cause, unit_id, category, since, until, document_no)",
		10, types, values);
}

/* Bring the lines of these seats into agreement with the seats. */
static void
settle(Datum seats)
{
	Changes changes = {0};
	int nleavings, nlines;
	Leaving *leaving = read_leavings(seats, &nleavings);
	Line *line = read_lines(seats, &nlines);
	int i = 0;
	int k = 0;

	while (i < nleavings || k < nlines)
	{
		int order = i == nleavings ? 1
					: k == nlines  ? -1
								   : compare_accounts(leaving[i].unit, leaving[i].category, line[k].unit,
													  line[k].category);
		int first_leaving = i;
		int first_line = k;

		if (order <= 0)
			while (i < nleavings &&
				   compare_accounts(leaving[i].unit, leaving[i].category, leaving[first_leaving].unit,
									leaving[first_leaving].category) == 0)
				i++;
		if (order >= 0)
			while (k < nlines && compare_accounts(line[k].unit, line[k].category, line[first_line].unit,
												  line[first_line].category) == 0)
				k++;
		take(&changes, &leaving[first_leaving], i - first_leaving, &line[first_line], k - first_line);
	}
	if (changes.any)
		write_changes(&changes);
}

/* A row of "occupancy" was written: note a seat that has or had an end, if that may be another leaving now. */
static void
watch_row(TriggerData *trigger, const BzRow *was, const BzRow *is)
{
	bool left = was != NULL && was->places && was->counts && was->to != TL_END;
	bool leaves = is != NULL && is->places && is->counts && is->to != TL_END;

	if (!left && !leaves)
		return;
	if (left && leaves && was->unit == is->unit && was->category == is->category && was->to == is->to &&
		seat_of(trigger->tg_relation, trigger->tg_trigslot) ==
			seat_of(trigger->tg_relation, trigger->tg_newslot))
		return;
	if (was != NULL)
		note_row(trigger->tg_relation, trigger->tg_trigslot, was->unit);
	if (is != NULL)
		note_row(trigger->tg_relation, was == NULL ? trigger->tg_trigslot : trigger->tg_newslot, is->unit);
	if (nnotes > 0 && nnotes % MANY_NOTES == 0)
		forget_unconcerned(first_note());
}

/* A statement has ended, and holds its accounts: see to the seats that were noted, or, after TRUNCATE, to all. */
static void
watch_statement(TriggerData *trigger)
{
	bool truncated = TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event);
	Oid user;
	int security;
	int first;

	if (truncated ? bz_state() != BZ_IS_LIVE : nnotes == 0)
		return;
	first = first_note();
	forget_unconcerned(first);
	if (truncated ? nunits == 0 : nnotes == first)
		return;

	bz_as_owner(&user, &security);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (truncated)
		run("DELETE FROM bianzhi.quota WHERE cause IS NOT NULL", 0, NULL, NULL);
	else
	{
		ArrayBuildState *seats = NULL;

		for (int i = first; i < nnotes; i++)
			add(&seats, Int64GetDatum(note[i].seat), false, INT8OID);
		nnotes = first;
		settle(finished(seats, INT8OID));
	}
	SPI_finish();
	SetUserIdAndSecContext(user, security);
}
