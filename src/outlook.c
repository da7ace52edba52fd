/*
 * outlook.c
 *		When the holders of seats and posts leave them, by law and by choice.
 *
 * Each row that names a person is read once, and each person once; then rows
 * are listed by the accounts in which they count, so that whoever asks finds
 * those of an account beside each other.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "catalogue.h"
#include "holders.h"
#include "month.h"
#include "names.h"
#include "outlook.h"
#include "shelves.h"

/* What is known of a person; months are BZ_NO_MONTH where they are not known */
typedef struct Person
{
	int8 track; /* BZ_NTRACKS: not known */
	bool official;
	bool here;
	int32 birth;
	int32 chosen;
	int32 died;
} Person;

static const Person unknown = {BZ_NTRACKS, false, false, BZ_NO_MONTH, BZ_NO_MONTH, BZ_NO_MONTH};

typedef struct PlaceEntry
{
	BzPlace place;
	int32 number;
	char status;
} PlaceEntry;

#define SH_PREFIX place
#define SH_ELEMENT_TYPE PlaceEntry
#define SH_KEY_TYPE BzPlace
#define SH_KEY place
#define SH_HASH_KEY(tb, key)                                                                                 \
	murmurhash32((uint32) (key).unit ^ (uint32) ((uint64) (key).unit >> 32) ^ (uint32) (key).category << 24)
#define SH_EQUAL(tb, a, b) ((a).unit == (b).unit && (a).category == (b).category)
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

/* the age, in months, at which posts of a category are left, by track; the last is for all */
typedef struct OffPost
{
	int32 category;
	int32 age[BZ_NTRACKS + 1];
} OffPost;

/* what is needed while the rows are read */
typedef struct Reading
{
	BzOutlook *o;
	const BzPlace *only;
	BzShelves *people;
	int64 *kept; /* where the shelves have the person of each stay */
	OffPost *off_post;
	int noff_post;
	Oid seats; /* the table whose leavings may take seats along */
} Reading;

/* The first of the months that begin on a day or later. */
int
bz_outlook_month(const BzOutlook *o, int32 day)
{
	int64 month;

	if (day <= o->day[0])
		return 0;
	if (day > o->day[o->nmonths - 1])
		return o->nmonths;
	month = bz_month_of(day - 1) + 1 - o->first_month;
	return (int) month;
}

/* Hand each row of a query, run with the rights of who asks, to "take". */
void
bz_outlook_ask(BzOutlook *o, const char *sql, BzTake take, void *arg)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute(sql, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed for \"%s\"", sql);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext outer = MemoryContextSwitchTo(o->context);

		take(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, arg);
		MemoryContextSwitchTo(outer);
	}
	SPI_finish();
}

/* ---- people ---- */

static void
read_people(const Reading *r)
{
	Relation rel = table_open(bz_relid(BZ_PERSON), AccessShareLock);
	AttrNumber id = get_attnum(RelationGetRelid(rel), "person_id");
	AttrNumber birth = get_attnum(RelationGetRelid(rel), "birth_date");
	AttrNumber track = get_attnum(RelationGetRelid(rel), "retire_track");
	AttrNumber chosen = get_attnum(RelationGetRelid(rel), "retire_on");
	AttrNumber died = get_attnum(RelationGetRelid(rel), "died_on");
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan;

	bz_check_may_read(RelationGetRelid(rel));
	scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		Datum value;
		Person *p;
		BzTrack known;

		CHECK_FOR_INTERRUPTS();
		p = bz_shelves_add(r->people, DatumGetInt64(slot_getattr(slot, id, &isnull)));
		value = slot_getattr(slot, birth, &isnull);
		p->birth = isnull ? BZ_NO_MONTH : bz_month_of(DatumGetDateADT(value));
		value = slot_getattr(slot, chosen, &isnull);
		p->chosen = isnull ? BZ_NO_MONTH : bz_month_of(DatumGetDateADT(value));
		value = slot_getattr(slot, died, &isnull);
		p->died = isnull ? BZ_NO_MONTH : bz_month_of(DatumGetDateADT(value));
		value = slot_getattr(slot, track, &isnull);
		if (!isnull && bz_track_parse(VARDATA_ANY(DatumGetPointer(value)),
									  VARSIZE_ANY_EXHDR(DatumGetPointer(value)), &known))
			p->track = known;
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/* ---- rows ---- */

/* Is a category another one, or below it? */
static bool
is_within(int category, int above)
{
	while (category >= 0 && category != above)
	{
		const BzCategory *rules = bz_category(category);

		category = rules == NULL ? -1 : rules->parent;
	}
	return category >= 0;
}

static void
take_row(const BzRow *row, Oid source, void *arg)
{
	Reading *r = arg;
	BzOutlook *o = r->o;
	Person *person = bz_shelves_add(r->people, row->person);
	BzStay *stay;

	person->official |= !person->official && !bz_may_delay(row->category);
	person->here |= row->from <= o->as_of && row->to > o->as_of;
	if (!row->counts || row->seats <= 0)
		return;
	if (r->only != NULL && !((row->unit == r->only->unit || row->section == r->only->unit) &&
							 is_within(row->category, r->only->category)))
		return;
	if (o->nstays == o->capacity)
	{
		if (o->capacity > INT32_MAX / 2)
			ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many holders of seats"));
		o->capacity *= 2;
		o->stay = repalloc_huge(o->stay, o->capacity * sizeof(BzStay));
		r->kept = repalloc_huge(r->kept, o->capacity * sizeof(int64));
	}
	r->kept[o->nstays] = bz_shelves_place(r->people, person);
	stay = &o->stay[o->nstays++];
	stay->unit = row->unit;
	stay->section = row->section;
	stay->person = row->person;
	stay->category = row->category;
	stay->seats = (int32) Min(row->seats, INT32_MAX);
	stay->from = row->from;
	stay->to = row->to;
	stay->source = source;
	stay->recovers = source == r->seats;
}

/* ---- when they leave ---- */

static void
take_off_post(HeapTuple tuple, TupleDesc desc, void *arg)
{
	Reading *r = arg;
	char *category = SPI_getvalue(tuple, desc, 1);
	char *track = SPI_getvalue(tuple, desc, 2);
	int id = bz_category_id(category, strlen(category));
	BzTrack which = BZ_NTRACKS;
	OffPost *rule = NULL;
	bool isnull;

	for (int i = 0; i < r->noff_post; i++)
		if (r->off_post[i].category == id)
			rule = &r->off_post[i];
	if (rule == NULL)
	{
		r->off_post = r->noff_post == 0 ? palloc(sizeof(OffPost))
										: repalloc(r->off_post, (r->noff_post + 1) * sizeof(OffPost));
		rule = &r->off_post[r->noff_post++];
		rule->category = id;
		for (int i = 0; i <= BZ_NTRACKS; i++)
			rule->age[i] = BZ_NEVER;
	}
	if (track != NULL)
		(void) bz_track_parse(track, strlen(track), &which);
	rule->age[which] = DatumGetInt32(SPI_getbinval(tuple, desc, 3, &isnull));
}

/* The age in months at which somebody has to leave a post; BZ_NEVER: none. What is said of a category goes before what is said of one above. */
static int32
off_post_age(const Reading *r, int category, int track)
{
	while (r->noff_post > 0 && category >= 0)
	{
		const BzCategory *rules;

		for (int i = 0; i < r->noff_post; i++)
		{
			const OffPost *rule = &r->off_post[i];

			if (rule->category == category)
				return rule->age[track] != BZ_NEVER ? rule->age[track] : rule->age[BZ_NTRACKS];
		}
		rules = bz_category(category);
		category = rules == NULL ? -1 : rules->parent;
	}
	return BZ_NEVER;
}

/* The first month in which somebody is no longer there, and why. */
static int32
gone_from(const Reading *r, const BzStay *stay, const Person *person, BzWhy *why)
{
	BzTrack track = person->track;
	int32 gone = BZ_NEVER;
	int32 age = off_post_age(r, stay->category, person->track);
	int month;

	*why = BZ_STAYS;
	if (bz_retires(track == BZ_NTRACKS ? NULL : &track, person->birth, person->chosen, person->official,
				   &month))
	{
		gone = month + 1;
		*why = track != BZ_NTRACKS && person->birth != BZ_NO_MONTH &&
					   month == bz_retirement_month(track, person->birth)
				   ? BZ_RETIRES
				   : BZ_CHOSE;
	}
	if (age != BZ_NEVER && person->birth != BZ_NO_MONTH && person->birth + age + 1 < gone)
	{
		gone = person->birth + age + 1;
		*why = BZ_LEAVES_POST;
	}
	if (person->died != BZ_NO_MONTH && person->died + 1 < gone)
	{
		gone = person->died + 1;
		*why = BZ_DIED;
	}
	return gone;
}

static void
set_leaving(const Reading *r, BzStay *stay, const Person *person)
{
	const BzOutlook *o = r->o;
	BzWhy why = BZ_STAYS;
	int32 gone = gone_from(r, stay, person, &why);

	/* a birthday beyond all reason keeps nobody else from being foreseen */
	if (gone == BZ_NEVER || !bz_month_day(gone, &stay->leaves))
	{
		stay->leaves = TL_END;
		why = BZ_STAYS;
	}
	if (stay->leaves <= Max(o->as_of, stay->from))
		why = BZ_OVERDUE;
	stay->why = why;
	stay->birth = person->birth;
	stay->here = person->here;
}

/* ---- by account ---- */

/* The stays of accounts, while they are counted */
typedef struct Listing
{
	BzOutlook *o;
	int32 *place; /* the accounts in which a stay counts, stay after stay; the first of each is ~place */
	int64 n;
	int64 capacity;
} Listing;

/* A stay counts in an account. */
static void
list_place(Listing *list, int64 unit, int category, bool first)
{
	BzOutlook *o = list->o;
	bool found;
	PlaceEntry *entry = place_insert(o->places, (BzPlace){unit, category}, &found);

	if (!found)
	{
		entry->number = o->nplaces++;
		if ((o->nplaces & (o->nplaces - 1)) == 0)
			o->first = repalloc_huge(o->first, (2 * o->nplaces + 1) * sizeof(int64));
		o->first[entry->number] = 0;
	}
	o->first[entry->number]++;
	if (list->n == list->capacity)
	{
		list->capacity *= 2;
		list->place = repalloc_huge(list->place, list->capacity * sizeof(int32));
	}
	list->place[list->n++] = first ? ~entry->number : entry->number;
}

static void
list_stay(Listing *list, const BzStay *stay)
{
	for (int c = stay->category; c >= 0;)
	{
		const BzCategory *rules = bz_category(c);

		list_place(list, stay->unit, c, c == stay->category);
		if (stay->section != 0)
			list_place(list, stay->section, c, false);
		c = rules == NULL ? -1 : rules->parent;
	}
}

/* List the stays of each account, in the order in which they were read. */
static void
list_by_account(BzOutlook *o)
{
	Listing list = {.o = o, .capacity = 1024};
	int64 total = 0;
	int32 stay = (int32) o->nstays - 1;

	o->places = place_create(o->context, 1024, NULL);
	o->first = palloc(2 * sizeof(int64));
	list.place = palloc(list.capacity * sizeof(int32));
	for (int64 i = 0; i < o->nstays; i++)
		list_stay(&list, &o->stay[i]);
	for (int i = 0; i < o->nplaces; i++)
	{
		total += o->first[i];
		o->first[i] = total;
	}
	o->first[o->nplaces] = total;
	o->member = MemoryContextAllocHuge(o->context, Max(total, 1) * sizeof(int32));
	for (int64 i = list.n; i-- > 0;)
	{
		int32 place = list.place[i];

		o->member[--o->first[place < 0 ? ~place : place]] = stay;
		stay -= place < 0;
	}
	pfree(list.place);
}

/* The stays that count in an account. */
int
bz_outlook_stays(const BzOutlook *o, int64 unit, int category, const int32 **member)
{
	PlaceEntry *entry = place_lookup(o->places, (BzPlace){unit, category});

	if (entry == NULL)
		return 0;
	*member = &o->member[o->first[entry->number]];
	return (int) (o->first[entry->number + 1] - o->first[entry->number]);
}

/*
 * Look ahead from a day for some months: all stays from that day on, or those
 * of one account.  Only who may read the tables may ask.
 */
BzOutlook *
bz_outlook(DateADT as_of, int months, const BzPlace *only)
{
	BzOutlook *o = palloc0(sizeof(BzOutlook));
	Reading reading = {.o = o,
					   .only = only,
					   .people = bz_shelves(sizeof(Person), &unknown),
					   .seats = bz_relid(BZ_OCCUPANCY)};

	bz_check_finite(as_of);
	if (months < 1 || months > BZ_OUTLOOK_MAX)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("months must be from 1 to %d", BZ_OUTLOOK_MAX));
	o->context = CurrentMemoryContext;
	o->as_of = as_of;
	o->first_month = bz_month_of(as_of) + 1;
	o->nmonths = months;
	o->day = palloc(months * sizeof(int32));
	for (int i = 0; i < months; i++)
		o->day[i] = bz_month_begin(o->first_month + i);
	o->capacity = 1024;
	o->stay = palloc(o->capacity * sizeof(BzStay));
	reading.kept = palloc(o->capacity * sizeof(int64));

	read_people(&reading);
	bz_each_holder((TlRange){as_of, o->day[months - 1] + 1}, take_row, &reading);
	bz_outlook_ask(o, "SELECT category, retire_track, age_months FROM bianzhi.off_post_age", take_off_post,
				   &reading);
	for (int64 i = 0; i < o->nstays; i++)
		set_leaving(&reading, &o->stay[i], bz_shelves_at(reading.people, reading.kept[i]));
	pfree(reading.kept);
	bz_shelves_free(reading.people);
	list_by_account(o);
	return o;
}
