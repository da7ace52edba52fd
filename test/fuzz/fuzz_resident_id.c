/*
 * fuzz_resident_id.c
 *		What the type resident_id reads, as text and as bytes from the wire,
 *		against a second implementation that was written from the standard.
 *
 * Each input is taken three times: as a text, as a value from the wire, and as
 * the choices from which a nearly right number is made.
 */
#include "idcheck.h"
#include "reader.h"

static const Token tokens[] = {
	{"0", '0'},		 {"1", '1'},	  {"2", '2'},	   {"3", '3'},		{"4", '4'},		 {"5", '5'},
	{"6", '6'},		 {"7", '7'},	  {"8", '8'},	   {"9", '9'},		{"X", 'X'},		 {"x", 'X'},
	{"!", '!'},		 {"\uFF10", '0'}, {"\uFF11", '1'}, {"\uFF12", '2'}, {"\uFF13", '3'}, {"\uFF14", '4'},
	{"\uFF15", '5'}, {"\uFF16", '6'}, {"\uFF17", '7'}, {"\uFF18", '8'}, {"\uFF19", '9'}, {"\uFF38", 'X'},
	{"\uFF58", 'X'}, {"\uFF01", '!'}, {"\u00D7", 'X'}, {"\u0425", 'X'}, {"\u0445", 'X'}, {"\u2169", 'X'},
	{"\u2179", 'X'},
};

/* The check character of 17 digits, by the recursion of ISO 7064 instead of weights */
static char
check_character(const char *digits)
{
	int p = 0;

	for (int i = 0; i < 17; i++)
		p = (p + digits[i] - '0') * 2 % 11;
	return "0123456789X"[(12 - p) % 11];
}

static long
number_at(const char *text, int at, int length)
{
	char part[9] = {0};

	memcpy(part, text + at, (size_t) length);
	return strtol(part, NULL, 10);
}

/* Days since 1970-01-01 of a civil date, and back (H. Hinnant's formulas) */
static long
days_from_civil(long y, long m, long d)
{
	long era;
	long yoe;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 -
		   719468;
}

/* A day exists if counting to it and counting back meet */
static bool
day_exists(long y, long m, long d)
{
	long z;
	long era;
	long doe;
	long yoe;
	long doy;
	long mp;

	if (m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	z = days_from_civil(y, m, d) + 719468;
	era = z / 146097;
	doe = z - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	return doy - (153 * mp + 2) / 5 + 1 == d && (mp < 10 ? mp + 3 : mp - 9) == m;
}

/* What a text should be read as: the word for what is wrong, or NULL and the text that is written back */
static const char *
expected(const uint8_t *data, size_t size, bool unchecked, char out[BZ_RESIDENT_ID_SIZE])
{
	char text[32];
	const char *word = read_tokens(data, data + size, tokens, sizeof(tokens) / sizeof(tokens[0]), 19, text);
	size_t length;
	bool legacy;

	if (word != NULL)
		return word;
	length = strlen(text);
	if (text[length - 1] == '!')
	{
		unchecked = true;
		text[--length] = '\0';
	}
	legacy = length == 15;
	if (length != 15 && length != 18)
		return "length";
	if (strspn(text, "0123456789") < (legacy ? 15 : 17) || text[length - 1] == '!')
		return "character";
	if (legacy)
	{
		memmove(text + 8, text + 6, 9);
		memcpy(text + 6, "19", 2);
		text[17] = check_character(text);
		text[18] = '\0';
	}
	if (number_at(text, 6, 4) < 1800 || number_at(text, 6, 4) > 2099 ||
		!day_exists(number_at(text, 6, 4), number_at(text, 10, 2), number_at(text, 12, 2)))
		return "date";
	if (legacy && number_at(text, 14, 3) >= 996)
		return "century";
	strcpy(out, text);
	if (text[17] != check_character(text))
	{
		if (!unchecked)
			return "check";
		strcat(out, "!");
	}
	return NULL;
}

/* Everything that must hold of a value that was let in */
static void
examine(BzResidentId id, const char *text)
{
	static BzResidentId last_id;
	static char last_text[BZ_RESIDENT_ID_SIZE];
	char printed[BZ_RESIDENT_ID_SIZE];
	BzResidentId again;
	int year;
	int month;
	int day;
	int order;

	bz_resident_id_print(id, printed);
	EXPECT(strcmp(printed, text) == 0);
	EXPECT(bz_resident_id_problem(id) == BZ_ID_FINE);
	EXPECT(bz_resident_id_parse(printed, strlen(printed), false, &again) == BZ_ID_FINE && again == id);
	EXPECT(bz_resident_id_is_checked(id) == (strlen(text) == 18));
	EXPECT(bz_resident_id_sex(id) == ((text[16] - '0') % 2 == 1 ? 1 : 2));
	bz_resident_id_birth(id, &year, &month, &day);
	EXPECT(year == number_at(text, 6, 4) && month == number_at(text, 10, 2) && day == number_at(text, 12, 2));

	/* values sort as texts */
	order = strcmp(text, last_text);
	EXPECT((order < 0) == (id < last_id) && (order == 0) == (id == last_id));
	last_id = id;
	strcpy(last_text, text);
}

static void
try_text(const uint8_t *data, size_t size)
{
	for (int unchecked = 0; unchecked <= 1; unchecked++)
	{
		char text[BZ_RESIDENT_ID_SIZE];
		BzResidentId id = 0;
		const char *word = expected(data, size, unchecked, text);

		EXPECT(same_word(
			word, bz_id_problem_word(bz_resident_id_parse((const char *) data, size, unchecked, &id))));
		EXPECT(word == NULL || id == 0);
		if (word == NULL)
			examine(id, text);
	}
}

/* A value from the wire is let in exactly if its text is, and then is the value of that text */
static void
try_wire(uint64_t value)
{
	char text[BZ_RESIDENT_ID_SIZE];
	char again[BZ_RESIDENT_ID_SIZE];
	BzResidentId id;

	bz_resident_id_print(value, text);
	if (bz_resident_id_problem(value) == BZ_ID_FINE)
	{
		EXPECT(expected((const uint8_t *) text, strlen(text), false, again) == NULL &&
			   strcmp(text, again) == 0);
		examine(value, text);
	}
	else
		EXPECT(bz_resident_id_parse(text, strlen(text), false, &id) != BZ_ID_FINE || id != value);
}

/* A right number with at most one thing wrong, and its value with at most one bit wrong */
static void
try_made(const uint8_t *data, size_t size)
{
	char text[BZ_RESIDENT_ID_SIZE + 1];
	int at = data[0] % 64;
	BzResidentId id;

	for (int i = 0; i < 17; i++)
		text[i] = (char) ('0' + data[1 + i] % 10);
	text[6] = (char) ('1' + data[7] % 2);
	text[7] = text[6] == '1' ? (char) ('7' + data[8] % 3) : (char) ('0' + data[8] % 2);
	text[10] = (char) ('0' + data[11] % 2);
	text[12] = (char) ('0' + data[13] % 4);
	text[17] = check_character(text);
	text[18] = '\0';
	if (bz_resident_id_parse(text, 18, false, &id) == BZ_ID_FINE)
	{
		try_wire(id ^ UINT64_C(1) << at);
		try_wire(id ^ (uint64_t) (data[size - 1] % 32));
	}
	if (at < 18)
		text[at] = (char) data[size - 1];
	else if (at == 18)
		strcat(text, "!");
	try_text((const uint8_t *) text, strlen(text));

	/* the same person's old number */
	memmove(text + 6, text + 8, 9);
	try_text((const uint8_t *) text, 15);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_text(data, size);
	if (size >= sizeof(uint64_t))
	{
		uint64_t value;

		memcpy(&value, data, sizeof(value));
		try_wire(value);
	}
	if (size >= 19)
		try_made(data, size);
	return 0;
}
