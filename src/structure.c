/*
 * structure.c
 *		Of what age and education those are who hold seats, in numbers.
 */
#include "postgres.h"
#include "compat.h"

#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "age_band.h"
#include "catalogue.h"
#include "month.h"
#include "staff.h"

PG_FUNCTION_INFO_V1(structure_on);

/* A word by which people are told apart, once for all who have it */
typedef struct Word
{
	const text *word;
	char status;
} Word;

static inline bool
same_word(const text *a, const text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		   memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

#define SH_PREFIX words
#define SH_ELEMENT_TYPE Word
#define SH_KEY_TYPE const text *
#define SH_KEY word
#define SH_HASH_KEY(tb, key) hash_bytes((const unsigned char *) VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key))
#define SH_EQUAL(tb, a, b) same_word(a, b)
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

/* People of a unit in a category, as held; of an age and an education, where these are told apart */
typedef struct Bracket
{
	int64 unit;
	const text *education; /* in Count.words; NULL: any */
	int32 category;
	int32 band; /* in Count.bands; -1: any */
} Bracket;

typedef struct Cell
{
	Bracket bracket;
	int32 people;
	int32 counted;
	int32 women;
	char status;
} Cell;

static inline uint32
hash_of(const Bracket *b)
{
	uint32 hash = hash_combine(murmurhash32((uint32) b->unit), murmurhash32(b->category << 8 ^ b->band));

	return b->education == NULL ? hash : hash_combine(hash, (uint32) ((uintptr_t) b->education >> 3));
}

#define SH_PREFIX cells
#define SH_ELEMENT_TYPE Cell
#define SH_KEY_TYPE Bracket
#define SH_KEY bracket
#define SH_HASH_KEY(tb, key) hash_of(&(key))
#define SH_EQUAL(tb, a, b) (memcmp(&(a), &(b), sizeof(Bracket)) == 0)
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

typedef struct Count
{
	MemoryContext context;
	DateADT day;
	BzAgeBands *bands; /* NULL: ages are not told apart */
	words_hash *words; /* NULL: nor is education */
	const text *not_known;
	cells_hash *cells;
} Count;

/* The one that stands for all who have the same. */
static const text *
word_of(const Count *count, const text *word)
{
	bool found;
	Word *known = words_insert(count->words, word == NULL ? count->not_known : word, &found);

	if (!found)
	{
		Size size = VARSIZE_ANY(known->word);

		known->word = memcpy(MemoryContextAlloc(count->context, size), known->word, size);
	}
	return known->word;
}

static void
count_seat(BzStaff *staff, const BzSeat *seat, void *arg)
{
	const Count *count = arg;
	Bracket bracket = {.unit = seat->unit, .category = seat->category, .band = -1};
	bool found;
	Cell *cell;

	if (count->bands != NULL)
		bracket.band = bz_age_band(count->bands, bz_staff_age(staff, count->day));
	if (count->words != NULL)
		bracket.education = word_of(count, bz_staff_word(staff, BZ_FACT_EDUCATION));
	cell = cells_insert(count->cells, bracket, &found);
	if (!found)
		cell->people = cell->counted = cell->women = 0;
	cell->people++;
	cell->counted += seat->counts;
	cell->women += bz_staff_sex(staff) == 2;
}

/* Add up the people of each unit and category. */
static cells_hash *
totals(const Count *count)
{
	cells_hash *total = cells_create(count->context, 1024, NULL);
	cells_iterator i;
	const Cell *cell;

	cells_start_iterate(count->cells, &i);
	while ((cell = cells_iterate(count->cells, &i)) != NULL)
	{
		Bracket all = {.unit = cell->bracket.unit, .category = cell->bracket.category, .band = -1};
		bool found;
		Cell *sum = cells_insert(total, all, &found);

		sum->people = found ? sum->people + cell->people : cell->people;
	}
	return total;
}

/* structure_on(day date, by_age boolean, by_education boolean) */
Datum
structure_on(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Count count = {.context = CurrentMemoryContext, .day = PG_GETARG_DATEADT(0)};
	cells_hash *total;
	cells_iterator i;
	const Cell *cell;

	bz_check_finite(count.day);
	InitMaterializedSRF(fcinfo, 0);
	count.cells = cells_create(count.context, 1024, NULL);
	if (PG_GETARG_BOOL(1))
		count.bands = bz_age_bands();
	if (PG_GETARG_BOOL(2))
		count.words = words_create(count.context, 64, NULL);
	count.not_known = cstring_to_text(BZ_NOT_KNOWN);
	bz_each_seat((TlRange){count.day, count.day + 1}, count.day, count_seat, &count);

	total = totals(&count);
	cells_start_iterate(count.cells, &i);
	while ((cell = cells_iterate(count.cells, &i)) != NULL)
	{
		Bracket all = {.unit = cell->bracket.unit, .category = cell->bracket.category, .band = -1};
		bool nulls[8] = {false};
		Datum values[8] = {Int64GetDatum(cell->bracket.unit),
						   CStringGetTextDatum(bz_category_code(cell->bracket.category)),
						   (Datum) 0,
						   PointerGetDatum(cell->bracket.education),
						   Int32GetDatum(cell->people),
						   Int32GetDatum(cell->counted),
						   Int32GetDatum(cell->women),
						   Float8GetDatum((double) cell->people / cells_lookup(total, all)->people)};

		if (cell->bracket.band >= 0)
			values[2] = count.bands->band[cell->bracket.band].code;
		nulls[2] = cell->bracket.band < 0;
		nulls[3] = cell->bracket.education == NULL;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
