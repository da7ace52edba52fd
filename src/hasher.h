/*
 * hasher.h
 *		SM3 and SHA-256, both from libcrypto.
 *
 * No PostgreSQL: the stand-alone verifier uses it, too.
 */
#ifndef BZ_HASHER_H
#define BZ_HASHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum BzAlgorithm
{
	BZ_SM3,
	BZ_SHA256,
	BZ_NALGORITHMS
} BzAlgorithm;

#define BZ_HASH_SIZE 32

/* room for a hash in hexadecimal digits and a NUL */
#define BZ_HASH_TEXT (2 * BZ_HASH_SIZE + 1)

typedef struct BzHash
{
	uint8_t byte[BZ_HASH_SIZE];
} BzHash;

typedef struct BzHasher BzHasher;

extern const char *bz_algorithm_name(BzAlgorithm algorithm);
extern bool bz_algorithm_find(const char *name, size_t length, BzAlgorithm *algorithm);

extern BzHasher *bz_hasher(BzAlgorithm algorithm);
extern bool bz_hasher_sound(const BzHasher *h);
extern void bz_hash_begin(BzHasher *h);
extern void bz_hash_add(BzHasher *h, const void *data, size_t length);
extern void bz_hash_end(BzHasher *h, BzHash *hash);

extern bool bz_hash_equal(const BzHash *a, const BzHash *b);
extern void bz_hash_print(const BzHash *hash, char text[BZ_HASH_TEXT]);
extern bool bz_hash_parse(const char *text, size_t length, BzHash *hash);

#endif /* BZ_HASHER_H */
