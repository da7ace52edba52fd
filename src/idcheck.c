/*
 * idcheck.c
 *		Resident numbers (GB 11643-1999) and unified social credit codes
 *		(GB 32100-2015): reading, checking, packing.
 *
 * Not judged here, on purpose: whether a region exists (abolished counties
 * have abolished codes), whether a birth date lies in the future (the answer
 * would change with the day), and the check character of the organisation
 * code (GB 11714) inside a credit code.
 */
#include "idcheck.h"

#include <string.h>

#define RESIDENT_DIGITS 17
#define LEGACY_LENGTH 15
#define LEGACY_CENTURY_AT 6
#define FIRST_YEAR 1800
#define LAST_YEAR 2099

/* 15-digit numbers from this sequence on were kept for people born before 1900 */
#define LEGACY_CENTENARIAN 996

#define TEN_TO_17 UINT64_C(100000000000000000)

#define CREDIT_BASE 31
#define CREDIT_PART_LENGTH (BZ_CREDIT_CODE_LENGTH / BZ_CREDIT_CODE_PARTS)
#define CREDIT_PART_LIMIT 887503681 /* 31 to the 6th */

static const char credit_alphabet[CREDIT_BASE + 1] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* Turn a code point into the ASCII character it stands for; -1 if none */
typedef int (*FoldFunction)(int32_t point);

const char *
bz_id_problem_word(BzIdProblem problem)
{
	switch (problem)
	{
		case BZ_ID_FINE:
			return NULL;
		case BZ_ID_EMPTY:
			return "empty";
		case BZ_ID_CHARACTER:
			return "character";
		case BZ_ID_LENGTH:
			return "length";
		case BZ_ID_DATE:
			return "date";
		case BZ_ID_CENTURY:
			return "century";
		case BZ_ID_CHECK:
			return "check";
	}
	return NULL;
}

/* Read one code point and step over it; -1 where the bytes are not UTF-8 */
static int32_t
next_point(const unsigned char **at, const unsigned char *end)
{
	static const int32_t lowest[] = {0, 0x80, 0x800, 0x10000};
	int32_t point = *(*at)++;
	int more;

	if (point < 0x80)
		return point;
	if (point >= 0xC0 && point < 0xE0)
		more = 1;
	else if (point >= 0xE0 && point < 0xF0)
		more = 2;
	else if (point >= 0xF0 && point < 0xF8)
		more = 3;
	else
		return -1;

	if (end - *at < more)
		return -1;
	point &= 0x3F >> more;
	for (int i = 0; i < more; i++)
	{
		unsigned char byte = *(*at)++;

		if ((byte & 0xC0) != 0x80)
			return -1;
		point = point << 6 | (byte & 0x3F);
	}
	if (point < lowest[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
		return -1;
	return point;
}

/* White space, and what spreadsheets and web pages leave around a number unseen */
static bool
is_space(int32_t point)
{
	static const int32_t range[][2] = {
		{'\t', '\r'},	  {' ', ' '},		{0x85, 0x85},	  {0xA0, 0xA0},
		{0x1680, 0x1680}, {0x2000, 0x200F}, /* wide ones, zero-width ones, marks of direction */
		{0x2028, 0x202F}, {0x205F, 0x2064}, {0x2066, 0x2069}, {0x3000, 0x3000}, /* ideographic space */
		{0xFEFF, 0xFEFF},														/* byte order mark */
	};

	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
	{
		if (point >= range[i][0] && point <= range[i][1])
			return true;
	}
	return false;
}

/* Full width to ASCII, small letters to capitals */
static int
fold_common(int32_t point)
{
	if (point >= 0xFF01 && point <= 0xFF5E)
		point -= 0xFF01 - '!';
	if (point >= 'a' && point <= 'z')
		point -= 'a' - 'A';
	return point >= 0 && point < 0x80 ? (int) point : -1;
}

/* Digits, the mark, and X in the shapes in which people find it on a keyboard */
static int
fold_resident(int32_t point)
{
	int c = fold_common(point);

	if ((c >= '0' && c <= '9') || c == 'X' || c == BZ_RESIDENT_ID_MARK)
		return c;
	switch (point)
	{
		case 0x00D7: /* multiplication sign */
		case 0x0425: /* Cyrillic Ha */
		case 0x0445:
		case 0x2169: /* Roman numeral ten */
		case 0x2179:
			return 'X';
		default:
			return -1;
	}
}

/* The value of a character of a credit code, -1 if it is none */
static int
credit_value(int c)
{
	const char *found = memchr(credit_alphabet, c, CREDIT_BASE);

	return found ? (int) (found - credit_alphabet) : -1;
}

static int
fold_credit(int32_t point)
{
	int c = fold_common(point);

	return c >= 0 && credit_value(c) >= 0 ? c : -1;
}

/*
 * Trim a text and fold its characters into out[]; at most `room` may be left.
 * White space between characters is a wrong character.
 */
static BzIdProblem
fold_text(const char *text, size_t length, FoldFunction fold, char *out, int room, int *count)
{
	const unsigned char *at = (const unsigned char *) text;
	const unsigned char *end = at + length;
	bool gap = false;
	int n = 0;

	while (at < end)
	{
		int32_t point = next_point(&at, end);
		int c;

		if (is_space(point))
		{
			gap = n > 0;
			continue;
		}
		c = fold(point);
		if (c < 0 || gap)
			return BZ_ID_CHARACTER;
		if (n == room)
			return BZ_ID_LENGTH;
		out[n++] = (char) c;
	}
	*count = n;
	return n == 0 ? BZ_ID_EMPTY : BZ_ID_FINE;
}

/* The check value that 17 digits ask for: ISO 7064 MOD 11-2; 10 stands for X */
static int
resident_check(uint64_t digits)
{
	static const int weight[RESIDENT_DIGITS] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	int sum = 0;

	for (int i = RESIDENT_DIGITS - 1; i >= 0; i--)
	{
		sum += weight[i] * (int) (digits % 10);
		digits /= 10;
	}
	return (12 - sum % 11) % 11;
}

static uint64_t
resident_digits(BzResidentId id)
{
	return id >> 5;
}

static int
resident_check_of(BzResidentId id)
{
	return (int) (id >> 1 & 15);
}

static BzResidentId
resident_pack(uint64_t digits, int check)
{
	bool wrong = check != resident_check(digits);

	return digits << 5 | (uint64_t) check << 1 | (uint64_t) wrong;
}

static bool
is_birth_date(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap);
}

/*
 * Read a resident number: 18 characters, or 15 digits of the old kind, which
 * gain their century and check digit.  With `unchecked`, or with the mark
 * behind it in the text, a wrong check digit is kept and remembered.
 */
BzIdProblem
bz_resident_id_parse(const char *text, size_t length, bool unchecked, BzResidentId *id)
{
	char folded[BZ_RESIDENT_ID_LENGTH + 1];
	int count;
	int ndigits;
	int check;
	uint64_t digits = 0;
	BzIdProblem problem;
	BzResidentId packed;

	problem = fold_text(text, length, fold_resident, folded, BZ_RESIDENT_ID_LENGTH + 1, &count);
	if (problem != BZ_ID_FINE)
		return problem;
	if (folded[count - 1] == BZ_RESIDENT_ID_MARK)
	{
		unchecked = true;
		count--;
	}
	if (count != LEGACY_LENGTH && count != BZ_RESIDENT_ID_LENGTH)
		return BZ_ID_LENGTH;

	ndigits = count == LEGACY_LENGTH ? LEGACY_LENGTH : RESIDENT_DIGITS;
	for (int i = 0; i < ndigits; i++)
	{
		if (folded[i] < '0' || folded[i] > '9')
			return BZ_ID_CHARACTER;
		if (count == LEGACY_LENGTH && i == LEGACY_CENTURY_AT)
			digits = digits * 100 + 19;
		digits = digits * 10 + (uint64_t) (folded[i] - '0');
	}
	if (count == LEGACY_LENGTH)
		check = resident_check(digits);
	else if (folded[RESIDENT_DIGITS] == 'X')
		check = 10;
	else if (folded[RESIDENT_DIGITS] != BZ_RESIDENT_ID_MARK)
		check = folded[RESIDENT_DIGITS] - '0';
	else
		return BZ_ID_CHARACTER;

	packed = resident_pack(digits, check);
	problem = bz_resident_id_problem(packed);
	if (problem != BZ_ID_FINE)
		return problem;
	if (count == LEGACY_LENGTH && digits % 1000 >= LEGACY_CENTENARIAN)
		return BZ_ID_CENTURY;
	if (!unchecked && !bz_resident_id_is_checked(packed))
		return BZ_ID_CHECK;
	*id = packed;
	return BZ_ID_FINE;
}

/* Judge a packed value that came from outside: only what parsing can make is fine */
BzIdProblem
bz_resident_id_problem(BzResidentId id)
{
	int year;
	int month;
	int day;

	if (resident_digits(id) >= TEN_TO_17 || resident_check_of(id) > 10)
		return BZ_ID_CHARACTER;
	bz_resident_id_birth(id, &year, &month, &day);
	if (!is_birth_date(year, month, day))
		return BZ_ID_DATE;
	if (id != resident_pack(resident_digits(id), resident_check_of(id)))
		return BZ_ID_CHECK;
	return BZ_ID_FINE;
}

/* Write the 18 characters, and the mark behind a number known to be wrong */
void
bz_resident_id_print(BzResidentId id, char text[BZ_RESIDENT_ID_SIZE])
{
	uint64_t digits = resident_digits(id);
	int check = resident_check_of(id);
	int n = BZ_RESIDENT_ID_LENGTH;

	for (int i = RESIDENT_DIGITS - 1; i >= 0; i--)
	{
		text[i] = (char) ('0' + digits % 10);
		digits /= 10;
	}
	text[RESIDENT_DIGITS] = check == 10 ? 'X' : (char) ('0' + check);
	if (!bz_resident_id_is_checked(id))
		text[n++] = BZ_RESIDENT_ID_MARK;
	text[n] = '\0';
}

bool
bz_resident_id_is_checked(BzResidentId id)
{
	return (id & 1) == 0;
}

void
bz_resident_id_birth(BzResidentId id, int *year, int *month, int *day)
{
	uint32_t date = (uint32_t) (resident_digits(id) / 1000 % 100000000);

	*year = (int) (date / 10000);
	*month = (int) (date / 100 % 100);
	*day = (int) (date % 100);
}

/* 1 man, 2 woman (GB/T 2261.1) */
int
bz_resident_id_sex(BzResidentId id)
{
	return resident_digits(id) % 2 == 1 ? 1 : 2;
}

/* The value of the i-th character of a packed code */
static int
credit_value_at(const BzCreditCode *code, int i)
{
	uint32_t part = code->part[i / CREDIT_PART_LENGTH];

	for (int right = CREDIT_PART_LENGTH - 1 - i % CREDIT_PART_LENGTH; right > 0; right--)
		part /= CREDIT_BASE;
	return (int) (part % CREDIT_BASE);
}

/* Read a unified social credit code */
BzIdProblem
bz_credit_code_parse(const char *text, size_t length, BzCreditCode *code)
{
	char folded[BZ_CREDIT_CODE_LENGTH];
	int count;
	BzIdProblem problem;
	BzCreditCode packed = {{0}};

	problem = fold_text(text, length, fold_credit, folded, BZ_CREDIT_CODE_LENGTH, &count);
	if (problem != BZ_ID_FINE)
		return problem;
	if (count != BZ_CREDIT_CODE_LENGTH)
		return BZ_ID_LENGTH;

	for (int i = 0; i < BZ_CREDIT_CODE_LENGTH; i++)
	{
		uint32_t *part = &packed.part[i / CREDIT_PART_LENGTH];

		*part = *part * CREDIT_BASE + (uint32_t) credit_value(folded[i]);
	}
	problem = bz_credit_code_problem(&packed);
	if (problem == BZ_ID_FINE)
		*code = packed;
	return problem;
}

/* Judge a packed code that came from outside: only what parsing can make is fine */
BzIdProblem
bz_credit_code_problem(const BzCreditCode *code)
{
	int sum = 0;
	int weight = 1;

	for (int i = 0; i < BZ_CREDIT_CODE_PARTS; i++)
	{
		if (code->part[i] >= CREDIT_PART_LIMIT)
			return BZ_ID_CHARACTER;
	}

	/* weights are the powers of 3; the check character makes the sum come out even */
	for (int i = 0; i < BZ_CREDIT_CODE_LENGTH - 1; i++)
	{
		sum += weight * credit_value_at(code, i);
		weight = weight * 3 % CREDIT_BASE;
	}
	sum += credit_value_at(code, BZ_CREDIT_CODE_LENGTH - 1);
	return sum % CREDIT_BASE == 0 ? BZ_ID_FINE : BZ_ID_CHECK;
}

void
bz_credit_code_print(const BzCreditCode *code, char text[BZ_CREDIT_CODE_SIZE])
{
	for (int i = 0; i < BZ_CREDIT_CODE_LENGTH; i++)
		text[i] = credit_alphabet[credit_value_at(code, i)];
	text[BZ_CREDIT_CODE_LENGTH] = '\0';
}

int
bz_credit_code_compare(const BzCreditCode *a, const BzCreditCode *b)
{
	for (int i = 0; i < BZ_CREDIT_CODE_PARTS; i++)
	{
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	}
	return 0;
}
