/*
 * tree.h
 *		Tables whose rows name another row of the same table as their parent.
 */
#ifndef BZ_TREE_H
#define BZ_TREE_H

#include "fmgr.h"

extern Datum tree_check(PG_FUNCTION_ARGS);

#endif /* BZ_TREE_H */
