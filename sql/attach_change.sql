-- ALTER TABLE between two statements of a session: followed where PostgreSQL lets one, else a clear error
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line('A', 'administrative', 3), line('B', 'administrative', 30);
CREATE TABLE staff (dead int, id int, dept varchar(10), hired date, left_on date, n smallint DEFAULT 1, here boolean DEFAULT true);
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', 'left_on', seats => 'n', condition => 'here') AS id \gset
INSERT INTO staff (id, dept, hired) VALUES (1, 'A', '2026-12-01');

-- names of columns, table and schema; other columns; the table is rewritten

ALTER TABLE staff RENAME dept TO "部门 ""x""";
INSERT INTO staff (id, "部门 ""x""", hired) VALUES (2, 'A', '2026-12-01');
SELECT sound();
ALTER TABLE staff RENAME TO "人员 表";
CREATE SCHEMA "人事";
ALTER TABLE "人员 表" SET SCHEMA "人事";
INSERT INTO "人事"."人员 表" (id, "部门 ""x""", hired) VALUES (3, 'A', '2026-12-01');
SELECT try($$INSERT INTO "人事"."人员 表" (id, "部门 ""x""", hired) VALUES (4, 'A', '2026-12-01')$$);
SELECT sound();
ALTER TABLE "人事"."人员 表" RENAME "部门 ""x""" TO dept;
ALTER TABLE "人事"."人员 表" SET SCHEMA public;
ALTER TABLE "人员 表" RENAME TO staff;
-- a name that now belongs to another column
ALTER TABLE staff RENAME dept TO old_dept;
ALTER TABLE staff ADD dept varchar(10) DEFAULT 'B';
INSERT INTO staff (id, old_dept, hired) VALUES (5, 'B', '2026-12-01');
SELECT has('B');
ALTER TABLE staff DROP dept;
ALTER TABLE staff RENAME old_dept TO dept;
ALTER TABLE staff DROP COLUMN dead, ADD more int DEFAULT 7, ADD fresh text DEFAULT clock_timestamp();
UPDATE staff SET dept = 'B' WHERE id = 3;
ALTER TABLE staff ALTER id TYPE bigint, ALTER more TYPE text;
VACUUM FULL staff;
UPDATE staff SET n = 2 WHERE id = 3;
ALTER TABLE staff ALTER n DROP DEFAULT, ALTER n SET NOT NULL, ALTER hired SET NOT NULL, ADD PRIMARY KEY (id);
UPDATE staff SET hired = hired + 1, n = 1;
SELECT has('A'), has('B');
SELECT sound();
-- within a transaction that writes before and after, and takes it back
BEGIN;
UPDATE staff SET n = 2 WHERE id = 1;
ALTER TABLE staff RENAME n TO seats;
UPDATE staff SET seats = 3 WHERE id = 1;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
SAVEPOINT s;
ALTER TABLE staff RENAME hired TO since;
UPDATE staff SET since = since + 1;
ROLLBACK TO s;
UPDATE staff SET hired = hired + 2;
COMMIT;
SELECT has('A'), has('B');
SELECT sound();
-- prepared statements
PREPARE hire (int, text) AS INSERT INTO staff (id, dept, hired, n) VALUES ($1, $2, '2026-12-01', 1);
EXECUTE hire(6, 'B');
ALTER TABLE staff DROP more;
EXECUTE hire(7, 'B');
SELECT has('B');
SELECT sound();

-- columns that it is attached with: their type stays, and they cannot be dropped by accident

SELECT try('ALTER TABLE staff DROP dept'), try('ALTER TABLE staff DROP here'), try('ALTER TABLE staff ALTER dept TYPE text'), try('ALTER TABLE staff ALTER n TYPE numeric'), try('ALTER TABLE staff ALTER hired TYPE timestamptz');
-- detached for it, and attached again: nothing is lost
BEGIN;
SELECT bianzhi.detach('staff');
ALTER TABLE staff ALTER dept TYPE text, ALTER n TYPE bigint, ALTER hired TYPE timestamp, ALTER left_on TYPE timestamp;
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', 'left_on', seats => 'n', condition => 'here') > 0;
COMMIT;
SELECT try($$INSERT INTO staff (id, dept, hired, n) VALUES (8, 'A', '2026-12-01 12:00', 2)$$);
INSERT INTO staff (id, dept, hired, n) VALUES (8, 'B', '2026-12-01 12:00', 1);
SELECT sound();
-- without the guard of the columns, types are followed as long as they can be read
SELECT source_id AS id FROM bianzhi.source WHERE NOT builtin \gset
SELECT format('DROP TRIGGER %I ON staff', '!bianzhi_columns_' || :id) AS drop_guard \gset
BEGIN;
:drop_guard;
ALTER TABLE staff ALTER dept TYPE char(8), ALTER n TYPE int, ALTER hired TYPE date;
UPDATE staff SET n = 2 WHERE dept = 'B';
SELECT has('B');
SELECT sound();
ALTER TABLE staff ALTER n TYPE numeric;
SELECT try('UPDATE staff SET n = 3'), try('INSERT INTO staff (id, dept, hired, n) VALUES (9, ''B'', ''2026-12-01'', 1)'), try('TRUNCATE staff');
SELECT try('SELECT bianzhi.verify()'), try('SELECT bianzhi.recount()'), try('SELECT bianzhi.dangling()'), try('INSERT INTO bianzhi.unit_alias (unit_id, alias) VALUES (1, ''x'')');
SELECT seat(1, 'A', 'administrative', '[2026-12-01,2026-12-02)');
ALTER TABLE staff ALTER n TYPE smallint;
UPDATE staff SET n = 1;
SELECT sound();
ROLLBACK;
SELECT has('B');
SELECT sound();

-- a column that is dropped with what depends on it

ALTER TABLE staff DROP left_on CASCADE;
SELECT try('UPDATE staff SET n = 1'), try('DELETE FROM staff'), try('TRUNCATE staff'), try($$INSERT INTO staff (id, dept, hired, n) VALUES (10, 'B', '2026-12-01', 1)$$);
SELECT try('SELECT bianzhi.verify()'), try('SELECT bianzhi.recount()'), try('SELECT bianzhi.dangling()'), try($$SELECT bianzhi.attach('staff')$$);
SELECT seat(2, 'B', 'administrative', '[2026-12-01,2026-12-02)');
-- suspended and back: refused, too, and nothing changes
SELECT bianzhi.suspend('dropped');
SELECT try('SELECT bianzhi.go_live()'), bianzhi.is_live();
SELECT bianzhi.detach('staff');
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', NULL, seats => 'n', condition => 'here') > 0;
SELECT bianzhi.go_live() IS NOT NULL;
SELECT has('B');
SELECT sound();
-- of a partitioned table, of a partition
CREATE TABLE part (id int, dept text, hired date, left_on date) PARTITION BY LIST (id);
CREATE TABLE part_1 (left_on date, hired date, id int, dept text);
ALTER TABLE part ATTACH PARTITION part_1 FOR VALUES IN (1);
SELECT bianzhi.attach('part', 'filled', 'dept', '=administrative', 'hired', 'left_on') > 0;
INSERT INTO part VALUES (1, 'B', '2027-12-01');
ALTER TABLE part RENAME dept TO unit;
INSERT INTO part_1 (id, unit, hired) VALUES (1, 'B', '2027-12-02');
ALTER TABLE part RENAME unit TO dept;
ALTER TABLE part_1 RENAME TO part_one;
UPDATE part_one SET hired = hired + 1;
SELECT has('B');
SELECT sound();
ALTER TABLE part DROP dept CASCADE;
SELECT try($$INSERT INTO part VALUES (1, '2027-12-01')$$), try('TRUNCATE part_one'), try('SELECT bianzhi.verify()');
SELECT bianzhi.detach('part');
SELECT sound();

-- values of an enumeration that are renamed: rows say other words, and count there once the table is attached again

CREATE TYPE dept AS ENUM ('A', 'B');
CREATE TABLE listed (dept dept, hired date);
SELECT bianzhi.attach('listed', 'filled', 'dept', '=pool', 'hired', NULL) > 0;
SELECT line('A', 'pool', 2), line('B', 'pool', 1);
INSERT INTO listed VALUES ('A', '2026-12-01'), ('A', '2026-12-01');
SELECT leads();
BEGIN;
ALTER TYPE dept RENAME VALUE 'B' TO 'C';
ALTER TYPE dept RENAME VALUE 'A' TO 'B';
SELECT count(*) FROM bianzhi.verify();
SELECT bianzhi.attach('listed') > 0;
COMMIT;
SELECT leads();
SELECT has('A'), has('B');
UPDATE listed SET hired = '2026-12-02';
SELECT sound();
DROP TABLE listed;
SELECT bianzhi.detach(relid) FROM bianzhi.source WHERE NOT EXISTS (SELECT 1 FROM pg_class WHERE oid = relid);
SELECT sound();

-- a table that is dropped: its rows count until one says that it is gone

SELECT 'staff'::regclass::oid AS gone \gset
BEGIN;
DROP TABLE staff;
SELECT seat(3, 'B', 'administrative', '[2026-12-01,2026-12-02)');
ROLLBACK;
UPDATE staff SET hired = hired + interval '1 day';
SELECT sound();
DROP TABLE staff;
SELECT count(*) FROM bianzhi.verify();
SELECT seat(3, 'B', 'administrative', '[2026-12-01,2026-12-02)');
SELECT replace(try(format('SELECT bianzhi.attach(%s)', :gone)), :'gone', 'OID');
SELECT bianzhi.detach(:gone);
SELECT has('B');
SELECT sound();
SELECT replace(try(format('SELECT bianzhi.detach(%s)', :gone)), :'gone', 'OID');
-- dropped while loading
SELECT bianzhi.suspend('load');
CREATE TABLE staff (dept text, hired date);
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', NULL) > 0;
SELECT 'staff'::regclass::oid AS gone \gset
DROP TABLE staff;
SELECT replace(try('SELECT bianzhi.go_live()'), :'gone', 'OID');
SELECT bianzhi.detach(:gone);
SELECT bianzhi.go_live() IS NOT NULL;
-- dropped with the extension: the table stays, without triggers
CREATE TABLE staff (dept text, hired date);
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', NULL) > 0;
DROP EXTENSION bianzhi CASCADE;
INSERT INTO staff VALUES ('nowhere', '2026-12-01');
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'staff'::regclass;
