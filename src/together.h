/*
 * together.h
 *		Units that are judged together, as a reorganisation moves seats between them.
 */
#ifndef BZ_TOGETHER_H
#define BZ_TOGETHER_H

#include "scope.h"
#include "timeline.h"

/* How an excess grew over the accounts of some units, in one category */
typedef struct BzGrowth
{
	bool found;
	bool present; /* some of it is today or later */
	bool closed;  /* people came into accounts that lines close, not too many into all */
	int32 first;  /* first day */
	int32 until;  /* day after the last */
	int64 was;	  /* on the first day: the excess of all accounts before the scope */
	int64 now;
	int64 unit; /* on the first day the one to which most was added */
} BzGrowth;

extern void bz_together_init(void);
extern void bz_together_link(int64 unit, int64 other, CommandId since);
extern int bz_together_units(int64 unit, BzScope scope, int64 **units);
extern BzGrowth bz_together_growth(int64 unit, int category, BzScope scope);

#endif /* BZ_TOGETHER_H */
