/*
 * scope.h
 *		What a statement or a transaction found before it changed anything.
 */
#ifndef BZ_SCOPE_H
#define BZ_SCOPE_H

#include "access/htup.h"
#include "storage/buf.h"

/* a whole transaction, or what it did since a command began: a statement */
typedef struct BzScope
{
	bool whole_transaction;
	CommandId since;
} BzScope;

extern void bz_scope_classify(HeapTuple tuple, Buffer buffer, BzScope scope, bool *is, bool *was);

#endif /* BZ_SCOPE_H */
