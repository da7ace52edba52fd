/*
 * chunk.c
 *		Stored timelines: reading chunks, and the small tools of direct heap access.
 *
 * A chunk holds the steps of an account in [from_day, until_day) and the levels
 * just before; the chunks of an account tile all days.  They are read past the
 * statement's snapshot where the truth is needed (SnapshotSelf: the newest
 * committed or our own) and by it where a reader asks.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/rangetypes.h"
#include "utils/snapmgr.h"

#include "chunk.h"
#include "names.h"

PG_FUNCTION_INFO_V1(is_stay);

/* how often to look again before a gap between chunks is no rival's doing */
#define MAX_LOOKS 1000

/*
 * The days of a daterange, half-open; an empty one gives from = to.  Tables are
 * read for them, so they are taken from where they lie: the type's number, the
 * bounds that there are, and flags (range_serialize() of PostgreSQL).
 */
void
bz_range_days(Datum range, int32 *from, int32 *to)
{
	struct varlena *r = PG_DETOAST_DATUM_PACKED(range);
	const char *bound = VARDATA_ANY(r) + sizeof(Oid);
	char flags = VARDATA_ANY(r)[VARSIZE_ANY_EXHDR(r) - 1];

	*from = *to = 0;
	if (flags & RANGE_EMPTY)
		return;
	*from = TL_BEGIN;
	*to = TL_END;
	if (RANGE_HAS_LBOUND(flags))
	{
		memcpy(from, bound, sizeof(*from));
		bound += sizeof(*from);
	}
	if (RANGE_HAS_UBOUND(flags))
		memcpy(to, bound, sizeof(*to));
}

/* Decode the body of a chunk; its steps are palloc'd.  Returns how many there are, -1 where the body is damaged. */
int
bz_body_decode(bytea *body, TlLevels *before, TlStep **steps)
{
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(body);
	Size len = VARSIZE_ANY_EXHDR(body);
	int n = tl_count(bytes, len);

	*steps = palloc((Max(n, 0) + 1) * sizeof(TlStep));
	return n < 0 ? -1 : tl_decode(bytes, len, before, *steps, n);
}

/* Decode the chunk in a slot.  False: it is damaged. */
bool
bz_chunk_try_decode(TupleTableSlot *slot, BzChunk *chunk)
{
	slot_getallattrs(slot);
	chunk->tid = slot->tts_tid;
	chunk->account = DatumGetInt64(slot->tts_values[CHUNK_ACCOUNT - 1]);
	chunk->from = DatumGetDateADT(slot->tts_values[CHUNK_FROM - 1]);
	chunk->until = DatumGetDateADT(slot->tts_values[CHUNK_UNTIL - 1]);
	chunk->nsteps = bz_body_decode(DatumGetByteaPP(slot->tts_values[CHUNK_BODY - 1]), &chunk->before,
								   &chunk->steps);
	return chunk->nsteps >= 0;
}

static void
raise_damaged_at(int64 account, int32 day)
{
	ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
			errmsg("timeline of account %lld is damaged at %s", (long long) account, bz_day_text(day)),
			errhint("Run bianzhi.recount()."));
}

/* The same, where damage is an error. */
void
bz_chunk_decode(TupleTableSlot *slot, BzChunk *chunk)
{
	if (!bz_chunk_try_decode(slot, chunk))
		raise_damaged_at(chunk->account, chunk->from);
}

/* The levels on some days, in ascending order, of the chunk in a slot; damage up to the last of them is an error. */
void
bz_chunk_levels(TupleTableSlot *slot, const int32 *days, int ndays, TlLevels *levels)
{
	bytea *body;

	slot_getallattrs(slot);
	body = DatumGetByteaPP(slot->tts_values[CHUNK_BODY - 1]);
	if (!tl_levels((const uint8 *) VARDATA_ANY(body), VARSIZE_ANY_EXHDR(body), days, ndays, levels))
		raise_damaged_at(DatumGetInt64(slot->tts_values[CHUNK_ACCOUNT - 1]),
						 DatumGetDateADT(slot->tts_values[CHUNK_FROM - 1]));
}

/* Encode a chunk's levels and steps. */
Datum
bz_chunk_body(const TlLevels *before, const TlStep *steps, int n)
{
	bytea *body = palloc(VARHDRSZ + TL_ENCODED_MAX(n));

	SET_VARSIZE(body, VARHDRSZ + tl_encode(before, steps, n, (uint8 *) VARDATA(body)));
	return PointerGetDatum(body);
}

/* Insert a chunk, with its index entry. */
void
bz_chunk_insert(Relation rel, int64 account, int32 from, int32 until, Datum body)
{
	Datum values[CHUNK_NATTS] = {Int64GetDatum(account), DateADTGetDatum(from), DateADTGetDatum(until), body};
	bool nulls[CHUNK_NATTS] = {false};
	HeapTuple tuple = heap_form_tuple(RelationGetDescr(rel), values, nulls);
	Relation index = index_open(bz_relid(BZ_CHUNK_PKEY), RowExclusiveLock);

	heap_insert(rel, tuple, GetCurrentCommandId(true), 0, NULL);
	/* account_id and from_day lead the columns, as they lead the key */
	index_insert(index, values, nulls, &tuple->t_self, rel, UNIQUE_CHECK_YES, false, BuildIndexInfo(index));
	index_close(index, NoLock);
	heap_freetuple(tuple);
}

/* Insert the first chunk of a new account: all days, nothing in it. */
void
bz_chunk_first(Relation rel, int64 account)
{
	TlLevels zero = {{0}};

	bz_chunk_insert(rel, account, TL_BEGIN, TL_END, bz_chunk_body(&zero, NULL, 0));
}

/*
 * Append a stretch to a line.  Where the stretch starts from other levels than
 * the line has reached, its first day becomes a step of the line.
 */
void
bz_line_append(BzLine *line, TlLevels *level, int *capacity, int32 from, const TlLevels *before,
			   const TlStep *steps, int n)
{
	TlStep join = {.day = from};

	while (line->n + n + 1 > *capacity)
	{
		*capacity = *capacity == 0 ? 256 : *capacity * 2;
		line->steps = line->steps == NULL ? palloc(*capacity * sizeof(TlStep))
										  : repalloc_huge(line->steps, *capacity * sizeof(TlStep));
	}
	for (int i = 0; i < TL_NLEVELS; i++)
		join.by.v[i] = before->v[i] - level->v[i];
	if (!tl_is_zero(&join.by))
	{
		line->steps[line->n++] = join;
		*level = *before;
	}
	for (int s = 0; s < n; s++)
	{
		tl_add(level, &steps[s].by);
		if (line->n > 0 && line->steps[line->n - 1].day == steps[s].day)
		{
			tl_add(&line->steps[line->n - 1].by, &steps[s].by);
			if (tl_is_zero(&line->steps[line->n - 1].by))
				line->n--;
		}
		else
			line->steps[line->n++] = steps[s];
	}
}

typedef struct ChunkList
{
	BzChunk *chunk;
	int n;
	int capacity;
} ChunkList;

static void
add_chunk(ChunkList *list, const BzChunk *chunk)
{
	if (list->n == list->capacity)
	{
		list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
		list->chunk = list->chunk == NULL ? palloc(list->capacity * sizeof(BzChunk))
										  : repalloc(list->chunk, list->capacity * sizeof(BzChunk));
	}
	list->chunk[list->n++] = *chunk;
}

static bool
tiles(const ChunkList *list)
{
	int32 day = TL_BEGIN;

	for (int i = 0; i < list->n; i++)
	{
		if (list->chunk[i].from != day)
			return false;
		day = list->chunk[i].until;
	}
	return day == TL_END;
}

/*
 * Read the chunks of an account: those that are, and those that were when the
 * scope began.  A rival that splits a chunk while we look can make us see it
 * twice or not at all; then they do not tile, and we look again.  False: the
 * chunks are damaged or never tile.
 */
static bool
read_chunks(int64 account, BzScope scope, ChunkList *now, ChunkList *was)
{
	Relation rel = table_open(bz_relid(BZ_CHUNK), AccessShareLock);
	Relation index = index_open(bz_relid(BZ_CHUNK_PKEY), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	ScanKeyData key;
	bool sound = true;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account));
	for (int attempt = 0; sound; attempt++)
	{
		IndexScanDesc scan = bz_index_beginscan(rel, index, SnapshotAny, 1);

		memset(now, 0, sizeof(*now));
		memset(was, 0, sizeof(*was));
		index_rescan(scan, &key, 1, NULL, 0);
		while (index_getnext_slot(scan, ForwardScanDirection, slot))
		{
			bool free;
			HeapTuple tuple = ExecFetchSlotHeapTuple(slot, false, &free);
			bool is_now, was_then;
			BzChunk chunk;

			bz_scope_classify(tuple, ((BufferHeapTupleTableSlot *) slot)->buffer, scope, &is_now, &was_then);
			if (!is_now && !was_then)
				continue;
			sound &= bz_chunk_try_decode(slot, &chunk);
			if (is_now)
				add_chunk(now, &chunk);
			if (was_then)
				add_chunk(was, &chunk);
		}
		index_endscan(scan);
		if (now->n == 0 || tiles(now))
			break;
		CHECK_FOR_INTERRUPTS();
		sound &= attempt < MAX_LOOKS;
	}
	ExecDropSingleTupleTableSlot(slot);
	index_close(index, NoLock);
	table_close(rel, NoLock);
	return sound;
}

static void
raise_damaged(int64 account)
{
	ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
			errmsg("timeline of account %lld is damaged", (long long) account),
			errhint("Run bianzhi.recount()."));
}

static BzLine
join_chunks(const ChunkList *list)
{
	BzLine line = {NULL, 0};
	TlLevels level = {{0}};
	int capacity = 0;

	for (int i = 0; i < list->n; i++)
		bz_line_append(&line, &level, &capacity, list->chunk[i].from, &list->chunk[i].before,
					   list->chunk[i].steps, list->chunk[i].nsteps);
	return line;
}

/*
 * The timeline of an account as it is and as it was when the scope began.  An
 * account that did not exist then was empty.
 */
void
bz_line_scope(int64 account, BzScope scope, BzLine *now, BzLine *was)
{
	ChunkList now_chunks, was_chunks;

	if (!read_chunks(account, scope, &now_chunks, &was_chunks))
		raise_damaged(account);
	*now = join_chunks(&now_chunks);
	*was = join_chunks(&was_chunks);
}

/* The timeline of an account as it is now.  False: it is damaged. */
bool
bz_line_read(int64 account, BzLine *line)
{
	ChunkList now, was;

	if (!read_chunks(account, (BzScope){true, 0}, &now, &was) || now.n == 0)
		return false;
	*line = join_chunks(&now);
	return true;
}

/* The same, where damage is an error and an account that does not exist is empty. */
BzLine
bz_line_now(int64 account)
{
	BzLine line = {NULL, 0};

	if (account != 0 && !bz_line_read(account, &line))
		raise_damaged(account);
	return line;
}

/*
 * is_stay(during daterange) returns bool: has the range days, a first one, and a
 * last one or none?  PostgreSQL reads the text of a constraint anew in every
 * statement, so that of a hot table is a call of this and no expression.
 */
Datum
is_stay(PG_FUNCTION_ARGS)
{
	char flags = range_get_flags(PG_GETARG_RANGE_P(0));
	int32 from, to;

	bz_range_days(PG_GETARG_DATUM(0), &from, &to);
	PG_RETURN_BOOL(!(flags & RANGE_EMPTY) && from != TL_BEGIN && from != TL_END &&
				   ((flags & RANGE_UB_INF) || to != TL_END));
}
