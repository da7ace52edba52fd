-- the extension comes and goes in one session, is rolled back, and its tables are rewritten: the engine follows
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\set fill 'INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (1, \'A\', \'甲局\'), (2, \'B\', \'乙局\'); INSERT INTO bianzhi.person (person_id, name) SELECT n, \'人员\' || n FROM generate_series(1, 60) AS n; SELECT bianzhi.go_live() IS NOT NULL AS live;'
\set try_it 'SELECT line(\'A\', \'administrative\', 1), seat(1, \'A\', \'administrative\', \'[2026-12-01,)\'), seat(2, \'A\', \'administrative\', \'[2026-12-01,)\'), seat(1, \'B\', \'administrative\', \'[2026-12-01,)\'); SELECT has(\'A\'); SELECT sound();'
:try_it

-- dropped and created: everything is new, under other numbers, and plans that were made are made again

PREPARE hire (int, text) AS SELECT seat($1, $2, 'administrative', '[2026-12-01,)');
PREPARE room (text) AS SELECT authorized, filled FROM bianzhi.vacancy_on('2026-12-01') WHERE unit_id = unit($1) AND category = 'administrative';
EXECUTE room ('A');
DROP EXTENSION bianzhi;
SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('bianzhi');
SELECT try('SELECT bianzhi.is_live()'), try('INSERT INTO bianzhi.occupancy DEFAULT VALUES');
EXECUTE room ('A');
CREATE EXTENSION bianzhi;
SELECT bianzhi.is_live();
:fill
:try_it
EXECUTE room ('A');
EXECUTE hire (3, 'A');

-- created twice in one transaction

BEGIN;
DROP EXTENSION bianzhi;
CREATE EXTENSION bianzhi;
:fill
:try_it
DROP EXTENSION bianzhi;
CREATE EXTENSION bianzhi;
SELECT bianzhi.is_live();
:fill
:try_it
COMMIT;
:try_it

-- the drop is rolled back: it is live as before, with its rows

BEGIN;
DROP EXTENSION bianzhi;
ROLLBACK;
SELECT bianzhi.is_live();
SELECT seat(4, 'A', 'administrative', '[2026-12-01,)'), seat(4, 'B', 'administrative', '[2026-12-01,)');
SELECT sound();
BEGIN;
SAVEPOINT before;
DROP EXTENSION bianzhi;
CREATE EXTENSION bianzhi;
SELECT bianzhi.is_live();
:fill
SELECT line('A', 'administrative', 7), seat(5, 'A', 'administrative', '[2026-12-01,)');
ROLLBACK TO before;
SELECT bianzhi.is_live();
SELECT seat(5, 'A', 'administrative', '[2026-12-01,)');
SELECT has('A');
COMMIT;
SELECT sound();

-- the creation is rolled back, in a session that has used it and in one that has not

DROP EXTENSION bianzhi;
BEGIN;
CREATE EXTENSION bianzhi;
:fill
:try_it
ROLLBACK;
SELECT to_regclass('bianzhi.occupancy'), to_regtype('bianzhi.resident_id');
SELECT try('SELECT bianzhi.is_live()');
\c -
SET client_min_messages = warning;
SET bianzhi.today = '2026-11-24';
BEGIN;
CREATE EXTENSION bianzhi;
SELECT bianzhi.is_live();
ROLLBACK;
CREATE EXTENSION bianzhi;
:fill
:try_it

-- not while writes wait to be judged, nor while a table of the application needs it

BEGIN;
SET CONSTRAINTS ALL DEFERRED;
SELECT seat(6, 'A', 'administrative', '[2026-12-01,)');
DROP EXTENSION bianzhi;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT sound();
CREATE TABLE staff (id int PRIMARY KEY, dept text, since date, until date, number bianzhi.resident_id);
SELECT line('B', 'administrative', 1), bianzhi.attach('staff', 'filled', unit => 'dept', category => '=administrative', starts => 'since', ends => 'until') IS NOT NULL;
INSERT INTO staff VALUES (1, 'B', '2026-12-01', NULL, '990000197001010018');
\set VERBOSITY terse
DROP EXTENSION bianzhi;
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY default
-- with CASCADE the table stays, without the column of its type and without our triggers, and is written as before
DROP EXTENSION bianzhi CASCADE;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'staff'::regclass;
TABLE staff;
INSERT INTO staff VALUES (2, 'nowhere', '2026-12-01', NULL);
DELETE FROM staff WHERE id = 2;
CREATE EXTENSION bianzhi;
:fill
:try_it
INSERT INTO staff VALUES (3, 'B', '2026-12-01', NULL);
SELECT has('B');
SELECT line('B', 'administrative', 2), bianzhi.attach('staff', 'filled', unit => 'dept', category => '=administrative', starts => 'since', ends => 'until') IS NOT NULL;
SELECT has('B');
SELECT try($$INSERT INTO staff VALUES (4, 'B', '2026-12-01', NULL)$$);
SELECT sound();

-- its tables are rewritten, reindexed, clustered, given a column

VACUUM (FULL, ANALYZE) bianzhi.chunk, bianzhi.account, bianzhi.occupancy, bianzhi.stamp, bianzhi.live;
SELECT seat(7, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();
REINDEX SCHEMA bianzhi;
CLUSTER bianzhi.occupancy USING occupancy_pkey;
SELECT seat(7, 'A', 'administrative', '[2026-12-01,)'), line('A', 'administrative', 1), seat(7, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();
ALTER TABLE bianzhi.occupancy ADD COLUMN own_note text DEFAULT 'x';
ALTER TABLE bianzhi.person ADD COLUMN own_note text;
SELECT seat(8, 'A', 'administrative', '[2026-12-01,)'), seat(7, 'B', 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id = 7;
SELECT seat(8, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();
DISCARD ALL;
SET bianzhi.today = '2026-11-24';
SELECT seat(9, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();

-- it stays in its schema
ALTER EXTENSION bianzhi SET SCHEMA public;
\echo :LAST_ERROR_SQLSTATE
