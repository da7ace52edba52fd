-- bad input: a clear error with the code that interface.md names, and nothing half done
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
CREATE FUNCTION bad(statement text) RETURNS text LANGUAGE sql AS $$
	SELECT try(statement) || concat(' ', nullif((SELECT string_agg(s, '; ') FROM sound() AS s), 'sound'))
$$;
SELECT line('A', 'administrative', 3), seat(1, 'A', 'administrative', '[2025-01-01,)');

-- ranges: reversed, empty, without a beginning, literal infinity

SELECT d, bad(format($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (2, 1, 'administrative', %L)$$, d))
FROM unnest(ARRAY['[2027-01-01,2026-01-01)', '[2027-01-01,2027-01-01)', 'empty', '(,)', '(,2026-01-01)', '[-infinity,2026-01-01)', '[2026-12-01,infinity)', '[infinity,)', '[2026-12-01,infinity]',
	'[5874898-01-01,)', '[0000-01-01,)', '[2026-02-30,)', 'soon', '']) AS d;
-- the first and the last day that there are
SELECT bad($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (4, 'administrative', 1, '[4714-11-24 BC,)', 'x')$$),
	bad($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (2, 4, 'administrative', '[4714-11-24 BC,5874897-12-31)'), (3, 4, 'administrative', '[5874897-12-31,)')$$);
SELECT has('D');
SELECT d, bad(format($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (1, 'pool', 1, %L, 'x')$$, d)) FROM unnest(ARRAY['[2027-01-01,2026-01-01)', 'empty', '[-infinity,2026-01-01)', '[2026-12-01,infinity)', '(,)']) AS d;
SELECT d, bad(format($$INSERT INTO bianzhi.unit (unit_key, name, during) VALUES ('X', 'x', %L)$$, d)) FROM unnest(ARRAY['[2027-01-01,2026-01-01)', 'empty', '[-infinity,2026-01-01)', '[2026-12-01,infinity)']) AS d;
SELECT bad($$UPDATE bianzhi.occupancy SET during = 'empty'$$), bad($$UPDATE bianzhi.occupancy SET during = '[2025-01-01,infinity)'$$), bad($$UPDATE bianzhi.occupancy SET during = NULL$$);
DELETE FROM bianzhi.occupancy WHERE unit_id = 4;
SELECT has('A');

-- NULLs

SELECT c, bad(format('INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, counted) VALUES (%s)', c))
FROM unnest(ARRAY[$$NULL, 1, 'administrative', '[2026-12-01,)', true$$, $$2, NULL, 'administrative', '[2026-12-01,)', true$$, $$2, 1, NULL, '[2026-12-01,)', true$$, $$2, 1, 'administrative', NULL, true$$, $$2, 1, 'administrative', '[2026-12-01,)', NULL$$]) AS c;
SELECT c, bad(format('INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no, entries_closed) VALUES (%s)', c))
FROM unnest(ARRAY[$$NULL, 'pool', 1, '(,)', 'x', false$$, $$1, NULL, 1, '(,)', 'x', false$$, $$1, 'pool', NULL, '(,)', 'x', false$$, $$1, 'pool', 1, NULL, 'x', false$$, $$1, 'pool', 1, '(,)', NULL, false$$, $$1, 'pool', 1, '(,)', ' ', false$$, $$1, 'pool', 1, '(,)', 'x', NULL$$]) AS c;

-- numbers: 2^31 seats, sums beyond an integer, none, fewer than none, text that is no number

SELECT a, bad(format($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (2, 'pool', %s, '(,)', 'x')$$, a)) FROM unnest(ARRAY['2147483648', '''many''', '''1.5''', '''''', '-1', '2147483647', '1']) AS a;
SELECT bad($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT 3, 'pool', 2147483647, '[2026-12-01,)', 'x' FROM generate_series(1, 3)$$);
SELECT bad($$UPDATE bianzhi.quota SET amount = -2147483648 WHERE unit_id = 2$$);
SELECT has(k) FROM unnest('{B,C}'::text[]) AS k;
CREATE TABLE wide (unit_id bigint, category text, days daterange, seats bigint);
SELECT bianzhi.attach_own('wide', 'filled', unit => 'unit_id', category => 'category', during => 'days', seats => 'seats') IS NOT NULL;
SELECT s, bad(format($$INSERT INTO wide VALUES (2, 'pool', '[2026-12-01,)', %s)$$, s)) FROM unnest(ARRAY['2147483648', '9223372036854775807', '-1', '-9223372036854775808', '0', '1', 'NULL', '2147483647']) AS s;
SELECT bad($$INSERT INTO wide SELECT 2, 'outside_staff', '[2026-12-01,)', 2147483647 FROM generate_series(1, 2)$$), bad($$INSERT INTO wide VALUES (2, 'outside_staff', '[2026-12-01,)', 2147483647)$$), bad($$INSERT INTO wide VALUES (2, 'outside_staff', '[2026-12-01,)', 1)$$);
SELECT has('B');
-- rows that name no unit, no category or no days stand nowhere
SELECT bad($$INSERT INTO wide VALUES (NULL, 'pool', '[2026-12-01,)', 1), (3, NULL, '[2026-12-01,)', 1), (3, 'pool', NULL, 1), (3, 'pool', 'empty', 1)$$);
SELECT bad($$INSERT INTO wide VALUES (99, 'pool', '[2026-12-01,)', 1)$$), bad($$INSERT INTO wide VALUES (3, 'nonsense', '[2026-12-01,)', 1)$$), bad($$INSERT INTO wide VALUES (-9223372036854775808, 'pool', '[2026-12-01,)', 1)$$), bad($$INSERT INTO wide VALUES (3, repeat('长', 5000), '[2026-12-01,)', 1)$$) LIKE '23503 establishment_account: %';
-- literal infinity in somebody's table means no end
SELECT bad($$INSERT INTO wide VALUES (3, 'outside_staff', '[2026-12-01,infinity)', 1), (3, 'outside_staff', '(-infinity,)', 1)$$);
SELECT has('C');
DELETE FROM wide;
SELECT sound();

-- questions

SELECT bad('SELECT bianzhi.would_exceed(1, ''administrative'', ''[2026-12-01,)'', 0)'), bad('SELECT bianzhi.would_exceed(1, ''administrative'', ''[2026-12-01,)'', -1)'), bad('SELECT bianzhi.would_exceed(1, ''administrative'', ''empty'')'), bad('SELECT bianzhi.would_exceed(1, ''nonsense'', ''[2026-12-01,)'')'), bad('SELECT bianzhi.would_exceed(99, ''administrative'', ''[2026-12-01,)'')');
SELECT verdict FROM bianzhi.would_exceed(1, 'administrative', '(,)', 2147483647);
SELECT verdict IS NULL FROM bianzhi.would_exceed(NULL, 'administrative', '[2026-12-01,)');
SELECT bad('SELECT bianzhi.earliest_vacancy(1, ''administrative'', 0)'), bad('SELECT bianzhi.earliest_vacancy(1, ''nonsense'')'), bad('SELECT bianzhi.earliest_vacancy(99, ''administrative'')');
SELECT bianzhi.earliest_vacancy(1, 'administrative', 2147483647) IS NULL;
SELECT bad('SELECT bianzhi.lock_accounts(NULL)'), bad('SELECT bianzhi.lock_accounts(''{}'')'), bad('SELECT bianzhi.lock_accounts(''{NULL,1,1,NULL}'')'), bad('SELECT bianzhi.lock_accounts(''{{1},{2}}'')'), bad('SELECT bianzhi.lock_accounts(''{1}'', ''nonsense'')'), bad('SELECT bianzhi.lock_accounts(''{99}'', ''administrative'')'), bad('SELECT bianzhi.lock_accounts(''{99}'')');
SELECT bad('SELECT bianzhi.vacancy_on(NULL)'), bad('SELECT bianzhi.vacancy_on(''-infinity'')'), bad('SELECT bianzhi.vacancy_series(''2026-01-01'', ''2027-01-01'', ''-1 month'')'), bad('SELECT bianzhi.vacancy_between(''2026-01-01'', ''infinity'')'), bad('SELECT bianzhi.recount(99)');
SELECT bad('SELECT bianzhi.set_quota(1, ''administrative'', -1, ''2026-12-01'', ''x'')'), bad('SELECT bianzhi.set_quota(1, ''administrative'', NULL, ''2026-12-01'', ''x'')'), bad('SELECT bianzhi.set_quota(99, ''administrative'', 1, ''2026-12-01'', ''x'')'), bad('SELECT bianzhi.set_quota(1, ''nonsense'', 1, ''2026-12-01'', ''x'')'), bad('SELECT bianzhi.set_quota(1, ''administrative'', 1, ''infinity'', ''x'')'), bad('SELECT bianzhi.set_quota(1, ''administrative'', 1, ''2026-12-01'', NULL)');

-- sources that cannot be

SELECT bad('SELECT bianzhi.attach_own(''wide'', ''taken'', unit => ''unit_id'', category => ''category'', during => ''days'')'), bad('SELECT bianzhi.attach_own(''wide'', ''filled'', unit => ''unit'', category => ''category'', during => ''days'')'), bad('SELECT bianzhi.attach_own(''wide'', ''filled'', unit => ''category'', category => ''category'', during => ''days'')');
-- triggers of ours on a table that is none
CREATE TABLE stranger (x int);
CREATE TRIGGER stranger AFTER INSERT ON stranger FOR EACH ROW EXECUTE FUNCTION bianzhi.source_row();
SELECT bad('INSERT INTO stranger VALUES (1)');
CREATE TRIGGER wrong AFTER INSERT ON wide FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.source_row();
SELECT bad($$INSERT INTO wide VALUES (1, 'administrative', '[2026-12-01,)', 1)$$);
DROP TRIGGER wrong ON wide;
SELECT has('A');
SELECT sound();
