-- what the columns of an attached table may be
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line('A', 'administrative', 9), line('B', 'administrative', 9), line('C', 'administrative', 9);
INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (7, '6d1ea1f5-0a5c-4b57-8f4a-9f0d7c8f2d11', '庚局'), (8, 'b', '辛局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT n, 'administrative', 9, '[2020-01-01,)', '编发1号' FROM unnest('{7,8}'::int[]) AS n;
INSERT INTO bianzhi.category_alias (source, alias, category) VALUES ('', '1', 'administrative'), ('', '6d1ea1f5-0a5c-4b57-8f4a-9f0d7c8f2d11', 'administrative');
INSERT INTO bianzhi.unit_alias (unit_id, alias) VALUES (2, '17');

-- each type as the unit, as the category, as seats, as the condition, as days: accepted and counted, or 42804

CREATE TYPE color AS ENUM ('red', 'administrative', 'A');
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE DOMAIN code_of_code AS code;
CREATE DOMAIN small AS smallint;
CREATE DOMAIN day AS date;
CREATE DOMAIN days AS daterange;
CREATE DOMAIN yes AS boolean;
CREATE DOMAIN color_too AS color;
CREATE TYPE pair AS (x text);
CREATE FUNCTION as_type(role text, type text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	done text;
BEGIN
	EXECUTE format('CREATE TABLE t (unit %s, kind %s, since %s, until %s, seats %s, counts %s)',
		CASE role WHEN 'unit' THEN type ELSE 'text' END, CASE role WHEN 'category' THEN type ELSE 'text' END,
		CASE role WHEN 'days' THEN type ELSE 'date' END, CASE role WHEN 'days' THEN type ELSE 'date' END,
		CASE role WHEN 'seats' THEN type ELSE 'int' END, CASE role WHEN 'condition' THEN type ELSE 'bool' END);
	done := try(format('SELECT bianzhi.attach(''t'', ''filled'', ''unit'', ''kind'', ''since'', %L, ''seats'', condition => ''counts'')',
		CASE WHEN type IN ('daterange', 'days') THEN 'since' ELSE 'until' END));
	IF done = 'fine' THEN
		done := try(format('INSERT INTO t (unit, kind, since, seats, counts) VALUES (%L, %L, %L, %L, %L)',
			CASE role WHEN 'unit' THEN value ELSE 'A' END, CASE role WHEN 'category' THEN value ELSE 'administrative' END,
			CASE role WHEN 'days' THEN value ELSE '2026-12-01' END, CASE role WHEN 'seats' THEN value ELSE '1' END,
			CASE role WHEN 'condition' THEN value ELSE 'true' END));
		done := concat_ws('; ', NULLIF(done, 'fine'), (SELECT string_agg(u.unit_key || ' ' || s.since || ' ' || s.filled, ', ')
				FROM bianzhi.strength AS s JOIN bianzhi.unit AS u USING (unit_id) WHERE s.filled > 0),
			(SELECT string_agg(s, '; ') FROM sound() AS s));
		EXECUTE 'UPDATE t SET seats = 0';
		done := concat_ws('; ', done, NULLIF((SELECT string_agg(s, '; ') FROM sound() AS s), 'sound'));
		PERFORM bianzhi.detach('t');
	END IF;
	EXECUTE 'DROP TABLE t';
	RETURN done;
END
$$;
SELECT type, as_type('unit', type, value) FROM (VALUES ('smallint', '1'), ('integer', '1'), ('bigint', '1'), ('integer', '17'), ('integer', '99'), ('small', '2'), ('text', 'A'), ('text', '17'), ('text', '1'), ('varchar(3)', 'A'), ('char(3)', 'A'), ('name', 'A'),
	('uuid', '6d1ea1f5-0a5c-4b57-8f4a-9f0d7c8f2d11'), ('color', 'A'), ('color', 'red'), ('color_too', 'A'), ('code', 'A'), ('code_of_code', 'A'), ('numeric', '1'), ('json', '1'), ('"char"', 'A'), ('text[]', '{A}'), ('pair', '(A)'), ('oid', '1'), ('xid', '1'), ('bit(8)', '00000001')) AS v (type, value);
SELECT type, as_type('category', type, value) FROM (VALUES ('text', 'administrative'), ('varchar', 'administrative'), ('char(30)', 'administrative'), ('name', 'administrative'), ('color', 'administrative'), ('color_too', 'administrative'), ('code', 'administrative'), ('integer', '1'), ('smallint', '1'), ('smallint', '2'),
	('uuid', '6d1ea1f5-0a5c-4b57-8f4a-9f0d7c8f2d11'), ('boolean', 'true'), ('pair', '(administrative)')) AS v (type, value);
SELECT type, as_type('seats', type, value) FROM (VALUES ('smallint', '2'), ('integer', '2'), ('bigint', '2'), ('small', '2'), ('numeric', '2'), ('real', '2'), ('text', '2')) AS v (type, value);
SELECT type, as_type('condition', type, value) FROM (VALUES ('boolean', 'true'), ('yes', 'true'), ('integer', '1'), ('text', 'true')) AS v (type, value);
SELECT type, as_type('days', type, value) FROM (VALUES ('date', '2026-12-01'), ('day', '2026-12-01'), ('timestamp', '2026-12-01 23:59'), ('timestamp(0)', '2026-12-01 00:00'), ('daterange', '[2026-12-01,)'), ('days', '(2026-12-01,)'),
	('timestamptz', '2026-12-01'), ('text', '2026-12-01'), ('integer', '20261201'), ('tsrange', '[2026-12-01,)'), ('datemultirange', '{}')) AS v (type, value);

-- words are compared as they are written, whatever the collation of the column

CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
CREATE TABLE t (dept text COLLATE any_case, kind text COLLATE "C", since date, who text COLLATE any_case);
CREATE INDEX ON t (who);
INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (101, '99000019800101008X', '人员101');
SELECT bianzhi.attach('t', 'filled', 'dept', 'kind', 'since', NULL, person => 'who') > 0;
INSERT INTO t VALUES ('B', 'administrative', '2026-12-01', '99000019800101008x'), ('b', 'administrative', '2026-12-01', NULL);
SELECT has('B'), has('b');
SELECT try($$INSERT INTO t VALUES ('Á', 'administrative', '2026-12-01')$$), try($$INSERT INTO t VALUES ('A', 'Administrative', '2026-12-01')$$);
SELECT seat(101, 'A', 'administrative', '[2026-12-01,)');
SELECT sound();
-- also in the query that lists what is wrong
SET session_replication_role = replica;
INSERT INTO t VALUES ('Á', 'administrative', '2026-12-01');
RESET session_replication_role;
SELECT problem, row_count FROM bianzhi.dangling();
SELECT query FROM bianzhi.dangling() \gset
:query;
DELETE FROM t WHERE dept COLLATE "C" = 'Á';
SELECT sound();
SELECT bianzhi.detach('t');
DROP TABLE t;

-- the ends of time

CREATE TABLE t (d int, since date, until date, s int, at timestamp, gone timestamp, r int, days daterange);
SELECT bianzhi.attach('t', 'filled', 'd', '=administrative', 'since', 'until') > 0, bianzhi.attach('t', 'filled', 'd', '=pool', 'since', 'until', ends_inclusive => true) > 0,
	bianzhi.attach('t', 'filled', 's', '=outside_staff', 'at', 'gone') > 0, bianzhi.attach('t', 'filled', 's', '=leader', 'at', 'gone', ends_inclusive => true) > 0, bianzhi.attach('t', 'filled', 'r', '=section_leader', 'days', 'days') > 0;
UPDATE bianzhi.category SET without_quota = 'allow', past_excess = 'record' WHERE measure IN ('establishment', 'post', 'outside');
CREATE FUNCTION ends(since text, until text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE t;
	RETURN NEXT concat_ws(', ', try(format('INSERT INTO t (d, since, until) VALUES (3, %L, %L)', since, until)),
		try(format('INSERT INTO t (s, at, gone) VALUES (3, %L, %L)', since, until)),
		try(format('INSERT INTO t (r, days) VALUES (3, daterange(NULLIF(%L, ''-infinity'')::date, %L))', since, until)));
	RETURN QUERY SELECT h FROM has('C') AS h WHERE h !~ '0, 0$';
	RETURN QUERY SELECT sound();
	UPDATE t SET d = d + 1, s = s + 1, r = r + 1;
	RETURN QUERY SELECT sound();
END
$$;
SELECT ends('-infinity', '2026-12-01');
SELECT ends('2026-12-01', 'infinity');
SELECT ends('-infinity', '-infinity');
SELECT ends('infinity', 'infinity');
SELECT ends('2026-12-01', '2026-12-01');
SELECT ends('2026-12-02', '2026-12-01');
SELECT ends('4713-01-01 BC', '4713-01-02 BC');
TRUNCATE t;
INSERT INTO t (d, since, until) VALUES (3, '5874897-12-30', '5874897-12-31');
SELECT h FROM has('C') AS h WHERE h !~ '0, 0$';
SELECT sound();
INSERT INTO t (s, at, gone) VALUES (3, '294276-12-31 23:59:59', NULL), (3, '1969-12-31 23:59:59.999999', '1970-01-01'), (3, '1999-12-31 00:00', '1999-12-31 23:59');
SELECT h FROM has('C') AS h WHERE h ~ '^(outside_staff|leader) ';
SELECT sound();
-- the time zone and the style of dates of who writes or looks do not matter
SET timezone = 'America/Los_Angeles';
SET datestyle = 'German';
INSERT INTO t (s, at, gone) VALUES (3, '2026-12-01 00:00', '2026-12-31 23:59');
SELECT sound();
RESET timezone;
UPDATE t SET at = at + '1 hour' WHERE at < '2100-01-01';
DELETE FROM t;
SET datestyle = ISO;
SELECT sound();
