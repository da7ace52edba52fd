-- what each detector finds, the smallest there is, and beside it what is in order
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set code_a 113209000143000170
\set code_b 12320900D2143569XC

-- what the detector of a kind finds on a day
CREATE FUNCTION found(kind text, as_of date DEFAULT '2026-11-24') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT concat_ws('' '', %L, coalesce(u.unit_key, ''-''), d.subject, d.severity, d.evidence)
		FROM bianzhi.%I($1) AS d LEFT JOIN bianzhi.unit AS u USING (unit_id) ORDER BY u.unit_key COLLATE "C" NULLS LAST, d.subject COLLATE "C"',
		kind, 'detect_' || lower(kind)) USING as_of;
END
$$;
CREATE FUNCTION told(k text, other jsonb) RETURNS void LANGUAGE sql AS 'UPDATE bianzhi.problem_kind SET parameters = parameters || other WHERE code = k';
CREATE FUNCTION since(k text, day date) RETURNS void LANGUAGE sql AS 'UPDATE bianzhi.problem_kind SET enforced_since = day WHERE code = k';
-- as if the limits had left nothing
CREATE FUNCTION no_leads() RETURNS void LANGUAGE sql AS 'DELETE FROM bianzhi.lead';

SELECT code, coalesce(detector, 'NULL'), to_regprocedure('bianzhi.' || detector || '(date)') IS NOT NULL FROM bianzhi.problem_kind ORDER BY code COLLATE "C";

-- A1: in others' lists and no unit, or closed, or to come; what another department lists, an alias, a former name and an approved signboard are none
BEGIN;
INSERT INTO bianzhi.unit (unit_id, unit_key, name, during) VALUES (31, 'OLD', '旧局', '[2000-01-01,2020-01-01)'), (32, 'NEW', '新局', '[2027-01-01,)');
INSERT INTO bianzhi.unit_alias (unit_id, source, alias) VALUES (2, 'payroll', '乙局(预算)');
INSERT INTO bianzhi.signboard (unit_id, name) VALUES (2, '乙局执法支队');
UPDATE bianzhi.unit SET name = '丙委' WHERE unit_key = 'C';
INSERT INTO bianzhi.unit_register (source, name, seen_on) VALUES ('payroll', '影子局', '2026-10-01'), ('payroll', '甲 局', '2026-11-01'), ('payroll', '影子局', '2026-11-01'), ('payroll', '旧局', '2026-11-01'),
	('payroll', '新局', '2026-11-01'), ('payroll', '乙局(预算)', '2026-11-01'), ('payroll', '丙局', '2026-11-01'), ('payroll', '乙局执法支队', '2026-11-01'), ('organisation', '别局', '2026-11-01');
SELECT found('A1');
SELECT found('A1', '2026-10-15');
SELECT told('A1', '{"sources": ["organisation"]}');
SELECT found('A1');
SELECT since('A1', '2026-11-25');
SELECT found('A1');
ROLLBACK;
-- above the number of departments; while the lead of the limits stands, there is no second one
BEGIN;
SELECT line('A', 'department_count', 2), line('B', 'department_count', 2);
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, organ_kind) VALUES (33, 'A-1', '一办', 1, 'government'), (34, 'A-2', '二办', 1, 'party'), (35, 'B-1', '三办', 2, 'government');
SELECT line('A', 'department_count', -1, '[2026-06-01,)');
SELECT kind, subject FROM bianzhi.lead;
SELECT found('A1');
-- dismissed it stands too, and gone it stands for the days before
UPDATE bianzhi.lead SET dismissed_reason = '属实';
SELECT found('A1');
UPDATE bianzhi.lead SET gone_since = '2026-11-24 09:00';
SELECT found('A1', '2026-11-23');
SELECT found('A1');
SELECT no_leads();
SELECT found('A1');
SELECT found('A1', '2026-05-31');
ROLLBACK;

-- A2: name by credit code, rank, parent
BEGIN;
UPDATE bianzhi.unit SET credit_code = CASE unit_key WHEN 'A' THEN :'code_a' ELSE :'code_b' END::bianzhi.credit_code, rank = '正处级' WHERE unit_key IN ('A', 'B');
INSERT INTO bianzhi.unit (unit_id, unit_key, name, short_name) VALUES (41, 'CITY', '某市', '市');
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET parent_id = 41 WHERE unit_key IN ('A', 'B');
RESET bianzhi.effective_on;
INSERT INTO bianzhi.unit_relation (unit_id, kind, other_unit) VALUES (2, '主管', 3);
INSERT INTO bianzhi.unit_register (source, credit_code, name, rank, parent, seen_on) VALUES ('payroll', :'code_a', '甲委', '副厅级', '乙局', '2026-11-01'), ('budget', :'code_a', '甲局', '正处级', '市', '2026-11-01'),
	('payroll', :'code_b', '乙 局', '正处级', '丙局', '2026-11-01'), ('registration', :'code_b', '乙局', NULL, NULL, '2026-11-01');
SELECT found('A2');
SELECT found('A1');
SELECT told('A2', '{"compare": ["rank"]}');
SELECT found('A2');
SELECT told('A2', '{"sources": ["budget", "registration"]}');
SELECT found('A2');
SELECT told('A2', '{"sources": ["payroll"]}'), since('A2', '2026-11-25');
SELECT found('A2');
ROLLBACK;
-- a former name
BEGIN;
UPDATE bianzhi.unit SET name = '丙委' WHERE unit_key = 'C';
INSERT INTO bianzhi.unit_register (source, name, seen_on) VALUES ('payroll', '丙局', '2026-11-01'), ('budget', '丙委', '2026-11-01');
SELECT found('A2');
SELECT found('A1');
ROLLBACK;

-- A3: signboards that were found, and sections
BEGIN;
INSERT INTO bianzhi.signboard (unit_id, name, status) VALUES (1, '甲局研究院', 'found'), (1, '甲局', 'found'), (2, '乙局研究院', 'found'), (2, '乙局研究院', 'approved');
INSERT INTO bianzhi.signboard (unit_id, name, status, during) VALUES (3, '丙中心', 'found', '[2020-01-01,2026-01-01)');
SELECT line('A', 'section_count', 2), line('B', 'section_count', 1);
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (12, 'A2', '甲二处', 1, true);
SELECT line('A', 'section_count', -1);
SELECT found('A3');
SELECT no_leads();
SELECT found('A3');
SELECT since('A3', '2026-11-25');
SELECT found('A3');
ROLLBACK;

-- C1: above a ceiling, a document that is not in force yet, kinds of one's own
BEGIN;
INSERT INTO bianzhi.ceiling (unit_id, category, amount, during, document_no) VALUES (1, 'administrative', 5, '[2020-01-01,)', '编发1号'), (2, 'administrative', 5, '[2020-01-01,)', '编发1号');
SELECT line('A', 'administrative', 5), line('B', 'administrative', 5);
UPDATE bianzhi.ceiling SET amount = 4 WHERE unit_id = 1;
SELECT found('C1');
SELECT no_leads();
SELECT found('C1');
INSERT INTO bianzhi.document (number, issued_on, effective_on) VALUES ('编发2号', '2026-11-01', '2026-12-01'), ('编发3号', '2026-11-01', '2026-11-10');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (3, 'institution_full', 1, '[2026-11-10,)', '编发2号'), (4, 'institution_full', 1, '[2026-11-10,)', '编发3号');
INSERT INTO bianzhi.category (code, name_zh, parent, measure) VALUES ('own', '自定编制', NULL, 'establishment'), ('own_below', '自定编制一类', 'own', 'establishment'), ('own_shipped', '细分', 'administrative', 'establishment'), ('own_idle', '不用', NULL, 'establishment');
SELECT line('E', 'own_below', 1), line('F', 'own_shipped', 1);
SELECT found('C1');
SELECT told('C1', '{"allow_own": false}');
SELECT found('C1');
SELECT found('C1', '2026-12-01');
SELECT since('C1', '2026-11-25');
SELECT found('C1');
ROLLBACK;

-- C2: stock, of which the limits left no lead; explained by a category below; planned
BEGIN;
SELECT line('A', 'administrative', 3), line('A', 'retired_service', 2), line('B', 'administrative', 3), line('C', 'administrative', 3);
SELECT seat(n, 'A', CASE n WHEN 3 THEN 'administrative' ELSE 'retired_service' END, '[2024-01-01,)') FROM generate_series(1, 3) AS n;
SELECT seat(n, 'B', 'administrative', '[2024-01-01,)') FROM generate_series(4, 6) AS n;
SELECT seat(n, 'C', 'administrative', '[2024-01-01,)') FROM generate_series(7, 9) AS n;
SELECT found('C2');
SELECT line('A', 'retired_service', -1, '[2026-01-01,)'), line('A', 'administrative', -1, '[2026-01-01,)'), line('C', 'administrative', -2, '[2026-01-01,)');
SELECT found('C2');
SELECT no_leads();
SELECT found('C2');
-- not yet to be worked off, kept, missed; a lead digest_missed says so already
INSERT INTO bianzhi.digest_plan (unit_id, category, day, max_excess) VALUES (3, 'administrative', '2026-12-31', 1), (1, 'retired_service', '2026-06-30', 1);
SELECT found('C2');
UPDATE bianzhi.digest_plan SET day = '2026-10-31' WHERE unit_id = 3;
SELECT found('C2');
SELECT bianzhi.digest_leads('2026-11-24');
SELECT found('C2');
-- nor a problem, until it is closed
SELECT (bianzhi.register_problem(lead_id, '2027-03-01', '丙局')).kind FROM bianzhi.lead WHERE kind = 'digest_missed' AND unit_id = 3;
SELECT found('C2');
SET LOCAL session_replication_role = replica;
UPDATE bianzhi.problem SET state = 'closed';
SET LOCAL session_replication_role = origin;
SELECT found('C2');
SELECT no_leads(), since('C2', '2026-11-25');
SELECT found('C2');
SELECT since('C2', '-infinity');
UPDATE bianzhi.category SET enforcement = 'off' WHERE code = 'administrative';
SELECT found('C2');
ROLLBACK;
-- of a section; where the body is over too, the body
BEGIN;
SELECT line('A', 'administrative', 3), line('A1', 'administrative', 1);
SELECT seat(1, 'A', 'administrative', '[2024-01-01,)', 'A1'), seat(2, 'A', 'administrative', '[2024-01-01,)');
SELECT line('A1', 'administrative', -1, '[2026-01-01,)'), no_leads();
SELECT found('C2');
SELECT line('A', 'administrative', -2, '[2026-01-01,)'), no_leads();
SELECT found('C2');
ROLLBACK;
-- flow: who came while it was over, but not who took the seat that was left that day; the same another day of the month
BEGIN;
UPDATE bianzhi.category SET enforcement = 'record' WHERE code = 'administrative';
SELECT line('A', 'administrative', 2), line('B', 'administrative', 2), line('C', 'administrative', 2);
SELECT seat(1, 'A', 'administrative', '[2024-01-01,)'), seat(2, 'A', 'retired_service', '[2024-01-01,)'), seat(3, 'A', 'retired_service', '[2026-10-10,)'), seat(4, 'A', 'administrative', '[2026-08-10,)'), seat(5, 'A', 'administrative', '[2026-07-10,)');
SELECT seat(6, 'B', 'administrative', '[2024-01-01,2026-10-10)'), seat(7, 'B', 'administrative', '[2024-01-01,)'), seat(8, 'B', 'administrative', '[2026-10-10,)');
SELECT found('C2');
SELECT no_leads();
SELECT found('C2');
SELECT found('C2', '2026-10-09');
SELECT found('C2') EXCEPT SELECT found('C2', '2026-11-29');
SELECT told('C2', '{"flow_days": 20}');
SELECT found('C2');
SELECT told('C2', '{"flow_days": 60}');
SELECT found('C2');
SELECT since('C2', '2026-10-11');
SELECT found('C2');
SELECT since('C2', '-infinity');
UPDATE bianzhi.occupancy SET entry_kind = 'reform' WHERE person_id = 3;
SELECT found('C2');
SELECT told('C2', '{"exempt_entry_kinds": []}'), no_leads();
SELECT found('C2');
ROLLBACK;

-- C3: kinds of establishment that a body of that nature may not hold
BEGIN;
UPDATE bianzhi.unit SET nature = CASE unit_key WHEN 'A' THEN '公益一类' WHEN 'B' THEN '行政机关' WHEN 'C' THEN '企业' WHEN 'D' THEN '行政机关' END WHERE unit_key < 'E' AND NOT is_section;
INSERT INTO bianzhi.category (code, name_zh, parent, measure) VALUES ('own', '自定编制', NULL, 'establishment');
SELECT line(k, 'administrative', 9), line(k, 'own', 9) FROM unnest('{A,B,C}'::text[]) AS k;
SELECT line('A', 'institution_full', 1), line('D', 'institution_full', 1);
SELECT seat(1, 'A', 'retired_service', '[2024-01-01,)'), seat(2, 'B', 'retired_service', '[2024-01-01,)'), seat(3, 'C', 'retired_service', '[2024-01-01,)'), seat(4, 'A', 'institution_full', '[2024-01-01,)'), seat(5, 'A', 'own', '[2024-01-01,)');
SELECT found('C3');
SELECT seat(6, 'A', 'administrative', '[2026-01-01,)'), seat(7, 'A', 'administrative', '[2026-01-01,2026-03-01)');
SELECT found('C3');
INSERT INTO bianzhi.allowed_category (nature, category) VALUES ('公益一类', 'administrative');
SELECT found('C3');
UPDATE bianzhi.allowed_category SET allowed = false WHERE nature = '行政机关' AND category = 'retired_service';
SELECT found('C3');
SELECT since('C3', '2026-11-25');
SELECT found('C3');
ROLLBACK;

-- C4: secondment
BEGIN;
UPDATE bianzhi.unit SET level = CASE unit_key WHEN 'A' THEN 'city' WHEN 'B' THEN 'county' ELSE 'zone' END WHERE unit_key < 'D' AND NOT is_section;
INSERT INTO bianzhi.secondment (person_id, from_unit, to_unit, kind, during, returned_on, document_no) VALUES
	(1, 2, 1, '借用', '[2026-10-01,2027-01-01)', NULL, '借1号'),			-- upwards
	(2, 1, 2, '借用', '[2026-10-01,2027-01-01)', NULL, ' '),				-- without a document
	(3, 1, 2, '借用', '[2026-09-01,2026-11-24)', NULL, '借2号'),			-- past its term
	(4, 1, 2, '借用', '[2026-09-01,2026-11-24)', '2026-11-24', '借2号'),		-- back
	(5, 1, 3, '借用', '[2026-08-24,2027-01-01)', NULL, '借3号'),			-- three months today
	(6, 1, 3, '借用', '[2026-08-23,2027-01-01)', NULL, '借3号'),			-- and a day
	(7, 2, 1, '挂职', '[2024-01-01,2027-01-01)', NULL, '借4号'),
	(8, 3, 1, '借用', '[2026-10-01,2027-01-01)', NULL, '借5号'),
	(9, 1, 3, '借用', '[2026-12-01,2027-01-01)', NULL, NULL);				-- to come
SELECT found('C4');
SELECT found('C4', '2026-08-20');
INSERT INTO bianzhi.secondment (person_id, from_unit, to_unit, during, document_no) VALUES (10, 1, 3, '[2026-05-01,)', '借6号');
SELECT found('C4');
UPDATE bianzhi.secondment SET during = '[2025-11-23,)' WHERE person_id = 10;
SELECT found('C4');
SELECT told('C4', '{"months": [24], "sent_kinds": [], "levels": ["county", "city"]}');
SELECT found('C4');
SELECT found('C4') EXCEPT SELECT found('C4', '2026-12-20');
SELECT since('C4', '2026-11-25');
SELECT found('C4');
ROLLBACK;

-- C5: outside staff
BEGIN;
SELECT line('A', 'outside_staff', 3), line('B', 'outside_staff', 3), line('C', 'outside_staff', 3);
INSERT INTO bianzhi.outside_worker (unit_id, person_id, name, during, source, post, contract)
SELECT CASE WHEN n <= 3 THEN 1 WHEN n <= 6 THEN 2 ELSE 3 END, CASE WHEN n <> 2 THEN n END, '外' || n, '[2024-01-01,)', CASE WHEN n = 6 THEN '辅警' ELSE '劳动合同' END,
	CASE n WHEN 2 THEN '财务' WHEN 6 THEN '执法' ELSE '后勤' END, CASE n WHEN 1 THEN '[2024-01-01,2026-11-24)' WHEN 5 THEN '[2024-01-01,2026-11-25)' END::daterange
FROM generate_series(1, 7) AS n;
SELECT found('C5');
SELECT line('A', 'outside_staff', -1, '[2026-01-01,)'), line('B', 'outside_staff', -1, '[2026-01-01,)');
SELECT found('C5');
SELECT no_leads();
SELECT found('C5');
SELECT told('C5', '{"closed_posts": [], "exempt_sources": []}');
SELECT found('C5');
SELECT since('C5', '2026-11-25');
SELECT found('C5');
ROLLBACK;

-- D1: leaders; D3: grades, judges and titles
BEGIN;
SELECT line(k, 'leader', 3), line(k, 'leader_deputy', 2), line(k, 'judge_quota', 1), line(k, 'grade_officer_4', 1), line(k, 'section_leader', 2) FROM unnest('{A,B}'::text[]) AS k;
SELECT post(n, 'A', 'leader_deputy', '[2024-01-01,)'), post(n + 10, 'B', 'leader_deputy', '[2024-01-01,)') FROM generate_series(1, 2) AS n;
SELECT post(3, 'A', 'leader_chief', '[2024-01-01,)'), post(13, 'B', 'leader_chief', '[2024-01-01,)'), post(4, 'A', 'judge_quota', '[2024-01-01,)'), post(14, 'B', 'judge_quota', '[2024-01-01,)'),
	post(5, 'A', 'grade_officer_2', '[2024-01-01,)'), post(15, 'B', 'grade_officer_2', '[2024-01-01,)');
SELECT found(k) FROM unnest('{D1,D3}'::text[]) AS k;
SELECT line('A', c, -1, '[2026-01-01,)') FROM unnest('{leader_deputy,leader,judge_quota,grade_officer_4}'::text[]) AS c;
SELECT found(k) FROM unnest('{D1,D3}'::text[]) AS k;
SELECT no_leads();
SELECT found(k) FROM unnest('{D1,D3}'::text[]) AS k;
-- the sum of leaders is over by more than the deputies are
SELECT line('A', 'leader', -1, '[2026-01-01,)'), no_leads();
SELECT found('D1');
SELECT told('D1', '{"no_leaders": ["leader"]}'), told('D3', '{"posts": []}');
SELECT found(k) FROM unnest('{D1,D3}'::text[]) AS k;
SELECT since(k, '2026-11-25') FROM unnest('{D1,D3}'::text[]) AS k;
SELECT found(k) FROM unnest('{D1,D3}'::text[]) AS k;
ROLLBACK;
BEGIN;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, title, during) SELECT p, u, 'leader_other', t, '[2024-01-01,)' FROM (VALUES (1, 1, '局长助理'), (2, 1, '项目总协调人'), (3, 2, '副局长')) AS v (p, u, t);
SELECT found('D3');
SELECT told('D3', '{"titles": ["副_长"]}');
SELECT found('D3');
ROLLBACK;

-- D2: ranks
BEGIN;
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET rank = CASE WHEN is_section THEN '正科级' WHEN unit_key <> 'C' THEN '正处级' END;
RESET bianzhi.effective_on;
INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, rank, elevated, holding, during)
SELECT p, u, s, c, r, e, h, '[2024-01-01,)'
FROM (VALUES (1, 1, NULL, 'leader_chief', '副厅级', false, '本职'), (2, 1, NULL, 'leader_deputy', '正处级', false, '本职'), (3, 1, 11, 'section_chief', '副处级', false, '本职'),
	(11, 2, NULL, 'leader_chief', '正处级', false, '本职'), (12, 2, NULL, 'leader_deputy', '副处级', false, '本职'), (13, 2, 21, 'section_chief', '正科级', false, '本职'),
	(14, 2, NULL, 'leader_deputy', '正处级', true, '本职'), (15, 2, NULL, 'leader_deputy', '副厅级', false, '兼任'), (16, 2, NULL, 'section_chief', '副厅级', false, '本职'), (17, 2, NULL, 'leader_deputy', NULL, false, '本职'),
	(21, 3, NULL, 'leader_chief', '副厅级', false, '本职')) AS v (p, u, s, c, r, e, h);
SELECT found('D2');
SELECT told('D2', '{"steps_below": {"leader": 0, "section_leader": -1}, "exempt_holdings": []}');
SELECT found('D2');
SELECT since('D2', '2026-11-25');
SELECT found('D2');
ROLLBACK;
BEGIN;
SELECT line('A', 'section_elevated', 1), line('B', 'section_elevated', 2);
INSERT INTO bianzhi.appointment (person_id, unit_id, category, elevated, during)
SELECT n, 1 + n / 10, 'section_chief', true, '[2024-01-01,)' FROM unnest('{1,2,11,12,21}'::int[]) AS n;
SELECT found('D2');
ROLLBACK;

-- E1: in a seat, and cannot be
BEGIN;
SELECT line('A', 'administrative', 9), line('B', 'administrative', 9);
SELECT seat(n, 'A', 'administrative', '[2020-01-01,)'), seat(n + 10, 'B', 'administrative', '[2020-01-01,)') FROM generate_series(1, 7) AS n;
UPDATE bianzhi.person SET died_on = CASE person_id WHEN 1 THEN '2026-10-31' ELSE '2026-11-01' END::date WHERE person_id IN (1, 11);
UPDATE bianzhi.person SET retire_on = CASE person_id WHEN 2 THEN '2026-10-31' ELSE '2026-11-01' END::date WHERE person_id IN (2, 12);
INSERT INTO bianzhi.absence_kind (code, name_zh, keeps_seat) VALUES ('own', '编制不留', false);
INSERT INTO bianzhi.absence (person_id, kind, during, document_no) VALUES (3, 'absent', '[2026-11-08,)', NULL), (13, 'absent', '[2026-11-09,)', NULL), (4, 'study', '[2026-09-01,)', NULL), (14, 'study', '[2026-09-01,)', '学1号'),
	(5, 'own', '[2026-09-01,)', NULL), (15, 'own', '[2026-09-01,2026-11-24)', NULL), (6, 'startup', '[2023-11-23,)', '创1号'), (16, 'startup', '[2023-11-24,)', '创1号'), (17, 'secondment', '[2026-01-01,)', '借1号');
SELECT found('E1');
SELECT found('E1', '2026-10-31');
-- by law, too: 30 in 2026-10, 31 a month later; who has chosen to stay longer may, 33, but for officials, 32, 34 by a post
SELECT line('C', 'administrative', 9), line('C', 'institution_full', 9), line('C', 'leader', 9);
UPDATE bianzhi.person SET retire_track = 'M60', birth_date = CASE person_id WHEN 30 THEN '1966-05-31' WHEN 31 THEN '1966-06-01' ELSE '1966-01-01' END::date, retire_on = CASE WHEN person_id >= 32 THEN date '2028-01-01' END WHERE person_id BETWEEN 30 AND 34;
SELECT bianzhi.retirement_month('1966-05-31', 'M60'), bianzhi.retirement_month('1966-06-01', 'M60');
SELECT seat(n, 'C', CASE WHEN n < 33 THEN 'administrative' ELSE 'institution_full' END, '[2020-01-01,)') FROM generate_series(30, 34) AS n;
SELECT post(34, 'C', 'leader_deputy', '[2024-01-01,)');
SELECT * FROM found('E1') AS f WHERE f::text LIKE 'E1 C%';
DELETE FROM bianzhi.occupancy WHERE person_id BETWEEN 30 AND 34;
SELECT told('E1', '{"absent_days": 14, "study_kinds": [], "elsewhere_kinds": []}');
SELECT found('E1');
UPDATE bianzhi.occupancy SET during = '[2020-01-01,2026-11-01)' WHERE person_id <= 6;
SELECT found('E1');
SELECT since('E1', '2026-11-25');
SELECT found('E1');
ROLLBACK;

-- E2: the ledger keeps real time, so these days lie around the real one
BEGIN;
CREATE FUNCTION late() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT regexp_replace(l, 'late:[0-9]{4}-[0-9]{2}', 'late:month') FROM found('E2', current_date) AS l
$$;
-- eleven working days ago, and ten
CREATE FUNCTION ago(n int) RETURNS date LANGUAGE sql AS $$
	SELECT d::date FROM generate_series(current_date - n * 3 - 30, current_date, '1 day') AS d WHERE bianzhi.workdays_between(d::date, current_date) = n ORDER BY d DESC LIMIT 1
$$;
INSERT INTO bianzhi.document (number, issued_on) VALUES ('晚发', current_date);
INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no)
VALUES (901, 1, 'administrative', 9, daterange(ago(11), NULL), 'x'), (902, 2, 'administrative', 9, daterange(ago(10), NULL), 'x'), (903, 3, 'administrative', 9, daterange(ago(11), NULL), '晚发'), (904, 4, 'administrative', 9, '(,)', 'x');
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during, entry_kind)
VALUES (901, 1, 1, 'administrative', daterange(ago(11), NULL), 'civil_exam'), (902, 2, 2, 'administrative', daterange(ago(10), NULL), 'civil_exam'), (903, 3, 1, 'administrative', daterange(ago(11), NULL), 'initial');
SELECT late();
SELECT told('E2', '{"late_workdays": 9, "late_exempt_entry_kinds": []}');
SELECT late();
SELECT told('E2', '{"late_workdays": 12}');
SELECT late();
SELECT told('E2', '{"late_workdays": 10}'), since('E2', ago(11) + 1);
SELECT late();
SELECT since('E2', '-infinity');
SELECT found('E2', current_date - 1) LIKE '%late%';
-- leavings: late, in time, and later corrected
DELETE FROM bianzhi.occupancy WHERE occupancy_id IN (901, 902, 903);
SELECT told('E2', '{"late_exempt_entry_kinds": ["initial"]}');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT n, 'administrative', 9, '(,)', 'x' FROM generate_series(1, 3) AS n;
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during, entry_kind)
SELECT 910 + n, n, n, 'administrative', '[2020-01-01,)', 'initial' FROM generate_series(1, 3) AS n;
UPDATE bianzhi.occupancy SET during = daterange('2020-01-01', CASE occupancy_id WHEN 911 THEN ago(11) WHEN 912 THEN ago(10) ELSE current_date - 1 END) WHERE occupancy_id IN (911, 912, 913);
SELECT late();
UPDATE bianzhi.occupancy SET during = daterange('2020-01-01', ago(12)) WHERE occupancy_id = 913;
SELECT late();
UPDATE bianzhi.occupancy SET during = '[2020-01-01,)' WHERE occupancy_id = 911;
SELECT late();
-- where in the ledger a time begins
SELECT count(*) > 4, bool_and((SELECT min(m.seq) FROM bianzhi.ledger AS m WHERE m.seq >= bianzhi.ledger_seq_at(l.at)) = (SELECT min(m.seq) FROM bianzhi.ledger AS m WHERE m.at >= l.at)) FROM bianzhi.ledger AS l;
SELECT bianzhi.ledger_seq_at('-infinity') = min(seq), bianzhi.ledger_seq_at('infinity') = max(seq) + 1 FROM bianzhi.ledger;
ROLLBACK;
-- identity numbers and birthdays; bodies without a credit code
BEGIN;
SELECT line('A', 'administrative', 9), line('B', 'administrative', 9);
SELECT seat(1, 'A', 'administrative', '[2020-01-01,)'), seat(2, 'A', 'administrative', '[2020-01-01,)'), seat(3, 'B', 'administrative', '[2020-01-01,)'), seat(4, 'B', 'administrative', '[2020-01-01,)');
SELECT since('E2', '2026-11-01');
UPDATE bianzhi.person SET resident_id = CASE person_id WHEN 1 THEN bianzhi.resident_id_unchecked('320902197001010019') WHEN 2 THEN '320902196501310028' WHEN 3 THEN '320902197001010015' ELSE '34052419800101001X' END::bianzhi.resident_id,
	birth_date = CASE person_id WHEN 2 THEN '1965-01-30' WHEN 3 THEN '1970-01-01' WHEN 4 THEN '1981-01-01' END::date WHERE person_id <= 4;
INSERT INTO bianzhi.person_fact (person_id, fact, value, document_no) VALUES (4, 'birth', '1981-01-01', '认定1号');
SELECT found('E2', '2026-11-24');
SELECT told('E2', '{"credit_code": true}');
SELECT found('E2', '2026-11-24') LIKE 'E2 - credit_code 1 {"units": [1, 2, 3, 4, 5, 6]}';
ROLLBACK;

-- E3: numbers used twice, lines before their document
BEGIN;
INSERT INTO bianzhi.document (document_id, number, issued_on, effective_on) VALUES (901, '编〔2026〕1号', '2026-01-05', NULL), (902, '编[2026]1号', '2026-03-05', NULL), (903, '编〔2026〕2号', '2026-03-05', NULL), (904, '编〔2026〕3号', '2026-03-05', '2026-01-01'),
	(905, '编〔2026〕11号', '2026-03-05', NULL);
INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, kind, during, document_no) VALUES (901, 1, 'administrative', 1, '核增', '[2026-03-01,)', '编〔2026〕2号'), (902, 2, 'administrative', 1, '核增', '[2026-03-05,)', '编〔2026〕2号'),
	(903, 3, 'administrative', 1, '核增', '[2026-01-01,)', '编〔2026〕3号'), (904, 4, 'administrative', 1, '核定', '[2026-03-01,)', '编〔2026〕2号'), (905, 5, 'administrative', 1, '核增', '[2026-03-01,2026-06-01)', '编〔2026〕2号');
SELECT found('E3');
SELECT found('E3', '2026-02-01');
SELECT told('E3', '{"before_issue_days": 3, "before_issue_kinds": ["核定", "核增"]}');
SELECT found('E3');
SELECT told('E3', '{"before_issue_days": 4}');
SELECT found('E3');
SELECT since('E3', '2026-03-06');
SELECT found('E3');
ROLLBACK;

-- nobody else runs them
CREATE ROLE detect_reader;
SET ROLE detect_reader;
SELECT count(*), bool_and(NOT has_function_privilege(p.oid, 'EXECUTE')) FROM pg_proc AS p WHERE p.pronamespace = 'bianzhi'::regnamespace AND p.proname ~ '^detect_';
RESET ROLE;
DROP ROLE detect_reader;

-- an office in order, loaded and then live, gives nothing at all
SET client_min_messages = error;
DROP EXTENSION bianzhi CASCADE;
CREATE EXTENSION bianzhi;
INSERT INTO bianzhi.document (number, kind, issued_on, effective_on) VALUES ('编发1号', '批复', '2019-12-20', '2020-01-01');
INSERT INTO bianzhi.unit (unit_id, unit_key, credit_code, name, parent_id, organ_kind, nature, rank, level, is_section, document_no)
VALUES (1, 'CITY', NULL, '某市', NULL, NULL, NULL, NULL, 'city', false, '编发1号'), (2, 'A', :'code_a', '甲局', 1, 'government', '行政机关', '正处级', 'city', false, '编发1号'), (3, 'B', :'code_b', '乙院', 1, 'public_institution', '公益一类', '正处级', 'city', false, '编发1号'),
	(4, 'A1', NULL, '甲一处', 2, NULL, NULL, '正科级', 'city', true, '编发1号');
INSERT INTO bianzhi.person (person_id, resident_id, name, birth_date, retire_on) SELECT n, CASE n WHEN 1 THEN '320902197001010015' END::bianzhi.resident_id, '人' || n, CASE n WHEN 1 THEN '1970-01-01' END::date, '2030-01-01' FROM generate_series(1, 12) AS n;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT u, c, a, '[2020-01-01,)', '编发1号' FROM (VALUES (1, 'department_count', 1), (2, 'section_count', 1), (2, 'administrative', 4), (3, 'institution_full', 4), (2, 'leader', 2), (2, 'leader_deputy', 1), (2, 'section_leader', 1), (2, 'grade_officer_4', 1), (3, 'outside_staff', 1)) AS v (u, c, a);
INSERT INTO bianzhi.ceiling (unit_id, category, amount, during, document_no) VALUES (1, 'administrative', 4, '[2020-01-01,)', '编发1号');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, entry_kind) SELECT n, 2 + n / 5, CASE WHEN n < 5 THEN 'administrative' ELSE 'institution_full' END, '[2021-01-01,)', 'civil_exam' FROM generate_series(1, 8) AS n;
INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, title, rank, during)
VALUES (1, 2, NULL, 'leader_chief', '局长', '正处级', '[2021-01-01,)'), (2, 2, NULL, 'leader_deputy', '副局长', '副处级', '[2021-01-01,)'), (3, 2, 4, 'section_chief', '处长', '正科级', '[2021-01-01,)'), (4, 2, NULL, 'grade_officer_4', NULL, NULL, '[2021-01-01,)');
INSERT INTO bianzhi.secondment (person_id, from_unit, to_unit, during, document_no) VALUES (4, 2, 3, '[2026-10-01,2026-12-31)', '借1号');
INSERT INTO bianzhi.absence (person_id, kind, during, document_no) VALUES (7, 'maternity', '[2026-09-01,)', '假1号');
INSERT INTO bianzhi.outside_worker (unit_id, person_id, during, source, post, contract) VALUES (3, 9, '[2024-01-01,)', '劳动合同', '后勤', '[2024-01-01,2027-01-01)');
INSERT INTO bianzhi.signboard (unit_id, name, document_no) VALUES (2, '甲局信访室', '编发1号');
INSERT INTO bianzhi.unit_register (source, credit_code, name, rank, parent, seen_on) VALUES ('payroll', :'code_a', '甲局', '正处级', '某市', '2026-11-01'), ('budget', NULL, '乙院', NULL, NULL, '2026-11-01');
SELECT bianzhi.go_live() IS NOT NULL;
SELECT kind FROM bianzhi.lead;
SELECT count(found) FROM bianzhi.problem_kind AS k, found(k.code) WHERE k.detector IS NOT NULL;
-- and what the ledger, which keeps real time, tells
SELECT count(found) FROM found('E2', current_date);
