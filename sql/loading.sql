-- loading, live, suspended, restored: what is counted and refused when, and what go_live() says
\getenv here PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
SELECT bianzhi.is_live();
SELECT severity, what, hint FROM bianzhi.health() WHERE severity <> 'notice';
DROP EXTENSION bianzhi;
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never

-- live

SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp), (SELECT count(*) FROM bianzhi.stamp JOIN bianzhi.live USING (nonce));
SELECT bianzhi.go_live();
\echo :LAST_ERROR_SQLSTATE
SELECT line('A', 'administrative', 1), seat(1, 'A', 'administrative', '[2025-01-01,)'), seat(2, 'A', 'administrative', '[2025-01-01,)');
SELECT leads();

-- suspended: needs a reason, and keeps it; nothing is counted or refused, and readers say so

SELECT try('SELECT bianzhi.suspend(NULL)'), try('SELECT bianzhi.suspend('''')'), try('SELECT bianzhi.suspend(''  '')');
SELECT bianzhi.is_live();
SELECT bianzhi.suspend('机构改革');
SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp), (SELECT count(*) FROM bianzhi.live);
SELECT kind, evidence ->> 'reason' AS reason, evidence ->> 'by' = session_user FROM bianzhi.lead;
SELECT try('SELECT bianzhi.suspend(''x'')');
SELECT seat(2, 'A', 'administrative', '[2025-01-01,)'), seat(1, 'B', 'administrative', '[2026-12-01,)'), seat(3, 'C', 'administrative', '[2025-01-01,2026-01-01)'), line('C', 'administrative', 0);
SET client_min_messages = notice;
SELECT filled FROM bianzhi.vacancy_on('2026-11-24') WHERE unit_id = 1 AND category = 'administrative';
RESET client_min_messages;
SET client_min_messages = error;
SELECT has('A');

-- back to live: the excess made meanwhile is a lead of severity 3, an older one is not made again

DELETE FROM bianzhi.lead;
SELECT accounts > 0, changed, leads FROM bianzhi.go_live();
SET client_min_messages = warning;
SELECT leads();
SELECT has('A');
SELECT sound();
SELECT seat(4, 'A', 'administrative', '[2026-12-01,)');
-- over already when it was suspended: an ordinary lead, and only while there is none open
SELECT bianzhi.suspend('再来');
DELETE FROM bianzhi.lead;
SELECT changed, leads FROM bianzhi.go_live();
SELECT kind, (SELECT unit_key FROM bianzhi.unit AS u WHERE u.unit_id = l.unit_id), subject, evidence ? 'severity' FROM bianzhi.lead AS l ORDER BY 1, 2, 3;
SELECT bianzhi.suspend('三来');
SELECT changed, leads FROM bianzhi.go_live();
-- over by more, or over anew
SELECT bianzhi.suspend('四来');
DELETE FROM bianzhi.lead;
SELECT line('D', 'leader', 1), post(5, 'D', 'leader_chief', '[2025-01-01,)'), post(6, 'D', 'leader_deputy', '[2025-01-01,)');
SELECT leads FROM bianzhi.go_live();
SELECT leads();
-- a line without a known document
SELECT bianzhi.suspend('五来');
DELETE FROM bianzhi.lead;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (5, 'administrative', 3, '(,)', '(未见文号)');
SELECT leads > 0 FROM bianzhi.go_live();
SELECT kind, (SELECT unit_key FROM bianzhi.unit AS u WHERE u.unit_id = l.unit_id), subject FROM bianzhi.lead AS l WHERE kind = 'undocumented';
SELECT sound();

-- what was loaded and names nothing keeps it from going live: with counts and a query, and nothing changes

SELECT bianzhi.suspend('迁移');
SET session_replication_role = replica;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (999, 1, 'administrative', '[2025-01-01,)'), (998, 77, 'administrative', '[2025-01-01,)');
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during) VALUES (1, 78, 'leader', '[2025-01-01,)');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (79, 'administrative', 1, '[2025-01-01,)', 'x');
RESET session_replication_role;
SELECT try('SELECT bianzhi.go_live()');
SELECT source, problem, row_count FROM bianzhi.dangling();
SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp);
DELETE FROM bianzhi.quota WHERE unit_id = 79;
DELETE FROM bianzhi.occupancy WHERE person_id > 900;
SELECT try('SELECT bianzhi.go_live()');
DELETE FROM bianzhi.appointment WHERE unit_id = 78;
-- a category of another measure, a section as a unit, a section of another unit
INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during)
VALUES (40, 1, NULL, 'leader', '[2025-01-01,)'), (41, 11, NULL, 'administrative', '[2025-01-01,)'), (42, 1, 21, 'administrative', '[2025-01-01,)');
SELECT source, problem, row_count FROM bianzhi.dangling();
SELECT try('SELECT bianzhi.go_live()') LIKE '23503 establishment_account%';
DELETE FROM bianzhi.occupancy WHERE person_id BETWEEN 40 AND 42;
SELECT try('SELECT bianzhi.go_live()');
SELECT sound();

-- go_live() needs a snapshot of its own

SELECT bianzhi.suspend('隔离');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT bianzhi.go_live();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
BEGIN;
SELECT leads >= 0 FROM bianzhi.go_live();
SELECT bianzhi.is_live();
ROLLBACK;
SELECT bianzhi.is_live();
SELECT leads >= 0 FROM bianzhi.go_live();
BEGIN;
SELECT bianzhi.suspend('不算');
SELECT bianzhi.is_live();
ROLLBACK;
SELECT bianzhi.is_live();
SELECT sound();

-- restored from a dump: the stamp is there, its twin is not. The owner loads, everybody else waits

CREATE ROLE loading_clerk;
GRANT INSERT, DELETE, SELECT ON bianzhi.occupancy TO loading_clerk;
DELETE FROM bianzhi.live;
SELECT bianzhi.is_live();
SET ROLE loading_clerk;
SELECT try('INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (50, 1, ''administrative'', ''[2026-12-01,)'')');
SELECT try('DELETE FROM bianzhi.occupancy');
RESET ROLE;
SET lc_messages = 'zh_CN.UTF-8';
SET ROLE loading_clerk;
SELECT try('INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (50, 1, ''administrative'', ''[2026-12-01,)'')');
RESET ROLE;
RESET lc_messages;
SELECT severity, what, hint FROM bianzhi.health() WHERE severity <> 'notice';
SELECT seat(50, 'A', 'administrative', '[2026-12-01,)');
SELECT leads >= 0 FROM bianzhi.go_live();
SET ROLE loading_clerk;
SELECT try('INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (51, 1, ''administrative'', ''[2026-12-01,)'')');
RESET ROLE;
SELECT sound();
DROP OWNED BY loading_clerk;
DROP ROLE loading_clerk;

-- everything anew: all units go, their accounts with them, and it goes live again

SELECT bianzhi.suspend('重来');
TRUNCATE bianzhi.unit RESTART IDENTITY CASCADE;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (2, 'A', '甲局'), (1, 'B', '乙局');
SELECT line('A', 'administrative', 1), line('B', 'administrative', 2);
SELECT accounts, leads FROM bianzhi.go_live();
SELECT seat(1, 'A', 'administrative', '[2026-12-01,)'), seat(2, 'A', 'administrative', '[2026-12-01,)'), seat(2, 'B', 'administrative', '[2026-12-01,)');
SELECT has(k) FROM unnest('{A,B}'::text[]) AS k;
SELECT sound();
