/*
 * detect_body.sql: A1, A2, A3: bodies that nobody approved, that others know otherwise, that grow inside.
 *
 * A1 and A2 see what the lists of other departments show (register.sql); A3 sees signboards that an inspection has found.
 * Whether those lists are the newest is nothing that a detector can know.
 */

-- names by which each body may be called on a day

CREATE FUNCTION bianzhi.body_names(as_of date) RETURNS TABLE (unit_id bigint, plain text, former boolean)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT n.unit_id, bianzhi.plain_name(n.name), bool_and(n.former)
	FROM (
		SELECT u.unit_id, u.name, false FROM bianzhi.unit_on(body_names.as_of) AS u WHERE NOT u.is_section
		UNION ALL
		SELECT u.unit_id, u.short_name, false FROM bianzhi.unit AS u WHERE NOT u.is_section AND u.short_name IS NOT NULL
		UNION ALL
		SELECT a.unit_id, a.alias, false FROM bianzhi.unit_alias AS a WHERE a.during @> body_names.as_of
		UNION ALL
		SELECT s.unit_id, s.name, false FROM bianzhi.signboard AS s WHERE s.status = 'approved' AND s.during @> body_names.as_of
		UNION ALL
		SELECT v.unit_id, v.name, true FROM bianzhi.unit_version AS v WHERE lower(v.during) <= body_names.as_of OR lower_inf(v.during)
	) AS n (unit_id, name, former) JOIN bianzhi.unit AS u ON u.unit_id = n.unit_id
	WHERE u.during @> body_names.as_of AND NOT u.is_section
	GROUP BY n.unit_id, bianzhi.plain_name(n.name)
$$;
COMMENT ON FUNCTION bianzhi.body_names(date) IS '机构各名称: what each body may be called on a day: name, short name, aliases, approved signboards; former: names that it only had before';
REVOKE ALL ON FUNCTION bianzhi.body_names(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_a1(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'sources', '["payroll", "budget", "registration", "insurance"]') AS sources
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'A1' AND k.enforced_since <= detect_a1.as_of
	), stranger AS MATERIALIZED (
		SELECT r.source, r.name, bianzhi.plain_name(r.name) AS plain, r.credit_code
		FROM k, bianzhi.registered(detect_a1.as_of) AS r
		WHERE r.unit_id IS NULL AND k.sources ? r.source
	), other AS MATERIALIZED (
		SELECT u.unit_id, bianzhi.plain_name(u.name) AS plain, u.credit_code, lower(u.during) > detect_a1.as_of AS to_come
		FROM bianzhi.unit AS u
		WHERE NOT u.is_section AND NOT u.during @> detect_a1.as_of AND EXISTS (SELECT 1 FROM stranger)
	), told AS (
		SELECT s.source, s.name, s.credit_code, (
			SELECT o.unit_id FROM other AS o
			WHERE o.plain = s.plain OR o.credit_code OPERATOR(bianzhi.=) s.credit_code
			ORDER BY o.credit_code OPERATOR(bianzhi.=) s.credit_code DESC NULLS LAST, o.to_come, o.unit_id DESC LIMIT 1) AS other_unit
		FROM stranger AS s
		-- a former name is the matter of A2
		WHERE s.plain NOT IN (SELECT n.plain FROM bianzhi.body_names(detect_a1.as_of) AS n WHERE n.plain IS NOT NULL)
	)
	SELECT t.other_unit, t.source || ':' || t.name,
		jsonb_strip_nulls(jsonb_build_object('source', t.source, 'name', t.name,
			'reason', CASE WHEN o.unit_id IS NULL THEN 'unknown' WHEN o.to_come THEN 'not yet set up' ELSE 'closed' END,
			'credit_codes', jsonb_agg(DISTINCT t.credit_code::text) FILTER (WHERE t.credit_code IS NOT NULL))),
		CASE WHEN NOT o.to_come THEN 2 ELSE 3 END
	FROM told AS t LEFT JOIN other AS o ON o.unit_id = t.other_unit
	GROUP BY t.other_unit, t.source, t.name, o.unit_id, o.to_come
	UNION ALL
	SELECT x.unit_id, x.category, jsonb_build_object('category', x.category, 'authorized', x.authorized, 'there_are', x.filled), 3
	FROM k, bianzhi.untold_excess(detect_a1.as_of, '{body}') AS x
	WHERE x.root <> 'section_count'
$$;
COMMENT ON FUNCTION bianzhi.detect_a1(date) IS '检测 A1 擅自设立、超限额设置机构: bodies in the last lists of other departments that are no unit on the day (subject source:name; severity 3), that are closed (2) or not yet set up (3), of which the unit is then named; and more departments than their number allows (subject department_count; 3). Parameter sources: whose lists are believed, codes of register_source, default payroll, budget, registration, insurance. 《地方各级人民政府机构设置和编制管理条例》第二十六条第一项';
REVOKE ALL ON FUNCTION bianzhi.detect_a1(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_a2(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	-- as in registered()
	SET enable_nestloop = off
	SET jit = off
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'sources', '["organisation", "personnel", "payroll", "budget", "registration", "insurance"]') AS sources,
			COALESCE(k.parameters -> 'compare', '["name", "rank", "parent"]') AS compare
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'A2' AND k.enforced_since <= detect_a2.as_of
	), named AS MATERIALIZED (
		SELECT n.* FROM bianzhi.body_names(detect_a2.as_of) AS n WHERE EXISTS (SELECT 1 FROM k)
	), former AS MATERIALIZED (
		SELECT DISTINCT ON (n.plain) n.plain, n.unit_id FROM named AS n WHERE n.former ORDER BY n.plain, n.unit_id
	), register AS MATERIALIZED (
		SELECT r.unit_id, r.source, r.name, r.rank, r.parent, r.by_code OR r.unit_id IS NULL AS named_there,
			bianzhi.plain_name(r.name) AS plain, bianzhi.plain_name(r.parent) AS plain_parent
		FROM k, bianzhi.registered(detect_a2.as_of) AS r
		WHERE k.sources ? r.source
	), listed AS MATERIALIZED (
		SELECT COALESCE(r.unit_id, f.unit_id) AS unit_id, r.source, r.name, r.rank, r.parent, r.named_there, r.plain, r.plain_parent
		FROM register AS r LEFT JOIN former AS f ON r.unit_id IS NULL AND f.plain = r.plain
	), body AS MATERIALIZED (
		SELECT u.unit_id, u.name, u.rank, u.parent_id FROM bianzhi.unit_on(detect_a2.as_of) AS u WHERE NOT u.is_section
	), above (unit_id, other) AS (
		-- who is above a body: its line up, and whom its other relations name
		SELECT l.unit_id, b.parent_id
		FROM (SELECT DISTINCT l.unit_id FROM listed AS l WHERE l.parent IS NOT NULL) AS l JOIN body AS b ON b.unit_id = l.unit_id
		WHERE b.parent_id IS NOT NULL
		UNION
		SELECT a.unit_id, b.parent_id FROM above AS a JOIN body AS b ON b.unit_id = a.other WHERE b.parent_id IS NOT NULL
	), parent AS MATERIALIZED (
		SELECT a.unit_id, n.plain
		FROM (
			SELECT a.unit_id, a.other FROM above AS a
			UNION
			SELECT x.unit_id, x.other_unit FROM bianzhi.unit_relation AS x WHERE x.during @> detect_a2.as_of
		) AS a JOIN named AS n ON n.unit_id = a.other AND NOT n.former
	), differs AS (
		SELECT l.unit_id, 'name' AS subject, b.name AS ours, l.source, l.name AS theirs
		FROM listed AS l JOIN body AS b ON b.unit_id = l.unit_id
		WHERE l.named_there AND NOT EXISTS (SELECT 1 FROM named AS n WHERE n.unit_id = l.unit_id AND n.plain = l.plain AND NOT n.former)
		UNION ALL
		SELECT l.unit_id, 'rank', b.rank, l.source, l.rank
		FROM listed AS l JOIN body AS b ON b.unit_id = l.unit_id
		WHERE l.rank <> b.rank
		UNION ALL
		SELECT l.unit_id, 'parent', p.name, l.source, l.parent
		FROM listed AS l JOIN body AS b ON b.unit_id = l.unit_id JOIN body AS p ON p.unit_id = b.parent_id
		WHERE l.plain_parent IS NOT NULL AND NOT EXISTS (SELECT 1 FROM parent AS a WHERE a.unit_id = l.unit_id AND a.plain = l.plain_parent)
	)
	SELECT s.unit_id, s.subject, jsonb_build_object('ours', s.ours, 'theirs', jsonb_object_agg(s.source, s.theirs)), 2
	FROM (
		SELECT d.unit_id, d.subject, d.ours, d.source, jsonb_agg(DISTINCT d.theirs) AS theirs
		FROM k, differs AS d
		WHERE k.compare ? d.subject
		GROUP BY d.unit_id, d.subject, d.ours, d.source
	) AS s
	GROUP BY s.unit_id, s.subject, s.ours
$$;
COMMENT ON FUNCTION bianzhi.detect_a2(date) IS '检测 A2 擅自变更名称、规格、隶属关系: bodies whose name (found by credit code, or under a former name), rank or parent in the last lists of other departments is not the approved one of the day; names are compared without blanks, width and case, aliases and approved signboards are names too, and every body above, or that a relation names, may stand as parent; subjects name, rank, parent; severity 2. Parameters: sources: whose lists are believed, default all six of register_source; compare: what is compared, default name, rank, parent. 《地方各级人民政府机构设置和编制管理条例》第二十六条第一项';
REVOKE ALL ON FUNCTION bianzhi.detect_a2(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_a3(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH k AS MATERIALIZED (
		SELECT FROM bianzhi.problem_kind AS k WHERE k.code = 'A3' AND k.enforced_since <= detect_a3.as_of
	)
	SELECT s.unit_id, 'signboard', jsonb_build_object('names', jsonb_agg(DISTINCT s.name ORDER BY s.name)), 2
	FROM k, bianzhi.signboard AS s JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
	WHERE s.status = 'found' AND s.during @> detect_a3.as_of
		AND bianzhi.plain_name(s.name) NOT IN (bianzhi.plain_name(u.name), COALESCE(bianzhi.plain_name(u.short_name), ''))
		AND NOT EXISTS (
			SELECT 1 FROM bianzhi.signboard AS a
			WHERE a.unit_id = s.unit_id AND a.status = 'approved' AND a.during @> detect_a3.as_of
				AND bianzhi.plain_name(a.name) = bianzhi.plain_name(s.name))
	GROUP BY s.unit_id
	UNION ALL
	SELECT x.unit_id, x.category, jsonb_build_object('category', x.category, 'authorized', x.authorized, 'there_are', x.filled), 2
	FROM k, bianzhi.untold_excess(detect_a3.as_of, '{body}') AS x
	WHERE x.root = 'section_count'
$$;
COMMENT ON FUNCTION bianzhi.detect_a3(date) IS '检测 A3 违规设置内设机构或违规挂牌: signboards that were found and not approved (subject signboard; severity 2), and more sections than their number allows (subject section_count; 2). No parameters. 12310受理范围：变相增设机构';
REVOKE ALL ON FUNCTION bianzhi.detect_a3(date) FROM PUBLIC;
