-- vacancies to come: known, certain, likely; the people behind each number; an exact distribution
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SET extra_float_digits = 0;
SELECT line('A', 'administrative', 20), line('B', 'administrative', 6), line('B', 'institution_full', 6), line('A', 'leader', 4), line('A', 'leader_chief', 1);
TRUNCATE bianzhi.person CASCADE;
INSERT INTO bianzhi.person (person_id, resident_id, name, sex, birth_date, retire_track, retire_on, died_on) VALUES
	(1, NULL, '甲', 1, '1966-12-31', 'M60', NULL, NULL),			-- 2027-06
	(2, NULL, '乙', 2, '1972-02-29', 'F55', NULL, NULL),			-- 2027-09
	(3, NULL, '丙', 1, '1967-06-10', 'M60', '2027-03-09', NULL),	-- early, by choice
	(4, NULL, '丁', 1, '1966-12-01', 'M60', '2029-03-31', NULL),	-- would like to stay, and may not: 2027-06
	(5, NULL, '戊', 2, '1960-01-01', 'F55', NULL, NULL),			-- long past the age
	(6, NULL, '己', 2, NULL, 'F50', NULL, NULL),					-- not known
	(7, '32090219661201001X', '庚', 1, '1966-12-01', 'M60', NULL, NULL),	-- in a table of an application
	(8, NULL, '辛', 1, '1990-05-01', 'M60', NULL, '2026-11-20'),	-- died, and the seat has not been given back yet
	(9, NULL, '壬', 1, '1980-01-01', 'M60', NULL, NULL),			-- leaves for another unit
	(10, NULL, '癸', 2, '1995-01-01', 'F55', NULL, NULL),			-- is to come
	(11, NULL, '子', 1, '1969-01-15', 'M60', NULL, NULL),			-- leaves a post at 58
	(12, NULL, '丑', 2, '1972-02-15', 'F55', NULL, NULL);			-- and at 55 years and 3 months
SELECT DISTINCT seat(p, 'A', 'administrative', '[2020-01-01,)') FROM unnest('{1,2,3,4,5,6,8,11,12}'::int[]) AS p;
SELECT seat(9, 'A', 'administrative', '[2020-01-01,2027-05-01)'), seat(9, 'B', 'administrative', '[2027-05-01,)'), seat(10, 'A', 'administrative', '[2027-02-10,)');
SELECT post(11, 'A', 'leader_chief', '[2022-01-01,)'), post(12, 'A', 'leader_deputy', '[2022-01-01,)'), post(1, 'A', 'leader_deputy', '[2022-01-01,)');
CREATE TABLE hr (id int PRIMARY KEY, dept text, kind text, hired date, left_on date, id_no text, seats int);
CREATE INDEX ON hr (id_no);
SELECT bianzhi.attach('hr', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', seats => 'seats', person => 'id_no') IS NOT NULL;
INSERT INTO hr VALUES (1, 'A', 'administrative', '2021-01-01', NULL, '32090219661201001x', 1), (2, 'A', 'administrative', '2021-01-01', NULL, NULL, 2);
CREATE TABLE slip (id int PRIMARY KEY, dept text, kind text, since date, used date);
SELECT bianzhi.attach('slip', 'reserved', unit => 'dept', category => 'kind', starts => 'since', ends => 'used') IS NOT NULL;
INSERT INTO slip VALUES (1, 'A', 'administrative', '2026-10-01', '2027-02-10'), (2, 'B', 'institution_full', '2027-01-01', NULL);

-- what is known and what the law makes certain; months in which nobody retires

SELECT month, authorized, filled, reserved, retiring, retiring_this_month AS now, overdue, expected_leaving, vacancy, vacancy_p10, vacancy_p50, vacancy_p90
FROM bianzhi.vacancy_forecast('2026-11-24', 14) WHERE unit_id = unit('A') AND category = 'administrative';
SELECT u.unit_key, category, month, authorized, filled, reserved, retiring, vacancy FROM bianzhi.vacancy_forecast('2026-11-24', 7) JOIN bianzhi.unit AS u USING (unit_id)
WHERE (u.unit_key, category) <> ('A', 'administrative') AND month IN ('2026-12-01', '2027-06-01') ORDER BY 1, 2, 3;
SELECT person_id, held, during, seats, why, leaves_on, gone, source FROM bianzhi.forecast_detail('2026-11-24', '2027-07-01', unit('A'), 'administrative') ORDER BY person_id;

-- posts are left before

INSERT INTO bianzhi.off_post_age (category, retire_track, age_months, document_no) VALUES ('leader', NULL, 58 * 12, '干1号'), ('leader', 'F55', 55 * 12 + 3, '干1号');
SELECT held, person_id, why, leaves_on FROM bianzhi.forecast_detail('2026-11-24', '2027-07-01', unit('A'), 'leader') ORDER BY person_id;
SELECT category, month, authorized, filled, retiring, vacancy FROM bianzhi.vacancy_forecast('2026-11-24', 8)
WHERE unit_id = unit('A') AND category LIKE 'leader%' AND month IN ('2027-02-01', '2027-03-01', '2027-07-01') ORDER BY 1, 2;
-- what is said of a kind of post goes before what is said of those above it
INSERT INTO bianzhi.off_post_age (category, retire_track, age_months) VALUES ('leader_chief', NULL, 60 * 12);
SELECT held, why, leaves_on FROM bianzhi.forecast_detail('2026-11-24', '2027-07-01', unit('A'), 'leader_chief');
SELECT DISTINCT leaves_on FROM bianzhi.forecast_detail('2026-11-24', '2027-07-01', unit('A'), 'administrative') WHERE person_id = 11;

-- by chance, too: by age and category, and for what is left of the month

INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate) VALUES ('administrative', 0, 150, 0.01), ('administrative', 45, 49, 0.02), ('administrative', 47, 150, 0.005);
SELECT person_id, why, leaves_on, gone::numeric(8,6), (1 - power(1 - CASE WHEN person_id IN (6, 9, 10) THEN 0.01 ELSE 0.005 END, 7.0 / 30 + 4))::numeric(8,6) AS by_hand
FROM bianzhi.forecast_detail('2026-11-24', '2027-04-01', unit('A'), 'administrative') ORDER BY person_id;
-- who comes cannot leave before he or she is there; who goes elsewhere may leave before
SELECT person_id, gone::numeric(8,6) FROM bianzhi.forecast_detail('2026-11-24', '2027-03-01', unit('A'), 'administrative') WHERE person_id = 10;
SELECT person_id, gone::numeric(8,6), (1 - power(0.98, 7.0 / 30 + 1) * power(0.995, 4))::numeric(8,6) AS by_hand FROM bianzhi.forecast_detail('2026-11-24', '2027-05-01', unit('B'), 'administrative');
SELECT month, authorized, filled, reserved, retiring, overdue, expected_leaving, vacancy, vacancy_p10, vacancy_p50, vacancy_p90
FROM bianzhi.vacancy_forecast('2026-11-24', 8) WHERE unit_id = unit('A') AND category = 'administrative';

-- every row adds up, and is that of the people behind it; arrays say the same

CREATE TABLE f AS SELECT * FROM bianzhi.vacancy_forecast('2026-11-24', 40);
SELECT count(*), count(*) FILTER (WHERE vacancy IS DISTINCT FROM authorized - filled - reserved + retiring + expected_leaving - recovered + digested
	AND abs(vacancy - (authorized - filled - reserved + retiring + expected_leaving - recovered + digested)) > 1e-12) AS do_not_add_up,
	count(*) FILTER (WHERE vacancy_p10 > vacancy_p50 OR vacancy_p50 > vacancy_p90) AS not_in_order,
	count(*) FILTER (WHERE (vacancy IS NULL) <> (authorized IS NULL)) AS null_or_not FROM f;
SELECT count(*), count(*) FILTER (WHERE d.retiring <> f.retiring OR d.overdue <> f.overdue OR abs(d.leaving - f.expected_leaving) > 1e-12 OR d.named > f.filled) AS other
FROM f CROSS JOIN LATERAL (
	SELECT COALESCE(sum(seats) FILTER (WHERE leaves_on <= f.month AND why <> 'overdue'), 0) AS retiring, COALESCE(sum(seats) FILTER (WHERE why = 'overdue'), 0) AS overdue,
		COALESCE(sum(seats * gone) FILTER (WHERE leaves_on > f.month OR leaves_on IS NULL OR why = 'overdue'), 0) AS leaving, COALESCE(sum(seats), 0) AS named
	FROM bianzhi.forecast_detail('2026-11-24', f.month, f.unit_id, f.category)) AS d;
SELECT count(*) FROM (
	SELECT s.unit_id, s.category, a.* FROM bianzhi.forecast_series('2026-11-24', 40) AS s CROSS JOIN LATERAL unnest(month, authorized, filled, reserved, retiring, expected_leaving,
		vacancy, vacancy_p10, vacancy_p50, vacancy_p90, retiring_this_month, overdue, recovered, digested) AS a
	WHERE EXISTS (SELECT 1 FROM f WHERE f.unit_id = s.unit_id AND f.category = s.category)
	EXCEPT TABLE f) AS d WHERE row(d.*)::text !~ ',0,0,0,0,0,,,,,0,0,0,0\)$';
SELECT (SELECT sum(cardinality(month)) FROM bianzhi.forecast_series('2026-11-24', 40)) >= count(*) AS has_them_all FROM f;

-- the distribution: by another function from the same people, and by looking at every outcome

SELECT count(*), count(*) FILTER (WHERE q.p10 <> f.vacancy_p10 OR q.p50 <> f.vacancy_p50 OR q.p90 <> f.vacancy_p90) AS other
FROM f CROSS JOIN LATERAL (SELECT array_agg(gone) AS p FROM bianzhi.forecast_detail('2026-11-24', f.month, f.unit_id, f.category)) AS d
	CROSS JOIN LATERAL (SELECT f.authorized - f.filled - f.reserved + bianzhi.leaver_quantile(COALESCE(d.p, '{}'), 0.1) AS p10,
		f.authorized - f.filled - f.reserved + bianzhi.leaver_quantile(COALESCE(d.p, '{}'), 0.5) AS p50, f.authorized - f.filled - f.reserved + bianzhi.leaver_quantile(COALESCE(d.p, '{}'), 0.9) AS p90) AS q
WHERE f.authorized IS NOT NULL;
CREATE TABLE outcome AS
WITH p AS MATERIALIZED (SELECT row_number() OVER (ORDER BY person_id) - 1 AS n, gone FROM bianzhi.forecast_detail('2026-11-24', '2028-11-01', unit('A'), 'administrative') WHERE gone > 0 AND gone < 1)
SELECT sum(o >> n::int & 1) AS leavers, exp(sum(ln(CASE WHEN (o >> n::int & 1) = 1 THEN gone ELSE 1 - gone END))) AS p
FROM generate_series(0, (1 << (SELECT count(*) FROM p)::int) - 1) AS o CROSS JOIN p GROUP BY o;
SELECT count(*), sum(p) AS all FROM outcome;
SELECT v AS at_least, bianzhi.vacancy_probability(unit('A'), 'administrative', '2028-11-15', v, '2026-11-24')::numeric(10,8) AS probability,
	abs(bianzhi.vacancy_probability(unit('A'), 'administrative', '2028-11-15', v, '2026-11-24') - COALESCE((SELECT sum(p) FROM outcome WHERE leavers >= v - f.known), 0)) < 1e-12 AS equal
FROM (SELECT authorized - filled - reserved + retiring AS known FROM f WHERE unit_id = unit('A') AND category = 'administrative' AND month = '2028-11-01') AS f, generate_series(10, 21) AS v;

-- and by drawing who leaves when, a million times: all months together; the worst of them decides how many can be hired

SELECT line('C', 'administrative', 9), line('C', 'administrative', -2, '[2027-06-15,)'), line('C', 'administrative', -2, '[2028-03-01,)');
INSERT INTO bianzhi.person (person_id, name, birth_date, retire_track) SELECT 20 + n, 'c' || n, date '1968-01-01' + n * 1234, 'M60' FROM generate_series(1, 6) AS n;
SELECT DISTINCT seat(20 + n, 'C', 'administrative', CASE n WHEN 3 THEN '[2020-01-01,2027-09-10)' ELSE '[2020-01-01,)' END::daterange) FROM generate_series(1, 6) AS n;
UPDATE bianzhi.attrition_rate SET monthly_rate = monthly_rate * 4;
SELECT month, authorized, filled, retiring, vacancy::numeric(8,4), vacancy_p10, vacancy_p50, vacancy_p90 FROM bianzhi.vacancy_forecast('2026-11-24', 18)
WHERE unit_id = unit('C') AND category = 'administrative' AND month IN ('2026-12-01', '2027-06-01', '2027-07-01', '2027-10-01', '2028-02-01', '2028-03-01', '2028-04-01', '2028-05-01');
-- how likely each has left by which month, from the rates, in SQL
CREATE TABLE left_by AS
SELECT p.person_id, m.n, CASE WHEN bianzhi.retires_in(p.birth_date, p.retire_track, NULL) < m.month THEN 1 ELSE
	1 - exp(sum(ln(1 - r.monthly_rate) * CASE m.n WHEN 1 THEN 7.0 / 30 ELSE 1 END) OVER (PARTITION BY p.person_id ORDER BY m.n)) END AS p
FROM bianzhi.person AS p CROSS JOIN (SELECT n, (timestamp '2026-11-01' + n * interval '1 month')::date AS month FROM generate_series(1, 18) AS n) AS m
	CROSS JOIN LATERAL (SELECT extract(year FROM age(m.month - interval '1 month', date_trunc('month', p.birth_date))) AS years) AS a
	CROSS JOIN LATERAL (SELECT monthly_rate FROM bianzhi.attrition_rate WHERE a.years BETWEEN age_from AND age_to ORDER BY age_from DESC LIMIT 1) AS r
WHERE p.person_id BETWEEN 21 AND 26;
SELECT setseed(0.42);
CREATE TABLE draw AS
SELECT d, count(*) FILTER (WHERE n <= 7) AS by_june, count(*) FILTER (WHERE n <= 16 AND person_id <> 23) AS by_march, count(*) FILTER (WHERE n <= 18 AND person_id <> 23) AS by_may
FROM (SELECT d, l.person_id, width_bucket(random(), l.p) + 1 AS n
	FROM generate_series(1, 1000000) AS d CROSS JOIN (SELECT person_id, array_agg(p ORDER BY n) AS p FROM left_by GROUP BY person_id) AS l) AS x
GROUP BY d;
-- authorised 9, 7 from 2027-06-15 and 5 from 2028-03-01; six are there, five from 2027-09-10
SELECT v, x.p::numeric(8,6) AS probability, abs(x.p - s.p) <= 4.5 * sqrt(x.p * (1 - x.p) / 1e6) + 1e-12 AS within
FROM generate_series(0, 6) AS v CROSS JOIN LATERAL (SELECT bianzhi.vacancy_probability(unit('C'), 'administrative', '2028-05-01', v, '2026-11-24') AS p) AS x
	CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE 5 - 5 + by_may >= v) / 1e6 AS p FROM draw) AS s;
-- being over on any day, if so many more are there: each of 3^6 outcomes, and the draws
CREATE TABLE over AS
WITH one AS (
	SELECT person_id, w, CASE w WHEN 0 THEN a.p WHEN 1 THEN b.p - a.p ELSE 1 - b.p END AS p, w = 0 AS june, w <= 1 AND person_id <> 23 AS march
	FROM left_by AS a JOIN left_by AS b USING (person_id) CROSS JOIN generate_series(0, 2) AS w
	WHERE a.n = 7 AND b.n = 16
), outcome AS (
	SELECT o, exp(sum(ln(nullif(p, 0)))) * (count(*) FILTER (WHERE p = 0) = 0)::int AS p, count(*) FILTER (WHERE june) AS by_june, count(*) FILTER (WHERE march) AS by_march
	FROM generate_series(0, 728) AS o JOIN one ON one.w = o / (3 ^ (person_id - 21))::int % 3
	GROUP BY o
)
SELECT h, COALESCE(sum(p) FILTER (WHERE 7 - 6 + by_june < h OR 5 - 5 + by_march < h), 0) AS p FROM outcome, generate_series(0, 3) AS h GROUP BY h;
SELECT h, o.p::numeric(8,6) AS probability, abs(o.p - s.p) <= 4.5 * sqrt(o.p * (1 - o.p) / 1e6) + 1e-12 AS within
FROM over AS o CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE 7 - 6 + by_june < h OR 5 - 5 + by_march < h) / 1e6 AS p FROM draw) AS s ORDER BY h;
SELECT h, bianzhi.safe_hires(unit('C'), 'administrative', 18, p + 1e-12, '2026-11-24') AS at_that_risk, bianzhi.safe_hires(unit('C'), 'administrative', 18, greatest(p - 1e-12, 0), '2026-11-24') AS below_it
FROM over ORDER BY h;
SELECT bianzhi.safe_hires(unit('C'), 'administrative', 18, 1, '2026-11-24') AS as_many_as_are_free, bianzhi.safe_hires(unit('C'), 'administrative', 18, 0, '2026-11-24') AS for_certain,
	bianzhi.safe_hires(unit('C'), 'administrative', 6, 0, '2026-11-24') AS before_the_cut, bianzhi.safe_hires(unit('D'), 'administrative', 6, 0, '2026-11-24') AS nothing_authorised;
-- closed to entries
SELECT line('E', 'administrative', 5, closed => true);
SELECT bianzhi.safe_hires(unit('E'), 'administrative', 6, 1, '2026-11-24');

-- who leaves takes the seat along (出一减一), while the line says so

SELECT line('F', 'administrative', 4);
INSERT INTO bianzhi.person (person_id, name, birth_date, retire_track) VALUES (31, 'f1', '1966-12-01', 'M60'), (32, 'f2', '1967-02-01', 'M60'), (33, 'f3', '1985-01-01', 'M60');
SELECT DISTINCT seat(30 + n, 'F', 'administrative', '[2020-01-01,)') FROM generate_series(1, 3) AS n;
DELETE FROM bianzhi.attrition_rate;
INSERT INTO bianzhi.quota (unit_id, category, amount, on_exit, during, document_no) VALUES (unit('F'), 'administrative', 0, 'recover', '[2026-01-01,2027-08-01)', '编发3号');
SELECT month, authorized, filled, retiring, expected_leaving, recovered, vacancy, vacancy_p10, vacancy_p90 FROM bianzhi.vacancy_forecast('2026-11-24', 14)
WHERE unit_id = unit('F') AND category = 'administrative' AND month IN ('2027-06-01', '2027-07-01', '2027-08-01', '2027-10-01', '2027-11-01');
INSERT INTO bianzhi.attrition_rate (category, monthly_rate) VALUES ('administrative', 0.1);
-- 31 goes in 2027-07, with the seat; 32 in 2027-10 or before, without it only from 2027-08 on; 33 by chance alone
SELECT month, recovered::numeric(8,6), (1 + 2 * (1 - power(0.9, 7.0 / 30 + 7)))::numeric(8,6) AS by_hand, vacancy::numeric(8,6),
	(1 + power(0.9, 7.0 / 30 + 7) * (1 + 1 - power(0.9, CASE WHEN month >= '2027-11-01' THEN 4 ELSE 3 END)))::numeric(8,6) AS by_hand,
	abs(vacancy - (authorized - filled - reserved + retiring + expected_leaving - recovered + digested)) < 1e-12 AS adds_up, vacancy_p10, vacancy_p50, vacancy_p90
FROM bianzhi.vacancy_forecast('2026-11-24', 14) WHERE unit_id = unit('F') AND category = 'administrative' AND month IN ('2027-10-01', '2027-11-01');
SELECT person_id, gone::numeric(8,6), takes_seat::numeric(8,6) FROM bianzhi.forecast_detail('2026-11-24', '2027-11-01', unit('F'), 'administrative') ORDER BY 1;

-- a plan by which an excess is worked off is kept, whoever has to leave for it

SELECT line('F', 'administrative', -4, '[2027-01-01,)');
INSERT INTO bianzhi.digest_plan (unit_id, category, day, max_excess) VALUES (unit('F'), 'administrative', '2027-03-01', 2), (unit('F'), 'administrative', '2027-09-01', 1);
UPDATE bianzhi.quota SET during = '[2027-12-01,)' WHERE on_exit = 'recover' AND unit_id = unit('F');
SELECT month, authorized, filled, retiring, expected_leaving::numeric(8,6), digested::numeric(8,6), vacancy::numeric(8,6), vacancy_p10, vacancy_p50, vacancy_p90 FROM bianzhi.vacancy_forecast('2026-11-24', 12)
WHERE unit_id = unit('F') AND category = 'administrative' AND month IN ('2027-02-01', '2027-03-01', '2027-07-01', '2027-09-01');
-- on 2027-03-01: three over, two allowed: one has to go if none has left of three; on 2027-07-01 one has retired
SELECT (power(0.9, (7.0 / 30 + 3) * 3))::numeric(8,6) AS march, bianzhi.vacancy_probability(unit('F'), 'administrative', '2027-03-01', -2, '2026-11-24') AS kept,
	(1 - power(0.9, (7.0 / 30 + 3) * 3) - 3 * power(0.9, (7.0 / 30 + 3) * 2) * (1 - power(0.9, 7.0 / 30 + 3)))::numeric(8,6) AS two, bianzhi.vacancy_probability(unit('F'), 'administrative', '2027-03-01', -1, '2026-11-24')::numeric(8,6) AS two_of_ours;

-- rows of several seats under one name

SELECT line('D', 'institution_full', 10);
INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (41, '990000197001010018', 'd1'), (42, '990000197202030023', 'd2');
INSERT INTO hr VALUES (11, 'D', 'institution_full', '2021-01-01', NULL, '990000197001010018', 3), (12, 'D', 'institution_full', '2021-01-01', NULL, '990000197202030023', 1);
INSERT INTO bianzhi.attrition_rate (category, monthly_rate) VALUES ('institution_full', 0.5);
SELECT expected_leaving, vacancy, vacancy_p10, vacancy_p50, vacancy_p90 FROM bianzhi.vacancy_forecast('2026-12-01', 1) WHERE unit_id = unit('D') AND category = 'institution_full';
SELECT n, bianzhi.vacancy_probability(unit('D'), 'institution_full', '2027-01-01', n, '2026-12-01') FROM generate_series(6, 11) AS n;

-- two years back and two years ahead

SELECT count(*), min(month), max(month), count(*) FILTER (WHERE foreseen), max(month) FILTER (WHERE NOT foreseen), bool_and((month > bianzhi.today()) = foreseen) FROM bianzhi.vacancy_monthly WHERE unit_key = 'A' AND category = 'administrative';
SELECT unit_name, category_name, is_leaf, month, authorized, filled, reserved, retiring, overdue, expected_leaving, vacancy, vacancy_p10, vacancy_p90 FROM bianzhi.vacancy_monthly
WHERE unit_key = 'A' AND category = 'administrative' AND month IN ('2024-12-01', '2026-11-01', '2026-12-01', '2027-07-01') ORDER BY month;

-- a birthday beyond all reason, and the ends of time

UPDATE bianzhi.person SET birth_date = '5874890-01-01' WHERE person_id = 11;
UPDATE bianzhi.person SET birth_date = '4713-01-01 BC' WHERE person_id = 9;
SELECT person_id, why, leaves_on FROM bianzhi.forecast_detail('2026-11-24', '2026-12-01', unit('A'), 'administrative') WHERE person_id IN (9, 11) ORDER BY 1;
SELECT count(*) > 0 FROM bianzhi.vacancy_forecast('4713-01-01 BC', 2);
SELECT try($$SELECT bianzhi.vacancy_forecast('5874897-12-31', 2)$$);

-- what cannot be asked

SELECT try($$SELECT bianzhi.vacancy_forecast('infinity', 12)$$), try($$SELECT bianzhi.vacancy_forecast('2026-11-24', 0)$$), try($$SELECT bianzhi.forecast_series('2026-11-24', 1201)$$);
SELECT try($$SELECT bianzhi.forecast_detail('2026-11-24', '2026-11-30', 1, 'administrative')$$), try($$SELECT bianzhi.vacancy_probability(1, 'administrative', 'infinity', 1)$$);
SELECT try($$SELECT bianzhi.vacancy_probability(99, 'administrative', '2027-01-01', 1)$$), try($$SELECT bianzhi.safe_hires(1, 'nothing', 12, 0.1)$$), try($$SELECT bianzhi.safe_hires(1, 'administrative', 12, 'NaN')$$), try($$SELECT bianzhi.safe_hires(1, 'administrative', 12, 1.5)$$);
SELECT try($$INSERT INTO bianzhi.attrition_rate (category, monthly_rate) VALUES ('leader', 1.1)$$), try($$INSERT INTO bianzhi.attrition_rate (category, monthly_rate) VALUES ('leader', 'NaN')$$),
	try($$INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate) VALUES ('leader', 40, 30, 0.1)$$), try($$INSERT INTO bianzhi.off_post_age (category, age_months) VALUES ('leader', 700)$$);

-- a table of an application may name somebody whose row was lost behind the triggers' back: he or she is there, too, and may leave from now on

CREATE TABLE temp_staff (who bigint PRIMARY KEY, dept text, since date, gone date);
SELECT bianzhi.attach('temp_staff', 'filled', unit => 'dept', category => '=administrative', starts => 'since', ends => 'gone', person => 'who') IS NOT NULL;
INSERT INTO bianzhi.person (person_id, name, sex) VALUES (4711, '临', 1);
INSERT INTO temp_staff VALUES (4711, 'B', '2024-01-01');
SET session_replication_role = replica;
DELETE FROM bianzhi.person WHERE person_id = 4711;
RESET session_replication_role;
SELECT person_id, why, leaves_on, gone::numeric(8,6), (1 - power(1 - monthly_rate, 7.0 / 30))::numeric(8,6) AS by_hand
FROM bianzhi.forecast_detail('2026-11-24', '2026-12-01', unit('B'), 'administrative'), bianzhi.attrition_rate WHERE category = 'administrative' AND age_to - age_from = 150;

-- and who may not ask

CREATE ROLE forecaster;
GRANT USAGE ON SCHEMA bianzhi TO forecaster;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bianzhi TO forecaster;
SET ROLE forecaster;
SELECT try($$SELECT bianzhi.vacancy_forecast('2026-11-24', 12)$$);
RESET ROLE;
GRANT SELECT ON bianzhi.person TO forecaster;
SET ROLE forecaster;
SELECT try($$SELECT bianzhi.vacancy_forecast('2026-11-24', 12)$$);
RESET ROLE;
DROP OWNED BY forecaster;
DROP ROLE forecaster;
SELECT sound();
