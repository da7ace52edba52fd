/*
 * staff.sql: who is there, with what was true of them on the day, and who leaves when.
 *
 * These are the rows behind the numbers of structure.sql: filtered and counted they give them.
 */

CREATE FUNCTION bianzhi.staff_on(day date)
	RETURNS TABLE (unit_id bigint, section_id bigint, category text, person_id bigint, counted boolean, age integer, age_band text,
		sex smallint, education text, degree text, speciality text, retires date, source regclass)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 100000;
COMMENT ON FUNCTION bianzhi.staff_on(date) IS '某日在编人员: a row for each seat of the establishment whose holder is named, in bianzhi''s own and in attached tables, with what was true of the holder on that day: rows of person_fact whose during covers it, otherwise those of person. age: in full years; age_band: a code of age_band; education: 不详 where it is not known; retires: first day of the month of retirement, as retirements() has it; source: the table. A fact that is no date or no track, and a birthday after the day, are not known. Posts and people outside the establishment are not in it. Needs SELECT on person, person_fact and the tables (42501); 22008: the day is infinite';
REVOKE ALL ON FUNCTION bianzhi.staff_on(date) FROM PUBLIC;

CREATE FUNCTION bianzhi.leaving_list(from_day date, to_day date)
	RETURNS TABLE (unit_id bigint, section_id bigint, category text, person_id bigint, counted boolean, age integer, age_band text,
		sex smallint, education text, degree text, speciality text, month date, leaves_on date, retires boolean, source regclass)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 10000;
COMMENT ON FUNCTION bianzhi.leaving_list(date, date) IS '离编人员名单: seats whose holders'' last day is from from_day to to_day, both included, by what is known: a retirement, by law or choice (retires), or the end of the seat, whichever comes first. month: first day of the month of the last day; leaves_on: first day without the holder; age and age_band: on the last day; other facts: as on from_day. Who should have retired before from_day is in it only where the seat ends (retirement_review() lists them); who has died does not retire. Needs SELECT as staff_on() does; 22008: a day is infinite';
REVOKE ALL ON FUNCTION bianzhi.leaving_list(date, date) FROM PUBLIC;

CREATE VIEW bianzhi.staff WITH (security_invoker = true) AS
SELECT s.unit_id, u.unit_key, COALESCE(v.name, u.name) AS unit_name, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END AS field,
	u.display_order AS unit_order, s.section_id, x.name AS section_name, s.category, c.name_zh AS category_name, c.name_en AS category_name_en,
	c.display_order AS category_order, s.person_id, p.name, s.counted, s.sex, s.age, s.age_band, b.name_zh AS age_band_name,
	b.name_en AS age_band_name_en, s.education, COALESCE(e.name_zh, s.education) AS education_name, s.degree, s.speciality, s.retires,
	s.source::text AS source
FROM bianzhi.staff_on(bianzhi.today()) AS s
	JOIN bianzhi.category AS c ON c.code = s.category
	LEFT JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
	LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = s.unit_id AND v.during @> bianzhi.today()
	LEFT JOIN bianzhi.unit AS x ON x.unit_id = s.section_id
	LEFT JOIN bianzhi.person AS p ON p.person_id = s.person_id
	LEFT JOIN bianzhi.age_band AS b ON b.code = s.age_band
	LEFT JOIN bianzhi.code_list AS e ON e.list = 'education' AND e.code = s.education
ORDER BY u.display_order, s.unit_id, c.display_order, s.category, s.person_id;

COMMENT ON VIEW bianzhi.staff IS '在编人员: who holds a seat of the establishment today, a row a seat';
COMMENT ON COLUMN bianzhi.staff.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.staff.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.staff.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.staff.field IS '领域: field of work of the unit';
COMMENT ON COLUMN bianzhi.staff.unit_order IS '机构顺序: order of display of the unit';
COMMENT ON COLUMN bianzhi.staff.section_id IS '内设机构标识: section of the unit; NULL: none is given';
COMMENT ON COLUMN bianzhi.staff.section_name IS '内设机构名称: name of the section';
COMMENT ON COLUMN bianzhi.staff.category IS '编制种类: category of the seat';
COMMENT ON COLUMN bianzhi.staff.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.staff.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.staff.category_order IS '种类顺序: order of display of the category';
COMMENT ON COLUMN bianzhi.staff.person_id IS '人员: person';
COMMENT ON COLUMN bianzhi.staff.name IS '姓名: name; NULL: an application names a person who has no row';
COMMENT ON COLUMN bianzhi.staff.counted IS '计入编制数: whether the seat counts';
COMMENT ON COLUMN bianzhi.staff.sex IS '性别: 1 male, 2 female; NULL: not known';
COMMENT ON COLUMN bianzhi.staff.age IS '年龄: age in full years; NULL: not known';
COMMENT ON COLUMN bianzhi.staff.age_band IS '年龄段: band of age, a code of age_band';
COMMENT ON COLUMN bianzhi.staff.age_band_name IS '年龄段名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.staff.age_band_name_en IS '年龄段英文名称: its name in English';
COMMENT ON COLUMN bianzhi.staff.education IS '学历: education as written; 不详: not known';
COMMENT ON COLUMN bianzhi.staff.education_name IS '学历名称: its name in the list education; as written where it is none of its codes';
COMMENT ON COLUMN bianzhi.staff.degree IS '学位: degree';
COMMENT ON COLUMN bianzhi.staff.speciality IS '专业: speciality';
COMMENT ON COLUMN bianzhi.staff.retires IS '退休月份: first day of the month of retirement, by law or choice; NULL: not known, or died';
COMMENT ON COLUMN bianzhi.staff.source IS '来源表: table that has the seat';
