/*
 * hasher.c
 *		SM3 and SHA-256, both from libcrypto.
 *
 * One hasher an algorithm, made when first asked for and kept: fetching an
 * algorithm costs more than hashing an entry.  A failure of libcrypto sticks to
 * the hasher; nothing that it hashed may be believed then.
 */
#include "hasher.h"

#include <openssl/evp.h>
#include <string.h>

#include "hex.h"

struct BzHasher
{
	EVP_MD_CTX *context;
	bool failed;
};

static const char *const algorithm_name[BZ_NALGORITHMS] = {[BZ_SM3] = "sm3", [BZ_SHA256] = "sha256"};

/* The name of an algorithm, as it is stored. */
const char *
bz_algorithm_name(BzAlgorithm algorithm)
{
	return algorithm_name[algorithm];
}

/* The algorithm of a name; false: there is none. */
bool
bz_algorithm_find(const char *name, size_t length, BzAlgorithm *algorithm)
{
	for (int i = 0; i < BZ_NALGORITHMS; i++)
		if (strlen(algorithm_name[i]) == length && memcmp(algorithm_name[i], name, length) == 0)
		{
			*algorithm = (BzAlgorithm) i;
			return true;
		}
	return false;
}

/* The hasher of an algorithm, NULL where libcrypto does not offer it. */
BzHasher *
bz_hasher(BzAlgorithm algorithm)
{
	static BzHasher hasher[BZ_NALGORITHMS];
	BzHasher *h = &hasher[algorithm];

	if (h->context == NULL)
	{
		EVP_MD *md = EVP_MD_fetch(NULL, algorithm_name[algorithm], NULL);
		EVP_MD_CTX *context = EVP_MD_CTX_new();

		if (md != NULL && context != NULL && EVP_MD_get_size(md) == BZ_HASH_SIZE &&
			EVP_DigestInit_ex2(context, md, NULL) == 1)
			h->context = context;
		else
			EVP_MD_CTX_free(context);
		/* the context has a reference of its own */
		EVP_MD_free(md);
	}
	h->failed = false;
	return h->context == NULL ? NULL : h;
}

/* Was everything hashed that was to be? */
bool
bz_hasher_sound(const BzHasher *h)
{
	return !h->failed;
}

/* Begin a hash. */
void
bz_hash_begin(BzHasher *h)
{
	if (EVP_DigestInit_ex2(h->context, NULL, NULL) != 1)
		h->failed = true;
}

/* Hash some bytes more. */
void
bz_hash_add(BzHasher *h, const void *data, size_t length)
{
	if (length > 0 && EVP_DigestUpdate(h->context, data, length) != 1)
		h->failed = true;
}

/* What was hashed since the beginning. */
void
bz_hash_end(BzHasher *h, BzHash *hash)
{
	unsigned int size = 0;

	if (EVP_DigestFinal_ex(h->context, hash->byte, &size) != 1 || size != BZ_HASH_SIZE)
	{
		h->failed = true;
		memset(hash, 0, sizeof(BzHash));
	}
}

bool
bz_hash_equal(const BzHash *a, const BzHash *b)
{
	return memcmp(a, b, sizeof(BzHash)) == 0;
}

/* In small hexadecimal digits. */
void
bz_hash_print(const BzHash *hash, char text[BZ_HASH_TEXT])
{
	static const char digit[] = "0123456789abcdef";

	for (int i = 0; i < BZ_HASH_SIZE; i++)
	{
		*text++ = digit[hash->byte[i] >> 4];
		*text++ = digit[hash->byte[i] & 0xF];
	}
	*text = '\0';
}

/* From hexadecimal digits; false: they are no hash. */
bool
bz_hash_parse(const char *text, size_t length, BzHash *hash)
{
	if (length != 2 * BZ_HASH_SIZE)
		return false;
	for (int i = 0; i < BZ_HASH_SIZE; i++)
	{
		int high = bz_hex_digit(text[2 * i]);
		int low = bz_hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		hash->byte[i] = (uint8_t) (high << 4 | low);
	}
	return true;
}
