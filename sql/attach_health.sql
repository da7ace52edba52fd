-- health(): what it says of attached tables
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
CREATE VIEW ill AS SELECT severity, what, object, hint FROM bianzhi.health() WHERE severity <> 'notice' ORDER BY what COLLATE "C", object COLLATE "C";
SELECT line('A', 'administrative', 9);
CREATE TABLE staff (dept text, hired date, who bigint) PARTITION BY RANGE (hired);
CREATE TABLE staff_25 PARTITION OF staff FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE staff_26 PARTITION OF staff FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (dept);
CREATE TABLE staff_26_a PARTITION OF staff_26 FOR VALUES IN ('A');
CREATE TABLE "Other" (dept text, since date, until date, who varchar(18));
CREATE INDEX ON staff (who);
CREATE INDEX other_who ON "Other" (who);
SELECT bianzhi.attach('staff', 'filled', 'dept', '=administrative', 'hired', NULL, person => 'who') > 0, bianzhi.attach('"Other"', 'filled', 'dept', '=administrative', 'since', 'until', person => 'who') > 0;
SELECT * FROM ill;

-- a partition that came since, one below a partition, one that lost a trigger

CREATE TABLE staff_27 PARTITION OF staff FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE staff_26_x PARTITION OF staff_26 DEFAULT;
DROP TRIGGER "!bianzhi_truncate" ON staff_25;
SELECT * FROM ill;
SELECT bianzhi.attach('staff') > 0;
SELECT * FROM ill;
DROP TRIGGER "!bianzhi_statement" ON staff_26;
SELECT * FROM ill;
SELECT bianzhi.attach('staff') > 0;
ALTER TABLE staff_25 DISABLE TRIGGER "!bianzhi_row";
SELECT * FROM ill;
ALTER TABLE staff_25 ENABLE TRIGGER "!bianzhi_row";
SELECT * FROM ill;

-- a partition that has gone: its rows count still

INSERT INTO staff VALUES ('A', '2025-06-01', 1);
ALTER TABLE staff DETACH PARTITION staff_25;
SELECT * FROM ill;
SELECT count(*) FROM bianzhi.verify();
SELECT bianzhi.attach('staff') > 0;
SELECT * FROM ill;
SELECT sound();
DROP TABLE staff_25;
DROP TABLE staff_26_x;
SELECT severity, what FROM ill;
SELECT bianzhi.attach('staff') > 0;
SELECT * FROM ill;

-- triggers of ours where nothing is attached

CREATE TABLE stranger (x int);
CREATE TRIGGER "!bianzhi_statement" AFTER INSERT ON stranger FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.source_flush();
SELECT * FROM ill;
SELECT bianzhi.detach('stranger');
SELECT * FROM ill;
-- as a table brings them that was dumped alone, and comes into another database: attached there, it is like any other
SELECT last_value + 1 AS next FROM bianzhi.source_source_id_seq \gset
CREATE TABLE alone (dept text, since date, n int);
SELECT format('CREATE TRIGGER %I AFTER UPDATE OF n, dept ON alone FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION bianzhi.source_columns()', '!bianzhi_columns_' || i) FROM unnest(ARRAY[77, :next]) AS i \gexec
CREATE TRIGGER "!bianzhi_row" AFTER INSERT OR UPDATE OR DELETE ON alone FOR EACH ROW EXECUTE FUNCTION bianzhi.source_row();
SELECT * FROM ill;
SELECT try($$INSERT INTO alone VALUES ('A', '2026-12-01', 1)$$);
SELECT bianzhi.attach('alone', 'filled', 'dept', '=administrative', 'since', NULL) > 0;
INSERT INTO alone VALUES ('A', '2026-12-01', 1);
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'alone'::regclass AND tgname LIKE '!bianzhi_columns%';
SELECT * FROM ill;
SELECT sound();
SELECT bianzhi.detach('alone');

-- persons who cannot be looked up

DROP INDEX other_who;
SELECT * FROM ill;
SELECT try('SELECT bianzhi.attach(''"Other"'')');
CREATE INDEX ON "Other" (dept, who);
CREATE INDEX ON "Other" (who) WHERE dept = 'A';
CREATE INDEX ON "Other" (lower(who));
CREATE INDEX ON "Other" USING hash (who);
SELECT * FROM ill;
INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (101, '990000197001010018', '人员101');
-- seats are looked up all the same; a number that may be named cannot be changed meanwhile
INSERT INTO "Other" VALUES ('A', '2026-12-01', NULL, '990000197001010018');
SELECT seat(101, 'A', 'administrative', '[2027-01-01,)'), try('UPDATE bianzhi.person SET resident_id = NULL WHERE person_id = 101');
CREATE INDEX ON "Other" (who, since);
SELECT * FROM ill;

-- columns: the list of them lost, one of them gone, one of another type

SELECT format('DROP TRIGGER %I ON "Other"', tgname) AS drop_guard FROM pg_trigger WHERE tgrelid = '"Other"'::regclass AND tgname LIKE '!bianzhi_columns%' \gset
BEGIN;
:drop_guard;
SELECT * FROM ill;
ALTER TABLE "Other" ALTER since TYPE timestamptz;
SELECT * FROM ill;
ROLLBACK;
ALTER TABLE "Other" DROP until CASCADE;
SELECT * FROM ill;
SELECT bianzhi.detach('"Other"');
SELECT * FROM ill;

-- the table gone

SELECT 'staff'::regclass::oid AS gone \gset
DROP TABLE staff;
SELECT severity, what, object = :'gone', hint = format('Run bianzhi.detach(%s).', :gone) FROM ill;
SELECT bianzhi.detach(:gone);
SELECT * FROM ill;
SELECT sound();
