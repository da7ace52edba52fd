-- L13: a person holds one counted seat on a day, over all tables that name persons
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line(k, 'administrative', 20), line(k, 'institution', 20) FROM unnest('{A,B,C}'::text[]) AS k;

-- days that meet do not overlap, days that overlap do

SELECT seat(1, 'A', 'administrative', '[2026-12-01,2027-01-01)');
SELECT seat(1, 'B', 'administrative', '[2026-12-31,2027-06-01)');
SELECT seat(1, 'B', 'administrative', '[2026-11-25,2026-12-02)');
SELECT seat(1, 'B', 'administrative', '[2026-11-25,2027-06-01)'), seat(1, 'B', 'administrative', '[2026-12-10,2026-12-11)');
SELECT seat(1, 'A', 'administrative', '[2026-12-01,2027-01-01)');			-- the same row again
SELECT seat(1, 'A', 'institution', '[2026-12-01,2027-01-01)');			-- another kind in the same unit
SELECT seat(1, 'B', 'administrative', '[2027-01-01,2027-06-01)'), seat(1, 'C', 'institution', '[2026-11-24,2026-12-01)');
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-01-02)' WHERE person_id = 1 AND unit_id = 1$$);
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-02,2026-12-31)' WHERE person_id = 1 AND unit_id = 1$$);
-- another person takes one's place
SELECT seat(2, 'A', 'administrative', '[2026-12-01,)'), try($$UPDATE bianzhi.occupancy SET person_id = 1 WHERE person_id = 2$$);
SELECT try($$UPDATE bianzhi.occupancy SET person_id = 3 WHERE person_id = 2$$);
-- two rows of one statement
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (4, 1, 'administrative', '[2027-01-01,)'), (4, 2, 'administrative', '[2026-12-01,2027-01-02)')$$);
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (4, 1, 'administrative', '[2027-01-01,)'), (4, 2, 'administrative', '[2026-12-01,2027-01-01)')$$);
SELECT sound();

-- a move within one statement is no second seat: all days a month on, units exchanged, left and entered

UPDATE bianzhi.occupancy SET during = daterange(lower(during) + 31, upper(during) + 31);
UPDATE bianzhi.occupancy SET person_id = CASE person_id WHEN 1 THEN 4 ELSE 1 END WHERE person_id IN (1, 4);
WITH gone AS (UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2027-06-01') WHERE person_id = 3)
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 2, 'administrative', '[2027-06-01,)');
-- in two statements: first out, then in
BEGIN;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 3, 'administrative', '[2028-01-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
UPDATE bianzhi.occupancy SET during = '[2027-06-01,2028-01-01)' WHERE person_id = 3 AND unit_id = 2;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 3, 'administrative', '[2028-01-01,)');
COMMIT;
SELECT unit_id, person_id, during FROM bianzhi.occupancy ORDER BY person_id, during;
SELECT sound();

-- only seats: neither posts nor rows that do not count

SELECT line('A', 'leader', 5), line('B', 'leader', 5), post(1, 'A', 'leader_chief', '[2026-12-01,)'), post(1, 'B', 'leader_deputy', '[2026-12-01,)'), post(1, 'B', 'leader_deputy', '[2026-12-01,)');
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 3, '4', '[2026-01-01,2030-01-01)', '编办1号');
SELECT seat(4, 'C', 'administrative', '[2026-12-01,2030-01-01)', counted => false);
SELECT try($$UPDATE bianzhi.occupancy SET counted = true WHERE NOT counted$$);
SELECT sound();

-- over all tables that name persons and feed what is filled of an establishment

CREATE TABLE staff (unit_id bigint, kind text, person bigint, days daterange, serving bool DEFAULT true);
CREATE TABLE guard (unit_id bigint, person bigint, days daterange);
SELECT bianzhi.attach_own('staff', 'filled', unit => 'unit_id', category => 'kind', person => 'person', during => 'days', condition => 'serving') IS NOT NULL;
SELECT bianzhi.attach_own('guard', 'filled', unit => 'unit_id', category => '=outside_staff', person => 'person', during => 'days') IS NOT NULL;
INSERT INTO staff VALUES (1, 'administrative', 10, '[2026-12-01,2027-01-01)');
SELECT seat(10, 'B', 'administrative', '[2026-12-31,)'), seat(10, 'B', 'administrative', '[2027-01-01,)');
SELECT try($$UPDATE staff SET days = '[2026-12-01,2027-01-02)'$$), try($$INSERT INTO staff VALUES (3, 'administrative', 10, '[2027-02-01,2027-03-01)')$$);
-- one who does not serve holds none, one outside the establishment neither
INSERT INTO staff VALUES (3, 'administrative', 10, '[2027-02-01,2027-03-01)', false);
SELECT try('UPDATE staff SET serving = true');
INSERT INTO guard VALUES (1, 10, '[2026-12-01,)'), (2, 10, '[2026-12-01,)');
-- an index on the person is used, and does not change the answer
CREATE INDEX ON staff (person);
SELECT try($$INSERT INTO staff VALUES (3, 'administrative', 10, '[2027-02-01,2027-03-01)')$$), try($$INSERT INTO staff VALUES (3, 'administrative', 11, '[2027-02-01,2027-03-01)')$$);
-- an index that knows only some rows is not
DROP INDEX staff_person_idx;
CREATE INDEX ON staff (person) WHERE unit_id = 2;
SELECT try($$INSERT INTO staff VALUES (1, 'administrative', 11, '[2027-02-01,2027-03-01)')$$);
SELECT leads();
SELECT sound();

-- a person that does not exist, one that is to go

SELECT seat(99, 'A', 'administrative', '[2026-12-01,)'), seat(NULL, 'A', 'administrative', '[2026-12-01,)');
SELECT try('INSERT INTO staff VALUES (1, ''administrative'', 99, ''[2026-12-01,)'')'), try('INSERT INTO staff VALUES (1, ''administrative'', NULL, ''[2026-12-01,)'')');
SELECT try('DELETE FROM bianzhi.person WHERE person_id = 1'), try('UPDATE bianzhi.person SET person_id = 101 WHERE person_id = 1'), try('DELETE FROM bianzhi.person WHERE person_id = 60');
SELECT sound();

-- the past: recorded; it may shrink, and not grow into the present

DELETE FROM bianzhi.lead;
SELECT seat(20, 'A', 'administrative', '[2024-01-01,)'), seat(20, 'B', 'administrative', '[2025-01-01,2026-11-24)');
SELECT leads();
SELECT seat(20, 'C', 'administrative', '[2025-01-01,2026-11-25)');
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2025-06-01,2026-11-01)' WHERE person_id = 20 AND unit_id = 2$$);
SELECT leads();
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2025-06-01,2026-11-25)' WHERE person_id = 20 AND unit_id = 2$$);
SELECT sound();

-- old overlaps: made while nothing was enforced, a lead at go_live; they may shrink and change, never grow

SELECT bianzhi.suspend('一人两编');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
VALUES (30, 1, 'administrative', '[2024-01-01,)'), (30, 2, 'administrative', '[2024-01-01,2028-01-01)'), (31, 1, 'administrative', '[2024-01-01,2025-01-01)'), (31, 2, 'administrative', '[2024-01-01,2025-01-01)');
-- a row that names no unit holds none
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (32, 3, 'administrative', '[2025-01-01,)');
INSERT INTO staff VALUES (NULL, 'administrative', 32, '[2024-01-01,)');
DELETE FROM bianzhi.lead;
SELECT leads FROM bianzhi.go_live();
SELECT leads();
SELECT try($$UPDATE bianzhi.occupancy SET note = 'x', entry_kind = 'other' WHERE person_id = 30$$);
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2024-01-01,2028-01-02)' WHERE person_id = 30 AND unit_id = 2$$);
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2024-06-01,2027-12-01)', unit_id = 3, category = 'institution' WHERE person_id = 30 AND unit_id = 2$$);
SELECT seat(30, 'B', 'administrative', '[2026-12-01,2026-12-02)');
SELECT seat(30, 'B', 'administrative', '[2023-01-01,2024-01-01)');
SELECT try($$DELETE FROM bianzhi.occupancy WHERE person_id = 30 AND unit_id = 1$$);
SELECT seat(30, 'A', 'administrative', '[2026-12-01,)');
SELECT leads();
SELECT sound();
