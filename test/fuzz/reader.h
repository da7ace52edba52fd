/*
 * reader.h
 *		A second reader of text for the harnesses, made in another way than the
 *		one in idcheck.c: nothing is decoded, byte strings are compared.
 */
#ifndef READER_H
#define READER_H

#include "expect.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* what is read where `bytes` stand */
typedef struct Token
{
	const char *bytes;
	char value;
} Token;

/* The length of a token that stands at `at`, 0 if it does not */
static size_t
token_at(const char *bytes, const uint8_t *at, const uint8_t *end)
{
	size_t length = strlen(bytes);

	return (size_t) (end - at) >= length && memcmp(at, bytes, length) == 0 ? length : 0;
}

/* The length of the white space that stands at `at`, 0 if there is none */
static size_t
space_at(const uint8_t *at, const uint8_t *end)
{
	static const char *const fixed[] = {" ",
										"\t",
										"\n",
										"\v",
										"\f",
										"\r",
										"\xC2\x85",
										"\xC2\xA0",
										"\xE1\x9A\x80",
										"\xE2\x81\x9F",
										"\xE2\x81\xA0",
										"\xE2\x81\xA1",
										"\xE2\x81\xA2",
										"\xE2\x81\xA3",
										"\xE2\x81\xA4",
										"\xE2\x81\xA6",
										"\xE2\x81\xA7",
										"\xE2\x81\xA8",
										"\xE2\x81\xA9",
										"\xE3\x80\x80",
										"\xEF\xBB\xBF"};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
	{
		size_t length = token_at(fixed[i], at, end);

		if (length > 0)
			return length;
	}
	if (end - at >= 3 && at[0] == 0xE2 && at[1] == 0x80 && (at[2] <= 0x8F || at[2] >= 0xA8) &&
		at[2] >= 0x80 && at[2] <= 0xAF)
		return 3;
	return 0;
}

/*
 * Read a whole text: spaces, tokens, spaces.  Returns the word for what is
 * wrong, NULL if nothing is; out[] has room for `most` characters and a NUL.
 */
static const char *
read_tokens(const uint8_t *at, const uint8_t *end, const Token *tokens, size_t ntokens, int most, char *out)
{
	size_t length;
	int n = 0;

	while (at < end && (length = space_at(at, end)) > 0)
		at += length;
	if (at == end)
		return "empty";
	for (;;)
	{
		size_t i;

		for (i = 0; i < ntokens && (length = token_at(tokens[i].bytes, at, end)) == 0; i++)
			;
		if (i == ntokens)
			break;
		if (n == most)
			return "length";
		out[n++] = tokens[i].value;
		at += length;
	}
	out[n] = '\0';
	while (at < end && (length = space_at(at, end)) > 0)
		at += length;
	return at == end ? NULL : "character";
}

/* The same word, or none on both sides */
static bool
same_word(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

#endif /* READER_H */
