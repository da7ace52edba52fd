/*
 * detect_post.sql: D1, D2, D3: more leaders than posts, ranks above the body's, titles and grades of one's own.
 */

CREATE FUNCTION bianzhi.detect_d1(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'no_leaders', '["judge_quota", "procurator_quota", "section_elevated"]') AS no_leaders
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'D1' AND k.enforced_since <= detect_d1.as_of
	), excess AS MATERIALIZED (
		SELECT x.* FROM k, bianzhi.untold_excess(detect_d1.as_of, '{post}') AS x WHERE NOT k.no_leaders ? x.root
	), below (top, code) AS (
		SELECT DISTINCT x.category, x.category FROM excess AS x
		UNION ALL
		SELECT b.top, c.code FROM below AS b JOIN bianzhi.category AS c ON c.parent = b.code
	)
	SELECT x.unit_id, x.category, jsonb_build_object('category', x.category, 'authorized', x.authorized, 'filled', x.filled,
			'persons', COALESCE((
				SELECT jsonb_agg(DISTINCT a.person_id ORDER BY a.person_id)
				FROM below AS b JOIN bianzhi.appointment AS a ON a.category = b.code
				WHERE b.top = x.category AND (a.unit_id = x.unit_id OR a.section_id = x.unit_id) AND a.counted AND a.during @> detect_d1.as_of), '[]')), 3
	FROM excess AS x
$$;
COMMENT ON FUNCTION bianzhi.detect_d1(date) IS '检测 D1 超职数配备领导干部: more holders of leading posts, of the body or of its sections, than there are posts, of which the limits have left no lead, with who holds them; not where a kind of post below explains it; subject category; severity 3. Parameter no_leaders: categories of measure post, with all below them, that are no leading posts, default judge_quota, procurator_quota, section_elevated. 《地方各级人民政府机构设置和编制管理条例》第二十六条第五项';
REVOKE ALL ON FUNCTION bianzhi.detect_d1(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_d2(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'steps_below',
				'{"leader_chief": 0, "leader_deputy": 1, "leader_other": 1, "section_chief": 0, "section_deputy": 1}') AS steps,
			COALESCE(k.parameters -> 'exempt_holdings', '["兼任", "派驻", "挂职"]') AS exempt_holdings
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'D2' AND k.enforced_since <= detect_d2.as_of
	), ladder AS MATERIALIZED (
		SELECT r.code, dense_rank() OVER (ORDER BY r.height DESC) AS step FROM bianzhi.rank AS r WHERE r.height > 0
	), post (code, root, steps) AS (
		SELECT c.code, c.code, (k.steps ->> c.code)::integer FROM k, bianzhi.category AS c WHERE c.parent IS NULL AND c.measure = 'post'
		UNION ALL
		SELECT c.code, p.root, COALESCE((k.steps ->> c.code)::integer, p.steps) FROM k, post AS p JOIN bianzhi.category AS c ON c.parent = p.code
	), held AS MATERIALIZED (
		SELECT a.appointment_id, a.person_id, a.unit_id, a.category, a.elevated, p.steps, h.step AS holder, p.root = 'section_leader' AS in_section,
			CASE WHEN p.root = 'section_leader' THEN a.section_id ELSE a.unit_id END AS of_unit
		FROM k, bianzhi.appointment AS a JOIN post AS p ON p.code = a.category LEFT JOIN ladder AS h ON h.code = a.rank
		WHERE (a.rank IS NOT NULL OR a.elevated OR p.root = 'section_elevated') AND a.counted AND a.during @> detect_d2.as_of
			AND NOT k.exempt_holdings ? a.holding
	)
	SELECT h.unit_id, 'rank', jsonb_build_object('appointments', jsonb_agg(h.appointment_id ORDER BY h.appointment_id),
			'persons', jsonb_agg(DISTINCT h.person_id ORDER BY h.person_id)), 2
	FROM held AS h JOIN bianzhi.unit_on(detect_d2.as_of) AS u ON u.unit_id = h.of_unit JOIN ladder AS r ON r.code = u.rank
	WHERE h.holder < r.step + h.steps - h.elevated::integer
	GROUP BY h.unit_id
	UNION ALL
	SELECT e.unit_id, 'section_elevated', jsonb_strip_nulls(jsonb_build_object('authorized', v.authorized, 'persons', e.persons)), 2
	FROM (
		SELECT h.unit_id, count(DISTINCT h.person_id) AS n, jsonb_agg(DISTINCT h.person_id ORDER BY h.person_id) AS persons
		FROM held AS h
		WHERE (h.in_section AND h.elevated) OR h.category = 'section_elevated'
		GROUP BY h.unit_id
	) AS e
		LEFT JOIN bianzhi.vacancy_on(detect_d2.as_of) AS v ON v.unit_id = e.unit_id AND v.category = 'section_elevated'
	WHERE e.n > COALESCE(v.authorized, 0)
		AND (e.unit_id, 'section_elevated') NOT IN (
			SELECT l.unit_id, l.subject
			FROM bianzhi.leads_left('{over_by_cut,over_by_reform,excess_at_go_live,recorded_excess,past_excess,digest_missed,not_configured}', detect_d2.as_of) AS l
			WHERE l.subject IS NOT NULL)
$$;
COMMENT ON FUNCTION bianzhi.detect_d2(date) IS '检测 D2 超机构规格、违规高配: holders whose rank is above that of the body, or for posts of sections of the section, less the steps that the post stands below it, or one above where it is held elevated (subject rank; severity 2); only where both ranks are known; and more section leaders held elevated than section_elevated allows, none where nothing is said (subject section_elevated; 2). Parameters: steps_below: by category, inherited by those below, steps of the ladder of ranks, default leader_chief 0, leader_deputy 1, leader_other 1, section_chief 0, section_deputy 1; exempt_holdings: ways of holding in which a rank comes from another post, default 兼任, 派驻, 挂职. 《地方各级人民政府机构设置和编制管理条例》第二十六条第五项';
REVOKE ALL ON FUNCTION bianzhi.detect_d2(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_d3(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'titles', '["主任助理", "局长助理", "总协调"]') AS titles,
			COALESCE(k.parameters -> 'posts', '["judge_quota", "procurator_quota"]') AS posts
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'D3' AND k.enforced_since <= detect_d3.as_of
	)
	SELECT x.unit_id, x.category, jsonb_build_object('category', x.category, 'authorized', x.authorized, 'filled', x.filled), 2
	FROM k, bianzhi.untold_excess(detect_d3.as_of, '{grade,post}') AS x JOIN bianzhi.category AS c ON c.code = x.category
	WHERE c.measure = 'grade' OR k.posts ? x.root
	UNION ALL
	SELECT a.unit_id, 'title', jsonb_build_object('titles', jsonb_agg(DISTINCT a.title), 'persons', jsonb_agg(DISTINCT a.person_id ORDER BY a.person_id)), 2
	FROM bianzhi.appointment AS a
	WHERE a.title LIKE ANY (SELECT '%' || t.title || '%' FROM k, jsonb_array_elements_text(k.titles) AS t (title))
		AND a.during @> detect_d3.as_of
	GROUP BY a.unit_id
$$;
COMMENT ON FUNCTION bianzhi.detect_d3(date) IS '检测 D3 自设职务、职级超职数: more grades, and posts of parameter posts (default judge_quota, procurator_quota), than their number, of which the limits have left no lead (subject category; severity 2); and titles of which parameter titles names a part, with % and _ as in LIKE, default 主任助理, 局长助理, 总协调 (subject title; 2). 干部选拔任用有关规定';
REVOKE ALL ON FUNCTION bianzhi.detect_d3(date) FROM PUBLIC;
