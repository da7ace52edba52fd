-- Months by account from base rows, as views: what each account is authorised and carries on the first of 120 months.

-- a row counts in its category and in those above it
CREATE TABLE bench.counts_in AS
WITH RECURSIVE path AS (
	SELECT code, code AS counts_in, parent FROM bianzhi.category
	UNION ALL
	SELECT p.code, p.parent, c.parent FROM path AS p JOIN bianzhi.category AS c ON c.code = p.parent
)
SELECT code, counts_in FROM path;
ANALYZE bench.counts_in;

CREATE TABLE bench.month AS
SELECT d::date AS day FROM generate_series(timestamp '2016-01-01', timestamp '2025-12-01', interval '1 month') AS d;
ANALYZE bench.month;

-- as one writes it: every month against every row
CREATE VIEW bench.series_naive AS
SELECT m.day, a.unit_id, a.category,
	(SELECT sum(q.amount) FROM bianzhi.quota AS q WHERE q.unit_id = a.unit_id AND q.category = a.category AND q.during @> m.day)::integer AS authorized,
	(SELECT count(*) FROM bianzhi.occupancy AS o JOIN bench.counts_in AS k ON k.code = o.category
		WHERE o.unit_id = a.unit_id AND k.counts_in = a.category AND o.during @> m.day AND o.counted)::integer AS filled
FROM bench.month AS m CROSS JOIN bench.account AS a;

-- the best we know: rows that begin and end by month, added up, then a running sum
CREATE VIEW bench.series_best AS
WITH first AS MATERIALIZED (
	SELECT array_agg(day ORDER BY day) AS days FROM bench.month
), event AS (
	SELECT unit_id, category, month, sum(authorized) AS authorized, sum(filled) AS filled
	FROM (
		SELECT o.unit_id, o.category, width_bucket(v.day - 1, f.days), NULL::integer, v.change
		FROM bianzhi.occupancy AS o CROSS JOIN first AS f CROSS JOIN LATERAL (VALUES (lower(o.during), 1), (upper(o.during), -1)) AS v (day, change)
		WHERE o.counted AND v.day IS NOT NULL
		UNION ALL
		SELECT q.unit_id, q.category, width_bucket(v.day - 1, f.days), v.change * q.amount, 0
		FROM bianzhi.quota AS q CROSS JOIN first AS f
			CROSS JOIN LATERAL (VALUES (COALESCE(lower(q.during), date '2000-01-01'), 1), (upper(q.during), -1)) AS v (day, change)
		WHERE v.day IS NOT NULL
	) AS e (unit_id, category, month, authorized, filled)
	WHERE month < 120
	GROUP BY unit_id, category, month
), counted AS (
	SELECT e.unit_id, k.counts_in AS category, e.month, sum(e.authorized) FILTER (WHERE k.counts_in = k.code) AS authorized, sum(e.filled) AS filled
	FROM event AS e JOIN bench.counts_in AS k ON k.code = e.category
	GROUP BY e.unit_id, k.counts_in, e.month
)
SELECT m.day, a.unit_id, a.category,
	(sum(c.authorized) OVER w)::integer AS authorized, COALESCE(sum(c.filled) OVER w, 0)::integer AS filled
FROM bench.account AS a
	CROSS JOIN (SELECT day, row_number() OVER (ORDER BY day) - 1 AS month FROM bench.month) AS m
	LEFT JOIN counted AS c ON c.unit_id = a.unit_id AND c.category = a.category AND c.month = m.month
WINDOW w AS (PARTITION BY a.unit_id, a.category ORDER BY m.day);

-- the same from the stored timelines
CREATE VIEW bench.series_ours AS
SELECT day, unit_id, category, authorized, filled FROM bianzhi.vacancy_between('2016-01-01', '2025-12-01', '1 month');

-- one day
CREATE VIEW bench.day_base AS
SELECT a.unit_id, a.category, q.authorized, COALESCE(o.filled, 0) AS filled, q.authorized - COALESCE(o.filled, 0) AS vacancy
FROM bench.account AS a
	LEFT JOIN (SELECT unit_id, category, sum(amount)::integer AS authorized FROM bianzhi.quota
		WHERE during @> date '2020-06-15' GROUP BY unit_id, category) AS q USING (unit_id, category)
	LEFT JOIN (SELECT unit_id, k.counts_in AS category, sum(n)::integer AS filled
		FROM (SELECT unit_id, category, count(*) AS n FROM bianzhi.occupancy WHERE during @> date '2020-06-15' AND counted
			GROUP BY unit_id, category) AS r JOIN bench.counts_in AS k ON k.code = r.category
		GROUP BY unit_id, k.counts_in) AS o USING (unit_id, category);
CREATE VIEW bench.day_ours AS
SELECT unit_id, category, authorized, filled, vacancy FROM bianzhi.vacancy_on('2020-06-15');
