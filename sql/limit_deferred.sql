-- L11: judged at the end of the outer statement, or, deferred, at commit by what the whole transaction did
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\set hire 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES'
\set defer 'SET CONSTRAINTS bianzhi.establishment_limit DEFERRED'

CREATE VIEW seats AS
SELECT u.unit_key, string_agg(o.person_id::text, ' ' ORDER BY o.person_id) AS persons
FROM bianzhi.occupancy AS o JOIN bianzhi.unit AS u USING (unit_id) GROUP BY u.unit_key;

-- two people swap two full units

SELECT line('A', 'administrative', 1), line('B', 'administrative', 1), seat(1, 'A', 'administrative', '[2026-12-01,)'), seat(2, 'B', 'administrative', '[2026-12-01,)');
BEGIN;
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 1;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
:defer;
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 1;
SELECT has('B');
UPDATE bianzhi.occupancy SET unit_id = 1 WHERE person_id = 2;
COMMIT;
SELECT * FROM seats ORDER BY 1;
-- it is over with the transaction
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 2;
\echo :LAST_ERROR_SQLSTATE
-- ALL, and the bare name where the schema is in the path, do the same
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 2;
UPDATE bianzhi.occupancy SET unit_id = 1 WHERE person_id = 1;
COMMIT;
BEGIN;
SET LOCAL search_path = bianzhi, public;
SET CONSTRAINTS establishment_limit DEFERRED;
UPDATE occupancy SET unit_id = 2 WHERE person_id = 1;
UPDATE occupancy SET unit_id = 1 WHERE person_id = 2;
COMMIT;
SELECT * FROM seats ORDER BY 1;
SELECT sound();

-- two over-full ones: 3 in 2 and 2 in 1

SELECT line('A', 'administrative', 2), line('B', 'administrative', 1);
:hire (3, 1, 'administrative', '[2026-12-01,)'), (4, 1, 'administrative', '[2026-12-01,)'), (5, 2, 'administrative', '[2026-12-01,)');
SELECT line('A', 'administrative', -1), line('B', 'administrative', -1);
SELECT count(*) FROM leads();
BEGIN;
:defer;
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 3;
UPDATE bianzhi.occupancy SET unit_id = 1 WHERE person_id = 5;
COMMIT;
SELECT * FROM seats ORDER BY 1;
SELECT leads();

-- the net change of the transaction decides: two out and one in, one out and two in

BEGIN;
:defer;
:hire (6, 1, 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id IN (4, 5);
COMMIT;
BEGIN;
:defer;
DELETE FROM bianzhi.occupancy WHERE person_id = 6;
:hire (7, 1, 'administrative', '[2026-12-01,)');
:hire (8, 1, 'administrative', '[2026-12-01,)');
SELECT 'still there', count(*) FROM bianzhi.occupancy WHERE person_id IN (7, 8);
COMMIT;
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM seats ORDER BY 1;
-- what the transaction did before it deferred counts, too: one left, one may come
SELECT line('A', 'administrative', -1);
SELECT leads();
BEGIN;
DELETE FROM bianzhi.occupancy WHERE person_id = 6;
:defer;
:hire (7, 1, 'administrative', '[2026-12-01,)');
COMMIT;
BEGIN;
DELETE FROM bianzhi.occupancy WHERE person_id = 7;
:hire (8, 1, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT * FROM seats ORDER BY 1;
SELECT sound();

-- SET CONSTRAINTS ... IMMEDIATE judges what has been put off; from then on each statement stands alone

SELECT line('C', 'administrative', 1), seat(10, 'C', 'administrative', '[2026-12-01,)');
BEGIN;
:defer;
:hire (11, 3, 'administrative', '[2026-12-01,)');
SET CONSTRAINTS bianzhi.establishment_limit IMMEDIATE;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
:defer;
:hire (11, 3, 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id = 10;
SET CONSTRAINTS bianzhi.establishment_limit IMMEDIATE;
:hire (10, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;

-- savepoints: what is rolled back is not judged, what stands is

BEGIN;
:defer;
SAVEPOINT a;
:hire (11, 3, 'administrative', '[2026-12-01,)');
ROLLBACK TO a;
:hire (11, 3, 'administrative', '[2027-12-01,)');
ROLLBACK TO a;
COMMIT;
BEGIN;
SAVEPOINT a;
:defer;
:hire (11, 3, 'administrative', '[2026-12-01,)');
RELEASE a;
SAVEPOINT b;
DELETE FROM bianzhi.occupancy WHERE person_id = 10;
ROLLBACK TO b;
COMMIT;
\echo :LAST_ERROR_SQLSTATE
-- deferred in a savepoint that is rolled back: immediate again
BEGIN;
SAVEPOINT a;
:defer;
ROLLBACK TO a;
:hire (11, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT * FROM seats WHERE unit_key = 'C';
SELECT sound();

-- all checks move together: one seat, no quota, quota below zero

BEGIN;
:defer;
SELECT line('D', 'administrative', 1);
:hire (10, 4, 'administrative', '[2027-01-01,)');		-- a second seat, for now
UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-01-01)' WHERE person_id = 10 AND unit_id = 3;
COMMIT;
BEGIN;
:defer;
:hire (10, 4, 'administrative', '[2026-12-15,2027-01-01)');
COMMIT;
\echo :LAST_ERROR_SQLSTATE
BEGIN;
:defer;
:hire (12, 5, 'administrative', '[2026-12-01,)');		-- no quota, for now
SELECT line('E', 'administrative', 1);
COMMIT;
BEGIN;
:defer;
:hire (13, 6, 'administrative', '[2026-12-01,)');
COMMIT;
\echo :LAST_ERROR_SQLSTATE
BEGIN;
:defer;
SELECT line('F', 'administrative', -2);
SELECT line('F', 'administrative', 3);
COMMIT;
BEGIN;
:defer;
SELECT line('F', 'administrative', -2);
COMMIT;
\echo :LAST_ERROR_SQLSTATE
SELECT has(k) FROM unnest('{C,D,E,F}'::text[]) AS k;
SELECT leads();

-- more than one at fault: seat before limit, whatever came first
BEGIN;
:defer;
:hire (20, 6, 'administrative', '[2026-12-01,)'), (21, 6, 'administrative', '[2026-12-01,)');
:hire (12, 6, 'administrative', '[2026-12-01,)');
COMMIT;
\echo :LAST_ERROR_SQLSTATE

-- leads are left once, at the end

INSERT INTO bianzhi.category (code, name_zh, measure, enforcement) VALUES ('recorded', '登记', 'establishment', 'record');
SELECT line('F', 'recorded', 1);
BEGIN;
:defer;
:hire (22, 6, 'recorded', '[2026-12-01,)');
:hire (23, 6, 'recorded', '[2026-12-01,)');
:hire (24, 6, 'recorded', '[2026-12-01,)');
SELECT 'no lead yet', count(*) FROM bianzhi.lead;
COMMIT;
SELECT leads();
BEGIN;
:defer;
:hire (25, 6, 'recorded', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id = 24;
UPDATE bianzhi.quota SET amount = 0 WHERE unit_id = 6 AND category = 'recorded';
UPDATE bianzhi.quota SET amount = 1 WHERE unit_id = 6 AND category = 'recorded';
COMMIT;
SELECT leads();

-- a procedure that commits, commits under it
CREATE PROCEDURE in_two_steps() LANGUAGE plpgsql AS $$
BEGIN
	SET CONSTRAINTS ALL DEFERRED;
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (30, 3, 'administrative', '[2026-12-01,2027-01-01)');
	DELETE FROM bianzhi.occupancy WHERE person_id = 10;
	COMMIT;
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (31, 3, 'administrative', '[2026-12-01,2027-01-01)');
	COMMIT;
END
$$;
CALL in_two_steps();
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM seats WHERE unit_key IN ('C', 'D');
SELECT sound();
