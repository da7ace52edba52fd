-- the type credit_code: GB 32100-2015, domain vectors, both ways
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
RESET client_min_messages;
SET search_path = public, bianzhi;

-- run a statement; SQLSTATE and text where it fails, and an alarm if anything of the code got into a message
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
		RETURN 'MESSAGE TELLS A CODE: ' || message;
	END IF;
	RETURN SQLSTATE || ': ' || message;
END
$$;

-- the example of the standard, the edge where the remainder is nought, a public institution and a private school
SELECT code, registration_department(code) AS department, registration_category(code) AS category, region(code),
	organization_code(code)
FROM (VALUES ('91350100M000100Y43'), ('113209000143000170'), ('12320900D2143569XC'), ('52320900MJ5600000H')) v (t),
	LATERAL (SELECT t::credit_code AS code) c ORDER BY code;

-- every way to write one code
SELECT what, t::credit_code AS code, credit_code_problem(t) AS problem
FROM (VALUES
	('small letters', '91350100m000100y43'),
	('full width', '９１３５０１００Ｍ０００１００Ｙ４３'),
	('full width, small', '９１３５０１００ｍ０００１００ｙ４３'),
	('blanks, tab, newline', E' \t91350100M000100Y43\r\n '),
	('ideographic space', '　91350100M000100Y43　'),
	('no-break space, byte order mark', E'\ufeff91350100M000100Y43\u00a0')) v (what, t);

-- refused as text, and why; the soft check says the same
SELECT what, pg_temp.try(format('SELECT %L::bianzhi.credit_code', t)) AS error,
	is_credit_code(t) AS soft, credit_code_problem(t) AS problem
FROM (VALUES
	('nothing', ''),
	('blanks', E' \t　'),
	('wrong copy: a letter that does not exist', '91350100M000100Y4Z'),
	('wrong copy: the remainder, not 31 less it', '91350100M000100Y4W'),
	('wrong copy: the first character left out', '91350100M000100Y4C'),
	('wrong copy: 31 for nought', '11320900014300017V'),
	('two characters swapped', '91350100M000100Y34'),
	('one character wrong', '91350100M000101Y43'),
	('17 characters', '91350100M000100Y4'),
	('19 characters', '91350100M000100Y433'),
	('very long', repeat('3', 1000000)),
	('letter O for nought', '9135O100M000100Y43'),
	('letter I for one', '9I350100M000100Y43'),
	('blank inside', '91350100 M000100Y43'),
	('hyphen inside', '91350100M000100Y-43'),
	('mark behind', '91350100M000100Y43!'),
	('Greek Mu', '91350100Μ000100Y43'),
	('resident id', '11010519491231002X'),
	('organisation code', 'M000100Y-4'),
	('name', '财政局'),
	('emoji', '😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀'),
	('accent on the last', E'91350100M000100Y43\u0301')) v (what, t);

-- the organisation code's own check character (GB 11714) is not judged: 4 is right here, 5 is not
SELECT t, credit_code_problem(t), organization_code(t::credit_code) FROM (VALUES ('91350100M000100Y43'), ('91350100M000100Y56')) v (t);

-- NULL in, NULL out
SELECT num_nonnulls(NULL::text::credit_code, credit_code_problem(NULL), is_credit_code(NULL), registration_department(NULL),
	registration_category(NULL), region(NULL::credit_code), organization_code(NULL), NULL::credit_code = '91350100M000100Y43') AS nonnulls;

-- casts: from text by word only, to text by assignment
SELECT ' 91350100m000100y43'::text::credit_code, '91350100m000100y43'::varchar::credit_code, '91350100m000100y43'::credit_code::text;
CREATE TEMP TABLE cast_test (t text, v varchar(18), code credit_code);
INSERT INTO cast_test VALUES ('91350100M000100Y43'::credit_code, '91350100M000100Y43'::credit_code, '91350100m000100y43');
SELECT * FROM cast_test;
SELECT pg_temp.try('INSERT INTO cast_test (code) VALUES (''91350100M000100Y43''::text)');

-- 1000 codes, the same on every run: of the 31 characters, one is right for each
CREATE FUNCTION pg_temp.spell(n numeric, length int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text := '';
BEGIN
	FOR i IN 1 .. length LOOP
		result := substr('0123456789ABCDEFGHJKLMNPQRTUWXY', (n % 31)::int + 1, 1) || result;
		n := div(n, 31);
	END LOOP;
	RETURN result;
END
$$;
CREATE TABLE credit_test (code credit_code NOT NULL, t text NOT NULL);
WITH candidate AS MATERIALIZED (
	SELECT stem, stem || c AS t
	FROM (SELECT pg_temp.spell(i::numeric * 7919 * 104729 * 1299709 * 15485863 % 31::numeric ^ 17, 17) AS stem FROM generate_series(1, 1000) i) s,
		unnest(string_to_array('0123456789ABCDEFGHJKLMNPQRTUWXY', NULL)) c),
right_one AS (INSERT INTO credit_test SELECT t::credit_code, t FROM candidate WHERE is_credit_code(t) RETURNING t)
SELECT count(*) AS candidates, count(DISTINCT stem) AS stems, count(*) FILTER (WHERE is_credit_code(t)) AS right,
	count(DISTINCT stem) FILTER (WHERE is_credit_code(t)) AS stems_with_right FROM candidate;
SELECT count(*), count(DISTINCT code) AS codes, bool_and(code::text = t) AS written_as_read, bool_and(lower(t)::credit_code = code) AS small_too
FROM credit_test;
SELECT count(*) AS differ FROM credit_test
WHERE registration_department(code) || registration_category(code) || region(code) || replace(organization_code(code), '-', '') <> left(t, 17)
	OR organization_code(code) !~ '^.{8}-.$' OR pg_column_size(code) <> 12;

-- the order is that of the text, by sorting and by every operator
SELECT count(*) AS out_of_order FROM (SELECT row_number() OVER (ORDER BY code) a, row_number() OVER (ORDER BY t COLLATE "C") b FROM credit_test) r WHERE a <> b;
SELECT count(*) AS pairs, count(*) FILTER (WHERE
	(a.code < b.code) <> (a.t COLLATE "C" < b.t) OR (a.code <= b.code) <> (a.t COLLATE "C" <= b.t) OR (a.code = b.code) <> (a.t = b.t)
	OR (a.code <> b.code) <> (a.t <> b.t) OR (a.code >= b.code) <> (a.t COLLATE "C" >= b.t) OR (a.code > b.code) <> (a.t COLLATE "C" > b.t)
	OR credit_code_cmp(a.code, b.code) <> CASE WHEN a.t COLLATE "C" < b.t THEN -1 WHEN a.t = b.t THEN 0 ELSE 1 END) AS differ
FROM (SELECT * FROM credit_test ORDER BY t COLLATE "C" LIMIT 200) a, (SELECT * FROM credit_test ORDER BY t COLLATE "C" DESC LIMIT 900) b;

-- equal by the hash as by the operator
SELECT count(*) AS differ FROM credit_test
WHERE credit_code_hash(code) <> credit_code_hash(lower(t)::credit_code) OR credit_code_hash_extended(code, 0)::bit(32) <> credit_code_hash(code)::bit(32)
	OR credit_code_hash_extended(code, 7) <> credit_code_hash_extended((t || '　')::credit_code, 7);
SELECT count(DISTINCT credit_code_hash(code)) > 990 AS spread, count(DISTINCT credit_code_hash_extended(code, 1)) AS extended FROM credit_test;
SELECT amname, opcname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = 'credit_code'::regtype ORDER BY 1;

-- joins of each kind see the same
CREATE TABLE credit_other AS SELECT code FROM credit_test ORDER BY t COLLATE "C" LIMIT 500;
ANALYZE credit_test, credit_other;
SET enable_hashjoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM credit_test JOIN credit_other USING (code);
SELECT count(*) FROM credit_test JOIN credit_other USING (code);
SET enable_hashjoin = on;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM credit_test JOIN credit_other USING (code);
SELECT count(*) FROM credit_test JOIN credit_other USING (code);
RESET enable_nestloop;
RESET enable_mergejoin;
SELECT count(*) FROM (SELECT code FROM credit_test UNION SELECT code FROM credit_other) u;

-- indexes
CREATE UNIQUE INDEX credit_test_code ON credit_test (code);
CREATE INDEX credit_other_code ON credit_other USING hash (code);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT t FROM credit_test WHERE code = '91350100m000100y43';
EXPLAIN (COSTS OFF) SELECT t FROM credit_test WHERE code > '91350100M000100Y43' ORDER BY code;
EXPLAIN (COSTS OFF) SELECT * FROM credit_other WHERE code = '91350100M000100Y43';
SELECT count(*) AS not_found FROM credit_test r WHERE NOT EXISTS (SELECT FROM credit_test s WHERE s.code = r.t::credit_code AND s.t = r.t);
SELECT count(*) AS found FROM credit_test r WHERE EXISTS (SELECT FROM credit_other o WHERE o.code = r.code OFFSET 0);
RESET enable_seqscan;
RESET enable_bitmapscan;
-- one code, written in two ways, is one code
DO $$
BEGIN
	INSERT INTO credit_test SELECT lower(t)::credit_code, t FROM credit_test LIMIT 1;
EXCEPTION WHEN unique_violation THEN
	RAISE NOTICE 'refused: %', SQLERRM;
END
$$;

-- text and binary copies come back whole
\getenv abs_builddir PG_ABS_BUILDDIR
\set filename :abs_builddir '/results/credit_code.data'
CREATE TEMP TABLE copied (LIKE credit_test);
COPY credit_test TO :'filename' (FORMAT binary);
COPY copied FROM :'filename' (FORMAT binary);
SELECT count(*) FROM copied c JOIN credit_test r ON r.code = c.code AND r.t = c.t;
TRUNCATE copied;
COPY credit_test TO :'filename';
COPY copied FROM :'filename';
SELECT count(*) FROM copied c JOIN credit_test r ON r.code = c.code AND r.t = c.t;

-- bytes that no text makes are refused
CREATE TEMP TABLE received (code credit_code);
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
	('as sent', credit_code_send('91350100M000100Y43')),
	('another last part', substr(credit_code_send('91350100M000100Y43'), 1, 8) || int4send((23 * 31 ^ 5)::int)),
	('part that has no text', int4send(887503681) || int4send(0) || int4send(0)),
	('all ones', '\xffffffffffffffffffffffff'::bytea),
	('too short', '\x0000000000000000'::bytea),
	('too long', credit_code_send('91350100M000100Y43') || '\x00'),
	('empty', ''::bytea)) v (what, bytes);
SELECT code FROM received ORDER BY code;

-- everybody may use all of it, and everything is described
CREATE ROLE regress_bianzhi_nobody;
SET ROLE regress_bianzhi_nobody;
SELECT region(code), code < '91350100M000100Y43' AS less FROM (SELECT '113209000143000170'::bianzhi.credit_code AS code) c;
SELECT count(*) >= 20 AS functions, count(*) FILTER (WHERE NOT has_function_privilege(oid, 'EXECUTE')) AS closed,
	count(*) FILTER (WHERE obj_description(oid, 'pg_proc') !~ '^[一-龥].*: ') AS undescribed,
	count(*) FILTER (WHERE provolatile <> 'i' OR NOT proisstrict OR proparallel <> 's') AS mislabelled
FROM pg_proc WHERE pronamespace = 'bianzhi'::regnamespace AND prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
	AND ('credit_code'::regtype = ANY (proargtypes) OR proname ~ 'credit_code');
SELECT has_type_privilege('credit_code', 'USAGE'), obj_description('credit_code'::regtype, 'pg_type') ~ '^统一社会信用代码: ' AS described;
RESET ROLE;
DROP ROLE regress_bianzhi_nobody;
DROP TABLE credit_test, credit_other;
