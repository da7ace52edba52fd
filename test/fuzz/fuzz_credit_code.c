/*
 * fuzz_credit_code.c
 *		What the type credit_code reads, as text and as bytes from the wire,
 *		against a second implementation that was written from the standard.
 *
 * Each input is taken three times: as a text, as a code from the wire, and as
 * the choices from which a nearly right code is made.
 */
#include "idcheck.h"
#include "reader.h"

#define NTOKENS (10 + 4 * 26 + 10)

/* Every way to write a character that may stand in a code */
static const Token *
all_tokens(size_t *count)
{
	static Token tokens[NTOKENS];
	static char bytes[NTOKENS][4];
	static size_t n;

	if (n == 0)
	{
		for (char c = '0'; c <= 'Z'; c++)
		{
			if ((c > '9' && c < 'A') || strchr("IOSVZ", c) != NULL)
				continue;
			for (int shape = 0; shape < (c <= '9' ? 2 : 4); shape++)
			{
				char small = (char) (shape >= 2 ? c + ('a' - 'A') : c);

				if (shape % 2 == 0)
					sprintf(bytes[n], "%c", small);
				else
					sprintf(bytes[n], "\xEF%c%c", shape == 3 ? 0xBD : 0xBC,
							shape == 3 ? small + 0x20 : small + 0x60);
				tokens[n].bytes = bytes[n];
				tokens[n++].value = c;
			}
		}
	}
	*count = n;
	return tokens;
}

/* The value of a character: its place among digits and letters, less the letters that are left out before it */
static int
value_of(char c)
{
	int value = c <= '9' ? c - '0' : c - 'A' + 10;

	for (const char *left_out = "IOSVZ"; *left_out != '\0'; left_out++)
		value -= c > *left_out;
	return value;
}

/* The check character of 17, by Horner's rule from the right */
static char
check_character(const char *text)
{
	int sum = 0;

	for (int i = 16; i >= 0; i--)
		sum = (sum * 3 + value_of(text[i])) % 31;
	for (char c = '0'; c <= 'Y'; c++)
	{
		if ((c <= '9' || c >= 'A') && strchr("IOSV", c) == NULL && (sum + value_of(c)) % 31 == 0)
			return c;
	}
	abort();
}

/* What a text should be read as: the word for what is wrong, or NULL and the text that is written back */
static const char *
expected(const uint8_t *data, size_t size, char out[BZ_CREDIT_CODE_SIZE])
{
	size_t ntokens;
	const Token *tokens = all_tokens(&ntokens);
	const char *word = read_tokens(data, data + size, tokens, ntokens, 18, out);

	if (word != NULL)
		return word;
	if (strlen(out) != 18)
		return "length";
	return out[17] == check_character(out) ? NULL : "check";
}

/* Everything that must hold of a code that was let in */
static void
examine(const BzCreditCode *code, const char *text)
{
	static BzCreditCode last_code;
	static char last_text[BZ_CREDIT_CODE_SIZE] = "000000000000000000";
	char printed[BZ_CREDIT_CODE_SIZE];
	BzCreditCode again;
	int order;
	int text_order;

	bz_credit_code_print(code, printed);
	EXPECT(strcmp(printed, text) == 0);
	EXPECT(bz_credit_code_problem(code) == BZ_ID_FINE);
	EXPECT(bz_credit_code_parse(printed, strlen(printed), &again) == BZ_ID_FINE);
	EXPECT(memcmp(&again, code, sizeof(again)) == 0);

	/* codes sort as texts */
	text_order = strcmp(text, last_text);
	order = bz_credit_code_compare(code, &last_code);
	EXPECT((text_order < 0) == (order < 0) && (text_order > 0) == (order > 0));
	EXPECT(bz_credit_code_compare(&last_code, code) == -order);
	last_code = *code;
	strcpy(last_text, text);
}

static void
try_text(const uint8_t *data, size_t size)
{
	char text[BZ_CREDIT_CODE_SIZE];
	BzCreditCode code;
	const char *word = expected(data, size, text);

	EXPECT(same_word(word, bz_id_problem_word(bz_credit_code_parse((const char *) data, size, &code))));
	if (word == NULL)
		examine(&code, text);
}

/* A code from the wire is let in exactly if its text is, and then is the code of that text */
static void
try_wire(const BzCreditCode *code)
{
	char text[BZ_CREDIT_CODE_SIZE];
	char again[BZ_CREDIT_CODE_SIZE];
	BzCreditCode read;

	bz_credit_code_print(code, text);
	if (bz_credit_code_problem(code) == BZ_ID_FINE)
	{
		EXPECT(expected((const uint8_t *) text, strlen(text), again) == NULL && strcmp(text, again) == 0);
		examine(code, text);
	}
	else
		EXPECT(bz_credit_code_parse(text, strlen(text), &read) != BZ_ID_FINE ||
			   bz_credit_code_compare(&read, code) != 0);
}

/* A right code with at most one thing wrong, in text and on the wire */
static void
try_made(const uint8_t *data, size_t size)
{
	char text[BZ_CREDIT_CODE_SIZE];
	int at = data[0] % 32;
	BzCreditCode code;

	for (int i = 0; i < 17; i++)
		text[i] = "0123456789ABCDEFGHJKLMNPQRTUWXY"[data[1 + i] % 31];
	text[17] = check_character(text);
	text[18] = '\0';
	EXPECT(bz_credit_code_parse(text, 18, &code) == BZ_ID_FINE);
	examine(&code, text);
	code.part[data[size - 1] % 3] ^= UINT32_C(1) << at;
	try_wire(&code);
	code.part[data[size - 1] % 3] ^= UINT32_C(1) << at;
	code.part[2] += data[size - 1];
	try_wire(&code);
	if (at < 18)
		text[at] = (char) data[size - 1];
	try_text((const uint8_t *) text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_text(data, size);
	if (size >= sizeof(BzCreditCode))
	{
		BzCreditCode code;

		memcpy(&code, data, sizeof(code));
		try_wire(&code);
	}
	if (size >= 19)
		try_made(data, size);
	return 0;
}
