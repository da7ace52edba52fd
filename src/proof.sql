/*
 * proof.sql: what is taken along to prove later what the ledger said.
 */

CREATE FUNCTION bianzhi.ledger_digest() RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT COALESCE(
		(SELECT jsonb_build_object('algorithm', b.algorithm, 'tree_size', b.tree_size, 'root', encode(b.root, 'hex'))
		FROM bianzhi.ledger_block AS b ORDER BY b.block DESC LIMIT 1),
		-- RFC 9162: the root of no leaves is the hash of nothing
		jsonb_build_object('algorithm', a.algorithm, 'tree_size', 0, 'root', encode(bianzhi.ledger_hash(a.algorithm, ''), 'hex')))
	FROM bianzhi.ledger_algorithm() AS a (algorithm)
$$;
COMMENT ON FUNCTION bianzhi.ledger_digest() IS '台账摘要: algorithm, number of sealed entries and root of the hash tree over them: the few bytes to keep outside, where nobody can change both';
REVOKE ALL ON FUNCTION bianzhi.ledger_digest() FROM PUBLIC;

CREATE FUNCTION bianzhi.inclusion_path(algorithm text, index bigint, tree_size bigint) RETURNS text[]
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.inclusion_path(text, bigint, bigint) IS '包含路径: the hashes that lead from a leaf to the root of a tree of that size (RFC 9162, 2.1.3)';
REVOKE ALL ON FUNCTION bianzhi.inclusion_path(text, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.consistency_path(algorithm text, old_size bigint, tree_size bigint) RETURNS text[]
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.consistency_path(text, bigint, bigint) IS '一致性路径: the hashes that lead from the root of a smaller tree to that of a larger one (RFC 9162, 2.1.4)';
REVOKE ALL ON FUNCTION bianzhi.consistency_path(text, bigint, bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.ledger_proof(seq bigint, with_texts boolean DEFAULT false) RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entry bianzhi.ledger;
	sealed bianzhi.ledger_block;
	digest jsonb := bianzhi.ledger_digest();
	leaf_index bigint;
	proof jsonb;
BEGIN
	SELECT l.* INTO entry FROM bianzhi.ledger AS l WHERE l.seq = ledger_proof.seq;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'the ledger has no entry %', ledger_proof.seq
			USING ERRCODE = 'no_data_found';
	END IF;
	SELECT b.* INTO sealed FROM bianzhi.ledger_block AS b WHERE b.members @> ledger_proof.seq;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'entry % of the ledger is not sealed yet', ledger_proof.seq
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Run bianzhi.seal_ledger().';
	END IF;
	-- the members of a block stand at the end of its tree
	SELECT sealed.tree_size - sum(upper(r) - greatest(lower(r), ledger_proof.seq)) INTO leaf_index
	FROM unnest(sealed.members) AS r
	WHERE upper(r) > ledger_proof.seq;
	proof := jsonb_build_object(
		'algorithm', sealed.algorithm,
		'tree_size', (digest ->> 'tree_size')::bigint,
		'index', leaf_index,
		'entry', jsonb_build_object('seq', entry.seq, 'at', to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
			'xact', entry.xact, 'session_user_name', entry.session_user_name, 'current_user_name', entry.current_user_name,
			'claimed_actor', entry.claimed_actor, 'relation', entry.relation, 'operation', entry.operation, 'key', entry.key,
			'commitment', encode(COALESCE(entry.commitment,
				bianzhi.ledger_commitment(sealed.algorithm, entry.salt, entry.row_before, entry.row_after)), 'hex')),
		'path', bianzhi.inclusion_path(sealed.algorithm, leaf_index, (digest ->> 'tree_size')::bigint));
	IF with_texts AND entry.salt IS NOT NULL THEN
		proof := proof || jsonb_build_object('texts', jsonb_build_object('salt', encode(entry.salt, 'hex'),
			'row_before', entry.row_before, 'row_after', entry.row_after));
	END IF;
	IF NOT bianzhi.check_proof(proof, digest) THEN
		RAISE EXCEPTION 'entry % of the ledger is not what was sealed', ledger_proof.seq
			USING ERRCODE = 'data_corrupted', HINT = 'Run bianzhi.verify_ledger().';
	END IF;
	RETURN proof;
END
$$;
COMMENT ON FUNCTION bianzhi.ledger_proof(bigint, boolean) IS '条目证明: proves to who has the digest of now that an entry is in the ledger: its metadata, the commitment to its texts and the path to the root; with_texts adds the texts and their salt. P0002 where there is no such entry, 55000 where it is not sealed yet, XX001 where it was altered';
REVOKE ALL ON FUNCTION bianzhi.ledger_proof(bigint, boolean) FROM PUBLIC;

CREATE FUNCTION bianzhi.check_proof(proof jsonb, digest jsonb) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.check_proof(jsonb, jsonb) IS '验证条目证明: whether a proof of ledger_proof() holds against a digest; 22023 where either is none';
REVOKE ALL ON FUNCTION bianzhi.check_proof(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.check_proof(jsonb, jsonb) TO PUBLIC;

CREATE FUNCTION bianzhi.check_consistency(proof jsonb, old_digest jsonb, new_digest jsonb) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.check_consistency(jsonb, jsonb, jsonb) IS '验证一致性证明: whether a proof of consistency_proof() shows that the ledger of the older digest only grew to that of the newer one; 22023 where one of them is none';
REVOKE ALL ON FUNCTION bianzhi.check_consistency(jsonb, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.check_consistency(jsonb, jsonb, jsonb) TO PUBLIC;

CREATE FUNCTION bianzhi.digest_size(digest jsonb) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.digest_size(jsonb) IS '摘要条目数: the tree size of a digest; 22023 where it is none';
REVOKE ALL ON FUNCTION bianzhi.digest_size(jsonb) FROM PUBLIC;

CREATE FUNCTION bianzhi.consistency_proof(old_digest jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	digest jsonb := bianzhi.ledger_digest();
	old_size bigint := bianzhi.digest_size(old_digest);
	new_size bigint := (digest ->> 'tree_size')::bigint;
BEGIN
	IF old_digest ->> 'algorithm' <> digest ->> 'algorithm' THEN
		RAISE EXCEPTION 'the digest is of another hash algorithm than the ledger'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF old_size > new_size THEN
		RAISE EXCEPTION 'the digest is of a ledger of % entries, and this one has %', old_size, new_size
			USING ERRCODE = 'data_corrupted', HINT = 'The ledger was cut or rolled back, or the digest is of another one.';
	END IF;
	RETURN jsonb_build_object('algorithm', digest ->> 'algorithm', 'old_size', old_size, 'tree_size', new_size,
		'path', bianzhi.consistency_path(digest ->> 'algorithm', old_size, new_size));
END
$$;
COMMENT ON FUNCTION bianzhi.consistency_proof(jsonb) IS '一致性证明: proves to who has an older digest and that of now that the ledger only grew in between; whether it does, check_consistency() says. XX001 where the older digest is of a larger ledger';
REVOKE ALL ON FUNCTION bianzhi.consistency_proof(jsonb) FROM PUBLIC;
