/*
 * fuzz_evidence.c
 *		Digests, proofs and points in time from any bytes; and proofs that were
 *		made, written as JSON in several ways, and tampered with.
 */
#define _GNU_SOURCE

#include "evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expect.h"
#include "instant.h"
#include "leaf.h"
#include "merkle.h"

static char *
copy_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* Any bytes: what is read lies within, and nothing is proved by it */
static void
try_bytes(const uint8_t *data, size_t size)
{
	BzDigest digest = {BZ_SM3, 5, {{1, 2, 3}}};
	BzDigest read;
	char *text = copy_of(data, size);
	BzJson json, element;
	bool end = false;
	int n = 0;

	if (bz_json_read(text, size, &json))
	{
		BzVerdict verdict;

		EXPECT(json.text >= text && json.text + json.length <= text + size);
		if (bz_digest_read(json, &read))
			EXPECT(read.algorithm < BZ_NALGORITHMS && read.size <= (uint64_t) INT64_MAX);
		memcpy(text, data, size);
		verdict = bz_proof_check(json, &digest);
		EXPECT(verdict == BZ_FAILS || verdict == BZ_NO_PROOF);
		memcpy(text, data, size);
		verdict = bz_consistency_check(json, &digest, &digest);
		EXPECT(verdict != BZ_NO_HASHER);
		memcpy(text, data, size);
		if (bz_json_is_array(json))
		{
			while (bz_json_next(&json, &element, &end) && !end)
			{
				EXPECT(element.length > 0 && element.text + element.length < text + size);
				n++;
			}
			EXPECT(end && (size_t) n <= size);
		}
	}
	/* nothing shorter than an object is one */
	if (size > 1 && data[0] == '{')
	{
		memcpy(text, data, size);
		if (bz_json_read(text, size, &json) && json.text[json.length - 1] == '}' && json.length == size)
			for (size_t cut = 1; cut < size; cut++)
				EXPECT(!bz_json_read(text, cut, &json));
	}
	free(text);
}

/* Points in time, against the C library */
static void
try_instant(const uint8_t *data, size_t size)
{
	int64_t microseconds;
	uint64_t value = 0;
	char text[80];
	int64_t seconds;
	time_t t;
	struct tm tm;
	int zone, fraction;

	(void) bz_instant_parse((const char *) data, size, &microseconds);
	for (size_t i = 0; i < 8 && i < size; i++)
		value = value << 8 | data[i];
	/* years 1 to 9999 */
	seconds = (int64_t) (value % UINT64_C(315537897599)) - INT64_C(62135596800);
	zone = (int) (value >> 40 & 0x3FFF) - 8192;
	fraction = (int) (value >> 20 & 0xFFFFF) % 1000000;
	t = (time_t) seconds;
	EXPECT(gmtime_r(&t, &tm) != NULL);
	snprintf(text, sizeof(text), "%04d-%02d-%02d%c%02d:%02d:%02d.%06d%c%02d:%02d:%02d", tm.tm_year + 1900,
			 tm.tm_mon + 1, tm.tm_mday, value % 2 == 0 ? ' ' : 'T', tm.tm_hour, tm.tm_min, tm.tm_sec,
			 fraction, zone < 0 ? '-' : '+', abs(zone) / 3600, abs(zone) / 60 % 60, abs(zone) % 60);
	EXPECT(bz_instant_parse(text, strlen(text), &microseconds));
	EXPECT(microseconds == (seconds - zone - INT64_C(946684800)) * 1000000 + fraction);
	/* a day that there is not */
	memcpy(text + 8, "32", 2);
	EXPECT(!bz_instant_parse(text, strlen(text), &microseconds));
}

/* A text as a JSON string, with as many escapes as the input likes */
static char *
put_string(char *to, const uint8_t *data, size_t size, int how)
{
	*to++ = '"';
	for (size_t i = 0; i < size; i++)
		if (data[i] < 0x20 || data[i] == '"' || data[i] == '\\' || (how % 3 == 0 && data[i] < 0x80))
			to += sprintf(to, "\\u%04x", data[i]);
		else
			*to++ = (char) data[i];
	*to++ = '"';
	*to = '\0';
	return to;
}

/* A proof of the left of two leaves */
static void
try_proof(const uint8_t *data, size_t size)
{
	static const char salt_text[] = "000102030405060708090a0b0c0d0e0f";
	BzHasher *h = bz_hasher(BZ_SHA256);
	uint8_t salt[BZ_SALT_SIZE], bytes[1024];
	size_t length = size > 100 ? 100 : size;
	BzEntry e = {.seq = 7,
				 .at = 86400000000,
				 .xact = 9,
				 .session_user_name = {"u", 1},
				 .current_user_name = {"v", 1},
				 .relation = {"public.t", 8},
				 .operation = {"INSERT", 6},
				 .salt = {salt, BZ_SALT_SIZE}};
	BzDigest digest = {BZ_SHA256, 2, {{0}}};
	BzHash commitment, leaf, right = {{4, 5, 6}};
	char key[700], text[4096], hash[3][BZ_HASH_TEXT], *copy;
	BzJson json;

	for (int i = 0; i < BZ_SALT_SIZE; i++)
		salt[i] = (uint8_t) i;
	for (size_t i = 0; i < length; i++)
		if (data[i] == 0)
			length = i;
	e.key.data = e.row_after.data = length == 0 ? (const void *) "" : data;
	e.key.length = e.row_after.length = length;
	EXPECT(bz_entry_commitment(h, &e, &commitment) == BZ_ENTRY_FINE);
	bz_leaf_write(&e, &commitment, bytes);
	bz_merkle_leaf(h, bytes, bz_leaf_size(&e), &leaf);
	bz_merkle_node(h, &leaf, &right, &digest.root);
	bz_hash_print(&commitment, hash[0]);
	bz_hash_print(&right, hash[1]);
	put_string(key, data, length, size > 0 ? data[0] : 0);
	snprintf(
		text, sizeof(text),
		"{\"algorithm\": \"sha256\", \"tree_size\": 2, \"index\": 0, \"more\": [{\"a\": [1e5, -0.5, true]}, {}],\n"
		"\"path\":[\"%s\"], \"texts\": {\"row_before\": null, \"row_after\": %s, \"salt\": \"%s\"},"
		"\"entry\": {\"seq\": 7, \"at\": \"2000-01-02 08:00:00+08\", \"xact\": 9, \"session_user_name\": \"u\","
		" \"current_user_name\": \"\\u0076\", \"claimed_actor\": null, \"relation\": \"public.t\", \"operation\": \"INSERT\","
		" \"key\": %s, \"commitment\": \"%s\"}}",
		hash[1], key, salt_text, key, hash[0]);
	copy = strdup(text);
	EXPECT(bz_json_read(copy, strlen(copy), &json) && bz_proof_check(json, &digest) == BZ_HOLDS);
	free(copy);

	/* one character that is another one: no proof, or none that holds, but for what is not asked for */
	if (size > 3)
	{
		size_t at = (size_t) (data[1] * 256 + data[2]) % strlen(text);
		size_t from = (size_t) (strstr(text, "\"more\"") - text);
		size_t until = (size_t) (strstr(text, "\"path\"") - text);
		bool texts;

		copy = strdup(text);
		copy[at] = (char) data[3];
		texts = strstr(copy, "\"texts\"") != NULL;
		if ((at < from || at >= until) && data[3] != (uint8_t) text[at] &&
			strchr(" \t\r\n", data[3]) == NULL && strchr(" \t\r\n", text[at]) == NULL &&
			bz_json_read(copy, strlen(copy), &json) && bz_proof_check(json, &digest) == BZ_HOLDS)
			/* the same in another way: a hexadecimal digit in a capital letter, a T before the time, "texts" not there */
			EXPECT((text[at] ^ data[3]) == 0x20 || !texts);
		free(copy);
	}
	digest.size++;
	copy = strdup(text);
	EXPECT(bz_json_read(copy, strlen(copy), &json) && bz_proof_check(json, &digest) == BZ_FAILS);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_bytes(data, size);
	try_instant(data, size);
	try_proof(data, size);
	return 0;
}
