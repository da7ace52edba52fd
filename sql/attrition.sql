-- rates of attrition from an office's own history; whether the forecast they give is calibrated
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SET extra_float_digits = 0;
SELECT line(k, 'administrative', 1000, '[2000-01-01,)') FROM unnest('{A,B}'::text[]) AS k;

-- ten years of one man: leaves at 45, having come at 38; of others: one retires, one goes on in the same account, one moves to another unit

TRUNCATE bianzhi.person CASCADE;
INSERT INTO bianzhi.person (person_id, name, birth_date, retire_track) VALUES (1, '甲', '1975-03-20', 'M60'), (2, '乙', '1958-06-01', 'M60'), (3, '丙', '1975-03-01', 'M60'), (4, '丁', '1975-03-01', 'M60'), (5, '戊', NULL, NULL);
SELECT seat(1, 'A', 'administrative', '[2013-03-01,2020-03-01)'), seat(2, 'A', 'administrative', '[2000-01-01,2018-07-01)'), seat(3, 'A', 'administrative', '[2013-03-01,2019-01-01)'), seat(3, 'A', 'administrative', '[2019-01-01,)'),
	seat(4, 'A', 'administrative', '[2013-03-01,2016-03-01)'), seat(4, 'B', 'administrative', '[2016-03-01,)'), seat(5, 'B', 'administrative', '[2020-01-01,2022-01-01)');
SELECT category, age_from, age_to, round(person_months::numeric, 2) AS months, leavers, round(monthly_rate::numeric, 5) AS rate, round((1 - exp(-leavers / person_months))::numeric, 5) AS by_hand
FROM bianzhi.attrition_estimate('2013-01-01', '2023-01-01', 10);
-- bands of five years: 1 at 38 and 39, 40 to 44, and leaves on the first day of the month in which he is 45
SELECT age_from, age_to, round(person_months::numeric, 2) AS months, leavers FROM bianzhi.attrition_estimate('2013-01-01', '2023-01-01') ORDER BY age_from;
-- who leaves after the last day has not left
SELECT sum(leavers) FROM bianzhi.attrition_estimate('2013-01-01', '2016-02-29') WHERE age_to < 150;
SELECT sum(leavers) FROM bianzhi.attrition_estimate('2013-01-01', '2016-03-01') WHERE age_to < 150;
SELECT try($$SELECT bianzhi.attrition_estimate('2013-01-01', '2013-01-01')$$), try($$SELECT bianzhi.attrition_estimate('2013-01-01', '2014-01-01', 0)$$), try($$SELECT bianzhi.attrition_estimate('2013-01-01', 'infinity')$$);
SELECT count(*) FROM bianzhi.attrition_estimate('1990-01-01', '1991-01-01');

-- rates that are known, drawn, come out of the estimate again; 600 people, fifteen years

TRUNCATE bianzhi.person CASCADE;
SELECT setseed(0.2026);
INSERT INTO bianzhi.person (person_id, name, birth_date, retire_track) SELECT n, 'p' || n, date '1978-01-01' + n * 9, 'M60' FROM generate_series(1, 600) AS n;
CREATE TABLE history AS SELECT n, ceil(ln(random()) / ln(1 - CASE WHEN n % 2 = 0 THEN 0.004 ELSE 0.012 END))::int AS months FROM generate_series(1, 600) AS n;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT n, unit(CASE WHEN n % 2 = 0 THEN 'A' ELSE 'B' END), 'administrative', daterange('2010-01-01', CASE WHEN months <= 180 THEN (timestamp '2010-01-01' + months * interval '1 month')::date END) FROM history;
SELECT age_to - age_from AS years, rate_low < 0.0075 AND 0.0065 < rate_high AS holds_the_mixture, round(monthly_rate::numeric, 4) AS rate FROM bianzhi.attrition_estimate('2010-01-01', '2025-01-01', 150) WHERE age_from = 0;
INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate) SELECT category, age_from, age_to, monthly_rate FROM bianzhi.attrition_estimate('2010-01-01', '2025-01-01', 5);
SELECT count(*), min(age_from), max(age_to), bool_and(monthly_rate BETWEEN 0 AND 0.05) FROM bianzhi.attrition_rate;

-- calibration: 400 offices of 5 to 30 people, who leave within a year with what the forecast says; the randomised probability
-- integral transform of what happened is uniform if it is right (Czado, Gneiting and Held, Biometrics 65, 2009)

CREATE TABLE office AS
SELECT o, ARRAY(SELECT 0.02 + 0.3 * ((o * 7919 + i * 104729) % 997) / 997.0 FROM generate_series(1, 5 + o % 26) AS i) AS p FROM generate_series(1, 400) AS o;
-- the Kolmogorov-Smirnov distance of numbers from the uniform distribution, and how likely one as large is (Stephens 1970)
CREATE FUNCTION uniform_p(u float8[]) RETURNS float8 LANGUAGE sql AS $$
	SELECT least(1, 2 * sum((CASE WHEN j % 2 = 1 THEN 1 ELSE -1 END) * exp(greatest(-2 * j * j * power(d * (sqrt(n) + 0.12 + 0.11 / sqrt(n)), 2), -700))))
	FROM (SELECT max(greatest(r / n - x, x - (r - 1) / n)) AS d, max(n) AS n
		FROM (SELECT x, row_number() OVER (ORDER BY x)::float8 AS r, count(*) OVER ()::float8 AS n FROM unnest(u) AS x) AS s) AS k, generate_series(1, 100) AS j
$$;
CREATE FUNCTION transform(p float8[], leavers int) RETURNS float8 LANGUAGE sql VOLATILE AS $$
	SELECT 1 - bianzhi.at_least_probability(p, leavers) + random() * (bianzhi.at_least_probability(p, leavers) - bianzhi.at_least_probability(p, leavers + 1))
$$;
CREATE TABLE happened AS
SELECT o, p, (SELECT count(*) FILTER (WHERE random() < x) FROM unnest(p) AS x WHERE o > 0)::int AS as_foreseen,
	(SELECT count(*) FILTER (WHERE random() < x * 1.3) FROM unnest(p) AS x WHERE o > 0)::int AS more_leave,
	-- the same mean, but all of an office have a good year, or a bad one
	(SELECT count(*) FILTER (WHERE random() < x * y.f) FROM unnest(p) AS x WHERE o > 0)::int AS together
FROM office CROSS JOIN LATERAL (SELECT CASE WHEN random() < 0.5 AND o > 0 THEN 0.3 ELSE 1.7 END AS f) AS y;
SELECT uniform_p(array_agg(transform(p, as_foreseen))) > 0.01 AS calibrated, uniform_p(array_agg(transform(p, more_leave))) < 0.01 AS more_is_noticed,
	uniform_p(array_agg(transform(p, together))) < 0.01 AS together_is_noticed, round(avg(as_foreseen)::numeric, 1) AS mean, round(avg(together)::numeric, 1) AS same_mean FROM happened;

-- and the forecast's own numbers: the people above, looked at on 2020-01-01 with their true rates, who left by 2021-01-01

DELETE FROM bianzhi.attrition_rate;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT 1000 + q, 'Q' || q, '单位' || q FROM generate_series(1, 120) AS q;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT unit('Q' || q), 'institution_full', 100, '[2000-01-01,)', '编1号' FROM generate_series(1, 120) AS q;
INSERT INTO bianzhi.person (person_id, name, birth_date, retire_track) SELECT 1000 + n, 'q' || n, date '1970-01-01' + n * 3 % 7300, 'M60' FROM generate_series(1, 2400) AS n;
INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate) VALUES ('institution_full', 0, 150, 0.02), ('institution_full', 40, 150, 0.005);
CREATE TABLE left_in AS
SELECT n, (SELECT min(m) FROM generate_series(1, 24) AS m WHERE random() < CASE WHEN extract(year FROM age(timestamp '2019-12-01' + m * interval '1 month', date_trunc('month', p.birth_date))) < 40 THEN 0.02 ELSE 0.005 END AND n > 0) AS m
FROM generate_series(1, 2400) AS n JOIN bianzhi.person AS p ON p.person_id = 1000 + n;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT 1000 + n, unit('Q' || 1 + n % 120), 'institution_full', '[2015-01-01,)' FROM left_in;
SELECT uniform_p(array_agg(1 - f.more_or_equal + random() * (f.more_or_equal - f.more))) > 0.01 AS calibrated, count(*)
FROM (SELECT q, count(*) FILTER (WHERE m <= 12)::int AS leavers FROM left_in CROSS JOIN LATERAL (SELECT 1 + n % 120 AS q) AS x GROUP BY q) AS h
	CROSS JOIN LATERAL (SELECT bianzhi.vacancy_probability(unit('Q' || q), 'institution_full', '2021-01-01', 80 + leavers, '2020-01-01') AS more_or_equal,
		bianzhi.vacancy_probability(unit('Q' || q), 'institution_full', '2021-01-01', 80 + leavers + 1, '2020-01-01') AS more) AS f;
SELECT sound();
