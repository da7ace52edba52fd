/*
 * unit_change.sql: what became of bodies: set up, renamed, put elsewhere, merged, split, abolished.
 *
 * It is read out of the tables that say so: a body's days, its versions, and its relations of succession.
 */

CREATE VIEW bianzhi.unit_change WITH (security_invoker = true) AS
WITH state AS (
	-- what a unit was in each of its stretches; what no version covers is as it is now
	SELECT v.unit_id, v.during, v.name, v.parent_id, v.nature, v.rank, v.level, v.funding, v.field, v.document_no,
		'unit_version' AS source, v.unit_version_id AS row_id
	FROM bianzhi.unit_version AS v
), turn AS (
	SELECT v.unit_id, upper(v.during) AS day FROM bianzhi.unit_version AS v
	UNION
	SELECT v.unit_id, lower(v.during) FROM bianzhi.unit_version AS v WHERE NOT lower_inf(v.during)
), event AS (
	SELECT lower(u.during) AS day, lower(u.during) AS named_on, u.unit_id, 'established' AS what, NULL::text AS was, NULL::text AS became, NULL::bigint AS other_unit,
		CASE WHEN s.unit_id IS NULL THEN u.document_no ELSE s.document_no END AS document_no, 'unit' AS source, u.unit_id AS row_id
	FROM bianzhi.unit AS u LEFT JOIN state AS s ON s.unit_id = u.unit_id AND s.during @> lower(u.during)
	WHERE NOT lower_inf(u.during)
	UNION ALL
	SELECT upper(u.during), upper(u.during) - 1, u.unit_id, 'abolished', NULL, NULL, NULL, NULL, 'unit', u.unit_id
	FROM bianzhi.unit AS u
	WHERE NOT upper_inf(u.during)
	UNION ALL
	SELECT t.day, t.day, t.unit_id, d.what, d.was, d.became, CASE WHEN d.what = 'parent' THEN CASE WHEN b.unit_id IS NULL THEN u.parent_id ELSE b.parent_id END END,
		CASE WHEN b.unit_id IS NULL THEN u.document_no ELSE b.document_no END,
		COALESCE(b.source, 'unit'), COALESCE(b.row_id, u.unit_id)
	FROM turn AS t
		JOIN bianzhi.unit AS u ON u.unit_id = t.unit_id
		LEFT JOIN state AS a ON a.unit_id = t.unit_id AND a.during @> t.day - 1
		LEFT JOIN state AS b ON b.unit_id = t.unit_id AND b.during @> t.day
		LEFT JOIN bianzhi.unit AS pa ON pa.unit_id = CASE WHEN a.unit_id IS NULL THEN u.parent_id ELSE a.parent_id END
		LEFT JOIN bianzhi.unit AS pb ON pb.unit_id = CASE WHEN b.unit_id IS NULL THEN u.parent_id ELSE b.parent_id END
		CROSS JOIN LATERAL (VALUES
			('name', CASE WHEN a.unit_id IS NULL THEN u.name ELSE a.name END, CASE WHEN b.unit_id IS NULL THEN u.name ELSE b.name END, false),
			('parent', pa.name, pb.name, pa.unit_id IS DISTINCT FROM pb.unit_id),
			('nature', CASE WHEN a.unit_id IS NULL THEN u.nature ELSE a.nature END, CASE WHEN b.unit_id IS NULL THEN u.nature ELSE b.nature END, false),
			('rank', CASE WHEN a.unit_id IS NULL THEN u.rank ELSE a.rank END, CASE WHEN b.unit_id IS NULL THEN u.rank ELSE b.rank END, false),
			('level', CASE WHEN a.unit_id IS NULL THEN u.level ELSE a.level END, CASE WHEN b.unit_id IS NULL THEN u.level ELSE b.level END, false),
			('funding', CASE WHEN a.unit_id IS NULL THEN u.funding ELSE a.funding END, CASE WHEN b.unit_id IS NULL THEN u.funding ELSE b.funding END, false),
			('field', CASE WHEN a.unit_id IS NULL THEN u.field ELSE a.field END, CASE WHEN b.unit_id IS NULL THEN u.field ELSE b.field END, false)
		) AS d (what, was, became, differs)
	WHERE u.during @> t.day AND u.during @> t.day - 1 AND (d.differs OR d.what <> 'parent' AND d.was IS DISTINCT FROM d.became)
	UNION ALL
	SELECT lower(r.during), lower(r.during) - CASE r.kind WHEN 'merged_into' THEN 1 ELSE 0 END, r.unit_id, r.kind, NULL, NULL, r.other_unit, r.document_no, 'unit_relation', r.unit_relation_id
	FROM bianzhi.unit_relation AS r
	WHERE r.kind IN ('merged_into', 'split_from', 'succeeds')
)
SELECT e.day, e.unit_id, u.unit_key, COALESCE(s.name, u.name) AS unit_name, u.is_section, e.what, e.was, e.became, e.other_unit, o.name AS other_unit_name,
	e.document_no, e.source, e.row_id
FROM event AS e
	JOIN bianzhi.unit AS u ON u.unit_id = e.unit_id
	LEFT JOIN state AS s ON s.unit_id = e.unit_id AND s.during @> e.named_on
	LEFT JOIN bianzhi.unit AS o ON o.unit_id = e.other_unit;

COMMENT ON VIEW bianzhi.unit_change IS '机构变动: what became of bodies and sections, day by day, read out of unit, unit_version and unit_relation';
COMMENT ON COLUMN bianzhi.unit_change.day IS '日期: day from which it holds; NULL: a merger or split whose day is not known';
COMMENT ON COLUMN bianzhi.unit_change.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.unit_change.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.unit_change.unit_name IS '机构名称: its name from that day on, of one that ended its last';
COMMENT ON COLUMN bianzhi.unit_change.is_section IS '内设机构: whether it is an internal section';
COMMENT ON COLUMN bianzhi.unit_change.what IS '变动种类: established 设立, abolished 撤销, another name 更名, parent 隶属关系, nature 性质, rank 规格, level 层级, funding 经费形式, field 领域; merged_into 并入, split_from 分设自, succeeds 承接';
COMMENT ON COLUMN bianzhi.unit_change.was IS '变动前: what was; of parent, the name of the unit above, as it is now';
COMMENT ON COLUMN bianzhi.unit_change.became IS '变动后: what it became';
COMMENT ON COLUMN bianzhi.unit_change.other_unit IS '对方机构: the new unit above; the body merged into, split from or succeeded';
COMMENT ON COLUMN bianzhi.unit_change.other_unit_name IS '对方机构名称: its name, as it is now';
COMMENT ON COLUMN bianzhi.unit_change.document_no IS '批准文号: document, where it is known; that of an end stands with the merger';
COMMENT ON COLUMN bianzhi.unit_change.source IS '来源表: table that says so: unit, unit_version, unit_relation';
COMMENT ON COLUMN bianzhi.unit_change.row_id IS '行标识: identifier of the row there';

CREATE FUNCTION bianzhi.unit_history(of_unit bigint)
	RETURNS TABLE (day date, role text, unit_id bigint, name text, what text, was text, became text, other_unit bigint, other_name text, document_no text,
		source text, row_id bigint)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE succession (before, after, day) AS (
		SELECT CASE r.kind WHEN 'merged_into' THEN r.unit_id ELSE r.other_unit END, CASE r.kind WHEN 'merged_into' THEN r.other_unit ELSE r.unit_id END, lower(r.during)
		FROM bianzhi.unit_relation AS r
		WHERE r.kind IN ('merged_into', 'split_from', 'succeeds')
	), predecessor (unit_id, until) AS (
		SELECT unit_history.of_unit, 'infinity'::date
		UNION
		SELECT s.before, least(p.until, s.day) FROM predecessor AS p JOIN succession AS s ON s.after = p.unit_id WHERE s.day IS NULL OR s.day <= p.until
	), successor (unit_id, since) AS (
		SELECT unit_history.of_unit, '-infinity'::date
		UNION
		SELECT s.after, greatest(p.since, s.day) FROM successor AS p JOIN succession AS s ON s.before = p.unit_id WHERE s.day IS NULL OR s.day >= p.since
	), lineage (unit_id, role, since, until) AS (
		SELECT unit_history.of_unit, 'self', '-infinity'::date, 'infinity'::date
		UNION ALL
		SELECT p.unit_id, 'predecessor', '-infinity', max(p.until) FROM predecessor AS p WHERE p.unit_id <> unit_history.of_unit GROUP BY p.unit_id
		UNION ALL
		SELECT p.unit_id, 'successor', min(p.since), 'infinity' FROM successor AS p WHERE p.unit_id <> unit_history.of_unit GROUP BY p.unit_id
	)
	SELECT c.day, l.role, c.unit_id, c.unit_name, c.what, c.was, c.became, c.other_unit, c.other_unit_name, c.document_no, c.source, c.row_id
	FROM lineage AS l
		JOIN bianzhi.unit_change AS c ON c.unit_id = l.unit_id AND (c.day IS NULL OR c.day BETWEEN l.since AND l.until)
	ORDER BY c.day NULLS FIRST, c.what = 'abolished', l.role, c.unit_id, c.source, c.what
$$;
COMMENT ON FUNCTION bianzhi.unit_history(bigint) IS '机构沿革: what became of a unit, of those that it came from up to the day on which it did, and of those that came from it since, in the order of days: role: self 本机构, predecessor 前身, successor 后继, over any number of mergers and splits; the columns of unit_change';
REVOKE ALL ON FUNCTION bianzhi.unit_history(bigint) FROM PUBLIC;
