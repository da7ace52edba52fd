/*
 * leaf.c
 *		The bytes of a ledger entry that are hashed.
 *
 * Who, when, what and which row stand in the leaf itself; the texts of the row
 * only as a salted commitment, so that they can be erased where a law demands
 * it and everything else is still proved.  The salt has a fixed length, and
 * every other field its length before it: no byte can move from one to the next.
 */
#include "leaf.h"

#include <string.h>

#define COMMITMENT_PREFIX 0x02
#define INTEGER_SIZE 8
#define LENGTH_SIZE 4
#define NULL_LENGTH UINT32_C(0xFFFFFFFF)

static void
write_length(uint8_t *bytes, const BzField *f)
{
	uint32_t length = f->data == NULL ? NULL_LENGTH : (uint32_t) f->length;

	for (int i = 0; i < LENGTH_SIZE; i++)
		bytes[i] = (uint8_t) (length >> (8 * (LENGTH_SIZE - 1 - i)));
}

static uint8_t *
write_integer(uint8_t *bytes, int64_t value)
{
	for (int i = 0; i < INTEGER_SIZE; i++)
		*bytes++ = (uint8_t) ((uint64_t) value >> (8 * (INTEGER_SIZE - 1 - i)));
	return bytes;
}

static size_t
field_size(const BzField *f)
{
	return LENGTH_SIZE + (f->data == NULL ? 0 : f->length);
}

static uint8_t *
write_field(uint8_t *bytes, const BzField *f)
{
	write_length(bytes, f);
	bytes += LENGTH_SIZE;
	if (f->data != NULL && f->length > 0)
	{
		memcpy(bytes, f->data, f->length);
		bytes += f->length;
	}
	return bytes;
}

static void
hash_field(BzHasher *h, const BzField *f)
{
	uint8_t length[LENGTH_SIZE];

	write_length(length, f);
	bz_hash_add(h, length, LENGTH_SIZE);
	if (f->data != NULL)
		bz_hash_add(h, f->data, f->length);
}

/* Have the texts been erased?  Then the commitment is all that is left of them. */
bool
bz_entry_is_erased(const BzEntry *e)
{
	return e->commitment.data != NULL;
}

/* What commits to the texts of the row: computed from them, or, where they are erased, stored. */
BzEntryProblem
bz_entry_commitment(BzHasher *h, const BzEntry *e, BzHash *commitment)
{
	uint8_t prefix[1 + BZ_SALT_SIZE] = {COMMITMENT_PREFIX};

	if (bz_entry_is_erased(e))
	{
		if (e->salt.data != NULL || e->row_before.data != NULL || e->row_after.data != NULL)
			return BZ_ENTRY_BOTH;
		if (e->commitment.length != BZ_HASH_SIZE)
			return BZ_ENTRY_COMMITMENT;
		memcpy(commitment, e->commitment.data, BZ_HASH_SIZE);
		return BZ_ENTRY_FINE;
	}
	if (e->salt.data == NULL || e->salt.length != BZ_SALT_SIZE)
		return BZ_ENTRY_SALT;
	memcpy(prefix + 1, e->salt.data, BZ_SALT_SIZE);
	bz_hash_begin(h);
	bz_hash_add(h, prefix, sizeof(prefix));
	hash_field(h, &e->row_before);
	hash_field(h, &e->row_after);
	bz_hash_end(h, commitment);
	return BZ_ENTRY_FINE;
}

/* How many bytes bz_leaf_write() writes. */
size_t
bz_leaf_size(const BzEntry *e)
{
	return 1 + 3 * INTEGER_SIZE + field_size(&e->session_user_name) + field_size(&e->current_user_name) +
		   field_size(&e->claimed_actor) + field_size(&e->relation) + field_size(&e->operation) +
		   field_size(&e->key) + LENGTH_SIZE + BZ_HASH_SIZE;
}

/* The data of the leaf. */
void
bz_leaf_write(const BzEntry *e, const BzHash *commitment, uint8_t *bytes)
{
	BzField last = {commitment->byte, BZ_HASH_SIZE};

	*bytes++ = BZ_LEAF_VERSION;
	bytes = write_integer(bytes, e->seq);
	bytes = write_integer(bytes, e->at);
	bytes = write_integer(bytes, e->xact);
	bytes = write_field(bytes, &e->session_user_name);
	bytes = write_field(bytes, &e->current_user_name);
	bytes = write_field(bytes, &e->claimed_actor);
	bytes = write_field(bytes, &e->relation);
	bytes = write_field(bytes, &e->operation);
	bytes = write_field(bytes, &e->key);
	write_field(bytes, &last);
}
