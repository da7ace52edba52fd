-- what is audited and what was: audit(), unaudit(), the opening, replay, what cannot be changed, and what health() says
\set SHOW_CONTEXT never
\pset format unaligned
\pset null (null)
SET client_min_messages = warning;
CREATE EXTENSION bianzhi;
RESET client_min_messages;
\set state 'SELECT label, audited, builtin, changed FROM bianzhi.audited WHERE NOT builtin OR changed OR NOT audited ORDER BY label COLLATE "C"'

-- every table of the office and every catalogue, from the start, with triggers that fire before any other
SELECT label FROM bianzhi.audited WHERE label IN ('bianzhi.unit', 'bianzhi.unit_version', 'bianzhi.unit_relation', 'bianzhi.unit_alias', 'bianzhi.signboard',
	'bianzhi.document', 'bianzhi.person', 'bianzhi.person_identity', 'bianzhi.person_fact', 'bianzhi.quota', 'bianzhi.ceiling', 'bianzhi.digest_plan',
	'bianzhi.lead', 'bianzhi.exemption', 'bianzhi.occupancy', 'bianzhi.appointment', 'bianzhi.source') ORDER BY label COLLATE "C";
SELECT c.relname AS catalogue_not_audited
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'builtin'
WHERE c.relnamespace = 'bianzhi'::regnamespace AND c.relkind = 'r' AND c.oid NOT IN (SELECT relid FROM bianzhi.audited) AND c.relname <> 'audited';
SELECT a.label FROM bianzhi.audited AS a
WHERE (SELECT min(t.tgname) FROM pg_trigger AS t WHERE t.tgrelid = a.relid) <> '!bianzhi_audit_row' OR NOT EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = a.relid AND t.tgname = '!bianzhi_audit_truncate');

-- what cannot be audited

CREATE TABLE no_key (a int);
CREATE TABLE late_key (a int PRIMARY KEY DEFERRABLE);
CREATE TEMP TABLE own_temp (a int PRIMARY KEY);
CREATE UNLOGGED TABLE not_logged (a int PRIMARY KEY);
CREATE VIEW just_a_view AS SELECT 1 AS a;
CREATE TABLE half (a int PRIMARY KEY) PARTITION BY LIST (a);
CREATE UNLOGGED TABLE half_1 PARTITION OF half FOR VALUES IN (1);
SELECT bianzhi.audit('no_key');
SELECT bianzhi.audit('late_key');
SELECT bianzhi.audit('own_temp');
SELECT bianzhi.audit('not_logged');
SELECT bianzhi.audit('just_a_view');
SELECT bianzhi.audit('half');
SELECT bianzhi.audit('bianzhi.ledger');
SELECT bianzhi.audit('bianzhi.chunk');
SELECT bianzhi.audit(NULL);
SELECT bianzhi.audit(1);
SELECT bianzhi.unaudit('no_key');
CREATE ROLE audit_owner;
CREATE ROLE audit_other;
GRANT CREATE ON SCHEMA public TO audit_owner;
GRANT EXECUTE ON FUNCTION bianzhi.audit(regclass), bianzhi.unaudit(regclass) TO audit_owner, audit_other;
SET ROLE audit_owner;
CREATE TABLE owned (id int PRIMARY KEY, what text, at timestamptz);
SET ROLE audit_other;
SELECT bianzhi.audit('owned');
SELECT bianzhi.unaudit('bianzhi.unit');
SET ROLE audit_owner;
SELECT bianzhi.audit('owned');
INSERT INTO owned VALUES (1, 'before', '2026-01-01 00:00+00'), (2, 'stays', NULL);
RESET ROLE;
:state;
SELECT bianzhi.ledger_is_open(), count(*) FROM bianzhi.ledger;

-- the opening

INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (1, 'FIN', '财政局');
SELECT bianzhi.go_live();
SELECT bianzhi.ledger_is_open();
SELECT operation, key, row_after FROM bianzhi.ledger WHERE relation IN ('bianzhi.unit', 'public.owned') ORDER BY seq;
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
\set look 'SELECT relation, operation, key, row_before, row_after FROM bianzhi.ledger WHERE seq > :seen ORDER BY seq; SELECT max(seq) AS seen FROM bianzhi.ledger \\gset'
-- suspending does not stop it, and going live again writes nothing but the leads it makes
SELECT bianzhi.suspend('a test');
INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (2, 'EDU', '教育局');
SELECT bianzhi.go_live();
SELECT relation, operation, key FROM bianzhi.ledger WHERE seq > :seen ORDER BY seq;
SELECT max(seq) AS seen FROM bianzhi.ledger \gset

-- out and in again

SET ROLE audit_owner;
SELECT bianzhi.unaudit('owned');
SELECT bianzhi.unaudit('owned');
UPDATE owned SET what = 'changed unseen' WHERE id = 1;
DELETE FROM owned WHERE id = 2;
INSERT INTO owned VALUES (3, 'new unseen', NULL);
RESET ROLE;
:look
:state;
SELECT tgname FROM pg_trigger WHERE tgrelid = 'owned'::regclass;
SET ROLE audit_owner;
SELECT bianzhi.audit('owned');
SELECT bianzhi.audit('owned');
RESET ROLE;
:look
-- one of the extension's own: the triggers stay, the setting is what counts
SELECT bianzhi.unaudit('bianzhi.rank');
INSERT INTO bianzhi.rank (code, name_zh, height) VALUES ('mine', '自定', 7);
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'bianzhi.rank'::regclass AND tgname LIKE '!bianzhi\_audit\_%';
:look
:state;
SELECT bianzhi.audit('bianzhi.rank');
:look
DELETE FROM bianzhi.audited WHERE label = 'bianzhi.rank';
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT bianzhi.audit('owned');
ROLLBACK;

-- names: a table keeps the one it came with, and leaves it when it is gone

ALTER TABLE owned RENAME TO renamed;
INSERT INTO renamed VALUES (4, 'renamed', NULL);
CREATE TABLE owned (id int PRIMARY KEY);
SELECT bianzhi.audit('owned');
:look
SELECT oid AS gone FROM pg_class WHERE oid = 'renamed'::regclass \gset
DROP TABLE renamed;
SELECT severity, what, object, replace(hint, :'gone', 'NUMBER') AS hint FROM bianzhi.health() WHERE what LIKE '%audit%';
SELECT bianzhi.audit('owned');
INSERT INTO owned VALUES (9);
:look
SELECT oid AS gone FROM pg_class WHERE oid = 'owned'::regclass \gset
DROP TABLE owned;
SELECT bianzhi.unaudit(:gone);
:look
:state;

-- what a row names may get another name: that is no change of the row
CREATE TABLE named (id int PRIMARY KEY, what regclass, note text);
SELECT bianzhi.audit('named');
INSERT INTO named VALUES (1, 'no_key', 'n'), (2, NULL, 'n');
ALTER TABLE no_key RENAME TO still_no_key;
SELECT bianzhi.audit('named');
:look
ALTER TABLE named DISABLE TRIGGER "!bianzhi_audit_row";
UPDATE named SET note = 'm';
ALTER TABLE named ENABLE TRIGGER "!bianzhi_audit_row";
SELECT bianzhi.audit('named');
:look
DROP TABLE named;
SELECT bianzhi.unaudit(relid) FROM bianzhi.audited WHERE label = 'public.named';
:look

-- a partition and its table are not audited both
CREATE TABLE whole (a int PRIMARY KEY) PARTITION BY LIST (a);
CREATE TABLE part PARTITION OF whole FOR VALUES IN (1, 2);
SELECT bianzhi.audit('part');
SELECT bianzhi.audit('whole');
SELECT bianzhi.unaudit('part');
SELECT bianzhi.audit('whole');
SELECT bianzhi.audit('part');
INSERT INTO whole VALUES (1);
SELECT bianzhi.unaudit('whole');
SELECT count(*) FROM pg_trigger WHERE tgname LIKE '!bianzhi\_audit\_%' AND tgrelid IN ('whole'::regclass, 'part'::regclass);
INSERT INTO whole VALUES (2);
:look
DROP TABLE whole;

-- as it was

CREATE TABLE past (id int PRIMARY KEY, d date, tz timestamptz, during daterange, iv interval, j json, jb jsonb, f float8, p point, m money, by bytea, small bianzhi.resident_id);
SELECT bianzhi.audit('past');
SELECT clock_timestamp() AS empty \gset
INSERT INTO past VALUES (1, '2026-02-28', '2026-02-28 12:00+08', '[2026-01-01,)', '-1 day 2 hours', '{"z":  1, "a": [2]}', '{"k": 1.50}', 0.1, '(1,2)', 12.5, '\x00ff', '990000197001010018'),
	(2, 'infinity', '-infinity', 'empty', '1 year -3 days', NULL, NULL, 'NaN', NULL, NULL, NULL, NULL);
SELECT clock_timestamp() AS two \gset
CREATE TABLE were AS SELECT * FROM past;
UPDATE past SET id = 3, d = '2026-03-01' WHERE id = 1;
DELETE FROM past WHERE id = 2;
SELECT clock_timestamp() AS one \gset
SELECT count(*) FROM bianzhi.ledger_replay(NULL::past, :'empty');
SELECT r::text = w::text AS as_it_was FROM bianzhi.ledger_replay(NULL::past, :'two') AS r JOIN were AS w USING (id) ORDER BY r.id;
SET datestyle = 'German'; SET intervalstyle = 'sql_standard'; SET timezone = 'America/New_York';
SELECT r::text = w::text AS as_it_was FROM bianzhi.ledger_replay(NULL::past, :'two') AS r JOIN were AS w USING (id) ORDER BY r.id;
RESET datestyle; RESET intervalstyle; RESET timezone;
SELECT id, d FROM bianzhi.ledger_replay(NULL::past, :'one');
SELECT id, d FROM bianzhi.ledger_replay(NULL::past, 'infinity');
-- what was added since is NULL
ALTER TABLE past ADD COLUMN note text;
SELECT id, note FROM bianzhi.ledger_replay(NULL::past, :'two');
DO $$ BEGIN PERFORM count(*) FROM bianzhi.ledger_replay(NULL::past, '2020-01-01'); EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RAISE NOTICE '%', regexp_replace(SQLERRM, 'from .* on only', 'from TIME on only'); END $$;
SELECT * FROM bianzhi.ledger_replay(NULL::were, now());
SELECT * FROM bianzhi.ledger_replay(1, now());
SELECT * FROM bianzhi.ledger_replay(NULL::past, NULL);
SELECT bianzhi.unaudit('past');
SELECT clock_timestamp() AS out \gset
SELECT * FROM bianzhi.ledger_replay(NULL::past, :'out');
SELECT count(*) FROM bianzhi.ledger_replay(NULL::past, :'one');
SELECT bianzhi.audit('past');
SELECT count(*) FROM bianzhi.ledger_replay(NULL::past, clock_timestamp());

-- nothing is changed, whoever asks; but a text may be erased, salt and all, where what was committed to takes its place

UPDATE bianzhi.ledger SET key = 'x' WHERE seq = 1;
UPDATE bianzhi.ledger SET row_after = NULL;
UPDATE bianzhi.ledger SET salt = NULL, row_before = NULL, row_after = NULL;
UPDATE bianzhi.ledger SET salt = NULL, row_before = NULL, row_after = NULL, commitment = 'x', at = at + interval '1 second';
UPDATE bianzhi.ledger SET salt = NULL, row_before = NULL, row_after = 'x', commitment = 'x';
UPDATE bianzhi.ledger SET commitment = 'x';
DELETE FROM bianzhi.ledger WHERE false;
TRUNCATE bianzhi.ledger;
MERGE INTO bianzhi.ledger AS l USING (VALUES (1)) AS v (seq) ON v.seq = l.seq WHEN MATCHED THEN DELETE;
SET session_replication_role = replica;
UPDATE bianzhi.ledger SET key = 'x' WHERE seq = 1;
DELETE FROM bianzhi.ledger;
TRUNCATE bianzhi.ledger;
RESET session_replication_role;
SELECT seq AS erased FROM bianzhi.ledger WHERE relation = 'public.past' AND operation = 'INSERT' AND key = '3' \gset
UPDATE bianzhi.ledger SET salt = NULL, row_before = NULL, row_after = NULL, commitment = 'what was committed to' WHERE seq = :erased;
UPDATE bianzhi.ledger SET commitment = 'another' WHERE seq = :erased;
DO $$ BEGIN PERFORM count(*) FROM bianzhi.ledger_replay(NULL::past, 'infinity'); EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RAISE NOTICE '%', regexp_replace(SQLERRM, '[0-9]+', 'N'); END $$;
-- what was erased is not written again when stock is taken; that the row has gone is
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
SELECT bianzhi.audit('past');
:look
ALTER TABLE past DISABLE TRIGGER USER;
DELETE FROM past;
ALTER TABLE past ENABLE TRIGGER USER;
SELECT bianzhi.audit('past');
:look

-- what is there of each table
SELECT relation, audited, entries, first_entry <= last_entry AS ordered FROM bianzhi.ledger_status WHERE relation IN ('public.past', 'public.owned', 'bianzhi.ceiling', 'public.whole') ORDER BY relation COLLATE "C";
SELECT (SELECT sum(entries) FROM bianzhi.ledger_status) <= count(*) FROM bianzhi.ledger;

-- what health() says

SELECT severity, what, object, hint FROM bianzhi.health() WHERE what LIKE '%audit%' OR what LIKE '%ledger%' OR what LIKE '%fire%';
DROP TRIGGER "!bianzhi_audit_row" ON past;
DROP TRIGGER "!bianzhi_audit_truncate" ON bianzhi.unit;
ALTER TABLE bianzhi.person DISABLE TRIGGER "!bianzhi_audit_row";
ALTER TABLE bianzhi.ledger DISABLE TRIGGER append_only;
DELETE FROM bianzhi.ledger_open;
SELECT severity, what, object, hint FROM bianzhi.health() WHERE what LIKE '%audit%' OR what LIKE '%ledger%' OR what LIKE '%fire%' ORDER BY object COLLATE "C";
ALTER TABLE bianzhi.ledger ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE bianzhi.person ENABLE TRIGGER "!bianzhi_audit_row";
SELECT max(seq) AS seen FROM bianzhi.ledger \gset
SELECT bianzhi.suspend('again');
UPDATE bianzhi.unit SET name = '教育体育局' WHERE unit_id = 2;
INSERT INTO past (id) VALUES (7);
SELECT bianzhi.go_live();
SELECT relation, operation, key, row_before IS NULL AS is_new FROM bianzhi.ledger WHERE seq > :seen ORDER BY seq;
SELECT severity, what, object, hint FROM bianzhi.health() WHERE what LIKE '%audit%' OR what LIKE '%ledger%' OR what LIKE '%fire%';

-- nobody but the owner writes or reads it
SET ROLE audit_owner;
SELECT bianzhi.ledger_append('a', 'b', 'c', NULL, NULL);
INSERT INTO bianzhi.ledger_open VALUES (now());
SELECT count(*) FROM bianzhi.ledger_status;
SELECT bianzhi.open_ledger();
RESET ROLE;
SELECT bianzhi.ledger_append('a', NULL, 'c', NULL, NULL);
-- the trigger functions are triggers, and only that
CREATE TRIGGER wrong AFTER INSERT ON were FOR EACH ROW EXECUTE FUNCTION bianzhi.audit_row();
INSERT INTO were (id) VALUES (1);
DROP TRIGGER wrong ON were;
CREATE TRIGGER wrong AFTER INSERT ON were FOR EACH ROW EXECUTE FUNCTION bianzhi.audit_row('public.were');
INSERT INTO were (id) VALUES (1);
DROP TRIGGER wrong ON were;
CREATE TRIGGER wrong AFTER INSERT ON were FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.audit_row('public.were');
INSERT INTO were (id) VALUES (1);
SET client_min_messages = warning;
DROP EXTENSION bianzhi CASCADE;
REVOKE ALL ON SCHEMA public FROM audit_owner;
DROP ROLE audit_owner, audit_other;
