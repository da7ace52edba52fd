/*
 * holders.h
 *		Who holds which seat or post, whatever table says so.
 */
#ifndef BZ_HOLDERS_H
#define BZ_HOLDERS_H

#include "utils/typcache.h"

#include "row.h"

/* A row that names a person, of the table "relid" or one of its partitions */
typedef void (*BzHolderUse)(const BzRow *row, Oid relid, void *arg);

/* Rows to read, and what to do with each */
typedef struct BzReading
{
	TlLevel level; /* of sources that feed this level */
	bool named;	   /* only those that name a person */
	bool (*wanted)(TlRange days, const void *arg);
	void (*use)(const BzRow *row, const BzSource *source, TupleTableSlot *slot, void *arg);
	void *arg; /* of both */
} BzReading;

extern void bz_each_row(const BzReading *reading);
extern void bz_check_may_read(Oid relid);
extern void bz_each_holder(TlRange days, BzHolderUse use, void *arg);
extern Datum bz_days_datum(TypeCacheEntry *range, int32 from, int32 to);

#endif /* BZ_HOLDERS_H */
