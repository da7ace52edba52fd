-- the ledger: the canonical text of a row, and an entry for whatever happens to one
\set SHOW_CONTEXT never
\pset format unaligned
\pset null (null)
SET client_min_messages = warning;
CREATE EXTENSION bianzhi;
RESET client_min_messages;

-- one row has one text, whatever the session has set, and the text gives the row back

CREATE TYPE mood AS ENUM ('sad "s"', 'ok');
CREATE TYPE pair AS (day date, amount float8);
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE DOMAIN days AS daterange;
CREATE TABLE every_type (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric, t text, v varchar(9), c char(4), nm name,
	ch "char", d date, tm time, tz timetz, ts timestamp, tstz timestamptz, iv interval, dr daterange, dm days, tr tstzrange, dmr datemultirange,
	u uuid, j json, jb jsonb, by bytea, e mood, p pair, s small, ia int[], ta text[], da date[], fa float8[], pa pair[], m money,
	rc regclass, bt bit(3), ip inet, rid bianzhi.resident_id, cc bianzhi.credit_code, x xml, "Quoted ""name"", 名" text, v2 tsvector);
INSERT INTO every_type VALUES (true, -32768, 2147483647, -9223372036854775808, 0.1, 1e-300, 12345678901234567890.123456789000, E'a"\\\b\f\n\r\t\x01\x7f名',
	'', 'ab', 'n"', '"', '2026-02-28', '23:59:59.999999', '12:00+08', '2026-02-28 12:00:00.5', '2026-02-28 00:00:00.123456+08', '-1 year 2 days -03:04:05.6',
	'[2020-01-01,)', '[0044-03-15 BC,2020-01-01)', '["2026-02-28 00:00+08",infinity]', '{[2020-01-01,2021-01-01),[2022-01-01,)}',
	'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"z": [1, 2],  "a": "x"}', '{"z": 1.50, "a": null}', '\x00ff5c22', 'sad "s"', '(2026-02-28,0.1)', 42,
	'{1,NULL,3}', '{a,"b c",NULL,"d\"e"}', '{2026-02-28,infinity}', '{0.1,NaN}', '{"(2026-02-28,0.3)"}', 1234.5, 'every_type', B'101', '10.0.0.1/8',
	'990000197001010018', '91350100M000100Y43', '<a b="c"/>', 'q', 'a:1 b:2'),
	(NULL, NULL, NULL, NULL, 'NaN', '-Infinity', 'NaN', NULL, NULL, NULL, NULL, NULL, 'infinity', '24:00:00', NULL, '-infinity', 'infinity', '0',
	'empty', '(,)', 'empty', '{}', NULL, NULL, NULL, '', NULL, NULL, NULL, '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	(false, 0, 0, 0, 3.4028235e38, 0.30000000000000004, 0.00, NULL, NULL, NULL, NULL, NULL, '4713-01-01 BC', '00:00', NULL, '4713-01-01 00:00 BC', '294276-12-31 23:59:59.999999+00',
	'178000000 years', '["0044-03-15 BC","0044-03-17 BC")', '[2020-01-01,infinity)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT bianzhi.canonical_row(w) FROM every_type AS w;
CREATE TABLE texts AS SELECT 0 AS how, row_number() OVER () AS place, bianzhi.canonical_row(w) AS txt FROM every_type AS w;
SET datestyle = 'German'; SET intervalstyle = 'sql_standard'; SET timezone = 'America/New_York';
INSERT INTO texts SELECT 1, row_number() OVER (), bianzhi.canonical_row(w) FROM every_type AS w;
SET extra_float_digits = -15; SET bytea_output = 'escape'; SET search_path = pg_catalog;
INSERT INTO public.texts SELECT 2, row_number() OVER (), bianzhi.canonical_row(w) FROM public.every_type AS w;
SET datestyle = 'SQL, DMY'; SET intervalstyle = 'iso_8601'; SET timezone = 'Asia/Kolkata'; SET quote_all_identifiers = on;
INSERT INTO public.texts SELECT 3, row_number() OVER (), bianzhi.canonical_row(w) FROM public.every_type AS w;
SET datestyle = 'Postgres, MDY'; SET intervalstyle = 'postgres_verbose'; SET xmloption = 'content'; SET xmlbinary = 'hex'; SET lc_monetary = 'C.UTF-8'; SET lc_numeric = 'C.UTF-8';
INSERT INTO public.texts SELECT 4, row_number() OVER (), bianzhi.canonical_row(w) FROM public.every_type AS w;
SET search_path = bianzhi, public, pg_temp; SET extra_float_digits = 3; SET timezone = 'Pacific/Apia';
INSERT INTO public.texts SELECT 5, row_number() OVER (), bianzhi.canonical_row(w) FROM public.every_type AS w;
-- what a session has set, it has set still
SELECT current_setting('datestyle'), current_setting('extra_float_digits'), current_setting('search_path'), current_setting('timezone');
RESET datestyle; RESET intervalstyle; RESET timezone; RESET extra_float_digits; RESET bytea_output; RESET search_path; RESET quote_all_identifiers;
SELECT place, count(*), count(DISTINCT txt) AS texts FROM texts GROUP BY place ORDER BY place;
SELECT t.place, r::text = o.w::text AS same_row
FROM texts AS t JOIN (SELECT row_number() OVER () AS place, w FROM every_type AS w) AS o USING (place)
	CROSS JOIN LATERAL json_populate_record(NULL::every_type, t.txt::json) AS r
WHERE t.how = 0 ORDER BY t.place;
SELECT count(*) FROM texts WHERE txt::jsonb IS NULL;
-- rows of no table, and without columns
SELECT bianzhi.canonical_row(ROW(1, 'a'::text, NULL)), bianzhi.canonical_row(NULL), bianzhi.canonical_row(r) FROM (SELECT 2 AS "Z", 3 AS a, 4 AS "名") AS r;
CREATE TABLE narrow (a int, b int);
INSERT INTO narrow VALUES (1, 2);
SELECT bianzhi.canonical_row(n) FROM narrow AS n;
-- the same table, changed between two calls of one plan
PREPARE narrow_text AS SELECT bianzhi.canonical_row(n) FROM narrow AS n;
EXECUTE narrow_text;
ALTER TABLE narrow ADD COLUMN c int;
EXECUTE narrow_text;
ALTER TABLE narrow RENAME COLUMN b TO "B"; ALTER TABLE narrow DROP COLUMN a;
EXECUTE narrow_text;
ALTER TABLE narrow ALTER COLUMN "B" TYPE float8;
EXECUTE narrow_text;
ALTER TABLE narrow DROP COLUMN "B", DROP COLUMN c;
EXECUTE narrow_text;

-- nothing is written before the ledger is open

CREATE TABLE staff (id int PRIMARY KEY, name text, boss int REFERENCES staff ON DELETE CASCADE ON UPDATE CASCADE, pay float8);
SELECT bianzhi.audit('staff');
INSERT INTO staff VALUES (1, '张三', NULL, 1), (2, '李四', 1, 0.1);
SELECT count(*) FROM bianzhi.ledger;
SELECT bianzhi.go_live();
SELECT operation, key, row_before, row_after FROM bianzhi.ledger WHERE relation = 'public.staff' ORDER BY seq;
-- the tables of the office, empty or not, and what ships in them
SELECT operation, count(DISTINCT relation) = (SELECT count(*) FROM bianzhi.audited WHERE builtin) AS each FROM bianzhi.ledger WHERE relation LIKE 'bianzhi.%' AND operation <> 'OPENING' GROUP BY operation;
SELECT count(*) = (SELECT count(*) FROM bianzhi.category) AS each FROM bianzhi.ledger WHERE relation = 'bianzhi.category' AND operation = 'OPENING';

-- what has been written since the last look
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
CREATE VIEW entry AS SELECT seq, relation, operation, key, row_before, row_after FROM bianzhi.ledger;
\set look 'SELECT operation, key, row_before, row_after FROM entry WHERE seq > :seen ORDER BY seq; SELECT max(seq) AS seen FROM bianzhi.ledger \\gset'

-- each kind of statement

INSERT INTO staff VALUES (3, '王五', 1, 'NaN');
UPDATE staff SET name = '王 五' WHERE id = 3;
UPDATE staff SET name = name;
UPDATE staff SET pay = 2 WHERE id = 3;
DELETE FROM staff WHERE id = 3;
:look
INSERT INTO staff VALUES (1, 'x', NULL, 0) ON CONFLICT (id) DO NOTHING;
INSERT INTO staff VALUES (1, 'x', NULL, 0), (4, 'y', NULL, 0) ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name;
MERGE INTO staff AS s USING (VALUES (1, 'm'), (4, 'delete'), (5, 'n')) AS v (id, name) ON v.id = s.id
	WHEN MATCHED AND v.name = 'delete' THEN DELETE WHEN MATCHED THEN UPDATE SET name = v.name WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.name, NULL, 0);
:look
COPY staff FROM stdin;
6	copied	1	1e300
\.
WITH gone AS (DELETE FROM staff WHERE id = 5 RETURNING *) INSERT INTO staff SELECT id + 5, name, boss, pay FROM gone;
:look
-- cascades, by the keys' own triggers; a key that changes is a row that ends and one that begins
UPDATE staff SET id = 11 WHERE id = 1;
:look
DELETE FROM staff WHERE id = 11;
:look
-- a savepoint that is rolled back leaves nothing
BEGIN;
INSERT INTO staff VALUES (20, 'kept', NULL, 0);
SAVEPOINT a;
INSERT INTO staff VALUES (21, 'undone', NULL, 0);
UPDATE staff SET name = 'undone' WHERE id = 20;
ROLLBACK TO a;
UPDATE staff SET name = 'kept too' WHERE id = 20;
COMMIT;
BEGIN;
DELETE FROM staff;
ROLLBACK;
DO $$ BEGIN BEGIN DELETE FROM staff; RAISE division_by_zero; EXCEPTION WHEN division_by_zero THEN INSERT INTO staff VALUES (22, 'after', NULL, 0); END; END $$;
:look
TRUNCATE staff;
:look

-- who, when, under which transaction
SET bianzhi.actor = '赵六 <zhao@example>';
CREATE ROLE ledger_clerk;
GRANT INSERT ON staff TO ledger_clerk;
SET ROLE ledger_clerk;
INSERT INTO staff VALUES (1, 'by the clerk', NULL, 0);
SELECT count(*) FROM bianzhi.ledger;
RESET ROLE;
SELECT session_user_name = session_user AS session, current_user_name, claimed_actor, xact = pg_current_xact_id()::text::bigint - 1 AS by_the_last,
	at BETWEEN now() - interval '1 minute' AND clock_timestamp() AS now, length(salt), commitment
FROM bianzhi.ledger WHERE seq > :seen;
SELECT count(*) = count(DISTINCT salt) AS salts_differ FROM bianzhi.ledger;
RESET bianzhi.actor;
SET bianzhi.actor = 'two
lines';
SET bianzhi.actor = E'\u0085';
SELECT set_config('bianzhi.actor', repeat('a', 200), false) = repeat('a', 200), set_config('bianzhi.actor', repeat('名', 66), false) IS NOT NULL;
SELECT length(set_config('bianzhi.actor', repeat('a', 201), false));
SELECT set_config('bianzhi.actor', '', false);
SELECT max(seq) AS seen FROM bianzhi.ledger \gset

-- columns and tables that are renamed, added and dropped

ALTER TABLE staff RENAME TO people;
INSERT INTO people VALUES (2, 'b', NULL, 0);
ALTER TABLE people ADD COLUMN room text;
UPDATE people SET name = 'bb' WHERE id = 2;
ALTER TABLE people RENAME COLUMN pay TO salary;
UPDATE people SET room = '301' WHERE id = 2;
ALTER TABLE people DROP COLUMN boss;
UPDATE people SET room = '302' WHERE id = 2;
SELECT relation, operation, key, row_before, row_after FROM entry WHERE seq > :seen ORDER BY seq;
-- what changes the rows without writing them is found by audit()
SELECT bianzhi.audit('people');
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
ALTER TABLE people ADD COLUMN floor int NOT NULL DEFAULT 3;
SELECT bianzhi.audit('people');
:look

-- keys of several columns, of other types, in the order of the key

CREATE TABLE "Odd ""t""" ("a b" text, "B" date, c jsonb, note text, PRIMARY KEY ("B", "a b"));
SELECT bianzhi.audit('"Odd ""t"""');
INSERT INTO "Odd ""t""" VALUES ('x"y', '2026-01-01', '{"k": "v"}', 'n');
UPDATE "Odd ""t""" SET "B" = '2026-01-02', note = NULL;
SET datestyle = 'German';
UPDATE "Odd ""t""" SET c = '"s"';
DELETE FROM "Odd ""t""";
RESET datestyle;
SELECT relation, operation, key, row_before, row_after FROM entry WHERE seq > :seen ORDER BY seq;
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
CREATE TABLE by_json (k jsonb, f float8, PRIMARY KEY (k, f));
CREATE TABLE by_interval (k interval PRIMARY KEY);
CREATE TABLE by_regclass (k regclass PRIMARY KEY);
SELECT bianzhi.audit('by_json'), bianzhi.audit('by_interval'), bianzhi.audit('by_regclass');
INSERT INTO by_json VALUES ('{"a": 1}', 0.1);
INSERT INTO by_interval VALUES ('-1 day 2 hours');
INSERT INTO by_regclass VALUES ('people');
SELECT relation, operation, key FROM entry WHERE seq > :seen ORDER BY seq;
SELECT max(seq) AS seen FROM bianzhi.ledger \gset

-- a partitioned table: through it, and by the names of its leaves

CREATE TABLE parted (id int, zone int, note text, PRIMARY KEY (zone, id)) PARTITION BY LIST (zone);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 (gone int, note text, zone int NOT NULL, id int NOT NULL);
ALTER TABLE parted_2 DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES IN (2);
SELECT bianzhi.audit('parted');
INSERT INTO parted VALUES (1, 1, 'a'), (2, 2, 'b');
INSERT INTO parted_2 (id, zone, note) VALUES (3, 2, 'c');
UPDATE parted SET zone = 2 WHERE id = 1;
UPDATE parted_2 SET note = 'd' WHERE id = 3;
DELETE FROM parted_2 WHERE id = 2;
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES IN (3);
INSERT INTO parted_3 VALUES (4, 3, 'e');
SELECT relation, operation, key, row_before, row_after FROM entry WHERE seq > :seen ORDER BY seq;
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
TRUNCATE parted_2;
:look
INSERT INTO parted VALUES (5, 1, 'f');
SELECT severity, what, object, hint FROM bianzhi.health() WHERE what LIKE '%audit%';
SELECT bianzhi.audit('parted');
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
TRUNCATE parted;
SELECT operation, key, row_before, row_after FROM entry WHERE seq > :seen ORDER BY key COLLATE "C";
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
-- rows that come and go with a partition are found by audit(), and a partition that has gone is audited no more
CREATE TABLE parted_4 (id int NOT NULL, zone int NOT NULL, note text);
INSERT INTO parted_4 VALUES (6, 4, 'g');
ALTER TABLE parted ATTACH PARTITION parted_4 FOR VALUES IN (4);
SELECT bianzhi.audit('parted');
INSERT INTO parted VALUES (7, 4, 'h');
ALTER TABLE parted DETACH PARTITION parted_4;
INSERT INTO parted_4 VALUES (8, 4, 'i');
TRUNCATE parted_4;
SELECT bianzhi.audit('parted');
:look

-- a row that a trigger of the same statement writes again: the last entry says what is there

CREATE TABLE twice (id int PRIMARY KEY, n int);
CREATE FUNCTION write_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() = 1 THEN
		IF TG_OP = 'UPDATE' THEN UPDATE twice SET n = n + 100; END IF;
		IF TG_OP = 'INSERT' THEN UPDATE twice SET n = n + 1000 WHERE id <> NEW.id; END IF;
		IF TG_OP = 'DELETE' THEN INSERT INTO twice VALUES (1, -1), (2, -1), (3, -1) ON CONFLICT DO NOTHING; END IF;
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER write_again AFTER INSERT OR UPDATE OR DELETE ON twice FOR EACH ROW EXECUTE FUNCTION write_again();
SELECT bianzhi.audit('twice');
\set same 'SELECT count(*) AS differ FROM bianzhi.canonical_rows(''twice'') AS r FULL JOIN (SELECT * FROM bianzhi.last_words(''public.twice'') WHERE is_there) AS w ON w.key = r.key WHERE r.row_text IS DISTINCT FROM w.row_text;'
INSERT INTO twice VALUES (1, 1), (2, 2), (3, 3);
:same
UPDATE twice SET n = 0;
:same
DELETE FROM twice;
:same
SELECT * FROM twice ORDER BY id;
CREATE FUNCTION change_others(int) RETURNS int LANGUAGE plpgsql VOLATILE AS 'BEGIN UPDATE twice SET n = n + 1 WHERE id < $1; RETURN 7; END';
ALTER TABLE twice DISABLE TRIGGER write_again;
UPDATE twice SET n = change_others(id);
:same
-- keys that move up in one statement, where the order of the rows lets them
DELETE FROM twice;
INSERT INTO twice VALUES (3, 3), (2, 2), (1, 1);
UPDATE twice SET id = id + 1;
:same
SET client_min_messages = warning;
DROP EXTENSION bianzhi CASCADE;
DROP OWNED BY ledger_clerk;
DROP ROLE ledger_clerk;
