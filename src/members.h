/*
 * members.h
 *		Which entries are members of a block: an int8multirange.
 */
#ifndef BZ_MEMBERS_H
#define BZ_MEMBERS_H

#include "fmgr.h"

/* The numbers from one up to another, which is not among them */
typedef struct BzSpan
{
	int64 from;
	int64 until;
} BzSpan;

typedef struct BzMembers
{
	BzSpan *span;
	int n;
	int capacity;
} BzMembers;

extern void bz_members_add(BzMembers *m, int64 from, int64 until);
extern bool bz_members_read(Datum multirange, BzMembers *m);
extern Datum bz_members_datum(const BzMembers *m);
extern void bz_members_sort(BzMembers *m);
extern int64 bz_members_count(const BzMembers *m);

#endif /* BZ_MEMBERS_H */
