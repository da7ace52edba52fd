-- vacancies on any day, and what would become of a row: readers see what enforcement uses
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

SELECT line('A', 'administrative', 3), line('A', 'administrative', -1, '[2027-01-01,)'), seat(1, 'A', 'administrative', '[2025-01-01,2027-06-01)'), seat(2, 'A', 'retired_service', '[2026-01-01,)');
SELECT line('B', 'administrative', 1, '[2026-01-01,2027-01-01)'), post(3, 'B', 'leader', '[2026-01-01,)');
CREATE TABLE held (unit_id bigint, category text, during daterange, seats int);
SELECT bianzhi.attach_own('held', 'reserved', unit => 'unit_id', category => 'category', during => 'during', seats => 'seats') IS NOT NULL;
INSERT INTO held VALUES (1, 'administrative', '[2026-06-01,2027-01-01)', 1);

-- a day: every account that has a line, or something filled or reserved

SELECT unit_id, category, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_on('2026-11-24') ORDER BY unit_id, category COLLATE "C";
SELECT unit_id, category, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_on('2027-01-01') ORDER BY unit_id, category COLLATE "C";
SELECT unit_id, category, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_on('2019-12-31') ORDER BY unit_id, category COLLATE "C";
SELECT day, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_between('2025-12-01', '2027-07-01', '3 months') WHERE unit_id = 1 AND category = 'administrative' ORDER BY day;
SELECT unit_id, category, days, authorized, filled, reserved FROM bianzhi.vacancy_series('2026-11-01', '2027-02-01') ORDER BY unit_id, category COLLATE "C";
SELECT count(*) FROM bianzhi.vacancy_between('2027-01-01', '2026-01-01', '1 month');
SELECT try('SELECT * FROM bianzhi.vacancy_between(''2026-01-01'', ''2027-01-01'', ''0'')'), try('SELECT * FROM bianzhi.vacancy_on(''infinity'')');

-- days: each once and in ascending order, whatever the steps; ends of months as generate_series() has them

SELECT days FROM unnest('{1 month,12 hours,-1 month,-36 hours}'::interval[]) AS step,
	LATERAL (SELECT days FROM bianzhi.vacancy_series('2026-01-31', CASE WHEN step < '0' THEN '2025-12-31' ELSE '2026-02-03' END::date, step) LIMIT 1) AS s;
SELECT s.days = (SELECT array_agg(d::date) FROM generate_series('2024-01-31'::timestamp, '2027-12-31', '1 month') AS d) FROM bianzhi.vacancy_series('2024-01-31', '2027-12-31') AS s LIMIT 1;
SELECT try('SELECT * FROM bianzhi.vacancy_between(''-infinity'', ''2026-01-01'')'), try('SELECT * FROM bianzhi.vacancy_series(''2026-01-01'', ''infinity'', ''100000 years'')'), try('SELECT * FROM bianzhi.vacancy_between(''infinity'', ''infinity'')');
SELECT count(*) FROM bianzhi.vacancy_between('infinity', '2026-01-01');
SELECT count(*) FROM bianzhi.vacancy_between('2026-01-01', NULL), bianzhi.vacancy_on(NULL), bianzhi.vacancy_series(NULL, '2026-01-01');
-- before the first step, and after the last
SELECT DISTINCT category FROM bianzhi.vacancy_between('4713-01-01 BC', '2019-12-31', '1 year') WHERE unit_id IN (1, 2);
SELECT unit_id, category, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_on('5874897-12-31') ORDER BY unit_id, category COLLATE "C";
-- rows of an account with and without a line take turns, as do those of an account that shows nothing in between
SELECT line('F', 'support_worker', 1, '[2026-02-01,2026-03-01)'), line('F', 'support_worker', 4, '[2026-04-01,2026-05-01)'), line('F', 'grade_researcher_1', 1, '[2026-02-01,2026-04-01)'), post(9, 'F', 'grade_researcher_1', '[2026-03-01,2026-06-01)');
SELECT day, category, authorized, filled, reserved, vacancy FROM bianzhi.vacancy_between('2026-01-01', '2026-07-01') WHERE unit_id = unit('F') AND category IN ('support_worker', 'grade_researcher_1') ORDER BY category COLLATE "C", day;
SELECT category, authorized, filled FROM bianzhi.vacancy_series('2026-01-01', '2026-07-01') WHERE unit_id = unit('F') AND category IN ('support_worker', 'grade_researcher_1') ORDER BY category COLLATE "C";
-- in the list of columns, and asked again for each row
SELECT (v).vacancy FROM (SELECT bianzhi.vacancy_on('2026-11-24') AS v) AS x WHERE (v).unit_id = 1 ORDER BY 1;
SELECT d, sum(v.filled) FROM generate_series(2025, 2027) AS y, make_date(y, 6, 30) AS d, LATERAL bianzhi.vacancy_on(d) AS v WHERE v.unit_id = 1 GROUP BY d ORDER BY d;
DELETE FROM bianzhi.appointment WHERE unit_id = unit('F');
DELETE FROM bianzhi.quota WHERE unit_id = unit('F');
-- an account of which nothing is left
SELECT count(*) FROM bianzhi.account WHERE unit_id = unit('F');
SELECT count(*) FROM bianzhi.vacancy_between('2026-01-01', '2026-07-01') WHERE unit_id = unit('F');

-- today, for people to read

SELECT unit_key, unit_name, category, category_name, measure, is_leaf, authorized, filled, reserved, vacant, over FROM bianzhi.vacancy ORDER BY unit_id, category_order;
-- cut A by one: it is over today; B has a leader and nothing for him
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 1 AND amount = 3;
SELECT unit_key, category, authorized, filled, reserved, over FROM bianzhi.over_limit ORDER BY unit_id;
UPDATE bianzhi.quota SET amount = 3 WHERE unit_id = 1 AND amount = 2;

-- strength has a row a change, and none where nothing that is shown changes

SELECT has(k) FROM unnest('{A,B}'::text[]) AS k;
SELECT count(*) = count(DISTINCT (unit_id, category, since)) FROM bianzhi.strength;
SELECT try('DELETE FROM bianzhi.strength'), try('UPDATE bianzhi.strength SET filled = 0');

-- would_exceed: all five verdicts, the first day that fails, the first from which the rest fits; the write agrees

INSERT INTO bianzhi.category (code, name_zh, measure, enforcement) VALUES ('recorded', '登记', 'establishment', 'record');
SELECT line('C', 'administrative', 1), seat(10, 'C', 'administrative', '[2026-12-01,2027-01-01)'), line('D', 'administrative', 2), line('D', 'administrative', 0, '[2027-01-01,2028-01-01)', closed => true), line('C', 'recorded', 0);
CREATE FUNCTION asked(key text, category text, during daterange, seats int DEFAULT 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a record;
	became text := 'fits';
BEGIN
	SELECT * INTO a FROM bianzhi.would_exceed(unit(key), asked.category, asked.during, asked.seats);
	BEGIN
		INSERT INTO held VALUES (unit(key), asked.category, asked.during, asked.seats);
		RAISE EXCEPTION USING ERRCODE = 'TRUE1', MESSAGE = CASE WHEN EXISTS (SELECT 1 FROM bianzhi.lead) THEN 'recorded' ELSE 'fits' END;
	EXCEPTION WHEN SQLSTATE 'TRUE1' THEN
		became := SQLERRM;
	WHEN check_violation THEN
		became := CASE WHEN SQLERRM LIKE '%closed%' THEN 'closed' WHEN SQLERRM LIKE 'no %' THEN 'not_configured' ELSE 'exceeds' END;
	END;
	RETURN concat_ws(', ', a.verdict, 'fails ' || a.first_failing_day, 'fits from ' || a.first_fitting_day, CASE WHEN became <> a.verdict THEN 'BUT THE WRITE: ' || became END);
END
$$;
DELETE FROM bianzhi.lead;
SELECT asked('C', 'administrative', '[2027-01-01,)'), asked('C', 'administrative', '[2026-11-24,2026-12-01)');
SELECT asked('C', 'administrative', '[2026-11-24,)');
SELECT asked('C', 'administrative', '[2026-11-24,2026-12-02)');
SELECT asked('C', 'administrative', '[2026-11-24,)', 2), asked('C', 'retired_service', '[2026-11-24,)', 2);
SELECT asked('C', 'retired_service', '[2026-12-31,)');
SELECT asked('C', 'recorded', '[2026-12-01,)');
SELECT asked('D', 'administrative', '[2026-12-01,)'), asked('D', 'administrative', '[2028-01-01,)'), asked('D', 'administrative', '[2027-12-31,)', 3);
SELECT asked('E', 'administrative', '[2026-12-01,)'), asked('B', 'administrative', '[2026-12-01,2027-02-01)'), asked('B', 'administrative', '[2026-12-01,2027-01-01)'), asked('C', 'administrative', '[2019-01-01,2021-01-01)');
SELECT asked('E', 'leader', '[2026-12-01,)'), asked('E', 'section_count', '[2026-12-01,)');
-- before today it is recorded, whatever it is
SELECT asked('C', 'administrative', '[2025-01-01,2026-01-01)', 2), asked('C', 'administrative', '[2025-01-01,2026-11-25)', 2);
-- it writes nothing: no transaction number, no account
SELECT count(*) FROM bianzhi.account WHERE unit_id = 5;
BEGIN;
SELECT verdict FROM bianzhi.would_exceed(5, 'administrative', '[2026-12-01,)');
SELECT pg_current_xact_id_if_assigned() IS NULL;
ROLLBACK;
-- from when a seat is free for good
SELECT c, n, bianzhi.earliest_vacancy(3, c, n) FROM unnest('{administrative,retired_service}'::text[]) AS c, generate_series(1, 2) AS n ORDER BY 1, 2;
SELECT bianzhi.earliest_vacancy(4, 'administrative', 2), bianzhi.earliest_vacancy(2, 'administrative'), bianzhi.earliest_vacancy(5, 'administrative'), bianzhi.earliest_vacancy(1, 'administrative', 1);

-- a vacancy beyond the integers
SELECT line('F', 'recorded', 0), seat(11, 'F', 'recorded', '[2030-01-01,2031-01-01)'), seat(12, 'F', 'recorded', '[2030-06-01,2031-01-01)');
INSERT INTO held VALUES (unit('F'), 'recorded', '[2030-01-01,2031-01-01)', 2147483647);
SELECT filled, reserved, vacancy FROM bianzhi.vacancy_on('2030-05-31') WHERE unit_id = unit('F') AND category = 'recorded';
SELECT try('SELECT * FROM bianzhi.vacancy_on(''2030-06-01'')'), try('SELECT * FROM bianzhi.vacancy_series(''2030-06-01'', ''2030-06-01'')');

-- two thousand rows at random, forty days: each number equals what plain SQL counts in the base tables

TRUNCATE bianzhi.quota, bianzhi.occupancy, bianzhi.appointment, held;
SELECT setseed(0.42) IS NOT NULL;
SELECT bianzhi.suspend('随机');
UPDATE bianzhi.category SET enforcement = 'record' WHERE code IN ('administrative', 'leader');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT (random() * 5)::int + 1, (ARRAY['administrative', 'retired_service', 'leader', 'leader_chief', 'institution'])[(random() * 4)::int + 1], (random() * 30)::int,
	daterange(d, CASE WHEN random() < 0.5 THEN d + (random() * 900)::int + 1 END), 'x'
FROM (SELECT '2024-01-01'::date + (random() * 1200)::int AS d FROM generate_series(1, 300)) AS s;
INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during)
SELECT (random() * 59)::int + 1, u, CASE WHEN u <= 2 AND random() < 0.5 THEN u * 10 + 1 END, (ARRAY['administrative', 'retired_service', 'institution', 'support_worker'])[(random() * 3)::int + 1],
	daterange(d, CASE WHEN random() < 0.7 THEN d + (random() * 400)::int + 1 END)
FROM (SELECT '2024-01-01'::date + (random() * 1200)::int AS d, (random() * 5)::int + 1 AS u FROM generate_series(1, 1000)) AS s;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during)
SELECT (random() * 59)::int + 1, (random() * 5)::int + 1, (ARRAY['leader', 'leader_chief', 'leader_deputy', 'grade_researcher_1', 'grade_researcher_4'])[(random() * 4)::int + 1],
	daterange(d, CASE WHEN random() < 0.7 THEN d + (random() * 400)::int + 1 END)
FROM (SELECT '2024-01-01'::date + (random() * 1200)::int AS d FROM generate_series(1, 500)) AS s;
INSERT INTO held SELECT (random() * 5)::int + 1, 'administrative', daterange(d, CASE WHEN random() < 0.7 THEN d + (random() * 400)::int + 1 END), (random() * 3)::int
FROM (SELECT '2024-01-01'::date + (random() * 1200)::int AS d FROM generate_series(1, 200)) AS s;
SELECT leads > 0 FROM bianzhi.go_live();
-- some of it is changed while live
UPDATE bianzhi.quota SET amount = amount + 1 WHERE quota_id % 3 = 0;
DELETE FROM bianzhi.occupancy WHERE occupancy_id % 5 = 0;
UPDATE bianzhi.appointment SET during = daterange(lower(during) - 7, lower(during) + 30) WHERE appointment_id % 4 = 0 AND category <> 'grade_researcher_1';
DELETE FROM held WHERE seats = 0;
CREATE VIEW plain AS
WITH RECURSIVE path AS (
	SELECT code, code AS above FROM bianzhi.category
	UNION ALL SELECT p.code, c.parent FROM path AS p JOIN bianzhi.category AS c ON c.code = p.above WHERE c.parent IS NOT NULL
), carried AS (
	SELECT unit_id, category, during, 1 AS filled, 0 AS reserved FROM bianzhi.occupancy WHERE counted
	UNION ALL SELECT section_id, category, during, 1, 0 FROM bianzhi.occupancy WHERE counted AND section_id IS NOT NULL
	UNION ALL SELECT unit_id, category, during, 1, 0 FROM bianzhi.appointment WHERE counted
	UNION ALL SELECT parent_id, 'section_count', during, 1, 0 FROM bianzhi.unit WHERE is_section
	UNION ALL SELECT unit_id, category, during, 0, seats FROM held
), days AS (
	SELECT '2023-12-15'::date + n * 40 AS day FROM generate_series(0, 39) AS n
)
SELECT day, unit_id, category, sum(authorized)::int AS authorized, sum(filled)::int AS filled, sum(reserved)::int AS reserved
FROM (
	SELECT d.day, q.unit_id, q.category, q.amount AS authorized, 0 AS filled, 0 AS reserved FROM days AS d JOIN bianzhi.quota AS q ON q.during @> d.day
	UNION ALL
	SELECT d.day, c.unit_id, p.above, NULL, c.filled, c.reserved FROM days AS d JOIN carried AS c ON c.during @> d.day JOIN path AS p ON p.code = c.category
) AS all_of_it
GROUP BY day, unit_id, category;
SELECT count(*) > 2000 FROM plain;
CREATE VIEW engine AS SELECT day, unit_id, category, authorized, filled, reserved FROM bianzhi.vacancy_between('2023-12-15', '2028-03-24', '40 days');
SELECT (SELECT count(DISTINCT day) FROM engine), (SELECT count(*) FROM (TABLE plain EXCEPT TABLE engine) AS x), (SELECT count(*) FROM (TABLE engine EXCEPT TABLE plain) AS x);
-- the series and the single days say the same
SELECT count(*) FROM bianzhi.vacancy_series('2023-12-15', '2028-03-24', '40 days') AS s
	CROSS JOIN unnest(s.days, s.authorized, s.filled, s.reserved) AS x (day, authorized, filled, reserved)
	LEFT JOIN engine AS e ON e.day = x.day AND e.unit_id = s.unit_id AND e.category = s.category
WHERE (x.authorized, x.filled, x.reserved) IS DISTINCT FROM (e.authorized, coalesce(e.filled, 0), coalesce(e.reserved, 0));
SELECT count(*) FROM (SELECT DISTINCT day FROM plain) AS d, LATERAL (
	(SELECT unit_id, category, authorized, filled, reserved FROM bianzhi.vacancy_on(d.day) EXCEPT SELECT unit_id, category, authorized, filled, reserved FROM plain AS p WHERE p.day = d.day)) AS x;
-- on each day, the first and the last of every chunk among them, as strength shows it
SELECT count(*) > 3 FROM bianzhi.chunk WHERE from_day > '-infinity';
CREATE VIEW shown AS
SELECT d.day, s.unit_id, s.category, s.authorized, s.filled, s.reserved
FROM (SELECT unit_id, category, authorized, filled, reserved, greatest(since, '2020-01-01') AS since, lead(since, 1, '2030-01-01') OVER (PARTITION BY unit_id, category ORDER BY since) AS until FROM bianzhi.strength) AS s,
	LATERAL (SELECT s.since + n AS day FROM generate_series(0, s.until - s.since - 1) AS n) AS d
WHERE s.authorized IS NOT NULL OR s.filled <> 0 OR s.reserved <> 0;
CREATE VIEW daily AS SELECT day, unit_id, category, authorized, filled, reserved FROM bianzhi.vacancy_between('2020-01-01', '2029-12-31', '1 day');
SELECT (SELECT count(*) FROM (TABLE shown EXCEPT ALL TABLE daily) AS x), (SELECT count(*) FROM (TABLE daily EXCEPT ALL TABLE shown) AS x);
SELECT count(*) FROM (SELECT DISTINCT from_day - n AS day FROM bianzhi.chunk, generate_series(0, 1) AS n WHERE from_day > '-infinity') AS d, LATERAL (
	(SELECT unit_id, category, authorized, filled, reserved FROM shown AS s WHERE s.day = d.day EXCEPT SELECT unit_id, category, authorized, filled, reserved FROM bianzhi.vacancy_on(d.day))) AS x;
-- accounts that do not lie in the order of their numbers
SELECT md5(string_agg(d::text, ' ' ORDER BY d)) AS before FROM daily AS d \gset
CREATE INDEX backwards ON bianzhi.account ((-account_id));
CLUSTER bianzhi.account USING backwards;
SELECT md5(string_agg(d::text, ' ' ORDER BY d)) = :'before' FROM daily AS d;
SELECT count(*) FROM bianzhi.verify();
DROP INDEX bianzhi.backwards;
SELECT sound();
