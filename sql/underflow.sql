-- L16: no level goes below zero. A timeline that somebody has spoilt with SQL is found, refused and mended, never clamped
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\set hire 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES'

CREATE VIEW chunks AS
SELECT u.unit_key, a.category, c.from_day, c.until_day, c.account_id, c.body
FROM bianzhi.chunk AS c JOIN bianzhi.account AS a USING (account_id) JOIN bianzhi.unit AS u USING (unit_id);

SELECT line('A', 'administrative', 3), line('B', 'administrative', 3);
CREATE TABLE empty AS SELECT unit_key, body FROM chunks WHERE category = 'administrative';
:hire (1, 1, 'administrative', '[2025-01-01,)'), (2, 1, 'administrative', '[2026-01-01,)'), (3, 2, 'administrative', '[2025-01-01,)');
SELECT sound();

-- a timeline of yesterday is put back: the people are still there

UPDATE bianzhi.chunk AS c SET body = e.body FROM empty AS e, chunks AS v WHERE v.account_id = c.account_id AND e.unit_key = 'A' AND v.unit_key = 'A' AND v.category = 'administrative';
SELECT has('A');
SELECT sound();
-- nobody can leave a seat that is not counted: refused at once, and told how to mend it
DELETE FROM bianzhi.occupancy WHERE person_id = 1;
\echo :LAST_ERROR_SQLSTATE
SELECT try('DELETE FROM bianzhi.occupancy WHERE person_id = 1'), try($$UPDATE bianzhi.occupancy SET during = '[2025-01-01,2027-01-01)' WHERE person_id = 2$$);
-- deferring does not put it off
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM bianzhi.occupancy WHERE person_id = 1;
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
SELECT try('TRUNCATE bianzhi.occupancy');
SELECT count(*) FROM bianzhi.occupancy;
-- nothing was clamped and nothing half done; other units are not touched
SELECT has('A');
:hire (4, 2, 'administrative', '[2026-12-01,)');
-- mended: one account was wrong, then none
SELECT bianzhi.recount(unit('B')), bianzhi.recount(unit('A')), bianzhi.recount();
SELECT has('A');
SELECT sound();
DELETE FROM bianzhi.occupancy WHERE person_id = 1;
SELECT has('A');
SELECT sound();

-- a level of each kind: lines and closed lines, reserved

CREATE TABLE held (unit_id bigint, category text, during daterange);
SELECT bianzhi.attach_own('held', 'reserved', unit => 'unit_id', category => 'category', during => 'during') IS NOT NULL;
INSERT INTO held VALUES (1, 'administrative', '[2026-12-01,)');
SELECT line('A', 'administrative', 0, '[2027-01-01,)', closed => true);
UPDATE bianzhi.chunk SET body = (SELECT body FROM empty WHERE unit_key = 'A') WHERE account_id = (SELECT account_id FROM chunks WHERE unit_key = 'A' AND category = 'administrative');
SELECT try('DELETE FROM held'), try('DELETE FROM bianzhi.quota WHERE entries_closed');
SELECT sound();
SELECT bianzhi.recount();
SELECT try('DELETE FROM held'), try('DELETE FROM bianzhi.quota WHERE entries_closed');
SELECT sound();

-- garbage for a body: a reader says so, a writer is refused, recount() mends it

CREATE PROCEDURE spoil(key text, bytes bytea) LANGUAGE sql AS $$
	UPDATE bianzhi.chunk SET body = bytes WHERE (account_id, from_day) = (SELECT account_id, from_day FROM chunks WHERE unit_key = key AND category = 'administrative' ORDER BY from_day DESC LIMIT 1)
$$;
CALL spoil('B', '\xdeadbeef');
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (5, 2, 'administrative', '[2026-12-01,)')$$), try('SELECT * FROM bianzhi.vacancy_on(''2026-11-24'')'), try('SELECT has(''B'')'),
	try('SELECT bianzhi.would_exceed(2, ''administrative'', ''[2026-12-01,)'')'), try('SELECT bianzhi.lock_accounts(''{2}'')');
SELECT sound();
SELECT bianzhi.recount();
SELECT sound();
CREATE FUNCTION spoil_and_mend(key text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	seen bool;
	mended bigint;
BEGIN
	CALL spoil(key, bytes);
	seen := EXISTS (SELECT 1 FROM bianzhi.verify());
	mended := bianzhi.recount();
	RETURN concat_ws(', ', CASE WHEN seen THEN 'seen' ELSE 'NOT SEEN' END, mended,
		CASE WHEN EXISTS (SELECT 1 FROM bianzhi.verify()) THEN 'NOT MENDED' ELSE 'mended' END);
END
$$;
CREATE FUNCTION body_of(key text) RETURNS bytea LANGUAGE sql AS $$
	SELECT body FROM chunks WHERE unit_key = key AND category = 'administrative' ORDER BY from_day DESC LIMIT 1
$$;
SELECT what, spoil_and_mend('B', bytes)
FROM (VALUES ('empty', ''::bytea), ('a zero', '\x00'), ('an open number', '\xff'), ('too long', decode(repeat('ff', 2000), 'hex')), ('too big a number', '\xffffffffffffffffff01'),
	('too many steps', '\x80000000000000'), ('steps that go back', '\x04000000000090c801010202010102'), ('of another account', body_of('A')), ('a byte more', body_of('B') || '\x00'),
	('a byte less', substr(body_of('B'), 1, length(body_of('B')) - 1)), ('of other levels', set_byte(body_of('B'), 4, 8))) AS v (what, bytes);
SELECT sound();

-- chunks that do not fit together: a timeline of many chunks, one of which is gone, doubled, moved or cut short

TRUNCATE bianzhi.occupancy;
SELECT line('C', 'administrative', 60);
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT n % 60 + 1, 3, 'administrative', daterange('2025-01-01'::date + n * 2, '2025-01-01'::date + n * 2 + 1) FROM generate_series(0, 399) AS n;
SELECT count(*) > 3 FROM chunks WHERE unit_key = 'C' AND category = 'administrative';
SELECT sound();
CREATE TABLE middle AS SELECT account_id, from_day FROM chunks WHERE unit_key = 'C' AND category = 'administrative' ORDER BY from_day OFFSET 2 LIMIT 1;
\set into_it 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT 60, 3, \'administrative\', daterange(from_day + 1, from_day + 2) FROM middle'
DELETE FROM bianzhi.chunk AS c USING middle AS m WHERE (c.account_id, c.from_day) = (m.account_id, m.from_day);
:into_it;
\echo :LAST_ERROR_SQLSTATE
SELECT count(*) > 0 FROM bianzhi.verify();
SELECT bianzhi.recount();
SELECT sound();
UPDATE bianzhi.chunk AS c SET until_day = c.until_day - 10 FROM middle AS m WHERE (c.account_id, c.from_day) = (m.account_id, m.from_day);
SELECT count(*) > 0 FROM bianzhi.verify();
SELECT bianzhi.recount();
SELECT sound();
UPDATE bianzhi.chunk AS c SET from_day = c.from_day + 3 FROM middle AS m WHERE (c.account_id, c.from_day) = (m.account_id, m.from_day);
SELECT count(*) > 0 FROM bianzhi.verify();
SELECT bianzhi.recount();
SELECT sound();
DELETE FROM bianzhi.chunk WHERE account_id = (SELECT account_id FROM middle);
SELECT count(*) > 0 FROM bianzhi.verify();
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, 3, 'administrative', '[2024-01-01,2024-02-01)')$$);
SELECT bianzhi.recount();
SELECT sound();
-- a timeline of no account
INSERT INTO bianzhi.chunk SELECT 9999, from_day, until_day, body FROM bianzhi.chunk ORDER BY account_id, from_day LIMIT 1;
SELECT sound();
SELECT bianzhi.recount() >= 0;
SELECT count(*) FROM bianzhi.chunk WHERE account_id = 9999;
SELECT sound();
-- all of them gone, the accounts too
DELETE FROM bianzhi.chunk;
DELETE FROM bianzhi.account;
SELECT count(*) > 0 FROM bianzhi.verify();
SELECT bianzhi.recount();
SELECT sound();
:into_it;
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT n, 1, 'administrative', '[2027-12-01,)' FROM generate_series(1, 4) AS n$$);
SELECT sound();

-- recount() reads what is now, so it refuses to run on an old snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT bianzhi.recount();
\echo :LAST_ERROR_SQLSTATE
ROLLBACK;
