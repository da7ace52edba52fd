-- an application's own table under the limits: statements, types of columns, words, rows that are there
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line('A', 'administrative', 2), line('B', 'administrative', 1), line('C', 'institution_full', 1), line('E', 'administrative', 2), line('E', 'leader', 1);

-- the script of the interface, as it stands

CREATE TABLE hr_staff (id int PRIMARY KEY, dept text, kind text, hired date, left_on date, seats int DEFAULT 1);
SELECT bianzhi.attach('hr_staff', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', seats => 'seats');
-- from here on plain SQL on hr_staff is under the limits: dept holds unit_key, kind a category code, left_on the first day gone (NULL: still there)

CREATE FUNCTION hire(id int, dept text, kind text DEFAULT 'administrative', hired date DEFAULT '2026-12-01', left_on date DEFAULT NULL, seats int DEFAULT 1)
RETURNS text LANGUAGE sql AS $$
	SELECT try(format('INSERT INTO hr_staff VALUES (%L, %L, %L, %L, %L, %L)', id, dept, kind, hired, left_on, seats))
$$;
SELECT hire(1, 'A'), hire(2, 'A', left_on => '2027-03-01'), hire(3, 'C', 'institution_full');
SELECT hire(4, 'A');
SELECT hire(4, 'A', hired => '2027-03-01');
SELECT hire(5, 'B', seats => 2);
SELECT hire(5, 'B', seats => 0), hire(6, 'B', seats => NULL);
SELECT seat(1, 'B', 'administrative', '[2026-12-01,)');
SELECT has(k) FROM unnest('{A,B,C}'::text[]) AS k;
SELECT sound();

-- UPDATE, DELETE, MERGE, ON CONFLICT, COPY, TRUNCATE

UPDATE hr_staff SET left_on = NULL WHERE id = 2;
\echo :LAST_ERROR_SQLSTATE
UPDATE hr_staff SET dept = CASE dept WHEN 'A' THEN 'B' ELSE 'A' END, kind = 'administrative' WHERE id IN (1, 3, 6);
\echo :LAST_ERROR_SQLSTATE
UPDATE hr_staff SET left_on = hired + 30 WHERE id <> 3;
UPDATE hr_staff SET dept = CASE dept WHEN 'A' THEN 'B' ELSE 'A' END WHERE id IN (1, 6);
DELETE FROM hr_staff WHERE id = 4;
INSERT INTO hr_staff VALUES (1, 'A', 'administrative', '2026-12-01'), (7, 'A', 'administrative', '2027-01-01') ON CONFLICT (id) DO UPDATE SET dept = excluded.dept, left_on = NULL;
INSERT INTO hr_staff VALUES (1, 'A', 'administrative', '2026-12-01'), (7, 'A', 'administrative', '2027-01-01') ON CONFLICT (id) DO UPDATE SET left_on = '2026-12-11';
INSERT INTO hr_staff VALUES (7, 'A', 'administrative', '2027-01-01'), (8, 'A', 'administrative', '2027-01-01') ON CONFLICT DO NOTHING;
\echo :LAST_ERROR_SQLSTATE
SELECT has(k) FROM unnest('{A,B}'::text[]) AS k;
SELECT sound();
MERGE INTO hr_staff AS h USING (VALUES (1, NULL::date), (2, '2026-12-02'), (9, '2026-12-05')) AS v (id, until) ON h.id = v.id
WHEN MATCHED AND v.until IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET left_on = v.until
WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'A', 'administrative', '2026-12-01', v.until);
\echo :LAST_ERROR_SQLSTATE
MERGE INTO hr_staff AS h USING (VALUES (1, NULL::date), (2, '2026-12-02'), (9, '2026-12-05')) AS v (id, until) ON h.id = v.id
WHEN MATCHED AND v.until IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET left_on = v.until
WHEN NOT MATCHED THEN INSERT VALUES (v.id, 'A', 'administrative', '2026-12-02', v.until);
SELECT has('A');
COPY hr_staff (id, dept, kind, hired) FROM stdin;
10	A	administrative	2027-01-01
11	A	administrative	2027-01-01
\.
\echo :LAST_ERROR_SQLSTATE
COPY hr_staff (id, dept, kind, hired, left_on, seats) FROM stdin;
10	A	administrative	2026-12-05	2027-01-01	1
11	B	administrative	2027-01-01	\N	\N
\.
SELECT sound();
BEGIN;
TRUNCATE hr_staff;
SELECT hire(1, 'A'), hire(2, 'A');
SELECT hire(3, 'A');
ROLLBACK;
SELECT hire(12, 'A', hired => '2027-06-01');
TRUNCATE hr_staff;
SELECT has('A');
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SELECT hire(1, 'B'), hire(2, 'B');
DELETE FROM hr_staff WHERE id = 1;
COMMIT;
SELECT has('B');
SELECT sound();
SELECT bianzhi.detach('hr_staff');
SELECT hire(3, 'nowhere', 'nothing', '2027-01-01', '2026-01-01');
DELETE FROM hr_staff WHERE id = 3;
SELECT has('B');
SELECT sound();

-- rows that are there: counted at once, and what they exceed becomes a lead

INSERT INTO hr_staff VALUES (1, 'A', 'administrative', '2025-01-01'), (4, 'A', 'administrative', '2025-01-01'), (5, 'A', 'administrative', '2025-01-01'), (6, 'D', 'administrative', '2025-01-01');
INSERT INTO hr_staff VALUES (7, 'B', 'administrative', '2020-01-01', '2020-06-01', 2);
SELECT bianzhi.attach('hr_staff', 'filled', 'dept', 'kind', 'hired', 'left_on', 'seats') > 0;
SELECT leads();
SELECT has(k) FROM unnest('{A,B,D}'::text[]) AS k;
SELECT hire(8, 'A');
DELETE FROM hr_staff WHERE id = 1;
SELECT hire(8, 'A');
DELETE FROM hr_staff WHERE id = 4;
SELECT hire(8, 'A');
-- the same again changes nothing
SELECT count(*) FROM bianzhi.source WHERE NOT builtin;
SELECT bianzhi.attach('hr_staff', 'filled', 'dept', 'kind', 'hired', 'left_on', 'seats') = bianzhi.attach('hr_staff');
SELECT count(*) FROM bianzhi.source WHERE NOT builtin;
SELECT sound();

-- attached in a transaction that has written, and that rolls back

BEGIN;
CREATE TABLE later (dept text, hired date);
INSERT INTO later VALUES ('E', '2026-12-01');
SAVEPOINT s;
SELECT bianzhi.attach('later', 'reserved', 'dept', '=administrative', 'hired', NULL) > 0;
INSERT INTO later VALUES ('E', '2027-12-01');
SELECT has('E');
ROLLBACK TO s;
INSERT INTO later VALUES ('E', '2027-12-01');
SELECT has('E');
COMMIT;
SELECT sound();
DROP TABLE later;

-- one table several times: people by their column, and what is promised by another; posts of the same rows

CREATE TABLE plan (dept name, who text, approved date, from_day date, last_day date, seats smallint, given boolean, want boolean GENERATED ALWAYS AS (NOT given) STORED);
SELECT bianzhi.attach('plan', 'filled', 'dept', '=administrative', 'from_day', 'last_day', 'seats', condition => 'given', ends_inclusive => true) > 0,
	bianzhi.attach('plan', 'reserved', 'dept', '=administrative', 'approved', NULL, 'seats', condition => 'want') > 0,
	bianzhi.attach('plan', 'filled', 'dept', '=leader', 'from_day', 'last_day', condition => 'given', ends_inclusive => true) > 0;
INSERT INTO plan VALUES ('E', 'x', '2026-12-01', NULL, NULL, 2, false);
INSERT INTO plan VALUES ('E', 'y', '2026-12-01', '2026-12-01', '2026-12-31', 1, true);
\echo :LAST_ERROR_SQLSTATE
UPDATE plan SET given = true, from_day = '2026-12-11', last_day = '2026-12-31';
SELECT has('E');
INSERT INTO plan VALUES ('E', 'y', NULL, '2026-12-31', '2026-12-31', 0, true);		-- room for people, and no second leader
\echo :LAST_ERROR_SQLSTATE
INSERT INTO plan VALUES ('E', 'y', NULL, '2027-01-01', '2027-01-01', 1, true), ('E', 'z', NULL, '2027-01-02', 'infinity', 2, true), ('nowhere', 'w', NULL, '2027-01-02', NULL, 2, NULL);
SELECT has('E');
UPDATE plan SET given = NULL WHERE who = 'z';		-- neither given nor wanted
SELECT has('E');
SELECT sound();
SELECT bianzhi.detach('plan');
SELECT has('E');
DROP TABLE plan;

-- quota that an application keeps

CREATE TABLE grants (dept text, n bigint, days daterange);
SELECT bianzhi.attach('grants', 'authorized', 'dept', '=administrative', 'days', 'days', seats => 'n') > 0;
INSERT INTO grants VALUES ('F', 2, '[2026-01-01,]'), ('F', -1, '(2027-01-01,2027-12-31]'), ('F', 5, 'empty'), ('F', 5, NULL);
SELECT has('F');
SELECT seat(5, 'F', 'administrative', '[2026-12-01,)'), seat(6, 'F', 'administrative', '[2026-12-01,)');
SELECT seat(6, 'F', 'administrative', '[2028-01-01,)');
INSERT INTO grants VALUES ('F', -3, '[2029-01-01,)');
\echo :LAST_ERROR_SQLSTATE
DELETE FROM grants WHERE n = 2 OR n = -1;
SELECT leads();
SELECT sound();
SELECT bianzhi.detach('grants');

-- what a unit may be called: number, key, alias of the application, alias of all; and when

INSERT INTO bianzhi.unit_alias (unit_id, source, alias, during) VALUES (1, 'hr_staff', '01', '(,2026-12-15)'), (2, 'hr_staff', '01', '[2026-12-15,)'), (2, '', '02', '(,)'), (3, 'hr_staff', '02', '[2027-01-01,)'), (4, 'other', '02', '(,)'), (2, 'hr_staff', 'C', '[2027-01-01,)');
INSERT INTO bianzhi.category_alias (source, alias, category) VALUES ('hr_staff', '行政编制', 'administrative'), ('', '01', 'administrative'), ('hr_staff', '01', 'institution_full'), ('other', 'pool', 'administrative');
UPDATE bianzhi.quota SET amount = 40 WHERE unit_id < 4;
SELECT line('A', 'institution_full', 40), line('B', 'institution_full', 40), line('C', 'administrative', 40);
SELECT leads();
TRUNCATE hr_staff;
SELECT hire(1, '01', '行政编制'), hire(2, '01', '行政编制', '2026-12-15'), hire(3, '02', 'administrative'), hire(4, '02', '01', '2027-01-01'), hire(5, 'C', '01'), hire(6, 'C', '行政编制', '2027-01-01');
SELECT hire(7, ' 01'), hire(7, '甲局'), hire(7, '3'), hire(7, ''), hire(7, 'a'), hire(7, repeat('长', 200));
SELECT hire(7, 'B', 'pool '), hire(7, 'B', '全额'), hire(7, 'B', '');
SELECT hire(7, NULL), hire(8, 'B', NULL), hire(9, 'B', hired => NULL, left_on => '2020-01-02');
SELECT dept, kind, hired, left_on FROM hr_staff ORDER BY id;
SELECT has(k) FROM unnest('{A,B,C,D}'::text[]) AS k;
SELECT sound();
-- a word comes to mean something else, and rows that use it move; what they exceed there becomes a lead
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (4, 'administrative', 1, '(,)', '编发2号');
SELECT leads();
UPDATE bianzhi.unit_alias SET unit_id = 4 WHERE source = 'hr_staff' AND alias = '01';
SELECT leads();
SELECT has(k) FROM unnest('{A,B,D}'::text[]) AS k;
SELECT sound();
SELECT hire(10, '01');
SELECT hire(10, 'A', '01'), hire(11, 'A', '01');
UPDATE bianzhi.category_alias SET category = 'administrative' WHERE source = 'hr_staff' AND alias = '01';
SELECT has(k) FROM unnest('{A,B,C}'::text[]) AS k;
SELECT sound();
-- words that rows use cannot go; others can
CREATE FUNCTION told(statement text) RETURNS text LANGUAGE sql AS $$ SELECT left(t[1], 42) || ' | ' || t[2] FROM string_to_array(try(statement), ' | ') AS t $$;
SELECT told($$DELETE FROM bianzhi.unit_alias WHERE source = 'hr_staff' AND alias = '01'$$);
SELECT told($$UPDATE bianzhi.unit_alias SET during = '[2026-12-02,2026-12-15)' WHERE source = 'hr_staff' AND alias = '01' AND lower_inf(during)$$);
SELECT told($$TRUNCATE bianzhi.category_alias$$);
SELECT try($$DELETE FROM bianzhi.unit_alias WHERE source = 'other'$$), try($$DELETE FROM bianzhi.category_alias WHERE source = 'other'$$);
-- a unit that is set up later under a word that is in use changes nothing; one that was rolled back is forgotten
ALTER TABLE bianzhi.unit ALTER unit_id RESTART WITH 101;
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('01', '壬局');
SELECT sound();
BEGIN;
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('N', '癸局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('N'), 'administrative', 1, '(,)', '编发3号');
SELECT hire(20, 'N');
ROLLBACK;
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('N', '癸局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('N'), 'administrative', 1, '(,)', '编发3号');
SELECT hire(20, 'N');
BEGIN;
SAVEPOINT s;
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('M', '寅局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('M'), 'administrative', 1, '(,)', '编发3号');
SELECT hire(21, 'M');
ROLLBACK TO s;
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('M', '寅局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('M'), 'administrative', 1, '(,)', '编发3号');
SELECT hire(21, 'M');
COMMIT;
BEGIN;
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('P', '卯局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('P'), 'administrative', 1, '(,)', '编发3号');
SELECT hire(22, 'P');
PREPARE TRANSACTION 'a unit';
ROLLBACK PREPARED 'a unit';
SELECT hire(22, 'P');
SELECT has(k) FROM unnest('{N,M}'::text[]) AS k;
SELECT sound();

-- loading: attached before the limits are in force

SELECT bianzhi.suspend('load');
CREATE TABLE old_staff (dept char(6), kind varchar(40), hired timestamp, left_on timestamp);
SELECT bianzhi.attach('old_staff', 'filled', 'dept', 'kind', 'hired', 'left_on', alias_source => 'hr_staff') > 0;
INSERT INTO old_staff VALUES ('02', '行政编制', '2026-12-01 08:30', '2026-12-31 17:30'), ('zz', 'administrative', '2026-12-01', '2026-12-31');
SELECT told('SELECT bianzhi.go_live()');
DELETE FROM old_staff WHERE dept = 'zz';
SELECT bianzhi.go_live() IS NOT NULL;
SELECT has('B');
INSERT INTO old_staff VALUES ('02', 'administrative', '1999-12-31 23:59:59.999999', '2000-01-01');
SELECT has('B');
DELETE FROM old_staff;
SELECT sound();
