-- the calendar of working days
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

-- Monday to Friday, but for what the calendar says

SELECT string_agg(day::text || CASE WHEN bianzhi.is_workday(day::date) THEN '' ELSE '*' END, ' ' ORDER BY day) FROM generate_series('2026-09-24', '2026-10-12', interval '1 day') AS d (t) CROSS JOIN LATERAL to_char(t, 'YYYY-MM-DD') AS s (day);
INSERT INTO bianzhi.workday (day, is_workday, document_no, note)
SELECT t, false, '放假1号', '国庆节' FROM generate_series('2026-10-01'::date, '2026-10-07', interval '1 day') AS t
UNION ALL VALUES ('2026-09-27'::date, true, '放假1号', '国庆节调休'), ('2026-10-10', true, '放假1号', '国庆节调休');
SELECT string_agg(day::text || CASE WHEN bianzhi.is_workday(day::date) THEN '' ELSE '*' END, ' ' ORDER BY day) FROM generate_series('2026-09-24', '2026-10-12', interval '1 day') AS d (t) CROSS JOIN LATERAL to_char(t, 'YYYY-MM-DD') AS s (day);
SELECT day, bianzhi.next_workday(day) FROM unnest('{2026-09-26,2026-09-27,2026-09-30,2026-10-01,2026-10-07,2026-10-10,2026-10-11,infinity,-infinity}'::date[]) AS day;

-- days between are those that one would count

SELECT count(*), count(*) FILTER (WHERE bianzhi.workdays_between(a, b) <> (SELECT count(*) FROM generate_series(a + 1, b, interval '1 day') AS t WHERE bianzhi.is_workday(t::date)))
FROM generate_series('2026-09-20'::date, '2026-10-15', interval '1 day') AS x, generate_series('2026-09-20'::date, '2026-10-15', interval '1 day') AS y, LATERAL (SELECT x::date AS a, y::date AS b) AS d;
SELECT bianzhi.workdays_between('2026-09-30', '2026-10-12'), bianzhi.workdays_between('2026-10-12', '2026-09-30'), bianzhi.workdays_between('0001-01-01 BC', '2026-01-01') - bianzhi.workdays_between('0001-01-01 BC', '2025-12-01') AS december,
	bianzhi.workdays_between('2026-01-01', 'infinity') IS NULL AS to_infinity, bianzhi.workdays_between(NULL, '2026-01-01') IS NULL AS from_nowhere;
SELECT try($$INSERT INTO bianzhi.workday VALUES ('infinity', false)$$), try($$INSERT INTO bianzhi.workday VALUES ('2026-10-01', true)$$);
