/*
 * chunk_cas.h
 *		Changing stored timelines by compare-and-swap.
 */
#ifndef BZ_CHUNK_CAS_H
#define BZ_CHUNK_CAS_H

#include "access/relscan.h"
#include "executor/tuptable.h"
#include "storage/lock.h"
#include "utils/rel.h"

#include "timeline.h"

/* The open chunk table of a flush, and the chunks read ahead in it */
typedef struct BzWriter
{
	Relation rel;
	Relation index;
	TupleTableSlot *slot;
	MemoryContext context; /* reset after each account */
	bool queued;		   /* in line for the chunk of this tag */
	LOCKTAG queue;
} BzWriter;

typedef struct BzApplied
{
	bool uncovered; /* a day lost its last quota line while it carries something */
	bool suspect;	/* the judge has to look at this account */
	TlRange *bare;	/* ranges within the stretch that no quota line covers */
	int nbare;
} BzApplied;

extern void bz_writer_open(BzWriter *w);
extern void bz_writer_close(BzWriter *w);
extern void bz_apply(BzWriter *w, int64 account, const TlStep *net, int nnet, TlRange within, bool may_fall,
					 MemoryContext result, BzApplied *applied);
extern void bz_take_accounts(int64 *accounts, int n);
extern void bz_replace(BzWriter *w, int64 account, const TlStep *steps, int n);

#endif /* BZ_CHUNK_CAS_H */
