/*
 * staff.c
 *		Who is there: the seats that name their holders, and what was true of these on a day.
 *
 * Seats are read first, from all sources, and hung on their holders; then what
 * is known to have been otherwise on the day; then people, each once.  What is
 * true of a person is made out only when it is asked for.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "age_band.h"
#include "catalogue.h"
#include "chunk.h"
#include "holders.h"
#include "month.h"
#include "names.h"
#include "retirement.h"
#include "shelves.h"
#include "staff.h"

PG_FUNCTION_INFO_V1(staff_on);
PG_FUNCTION_INFO_V1(leaving_list);

typedef struct Person
{
	int32 seat;	   /* the first; -1: none */
	int32 fact;	   /* likewise */
	bool official; /* may not retire later than by law */
	bool met;
} Person;

static const Person nobody = {.seat = -1, .fact = -1};

/* A row of bianzhi.person_fact that covers the day */
typedef struct Fact
{
	BzFact what;
	int32 from;
	int64 id;
	text *value; /* NULL: not known */
	int32 next;
} Fact;

/* columns of bianzhi.person; the facts come first */
enum
{
	PERSON_ID = BZ_NFACTS,
	PERSON_SEX,
	PERSON_RETIRE_ON,
	PERSON_DIED_ON,
	PERSON_NCOLUMNS
};

static const char *const person_column[PERSON_NCOLUMNS] = {
	[BZ_FACT_BIRTH] = "birth_date", [BZ_FACT_TRACK] = "retire_track",	 [BZ_FACT_EDUCATION] = "education",
	[BZ_FACT_DEGREE] = "degree",	[BZ_FACT_SPECIALITY] = "speciality", [PERSON_ID] = "person_id",
	[PERSON_SEX] = "sex",			[PERSON_RETIRE_ON] = "retire_on",	 [PERSON_DIED_ON] = "died_on",
};

static const char *const fact_code[BZ_NFACTS] = {
	[BZ_FACT_BIRTH] = "birth",	 [BZ_FACT_TRACK] = "track",			  [BZ_FACT_EDUCATION] = "education",
	[BZ_FACT_DEGREE] = "degree", [BZ_FACT_SPECIALITY] = "speciality",
};

struct BzStaff
{
	TlRange days;
	DateADT facts_on;
	BzShelves *people;
	BzSeat *seat;
	int32 nseats;
	int32 seat_capacity;
	Fact *fact;
	int32 nfacts;
	int32 fact_capacity;
	AttrNumber attno[PERSON_NCOLUMNS];

	/* the person at hand, and the row of bianzhi.person, NULL: there is none */
	int64 id;
	const Person *person;
	TupleTableSlot *row;
};

/* Room for one more element of an array. */
static void *
room(void *array, int32 n, int32 *capacity, Size size)
{
	if (n < *capacity)
		return array;
	if (*capacity > PG_INT32_MAX / 2)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many people"));
	*capacity *= 2;
	return repalloc_huge(array, *capacity * size);
}

/* ---- seats ---- */

static void
take_holder(const BzRow *row, Oid relid, void *arg)
{
	BzStaff *s = arg;
	bool is_seat = bz_category(row->category)->measure == 'e';
	bool official = !bz_may_delay(row->category);
	Person *p;
	BzSeat *seat;

	if (!is_seat && !official)
		return;
	p = bz_shelves_add(s->people, row->person);
	p->official |= official;
	if (!is_seat)
		return;
	s->seat = room(s->seat, s->nseats, &s->seat_capacity, sizeof(BzSeat));
	seat = &s->seat[s->nseats];
	seat->unit = row->unit;
	seat->section = row->section;
	seat->category = row->category;
	seat->from = row->from;
	seat->to = row->to;
	seat->source = relid;
	seat->counts = row->counts;
	seat->next = p->seat;
	p->seat = s->nseats++;
}

/* ---- what was otherwise ---- */

static AttrNumber
attno_of(Relation rel, const char *column)
{
	AttrNumber attno = get_attnum(RelationGetRelid(rel), column);

	if (attno == InvalidAttrNumber)
		elog(ERROR, "column \"%s\" of \"%s\" is gone", column, RelationGetRelationName(rel));
	return attno;
}

static bool
fact_named(const text *code, BzFact *what)
{
	for (int i = 0; i < BZ_NFACTS; i++)
		if (VARSIZE_ANY_EXHDR(code) == strlen(fact_code[i]) &&
			memcmp(VARDATA_ANY(code), fact_code[i], strlen(fact_code[i])) == 0)
		{
			*what = (BzFact) i;
			return true;
		}
	return false;
}

/* Of two that hold on a day the one that began later, or was written later. */
static void
take_fact(BzStaff *s, Person *p, const Fact *fact)
{
	for (int32 i = p->fact; i >= 0; i = s->fact[i].next)
		if (s->fact[i].what == fact->what)
		{
			Fact *known = &s->fact[i];
			int32 next = known->next;

			if (fact->from > known->from || (fact->from == known->from && fact->id > known->id))
			{
				*known = *fact;
				known->next = next;
			}
			return;
		}
	s->fact = room(s->fact, s->nfacts, &s->fact_capacity, sizeof(Fact));
	s->fact[s->nfacts] = *fact;
	s->fact[s->nfacts].next = p->fact;
	p->fact = s->nfacts++;
}

/* Read what was otherwise on the day of who is there. */
static void
read_facts(BzStaff *s)
{
	Relation rel = table_open(bz_relid(BZ_PERSON_FACT), AccessShareLock);
	AttrNumber id = attno_of(rel, "person_fact_id");
	AttrNumber person = attno_of(rel, "person_id");
	AttrNumber code = attno_of(rel, "fact");
	AttrNumber value = attno_of(rel, "value");
	AttrNumber during = attno_of(rel, "during");
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);

	bz_check_may_read(RelationGetRelid(rel));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		Person *p = bz_shelves_find(s->people, DatumGetInt64(slot_getattr(slot, person, &isnull)));
		Fact fact = {0};
		int32 to;
		Datum word;

		CHECK_FOR_INTERRUPTS();
		if (p == NULL || p->seat < 0)
			continue;
		bz_range_days(slot_getattr(slot, during, &isnull), &fact.from, &to);
		if (s->facts_on < fact.from || s->facts_on >= to ||
			!fact_named(DatumGetTextPP(slot_getattr(slot, code, &isnull)), &fact.what))
			continue;
		fact.id = DatumGetInt64(slot_getattr(slot, id, &isnull));
		word = slot_getattr(slot, value, &isnull);
		fact.value = isnull ? NULL : DatumGetTextPCopy(word);
		take_fact(s, p, &fact);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/* ---- people ---- */

/* What the row of the person at hand says. */
static Datum
column(const BzStaff *s, int which, bool *isnull)
{
	*isnull = s->row == NULL;
	return *isnull ? (Datum) 0 : slot_getattr(s->row, s->attno[which], isnull);
}

/* What was otherwise of the person at hand; NULL: nothing. */
static const Fact *
otherwise(const BzStaff *s, BzFact what)
{
	for (int32 i = s->person->fact; i >= 0; i = s->fact[i].next)
		if (s->fact[i].what == what)
			return &s->fact[i];
	return NULL;
}

/* A text without blanks at its ends; false: nothing is left. */
static bool
trimmed(const text *value, const char **start, int *length)
{
	const char *p = VARDATA_ANY(value);
	int n = VARSIZE_ANY_EXHDR(value);

	while (n > 0 && p[n - 1] == ' ')
		n--;
	while (n > 0 && *p == ' ')
	{
		p++;
		n--;
	}
	*start = p;
	*length = n;
	return n > 0;
}

/* A number of so many digits; -1: none. */
static int
digits(const char *text, int n)
{
	int number = 0;

	for (int i = 0; i < n; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = 10 * number + text[i] - '0';
	}
	return number;
}

/* The day that a text names as 1970-12-31 or 19701231; false: none. */
static bool
day_named(const text *value, DateADT *day)
{
	const char *p;
	int n, y, m, d;

	if (value == NULL || !trimmed(value, &p, &n))
		return false;
	if (n == 10 && p[4] == '-' && p[7] == '-')
	{
		m = digits(p + 5, 2);
		d = digits(p + 8, 2);
	}
	else if (n == 8)
	{
		m = digits(p + 4, 2);
		d = digits(p + 6, 2);
	}
	else
		return false;
	y = digits(p, 4);
	if (y < 1 || m < 1 || m > MONTHS_PER_YEAR || d < 1 || d > day_tab[isleap(y)][m - 1])
		return false;
	*day = date2j(y, m, d) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* The person_id. */
int64
bz_staff_person(const BzStaff *s)
{
	return s->id;
}

/* The day of birth; false: it is not known, or lies after the day. */
bool
bz_staff_birth(BzStaff *s, DateADT *birth)
{
	const Fact *fact = otherwise(s, BZ_FACT_BIRTH);
	bool isnull;

	if (fact != NULL)
		isnull = !day_named(fact->value, birth);
	else
		*birth = DatumGetDateADT(column(s, BZ_FACT_BIRTH, &isnull));
	return !isnull && *birth <= s->facts_on;
}

/* Full years on a day; BZ_NO_AGE: not known. */
int
bz_staff_age(BzStaff *s, DateADT day)
{
	DateADT birth;

	return bz_staff_birth(s, &birth) ? bz_age(birth, day) : BZ_NO_AGE;
}

/* 1 male, 2 female, 0: not known. */
int
bz_staff_sex(BzStaff *s)
{
	bool isnull;
	Datum sex = column(s, PERSON_SEX, &isnull);

	return isnull ? 0 : DatumGetInt16(sex);
}

/* Education, degree, speciality; NULL: not known. */
const text *
bz_staff_word(BzStaff *s, BzFact what)
{
	const Fact *fact = otherwise(s, what);
	const char *start;
	int length;
	const text *word;

	if (fact != NULL)
		word = fact->value;
	else
	{
		bool isnull;
		Datum value = column(s, what, &isnull);

		word = isnull ? NULL : DatumGetTextPP(value);
	}
	if (word == NULL || !trimmed(word, &start, &length))
		return NULL;
	return length == VARSIZE_ANY_EXHDR(word) ? word : cstring_to_text_with_len(start, length);
}

/* The day of death; false: none is known. */
bool
bz_staff_died(BzStaff *s, DateADT *day)
{
	bool isnull;

	*day = DatumGetDateADT(column(s, PERSON_DIED_ON, &isnull));
	return !isnull;
}

/* The month of retirement; false: not known. */
bool
bz_staff_retires(BzStaff *s, int *month)
{
	const Fact *fact = otherwise(s, BZ_FACT_TRACK);
	const text *code = fact == NULL ? bz_staff_word(s, BZ_FACT_TRACK) : fact->value;
	DateADT birth;
	bool isnull;
	DateADT chosen = DatumGetDateADT(column(s, PERSON_RETIRE_ON, &isnull));
	BzTrack track;
	const char *start;
	int length;
	bool known = code != NULL && trimmed(code, &start, &length) && bz_track_parse(start, length, &track);

	return bz_retires(known ? &track : NULL, bz_staff_birth(s, &birth) ? bz_month_of(birth) : BZ_NO_MONTH,
					  isnull ? BZ_NO_MONTH : bz_month_of(chosen), s->person->official, month);
}

/* Hand the seats of a person to "use". */
static void
use_seats(BzStaff *s, int64 id, Person *p, TupleTableSlot *row, BzSeatUse use, void *arg)
{
	p->met = true;
	s->id = id;
	s->person = p;
	s->row = row;
	for (int32 i = p->seat; i >= 0; i = s->seat[i].next)
		use(s, &s->seat[i], arg);
}

typedef struct Use
{
	BzStaff *staff;
	BzSeatUse use;
	void *arg;
} Use;

/* An application may name people who have no row. */
static void
use_unknown(int64 id, void *person, void *arg)
{
	const Use *u = arg;
	Person *p = person;

	if (!p->met && p->seat >= 0)
		use_seats(u->staff, id, p, NULL, u->use, u->arg);
}

/* Read people, each once. */
static void
read_people(BzStaff *s, BzSeatUse use, void *arg)
{
	Relation rel = table_open(bz_relid(BZ_PERSON), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi person",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(context);

	bz_check_may_read(RelationGetRelid(rel));
	for (int i = 0; i < PERSON_NCOLUMNS; i++)
		s->attno[i] = attno_of(rel, person_column[i]);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool isnull;
		int64 id = DatumGetInt64(slot_getattr(slot, s->attno[PERSON_ID], &isnull));
		Person *p = bz_shelves_find(s->people, id);

		CHECK_FOR_INTERRUPTS();
		if (p != NULL && p->seat >= 0)
			use_seats(s, id, p, slot, use, arg);
		MemoryContextReset(context);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);

	bz_shelves_each(s->people, use_unknown, &(Use){s, use, arg});
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(context);
}

/*
 * Hand each seat to "use" that covers one of the days and names its holder,
 * with what was true of him or her on the day "facts_on".
 */
void
bz_each_seat(TlRange days, DateADT facts_on, BzSeatUse use, void *arg)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi staff",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(context);
	BzStaff s = {.days = days, .facts_on = facts_on, .seat_capacity = 1024, .fact_capacity = 64};

	s.people = bz_shelves(sizeof(Person), &nobody);
	s.seat = palloc(s.seat_capacity * sizeof(BzSeat));
	s.fact = palloc(s.fact_capacity * sizeof(Fact));
	bz_each_holder(days, take_holder, &s);
	read_facts(&s);
	read_people(&s, use, arg);
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(context);
}

/* ---- rows ---- */

typedef struct Output
{
	ReturnSetInfo *result;
	BzAgeBands *bands;
	Datum not_known;
	DateADT from; /* the days that are asked for */
	DateADT to;
} Output;

static void
start(FunctionCallInfo fcinfo, Output *output)
{
	InitMaterializedSRF(fcinfo, 0);
	output->result = (ReturnSetInfo *) fcinfo->resultinfo;
	output->bands = bz_age_bands();
	output->not_known = CStringGetTextDatum(BZ_NOT_KNOWN);
}

/* Columns that staff_on() and leaving_list() have in common: where somebody sits, and who. */
#define NSEAT_COLUMNS 5
#define NFACT_COLUMNS 6

static void
seat_columns(BzStaff *staff, const BzSeat *seat, Datum *values, bool *nulls)
{
	values[0] = Int64GetDatum(seat->unit);
	values[1] = Int64GetDatum(seat->section);
	nulls[1] = seat->section == 0;
	values[2] = CStringGetTextDatum(bz_category_code(seat->category));
	values[3] = Int64GetDatum(bz_staff_person(staff));
	values[4] = BoolGetDatum(seat->counts);
}

/* Age on a day, its band, sex, education, degree, speciality. */
static void
fact_columns(BzStaff *staff, DateADT day, const Output *output, Datum *values, bool *nulls)
{
	int age = bz_staff_age(staff, day);

	values[0] = Int32GetDatum(age);
	nulls[0] = age == BZ_NO_AGE;
	values[1] = output->bands->band[bz_age_band(output->bands, age)].code;
	values[2] = Int16GetDatum(bz_staff_sex(staff));
	nulls[2] = bz_staff_sex(staff) == 0;
	for (int i = 0; i < 3; i++)
	{
		const text *word = bz_staff_word(staff, BZ_FACT_EDUCATION + i);

		values[3 + i] = PointerGetDatum(word);
		nulls[3 + i] = word == NULL;
	}
	if (nulls[3])
	{
		values[3] = output->not_known;
		nulls[3] = false;
	}
}

static void
put_staff(BzStaff *staff, const BzSeat *seat, void *arg)
{
	Output *output = arg;
	Datum values[NSEAT_COLUMNS + NFACT_COLUMNS + 2];
	bool nulls[lengthof(values)] = {false};
	Datum *more = values + NSEAT_COLUMNS + NFACT_COLUMNS;
	DateADT died, day;
	int month;

	seat_columns(staff, seat, values, nulls);
	fact_columns(staff, output->from, output, values + NSEAT_COLUMNS, nulls + NSEAT_COLUMNS);
	if (bz_staff_retires(staff, &month) && bz_month_day(month, &day) &&
		!(bz_staff_died(staff, &died) && died <= output->from))
		more[0] = DateADTGetDatum(day);
	else
		nulls[NSEAT_COLUMNS + NFACT_COLUMNS] = true;
	more[1] = ObjectIdGetDatum(seat->source);
	tuplestore_putvalues(output->result->setResult, output->result->setDesc, values, nulls);
}

/* staff_on(day date): a row a seat whose holder is there. */
Datum
staff_on(PG_FUNCTION_ARGS)
{
	Output output = {.from = PG_GETARG_DATEADT(0)};

	bz_check_finite(output.from);
	start(fcinfo, &output);
	bz_each_seat((TlRange){output.from, output.from + 1}, output.from, put_staff, &output);
	return (Datum) 0;
}

/* ---- who leaves ---- */

/*
 * The last day of a holder in a seat, by what is known; false: none within the
 * days.  Who should have retired before them stays until the seat ends.
 */
static bool
last_day(BzStaff *staff, const BzSeat *seat, const Output *output, DateADT *day, bool *retires)
{
	DateADT died;
	int month;

	*retires = false;
	if (bz_staff_retires(staff, &month) && month >= bz_month_of(output->from) &&
		month <= bz_month_of(output->to))
	{
		*day = bz_month_begin(month + 1) - 1;
		*retires = *day >= output->from && *day >= seat->from && *day < seat->to &&
				   !(bz_staff_died(staff, &died) && died <= *day);
	}
	if (!*retires)
		*day = seat->to == TL_END ? TL_END : seat->to - 1;
	return *day >= output->from && *day <= output->to;
}

static void
put_leaving(BzStaff *staff, const BzSeat *seat, void *arg)
{
	Output *output = arg;
	Datum values[NSEAT_COLUMNS + NFACT_COLUMNS + 4];
	bool nulls[lengthof(values)] = {false};
	Datum *more = values + NSEAT_COLUMNS + NFACT_COLUMNS;
	DateADT day;
	bool retires;

	if (!last_day(staff, seat, output, &day, &retires))
		return;
	seat_columns(staff, seat, values, nulls);
	fact_columns(staff, day, output, values + NSEAT_COLUMNS, nulls + NSEAT_COLUMNS);
	more[0] = DateADTGetDatum(bz_month_begin(bz_month_of(day)));
	more[1] = DateADTGetDatum(day + 1);
	more[2] = BoolGetDatum(retires);
	more[3] = ObjectIdGetDatum(seat->source);
	tuplestore_putvalues(output->result->setResult, output->result->setDesc, values, nulls);
}

/* leaving_list(from_day date, to_day date): a row a seat whose holder leaves on a known day. */
Datum
leaving_list(PG_FUNCTION_ARGS)
{
	Output output = {.from = PG_GETARG_DATEADT(0), .to = PG_GETARG_DATEADT(1)};

	bz_check_finite(output.from);
	bz_check_finite(output.to);
	start(fcinfo, &output);
	bz_each_seat((TlRange){output.from, output.to + 1}, output.from, put_leaving, &output);
	return (Datum) 0;
}
