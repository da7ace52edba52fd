-- what changed between two days: numbers, who came and went, where from and where to, by which documents; fields; the log
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET field = '教育' WHERE unit_key IN ('A', 'B');
UPDATE bianzhi.unit SET field = '水利' WHERE unit_key = 'C';
RESET bianzhi.effective_on;
-- what is authorised on both days, and what is changed in between
SELECT line('A', 'administrative', 12), line('A', 'retired_service', 2), line('A', 'institution_full', 5), line('A', 'leader', 4), line('B', 'administrative', 6),
	line('B', 'leader', 4), line('C', 'administrative', 8), line('C', 'institution_full', 9), line('A', 'section_count', 3);
INSERT INTO bianzhi.quota (unit_id, category, amount, kind, counterpart_unit, during, document_no) VALUES
	(unit('A'), 'administrative', -2, '划出', unit('B'), '[2025-03-01,)', '编发2号'), (unit('B'), 'administrative', 2, '划入', unit('A'), '[2025-03-01,)', '编发2号'),
	(unit('C'), 'administrative', 1, '借入', NULL, '[2024-01-01,2025-07-01)', '编发3号'), (unit('C'), 'leader', 1, '核定', NULL, '[2025-08-01,)', '(未见文号)'),
	(unit('D'), 'administrative', 3, '核定', NULL, '[2025-02-01,2025-10-01)', '编发4号'),	-- came and went in between
	(unit('F'), 'administrative', 0, '核定', NULL, '[2025-02-01,)', '编发6号');	-- none is not the same as nothing said

CREATE FUNCTION seat_of(person int, key text, category text, during daterange, document text DEFAULT NULL, section text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
	INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during, document_no) VALUES (person, unit(key), unit(section), category, during, document)
$$;
CREATE FUNCTION post_of(person int, key text, category text, during daterange, document text DEFAULT NULL, section text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
	INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, during, document_no) VALUES (person, unit(key), unit(section), category, during, document)
$$;
SELECT count(*) AS seats FROM (
	SELECT seat_of(1, 'A', 'administrative', '[2020-01-01,)'),												-- stays
		seat_of(2, 'A', 'administrative', '[2020-01-01,2025-03-01)', '旧2号'), seat_of(2, 'B', 'administrative', '[2025-03-01,)', '调2号'),	-- goes to another body
		seat_of(3, 'A', 'administrative', '[2025-05-01,)', '入3号'),										-- new
		seat_of(4, 'A', 'administrative', '[2020-01-01,2025-06-01)', '旧4号'),								-- leaves
		seat_of(5, 'A', 'administrative', '[2020-01-01,2025-02-01)', '旧5号', 'A1'), seat_of(5, 'A', 'administrative', '[2025-02-01,)', '岗5号'),	-- out of a section
		seat_of(6, 'A', 'administrative', '[2020-01-01,2025-02-01)'), seat_of(6, 'A', 'institution_full', '[2025-02-01,)', '转6号'),		-- into another establishment
		seat_of(7, 'A', 'administrative', '[2020-01-01,2025-02-01)', '旧7号'), seat_of(7, 'A', 'retired_service', '[2025-02-01,)', '转7号'),	-- into one below
		seat_of(8, 'A', 'administrative', '[2020-01-01,2025-02-01)', '旧8号'), seat_of(8, 'A', 'administrative', '[2025-02-01,)', '重8号'),	-- the same seat, written anew
		seat_of(9, 'B', 'administrative', '[2025-02-01,2025-09-01)', '入9号'),								-- came and went in between
		seat_of(10, 'B', 'administrative', '[2020-01-01,2026-01-01)', '旧10号'),							-- is not there on the last day
		seat_of(14, 'B', 'administrative', '[2025-01-02,)', '入14号'),									-- is not there on the first
		post_of(14, 'D', 'leader_other', '[2020-01-01,2025-04-01)', '免14号'),							-- and gives up a post, which is no seat
		post_of(1, 'A', 'leader_deputy', '[2020-01-01,2025-04-01)', '免1号'), post_of(1, 'A', 'leader_chief', '[2025-04-01,)', '任1号'),	-- becomes head
		post_of(11, 'A', 'leader_deputy', '[2020-01-01,)'), post_of(11, 'B', 'leader_other', '[2025-04-01,)', '任11号'),					-- keeps a post and is given another
		post_of(12, 'A', 'leader_other', '[2020-01-01,2025-04-01)', '免12号'), post_of(12, 'B', 'leader_deputy', '[2020-01-01,2025-04-01)'), post_of(12, 'B', 'leader_chief', '[2025-04-01,)')	-- of two one
	) AS s;
-- does not count, and comes to count
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', unit('C'), '15', '[2020-01-01,2025-06-01)', '单1号');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, counted, document_no)
VALUES (15, unit('C'), 'administrative', '[2020-01-01,2025-06-01)', false, '单1号'), (15, unit('C'), 'administrative', '[2025-06-01,)', true, '列15号');
-- an application's table: somebody who comes from there, and numbers without names
CREATE TABLE hr (id int PRIMARY KEY, dept text, kind text, hired date, left_on date, person bigint, heads int);
CREATE INDEX ON hr (person);
SELECT bianzhi.attach('hr', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', person => 'person', seats => 'heads') IS NOT NULL;
INSERT INTO hr VALUES (1, 'C', 'administrative', '2020-01-01', '2025-11-01', 16, 1), (2, 'C', 'institution_full', '2020-01-01', '2025-11-01', NULL, 3),
	(3, 'C', 'institution_full', '2025-11-01', NULL, NULL, 5), (4, 'C', 'institution_full', '2020-01-01', NULL, NULL, 1);
SELECT count(*) FROM (SELECT seat_of(16, 'B', 'administrative', '[2025-11-01,)', '调2号')) AS s;
-- a section that is set up
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section, during, document_no) VALUES (12, 'A2', '甲二处', 1, true, '[2025-09-01,)', '编发5号');
SELECT sound();

\pset tuples_only off
\pset format aligned
CREATE VIEW year AS SELECT u.unit_key AS unit, c.* FROM bianzhi.change_between('2025-01-01', '2026-01-01') AS c JOIN bianzhi.unit AS u USING (unit_id);
SELECT unit, category, field, authorized_from AS a0, authorized_to AS a1, filled_from AS f0, filled_to AS f1, moved_in AS m_in, moved_out AS m_out, entered, departed, documents
FROM year ORDER BY unit, category COLLATE "C";
SELECT bool_and(filled_to - filled_from = moved_in - moved_out + entered - departed) AS sound, bool_or(reserved_from <> 0 OR reserved_to <> 0) AS reserved FROM year;
-- who moved in came from somewhere: of bodies, and of categories without one above
SELECT k.measure, sum(y.moved_in) AS moved_in, sum(y.moved_out) AS moved_out, sum(y.entered) AS entered, sum(y.departed) AS departed
FROM year AS y JOIN bianzhi.category AS k ON k.code = y.category JOIN bianzhi.unit AS u USING (unit_id)
WHERE k.parent IS NULL AND NOT u.is_section GROUP BY k.measure ORDER BY k.measure COLLATE "C";
-- the levels are those of the two days
SELECT count(*) AS wrong FROM year AS y
	LEFT JOIN bianzhi.vacancy_on('2025-01-01') AS a USING (unit_id, category) LEFT JOIN bianzhi.vacancy_on('2026-01-01') AS b USING (unit_id, category)
WHERE (y.authorized_from, y.authorized_to) IS DISTINCT FROM (a.authorized, b.authorized) OR (y.filled_from, y.filled_to) IS DISTINCT FROM (COALESCE(a.filled, 0), COALESCE(b.filled, 0));

-- the rows behind them
CREATE VIEW detail AS
SELECT y.unit, y.category, d.what, d.seats, d.person_id AS person, concat_ws(' ', f.unit_key, fs.unit_key, d.from_category) AS gone, concat_ws(' ', t.unit_key, ts.unit_key, d.to_category) AS came,
	d.during, d.source, d.row_id, d.row_at, d.document_no
FROM year AS y CROSS JOIN LATERAL bianzhi.change_detail('2025-01-01', '2026-01-01', y.unit_id, y.category) AS d
	LEFT JOIN bianzhi.unit AS f ON f.unit_id = d.from_unit LEFT JOIN bianzhi.unit AS fs ON fs.unit_id = d.from_section
	LEFT JOIN bianzhi.unit AS t ON t.unit_id = d.to_unit LEFT JOIN bianzhi.unit AS ts ON ts.unit_id = d.to_section;
SELECT unit, category, what, seats, person, gone, came, during, source, document_no
FROM detail ORDER BY unit, category COLLATE "C", what COLLATE "C", person, during, document_no COLLATE "C";
SELECT count(*) AS differ FROM year AS y CROSS JOIN LATERAL (
	SELECT sum(d.seats) FILTER (WHERE d.what = 'moved_in') AS i, sum(d.seats) FILTER (WHERE d.what = 'moved_out') AS o, sum(d.seats) FILTER (WHERE d.what = 'entered') AS e,
		sum(d.seats) FILTER (WHERE d.what = 'departed') AS l, sum(d.seats) FILTER (WHERE d.what = 'authorized') AS a
	FROM detail AS d WHERE d.unit = y.unit AND d.category = y.category) AS s
WHERE (COALESCE(s.i, 0), COALESCE(s.o, 0), COALESCE(s.e, 0), COALESCE(s.l, 0), COALESCE(s.a, 0))
	<> (y.moved_in, y.moved_out, y.entered, y.departed, COALESCE(y.authorized_to, 0) - COALESCE(y.authorized_from, 0));
-- each names the row that it is made of
SELECT count(*) AS rows, count(q.quota_id) AS lines, count(o.occupancy_id) AS seats, count(a.appointment_id) AS posts, count(b.unit_id) AS bodies, count(h.id) AS of_the_application
FROM detail AS d
	LEFT JOIN bianzhi.quota AS q ON d.source = 'bianzhi.quota'::regclass AND q.quota_id = d.row_id AND abs(d.seats) = abs(q.amount)
	LEFT JOIN bianzhi.occupancy AS o ON d.source = 'bianzhi.occupancy'::regclass AND o.occupancy_id = d.row_id AND o.person_id = d.person
	LEFT JOIN bianzhi.appointment AS a ON d.source = 'bianzhi.appointment'::regclass AND a.appointment_id = d.row_id AND a.person_id = d.person
	LEFT JOIN bianzhi.unit AS b ON d.source = 'bianzhi.unit'::regclass AND b.unit_id = d.row_id
	LEFT JOIN hr AS h ON d.source = 'hr'::regclass AND d.row_id IS NULL AND h.ctid = d.row_at;

-- backwards it is refused, and so are days without end; one day changes nothing
\pset tuples_only on
\pset format unaligned
SELECT try($$SELECT bianzhi.change_between('2026-01-01', '2025-01-01')$$);
SELECT try($$SELECT bianzhi.change_detail('2026-01-01', '2025-01-01', 1, 'administrative')$$);
SELECT try($$SELECT bianzhi.change_between('-infinity', '2025-01-01')$$), try($$SELECT bianzhi.change_between('2025-01-01', 'infinity')$$);
SELECT count(*) FROM bianzhi.change_between('2025-06-15', '2025-06-15');
SELECT count(*) FROM bianzhi.change_detail('2025-01-01', '2026-01-01', 999, 'administrative');
SELECT count(*) FROM bianzhi.change_detail('2025-01-01', '2026-01-01', 1, 'nothing of the kind');
-- who may not read what it is made of is refused, also where row security would hide some
CREATE ROLE change_reader;
GRANT USAGE ON SCHEMA bianzhi TO change_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bianzhi TO change_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bianzhi TO change_reader;
SET ROLE change_reader;
SELECT try($$SELECT count(*) FROM bianzhi.change_between('2025-01-01', '2026-01-01')$$);
RESET ROLE;
GRANT SELECT ON hr TO change_reader;
ALTER TABLE hr ENABLE ROW LEVEL SECURITY;
SET ROLE change_reader;
SELECT try($$SELECT count(*) FROM bianzhi.change_detail('2025-01-01', '2026-01-01', 1, 'administrative')$$);
RESET ROLE;
ALTER TABLE hr DISABLE ROW LEVEL SECURITY;
SET ROLE change_reader;
SELECT count(*) FROM bianzhi.change_between('2025-01-01', '2026-01-01');
RESET ROLE;

-- fields: a unit has the one of the last day; of one that is gone, the one of the first
\pset tuples_only off
\pset format aligned
SELECT * FROM bianzhi.change_by_field('2025-01-01', '2026-01-01');
SET bianzhi.effective_on = '2025-10-01';
UPDATE bianzhi.unit SET field = '水利' WHERE unit_key = 'B';
UPDATE bianzhi.unit SET field = '农业' WHERE unit_key = 'C';
RESET bianzhi.effective_on;
SELECT unit, field FROM year WHERE category = 'administrative' ORDER BY unit;
SELECT u.unit_key, c.field FROM bianzhi.change_between('2024-12-01', '2025-09-01') AS c JOIN bianzhi.unit AS u USING (unit_id) WHERE c.category = 'administrative' ORDER BY 1;
SELECT field, category, authorized_change, filled_change, verdict FROM bianzhi.change_by_field('2025-01-01', '2026-01-01') WHERE category = 'administrative';
BEGIN;
UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2025-09-01') WHERE unit_id = unit('C') AND counted;
DELETE FROM hr WHERE hired > '2025-09-01';
UPDATE hr SET left_on = '2025-09-01';
UPDATE bianzhi.unit SET during = '(,2025-11-15)' WHERE unit_key = 'C';
SELECT unit, field, filled_from, filled_to, departed FROM year WHERE unit = 'C' AND category = 'administrative';
ROLLBACK;
-- the two numbers may go apart
BEGIN;
SELECT line('C', 'administrative', 3, '[2025-09-01,)');
DELETE FROM bianzhi.occupancy WHERE person_id = 15 AND counted;
SELECT authorized_change, filled_change, verdict FROM bianzhi.change_by_field('2025-01-01', '2026-01-01') WHERE field = '农业' AND category = 'administrative';
ROLLBACK;
BEGIN;
SELECT seat(20, 'C', 'administrative', '[2025-09-01,)');
SELECT authorized_change, filled_change, verdict FROM bianzhi.change_by_field('2025-01-01', '2026-01-01') WHERE field = '农业' AND category = 'administrative';
ROLLBACK;

-- the log of decisions, with their rows
SELECT day, unit_key, what, what_name, category, amount, other_unit_name AS other, document_no, source
FROM bianzhi.change_log WHERE day >= '2024-01-01' ORDER BY day, unit_key, category COLLATE "C", what;
SELECT count(*) AS lines, count(q.quota_id) AS found FROM bianzhi.change_log AS l LEFT JOIN bianzhi.quota AS q ON q.quota_id = l.row_id AND q.unit_id = l.unit_id AND abs(q.amount) = abs(l.amount) WHERE l.source = 'quota';
-- its lines are the difference of every account
SELECT count(*) AS differ FROM year AS y
WHERE COALESCE(y.authorized_to, 0) - COALESCE(y.authorized_from, 0) <> (
	SELECT COALESCE(sum(l.amount), 0) FROM bianzhi.change_log AS l WHERE l.unit_id = y.unit_id AND l.category = y.category AND l.day > '2025-01-01' AND l.day <= '2026-01-01');
\set ECHO none
DROP VIEW detail, year;
DROP TABLE hr;
DROP OWNED BY change_reader;
DROP ROLE change_reader;
