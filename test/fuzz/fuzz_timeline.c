/*
 * fuzz_timeline.c
 *		Stored timelines: decoding any bytes, and long sequences of changes
 *		applied chunk by chunk against a table that holds every day.
 */
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"

/* The days the model knows: minus infinity, days around zero, the last day of all */
#define DAYS 48
#define CHANGES_AT_ONCE 16

static int32_t
day_of(int slot)
{
	if (slot == 0)
		return TL_BEGIN;
	if (slot == DAYS - 1)
		return TL_END - 1;
	return slot == DAYS ? TL_END : (slot - DAYS / 2) * (slot % 3 == 0 ? 500 : 499);
}

/* ---- any bytes ---- */

/* What can be decoded is in order, fits its place, and is what would be written */
static void
try_bytes(const uint8_t *data, size_t size)
{
	static const int32_t last = TL_END - 1;
	int capacity = tl_count(data, size);
	TlLevels before;
	TlLevels levels;
	TlStep *steps;
	uint8_t *bytes;
	size_t length;
	int n;

	EXPECT(capacity >= -1 && capacity <= (int) size);
	if (capacity < 0)
		capacity = 0;
	steps = malloc((size_t) (capacity + 1) * sizeof(TlStep));
	n = tl_decode(data, size, &before, steps, capacity);
	EXPECT(n == -1 || n == capacity);
	EXPECT(tl_levels(data, size, &last, 1, &levels) == (n >= 0));
	if (n > 0)
		EXPECT(tl_decode(data, size, &before, steps, capacity - 1) == -1);
	if (n >= 0)
	{
		for (int i = 0; i < n; i++)
		{
			EXPECT(steps[i].day < TL_END && (i == 0 || steps[i - 1].day < steps[i].day));
			EXPECT(!tl_is_zero(&steps[i].by));
		}
		bytes = malloc(TL_ENCODED_MAX(n));
		length = tl_encode(&before, steps, n, bytes);
		EXPECT(length <= TL_ENCODED_MAX(n));
		EXPECT(length == size && memcmp(bytes, data, size) == 0);
		EXPECT(tl_count(bytes, length) == n);

		/* nothing shorter is a chunk */
		for (size_t cut = 0; cut < length && length < 64; cut++)
			EXPECT(tl_decode(bytes, cut, &before, steps, n) == -1);
		free(bytes);
	}
	free(steps);
}

/* ---- changes ---- */

/* A stored chunk, as a row of the table of chunks */
typedef struct Chunk
{
	int32_t from;
	int32_t until;
	size_t length;
	const uint8_t *bytes;
} Chunk;

typedef struct Timeline
{
	Chunk chunk[2 * DAYS];
	int n;
} Timeline;

/* The model: each level on each day, and what the current change does to it */
typedef struct Model
{
	TlLevels now[DAYS];
	TlLevels by[DAYS];
} Model;

/* Room for all chunks that one input makes; versions of a timeline share those that are the same */
static uint8_t arena[1 << 20];
static size_t arena_used;

static void
store(Timeline *t, int32_t from, int32_t until, const TlLevels *before, const TlStep *steps, int n)
{
	Chunk *c = &t->chunk[t->n++];

	EXPECT(t->n <= 2 * DAYS);
	EXPECT(arena_used + TL_ENCODED_MAX(n) <= sizeof(arena));
	c->from = from;
	c->until = until;
	c->bytes = arena + arena_used;
	c->length = tl_encode(before, steps, n, arena + arena_used);
	EXPECT(c->length <= TL_ENCODED_MAX(n));
	arena_used += c->length;
}

/* Store a stretch in chunks of at most `most` steps */
static void
store_split(Timeline *t, int32_t from, int32_t until, TlLevels before, const TlStep *steps, int n, int most)
{
	do
	{
		int piece = n < most ? n : most;
		int32_t end = piece < n ? steps[piece].day : until;

		store(t, from, end, &before, steps, piece);
		for (int i = 0; i < piece; i++)
			tl_add(&before, &steps[i].by);
		steps += piece;
		n -= piece;
		from = end;
	} while (n > 0);
}

static int
load(const Chunk *c, TlLevels *before, TlStep steps[DAYS])
{
	int n = tl_decode(c->bytes, c->length, before, steps, DAYS);

	EXPECT(n >= 0 && n == tl_count(c->bytes, c->length));
	return n;
}

static bool
is_over(const TlLevels *l)
{
	return tl_load(l) > l->v[TL_AUTHORIZED] || l->v[TL_CLOSED] > 0;
}

/* What tl_inspect() found in a stretch, against looking at each of its days */
static void
check_findings(const TlFindings *found, const Model *m, TlRange within)
{
	bool fault = false;
	bool must_look = false;
	bool may_look = false;

	for (int slot = 0; slot < DAYS; slot++)
	{
		const TlLevels *now = &m->now[slot];
		const TlLevels *by = &m->by[slot];
		int32_t day = day_of(slot);
		bool is_bare = false;

		if (day < within.from || day >= within.to)
			continue;
		for (int i = 0; i < TL_NLEVELS; i++)
		{
			bool under = by->v[i] != 0 && i != TL_AUTHORIZED && now->v[i] < 0;
			bool beyond = by->v[i] != 0 && llabs(now->v[i]) > TL_LEVEL_MAX;

			if (fault || !(under || beyond))
				continue;
			fault = true;
			EXPECT(found->fault == (under ? TL_UNDERFLOW : TL_OVERFLOW));
			EXPECT(found->fault_day == day && found->fault_level == (TlLevel) i);
		}
		if (now->v[TL_LINES] != 0)
		{
			/* L2: the change adds load where there is no room; a cut or a line that goes may leave too much behind */
			must_look |= tl_load(by) > 0 && is_over(now);
			must_look |= by->v[TL_AUTHORIZED] < 0 && is_over(now);
			must_look |= by->v[TL_AUTHORIZED] < 0 && now->v[TL_AUTHORIZED] < 0;
		}
		may_look |= !tl_is_zero(by) && (is_over(now) || now->v[TL_AUTHORIZED] != 0 || now->v[TL_LINES] == 0);
		for (int i = 0; i < found->nbare; i++)
			is_bare |= found->bare[i].from <= day && day < found->bare[i].to;
		EXPECT(is_bare == (now->v[TL_LINES] == 0));
	}
	EXPECT(fault == (found->fault != TL_SOUND));
	EXPECT(!must_look || found->suspect);
	EXPECT(!found->suspect || may_look);
	for (int i = 0; i < found->nbare; i++)
	{
		EXPECT(found->bare[i].from >= within.from && found->bare[i].to <= within.to);
		EXPECT(found->bare[i].from < found->bare[i].to);
		EXPECT(i == 0 || found->bare[i - 1].to < found->bare[i].from);
	}
}

/*
 * Apply a net change to a timeline as the engine does: read each chunk that the
 * change reaches, add what of the change lies before it, merge the rest.
 * Returns the new timeline; *sound says whether it may stay.
 */
static Timeline
apply(const Timeline *old, const TlStep *net, int nnet, const Model *m, int most, bool *sound)
{
	Timeline new = {.n = 0};
	TlRange within = {net[0].day, net[nnet - 1].day};
	TlLevels carry = {{0}};
	int done = 0;

	*sound = true;
	for (int c = 0; c < old->n; c++)
	{
		const Chunk *chunk = &old->chunk[c];
		TlLevels before;
		TlStep steps[DAYS];
		TlStep *merged;
		TlFindings found;
		TlRange part;
		int n;
		int k = done;

		if (chunk->until <= within.from || chunk->from >= within.to)
		{
			new.chunk[new.n++] = *chunk;
			continue;
		}
		n = load(chunk, &before, steps);
		tl_add(&before, &carry);
		while (k < nnet && net[k].day < chunk->until)
			k++;
		merged = malloc((size_t) (n + k - done + 1) * sizeof(TlStep));
		n = tl_merge(steps, n, net + done, k - done, merged);
		store_split(&new, chunk->from, chunk->until, before, merged, n, most);

		part.from = chunk->from > within.from ? chunk->from : within.from;
		part.to = chunk->until < within.to ? chunk->until : within.to;
		found.bare = malloc((size_t) (n + k - done + 1) * sizeof(TlRange));
		tl_inspect(&before, merged, n, &carry, net + done, k - done, part, &found);
		check_findings(&found, m, part);
		*sound &= found.fault == TL_SOUND;
		free(found.bare);
		for (; done < k; done++)
			tl_add(&carry, &net[done].by);
		free(merged);
	}
	return new;
}

/*
 * The chunks tile, and each alone says what the model says of its days.  (What
 * it says of the day before may be old: a change that ends where a chunk begins
 * does not touch it.)  Asked for all of its days at once, or for one, it says so too.
 */
static void
check_timeline(const Timeline *t, const Model *m)
{
	TlCursor cursor[2];
	TlLevels before;
	int slot = 0;

	for (int c = 0; c < t->n; c++)
	{
		const Chunk *chunk = &t->chunk[c];
		TlStep steps[DAYS];
		int n = load(chunk, &before, steps);
		int first = slot;
		int32_t days[DAYS];
		TlLevels levels[DAYS];

		EXPECT(chunk->from == (c == 0 ? TL_BEGIN : t->chunk[c - 1].until) && chunk->from < chunk->until);
		EXPECT(n == 0 || (steps[0].day >= chunk->from && steps[n - 1].day < chunk->until));

		/* the second timeline of the walk stands still */
		tl_start(&cursor[0], steps, n);
		tl_start(&cursor[1], NULL, 0);
		cursor[0].now = before;
		for (; slot < DAYS && day_of(slot) < chunk->until; slot++)
		{
			for (int32_t next; (next = tl_next_day(cursor, 2)) <= day_of(slot);)
			{
				tl_advance(cursor, 2, next);
				EXPECT(tl_next_day(cursor, 2) > next);
			}
			EXPECT(memcmp(&cursor[0].now, &m->now[slot], sizeof(TlLevels)) == 0);
			EXPECT(tl_is_zero(&cursor[1].now));
			days[slot - first] = day_of(slot);
			EXPECT(tl_levels(chunk->bytes, chunk->length, &days[slot - first], 1, levels));
			EXPECT(memcmp(levels, &m->now[slot], sizeof(TlLevels)) == 0);
		}
		EXPECT(tl_levels(chunk->bytes, chunk->length, days, slot - first, levels));
		EXPECT(memcmp(levels, &m->now[first], (size_t) (slot - first) * sizeof(TlLevels)) == 0);
	}
	EXPECT(slot == DAYS && t->chunk[t->n - 1].until == TL_END);
}

/* Join the steps of one day in a list in ascending order of day; returns how many are left. */
static int
squeeze(TlStep *steps, int n)
{
	int kept = 0;

	for (int i = 0; i < n; i++)
	{
		if (kept > 0 && steps[kept - 1].day == steps[i].day)
			tl_add(&steps[kept - 1].by, &steps[i].by);
		else
			steps[kept++] = steps[i];
	}
	return kept;
}

static int
by_day(const void *a, const void *b)
{
	int32_t x = ((const TlStep *) a)->day;
	int32_t y = ((const TlStep *) b)->day;

	return (x > y) - (x < y);
}

/* Read one change: what, from when to when, how much */
static void
read_change(const uint8_t *data, TlLevels *by, int *from, int *to)
{
	static const int64_t amounts[] = {1, 1, 2, 3, 5, 40, TL_LEVEL_MAX - 1, TL_LEVEL_MAX};
	int64_t amount = amounts[data[0] >> 3 & 7];
	int sign = data[0] & 4 ? -1 : 1;

	memset(by, 0, sizeof(*by));
	switch (data[0] & 3)
	{
		case 0:
		case 1:
			by->v[TL_AUTHORIZED] = data[2] & 128 ? -sign * amount : sign * amount;
			by->v[TL_LINES] = sign;
			by->v[TL_CLOSED] = data[0] & 1 ? sign : 0;
			break;
		case 2:
			by->v[TL_FILLED] = sign * amount;
			break;
		case 3:
			by->v[TL_RESERVED] = sign * amount;
			break;
	}
	*from = data[1] % DAYS;
	*to = *from + 1 + data[2] % (DAYS - *from);
}

/* Statements of up to CHANGES_AT_ONCE changes each; one that is not sound is taken back */
static void
try_changes(const uint8_t *data, size_t size)
{
	static const TlLevels zero = {{0}};
	Timeline t = {.n = 0};
	Model m = {{{{0}}}, {{{0}}}};
	int most = 2 + data[0] % 24;

	arena_used = 0;
	store(&t, TL_BEGIN, TL_END, &zero, NULL, 0);
	for (size_t at = 1; at + 4 <= size;)
	{
		TlStep net[2 * CHANGES_AT_ONCE];
		Model saved = m;
		Timeline new;
		bool sound;
		int changes = 1 + data[at++] % CHANGES_AT_ONCE;
		int n = 0;

		memset(m.by, 0, sizeof(m.by));
		for (; changes > 0 && at + 3 <= size; changes--, at += 3)
		{
			TlLevels by;
			int from;
			int to;

			read_change(data + at, &by, &from, &to);
			for (int slot = from; slot < to; slot++)
			{
				tl_add(&m.now[slot], &by);
				tl_add(&m.by[slot], &by);
			}
			net[n].day = day_of(from);
			net[n++].by = by;
			net[n].day = day_of(to);
			for (int i = 0; i < TL_NLEVELS; i++)
				net[n].by.v[i] = -by.v[i];
			n++;
		}
		qsort(net, (size_t) n, sizeof(TlStep), by_day);
		n = squeeze(net, n);
		EXPECT(n > 0);
		for (int i = 1; i < n; i++)
			EXPECT(net[i - 1].day < net[i].day);

		new = apply(&t, net, n, &m, most, &sound);
		if (sound)
			t = new;
		else
			m = saved;
	}
	check_timeline(&t, &m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 4 == 0)
		try_bytes(data + 1, size - 1);
	else
		try_changes(data, size);
	return 0;
}
