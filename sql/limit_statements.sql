-- L9: the limit holds for every shape of statement
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\set hire 'INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES'
ALTER TABLE bianzhi.occupancy ALTER COLUMN occupancy_id RESTART WITH 1001;

-- who sits where
CREATE VIEW seats AS
SELECT o.occupancy_id, o.person_id, u.unit_key, o.category, o.during FROM bianzhi.occupancy AS o JOIN bianzhi.unit AS u USING (unit_id);
-- start anew: A and B may have 2, C 1, D nothing
CREATE PROCEDURE anew() LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE bianzhi.occupancy, bianzhi.quota;
	DELETE FROM bianzhi.lead;
	INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
	VALUES (1, 'administrative', 2, '[2020-01-01,)', '编发1号'), (2, 'administrative', 2, '[2020-01-01,)', '编发1号'),
		(3, 'administrative', 1, '[2020-01-01,)', '编发1号'), (4, 'administrative', 0, '[2020-01-01,)', '编发1号');
END
$$;

-- INSERT

CALL anew();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)');
:hire (2, 2, 1, 'administrative', '[2026-12-01,)'), (3, 3, 1, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
:hire (2, 2, 1, 'administrative', '[2026-12-01,)'), (3, 3, 2, 'administrative', '[2026-12-01,)') RETURNING occupancy_id;
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during)
SELECT 10 + n, 10 + n, 2, 'administrative', daterange('2026-12-01', '2026-12-01'::date + n) FROM generate_series(1, 2) AS n;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during)
SELECT 10 + n, 10 + n, 2, 'administrative', daterange('2026-12-01'::date + n, '2026-12-02'::date + n) FROM generate_series(1, 40) AS n;
SELECT count(*), count(*) FILTER (WHERE unit_key = 'B') FROM seats;
SELECT sound();

-- UPDATE: of days, unit, category, person; of many rows at once

CALL anew();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)'), (3, 3, 2, 'administrative', '[2026-12-01,)'), (4, 4, 3, 'administrative', '[2026-12-01,2027-06-01)');
UPDATE bianzhi.occupancy SET unit_id = 1 WHERE occupancy_id = 3;
\echo :LAST_ERROR_SQLSTATE
UPDATE bianzhi.occupancy SET unit_id = 3, during = '[2027-06-01,)' WHERE occupancy_id = 3;
UPDATE bianzhi.occupancy SET during = '[2027-05-01,2027-06-01)' WHERE occupancy_id = 3;
\echo :LAST_ERROR_SQLSTATE
-- two change their units, both full
UPDATE bianzhi.occupancy SET unit_id = CASE unit_id WHEN 1 THEN 3 ELSE 1 END WHERE occupancy_id IN (1, 3, 4);
UPDATE bianzhi.occupancy SET unit_id = 3 WHERE unit_id = 1 AND occupancy_id = 2;
\echo :LAST_ERROR_SQLSTATE
-- all move on by a day
UPDATE bianzhi.occupancy SET during = daterange(lower(during) + 1, upper(during) + 1);
UPDATE bianzhi.occupancy AS o SET unit_id = v.unit FROM (VALUES (1, 2), (2, 2)) AS v (id, unit) WHERE o.occupancy_id = v.id;
UPDATE bianzhi.occupancy SET category = 'retired_service' WHERE unit_id = 2;
SELECT * FROM seats ORDER BY 1;
SELECT has(k) FROM unnest('{A,B,C}'::text[]) AS k;
SELECT sound();

-- DELETE

DELETE FROM bianzhi.occupancy WHERE unit_id = 2 RETURNING occupancy_id;
:hire (5, 5, 2, 'administrative', '[2026-12-01,)'), (6, 6, 2, 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.quota WHERE unit_id = 2;
SELECT leads();
DELETE FROM bianzhi.occupancy USING bianzhi.unit AS u WHERE u.unit_id = occupancy.unit_id AND u.unit_key = 'B';
SELECT has('B');
SELECT sound();

-- TRUNCATE: every row ends; also one that is rolled back, and lines under people

CALL anew();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)');
BEGIN;
SAVEPOINT s;
TRUNCATE bianzhi.occupancy;
:hire (3, 3, 1, 'administrative', '[2026-12-01,)'), (4, 4, 1, 'administrative', '[2026-12-01,)');
ROLLBACK TO s;
SELECT has('A');
:hire (3, 3, 1, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
TRUNCATE bianzhi.occupancy;
SELECT has('A');
:hire (3, 3, 1, 'administrative', '[2026-12-01,)'), (4, 4, 1, 'administrative', '[2026-12-01,)'), (5, 5, 1, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
:hire (3, 3, 1, 'administrative', '[2026-12-01,)'), (4, 4, 1, 'administrative', '[2026-12-01,)');
TRUNCATE bianzhi.quota;
SELECT leads();
SELECT has('A');
SELECT sound();

-- COPY

CALL anew();
COPY bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) FROM stdin;
1	1	1	administrative	[2026-12-01,)
2	2	1	administrative	[2026-12-01,)
3	3	1	administrative	[2027-12-01,)
\.
\echo :LAST_ERROR_SQLSTATE
COPY bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) FROM stdin;
1	1	1	administrative	[2026-12-01,)
2	2	1	administrative	[2026-12-01,2027-12-01)
3	3	1	administrative	[2027-12-01,)
\.
COPY bianzhi.quota (unit_id, category, amount, during, document_no) FROM stdin;
1	administrative	-1	[2027-01-01,)	编发2号
\.
SELECT leads();
SELECT has('A');
SELECT sound();

-- MERGE: some leave, some change, some enter; the net change decides

CALL anew();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)');
CREATE TABLE wish (id bigint, person bigint, unit_id bigint, days daterange);
INSERT INTO wish VALUES (1, 1, NULL, NULL), (2, 2, 1, '[2026-12-01,)'), (3, 3, 1, '[2026-12-01,)'), (4, 4, 1, '[2027-01-01,)');
MERGE INTO bianzhi.occupancy AS o USING wish AS w ON o.occupancy_id = w.id
WHEN MATCHED AND w.unit_id IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET during = w.days
WHEN NOT MATCHED THEN INSERT (occupancy_id, person_id, unit_id, category, during) VALUES (w.id, w.person, w.unit_id, 'administrative', w.days);
\echo :LAST_ERROR_SQLSTATE
UPDATE wish SET days = '[2026-12-01,2027-01-01)' WHERE id = 2;
MERGE INTO bianzhi.occupancy AS o USING wish AS w ON o.occupancy_id = w.id
WHEN MATCHED AND w.unit_id IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET during = w.days
WHEN NOT MATCHED THEN INSERT (occupancy_id, person_id, unit_id, category, during) VALUES (w.id, w.person, w.unit_id, 'administrative', w.days);
SELECT * FROM seats ORDER BY 1;
SELECT sound();

-- INSERT ... ON CONFLICT: what is not inserted does not count, what is updated does

CALL anew();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)');
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 3, 1, 'administrative', '[2026-12-01,)') ON CONFLICT DO NOTHING;
:hire (1, 1, 2, 'administrative', '[2026-12-01,)'), (3, 3, 1, 'administrative', '[2026-12-01,)') ON CONFLICT (occupancy_id) DO UPDATE SET unit_id = excluded.unit_id;
SELECT * FROM seats ORDER BY 1;
:hire (2, 2, 2, 'administrative', '[2026-12-01,)'), (4, 4, 2, 'administrative', '[2026-12-01,)') ON CONFLICT (occupancy_id) DO UPDATE SET unit_id = excluded.unit_id;
\echo :LAST_ERROR_SQLSTATE
:hire (2, 2, 2, 'administrative', '[2026-12-01,)') ON CONFLICT (occupancy_id) DO UPDATE SET unit_id = excluded.unit_id WHERE false;
SELECT has(k) FROM unnest('{A,B}'::text[]) AS k;
SELECT sound();

-- data-modifying CTEs: all parts of a statement count together, in whatever order they run

CALL anew();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)');
WITH gone AS (DELETE FROM bianzhi.occupancy WHERE occupancy_id = 1 RETURNING *)
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) SELECT 3, 3, unit_id, category, during FROM gone;
WITH came AS (INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES (4, 4, 1, 'administrative', '[2026-12-01,)'))
DELETE FROM bianzhi.occupancy WHERE occupancy_id = 3;
WITH one AS (INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (5, 3, 'administrative', '[2026-12-01,)')),
	other AS (INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (6, 3, 'administrative', '[2026-12-01,)'))
SELECT 'both fit alone';
\echo :LAST_ERROR_SQLSTATE
-- quota and people in one statement: raised and filled, filled and cut, cut and left
WITH raised AS (UPDATE bianzhi.quota SET amount = 1 WHERE unit_id = 4)
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES (7, 7, 4, 'administrative', '[2026-12-01,)');
WITH came AS (INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES (8, 8, 2, 'administrative', '[2026-12-01,)'))
UPDATE bianzhi.quota SET amount = 0 WHERE unit_id = 2;
\echo :LAST_ERROR_SQLSTATE
WITH gone AS (DELETE FROM bianzhi.occupancy WHERE occupancy_id = 7)
UPDATE bianzhi.quota SET amount = 0 WHERE unit_id = 4;
SELECT leads();
SELECT * FROM seats ORDER BY 1;
SELECT has(k) FROM unnest('{A,B,C,D}'::text[]) AS k;
SELECT sound();

-- cascades: a table whose rows go or change with another's

CALL anew();
CREATE TABLE contract (contract_id int PRIMARY KEY, unit_id bigint);
CREATE TABLE worker (contract_id int REFERENCES contract ON DELETE CASCADE ON UPDATE CASCADE, unit_id bigint, category text DEFAULT 'administrative', days daterange DEFAULT '[2026-12-01,)');
SELECT bianzhi.attach_own('worker', 'filled', unit => 'unit_id', category => 'category', during => 'days') IS NOT NULL;
CREATE FUNCTION follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE worker SET unit_id = NEW.unit_id WHERE contract_id = NEW.contract_id;
	RETURN NULL;
END
$$;
CREATE TRIGGER follow AFTER UPDATE ON contract FOR EACH ROW EXECUTE FUNCTION follow();
INSERT INTO contract VALUES (1, 1), (2, 2), (3, 2);
INSERT INTO worker (contract_id, unit_id) SELECT contract_id, unit_id FROM contract;
INSERT INTO worker (contract_id, unit_id) VALUES (3, 2);
\echo :LAST_ERROR_SQLSTATE
UPDATE contract SET contract_id = 30 WHERE contract_id = 3;
-- each row's trigger runs a statement of its own: it is refused where that one overfills
UPDATE contract SET unit_id = 3;
\echo :LAST_ERROR_SQLSTATE
UPDATE contract SET unit_id = 3 WHERE contract_id = 30;
DELETE FROM contract WHERE contract_id IN (2, 30);
SELECT has(k) FROM unnest('{A,B,C}'::text[]) AS k;
-- the row goes by cascade and another comes in the same statement
WITH gone AS (DELETE FROM contract WHERE contract_id = 1)
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during) VALUES (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)');
TRUNCATE contract CASCADE;
SELECT has('A');
SELECT sound();

-- a user's row trigger that writes the same table: the outer statement as a whole decides

CALL anew();
CREATE FUNCTION deputy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.person_id < 30 THEN		-- with each comes a deputy
		INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (NEW.person_id + 30, NEW.unit_id, NEW.category, NEW.during);
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER deputy AFTER INSERT ON bianzhi.occupancy FOR EACH ROW EXECUTE FUNCTION deputy();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)');
:hire (2, 2, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
SELECT person_id, unit_key FROM seats ORDER BY 1;
SELECT sound();
DROP TRIGGER deputy ON bianzhi.occupancy;
-- one that takes back: over for a moment, never at the end of the outer statement
CREATE FUNCTION relieve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM bianzhi.occupancy WHERE unit_id = NEW.unit_id AND person_id < NEW.person_id;
	RETURN NULL;
END
$$;
CREATE TRIGGER relieve AFTER INSERT ON bianzhi.occupancy FOR EACH ROW WHEN (NEW.unit_id = 3 AND NEW.person_id < 20) EXECUTE FUNCTION relieve();
:hire (41, 11, 3, 'administrative', '[2026-12-01,)');
:hire (42, 12, 3, 'administrative', '[2026-12-01,)');
:hire (43, 13, 3, 'administrative', '[2026-12-01,)'), (44, 14, 3, 'administrative', '[2026-12-01,)'), (45, 15, 3, 'administrative', '[2026-12-01,)');
SELECT person_id, unit_key FROM seats WHERE unit_key = 'C';
:hire (46, 20, 3, 'administrative', '[2026-12-01,)'), (47, 16, 3, 'administrative', '[2026-12-01,)');		-- 20 relieves nobody, 16 only 15
\echo :LAST_ERROR_SQLSTATE
SELECT sound();
DROP TRIGGER relieve ON bianzhi.occupancy;
-- one that writes in a block that is rolled back: what the outer statement noted, and what the block had applied of it, is counted once
CREATE FUNCTION attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (NEW.person_id + 30, NEW.unit_id, NEW.category, NEW.during);
		RAISE EXCEPTION 'on second thoughts';
	EXCEPTION WHEN raise_exception THEN
	END;
	RETURN NULL;
END
$$;
CREATE TRIGGER attempt AFTER INSERT ON bianzhi.occupancy FOR EACH ROW WHEN (NEW.person_id < 30) EXECUTE FUNCTION attempt();
TRUNCATE bianzhi.occupancy;
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)'), (3, 3, 3, 'administrative', '[2026-12-01,)');
SELECT has(k) FROM unnest('{A,C}'::text[]) AS k;
:hire (4, 4, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
SELECT sound();
DROP TRIGGER attempt ON bianzhi.occupancy;
-- only the block of the second of three rows is rolled back
CREATE OR REPLACE FUNCTION attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = NEW.person_id;
		IF NEW.person_id = 6 THEN
			RAISE EXCEPTION 'on second thoughts';
		END IF;
	EXCEPTION WHEN raise_exception THEN
	END;
	RETURN NULL;
END
$$;
CREATE TRIGGER attempt AFTER INSERT ON bianzhi.occupancy FOR EACH ROW WHEN (NEW.unit_id = 1) EXECUTE FUNCTION attempt();
DELETE FROM bianzhi.occupancy WHERE unit_id = 1;
:hire (5, 5, 1, 'administrative', '[2026-12-01,)'), (6, 6, 1, 'administrative', '[2026-12-01,)'), (7, 7, 1, 'administrative', '[2026-12-01,)');
SELECT person_id, unit_key FROM seats ORDER BY 1;
SELECT has(k) FROM unnest('{A,B}'::text[]) AS k;
SELECT sound();
DROP TRIGGER attempt ON bianzhi.occupancy;
-- the block ends by an error of the engine
CREATE OR REPLACE FUNCTION attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (NEW.person_id + 30, 99, NEW.category, NEW.during);
	EXCEPTION WHEN foreign_key_violation THEN
	END;
	RETURN NULL;
END
$$;
CREATE TRIGGER attempt AFTER INSERT ON bianzhi.occupancy FOR EACH ROW WHEN (NEW.unit_id = 1) EXECUTE FUNCTION attempt();
:hire (8, 8, 1, 'administrative', '[2026-12-01,)');
SELECT has('A');
SELECT sound();
DROP TRIGGER attempt ON bianzhi.occupancy;

-- a row trigger before: rows it changes or drops; one that writes the same table makes a statement of its own

CALL anew();
CREATE FUNCTION before_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CASE NEW.note
		WHEN 'drop' THEN RETURN NULL;
		WHEN 'to B' THEN NEW.unit_id := 2;
		WHEN 'two' THEN
			INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (NEW.person_id + 30, NEW.unit_id, NEW.category, NEW.during);
	END CASE;
	RETURN NEW;
END
$$;
CREATE TRIGGER before_seat BEFORE INSERT ON bianzhi.occupancy FOR EACH ROW WHEN (NEW.note IS NOT NULL) EXECUTE FUNCTION before_seat();
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, note) VALUES (1, 3, 'administrative', '[2026-12-01,)', 'drop'), (2, 3, 'administrative', '[2026-12-01,)', 'to B'), (3, 3, 'administrative', '[2026-12-01,)', 'to B');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, note) VALUES (4, 3, 'administrative', '[2026-12-01,)', 'to B');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, note) VALUES (4, 1, 'administrative', '[2026-12-01,)', 'two');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, note) VALUES (5, 3, 'administrative', '[2026-12-01,)', 'two');
\echo :LAST_ERROR_SQLSTATE
SELECT person_id, unit_key FROM seats ORDER BY 1;
SELECT sound();
DROP TRIGGER before_seat ON bianzhi.occupancy;

-- a statement trigger that writes quota: here the seat that becomes free is given up
CALL anew();
CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bianzhi.quota (unit_id, category, amount, kind, during, document_no)
	SELECT unit_id, category, -count(*), '收回', '[2026-12-01,)', '编发3号' FROM gone GROUP BY unit_id, category;
	RETURN NULL;
END
$$;
CREATE TRIGGER give_up AFTER DELETE ON bianzhi.occupancy REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION give_up();
:hire (1, 1, 1, 'administrative', '[2026-12-01,)'), (2, 2, 1, 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy;
SELECT has('A');
:hire (1, 1, 1, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
SELECT sound();
DROP TRIGGER give_up ON bianzhi.occupancy;

-- views and rules

CALL anew();
CREATE VIEW seats_of_c AS SELECT * FROM bianzhi.occupancy WHERE unit_id = 3;
INSERT INTO seats_of_c (occupancy_id, person_id, unit_id, category, during) VALUES (1, 1, 3, 'administrative', '[2026-12-01,)');
INSERT INTO seats_of_c (occupancy_id, person_id, unit_id, category, during) VALUES (2, 2, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
CREATE TABLE request (person_id bigint, unit_id bigint);
CREATE RULE entered AS ON INSERT TO request DO ALSO
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (NEW.person_id, NEW.unit_id, 'administrative', '[2026-12-01,)');
INSERT INTO request VALUES (3, 1), (4, 1);
INSERT INTO request VALUES (5, 1);
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) FROM request;
SELECT sound();

-- functions: each statement of a PL/pgSQL function is judged at its own end; a query's rows together

CREATE FUNCTION enter(person bigint, unit bigint) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (enter.person, enter.unit, 'administrative', '[2026-12-01,)');
	RETURN 'in';
EXCEPTION WHEN check_violation THEN
	RETURN 'full';
END
$$;
CALL anew();
SELECT n, enter(n, 1) FROM generate_series(1, 4) AS n;
SELECT has('A');
CREATE FUNCTION change_over(unit bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (9, change_over.unit, 'administrative', '[2026-12-01,)');
	DELETE FROM bianzhi.occupancy WHERE unit_id = change_over.unit AND person_id = 1;
END
$$;
SELECT change_over(1);
\echo :LAST_ERROR_SQLSTATE
CREATE PROCEDURE one_by_one() LANGUAGE plpgsql AS $$
BEGIN
	FOR n IN 20..23 LOOP
		BEGIN
			INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (n, 2, 'administrative', '[2026-12-01,)');
		EXCEPTION WHEN check_violation THEN
			RAISE NOTICE 'nobody after %', n - 1;
		END;
		COMMIT;
	END LOOP;
END
$$;
CALL one_by_one();
SELECT person_id, unit_key FROM seats ORDER BY 1;
SELECT sound();

-- prepared statements and cursors

CALL anew();
PREPARE come (bigint, bigint, daterange) AS INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES ($1, $2, 'administrative', $3);
EXECUTE come (1, 3, '[2026-12-01,2027-01-01)');
EXECUTE come (2, 3, '[2027-01-01,)');
EXECUTE come (3, 3, '[2026-12-31,)');
\echo :LAST_ERROR_SQLSTATE
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM bianzhi.occupancy ORDER BY person_id FOR UPDATE;
MOVE 1 IN c;
UPDATE bianzhi.occupancy SET during = '[2026-12-01,2026-12-31)' WHERE CURRENT OF c;
MOVE 1 IN c;
UPDATE bianzhi.occupancy SET during = '[2026-12-31,)' WHERE CURRENT OF c;
COMMIT;
SELECT has('C');
SELECT sound();

-- savepoints: what is rolled back was never there, what is released stays

CALL anew();
BEGIN;
:hire (1, 1, 3, 'administrative', '[2026-12-01,)');
SAVEPOINT a;
DELETE FROM bianzhi.occupancy WHERE occupancy_id = 1;
:hire (2, 2, 3, 'administrative', '[2026-12-01,)');
ROLLBACK TO a;
:hire (3, 3, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO a;
SAVEPOINT b;
DELETE FROM bianzhi.occupancy WHERE occupancy_id = 1;
RELEASE b;
:hire (4, 4, 3, 'administrative', '[2026-12-01,)');
SAVEPOINT c;
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 3;
:hire (5, 5, 3, 'administrative', '[2026-12-01,)');
SAVEPOINT d;
:hire (6, 6, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO c;
:hire (7, 7, 3, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
ROLLBACK TO c;
COMMIT;
SELECT * FROM seats;
SELECT has('C');
SELECT sound();
-- an account that a rolled back savepoint made is made again
BEGIN;
SAVEPOINT a;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (5, 'pool', 1, '[2020-01-01,)', '编发1号');
ROLLBACK TO a;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (5, 'pool', 1, '[2020-01-01,)', '编发1号');
:hire (8, 8, 5, 'pool', '[2026-12-01,)');
COMMIT;
SELECT has('E');
SELECT sound();

-- very many rows in one statement are applied in parts, and judged as one

CREATE TABLE crowd (id int PRIMARY KEY, unit_id bigint, days daterange);
SELECT bianzhi.attach_own('crowd', 'filled', unit => 'unit_id', category => '=unspecified', during => 'days') IS NOT NULL;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (6, 'unspecified', 279999, '[2020-01-01,)', '编发1号');
INSERT INTO crowd SELECT n, 6, '[2026-12-01,)' FROM generate_series(1, 280000) AS n;
\echo :LAST_ERROR_SQLSTATE
INSERT INTO crowd SELECT n, 6, '[2026-12-01,)' FROM generate_series(1, 279999) AS n;
INSERT INTO crowd SELECT 300000 + n, 6, '[2026-12-01,)' FROM generate_series(1, 2) AS n;
\echo :LAST_ERROR_SQLSTATE
-- far over after the first part, not at the end
WITH come AS (INSERT INTO crowd SELECT 600000 - n, 6, '[2026-12-01,)' FROM generate_series(1, 140000) AS n)
DELETE FROM crowd WHERE id <= 140000;
SELECT has('F');
SELECT sound();
-- an account that a transaction made, and read again after a savepoint that rolled back, goes with the transaction
BEGIN;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during) VALUES (1, unit('E'), 'grade', '[2026-12-01,)');
SAVEPOINT a;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during) VALUES (1, unit('E'), 'section_elevated', '[2026-12-01,)');
ROLLBACK TO a;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during) VALUES (2, unit('E'), 'grade', '[2026-12-01,)');
ROLLBACK;
SELECT post(2, 'E', 'grade', '[2026-12-01,)');
-- TRUNCATE of quota after an entry of the same transaction is a cut, as DELETE is
BEGIN;
SELECT line('E', 'political_legal', 1), seat(9, 'E', 'political_legal', '[2026-12-01,)');
TRUNCATE bianzhi.quota;
ROLLBACK;
SELECT sound();
-- many statements of one transaction need no more memory than one
BEGIN;
DO $$
BEGIN
	FOR n IN 1 .. 2000 LOOP
		UPDATE crowd SET days = '[2026-12-01,2026-12-02)' WHERE id = 599999;
		UPDATE crowd SET days = '[2026-12-01,)' WHERE id = 599999;
	END LOOP;
END $$;
SELECT sum(total_bytes) < 1000000 FROM pg_backend_memory_contexts WHERE name = 'TopTransactionContext';
ROLLBACK;
