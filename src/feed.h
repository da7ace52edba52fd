/*
 * feed.h
 *		Who else wants to know what is written into a source.
 */
#ifndef BZ_FEED_H
#define BZ_FEED_H

#include "commands/trigger.h"

#include "names.h"
#include "row.h"

/*
 * A row was written: what it said and what it says, NULL before it was inserted
 * and after it was deleted.  Called while in force only.
 */
typedef void (*BzRowWatch)(TriggerData *trigger, const BzRow *was, const BzRow *is);

/* A statement has ended, and its rows have been applied. */
typedef void (*BzStatementWatch)(TriggerData *trigger);

extern void bz_feed_watch(BzRel table, BzRowWatch row, BzStatementWatch statement);

#endif /* BZ_FEED_H */
