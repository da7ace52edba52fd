/*
 * proof.c
 *		Proofs that an entry is in the tree, and that the tree has only grown.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/snapmgr.h"

#include "entry.h"
#include "evidence.h"
#include "tile.h"

PG_FUNCTION_INFO_V1(inclusion_path);
PG_FUNCTION_INFO_V1(consistency_path);
PG_FUNCTION_INFO_V1(check_proof);
PG_FUNCTION_INFO_V1(check_consistency);
PG_FUNCTION_INFO_V1(digest_size);

/* Hashes as an array of texts */
static Datum
path_datum(const BzHash *path, int n)
{
	Datum text[BZ_PROOF_MAX];

	for (int i = 0; i < n; i++)
	{
		char digits[BZ_HASH_TEXT];

		bz_hash_print(&path[i], digits);
		text[i] = CStringGetTextDatum(digits);
	}
	return PointerGetDatum(construct_array(text, n, TEXTOID, -1, false, TYPALIGN_INT));
}

typedef int (*ProofFunction)(BzHasher *h, uint64_t part, uint64_t size, BzNodeSource source, void *arg,
							 BzHash path[BZ_PROOF_MAX]);

static Datum
path_of(FunctionCallInfo fcinfo, ProofFunction proof)
{
	BzHasher *h = bz_need_hasher(bz_need_algorithm(PG_GETARG_DATUM(0)));
	BzTileReader reader;
	BzHash path[BZ_PROOF_MAX];
	int n;

	bz_tiles_open(&reader, h, GetActiveSnapshot());
	n = proof(h, (uint64_t) PG_GETARG_INT64(1), (uint64_t) PG_GETARG_INT64(2), bz_tile_node, &reader, path);
	bz_tiles_close(&reader);
	if (n < 0)
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED),
				errmsg("a part of the hash tree of the ledger is missing"),
				errhint("Run bianzhi.verify_ledger()."));
	bz_hashed(h);
	return path_datum(path, n);
}

/* inclusion_path(algorithm text, index bigint, tree_size bigint) returns text[] */
Datum
inclusion_path(PG_FUNCTION_ARGS)
{
	return path_of(fcinfo, bz_inclusion_proof);
}

/* consistency_path(algorithm text, old_size bigint, tree_size bigint) returns text[] */
Datum
consistency_path(PG_FUNCTION_ARGS)
{
	return path_of(fcinfo, bz_consistency_proof);
}

static BzJson
json_argument(Datum value)
{
	Jsonb *jsonb = DatumGetJsonbP(value);
	char *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	BzJson json;

	if (!bz_json_read(text, strlen(text), &json))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the value is nested too deeply"));
	return json;
}

static BzDigest
digest_argument(Datum value)
{
	BzDigest digest;

	if (!bz_digest_read(json_argument(value), &digest))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the value is no digest of a ledger"),
				errdetail("A digest is an object with \"algorithm\", \"tree_size\" and \"root\"."));
	return digest;
}

static Datum
verdict_datum(BzVerdict verdict)
{
	if (verdict == BZ_NO_PROOF)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the value is no proof"),
				errdetail("A proof is what bianzhi.ledger_proof() or bianzhi.consistency_proof() returns."));
	if (verdict == BZ_NO_HASHER)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("libcrypto does not offer the hash algorithm of the digest"));
	return BoolGetDatum(verdict == BZ_HOLDS);
}

/* check_proof(proof jsonb, digest jsonb) returns bool */
Datum
check_proof(PG_FUNCTION_ARGS)
{
	BzDigest digest = digest_argument(PG_GETARG_DATUM(1));

	return verdict_datum(bz_proof_check(json_argument(PG_GETARG_DATUM(0)), &digest));
}

/* check_consistency(proof jsonb, old_digest jsonb, new_digest jsonb) returns bool */
Datum
check_consistency(PG_FUNCTION_ARGS)
{
	BzDigest old_digest = digest_argument(PG_GETARG_DATUM(1));
	BzDigest new_digest = digest_argument(PG_GETARG_DATUM(2));

	return verdict_datum(bz_consistency_check(json_argument(PG_GETARG_DATUM(0)), &old_digest, &new_digest));
}

/* digest_size(digest jsonb) returns bigint */
Datum
digest_size(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) digest_argument(PG_GETARG_DATUM(0)).size);
}
