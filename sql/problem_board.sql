-- problems that were there before the limits; boards, what is due, statistics, what stops approvals
\getenv here PG_ABS_SRCDIR
\set ECHO none
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
SET datestyle = ISO;
SET timezone = 'Asia/Shanghai';
SET bianzhi.today = '2026-11-24';
\pset tuples_only on
\pset format unaligned
\set SHOW_CONTEXT never
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	broken text;
BEGIN
	EXECUTE statement;
	RETURN 'fine';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
	RETURN concat_ws(' ', SQLSTATE, nullif(broken, '')) || ': ' || SQLERRM;
END
$$;
\set ECHO all
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section, field) VALUES (1, 'A', '甲局', NULL, false, '教育'), (2, 'B', '乙局', NULL, false, '卫生'), (11, 'A1', '甲一处', 1, true, '教育'), (3, 'AX', '甲局所属中心', 1, false, '教育');

--
-- Nothing there yet: what they refer to may be emptied
--

BEGIN;
SELECT try('TRUNCATE bianzhi.unit CASCADE'), try('TRUNCATE bianzhi.problem CASCADE'), try('TRUNCATE bianzhi.problem_step');
ROLLBACK;

--
-- Books from before: taken as they are, numbers, steps and all, in any order
--

INSERT INTO bianzhi.problem_step (problem_id, step, action, from_state, to_state, at, actor, evidence, due_on) VALUES
	(1, 1, 'register', NULL, 'registered', '2025-03-03 09:00+08', '张三', '{"over": 1}', '2025-06-30'),
	(1, 2, 'submit', 'registered', 'submitted', '2025-05-06 09:00+08', '甲局', '["x"]', NULL),
	(1, 3, 'settle', 'submitted', 'settled', '2025-05-07 09:00+08', '张三', NULL, NULL),
	(1, 4, 'close', 'settled', 'closed', '2025-06-03 09:00+08', '李四', '["x"]', NULL);
INSERT INTO bianzhi.problem (problem_id, number, kind, subkind, severity, unit_id, source, state, found_on, registered_at, registered_by, first_due_on, due_on, settled_by, closed_by, closed_at, replied_at, steps)
VALUES (1, '2025-0001', 'C2', 'flow', 3, 1, 'audit', 'closed', '2025-03-01', '2025-03-03 09:00+08', '张三', '2025-06-30', '2025-06-30', '张三', '李四', '2025-06-03 09:00+08', '2025-05-08 09:00+08', 4),
	(2, '盐编督〔2026〕3号', 'D1', NULL, 3, 2, 'inspection_tour', 'submitted', '2026-01-05', '2026-01-06 09:00+08', '张三', NULL, '2026-06-30', NULL, NULL, NULL, NULL, 0),
	(3, '2026-0007', 'E2', 'late', 1, 1, 'report', 'registered', '2026-02-01', '2026-02-02 09:00+08', '张三', '2026-11-20', '2026-11-20', NULL, NULL, NULL, NULL, 0);
-- steps of one that is there make of it what they made of it
INSERT INTO bianzhi.problem_step (problem_id, step, action, to_state, at, actor, due_on) VALUES (3, 1, 'register', 'registered', '2026-02-02 09:00+08', '张三', '2026-11-20');
INSERT INTO bianzhi.problem_step (problem_id, step, action, from_state, to_state, at, actor, opinion) VALUES (3, 2, 'remind', 'registered', 'registered', '2026-07-01 09:00+08', '张三', '请报');
SELECT setval('bianzhi.problem_problem_id_seq', 3);
SELECT problem_id, number, state, steps, first_due_on FROM bianzhi.problem ORDER BY problem_id;
SELECT try($$INSERT INTO bianzhi.problem (number, kind, severity, unit_id, source, due_on) VALUES ('2026-0007', 'B1', 2, 1, 'daily', '2026-12-01')$$);
-- what was loaded stays as well
SELECT try('DELETE FROM bianzhi.problem'), try('UPDATE bianzhi.problem SET number = ''2026-0008'' WHERE problem_id = 3'), try('UPDATE bianzhi.problem SET state = ''closed'' WHERE problem_id = 3'), try('DELETE FROM bianzhi.problem_step');
-- one that names what is not there is found when the limits come into force
INSERT INTO bianzhi.problem (problem_id, number, kind, severity, unit_id, source, due_on) VALUES (4, '2026-0008', 'B9', 2, 1, 'daily', '2026-12-01');
SELECT relation, key, dangling FROM bianzhi.dangling_keys();
SELECT try('SELECT bianzhi.go_live()');
INSERT INTO bianzhi.problem_kind (code, class, name_zh) VALUES ('B9', 'B', '自定');
SELECT leads FROM bianzhi.go_live();
SELECT count(*) FROM bianzhi.own_keys() WHERE child::text LIKE 'bianzhi.problem%' AND asleep;
-- numbers go on after those; who settled one from before does not close it
SELECT number FROM bianzhi.record_problem('B1', 1, 'daily');
SELECT state FROM bianzhi.settle_problem(2, '已核');
SELECT try($$SELECT bianzhi.close_problem(2, '同意', '["x"]', '已复')$$);
SELECT problem_id, step, action, from_state, to_state FROM bianzhi.problem_step WHERE problem_id > 1 AND action <> 'register' ORDER BY 1, 2;
SELECT count(*) FROM bianzhi.problem AS p WHERE p.steps <> (SELECT count(*) FROM bianzhi.problem_step AS s WHERE s.problem_id = p.problem_id);

--
-- Boards
--

INSERT INTO bianzhi.problem_amount (problem_id, item, amount, on_day, document_no) VALUES (1, 'persons_involved', 3, '2025-03-10', '审1号'), (1, 'persons_involved', -1, '2025-05-01', '审2号'), (1, 'persons_corrected', 2, '2025-05-05', NULL), (1, 'money_involved', 120000.50, '2025-03-10', '审1号'), (1, 'money_recovered', 20000, '2025-05-05', NULL), (1, 'money_recovered', 30000.25, '2026-05-05', NULL);
INSERT INTO bianzhi.problem_handling (problem_id, kind, department, persons, on_day, document_no) VALUES (1, '约谈', 'establishment', 1, '2025-04-01', '约1号'), (1, '移送处分', 'discipline', 1, '2025-05-20', '移1号'), (2, '通报', 'establishment', NULL, '2026-03-01', '通1号');
SELECT try($$INSERT INTO bianzhi.problem_amount (problem_id, item, amount) VALUES (1, 'persons_involved', 1.5)$$), try($$INSERT INTO bianzhi.problem_amount (problem_id, item, amount) VALUES (1, 'gold', 1)$$), try($$INSERT INTO bianzhi.problem_amount (problem_id, item, amount) VALUES (99, 'money_involved', 1)$$), try($$INSERT INTO bianzhi.problem_handling (problem_id, kind) VALUES (1, '请客')$$), try($$INSERT INTO bianzhi.problem_handling (problem_id, kind, persons) VALUES (1, '约谈', -1)$$);
SELECT number, class_name, kind, subkind_name, severity, unit_key, field, source_name, state_name, is_open, due_on, days_left, is_overdue, blocks_approval, leads, extensions, reminders, reopenings, persons_involved, persons_corrected, money_involved, money_recovered, handlings, last_action, last_actor
FROM bianzhi.problem_board ORDER BY problem_id;
SELECT number, unit_key, due_on, days_over, reminders FROM bianzhi.problem_overdue;
-- what is due: as of a day, within so many days; not what others have to act on
SELECT number, due_on, days_left, reminder, reminders FROM bianzhi.problem_reminders();
SELECT number, due_on, days_left, reminder FROM bianzhi.problem_reminders(days => 30);
SELECT number, reminder, days_left FROM bianzhi.problem_reminders('2026-11-13');
SELECT count(*) FROM bianzhi.problem_reminders('2026-11-12');
SET bianzhi.today = '2026-11-20';
SELECT count(*) FROM bianzhi.problem_overdue;			-- on its day it is not over
SET bianzhi.today = '2026-11-24';
-- a lead that is seen again after its problem was closed
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence, problem_id, first_seen, last_seen) VALUES ('C2', 1, 'administrative', '{}', 1, '2025-03-01', '2025-03-01'), ('C2', 1, 'pool', '{}', 1, '2025-03-01', '2026-03-01'), ('mine', 2, NULL, '{"severity": "high"}', NULL, '2026-11-14 12:00', '2026-11-14 12:00');
SELECT kind, kind_name, problem_kind, severity, unit_key, state, age_days, problem_number FROM bianzhi.lead_board ORDER BY lead_id;

--
-- Statistics
--

SELECT kind, unit_id, field, open_before, registered, submitted, settled, closed, reminded, open_after, overdue_after, persons_involved, persons_corrected, money_involved, money_recovered, handlings FROM bianzhi.problem_statistics('2025-01-01', '2025-12-31');
SELECT kind, unit_id, open_before, registered, closed, open_after, overdue_after, persons_involved, money_recovered, handlings FROM bianzhi.problem_statistics('2025-05-07', '2025-05-31');
-- overdue at the end of a day that has passed, by the deadline of then
SELECT d, kind, unit_id, open_before, open_after, overdue_after, reminded FROM unnest('{2026-01-31,2026-07-31,2026-11-20}'::date[]) AS d, LATERAL bianzhi.problem_statistics(date_trunc('month', d)::date, d) WHERE kind = 'E2';
SELECT kind, unit_id, registered, settled, money_recovered, handlings FROM bianzhi.problem_statistics('2026-01-01', '9999-12-31') WHERE kind IN ('B1', 'C2', 'D1');
-- one that was loaded without steps, and has got some since
SELECT d, kind, unit_id, open_before, registered, open_after FROM unnest('{2025-12-31,2026-01-31,2026-02-28}'::date[]) AS d, LATERAL bianzhi.problem_statistics(date_trunc('month', d)::date, d) WHERE kind = 'D1';
-- what is open at the end of a period is what is open before the next, and comes of what came and went
SELECT bool_and(a.open_after = b.open_before), bool_and(a.open_before + a.registered + a.reopened - a.closed - a.withdrawn = a.open_after)
FROM (SELECT sum(open_before) AS open_before, sum(open_after) AS open_after, sum(registered) AS registered, sum(reopened) AS reopened, sum(closed) AS closed, sum(withdrawn) AS withdrawn FROM bianzhi.problem_statistics('2025-01-01', '2025-06-02')) AS a,
	(SELECT sum(open_before) AS open_before FROM bianzhi.problem_statistics('2025-06-03', '2026-12-31')) AS b;
SELECT count(*) FROM bianzhi.problem_statistics('2024-01-01', '2024-12-31');

--
-- What stops approvals
--

SELECT number, kind, state FROM bianzhi.blocks_approval(2);							-- settled: put right
SELECT number, kind, subkind FROM bianzhi.blocks_approval(1);
SELECT state FROM bianzhi.return_problem(2, '不实');
SELECT number, kind, state FROM bianzhi.blocks_approval(2);
-- not placements that are ordered by policy
SELECT e, (SELECT count(*) FROM bianzhi.blocks_approval(2, entry_kind => e)) FROM unnest('{ex_military_cadre,civil_exam}'::text[]) AS e UNION ALL SELECT e, (SELECT count(*) FROM bianzhi.blocks_approval(2, channel => e)) FROM unnest('{ex_soldier,civil_exam,nonsense}'::text[]) AS e;
-- the stock does not, the flow does; a section's problem is its body's, a body below has its own
SELECT number FROM bianzhi.record_problem('C2', 1, 'daily', subkind => 'stock');
SELECT number FROM bianzhi.record_problem('C2', 11, 'daily', subkind => 'flow');
SELECT number FROM bianzhi.record_problem('E1', 1, 'daily', subkind => 'gp3');
SELECT u, (SELECT string_agg(number, ' ' ORDER BY number) FROM bianzhi.blocks_approval(u)) FROM unnest('{1,11,3,2,99}'::bigint[]) AS u;
-- by a document, for a time
SELECT try($$INSERT INTO bianzhi.approval_waiver (problem_id, during, document_no) VALUES (2, '[2026-11-01,2026-12-01)', ' ')$$), try($$INSERT INTO bianzhi.approval_waiver (problem_id, during, document_no) VALUES (2, '[2026-11-01,)', '豁1号')$$), try($$INSERT INTO bianzhi.approval_waiver (problem_id, during, document_no) VALUES (2, '[2026-11-01,2026-12-01)', '豁1号')$$);
SELECT count(*) FROM bianzhi.blocks_approval(2);
SET bianzhi.today = '2026-12-01';
SELECT count(*) FROM bianzhi.blocks_approval(2);
SET bianzhi.today = '2026-11-24';
-- an office decides what stops them
UPDATE bianzhi.problem_kind SET blocks_approval = false WHERE code = 'E1';
UPDATE bianzhi.problem_subkind SET blocks_approval = true WHERE kind = 'C2' AND code = 'stock';
SELECT string_agg(kind || ' ' || subkind, ', ' ORDER BY number) FROM bianzhi.blocks_approval(1);

--
-- Rights: of the reader
--

CREATE ROLE board_reader;
SET ROLE board_reader;
SELECT try('SELECT * FROM bianzhi.problem_board'), try('SELECT * FROM bianzhi.problem_overdue'), try('SELECT * FROM bianzhi.lead_board'), try('SELECT bianzhi.problem_statistics(''2026-01-01'', ''2026-12-31'')'), try('SELECT bianzhi.problem_reminders()'), try('SELECT bianzhi.blocks_approval(1)');
RESET ROLE;
GRANT SELECT ON bianzhi.problem_board, bianzhi.problem_overdue, bianzhi.lead_board, bianzhi.problem, bianzhi.problem_step, bianzhi.problem_amount, bianzhi.problem_handling, bianzhi.lead, bianzhi.unit TO board_reader;
GRANT EXECUTE ON FUNCTION bianzhi.blocks_approval(bigint, text, text), bianzhi.problem_statistics(date, date), bianzhi.problem_reminders(date, int) TO board_reader;
SET ROLE board_reader;
SELECT (SELECT count(*) > 0 FROM bianzhi.problem_board), (SELECT count(*) > 0 FROM bianzhi.problem_overdue), (SELECT count(*) > 0 FROM bianzhi.lead_board), (SELECT count(*) > 0 FROM bianzhi.problem_statistics('2026-01-01', '2026-12-31')), (SELECT count(*) > 0 FROM bianzhi.problem_reminders()), (SELECT count(*) > 0 FROM bianzhi.blocks_approval(1));
RESET ROLE;
-- every column of every view says what it is
SELECT c.relname, a.attname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relname IN ('problem_board', 'problem_overdue', 'lead_board') AND col_description(c.oid, a.attnum) IS NULL;
DROP OWNED BY board_reader;
DROP ROLE board_reader;
