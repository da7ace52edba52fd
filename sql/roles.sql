-- a role that may only insert seats: it can do so, and nothing else
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line('A', 'administrative', 2), line('B', 'administrative', 2);

CREATE ROLE roles_clerk;
GRANT INSERT ON bianzhi.occupancy TO roles_clerk;
CREATE ROLE roles_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON bianzhi.occupancy, bianzhi.quota, bianzhi.appointment TO roles_writer;
-- the helpers above look units up
ALTER FUNCTION unit(text) SECURITY DEFINER;

-- it inserts: accounts, timelines, queue and leads are written for it

SET ROLE roles_clerk;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, 1, 'administrative', '[2026-12-01,)'), (2, 1, 'administrative', '[2026-12-01,)');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 1, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
SELECT seat(4, 'B', 'retired_service', '[2026-12-01,)');			-- an account that was not there
SELECT seat(5, 'A', 'administrative', '[2025-01-01,2026-01-01)'), seat(6, 'A', 'administrative', '[2025-01-01,2026-01-01)'), seat(7, 'A', 'administrative', '[2025-01-01,2026-01-01)');		-- a lead that it cannot read
-- an error says no more than L14 allows: unit, category, day, room from; not how many, not who
SELECT seat(8, 'A', 'administrative', '[2026-12-01,)'), seat(4, 'A', 'administrative', '[2026-12-01,)'), seat(9, 'C', 'administrative', '[2026-12-01,)'), seat(999, 'A', 'administrative', '[2026-12-01,)'), seat(9, 'A', 'nonsense', '[2026-12-01,)');
-- it may put the judging off
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (8, 1, 'administrative', '[2026-12-01,)');
COMMIT;
\echo :LAST_ERROR_SQLSTATE
SET CONSTRAINTS ALL DEFERRED;

-- it cannot read or write what stands behind

SELECT t, try(format('SELECT * FROM bianzhi.%s', t)) FROM unnest('{occupancy,quota,person,unit,account,chunk,queue,lead,live,stamp,source,exemption,strength,vacancy,over_limit,uncounted}'::text[]) AS t;
SELECT t, try(format('DELETE FROM bianzhi.%s', t)), try(format('TRUNCATE bianzhi.%s', t)) FROM unnest('{occupancy,account,chunk,queue,live,stamp,source,lead,category}'::text[]) AS t;
SELECT try($$INSERT INTO bianzhi.chunk VALUES (1, '-infinity', 'infinity', '')$$), try($$INSERT INTO bianzhi.account (unit_id, category) VALUES (1, 'pool')$$), try($$INSERT INTO bianzhi.queue (charge, key, since, relid) VALUES (2, 1, 0, 0)$$),
	try($$INSERT INTO bianzhi.lead (kind) VALUES ('x')$$), try($$INSERT INTO bianzhi.live VALUES (gen_random_uuid())$$), try($$INSERT INTO bianzhi.stamp VALUES (gen_random_uuid())$$), try($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (1, 'administrative', 9, '(,)', 'x')$$),
	try($$INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 1, '8', '[2026-01-01,2027-01-01)', 'x')$$), try($$UPDATE bianzhi.category SET enforcement = 'off'$$);
-- nor switch it off
SELECT try('ALTER TABLE bianzhi.occupancy DISABLE TRIGGER ALL'), try('SET session_replication_role = replica'), try('DROP TRIGGER "!bianzhi_row" ON bianzhi.occupancy'), try('ALTER TABLE bianzhi.queue DISABLE TRIGGER establishment_limit'), try('DROP EXTENSION bianzhi');

-- of the functions it may only have those that tell nothing

SELECT f, try('SELECT bianzhi.' || f)
FROM unnest(ARRAY['go_live()', 'suspend(''x'')', 'recount()', 'verify()', 'health()', 'dangling()', 'lock_accounts(''{1}'')', 'levels_now(1, ''administrative'', ''2026-12-01'')', 'would_exceed(1, ''administrative'', ''[2026-12-01,)'')',
	'earliest_vacancy(1, ''administrative'')', 'vacancy_on(''2026-12-01'')', 'vacancy_between(''2026-12-01'', ''2027-01-01'')', 'vacancy_series(''2026-12-01'', ''2027-01-01'')', 'set_quota(1, ''administrative'', 5, ''2026-12-01'', ''x'')',
	'attach_own(''bianzhi.occupancy'', ''filled'', unit => ''unit_id'', category => ''category'', during => ''during'')', 'unit_load_outside(1, ''empty'')', 'recount_accounts(NULL)', 'stored()', 'recomputed()', 'wake_keys()', 'after_upgrade()', 'is_live()', 'today()']) AS f;
-- all that everybody may have: none of it is volatile, none reads a table of the office
RESET ROLE;
SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'bianzhi'::regnamespace AND p.provolatile = 'v' AND has_function_privilege('roles_clerk', p.oid, 'EXECUTE');
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = 'bianzhi'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege('roles_clerk', c.oid, 'SELECT') ORDER BY c.relname COLLATE "C";
-- a trigger function is no way round
SET ROLE roles_clerk;
CREATE TEMP TABLE bait (x int);
SELECT f, try(format('CREATE TRIGGER t AFTER INSERT ON bait FOR EACH ROW EXECUTE FUNCTION bianzhi.%s()', f)) FROM unnest('{source_row,source_flush,judge,stop_writers,category_moved,uncounted_exemption}'::text[]) AS f;
RESET ROLE;

-- one who may write seats, posts and quotas does so without any right on the rest

SET ROLE roles_writer;
SELECT line('C', 'administrative', 1), seat(20, 'C', 'administrative', '[2026-12-01,)'), line('C', 'administrative', -1), seat(21, 'C', 'administrative', '[2026-12-01,)'), post(20, 'C', 'leader', '[2026-12-01,)');
UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-01-01)' WHERE person_id = 20;
DELETE FROM bianzhi.occupancy WHERE person_id = 20;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (3, 'pool', 1, '(,)', '(未见文号)');
SELECT try('SELECT bianzhi.would_exceed(1, ''administrative'', ''[2026-12-01,)'')'), try('SELECT bianzhi.lock_accounts(''{1}'')'), try('TRUNCATE bianzhi.occupancy');
RESET ROLE;
SELECT leads();
-- with the grant it may ask, and lock
GRANT EXECUTE ON FUNCTION bianzhi.would_exceed(bigint, text, daterange, int), bianzhi.lock_accounts(bigint[], text), bianzhi.earliest_vacancy(bigint, text, int), bianzhi.verify(), bianzhi.vacancy_on(date), bianzhi.health(), bianzhi.recount(bigint), bianzhi.suspend(text), bianzhi.go_live() TO roles_writer;
SET ROLE roles_writer;
SELECT verdict FROM bianzhi.would_exceed(1, 'administrative', '[2026-12-01,)');
SELECT bianzhi.lock_accounts('{1,2}', 'administrative'), bianzhi.earliest_vacancy(2, 'administrative'), (SELECT count(*) FROM bianzhi.verify()), (SELECT count(*) > 0 FROM bianzhi.vacancy_on('2026-12-01')), (SELECT count(*) >= 0 FROM bianzhi.health()), bianzhi.recount();
SELECT bianzhi.suspend('委托');
SELECT leads >= 0 FROM bianzhi.go_live();
RESET ROLE;

-- what stands in the caller's path does not reach the engine

CREATE SCHEMA trap;
CREATE FUNCTION trap.boom(anyelement, anyelement) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE OPERATOR trap.= (FUNCTION = trap.boom, LEFTARG = anyelement, RIGHTARG = anyelement);
CREATE FUNCTION trap.boom(bigint, bigint) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$;
CREATE OPERATOR trap.= (FUNCTION = trap.boom, LEFTARG = bigint, RIGHTARG = bigint);
CREATE TABLE trap.category (code text);
CREATE TABLE trap.lead (kind text);
GRANT USAGE ON SCHEMA trap TO roles_writer;
SET search_path = trap, pg_catalog, public;
SET ROLE roles_writer;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (30, 2, 'administrative', '[2026-12-01,)');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (31, 2, 'administrative', '[2026-12-01,)');
\echo :LAST_ERROR_SQLSTATE
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (32, 2, 'administrative', '[2025-01-01,2026-01-01)'), (33, 2, 'administrative', '[2025-01-01,2026-01-01)'), (34, 2, 'administrative', '[2025-01-01,2026-01-01)');
RESET ROLE;
RESET search_path;
SELECT leads();
SELECT sound();
SET client_min_messages = warning;
DROP SCHEMA trap CASCADE;
DROP OWNED BY roles_clerk, roles_writer;
DROP ROLE roles_clerk, roles_writer;
