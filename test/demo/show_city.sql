-- A made-up city of the size of a real one: what test/city has loaded goes live, and the towns' own application comes under
-- the limits. psql reads this from standard input. Stops with an error where something comes out otherwise than it should.

\set ON_ERROR_STOP on
\pset footer off
\pset null '-'
SET lc_messages = 'C';

CREATE FUNCTION pg_temp.expect(got text, wanted text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF got IS DISTINCT FROM wanted THEN
		RAISE EXCEPTION 'the demonstration went wrong: got %, wanted %', got, wanted;
	END IF;
END
$$;

\echo
\echo '== 9  一座虚构的城市 / A made-up city: what is loaded =='
SELECT (SELECT count(*) FROM bianzhi.unit WHERE level = 'city' AND NOT is_section AND rank = '正处级') AS "市级机构 bodies",
	(SELECT count(*) FROM bianzhi.unit WHERE NOT is_section) AS "全部机构 units",
	(SELECT count(*) FROM bianzhi.unit WHERE is_section) AS "内设机构 sections",
	(SELECT count(*) FROM bianzhi.quota) AS "编制台账 quota lines",
	(SELECT count(*) FROM bianzhi.occupancy) AS "占编 seats taken",
	(SELECT count(*) FROM bianzhi.occupancy WHERE upper(during) <= bianzhi.today()) AS "其中已离开 of them left",
	(SELECT count(*) FROM bianzhi.occupancy WHERE lower(during) > bianzhi.today()) AS "未到 to come",
	(SELECT count(*) FROM town_staff) AS "乡镇人事系统 towns' own table";

\timing on
\set QUIET off
\set ECHO queries
SELECT * FROM bianzhi.go_live();
\set QUIET on
\timing off
\set QUIET off

\echo
\echo '== 10  按机构类别看空编 / Vacancies by kind of body =='
SELECT COALESCE(k.name_zh, '乡镇') AS organ_kind, count(DISTINCT v.unit_id) AS units, sum(v.authorized) AS authorized, sum(v.filled) AS filled,
	sum(v.vacant) AS vacant, sum(v.over) AS over
FROM bianzhi.vacancy AS v LEFT JOIN bianzhi.organ_kind AS k ON k.code = v.organ_kind
WHERE v.measure = 'establishment' AND v.parent_category IS NULL AND NOT v.is_section
GROUP BY k.code ORDER BY k.display_order;

\echo
\echo '== 11  历史超编成为线索 / Old excess becomes leads, not refusals =='
SELECT kind, count(*) FROM bianzhi.lead GROUP BY kind ORDER BY kind;
SELECT u.name, l.subject, l.evidence ->> 'over' AS over, l.evidence ->> 'first' AS first_day
FROM bianzhi.lead AS l JOIN bianzhi.unit AS u USING (unit_id)
WHERE l.kind = 'excess_at_go_live' ORDER BY (l.evidence ->> 'over')::integer DESC, u.unit_key LIMIT 5;
\set ECHO none
\set QUIET on

-- of the towns that use the application's code: an office that has no seat free, one that has, and somebody who sits elsewhere
SELECT max(a.alias) FILTER (WHERE w.verdict = 'exceeds') AS full_dept, max(a.alias) FILTER (WHERE w.verdict = 'fits') AS free_dept,
	max(u.name) FILTER (WHERE w.verdict = 'exceeds') AS full_name
FROM bianzhi.unit_alias AS a JOIN bianzhi.unit AS u USING (unit_id) JOIN bianzhi.quota AS q USING (unit_id)
	CROSS JOIN LATERAL bianzhi.would_exceed(u.unit_id, q.category, daterange(bianzhi.today(), NULL)) AS w
WHERE q.category = 'institution_full' \gset
SELECT p.resident_id AS elsewhere
FROM bianzhi.occupancy AS o JOIN bianzhi.person AS p USING (person_id) JOIN bianzhi.unit AS u USING (unit_id)
WHERE u.unit_key = '001-00-024' AND o.during @> bianzhi.today() AND upper_inf(o.during) ORDER BY o.occupancy_id LIMIT 1 \gset
INSERT INTO bianzhi.person (resident_id, name, sex, birth_date, retire_track) VALUES ('990000197001010018', '张三', 1, '1970-01-01', 'M60');
SELECT bianzhi.today() AS today, max(staff_no) + 1 AS next_no FROM town_staff \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 12  应用系统自己的表 / The application''s own table, its own words, its SQL unchanged:' :full_name '=='
SELECT * FROM town_staff WHERE dept = :'full_dept' ORDER BY staff_no DESC LIMIT 3;
\set ON_ERROR_STOP off
INSERT INTO town_staff (staff_no, dept, kind, idno, hired) VALUES (:next_no, :'full_dept', '03', '990000197001010018', :'today');
\set got :SQLSTATE
INSERT INTO town_staff (staff_no, dept, kind, idno, hired) VALUES (:next_no, :'free_dept', '03', :'elsewhere', :'today');	-- 已占市财政局的编制 / holds a seat in the bureau of finance
\set got :got :SQLSTATE
\set ON_ERROR_STOP on
INSERT INTO town_staff (staff_no, dept, kind, idno, hired) VALUES (:next_no, :'free_dept', '03', '990000197001010018', :'today');
\set ECHO none
\set QUIET on
SELECT pg_temp.expect(:'got', '2351423P01') \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 13  核对 / The truth: verify() finds no difference =='
\set QUIET on
\pset footer on
\timing on
\set QUIET off
SELECT * FROM bianzhi.verify();
\set got :ROW_COUNT
\set ECHO none
\set QUIET on
\timing off
SELECT pg_temp.expect(:'got', '0') \gset
SET client_min_messages = warning;
\set QUIET off
\set ECHO queries

\echo
\echo '== 14  变更台账 / The ledger: sealed; the digest is kept outside; what a superuser changes behind its back is found =='
\set QUIET on
\timing on
\set QUIET off
SELECT bianzhi.seal_ledger() AS block;
SELECT bianzhi.ledger_digest() AS digest \gset
\echo :digest
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE bianzhi.person SET birth_date = birth_date + 365 WHERE person_id = 1;
SELECT severity, what, place FROM bianzhi.verify_ledger(:'digest') WHERE severity = 'error';
\set got :ROW_COUNT
ROLLBACK;
\set ECHO none
\set QUIET on
\timing off
SELECT pg_temp.expect(:'got', '1') \gset
SELECT o.person_id AS lent, o.unit_id AS lender, b.unit_id AS borrower
FROM bianzhi.occupancy AS o JOIN bianzhi.unit AS u USING (unit_id) CROSS JOIN bianzhi.unit AS b
WHERE u.unit_key = '001-00-024' AND o.during @> bianzhi.today() AND upper_inf(o.during) AND b.unit_key = '001-00-025'
ORDER BY o.occupancy_id LIMIT 1 \gset
SELECT (bianzhi.today() - 200)::text AS since, (bianzhi.today() - 30)::text AS until \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 15  线索与问题台账 / A lead is found, and becomes a problem under a number =='
INSERT INTO bianzhi.secondment (person_id, from_unit, to_unit, during, document_no) VALUES (:lent, :lender, :borrower, daterange(:'since', :'until'), '借〔2026〕3号');
SELECT kind, opened FROM bianzhi.inspect(bianzhi.today()) WHERE opened > 0;
SELECT (bianzhi.register_problem(lead_id, responsible => '人事处')).number FROM bianzhi.lead WHERE kind = 'C4' AND subject = 'overdue';
SELECT number, kind, kind_name, unit_name, state_name, responsible FROM bianzhi.problem_board;
\set got :ROW_COUNT
\set ECHO none
\set QUIET on
SELECT pg_temp.expect(:'got', '1') \gset
SELECT u.unit_id AS asked, u.name AS asked_name, v.category AS asked_category, date_trunc('month', bianzhi.today())::date AS this_month, (bianzhi.today() - interval '5 years')::date AS before
FROM bianzhi.vacancy AS v JOIN bianzhi.unit AS u USING (unit_id)
WHERE v.measure = 'establishment' AND v.parent_category IS NULL AND NOT v.is_section AND v.vacant = 0 AND v.over = 0 ORDER BY v.filled DESC, v.unit_id LIMIT 1 \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 16  未来空编 / Vacancies to come: the law makes some certain, the city''s own history others likely =='
\set QUIET on
\timing on
\set QUIET off
INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate)
SELECT category, age_from, age_to, monthly_rate FROM bianzhi.attrition_estimate(:'before', :'today', 10);
SELECT f.month, sum(f.authorized) AS authorized, sum(f.filled) AS filled, sum(f.retiring) AS retiring, round(sum(f.expected_leaving)) AS likely_leaving, round(sum(f.vacancy)) AS vacancies
FROM bianzhi.vacancy_forecast(:'today', 37) AS f JOIN bianzhi.unit AS u USING (unit_id) JOIN bianzhi.category AS c ON c.code = f.category
WHERE c.measure = 'establishment' AND c.parent IS NULL AND NOT u.is_section AND f.month IN (SELECT date :'this_month' + interval '1 month' + n * interval '1 year' FROM generate_series(0, 3) AS n)
GROUP BY f.month ORDER BY f.month;

\echo '-- 今天满编的单位 / a body that is full today:' :asked_name
SELECT month, authorized, filled, retiring, round(expected_leaving::numeric, 1) AS likely_leaving, vacancy_p10, vacancy_p50, vacancy_p90
FROM bianzhi.vacancy_forecast(:'today', 37) WHERE unit_id = :asked AND category = :'asked_category'
	AND month IN (SELECT date :'this_month' + n * interval '1 year' FROM generate_series(1, 3) AS n);
SELECT bianzhi.vacancy_probability(:asked, :'asked_category', (date :'this_month' + interval '1 year')::date, 3) AS "一年后空编不少于三个的概率 of three vacancies in a year";
\set got :ROW_COUNT
\set ECHO none
\set QUIET on
\timing off
SELECT pg_temp.expect(:'got', '1') \gset
