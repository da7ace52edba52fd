-- what a superuser or the owner can do around the engine: verify() finds it, recount() mends it, health() names what is off
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\set hire 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES'
CREATE VIEW ill AS SELECT severity, what, object FROM bianzhi.health() WHERE severity <> 'notice';

-- what verify() says, and that recount() mends it: how many accounts
CREATE FUNCTION wrong() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s %s %s: %s, not %s', u.unit_key, v.category, v.since, v.level, v.stored, v.recomputed)
	FROM bianzhi.verify() AS v JOIN bianzhi.unit AS u USING (unit_id)
$$;
CREATE FUNCTION mend() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	mended bigint := bianzhi.recount();
BEGIN
	RETURN mended || ' mended, ' || (SELECT string_agg(s, ' ') FROM sound() AS s);
END
$$;

SELECT line('A', 'administrative', 3), line('B', 'administrative', 3), line('C', 'administrative', 3), line('A', 'leader', 2);
:hire (1, 1, 'administrative', '[2025-01-01,)'), (2, 1, 'administrative', '[2025-01-01,)'), (3, 2, 'administrative', '[2025-01-01,)');
SELECT post(1, 'A', 'leader_chief', '[2025-01-01,)');
SELECT sound();

-- session_replication_role = replica: each kind of statement

SET session_replication_role = replica;
:hire (4, 1, 'administrative', '[2026-01-01,)'), (5, 1, 'administrative', '[2026-01-01,)'), (1, 2, 'retired_service', '[2026-06-01,2027-01-01)');
SELECT * FROM ill;
RESET session_replication_role;
SELECT wrong();
-- over, counted and judged as it is: nobody enters, anybody may leave
SELECT mend();
SELECT has('A');
SELECT seat(6, 'A', 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id = 5;
SELECT sound();
SET session_replication_role = replica;
UPDATE bianzhi.occupancy SET unit_id = 3, during = '[2026-03-01,)' WHERE person_id = 3;
DELETE FROM bianzhi.occupancy WHERE person_id = 4;
RESET session_replication_role;
SELECT wrong();
SELECT mend();
SET session_replication_role = replica;
TRUNCATE bianzhi.appointment;
UPDATE bianzhi.quota SET amount = amount + 1, entries_closed = true WHERE unit_id = 2;
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (12, 'A2', '甲二处', 1, true);
RESET session_replication_role;
SELECT wrong();
SELECT mend();
-- who writes as one should goes by what is stored until it is mended
SET session_replication_role = replica;
:hire (6, 1, 'administrative', '[2025-01-01,)'), (7, 1, 'administrative', '[2025-01-01,)');
RESET session_replication_role;
SELECT seat(8, 'A', 'administrative', '[2026-12-01,)');
SELECT wrong();
SELECT mend();
SELECT seat(9, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();

-- triggers of a table: each alone, all of the user's, all

CREATE PROCEDURE around(trigger_name text, statement text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE bianzhi.occupancy DISABLE TRIGGER %s', trigger_name);
	EXECUTE statement;
END
$$;
CREATE FUNCTION off(trigger_name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT format('%s %s %s', severity, what, object) FROM ill WHERE object LIKE '% !bianzhi%' ORDER BY object COLLATE "C";
	EXECUTE format('ALTER TABLE bianzhi.occupancy ENABLE TRIGGER %s', trigger_name);
	PERFORM bianzhi.after_upgrade();
	RETURN QUERY SELECT 'still ' || what FROM ill;
	RETURN QUERY SELECT wrong();
	RETURN NEXT mend();
END
$$;
DELETE FROM bianzhi.occupancy;
DELETE FROM bianzhi.quota WHERE entries_closed;
SELECT line('B', 'administrative', 3);
\set one 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (10, 2, \'administrative\', \'[2026-12-01,)\')'
\set two 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (11, 2, \'administrative\', \'[2026-12-01,)\')'
CALL around('"!bianzhi_row"', :'one');
SELECT off('"!bianzhi_row"');
-- without the trigger of the statement what the rows have noted is counted at commit
CALL around('"!bianzhi_statement"', :'two');
SELECT off('"!bianzhi_statement"');
CALL around('"!bianzhi_truncate"', 'TRUNCATE bianzhi.occupancy');
SELECT off('"!bianzhi_truncate"');
CALL around('USER', :'one');
SELECT off('USER');
CALL around('ALL', :'two');
SELECT off('ALL');
ALTER TABLE bianzhi.occupancy ENABLE ALWAYS TRIGGER "!bianzhi_row";
SELECT * FROM ill;
ALTER TABLE bianzhi.occupancy ENABLE REPLICA TRIGGER "!bianzhi_row";
SELECT * FROM ill;
ALTER TABLE bianzhi.occupancy ENABLE TRIGGER "!bianzhi_row";
SELECT * FROM ill;
SELECT sound();

-- triggers that somebody has dropped: each is named, with the statement that puts it back

CREATE FUNCTION dropped(relid regclass, trigger_name name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	told text;
BEGIN
	EXECUTE format('DROP TRIGGER %I ON %s', trigger_name, relid);
	SELECT string_agg(format('%s: %s', severity, what), ', ') INTO told FROM ill WHERE object = relid::text || ' ' || trigger_name;
	RAISE EXCEPTION USING MESSAGE = COALESCE(told, 'not told');
EXCEPTION WHEN raise_exception THEN
	RETURN SQLERRM;
END
$$;
SELECT told, count(*) > 10 AS many, min(name) FILTER (WHERE told = 'not told')
FROM (
	SELECT t.tgrelid::regclass::text || ' ' || t.tgname AS name, dropped(t.tgrelid, t.tgname) AS told
	FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
	WHERE c.relnamespace = 'bianzhi'::regnamespace AND NOT t.tgisinternal
) AS x
GROUP BY told ORDER BY told;
-- what health() says is what one does
DROP TRIGGER establishment_limit ON bianzhi.queue;
SELECT substr(hint, strpos(hint, ': ') + 2) AS statement FROM bianzhi.health() WHERE what = 'the engine has lost a trigger' \gset
\echo :statement
:statement;
SELECT * FROM ill;
SELECT seat(12, 'C', 'administrative', '[2026-12-01,)'), seat(13, 'C', 'administrative', '[2026-12-01,)'), seat(14, 'C', 'administrative', '[2026-12-01,)'), seat(15, 'C', 'administrative', '[2026-12-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id BETWEEN 12 AND 15;
SELECT sound();

-- chunks that somebody writes: believable ones, of another account, or a copy of yesterday's

:hire (20, 1, 'administrative', '[2025-01-01,)'), (21, 1, 'administrative', '[2026-01-01,)'), (22, 3, 'administrative', '[2025-06-01,)');
SELECT sound();
CREATE VIEW chunks AS
SELECT u.unit_key, a.category, c.account_id, c.from_day, c.body
FROM bianzhi.chunk AS c JOIN bianzhi.account AS a USING (account_id) JOIN bianzhi.unit AS u USING (unit_id);
CREATE TABLE yesterday AS TABLE bianzhi.chunk;
UPDATE bianzhi.chunk AS c SET body = o.body FROM chunks AS v, chunks AS o
WHERE v.account_id = c.account_id AND v.category = 'administrative' AND o.category = 'administrative' AND (v.unit_key, o.unit_key) IN (('A', 'C'), ('C', 'A'));
SELECT wrong();
SELECT * FROM ill;
SELECT mend();
:hire (23, 1, 'administrative', '[2026-12-01,2027-01-01)');
DELETE FROM bianzhi.chunk;
INSERT INTO bianzhi.chunk SELECT * FROM yesterday;
SELECT wrong();
SELECT mend();
UPDATE bianzhi.account SET unit_id = CASE unit_id WHEN 1 THEN 4 ELSE unit_id END WHERE category = 'administrative';
SELECT wrong();
SELECT mend();
SELECT has('A'), sound();
SELECT count(*) FROM bianzhi.strength WHERE unit_id = 4;
UPDATE bianzhi.account SET category = 'institution' WHERE unit_id = 3 AND category = 'administrative';
SELECT wrong();
SELECT mend();
SELECT seat(24, 'C', 'institution', '[2026-12-01,)'), seat(24, 'C', 'administrative', '[2026-12-01,)');
SELECT sound();

-- rows in an account that nobody has made; whom a row names is gone

SET session_replication_role = replica;
:hire (30, 6, 'institution', '[2025-01-01,)'), (9999, 1, 'administrative', '[2025-01-01,2026-01-01)');
DELETE FROM bianzhi.unit WHERE unit_key = 'F';
RESET session_replication_role;
SELECT wrong();
SELECT count(*) FROM bianzhi.verify();
SELECT source, problem, row_count FROM bianzhi.dangling();
-- what names no unit counts nowhere, and may go; who is named by a row and is gone is counted still
SELECT mend();
DELETE FROM bianzhi.occupancy WHERE unit_id = 6;
SELECT source, problem, row_count FROM bianzhi.dangling();
SELECT sound();
DELETE FROM bianzhi.occupancy WHERE person_id = 9999;
SELECT source, problem, row_count FROM bianzhi.dangling();
SELECT sound();

-- rules that change while triggers are off: after recount() they are what the catalogue says, in this session, too

INSERT INTO bianzhi.category (code, name_zh, parent, measure) VALUES ('own', '自有', 'administrative', 'establishment');
:hire (31, 2, 'own', '[2026-12-01,)');
SELECT sound();
SET session_replication_role = replica;
UPDATE bianzhi.category SET parent = 'institution' WHERE code = 'own';
RESET session_replication_role;
SELECT wrong();
SELECT mend();
SELECT seat(32, 'B', 'own', '[2026-12-01,)');
SELECT sound();
SELECT mend();
\c -
SET bianzhi.today = '2026-11-24';
SET client_min_messages = warning;
SELECT seat(33, 'B', 'own', '[2026-12-01,)');
SELECT sound();

-- the state itself

UPDATE bianzhi.live SET nonce = gen_random_uuid();
SELECT bianzhi.is_live();
SELECT * FROM ill;
UPDATE bianzhi.live SET nonce = (SELECT nonce FROM bianzhi.stamp);
SELECT bianzhi.is_live();
SELECT * FROM ill;
DELETE FROM bianzhi.stamp;
SELECT * FROM ill;
SELECT seat(34, 'A', 'administrative', '[2026-12-01,)');
SELECT bianzhi.go_live() IS NOT NULL;
SELECT * FROM ill;
SELECT sound();
