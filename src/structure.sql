/*
 * structure.sql: of what age and education those are who hold seats, in numbers, by unit, category and field.
 *
 * A seat is in the category as held, in none above it, and in its unit alone: sums do not double.
 */

CREATE FUNCTION bianzhi.structure_on(day date, by_age boolean, by_education boolean)
	RETURNS TABLE (unit_id bigint, category text, age_band text, education text, people integer, counted integer, women integer,
		share double precision)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 30000;
COMMENT ON FUNCTION bianzhi.structure_on(date, boolean, boolean) IS '某日人员结构: the rows of staff_on() counted by unit and category and, as asked for, by band of age and education (NULL where not asked for): people: seats held; counted: those that count; women: held by women; share: of the people of the unit in the category, 0 to 1. Who holds two seats on a day is in both. Needs SELECT as staff_on() does; 22008: the day is infinite';
REVOKE ALL ON FUNCTION bianzhi.structure_on(date, boolean, boolean) FROM PUBLIC;

CREATE FUNCTION bianzhi.age_structure_on(day date)
	RETURNS TABLE (unit_id bigint, category text, field text, age_band text, people integer, counted integer, women integer, share double precision)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 30000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.unit_id, s.category, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END, s.age_band, s.people, s.counted, s.women, s.share
	FROM bianzhi.structure_on(age_structure_on.day, true, false) AS s
		LEFT JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
		LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = s.unit_id AND v.during @> age_structure_on.day
$$;
COMMENT ON FUNCTION bianzhi.age_structure_on(date) IS '某日年龄结构: how many hold seats in each band of age, by unit, category as held and field of the unit on that day: structure_on() with the field. Bands without anybody are not in it; unknown is a band';
REVOKE ALL ON FUNCTION bianzhi.age_structure_on(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.education_structure_on(day date)
	RETURNS TABLE (unit_id bigint, category text, field text, education text, people integer, counted integer, women integer, share double precision)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 30000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.unit_id, s.category, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END, s.education, s.people, s.counted, s.women, s.share
	FROM bianzhi.structure_on(education_structure_on.day, false, true) AS s
		LEFT JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
		LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = s.unit_id AND v.during @> education_structure_on.day
$$;
COMMENT ON FUNCTION bianzhi.education_structure_on(date) IS '某日学历结构: how many hold seats with each education, by unit, category as held and field of the unit on that day: structure_on() with the field. 不详 are those of whom it is not known';
REVOKE ALL ON FUNCTION bianzhi.education_structure_on(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.leaving_structure(from_day date, to_day date)
	RETURNS TABLE (unit_id bigint, category text, field text, month date, age_band text, education text, people bigint, counted bigint, women bigint,
		retiring bigint, ending bigint)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE ROWS 10000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT l.unit_id, l.category, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END, l.month, l.age_band, l.education, l.people, l.counted, l.women,
		l.retiring, l.people - l.retiring
	FROM (
		SELECT r.unit_id, r.category, r.month, r.age_band, r.education, count(*) AS people, count(*) FILTER (WHERE r.counted) AS counted,
			count(*) FILTER (WHERE r.sex = 2) AS women, count(*) FILTER (WHERE r.retires) AS retiring
		FROM bianzhi.leaving_list(leaving_structure.from_day, leaving_structure.to_day) AS r
		GROUP BY r.unit_id, r.category, r.month, r.age_band, r.education) AS l
		LEFT JOIN bianzhi.unit AS u ON u.unit_id = l.unit_id
		LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = l.unit_id AND v.during @> leaving_structure.from_day
$$;
COMMENT ON FUNCTION bianzhi.leaving_structure(date, date) IS '离编人员结构: the rows of leaving_list() counted by unit, category as held, field of the unit on from_day, month of the last day, band of age then and education: people, of whom retiring and ending (the seat has an end, for whatever reason); counted: whose seats count. Months without anybody are not in it';
REVOKE ALL ON FUNCTION bianzhi.leaving_structure(date, date) FROM PUBLIC;

-- views for BI

CREATE VIEW bianzhi.age_structure WITH (security_invoker = true) AS
SELECT s.unit_id, u.unit_key, COALESCE(v.name, u.name) AS unit_name, s.field, u.display_order AS unit_order, s.category,
	c.name_zh AS category_name, c.name_en AS category_name_en, c.display_order AS category_order, s.age_band, b.name_zh AS age_band_name,
	b.name_en AS age_band_name_en, b.display_order AS age_band_order, s.people, s.counted, s.women, s.share
FROM bianzhi.age_structure_on(bianzhi.today()) AS s
	JOIN bianzhi.category AS c ON c.code = s.category
	LEFT JOIN bianzhi.age_band AS b ON b.code = s.age_band
	LEFT JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
	LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = s.unit_id AND v.during @> bianzhi.today()
ORDER BY u.display_order, s.unit_id, c.display_order, s.category, b.display_order, s.age_band;

COMMENT ON VIEW bianzhi.age_structure IS '年龄结构: how many hold seats today in each band of age, by unit and category as held; rows may be added up';
COMMENT ON COLUMN bianzhi.age_structure.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.age_structure.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.age_structure.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.age_structure.field IS '领域: field of work of the unit';
COMMENT ON COLUMN bianzhi.age_structure.unit_order IS '机构顺序: order of display of the unit';
COMMENT ON COLUMN bianzhi.age_structure.category IS '编制种类: category of the seats, as held';
COMMENT ON COLUMN bianzhi.age_structure.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.age_structure.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.age_structure.category_order IS '种类顺序: order of display of the category';
COMMENT ON COLUMN bianzhi.age_structure.age_band IS '年龄段: band of age, a code of age_band';
COMMENT ON COLUMN bianzhi.age_structure.age_band_name IS '年龄段名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.age_structure.age_band_name_en IS '年龄段英文名称: its name in English';
COMMENT ON COLUMN bianzhi.age_structure.age_band_order IS '年龄段顺序: order of display of the band';
COMMENT ON COLUMN bianzhi.age_structure.people IS '人数: people in seats';
COMMENT ON COLUMN bianzhi.age_structure.counted IS '计入编制人数: those whose seats count';
COMMENT ON COLUMN bianzhi.age_structure.women IS '女性人数: women';
COMMENT ON COLUMN bianzhi.age_structure.share IS '占比: share of the people of the unit in the category, 0 to 1';

CREATE VIEW bianzhi.education_structure WITH (security_invoker = true) AS
SELECT s.unit_id, u.unit_key, COALESCE(v.name, u.name) AS unit_name, s.field, u.display_order AS unit_order, s.category,
	c.name_zh AS category_name, c.name_en AS category_name_en, c.display_order AS category_order, s.education,
	COALESCE(e.name_zh, s.education) AS education_name, e.display_order AS education_order, s.people, s.counted, s.women, s.share
FROM bianzhi.education_structure_on(bianzhi.today()) AS s
	JOIN bianzhi.category AS c ON c.code = s.category
	LEFT JOIN bianzhi.code_list AS e ON e.list = 'education' AND e.code = s.education
	LEFT JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
	LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = s.unit_id AND v.during @> bianzhi.today()
ORDER BY u.display_order, s.unit_id, c.display_order, s.category, e.display_order, s.education;

COMMENT ON VIEW bianzhi.education_structure IS '学历结构: how many hold seats today with each education, by unit and category as held; rows may be added up';
COMMENT ON COLUMN bianzhi.education_structure.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.education_structure.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.education_structure.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.education_structure.field IS '领域: field of work of the unit';
COMMENT ON COLUMN bianzhi.education_structure.unit_order IS '机构顺序: order of display of the unit';
COMMENT ON COLUMN bianzhi.education_structure.category IS '编制种类: category of the seats, as held';
COMMENT ON COLUMN bianzhi.education_structure.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.education_structure.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.education_structure.category_order IS '种类顺序: order of display of the category';
COMMENT ON COLUMN bianzhi.education_structure.education IS '学历: education as written; 不详: not known';
COMMENT ON COLUMN bianzhi.education_structure.education_name IS '学历名称: its name in the list education; as written where it is none of its codes';
COMMENT ON COLUMN bianzhi.education_structure.education_order IS '学历顺序: order of display; NULL: not in the list education';
COMMENT ON COLUMN bianzhi.education_structure.people IS '人数: people in seats';
COMMENT ON COLUMN bianzhi.education_structure.counted IS '计入编制人数: those whose seats count';
COMMENT ON COLUMN bianzhi.education_structure.women IS '女性人数: women';
COMMENT ON COLUMN bianzhi.education_structure.share IS '占比: share of the people of the unit in the category, 0 to 1';
