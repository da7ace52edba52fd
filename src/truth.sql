/*
 * truth.sql: timelines against their sources.
 *
 * What the timelines should be is recomputed here in SQL over the base tables, which shares no code with the engine.
 */

CREATE FUNCTION bianzhi.recomputed_ceilings(only_unit bigint)
	RETURNS TABLE (unit_id bigint, category text, is_ceiling boolean, day date, authorized bigint, lines bigint, closed bigint,
		filled bigint, reserved bigint)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 1000
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM bianzhi.account AS a WHERE a.is_ceiling) AND NOT EXISTS (SELECT 1 FROM bianzhi.ceiling) THEN
		RETURN;
	END IF;
	RETURN QUERY EXECUTE
		'WITH RECURSIVE tops (top, category) AS (
			SELECT c.unit_id, c.category FROM bianzhi.ceiling AS c WHERE $1 IS NULL OR c.unit_id = $1
			UNION
			SELECT a.unit_id, a.category FROM bianzhi.account AS a WHERE a.is_ceiling AND ($1 IS NULL OR a.unit_id = $1)
		), above AS MATERIALIZED (
			SELECT a.unit_id, a.parent_id, a.days FROM bianzhi.unit_above AS a WHERE a.parent_id IS NOT NULL
		), below (top, unit_id, days) AS (
			SELECT DISTINCT t.top, t.top, ''(,)''::daterange FROM tops AS t
			UNION
			SELECT b.top, a.unit_id, b.days * a.days FROM below AS b JOIN above AS a ON a.parent_id = b.unit_id AND a.days && b.days
		), changes AS (
			SELECT c.unit_id AS top, c.category, COALESCE(lower(c.during), ''-infinity'') AS since, upper(c.during) AS until,
				c.amount AS a, 1 AS l, 0::bigint AS f
			FROM bianzhi.ceiling AS c WHERE $1 IS NULL OR c.unit_id = $1
			UNION ALL
			SELECT b.top, t.category, greatest(s.since, lower(b.days)), least(s.until, upper(b.days)), 0, 0, s.amount
			FROM (' || bianzhi.source_sql('authorized') || ') AS s
				JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id AND NOT u.is_section
				JOIN below AS b ON b.unit_id = s.unit_id
				JOIN tops AS t ON t.top = b.top AND t.category = s.category
			WHERE greatest(s.since, lower(b.days)) < COALESCE(least(s.until, upper(b.days)), ''infinity'')
		)
		SELECT n.top, n.category, true, n.day, sum(n.a)::bigint, sum(n.l)::bigint, 0::bigint, sum(n.f)::bigint, 0::bigint
		FROM (
			SELECT c.top, c.category, c.since AS day, c.a, c.l, c.f FROM changes AS c
			UNION ALL
			SELECT c.top, c.category, c.until, -c.a, -c.l, -c.f FROM changes AS c WHERE c.until IS NOT NULL
		) AS n
		GROUP BY n.top, n.category, n.day
		HAVING sum(n.a) <> 0 OR sum(n.l) <> 0 OR sum(n.f) <> 0'
		USING only_unit;
END
$$;
COMMENT ON FUNCTION bianzhi.recomputed_ceilings(bigint) IS '重新计算总量: by how much each ceiling, or those of one unit, and what is given out below it change on each day';
REVOKE ALL ON FUNCTION bianzhi.recomputed_ceilings(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.recomputed(only_unit bigint DEFAULT NULL)
	RETURNS TABLE (unit_id bigint, category text, is_ceiling boolean, day date, authorized bigint, lines bigint, closed bigint,
		filled bigint, reserved bigint)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE ROWS 100000
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
	-- all there is, once: memory rather than files, and nothing compiled for it
	SET work_mem = '64MB'
	SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE
		'WITH RECURSIVE path (code, ancestor) AS (
			SELECT c.code, c.code FROM bianzhi.category AS c
			UNION ALL
			SELECT p.code, c.parent FROM path AS p JOIN bianzhi.category AS c ON c.code = p.ancestor WHERE c.parent IS NOT NULL
		), counted AS (
			-- a row that names what is not there, as can be written with the triggers off, stands nowhere: see dangling()
			SELECT u.unit_id, sec.unit_id AS section_id, s.category, s.since, s.until, s.measure, s.amount, s.closed
			FROM (' || bianzhi.source_sql() || ') AS s
				JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id LEFT JOIN bianzhi.unit AS sec ON sec.unit_id = s.section_id
			WHERE s.category IS NOT NULL'
		|| CASE WHEN only_unit IS NULL THEN '' ELSE ' AND (s.unit_id = $1 OR s.section_id = $1)' END ||
		'), placed AS (
			SELECT c.unit_id, c.category, c.since, c.until, c.amount::int AS a, 1 AS l, c.closed::int AS c, 0 AS f, 0 AS r
			FROM counted AS c WHERE c.measure = ''authorized''
			UNION ALL
			SELECT w.unit_id, p.ancestor, c.since, c.until, 0, 0, 0,
				CASE c.measure WHEN ''filled'' THEN c.amount::int ELSE 0 END,
				CASE c.measure WHEN ''reserved'' THEN c.amount::int ELSE 0 END
			FROM counted AS c JOIN path AS p ON p.code = c.category
				CROSS JOIN LATERAL (SELECT c.unit_id UNION ALL SELECT c.section_id WHERE c.section_id IS NOT NULL) AS w (unit_id)
			WHERE c.measure <> ''authorized''
		), changes AS (
			SELECT p.unit_id, p.category, p.since AS day, p.a, p.l, p.c, p.f, p.r FROM placed AS p
			UNION ALL
			SELECT p.unit_id, p.category, p.until, -p.a, -p.l, -p.c, -p.f, -p.r FROM placed AS p WHERE p.until IS NOT NULL
		)
		SELECT n.unit_id, n.category, false, n.day, sum(n.a), sum(n.l), sum(n.c), sum(n.f), sum(n.r)
		FROM changes AS n'
		|| CASE WHEN only_unit IS NULL THEN '' ELSE ' WHERE n.unit_id = $1' END ||
		' GROUP BY n.unit_id, n.category, n.day
		HAVING sum(n.a) <> 0 OR sum(n.l) <> 0 OR sum(n.c) <> 0 OR sum(n.f) <> 0 OR sum(n.r) <> 0'
		USING only_unit;
	RETURN QUERY SELECT * FROM bianzhi.recomputed_ceilings(only_unit);
END
$$;
COMMENT ON FUNCTION bianzhi.recomputed(bigint) IS '重新计算: by how much each level of each account, or of those of one unit, changes on each day by what the sources say';
REVOKE ALL ON FUNCTION bianzhi.recomputed(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.stored(only_unit bigint DEFAULT NULL, OUT unit_id bigint, OUT category text, OUT is_ceiling boolean, OUT day date,
	OUT authorized bigint, OUT lines bigint, OUT closed bigint, OUT filled bigint, OUT reserved bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 100000;
COMMENT ON FUNCTION bianzhi.stored(bigint) IS '已存时间线: the same as stored';
REVOKE ALL ON FUNCTION bianzhi.stored(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.differences()
	RETURNS TABLE (unit_id bigint, category text, since date, level text, stored bigint, recomputed bigint)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH both_sides AS MATERIALIZED (
		SELECT s.unit_id, s.category, s.is_ceiling, s.day, true AS is_stored, s.authorized, s.lines, s.closed, s.filled, s.reserved
		FROM bianzhi.stored() AS s
		UNION ALL
		SELECT r.unit_id, r.category, r.is_ceiling, r.day, false, r.authorized, r.lines, r.closed, r.filled, r.reserved
		FROM bianzhi.recomputed() AS r
	), wrong AS (
		SELECT DISTINCT d.unit_id, d.category, d.is_ceiling
		FROM (
			SELECT b.unit_id, b.category, b.is_ceiling
			FROM both_sides AS b
			GROUP BY b.unit_id, b.category, b.is_ceiling, b.day
			HAVING sum(CASE WHEN b.is_stored THEN b.authorized ELSE -b.authorized END) <> 0
				OR sum(CASE WHEN b.is_stored THEN b.lines ELSE -b.lines END) <> 0
				OR sum(CASE WHEN b.is_stored THEN b.closed ELSE -b.closed END) <> 0
				OR sum(CASE WHEN b.is_stored THEN b.filled ELSE -b.filled END) <> 0
				OR sum(CASE WHEN b.is_stored THEN b.reserved ELSE -b.reserved END) <> 0
		) AS d
	), changes AS (
		SELECT b.unit_id, b.category, b.day, l.level, sum(l.amount) FILTER (WHERE b.is_stored) AS stored,
			sum(l.amount) FILTER (WHERE NOT b.is_stored) AS recomputed
		FROM both_sides AS b JOIN wrong AS w ON w.unit_id = b.unit_id AND w.category = b.category AND w.is_ceiling = b.is_ceiling
			CROSS JOIN LATERAL (VALUES (CASE WHEN b.is_ceiling THEN 'ceiling' ELSE 'authorized' END, b.authorized), (CASE WHEN b.is_ceiling THEN 'ceilings' ELSE 'lines' END, b.lines), ('closed', b.closed),
				(CASE WHEN b.is_ceiling THEN 'given_out' ELSE 'filled' END, b.filled), ('reserved', b.reserved)) AS l (level, amount)
		GROUP BY b.unit_id, b.category, b.day, l.level
	), levels AS (
		SELECT c.unit_id, c.category, c.day, c.level,
			COALESCE(sum(c.stored) OVER w, 0)::bigint AS stored, COALESCE(sum(c.recomputed) OVER w, 0)::bigint AS recomputed
		FROM changes AS c
		WINDOW w AS (PARTITION BY c.unit_id, c.category, c.level ORDER BY c.day)
	)
	SELECT l.unit_id, l.category, l.day, l.level, l.stored, l.recomputed
	FROM levels AS l
	WHERE l.stored <> l.recomputed
	UNION ALL
	SELECT t.unit_id, t.category, t.from_day, 'chunk', NULL, NULL
	FROM (
		SELECT a.unit_id, a.category, c.from_day, c.until_day,
			lag(c.until_day, 1, '-infinity') OVER w AS before, lead(c.from_day, 1, 'infinity') OVER w AS after
		FROM bianzhi.account AS a JOIN bianzhi.chunk AS c ON c.account_id = a.account_id
		WINDOW w AS (PARTITION BY a.account_id ORDER BY c.from_day)
	) AS t
	WHERE t.before <> t.from_day OR t.after <> t.until_day
	UNION ALL
	SELECT a.unit_id, a.category, '-infinity', 'chunk', NULL, NULL
	FROM bianzhi.account AS a
	WHERE NOT EXISTS (SELECT 1 FROM bianzhi.chunk AS c WHERE c.account_id = a.account_id)
	ORDER BY 1, 2, 3, 4
$$;
COMMENT ON FUNCTION bianzhi.differences() IS '差异: where the timelines are not what their sources say, in the snapshot there is; see verify()';
REVOKE ALL ON FUNCTION bianzhi.differences() FROM PUBLIC;

CREATE FUNCTION bianzhi.verify()
	RETURNS TABLE (unit_id bigint, category text, since date, level text, stored bigint, recomputed bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM bianzhi.hold_tables(bianzhi.source_tables(), 'verify');
	RETURN QUERY SELECT d.unit_id, d.category, d.since, d.level, d.stored, d.recomputed FROM bianzhi.differences() AS d;
END
$$;
COMMENT ON FUNCTION bianzhi.verify() IS '核对: recomputes every timeline from its sources and returns each difference; no rows when sound; levels ceiling, ceilings and given_out are those of a ceiling; level chunk: the stored chunks of the account do not join. Runs beside writers; 40001 where a source was emptied or rewritten since the transaction took its snapshot';
REVOKE ALL ON FUNCTION bianzhi.verify() FROM PUBLIC;

CREATE FUNCTION bianzhi.recount_accounts(only_unit bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.recount_accounts(bigint) IS '重写时间线: writes timelines anew where they are not what their sources say; returns how many were not';
REVOKE ALL ON FUNCTION bianzhi.recount_accounts(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.recount(unit_id bigint DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- before writers are kept out: who has one of them to himself may still have to write
	PERFORM bianzhi.lock_tables(bianzhi.source_tables(), 'ACCESS SHARE');
	RETURN bianzhi.recount_accounts(recount.unit_id);
END
$$;
COMMENT ON FUNCTION bianzhi.recount(bigint) IS '重新计数: repairs the timelines of all accounts, or of one unit''s, from their sources; returns the number of accounts changed. Writers of seats wait meanwhile';
REVOKE ALL ON FUNCTION bianzhi.recount(bigint) FROM PUBLIC;

-- ceilings, and which unit stands below which

CREATE FUNCTION bianzhi.ceilings_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.ceilings_changed() IS '总量变更: trigger function; counts and judges anew what is given out below each ceiling';
REVOKE ALL ON FUNCTION bianzhi.ceilings_changed() FROM PUBLIC;

CREATE TRIGGER stop_writers BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.ceiling
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stop_writers();
CREATE TRIGGER a_rules_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.ceiling
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.rules_changed();
CREATE TRIGGER ceilings_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.ceiling
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.ceilings_changed();
CREATE TRIGGER ceilings_changed AFTER UPDATE OF parent_id, is_section ON bianzhi.unit
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.ceilings_changed();
CREATE TRIGGER ceilings_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.unit_version
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.ceilings_changed();
