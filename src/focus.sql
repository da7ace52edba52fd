/*
 * focus.sql: which units an inspection looks at first, and why.
 *
 * Each reason is a number that a query shows the rows of; points are that number by its weight, up to a limit, so that
 * one reason does not drown the others; the sum of points is the order. Nothing is said of guilt.
 */

CREATE TABLE bianzhi.inspection_weight (
	code text PRIMARY KEY CONSTRAINT inspection_weight_code_check CHECK (code IN ('weakened', 'overdue', 'lead', 'problem', 'undocumented')),
	name_zh text NOT NULL,
	name_en text,
	weight integer NOT NULL CONSTRAINT inspection_weight_not_negative CHECK (weight >= 0),
	at_most integer NOT NULL CONSTRAINT inspection_weight_at_most_not_negative CHECK (at_most >= 0),
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.inspection_weight IS '督查权重: what each reason of inspection_focus() counts; a proposal, which the office changes';
COMMENT ON COLUMN bianzhi.inspection_weight.code IS '代码: reason: a column of inspection_focus()';
COMMENT ON COLUMN bianzhi.inspection_weight.name_zh IS '中文名称: name in Chinese, as it stands in reasons';
COMMENT ON COLUMN bianzhi.inspection_weight.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.inspection_weight.weight IS '权重: points for each';
COMMENT ON COLUMN bianzhi.inspection_weight.at_most IS '上限: most points that a unit gets for this reason';
COMMENT ON COLUMN bianzhi.inspection_weight.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.inspection_weight.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.inspection_weight.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.inspection_weight.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.inspection_weight TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.inspection_weight', 'WHERE NOT builtin OR changed');
SELECT bianzhi.keep_shipped_rows('inspection_weight', 'code');
SELECT bianzhi.audit_own('bianzhi.inspection_weight');

-- growth without a document

CREATE FUNCTION bianzhi.undocumented_growth(from_day date, to_day date)
	RETURNS TABLE (unit_id bigint, category text, seats integer, since date, source regclass, row_id bigint)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE path (code, counts_in, parent) AS (
		SELECT c.code, c.code, c.parent FROM bianzhi.category AS c
		UNION ALL
		SELECT p.code, c.code, c.parent FROM path AS p JOIN bianzhi.category AS c ON c.code = p.parent
	), change AS MATERIALIZED (
		SELECT c.* FROM bianzhi.change_accounts(undocumented_growth.from_day, undocumented_growth.to_day) AS c
	), more_people AS MATERIALIZED (
		-- what a documented number covers needs no document of its own
		SELECT c.unit_id, c.category
		FROM change AS c JOIN path AS p ON p.code = c.category
			JOIN bianzhi.vacancy_on(undocumented_growth.to_day) AS v ON v.unit_id = c.unit_id AND v.category = p.counts_in
		WHERE c.filled_to > c.filled_from
		GROUP BY c.unit_id, c.category
		HAVING bool_or(v.filled > v.authorized) OR bool_and(v.authorized IS NULL)
	)
	SELECT q.unit_id, q.category, q.amount, lower(q.during), 'bianzhi.quota'::regclass, q.quota_id
	FROM bianzhi.quota AS q JOIN change AS c ON c.unit_id = q.unit_id AND c.category = q.category
	WHERE c.authorized_to > COALESCE(c.authorized_from, 0) AND q.document_no = '(未见文号)' AND q.amount > 0
		AND q.during @> undocumented_growth.to_day AND NOT q.during @> undocumented_growth.from_day
	UNION ALL
	SELECT o.unit_id, o.category, 1, lower(o.during), 'bianzhi.occupancy'::regclass, o.occupancy_id
	FROM bianzhi.occupancy AS o JOIN more_people AS m ON m.unit_id = o.unit_id AND m.category = o.category
	WHERE COALESCE(btrim(o.document_no), '') IN ('', '(未见文号)') AND o.counted
		AND o.during @> undocumented_growth.to_day AND NOT o.during @> undocumented_growth.from_day
	UNION ALL
	SELECT a.unit_id, a.category, 1, lower(a.during), 'bianzhi.appointment'::regclass, a.appointment_id
	FROM bianzhi.appointment AS a JOIN more_people AS m ON m.unit_id = a.unit_id AND m.category = a.category
	WHERE COALESCE(btrim(a.document_no), '') IN ('', '(未见文号)') AND a.counted
		AND a.during @> undocumented_growth.to_day AND NOT a.during @> undocumented_growth.from_day
$$;
COMMENT ON FUNCTION bianzhi.undocumented_growth(date, date) IS '无文号增加: rows that stand on to_day, not on from_day, and name no document, where a number rose between the days: lines of quota, where more is authorised; seats and posts, where more is filled and no authorised number, which has its documents, covers it: the account, or one of a category above, is over, or has none at all. Seats, first day, table and row. Tables of applications name no documents, and are not in it';
REVOKE ALL ON FUNCTION bianzhi.undocumented_growth(date, date) FROM PUBLIC;

-- what to look at first

CREATE FUNCTION bianzhi.inspection_focus(from_day date, to_day date)
	RETURNS TABLE (place integer, unit_id bigint, unit_name text, field text, points integer,
		weakened integer, weakened_points integer, overdue integer, overdue_points integer, lead integer, lead_points integer,
		problem integer, problem_points integer, undocumented integer, undocumented_points integer, reasons text)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH body AS MATERIALIZED (
		SELECT u.unit_id, CASE WHEN u.is_section THEN u.parent_id ELSE u.unit_id END AS body_id, f.field
		FROM bianzhi.unit AS u JOIN bianzhi.unit_fields(inspection_focus.from_day, inspection_focus.to_day) AS f ON f.unit_id = u.unit_id
	), task AS MATERIALIZED (
		SELECT b.body_id, t.field, t.is_overdue
		FROM bianzhi.key_task_on(inspection_focus.to_day) AS t JOIN body AS b ON b.unit_id = t.unit_id
		WHERE NOT t.is_done
	), found (unit_id, code, number) AS (
		SELECT c.unit_id, 'weakened', sum(greatest(c.authorized_from - COALESCE(c.authorized_to, 0), c.filled_from - c.filled_to))
		FROM bianzhi.change_between(inspection_focus.from_day, inspection_focus.to_day) AS c
			JOIN bianzhi.category AS k ON k.code = c.category
			JOIN bianzhi.unit AS u ON u.unit_id = c.unit_id
		WHERE k.measure = 'establishment' AND k.parent IS NULL AND NOT u.is_section
			AND (c.filled_to < c.filled_from OR COALESCE(c.authorized_to, 0) < c.authorized_from)
			AND (c.field IN (SELECT t.field FROM task AS t) OR c.unit_id IN (SELECT t.body_id FROM task AS t))
		GROUP BY c.unit_id
		UNION ALL
		SELECT t.body_id, 'overdue', count(*) FROM task AS t WHERE t.is_overdue GROUP BY t.body_id
		UNION ALL
		SELECT b.body_id, 'lead', sum(COALESCE(l.severity, 1))
		FROM bianzhi.lead_board AS l JOIN body AS b ON b.unit_id = l.unit_id
		WHERE l.state IN ('open', 'returned')
		GROUP BY b.body_id
		UNION ALL
		SELECT b.body_id, 'problem', sum(p.severity)
		FROM bianzhi.problem AS p JOIN bianzhi.problem_state AS s ON s.code = p.state JOIN body AS b ON b.unit_id = p.unit_id
		WHERE s.is_open
		GROUP BY b.body_id
		UNION ALL
		SELECT b.body_id, 'undocumented', sum(g.seats)
		FROM bianzhi.undocumented_growth(inspection_focus.from_day, inspection_focus.to_day) AS g JOIN body AS b ON b.unit_id = g.unit_id
		GROUP BY b.body_id
	), weighed AS (
		SELECT f.unit_id, f.code, f.number::integer AS number, least(f.number * w.weight, w.at_most)::integer AS points, w.name_zh, w.display_order
		FROM found AS f JOIN bianzhi.inspection_weight AS w ON w.code = f.code
		WHERE f.number > 0
	), summed AS (
		SELECT w.unit_id, sum(w.points)::integer AS points,
			COALESCE(sum(w.number) FILTER (WHERE w.code = 'weakened'), 0)::integer AS weakened, COALESCE(sum(w.points) FILTER (WHERE w.code = 'weakened'), 0)::integer AS weakened_points,
			COALESCE(sum(w.number) FILTER (WHERE w.code = 'overdue'), 0)::integer AS overdue, COALESCE(sum(w.points) FILTER (WHERE w.code = 'overdue'), 0)::integer AS overdue_points,
			COALESCE(sum(w.number) FILTER (WHERE w.code = 'lead'), 0)::integer AS lead, COALESCE(sum(w.points) FILTER (WHERE w.code = 'lead'), 0)::integer AS lead_points,
			COALESCE(sum(w.number) FILTER (WHERE w.code = 'problem'), 0)::integer AS problem, COALESCE(sum(w.points) FILTER (WHERE w.code = 'problem'), 0)::integer AS problem_points,
			COALESCE(sum(w.number) FILTER (WHERE w.code = 'undocumented'), 0)::integer AS undocumented, COALESCE(sum(w.points) FILTER (WHERE w.code = 'undocumented'), 0)::integer AS undocumented_points,
			string_agg(format('%s %s', w.name_zh, w.number), '; ' ORDER BY w.points DESC, w.display_order, w.code) AS reasons
		FROM weighed AS w
		WHERE w.points > 0
		GROUP BY w.unit_id
	)
	SELECT (rank() OVER (ORDER BY s.points DESC))::integer, s.unit_id, u.name, b.field, s.points,
		s.weakened, s.weakened_points, s.overdue, s.overdue_points, s.lead, s.lead_points, s.problem, s.problem_points, s.undocumented, s.undocumented_points, s.reasons
	FROM summed AS s JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id JOIN body AS b ON b.unit_id = s.unit_id
	ORDER BY s.points DESC, u.display_order, s.unit_id
$$;
COMMENT ON FUNCTION bianzhi.inspection_focus(date, date) IS '督查重点: bodies to look at first, with their sections, and why: weakened: seats authorised or filled, whichever fell more, that were lost between the days in establishments without a category above, where the field of the unit, or the unit, has key tasks not done by to_day; overdue: key tasks due before to_day and not done by then; lead, problem: severities (1 to 3) of open leads and of problems not closed, added up, as they are now; undocumented: seats of undocumented_growth(); ..._points: that number by the weight in inspection_weight, up to its at_most; points: their sum, place: by it, equals alike; reasons: the same in words; what has no weight is not in it. Rights and errors as of change_between()';
REVOKE ALL ON FUNCTION bianzhi.inspection_focus(date, date) FROM PUBLIC;
