/*
 * credit_code.c
 *		The type credit_code: a unified social credit code (GB 32100-2015) in
 *		twelve bytes.
 *
 * What a code is, and how it is packed, is written in idcheck.c.
 */
#include "postgres.h"
#include "compat.h"

#include "common/hashfn.h"
#include "idcheck.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

/* Where the parts of a code begin, and how long they are */
#define DEPARTMENT_AT 0
#define CATEGORY_AT 1
#define REGION_AT 2
#define REGION_LENGTH 6
#define ORGANIZATION_AT 8
#define ORGANIZATION_LENGTH 8 /* its check character stands behind a hyphen */

#define DatumGetCreditCode(d) ((BzCreditCode *) DatumGetPointer(d))
#define PG_GETARG_CREDIT_CODE(n) DatumGetCreditCode(PG_GETARG_DATUM(n))
#define PG_RETURN_CREDIT_CODE(code) PG_RETURN_POINTER(code)

PG_FUNCTION_INFO_V1(credit_code_in);
PG_FUNCTION_INFO_V1(credit_code_out);
PG_FUNCTION_INFO_V1(credit_code_recv);
PG_FUNCTION_INFO_V1(credit_code_send);
PG_FUNCTION_INFO_V1(credit_code_eq);
PG_FUNCTION_INFO_V1(credit_code_ne);
PG_FUNCTION_INFO_V1(credit_code_lt);
PG_FUNCTION_INFO_V1(credit_code_le);
PG_FUNCTION_INFO_V1(credit_code_gt);
PG_FUNCTION_INFO_V1(credit_code_ge);
PG_FUNCTION_INFO_V1(credit_code_cmp);
PG_FUNCTION_INFO_V1(credit_code_sortsupport);
PG_FUNCTION_INFO_V1(credit_code_hash);
PG_FUNCTION_INFO_V1(credit_code_hash_extended);
PG_FUNCTION_INFO_V1(credit_code_problem);
PG_FUNCTION_INFO_V1(is_credit_code);
PG_FUNCTION_INFO_V1(registration_department);
PG_FUNCTION_INFO_V1(registration_category);
PG_FUNCTION_INFO_V1(credit_code_region);
PG_FUNCTION_INFO_V1(organization_code);

/* Set the primary message for what is wrong; called within ereport() */
static int
problem_message(BzIdProblem problem)
{
	switch (problem)
	{
		case BZ_ID_EMPTY:
			return errmsg("invalid credit code: empty");
		case BZ_ID_CHARACTER:
			return errmsg("invalid credit code: a character that cannot stand there");
		case BZ_ID_LENGTH:
			return errmsg("invalid credit code: not 18 characters");
		case BZ_ID_CHECK:
			return errmsg("invalid credit code: wrong check character");
		case BZ_ID_FINE:
		case BZ_ID_DATE:
		case BZ_ID_CENTURY:
			break;
	}
	return errmsg_internal("unknown problem of a credit code: %d", (int) problem);
}

/* Refuse what is not a credit code */
static void
check_problem(BzIdProblem problem)
{
	if (problem != BZ_ID_FINE)
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), problem_message(problem)));
}

/* What is wrong with a text that is to become a credit code? */
static BzIdProblem
text_problem(const text *t)
{
	BzCreditCode code;

	return bz_credit_code_parse(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &code);
}

static int
compare_args(FunctionCallInfo fcinfo)
{
	return bz_credit_code_compare(PG_GETARG_CREDIT_CODE(0), PG_GETARG_CREDIT_CODE(1));
}

static int
compare_datums(Datum a, Datum b, SortSupport ssup)
{
	return bz_credit_code_compare(DatumGetCreditCode(a), DatumGetCreditCode(b));
}

/* A stretch of the text form */
static text *
part_of(const BzCreditCode *code, int at, int length)
{
	char str[BZ_CREDIT_CODE_SIZE];

	bz_credit_code_print(code, str);
	return cstring_to_text_with_len(str + at, length);
}

/* Read the text form */
Datum
credit_code_in(PG_FUNCTION_ARGS)
{
	const char *str = PG_GETARG_CSTRING(0);
	BzCreditCode *code = palloc(sizeof(BzCreditCode));

	check_problem(bz_credit_code_parse(str, strlen(str), code));
	PG_RETURN_CREDIT_CODE(code);
}

/* Write the text form */
Datum
credit_code_out(PG_FUNCTION_ARGS)
{
	char *str = palloc(BZ_CREDIT_CODE_SIZE);

	bz_credit_code_print(PG_GETARG_CREDIT_CODE(0), str);
	PG_RETURN_CSTRING(str);
}

/* Read the binary form: nothing comes in here that could not come in as text */
Datum
credit_code_recv(PG_FUNCTION_ARGS)
{
	StringInfo buf = (StringInfo) PG_GETARG_POINTER(0);
	BzCreditCode *code = palloc(sizeof(BzCreditCode));

	for (int i = 0; i < BZ_CREDIT_CODE_PARTS; i++)
		code->part[i] = pq_getmsgint(buf, sizeof(code->part[i]));
	check_problem(bz_credit_code_problem(code));
	PG_RETURN_CREDIT_CODE(code);
}

/* Write the binary form: the three parts, each with its highest byte first */
Datum
credit_code_send(PG_FUNCTION_ARGS)
{
	const BzCreditCode *code = PG_GETARG_CREDIT_CODE(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	for (int i = 0; i < BZ_CREDIT_CODE_PARTS; i++)
		pq_sendint32(&buf, code->part[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
credit_code_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) == 0);
}

Datum
credit_code_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) != 0);
}

Datum
credit_code_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) < 0);
}

Datum
credit_code_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) <= 0);
}

Datum
credit_code_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) > 0);
}

Datum
credit_code_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare_args(fcinfo) >= 0);
}

Datum
credit_code_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_args(fcinfo));
}

/* Sort without a function call through the manager for each comparison */
Datum
credit_code_sortsupport(PG_FUNCTION_ARGS)
{
	SortSupport ssup = (SortSupport) PG_GETARG_POINTER(0);

	ssup->comparator = compare_datums;
	PG_RETURN_VOID();
}

Datum
credit_code_hash(PG_FUNCTION_ARGS)
{
	return hash_any((const unsigned char *) PG_GETARG_CREDIT_CODE(0), sizeof(BzCreditCode));
}

Datum
credit_code_hash_extended(PG_FUNCTION_ARGS)
{
	return hash_any_extended((const unsigned char *) PG_GETARG_CREDIT_CODE(0), sizeof(BzCreditCode),
							 PG_GETARG_INT64(1));
}

/* The word for what is wrong with a text, NULL when nothing is */
Datum
credit_code_problem(PG_FUNCTION_ARGS)
{
	const char *word = bz_id_problem_word(text_problem(PG_GETARG_TEXT_PP(0)));

	if (word == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(word));
}

/* Would the text be taken as a credit code? */
Datum
is_credit_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(text_problem(PG_GETARG_TEXT_PP(0)) == BZ_ID_FINE);
}

Datum
registration_department(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(part_of(PG_GETARG_CREDIT_CODE(0), DEPARTMENT_AT, 1));
}

Datum
registration_category(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(part_of(PG_GETARG_CREDIT_CODE(0), CATEGORY_AT, 1));
}

Datum
credit_code_region(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(part_of(PG_GETARG_CREDIT_CODE(0), REGION_AT, REGION_LENGTH));
}

/* The organisation code (GB 11714) inside, as it is written: 8 characters, hyphen, check character */
Datum
organization_code(PG_FUNCTION_ARGS)
{
	char str[BZ_CREDIT_CODE_SIZE];
	char organization[ORGANIZATION_LENGTH + 2];

	bz_credit_code_print(PG_GETARG_CREDIT_CODE(0), str);
	memcpy(organization, str + ORGANIZATION_AT, ORGANIZATION_LENGTH);
	organization[ORGANIZATION_LENGTH] = '-';
	organization[ORGANIZATION_LENGTH + 1] = str[ORGANIZATION_AT + ORGANIZATION_LENGTH];
	PG_RETURN_TEXT_P(cstring_to_text_with_len(organization, sizeof(organization)));
}
