/*
 * detect_record.sql: E1, E2, E3: seats of people who cannot hold them, data that came late or cannot be right, documents
 * that do not fit.
 *
 * What pay, insurance and attendance would show of E1 (gp1, gp5, gp7, gp8), and monthly confirmations and yearly reports of
 * E2, waits for those tables; interference (E3) is recorded by people.  Lines of quota without a known document have had
 * their lead undocumented since they were written.
 */

CREATE FUNCTION bianzhi.detect_e1(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE prompt (code) AS (
		SELECT c.code FROM bianzhi.category AS c WHERE NOT c.may_delay
		UNION
		SELECT c.code FROM prompt AS p JOIN bianzhi.category AS c ON c.parent = p.code
	), k AS MATERIALIZED (
		SELECT COALESCE(k.parameters -> 'absent_kinds', '["absent"]') AS absent_kinds,
			COALESCE((k.parameters ->> 'absent_days')::integer, 15) AS absent_days,
			COALESCE(k.parameters -> 'study_kinds', '["study"]') AS study_kinds,
			COALESCE(k.parameters -> 'elsewhere_kinds', '["secondment"]') AS elsewhere_kinds
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'E1' AND k.enforced_since <= detect_e1.as_of
	), found (person_id, subkind, severity) AS (
		-- a seat is held to the end of the month
		SELECT p.person_id, 'gp4', 3
		FROM k, bianzhi.person AS p
		WHERE date_trunc('month', p.died_on) + interval '1 month' <= detect_e1.as_of
		UNION ALL
		SELECT p.person_id, 'gp3', 2
		FROM k, bianzhi.person AS p
		WHERE p.died_on IS NULL AND bianzhi.retires_in(p.birth_date, p.retire_track, p.retire_on, true) + interval '1 month' <= detect_e1.as_of
			-- who chose to stay longer may, but for officials
			AND (bianzhi.retires_in(p.birth_date, p.retire_track, p.retire_on) + interval '1 month' <= detect_e1.as_of
				OR EXISTS (SELECT 1 FROM bianzhi.occupancy AS o JOIN prompt AS n ON n.code = o.category WHERE o.person_id = p.person_id AND o.during @> detect_e1.as_of)
				OR EXISTS (SELECT 1 FROM bianzhi.appointment AS a JOIN prompt AS n ON n.code = a.category WHERE a.person_id = p.person_id AND a.during @> detect_e1.as_of))
		UNION ALL
		SELECT a.person_id, r.subkind, 2
		FROM k, bianzhi.absence AS a JOIN bianzhi.absence_kind AS n ON n.code = a.kind
			CROSS JOIN LATERAL (
				SELECT 'gp2'
				WHERE (k.absent_kinds ? a.kind AND detect_e1.as_of - lower(a.during) > k.absent_days)
					OR (NOT k.elsewhere_kinds ? a.kind AND (lower(a.during) + make_interval(months => n.max_months))::date < detect_e1.as_of)
				UNION ALL
				SELECT 'gp6' WHERE k.study_kinds ? a.kind AND n.needs_approval AND COALESCE(btrim(a.document_no), '') = ''
				UNION ALL
				SELECT 'gp9' WHERE NOT n.keeps_seat
			) AS r (subkind)
		WHERE a.during @> detect_e1.as_of
	)
	SELECT o.unit_id, f.subkind, jsonb_build_object('subkind', f.subkind, 'persons', jsonb_agg(DISTINCT o.person_id ORDER BY o.person_id)), max(f.severity)
	FROM found AS f JOIN bianzhi.occupancy AS o ON o.person_id = f.person_id AND o.during @> detect_e1.as_of
	GROUP BY o.unit_id, f.subkind
$$;
COMMENT ON FUNCTION bianzhi.detect_e1(date) IS '检测 E1 虚报人员占编: what rosters show without pay: people in a seat on the day who died (subject gp4; severity 3) or by law or the day chosen were to retire (gp3; 2) in an earlier month; absent without leave for more than parameter absent_days (default 15) or on leave for longer than absence_kind.max_months (gp2; 2); away to study without a document (gp6; 2); on leave of a kind that does not keep the seat (gp9; 2). Parameters: absent_days; absent_kinds: absent without leave, default absent; study_kinds, default study; elsewhere_kinds: whose length is the matter of C4, default secondment. 《地方各级人民政府机构设置和编制管理条例》第二十六条第四项；国办发〔2014〕65号；苏人社发〔2017〕172号';
REVOKE ALL ON FUNCTION bianzhi.detect_e1(date) FROM PUBLIC;

-- entries have no index by time, but are numbered almost in its order

CREATE FUNCTION bianzhi.ledger_seq_at(since timestamp with time zone) RETURNS bigint
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	low bigint;
	high bigint;
	middle bigint;
	found bigint;
	written timestamp with time zone;
BEGIN
	SELECT min(l.seq), max(l.seq) + 1 INTO low, high FROM bianzhi.ledger AS l;
	WHILE low < high LOOP
		middle := low + (high - low) / 2;
		SELECT l.seq, l.at INTO found, written FROM bianzhi.ledger AS l WHERE l.seq >= middle ORDER BY l.seq LIMIT 1;
		IF written >= since THEN
			high := middle;
		ELSE
			low := found + 1;
		END IF;
	END LOOP;
	RETURN low;
END
$$;
COMMENT ON FUNCTION bianzhi.ledger_seq_at(timestamp with time zone) IS '台账起点: number of the ledger from which on entries were written at or after a time; NULL: it is empty';
REVOKE ALL ON FUNCTION bianzhi.ledger_seq_at(timestamp with time zone) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_e2(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH k AS MATERIALIZED (
		SELECT k.enforced_since, COALESCE((k.parameters ->> 'late_workdays')::integer, 10) AS late_workdays,
			-- whole months, so that what was found stays the same until its month has passed
			date_trunc('month', detect_e2.as_of - COALESCE((k.parameters ->> 'late_window_days')::integer, 35))::date AS late_since,
			COALESCE(k.parameters -> 'late_exempt_entry_kinds', '["initial"]') AS exempt,
			COALESCE((k.parameters ->> 'credit_code')::boolean, false) AS credit_code
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'E2' AND k.enforced_since <= detect_e2.as_of
	), written AS MATERIALIZED (
		SELECT l.relation, l.operation, l.key::bigint AS id, l.at::date AS on_day,
			CASE l.operation WHEN 'UPDATE' THEN upper((l.row_before::jsonb ->> 'during')::daterange) END AS left_before,
			CASE l.operation WHEN 'UPDATE' THEN upper((l.row_after::jsonb ->> 'during')::daterange) END AS left_after
		FROM bianzhi.ledger AS l
		WHERE l.seq >= (SELECT bianzhi.ledger_seq_at(k.late_since::timestamp with time zone) FROM k)
			AND l.at < (detect_e2.as_of + 1)::timestamp with time zone
			AND (l.operation = 'INSERT' AND l.relation IN ('bianzhi.occupancy', 'bianzhi.quota')
				OR l.operation = 'UPDATE' AND l.relation = 'bianzhi.occupancy')
	), dated AS MATERIALIZED (
		-- nobody can record what has not been decided
		SELECT e.unit_id, e.person_id, e.occupancy_id, e.quota_id, e.on_day, greatest(e.since, d.issued_on) AS since
		FROM k, (
			SELECT o.unit_id, o.person_id, o.occupancy_id, NULL::bigint AS quota_id, w.on_day, lower(o.during) AS since, o.document_no, o.entry_kind
			FROM written AS w
				JOIN bianzhi.occupancy AS o ON o.occupancy_id = w.id
			WHERE w.relation = 'bianzhi.occupancy' AND w.operation = 'INSERT'
			UNION ALL
			-- who was still there by the record on the day of writing, and had left; not who corrects what was recorded in time
			SELECT o.unit_id, o.person_id, o.occupancy_id, NULL, w.on_day, w.left_after, NULL, NULL
			FROM written AS w
				JOIN bianzhi.occupancy AS o ON o.occupancy_id = w.id AND upper(o.during) = w.left_after
			WHERE w.operation = 'UPDATE' AND COALESCE(w.left_before, 'infinity') > w.on_day
			UNION ALL
			SELECT q.unit_id, NULL, NULL, q.quota_id, w.on_day, lower(q.during), q.document_no, NULL
			FROM written AS w
				JOIN bianzhi.quota AS q ON q.quota_id = w.id
			WHERE w.relation = 'bianzhi.quota' AND q.cause IS NULL
		) AS e
			LEFT JOIN bianzhi.document AS d ON d.number = e.document_no
		WHERE e.on_day - e.since > k.late_workdays AND (e.entry_kind IS NULL OR NOT k.exempt ? e.entry_kind)
			AND greatest(e.since, d.issued_on) >= k.enforced_since
	), deadline AS MATERIALIZED (
		-- by day of writing, the last day of which it was late
		SELECT jsonb_object_agg(w.on_day, c.day) AS days
		FROM k, (SELECT DISTINCT w.on_day FROM written AS w) AS w
			CROSS JOIN LATERAL (
				SELECT max(w.on_day - n) AS day FROM generate_series(1, k.late_workdays * 2 + 60) AS n
				WHERE bianzhi.workdays_between(w.on_day - n, w.on_day) > k.late_workdays
			) AS c
	), late AS (
		SELECT d.* FROM dated AS d, deadline AS l WHERE d.since <= (l.days ->> d.on_day::text)::date
	), odd AS MATERIALIZED (
		SELECT p.person_id, r.subject
		FROM k, bianzhi.person AS p
			CROSS JOIN LATERAL (
				SELECT 'identity' WHERE NOT bianzhi.is_checked(p.resident_id)
				UNION ALL
				SELECT 'birth_date' WHERE bianzhi.is_checked(p.resident_id) AND bianzhi.birth_date(p.resident_id) <> p.birth_date
			) AS r (subject)
		WHERE p.resident_id IS NOT NULL
			AND (NOT bianzhi.is_checked(p.resident_id) OR bianzhi.birth_date(p.resident_id) <> p.birth_date)
	)
	SELECT l.unit_id, 'late:' || to_char(l.on_day, 'YYYY-MM'), jsonb_strip_nulls(jsonb_build_object('subkind', 'late',
			'persons', jsonb_agg(DISTINCT l.person_id ORDER BY l.person_id) FILTER (WHERE l.person_id IS NOT NULL),
			'occupancies', jsonb_agg(DISTINCT l.occupancy_id ORDER BY l.occupancy_id) FILTER (WHERE l.occupancy_id IS NOT NULL),
			'quotas', jsonb_agg(l.quota_id ORDER BY l.quota_id) FILTER (WHERE l.quota_id IS NOT NULL))), 1
	FROM late AS l
	GROUP BY l.unit_id, to_char(l.on_day, 'YYYY-MM')
	UNION ALL
	SELECT o.unit_id, d.subject, jsonb_build_object('persons', jsonb_agg(DISTINCT o.person_id ORDER BY o.person_id)), 1
	FROM odd AS d JOIN bianzhi.occupancy AS o ON o.person_id = d.person_id AND o.during @> detect_e2.as_of
	WHERE d.subject = 'identity' OR NOT EXISTS (
		-- a birthday that was established by a document is settled
		SELECT 1 FROM bianzhi.person_fact AS f WHERE f.person_id = d.person_id AND f.fact = 'birth' AND btrim(f.document_no) <> '')
	GROUP BY o.unit_id, d.subject
	UNION ALL
	SELECT NULL, 'credit_code', jsonb_build_object('units', jsonb_agg(u.unit_id ORDER BY u.unit_id)), 1
	FROM k, bianzhi.unit_on(detect_e2.as_of) AS u
	WHERE k.credit_code AND NOT u.is_section AND u.credit_code IS NULL
		AND COALESCE(u.nature, '') NOT IN ('派出机构', '议事协调机构')
	HAVING count(*) > 0
$$;
COMMENT ON FUNCTION bianzhi.detect_e2(date) IS '检测 E2 迟报、虚报实名制数据: by the ledger, seats, leavings and lines of quota written more than parameter late_workdays working days (default 10) after they took effect, or after their document was issued where that was later, by month of writing (subject late:YYYY-MM; severity 1); people in a seat whose identity number fails its check (identity; 1) or says another birthday than the certified one, if no document has established it (birth_date; 1): to be looked at, not found; and, where parameter credit_code (default false) is true, bodies without a credit code (credit_code, of no unit; 1). Parameters: late_workdays; late_window_days: how many days back the ledger is read, from the first of that month on, default 35; late_exempt_entry_kinds, default initial; credit_code. What took effect before enforced_since is not late. 12310受理范围：伪造、虚报、瞒报、拒报机构编制数据';
REVOKE ALL ON FUNCTION bianzhi.detect_e2(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.detect_e3(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH k AS MATERIALIZED (
		SELECT k.enforced_since, COALESCE((k.parameters ->> 'before_issue_days')::integer, 0) AS days,
			COALESCE(k.parameters -> 'before_issue_kinds', '["核增", "划入", "借入"]') AS kinds
		FROM bianzhi.problem_kind AS k
		WHERE k.code = 'E3' AND k.enforced_since <= detect_e3.as_of
	)
	SELECT NULL::bigint, 'number:' || min(n.number COLLATE "C"),
		jsonb_build_object('documents', jsonb_agg(n.document_id ORDER BY n.document_id), 'numbers', jsonb_agg(n.number ORDER BY n.document_id)), 2
	FROM (
		SELECT d.document_id, d.number, d.issued_on, translate(bianzhi.plain_name(d.number), '[]〔〕【】第', '()()()') AS plain
		FROM k, bianzhi.document AS d
	) AS n, k
	WHERE n.issued_on IS NULL OR n.issued_on <= detect_e3.as_of
	GROUP BY n.plain
	HAVING count(*) > 1 AND COALESCE(max(n.issued_on) >= min(k.enforced_since), true)
	UNION ALL
	SELECT q.unit_id, 'before_issue', jsonb_build_object('quotas', jsonb_agg(q.quota_id ORDER BY q.quota_id)), 1
	FROM k, bianzhi.document AS d JOIN bianzhi.quota AS q ON q.document_no = d.number
	WHERE d.issued_on >= k.enforced_since AND lower(q.during) < d.issued_on - k.days AND q.during @> detect_e3.as_of AND k.kinds ? q.kind
		AND (d.effective_on IS NULL OR d.effective_on > lower(q.during))
	GROUP BY q.unit_id
$$;
COMMENT ON FUNCTION bianzhi.detect_e3(date) IS '检测 E3 违反程序审批: one number on more than one document, brackets and blanks aside (subject number:first of them, of no unit; severity 2); and lines of quota in force on the day that add seats and began before their document was issued, unless it says that it holds since then (before_issue; 1). Parameters: before_issue_days: how many days before are tolerated, default 0; before_issue_kinds: which kinds of lines add, default 核增, 划入, 借入; totals that are stated later for earlier days are ordinary. What was issued before enforced_since is left alone. 《地方各级人民政府机构设置和编制管理条例》第二十六条第六、七项';
REVOKE ALL ON FUNCTION bianzhi.detect_e3(date) FROM PUBLIC;
