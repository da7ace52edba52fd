-- L17: a quota line with on_exit = 'recover' takes back the seat of everybody who leaves while it is in force (出一减一)
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set hire 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES'

-- a line, and what leavings have taken back: unit, category, seats, days, document, whose leaving
CREATE FUNCTION recovering(key text, category text, amount int, during daterange DEFAULT '[2020-01-01,)', document text DEFAULT '编发9号')
RETURNS text LANGUAGE sql AS $$
	SELECT try(format('INSERT INTO bianzhi.quota (unit_id, category, amount, during, on_exit, document_no)
		VALUES (%L, %L, %L, %L, ''recover'', %L)', unit(key), category, amount, during, document))
$$;
CREATE FUNCTION taken() RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT format('%s %s: %s %s %s by %s, for %s', (SELECT u.unit_key FROM bianzhi.unit AS u WHERE u.unit_id = q.unit_id), q.category, q.kind, q.amount, q.during, q.document_no,
		coalesce((SELECT o.person_id::text FROM bianzhi.occupancy AS o WHERE o.occupancy_id = q.cause), 'nobody'))
	FROM bianzhi.quota AS q WHERE q.cause IS NOT NULL ORDER BY q.unit_id, q.category COLLATE "C", q.during, q.cause
$$;
CREATE FUNCTION leaves(person int, day date) RETURNS text LANGUAGE sql AS $$
	SELECT try(format('UPDATE bianzhi.occupancy SET during = daterange(lower(during), %L) WHERE person_id = %L', day, person))
$$;

-- the seat goes with who leaves; the day moves it, the undoing gives it back

SELECT recovering('A', 'administrative', 3);
SELECT seat(n, 'A', 'administrative', '[2024-01-01,)') FROM generate_series(1, 3) AS n;
SELECT taken();
SELECT leaves(1, '2027-01-01');
SELECT taken();
SELECT has('A');
SELECT seat(4, 'A', 'administrative', '[2027-01-01,)');
SELECT quota_id AS line FROM bianzhi.quota WHERE cause IS NOT NULL \gset
UPDATE bianzhi.quota SET note = 'kept' WHERE quota_id = :line;
SELECT leaves(1, '2027-06-01'), leaves(1, '2027-03-01');
SELECT taken(), (SELECT note FROM bianzhi.quota WHERE quota_id = :line);
UPDATE bianzhi.occupancy SET note = 'x', during = daterange('2024-02-01', upper(during)) WHERE person_id = 1;		-- the end stays
SELECT taken();
SELECT leaves(1, NULL);
SELECT taken();
SELECT has('A');
-- a row that is deleted never left; one that ends when it is written has
SELECT leaves(1, '2027-01-01'), try('DELETE FROM bianzhi.occupancy WHERE person_id = 1');
SELECT taken();
SELECT seat(1, 'A', 'administrative', '[2024-01-01,2027-01-01)');
SELECT taken();
-- not counted any more, and counted again
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 1, '1', '[2020-01-01,2030-01-01)', 'x');
SELECT try('UPDATE bianzhi.occupancy SET counted = false WHERE person_id = 1');
SELECT taken();
SELECT try('UPDATE bianzhi.occupancy SET counted = true WHERE person_id = 1');
SELECT taken();
SELECT sound(), leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- nothing is taken back before the line, after it, where it was written later than the leaving, or elsewhere

SELECT line('A', 'administrative', 9), recovering('A', 'administrative', 0, '[2027-01-01,2028-01-01)'), line('B', 'administrative', 9);
SELECT seat(n, CASE WHEN n < 5 THEN 'A' ELSE 'B' END, 'administrative', '[2024-01-01,)') FROM generate_series(1, 5) AS n;
SELECT leaves(1, '2026-12-31'), leaves(2, '2027-01-01'), leaves(3, '2027-12-31'), leaves(4, '2028-01-01'), leaves(5, '2027-06-01');
SELECT taken();
SELECT recovering('B', 'administrative', 0);
SELECT taken();
SELECT leaves(5, '2027-06-02');		-- now it is
SELECT taken();
-- the line goes: what it has caused stays, until the leaving is written anew
DELETE FROM bianzhi.quota WHERE on_exit = 'recover';
SELECT taken();
SELECT leaves(2, '2027-02-01'), leaves(3, NULL);
SELECT taken();
SELECT leaves(5, NULL);
SELECT taken();
SELECT sound(), leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- a statement that fails leaves nothing behind that a later one would take for a leaving
SELECT line('A', 'administrative', 9), seat(1, 'A', 'administrative', '[2024-01-01,2027-01-01)'), seat(2, 'A', 'administrative', '[2024-01-01,)'), recovering('A', 'administrative', 0);
UPDATE bianzhi.unit SET during = '(,2030-01-01)' WHERE unit_id = 6;
BEGIN;
SELECT try('UPDATE bianzhi.occupancy SET unit_id = 6, during = ''[2024-01-01,2031-01-01)'' WHERE person_id = 1');
SELECT leaves(2, '2027-06-01');
COMMIT;
SELECT taken();
UPDATE bianzhi.unit SET during = '(,)' WHERE unit_id = 6;
SELECT sound(), leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- each account of the path by its own line, the section's never; of several lines the latest gives the document

SELECT line('A', 'administrative', 3), recovering('A', 'administrative', 2, '[2024-01-01,)', '编发2号'), recovering('A', 'administrative', 0, '[2025-01-01,)', '编发3号'), recovering('A', 'administrative', 0, '[2029-01-01,)', '编发4号');
SELECT line('A', 'retired_service', 2), line('A1', 'administrative', 3), recovering('A1', 'administrative', 0);
SELECT seat(1, 'A', 'retired_service', '[2024-01-01,)', 'A1'), seat(2, 'A', 'administrative', '[2024-01-01,)'), leaves(1, '2027-01-01');
SELECT taken();
SELECT recovering('A', 'retired_service', 0, '[2020-01-01,)', '编发5号'), leaves(1, '2027-02-01');
SELECT taken();
-- moved to a category, and to a unit, that takes nothing back: and back again
SELECT line('B', 'administrative', 5), try('UPDATE bianzhi.occupancy SET category = ''administrative'' WHERE person_id = 1');
SELECT taken();
SELECT try('UPDATE bianzhi.occupancy SET unit_id = 2, section_id = NULL WHERE person_id = 1');
SELECT taken();
SELECT try('UPDATE bianzhi.occupancy SET unit_id = 1 WHERE person_id = 1');
SELECT taken();
SELECT sound(), leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- a transfer is a leaving; who goes on in the same account by the same statement has not left it

SELECT recovering('A', 'administrative', 2), recovering('A', 'retired_service', 1), line('B', 'administrative', 2), seat(1, 'A', 'administrative', '[2024-01-01,)'), seat(2, 'A', 'retired_service', '[2024-01-01,)');
SELECT try($$WITH gone AS (UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2027-01-01') WHERE person_id = 1)
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, 2, 'administrative', '[2027-01-01,)')$$);
SELECT taken();
SELECT try($$WITH gone AS (UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2027-02-01') WHERE person_id = 2)
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (2, 1, 'administrative', '[2027-02-01,)')$$);
SELECT taken();
SELECT has('A');
SELECT sound(), leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- at most what is there: a leaving is never refused for want of something to take back

SELECT line('A', 'administrative', 3);
SELECT seat(n, 'A', 'administrative', '[2024-01-01,)') FROM generate_series(1, 3) AS n;
UPDATE bianzhi.quota SET amount = 1, on_exit = 'recover' WHERE unit_id = 1;
SELECT leads();
-- two at once: one seat is left to take
SELECT try('UPDATE bianzhi.occupancy SET during = ''[2024-01-01,2027-01-01)'' WHERE person_id IN (2, 3)');
SELECT taken();
SELECT leaves(1, '2028-01-01');
SELECT taken();
SELECT has('A');
-- what the one gives back the other, moved, finds; who comes back into a unit that is over enters it
SELECT try('DELETE FROM bianzhi.occupancy WHERE person_id = 2'), leaves(3, '2026-12-31');
SELECT taken();
SELECT leaves(3, NULL);
SELECT leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy;
-- the quota ends, pauses, and comes again: the seat is taken back while there is one
SELECT recovering('A', 'administrative', 2, '[2020-01-01,2028-01-01)'), line('A', 'administrative', 1, '[2029-01-01,2030-01-01)'), line('A', 'administrative', 0, '[2030-01-01,2031-01-01)'), line('A', 'administrative', 1, '[2031-01-01,)');
SELECT seat(1, 'A', 'administrative', '[2024-01-01,2027-01-01)'), seat(2, 'A', 'administrative', '[2024-01-01,2027-06-01)');
SELECT taken();
SELECT has('A');
SELECT leaves(1, '2027-07-01');
SELECT taken();
-- lines that the office has changed: waived, and more than one seat
UPDATE bianzhi.quota SET amount = 0 WHERE cause IS NOT NULL AND during @> '2027-12-31'::date;
SELECT leaves(1, '2027-08-01');
SELECT taken();
TRUNCATE bianzhi.quota, bianzhi.occupancy, bianzhi.lead;
SELECT recovering('A', 'administrative', 3), seat(1, 'A', 'administrative', '[2024-01-01,2027-01-01)'), line('A', 'administrative', -1, '[2026-01-01,2027-01-01)');
UPDATE bianzhi.quota SET amount = -2 WHERE cause IS NOT NULL;
SELECT line('A', 'administrative', -1, '[2026-01-01,2027-01-01)'), leaves(1, '2026-12-01');
SELECT taken();
SELECT sound(), leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- over-full: the seat goes, the excess stays, and each such cut leaves its lead

SELECT line('A', 'administrative', 3);
SELECT seat(n, 'A', 'administrative', '[2024-01-01,)') FROM generate_series(1, 3) AS n;
UPDATE bianzhi.quota SET amount = 2, on_exit = 'recover' WHERE unit_id = 1;
SELECT count(*) FROM leads();
SELECT leaves(1, '2027-01-01');
SELECT taken();
SELECT leads();
SELECT seat(4, 'A', 'administrative', '[2027-01-01,)');
TRUNCATE bianzhi.quota, bianzhi.occupancy;
-- one for one in one statement: who comes does not make the load grow, but the seat is gone
SELECT recovering('A', 'administrative', 2), seat(1, 'A', 'administrative', '[2024-01-01,)'), seat(2, 'A', 'administrative', '[2024-01-01,)');
SELECT try($$WITH gone AS (UPDATE bianzhi.occupancy SET during = '[2024-01-01,2027-01-01)' WHERE person_id = 1)
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 1, 'administrative', '[2027-01-01,)')$$);
SELECT taken();
SELECT leads();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- every way a row can leave: COPY, MERGE, ON CONFLICT, a savepoint that rolls back, a trigger of the user, deferred, TRUNCATE

SELECT recovering('A', 'administrative', 20), recovering('B', 'administrative', 20);
\copy bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) FROM stdin
101	1	1	administrative	[2024-01-01,2027-01-01)
102	2	1	administrative	[2024-01-01,)
103	3	1	administrative	[2024-01-01,)
104	4	1	administrative	[2024-01-01,)
105	5	2	administrative	[2024-01-01,)
\.
SELECT taken();
MERGE INTO bianzhi.occupancy AS o USING (VALUES (101, NULL::date), (102, '2027-02-01'), (103, '2027-03-01'), (110, '2027-04-01')) AS v (id, day) ON o.occupancy_id = v.id
	WHEN MATCHED AND v.day IS NULL THEN DELETE
	WHEN MATCHED THEN UPDATE SET during = daterange(lower(during), v.day)
	WHEN NOT MATCHED THEN INSERT (occupancy_id, person_id, unit_id, category, during) VALUES (v.id, 10, 2, 'administrative', daterange('2024-01-01', v.day));
SELECT taken();
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES (102, 2, 1, 'administrative', '[2024-01-01,)'), (104, 4, 1, 'administrative', '[2024-01-01,2027-05-01)')
	ON CONFLICT (occupancy_id) DO UPDATE SET during = excluded.during;
SELECT taken();
BEGIN;
SAVEPOINT a;
SELECT leaves(105, '2028-01-01');
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2028-01-01)' WHERE occupancy_id = 105;
SELECT taken();
ROLLBACK TO a;
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2028-06-01)' WHERE occupancy_id = 102;
COMMIT;
SELECT taken();
UPDATE bianzhi.occupancy SET occupancy_id = 202 WHERE occupancy_id = 102;
SELECT taken();
-- somebody's trigger ends another row of the table, in a block that may fail
CREATE FUNCTION also() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE bianzhi.occupancy SET during = '[2024-01-01,2029-01-01)' WHERE occupancy_id = 105;
	IF NEW.note = 'fail' THEN
		RAISE EXCEPTION 'fail';
	END IF;
	RETURN NULL;
EXCEPTION WHEN raise_exception THEN
	RETURN NULL;
END
$$;
CREATE TRIGGER zz_also AFTER UPDATE ON bianzhi.occupancy FOR EACH ROW WHEN (NEW.note IS NOT NULL) EXECUTE FUNCTION also();
UPDATE bianzhi.occupancy SET note = 'fail', during = '[2024-01-01,2027-07-01)' WHERE occupancy_id = 103;
SELECT taken();
UPDATE bianzhi.occupancy SET note = 'fine', during = '[2024-01-01,2027-08-01)' WHERE occupancy_id = 103;
SELECT taken();
DROP TRIGGER zz_also ON bianzhi.occupancy;
-- deferred: the seat goes with the statement, and the commit judges by it
SELECT recovering('C', 'administrative', 1), seat(20, 'C', 'administrative', '[2024-01-01,)');
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2027-01-01)' WHERE person_id = 20;
SELECT authorized FROM bianzhi.levels_now(3, 'administrative', '2027-01-01');
:hire (21, 3, 'administrative', '[2026-12-31,)');
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2027-01-01)' WHERE person_id = 20;
:hire (21, 3, 'administrative', '[2027-01-01,)');
COMMIT;
SELECT leads();
SELECT taken();
-- the line itself cannot go from under what it has caused
SELECT try('DELETE FROM bianzhi.quota WHERE cause IS NULL AND unit_id = 2');
TRUNCATE bianzhi.occupancy;
SELECT taken();
SELECT sound();
TRUNCATE bianzhi.quota;

-- under a ceiling: the seat that is taken back can be given out elsewhere; then the leaving cannot be undone any more

TRUNCATE bianzhi.quota, bianzhi.occupancy;
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET parent_id = 6 WHERE unit_id IN (1, 2);
RESET bianzhi.effective_on;
SELECT try($$INSERT INTO bianzhi.ceiling (unit_id, category, amount, during, document_no) VALUES (6, 'administrative', 3, '[2020-01-01,)', '总量1号')$$);
SELECT recovering('A', 'administrative', 2), line('B', 'administrative', 1), seat(1, 'A', 'administrative', '[2024-01-01,)'), leaves(1, '2027-01-01');
SELECT line('B', 'administrative', 1, '[2026-12-31,)');
SELECT line('B', 'administrative', 1, '[2027-01-01,)'), leaves(1, '2026-12-01'), leaves(1, '2027-02-01'), leaves(1, NULL);
SELECT taken();
SELECT sound(), leads();
DELETE FROM bianzhi.ceiling;
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- many at once; and one among very many of whom nothing is taken back

INSERT INTO bianzhi.person (person_id, name) SELECT n, '人员' || n FROM generate_series(1001, 3000) AS n;
SELECT recovering('A', 'administrative', 1500), line('B', 'administrative', 300000);
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT n, 1, 'administrative', daterange('2024-01-01', '2026-12-01'::date + n % 400) FROM generate_series(1001, 2400) AS n;
SELECT count(*), count(DISTINCT cause), sum(amount) FROM bianzhi.quota WHERE cause IS NOT NULL;
SELECT authorized, filled, reserved, vacancy FROM bianzhi.vacancy_on('2027-03-01') WHERE unit_id = 1 AND category = 'administrative';
DELETE FROM bianzhi.occupancy WHERE person_id % 2 = 0;
UPDATE bianzhi.occupancy SET during = daterange(lower(during), upper(during) + 10);
SELECT count(*), count(DISTINCT q.cause), bool_and(lower(q.during) = upper(o.during)) FROM bianzhi.quota AS q JOIN bianzhi.occupancy AS o ON o.occupancy_id = q.cause;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT 1, 1, 'administrative', '[2025-01-01,2027-01-01)'::daterange
UNION ALL SELECT p, 2, 'administrative', daterange('2021-01-01'::date + d, '2021-01-02'::date + d) FROM generate_series(2001, 3000) AS p, generate_series(0, 262) AS d;
SELECT count(*) FROM bianzhi.quota WHERE cause IS NOT NULL;
SELECT sound(), leads();

-- an ordinary role that writes seats and may not look at the quota

CREATE ROLE recover_clerk;
GRANT SELECT, INSERT, UPDATE, DELETE ON bianzhi.occupancy TO recover_clerk;
TRUNCATE bianzhi.quota, bianzhi.occupancy;
SELECT recovering('A', 'administrative', 2), seat(1, 'A', 'administrative', '[2024-01-01,)'), seat(2, 'A', 'administrative', '[2024-01-01,2027-02-01)');
SET ROLE recover_clerk;
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2027-01-01)' WHERE person_id = 1;
DELETE FROM bianzhi.occupancy WHERE person_id = 2;
RESET ROLE;
SELECT taken();
-- while loading nothing is done, and what was taken back stays
SELECT bianzhi.suspend('测试');
DELETE FROM bianzhi.occupancy WHERE person_id = 1;
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES (999, 3, 1, 'administrative', '[2024-01-01,2027-01-01)');
SELECT taken();
SELECT changed FROM bianzhi.go_live();
SELECT leaves(3, '2027-01-02');
SELECT taken();
SELECT sound();

-- what a line may say

SELECT try('INSERT INTO bianzhi.quota (unit_id, category, amount, during, on_exit, document_no) VALUES (1, ''administrative'', 1, ''[2020-01-01,)'', ''lend'', ''x'')');
DROP OWNED BY recover_clerk;
DROP ROLE recover_clerk;
