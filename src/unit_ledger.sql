/*
 * unit_ledger.sql: the pages by which an office lives: a line for each unit, and all there is about one unit.
 *
 * The columns of the ledger are the root categories that ship (catalogue_data.sql); a test compares them.
 */

CREATE FUNCTION bianzhi.unit_ledger(day date)
	RETURNS TABLE (
		unit_id bigint, unit_key text, name text, parent_id bigint, organ_kind text, nature text, level text, rank text,
		sections integer,
		administrative_authorized integer, administrative_filled integer, administrative_vacant integer, administrative_over integer,
		political_legal_authorized integer, political_legal_filled integer, political_legal_vacant integer, political_legal_over integer,
		support_worker_authorized integer, support_worker_filled integer, support_worker_vacant integer, support_worker_over integer,
		institution_civil_authorized integer, institution_civil_filled integer, institution_civil_vacant integer, institution_civil_over integer,
		institution_full_authorized integer, institution_full_filled integer, institution_full_vacant integer, institution_full_over integer,
		institution_partial_authorized integer, institution_partial_filled integer, institution_partial_vacant integer, institution_partial_over integer,
		institution_self_authorized integer, institution_self_filled integer, institution_self_vacant integer, institution_self_over integer,
		institution_authorized integer, institution_filled integer, institution_vacant integer, institution_over integer,
		unspecified_authorized integer, unspecified_filled integer, unspecified_vacant integer, unspecified_over integer,
		pool_authorized integer, pool_filled integer, pool_vacant integer, pool_over integer,
		reserve_authorized integer, reserve_filled integer, reserve_vacant integer, reserve_over integer,
		controlled_headcount_authorized integer, controlled_headcount_filled integer, controlled_headcount_vacant integer, controlled_headcount_over integer,
		outside_staff_authorized integer, outside_staff_filled integer, outside_staff_vacant integer, outside_staff_over integer,
		judge_quota_authorized integer, judge_quota_filled integer, judge_quota_vacant integer, judge_quota_over integer,
		procurator_quota_authorized integer, procurator_quota_filled integer, procurator_quota_vacant integer, procurator_quota_over integer,
		leader_authorized integer, leader_filled integer, leader_vacant integer, leader_over integer,
		section_leader_authorized integer, section_leader_filled integer, section_leader_vacant integer, section_leader_over integer,
		section_elevated_authorized integer, section_elevated_filled integer, section_elevated_vacant integer, section_elevated_over integer,
		grade_authorized integer, grade_filled integer, grade_vacant integer, grade_over integer,
		department_count_authorized integer, department_count_filled integer, department_count_vacant integer, department_count_over integer,
		section_count_authorized integer, section_count_filled integer, section_count_vacant integer, section_count_over integer,
		elevated integer, documents text,
		other_authorized integer, other_filled integer, other_vacant integer, other_over integer)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER ROWS 1000
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
	WITH root AS MATERIALIZED (
		SELECT l.unit_id, CASE WHEN c.builtin THEN c.code ELSE 'other' END AS column_name, l.authorized, l.filled,
			CASE WHEN l.authorized IS NOT NULL THEN greatest(l.authorized - l.filled - l.reserved, 0) END AS vacant,
			CASE WHEN l.authorized IS NOT NULL THEN greatest(l.filled + l.reserved - l.authorized, 0) END AS over
		FROM bianzhi.vacancy_on(unit_ledger.day) AS l JOIN bianzhi.category AS c ON c.code = l.category
		WHERE c.parent IS NULL AND (c.builtin OR c.measure = 'establishment')
	), kind AS (
		SELECT r.unit_id,
			sum(r.authorized) FILTER (WHERE r.column_name = 'administrative')::integer AS administrative_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'administrative'), 0)::integer AS administrative_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'administrative')::integer AS administrative_vacant, sum(r.over) FILTER (WHERE r.column_name = 'administrative')::integer AS administrative_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'political_legal')::integer AS political_legal_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'political_legal'), 0)::integer AS political_legal_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'political_legal')::integer AS political_legal_vacant, sum(r.over) FILTER (WHERE r.column_name = 'political_legal')::integer AS political_legal_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'support_worker')::integer AS support_worker_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'support_worker'), 0)::integer AS support_worker_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'support_worker')::integer AS support_worker_vacant, sum(r.over) FILTER (WHERE r.column_name = 'support_worker')::integer AS support_worker_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'institution_civil')::integer AS institution_civil_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'institution_civil'), 0)::integer AS institution_civil_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'institution_civil')::integer AS institution_civil_vacant, sum(r.over) FILTER (WHERE r.column_name = 'institution_civil')::integer AS institution_civil_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'institution_full')::integer AS institution_full_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'institution_full'), 0)::integer AS institution_full_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'institution_full')::integer AS institution_full_vacant, sum(r.over) FILTER (WHERE r.column_name = 'institution_full')::integer AS institution_full_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'institution_partial')::integer AS institution_partial_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'institution_partial'), 0)::integer AS institution_partial_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'institution_partial')::integer AS institution_partial_vacant, sum(r.over) FILTER (WHERE r.column_name = 'institution_partial')::integer AS institution_partial_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'institution_self')::integer AS institution_self_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'institution_self'), 0)::integer AS institution_self_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'institution_self')::integer AS institution_self_vacant, sum(r.over) FILTER (WHERE r.column_name = 'institution_self')::integer AS institution_self_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'institution')::integer AS institution_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'institution'), 0)::integer AS institution_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'institution')::integer AS institution_vacant, sum(r.over) FILTER (WHERE r.column_name = 'institution')::integer AS institution_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'unspecified')::integer AS unspecified_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'unspecified'), 0)::integer AS unspecified_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'unspecified')::integer AS unspecified_vacant, sum(r.over) FILTER (WHERE r.column_name = 'unspecified')::integer AS unspecified_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'pool')::integer AS pool_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'pool'), 0)::integer AS pool_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'pool')::integer AS pool_vacant, sum(r.over) FILTER (WHERE r.column_name = 'pool')::integer AS pool_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'reserve')::integer AS reserve_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'reserve'), 0)::integer AS reserve_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'reserve')::integer AS reserve_vacant, sum(r.over) FILTER (WHERE r.column_name = 'reserve')::integer AS reserve_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'controlled_headcount')::integer AS controlled_headcount_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'controlled_headcount'), 0)::integer AS controlled_headcount_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'controlled_headcount')::integer AS controlled_headcount_vacant, sum(r.over) FILTER (WHERE r.column_name = 'controlled_headcount')::integer AS controlled_headcount_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'outside_staff')::integer AS outside_staff_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'outside_staff'), 0)::integer AS outside_staff_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'outside_staff')::integer AS outside_staff_vacant, sum(r.over) FILTER (WHERE r.column_name = 'outside_staff')::integer AS outside_staff_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'judge_quota')::integer AS judge_quota_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'judge_quota'), 0)::integer AS judge_quota_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'judge_quota')::integer AS judge_quota_vacant, sum(r.over) FILTER (WHERE r.column_name = 'judge_quota')::integer AS judge_quota_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'procurator_quota')::integer AS procurator_quota_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'procurator_quota'), 0)::integer AS procurator_quota_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'procurator_quota')::integer AS procurator_quota_vacant, sum(r.over) FILTER (WHERE r.column_name = 'procurator_quota')::integer AS procurator_quota_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'leader')::integer AS leader_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'leader'), 0)::integer AS leader_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'leader')::integer AS leader_vacant, sum(r.over) FILTER (WHERE r.column_name = 'leader')::integer AS leader_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'section_leader')::integer AS section_leader_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'section_leader'), 0)::integer AS section_leader_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'section_leader')::integer AS section_leader_vacant, sum(r.over) FILTER (WHERE r.column_name = 'section_leader')::integer AS section_leader_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'section_elevated')::integer AS section_elevated_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'section_elevated'), 0)::integer AS section_elevated_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'section_elevated')::integer AS section_elevated_vacant, sum(r.over) FILTER (WHERE r.column_name = 'section_elevated')::integer AS section_elevated_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'grade')::integer AS grade_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'grade'), 0)::integer AS grade_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'grade')::integer AS grade_vacant, sum(r.over) FILTER (WHERE r.column_name = 'grade')::integer AS grade_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'department_count')::integer AS department_count_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'department_count'), 0)::integer AS department_count_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'department_count')::integer AS department_count_vacant, sum(r.over) FILTER (WHERE r.column_name = 'department_count')::integer AS department_count_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'section_count')::integer AS section_count_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'section_count'), 0)::integer AS section_count_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'section_count')::integer AS section_count_vacant, sum(r.over) FILTER (WHERE r.column_name = 'section_count')::integer AS section_count_over,
			sum(r.authorized) FILTER (WHERE r.column_name = 'other')::integer AS other_authorized, COALESCE(sum(r.filled) FILTER (WHERE r.column_name = 'other'), 0)::integer AS other_filled,
			sum(r.vacant) FILTER (WHERE r.column_name = 'other')::integer AS other_vacant, sum(r.over) FILTER (WHERE r.column_name = 'other')::integer AS other_over
		FROM root AS r
		GROUP BY r.unit_id
	), there AS MATERIALIZED (
		SELECT u.* FROM bianzhi.unit_on(unit_ledger.day) AS u
	), section AS (
		SELECT t.parent_id AS unit_id, count(*)::integer AS sections FROM there AS t WHERE t.is_section GROUP BY t.parent_id
	), elevated AS (
		SELECT a.unit_id, count(*)::integer AS elevated
		FROM bianzhi.appointment AS a
		WHERE a.elevated AND a.counted AND a.during @> unit_ledger.day
		GROUP BY a.unit_id
	), document AS (
		SELECT d.unit_id, string_agg(d.document_no, '; ' ORDER BY d.since, d.quota_id) AS documents
		FROM (
			SELECT DISTINCT ON (q.unit_id, q.document_no) q.unit_id, q.document_no, COALESCE(lower(q.during), '-infinity') AS since, q.quota_id
			FROM bianzhi.quota AS q
			WHERE q.during @> unit_ledger.day
			ORDER BY q.unit_id, q.document_no, lower(q.during) NULLS FIRST, q.quota_id) AS d
		GROUP BY d.unit_id
	)
	SELECT t.unit_id, t.unit_key, t.name, t.parent_id, t.organ_kind, t.nature, t.level, t.rank, COALESCE(s.sections, 0),
		k.administrative_authorized, COALESCE(k.administrative_filled, 0), k.administrative_vacant, k.administrative_over,
		k.political_legal_authorized, COALESCE(k.political_legal_filled, 0), k.political_legal_vacant, k.political_legal_over,
		k.support_worker_authorized, COALESCE(k.support_worker_filled, 0), k.support_worker_vacant, k.support_worker_over,
		k.institution_civil_authorized, COALESCE(k.institution_civil_filled, 0), k.institution_civil_vacant, k.institution_civil_over,
		k.institution_full_authorized, COALESCE(k.institution_full_filled, 0), k.institution_full_vacant, k.institution_full_over,
		k.institution_partial_authorized, COALESCE(k.institution_partial_filled, 0), k.institution_partial_vacant, k.institution_partial_over,
		k.institution_self_authorized, COALESCE(k.institution_self_filled, 0), k.institution_self_vacant, k.institution_self_over,
		k.institution_authorized, COALESCE(k.institution_filled, 0), k.institution_vacant, k.institution_over,
		k.unspecified_authorized, COALESCE(k.unspecified_filled, 0), k.unspecified_vacant, k.unspecified_over,
		k.pool_authorized, COALESCE(k.pool_filled, 0), k.pool_vacant, k.pool_over,
		k.reserve_authorized, COALESCE(k.reserve_filled, 0), k.reserve_vacant, k.reserve_over,
		k.controlled_headcount_authorized, COALESCE(k.controlled_headcount_filled, 0), k.controlled_headcount_vacant, k.controlled_headcount_over,
		k.outside_staff_authorized, COALESCE(k.outside_staff_filled, 0), k.outside_staff_vacant, k.outside_staff_over,
		k.judge_quota_authorized, COALESCE(k.judge_quota_filled, 0), k.judge_quota_vacant, k.judge_quota_over,
		k.procurator_quota_authorized, COALESCE(k.procurator_quota_filled, 0), k.procurator_quota_vacant, k.procurator_quota_over,
		k.leader_authorized, COALESCE(k.leader_filled, 0), k.leader_vacant, k.leader_over,
		k.section_leader_authorized, COALESCE(k.section_leader_filled, 0), k.section_leader_vacant, k.section_leader_over,
		k.section_elevated_authorized, COALESCE(k.section_elevated_filled, 0), k.section_elevated_vacant, k.section_elevated_over,
		k.grade_authorized, COALESCE(k.grade_filled, 0), k.grade_vacant, k.grade_over,
		k.department_count_authorized, COALESCE(k.department_count_filled, 0), k.department_count_vacant, k.department_count_over,
		k.section_count_authorized, COALESCE(k.section_count_filled, 0), k.section_count_vacant, k.section_count_over,
		COALESCE(e.elevated, 0), d.documents,
		k.other_authorized, COALESCE(k.other_filled, 0), k.other_vacant, k.other_over
	FROM there AS t
		LEFT JOIN kind AS k ON k.unit_id = t.unit_id
		LEFT JOIN section AS s ON s.unit_id = t.unit_id
		LEFT JOIN elevated AS e ON e.unit_id = t.unit_id
		LEFT JOIN document AS d ON d.unit_id = t.unit_id
	WHERE NOT t.is_section
	ORDER BY t.display_order, t.unit_id
$$;

COMMENT ON FUNCTION bianzhi.unit_ledger(date) IS '机构编制台账: one row for each body that there is on the day, in the order of display: for each root category that ships what is authorised (NULL: nothing is), filled, vacant and over; sections: how many there are; elevated: leaders held one rank higher; documents: those of the lines of quota in force; other: categories of establishment that the office has added at the root, together';
REVOKE ALL ON FUNCTION bianzhi.unit_ledger(date) FROM PUBLIC;

-- Runs with the rights of the reader, who needs SELECT on what the page shows; on person only to see names.
CREATE FUNCTION bianzhi.unit_card(unit_id bigint) RETURNS TABLE (part text, item text, value text, document_no text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	names jsonb;
BEGIN
	IF has_table_privilege('bianzhi.person', 'SELECT') THEN
		SELECT jsonb_object_agg(p.person_id, p.name) INTO names
		FROM bianzhi.person AS p
		WHERE p.person_id IN (
			SELECT o.person_id FROM bianzhi.occupancy AS o WHERE unit_card.unit_id IN (o.unit_id, o.section_id)
			UNION ALL
			SELECT a.person_id FROM bianzhi.appointment AS a WHERE unit_card.unit_id IN (a.unit_id, a.section_id));
	END IF;

	RETURN QUERY
	WITH row AS (
		SELECT 1 AS place, 'unit' AS part, v.n::bigint AS sort, '' AS sort_text, v.item, v.value, u.document_no
		FROM bianzhi.unit AS u LEFT JOIN bianzhi.unit AS above ON above.unit_id = u.parent_id
			CROSS JOIN LATERAL (VALUES (1, 'unit_key', u.unit_key), (2, 'credit_code', u.credit_code::text), (3, 'name', u.name),
				(4, 'short_name', u.short_name), (5, 'parent', above.unit_key || ' ' || above.name), (6, 'organ_kind', u.organ_kind),
				(7, 'nature', u.nature), (8, 'rank', u.rank), (9, 'level', u.level), (10, 'region_code', u.region_code::text),
				(11, 'funding', u.funding), (12, 'field', u.field), (13, 'secrecy', u.secrecy),
				(14, 'during', nullif(u.during, '(,)')::text)) AS v (n, item, value)
		WHERE u.unit_id = unit_card.unit_id AND v.value IS NOT NULL
		UNION ALL
		SELECT 2, 'version', 0, COALESCE(lower(v.during)::text, ''), v.during::text,
			concat_ws(', ', v.name, above.unit_key, v.nature, v.rank, v.level, v.funding, v.field), v.document_no
		FROM bianzhi.unit_version AS v LEFT JOIN bianzhi.unit AS above ON above.unit_id = v.parent_id
		WHERE v.unit_id = unit_card.unit_id
		UNION ALL
		SELECT 3, 'relation', r.unit_relation_id, '', r.kind, concat_ws(' ', other.unit_key, other.name, nullif(r.during, '(,)')), r.document_no
		FROM bianzhi.unit_relation AS r JOIN bianzhi.unit AS other ON other.unit_id = r.other_unit
		WHERE r.unit_id = unit_card.unit_id
		UNION ALL
		SELECT 4, 'signboard', s.signboard_id, '', s.name, concat_ws(' ', s.status, nullif(s.during, '(,)')), s.document_no
		FROM bianzhi.signboard AS s
		WHERE s.unit_id = unit_card.unit_id
		UNION ALL
		SELECT 5, 'section', s.display_order, s.unit_key, s.unit_key, concat_ws(' ', s.name, nullif(s.during, '(,)')), s.document_no
		FROM bianzhi.unit AS s
		WHERE s.parent_id = unit_card.unit_id AND s.is_section
		UNION ALL
		SELECT 6, 'strength', c.display_order, c.code, c.code,
			format('%s / %s%s', COALESCE(n.authorized::text, '-'), n.filled, CASE WHEN n.reserved <> 0 THEN ' + ' || n.reserved ELSE '' END), NULL
		FROM (
			SELECT DISTINCT ON (s.category) s.category, s.authorized, s.filled, s.reserved
			FROM bianzhi.strength AS s
			WHERE s.unit_id = unit_card.unit_id AND s.since <= bianzhi.today()
			ORDER BY s.category, s.since DESC) AS n
			JOIN bianzhi.category AS c ON c.code = n.category
		WHERE n.authorized IS NOT NULL OR n.filled <> 0 OR n.reserved <> 0
		UNION ALL
		SELECT 7, 'quota', c.display_order, format('%s %s %s', c.code, COALESCE(lower(q.during)::text, ''), lpad(q.quota_id::text, 20)), c.code,
			concat_ws(' ', q.kind, to_char(q.amount, 'FMSG999999990'), q.during, '(= ' || q.stated_total || ')',
				CASE WHEN q.entries_closed THEN 'entries_closed' END, CASE WHEN q.on_exit = 'recover' THEN 'recover' END,
				(SELECT other.unit_key FROM bianzhi.unit AS other WHERE other.unit_id = q.counterpart_unit)), q.document_no
		FROM bianzhi.quota AS q JOIN bianzhi.category AS c ON c.code = q.category
		WHERE q.unit_id = unit_card.unit_id
		UNION ALL
		SELECT 8, 'digest_plan', c.display_order, format('%s %s', c.code, p.day), c.code, format('%s <= %s', p.day, p.max_excess), p.document_no
		FROM bianzhi.digest_plan AS p JOIN bianzhi.category AS c ON c.code = p.category
		WHERE p.unit_id = unit_card.unit_id
		UNION ALL
		SELECT 9, 'seat', c.display_order, format('%s %s %s', c.code, lower(o.during), lpad(o.occupancy_id::text, 20)), c.code,
			concat_ws(' ', COALESCE(names ->> o.person_id::text, 'person ' || o.person_id), s.unit_key, o.during, CASE WHEN NOT o.counted THEN 'uncounted' END), o.document_no
		FROM bianzhi.occupancy AS o JOIN bianzhi.category AS c ON c.code = o.category
			LEFT JOIN bianzhi.unit AS s ON s.unit_id = o.section_id
		WHERE unit_card.unit_id IN (o.unit_id, o.section_id) AND COALESCE(upper(o.during) > bianzhi.today(), true)
		UNION ALL
		SELECT 10, 'post', c.display_order, format('%s %s %s', c.code, lower(a.during), lpad(a.appointment_id::text, 20)), c.code,
			concat_ws(' ', COALESCE(names ->> a.person_id::text, 'person ' || a.person_id), a.title, a.rank, nullif(a.holding, '本职'), s.unit_key, a.during,
				CASE WHEN a.elevated THEN 'elevated' END, CASE WHEN NOT a.counted THEN 'uncounted' END), a.document_no
		FROM bianzhi.appointment AS a JOIN bianzhi.category AS c ON c.code = a.category
			LEFT JOIN bianzhi.unit AS s ON s.unit_id = a.section_id
		WHERE unit_card.unit_id IN (a.unit_id, a.section_id) AND COALESCE(upper(a.during) > bianzhi.today(), true)
	)
	SELECT r.part, r.item, r.value, r.document_no
	FROM row AS r
	ORDER BY r.place, r.sort, r.sort_text COLLATE "C";
END
$$;

COMMENT ON FUNCTION bianzhi.unit_card(bigint) IS '机构编制卡片: the page of one unit: unit (what it is), version (what it was), relation, signboard, section, strength today (authorised / filled + reserved; -: nothing is authorised), each line of quota, digest_plan, and who holds a seat or post today or later, each with its document. Runs with the rights of the reader; names only to who may read person';
REVOKE ALL ON FUNCTION bianzhi.unit_card(bigint) FROM PUBLIC;
