-- the type resident_id: GB 11643-1999, domain vectors, both ways
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
RESET client_min_messages;
SET search_path = public, bianzhi;
SET datestyle = ISO;

-- run a statement; SQLSTATE and text where it fails, and an alarm if anything of the number got into a message
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement INTO result;
	RETURN 'fine: ' || coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	IF concat(message, detail, hint) ~ '[0-9]{3}' THEN
		RETURN 'MESSAGE TELLS A NUMBER: ' || message;
	END IF;
	RETURN SQLSTATE || ': ' || message;
END
$$;

-- the vectors of the standard and our own
SELECT id, birth_date(id), sex(id), region(id), mask(id), is_checked(id)
FROM (VALUES ('11010519491231002X'), ('440524188001010014'), ('34052419800101001X'),
	('320902197001010015'), ('320902196501310028'), ('990000197001010018'), ('990000197202030023')) v (t),
	LATERAL (SELECT t::resident_id AS id) i ORDER BY id;

-- every way to write one number
SELECT what, t::resident_id AS id, resident_id_problem(t) AS problem
FROM (VALUES
	('small x', '11010519491231002x'),
	('multiplication sign', '11010519491231002×'),
	('full width X', '11010519491231002Ｘ'),
	('full width small x', '11010519491231002ｘ'),
	('Cyrillic Ha', '11010519491231002Х'),
	('small Cyrillic Ha', '11010519491231002х'),
	('Roman numeral ten', '11010519491231002Ⅹ'),
	('all full width', '１１０１０５１９４９１２３１００２Ｘ'),
	('half of it full width', '110105１９４９１２３１002X'),
	('blanks, tab, newline', E' \t11010519491231002X\r\n '),
	('ideographic space', '　11010519491231002X　'),
	('no-break space', E'\u00a011010519491231002X\u00a0'),
	('byte order mark', E'\ufeff11010519491231002X'),
	('direction marks', E'\u202d11010519491231002X\u202c\u200e'),
	('15 digits', '110105491231002'),
	('15 digits, full width', '　１１０１０５４９１２３１００２'),
	('15 digits of a leap day', '320902040229001'),
	('leap day', '320902200002290017')) v (what, t);

-- refused as text, and why; the soft check says the same
SELECT what, pg_temp.try(format('SELECT %L::bianzhi.resident_id', t)) AS error,
	is_resident_id(t) AS soft, resident_id_problem(t) AS problem
FROM (VALUES
	('nothing', ''),
	('blanks', E' \t　'),
	('wrong check digit', '320902197001010014'),
	('X for a digit', '32090219700101001X'),
	('digit for X', '110105194912310020'),
	('two digits swapped', '320902197001010051'),
	('17 characters', '11010519491231002'),
	('19 characters', '11010519491231002XX'),
	('16 digits', '1101054912310023'),
	('14 digits', '11010549123100'),
	('very long', repeat('3', 1000000)),
	('30 February', '320902197002300016'),
	('29 February 1900', '320902190002290011'),
	('29 February 2001', '32090220010229001X'),
	('31 April', '320902197004310014'),
	('month 0', '320902197000010014'),
	('month 13', '320902197013010014'),
	('day 0', '320902197001000010'),
	('day 32', '320902197001320013'),
	('year 0', '320902000001010014'),
	('year 1799', '320902179901010019'),
	('year 2100', '320902210001010018'),
	('15 digits, no such day', '320902700230001'),
	('15 digits, 29 February 1901', '320902010229001'),
	('15 digits of somebody born before 1900', '320902700101996'),
	('15 digits with an X', '32090270010100X'),
	('X inside', '3209021970X1010015'),
	('letter', '32090219700101001A'),
	('letter O for nought', '32O902197001010015'),
	('blank inside', '320902 19700101 0015'),
	('hyphens', '320902-19700101-0015'),
	('apostrophe of a spreadsheet', '''320902197001010015'),
	('spreadsheet number', '3.20902E+17'),
	('sign', '-20902197001010015'),
	('name', '张三'),
	('emoji', '😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀'),
	('emoji behind', '320902197001010015😀'),
	('Chinese digits', '三二〇九〇二一九七〇〇一〇一〇〇一五'),
	('Arabic digits', '٣٢٠٩٠٢١٩٧٠٠١٠١٠٠١٥'),
	('accent on a digit', E'320902197001010015\u0301'),
	('mark only', '!'),
	('mark twice', '320902197001010014!!'),
	('mark inside', '32090219700101001!5'),
	('mark for the check digit', '32090219700101001!!')) v (what, t);

-- unknown regions, residents of Hong Kong, foreigners with the card of 2023: all the same to the check
SELECT t, resident_id_problem(t), region(t::resident_id)
FROM (VALUES ('990000197001010018'), ('000000197001010019'), ('810000199001010019'), ('911124198108030024')) v (t);

-- a number known to be wrongly issued goes in through its own function, and says so
SELECT id, is_checked(id), birth_date(id), sex(id), region(id), mask(id), id::text::resident_id = id AS comes_back,
	left(id::text, 18) AS number
FROM (VALUES ('320902197001010014'), ('１１０１０５１９４９１２３１００２９'), ('32090219700101001x'), (' 320902197001010010! ')) v (t),
	LATERAL (SELECT resident_id_unchecked(t) AS id) i ORDER BY id;
SELECT resident_id_unchecked('320902197001010015') AS nothing_wrong, is_checked(resident_id_unchecked('320902197001010015')),
	'320902197001010015!'::resident_id AS needless_mark, resident_id_unchecked('110105491231002') AS from_15;
SELECT what, pg_temp.try(format('SELECT bianzhi.resident_id_unchecked(%L)', t)) AS error
FROM (VALUES ('nothing', ''), ('no such day', '320902197002300014'), ('17 digits', '32090219700101001'), ('letter', '32090219700101001A'),
	('century', '320902700101999')) v (what, t);
SELECT is_resident_id('320902197001010014!'), '320902197001010014!'::resident_id = '320902197001010015' AS same_person;

-- NULL in, NULL out
SELECT num_nonnulls(NULL::text::resident_id, resident_id_unchecked(NULL), resident_id_problem(NULL), is_resident_id(NULL), is_checked(NULL),
	birth_date(NULL), sex(NULL), region(NULL::resident_id), mask(NULL), NULL::resident_id = '320902197001010015') AS nonnulls;

-- casts: from text by word only, to text by assignment
SELECT ' 11010519491231002x'::text::resident_id, '11010519491231002x'::varchar::resident_id, '11010519491231002X'::resident_id::text,
	'11010519491231002X'::resident_id::char(18);
CREATE TEMP TABLE cast_test (t text, v varchar(18), id resident_id);
INSERT INTO cast_test VALUES ('11010519491231002X'::resident_id, '11010519491231002X'::resident_id, '11010519491231002x');
SELECT * FROM cast_test;
SELECT pg_temp.try('INSERT INTO cast_test (id) VALUES (''11010519491231002X''::text)');
SELECT pg_temp.try('SELECT ''11010519491231002X''::bianzhi.resident_id::bigint');

-- 1000 numbers, the same on every run: each has one right check digit, ten wrong ones
CREATE TABLE resident_test (id resident_id NOT NULL, t text NOT NULL, digits text NOT NULL);
INSERT INTO resident_test (id, t, digits)
SELECT resident_id_unchecked(digits || c), digits || c, digits
FROM (SELECT lpad((i::bigint * 7919 * 104729 % 1000000)::text, 6, '0') || to_char(date '1890-01-01' + i * 7919 % 73000, 'YYYYMMDD')
	|| lpad((i * 613 % 1000)::text, 3, '0') AS digits FROM generate_series(1, 1000) i) g,
	unnest(string_to_array('0123456789X', NULL)) c;
SELECT count(*), count(DISTINCT id) AS ids, count(DISTINCT digits) AS numbers,
	count(*) FILTER (WHERE is_checked(id)) AS right, count(*) FILTER (WHERE is_resident_id(t)) AS accepted,
	bool_and(is_checked(id) = is_resident_id(t)) AS agree,
	bool_and(id::text = t || CASE WHEN is_checked(id) THEN '' ELSE '!' END) AS written_as_read,
	bool_and(id::text::resident_id = id) AS read_as_written
FROM resident_test;
SELECT count(DISTINCT digits) AS with_one_right_check FROM (SELECT digits FROM resident_test WHERE is_checked(id) GROUP BY digits HAVING count(*) = 1) d;

-- the parts agree with the text
SELECT count(*) AS differ FROM resident_test
WHERE birth_date(id) <> to_date(substr(t, 7, 8), 'YYYYMMDD') OR sex(id) <> CASE WHEN substr(t, 17, 1)::int % 2 = 1 THEN 1 ELSE 2 END
	OR region(id) <> left(t, 6) OR mask(id) <> left(t, 6) || '********' || right(t, 4) OR pg_column_size(id) <> 8;

-- the order is that of the text, by sorting and by every operator
SELECT count(*) AS out_of_order FROM (SELECT row_number() OVER (ORDER BY id) a, row_number() OVER (ORDER BY t COLLATE "C") b FROM resident_test) r WHERE a <> b;
SELECT count(*) AS pairs, count(*) FILTER (WHERE
	(a.id < b.id) <> (a.t COLLATE "C" < b.t) OR (a.id <= b.id) <> (a.t COLLATE "C" <= b.t) OR (a.id = b.id) <> (a.t = b.t)
	OR (a.id <> b.id) <> (a.t <> b.t) OR (a.id >= b.id) <> (a.t COLLATE "C" >= b.t) OR (a.id > b.id) <> (a.t COLLATE "C" > b.t)
	OR resident_id_cmp(a.id, b.id) <> CASE WHEN a.t COLLATE "C" < b.t THEN -1 WHEN a.t = b.t THEN 0 ELSE 1 END) AS differ
FROM (SELECT * FROM resident_test WHERE is_checked(id) ORDER BY t COLLATE "C" LIMIT 200) a,
	(SELECT * FROM resident_test ORDER BY digits DESC LIMIT 220) b;
SELECT array_agg(id ORDER BY id DESC) FROM unnest('{320902197001010015,320902197001010014!,32090219700101001X!}'::resident_id[]) id;

-- equal by the hash as by the operator
SELECT count(*) AS differ FROM resident_test
WHERE resident_id_hash(id) <> resident_id_hash(resident_id_unchecked(' ' || t)) OR resident_id_hash_extended(id, 0)::bit(32) <> resident_id_hash(id)::bit(32)
	OR resident_id_hash_extended(id, 7) <> resident_id_hash_extended(resident_id_unchecked(t || '　'), 7);
SELECT count(DISTINCT resident_id_hash(id)) > 10900 AS spread, count(DISTINCT resident_id_hash_extended(id, 1)) AS extended FROM resident_test;
SELECT amname, opcname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'resident_id'::regtype ORDER BY 1;

-- joins of each kind see the same
CREATE TABLE resident_other AS SELECT id FROM resident_test ORDER BY t COLLATE "C" LIMIT 5000;
ANALYZE resident_test, resident_other;
SET enable_hashjoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM resident_test JOIN resident_other USING (id);
SELECT count(*) FROM resident_test JOIN resident_other USING (id);
SET enable_hashjoin = on;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM resident_test JOIN resident_other USING (id);
SELECT count(*) FROM resident_test JOIN resident_other USING (id);
RESET enable_nestloop;
RESET enable_mergejoin;
SELECT count(*) FROM (SELECT id FROM resident_test UNION SELECT id FROM resident_other) u;

-- indexes
CREATE UNIQUE INDEX resident_test_id ON resident_test (id);
CREATE INDEX resident_other_id ON resident_other USING hash (id);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT t FROM resident_test WHERE id = '320902197001010015';
EXPLAIN (COSTS OFF) SELECT t FROM resident_test WHERE id >= '320902197001010015' AND id < '320903197001010011' ORDER BY id;
EXPLAIN (COSTS OFF) SELECT * FROM resident_other WHERE id = '320902197001010015';
SELECT count(*) AS not_found FROM resident_test r WHERE NOT EXISTS (SELECT FROM resident_test s WHERE s.id = resident_id_unchecked(r.t) AND s.t = r.t);
SELECT count(*) AS found FROM resident_test r WHERE EXISTS (SELECT FROM resident_other o WHERE o.id = r.id OFFSET 0);
RESET enable_seqscan;
RESET enable_bitmapscan;
-- one number, written in two ways, is one number
DO $$
BEGIN
	INSERT INTO resident_test SELECT id::text::resident_id, t, digits FROM resident_test WHERE is_checked(id) LIMIT 1;
EXCEPTION WHEN unique_violation THEN
	RAISE NOTICE 'refused: %', SQLERRM;
END
$$;

-- text and binary copies come back whole
\getenv abs_builddir PG_ABS_BUILDDIR
\set filename :abs_builddir '/results/resident_id.data'
CREATE TEMP TABLE copied (LIKE resident_test);
COPY resident_test TO :'filename' (FORMAT binary);
COPY copied FROM :'filename' (FORMAT binary);
SELECT count(*), count(*) FILTER (WHERE NOT is_checked(c.id)) AS unchecked FROM copied c JOIN resident_test r ON r.id = c.id AND r.t = c.t;
TRUNCATE copied;
COPY resident_test TO :'filename';
COPY copied FROM :'filename';
SELECT count(*), count(*) FILTER (WHERE NOT is_checked(c.id)) AS unchecked FROM copied c JOIN resident_test r ON r.id = c.id AND r.t = c.t;

-- bytes that no text makes are refused
CREATE TEMP TABLE received (id resident_id);
CREATE FUNCTION pg_temp.receive(filename text, value bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	file oid := lo_from_bytea(0, '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(value)) || value || '\xffff');
BEGIN
	PERFORM lo_export(file, filename), lo_unlink(file);
	EXECUTE format('COPY received FROM %L (FORMAT binary)', filename);
	RETURN 'fine';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
SELECT what, pg_temp.receive(:'filename', bytes) FROM (VALUES
	('as sent', resident_id_send('11010519491231002X')),
	('as sent, unchecked', resident_id_send('110105194912310021!')),
	('wrong check digit, not marked', int8send((11010519491231002 << 5) | (1 << 1))),
	('right check digit, marked', int8send((11010519491231002 << 5) | (10 << 1) | 1)),
	('no such check character', int8send((11010519491231002 << 5) | (11 << 1))),
	('no such day', int8send((11010519490230002 << 5) | 1)),
	('18 digits', int8send(110105194912310020 << 5)),
	('nought', int8send(0)),
	('all ones', int8send(-1)),
	('too short', '\x00000000'::bytea),
	('too long', resident_id_send('11010519491231002X') || '\x00'),
	('empty', ''::bytea)) v (what, bytes);
SELECT id FROM received ORDER BY id;

-- everybody may use all of it, and everything is described
CREATE ROLE regress_bianzhi_nobody;
SET ROLE regress_bianzhi_nobody;
SELECT birth_date(id), id < '320902197001010015' AS less FROM (SELECT bianzhi.resident_id_unchecked('320902197001010014') AS id) i;
SELECT count(*) >= 20 AS functions, count(*) FILTER (WHERE NOT has_function_privilege(oid, 'EXECUTE')) AS closed,
	count(*) FILTER (WHERE obj_description(oid, 'pg_proc') !~ '^[一-龥].*: ') AS undescribed,
	count(*) FILTER (WHERE provolatile <> 'i' OR NOT proisstrict OR proparallel <> 's') AS mislabelled
FROM pg_proc WHERE pronamespace = 'bianzhi'::regnamespace AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
	AND ('resident_id'::regtype = ANY (proargtypes) OR proname ~ 'resident_id');
SELECT has_type_privilege('resident_id', 'USAGE'), obj_description('resident_id'::regtype, 'pg_type') ~ '^公民身份号码: ' AS described;
RESET ROLE;
DROP ROLE regress_bianzhi_nobody;
DROP TABLE resident_test, resident_other;
