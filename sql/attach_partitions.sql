-- partitioned tables under the limits: through the parent and straight to a leaf, leaves that come and go
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line('A', 'administrative', 2), line('B', 'administrative', 2), line('C', 'administrative', 40), line('D', 'administrative', 40);
INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (101, '990000197001010018', '人员101');

-- leaves with columns in another order, after dropped ones, sub-partitioned, a default

CREATE TABLE staff (id int, dept text, zone int NOT NULL, hired date, left_on date, who bigint) PARTITION BY LIST (zone);
CREATE TABLE staff_1 PARTITION OF staff FOR VALUES IN (1);
CREATE TABLE staff_2 (gone int, who bigint, zone int NOT NULL, left_on date, dead text, dept text, id int, hired date);
ALTER TABLE staff_2 DROP COLUMN gone, DROP COLUMN dead;
ALTER TABLE staff ATTACH PARTITION staff_2 FOR VALUES IN (2);
CREATE TABLE staff_3 (hired date, left_on date, who bigint, id int, dept text, zone int NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE staff_3a PARTITION OF staff_3 FOR VALUES FROM (0) TO (100);
CREATE TABLE staff_3b (dept text, who bigint, hired date, id int, zone int NOT NULL, left_on date);
ALTER TABLE staff_3 ATTACH PARTITION staff_3b FOR VALUES FROM (100) TO (200);
ALTER TABLE staff ATTACH PARTITION staff_3 FOR VALUES IN (3);
CREATE TABLE staff_x PARTITION OF staff DEFAULT;
CREATE INDEX ON staff (who);
INSERT INTO staff VALUES (1, 'A', 2, '2026-12-01'), (2, 'B', 3, '2026-12-01');
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', 'left_on', person => 'who') > 0;
SELECT has('A'), has('B');
SELECT sound();

-- each kind of statement, through the parent and by the name of a partition

INSERT INTO staff VALUES (3, 'A', 1, '2026-12-01');
SELECT try($$INSERT INTO staff VALUES (4, 'A', 3, '2026-12-01')$$), try($$INSERT INTO staff_1 VALUES (4, 'A', 1, '2026-12-01')$$), try($$INSERT INTO staff_2 (id, dept, zone, hired) VALUES (4, 'A', 2, '2026-12-01')$$),
	try($$INSERT INTO staff_3 (id, dept, zone, hired) VALUES (4, 'A', 3, '2026-12-01')$$), try($$INSERT INTO staff_3b (id, dept, zone, hired) VALUES (100, 'A', 3, '2026-12-01')$$), try($$INSERT INTO staff_x VALUES (4, 'A', 9, '2026-12-01')$$);
INSERT INTO staff_3 (id, dept, zone, hired) VALUES (5, 'C', 3, '2026-12-01'), (105, 'C', 3, '2026-12-02');
INSERT INTO staff_3b (id, dept, zone, hired) VALUES (106, 'C', 3, '2026-12-03');
INSERT INTO staff_x VALUES (7, 'C', 8, '2026-12-04');
INSERT INTO staff VALUES (8, 'C', 8, '2026-12-05');
COPY staff_2 (id, dept, zone, hired) FROM stdin;
9	C	2	2026-12-06
\.
COPY staff (id, dept, zone, hired) FROM stdin;
10	C	2	2026-12-07
11	C	3	2026-12-08
12	C	99	2026-12-09
\.
SELECT has('C');
SELECT sound();
-- to another partition, and another unit
UPDATE staff SET zone = 1 WHERE id = 9;
UPDATE staff SET zone = CASE zone WHEN 1 THEN 3 ELSE 1 END, dept = 'D' WHERE dept = 'C' AND hired < '2026-12-05';
UPDATE staff SET zone = 2, dept = 'A' WHERE id = 12;
\echo :LAST_ERROR_SQLSTATE
UPDATE staff_3 SET id = 205 - id WHERE dept = 'D';
UPDATE staff_3b SET left_on = hired + 1 WHERE dept = 'D';
SELECT tableoid::regclass, id, dept, zone, hired, left_on FROM staff ORDER BY id;
SELECT has('C'), has('D');
SELECT sound();
DELETE FROM staff WHERE id IN (10, 11);
DELETE FROM staff_x WHERE id = 12;
DELETE FROM staff_3 WHERE dept = 'D';
MERGE INTO staff AS s USING (VALUES (1, 1, 'D'), (2, 3, NULL), (13, 2, 'D'), (14, 77, 'D')) AS v (id, zone, dept) ON s.id = v.id
WHEN MATCHED AND v.dept IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET dept = v.dept, zone = v.zone
WHEN NOT MATCHED THEN INSERT (id, zone, dept, hired) VALUES (v.id, v.zone, v.dept, '2026-12-10');
SELECT has(k) FROM unnest('{A,B,C,D}'::text[]) AS k;
SELECT sound();
WITH gone AS (DELETE FROM staff_1 WHERE dept IN ('A', 'D') RETURNING *) INSERT INTO staff_2 (id, dept, zone, hired) SELECT id, 'A', 2, hired FROM gone;
SELECT has('A');
TRUNCATE staff_2;
SELECT has('A');
TRUNCATE staff_3;
SELECT sound();
BEGIN;
TRUNCATE staff;
SELECT has('C');
ROLLBACK;
SELECT has('C');
-- one seat a person, in whatever partition
INSERT INTO staff VALUES (20, 'C', 2, '2026-12-01', NULL, 101);
SELECT try($$INSERT INTO staff_1 VALUES (21, 'D', 1, '2027-01-01', NULL, 101)$$), seat(101, 'D', 'administrative', '[2027-01-01,)');
UPDATE staff SET zone = 3, left_on = '2027-01-01' WHERE id = 20;
SELECT seat(101, 'D', 'administrative', '[2027-01-01,)'), try('UPDATE staff_3 SET left_on = NULL WHERE id = 20');
SELECT sound();

-- a partition that comes: nothing can be written into it until the table is attached again

CREATE TABLE staff_4 PARTITION OF staff FOR VALUES IN (4);
SELECT try($$INSERT INTO staff VALUES (30, 'B', 4, '2026-12-01')$$), try($$INSERT INTO staff_4 VALUES (30, 'B', 4, '2026-12-01')$$), try('UPDATE staff SET zone = 4 WHERE id = 20');
INSERT INTO staff VALUES (30, 'B', 1, '2026-12-01');
SELECT bianzhi.attach('staff') > 0;
INSERT INTO staff VALUES (31, 'B', 4, '2026-12-01');
SELECT try($$INSERT INTO staff_4 VALUES (32, 'B', 4, '2026-12-01')$$);
TRUNCATE staff_4;
SELECT has('B');
SELECT sound();
-- one that comes with rows: they count from then on, and what they exceed becomes a lead
CREATE TABLE staff_5 (who bigint, hired date, dept text, zone int NOT NULL, left_on date, id int);
INSERT INTO staff_5 (id, dept, zone, hired) SELECT n, 'B', 5, '2026-12-15' FROM generate_series(50, 51) AS n;
ALTER TABLE staff ATTACH PARTITION staff_5 FOR VALUES IN (5);
SELECT try('UPDATE staff SET hired = hired + 1 WHERE id = 50'), try('DELETE FROM staff_5 WHERE id = 50');
SELECT leads();
SELECT bianzhi.attach('staff') > 0;
SELECT leads();
SELECT has('B');
DELETE FROM staff_5 WHERE id = 50;
SELECT sound();
-- rows that name what is not there keep it out
CREATE TABLE staff_6 (LIKE staff);
INSERT INTO staff_6 VALUES (60, 'nowhere', 6, '2026-12-15');
ALTER TABLE staff ATTACH PARTITION staff_6 FOR VALUES IN (6);
SELECT split_part(try($$SELECT bianzhi.attach('staff')$$), ' | ', 2), try('DELETE FROM staff_6');
ALTER TABLE staff DETACH PARTITION staff_6;
DELETE FROM staff_6;
ALTER TABLE staff ATTACH PARTITION staff_6 FOR VALUES IN (6);
SELECT bianzhi.attach('staff') > 0;
-- one below a partition
CREATE TABLE staff_3c PARTITION OF staff_3 FOR VALUES FROM (200) TO (300);
SELECT try($$INSERT INTO staff VALUES (200, 'B', 3, '2027-12-01')$$);
SELECT bianzhi.attach('staff') > 0;
INSERT INTO staff_3 (id, dept, zone, hired) VALUES (200, 'D', 3, '2027-12-01');
TRUNCATE staff_3c;
INSERT INTO staff_3c (id, dept, zone, hired) VALUES (200, 'D', 3, '2027-12-01');
SELECT has('D');
SELECT sound();

-- a partition that goes: its rows count until the table is attached again; what is written into it no more

SELECT has('C');
INSERT INTO staff_3b (id, dept, zone, hired) VALUES (107, 'C', 3, '2028-01-01');
ALTER TABLE staff_3 DETACH PARTITION staff_3b;
INSERT INTO staff_3b (id, dept, zone, hired) VALUES (108, 'B', 3, '2028-01-01'), (109, 'nowhere', 3, '2028-01-01');
UPDATE staff_3b SET dept = 'A' WHERE id = 108;
DELETE FROM staff_3b WHERE id = 109;
SELECT sound();
SELECT bianzhi.attach('staff') > 0;
SELECT sound();
TRUNCATE staff_3b;
-- and comes back: as a new one
INSERT INTO staff_3b (id, dept, zone, hired) VALUES (108, 'D', 3, '2029-01-01');
ALTER TABLE staff_3 ATTACH PARTITION staff_3b FOR VALUES FROM (100) TO (200);
SELECT try($$INSERT INTO staff VALUES (110, 'D', 3, '2029-02-01')$$), try($$DELETE FROM staff_3b$$);
SELECT bianzhi.attach('staff') > 0;
INSERT INTO staff VALUES (110, 'D', 3, '2029-02-01');
SELECT has('D');
SELECT sound();
-- detached and back while nobody wrote, then dropped
ALTER TABLE staff DETACH PARTITION staff_3;
ALTER TABLE staff ATTACH PARTITION staff_3 FOR VALUES IN (3);
SELECT try($$INSERT INTO staff VALUES (111, 'D', 3, '2029-02-01')$$);
SELECT bianzhi.attach('staff') > 0;
INSERT INTO staff VALUES (111, 'D', 3, '2029-03-01');
DROP TABLE staff_3;
SELECT bianzhi.attach('staff') > 0;
SELECT has('D');
SELECT sound();

-- the parent and one of its partitions, both

SELECT bianzhi.detach('staff');
SELECT bianzhi.attach('staff_1', 'filled', 'dept', '=outside_staff', 'hired', 'left_on') > 0;
SELECT has('C');
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', 'left_on') > 0;
INSERT INTO staff VALUES (120, 'C', 1, '2029-01-01'), (121, 'C', 4, '2030-01-01');
SELECT has('C');
SELECT sound();
SELECT bianzhi.detach('staff');
INSERT INTO staff VALUES (122, 'C', 1, '2031-01-01'), (123, 'C', 4, '2031-01-01');
SELECT has('C');
SELECT sound();
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', 'left_on') > 0;
SELECT bianzhi.detach('staff_1');
INSERT INTO staff VALUES (124, 'D', 1, '2031-01-01');
INSERT INTO staff_1 VALUES (124, 'C', 1, '2031-01-01');
SELECT sound();
-- one that is attached for itself cannot become a partition of one that is
CREATE TABLE staff_7 (LIKE staff INCLUDING INDEXES);
SELECT bianzhi.attach('staff_7', 'filled', 'dept', '=administrative', 'hired', 'left_on') > 0;
SELECT try('ALTER TABLE staff ATTACH PARTITION staff_7 FOR VALUES IN (7)');
SELECT bianzhi.detach('staff_7');
ALTER TABLE staff ATTACH PARTITION staff_7 FOR VALUES IN (7);
SELECT bianzhi.attach('staff') > 0;
SELECT sound();
SELECT bianzhi.detach('staff');
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!bianzhi%' AND tgrelid::regclass::text LIKE 'staff%';
SELECT has('C');
SELECT sound();
