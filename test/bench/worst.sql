-- The worst case for stored timelines: start dates spread evenly over 20 years, so that nearly every row brings a step
-- of its own. :units units with three kinds of establishment each, one of which counts in another, too; every 750th
-- account has 5,000 people, the others 10 to 200; people in random order, one seat each, 85 % without an end.
--
-- Variables: units (5,000 give about 1,020,000 rows).  Leaves the limits in force and nothing audited, with quotas and
-- without seats, and the seats to be written in bench.plan.

\set ON_ERROR_STOP on

CREATE EXTENSION bianzhi CASCADE;
CREATE SCHEMA bench;

SELECT setseed(0.25);

INSERT INTO bianzhi.unit (unit_id, unit_key, name)
SELECT n, 'U' || n, 'Unit ' || n FROM generate_series(1, :units) AS n;

CREATE TABLE bench.account AS
SELECT unit_id, category, CASE WHEN (unit_id * 3 + place) % 750 = 0 THEN 5000 ELSE 10 + floor(190 * power(random(), 2.7))::integer END AS people
FROM bianzhi.unit, unnest(ARRAY['administrative', 'retired_service', 'institution_full']) WITH ORDINALITY AS k (category, place)
ORDER BY unit_id, place;

CREATE TABLE bench.plan AS
SELECT row_number() OVER (ORDER BY place) AS person_id, unit_id, category,
	daterange(since, CASE WHEN ends < 0.15 THEN since + 30 + floor(random() * 1800)::integer END) AS during
FROM (
	SELECT a.unit_id, a.category, date '2006-01-01' + floor(random() * 7305)::integer AS since, random() AS ends, random() AS place
	FROM bench.account AS a, generate_series(1, a.people)
) AS r
ORDER BY place;

INSERT INTO bianzhi.person (person_id, name)
SELECT person_id, 'P' || person_id FROM bench.plan;

INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT unit_id, category, 1000000, '(,)', 'bench' FROM bench.account;

SELECT setval('bianzhi.unit_unit_id_seq', max(unit_id)) FROM bianzhi.unit;
SELECT setval('bianzhi.person_person_id_seq', max(person_id)) FROM bianzhi.person;
-- what the limit costs, without the ledger
SELECT bianzhi.unaudit(relid) FROM bianzhi.audited WHERE audited;
SELECT * FROM bianzhi.go_live();
VACUUM ANALYZE;
