/*
 * resident_id.c
 *		The type resident_id: a resident number (GB 11643-1999) in eight bytes.
 *
 * What a number is, and how it is packed, is written in idcheck.c.  No message
 * carries a number or a part of one: they end in server logs.
 */
#include "postgres.h"
#include "compat.h"

#include "common/hashfn.h"
#include "idcheck.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/sortsupport.h"

StaticAssertDecl(sizeof(Datum) >= sizeof(BzResidentId), "resident_id is passed by value");

/* The stretches of a number that region() and mask() know */
#define REGION_LENGTH 6
#define BIRTH_LENGTH 8

#define PG_GETARG_RESIDENT_ID(n) ((BzResidentId) PG_GETARG_INT64(n))
#define PG_RETURN_RESIDENT_ID(id) PG_RETURN_INT64((int64) (id))

PG_FUNCTION_INFO_V1(resident_id_in);
PG_FUNCTION_INFO_V1(resident_id_out);
PG_FUNCTION_INFO_V1(resident_id_recv);
PG_FUNCTION_INFO_V1(resident_id_send);
PG_FUNCTION_INFO_V1(resident_id_eq);
PG_FUNCTION_INFO_V1(resident_id_ne);
PG_FUNCTION_INFO_V1(resident_id_lt);
PG_FUNCTION_INFO_V1(resident_id_le);
PG_FUNCTION_INFO_V1(resident_id_gt);
PG_FUNCTION_INFO_V1(resident_id_ge);
PG_FUNCTION_INFO_V1(resident_id_cmp);
PG_FUNCTION_INFO_V1(resident_id_sortsupport);
PG_FUNCTION_INFO_V1(resident_id_hash);
PG_FUNCTION_INFO_V1(resident_id_hash_extended);
PG_FUNCTION_INFO_V1(resident_id_unchecked);
PG_FUNCTION_INFO_V1(resident_id_problem);
PG_FUNCTION_INFO_V1(is_resident_id);
PG_FUNCTION_INFO_V1(is_checked);
PG_FUNCTION_INFO_V1(birth_date);
PG_FUNCTION_INFO_V1(sex);
PG_FUNCTION_INFO_V1(resident_id_region);
PG_FUNCTION_INFO_V1(mask);

/* Set the primary message for what is wrong; called within ereport() */
static int
problem_message(BzIdProblem problem)
{
	switch (problem)
	{
		case BZ_ID_FINE:
			break;
		case BZ_ID_EMPTY:
			return errmsg("invalid resident id: empty");
		case BZ_ID_CHARACTER:
			return errmsg("invalid resident id: a character that cannot stand there");
		case BZ_ID_LENGTH:
			return errmsg("invalid resident id: neither 15 nor 18 characters");
		case BZ_ID_DATE:
			return errmsg("invalid resident id: impossible date of birth");
		case BZ_ID_CENTURY:
			return errmsg("invalid resident id: 15 digits that do not tell the century");
		case BZ_ID_CHECK:
			return errmsg("invalid resident id: wrong check digit");
	}
	return errmsg_internal("unknown problem of a resident id: %d", (int) problem);
}

/* Refuse what is not a resident id */
static void
check_problem(BzIdProblem problem)
{
	if (problem != BZ_ID_FINE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), problem_message(problem)));
}

/* What is wrong with a text that is to become a resident id? */
static BzIdProblem
text_problem(const text *t)
{
	BzResidentId id;

	return bz_resident_id_parse(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), false, &id);
}

/* Read the text form */
Datum
resident_id_in(PG_FUNCTION_ARGS)
{
	const char *str = PG_GETARG_CSTRING(0);
	BzResidentId id;

	check_problem(bz_resident_id_parse(str, strlen(str), false, &id));
	PG_RETURN_RESIDENT_ID(id);
}

/* Write the text form */
Datum
resident_id_out(PG_FUNCTION_ARGS)
{
	char *str = palloc(BZ_RESIDENT_ID_SIZE);

	bz_resident_id_print(PG_GETARG_RESIDENT_ID(0), str);
	PG_RETURN_CSTRING(str);
}

/* Read the binary form: nothing comes in here that could not come in as text */
Datum
resident_id_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	BzResidentId id = (BzResidentId) pq_getmsgint64(buf);

	check_problem(bz_resident_id_problem(id));
	PG_RETURN_RESIDENT_ID(id);
}

/* Write the binary form: the packed value, highest byte first */
Datum
resident_id_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_RESIDENT_ID(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
resident_id_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_RESIDENT_ID(0) == PG_GETARG_RESIDENT_ID(1));
}

Datum
resident_id_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_RESIDENT_ID(0) != PG_GETARG_RESIDENT_ID(1));
}

Datum
resident_id_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_RESIDENT_ID(0) < PG_GETARG_RESIDENT_ID(1));
}

Datum
resident_id_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_RESIDENT_ID(0) <= PG_GETARG_RESIDENT_ID(1));
}

Datum
resident_id_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_RESIDENT_ID(0) > PG_GETARG_RESIDENT_ID(1));
}

Datum
resident_id_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(PG_GETARG_RESIDENT_ID(0) >= PG_GETARG_RESIDENT_ID(1));
}

Datum
resident_id_cmp(PG_FUNCTION_ARGS)
{
	BzResidentId a = PG_GETARG_RESIDENT_ID(0);
	BzResidentId b = PG_GETARG_RESIDENT_ID(1);

	PG_RETURN_INT32(a < b ? -1 : a > b);
}

/* Sort without calling us: a packed value is never negative */
Datum
resident_id_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = ssup_datum_signed_cmp;
	PG_RETURN_VOID();
}

Datum
resident_id_hash(PG_FUNCTION_ARGS)
{
	BzResidentId id = PG_GETARG_RESIDENT_ID(0);

	return hash_any((unsigned char *) &id, sizeof(id));
}

Datum
resident_id_hash_extended(PG_FUNCTION_ARGS)
{
	BzResidentId id = PG_GETARG_RESIDENT_ID(0);

	return hash_any_extended((unsigned char *) &id, sizeof(id), PG_GETARG_INT64(1));
}

/* Read a number that may have been issued with a wrong check digit */
Datum
resident_id_unchecked(PG_FUNCTION_ARGS)
{
	text *t = PG_GETARG_TEXT_PP(0);
	BzResidentId id;

	check_problem(bz_resident_id_parse(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), true, &id));
	PG_RETURN_RESIDENT_ID(id);
}

/* The word for what is wrong with a text, NULL when nothing is */
Datum
resident_id_problem(PG_FUNCTION_ARGS)
{
	const char *word = bz_id_problem_word(text_problem(PG_GETARG_TEXT_PP(0)));

	if (word == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(word));
}

/* Would the text be taken as a resident id? */
Datum
is_resident_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(text_problem(PG_GETARG_TEXT_PP(0)) == BZ_ID_FINE);
}

/* Is the check digit right? */
Datum
is_checked(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(bz_resident_id_is_checked(PG_GETARG_RESIDENT_ID(0)));
}

Datum
birth_date(PG_FUNCTION_ARGS)
{
	int year;
	int month;
	int day;

	bz_resident_id_birth(PG_GETARG_RESIDENT_ID(0), &year, &month, &day);
	PG_RETURN_DATEADT(date2j(year, month, day) - POSTGRES_EPOCH_JDATE);
}

Datum
sex(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(bz_resident_id_sex(PG_GETARG_RESIDENT_ID(0)));
}

Datum
resident_id_region(PG_FUNCTION_ARGS)
{
	char str[BZ_RESIDENT_ID_SIZE];

	bz_resident_id_print(PG_GETARG_RESIDENT_ID(0), str);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(str, REGION_LENGTH));
}

/* The number with the date of birth starred out */
Datum
mask(PG_FUNCTION_ARGS)
{
	char str[BZ_RESIDENT_ID_SIZE];

	bz_resident_id_print(PG_GETARG_RESIDENT_ID(0), str);
	memset(str + REGION_LENGTH, '*', BIRTH_LENGTH);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(str, BZ_RESIDENT_ID_LENGTH));
}
