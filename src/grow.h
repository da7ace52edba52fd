/*
 * grow.h
 *		Pages for a table that many append to, before they are wanted.
 */
#ifndef BZ_GROW_H
#define BZ_GROW_H

#include "storage/block.h"
#include "utils/relcache.h"

extern void bz_grow_ahead(Relation rel, BlockNumber used);

#endif /* BZ_GROW_H */
