-- sealing the ledger: blocks, digests, proofs, guards, erasing, who may do what
\set SHOW_CONTEXT never
\set VERBOSITY verbose
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;

-- refused(SQL): its SQLSTATE and message; or that it is not
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END
$$;
CREATE FUNCTION entries(n int) RETURNS text LANGUAGE sql AS $$
	SELECT count(bianzhi.ledger_append('public.t', 'INSERT', i::text, NULL, format('{"id":"%s"}', i))) || ' entries' FROM generate_series(1, n) AS i
$$;

-- an empty ledger has a digest, and nothing to seal
SELECT bianzhi.ledger_digest();
SELECT bianzhi.seal_ledger() IS NULL AS nothing, bianzhi.ledger_algorithm();
SELECT * FROM bianzhi.verify_ledger(bianzhi.ledger_digest());
SELECT last_block, sealed, unsealed, oldest_unsealed FROM bianzhi.seal_status;
CREATE TABLE digests AS SELECT bianzhi.ledger_digest() AS digest;

-- blocks
SELECT entries(5);
SELECT entries, first_seq, oldest <= clock_timestamp() AS written FROM bianzhi.ledger_unsealed();
SELECT bianzhi.seal_ledger();
SELECT bianzhi.seal_ledger() IS NULL AS nothing;
BEGIN;
SELECT entries(3);
ROLLBACK;
SELECT entries(300);
SELECT severity, what, regexp_replace(place, ' of .*', '') FROM bianzhi.verify_ledger();
INSERT INTO digests SELECT bianzhi.ledger_digest();
SELECT bianzhi.seal_ledger();
INSERT INTO digests SELECT bianzhi.ledger_digest();
-- the mark may lie lower while another session of the server, such as autovacuum, is about
SELECT block, members, tree_size, algorithm, mark <= CASE block WHEN 1 THEN 5 ELSE 309 END AS mark, length(root), sealed_by = session_user AS by_me FROM bianzhi.ledger_block ORDER BY block;
SELECT level, tile, length(hashes) / 32 AS hashes FROM bianzhi.ledger_tile ORDER BY level, tile;
SELECT seq, relation, operation, key, regexp_replace(row_after, '"mark":"[0-9]+"', '"mark":"..."') AS row_after FROM bianzhi.ledger WHERE operation = 'SEAL' ORDER BY seq;
SELECT * FROM bianzhi.verify_ledger((SELECT jsonb_agg(digest) FROM digests));

-- proofs: of each entry, none longer than the tree is high, all checked
SELECT count(*), max(jsonb_array_length(p -> 'path')) AS longest, bool_and(bianzhi.check_proof(p, bianzhi.ledger_digest())) AS hold,
	bool_or(bianzhi.check_proof(jsonb_set(p, '{entry,key}', '"x"'), bianzhi.ledger_digest())) AS forged_hold,
	bool_or(bianzhi.check_proof(jsonb_set(p, '{texts,row_after}', '"x"'), bianzhi.ledger_digest())) AS forged_texts_hold,
	bool_or(bianzhi.check_proof(p - 'texts', d.digest)) AS hold_against_an_older_one
FROM bianzhi.ledger AS l, bianzhi.ledger_proof(l.seq, true) AS p, (SELECT digest FROM digests OFFSET 1 LIMIT 1) AS d;
SELECT jsonb_object_keys(bianzhi.ledger_proof(12)) ORDER BY 1;
SELECT d.digest ->> 'tree_size' AS old, jsonb_array_length(p -> 'path') AS hashes, bianzhi.check_consistency(p, d.digest, bianzhi.ledger_digest()) AS holds,
	bianzhi.check_consistency(p, jsonb_set(d.digest, '{root}', to_jsonb(encode(sha256('x'), 'hex'))), bianzhi.ledger_digest()) AS other_root
FROM digests AS d, bianzhi.consistency_proof(d.digest) AS p;
SELECT refused('SELECT bianzhi.ledger_proof(999999)');
SELECT entries(1);
SELECT refused('SELECT bianzhi.ledger_proof((SELECT max(seq) FROM bianzhi.ledger))');
SELECT refused(format('SELECT bianzhi.consistency_proof(%L)', jsonb_set(bianzhi.ledger_digest(), '{tree_size}', '1000000')));
SELECT refused(format('SELECT bianzhi.consistency_proof(%L)', jsonb_set(bianzhi.ledger_digest(), '{algorithm}', '"sha256"')));

-- what is no digest, and no proof
SELECT j, refused(format('SELECT bianzhi.check_proof(bianzhi.ledger_proof(12), %L)', j)) AS as_digest, refused(format('SELECT bianzhi.check_proof(%L, bianzhi.ledger_digest())', j)) AS as_proof,
	refused(format('SELECT bianzhi.check_consistency(%L, bianzhi.ledger_digest(), bianzhi.ledger_digest())', j)) AS as_consistency
FROM (VALUES ('{}'), ('[]'), ('null'), ('"x"'), ('{"algorithm": "md5", "tree_size": 1, "root": "00"}'), ('{"algorithm": "sm3", "tree_size": -1, "root": "00"}'),
	('{"algorithm": "sm3", "tree_size": 1e30, "root": ""}'), ('{"path": [1], "algorithm": "sm3"}')) AS v (j);
SELECT refused('SELECT bianzhi.verify_ledger(''[1]'')'), refused('SELECT bianzhi.verify_ledger(''{}'')');
SELECT count(*) FROM bianzhi.verify_ledger('[]') WHERE severity = 'error';
SELECT refused(format('SELECT bianzhi.check_proof(%L, bianzhi.ledger_digest())', repeat('[', 100) || repeat(']', 100)));
SELECT bianzhi.check_proof(NULL, NULL), bianzhi.check_consistency(NULL, NULL, NULL), bianzhi.consistency_proof(NULL);
-- a digest of another ledger, and one of a larger one
SELECT what, place FROM bianzhi.verify_ledger(jsonb_set(bianzhi.ledger_digest(), '{root}', to_jsonb(encode(sha256('x'), 'hex')))) WHERE severity = 'error';
SELECT what, place FROM bianzhi.verify_ledger(jsonb_set(bianzhi.ledger_digest(), '{algorithm}', '"sha256"')) WHERE severity = 'error';
SELECT what, place FROM bianzhi.verify_ledger(jsonb_set(bianzhi.ledger_digest(), '{tree_size}', '1000')) WHERE severity = 'error';

-- what is written stays
SELECT refused('UPDATE bianzhi.ledger_block SET mark = 0'), refused('DELETE FROM bianzhi.ledger_block'), refused('TRUNCATE bianzhi.ledger_block');
SELECT refused('UPDATE bianzhi.ledger_tile SET hashes = ''\x'''), refused('DELETE FROM bianzhi.ledger_tile'), refused('TRUNCATE bianzhi.ledger_tile');
SELECT refused('UPDATE bianzhi.ledger_tile SET tile = tile + 1'), refused('UPDATE bianzhi.ledger_tile SET hashes = substring(hashes FROM 33)');
-- also for a replica
SET session_replication_role = replica;
SELECT refused('UPDATE bianzhi.ledger_block SET mark = 0'), refused('DELETE FROM bianzhi.ledger_tile'), refused('UPDATE bianzhi.ledger_tile SET hashes = ''\x''');
RESET session_replication_role;

-- texts are erased with a document, once, when they are sealed
SELECT refused('SELECT bianzhi.erase_ledger_text(12, NULL)'), refused('SELECT bianzhi.erase_ledger_text(12, '' '')'), refused('SELECT bianzhi.erase_ledger_text(999999, ''d'')'),
	refused('SELECT bianzhi.erase_ledger_text((SELECT max(seq) FROM bianzhi.ledger), ''d'')'), refused('SELECT bianzhi.erase_ledger_text(6, ''d'')'), refused('SELECT bianzhi.erase_ledger_text(NULL, ''d'')');
SELECT bianzhi.ledger_proof(10) AS before \gset
SELECT bianzhi.erase_ledger_text(10, '删"1"号') > 10 AS erased;
SELECT seq, key, row_before, row_after, salt, commitment IS NOT NULL AS committed FROM bianzhi.ledger WHERE seq = 10;
SELECT relation, operation, key, row_after::json ->> 'document_no' AS document_no, row_after FROM bianzhi.ledger WHERE operation = 'ERASE';
SELECT bianzhi.ledger_proof(10) = :'before' AS proved_as_before, bianzhi.ledger_proof(10, true) ? 'texts' AS has_texts;
SELECT refused('SELECT bianzhi.erase_ledger_text(10, ''d'')');
SELECT refused('UPDATE bianzhi.ledger SET row_after = ''x'' WHERE seq = 10');
SELECT bianzhi.seal_ledger();
SELECT * FROM bianzhi.verify_ledger((SELECT jsonb_agg(digest) FROM digests));
SELECT refused('SELECT bianzhi.erase_ledger_text((SELECT seq FROM bianzhi.ledger WHERE operation = ''ERASE''), ''d'')');

-- an entry that was altered is neither proved nor erased, and nothing is built on an altered tree
BEGIN;
ALTER TABLE bianzhi.ledger DISABLE TRIGGER ALL;
UPDATE bianzhi.ledger SET row_after = '{"id":"0"}' WHERE seq = 12;
SELECT refused('SELECT bianzhi.ledger_proof(12)'), refused('SELECT bianzhi.erase_ledger_text(12, ''d'')');
ROLLBACK;
BEGIN;
ALTER TABLE bianzhi.ledger_tile DISABLE TRIGGER ALL;
UPDATE bianzhi.ledger_tile SET hashes = set_bit(hashes, 5, 1 - get_bit(hashes, 5)) WHERE level = 1;
SELECT entries(1), refused('SELECT bianzhi.seal_ledger()');
ROLLBACK;
BEGIN;
ALTER TABLE bianzhi.ledger DISABLE TRIGGER ALL;
SELECT entries(1);
UPDATE bianzhi.ledger SET salt = 'x' WHERE seq = (SELECT max(seq) FROM bianzhi.ledger);
SELECT regexp_replace(refused('SELECT bianzhi.seal_ledger()'), '\d{2,}', 'N', 'g');
ROLLBACK;

-- isolation levels, other algorithms
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT refused('SELECT bianzhi.seal_ledger()');
SELECT count(*) FROM bianzhi.verify_ledger() WHERE severity = 'error';
ROLLBACK;
SELECT refused('SELECT bianzhi.ledger_algorithm(''sha256'')'), refused('SELECT bianzhi.ledger_algorithm(''md5'')'), refused('SELECT bianzhi.ledger_algorithm(NULL)');
SELECT bianzhi.ledger_hash('sm3', 'abc'), bianzhi.ledger_hash('sha256', 'abc') = sha256('abc') AS sha256, refused('SELECT bianzhi.ledger_hash(''md5'', ''abc'')');
SELECT refused('SELECT bianzhi.ledger_commitment(''sm3'', ''\x00'', NULL, NULL)'), bianzhi.ledger_commitment('sm3', NULL, 'a', 'b') IS NULL AS none_without_salt;

-- read only
BEGIN READ ONLY;
SELECT count(*) FROM bianzhi.verify_ledger() WHERE severity = 'error';
SELECT unsealed FROM bianzhi.seal_status;
SELECT refused('SELECT bianzhi.seal_ledger()');
ROLLBACK;

-- health: nobody seals
SELECT what FROM bianzhi.health() WHERE what LIKE '%sealed%';
SELECT FROM bianzhi.go_live();
SELECT what FROM bianzhi.health() WHERE what LIKE '%sealed%';
BEGIN;
ALTER TABLE bianzhi.ledger DISABLE TRIGGER ALL;
UPDATE bianzhi.ledger SET at = now() - interval '25 hours' WHERE seq = (SELECT max(seq) FROM bianzhi.ledger);
SELECT severity, what, hint FROM bianzhi.health() WHERE what LIKE '%sealed%';
SELECT FROM bianzhi.seal_ledger();
SELECT severity, what, hint FROM bianzhi.health() WHERE what LIKE '%sealed%';
ROLLBACK;

-- who may: checking a proof everybody, everything else who was given it
CREATE ROLE seal_nobody;
SET ROLE seal_nobody;
SELECT refused('SELECT bianzhi.seal_ledger()'), refused('SELECT bianzhi.verify_ledger()'), refused('SELECT bianzhi.ledger_digest()'), refused('SELECT bianzhi.ledger_proof(1)'),
	refused('SELECT bianzhi.erase_ledger_text(1, ''d'')'), refused('TABLE bianzhi.ledger_block'), refused('TABLE bianzhi.ledger_tile'), refused('TABLE bianzhi.seal_status'), refused('SELECT bianzhi.ledger_algorithm(''sm3'')');
SELECT bianzhi.check_proof(:'before', '{"algorithm": "sm3", "tree_size": 9, "root": "0000000000000000000000000000000000000000000000000000000000000000"}');
RESET ROLE;
GRANT EXECUTE ON FUNCTION bianzhi.seal_ledger(), bianzhi.ledger_digest(), bianzhi.verify_ledger(jsonb) TO seal_nobody;
SET ROLE seal_nobody;
SELECT bianzhi.seal_ledger() > 0 AS sealed;
SELECT count(*) FROM bianzhi.verify_ledger(bianzhi.ledger_digest()) WHERE severity = 'error';
RESET ROLE;
DROP OWNED BY seal_nobody;
DROP ROLE seal_nobody;

-- the other algorithm, from the start
DROP EXTENSION bianzhi CASCADE;
CREATE EXTENSION bianzhi CASCADE;
SELECT bianzhi.ledger_algorithm('sha256'), bianzhi.ledger_digest();
SELECT entries(3), bianzhi.seal_ledger();
SELECT bianzhi.seal_ledger(), algorithm FROM bianzhi.ledger_block;
SELECT bianzhi.check_proof(bianzhi.ledger_proof(2), bianzhi.ledger_digest());
SELECT * FROM bianzhi.verify_ledger(bianzhi.ledger_digest());
