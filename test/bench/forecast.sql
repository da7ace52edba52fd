-- Vacancies of a city over the 120 months after a day (-v day=...), from base rows, as a view.

CREATE SCHEMA IF NOT EXISTS bench;

-- a row counts in its category and in those above it
CREATE TABLE bench.path AS
WITH RECURSIVE path AS (
	SELECT code, code AS counts_in, parent FROM bianzhi.category
	UNION ALL
	SELECT p.code, p.parent, c.parent FROM path AS p JOIN bianzhi.category AS c ON c.code = p.parent
)
SELECT code, counts_in FROM path;

-- whose holders may not stay longer than the law says
CREATE TABLE bench.prompt AS
SELECT DISTINCT p.code FROM bench.path AS p JOIN bianzhi.category AS c ON c.code = p.counts_in WHERE NOT c.may_delay;

CREATE TABLE bench.ahead AS
SELECT n, (date_trunc('month', date :'day') + (n + 1) * interval '1 month')::date AS month FROM generate_series(0, 119) AS n;
ANALYZE bench.path, bench.prompt, bench.ahead;

-- the best we know: what begins and ends by month, added up before it is multiplied by categories, then a running sum
CREATE VIEW bench.forecast_best AS
WITH f AS MATERIALIZED (
	SELECT array_agg(month ORDER BY month) AS months FROM bench.ahead
), stay AS MATERIALIZED (
	SELECT person_id, unit_id, section_id, category, lower(during) AS since, upper(during) AS until
	FROM bianzhi.occupancy WHERE counted AND COALESCE(upper(during) > date :'day', true)
	UNION ALL
	SELECT person_id, unit_id, section_id, category, lower(during), upper(during)
	FROM bianzhi.appointment WHERE counted AND COALESCE(upper(during) > date :'day', true)
), official AS (
	SELECT DISTINCT s.person_id FROM stay AS s JOIN bench.prompt AS p ON p.code = s.category
), due AS (
	SELECT p.person_id, CASE WHEN p.died_on IS NOT NULL THEN (date_trunc('month', p.died_on) + interval '1 month')::date
		ELSE (bianzhi.retires_in(p.birth_date, p.retire_track, p.retire_on, o.person_id IS NOT NULL) + interval '1 month')::date END AS leaves
	FROM bianzhi.person AS p LEFT JOIN official AS o ON o.person_id = p.person_id
), held AS (
	SELECT s.unit_id, s.section_id, s.category, width_bucket(s.since - 1, f.months) AS since,
		CASE WHEN s.until IS NULL THEN 120 ELSE width_bucket(s.until - 1, f.months) END AS until,
		CASE WHEN d.leaves > greatest(s.since, date :'day') THEN width_bucket(d.leaves - 1, f.months) ELSE 120 END AS leaves, COALESCE(d.leaves <= greatest(s.since, date :'day'), false) AS overdue
	FROM stay AS s JOIN due AS d ON d.person_id = s.person_id CROSS JOIN f
), event AS (
	SELECT h.unit_id, h.section_id, h.category, v.month, sum(v.filled) AS filled, sum(v.retiring) AS retiring, sum(v.now) AS now, sum(v.overdue) AS overdue
	FROM held AS h CROSS JOIN LATERAL (
		SELECT h.since, 1, 0, 0, h.overdue::int
		UNION ALL SELECT h.until, -1, -(h.leaves < h.until)::int, 0, -h.overdue::int WHERE h.until < 120
		UNION ALL SELECT greatest(h.leaves, h.since), 0, 1, (h.leaves >= h.since)::int, 0 WHERE h.leaves < h.until
	) AS v (month, filled, retiring, now, overdue)
	WHERE h.since < h.until
	GROUP BY h.unit_id, h.section_id, h.category, v.month
), counted AS (
	SELECT a.unit_id, a.category, a.month, sum(a.authorized) AS authorized, sum(a.lines) AS lines, sum(a.filled) AS filled, sum(a.retiring) AS retiring, sum(a.now) AS now, sum(a.overdue) AS overdue
	FROM (
		SELECT u.unit_id, p.counts_in, e.month, 0, 0, e.filled, e.retiring, e.now, e.overdue
		FROM event AS e CROSS JOIN LATERAL (VALUES (e.unit_id), (e.section_id)) AS u (unit_id) JOIN bench.path AS p ON p.code = e.category
		WHERE u.unit_id IS NOT NULL
		UNION ALL
		SELECT u.parent_id, p.counts_in, width_bucket(v.day - 1, f.months), 0, 0, v.change, 0, 0, 0
		FROM bianzhi.unit AS u JOIN bench.path AS p ON p.code = u.counted_as CROSS JOIN f
			CROSS JOIN LATERAL (VALUES (COALESCE(lower(u.during), date '0001-01-01'), 1), (upper(u.during), -1)) AS v (day, change)
		WHERE v.day IS NOT NULL AND u.parent_id IS NOT NULL
		UNION ALL
		SELECT q.unit_id, q.category, width_bucket(v.day - 1, f.months), v.change * q.amount, v.change, 0, 0, 0, 0
		FROM bianzhi.quota AS q CROSS JOIN f CROSS JOIN LATERAL (VALUES (COALESCE(lower(q.during), date '0001-01-01'), 1), (upper(q.during), -1)) AS v (day, change)
		WHERE v.day IS NOT NULL
	) AS a (unit_id, category, month, authorized, lines, filled, retiring, now, overdue)
	WHERE a.month < 120
	GROUP BY a.unit_id, a.category, a.month
), running AS (
	SELECT a.unit_id, a.category, m.month, sum(c.authorized) OVER w AS authorized, sum(c.lines) OVER w AS lines, sum(c.filled) OVER w AS filled,
		sum(c.retiring) OVER w AS retiring, c.now, sum(c.overdue) OVER w AS overdue
	FROM (SELECT DISTINCT unit_id, category FROM counted) AS a CROSS JOIN bench.ahead AS m
		LEFT JOIN counted AS c ON c.unit_id = a.unit_id AND c.category = a.category AND c.month = m.n
	WINDOW w AS (PARTITION BY a.unit_id, a.category ORDER BY m.n)
)
SELECT unit_id, category, month, CASE WHEN lines > 0 THEN authorized::integer END AS authorized, COALESCE(filled, 0)::integer AS filled, COALESCE(retiring, 0)::integer AS retiring,
	COALESCE(now, 0)::integer AS retiring_this_month, COALESCE(overdue, 0)::integer AS overdue,
	CASE WHEN lines > 0 THEN (authorized - COALESCE(filled, 0) + COALESCE(retiring, 0))::integer END AS vacancy
FROM running
WHERE lines > 0 OR filled <> 0;

CREATE VIEW bench.forecast_ours AS
SELECT unit_id, category, month, authorized, filled, retiring, retiring_this_month, overdue, vacancy::integer AS vacancy FROM bianzhi.vacancy_forecast(:'day', 120);
