/*
 * seal.sql: sealing the ledger into blocks, and one hash tree over all of them.
 */

CREATE TABLE bianzhi.ledger_block (
	block bigint PRIMARY KEY CONSTRAINT ledger_block_positive CHECK (block > 0),
	members int8multirange NOT NULL,
	tree_size bigint NOT NULL,
	root bytea NOT NULL CONSTRAINT ledger_block_root_length CHECK (length(root) = 32),
	algorithm text NOT NULL CONSTRAINT ledger_block_algorithm_check CHECK (algorithm IN ('sm3', 'sha256')),
	mark bigint NOT NULL,
	sealed_at timestamp with time zone NOT NULL,
	sealed_by text NOT NULL
);

COMMENT ON TABLE bianzhi.ledger_block IS '台账区块: which entries of the ledger were sealed together, and the root of the hash tree over all entries up to there';
COMMENT ON COLUMN bianzhi.ledger_block.block IS '区块号: number, from 1 without gaps';
COMMENT ON COLUMN bianzhi.ledger_block.members IS '所含条目: numbers of the entries, exactly those that there are; in the tree they stand in this order, behind those of the blocks before. The last one is the entry that the sealer wrote of this block';
COMMENT ON COLUMN bianzhi.ledger_block.tree_size IS '累计条目数: number of entries in this and all earlier blocks';
COMMENT ON COLUMN bianzhi.ledger_block.root IS '树根: root of the hash tree (RFC 9162) over them';
COMMENT ON COLUMN bianzhi.ledger_block.algorithm IS '杂凑算法: hash algorithm, sm3 or sha256; the same in all blocks';
COMMENT ON COLUMN bianzhi.ledger_block.mark IS '定案号: when the block was sealed, every entry with a number up to this one was either there or could never come';
COMMENT ON COLUMN bianzhi.ledger_block.sealed_at IS '封存时间: when it was sealed';
COMMENT ON COLUMN bianzhi.ledger_block.sealed_by IS '封存人: session user who sealed it';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.ledger_block', '');
-- in which block an entry is
CREATE INDEX ledger_block_members_idx ON bianzhi.ledger_block USING gist (members);

CREATE TABLE bianzhi.ledger_tile (
	level integer NOT NULL CONSTRAINT ledger_tile_level_check CHECK (level BETWEEN 0 AND 7),
	tile bigint NOT NULL CONSTRAINT ledger_tile_tile_check CHECK (tile >= 0),
	hashes bytea NOT NULL CONSTRAINT ledger_tile_hashes_check CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
	PRIMARY KEY (level, tile)
);
-- hashes cannot be compressed
ALTER TABLE bianzhi.ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

COMMENT ON TABLE bianzhi.ledger_tile IS '杂凑树分块: the hash tree over the ledger, 256 nodes a row, so that a proof reads a handful of rows';
COMMENT ON COLUMN bianzhi.ledger_tile.level IS '层: the nodes are of height 8 times this; 0: the leaves';
COMMENT ON COLUMN bianzhi.ledger_tile.tile IS '块序号: number within the level, from 0';
COMMENT ON COLUMN bianzhi.ledger_tile.hashes IS '杂凑值: up to 256 hashes of 32 bytes; only the last tile of a level has fewer, and grows';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.ledger_tile', '');

CREATE TABLE bianzhi.ledger_mark (
	cluster text NOT NULL,
	decided bigint NOT NULL,
	waiting bigint NOT NULL,
	until xid8 NOT NULL
);
COMMENT ON TABLE bianzhi.ledger_mark IS '封存进度: what one sealing leaves to the next; means something in this cluster only and is not dumped';
COMMENT ON COLUMN bianzhi.ledger_mark.cluster IS '集群: system identifier of the cluster';
COMMENT ON COLUMN bianzhi.ledger_mark.decided IS '定案号: every entry with a number up to this one is there or can never come';
COMMENT ON COLUMN bianzhi.ledger_mark.waiting IS '待定号: the same will hold up to this one ...';
COMMENT ON COLUMN bianzhi.ledger_mark.until IS '待定事务: ... when every transaction before this one has ended; 0: nothing waits';
CREATE UNIQUE INDEX ledger_mark_one_row ON bianzhi.ledger_mark ((true));
ALTER TABLE bianzhi.ledger_mark REPLICA IDENTITY FULL;

-- nothing is changed or taken away; the last tile of a level is written again with more behind what it has

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bianzhi.ledger_block
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON bianzhi.ledger_tile
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.append_only();
CREATE TRIGGER append_only_update BEFORE UPDATE ON bianzhi.ledger_tile
	FOR EACH ROW WHEN (NEW.level <> OLD.level OR NEW.tile <> OLD.tile
		OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes)
	EXECUTE FUNCTION bianzhi.append_only();
ALTER TABLE bianzhi.ledger_block ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE bianzhi.ledger_tile ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER append_only_update;

-- which algorithm

CREATE TABLE bianzhi.ledger_choice (
	algorithm text NOT NULL CONSTRAINT ledger_choice_algorithm_check CHECK (algorithm IN ('sm3', 'sha256'))
);
COMMENT ON TABLE bianzhi.ledger_choice IS '算法选择: which hash algorithm the first block is to have, where it is not sm3';
COMMENT ON COLUMN bianzhi.ledger_choice.algorithm IS '杂凑算法: sm3 or sha256';
CREATE UNIQUE INDEX ledger_choice_one_row ON bianzhi.ledger_choice ((true));
ALTER TABLE bianzhi.ledger_choice REPLICA IDENTITY FULL;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.ledger_choice', '');

CREATE FUNCTION bianzhi.ledger_algorithm() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT COALESCE((SELECT b.algorithm FROM bianzhi.ledger_block AS b ORDER BY b.block DESC LIMIT 1),
		(SELECT c.algorithm FROM bianzhi.ledger_choice AS c), 'sm3')
$$;
COMMENT ON FUNCTION bianzhi.ledger_algorithm() IS '杂凑算法: the hash algorithm of the ledger, sm3 or sha256';
REVOKE ALL ON FUNCTION bianzhi.ledger_algorithm() FROM PUBLIC;

CREATE FUNCTION bianzhi.ledger_algorithm(algorithm text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF ledger_algorithm.algorithm IS NULL OR ledger_algorithm.algorithm NOT IN ('sm3', 'sha256') THEN
		RAISE EXCEPTION 'unknown hash algorithm "%"', ledger_algorithm.algorithm
			USING ERRCODE = 'invalid_parameter_value', HINT = 'There are sm3 and sha256.';
	END IF;
	-- a sealer who is at work may be making the first block
	LOCK TABLE bianzhi.ledger_block IN SHARE ROW EXCLUSIVE MODE;
	IF EXISTS (SELECT 1 FROM bianzhi.ledger_block) THEN
		RAISE EXCEPTION 'the hash algorithm of the ledger cannot be changed after the first block'
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	-- libcrypto may not have it
	PERFORM bianzhi.ledger_hash(ledger_algorithm.algorithm, '');
	DELETE FROM bianzhi.ledger_choice;
	INSERT INTO bianzhi.ledger_choice (algorithm) VALUES (ledger_algorithm.algorithm);
END
$$;
COMMENT ON FUNCTION bianzhi.ledger_algorithm(text) IS '选择杂凑算法: chooses sm3 (which it is otherwise) or sha256 before the first block is sealed; 55000 afterwards';
REVOKE ALL ON FUNCTION bianzhi.ledger_algorithm(text) FROM PUBLIC;

CREATE FUNCTION bianzhi.ledger_hash(algorithm text, data bytea) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.ledger_hash(text, bytea) IS '杂凑值: hash of some bytes, by sm3 or sha256; 22023 for another algorithm';
REVOKE ALL ON FUNCTION bianzhi.ledger_hash(text, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.ledger_hash(text, bytea) TO PUBLIC;

CREATE FUNCTION bianzhi.ledger_leaf(algorithm text, entry bianzhi.ledger) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.ledger_leaf(text, bianzhi.ledger) IS '叶节点: hash of the leaf of an entry';
REVOKE ALL ON FUNCTION bianzhi.ledger_leaf(text, bianzhi.ledger) FROM PUBLIC;

CREATE FUNCTION bianzhi.ledger_commitment(algorithm text, salt bytea, row_before text, row_after text) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.ledger_commitment(text, bytea, text, text) IS '承诺值: what an entry is committed to its texts by: their hash, with a salt of 16 bytes; 22023 for a salt of another length';
REVOKE ALL ON FUNCTION bianzhi.ledger_commitment(text, bytea, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.ledger_commitment(text, bytea, text, text) TO PUBLIC;

-- sealing

CREATE FUNCTION bianzhi.seal_ledger() RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION bianzhi.seal_ledger() IS '封存台账: seals every committed entry that is in no block yet, as one block; returns its number, NULL where there is nothing to seal. One sealer at a time, a second one waits; writers neither wait nor are waited for. READ COMMITTED only (25001)';
REVOKE ALL ON FUNCTION bianzhi.seal_ledger() FROM PUBLIC;

CREATE FUNCTION bianzhi.ledger_unsealed(OUT entries bigint, OUT first_seq bigint, OUT oldest timestamp with time zone)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION bianzhi.ledger_unsealed() IS '未封存条目: how many committed entries are in no block yet, the first of them, and when the oldest was written';
REVOKE ALL ON FUNCTION bianzhi.ledger_unsealed() FROM PUBLIC;

CREATE VIEW bianzhi.seal_status AS
SELECT b.block AS last_block, b.sealed_at AS last_sealed_at, b.sealed_by AS last_sealed_by, COALESCE(b.tree_size, 0) AS sealed,
	u.entries AS unsealed, u.oldest AS oldest_unsealed
FROM bianzhi.ledger_unsealed() AS u LEFT JOIN LATERAL (
	SELECT b.block, b.sealed_at, b.sealed_by, b.tree_size FROM bianzhi.ledger_block AS b ORDER BY b.block DESC LIMIT 1) AS b ON true;

COMMENT ON VIEW bianzhi.seal_status IS '封存状态: one row: how far the ledger is sealed';
COMMENT ON COLUMN bianzhi.seal_status.last_block IS '最近区块: number of the last block; NULL: there is none';
COMMENT ON COLUMN bianzhi.seal_status.last_sealed_at IS '最近封存时间: when it was sealed';
COMMENT ON COLUMN bianzhi.seal_status.last_sealed_by IS '最近封存人: session user who sealed it';
COMMENT ON COLUMN bianzhi.seal_status.sealed IS '已封存条目数: entries in blocks';
COMMENT ON COLUMN bianzhi.seal_status.unsealed IS '未封存条目数: committed entries in no block yet';
COMMENT ON COLUMN bianzhi.seal_status.oldest_unsealed IS '最早未封存时间: when the oldest of them was written; NULL: there are none';
