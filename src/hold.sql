/*
 * hold.sql: tables held as they are.
 */

-- the order is the caller's: two who take tables in one order never wait for each other
CREATE FUNCTION bianzhi.lock_tables(tables regclass[], mode text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	relation regclass;
BEGIN
	FOREACH relation IN ARRAY tables LOOP
		EXECUTE format('LOCK TABLE %s IN %s MODE', relation, mode);
	END LOOP;
END
$$;
COMMENT ON FUNCTION bianzhi.lock_tables(regclass[], text) IS '锁定表: locks tables, with their partitions, one after the other until the end of the transaction; mode is one of LOCK TABLE';
REVOKE ALL ON FUNCTION bianzhi.lock_tables(regclass[], text) FROM PUBLIC;

/*
 * TRUNCATE, and an ALTER TABLE that rewrites, empty a table for snapshots from before them, too (PostgreSQL's manual, 13.6),
 * but not what was derived from it: so nobody may do either between the snapshot and the reading.
 */
CREATE FUNCTION bianzhi.hold_tables(tables regclass[], caller text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rewritten regclass;
BEGIN
	PERFORM bianzhi.lock_tables(tables, 'ACCESS SHARE');
	-- READ COMMITTED has a new snapshot now; otherwise the catalogue shows the file of then, and the function that of now
	SELECT c.oid INTO rewritten
	FROM unnest(tables) AS h (relid) CROSS JOIN LATERAL pg_partition_tree(h.relid) AS t JOIN pg_class AS c ON c.oid = t.relid
	WHERE t.isleaf AND c.relfilenode <> pg_relation_filenode(c.oid)
	ORDER BY c.oid LIMIT 1;
	IF rewritten IS NOT NULL THEN
		RAISE EXCEPTION 'table % has been emptied or rewritten since this transaction took its snapshot', rewritten
			USING ERRCODE = 'serialization_failure', HINT = format('Call bianzhi.%s() in a new transaction.', caller);
	END IF;
END
$$;
COMMENT ON FUNCTION bianzhi.hold_tables(regclass[], text) IS '保持表内容: keeps anybody from emptying or rewriting tables until the end of the transaction; refused with 40001 where it was done since the transaction took its snapshot. Arguments: tables, and which function is to be called again then';
REVOKE ALL ON FUNCTION bianzhi.hold_tables(regclass[], text) FROM PUBLIC;
