-- L15: the quotas given out below a unit stay within its ceiling, whoever hires
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id) VALUES (100, 'CITY', '市', NULL), (101, 'DEP', '部', 100);
UPDATE bianzhi.unit SET parent_id = 100 WHERE unit_key = 'A';
UPDATE bianzhi.unit SET parent_id = 101 WHERE unit_key IN ('B', 'C');
DELETE FROM bianzhi.unit_version;			-- they stood there ever since
CREATE FUNCTION ceiling(key text, category text, amount int, during daterange DEFAULT '[2020-01-01,)') RETURNS text LANGUAGE sql AS $$
	SELECT try(format('INSERT INTO bianzhi.ceiling (unit_id, category, amount, during, document_no) VALUES (%L, %L, %L, %L, ''编〔2020〕3号'')',
		unit(key), category, amount, during))
$$;
CREATE FUNCTION given() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s %s: %s of %s', u.unit_key, c.category, c.since, c.given_out, coalesce(c.ceiling::text, 'NULL'))
	FROM bianzhi.ceiling_use AS c JOIN bianzhi.unit AS u USING (unit_id) ORDER BY u.unit_id, c.category COLLATE "C", c.since
$$;
SELECT ceiling('CITY', 'administrative', 10), ceiling('DEP', 'administrative', 6);

-- lines below count in each ceiling above; the first day over is named

SELECT line('A', 'administrative', 3), line('B', 'administrative', 4), line('C', 'administrative', 2);
SELECT given(), sound();
SELECT line('C', 'administrative', 1), line('A', 'administrative', 2, '[2030-01-01,)'), line('A', 'administrative', 1, '[2030-01-01,)');
SELECT given(), sound();
-- the top's own lines are below its ceiling, too; a child category is another ceiling's business
SELECT line('CITY', 'administrative', 1), line('CITY', 'administrative', 1, '[2021-01-01,2030-01-01)'), line('B', 'retired_service', 50);
-- sections are inside their bodies
SELECT line('B1', 'administrative', 3);
SELECT given(), sound();
-- hiring touches no ceiling: a lock on its timeline does not stop it
BEGIN;
SELECT seat(1, 'B', 'administrative', '[2026-12-01,)');
SELECT count(*) FROM bianzhi.account AS a JOIN bianzhi.chunk AS c USING (account_id) WHERE a.is_ceiling AND c.xmin = pg_current_xact_id()::xid;
ROLLBACK;

-- the statement's own net decides: seats move from one body to another under a full ceiling

UPDATE bianzhi.quota SET amount = amount + CASE unit_id WHEN unit('B') THEN -1 ELSE 1 END
WHERE category = 'administrative' AND unit_id IN (unit('B'), unit('C'));
SELECT try($$UPDATE bianzhi.quota SET amount = amount + 1 WHERE category = 'administrative' AND unit_id = unit('B')$$);
-- in two statements, if it is judged at the end; what is given out may fall below zero meanwhile
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('B'), 'administrative', -40, '[2020-01-01,)', 'x');
SELECT given();
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('B'), 'administrative', 40, '[2020-01-01,)', 'x');
COMMIT;
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (unit('B'), 'administrative', 1, '[2027-01-01,)', 'x');
COMMIT;
\echo :LAST_ERROR_SQLSTATE
-- the past is history: it commits with a lead
SELECT leads();
SELECT line('B', 'administrative', 5, '[2022-01-01,2023-01-01)');
SELECT leads();
SELECT given(), sound();

-- a ceiling that is cut below what is given out leaves a lead, and what is over may shrink and not grow

UPDATE bianzhi.ceiling SET amount = 4 WHERE unit_id = unit('DEP');
SELECT leads();
UPDATE bianzhi.quota SET amount = amount - 1 WHERE category = 'administrative' AND unit_id = unit('C') AND amount = 3;
SELECT try($$UPDATE bianzhi.quota SET amount = amount + 1 WHERE category = 'administrative' AND unit_id = unit('C') AND amount = 2$$);
SELECT leads(), sound();
-- two ceilings on one day, none below zero
SELECT ceiling('DEP', 'administrative', 9, '[2025-01-01,2026-01-01)'), ceiling('A', 'administrative', -1);
DELETE FROM bianzhi.ceiling WHERE unit_id = unit('DEP');
SELECT line('B', 'administrative', 1, '[2027-01-01,2028-01-01)');
SELECT given(), sound();

-- a body that moves takes its quotas along, from the day of the change on

SELECT ceiling('DEP', 'administrative', 7);
SELECT try($$UPDATE bianzhi.unit SET parent_id = 101 WHERE unit_key = 'A'$$);
SELECT try($$UPDATE bianzhi.unit SET parent_id = NULL WHERE unit_key = 'B'$$);
SELECT given(), sound();
-- back again, on the same day: nothing is left of it
SELECT try($$UPDATE bianzhi.unit SET parent_id = 101 WHERE unit_key = 'B'$$);
SELECT given(), sound();
-- two that change places in one statement are judged together
SELECT try($$UPDATE bianzhi.unit SET parent_id = CASE unit_key WHEN 'A' THEN 101 ELSE 100 END WHERE unit_key IN ('A', 'B')$$);
SELECT given(), sound();
-- what it was is corrected by hand
SELECT try($$UPDATE bianzhi.unit_version SET parent_id = 101 WHERE unit_id = unit('A') AND upper(during) = bianzhi.today()$$);
SELECT given(), sound();
-- a body that becomes a section
SELECT try($$UPDATE bianzhi.unit SET is_section = true WHERE unit_key = 'C'$$);
SELECT given(), sound();

-- loaded, suspended, and live again: what is over is known

SELECT bianzhi.suspend('test');
SELECT line('A', 'administrative', 20);
SELECT (bianzhi.go_live()).changed;
SELECT leads();
SELECT given(), sound();
SELECT line('A', 'administrative', 1);
-- damage is found and mended
UPDATE bianzhi.chunk AS c SET body = (SELECT d.body FROM bianzhi.chunk AS d JOIN bianzhi.account AS b USING (account_id) WHERE NOT b.is_ceiling LIMIT 1)
FROM bianzhi.account AS a WHERE a.account_id = c.account_id AND a.is_ceiling AND a.unit_id = 100;
SELECT DISTINCT level FROM bianzhi.verify() ORDER BY 1;
SELECT bianzhi.recount(100);
SELECT sound();
TRUNCATE bianzhi.ceiling;
SELECT given(), sound();
SELECT line('A', 'administrative', 1000);
-- who may not read how strong units are is not told how many
CREATE ROLE ceiling_clerk;
GRANT INSERT ON bianzhi.quota TO ceiling_clerk;
ALTER FUNCTION unit(text) SECURITY DEFINER;
SELECT ceiling('CITY', 'pool', 0);
SET ROLE ceiling_clerk;
SELECT line('A', 'pool', 1);
RESET ROLE;
DROP OWNED BY ceiling_clerk;
DROP ROLE ceiling_clerk;
