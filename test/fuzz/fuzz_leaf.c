/*
 * fuzz_leaf.c
 *		The bytes of an entry: read back, field by field, by a reader that knows
 *		nothing but the format; and what changes when anything in an entry does.
 */
#include "leaf.h"
#include "merkle.h"

#include <string.h>

#include "expect.h"

#define NAMES 6 /* the fields of the leaf */

typedef struct Input
{
	const uint8_t *at;
	const uint8_t *end;
} Input;

static int
next(Input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static int64_t
next_integer(Input *in)
{
	uint64_t value = 0;

	for (int n = next(in) % 9; n > 0; n--)
		value = value << 8 | (uint64_t) next(in);
	return (int64_t) value;
}

static BzField
next_field(Input *in)
{
	int what = next(in);
	BzField f = {NULL, 0};

	if (what % 4 != 0)
	{
		size_t most = (size_t) (in->end - in->at);

		f.length = (size_t) (what / 4) < most ? (size_t) (what / 4) : most;
		/* an empty value is somewhere, NULL is nowhere */
		f.data = f.length == 0 ? (const uint8_t *) "" : in->at;
		in->at += f.length;
	}
	return f;
}

static uint64_t
read_number(const uint8_t **at, const uint8_t *end, int bytes)
{
	uint64_t value = 0;

	EXPECT(end - *at >= bytes);
	while (bytes-- > 0)
		value = value * 256 + *(*at)++;
	return value;
}

static void
expect_field(const uint8_t **at, const uint8_t *end, const BzField *f)
{
	uint64_t length = read_number(at, end, 4);

	if (f->data == NULL)
	{
		EXPECT(length == 4294967295u);
		return;
	}
	EXPECT(length == f->length && (uint64_t) (end - *at) >= length && memcmp(*at, f->data, f->length) == 0);
	*at += length;
}

static BzHash
leaf_of(BzHasher *h, const BzEntry *e, const BzHash *commitment)
{
	size_t size = bz_leaf_size(e);
	uint8_t *bytes = malloc(size);
	const uint8_t *at = bytes;
	const BzField *field[NAMES] = {&e->session_user_name, &e->current_user_name, &e->claimed_actor,
								   &e->relation,		  &e->operation,		 &e->key};
	BzField last = {commitment, BZ_HASH_SIZE};
	BzHash hash;

	bz_leaf_write(e, commitment, bytes);
	EXPECT(read_number(&at, bytes + size, 1) == 1);
	EXPECT(read_number(&at, bytes + size, 8) == (uint64_t) e->seq);
	EXPECT(read_number(&at, bytes + size, 8) == (uint64_t) e->at);
	EXPECT(read_number(&at, bytes + size, 8) == (uint64_t) e->xact);
	for (int i = 0; i < NAMES; i++)
		expect_field(&at, bytes + size, field[i]);
	expect_field(&at, bytes + size, &last);
	EXPECT(at == bytes + size);
	bz_merkle_leaf(h, bytes, size, &hash);
	free(bytes);
	return hash;
}

/* The commitment, computed from one string of bytes */
static BzHash
commitment_of(BzHasher *h, const BzEntry *e)
{
	const BzField *text[2] = {&e->row_before, &e->row_after};
	uint8_t bytes[1024];
	size_t n = 0;
	BzHash hash;

	bytes[n++] = 2;
	memcpy(bytes + n, e->salt.data, 16);
	n += 16;
	for (int i = 0; i < 2; i++)
	{
		size_t length = text[i]->data == NULL ? 4294967295u : text[i]->length;

		for (int shift = 24; shift >= 0; shift -= 8)
			bytes[n++] = (uint8_t) (length >> shift);
		if (text[i]->data != NULL)
			memcpy(bytes + n, text[i]->data, length);
		n += text[i]->data == NULL ? 0 : length;
	}
	bz_hash_begin(h);
	bz_hash_add(h, bytes, n);
	bz_hash_end(h, &hash);
	return hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input in = {data, data + size};
	BzHasher *h = bz_hasher(next(&in) % 2 == 0 ? BZ_SM3 : BZ_SHA256);
	BzEntry e = {.seq = next_integer(&in), .at = next_integer(&in), .xact = next_integer(&in)};
	BzField *field[] = {&e.session_user_name, &e.current_user_name, &e.claimed_actor,
						&e.relation,		  &e.operation,			&e.key,
						&e.row_before,		  &e.row_after};
	uint8_t salt[BZ_SALT_SIZE];
	BzHash commitment, other, leaf;
	BzEntry changed;
	int which;

	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		*field[i] = next_field(&in);
	for (int i = 0; i < BZ_SALT_SIZE; i++)
		salt[i] = (uint8_t) next(&in);

	/* without a salt of its length there is no commitment */
	EXPECT(bz_entry_commitment(h, &e, &commitment) == BZ_ENTRY_SALT);
	e.salt.data = salt;
	e.salt.length = (size_t) next(&in) % BZ_SALT_SIZE;
	EXPECT(bz_entry_commitment(h, &e, &commitment) == BZ_ENTRY_SALT);
	e.salt.length = BZ_SALT_SIZE;
	EXPECT(bz_entry_commitment(h, &e, &commitment) == BZ_ENTRY_FINE && !bz_entry_is_erased(&e));
	other = commitment_of(h, &e);
	EXPECT(bz_hash_equal(&commitment, &other));
	leaf = leaf_of(h, &e, &commitment);

	/* erased: the same leaf; half erased: none */
	changed = e;
	changed.commitment.data = commitment.byte;
	changed.commitment.length = BZ_HASH_SIZE;
	EXPECT(bz_entry_commitment(h, &changed, &other) == BZ_ENTRY_BOTH);
	changed.salt.data = NULL;
	changed.row_before.data = changed.row_after.data = NULL;
	EXPECT(bz_entry_commitment(h, &changed, &other) == BZ_ENTRY_FINE && bz_entry_is_erased(&changed));
	other = leaf_of(h, &changed, &other);
	EXPECT(bz_hash_equal(&leaf, &other));
	changed.row_after.data = "";
	EXPECT(bz_entry_commitment(h, &changed, &other) == BZ_ENTRY_BOTH);
	changed.row_after.data = NULL;
	changed.commitment.length--;
	EXPECT(bz_entry_commitment(h, &changed, &other) == BZ_ENTRY_COMMITMENT);

	/* any change shows: a field that is none instead of empty, one byte less, a byte that went to the next field */
	changed = e;
	which = next(&in) % 8;
	if (field[which]->data == NULL)
	{
		BzField *f = (BzField *) ((char *) &changed + ((char *) field[which] - (char *) &e));

		f->data = "";
		f->length = 0;
	}
	else if (field[which]->length == 0)
		((BzField *) ((char *) &changed + ((char *) field[which] - (char *) &e)))->data = NULL;
	else
	{
		((BzField *) ((char *) &changed + ((char *) field[which] - (char *) &e)))->length--;
		if (which % 2 == 0 && field[which + 1]->data != NULL && field[which + 1]->length > 0 &&
			(const uint8_t *) field[which]->data + field[which]->length <
				(const uint8_t *) field[which + 1]->data)
		{
			BzField *f = (BzField *) ((char *) &changed + ((char *) field[which + 1] - (char *) &e));

			f->data = (const uint8_t *) f->data - 1;
			f->length++;
		}
	}
	EXPECT(bz_entry_commitment(h, &changed, &commitment) == BZ_ENTRY_FINE);
	other = leaf_of(h, &changed, &commitment);
	EXPECT(!bz_hash_equal(&leaf, &other));
	salt[next(&in) % BZ_SALT_SIZE] ^= 1;
	EXPECT(bz_entry_commitment(h, &e, &commitment) == BZ_ENTRY_FINE);
	other = leaf_of(h, &e, &commitment);
	EXPECT(!bz_hash_equal(&leaf, &other));
	EXPECT(bz_hasher_sound(h));
	return 0;
}
