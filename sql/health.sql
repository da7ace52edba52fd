-- health(): what is not as the limits need it
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
CREATE VIEW ill AS SELECT severity, what, object, hint FROM bianzhi.health() WHERE severity <> 'notice';
SELECT line('A', 'administrative', 2), seat(1, 'A', 'administrative', '[2025-01-01,)');
SELECT * FROM ill;

-- a trigger that is disabled, or fires for others only

ALTER TABLE bianzhi.occupancy DISABLE TRIGGER "!bianzhi_row";
SELECT * FROM ill;
SELECT seat(2, 'A', 'administrative', '[2025-01-01,)');
ALTER TABLE bianzhi.occupancy ENABLE TRIGGER "!bianzhi_row";
SELECT * FROM ill;
SELECT sound();
SELECT bianzhi.recount();
ALTER TABLE bianzhi.quota ENABLE REPLICA TRIGGER "!bianzhi_statement";
SELECT * FROM ill;
ALTER TABLE bianzhi.quota ENABLE TRIGGER "!bianzhi_statement";
ALTER TABLE bianzhi.queue DISABLE TRIGGER establishment_limit;
SELECT seat(3, 'A', 'administrative', '[2026-12-01,)');
SELECT * FROM ill;
ALTER TABLE bianzhi.queue ENABLE TRIGGER establishment_limit;
SELECT * FROM ill;
DELETE FROM bianzhi.queue;
DELETE FROM bianzhi.occupancy WHERE person_id = 3;
ALTER TABLE bianzhi.category DISABLE TRIGGER category_moved;
SELECT * FROM ill;
ALTER TABLE bianzhi.category ENABLE TRIGGER category_moved;
ALTER TABLE bianzhi.appointment DISABLE TRIGGER ALL;
SELECT object FROM ill ORDER BY object COLLATE "C";
ALTER TABLE bianzhi.appointment ENABLE TRIGGER ALL;
SELECT severity, what, object, hint FROM ill ORDER BY object COLLATE "C";
SELECT bianzhi.after_upgrade();
SELECT * FROM ill;
SELECT sound();

-- one that is gone

CREATE TABLE staff (unit_id bigint, category text, days daterange);
SELECT bianzhi.attach_own('staff', 'filled', unit => 'unit_id', category => 'category', during => 'days') IS NOT NULL;
DROP TRIGGER "!bianzhi_truncate" ON staff;
SELECT * FROM ill;
DROP TRIGGER "!bianzhi_row" ON staff;
SELECT * FROM ill ORDER BY object COLLATE "C";
INSERT INTO staff VALUES (1, 'administrative', '[2026-12-01,)');
SELECT sound();
-- the table itself
DROP TABLE staff;
SELECT severity, what, regexp_replace(hint, '[0-9]+', 'OID') FROM ill;
DELETE FROM bianzhi.source WHERE NOT builtin;
SELECT * FROM ill;
SELECT sound();

-- a session in which triggers do not fire

SET session_replication_role = replica;
SELECT * FROM ill;
SELECT seat(4, 'A', 'administrative', '[2025-01-01,)');
RESET session_replication_role;
SELECT * FROM ill;
SELECT sound();
SELECT bianzhi.recount();
SELECT sound();

-- keys that sleep, keys that do what the engine does already

SELECT bianzhi.switch_key(key, false) FROM bianzhi.own_keys() WHERE child = 'bianzhi.quota'::regclass AND name = 'quota_kind_fkey';
SELECT * FROM ill;
SELECT bianzhi.wake_keys();
SELECT bianzhi.switch_key(key, true) FROM bianzhi.own_keys() WHERE child = 'bianzhi.occupancy'::regclass AND name = 'occupancy_person_id_fkey';
SELECT * FROM ill;
SELECT bianzhi.after_upgrade();
SELECT * FROM ill;

-- rows in the queue that nobody will judge

SET session_replication_role = replica;
INSERT INTO bianzhi.queue (charge, key, since, relid) VALUES (2, 1, 0, 0);
RESET session_replication_role;
SELECT * FROM ill;
DELETE FROM bianzhi.queue;

-- not in force, and restored

SELECT bianzhi.suspend('体检');
SELECT * FROM ill;
SELECT leads >= 0 FROM bianzhi.go_live();
SELECT * FROM ill;
DELETE FROM bianzhi.live;
SELECT * FROM ill;
SELECT leads >= 0 FROM bianzhi.go_live();
SELECT * FROM ill;

-- triggers that do not fire in sessions yet to come

ALTER DATABASE :"DBNAME" SET session_replication_role = replica;
CREATE ROLE health_clerk;
ALTER ROLE health_clerk SET session_replication_role = 'REPLICA';
ALTER ROLE health_clerk IN DATABASE template1 SET session_replication_role = replica;
SELECT * FROM ill ORDER BY object COLLATE "C";
ALTER DATABASE :"DBNAME" SET session_replication_role = local;
ALTER ROLE health_clerk RESET session_replication_role;
SELECT * FROM ill;
ALTER DATABASE :"DBNAME" RESET session_replication_role;
ALTER ROLE health_clerk IN DATABASE template1 RESET session_replication_role;
DROP ROLE health_clerk;

-- what the server writes to its log: as it is set up at first, then each setting alone

SELECT severity, what, object, hint FROM bianzhi.health();
SET log_min_error_statement = panic;
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_error_verbosity = terse;
SET log_parameter_max_length = 0;
SET log_parameter_max_length_on_error = 0;
SELECT count(*) FROM bianzhi.health();
CREATE FUNCTION told(name text, value text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	now_set text := set_config(name, value, false);
BEGIN
	RETURN QUERY SELECT name || ' ' || now_set || ': ' || COALESCE(string_agg(concat_ws('|', h.severity, h.what, h.object, h.hint), ' + '), 'nothing') FROM bianzhi.health() AS h;
END
$$;
SELECT told('log_min_error_statement', v) FROM unnest('{error,fatal,panic}'::text[]) AS v;
SELECT told('log_statement', v) FROM unnest('{ddl,mod,all,none}'::text[]) AS v;
SELECT told('log_min_duration_statement', v) FROM unnest('{0,60s,-1}'::text[]) AS v;
SELECT told('log_error_verbosity', v) FROM unnest('{default,verbose,terse}'::text[]) AS v;
SELECT told('log_parameter_max_length', v) FROM unnest('{-1,10,0}'::text[]) AS v;
SELECT told('log_parameter_max_length_on_error', v) FROM unnest('{-1,0}'::text[]) AS v;
