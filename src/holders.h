/*
 * holders.h
 *		Who holds which seat or post, whatever table says so.
 */
#ifndef BZ_HOLDERS_H
#define BZ_HOLDERS_H

#include "row.h"

/* A row that names a person, of the table "relid" or one of its partitions */
typedef void (*BzHolderUse)(const BzRow *row, Oid relid, void *arg);

extern void bz_check_may_read(Oid relid);
extern void bz_each_holder(TlRange days, BzHolderUse use, void *arg);

#endif /* BZ_HOLDERS_H */
