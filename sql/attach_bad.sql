-- attach and detach: what cannot be attached, who may, and whose code runs
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
SELECT line('A', 'administrative', 2), line('B', 'administrative', 9);
CREATE TABLE t (id int PRIMARY KEY, dept text, kind text, hired date, left_on date, days daterange, n bigint, who int, here bool);

-- arguments

CREATE FUNCTION att(arguments text) RETURNS text LANGUAGE sql AS $$
	SELECT try('SELECT bianzhi.attach(' || arguments || ')') || ' ' || (SELECT count(*) FROM bianzhi.source WHERE NOT builtin) || (SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass)
$$;
SELECT a, att(a) FROM unnest(ARRAY[
	$$NULL, 'filled', 'dept', 'kind', 'hired', 'left_on'$$, $$'t', NULL, 'dept', 'kind', 'hired', 'left_on'$$, $$'t', 'filled', NULL, 'kind', 'hired', 'left_on'$$, $$'t', 'filled', 'dept', NULL, 'hired', 'left_on'$$, $$'t', 'filled', 'dept', 'kind', 'hired', 'left_on', ends_inclusive => NULL$$,
	$$'t', 'full', 'dept', 'kind', 'hired', 'left_on'$$, $$'t', 'filled', 'nothing', 'kind', 'hired', 'left_on'$$, $$'t', 'filled', 'dept', '=nothing', 'hired', 'left_on'$$, $$'t', 'filled', 'dept', '=', 'hired', 'left_on'$$, $$'t', 'filled', 'dept', 'ctid', 'hired', 'left_on'$$, $$'t', 'filled', 'tableoid', 'kind', 'hired', 'left_on'$$,
	$$'t', 'filled', 'dept', 'kind', 'days', 'left_on'$$, $$'t', 'filled', 'dept', 'kind', 'days', NULL$$, $$'t', 'filled', 'dept', 'kind', 'hired', 'days'$$, $$'t', 'filled', 'dept', 'kind', 'days', 'days', ends_inclusive => true$$, $$'t', 'filled', 'dept', 'kind', 'hired', 'left_on', person => 'who'$$,
	$$'t', 'filled', 'dept', 'kind', 'hired', 'left_on', seats => 'dept'$$, $$'t', 'filled', 'dept', 'kind', 'hired', 'left_on', condition => 'who'$$, $$'nothing', 'filled', 'dept', 'kind', 'hired', 'left_on'$$, $$'t'$$, $$NULL$$, $$0$$, $$4294967295$$]) AS a;
SELECT try('SELECT bianzhi.detach(''t'')'), try('SELECT bianzhi.detach(NULL)'), try('SELECT bianzhi.detach(0)'), try('SELECT bianzhi.detach(''bianzhi.occupancy'')'), try('SELECT bianzhi.detach(''bianzhi.document'')');

-- what is no table of an application's

CREATE VIEW v AS SELECT * FROM t;
CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
CREATE TEMP TABLE p (dept text, kind text, hired date, left_on date);
CREATE UNLOGGED TABLE u (dept text, kind text, hired date, left_on date);
CREATE TABLE i (dept text, kind text, hired date, left_on date);
CREATE TABLE i_child () INHERITS (i);
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER nothing FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE f (dept text, kind text, hired date, left_on date) SERVER nothing;
CREATE TABLE r (dept text, kind text, hired date, left_on date) PARTITION BY LIST (dept);
CREATE FOREIGN TABLE r_f PARTITION OF r DEFAULT SERVER nothing;
CREATE TYPE composite AS (dept text, kind text, hired date, left_on date);
SELECT r, try(format($$SELECT bianzhi.attach(%L, 'filled', 'dept', 'kind', 'hired', 'left_on')$$, r)) FROM unnest('{v,m,p,u,i,f,r,composite,t_pkey,bianzhi.occupancy,bianzhi.strength,pg_class,information_schema.sql_parts}'::text[]) AS r;
SELECT count(*) FROM bianzhi.source WHERE NOT builtin;
-- nor taken in later
DROP FOREIGN TABLE r_f;
SELECT bianzhi.attach('r', 'filled', 'dept', 'kind', 'hired', 'left_on') > 0;
CREATE FOREIGN TABLE r_f PARTITION OF r FOR VALUES IN ('A') SERVER nothing;
SELECT try($$SELECT bianzhi.attach('r')$$), try($$INSERT INTO r VALUES ('A', 'administrative', '2026-12-01')$$);
DROP FOREIGN TABLE r_f;
CREATE UNLOGGED TABLE r_u PARTITION OF r FOR VALUES IN ('A');
SELECT try($$SELECT bianzhi.attach('r')$$), try($$INSERT INTO r VALUES ('A', 'administrative', '2026-12-01')$$);
SELECT bianzhi.detach('r');
SELECT try($$SELECT bianzhi.attach('r', 'filled', 'dept', 'kind', 'hired', 'left_on')$$);
-- a child by inheritance can be attached; what comes to be below it does not count
SELECT bianzhi.attach('i_child', 'filled', 'dept', 'kind', 'hired', 'left_on') > 0;
CREATE TABLE grandchild () INHERITS (i_child);
INSERT INTO grandchild VALUES ('A', 'administrative', '2026-12-01');
INSERT INTO i_child VALUES ('A', 'administrative', '2026-12-01');
UPDATE i SET dept = 'B';
SELECT has('A'), has('B');
SELECT sound();
SELECT bianzhi.detach('i_child');

-- rows that are there and cannot stand: nothing is attached, and what is wrong is counted

INSERT INTO t (id, dept, kind, hired, left_on, days, n, here) VALUES (1, 'A', 'administrative', '2026-12-01', NULL, NULL, 1, true), (2, 'X', 'administrative', '2026-12-01', NULL, NULL, 1, true), (3, 'A', 'none', '2026-12-01', NULL, NULL, 1, true), (4, 'A', 'administrative', '2026-12-01', '2026-11-01', NULL, 1, true),
	(5, 'A1', 'administrative', '2026-12-01', NULL, NULL, 1, true), (6, 'F', 'administrative', '2019-12-01', NULL, NULL, 1, true), (7, 'A', 'administrative', '2026-12-01', NULL, NULL, -1, true), (8, 'A', 'administrative', '2026-12-01', NULL, NULL, 2147483648, true), (9, 'X', 'none', '2026-12-01', '2026-11-01', NULL, -1, false);
UPDATE bianzhi.unit SET during = '[2020-01-01,)' WHERE unit_key = 'F';
UPDATE t SET who = 99 WHERE id = 1;
CREATE INDEX ON t (who);
SELECT d FROM unnest(string_to_array(split_part(try($$SELECT bianzhi.attach('t', 'filled', 'dept', 'kind', 'hired', 'left_on', 'n', person => 'who', condition => 'here')$$), ' | ', 2), '; ')) AS d;
SELECT count(*) FROM bianzhi.source WHERE NOT builtin;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass AND tgname ~ 'bianzhi';
-- the same rows written are refused one by one
DELETE FROM t WHERE id < 9;
SELECT bianzhi.attach('t', 'filled', 'dept', 'kind', 'hired', 'left_on', 'n', person => 'who', condition => 'here') > 0;
SELECT v, try('INSERT INTO t (id, dept, kind, hired, left_on, n, who, here) VALUES (' || v || ')') FROM unnest(ARRAY[$$2, 'X', 'administrative', '2026-12-01', NULL, 1, NULL, true$$, $$3, 'A', 'none', '2026-12-01', NULL, 1, NULL, true$$, $$4, 'A', 'administrative', '2026-12-01', '2026-11-01', 1, NULL, true$$, $$5, 'A1', 'administrative', '2026-12-01', NULL, 1, NULL, true$$,
	$$6, 'F', 'administrative', '2019-12-01', NULL, 1, NULL, true$$, $$7, 'A', 'administrative', '2026-12-01', NULL, -1, NULL, true$$, $$8, 'A', 'administrative', '2026-12-01', NULL, 2147483648, NULL, true$$, $$10, 'A', 'administrative', '2026-12-01', NULL, 1, 99, true$$]) AS v;
SELECT try('UPDATE t SET here = true'), try('DELETE FROM t');
SELECT sound();
-- written while nothing was checked: refused when it is to be in force, and not in the way of who takes them out
SET session_replication_role = replica;
INSERT INTO t (id, dept, kind, hired, left_on, n, who, here) VALUES (2, 'X', 'administrative', '2026-12-01', NULL, 1, NULL, true), (4, 'A', 'administrative', '2026-12-01', '2026-11-01', 1, NULL, true), (7, 'A', 'administrative', '2026-12-01', NULL, -1, NULL, true), (8, 'A', 'administrative', '2026-12-01', NULL, 2147483648, NULL, true), (10, 'A', 'none', '2026-12-01', NULL, 1, 99, true);
RESET session_replication_role;
SELECT source, problem, row_count FROM bianzhi.dangling();
SELECT try(format('SELECT count(*) FROM (%s) AS q', query)) FROM bianzhi.dangling();
DELETE FROM t;
SELECT sound();
SELECT bianzhi.detach('t');

-- who may: the owner of the table who has been given EXECUTE; a member of the owner

CREATE ROLE app_owner;
CREATE ROLE app_member IN ROLE app_owner;
CREATE ROLE app_writer;
CREATE ROLE app_other;
CREATE SCHEMA app AUTHORIZATION app_owner;
GRANT USAGE ON SCHEMA app TO app_writer, app_other;
SET ROLE app_owner;
CREATE TABLE app.staff (id int, dept text, hired date);
CREATE TABLE app.parts (id int, dept text, hired date) PARTITION BY LIST (id);
GRANT INSERT ON app.staff TO app_writer;
GRANT ALL ON app.staff TO app_other;
\set attach 'SELECT try($$SELECT bianzhi.attach(''app.staff'', ''filled'', ''dept'', ''=administrative'', ''hired'', NULL) > 0$$), try($$SELECT bianzhi.attach(''app.staff'')$$), try($$SELECT bianzhi.detach(''app.staff'')$$);'
:attach
RESET ROLE;
SELECT format('GRANT EXECUTE ON FUNCTION %s TO app_owner, app_member, app_other', p.oid::regprocedure) FROM pg_proc AS p WHERE pronamespace = 'bianzhi'::regnamespace AND proname IN ('attach', 'detach') \gexec
SET ROLE app_owner;
:attach
SET ROLE app_member;
:attach
SET ROLE app_other;
:attach
SELECT try($$SELECT bianzhi.attach('public.t', 'filled', 'dept', 'kind', 'hired', 'left_on')$$), try($$SELECT bianzhi.attach('bianzhi.person', 'filled', 'name', 'name', NULL, NULL)$$), try($$SELECT bianzhi.attach('pg_class', 'filled', 'relname', 'relname', NULL, NULL)$$), try($$SELECT bianzhi.detach('bianzhi.occupancy')$$);
SET ROLE app_owner;
SELECT bianzhi.attach('app.staff', 'filled', 'dept', '=administrative', 'hired', NULL) > 0;
-- the inner functions are nobody's
SELECT try($$SELECT bianzhi.attach_source('app.staff', 'filled', 'dept', '=administrative', 'hired', NULL, NULL, NULL, NULL, false, NULL)$$), try($$SELECT bianzhi.attach_again('app.staff')$$), try($$SELECT bianzhi.detach_source('app.staff')$$), try($$INSERT INTO bianzhi.source (relid) VALUES ('app.staff')$$), try('SELECT * FROM bianzhi.dangling()'), try('SELECT bianzhi.count_anew(''x'')');
-- who may only insert is under the limit, and is told no numbers
SET ROLE app_writer;
INSERT INTO app.staff VALUES (1, 'A', '2026-12-01'), (2, 'A', '2026-12-01');
SELECT try($$INSERT INTO app.staff VALUES (3, 'A', '2026-12-01')$$), try($$INSERT INTO app.staff VALUES (3, 'X', '2026-12-01')$$);
-- somebody else cannot take the triggers away, nor detach
SET ROLE app_other;
SELECT try('DROP TRIGGER "!bianzhi_row" ON app.staff'), try('ALTER TABLE app.staff DISABLE TRIGGER ALL'), try('SELECT bianzhi.detach(''app.staff'')'), try('TRUNCATE app.staff');
RESET ROLE;
SELECT has('A');
-- row security of the owner's hides nothing from the count, nor from the seats of a person
SET ROLE app_owner;
INSERT INTO app.staff VALUES (4, 'B', '2026-12-01');
ALTER TABLE app.staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE app.staff FORCE ROW LEVEL SECURITY;
CREATE POLICY none ON app.staff FOR SELECT USING (false);
CREATE POLICY all_new ON app.staff FOR INSERT WITH CHECK (true);
INSERT INTO app.staff VALUES (5, 'B', '2026-12-01');
SELECT count(*) FROM app.staff;
SELECT bianzhi.attach('app.staff') > 0;
RESET ROLE;
SELECT has('B');
SELECT sound();

-- no code of the owner's runs as somebody else: not by planning a query, not by a cast, not by a name

SET ROLE app_owner;
CREATE FUNCTION app.mine(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE WARNING 'code of the owner runs as %: %', current_user, $1; RETURN true; END $$;
CREATE FUNCTION app.quiet(text) RETURNS bool LANGUAGE sql IMMUTABLE RETURN true;
CREATE TABLE app.trap (id int, dept text CHECK (app.quiet(dept)), kind text, hired date, who bigint);
SET client_min_messages = error;
CREATE INDEX trap_1 ON app.trap (who) WHERE app.mine('predicate');
CREATE INDEX trap_2 ON app.trap (who);
CREATE INDEX trap_3 ON app.trap ((app.mine('expression')), who);
CREATE STATISTICS app.trap_4 ON (app.mine('statistics')) FROM app.trap;
ALTER TABLE app.trap ADD CHECK (app.mine('check'));
SET client_min_messages = warning;
CREATE FUNCTION app.text(text) RETURNS text LANGUAGE sql RETURN 'A';
CREATE FUNCTION app.lower(daterange) RETURNS date LANGUAGE sql RETURN date '2020-01-01';
CREATE OPERATOR app.= (LEFTARG = text, RIGHTARG = text, FUNCTION = textne);
CREATE TABLE app.unit_alias (source text, alias text, during daterange, unit_id bigint);
SET search_path = app, pg_catalog;
SELECT bianzhi.attach('app.trap', 'filled', 'dept', 'kind', 'hired', NULL, person => 'who') OPERATOR(pg_catalog.>) 0;
RESET search_path;
RESET ROLE;
\c
SET bianzhi.today = '2026-11-24';
SET client_min_messages = warning;
SELECT seat(1, 'B', 'administrative', '[2026-12-01,)'), sound(), bianzhi.recount();
INSERT INTO bianzhi.unit_alias (unit_id, alias) VALUES (1, 'zz');
SET ROLE app_owner;
SELECT bianzhi.detach('app.trap');
-- a type of the owner's, with a cast of its own, put under a column that is attached
CREATE TABLE app.cast_trap (id int, dept text, hired date);
SELECT bianzhi.attach('app.cast_trap', 'filled', 'dept', '=administrative', 'hired', NULL) AS id \gset
CREATE TYPE app.pair AS (x text);
CREATE FUNCTION app.pair_text(app.pair) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING 'cast of the owner runs as %', current_user; RETURN 'A'; END $$;
CREATE CAST (app.pair AS text) WITH FUNCTION app.pair_text(app.pair);
SELECT format('DROP TRIGGER %I ON app.cast_trap', '!bianzhi_columns_' || :'id') AS drop_guard \gset
:drop_guard;
ALTER TABLE app.cast_trap ALTER dept TYPE app.pair USING ROW(dept)::app.pair;
RESET ROLE;
SELECT try('SELECT bianzhi.verify()'), try('SELECT bianzhi.recount()');
SET ROLE app_owner;
SELECT bianzhi.detach('app.cast_trap'), bianzhi.detach('app.staff');
RESET ROLE;
SELECT sound();
DROP OWNED BY app_owner, app_member, app_writer, app_other CASCADE;
DROP ROLE app_owner, app_member, app_writer, app_other;
