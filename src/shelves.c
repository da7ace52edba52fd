/*
 * shelves.c
 *		Something about each of many people, by their numbers.
 *
 * A shelf is for consecutive numbers; shelves are found by hash.
 */
#include "postgres.h"
#include "compat.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "shelves.h"

#define SHELF_BITS 4
#define SHELF_PLACES (1 << SHELF_BITS)

typedef struct Shelf
{
	int64 key; /* numbers >> SHELF_BITS */
	int32 at;
	char status;
} Shelf;

#define SH_PREFIX shelf
#define SH_ELEMENT_TYPE Shelf
#define SH_KEY_TYPE int64
#define SH_KEY key
#define SH_HASH_KEY(tb, key) murmurhash32((uint32) (key) ^ (uint32) ((uint64) (key) >> 32))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DEFINE
#define SH_DECLARE
#include "lib/simplehash.h"

struct BzShelves
{
	Size size;
	const void *blank;
	shelf_hash *hash;
	Shelf last; /* the one that was found last */
	char *content;
	int32 n;
	int32 capacity;
};

static char *
place(const BzShelves *s, const Shelf *shelf, int64 number)
{
	return s->content + ((Size) shelf->at * SHELF_PLACES + (Size) (number & (SHELF_PLACES - 1))) * s->size;
}

/* Shelves without anybody, in the current memory context; "size" bytes for each, which are those of "blank" to begin with. */
BzShelves *
bz_shelves(Size size, const void *blank)
{
	BzShelves *s = palloc0(sizeof(BzShelves));

	s->size = size;
	s->blank = blank;
	s->hash = shelf_create(CurrentMemoryContext, 1024, NULL);
	s->capacity = 64;
	s->content = palloc(s->capacity * SHELF_PLACES * size);
	return s;
}

/* What there is about a person; NULL: neither he or she nor a neighbour was added. */
void *
bz_shelves_find(BzShelves *s, int64 number)
{
	int64 key = number >> SHELF_BITS;

	if (s->n == 0 || s->last.key != key)
	{
		const Shelf *shelf = shelf_lookup(s->hash, key);

		if (shelf == NULL)
			return NULL;
		s->last = *shelf;
	}
	return place(s, &s->last, number);
}

/* The same, of a person who need not be there. */
void *
bz_shelves_add(BzShelves *s, int64 number)
{
	void *content = bz_shelves_find(s, number);
	Shelf *shelf;
	bool found;

	if (content != NULL)
		return content;
	if (s->n == s->capacity)
	{
		if (s->capacity > PG_INT32_MAX / 2)
			ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many people"));
		s->capacity *= 2;
		s->content = repalloc_huge(s->content, s->capacity * SHELF_PLACES * s->size);
	}
	shelf = shelf_insert(s->hash, number >> SHELF_BITS, &found);
	shelf->at = s->n++;
	s->last = *shelf;
	for (int64 i = 0; i < SHELF_PLACES; i++)
		memcpy(place(s, shelf, i), s->blank, s->size);
	return place(s, shelf, number);
}

/* Where something is kept, for who will come back to it. */
int64
bz_shelves_place(const BzShelves *s, const void *content)
{
	return ((const char *) content - s->content) / (int64) s->size;
}

/* What is kept there. */
void *
bz_shelves_at(const BzShelves *s, int64 place)
{
	return s->content + (Size) place * s->size;
}

/* Hand each place of the shelves to "use", those of neighbours who were not added too. */
void
bz_shelves_each(BzShelves *s, BzShelvesUse use, void *arg)
{
	shelf_iterator i;
	const Shelf *shelf;

	shelf_start_iterate(s->hash, &i);
	while ((shelf = shelf_iterate(s->hash, &i)) != NULL)
		for (int64 number = 0; number < SHELF_PLACES; number++)
			use(shelf->key * SHELF_PLACES + number, place(s, shelf, number), arg);
}

/* Forget all. */
void
bz_shelves_free(BzShelves *s)
{
	shelf_destroy(s->hash);
	pfree(s->content);
	pfree(s);
}
