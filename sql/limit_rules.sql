-- the rules of the limit, L1 to L8 (docs: limits): a block for each, which fails where the rule is broken
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

-- L1: authorised is the sum of the lines in force, NULL where there is none; filled what covers the day and counts;
-- reserved what open approvals hold

SELECT line('A', 'administrative', 5), line('A', 'administrative', 2, '[2024-01-01,)'), line('A', 'administrative', -3, '[2025-01-01,2026-01-01)');
SELECT has('A');
-- with the last line what is authorised ends; a line of nothing is still a line
SELECT line('B', 'administrative', 4, '[2021-01-01,2022-01-01)'), line('B', 'administrative', 0, '[2023-01-01,2024-01-01)');
SELECT has('B');
-- one of two lines goes: the other stands; unbounded below means always
SELECT line('C', 'administrative', 3, '(,)'), line('C', 'administrative', 1);
DELETE FROM bianzhi.quota WHERE unit_id = unit('C') AND lower(during) IS NULL;
SELECT has('C');
DELETE FROM bianzhi.quota WHERE unit_id = unit('C');
SELECT has('C');
SELECT day, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_between('2020-12-31', '2023-01-01', '1 day') WHERE unit_id = unit('B') AND day IN ('2021-01-01', '2021-12-31', '2022-01-01', '2023-01-01');
-- a stay counts from its first day to the day before its end
SELECT seat(1, 'A', 'administrative', '[2025-06-01,2025-06-02)'), seat(2, 'A', 'administrative', '[2025-06-01,2025-07-01)'), seat(3, 'A', 'administrative', '[2025-07-01,)');
SELECT has('A');
-- reserved, fed by a table attached as such, counts like filled; it is held without end until it is used
CREATE TABLE held (unit_id bigint, category text, during daterange, seats int, granted bool);
SELECT bianzhi.attach_own('held', 'reserved', unit => 'unit_id', category => 'category', during => 'during', seats => 'seats', condition => 'granted') IS NOT NULL;
SELECT line('D', 'administrative', 3), seat(4, 'D', 'administrative', '[2025-01-01,)');
INSERT INTO held VALUES (unit('D'), 'administrative', '[2026-01-01,)', 2, true), (unit('D'), 'administrative', '[2026-01-01,)', 2, false);
SELECT has('D');
SELECT seat(5, 'D', 'administrative', '[2027-01-01,)');
WITH used AS (UPDATE held SET seats = 1 WHERE granted)
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (5, unit('D'), 'administrative', '[2027-01-01,)');
SELECT try('UPDATE held SET granted = true');
DELETE FROM held;
SELECT has('D');
SELECT leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- L2: refused where a day's own net change is positive and the result is above what is authorised

SELECT line('A', 'administrative', 2), seat(1, 'A', 'administrative', '[2025-01-01,)'), seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)');
SELECT seat(3, 'A', 'administrative', '[2025-01-01,)');
-- one day too early, and just in time
SELECT seat(3, 'A', 'administrative', '[2026-12-31,)'), seat(3, 'A', 'administrative', '[2027-01-01,)');
-- several rows of one statement count together, also those that would fit alone
SELECT line('B', 'administrative', 2);
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT n, 2, 'administrative', '[2026-12-01,)' FROM generate_series(11, 13) AS n$$);
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT n, 2, 'administrative', '[2026-12-01,)' FROM generate_series(11, 12) AS n$$);
-- one leaves, one comes, in one statement and on one day: the net change is nothing
WITH gone AS (UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-03-01)' WHERE person_id = 11)
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (13, 2, 'administrative', '[2027-03-01,)');
SELECT has('B');
SELECT leads();

-- cut to one: over-full by one; that alone is no reason to refuse
SELECT line('B', 'administrative', -1);
SELECT leads();
-- only out, not in: growing is refused, on the days on which it is full too
SELECT seat(14, 'B', 'administrative', '[2026-12-01,2026-12-02)');
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-02,2027-03-01)' WHERE person_id = 11$$);			-- shrinks
SELECT seat(14, 'B', 'administrative', '[2026-12-01,2026-12-02)');			-- one of one is there
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-03-01)' WHERE person_id = 11$$);			-- and grows back
SELECT try($$UPDATE bianzhi.occupancy SET note = 'x' WHERE unit_id = 2$$);									-- changes nothing
-- still over-full: one goes and one comes in one statement; less one day it would grow
SELECT try($$WITH gone AS (UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-06-01)' WHERE person_id = 12)
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (14, 2, 'administrative', '[2027-05-31,)')$$);
SELECT try($$WITH gone AS (UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-06-01)' WHERE person_id = 12)
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (14, 2, 'administrative', '[2027-06-01,)')$$);
-- two go, one comes: fewer than before and still over nobody
SELECT line('B', 'administrative', -1);
SELECT try($$WITH gone AS (DELETE FROM bianzhi.occupancy WHERE person_id IN (13, 14))
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (15, 2, 'administrative', '[2027-06-01,)')$$);
-- a move that frees days and takes others is refused for those it takes
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2027-05-01,2027-08-01)' WHERE person_id = 15$$);
-- a change of what is authorised alone is never refused
SELECT try($$UPDATE bianzhi.quota SET amount = 0 WHERE unit_id = 2 AND amount > 0$$);		-- this one would go below zero, see L16 and quota_not_negative
SELECT try($$DELETE FROM bianzhi.quota WHERE unit_id = 2 AND amount < 0$$), try($$UPDATE bianzhi.quota SET amount = 0 WHERE unit_id = 2$$);
SELECT has('B');
SELECT count(*) > 0 FROM leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- L3: a cut below what is filled is legal and leaves a lead

SELECT line('A', 'administrative', 3), seat(1, 'A', 'administrative', '[2025-01-01,)'), seat(2, 'A', 'administrative', '[2025-01-01,)');
SELECT line('A', 'administrative', -1);			-- down to what is filled: no lead
SELECT leads();
SELECT line('A', 'administrative', -1, '[2027-01-01,)');
SELECT leads();
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 1 AND amount = 3;
SELECT leads();
-- the line that ends over people in place is a cut, too
UPDATE bianzhi.quota SET during = daterange(lower(during), '2028-01-01') WHERE unit_id = 1;
SELECT leads();
DELETE FROM bianzhi.quota WHERE unit_id = 1;
SELECT leads();
-- what was over only in the past is history
SELECT line('A', 'administrative', 2), line('A', 'administrative', -1, '[2025-02-01,2025-03-01)');
SELECT leads();
SELECT has('A');
-- raising it leaves none
SELECT line('A', 'administrative', 5);
SELECT leads();
-- below zero is no cut (decision 10)
SELECT line('A', 'administrative', -7), line('A', 'administrative', -8), line('A', 'administrative', -5, '[2024-01-01,2024-01-02)');
SELECT try($$UPDATE bianzhi.quota SET during = '[2020-01-01,2025-02-10)' WHERE unit_id = 1 AND amount = 5$$), try($$DELETE FROM bianzhi.quota WHERE unit_id = 1 AND amount > 0$$);
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy, bianzhi.lead;

-- L4: a row counts in its category and in all above it, and in the section's accounts too; children are inside parents

-- 领导职数 3, 其中正职 1
SELECT line('A', 'leader', 3), line('A', 'leader_chief', 1);
SELECT post(1, 'A', 'leader_chief', '[2025-01-01,)');
SELECT post(2, 'A', 'leader_chief', '[2025-01-01,)');			-- the child is full, the parent is not
SELECT post(2, 'A', 'leader_deputy', '[2025-01-01,)'), post(3, 'A', 'leader_other', '[2025-01-01,)');
SELECT post(4, 'A', 'leader_deputy', '[2025-01-01,)');			-- the child has no line, the parent is full
SELECT has('A');
-- the 16: lines of chief and deputy and none for all leaders
SELECT line('B', 'leader_chief', 1), line('B', 'leader_deputy', 2), post(5, 'B', 'leader_chief', '[2025-01-01,)'), post(6, 'B', 'leader_deputy', '[2025-01-01,)'), post(7, 'B', 'leader_deputy', '[2025-01-01,)');
SELECT post(8, 'B', 'leader_chief', '[2025-01-01,)');
SELECT post(8, 'B', 'leader_deputy', '[2025-01-01,)');
SELECT has('B');
-- the 7: only a total for leaders of sections
SELECT line('C', 'section_leader', 2), post(9, 'C', 'section_chief', '[2025-01-01,)'), post(10, 'C', 'section_deputy', '[2025-01-01,)');
SELECT post(11, 'C', 'section_chief', '[2025-01-01,)');
SELECT post(11, 'C', 'section_deputy', '[2025-01-01,)');
SELECT has('C');
SELECT leads();
-- grades are cumulative: an unused higher seat may be used lower down, never the other way
SELECT line('D', 'grade_researcher_2', 1), line('D', 'grade_researcher_4', 3);
SELECT post(12, 'D', 'grade_researcher_4', '[2025-01-01,)'), post(13, 'D', 'grade_researcher_3', '[2025-01-01,)'), post(14, 'D', 'grade_researcher_3', '[2025-01-01,)');
SELECT post(15, 'D', 'grade_researcher_4', '[2025-01-01,)');
DELETE FROM bianzhi.appointment WHERE person_id = 14;
SELECT post(15, 'D', 'grade_researcher_1', '[2025-01-01,)');
DELETE FROM bianzhi.appointment WHERE person_id = 12;
SELECT post(16, 'D', 'grade_researcher_2', '[2025-01-01,)');		-- room below, none at this height
SELECT post(16, 'D', 'grade_researcher_3', '[2025-01-01,)');
SELECT has('D');
-- a section is limited within its unit: one line for each, whoever is full first refuses
SELECT line('A', 'administrative', 2), line('A1', 'administrative', 1);
SELECT seat(17, 'A', 'administrative', '[2025-01-01,)', 'A1');
SELECT seat(18, 'A', 'administrative', '[2025-01-01,)', 'A1');
SELECT seat(18, 'A', 'administrative', '[2025-01-01,)');
SELECT seat(19, 'A', 'administrative', '[2025-01-01,)');
SELECT has('A1');
-- and the section's accounts above it are limited, too
SELECT line('B', 'administrative', 5), line('B1', 'administrative', 1);
SELECT seat(20, 'B', 'retired_service', '[2025-01-01,)', 'B1');
SELECT seat(21, 'B', 'retired_service', '[2025-01-01,)', 'B1');
SELECT has('B1');
-- moved to another section, to another category: both sides follow
UPDATE bianzhi.occupancy SET section_id = NULL WHERE person_id = 20;
SELECT has('B1');
UPDATE bianzhi.occupancy SET category = 'administrative', section_id = unit('B1') WHERE person_id = 20;
SELECT has('B1');
SELECT has('B');
SELECT leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy, bianzhi.appointment;

-- L5: an account is judged where it has a line; where nothing on the whole path has one, without_quota decides

INSERT INTO bianzhi.category (code, name_zh, measure, without_quota) VALUES ('free', '不控', 'establishment', 'allow'), ('noted', '记录', 'establishment', 'record');
INSERT INTO bianzhi.category (code, name_zh, measure, parent, without_quota) VALUES ('free_child', '不控之内', 'establishment', 'administrative', 'allow');
-- establishment: no quota, no entry
SELECT seat(1, 'A', 'administrative', '[2026-12-01,)');
SELECT seat(1, 'A', 'retired_service', '[2026-12-01,)');
-- posts: committed, with a lead
SELECT post(1, 'A', 'leader_chief', '[2026-12-01,)');
SELECT leads();
SELECT seat(2, 'A', 'noted', '[2026-12-01,)');
SELECT leads();
SELECT seat(3, 'A', 'free', '[2026-12-01,)');
SELECT leads();
-- bodies are allowed without
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (31, 'C1', '丙一处', 3, true);
SELECT leads();
-- a line above is a line of the path, a line below is not
SELECT line('B', 'administrative', 1), seat(4, 'B', 'retired_service', '[2026-12-01,)');
SELECT line('C', 'retired_service', 2), seat(5, 'C', 'administrative', '[2026-12-01,)');
SELECT seat(5, 'C', 'retired_service', '[2026-12-01,)');
-- without_quota is that of the row's own category (decision 8)
SELECT seat(6, 'D', 'free_child', '[2026-12-01,)');
SELECT leads();
-- day by day: the line ends before the stay does, or begins after it
SELECT line('D', 'administrative', 2, '[2025-01-01,2028-01-01)');
SELECT seat(7, 'D', 'administrative', '[2026-12-01,)');
SELECT seat(7, 'D', 'administrative', '[2026-12-01,2028-01-02)');
SELECT seat(7, 'D', 'administrative', '[2026-12-01,2028-01-01)');
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-01,2028-01-02)' WHERE person_id = 7$$);
-- two lines that leave no gap cover together; of two heights, too
SELECT line('D', 'retired_service', 2, '[2028-01-01,2029-01-01)'), seat(8, 'D', 'retired_service', '[2026-12-01,2029-01-01)');
SELECT seat(9, 'D', 'retired_service', '[2028-06-01,2029-01-02)');
-- a section's accounts never matter for this: neither is its line missed, nor is it enough
SELECT seat(10, 'C', 'retired_service', '[2026-12-01,)', 'C1');
SELECT line('A1', 'administrative', 5), seat(11, 'A', 'administrative', '[2026-12-01,)', 'A1');
-- before today there is only a lead, whatever without_quota says (decision 7)
SELECT seat(12, 'A', 'administrative', '[2025-01-01,2026-11-24)');
SELECT leads();
SELECT seat(13, 'A', 'administrative', '[2025-01-01,2026-11-25)');
-- who is there already and does not grow is left alone when the line is gone
DELETE FROM bianzhi.quota WHERE unit_id = 2;
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-01-01)' WHERE unit_id = 2$$), try($$UPDATE bianzhi.occupancy SET person_id = 14 WHERE unit_id = 2$$);
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2026-12-01,2027-01-02)' WHERE unit_id = 2$$);
SELECT leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy, bianzhi.appointment;

-- L6: days before enforced_since are counted and never refused; what was over only before today is history

INSERT INTO bianzhi.category (code, name_zh, measure, enforced_since) VALUES ('later', '以后', 'establishment', '2028-01-01');
INSERT INTO bianzhi.category (code, name_zh, measure, past_excess) VALUES ('strict', '从严', 'establishment', 'reject');
SELECT line('A', 'later', 1), seat(1, 'A', 'later', '[2025-01-01,2028-01-01)'), seat(2, 'A', 'later', '[2025-01-01,2028-01-01)');
SELECT seat(3, 'A', 'later', '[2026-12-01,2028-01-02)');
SELECT seat(4, 'A', 'later', '[2028-01-01,)');
SELECT seat(5, 'A', 'later', '[2027-06-01,2028-01-02)');
SELECT seat(6, 'B', 'later', '[2026-12-01,2028-01-01)');			-- without quota, likewise
SELECT seat(7, 'B', 'later', '[2026-12-01,2028-01-02)');
SELECT leads();
SELECT has('A');
-- the past: to the day before today it is recorded, with today in it refused
SELECT line('A', 'administrative', 1), seat(11, 'A', 'administrative', '[2025-01-01,)');
SELECT seat(12, 'A', 'administrative', '[2025-03-01,2026-11-24)');
SELECT leads();
SELECT seat(13, 'A', 'administrative', '[2025-03-01,2026-11-25)');
SELECT seat(13, 'A', 'administrative', '[2026-11-24,2026-11-25)');
SELECT leads();
-- unless the category says otherwise
SELECT line('A', 'strict', 1), seat(21, 'A', 'strict', '[2025-01-01,)');
SELECT seat(22, 'A', 'strict', '[2025-03-01,2025-04-01)');
SELECT leads();
-- a row of several days is refused for those from today on only
SELECT line('C', 'administrative', 1, '[2020-01-01,2026-12-01)'), line('C', 'administrative', 2, '[2026-12-01,)'), seat(23, 'C', 'administrative', '[2024-01-01,2025-01-01)'), seat(24, 'C', 'administrative', '[2024-06-01,2024-07-01)');
SELECT seat(25, 'C', 'administrative', '[2024-06-01,)');			-- over in 2024 only
SELECT leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- L7: reject, record or off

INSERT INTO bianzhi.category (code, name_zh, measure, enforcement) VALUES ('recorded', '登记', 'establishment', 'record'), ('off', '不控制', 'establishment', 'off');
INSERT INTO bianzhi.category (code, name_zh, measure, enforcement, parent) VALUES ('off_child', '不控制', 'establishment', 'off', 'administrative'), ('strict_child', '控制', 'establishment', 'reject', 'off');
SELECT line('A', 'recorded', 1), seat(1, 'A', 'recorded', '[2026-12-01,)'), seat(2, 'A', 'recorded', '[2026-12-01,)');
SELECT leads();
SELECT line('A', 'off', 1), seat(3, 'A', 'off', '[2026-12-01,)'), seat(4, 'A', 'off', '[2026-12-01,)');
SELECT leads();
SELECT has('A');
-- without a line: off is left alone, record leaves a lead
SELECT seat(5, 'B', 'off', '[2026-12-01,)'), seat(6, 'B', 'recorded', '[2026-12-01,)');
SELECT leads();
-- each account on the path is judged by its own category (decision 8)
SELECT line('C', 'administrative', 1), line('C', 'off_child', 0), seat(7, 'C', 'off_child', '[2026-12-01,)');
SELECT seat(8, 'C', 'off_child', '[2026-12-01,)');
SELECT line('D', 'off', 0), line('D', 'strict_child', 1), seat(9, 'D', 'strict_child', '[2026-12-01,)');
SELECT seat(10, 'D', 'strict_child', '[2026-12-01,)');
SELECT leads();
-- cuts: record leaves the lead, off none
SELECT line('A', 'recorded', -1), line('A', 'off', -1);
SELECT leads();
SELECT sound();
TRUNCATE bianzhi.quota, bianzhi.occupancy;

-- L8: rows that do not count need an exemption of the establishment department, every day of them

SELECT line('A', 'administrative', 1), seat(1, 'A', 'administrative', '[2025-01-01,)');
SELECT seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)', counted => false);
-- a document, and an end or a day of review
SELECT try($$INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 1, '2', '[2025-01-01,)', '编办2号')$$);
SELECT try($$INSERT INTO bianzhi.exemption (kind, unit_id, subject, during) VALUES ('uncounted', 1, '2', '[2025-01-01,2027-01-01)')$$);
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 1, '2', '[2025-01-01,2026-01-01)', '编办2号');
SELECT seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)', counted => false);			-- a year is missing
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 1, '2', '[2026-01-02,2027-01-01)', '编办3号');
SELECT seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)', counted => false);			-- a day
UPDATE bianzhi.exemption SET during = '[2026-01-01,2027-01-01)' WHERE document_no = '编办3号';
SELECT seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)', counted => false);
SELECT seat(3, 'A', 'administrative', '[2025-01-01,2027-01-01)', counted => false);			-- of somebody else
SELECT has('A');
SELECT kind, person_id, unit_key, category, since, until, document_no, exempt_until FROM bianzhi.uncounted ORDER BY document_no;
-- neither may the row outlive it, nor the exemption go from under the row
SELECT try($$UPDATE bianzhi.occupancy SET during = '[2025-01-01,2027-01-02)' WHERE NOT counted$$);
SELECT try($$DELETE FROM bianzhi.exemption WHERE document_no = '编办3号'$$), try($$UPDATE bianzhi.exemption SET during = '[2026-02-01,2027-01-01)' WHERE document_no = '编办3号'$$),
	try($$UPDATE bianzhi.exemption SET subject = '3' WHERE document_no = '编办3号'$$), try($$UPDATE bianzhi.exemption SET note = 'x'$$);
-- to count again there must be room
SELECT try($$UPDATE bianzhi.occupancy SET counted = true WHERE NOT counted$$);
SELECT line('A', 'administrative', 1), try($$UPDATE bianzhi.occupancy SET counted = true WHERE NOT counted$$);
SELECT has('A');
SELECT try($$UPDATE bianzhi.occupancy SET counted = false WHERE person_id = 1$$), try($$UPDATE bianzhi.occupancy SET counted = false WHERE person_id = 2$$);
SELECT has('A');
SELECT try('TRUNCATE bianzhi.exemption');
DELETE FROM bianzhi.occupancy WHERE NOT counted;
SELECT try('TRUNCATE bianzhi.exemption');
-- the same for posts
SELECT post(1, 'A', 'leader', '[2025-01-01,2027-01-01)', counted => false);
SELECT leads();
SELECT sound();
