-- The published establishments of test/data, loaded as the demonstration loads them: all that the files say is there, and
-- bodies whose documents give leaders in part, or sections in one total, work as people expect (rules L4 and L5).
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
SET datestyle = ISO;
SET bianzhi.today = '2026-11-24';
\getenv abs_srcdir PG_ABS_SRCDIR
\set data :abs_srcdir '/test/data'
\set load :abs_srcdir '/test/demo/load.sql'
\set ECHO none
\i :load
\set ECHO all
SET search_path = bianzhi, public, pg_temp;

-- how many rows the files have, as test/data/README.md says
SELECT (SELECT count(*) FROM published_unit) AS units, (SELECT count(*) FROM published_quota) AS quotas,
	(SELECT count(*) FROM published_section) AS sections, (SELECT count(*) FROM published_section_count) AS section_counts,
	(SELECT count(*) FROM published_part) AS parts, (SELECT count(*) FROM published_change) AS changes;

--
-- Bodies
--

SELECT (SELECT count(*) FROM published_unit) AS bodies, (SELECT count(*) FROM unit WHERE NOT is_section) AS loaded,
	(SELECT count(DISTINCT unit_key) FROM published_quota) AS with_figures,
	(SELECT count(DISTINCT u.unit_id) FROM unit AS u JOIN quota USING (unit_id) WHERE u.unit_key IN (SELECT unit_key FROM published_quota)) AS loaded,
	(SELECT count(*) FROM published_section) AS sections, (SELECT count(*) FROM unit WHERE is_section) AS loaded;
-- names and parents are those of the files
SELECT f.unit_key FROM published_unit AS f LEFT JOIN unit AS u ON u.unit_key = f.unit_key LEFT JOIN unit AS p ON p.unit_id = u.parent_id
WHERE u.name IS DISTINCT FROM f.name OR p.unit_key IS DISTINCT FROM f.parent_key OR u.region_code IS DISTINCT FROM f.region_code;
SELECT count(*) AS ranks_of_the_catalogue, count(*) FILTER (WHERE u.rank = f.rank) AS loaded
FROM published_unit AS f JOIN unit AS u USING (unit_key) WHERE f.rank IN (SELECT code FROM rank);
SELECT unit_key, rank, note FROM unit WHERE note LIKE '规格:%' ORDER BY unit_key;
-- every document that is named has a row
SELECT count(DISTINCT number) AS documents, (SELECT count(*) FROM document) AS loaded FROM published_document_map;
SELECT * FROM document_missing;

--
-- Lines
--

-- every number of the files has a code, and nothing is mapped that is not there
SELECT unit_key, category FROM published_quota EXCEPT SELECT unit_key, category FROM published_code;
SELECT unit_key, category, item FROM published_part WHERE relation IN ('includes', 'per_section')
EXCEPT SELECT unit_key, category, item FROM published_part_map;
SELECT unit_key, category, item FROM published_part_map EXCEPT SELECT unit_key, category, item FROM published_part;
SELECT m.unit_key, m.section_name FROM published_part_map AS m WHERE m.section_name IS NOT NULL
EXCEPT SELECT unit_key, section_name FROM published_section;
SELECT m.unit_key, m.category FROM published_category_map AS m WHERE m.unit_key <> '*'
EXCEPT (SELECT unit_key, category FROM published_quota UNION SELECT unit_key, category FROM published_change);

-- where the lines come from: numbers that stand alone, changes that belong to a total, what changes start from, parts
CREATE TEMP TABLE total AS
SELECT unit_key, category, amount FROM published_quota UNION ALL SELECT unit_key, 'section_count', amount FROM published_section_count;
CREATE TEMP TABLE numeric_change AS
SELECT c.*, EXISTS (SELECT 1 FROM published_change AS s WHERE s.unit_key = c.unit_key AND s.category = c.category AND s.change = 'set')
		OR EXISTS (SELECT 1 FROM total AS t WHERE t.unit_key = c.unit_key AND t.category = c.category) AS has_total
FROM published_change AS c
WHERE c.change NOT IN ('rename', 'change') AND c.category NOT IN ('section', 'rank', 'status');
SELECT n.alone, n.changes, n.started, n.parts, n.alone + n.changes + n.started + n.parts AS lines, (SELECT count(*) FROM quota) AS loaded
FROM (SELECT
	(SELECT count(*) FROM total AS t WHERE NOT EXISTS (SELECT 1 FROM numeric_change AS c WHERE c.unit_key = t.unit_key AND c.category = t.category)) AS alone,
	(SELECT count(*) FROM numeric_change WHERE has_total) AS changes,
	(SELECT count(*) FROM quota WHERE note = '由总数和增减数推算') AS started,
	(SELECT count(*) FROM published_part_map WHERE code IS NOT NULL) AS parts) AS n;
SELECT u.unit_key, q.category, q.amount, q.document_no FROM quota AS q JOIN unit AS u USING (unit_id) WHERE q.note = '由总数和增减数推算' ORDER BY u.unit_key, q.category;

-- today every total is what its file says, and so is every total on the way there
SELECT t.unit_key, t.category, t.amount, sum(q.amount) AS loaded
FROM total AS t JOIN published_code AS c USING (unit_key, category) JOIN unit AS u USING (unit_key)
	LEFT JOIN quota AS q ON q.unit_id = u.unit_id AND q.category = c.code AND q.during @> today()
GROUP BY t.unit_key, t.category, t.amount
HAVING sum(q.amount) IS DISTINCT FROM t.amount;
SELECT u.unit_key, q.category, lower(q.during) AS since, q.stated_total, s.total
FROM quota AS q JOIN unit AS u USING (unit_id) CROSS JOIN LATERAL (
	SELECT sum(e.amount) AS total FROM quota AS e WHERE e.unit_id = q.unit_id AND e.category = q.category AND e.quota_id <= q.quota_id) AS s
WHERE s.total <> q.stated_total;
-- what a body's number contains is not more than the number
WITH now AS (SELECT unit_id, category, sum(amount) AS amount FROM quota WHERE during @> today() GROUP BY unit_id, category)
SELECT n.unit_id, n.category FROM now AS n JOIN category AS c ON c.parent = n.category JOIN now AS b ON b.unit_id = n.unit_id AND b.category = c.code
GROUP BY n.unit_id, n.category, n.amount HAVING sum(b.amount) > n.amount;

-- starts and documents: 57 of 61 bodies have no date, 13 no document
SELECT count(*) FILTER (WHERE f.effective_date IS NULL) AS no_date, count(*) FILTER (WHERE f.document IS NULL) AS no_document,
	count(*) FILTER (WHERE f.document IS NULL AND EXISTS (SELECT 1 FROM quota AS q WHERE q.unit_id = f.unit_id AND q.document_no = '(未见文号)')) AS loaded
FROM published_unit AS f WHERE f.unit_key IN (SELECT unit_key FROM published_quota);
SELECT lower_inf(q.during) AS no_start, q.document_no = '(未见文号)' AS no_document, count(*) FROM quota AS q GROUP BY 1, 2 ORDER BY 1, 2;
-- only out, nobody in
SELECT u.unit_key, q.category, q.amount FROM quota AS q JOIN unit AS u USING (unit_id) WHERE q.entries_closed;

--
-- Leads
--

SELECT count(*) FILTER (WHERE NOT has_total) AS without_total,
	(SELECT count(*) FROM lead WHERE kind = 'quota_gap' AND NOT evidence ? 'stated_total') AS loaded FROM numeric_change;
SELECT u.unit_key, l.subject, l.evidence ->> 'change' AS change, l.evidence ->> 'amount' AS amount,
	l.evidence ->> 'known' AS known, l.evidence ->> 'stated_total' AS stated
FROM lead AS l JOIN unit AS u USING (unit_id) WHERE l.kind = 'quota_gap' ORDER BY l.lead_id;
SELECT count(*) AS no_document FROM (SELECT DISTINCT unit_id, category FROM quota WHERE document_no = '(未见文号)') AS q;

SELECT leads FROM go_live();
SELECT kind, count(*) FROM lead GROUP BY kind ORDER BY kind;
SELECT unit_name, category, authorized, filled, over FROM over_limit;
SELECT w.* FROM unit AS u, would_exceed(u.unit_id, 'institution_full', '[2026-12-01,)') AS w WHERE u.unit_key = 'hn_xinning_agriculture';
SELECT * FROM verify();

--
-- Posts in bodies whose documents say something of chiefs or deputies, and nothing of leaders as a whole (L5)
--

CREATE FUNCTION appoint(body text, post text, people int, section bigint DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	WITH p AS (INSERT INTO bianzhi.person (name) SELECT body FROM generate_series(1, people) RETURNING person_id)
	INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, during)
	SELECT p.person_id, u.unit_id, section, post, '[2026-12-01,)' FROM p, bianzhi.unit AS u WHERE u.unit_key = body;
	RETURN 'fine';
EXCEPTION WHEN check_violation THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(': ', substring(SQLERRM FROM 'unit "(.*)", category') || ' ' || substring(SQLERRM FROM 'category "([a-z_]*)"'), detail);
END
$$;

CREATE FUNCTION posts(body text, post text) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT sum(q.amount)::int FROM bianzhi.quota AS q JOIN bianzhi.unit AS u USING (unit_id)
	WHERE u.unit_key = body AND q.category = post AND q.during @> bianzhi.today()
$$;

CREATE TEMP TABLE sixteen AS
SELECT u.unit_key AS body, posts(u.unit_key, 'leader_chief') AS chief, posts(u.unit_key, 'leader_deputy') AS deputy, posts(u.unit_key, 'leader_other') AS other
FROM unit AS u
WHERE (posts(u.unit_key, 'leader_chief') IS NOT NULL OR posts(u.unit_key, 'leader_deputy') IS NOT NULL) AND posts(u.unit_key, 'leader') IS NULL;
SELECT count(*) FROM sixteen;
-- what is said is a limit: so many and no more
SELECT body, chief, appoint(body, 'leader_chief', chief) AS so_many, appoint(body, 'leader_chief', 1) AS one_more
FROM sixteen WHERE chief IS NOT NULL ORDER BY body COLLATE "C";
SELECT body, deputy, appoint(body, 'leader_deputy', deputy) AS so_many, appoint(body, 'leader_deputy', 1) AS one_more
FROM sixteen WHERE deputy IS NOT NULL ORDER BY body COLLATE "C";
SELECT body, other, CASE WHEN other > 0 THEN appoint(body, 'leader_other', other) END AS so_many, appoint(body, 'leader_other', 1) AS one_more
FROM sixteen WHERE other IS NOT NULL ORDER BY body COLLATE "C";
-- what is not said is no limit, but a lead
SELECT count(*) FROM lead WHERE kind = 'not_configured';
SELECT body, post, appoint(body, post, 1) AS one, appoint(body, post, 9) AS many
FROM sixteen, (VALUES ('leader_chief'), ('leader_deputy'), ('leader_other'), ('leader')) AS p (post)
WHERE posts(body, post) IS NULL ORDER BY body COLLATE "C", post COLLATE "C";
SELECT u.unit_key, string_agg(DISTINCT l.subject, ', ') AS not_configured FROM lead AS l JOIN unit AS u USING (unit_id)
WHERE l.kind = 'not_configured' GROUP BY u.unit_key ORDER BY u.unit_key COLLATE "C";
-- leaders as a whole are counted, and nobody is turned away by their number
SELECT v.unit_key, v.authorized, v.filled FROM vacancy_on('2026-12-01') AS w JOIN vacancy AS v USING (unit_id, category)
WHERE v.category = 'leader' AND v.unit_key IN (SELECT body FROM sixteen) AND v.authorized IS NOT NULL;
SELECT count(*) AS bodies, min(w.filled) AS fewest, max(w.filled) AS most FROM vacancy_on('2026-12-01') AS w JOIN unit AS u USING (unit_id)
WHERE w.category = 'leader' AND w.authorized IS NULL AND u.unit_key IN (SELECT body FROM sixteen);

--
-- Posts in bodies whose documents give the leaders of sections in one total (L4)
--

CREATE TEMP TABLE seven AS
SELECT u.unit_key AS body, posts(u.unit_key, 'section_leader') AS total
FROM unit AS u
WHERE NOT u.is_section AND posts(u.unit_key, 'section_leader') IS NOT NULL
	AND posts(u.unit_key, 'section_chief') IS NULL AND posts(u.unit_key, 'section_deputy') IS NULL;
SELECT count(*) FROM seven;
-- numbers within the total are limits of their own, and count in it
SELECT post, posts('cn_mlr', post) AS said, appoint('cn_mlr', post, posts('cn_mlr', post)) AS so_many, appoint('cn_mlr', post, 1) AS one_more
FROM (VALUES ('section_leader_expert'), ('section_leader_party'), ('section_leader_retired')) AS p (post) ORDER BY post;
SELECT u.unit_key, u.name, appoint('cn_pbc', 'section_chief', 1, u.unit_id) AS chief, appoint('cn_pbc', 'section_deputy', 2, u.unit_id) AS deputies,
	appoint('cn_pbc', 'section_deputy', 1, u.unit_id) AS one_more
FROM unit AS u WHERE u.unit_key = 'cn_pbc/01';
-- chiefs and deputies in any mixture, up to the total
SELECT body, total, appoint(body, 'section_chief', total / 3) AS chiefs,
	appoint(body, 'section_deputy', total - total / 3 - CASE body WHEN 'cn_mlr' THEN 6 WHEN 'cn_pbc' THEN 3 ELSE 0 END) AS deputies
FROM seven ORDER BY body COLLATE "C";
SELECT body, appoint(body, 'section_chief', 1) AS chief, appoint(body, 'section_deputy', 1) AS deputy, appoint(body, 'section_leader', 1) AS leader
FROM seven ORDER BY body COLLATE "C";
SELECT count(*) AS leads FROM lead WHERE kind = 'not_configured' AND subject LIKE 'section%';
-- a chief goes and a deputy comes in one statement
WITH gone AS (
	DELETE FROM appointment WHERE appointment_id = (SELECT min(a.appointment_id) FROM appointment AS a JOIN unit AS u USING (unit_id)
		WHERE u.unit_key = 'cn_samr' AND a.category = 'section_chief') RETURNING person_id, unit_id, during)
INSERT INTO appointment (person_id, unit_id, category, during) SELECT person_id, unit_id, 'section_deputy', during FROM gone;
SELECT u.unit_key, w.category, w.authorized, w.filled FROM vacancy_on('2026-12-01') AS w JOIN unit AS u USING (unit_id)
WHERE u.unit_key IN ('cn_samr', 'cn_pbc/01') AND w.category LIKE 'section\_%' AND w.category <> 'section_count'
ORDER BY u.unit_key COLLATE "C", w.category COLLATE "C";
SELECT * FROM verify();
