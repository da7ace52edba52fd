-- who retires when, whatever table has the seat; a year's retirements written, and taken back
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line(k, c, 20) FROM unnest('{A,B}'::text[]) AS k, unnest('{administrative,institution_full,leader}'::text[]) AS c;
TRUNCATE bianzhi.person CASCADE;
INSERT INTO bianzhi.person (person_id, resident_id, name, sex, birth_date, retire_track, retire_on, died_on) VALUES
	(1, NULL, '甲', 1, '1966-12-31', 'M60', NULL, NULL),			-- 2027-06
	(2, NULL, '乙', 2, '1972-02-29', 'F55', NULL, NULL),			-- 2027-09
	(3, NULL, '丙', 1, '1966-12-01', 'M60', '2029-03-31', NULL),	-- delays, and may: institution
	(4, NULL, '丁', 1, '1966-12-01', 'M60', '2029-03-31', NULL),	-- delays, and may not: civil servant
	(5, NULL, '戊', 1, '1966-12-01', 'M60', '2029-03-31', NULL),	-- delays, and may not: leader of an institution
	(6, NULL, '己', 1, '1967-06-10', 'M60', '2027-09-01', NULL),	-- early
	(7, NULL, '庚', 1, '1970-01-01', 'M60', '2027-01-15', NULL),	-- earlier than may be
	(8, NULL, '辛', 2, '1960-01-01', 'F55', NULL, NULL),			-- long past the age
	(9, NULL, '壬', 2, NULL, 'F50', NULL, NULL),					-- not known
	(10, NULL, '癸', 1, NULL, NULL, '2027-08-31', NULL),			-- chosen, and nothing else known
	(11, '32090219661201001X', '子', 1, '1966-12-01', 'M60', NULL, NULL),	-- in a table of an application
	(12, NULL, '丑', 1, '1966-12-01', 'M60', NULL, '2026-11-01'),	-- died
	(13, NULL, '寅', 1, '1966-12-01', 'M60', NULL, NULL),			-- leaves before
	(14, NULL, '卯', 1, '1966-12-01', 'M60', NULL, NULL);			-- holds a post only
SELECT DISTINCT seat(p, CASE WHEN p % 2 = 0 THEN 'A' ELSE 'B' END, CASE WHEN p IN (3, 5, 6, 7, 10) THEN 'institution_full' ELSE 'administrative' END, '[2020-01-01,)') FROM unnest('{1,2,3,4,5,6,7,8,9,10,12}'::int[]) AS p;
SELECT seat(13, 'B', 'administrative', '[2020-01-01,2027-06-30)'), post(5, 'B', 'leader_deputy', '[2024-01-01,)'), post(1, 'B', 'leader_chief', '[2024-01-01,)'), post(14, 'B', 'leader_other', '[2024-01-01,)');
CREATE TABLE hr (id int PRIMARY KEY, dept text, kind text, hired date, left_on date, id_no text);
CREATE INDEX ON hr (id_no);
SELECT bianzhi.attach('hr', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', person => 'id_no') IS NOT NULL;
INSERT INTO hr VALUES (1, 'A', 'administrative', '2021-01-01', NULL, '32090219661201001x'), (2, 'B', 'administrative', '2021-01-01', NULL, NULL);
-- a seat that does not count is one, too
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', unit('A'), '2', '[2020-01-01,2040-01-01)', '单1号');
UPDATE bianzhi.occupancy SET counted = false, during = '[2020-01-01,2040-01-01)' WHERE person_id = 2;

SELECT h.person_id, u.unit_key, h.category, h.during, h.counted, h.source FROM bianzhi.holders('2026-11-24', '2026-11-24') AS h JOIN bianzhi.unit AS u USING (unit_id) ORDER BY h.person_id, h.category;
SELECT count(*), min(lower(during)) FROM bianzhi.holders('2019-12-31', '2019-12-31');
SELECT count(*) FROM bianzhi.holders('2019-12-31', '2020-01-01') WHERE source = 'bianzhi.occupancy'::regclass;
SELECT count(*) AS without_who_leaves FROM bianzhi.holders('2027-06-30', '2030-01-01') WHERE person_id = 13;
SELECT try($$SELECT bianzhi.holders('-infinity', '2026-01-01')$$), try($$SELECT bianzhi.holders('2026-01-01', 'infinity')$$);

SELECT retires, unit_name, category, name, age_months, statutory, chosen, leaves_on, official, outside_window, scheduled, source FROM bianzhi.retirement_list(2027);
SELECT retires, name FROM bianzhi.retirement_list(2029);
SELECT count(*) FROM bianzhi.retirement_list(2028);
SELECT what, u.unit_key, category, person_id, statutory, chosen, earliest, latest FROM bianzhi.retirement_review('2026-11-24') JOIN bianzhi.unit AS u USING (unit_id);
-- the office may say that its civil servants may
BEGIN;
UPDATE bianzhi.category SET may_delay = true WHERE code = 'administrative';
SELECT name FROM bianzhi.retirement_list(2029);
ROLLBACK;

-- written, once

SELECT try($$SELECT bianzhi.schedule_retirements(2027, ' ')$$);
SELECT * FROM bianzhi.schedule_retirements(2027, '退〔2026〕1号');
SELECT * FROM bianzhi.schedule_retirements(2027, '退〔2026〕1号');
SELECT person_id, during, exit_kind FROM bianzhi.occupancy WHERE NOT upper_inf(during) ORDER BY 1;
SELECT person_id, category, during FROM bianzhi.appointment ORDER BY 1;
SELECT name, scheduled FROM bianzhi.retirement_list(2027);
SELECT document_no, person_id, relation, was, was_exit_kind, leaves_on, undone_at IS NULL AS stands FROM bianzhi.retirement_schedule ORDER BY retirement_schedule_id;
SELECT bianzhi.earliest_vacancy(unit('B'), 'leader_chief') IS NOT NULL AS chief_known, (SELECT count(*) FROM bianzhi.verify()) AS differences;

-- and taken back, but for what was changed since

SELECT try($$SELECT bianzhi.undo_retirements('退〔2026〕2号')$$);
UPDATE bianzhi.occupancy SET during = '[2020-01-01,2027-05-01)' WHERE person_id = 1;
DELETE FROM bianzhi.appointment WHERE person_id = 5;
SELECT * FROM bianzhi.undo_retirements('退〔2026〕1号');
SELECT try($$SELECT bianzhi.undo_retirements('退〔2026〕1号')$$);
SELECT person_id, during, exit_kind FROM bianzhi.occupancy WHERE NOT upper_inf(during) ORDER BY 1;
SELECT person_id, category, during FROM bianzhi.appointment ORDER BY 1;
SELECT count(*) FILTER (WHERE undone_at IS NULL) AS standing, count(*) FROM bianzhi.retirement_schedule;
-- not where somebody else has the seat: nothing is taken back then
SELECT * FROM bianzhi.schedule_retirements(2027, '退〔2026〕3号');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT unit('A'), 'institution_full', 1 - 20, '[2027-10-01,)', '减1号';
INSERT INTO bianzhi.person (person_id, name) VALUES (20, '新');
SELECT seat(20, 'A', 'institution_full', '[2028-01-01,)');
SELECT try($$SELECT bianzhi.undo_retirements('退〔2026〕3号')$$);
SELECT count(*) FILTER (WHERE undone_at IS NULL) AS standing FROM bianzhi.retirement_schedule;
SELECT sound();

-- who may read the tables may ask, nobody else

CREATE ROLE retire_reader;
SELECT bool_or(has_function_privilege('retire_reader', f, 'EXECUTE')) FROM unnest('{bianzhi.holders(date\,date),bianzhi.retirements(date\,date),bianzhi.retirement_list(integer),bianzhi.retirement_review(date),bianzhi.schedule_retirements(integer\,text),bianzhi.undo_retirements(text)}'::regprocedure[]) AS f;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bianzhi TO retire_reader;
SET ROLE retire_reader;
SELECT try($$SELECT * FROM bianzhi.holders('2026-11-24', '2026-11-24')$$);
SELECT try($$SELECT * FROM bianzhi.retirement_list(2027)$$), try($$SELECT bianzhi.schedule_retirements(2027, 'x')$$), try($$SELECT bianzhi.undo_retirements('x')$$);
RESET ROLE;
GRANT USAGE ON SCHEMA bianzhi TO retire_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bianzhi TO retire_reader;
SET ROLE retire_reader;
SELECT try($$SELECT * FROM bianzhi.holders('2026-11-24', '2026-11-24')$$);
RESET ROLE;
GRANT SELECT ON hr TO retire_reader;
SET ROLE retire_reader;
SELECT count(*) > 10 FROM bianzhi.holders('2026-11-24', '2026-11-24');
RESET ROLE;
CREATE POLICY own ON hr USING (id = 1);
ALTER TABLE hr ENABLE ROW LEVEL SECURITY;
SELECT count(*) > 10 FROM bianzhi.holders('2026-11-24', '2026-11-24');
SET ROLE retire_reader;
SELECT try($$SELECT * FROM bianzhi.holders('2026-11-24', '2026-11-24')$$);
RESET ROLE;
-- a table that is gone
DROP OWNED BY retire_reader;
DROP ROLE retire_reader;
DROP TABLE hr;
SELECT count(*) > 10 FROM bianzhi.holders('2026-11-24', '2026-11-24');
