/*
 * evidence.h
 *		Digests and proofs, as they are handed out, and whether they hold.
 *
 * Pure C: no allocation, no PostgreSQL; any bytes may come in.
 */
#ifndef BZ_EVIDENCE_H
#define BZ_EVIDENCE_H

#include "hasher.h"
#include "json.h"

/* What is kept outside: how large the tree was, and its root */
typedef struct BzDigest
{
	BzAlgorithm algorithm;
	uint64_t size;
	BzHash root;
} BzDigest;

typedef enum BzVerdict
{
	BZ_HOLDS,
	BZ_FAILS,
	BZ_NO_PROOF,  /* it is not in the form of one */
	BZ_NO_HASHER, /* libcrypto does not offer the algorithm, or failed */
} BzVerdict;

extern bool bz_digest_read(BzJson json, BzDigest *digest);
extern BzVerdict bz_proof_check(BzJson proof, const BzDigest *digest);
extern BzVerdict bz_consistency_check(BzJson proof, const BzDigest *old_digest, const BzDigest *new_digest);

#endif /* BZ_EVIDENCE_H */
