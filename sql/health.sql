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
ALTER TABLE bianzhi.quota ENABLE REPLICA TRIGGER "!bianzhi_flush";
SELECT * FROM ill;
ALTER TABLE bianzhi.quota ENABLE TRIGGER "!bianzhi_flush";
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
SELECT bianzhi.leave_keys_to_engine();
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
SELECT severity, what, hint FROM ill;
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
SELECT bianzhi.leave_keys_to_engine();
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

-- what the server writes to its log

SET log_min_error_statement = panic;
SET log_parameter_max_length_on_error = 0;
SET log_statement = 'none';
SELECT count(*) FROM bianzhi.health();
SET log_statement = 'mod';
SELECT severity, what, object, hint FROM bianzhi.health();
SET log_statement = 'none';
SET log_min_error_statement = error;
SELECT severity, what, object, hint FROM bianzhi.health();
SET log_min_error_statement = panic;
SET log_parameter_max_length_on_error = -1;
SELECT severity, what, object, hint FROM bianzhi.health();
