/*
 * examine.sql: is the ledger what was sealed, and are the tables what it says last?
 */

CREATE FUNCTION bianzhi.examine_ledger(digests jsonb, OUT severity text, OUT what text, OUT place text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 100;
COMMENT ON FUNCTION bianzhi.examine_ledger(jsonb) IS '核验台账本身: what verify_ledger() says of the ledger, its blocks and its tree, in the snapshot there is';
REVOKE ALL ON FUNCTION bianzhi.examine_ledger(jsonb) FROM PUBLIC;

/*
 * TRUNCATE, and an ALTER TABLE that rewrites, empty a table for snapshots from before them, too, but not the ledger: so nobody may
 * do either between the snapshot and the reading, as in verify().
 */
CREATE FUNCTION bianzhi.verify_ledger(digests jsonb DEFAULT NULL) RETURNS TABLE (severity text, what text, place text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
	SET jit = off
AS $$
BEGIN
	LOCK TABLE bianzhi.ledger, bianzhi.ledger_block, bianzhi.ledger_tile IN ACCESS SHARE MODE;
	RETURN QUERY SELECT e.severity, e.what, e.place FROM bianzhi.examine_ledger(digests) AS e;
END
$$;
COMMENT ON FUNCTION bianzhi.verify_ledger(jsonb) IS '核验台账: computes the hash tree anew from every entry and compares it with what was sealed and with digests kept outside (one, or an array), and the audited tables with the last word of the ledger on each row; returns what is wrong (error) and what should be known (warning), and where; no errors when sound. Writes nothing, runs beside writers and on replicas';
REVOKE ALL ON FUNCTION bianzhi.verify_ledger(jsonb) FROM PUBLIC;
