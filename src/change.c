/*
 * change.c
 *		What changed between two days: who came and who went, account by account.
 *
 * What an account is authorised and carries on the two days stands in its
 * timeline.  Why that differs is in the rows that cover one of the days and not
 * the other: all the rest are passed over.  A seat that somebody gave up and one
 * that the same person took, of one measure, are a move; what is left over
 * departed or entered.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "account.h"
#include "arrays.h"
#include "catalogue.h"
#include "holders.h"
#include "month.h"
#include "vacancy.h"

PG_FUNCTION_INFO_V1(change_accounts);
PG_FUNCTION_INFO_V1(change_detail);

/* A row that covers one of the days: a seat, a post, a body, a line of quota */
typedef struct Seat
{
	int64 person; /* 0: none is named */
	int64 unit;
	int64 section;
	int64 seats; /* of what does not count none */
	int64 left;	 /* of these, not found to be a move yet */
	int32 category;
	int32 root;
	int32 from;
	int32 to;
	char measure;
	bool came; /* covers the last day; otherwise the first */
	Oid relid;
	ItemPointerData tid;
	int64 row_id;	/* of one of the extension's own rows, 0: none */
	char *document; /* NULL: none */
} Seat;

typedef struct Seats
{
	Seat **seat;
	int n;
	int capacity;
} Seats;

typedef struct Period
{
	int32 first;
	int32 last;
	Seats *into;   /* where rows go that are read */
	Seats filled;  /* seats, posts, bodies */
	Seats allowed; /* lines of quota */
} Period;

/* ---- reading ---- */

static Period
period_argument(FunctionCallInfo fcinfo)
{
	Period p = {.first = PG_GETARG_DATEADT(0), .last = PG_GETARG_DATEADT(1)};

	bz_check_finite(p.first);
	bz_check_finite(p.last);
	if (p.first > p.last)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the first day must not be after the last"));
	return p;
}

static bool
covers(TlRange days, int32 day)
{
	return days.from <= day && day < days.to;
}

/* Does a row cover one of the days, and not the other? */
static bool
makes_a_difference(TlRange days, const void *arg)
{
	const Period *p = arg;

	return covers(days, p->first) != covers(days, p->last);
}

static int
root_of(int category)
{
	while (bz_category(category)->parent >= 0)
		category = bz_category(category)->parent;
	return category;
}

/* What one of the extension's own rows says beside what it counts: its number, and its document. */
static void
read_own(Seat *seat, TupleTableSlot *slot)
{
	TupleDesc desc = slot->tts_tupleDescriptor;
	AttrNumber document = get_attnum(slot->tts_tableOid, "document_no");
	bool isnull;
	Datum value;

	if (TupleDescAttr(desc, 0)->atttypid == INT8OID)
	{
		value = slot_getattr(slot, 1, &isnull);
		seat->row_id = isnull ? 0 : DatumGetInt64(value);
	}
	if (document == InvalidAttrNumber || TupleDescAttr(desc, document - 1)->atttypid != TEXTOID)
		return;
	value = slot_getattr(slot, document, &isnull);
	if (!isnull)
		seat->document = TextDatumGetCString(value);
}

static void
take_row(const BzRow *row, const BzSource *source, TupleTableSlot *slot, void *arg)
{
	Period *p = arg;
	Seats *into = p->into;
	Seat *seat;

	if (into->n == into->capacity)
	{
		into->capacity = Max(1024, into->capacity * 2);
		into->seat = into->seat == NULL ? palloc_extended(into->capacity * sizeof(Seat *), MCXT_ALLOC_HUGE)
										: repalloc_huge(into->seat, into->capacity * sizeof(Seat *));
	}
	seat = palloc0(sizeof(Seat));
	seat->person = Max(row->person, 0);
	seat->unit = row->unit;
	seat->section = row->section;
	seat->seats = seat->left = row->seats;
	seat->category = row->category;
	seat->root = root_of(row->category);
	seat->from = row->from;
	seat->to = row->to;
	seat->measure = bz_category(row->category)->measure;
	seat->came = covers((TlRange){row->from, row->to}, p->last);
	seat->relid = slot->tts_tableOid;
	seat->tid = slot->tts_tid;
	if (source->system == NULL)
		read_own(seat, slot);
	into->seat[into->n++] = seat;
}

static void
read_period(Period *p)
{
	BzReading reading = {TL_FILLED, false, makes_a_difference, take_row, p};

	p->into = &p->filled;
	bz_each_row(&reading);
	reading.level = TL_AUTHORIZED;
	p->into = &p->allowed;
	bz_each_row(&reading);
}

/* ---- who moved ---- */

/* what two seats have in common, from all of their place to nothing but the measure */
#define SAME_UNIT 1
#define SAME_SECTION 2
#define SAME_CATEGORY 4
#define SAME_ROOT 8
#define NPASSES 5
static const int pass_of[NPASSES] = {SAME_UNIT | SAME_SECTION | SAME_CATEGORY, SAME_UNIT | SAME_CATEGORY,
									 SAME_UNIT | SAME_ROOT, SAME_CATEGORY, 0};

static int
compare(int64 a, int64 b)
{
	return (a > b) - (a < b);
}

static int
by_place(const Seat *a, const Seat *b, int same)
{
	int order = 0;

	if (same & SAME_UNIT)
		order = compare(a->unit, b->unit);
	if (order == 0 && (same & SAME_SECTION))
		order = compare(a->section, b->section);
	if (order == 0 && (same & SAME_CATEGORY))
		order = compare(a->category, b->category);
	if (order == 0 && (same & SAME_ROOT))
		order = compare(a->root, b->root);
	return order;
}

/* The order of seats within a pass; where it does not decide, one that does not depend on how they were read. */
static int
in_pass(const void *a, const void *b, void *same)
{
	const Seat *x = *(const Seat *const *) a;
	const Seat *y = *(const Seat *const *) b;
	int order = by_place(x, y, *(const int *) same);

	if (order == 0)
		order = by_place(x, y, SAME_UNIT | SAME_SECTION);
	if (order == 0)
		order = strcmp(bz_category_code(x->category), bz_category_code(y->category));
	if (order == 0)
		order = compare(x->from, y->from);
	return order != 0 ? order : compare(x->row_id, y->row_id);
}

/* Who is one: a person in a measure; of those that name nobody, a place. */
static int
by_holder(const Seat *a, const Seat *b)
{
	int order = compare(a->person, b->person);

	if (order == 0)
		order = compare(a->measure, b->measure);
	if (order == 0 && a->person == 0)
		order = by_place(a, b, pass_of[0]);
	return order;
}

static int
by_holder_and_day(const void *a, const void *b)
{
	const Seat *x = *(const Seat *const *) a;
	const Seat *y = *(const Seat *const *) b;
	int order = by_holder(x, y);

	return order != 0 ? order : compare(x->came, y->came);
}

/* Somebody gave up seats (NULL: held none) and took others (NULL: has none) */
typedef void (*Found)(const Seat *gone, const Seat *came, int64 seats, void *arg);

/* Match what a holder gave up with what the same holder took: first what is the same seat, then what is nearest. */
static void
match(Seat **gone, int ngone, Seat **came, int ncame, Found found, void *arg)
{
	bool named = (ngone > 0 ? gone[0] : came[0])->person != 0;

	for (int pass = 0; pass < (named ? NPASSES : 1) && ngone > 0 && ncame > 0; pass++)
	{
		int same = pass_of[pass];
		int i = 0;
		int j = 0;

		qsort_arg(gone, ngone, sizeof(Seat *), in_pass, &same);
		qsort_arg(came, ncame, sizeof(Seat *), in_pass, &same);
		while (i < ngone && j < ncame)
		{
			int order = by_place(gone[i], came[j], same);
			int64 seats = Min(gone[i]->left, came[j]->left);

			if (order == 0 && seats > 0)
			{
				gone[i]->left -= seats;
				came[j]->left -= seats;
				/* a seat that goes on under another row counts where it did */
				found(gone[i], came[j], seats, arg);
			}
			if (order < 0 || (order == 0 && gone[i]->left == 0))
				i++;
			else
				j++;
		}
	}
	for (int i = 0; i < ngone; i++)
		if (gone[i]->left > 0)
			found(gone[i], NULL, gone[i]->left, arg);
	for (int j = 0; j < ncame; j++)
		if (came[j]->left > 0)
			found(NULL, came[j], came[j]->left, arg);
}

/* Hand to "found" what everybody did. */
static void
each_change(Period *p, Found found, void *arg)
{
	Seat **seat = p->filled.seat;
	int n = p->filled.n;

	qsort(seat, n, sizeof(Seat *), by_holder_and_day);
	for (int start = 0, end; start < n; start = end)
	{
		int middle;

		CHECK_FOR_INTERRUPTS();
		for (end = start; end < n && by_holder(seat[end], seat[start]) == 0; end++)
			;
		for (middle = start; middle < end && !seat[middle]->came; middle++)
			;
		match(&seat[start], middle - start, &seat[middle], end - middle, found, arg);
	}
}

/* ---- accounts ---- */

/* Does a seat count in an account? */
static bool
counts_in(const Seat *seat, int64 unit, int category)
{
	if (unit != seat->unit && unit != seat->section)
		return false;
	for (int c = seat->category; c >= 0; c = bz_category(c)->parent)
		if (c == category)
			return true;
	return false;
}

typedef struct Document
{
	struct Document *next;
	const char *number;
} Document;

typedef enum Flow
{
	MOVED_IN,
	MOVED_OUT,
	ENTERED,
	DEPARTED,
	NFLOWS
} Flow;

typedef struct Change
{
	BzAccountKey key;
	int64 flow[NFLOWS];
	Document *document;
	int ndocuments;
} Change;

static Change *
change_of(HTAB *changes, int64 unit, int category, HASHACTION action)
{
	BzAccountKey key = {.unit = unit, .category = category};
	bool is_there;
	Change *change = hash_search(changes, &key, action, &is_there);

	if (change != NULL && !is_there)
		memset((char *) change + sizeof(key), 0, sizeof(Change) - sizeof(key));
	return change;
}

static void
add_document(Change *change, const Seat *seat)
{
	Document *document;

	if (seat->document == NULL)
		return;
	document = palloc(sizeof(Document));
	document->number = seat->document;
	document->next = change->document;
	change->document = document;
	change->ndocuments++;
}

/* Add to the accounts in which a seat counts and the other one (NULL: none) does not. */
static void
add_flow(HTAB *changes, const Seat *seat, const Seat *other, Flow flow, int64 seats)
{
	int64 unit[] = {seat->unit, seat->section};

	for (int category = seat->category; category >= 0; category = bz_category(category)->parent)
		for (int i = 0; i < lengthof(unit); i++)
		{
			Change *change;

			if (unit[i] == 0 || (other != NULL && counts_in(other, unit[i], category)))
				continue;
			change = change_of(changes, unit[i], category, HASH_ENTER);
			change->flow[flow] += seats;
			add_document(change, seat);
		}
}

static void
add_change(const Seat *gone, const Seat *came, int64 seats, void *arg)
{
	if (came != NULL)
		add_flow(arg, came, gone, gone == NULL ? ENTERED : MOVED_IN, seats);
	if (gone != NULL)
		add_flow(arg, gone, came, came == NULL ? DEPARTED : MOVED_OUT, seats);
}

static HTAB *
changes_of(Period *p)
{
	HASHCTL ctl = {
		.keysize = sizeof(BzAccountKey), .entrysize = sizeof(Change), .hcxt = CurrentMemoryContext};
	HTAB *changes = hash_create("bianzhi changes", 1024, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);

	each_change(p, add_change, changes);
	for (int i = 0; i < p->allowed.n; i++)
	{
		const Seat *line = p->allowed.seat[i];

		add_document(change_of(changes, line->unit, line->category, HASH_ENTER), line);
	}
	return changes;
}

static int
by_number(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The documents of an account, each once, in order, as an array. */
static Datum
documents_of(const Change *change)
{
	const char **number;
	Datum *element;
	int n = 0;
	int kept = 0;

	if (change == NULL || change->ndocuments == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	number = palloc(change->ndocuments * sizeof(char *));
	for (const Document *d = change->document; d != NULL; d = d->next)
		number[n++] = d->number;
	qsort(number, n, sizeof(char *), by_number);
	element = palloc(n * sizeof(Datum));
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(number[i], number[i - 1]) != 0)
			element[kept++] = CStringGetTextDatum(number[i]);
	return PointerGetDatum(construct_array(element, kept, TEXTOID, -1, false, TYPALIGN_INT));
}

typedef struct Accounts
{
	ReturnSetInfo *result;
	HTAB *changes;
} Accounts;

static void
put_account(const BzSeries *series, void *arg)
{
	const Accounts *accounts = arg;
	const TlLevels *was = &series->level[0];
	const TlLevels *is = &series->level[1];
	text *code = DatumGetTextPP(series->category);
	const Change *change = change_of(accounts->changes, series->unit,
									 bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)), HASH_FIND);
	static const Change none;
	Datum values[13];
	bool nulls[lengthof(values)] = {false};
	bool differs = (was->v[TL_LINES] > 0) != (is->v[TL_LINES] > 0);
	int n = 0;

	for (int i = 0; i < NFLOWS; i++)
		differs |= change != NULL && change->flow[i] != 0;
	if (!differs && was->v[TL_AUTHORIZED] == is->v[TL_AUTHORIZED] && was->v[TL_FILLED] == is->v[TL_FILLED] &&
		was->v[TL_RESERVED] == is->v[TL_RESERVED])
		return;
	values[n++] = Int64GetDatum(series->unit);
	values[n++] = series->category;
	nulls[n] = was->v[TL_LINES] <= 0;
	values[n++] = Int32GetDatum((int32) was->v[TL_AUTHORIZED]);
	nulls[n] = is->v[TL_LINES] <= 0;
	values[n++] = Int32GetDatum((int32) is->v[TL_AUTHORIZED]);
	values[n++] = Int32GetDatum((int32) was->v[TL_FILLED]);
	values[n++] = Int32GetDatum((int32) is->v[TL_FILLED]);
	for (int i = 0; i < NFLOWS; i++)
		values[n++] = Int32GetDatum(bz_seats((change == NULL ? &none : change)->flow[i]));
	values[n++] = documents_of(change);
	values[n++] = Int32GetDatum((int32) was->v[TL_RESERVED]);
	values[n++] = Int32GetDatum((int32) is->v[TL_RESERVED]);
	tuplestore_putvalues(accounts->result->setResult, accounts->result->setDesc, values, nulls);
}

/* change_accounts(from_day date, to_day date): a row for each account in which something differs. */
Datum
change_accounts(PG_FUNCTION_ARGS)
{
	Accounts accounts = {.result = (ReturnSetInfo *) fcinfo->resultinfo};
	Period p = period_argument(fcinfo);
	int32 day[] = {p.first, p.last};
	BzSeries series = {.day = day, .ndays = lengthof(day)};

	InitMaterializedSRF(fcinfo, 0);
	read_period(&p);
	accounts.changes = changes_of(&p);
	bz_each_account(&series, put_account, &accounts);
	return (Datum) 0;
}

/* ---- the rows behind an account ---- */

typedef struct Rows
{
	ReturnSetInfo *result;
	TypeCacheEntry *range;
	int64 unit;
	int category;
} Rows;

static void
put_place(const Seat *seat, Datum *values, bool *nulls)
{
	nulls[0] = nulls[2] = seat == NULL;
	nulls[1] = seat == NULL || seat->section == 0;
	if (seat == NULL)
		return;
	values[0] = Int64GetDatum(seat->unit);
	values[1] = Int64GetDatum(seat->section);
	values[2] = CStringGetTextDatum(bz_category_code(seat->category));
}

/* A row of a table, what it is in the account, and where its holder was and is. */
static void
put_row(const Rows *rows, const char *what, const Seat *seat, int64 seats, const Seat *gone, const Seat *came)
{
	Datum values[14];
	bool nulls[lengthof(values)] = {false};
	ItemPointerData tid = seat->tid;

	values[0] = CStringGetTextDatum(what);
	values[1] = Int32GetDatum((int32) seats);
	values[2] = Int64GetDatum(seat->person);
	nulls[2] = seat->person == 0;
	put_place(gone, &values[3], &nulls[3]);
	put_place(came, &values[6], &nulls[6]);
	values[9] = bz_days_datum(rows->range, seat->from, seat->to);
	values[10] = ObjectIdGetDatum(seat->relid);
	values[11] = Int64GetDatum(seat->row_id);
	nulls[11] = seat->row_id == 0;
	values[12] = PointerGetDatum(&tid);
	nulls[13] = seat->document == NULL;
	if (seat->document != NULL)
		values[13] = CStringGetTextDatum(seat->document);
	tuplestore_putvalues(rows->result->setResult, rows->result->setDesc, values, nulls);
}

static void
put_change(const Seat *gone, const Seat *came, int64 seats, void *arg)
{
	const Rows *rows = arg;
	bool had = gone != NULL && counts_in(gone, rows->unit, rows->category);
	bool has = came != NULL && counts_in(came, rows->unit, rows->category);

	if (has && !had)
		put_row(rows, gone == NULL ? "entered" : "moved_in", came, seats, gone, came);
	if (had && !has)
		put_row(rows, came == NULL ? "departed" : "moved_out", gone, seats, gone, came);
}

/*
 * change_detail(from_day date, to_day date, unit_id bigint, category text): the
 * rows that make the difference in an account.
 */
Datum
change_detail(PG_FUNCTION_ARGS)
{
	Period p = period_argument(fcinfo);
	text *code = PG_GETARG_TEXT_PP(3);
	Rows rows = {(ReturnSetInfo *) fcinfo->resultinfo, lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO),
				 PG_GETARG_INT64(2), bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code))};

	InitMaterializedSRF(fcinfo, 0);
	read_period(&p);
	for (int i = 0; i < p.allowed.n; i++)
	{
		const Seat *line = p.allowed.seat[i];

		if (line->unit == rows.unit && line->category == rows.category)
			put_row(&rows, "authorized", line, line->came ? line->seats : -line->seats,
					line->came ? NULL : line, line->came ? line : NULL);
	}
	each_change(&p, put_change, &rows);
	return (Datum) 0;
}
