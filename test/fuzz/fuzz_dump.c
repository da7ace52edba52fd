/*
 * fuzz_dump.c
 *		What the stand-alone verifier makes of any file: it reads to the end or
 *		says what it does not understand, and never calls garbage sound.
 */
#define _GNU_SOURCE

#include "sealed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"

static void
count(void *arg, bool error, const char *what, const char *place)
{
	EXPECT(what[0] != '\0' && place[0] != '\0');
	*(int *) arg += error;
}

static FILE *
file_of(const uint8_t *data, size_t size)
{
	FILE *file = size == 0 ? fopen("/dev/null", "r") : fmemopen((void *) data, size, "r");

	EXPECT(file != NULL);
	return file;
}

/* The values of bytea and bigint, read alone */
static void
try_values(const uint8_t *data, size_t size)
{
	BzField text = {size == 0 ? (const void *) "" : data, size};
	uint8_t bytes[64];
	size_t length;
	int64_t integer;

	if (bz_bytes_of(text, bytes, sizeof(bytes), &length))
		EXPECT(length <= sizeof(bytes) && length <= size);
	if (bz_integer_of(text, &integer))
	{
		char digits[32];

		snprintf(digits, sizeof(digits), "%lld", (long long) integer);
		EXPECT(size >= strlen(digits));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const BzDigest outside = {BZ_SM3, 4, {{9}}};
	char problem[200] = "";
	int errors = 0;
	BzSealed *s = bz_sealed_new(count, &errors);
	BzDumpTable first[2] = {bz_sealed_blocks(s), bz_sealed_tiles(s)};
	BzDumpTable second[1] = {bz_sealed_entries(s)};
	BzDumpTable alone = bz_sealed_tiles(s);
	BzDigest digests[1] = {outside};
	BzDigest found;
	FILE *file = file_of(data, size);
	bool good = bz_dump_read(file, first, 2, problem, sizeof(problem));

	fclose(file);
	EXPECT(good == (problem[0] == '\0'));
	if (good)
	{
		EXPECT(bz_sealed_choose(s, NULL, 0) != NULL);
		file = file_of(data, size);
		good = bz_dump_read(file, second, 1, problem, sizeof(problem));
		fclose(file);
	}
	if (good)
	{
		EXPECT(bz_sealed_check(s, digests, 1, &found));
		/* a digest of what is not there is always an error */
		EXPECT(errors > 0);
		EXPECT(found.size <=
			   (uint64_t) second[0].rows * (uint64_t) first[0].rows + 256 * (uint64_t) first[1].rows);
	}
	bz_sealed_free(s);

	s = bz_sealed_new(count, &errors);
	alone.arg = s;
	file = file_of(data, size);
	(void) bz_copy_read(file, &alone, problem, sizeof(problem));
	fclose(file);
	bz_sealed_free(s);
	try_values(data, size);
	return 0;
}
