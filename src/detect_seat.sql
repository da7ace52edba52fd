/*
 * detect_seat.sql: C1 to C5: establishment out of nowhere, over it, mixed, lent away, got round.
 *
 * What is over shows in the timelines, so rows of attached tables count as seats of ours do; who came when, and who works
 * elsewhere, shows in our own tables only.  A section of another unit cannot be written, so C3 need not look for it.
 */

CREATE FUNCTION bianzhi.detect_c1(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		SELECT COALESCE((k.parameters ->> 'allow_own')::boolean, true) AS allow_own
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'C1' AND k.enforced_since <= detect_c1.as_of
	), own (code) AS (
		-- the office's own down from the top
		SELECT c.code FROM k, bianzhi.category AS c WHERE NOT k.allow_own AND NOT c.builtin AND c.parent IS NULL AND c.measure = 'establishment'
		UNION ALL
		SELECT c.code FROM own AS o JOIN bianzhi.category AS c ON c.parent = o.code WHERE NOT c.builtin
	)
	SELECT x.unit_id, 'ceiling:' || x.category, jsonb_build_object('category', x.category, 'over', x.over), 3
	FROM k, bianzhi.excess_stretches() AS x
	WHERE x.is_ceiling AND x.since <= detect_c1.as_of AND x.until > detect_c1.as_of
		AND (x.unit_id, x.category) NOT IN (
			SELECT l.unit_id, l.subject FROM bianzhi.leads_left('{over_ceiling}', detect_c1.as_of) AS l WHERE l.subject IS NOT NULL)
	UNION ALL
	SELECT q.unit_id, 'not_in_force:' || q.category,
		jsonb_build_object('category', q.category, 'quota_ids', jsonb_agg(q.quota_id ORDER BY q.quota_id)), 3
	FROM k, bianzhi.document AS d JOIN bianzhi.quota AS q ON q.document_no = d.number
	WHERE d.effective_on > detect_c1.as_of AND q.during @> detect_c1.as_of
	GROUP BY q.unit_id, q.category
	UNION ALL
	SELECT NULL, 'category:' || v.category,
		jsonb_build_object('category', v.category, 'units', jsonb_agg(v.unit_id ORDER BY v.unit_id)), 3
	FROM own AS o JOIN bianzhi.vacancy_on(detect_c1.as_of) AS v ON v.category = o.code
	WHERE v.authorized <> 0 OR v.filled <> 0
	GROUP BY v.category
$$;
COMMENT ON FUNCTION bianzhi.detect_c1(date) IS '检测 C1 擅自增加编制、突破总额、自定编制种类: quotas given out above a ceiling of which the limits have left no lead (subject ceiling:category), lines in force on the day by a document that is not (not_in_force:category), and, where parameter allow_own (default true) is false, kinds of establishment of the office''s own making that no shipped one stands above, with the units that use them (category:code, of no unit); severity 3. Lines without any known document have their lead undocumented since they were written. 《地方各级人民政府机构设置和编制管理条例》第二十六条第三项';
REVOKE ALL ON FUNCTION bianzhi.detect_c1(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_c2(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		-- whole months, so that what was found stays the same until its month has passed
		SELECT greatest(date_trunc('month', detect_c2.as_of - COALESCE((k.parameters ->> 'flow_days')::integer, 90))::date, k.enforced_since) AS since,
			COALESCE(k.parameters -> 'exempt_entry_kinds', '["initial", "move_with_quota", "reform"]') AS exempt
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'C2' AND k.enforced_since <= detect_c2.as_of
	), up (code, above, distance) AS (
		SELECT c.code, c.code, 0 FROM bianzhi.category AS c
		WHERE c.measure = 'establishment'
		UNION ALL
		SELECT u.code, c.parent, u.distance + 1 FROM up AS u JOIN bianzhi.category AS c ON c.code = u.above WHERE c.parent IS NOT NULL
	), entry AS MATERIALIZED (
		-- who came on a day on which the account was over, or an account above it
		SELECT DISTINCT ON (o.occupancy_id) s.unit_id, s.category, o.person_id, lower(o.during) AS since
		FROM k, bianzhi.excess_stretches() AS s
			JOIN bianzhi.category AS c ON c.code = s.category AND c.measure = 'establishment' AND c.enforcement <> 'off'
			JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
			JOIN up ON up.above = s.category
			JOIN bianzhi.occupancy AS o ON o.unit_id = CASE WHEN u.is_section THEN u.parent_id ELSE u.unit_id END AND o.category = up.code
				AND (NOT u.is_section OR o.section_id = u.unit_id)
			CROSS JOIN LATERAL (
				-- people, not what open approvals reserve
				SELECT t.filled > t.authorized AS is_over
				FROM bianzhi.strength AS t
				WHERE t.unit_id = s.unit_id AND t.category = s.category AND t.since <= lower(o.during)
				ORDER BY t.since DESC LIMIT 1
			) AS day
		WHERE NOT s.is_ceiling AND s.until > k.since AND s.since <= detect_c2.as_of
			AND o.counted AND lower(o.during) >= greatest(k.since, s.since, c.enforced_since) AND lower(o.during) < s.until AND lower(o.during) <= detect_c2.as_of
			AND (o.entry_kind IS NULL OR NOT k.exempt ? o.entry_kind) AND day.is_over
		ORDER BY o.occupancy_id, u.is_section, up.distance
	)
	SELECT x.unit_id, x.category,
		jsonb_strip_nulls(jsonb_build_object('subkind', 'stock', 'category', x.category, 'authorized', x.authorized, 'filled', x.filled,
			'over', x.over, 'planned', p.max_excess)), 2
	FROM k, bianzhi.untold_excess(detect_c2.as_of, '{establishment}') AS x
		LEFT JOIN LATERAL (
			-- the last step that has come; before the first one a plan is kept
			SELECT p.max_excess, p.day > detect_c2.as_of AS to_come
			FROM bianzhi.digest_plan AS p
			WHERE p.unit_id = x.unit_id AND p.category = x.category
			ORDER BY p.day > detect_c2.as_of, CASE WHEN p.day <= detect_c2.as_of THEN p.day END DESC, p.day LIMIT 1
		) AS p ON true
	WHERE NOT COALESCE(p.to_come OR x.over <= p.max_excess, false)
	UNION ALL
	SELECT e.unit_id, e.category || ':' || to_char(e.since, 'YYYY-MM'),
		jsonb_build_object('subkind', 'flow', 'category', e.category, 'persons', jsonb_agg(DISTINCT e.person_id ORDER BY e.person_id)), 3
	FROM entry AS e
	WHERE (e.unit_id, e.category) NOT IN (
		SELECT l.unit_id, l.subject FROM bianzhi.leads_left('{recorded_excess}', detect_c2.as_of) AS l WHERE l.subject IS NOT NULL)
	GROUP BY e.unit_id, e.category, to_char(e.since, 'YYYY-MM')
$$;
COMMENT ON FUNCTION bianzhi.detect_c2(date) IS '检测 C2 超编进人、超编: stock: establishment that is over on the day and of which the limits have left no lead, less what a plan allows (subject category; severity 2); flow: who took a counted seat on a day on which the account was over, by month, where no lead recorded_excess says so (subject category:YYYY-MM; 3). Parameters: flow_days: how many days back entries are looked at, from the first of that month on, default 90; exempt_entry_kinds: entries that are none, default initial, move_with_quota, reform. 《地方各级人民政府机构设置和编制管理条例》第二十六条第四项；中办发〔2007〕6号';
REVOKE ALL ON FUNCTION bianzhi.detect_c2(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_c3(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		SELECT FROM bianzhi.problem_kind AS k WHERE k.code = 'C3' AND k.enforced_since <= detect_c3.as_of
	), up (code, above, distance) AS (
		SELECT c.code, c.code, 0 FROM bianzhi.category AS c
		WHERE c.measure = 'establishment'
		UNION ALL
		SELECT u.code, c.parent, u.distance + 1 FROM up AS u JOIN bianzhi.category AS c ON c.code = u.above WHERE c.parent IS NOT NULL
	), known AS (
		-- a kind that the rows of no nature speak of is not held against anybody
		SELECT DISTINCT u.code FROM up AS u JOIN bianzhi.allowed_category AS a ON a.category = u.above
	), verdict AS MATERIALIZED (
		-- the row of the category itself, or of the nearest one above it
		SELECT n.nature, c.code, COALESCE((
			SELECT a.allowed FROM up AS u JOIN bianzhi.allowed_category AS a ON a.category = u.above
			WHERE a.nature = n.nature AND u.code = c.code
			ORDER BY u.distance LIMIT 1), false) AS allowed
		FROM (SELECT DISTINCT a.nature FROM bianzhi.allowed_category AS a) AS n CROSS JOIN known AS c
	), level AS MATERIALIZED (
		SELECT v.unit_id, v.category, c.parent, v.filled
		FROM k, bianzhi.vacancy_on(detect_c3.as_of) AS v JOIN bianzhi.category AS c ON c.code = v.category
		WHERE c.measure = 'establishment' AND v.filled > 0
	), own AS (
		-- less what the categories just below carry
		SELECT l.unit_id, l.category, sum(l.seats)::integer AS seats
		FROM (SELECT l.unit_id, l.category, l.filled FROM level AS l
			UNION ALL
			SELECT l.unit_id, l.parent, -l.filled FROM level AS l WHERE l.parent IS NOT NULL) AS l (unit_id, category, seats)
		GROUP BY l.unit_id, l.category
		HAVING sum(l.seats) > 0
	)
	SELECT o.unit_id, o.category, jsonb_build_object('category', o.category, 'nature', u.nature, 'seats', o.seats,
			'persons', COALESCE((
				SELECT jsonb_agg(DISTINCT s.person_id ORDER BY s.person_id) FROM bianzhi.occupancy AS s
				WHERE s.unit_id = o.unit_id AND s.category = o.category AND s.during @> detect_c3.as_of), '[]')), 2
	FROM bianzhi.unit_on(detect_c3.as_of) AS u JOIN verdict AS v ON v.nature = u.nature AND NOT v.allowed
		JOIN own AS o ON o.unit_id = u.unit_id AND o.category = v.code
	WHERE NOT u.is_section
$$;
COMMENT ON FUNCTION bianzhi.detect_c3(date) IS '检测 C3 混编混岗: seats of a kind of establishment that a body of its nature may not hold by allowed_category, where the nature is known and has rows there and the kind, or one above it, has a row of some nature; subject category; severity 2. No parameters: what is allowed stands in allowed_category, and what history left in exemption. 《地方各级人民政府机构设置和编制管理条例》第二十六条第三项；中办发〔2007〕6号';
REVOKE ALL ON FUNCTION bianzhi.detect_c3(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_c4(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'months', '[3, 6, 12]') AS months,
			COALESCE(k.parameters -> 'sent_kinds', '["挂职", "驻外"]') AS sent_kinds,
			COALESCE(k.parameters -> 'levels', '["central", "province", "city", "county", "town"]') AS levels
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'C4' AND k.enforced_since <= detect_c4.as_of
	), away AS (
		SELECT s.*, k.sent_kinds ? s.kind AS is_sent, k.months,
			f.place > t.place AS is_upward
		FROM k, bianzhi.secondment AS s
			LEFT JOIN LATERAL (
				SELECT l.place FROM bianzhi.unit AS u JOIN jsonb_array_elements_text(k.levels) WITH ORDINALITY AS l (level, place) ON l.level = u.level
				WHERE u.unit_id = s.from_unit) AS f ON true
			LEFT JOIN LATERAL (
				SELECT l.place FROM bianzhi.unit AS u JOIN jsonb_array_elements_text(k.levels) WITH ORDINALITY AS l (level, place) ON l.level = u.level
				WHERE u.unit_id = s.to_unit) AS t ON true
		WHERE lower(s.during) <= detect_c4.as_of AND (s.returned_on IS NULL OR s.returned_on > detect_c4.as_of)
	)
	SELECT a.to_unit, r.reason, jsonb_build_object(
			'persons', jsonb_agg(DISTINCT a.person_id ORDER BY a.person_id),
			'secondments', jsonb_agg(jsonb_strip_nulls(jsonb_build_object('secondment_id', a.secondment_id, 'person_id', a.person_id,
				'from_unit', a.from_unit, 'first', to_char(lower(a.during), 'YYYY-MM-DD'), 'until', to_char(upper(a.during), 'YYYY-MM-DD')))
				ORDER BY a.secondment_id)),
		max(r.severity)
	FROM away AS a CROSS JOIN LATERAL (
		SELECT 'undocumented', 2 WHERE COALESCE(btrim(a.document_no), '') = ''
		UNION ALL
		SELECT 'overdue', 2 WHERE upper(a.during) <= detect_c4.as_of
		UNION ALL
		SELECT 'long', least(count(*), 3)::integer
		FROM jsonb_array_elements_text(a.months) AS m (months)
		WHERE NOT a.is_sent AND (lower(a.during) + make_interval(months => m.months::integer))::date < detect_c4.as_of
		HAVING count(*) > 0
		UNION ALL
		SELECT 'upward', 2 WHERE a.is_upward AND NOT a.is_sent
	) AS r (reason, severity)
	GROUP BY a.to_unit, r.reason
$$;
COMMENT ON FUNCTION bianzhi.detect_c4(date) IS '检测 C4 违规或超期借用: people who are in a borrowing unit on the day, as one lead of it for each of: undocumented 无文号 (severity 2), overdue 逾期未还 past the term approved (2), long 时间过长 more than the first, second, third of parameter months (default 3, 6, 12) since the first day (1, 2, 3; the gravest counts), upward 上借下 lent to a higher level (2). Parameters: months; sent_kinds: kinds that are neither long nor upward, as people are sent, default 挂职, 驻外; levels: from the highest down, default central, province, city, county, town. 12310受理范围：挤占挪用基层编制';
REVOKE ALL ON FUNCTION bianzhi.detect_c4(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_c5(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'closed_posts', '["领导", "执法", "涉密", "财务"]') AS closed_posts,
			COALESCE(k.parameters -> 'exempt_sources', '["辅警", "书记员", "公益性岗位"]') AS exempt_sources
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'C5' AND k.enforced_since <= detect_c5.as_of
	), worker AS MATERIALIZED (
		SELECT w.*, w.source IS NOT NULL AND k.exempt_sources ? w.source AS is_exempt, COALESCE(k.closed_posts ? w.post, false) AS is_closed
		FROM k, bianzhi.outside_worker AS w
		WHERE w.during @> detect_c5.as_of
	), exempt (unit_id, category, workers) AS (
		-- in their category and those above it
		SELECT w.unit_id, w.category, count(*) FROM worker AS w WHERE w.is_exempt GROUP BY w.unit_id, w.category
		UNION ALL
		SELECT e.unit_id, c.parent, e.workers FROM exempt AS e JOIN bianzhi.category AS c ON c.code = e.category WHERE c.parent IS NOT NULL
	)
	SELECT x.unit_id, x.category, jsonb_build_object('category', x.category, 'authorized', x.authorized, 'filled', x.filled, 'exempt', COALESCE(e.workers, 0)), 2
	FROM k, bianzhi.untold_excess(detect_c5.as_of, '{outside}') AS x
		LEFT JOIN (SELECT e.unit_id, e.category, sum(e.workers)::integer AS workers FROM exempt AS e GROUP BY e.unit_id, e.category) AS e
			ON e.unit_id = x.unit_id AND e.category = x.category
	WHERE x.over > COALESCE(e.workers, 0)
	UNION ALL
	SELECT w.unit_id, r.reason, jsonb_build_object('outside_workers', jsonb_agg(w.outside_worker_id ORDER BY w.outside_worker_id),
			'persons', COALESCE(jsonb_agg(DISTINCT w.person_id ORDER BY w.person_id) FILTER (WHERE w.person_id IS NOT NULL), '[]')), 2
	FROM worker AS w CROSS JOIN LATERAL (
		SELECT 'closed_post' WHERE w.is_closed
		UNION ALL
		SELECT 'contract_expired' WHERE upper(w.contract) <= detect_c5.as_of
	) AS r (reason)
	WHERE NOT w.is_exempt
	GROUP BY w.unit_id, r.reason
$$;
COMMENT ON FUNCTION bianzhi.detect_c5(date) IS '检测 C5 违规使用编外人员: more outside staff than their number, less those of exempt sources (subject category; severity 2), in posts that are closed to them (closed_post; 2), there though the contract has ended (contract_expired; 2). Parameters: closed_posts: codes of outside_post, default 领导, 执法, 涉密, 财务; exempt_sources: codes of outside_source, default 辅警, 书记员, 公益性岗位. 当地编外人员管理规定';
REVOKE ALL ON FUNCTION bianzhi.detect_c5(date) FROM PUBLIC;
