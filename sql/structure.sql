-- who is there, of what age and education, as of any day; who leaves when; each number with the rows behind it
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\pset null -
SELECT line(k, c, 20) FROM unnest('{A,B}'::text[]) AS k, unnest('{administrative,institution_full,leader}'::text[]) AS c;
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET field = '教育', display_order = 2 WHERE unit_key = 'A';
UPDATE bianzhi.unit SET field = '卫生', display_order = 1 WHERE unit_key = 'B';
SET bianzhi.effective_on = '2024-01-01';
UPDATE bianzhi.unit SET name = '新甲局', field = '科技' WHERE unit_key = 'A';
RESET bianzhi.effective_on;
TRUNCATE bianzhi.person CASCADE;
INSERT INTO bianzhi.person (person_id, resident_id, name, sex, birth_date, retire_track, retire_on, education, degree, speciality, died_on) VALUES
	(1, NULL, '甲', 1, '1966-12-31', 'M60', NULL, '大学本科', '学士', '法学', NULL),			-- retires 2027-06
	(2, NULL, '乙', 2, '1972-02-29', 'F55', NULL, '大学专科', NULL, '会计学', NULL),			-- 2027-09
	(3, NULL, '丙', 1, '1966-12-01', 'M60', '2029-03-31', ' 硕士研究生 ', NULL, NULL, NULL),	-- delays, and may: institution
	(4, NULL, '丁', 1, '1966-12-01', 'M60', '2029-03-31', '硕士研究生', NULL, NULL, NULL),	-- delays, and may not
	(5, NULL, '戊', 2, '1991-11-24', 'F55', NULL, '', NULL, NULL, NULL),						-- 35 on the day
	(6, NULL, '己', 2, '1991-11-25', 'F55', NULL, NULL, NULL, NULL, NULL),					-- 34, a day younger
	(7, NULL, '庚', NULL, NULL, NULL, NULL, '函授', NULL, NULL, NULL),						-- nothing known
	(8, NULL, '辛', 1, '2027-01-01', 'M60', NULL, '大学本科', NULL, NULL, NULL),				-- not born yet
	(9, NULL, '壬', 2, '1960-01-01', 'F55', NULL, '高中', NULL, NULL, NULL),					-- long past the age
	(10, NULL, '癸', 1, '1966-12-01', 'M60', NULL, '大学本科', NULL, NULL, '2026-11-01'),		-- died
	(11, '32090219661201001X', '子', 1, '1966-12-01', 'M60', NULL, '大学本科', NULL, NULL, NULL),	-- in a table of an application
	(12, NULL, '丑', 1, '1996-02-29', 'M60', NULL, '大学本科', NULL, NULL, NULL),				-- leaves
	(13, NULL, '寅', 1, '1980-01-01', 'M60', NULL, '大学本科', NULL, NULL, NULL),				-- holds a post only
	(14, NULL, '卯', 1, '1966-12-01', 'M60', '2029-03-31', '大学本科', NULL, NULL, NULL);		-- leader of an institution: may not delay
SELECT DISTINCT seat(p, CASE WHEN p % 2 = 0 THEN 'A' ELSE 'B' END, CASE WHEN p IN (3, 7, 14) THEN 'institution_full' ELSE 'administrative' END, '[2010-01-01,)') FROM unnest('{1,2,3,4,5,6,7,8,9,10,14}'::int[]) AS p;
SELECT seat(12, 'A', 'administrative', '[2020-01-01,2027-03-15)', 'A1'), post(13, 'B', 'leader_chief', '[2024-01-01,)'), post(14, 'A', 'leader_deputy', '[2024-01-01,)');
CREATE TABLE hr (id int PRIMARY KEY, dept text, kind text, hired date, left_on date, id_no text);
CREATE INDEX ON hr (id_no);
SELECT bianzhi.attach('hr', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', person => 'id_no') IS NOT NULL;
-- one who names somebody, one who names nobody, and outside staff
INSERT INTO hr VALUES (1, 'A', 'administrative', '2021-01-01', NULL, '32090219661201001x'), (2, 'B', 'administrative', '2021-01-01', NULL, NULL);
INSERT INTO bianzhi.outside_worker (unit_id, person_id, during) VALUES (unit('A'), 13, '[2021-01-01,)');
-- a seat that does not count is one, too
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', unit('A'), '2', '[2010-01-01,2040-01-01)', '单1号');
UPDATE bianzhi.occupancy SET counted = false, during = '[2010-01-01,2040-01-01)' WHERE person_id = 2;

--
-- A day, person by person
--

SELECT u.unit_key, s.section_id, s.category, s.person_id, s.counted, s.age, s.age_band, s.sex, s.education, s.degree, s.speciality, s.retires, s.source
FROM bianzhi.staff_on('2026-11-24') AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY s.person_id;
-- birthdays of leap years come a day late in other years
SELECT day, age FROM unnest('{2024-02-28,2024-02-29,2026-02-28,2026-03-01}'::date[]) AS day, bianzhi.staff_on(day) WHERE person_id = 12 ORDER BY day;
-- retirement is as retirements() has it
SELECT count(*) FROM bianzhi.staff_on('2026-11-24') AS s FULL JOIN bianzhi.retirements('2026-11-24', '2026-11-24') AS r USING (person_id, unit_id, category)
WHERE s.retires IS DISTINCT FROM r.retires AND person_id NOT IN (8);
-- seats as the limits count them, but for those that name nobody
SELECT f.unit_id, f.category, f.filled, s.counted FROM bianzhi.vacancy_on('2026-11-24') AS f
	LEFT JOIN (SELECT unit_id, category, count(*) FILTER (WHERE counted) AS counted FROM bianzhi.staff_on('2026-11-24') GROUP BY 1, 2) AS s USING (unit_id, category)
WHERE f.category IN ('administrative', 'institution_full') ORDER BY 1, 2;

--
-- In numbers
--

SELECT u.unit_key, s.category, s.field, s.age_band, s.people, s.counted, s.women, round(s.share::numeric, 3) AS share
FROM bianzhi.age_structure_on('2026-11-24') AS s JOIN bianzhi.unit AS u USING (unit_id) JOIN bianzhi.age_band AS b ON b.code = s.age_band ORDER BY 1, 2, b.display_order;
SELECT u.unit_key, s.category, s.field, s.education, s.people, s.counted, s.women, round(s.share::numeric, 3) AS share
FROM bianzhi.education_structure_on('2026-11-24') AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY 1, 2, s.education COLLATE "C";
SELECT u.unit_key, s.* FROM bianzhi.structure_on('2026-11-24', false, false) AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY u.unit_key, s.category;
-- every number has its rows, for every way to count and on several days
CREATE FUNCTION untraced(day date, by_age bool, by_education bool) RETURNS bigint LANGUAGE sql AS $$
	WITH counted AS (
		SELECT unit_id, category, CASE WHEN by_age THEN age_band END, CASE WHEN by_education THEN education END, count(*)::int, count(*) FILTER (WHERE counted)::int,
			count(*) FILTER (WHERE sex = 2)::int, count(*) / sum(count(*)) OVER (PARTITION BY unit_id, category)::float8
		FROM bianzhi.staff_on(day) GROUP BY 1, 2, 3, 4
	)
	SELECT count(*) FROM ((TABLE counted EXCEPT ALL SELECT * FROM bianzhi.structure_on(day, by_age, by_education))
		UNION ALL (SELECT * FROM bianzhi.structure_on(day, by_age, by_education) EXCEPT ALL TABLE counted)) AS d
$$;
SELECT sum(untraced(day, a, e)) FROM unnest('{2009-12-31,2010-01-01,2020-06-01,2026-11-24,2030-01-01}'::date[]) AS day, unnest('{t,f}'::bool[]) AS a, unnest('{t,f}'::bool[]) AS e;
-- a field is a sum
SELECT field, sum(people) AS people, sum(people) FILTER (WHERE b.age_to <= 35) AS to_35, sum(people) FILTER (WHERE b.age_from >= 50) AS from_50
FROM bianzhi.age_structure_on('2026-11-24') AS s JOIN bianzhi.age_band AS b ON b.code = s.age_band GROUP BY field ORDER BY field COLLATE "C";
-- and is that of the day, as is the name in views
SELECT day, field, sum(people) FROM unnest('{2023-12-31,2024-01-01}'::date[]) AS day, bianzhi.age_structure_on(day) GROUP BY 1, 2 ORDER BY 1, field COLLATE "C";
BEGIN;
SET LOCAL bianzhi.today = '2023-12-31';
SELECT unit_name, field, count(*) FROM bianzhi.staff GROUP BY 1, 2 ORDER BY unit_name COLLATE "C";
SELECT unit_name, field, count(*) FROM bianzhi.age_structure GROUP BY 1, 2 ORDER BY unit_name COLLATE "C";
SELECT unit_name, field, count(*) FROM bianzhi.education_structure GROUP BY 1, 2 ORDER BY unit_name COLLATE "C";
ROLLBACK;
-- nobody was there, and nobody can be on no day
SELECT count(*) FROM bianzhi.staff_on('2009-12-31');
SELECT count(*) FROM bianzhi.age_structure_on('2009-12-31');
SELECT try($$SELECT bianzhi.staff_on('infinity')$$), try($$SELECT bianzhi.structure_on('-infinity', true, true)$$), try($$SELECT bianzhi.age_structure_on('infinity')$$), try($$SELECT bianzhi.leaving_list('2026-01-01', 'infinity')$$), try($$SELECT bianzhi.leaving_list('-infinity', '2026-01-01')$$);
SELECT count(*) FROM bianzhi.staff_on(NULL);

--
-- What was otherwise then
--

INSERT INTO bianzhi.person_fact (person_id, fact, value, during) VALUES
	(1, 'education', '大学专科', '(,2015-07-01)'), (1, 'education', '高中', '(,2000-07-01)'), (1, 'degree', NULL, '(,2015-07-01)'), (1, 'speciality', ' 文秘 ', '(,2015-07-01)'),
	(4, 'birth', '1962-12-01', '[2010-01-01,2020-01-01)'), (4, 'track', 'F50', '[2010-01-01,2020-01-01)'),
	(5, 'birth', '1991年11月', '[2010-01-01,2020-01-01)'), (6, 'birth', '19901301', '(,)'), (7, 'birth', '1999-02-29', '(,)'), (7, 'track', 'M61', '(,)'),
	(9, 'birth', ' 19610101 ', '(,2020-01-01)'), (9, 'track', ' M60 ', '(,2020-01-01)'),
	(3, 'birth', '1960-01-01', '[2011-01-01,2020-01-01)'), (3, 'birth', '1961-01-01', '[2012-01-01,2020-01-01)'), (3, 'birth', '1962-01-01', '[2012-01-01,2021-01-01)'), (3, 'birth', '1963-01-01', '[2010-01-01,2020-01-01)'),
	(11, 'birth', NULL, '(,2022-01-01)'), (13, 'birth', '1990-01-01', '(,)'), (2, 'name', '丫', '(,)');
SELECT s.person_id, s.age, s.age_band, s.education, s.degree, s.speciality, s.retires FROM bianzhi.staff_on('2015-06-30') AS s ORDER BY s.person_id;
SELECT s.person_id, s.age, s.education, s.degree, s.speciality, s.retires FROM bianzhi.staff_on('2015-07-01') AS s WHERE s.person_id IN (1, 4) ORDER BY 1;
SELECT s.person_id, s.age, s.retires FROM bianzhi.staff_on('2020-01-01') AS s WHERE s.person_id IN (3, 4, 5, 9) ORDER BY 1;
SELECT s.person_id, s.age, s.age_band, s.retires FROM bianzhi.staff_on('2026-11-24') AS s WHERE s.person_id IN (6, 7) ORDER BY 1;
SELECT s.person_id, s.age FROM bianzhi.staff_on('2021-12-31') AS s WHERE s.person_id = 11 UNION ALL SELECT s.person_id, s.age FROM bianzhi.staff_on('2022-01-01') AS s WHERE s.person_id = 11;
SELECT u.unit_key, s.category, s.field, s.education, s.people FROM bianzhi.education_structure_on('2015-06-30') AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY 1, 2, s.education COLLATE "C";
SELECT sum(untraced('2015-06-30', a, e)) FROM unnest('{t,f}'::bool[]) AS a, unnest('{t,f}'::bool[]) AS e;
TRUNCATE bianzhi.person_fact;

--
-- Who leaves when
--

SELECT u.unit_key, l.section_id, l.category, l.person_id, l.counted, l.age, l.age_band, l.education, l.month, l.leaves_on, l.retires, l.source
FROM bianzhi.leaving_list('2026-11-24', '2029-12-31') AS l JOIN bianzhi.unit AS u USING (unit_id) ORDER BY l.leaves_on, l.person_id;
-- a year of it is retirement_list(), but for ends
SELECT count(*) FROM (SELECT person_id, unit_id, category, month, leaves_on FROM bianzhi.leaving_list('2027-01-01', '2027-12-31') WHERE retires) AS l
	FULL JOIN bianzhi.retirement_list(2027) AS r USING (person_id, unit_id, category) WHERE l.month IS DISTINCT FROM r.retires OR l.leaves_on IS DISTINCT FROM r.leaves_on;
-- the last day decides: 2027-06-30 and 2027-03-14
SELECT from_day, to_day, l.person_id FROM (VALUES ('2027-06-01'::date, '2027-06-29'::date), ('2027-06-30', '2027-06-30'), ('2027-07-01', '2027-08-01'), ('2027-03-01', '2027-03-13'), ('2027-03-14', '2027-03-14'), ('2027-03-15', '2027-03-20')) AS v (from_day, to_day),
	bianzhi.leaving_list(from_day, to_day) AS l WHERE l.person_id IN (1, 12) ORDER BY 1, 3;
-- a seat that ends before the retirement, with it, and after
BEGIN;
UPDATE bianzhi.occupancy SET during = v.during FROM (VALUES (1, '[2010-01-01,2027-06-30)'::daterange), (4, '[2010-01-01,2027-07-01)'), (11, '[2010-01-01,2028-01-01)')) AS v (person_id, during) WHERE occupancy.person_id = v.person_id;
UPDATE hr SET left_on = '2028-01-01' WHERE id = 1;
SELECT person_id, month, leaves_on, retires FROM bianzhi.leaving_list('2027-01-01', '2029-12-31') WHERE person_id IN (1, 4, 11) ORDER BY 1;
-- who should have left leaves when the seat ends, and not before
UPDATE bianzhi.occupancy SET during = '[2010-01-01,2028-02-01)' WHERE person_id IN (9, 10);
SELECT person_id, month, leaves_on, retires FROM bianzhi.leaving_list('2027-01-01', '2029-12-31') WHERE person_id IN (9, 10) ORDER BY 1;
ROLLBACK;
SELECT u.unit_key, l.category, l.field, l.month, l.age_band, l.education, l.people, l.counted, l.women, l.retiring, l.ending
FROM bianzhi.leaving_structure('2026-11-24', '2029-12-31') AS l JOIN bianzhi.unit AS u USING (unit_id) ORDER BY 1, 2, 4, 5, l.education COLLATE "C";
SELECT count(*) FROM bianzhi.leaving_list('2027-01-01', '2026-01-01');

--
-- Two seats of one person on one day are history, and both are seen
--

SELECT bianzhi.suspend('历史') IS NOT NULL;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, unit('A'), 'administrative', '[2015-01-01,2016-01-01)'), (1, unit('B'), 'administrative', '[2015-06-01,2016-01-01)');
SELECT bianzhi.go_live() IS NOT NULL;
SELECT u.unit_key, count(*) FROM bianzhi.staff_on('2015-12-31') JOIN bianzhi.unit AS u USING (unit_id) WHERE person_id = 1 GROUP BY 1 ORDER BY 1;
SELECT untraced('2015-12-31', true, true);
DELETE FROM bianzhi.occupancy WHERE person_id = 1 AND NOT upper_inf(during);

--
-- Views, in the order of display
--

\pset tuples_only off
SELECT unit_name, field, section_name, category_name, name, counted, age, age_band_name, education_name, retires, source FROM bianzhi.staff;
SELECT unit_name, category_name, age_band_name, people FROM bianzhi.age_structure;
SELECT unit_name, category_name, education_name, people FROM bianzhi.education_structure;
\pset tuples_only on

--
-- Bands are the office's own
--

SELECT code, name_zh, age_from, age_to FROM bianzhi.age_band ORDER BY display_order;
SELECT try($$INSERT INTO bianzhi.age_band (code, name_zh) VALUES ('x', 'x')$$), try($$INSERT INTO bianzhi.age_band (code, name_zh, age_from, age_to) VALUES ('x', 'x', 5, 4)$$), try($$INSERT INTO bianzhi.age_band (code, name_zh, age_from) VALUES ('x', 'x', -1)$$),
	try($$UPDATE bianzhi.age_band SET age_from = 70 WHERE code = 'unknown'$$), try($$UPDATE bianzhi.age_band SET code = 'x' WHERE code = 'to_30'$$), try($$DELETE FROM bianzhi.age_band WHERE code = 'to_30'$$);
BEGIN;
UPDATE bianzhi.age_band SET age_to = 28 WHERE code = 'to_30';
INSERT INTO bianzhi.age_band (code, name_zh, age_from, age_to, display_order) VALUES ('young', '青年', 20, 34, 1);
UPDATE bianzhi.age_band SET age_to = 65 WHERE code = 'from_60';
SELECT age, age_band FROM bianzhi.staff_on('2026-11-24') WHERE person_id IN (5, 6, 9, 12) ORDER BY age;	-- 66 is in none
SELECT code, builtin, changed FROM bianzhi.age_band WHERE changed OR NOT builtin ORDER BY code;
ROLLBACK;

--
-- Who may read the tables may ask, nobody else
--

CREATE ROLE structure_reader;
SELECT bool_or(has_function_privilege('structure_reader', f, 'EXECUTE')) FROM unnest('{bianzhi.staff_on(date),bianzhi.leaving_list(date\,date),bianzhi.structure_on(date\,boolean\,boolean),bianzhi.age_structure_on(date),bianzhi.education_structure_on(date),bianzhi.leaving_structure(date\,date)}'::regprocedure[]) AS f;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bianzhi TO structure_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bianzhi TO structure_reader;
SET ROLE structure_reader;
SELECT try($$SELECT bianzhi.staff_on('2026-11-24')$$), try($$SELECT bianzhi.age_structure_on('2026-11-24')$$), try($$SELECT bianzhi.leaving_structure('2026-11-24', '2027-11-24')$$), try($$TABLE bianzhi.staff$$);
RESET ROLE;
GRANT SELECT ON hr TO structure_reader;
SET ROLE structure_reader;
SELECT (SELECT count(*) FROM bianzhi.staff_on('2026-11-24')), (SELECT sum(people) FROM bianzhi.age_structure), (SELECT sum(people) FROM bianzhi.education_structure);
RESET ROLE;
REVOKE SELECT ON bianzhi.person FROM structure_reader;
SET ROLE structure_reader;
SELECT try($$SELECT bianzhi.staff_on('2026-11-24')$$);
RESET ROLE;
GRANT SELECT ON bianzhi.person TO structure_reader;
REVOKE SELECT ON bianzhi.person_fact FROM structure_reader;
SET ROLE structure_reader;
SELECT try($$SELECT bianzhi.structure_on('2026-11-24', true, false)$$);
RESET ROLE;
GRANT SELECT ON bianzhi.person_fact TO structure_reader;
CREATE POLICY own ON hr USING (id = 2);
ALTER TABLE hr ENABLE ROW LEVEL SECURITY;
SET ROLE structure_reader;
SELECT try($$SELECT bianzhi.structure_on('2026-11-24', true, false)$$);
RESET ROLE;
DROP OWNED BY structure_reader;
DROP ROLE structure_reader;

-- an application may name people who have no row; a table that is gone has nobody
CREATE TABLE hr_number (id int PRIMARY KEY, dept bigint, kind text, hired date, left_on date, person bigint);
CREATE INDEX ON hr_number (person);
SELECT bianzhi.attach('hr_number', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', person => 'person') IS NOT NULL;
SELECT bianzhi.suspend('导入') IS NOT NULL;
INSERT INTO hr_number VALUES (1, unit('B'), 'administrative', '2021-01-01', NULL, 999999), (2, unit('B'), 'administrative', '2021-01-01', NULL, 33);
SELECT person_id, age, age_band, sex, education, retires, source FROM bianzhi.staff_on('2026-11-24') WHERE person_id > 20 ORDER BY 1;
SELECT name, age_band_name FROM bianzhi.staff WHERE person_id = 999999;
SELECT untraced('2026-11-24', true, true);
DROP TABLE hr, hr_number;
SELECT count(*), bool_and(source = 'bianzhi.occupancy'::regclass) FROM bianzhi.staff_on('2026-11-24');

-- of so many that are named by resident id some are looked up, and the others at once
CREATE TABLE hr (id_no text PRIMARY KEY, dept text, kind text, hired date, left_on date);
SELECT bianzhi.attach('hr', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', person => 'id_no') IS NOT NULL;
INSERT INTO bianzhi.person (person_id, resident_id, name, birth_date, education)
SELECT 100 + row_number() OVER (ORDER BY id), id::bianzhi.resident_id, '某', substr(id, 7, 8)::date, CASE WHEN id ~ '1.$' THEN '小学' END
FROM (SELECT to_char(date '1980-01-01' + d, '"990001"YYYYMMDD') || to_char(n, 'FM000') || c AS id FROM generate_series(0, 11) AS d, generate_series(1, 900) AS n, unnest('{0,1,2,3,4,5,6,7,8,9,X}'::text[]) AS c) AS i
WHERE bianzhi.is_resident_id(id);
INSERT INTO hr SELECT resident_id::text, 'C', 'administrative', '2010-01-01', NULL FROM bianzhi.person WHERE person_id > 100;
INSERT INTO hr VALUES ('32090219661201001X', 'C', 'administrative', '2010-01-01', NULL), ('11010519491231002X', 'C', 'administrative', '2010-01-01', NULL);
SELECT count(*), count(DISTINCT s.person_id), bool_and(s.age = 46 AND p.birth_date IS NOT NULL) FROM bianzhi.staff_on('2026-11-24') AS s JOIN bianzhi.person AS p USING (person_id) WHERE s.unit_id = unit('C') AND s.person_id > 100;
SELECT age_band, education, people FROM bianzhi.structure_on('2026-11-24', true, true) WHERE unit_id = unit('C') ORDER BY 1, education COLLATE "C";
DROP TABLE hr;
