-- What changed in a city (test/city, with application.sql) from one year to the next: from base rows, and as change_between() has it.

CREATE TABLE bench.above AS
WITH RECURSIVE path AS (
	SELECT code, code AS counts_in, parent FROM bianzhi.category
	UNION ALL
	SELECT p.code, p.parent, c.parent FROM path AS p JOIN bianzhi.category AS c ON c.code = p.parent
)
SELECT code, counts_in, first_value(counts_in) OVER (PARTITION BY code ORDER BY parent NULLS FIRST) AS root FROM path;
ANALYZE bench.above;

-- the best we know: rows that cover one of the days only, matched person by person, then counted
CREATE VIEW bench.change_base AS
WITH row AS MATERIALIZED (
	SELECT r.*, k.root, c.measure
	FROM (
		SELECT o.person_id, o.unit_id, o.section_id, o.category, 1 AS seats, lower(o.during) AS since, o.occupancy_id AS row_id,
			o.during @> date '2026-01-01' AS came, o.document_no
		FROM bianzhi.occupancy AS o
		WHERE o.counted AND (o.during @> date '2025-01-01') <> (o.during @> date '2026-01-01')
		UNION ALL
		SELECT a.person_id, a.unit_id, a.section_id, a.category, 1, lower(a.during), a.appointment_id, a.during @> date '2026-01-01', a.document_no
		FROM bianzhi.appointment AS a
		WHERE a.counted AND (a.during @> date '2025-01-01') <> (a.during @> date '2026-01-01')
		UNION ALL
		SELECT NULL, w.unit_id, NULL, w.category, 1, lower(w.during), w.outside_worker_id, w.during @> date '2026-01-01', w.document_no
		FROM bianzhi.outside_worker AS w
		WHERE (w.during @> date '2025-01-01') <> (w.during @> date '2026-01-01')
		UNION ALL
		SELECT NULL, u.parent_id, NULL, u.counted_as, 1, lower(u.during), u.unit_id, u.during @> date '2026-01-01', u.document_no
		FROM bianzhi.unit AS u
		WHERE u.counted_as IS NOT NULL AND u.parent_id IS NOT NULL AND (u.during @> date '2025-01-01') <> (u.during @> date '2026-01-01')
		UNION ALL
		SELECT p.person_id, COALESCE(l.unit_id, u.unit_id), NULL, k.category, t.headcount, t.hired, NULL, t.last_day IS NULL OR t.last_day >= '2026-01-01', NULL
		FROM (SELECT * FROM town_staff AS t
				WHERE (t.hired <= '2025-01-01' AND (t.last_day IS NULL OR t.last_day >= '2025-01-01'))
					<> (t.hired <= '2026-01-01' AND (t.last_day IS NULL OR t.last_day >= '2026-01-01'))) AS t
			JOIN bianzhi.category_alias AS k ON k.source = 'town_staff' AND k.alias = t.kind
			LEFT JOIN bianzhi.unit_alias AS l ON l.source = 'town_staff' AND l.alias = t.dept AND l.during @> t.hired
			LEFT JOIN bianzhi.unit AS u ON u.unit_key = t.dept
			LEFT JOIN bianzhi.person AS p ON p.resident_id OPERATOR(bianzhi.=) t.idno::bianzhi.resident_id
	) AS r
		JOIN bianzhi.category AS c ON c.code = r.category
		JOIN (SELECT DISTINCT code, root FROM bench.above) AS k ON k.code = r.category
), named AS MATERIALIZED (
	-- people who only came, or only went, need no matching: nearly all of them
	SELECT r.*, row_number() OVER () AS id, bool_or(came) OVER w AND bool_or(NOT came) OVER w AS matched
	FROM row AS r WHERE person_id IS NOT NULL
	WINDOW w AS (PARTITION BY person_id, measure)
), n1 AS (
	SELECT *, row_number() OVER (PARTITION BY person_id, measure, came, unit_id, COALESCE(section_id, 0), category ORDER BY since NULLS FIRST, row_id) AS n FROM named WHERE matched
), p1 AS MATERIALIZED (
	SELECT g.id AS gone, c.id AS came FROM n1 AS g JOIN n1 AS c ON NOT g.came AND c.came AND (g.person_id, g.measure, g.unit_id, COALESCE(g.section_id, 0), g.category, g.n)
		= (c.person_id, c.measure, c.unit_id, COALESCE(c.section_id, 0), c.category, c.n)
), l1 AS MATERIALIZED (
	SELECT * FROM named WHERE matched AND id NOT IN (SELECT gone FROM p1 UNION ALL SELECT came FROM p1)
), n2 AS (
	SELECT *, row_number() OVER (PARTITION BY person_id, measure, came, unit_id, category ORDER BY COALESCE(section_id, 0), since NULLS FIRST, row_id) AS n FROM l1
), p2 AS MATERIALIZED (
	SELECT g.id AS gone, c.id AS came FROM n2 AS g JOIN n2 AS c ON NOT g.came AND c.came AND (g.person_id, g.measure, g.unit_id, g.category, g.n) = (c.person_id, c.measure, c.unit_id, c.category, c.n)
), l2 AS MATERIALIZED (
	SELECT * FROM l1 WHERE id NOT IN (SELECT gone FROM p2 UNION ALL SELECT came FROM p2)
), n3 AS (
	SELECT *, row_number() OVER (PARTITION BY person_id, measure, came, unit_id, root ORDER BY COALESCE(section_id, 0), category COLLATE "C", since NULLS FIRST, row_id) AS n FROM l2
), p3 AS MATERIALIZED (
	SELECT g.id AS gone, c.id AS came FROM n3 AS g JOIN n3 AS c ON NOT g.came AND c.came AND (g.person_id, g.measure, g.unit_id, g.root, g.n) = (c.person_id, c.measure, c.unit_id, c.root, c.n)
), l3 AS MATERIALIZED (
	SELECT * FROM l2 WHERE id NOT IN (SELECT gone FROM p3 UNION ALL SELECT came FROM p3)
), n4 AS (
	SELECT *, row_number() OVER (PARTITION BY person_id, measure, came, category ORDER BY unit_id, COALESCE(section_id, 0), since NULLS FIRST, row_id) AS n FROM l3
), p4 AS MATERIALIZED (
	SELECT g.id AS gone, c.id AS came FROM n4 AS g JOIN n4 AS c ON NOT g.came AND c.came AND (g.person_id, g.measure, g.category, g.n) = (c.person_id, c.measure, c.category, c.n)
), l4 AS MATERIALIZED (
	SELECT * FROM l3 WHERE id NOT IN (SELECT gone FROM p4 UNION ALL SELECT came FROM p4)
), n5 AS (
	SELECT *, row_number() OVER (PARTITION BY person_id, measure, came ORDER BY unit_id, COALESCE(section_id, 0), category COLLATE "C", since NULLS FIRST, row_id) AS n FROM l4
), p5 AS MATERIALIZED (
	SELECT g.id AS gone, c.id AS came FROM n5 AS g JOIN n5 AS c ON NOT g.came AND c.came AND (g.person_id, g.measure, g.n) = (c.person_id, c.measure, c.n)
), move AS (
	TABLE p2 UNION ALL TABLE p3 UNION ALL TABLE p4 UNION ALL TABLE p5
), pair (id, other) AS MATERIALIZED (
	SELECT gone, came FROM move UNION ALL SELECT came, gone FROM move
), at (unit_id, category, id, came, seats, document_no) AS (
	SELECT x.unit_id, k.counts_in, r.id, r.came, r.seats, r.document_no
	FROM named AS r JOIN bench.above AS k ON k.code = r.category CROSS JOIN LATERAL (VALUES (r.unit_id), (r.section_id)) AS x (unit_id)
	WHERE x.unit_id IS NOT NULL AND r.id NOT IN (SELECT gone FROM p1 UNION ALL SELECT came FROM p1)
), flow (unit_id, category, what, seats, document_no) AS (
	SELECT a.unit_id, a.category, CASE WHEN m.id IS NULL THEN CASE WHEN a.came THEN 'entered' ELSE 'departed' END WHEN a.came THEN 'moved_in' ELSE 'moved_out' END,
		a.seats, a.document_no
	FROM at AS a LEFT JOIN pair AS m ON m.id = a.id LEFT JOIN at AS b ON b.id = m.other AND b.unit_id = a.unit_id AND b.category = a.category
	WHERE b.id IS NULL
	UNION ALL
	-- rows that name nobody: what comes to a place beyond what goes from it
	SELECT s.unit_id, k.counts_in, CASE WHEN s.came THEN 'entered' ELSE 'departed' END, least(s.seats, s.upto - s.other), s.document_no
	FROM (
		SELECT r.*, sum(seats) OVER (PARTITION BY unit_id, category, came ORDER BY since NULLS FIRST, row_id ROWS UNBOUNDED PRECEDING) AS upto,
			COALESCE(CASE WHEN came THEN sum(seats) FILTER (WHERE NOT came) OVER p ELSE sum(seats) FILTER (WHERE came) OVER p END, 0) AS other
		FROM row AS r WHERE person_id IS NULL
		WINDOW p AS (PARTITION BY unit_id, category)
	) AS s JOIN bench.above AS k ON k.code = s.category
	WHERE s.upto > s.other
	UNION ALL
	SELECT q.unit_id, q.category, 'line', 0, q.document_no
	FROM bianzhi.quota AS q
	WHERE (q.during @> date '2025-01-01') <> (q.during @> date '2026-01-01')
), flows AS (
	SELECT unit_id, category, COALESCE(sum(seats) FILTER (WHERE what = 'moved_in'), 0) AS moved_in, COALESCE(sum(seats) FILTER (WHERE what = 'moved_out'), 0) AS moved_out,
		COALESCE(sum(seats) FILTER (WHERE what = 'entered'), 0) AS entered, COALESCE(sum(seats) FILTER (WHERE what = 'departed'), 0) AS departed,
		COALESCE(array_agg(DISTINCT document_no COLLATE "C" ORDER BY document_no COLLATE "C") FILTER (WHERE document_no IS NOT NULL), '{}') AS documents
	FROM flow
	GROUP BY unit_id, category
), held AS (
	SELECT unit_id, section_id, category, sum(was) AS was, sum("is") AS "is"
	FROM (
		SELECT unit_id, section_id, category, (during @> date '2025-01-01')::integer AS was, (during @> date '2026-01-01')::integer AS "is" FROM bianzhi.occupancy WHERE counted
		UNION ALL
		SELECT unit_id, section_id, category, (during @> date '2025-01-01')::integer, (during @> date '2026-01-01')::integer FROM bianzhi.appointment WHERE counted
		UNION ALL
		SELECT unit_id, NULL, category, (during @> date '2025-01-01')::integer, (during @> date '2026-01-01')::integer FROM bianzhi.outside_worker
		UNION ALL
		SELECT parent_id, NULL, counted_as, (during @> date '2025-01-01')::integer, (during @> date '2026-01-01')::integer
		FROM bianzhi.unit WHERE counted_as IS NOT NULL AND parent_id IS NOT NULL
		UNION ALL
		SELECT COALESCE(l.unit_id, u.unit_id), NULL, k.category, CASE WHEN t.hired <= '2025-01-01' AND (t.last_day IS NULL OR t.last_day >= '2025-01-01') THEN t.headcount ELSE 0 END,
			CASE WHEN t.hired <= '2026-01-01' AND (t.last_day IS NULL OR t.last_day >= '2026-01-01') THEN t.headcount ELSE 0 END
		FROM town_staff AS t
			JOIN bianzhi.category_alias AS k ON k.source = 'town_staff' AND k.alias = t.kind
			LEFT JOIN bianzhi.unit_alias AS l ON l.source = 'town_staff' AND l.alias = t.dept AND l.during @> t.hired
			LEFT JOIN bianzhi.unit AS u ON u.unit_key = t.dept
	) AS r
	GROUP BY unit_id, section_id, category
), filled AS (
	SELECT x.unit_id, k.counts_in AS category, sum(h.was) AS filled_from, sum(h."is") AS filled_to
	FROM held AS h JOIN bench.above AS k ON k.code = h.category CROSS JOIN LATERAL (VALUES (h.unit_id), (h.section_id)) AS x (unit_id)
	WHERE x.unit_id IS NOT NULL
	GROUP BY x.unit_id, k.counts_in
), authorized AS (
	SELECT unit_id, category, sum(amount) FILTER (WHERE during @> date '2025-01-01') AS authorized_from, sum(amount) FILTER (WHERE during @> date '2026-01-01') AS authorized_to
	FROM bianzhi.quota
	GROUP BY unit_id, category
)
SELECT u.unit_id, category, CASE WHEN v.unit_id IS NULL THEN u.field ELSE v.field END AS field, a.authorized_from::integer, a.authorized_to::integer,
	COALESCE(f.filled_from, 0)::integer AS filled_from, COALESCE(f.filled_to, 0)::integer AS filled_to,
	COALESCE(w.moved_in, 0)::integer AS moved_in, COALESCE(w.moved_out, 0)::integer AS moved_out,
	COALESCE(w.entered, 0)::integer AS entered, COALESCE(w.departed, 0)::integer AS departed, COALESCE(w.documents, '{}') AS documents
FROM authorized AS a FULL JOIN filled AS f USING (unit_id, category) FULL JOIN flows AS w USING (unit_id, category)
	JOIN bianzhi.unit AS u USING (unit_id)
	LEFT JOIN bianzhi.unit_version AS v ON v.unit_id = u.unit_id
		AND v.during @> CASE WHEN u.during @> date '2026-01-01' OR NOT u.during @> date '2025-01-01' THEN date '2026-01-01' ELSE date '2025-01-01' END
WHERE (a.authorized_from IS DISTINCT FROM a.authorized_to OR f.filled_from <> f.filled_to OR w.moved_in + w.moved_out + w.entered + w.departed > 0);

CREATE VIEW bench.change_ours AS
SELECT unit_id, category, field, authorized_from, authorized_to, filled_from, filled_to, moved_in, moved_out, entered, departed, documents
FROM bianzhi.change_between('2025-01-01', '2026-01-01');
