/*
 * main.c
 *		bianzhi-verify: checks a ledger from a dump, or a proof, without a database.
 */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "sealed.h"

#define MAX_DIGESTS 10000

/* exit codes */
enum
{
	SOUND,
	WRONG,
	UNABLE
};

static const char usage[] =
	"bianzhi-verify checks the ledger of a bianzhi database without that database.\n"
	"\n"
	"  bianzhi-verify [--digest D]... DUMP\n"
	"      a plain dump (pg_dump) that holds bianzhi.ledger and bianzhi.ledger_block\n"
	"  bianzhi-verify [--digest D]... --blocks FILE [--tiles FILE] --ledger FILE\n"
	"      what COPY ... TO ... WITH (HEADER) wrote of the tables of these names\n"
	"  bianzhi-verify --proof P --digest D\n"
	"      a proof that an entry is in the ledger (bianzhi.ledger_proof)\n"
	"  bianzhi-verify --consistency P --digest OLD --digest NEW\n"
	"      a proof that the ledger only grew (bianzhi.consistency_proof)\n"
	"\n"
	"D and P are JSON, or the name of a file that holds it; D may be an array.\n"
	"Exit status: 0 nothing is wrong, 1 something is, 2 it could not be checked.\n";

typedef struct Options
{
	const char *dump, *ledger, *blocks, *tiles, *proof, *consistency;
	BzDigest *digest;
	int ndigests;
} Options;

static void
unable(const char *what, const char *detail)
{
	fprintf(stderr, "bianzhi-verify: %s%s%s\n", what, detail == NULL ? "" : ": ",
			detail == NULL ? "" : detail);
	exit(UNABLE);
}

static FILE *
open_file(const char *name)
{
	FILE *file = fopen(name, "r");

	if (file == NULL)
		unable("cannot open the file", name);
	return file;
}

/* The text of an argument: itself, where it is JSON, or the file that it names. */
static char *
text_of(const char *argument)
{
	char *text = NULL;
	size_t n = 0;
	FILE *file;

	if (argument[0] == '{' || argument[0] == '[')
	{
		text = strdup(argument);
		if (text == NULL)
			unable("out of memory", NULL);
		return text;
	}
	file = open_file(argument);
	for (;;)
	{
		text = realloc(text, n + 65537);
		if (text == NULL)
			unable("out of memory", NULL);
		n += fread(text + n, 1, 65536, file);
		if (feof(file) || ferror(file))
			break;
	}
	if (ferror(file) || memchr(text, '\0', n) != NULL)
		unable("cannot read the file", argument);
	fclose(file);
	text[n] = '\0';
	return text;
}

static void
add_digest(Options *o, BzJson json, const char *argument)
{
	if (o->ndigests == MAX_DIGESTS)
		unable("too many digests", argument);
	if (!bz_digest_read(json, &o->digest[o->ndigests++]))
		unable("not a digest", argument);
}

static void
read_digests(Options *o, const char *argument)
{
	char *text = text_of(argument);
	BzJson json, element;
	bool end = false;

	if (!bz_json_read(text, strlen(text), &json))
		unable("not JSON", argument);
	if (!bz_json_is_array(json))
		add_digest(o, json, argument);
	else
		while (bz_json_next(&json, &element, &end) && !end)
			add_digest(o, element, argument);
	free(text);
}

static int
verdict(BzVerdict v, const char *what)
{
	switch (v)
	{
		case BZ_HOLDS:
			printf("%s holds\n", what);
			return SOUND;
		case BZ_FAILS:
			printf("error: %s does not hold\n", what);
			return WRONG;
		case BZ_NO_PROOF:
			unable("not a proof", NULL);
			break;
		case BZ_NO_HASHER:
			unable("libcrypto does not offer the hash algorithm", NULL);
			break;
	}
	return UNABLE;
}

static int
check_evidence(const Options *o)
{
	char *text = text_of(o->proof != NULL ? o->proof : o->consistency);
	BzJson json;
	int status;

	if (!bz_json_read(text, strlen(text), &json))
		unable("not JSON", o->proof != NULL ? o->proof : o->consistency);
	if (o->ndigests != (o->proof != NULL ? 1 : 2))
		unable("a proof of an entry needs one digest, a proof of consistency two", NULL);
	if (o->proof != NULL)
		status = verdict(bz_proof_check(json, &o->digest[0]), "the proof of the entry");
	else
		status = verdict(bz_consistency_check(json, &o->digest[0], &o->digest[1]),
						 "the proof of consistency");
	free(text);
	return status;
}

static void
print_finding(void *arg, bool error, const char *what, const char *place)
{
	printf("%s: %s: %s\n", error ? "error" : "warning", what, place);
	if (error)
		*(bool *) arg = true;
}

/* Read tables from the dump, or each from its own file. */
static void
read_tables(const char *dump, const char *const *files, BzDumpTable *tables, int n)
{
	char problem[200];

	if (dump != NULL)
	{
		FILE *file = open_file(dump);

		if (!bz_dump_read(file, tables, n, problem, sizeof(problem)))
			unable(dump, problem);
		fclose(file);
		return;
	}
	for (int i = 0; i < n; i++)
		if (files[i] != NULL)
		{
			FILE *file = open_file(files[i]);

			if (!bz_copy_read(file, &tables[i], problem, sizeof(problem)))
				unable(files[i], problem);
			fclose(file);
		}
}

static int
check_ledger(Options *o)
{
	bool wrong = false;
	BzSealed *s = bz_sealed_new(print_finding, &wrong);
	BzDumpTable first[2], second[1];
	BzDigest found;
	char root[BZ_HASH_TEXT];

	if (s == NULL)
		unable("out of memory", NULL);
	first[0] = bz_sealed_blocks(s);
	first[1] = bz_sealed_tiles(s);
	second[0] = bz_sealed_entries(s);
	/* twice, as the entries come before what tells how they are hashed */
	read_tables(o->dump, (const char *const[]){o->blocks, o->tiles}, first, 2);
	if (!first[0].found)
		unable("bianzhi.ledger_block is not there", o->dump);
	if (bz_sealed_choose(s, o->digest, o->ndigests) == NULL)
		unable("libcrypto does not offer the hash algorithm", NULL);
	read_tables(o->dump, (const char *const[]){o->ledger}, second, 1);
	if (!second[0].found)
		unable("bianzhi.ledger is not there", o->dump);
	if (!bz_sealed_check(s, o->digest, o->ndigests, &found))
		unable("it could not be checked to the end", NULL);
	bz_hash_print(&found.root, root);
	printf("%ld entries, %ld blocks, %d digests: %s\n", second[0].rows, first[0].rows, o->ndigests,
		   wrong ? "not sound" : "sound");
	printf("{\"algorithm\": \"%s\", \"tree_size\": %" PRIu64 ", \"root\": \"%s\"}\n",
		   bz_algorithm_name(found.algorithm), found.size, root);
	bz_sealed_free(s);
	return wrong ? WRONG : SOUND;
}

int
main(int argc, char **argv)
{
	Options o = {.digest = calloc(MAX_DIGESTS, sizeof(BzDigest))};
	const struct
	{
		const char *name;
		const char **value;
	} option[] = {{"--ledger", &o.ledger},
				  {"--blocks", &o.blocks},
				  {"--tiles", &o.tiles},
				  {"--proof", &o.proof},
				  {"--consistency", &o.consistency}};
	int status;

	if (o.digest == NULL)
		unable("out of memory", NULL);
	for (int i = 1; i < argc; i++)
	{
		bool known = false;

		if (strcmp(argv[i], "--help") == 0)
		{
			fputs(usage, stdout);
			free(o.digest);
			return SOUND;
		}
		if (strcmp(argv[i], "--version") == 0)
		{
			puts("bianzhi-verify " BZ_VERSION);
			free(o.digest);
			return SOUND;
		}
		if (strcmp(argv[i], "--digest") == 0 && i + 1 < argc)
		{
			read_digests(&o, argv[++i]);
			continue;
		}
		for (size_t j = 0; j < sizeof(option) / sizeof(option[0]); j++)
			if (strcmp(argv[i], option[j].name) == 0 && i + 1 < argc && *option[j].value == NULL)
			{
				*option[j].value = argv[++i];
				known = true;
				break;
			}
		if (known)
			continue;
		if (argv[i][0] == '-' || o.dump != NULL)
			unable("not an option, or not complete", argv[i]);
		o.dump = argv[i];
	}
	if ((o.dump != NULL) + (o.ledger != NULL) + (o.proof != NULL) + (o.consistency != NULL) != 1 ||
		(o.ledger != NULL) != (o.blocks != NULL) || (o.tiles != NULL && o.ledger == NULL))
	{
		fputs(usage, stderr);
		free(o.digest);
		return UNABLE;
	}
	status = o.proof != NULL || o.consistency != NULL ? check_evidence(&o) : check_ledger(&o);
	free(o.digest);
	return status;
}
