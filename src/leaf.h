/*
 * leaf.h
 *		The bytes of a ledger entry that are hashed.
 *
 * Pure C: no allocation, no PostgreSQL.  docs/ledger-format.md says the same in words.
 */
#ifndef BZ_LEAF_H
#define BZ_LEAF_H

#include "hasher.h"

#define BZ_LEAF_VERSION 1
#define BZ_SALT_SIZE 16

/* A value of a column, shorter than 2^32 - 1 bytes; no data: NULL */
typedef struct BzField
{
	const void *data;
	size_t length;
} BzField;

/* An entry, as it is stored */
typedef struct BzEntry
{
	int64_t seq;
	int64_t at; /* microseconds since 2000-01-01 00:00 UTC */
	int64_t xact;
	BzField session_user_name;
	BzField current_user_name;
	BzField claimed_actor;
	BzField relation;
	BzField operation;
	BzField key;
	BzField row_before;
	BzField row_after;
	BzField salt;
	BzField commitment;
} BzEntry;

/* Why an entry has no commitment */
typedef enum BzEntryProblem
{
	BZ_ENTRY_FINE,
	BZ_ENTRY_SALT,		/* has neither a salt of the right length nor a commitment */
	BZ_ENTRY_BOTH,		/* has a commitment, and what is only there before it has one */
	BZ_ENTRY_COMMITMENT /* has a commitment of the wrong length */
} BzEntryProblem;

extern BzEntryProblem bz_entry_commitment(BzHasher *h, const BzEntry *e, BzHash *commitment);
extern bool bz_entry_is_erased(const BzEntry *e);
extern size_t bz_leaf_size(const BzEntry *e);
extern void bz_leaf_write(const BzEntry *e, const BzHash *commitment, uint8_t *bytes);

#endif /* BZ_LEAF_H */
