/*
 * chunk.h
 *		Stored timelines: reading chunks, and the small tools of direct heap access.
 */
#ifndef BZ_CHUNK_H
#define BZ_CHUNK_H

#include "access/relscan.h"
#include "executor/tuptable.h"
#include "utils/rel.h"

#include "scope.h"
#include "timeline.h"

/* columns of bianzhi.chunk */
#define CHUNK_ACCOUNT 1
#define CHUNK_FROM 2
#define CHUNK_UNTIL 3
#define CHUNK_BODY 4
#define CHUNK_NATTS 4

typedef struct BzChunk
{
	ItemPointerData tid;
	int64 account;
	int32 from;
	int32 until;
	bool taken; /* a rival is changing it, or was; set only where chunks are read to be written */
	TlLevels before;
	TlStep *steps;
	int nsteps;
} BzChunk;

typedef struct BzLine
{
	TlStep *steps;
	int n;
} BzLine;

extern void bz_range_days(Datum range, int32 *from, int32 *to);

extern int bz_body_decode(bytea *body, TlLevels *before, TlStep **steps);
extern void bz_chunk_decode(TupleTableSlot *slot, BzChunk *chunk);
extern bool bz_chunk_try_decode(TupleTableSlot *slot, BzChunk *chunk);
extern void bz_chunk_levels(TupleTableSlot *slot, const int32 *days, int ndays, TlLevels *levels);
extern Datum bz_chunk_body(const TlLevels *before, const TlStep *steps, int n);
extern void bz_chunk_first(Relation rel, int64 account);
extern void bz_chunk_insert(Relation rel, int64 account, int32 from, int32 until, Datum body);
extern void bz_line_append(BzLine *line, TlLevels *level, int *capacity, int32 from, const TlLevels *before,
						   const TlStep *steps, int n);

/* the timeline of an account as it is now, and as it was when the scope began */
extern BzLine bz_line_now(int64 account);
extern bool bz_line_read(int64 account, BzLine *line);
extern void bz_line_scope(int64 account, BzScope scope, BzLine *now, BzLine *was);

#endif /* BZ_CHUNK_H */
