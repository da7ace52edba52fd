/*
 * delta.h
 *		What statements have changed and not yet applied.
 */
#ifndef BZ_DELTA_H
#define BZ_DELTA_H

#include "idcheck.h"
#include "judge.h"
#include "timeline.h"

typedef struct BzDelta
{
	int64 unit;
	int64 section; /* 0: none */
	int category;
	int32 from;
	int32 to;
	int32 amount;			  /* signed */
	SubTransactionId sub;	  /* in which it was noted */
	SubTransactionId applied; /* in which it was applied, 0: it is open */
	int8 sign;				  /* +1: the row begins to stand, -1: it ends */
	int8 level;				  /* TL_AUTHORIZED, TL_FILLED or TL_RESERVED */
	bool closed;			  /* a quota line that closes the account to entries */
	uint8 holds;			  /* measures that the source may hold, as bits (source.h); 0: any */
} BzDelta;

typedef struct BzPersonNote
{
	int64 person;
	BzResidentId named_by; /* 0: by number, or no more */
	SubTransactionId sub;
	SubTransactionId applied;
	bool enters; /* the row has come to name the person; else it has ceased to */
	bool seat;	 /* a counted seat, not only a name */
} BzPersonNote;

extern void bz_delta_init(void);
extern void bz_delta_note(const BzDelta *delta);
extern void bz_delta_person(int64 person, BzResidentId named_by, bool enters, bool seat);
extern void bz_delta_check_size(Oid relid);
extern void bz_delta_flush(Oid relid, bool truncate);
extern void bz_delta_keep(bool keep);
extern bool bz_delta_kept(const BzSuspect *others, int n);
extern void bz_delta_judge_kept(CommandId since, Oid relid);

#endif /* BZ_DELTA_H */
