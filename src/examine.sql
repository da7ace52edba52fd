/*
 * examine.sql: is the ledger what was sealed, and are the tables what it says last?
 */

CREATE FUNCTION bianzhi.examine_ledger(digests jsonb, OUT severity text, OUT what text, OUT place text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 100;
COMMENT ON FUNCTION bianzhi.examine_ledger(jsonb) IS '核验台账本身: what verify_ledger() says of the ledger, its blocks and its tree, in the snapshot there is';
REVOKE ALL ON FUNCTION bianzhi.examine_ledger(jsonb) FROM PUBLIC;

/*
 * All tables and the whole ledger at once: one pass over each. Before the ledger is opened for the first time nothing is known
 * of what the tables hold.
 */
CREATE FUNCTION bianzhi.ledger_differences(OUT what text, OUT place text) RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET work_mem = '64MB'
AS $$
	WITH audited AS MATERIALIZED (
		SELECT a.relid, a.label COLLATE "C" AS label
		FROM bianzhi.audited AS a JOIN pg_class AS c ON c.oid = a.relid
		WHERE a.audited AND (bianzhi.ledger_is_open() OR EXISTS (SELECT 1 FROM bianzhi.ledger AS l WHERE l.relation = a.label))
	), words AS (
		SELECT l.relation COLLATE "C" AS label, l.key COLLATE "C" AS key, l.seq, l.row_after, l.commitment IS NOT NULL AS is_erased
		FROM (
			SELECT max(l.seq) AS seq
			FROM bianzhi.ledger AS l
			WHERE l.operation IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'OPENING', 'GONE')
			GROUP BY l.relation, l.key
		) AS m JOIN bianzhi.ledger AS l ON l.seq = m.seq
		WHERE l.operation IN ('INSERT', 'UPDATE', 'OPENING') AND l.relation IN (SELECT a.label FROM audited AS a)
	), live AS (
		SELECT a.label, r.key COLLATE "C" AS key, r.row_text
		FROM audited AS a CROSS JOIN LATERAL bianzhi.canonical_rows(a.relid) AS r
	)
	SELECT CASE
			WHEN l.key IS NULL THEN 'a row is gone without an entry of the ledger'
			WHEN w.key IS NULL THEN 'a row is there without an entry of the ledger'
			ELSE 'a row was changed without an entry of the ledger'
		END,
		format('%s %s', COALESCE(l.label, w.label), COALESCE(l.key, w.key)) || COALESCE(', last known by seq ' || w.seq, '')
	FROM words AS w FULL JOIN live AS l ON l.label = w.label AND l.key = w.key
	WHERE CASE WHEN w.is_erased THEN l.key IS NULL ELSE l.row_text COLLATE "C" IS DISTINCT FROM w.row_after COLLATE "C" END
	UNION ALL
	SELECT 'a table is out of audit without an entry of the ledger', x.relation
	FROM (
		SELECT DISTINCT ON (l.relation) l.relation, l.operation
		FROM bianzhi.ledger AS l
		WHERE l.operation IN ('AUDIT', 'UNAUDIT')
		ORDER BY l.relation, l.seq DESC
	) AS x
	WHERE x.operation = 'AUDIT' AND NOT EXISTS (
		SELECT 1 FROM bianzhi.audited AS a JOIN pg_class AS c ON c.oid = a.relid WHERE a.audited AND a.label = x.relation)
	ORDER BY 2, 1
	LIMIT 1000
$$;
COMMENT ON FUNCTION bianzhi.ledger_differences() IS '表与台账差异: rows of audited tables that are not what the ledger says last of them, by table and key, never by content; and tables that are out of audit though the ledger does not say so; at most 1000';
REVOKE ALL ON FUNCTION bianzhi.ledger_differences() FROM PUBLIC;

CREATE FUNCTION bianzhi.verify_ledger(digests jsonb DEFAULT NULL) RETURNS TABLE (severity text, what text, place text)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
	SET jit = off
AS $$
BEGIN
	LOCK TABLE bianzhi.ledger, bianzhi.ledger_block, bianzhi.ledger_tile IN ACCESS SHARE MODE;
	PERFORM bianzhi.hold_tables(bianzhi.audited_tables(), 'verify_ledger');
	RETURN QUERY
	SELECT e.severity, e.what, e.place FROM bianzhi.examine_ledger(digests) AS e
	UNION ALL
	SELECT 'error', d.what, d.place FROM bianzhi.ledger_differences() AS d;
END
$$;
COMMENT ON FUNCTION bianzhi.verify_ledger(jsonb) IS '核验台账: computes the hash tree anew from every entry and compares it with what was sealed and with digests kept outside (one, or an array), and the audited tables with the last word of the ledger on each row; returns what is wrong (error) and what should be known (warning), and where; no errors when sound. Writes nothing, runs beside writers and on replicas; 40001 where an audited table was emptied or rewritten since the transaction took its snapshot';
REVOKE ALL ON FUNCTION bianzhi.verify_ledger(jsonb) FROM PUBLIC;
