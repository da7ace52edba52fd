/*
 * idcheck.h
 *		Resident numbers (GB 11643-1999) and unified social credit codes
 *		(GB 32100-2015): reading, checking, packing.
 *
 * Pure C: no allocation, no state, any bytes may come in.
 */
#ifndef BZ_IDCHECK_H
#define BZ_IDCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is wrong with a text: the first thing found, in this order */
typedef enum BzIdProblem
{
	BZ_ID_FINE,
	BZ_ID_EMPTY,	 /* nothing but white space */
	BZ_ID_CHARACTER, /* a character that cannot stand there */
	BZ_ID_LENGTH,	 /* too many characters, or too few */
	BZ_ID_DATE,		 /* no such day, or not of the years 1800-2099 */
	BZ_ID_CENTURY,	 /* 15 digits that do not tell the century */
	BZ_ID_CHECK		 /* the check character is wrong */
} BzIdProblem;

/* The stable word for a problem, NULL for BZ_ID_FINE */
extern const char *bz_id_problem_word(BzIdProblem problem);

/*
 * A resident number in 62 bits: 17 digits as a number, then 4 bits for the
 * check character (10 is X), then 1 bit that is set when that character is
 * not what the digits ask for.  So the values sort as the texts do, and a
 * wrongly issued number keeps the character that was issued.
 */
typedef uint64_t BzResidentId;

#define BZ_RESIDENT_ID_LENGTH 18

/* after a number with a wrong check digit, in text: it is known to be wrong */
#define BZ_RESIDENT_ID_MARK '!'

/* room for the number, the mark and the final NUL */
#define BZ_RESIDENT_ID_SIZE (BZ_RESIDENT_ID_LENGTH + 2)

extern BzIdProblem bz_resident_id_parse(const char *text, size_t length, bool unchecked, BzResidentId *id);
extern BzIdProblem bz_resident_id_problem(BzResidentId id);
extern void bz_resident_id_print(BzResidentId id, char text[BZ_RESIDENT_ID_SIZE]);
extern bool bz_resident_id_is_checked(BzResidentId id);
extern void bz_resident_id_birth(BzResidentId id, int *year, int *month, int *day);
extern int bz_resident_id_sex(BzResidentId id);

/*
 * A credit code in 12 bytes: three numbers of six characters each, to the
 * base of the alphabet.  Compared from the first to the last they sort as
 * the texts do (in "C"); 18 characters as they stand would take half as
 * much again in every row and index, and 16 bytes would buy nothing.
 */
#define BZ_CREDIT_CODE_PARTS 3
#define BZ_CREDIT_CODE_LENGTH 18
#define BZ_CREDIT_CODE_SIZE (BZ_CREDIT_CODE_LENGTH + 1)

typedef struct BzCreditCode
{
	uint32_t part[BZ_CREDIT_CODE_PARTS];
} BzCreditCode;

extern BzIdProblem bz_credit_code_parse(const char *text, size_t length, BzCreditCode *code);
extern BzIdProblem bz_credit_code_problem(const BzCreditCode *code);
extern void bz_credit_code_print(const BzCreditCode *code, char text[BZ_CREDIT_CODE_SIZE]);
extern int bz_credit_code_compare(const BzCreditCode *a, const BzCreditCode *b);

#endif /* BZ_IDCHECK_H */
