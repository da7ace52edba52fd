-- L17: a quota line with entries_closed closes its account to entries: only out, not in, whatever room there is
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set hire 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES'

SELECT line('A', 'administrative', 5), seat(1, 'A', 'administrative', '[2025-01-01,)'), seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)');
-- closed for a year by a line of nothing; that alone refuses nobody
SELECT line('A', 'administrative', 0, '[2026-12-01,2027-12-01)', closed => true);
SELECT leads();
SELECT seat(3, 'A', 'administrative', '[2026-12-01,)');
SELECT seat(3, 'A', 'administrative', '[2027-11-30,)'), seat(3, 'A', 'administrative', '[2026-11-24,2026-12-02)');
SELECT seat(3, 'A', 'administrative', '[2026-11-24,2026-12-01)'), seat(4, 'A', 'administrative', '[2027-12-01,)');
SELECT verdict, first_failing_day, first_fitting_day FROM bianzhi.would_exceed(1, 'administrative', '[2026-11-24,)');
SELECT verdict, first_failing_day, first_fitting_day FROM bianzhi.would_exceed(1, 'administrative', '[2026-12-01,2027-06-01)');
SELECT verdict, first_failing_day, first_fitting_day FROM bianzhi.would_exceed(1, 'administrative', '[2027-12-01,)', 3);
SELECT bianzhi.earliest_vacancy(1, 'administrative');
-- who is in may stay and leave, not stay longer; one for another in one statement is no entry
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2025-01-01,2027-01-02)' WHERE person_id = 2$$);
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2025-01-01,2026-12-31)' WHERE person_id = 2$$);
SELECT try($$UPDATE bianzhi.occupancy SET person_id = 5, note = 'x' WHERE person_id = 2$$);
SELECT try($$WITH gone AS (UPDATE bianzhi.occupancy SET during = '[2025-01-01,2027-02-01)' WHERE person_id = 1)
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (6, 1, 'administrative', '[2027-02-01,)')$$);
SELECT try($$DELETE FROM bianzhi.occupancy WHERE person_id = 6$$), seat(6, 'A', 'administrative', '[2027-02-01,2027-03-01)');
-- two lines close it: while one is left it stays closed
SELECT line('A', 'administrative', 1, '[2027-01-01,2027-06-01)', closed => true);
SELECT lines, closed FROM bianzhi.levels_now(1, 'administrative', '2027-01-01');
UPDATE bianzhi.quota SET entries_closed = false WHERE unit_id = 1 AND amount = 0;
SELECT seat(7, 'A', 'administrative', '[2026-12-01,2027-01-01)'), seat(8, 'A', 'administrative', '[2027-05-31,)'), seat(8, 'A', 'administrative', '[2027-06-01,)');
DELETE FROM bianzhi.quota WHERE entries_closed;
SELECT seat(9, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();

-- over-full and closed: the limit is named, where there is room the closing is

SELECT line('B', 'administrative', 1), seat(11, 'B', 'administrative', '[2025-01-01,2027-01-01)'), line('B', 'administrative', 0, closed => true);
SELECT seat(12, 'B', 'administrative', '[2026-12-15,2026-12-20)'), seat(12, 'B', 'administrative', '[2027-01-01,)');

-- a parent that is closed: moves below it are no entries; a child that is closed: the parent is not

SELECT line('C', 'leader', 5, closed => true);
SELECT post(13, 'C', 'leader_chief', '[2026-12-01,)');
SELECT line('D', 'leader', 5), line('D', 'leader_chief', 1, '[2027-01-01,)', closed => true), post(13, 'D', 'leader_deputy', '[2026-12-01,)');
SELECT post(14, 'D', 'leader_chief', '[2027-01-01,)'), try($$UPDATE bianzhi.appointment SET category = 'leader_chief' WHERE person_id = 13$$), try($$UPDATE bianzhi.appointment SET category = 'leader_other' WHERE person_id = 13$$);
SELECT line('D', 'leader', 0, closed => true), try($$UPDATE bianzhi.appointment SET category = 'leader_deputy' WHERE person_id = 13$$), post(14, 'D', 'leader_deputy', '[2026-12-01,)');
-- a section that is closed
SELECT line('A1', 'administrative', 3, closed => true), line('A', 'administrative', 10);
SELECT seat(15, 'A', 'administrative', '[2028-01-01,)', 'A1'), seat(15, 'A', 'administrative', '[2028-01-01,)');

-- like the limit: the past is recorded, record records, off counts; deferred, the transaction decides

INSERT INTO bianzhi.category (code, name_zh, measure, enforcement) VALUES ('recorded', '登记', 'establishment', 'record'), ('off', '不控制', 'establishment', 'off');
DELETE FROM bianzhi.lead;
SELECT line('E', k, 5, closed => true) FROM unnest('{administrative,recorded,off}'::text[]) AS k;
SELECT seat(21, 'E', 'administrative', '[2025-01-01,2026-11-24)'), seat(22, 'E', 'recorded', '[2026-12-01,)'), seat(23, 'E', 'off', '[2026-12-01,)');
SELECT leads();
SELECT k, verdict FROM unnest('{administrative,recorded,off}'::text[]) AS k, bianzhi.would_exceed(5, k, '[2026-12-01,)');
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
:hire (24, 5, 'administrative', '[2026-12-01,)');
UPDATE bianzhi.quota SET entries_closed = false WHERE unit_id = 5 AND category = 'administrative';
COMMIT;
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
:hire (25, 5, 'administrative', '[2026-12-01,)');
UPDATE bianzhi.quota SET entries_closed = true WHERE unit_id = 5 AND category = 'administrative';
COMMIT;
\echo :LAST_ERROR_SQLSTATE
SELECT sound();
