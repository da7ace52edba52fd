/*
 * vacancy.sql: vacancies today, on any day, month after month.
 */

CREATE FUNCTION bianzhi.vacancy_on(day date)
	RETURNS TABLE (unit_id bigint, category text, authorized integer, filled integer, reserved integer, vacancy integer)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 10000;
COMMENT ON FUNCTION bianzhi.vacancy_on(date) IS '某日空编: what every unit is authorised and carries on a day, in seats; vacancy is authorised less filled and reserved, negative where a unit is over, NULL where nothing is authorised';
REVOKE ALL ON FUNCTION bianzhi.vacancy_on(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.vacancy_between(from_day date, to_day date, step interval DEFAULT '1 month')
	RETURNS TABLE (day date, unit_id bigint, category text, authorized integer, filled integer, reserved integer, vacancy integer)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 100000;
COMMENT ON FUNCTION bianzhi.vacancy_between(date, date, interval) IS '期间空编: the same on each day from one to another in steps of a month, or as given';
REVOKE ALL ON FUNCTION bianzhi.vacancy_between(date, date, interval) FROM PUBLIC;

CREATE FUNCTION bianzhi.vacancy_series(from_day date, to_day date, step interval DEFAULT '1 month')
	RETURNS TABLE (unit_id bigint, category text, days date[], authorized integer[], filled integer[], reserved integer[])
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 10000;
COMMENT ON FUNCTION bianzhi.vacancy_series(date, date, interval) IS '空编序列: the same with one row an account and an array over the days, the fast form';
REVOKE ALL ON FUNCTION bianzhi.vacancy_series(date, date, interval) FROM PUBLIC;

-- views for BI

CREATE VIEW bianzhi.vacancy WITH (security_invoker = true) AS
SELECT u.unit_id, u.unit_key, u.name AS unit_name, u.organ_kind, u.level, u.region_code, u.field, u.is_section,
	u.display_order AS unit_order, v.category, c.name_zh AS category_name, c.name_en AS category_name_en, c.measure,
	c.parent AS parent_category,
	NOT EXISTS (SELECT 1 FROM bianzhi.category AS below WHERE below.parent = c.code) AS is_leaf,
	c.display_order AS category_order, v.authorized, v.filled, v.reserved,
	CASE WHEN v.vacancy IS NOT NULL THEN greatest(v.vacancy, 0) END AS vacant, CASE WHEN v.vacancy IS NOT NULL THEN greatest(-v.vacancy, 0) END AS over
FROM bianzhi.vacancy_on(bianzhi.today()) AS v
	JOIN bianzhi.unit AS u ON u.unit_id = v.unit_id
	JOIN bianzhi.category AS c ON c.code = v.category;

COMMENT ON VIEW bianzhi.vacancy IS '今日空编: what every unit is authorised and carries today; seats. Add up only rows of one measure with parent_category IS NULL and NOT is_section, or seats are counted more than once';
COMMENT ON COLUMN bianzhi.vacancy.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.vacancy.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.vacancy.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.vacancy.organ_kind IS '机构类别: kind of body';
COMMENT ON COLUMN bianzhi.vacancy.level IS '层级: level of government';
COMMENT ON COLUMN bianzhi.vacancy.region_code IS '行政区划代码: region, GB/T 2260';
COMMENT ON COLUMN bianzhi.vacancy.field IS '领域: field of work';
COMMENT ON COLUMN bianzhi.vacancy.is_section IS '内设机构: whether the unit is an internal section, whose seats its unit has too';
COMMENT ON COLUMN bianzhi.vacancy.unit_order IS '机构顺序: order of display of the unit';
COMMENT ON COLUMN bianzhi.vacancy.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.vacancy.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.vacancy.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.vacancy.measure IS '计量对象: what kind of thing is counted';
COMMENT ON COLUMN bianzhi.vacancy.parent_category IS '上级种类: the category above, which counts these seats too';
COMMENT ON COLUMN bianzhi.vacancy.is_leaf IS '末级种类: no category stands below this one';
COMMENT ON COLUMN bianzhi.vacancy.category_order IS '种类顺序: order of display of the category';
COMMENT ON COLUMN bianzhi.vacancy.authorized IS '核定数: authorised; NULL: nothing is';
COMMENT ON COLUMN bianzhi.vacancy.filled IS '实有数: filled';
COMMENT ON COLUMN bianzhi.vacancy.reserved IS '已核准未用: reserved by open approvals';
COMMENT ON COLUMN bianzhi.vacancy.vacant IS '空编数: seats free; NULL where nothing is authorised';
COMMENT ON COLUMN bianzhi.vacancy.over IS '超编数: seats over; NULL where nothing is authorised';

CREATE VIEW bianzhi.over_limit WITH (security_invoker = true) AS
SELECT v.unit_id, v.unit_key, v.unit_name, v.is_section, v.category, v.category_name, v.category_name_en, v.measure, v.is_leaf,
	v.authorized, v.filled, v.reserved, v.over
FROM bianzhi.vacancy AS v
WHERE v.over > 0 OR (v.authorized IS NULL AND v.parent_category IS NULL AND v.filled + v.reserved > 0
	AND v.measure NOT IN ('body', 'plan') AND NOT v.is_section
	AND NOT EXISTS (SELECT 1 FROM bianzhi.vacancy AS w
		WHERE w.unit_id = v.unit_id AND w.parent_category IS NOT NULL AND w.measure = v.measure AND w.authorized IS NOT NULL));

COMMENT ON VIEW bianzhi.over_limit IS '超编机构: units that carry more than they are authorised to today, and people where nothing is authorised';
COMMENT ON COLUMN bianzhi.over_limit.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.over_limit.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.over_limit.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.over_limit.is_section IS '内设机构: whether the unit is an internal section';
COMMENT ON COLUMN bianzhi.over_limit.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.over_limit.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.over_limit.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.over_limit.measure IS '计量对象: what kind of thing is counted';
COMMENT ON COLUMN bianzhi.over_limit.is_leaf IS '末级种类: no category stands below this one';
COMMENT ON COLUMN bianzhi.over_limit.authorized IS '核定数: authorised; NULL: nothing is';
COMMENT ON COLUMN bianzhi.over_limit.filled IS '实有数: filled';
COMMENT ON COLUMN bianzhi.over_limit.reserved IS '已核准未用: reserved by open approvals';
COMMENT ON COLUMN bianzhi.over_limit.over IS '超编数: seats over; NULL where nothing is authorised';

CREATE VIEW bianzhi.uncounted WITH (security_invoker = true) AS
SELECT r.kind, r.row_id, r.person_id, u.unit_id, u.unit_key, u.name AS unit_name, r.category, lower(r.during) AS since,
	upper(r.during) AS until, e.document_no, upper(e.during) AS exempt_until, e.review_on
FROM (
	SELECT 'occupancy' AS kind, occupancy_id AS row_id, person_id, unit_id, category, during FROM bianzhi.occupancy WHERE NOT counted
	UNION ALL
	SELECT 'appointment', appointment_id, person_id, unit_id, category, during FROM bianzhi.appointment WHERE NOT counted
) AS r
	JOIN bianzhi.unit AS u ON u.unit_id = r.unit_id
	LEFT JOIN bianzhi.exemption AS e ON e.kind = 'uncounted' AND e.unit_id = r.unit_id AND e.subject = r.person_id::text
		AND e.during && r.during;

COMMENT ON VIEW bianzhi.uncounted IS '单列人员: seats and posts that do not count, with the document that says so; a row for each exemption that covers one';
COMMENT ON COLUMN bianzhi.uncounted.kind IS '表: occupancy or appointment';
COMMENT ON COLUMN bianzhi.uncounted.row_id IS '行标识: its identifier';
COMMENT ON COLUMN bianzhi.uncounted.person_id IS '人员: person';
COMMENT ON COLUMN bianzhi.uncounted.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.uncounted.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.uncounted.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.uncounted.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.uncounted.since IS '起始日: first day';
COMMENT ON COLUMN bianzhi.uncounted.until IS '截止日: first day gone; NULL: none';
COMMENT ON COLUMN bianzhi.uncounted.document_no IS '批准文号: document of the exemption';
COMMENT ON COLUMN bianzhi.uncounted.exempt_until IS '豁免截止日: first day no longer exempt; NULL: none';
COMMENT ON COLUMN bianzhi.uncounted.review_on IS '复核日期: when the exemption is looked at again';
