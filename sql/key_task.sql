-- key tasks and their shares; what became of bodies, over mergers and splits; what an inspection looks at first
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET field = '教育' WHERE unit_key IN ('A', 'B');
UPDATE bianzhi.unit SET field = '水利' WHERE unit_key IN ('C', 'D');
RESET bianzhi.effective_on;

INSERT INTO bianzhi.document (number, title) VALUES ('督〔2025〕1号', '重点工作');
INSERT INTO bianzhi.key_task (unit_id, title, due, done_on, state, document_no) VALUES
	(unit('A'), '学位', '2025-06-30', '2025-06-30', 'done', '督〔2025〕1号'),	-- in time, on the last day
	(unit('A'), '食堂', '2025-06-30', '2025-07-01', 'done', '督〔2025〕1号'),	-- a day late
	(unit('B'), '师资', '2025-06-30', NULL, 'open', '督〔2025〕2号'),		-- overdue from the day after on
	(unit('B'), '校舍', '2026-12-31', NULL, 'open', NULL),				-- to come
	(unit('C'), '堤防', '2026-12-31', '2025-05-01', 'done', NULL),		-- done long before
	(unit('C'), '水库', '2025-01-01', NULL, 'dropped', NULL);
-- done has a day, and nothing else has
SELECT try($$INSERT INTO bianzhi.key_task (unit_id, title, due, state) VALUES (1, 'x', '2025-01-01', 'done')$$);
SELECT try($$INSERT INTO bianzhi.key_task (unit_id, title, due, done_on) VALUES (1, 'x', '2025-01-01', '2025-01-01')$$);
SELECT try($$INSERT INTO bianzhi.key_task (unit_id, title, due, state) VALUES (1, 'x', '2025-01-01', 'late')$$);
SELECT try($$INSERT INTO bianzhi.key_task (unit_id, title, due) VALUES (1, ' ', '2025-01-01')$$);
SELECT try($$INSERT INTO bianzhi.key_task (unit_id, title, due) VALUES (1, 'x', 'infinity')$$);
SELECT try($$INSERT INTO bianzhi.key_task (unit_id, title, due) VALUES (999, 'x', '2025-01-01')$$);
SELECT operation, row_after FROM bianzhi.ledger WHERE relation = 'bianzhi.key_task' AND operation = 'INSERT' ORDER BY seq LIMIT 1;

\pset tuples_only off
\pset format aligned
SELECT unit_key, unit_name, field, title, due, done_on, state, is_overdue, days_left, document_no, document_title FROM bianzhi.key_task_board ORDER BY key_task_id;
SELECT * FROM bianzhi.key_task_share('2025-06-30');
SELECT * FROM bianzhi.key_task_share('2025-07-01');
SELECT * FROM bianzhi.key_task_share_by_field('2025-07-01');
SELECT title, is_done, in_time, is_overdue FROM bianzhi.key_task_on('2025-06-30') ORDER BY key_task_id;
SELECT count(*) FROM bianzhi.key_task_share('2025-04-30');
SELECT number, used_in, used FROM bianzhi.document_missing WHERE used_in = 'key_task';
-- by the field that the unit had on that day
SET bianzhi.effective_on = '2025-07-01';
UPDATE bianzhi.unit SET field = '人才' WHERE unit_key = 'B';
RESET bianzhi.effective_on;
SELECT '2025-06-30' AS day, field, tasks FROM bianzhi.key_task_share_by_field('2025-06-30') UNION ALL SELECT '2025-07-01', field, tasks FROM bianzhi.key_task_share_by_field('2025-07-01');

--
-- What became of bodies
--

-- names and more, one after the other, and two of them on one day
SET bianzhi.effective_on = '2022-03-01';
UPDATE bianzhi.unit SET name = '甲委', document_no = '更1号' WHERE unit_key = 'A';
SET bianzhi.effective_on = '2024-03-01';
UPDATE bianzhi.unit SET name = '甲办', rank = '正科级', parent_id = 3, document_no = '更2号' WHERE unit_key = 'A';
RESET bianzhi.effective_on;
SELECT day, unit_key, unit_name, what, was, became, other_unit_name, document_no, source FROM bianzhi.unit_change ORDER BY day, unit_key, what;
-- what it was is corrected, with a gap, in which it was as it is now
UPDATE bianzhi.unit_version SET during = '(,2022-01-01)' WHERE unit_id = 1 AND name = '甲局';
SELECT day, what, was, became, document_no, source FROM bianzhi.unit_change WHERE unit_id = 1 AND what = 'name' ORDER BY day;
UPDATE bianzhi.unit_version SET during = '(,2022-03-01)' WHERE unit_id = 1 AND name = '甲局';

-- X and Y are merged into Z, from which W is split, which V succeeds
INSERT INTO bianzhi.unit (unit_id, unit_key, name, during, document_no) VALUES (31, 'X', '子局', '[2010-01-01,2015-01-01)', '设1号'), (32, 'Y', '丑局', '(,2015-01-01)', NULL),
	(33, 'Z', '寅局', '[2015-01-01,)', '并1号'), (34, 'W', '卯局', '[2018-01-01,2020-01-01)', '分1号'), (35, 'V', '辰局', '[2020-01-01,)', '承1号');
INSERT INTO bianzhi.unit_relation (unit_id, kind, other_unit, during, document_no) VALUES (31, 'merged_into', 33, '[2015-01-01,)', '并1号'), (32, 'merged_into', 33, '[2015-01-01,)', '并1号'),
	(34, 'split_from', 33, '[2018-01-01,)', '分1号'), (35, 'succeeds', 34, '[2020-01-01,)', '承1号'), (35, '业务指导', 33, '[2020-01-01,)', NULL);
SET bianzhi.effective_on = '2019-01-01';
UPDATE bianzhi.unit SET name = '寅委', document_no = '更3号' WHERE unit_key = 'Z';		-- after W was split from it: no history of W's
SET bianzhi.effective_on = '2012-01-01';
UPDATE bianzhi.unit SET name = '子委', document_no = '更4号' WHERE unit_key = 'X';
RESET bianzhi.effective_on;
SELECT day, role, name, what, was, became, other_name, document_no FROM bianzhi.unit_history(33);
SELECT day, role, name, what, was, became, other_name, document_no FROM bianzhi.unit_history(35);
SELECT day, role, name, what, was, became, other_name, document_no FROM bianzhi.unit_history(31);
-- a body that comes back to where it came from, and relations without a day, end
BEGIN;
INSERT INTO bianzhi.unit_relation (unit_id, kind, other_unit, during) VALUES (35, 'merged_into', 33, '[2023-01-01,)'), (33, 'split_from', 35, '(,)'), (33, 'succeeds', 31, '(,)');
SELECT role, count(*), count(DISTINCT unit_id) AS units FROM bianzhi.unit_history(33) GROUP BY role ORDER BY role;
ROLLBACK;
SELECT count(*) FROM bianzhi.unit_history(999);

--
-- What an inspection looks at first
--

\pset tuples_only on
\pset format unaligned
SELECT line('A', 'administrative', 6), line('B', 'administrative', 6, '[2020-01-01,2025-04-01)'), line('C', 'administrative', 6), line('C', 'institution_full', 1), line('E', 'administrative', 6);
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('B'), 'administrative', 2, '[2025-04-01,)', '编发2号'),
	(unit('E'), 'institution_full', 4, '[2025-05-01,)', '(未见文号)'), (unit('F'), 'institution_full', 4, '[2025-05-01,2025-10-01)', '(未见文号)');
SELECT seat(n, 'B', 'administrative', CASE WHEN n > 2 THEN '[2020-01-01,2025-03-01)' ELSE '[2020-01-01,)' END::daterange) FROM generate_series(1, 3) AS n;		-- loses 4 seats, and a person
SELECT seat(n, 'A', 'administrative', '[2020-01-01,2025-03-01)') FROM generate_series(4, 5) AS n;		-- loses two people: its tasks are done, the field has others
SELECT seat(n, 'E', 'administrative', '[2020-01-01,2025-03-01)') FROM generate_series(6, 8) AS n;		-- loses three people, and nobody counts on it
-- more than is authorised, and no document: found only where nothing covers them
SELECT seat(9, 'C', 'administrative', '[2025-03-01,)');
SELECT post(10, 'C', 'leader_deputy', '[2025-03-01,)', 'C1');
SELECT post(11, 'C', 'leader_deputy', '[2025-03-01,)');
SELECT line('D', 'administrative', 2), seat(12, 'D', 'administrative', '[2025-03-01,)'), seat(13, 'D', 'administrative', '[2025-04-01,)'), line('D', 'administrative', -1, '[2025-06-01,)');
DELETE FROM bianzhi.lead;
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence) VALUES ('over_by_cut', unit('C'), 'administrative', '{"severity": 2}'), ('over_by_cut', unit('A1'), 'x', '{"severity": 3}'),
	('over_by_cut', unit('F'), 'x', '{"severity": 3}');
UPDATE bianzhi.lead SET dismissed_reason = '查无此事' WHERE unit_id = unit('F');
SELECT (bianzhi.record_problem('C1', unit('D'), 'daily')).state;
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET field = '教育' WHERE unit_key = 'B';
RESET bianzhi.effective_on;
\pset tuples_only off
\pset format aligned
SELECT u.unit_key, g.category, g.seats, g.since, g.source FROM bianzhi.undocumented_growth('2025-01-01', '2026-01-01') AS g JOIN bianzhi.unit AS u USING (unit_id) ORDER BY 1, 2, 4, 5;
SELECT place, unit_name, field, points, weakened, weakened_points AS wp, overdue, overdue_points AS op, lead, lead_points AS lp, problem, problem_points AS pp, undocumented AS undoc, undocumented_points AS up
FROM bianzhi.inspection_focus('2025-01-01', '2026-01-01');
SELECT unit_name, reasons FROM bianzhi.inspection_focus('2025-01-01', '2026-01-01');
SELECT count(*) AS wrong FROM bianzhi.inspection_focus('2025-01-01', '2026-01-01') WHERE points <> weakened_points + overdue_points + lead_points + problem_points + undocumented_points;
-- weights are the office's; one that it has changed is known by it
UPDATE bianzhi.inspection_weight SET weight = 0 WHERE code IN ('lead', 'problem', 'undocumented');
UPDATE bianzhi.inspection_weight SET at_most = 3 WHERE code = 'weakened';
SELECT place, unit_name, points, weakened, weakened_points, overdue_points, lead_points FROM bianzhi.inspection_focus('2025-01-01', '2026-01-01');
SELECT code, weight, at_most, changed FROM bianzhi.inspection_weight ORDER BY display_order;
\pset tuples_only on
\pset format unaligned
SELECT try($$DELETE FROM bianzhi.inspection_weight$$);
SELECT try($$INSERT INTO bianzhi.inspection_weight (code, name_zh, weight, at_most) VALUES ('rumour', '传闻', 1, 1)$$);
SELECT try($$SELECT bianzhi.inspection_focus('2026-01-01', '2025-01-01')$$);
