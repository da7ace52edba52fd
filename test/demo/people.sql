-- Made-up people in the establishments that load.sql has loaded, in the same session: the same people on every machine,
-- at the same distance from the day of loading. Their identity numbers are of region 990000, which nobody lives in.

\set ON_ERROR_STOP on

CREATE FUNCTION pg_temp.resident_id(birth date, seq bigint) RETURNS text LANGUAGE sql AS $$
	SELECT n.digits || substr('10X98765432', 1 + sum(substr(n.digits, w.place::integer, 1)::integer * w.weight)::integer % 11, 1)
	FROM (SELECT '990000' || to_char(birth, 'YYYYMMDD') || to_char(seq, 'FM000')) AS n (digits),
		unnest('{7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2}'::integer[]) WITH ORDINALITY AS w (weight, place)
	GROUP BY n.digits
$$;

/*
 * How many seats and posts each quota offers today beside those that quotas of the categories below and of sections
 * offer within it. Totals over many units are left empty.
 */
CREATE TEMP TABLE line AS
SELECT b.unit_id, b.unit_key, CASE WHEN u.is_section THEN u.unit_id END AS section_id,
	c.code AS category, c.parent, c.measure = 'establishment' AS is_seat, sum(q.amount)::integer AS amount
FROM bianzhi.quota AS q
	JOIN bianzhi.unit AS u ON u.unit_id = q.unit_id
	JOIN bianzhi.unit AS b ON b.unit_id = CASE WHEN u.is_section THEN u.parent_id ELSE u.unit_id END
	JOIN bianzhi.category AS c ON c.code = q.category
WHERE q.during @> bianzhi.today() AND c.measure IN ('establishment', 'post', 'grade') AND b.name NOT LIKE '%(合计)'
GROUP BY u.unit_id, b.unit_id, c.code
HAVING sum(q.amount) < 1000;

-- people more or fewer than seats: as published, as show.sql wants them, or as it comes
CREATE TEMP TABLE difference AS
SELECT l.unit_id, l.category, COALESCE(s.people, a.amount - l.amount,
	CASE WHEN NOT l.is_seat THEN 0 ELSE -least((ARRAY[0, 1, 0, 2, 0, 3])[1 + l.unit_id % 6] * ceil(l.amount / 50.0), l.amount / 4) END)::integer AS people
FROM line AS l
	LEFT JOIN (VALUES ('jx_finance', -3), ('jx_water', 0), ('jx_transport', 2), ('jx_land', 0), ('jx_housing', 0), ('jx_grain', 0),
		('hn_xinning_agriculture', 0), ('hlj_daqing_rescue', 1)) AS s (unit_key, people) ON s.unit_key = l.unit_key AND l.is_seat
	LEFT JOIN (
		SELECT c.unit_key, c.code, max(p.amount) AS amount
		FROM published_part AS p JOIN published_code AS c ON c.unit_key = p.unit_key AND c.category = p.category
		WHERE p.relation = 'actual'
		GROUP BY c.unit_key, c.code
	) AS a ON a.unit_key = l.unit_key AND a.code = l.category
WHERE l.section_id IS NULL AND NOT EXISTS (SELECT 1 FROM line AS up WHERE up.unit_id = l.unit_id AND up.category = l.parent);

CREATE TEMP TABLE place AS
SELECT l.unit_id, l.section_id, l.is_seat, g.n,
	CASE
		WHEN l.category = 'leader' THEN CASE g.n WHEN 1 THEN 'leader_chief' ELSE 'leader_deputy' END
		WHEN l.category = 'section_leader' THEN CASE g.n % 2 WHEN 1 THEN 'section_chief' ELSE 'section_deputy' END
		ELSE l.category
	END AS category,
	row_number() OVER (PARTITION BY l.unit_id, l.is_seat ORDER BY l.section_id NULLS FIRST, l.category, g.n) AS holder
FROM line AS l
	LEFT JOIN difference AS d ON d.unit_id = l.unit_id AND d.category = l.category AND l.section_id IS NULL
	CROSS JOIN LATERAL (
		SELECT COALESCE(sum(w.amount), 0) AS amount FROM line AS w
		WHERE l.section_id IS NULL AND w.unit_id = l.unit_id AND (w.section_id IS NULL AND w.parent = l.category
			OR w.section_id IS NOT NULL AND w.category = l.category)
	) AS within
	CROSS JOIN LATERAL generate_series(1, l.amount - within.amount + COALESCE(d.people, 0)) AS g (n);

-- those of a body without seats of their own are spread over its sections
UPDATE place AS p SET section_id = s.sections[1 + p.holder % (cardinality(s.sections) + 1)]
FROM (SELECT parent_id AS unit_id, array_agg(unit_id ORDER BY unit_id) AS sections FROM bianzhi.unit WHERE is_section GROUP BY parent_id) AS s
WHERE s.unit_id = p.unit_id AND p.is_seat AND NOT EXISTS (SELECT 1 FROM line AS l WHERE l.unit_id = p.unit_id AND l.section_id IS NOT NULL);

/*
 * A person for each holder of a unit. Some came of late, into the seat of a predecessor; who will be 60 before long
 * leaves on the first of the next month, and half of them have a successor already. before: who this person comes after.
 */
CREATE TEMP TABLE holder AS
WITH found AS (
	SELECT p.unit_id, u.unit_key, p.holder, row_number() OVER (ORDER BY p.unit_id, p.holder) AS i
	FROM (SELECT DISTINCT unit_id, holder FROM place) AS p JOIN bianzhi.unit AS u USING (unit_id)
), born AS (
	SELECT f.*, (bianzhi.today() - interval '23 years')::date - (f.i * 7919 % 13400)::integer AS birth_date,
		CASE WHEN f.holder % 23 = 0 THEN bianzhi.today() - 30 - (f.i * 53 % 330)::integer END AS followed_on
	FROM found AS f
), dated AS (
	SELECT b.*, COALESCE(b.followed_on, least((b.birth_date + interval '22 years')::date + (b.i * 37 % 1500)::integer, bianzhi.today() - 31)) AS since,
		(date_trunc('month', b.birth_date + interval '60 years') + interval '1 month')::date AS sixty
	FROM born AS b
)
SELECT d.unit_id, d.unit_key, d.holder, d.i, d.birth_date, d.followed_on, d.since,
	CASE
		WHEN d.unit_key = 'jx_water' AND d.holder = 1 THEN (date_trunc('month', bianzhi.today()) + interval '8 months')::date
		WHEN d.unit_key IN ('jx_finance', 'jx_water', 'jx_transport', 'jx_land', 'jx_housing', 'jx_grain') THEN NULL
		WHEN d.sixty < bianzhi.today() + 450 THEN d.sixty
	END AS until,
	nextval(pg_get_serial_sequence('bianzhi.person', 'person_id')) AS person_id,
	CASE WHEN d.followed_on IS NOT NULL THEN nextval(pg_get_serial_sequence('bianzhi.person', 'person_id')) END AS predecessor_id
FROM dated AS d
ORDER BY d.i;

CREATE TEMP TABLE successor AS
SELECT h.unit_id, h.holder, h.until AS since, nextval(pg_get_serial_sequence('bianzhi.person', 'person_id')) AS person_id
FROM holder AS h
WHERE h.until IS NOT NULL AND h.i % 2 = 0 AND h.unit_key <> 'jx_water'
ORDER BY h.i;

BEGIN;

INSERT INTO bianzhi.person (person_id, resident_id, name, sex, birth_date, retire_track, education)
SELECT p.person_id, pg_temp.resident_id(p.birth_date, 1 + p.person_id % 999)::bianzhi.resident_id,
	substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹', 1 + (p.person_id % 30)::integer, 1)
		|| substr('建国文明志华春秋晓海云峰丽红英芳静敏玉兰', 1 + (p.person_id * 7 % 20)::integer, 1)
		|| substr('平军波勇杰涛强辉斌鹏飞宇晨佳慧婷颖雪梅琴', 1 + (p.person_id * 11 / 30 % 20)::integer, 1),
	CASE p.person_id % 999 % 2 WHEN 0 THEN 1 ELSE 2 END, p.birth_date,
	CASE p.person_id % 999 % 2 WHEN 0 THEN 'M60' ELSE 'F55' END, (ARRAY['大学本科', '大学本科', '硕士研究生', '大学专科'])[1 + p.person_id % 4]
FROM (
	SELECT h.person_id, h.birth_date FROM holder AS h
	UNION ALL
	SELECT h.predecessor_id, (h.followed_on - interval '60 years')::date FROM holder AS h WHERE h.predecessor_id IS NOT NULL
	UNION ALL
	SELECT s.person_id, (s.since - interval '25 years')::date FROM successor AS s
) AS p
ORDER BY p.person_id;

INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during, entry_kind, exit_kind)
SELECT w.person_id, p.unit_id, p.section_id, p.category, w.during, w.entry_kind, w.exit_kind
FROM place AS p JOIN holder AS h ON h.unit_id = p.unit_id AND h.holder = p.holder
	LEFT JOIN successor AS s ON s.unit_id = h.unit_id AND s.holder = h.holder
	CROSS JOIN LATERAL (VALUES
		(h.person_id, daterange(h.since, h.until), 'initial', CASE WHEN h.until IS NOT NULL THEN 'retire' END),
		(h.predecessor_id, daterange((h.followed_on - interval '30 years')::date, h.followed_on), 'initial', 'retire'),
		(s.person_id, daterange(s.since, NULL), 'civil_exam', NULL)) AS w (person_id, during, entry_kind, exit_kind)
WHERE p.is_seat AND w.person_id IS NOT NULL
ORDER BY w.person_id;

INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, during)
SELECT h.person_id, p.unit_id, p.section_id, p.category, daterange(greatest(h.since, bianzhi.today() - 1500 + (p.n * 7)::integer), h.until)
FROM place AS p JOIN holder AS h ON h.unit_id = p.unit_id AND h.holder = p.holder
WHERE NOT p.is_seat
ORDER BY h.person_id;

-- people who hold no seat yet
INSERT INTO bianzhi.person (resident_id, name, sex, birth_date, retire_track, education)
SELECT pg_temp.resident_id(b.birth_date, 989 + c.n)::bianzhi.resident_id, c.name, CASE WHEN c.n % 2 = 0 THEN 1 ELSE 2 END, b.birth_date,
	CASE WHEN c.n % 2 = 0 THEN 'M60' ELSE 'F55' END, '大学本科'
FROM unnest('{赵一,钱二,孙三,李四,周五,吴六}'::text[]) WITH ORDINALITY AS c (name, n),
	LATERAL (SELECT (bianzhi.today() - interval '30 years')::date + c.n::integer) AS b (birth_date);

COMMIT;
ANALYZE;
