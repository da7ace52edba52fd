/*
 * change.sql: what changed between two days, account by account and field by field, and the log of decisions behind it.
 *
 * Moved is told apart from new: a unit that grows by people who came from another one has grown, the city has not.
 */

CREATE FUNCTION bianzhi.unit_fields(from_day date, to_day date) RETURNS TABLE (unit_id bigint, field text)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 5000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT u.unit_id, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END
	FROM bianzhi.unit AS u
		LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = u.unit_id
			AND v.during @> CASE WHEN u.during @> unit_fields.to_day OR NOT u.during @> unit_fields.from_day THEN unit_fields.to_day ELSE unit_fields.from_day END
$$;
COMMENT ON FUNCTION bianzhi.unit_fields(date, date) IS '机构领域: field of work of every unit on to_day; of one that is gone by then, on from_day';
REVOKE ALL ON FUNCTION bianzhi.unit_fields(date, date) FROM PUBLIC;

-- accounts

CREATE FUNCTION bianzhi.change_accounts(from_day date, to_day date)
	RETURNS TABLE (unit_id bigint, category text, authorized_from integer, authorized_to integer, filled_from integer, filled_to integer,
		moved_in integer, moved_out integer, entered integer, departed integer, documents text[], reserved_from integer, reserved_to integer)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 10000;
COMMENT ON FUNCTION bianzhi.change_accounts(date, date) IS '账户变动: change_between() without fields';
REVOKE ALL ON FUNCTION bianzhi.change_accounts(date, date) FROM PUBLIC;

CREATE FUNCTION bianzhi.change_between(from_day date, to_day date)
	RETURNS TABLE (unit_id bigint, category text, field text, authorized_from integer, authorized_to integer, filled_from integer, filled_to integer,
		moved_in integer, moved_out integer, entered integer, departed integer, documents text[], reserved_from integer, reserved_to integer)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 10000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.unit_id, c.category, f.field, c.authorized_from, c.authorized_to, c.filled_from, c.filled_to,
		c.moved_in, c.moved_out, c.entered, c.departed, c.documents, c.reserved_from, c.reserved_to
	FROM bianzhi.change_accounts(change_between.from_day, change_between.to_day) AS c
		LEFT JOIN bianzhi.unit_fields(change_between.from_day, change_between.to_day) AS f ON f.unit_id = c.unit_id
$$;
COMMENT ON FUNCTION bianzhi.change_between(date, date) IS '机构编制变动情况: a row for each unit and category in which something differs between two days, in seats: field: of to_day; authorized (NULL: nothing is), filled and reserved on both, as vacancy_on() has them; moved_in, moved_out: seats of people who gave up another counted seat of the same measure for it, or took another; entered, departed: all others, with rows that name nobody net; filled_to - filled_from = moved_in - moved_out + entered - departed; documents: numbers of the documents of the quota lines, seats and posts that make the difference. Add up as the comment on vacancy says. Needs SELECT on the tables of all sources (42501); 22023: from_day after to_day; 22008: an infinite day';
REVOKE ALL ON FUNCTION bianzhi.change_between(date, date) FROM PUBLIC;

CREATE FUNCTION bianzhi.change_detail(from_day date, to_day date, unit_id bigint, category text)
	RETURNS TABLE (what text, seats integer, person_id bigint, from_unit bigint, from_section bigint, from_category text,
		to_unit bigint, to_section bigint, to_category text, during daterange, source regclass, row_id bigint, row_at tid, document_no text)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 100;
COMMENT ON FUNCTION bianzhi.change_detail(date, date, bigint, text) IS '变动明细: the rows behind a row of change_between(): what: authorized 核定数变动 (a quota line that came into force, or, below 0, went out of force), moved_in 调入, moved_out 调出, entered 新进, departed 离开; seats; person_id (NULL: the row names nobody; of category section_count and department_count row_id is the body); where from and where to; the row itself: its days, table (of a partitioned one the partition), its identifier where the table is the extension''s own, its place (ctid) where not, its document. Seats of each kind add up to the number in that row. Rights and errors as of change_between()';
REVOKE ALL ON FUNCTION bianzhi.change_detail(date, date, bigint, text) FROM PUBLIC;

-- fields

CREATE FUNCTION bianzhi.change_by_field(from_day date, to_day date)
	RETURNS TABLE (field text, category text, authorized_from integer, authorized_to integer, authorized_change integer,
		filled_from integer, filled_to integer, filled_change integer, verdict text)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.field, s.category, s.authorized_from, s.authorized_to, d.authorized, s.filled_from, s.filled_to, d.filled,
		CASE WHEN d.authorized > 0 AND d.filled >= 0 OR d.authorized >= 0 AND d.filled > 0 THEN 'strengthened'
			WHEN d.authorized < 0 AND d.filled <= 0 OR d.authorized <= 0 AND d.filled < 0 THEN 'weakened'
			WHEN d.authorized = 0 THEN 'unchanged'
			ELSE 'mixed' END
	FROM (
		SELECT f.field, v.category, c.display_order, sum(v.authorized) FILTER (WHERE NOT v.last)::integer AS authorized_from,
			sum(v.authorized) FILTER (WHERE v.last)::integer AS authorized_to,
			COALESCE(sum(v.filled) FILTER (WHERE NOT v.last), 0)::integer AS filled_from, COALESCE(sum(v.filled) FILTER (WHERE v.last), 0)::integer AS filled_to
		FROM (
			SELECT a.unit_id, a.category, a.authorized, a.filled, false FROM bianzhi.vacancy_on(change_by_field.from_day) AS a
			UNION ALL
			SELECT b.unit_id, b.category, b.authorized, b.filled, true FROM bianzhi.vacancy_on(change_by_field.to_day) AS b
		) AS v (unit_id, category, authorized, filled, last)
			JOIN bianzhi.category AS c ON c.code = v.category
			JOIN bianzhi.unit AS u ON u.unit_id = v.unit_id
			JOIN bianzhi.unit_fields(change_by_field.from_day, change_by_field.to_day) AS f ON f.unit_id = v.unit_id
		WHERE c.parent IS NULL AND NOT u.is_section
		GROUP BY f.field, v.category, c.display_order
	) AS s
		CROSS JOIN LATERAL (SELECT COALESCE(s.authorized_to, 0) - COALESCE(s.authorized_from, 0) AS authorized, s.filled_to - s.filled_from AS filled) AS d
	ORDER BY s.field COLLATE "C", s.display_order, s.category COLLATE "C"
$$;
COMMENT ON FUNCTION bianzhi.change_by_field(date, date) IS '领域变动情况: what all units of a field are authorised and carry on two days, in seats, in each category that has none above it: sections and categories below are in it and not added. field: of the unit on to_day, of one that is gone by then on from_day, for both days, as in change_between(), so that a unit which is put into another field changes none; verdict: strengthened 加强: one of the two numbers rose and none fell, weakened 减弱: one fell and none rose, mixed 有增有减, unchanged 不变';
REVOKE ALL ON FUNCTION bianzhi.change_by_field(date, date) FROM PUBLIC;

-- the log

CREATE VIEW bianzhi.change_log WITH (security_invoker = true) AS
SELECT e.day, date_trunc('month', e.day)::date AS month, e.unit_id, u.unit_key, u.name AS unit_name, u.field, u.is_section, u.display_order AS unit_order,
	e.what, COALESCE(k.name_zh, r.name_zh, e.what) AS what_name, COALESCE(k.name_en, r.name_en) AS what_name_en,
	e.category, c.name_zh AS category_name, c.name_en AS category_name_en, c.measure, c.parent AS parent_category, c.display_order AS category_order,
	e.amount, e.was, e.became, e.other_unit, o.name AS other_unit_name, e.document_no, d.title AS document_title, e.source, e.row_id
FROM (
	SELECT lower(q.during) AS day, q.unit_id, q.kind AS what, 'quota_kind' AS list, q.category, q.amount, NULL::text AS was, NULL::text AS became,
		q.counterpart_unit AS other_unit, q.document_no, 'quota' AS source, q.quota_id AS row_id
	FROM bianzhi.quota AS q
	WHERE NOT lower_inf(q.during)
	UNION ALL
	SELECT upper(q.during), q.unit_id, 'line_ended', 'change_kind', q.category, -q.amount, NULL, NULL, q.counterpart_unit, q.document_no, 'quota', q.quota_id
	FROM bianzhi.quota AS q
	WHERE NOT upper_inf(q.during)
	UNION ALL
	SELECT x.day, x.unit_id, x.what, 'change_kind', NULL, NULL, x.was, x.became, x.other_unit, x.document_no, x.source, x.row_id
	FROM bianzhi.unit_change AS x
) AS e
	JOIN bianzhi.unit AS u ON u.unit_id = e.unit_id
	LEFT JOIN bianzhi.unit AS o ON o.unit_id = e.other_unit
	LEFT JOIN bianzhi.category AS c ON c.code = e.category
	LEFT JOIN bianzhi.code_list AS k ON k.list = e.list AND k.code = e.what
	LEFT JOIN bianzhi.code_list AS r ON r.list = 'unit_relation_kind' AND e.source = 'unit_relation' AND r.code = e.what
	LEFT JOIN bianzhi.document AS d ON d.number = e.document_no;

COMMENT ON VIEW bianzhi.change_log IS '机构编制变动记录: decisions about authorised numbers and about bodies, day by day, also those to come, each with its document and the row that says so; what became of people between two days is in change_between(). Add up amount only of one category, or of those without parent_category, and not of sections';
COMMENT ON COLUMN bianzhi.change_log.day IS '日期: day from which it holds';
COMMENT ON COLUMN bianzhi.change_log.month IS '月份: first day of its month';
COMMENT ON COLUMN bianzhi.change_log.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.change_log.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.change_log.unit_name IS '机构名称: name of the unit, as it is now';
COMMENT ON COLUMN bianzhi.change_log.field IS '领域: field of work of the unit, as it is now';
COMMENT ON COLUMN bianzhi.change_log.is_section IS '内设机构: whether the unit is an internal section';
COMMENT ON COLUMN bianzhi.change_log.unit_order IS '机构顺序: order of display of the unit';
COMMENT ON COLUMN bianzhi.change_log.what IS '变动种类: of a quota line its kind, when it came into force, or line_ended; of bodies as in unit_change';
COMMENT ON COLUMN bianzhi.change_log.what_name IS '变动名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.change_log.what_name_en IS '变动英文名称: its name in English';
COMMENT ON COLUMN bianzhi.change_log.category IS '编制种类: category of the quota line';
COMMENT ON COLUMN bianzhi.change_log.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.change_log.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.change_log.measure IS '计量对象: what kind of thing is counted';
COMMENT ON COLUMN bianzhi.change_log.parent_category IS '上级种类: the category above, in whose number these seats are';
COMMENT ON COLUMN bianzhi.change_log.category_order IS '种类顺序: order of display of the category';
COMMENT ON COLUMN bianzhi.change_log.amount IS '增减数: seats that are authorised more from that day on, below 0: less';
COMMENT ON COLUMN bianzhi.change_log.was IS '变动前: of a body, what was';
COMMENT ON COLUMN bianzhi.change_log.became IS '变动后: of a body, what it became';
COMMENT ON COLUMN bianzhi.change_log.other_unit IS '对方机构: from or to which seats went; the other body of a merger or split; the new unit above';
COMMENT ON COLUMN bianzhi.change_log.other_unit_name IS '对方机构名称: its name, as it is now';
COMMENT ON COLUMN bianzhi.change_log.document_no IS '批准文号: document; of a line that ended the one by which it was in force';
COMMENT ON COLUMN bianzhi.change_log.document_title IS '文件标题: its title, where it is recorded';
COMMENT ON COLUMN bianzhi.change_log.source IS '来源表: table that says so';
COMMENT ON COLUMN bianzhi.change_log.row_id IS '行标识: identifier of the row there';
