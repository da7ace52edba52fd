-- Structures of a day from base rows, as views, for a city (test/city, with application.sql) loaded for 2026-11-24.
CREATE SCHEMA IF NOT EXISTS bench;

-- seats of a day: the extension's own, and those of the application, whose words are looked up
CREATE VIEW bench.seat AS
SELECT o.person_id, o.unit_id, o.category, o.counted FROM bianzhi.occupancy AS o WHERE o.during @> date '2026-11-24'
UNION ALL
SELECT p.person_id, COALESCE(u.unit_id, a.unit_id), c.code, true
FROM town_staff AS t
	JOIN bianzhi.person AS p ON p.resident_id OPERATOR(bianzhi.=) t.idno::bianzhi.resident_id
	LEFT JOIN bianzhi.unit AS u ON u.unit_key = t.dept
	LEFT JOIN bianzhi.unit_alias AS a ON a.alias = t.dept AND a.source IN ('', 'town_staff') AND a.during @> t.hired
	LEFT JOIN bianzhi.category_alias AS k ON k.alias = t.kind AND k.source IN ('', 'town_staff')
	JOIN bianzhi.category AS c ON c.code = COALESCE(k.category, t.kind) AND c.measure = 'establishment'
WHERE t.hired <= date '2026-11-24' AND (t.last_day IS NULL OR t.last_day >= date '2026-11-24');

-- what was otherwise on the day
CREATE VIEW bench.fact AS
SELECT DISTINCT ON (person_id, fact) person_id, fact, value
FROM bianzhi.person_fact
WHERE during @> date '2026-11-24'
ORDER BY person_id, fact, lower(during) DESC NULLS LAST, person_fact_id DESC;

-- as one writes it: a row a seat with what is true of its holder, counted
CREATE VIEW bench.age_naive AS
WITH staff AS (
	SELECT s.unit_id, s.category, s.counted, p.sex,
		extract(year FROM age(date '2026-11-24', CASE WHEN f.fact IS NULL THEN p.birth_date ELSE f.value::date END))::integer AS age
	FROM bench.seat AS s JOIN bianzhi.person AS p USING (person_id) LEFT JOIN bench.fact AS f ON f.person_id = p.person_id AND f.fact = 'birth'
), counted AS (
	SELECT s.unit_id, s.category, COALESCE(b.code, 'unknown') AS age_band, count(*)::integer AS people,
		(count(*) FILTER (WHERE s.counted))::integer AS counted, (count(*) FILTER (WHERE s.sex = 2))::integer AS women
	FROM staff AS s LEFT JOIN bianzhi.age_band AS b ON s.age BETWEEN COALESCE(b.age_from, 0) AND COALESCE(b.age_to, 1000) AND b.code <> 'unknown'
	GROUP BY s.unit_id, s.category, b.code
)
SELECT c.unit_id, c.category, COALESCE(v.field, u.field) AS field, c.age_band, c.people, c.counted, c.women,
	c.people / sum(c.people) OVER (PARTITION BY c.unit_id, c.category)::double precision AS share
FROM counted AS c JOIN bianzhi.unit AS u USING (unit_id) LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = u.unit_id AND v.during @> date '2026-11-24';

-- the best we know: bands as days of birth, words by number
CREATE VIEW bench.age_best AS
WITH counted AS (
	SELECT s.unit_id, s.category, b.band, count(*) AS people, count(*) FILTER (WHERE s.counted) AS counted, count(*) FILTER (WHERE p.sex = 2) AS women
	FROM bench.seat AS s
		JOIN bianzhi.person AS p USING (person_id)
		LEFT JOIN bench.fact AS f ON f.person_id = p.person_id AND f.fact = 'birth'
		CROSS JOIN LATERAL (SELECT width_bucket(CASE WHEN f.fact IS NULL THEN p.birth_date ELSE f.value::date END,
			'{1966-11-25,1971-11-25,1976-11-25,1980-11-25,1985-11-25,1990-11-25,1995-11-25}'::date[]) AS band) AS b
	GROUP BY s.unit_id, s.category, b.band
)
SELECT c.unit_id, c.category, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END AS field,
	COALESCE((ARRAY['from_60', '55_59', '50_54', '46_49', '41_45', '36_40', '31_35', 'to_30'])[c.band + 1], 'unknown') AS age_band,
	c.people::integer, c.counted::integer, c.women::integer,
	c.people / sum(c.people) OVER (PARTITION BY c.unit_id, c.category)::double precision AS share
FROM counted AS c JOIN bianzhi.unit AS u USING (unit_id) LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = u.unit_id AND v.during @> date '2026-11-24';

CREATE VIEW bench.age_ours AS
SELECT * FROM bianzhi.age_structure_on('2026-11-24');

CREATE VIEW bench.education_best AS
WITH counted AS (
	SELECT s.unit_id, s.category, COALESCE(CASE WHEN f.fact IS NULL THEN p.education ELSE f.value END, '不详') AS education, count(*) AS people,
		count(*) FILTER (WHERE s.counted) AS counted, count(*) FILTER (WHERE p.sex = 2) AS women
	FROM bench.seat AS s
		JOIN bianzhi.person AS p USING (person_id)
		LEFT JOIN bench.fact AS f ON f.person_id = p.person_id AND f.fact = 'education'
	GROUP BY 1, 2, 3
)
SELECT c.unit_id, c.category, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END AS field, c.education,
	c.people::integer, c.counted::integer, c.women::integer,
	c.people / sum(c.people) OVER (PARTITION BY c.unit_id, c.category)::double precision AS share
FROM counted AS c JOIN bianzhi.unit AS u USING (unit_id) LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = u.unit_id AND v.during @> date '2026-11-24';

CREATE VIEW bench.education_ours AS
SELECT * FROM bianzhi.education_structure_on('2026-11-24');
