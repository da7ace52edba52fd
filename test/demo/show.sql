-- What the limits do, in plain SQL, on what load.sql and people.sql have loaded. psql reads this from standard input.
-- Stops with an error where something comes out otherwise than it should.

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

-- bodies, people and days of the story
SELECT max(unit_id) FILTER (WHERE unit_key = 'jx_finance') AS finance, max(unit_id) FILTER (WHERE unit_key = 'jx_water') AS water,
	max(unit_id) FILTER (WHERE unit_key = 'jx_transport') AS transport, max(unit_id) FILTER (WHERE unit_key = 'jx_land') AS land,
	max(unit_id) FILTER (WHERE unit_key = 'jx_housing') AS housing, max(unit_id) FILTER (WHERE unit_key = 'jx_grain') AS grain,
	max(unit_id) FILTER (WHERE unit_key = 'nx_zhongwei_weather') AS weather
FROM bianzhi.unit \gset
SELECT max(person_id) FILTER (WHERE name = '赵一') AS zhao, max(person_id) FILTER (WHERE name = '钱二') AS qian,
	max(person_id) FILTER (WHERE name = '孙三') AS sun, max(person_id) FILTER (WHERE name = '李四') AS li
FROM bianzhi.person WHERE name IN ('赵一', '钱二', '孙三', '李四') \gset
SELECT max(person_id) FILTER (WHERE unit_id = :transport) AS leaver, min(person_id) FILTER (WHERE unit_id = :land) AS first_one,
	min(person_id) FILTER (WHERE unit_id = :housing) AS second_one
FROM bianzhi.occupancy WHERE during @> bianzhi.today() AND upper_inf(during) AND lower(during) < bianzhi.today() - 400 \gset
SELECT bianzhi.today() AS today, (date_trunc('year', bianzhi.today()) + interval '18 months')::date AS summer,
	(bianzhi.today() - interval '1 year')::date AS year_ago, (bianzhi.today() + interval '1 year')::date AS next_year \gset

\echo
\echo '== 0  已入库 / What is loaded ('today :today') =='
SELECT (SELECT count(*) FROM bianzhi.document) AS "文件 documents",
	(SELECT count(*) FROM bianzhi.unit WHERE NOT is_section) AS "机构 units",
	(SELECT count(*) FROM bianzhi.unit WHERE is_section) AS "内设机构 sections",
	(SELECT count(*) FROM bianzhi.quota) AS "编制台账 quota lines",
	(SELECT count(*) FROM bianzhi.occupancy) AS "占编 seats taken",
	(SELECT count(*) FROM bianzhi.appointment) AS "任职 posts held";

\set QUIET off
\set ECHO queries
SELECT * FROM bianzhi.go_live();
SELECT unit_name, authorized, filled, vacant, over FROM bianzhi.vacancy
WHERE unit_key IN ('jx_finance', 'jx_water', 'jx_transport', 'jx_land', 'jx_housing', 'jx_grain') AND category = 'administrative';

\echo
\echo '== 1  有空编,录用成功 / A hire that fits: 赵一 -> 江西省财政厅 =='
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
VALUES (:zhao, :finance, 'administrative', daterange(:'today', NULL));
SELECT unit_name, authorized, filled, vacant FROM bianzhi.vacancy WHERE unit_id = :finance AND category = 'administrative';

\echo
\echo '== 2  满编,录用被拒 / A hire refused: 钱二 -> 江西省水利厅, 89 / 89 =='
\set ON_ERROR_STOP off
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
VALUES (:qian, :water, 'administrative', daterange(:'today', NULL));
\set got :SQLSTATE
\echo
SET lc_messages = 'zh_CN.UTF-8';
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
VALUES (:qian, :water, 'administrative', daterange(:'today', NULL));
\set ECHO none
\set QUIET on
\set got :got :SQLSTATE
\set message :LAST_ERROR_MESSAGE
\set ON_ERROR_STOP on
RESET lc_messages;
SET lc_messages = 'C';
SELECT pg_temp.expect(:'got', '2351423514'), pg_temp.expect(left(:'message', 6), '超出编制限额') \gset
\echo '-- (以后都用中文 / for good: ALTER DATABASE bianzhi SET lc_messages = ''zh_CN.UTF-8'';)'
\set QUIET off
\set ECHO queries

\echo
\echo '== 3  超编单位只出不进 / An over-full body lets go and lets nobody in: 江西省交通运输厅, 78 / 76 =='
UPDATE bianzhi.occupancy SET during = daterange(lower(during), :'today'), exit_kind = 'resign'
WHERE person_id = :leaver AND unit_id = :transport;
\set ON_ERROR_STOP off
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
VALUES (:qian, :transport, 'administrative', daterange(:'today', NULL));
\set got :SQLSTATE
\set ON_ERROR_STOP on
SELECT unit_name, authorized, filled, over FROM bianzhi.vacancy WHERE unit_id = :transport AND category = 'administrative';
\set ECHO none
\set QUIET on
SELECT pg_temp.expect(:'got', '23514') \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 4  两个满编单位对调 / Two people swap two full bodies: 江西省国土资源厅 <-> 江西省住房和城乡建设厅 =='
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
UPDATE bianzhi.occupancy SET during = daterange(lower(during), :'today'), exit_kind = 'transfer_out'
WHERE person_id = :first_one AND upper_inf(during);
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, entry_kind)
VALUES (:first_one, :housing, 'administrative', daterange(:'today', NULL), 'transfer_in');
UPDATE bianzhi.occupancy SET during = daterange(lower(during), :'today'), exit_kind = 'transfer_out'
WHERE person_id = :second_one AND unit_id = :housing;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, entry_kind)
VALUES (:second_one, :land, 'administrative', daterange(:'today', NULL), 'transfer_in');
COMMIT;
SELECT unit_name, authorized, filled, vacant, over FROM bianzhi.vacancy
WHERE unit_id IN (:land, :housing) AND category = 'administrative';

\echo
\echo '== 5  核减编制,留下线索 / A quota cut below what is filled commits and leaves a lead: 江西省粮食局, 46 -> 40 =='
SELECT bianzhi.set_quota(:grain, 'administrative', 40, :'today', '演示1号');
SELECT l.kind, u.name, l.subject, l.evidence ->> 'first' AS first_day, l.evidence ->> 'authorized' AS authorized, l.evidence ->> 'filled' AS filled
FROM bianzhi.lead AS l JOIN bianzhi.unit AS u USING (unit_id) WHERE l.kind = 'over_by_cut';
\set ECHO none
\set QUIET on
SELECT pg_temp.expect((SELECT string_agg(unit_id::text, ' ') FROM bianzhi.lead WHERE kind = 'over_by_cut'), :'grain') \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 6  职数到期之后的任职被拒 / A future appointment is refused because a quota ends before it: 中卫市气象局副职 =='
INSERT INTO bianzhi.quota (unit_id, category, amount, kind, during, document_no)
VALUES (:weather, 'leader_deputy', 1, '核增', daterange(:'today', :'summer'), '演示2号');
SELECT * FROM bianzhi.would_exceed(:weather, 'leader_deputy', daterange(:'summer', NULL));
\set ON_ERROR_STOP off
INSERT INTO bianzhi.appointment (person_id, unit_id, category, title, during)
VALUES (:sun, :weather, 'leader_deputy', '副局长', daterange(:'summer', NULL));
\set got :SQLSTATE
\set ON_ERROR_STOP on
INSERT INTO bianzhi.appointment (person_id, unit_id, category, title, during)		-- 任期在职数之内 / a term within it fits
VALUES (:sun, :weather, 'leader_deputy', '副局长', daterange(:'today', :'summer'));
\set ECHO none
\set QUIET on
SELECT pg_temp.expect(:'got', '23514') \gset
\set QUIET off
\set ECHO queries

\echo
\echo '== 7  去年、今天、明年的空编 / Vacancies a year ago, today, next year =='
SELECT u.name AS unit_name, max(v.vacancy) FILTER (WHERE v.day = :'year_ago') AS :"year_ago",
	max(v.vacancy) FILTER (WHERE v.day = :'today') AS :"today", max(v.vacancy) FILTER (WHERE v.day = :'next_year') AS :"next_year"
FROM bianzhi.vacancy_between(:'year_ago', :'next_year', '1 year') AS v JOIN bianzhi.unit AS u USING (unit_id)
WHERE v.category = 'administrative' AND u.unit_key LIKE 'jx\_%' GROUP BY u.unit_id ORDER BY u.unit_id;

\echo
\echo '== 8  线索,与核对 / Leads, and the truth: verify() finds no difference =='
SELECT kind, count(*), min(u.name) AS "例如 for example" FROM bianzhi.lead LEFT JOIN bianzhi.unit AS u USING (unit_id) GROUP BY kind ORDER BY kind;
\set QUIET on
\pset footer on
\set QUIET off
SELECT * FROM bianzhi.verify();
\set ECHO none
\set QUIET on
SELECT pg_temp.expect((SELECT count(*) FROM bianzhi.verify())::text, '0') \gset
