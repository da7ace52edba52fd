/*
 * row.c
 *		What a row of a source says: where it stands, on which days, for how much.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "alias.h"
#include "catalogue.h"
#include "chunk.h"
#include "errors.h"
#include "roll.h"
#include "row.h"

/* the last day that a date can be */
#define LAST_DAY (DATE_END_JULIAN - POSTGRES_EPOCH_JDATE - 1)

static int64
integer_value(const BzColumn *column, Datum value)
{
	switch (column->form)
	{
		case BZ_FORM_INT2:
			return DatumGetInt16(value);
		case BZ_FORM_INT4:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

/* An integer, 0 where there is none. */
static int64
integer_column(const BzColumn *column, TupleTableSlot *slot, bool *isnull)
{
	Datum value = slot_getattr(slot, column->attno, isnull);

	return *isnull ? 0 : integer_value(column, value);
}

/* The number of a unit or a person, 0 where there is none.  Nobody has the number 0: what says so names no one. */
static int64
number_in(const BzColumn *column, TupleTableSlot *slot)
{
	bool isnull;
	int64 number = integer_column(column, slot, &isnull);

	return number == 0 && !isnull ? -1 : number;
}

static bool
bool_column(const BzColumn *column, TupleTableSlot *slot)
{
	bool isnull;
	Datum value = slot_getattr(slot, column->attno, &isnull);

	return !isnull && DatumGetBool(value);
}

/* The word that stands in a column. */
char *
bz_row_word(const BzColumn *column, TupleTableSlot *slot, bool *isnull)
{
	Datum value = slot_getattr(slot, column->attno, isnull);
	Oid output;
	bool is_varlena;
	char *word;

	if (*isnull)
		return NULL;
	switch (column->form)
	{
		case BZ_FORM_INT2:
		case BZ_FORM_INT4:
		case BZ_FORM_INT8:
			return psprintf(INT64_FORMAT, integer_value(column, value));
		case BZ_FORM_TEXT:
			return TextDatumGetCString(value);
		case BZ_FORM_PADDED:
			word = TextDatumGetCString(value);
			for (int len = strlen(word); len > 0 && word[len - 1] == ' '; len--)
				word[len - 1] = '\0';
			return word;
		default:
			getTypeOutputInfo(column->type, &output, &is_varlena);
			return OidOutputFunctionCall(output, value);
	}
}

/* The unit of a row whose first day is "day". */
static int64
unit_of(const BzSource *source, TupleTableSlot *slot, int32 day, bool written, bool *isnull)
{
	const BzColumn *column = &source->column[BZ_UNIT_COLUMN];
	bool is_number = column->form <= BZ_FORM_INT8;
	char *word;
	int64 unit;

	if (source->system == NULL)
		return integer_column(column, slot, isnull);
	word = bz_row_word(column, slot, isnull);
	if (*isnull)
		return 0;
	unit = bz_alias_unit(source->system, word, day, !is_number);
	if (unit == 0 && is_number)
		unit = integer_column(column, slot, isnull);
	if (unit == 0 && written)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("unit \"%s\" does not exist", word),
				errhint("Give the unit this key, or add a row to bianzhi.unit_alias."),
				bz_errconstraint_on(slot->tts_tableOid, "establishment_account"));
	*isnull = unit == 0;
	return unit;
}

static int
category_of(const BzSource *source, TupleTableSlot *slot, bool *isnull)
{
	const BzColumn *column = &source->column[BZ_CATEGORY_COLUMN];
	char *word;

	*isnull = false;
	if (column->form == BZ_FORM_NONE)
		return source->constant;
	if (source->system == NULL && column->form == BZ_FORM_TEXT)
	{
		Datum value = slot_getattr(slot, column->attno, isnull);
		text *code;

		if (*isnull)
			return -1;
		code = DatumGetTextPP(value);
		return bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	}
	word = bz_row_word(column, slot, isnull);
	return *isnull ? -1 : bz_alias_category(source->system == NULL ? "" : source->system, word);
}

/*
 * A column of text may hold an identity number in one of these ways; seats are
 * looked up by them.  Returns how many there are.
 */
static int
ways_to_write(BzResidentId id, char way[BZ_PERSON_VALUES][BZ_RESIDENT_ID_SIZE])
{
	int n = 0;
	int year, month, day;

	bz_resident_id_print(id, way[n++]);
	if (way[0][BZ_RESIDENT_ID_LENGTH - 1] == 'X')
	{
		memcpy(way[n], way[0], sizeof(way[0]));
		way[n++][BZ_RESIDENT_ID_LENGTH - 1] = 'x';
	}
	bz_resident_id_birth(id, &year, &month, &day);
	if (year >= 1900 && year < 2000 && bz_resident_id_is_checked(id))
	{
		memcpy(way[n], way[0], 6);
		memcpy(way[n] + 6, way[0] + 8, 9);
		way[n++][15] = '\0';
	}
	return n;
}

/* The person with a resident id, 0: none. */
static int64
person_with(const BzSource *source, BzResidentId id, bool written, Oid relid)
{
	int64 person = source->roll == NULL ? bz_person_with(id) : bz_roll_person(source->roll, id);

	if (person == 0 && written)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("person does not exist"),
				bz_errconstraint_on(relid, "establishment_account"));
	return person;
}

/* The person that a word names, 0: none; raises if it is written, and cannot be looked up again. */
static int64
person_named(const BzSource *source, const char *word, bool written, Oid relid, int64 *named_by)
{
	BzResidentId id;
	char way[BZ_PERSON_VALUES][BZ_RESIDENT_ID_SIZE];
	bool known = false;

	if (bz_resident_id_parse(word, strlen(word), false, &id) == BZ_ID_FINE)
	{
		int n = ways_to_write(id, way);

		for (int i = 0; i < n; i++)
			known |= strcmp(word, way[i]) == 0;
	}
	if (!known)
	{
		if (written)
			ereport(ERROR, errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					errmsg("invalid resident id in the column that names the person"),
					errhint("It has 18 or 15 characters, without blanks."),
					bz_errconstraint_on(relid, "establishment_account"));
		return 0;
	}
	*named_by = (int64) id;
	return person_with(source, id, written, relid);
}

static int64
person_of(const BzSource *source, TupleTableSlot *slot, bool written, int64 *named_by)
{
	const BzColumn *column = &source->column[BZ_PERSON_COLUMN];
	bool isnull;
	Datum value;

	switch (column->form)
	{
		case BZ_FORM_NONE:
			return 0;
		case BZ_FORM_RESIDENT:
			value = slot_getattr(slot, column->attno, &isnull);
			if (isnull)
				return 0;
			*named_by = DatumGetInt64(value);
			return person_with(source, (BzResidentId) *named_by, written, slot->tts_tableOid);
		case BZ_FORM_TEXT:
		case BZ_FORM_PADDED:
		{
			char *word = bz_row_word(column, slot, &isnull);

			return isnull ? 0 : person_named(source, word, written, slot->tts_tableOid, named_by);
		}
		default:
			return number_in(column, slot);
	}
}

/* The values of a column that name a person whose resident id this is (NULL: none): what its seats are looked up by. */
int
bz_person_values(const BzColumn *column, int64 person, const BzResidentId *id, Datum values[])
{
	char way[BZ_PERSON_VALUES][BZ_RESIDENT_ID_SIZE];
	int n;

	switch (column->form)
	{
		case BZ_FORM_INT2:
			values[0] = Int16GetDatum((int16) person);
			return person <= PG_INT16_MAX;
		case BZ_FORM_INT4:
			values[0] = Int32GetDatum((int32) person);
			return person <= PG_INT32_MAX;
		case BZ_FORM_INT8:
			values[0] = Int64GetDatum(person);
			return 1;
		case BZ_FORM_RESIDENT:
			values[0] = id == NULL ? (Datum) 0 : Int64GetDatum((int64) *id);
			return id != NULL;
		default:
			n = id == NULL ? 0 : ways_to_write(*id, way);
			for (int i = 0; i < n; i++)
				values[i] = CStringGetTextDatum(way[i]);
			return n;
	}
}

/* A day in a column; false where there is none. */
static bool
day_column(const BzColumn *column, TupleTableSlot *slot, int32 *day)
{
	bool isnull;
	Datum value;

	if (column->form == BZ_FORM_NONE)
		return false;
	value = slot_getattr(slot, column->attno, &isnull);
	if (isnull)
		return false;
	if (column->form == BZ_FORM_TIMESTAMP)
	{
		Timestamp at = DatumGetTimestamp(value);

		if (TIMESTAMP_IS_NOBEGIN(at))
			*day = TL_BEGIN;
		else if (TIMESTAMP_IS_NOEND(at))
			*day = TL_END;
		else
			*day = (int32) (at / USECS_PER_DAY) - (at % USECS_PER_DAY < 0);
	}
	else
		*day = DatumGetDateADT(value);
	return true;
}

/* The days of a row; false: it stands on none. */
static bool
days_of(const BzSource *source, TupleTableSlot *slot, bool written, BzRow *row)
{
	bool isnull;
	bool ends;

	row->from = TL_BEGIN;
	row->to = TL_END;
	if (source->column[BZ_DURING_COLUMN].form != BZ_FORM_NONE)
	{
		Datum value = slot_getattr(slot, source->column[BZ_DURING_COLUMN].attno, &isnull);

		if (isnull)
			return false;
		bz_range_days(value, &row->from, &row->to);
		return row->from < row->to;
	}
	day_column(&source->column[BZ_STARTS_COLUMN], slot, &row->from);
	ends = day_column(&source->column[BZ_ENDS_COLUMN], slot, &row->to);
	if (ends && source->ends_inclusive && row->to != TL_BEGIN)
		row->to = row->to < LAST_DAY ? row->to + 1 : TL_END;
	if (row->from > row->to && written)
		ereport(ERROR, errcode(ERRCODE_DATA_EXCEPTION), errmsg("the row ends before it starts"),
				bz_errconstraint_on(slot->tts_tableOid, "establishment_account"));
	return row->from < row->to;
}

/* The days of a row that was written, whatever else it says; false: it stands on none. */
bool
bz_row_days(const BzSource *source, TupleTableSlot *slot, TlRange *days)
{
	BzRow row;

	if (!days_of(source, slot, false, &row))
		return false;
	*days = (TlRange){row.from, row.to};
	return true;
}

/* How many seats; false: a number that cannot be. */
static bool
seats_of(const BzSource *source, TupleTableSlot *slot, bool written, int64 *seats)
{
	const BzColumn *column = &source->column[BZ_SEATS_COLUMN];
	bool isnull = true;
	bool in_range;

	if (column->form != BZ_FORM_NONE)
		*seats = integer_column(column, slot, &isnull);
	if (isnull)
		*seats = 1;
	in_range = *seats <= TL_LEVEL_MAX && *seats >= -(int64) TL_LEVEL_MAX;
	if (!in_range && written)
		ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("number of seats out of range"));
	if (*seats >= 0 || source->level == TL_AUTHORIZED)
		return in_range;
	if (written)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("number of seats must not be negative"));
	return false;
}

/*
 * What a row says.  A row that names no unit, no category or no day stands
 * nowhere.  One of the extension's own rows whose condition is not true stands
 * and does not count; one of an application's is none of our business.
 *
 * What is wrong in a row that is being written raises; a row that was written
 * while nothing was checked stands nowhere.
 */
void
bz_row(const BzSource *source, TupleTableSlot *slot, bool written, BzRow *row)
{
	bool isnull;

	memset(row, 0, sizeof(*row));
	row->counts = source->column[BZ_CONDITION_COLUMN].form == BZ_FORM_NONE ||
				  bool_column(&source->column[BZ_CONDITION_COLUMN], slot);
	if (!row->counts && source->system != NULL)
		return;
	if (!days_of(source, slot, written, row))
		return;
	row->unit = unit_of(source, slot, row->from, written, &isnull);
	if (isnull)
		return;
	row->category = category_of(source, slot, &isnull);
	if (isnull || (!written && bz_category(row->category) == NULL))
		return;
	if (row->counts && !seats_of(source, slot, written, &row->seats))
		return;
	row->places = true;
	row->closed = source->column[BZ_CLOSED_COLUMN].form != BZ_FORM_NONE &&
				  bool_column(&source->column[BZ_CLOSED_COLUMN], slot);
	if (source->column[BZ_SECTION_COLUMN].form != BZ_FORM_NONE)
		row->section = number_in(&source->column[BZ_SECTION_COLUMN], slot);
	row->person = person_of(source, slot, written, &row->named_by);
}
