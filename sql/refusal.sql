-- L14: what a refusal says, and to whom
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never

-- everything that a refusal carries
CREATE FUNCTION refusal(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	part text[] := '{}';
	a text; b text; c text; d text; e text; f text; g text; h text; i text;
BEGIN
	BEGIN
		EXECUTE statement;
		RETURN NEXT 'fine';
		RETURN;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS a = RETURNED_SQLSTATE, b = MESSAGE_TEXT, c = PG_EXCEPTION_DETAIL, d = PG_EXCEPTION_HINT,
			e = SCHEMA_NAME, f = TABLE_NAME, g = COLUMN_NAME, h = CONSTRAINT_NAME, i = PG_DATATYPE_NAME;
	END;
	RETURN QUERY SELECT p FROM unnest(ARRAY['code ' || a, 'message ' || b, 'detail ' || nullif(c, ''), 'hint ' || nullif(d, ''),
		'schema ' || nullif(e, ''), 'table ' || nullif(f, ''), 'column ' || nullif(g, ''), 'constraint ' || nullif(h, ''), 'type ' || nullif(i, '')]) AS p
		WHERE p IS NOT NULL;
	IF concat_ws(' ', b, c, d) ~ '人员[0-9]|张三|990000|77' THEN
		RETURN NEXT 'TELLS THE PERSON';
	END IF;
END
$$;

INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (77, '990000197001010018', '张三');
SELECT line('A', 'administrative', 2), seat(1, 'A', 'administrative', '[2025-01-01,)'), seat(2, 'A', 'administrative', '[2025-01-01,2027-01-01)');
SELECT line('B', 'administrative', 9), line('A1', 'administrative', 0);

-- the roles: one who enters seats, one who may read strength too

CREATE ROLE rules_clerk;
CREATE ROLE rules_reader;
CREATE ROLE rules_member IN ROLE rules_reader;
GRANT INSERT, UPDATE, DELETE, SELECT ON bianzhi.occupancy, bianzhi.appointment, bianzhi.quota TO rules_clerk, rules_reader;
GRANT SELECT ON bianzhi.strength TO rules_reader;
GRANT SELECT ON bianzhi.unit TO rules_clerk, rules_reader;
\set full 'SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 1, ''administrative'', ''[2025-06-01,)'')$$)'

-- limit: numbers to who may read strength - the owner, a reader, a member of such a role; not to a clerk

:full;
SET ROLE rules_reader;
:full;
SET ROLE rules_member;
:full;
SET ROLE rules_clerk;
:full;
RESET ROLE;
-- through a function that runs as its owner, the owner's right counts (docs: limits)
CREATE FUNCTION enter() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 1, 'administrative', '[2026-12-01,)')
$$;
SET ROLE rules_clerk;
SELECT refusal('SELECT enter()');
RESET ROLE;
-- the numbers: before the statement, and what it asked
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 1, 'administrative', '[2026-12-01,2027-03-01)'), (3, 1, 'administrative', '[2026-12-15,)')$$);

-- room from: the day after the last that is refused, where what was asked would fit

SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 1, 'administrative', '[2026-12-01,2027-01-01)')$$);		-- ends before there is room
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 1, 'administrative', '[2026-12-01,2027-01-02)')$$);
-- full, room, full again for a week, room for good: the last is meant
SELECT seat(4, 'A', 'administrative', '[2028-01-01,2028-01-08)');
:full;
-- full to the end: no hint
SELECT seat(5, 'A', 'administrative', '[2028-01-08,)');
:full;

-- full in one account of the path until one day, in another until a later one: room is where both have it
SELECT line('E', 'leader_chief', 1), line('E', 'leader', 2), post(1, 'E', 'leader_chief', '[2025-01-01,2027-01-01)'), post(2, 'E', 'leader_deputy', '[2025-01-01,2028-01-01)'), post(3, 'E', 'leader_deputy', '[2027-01-01,2028-01-01)');
SELECT refusal($$INSERT INTO bianzhi.appointment (person_id, unit_id, category, during) VALUES (77, 5, 'leader_chief', '[2026-12-05,)')$$);

-- closed to entries, no quota, a quota below zero, a section

SELECT line('C', 'administrative', 5), line('C', 'administrative', 0, '[2026-12-01,2027-01-01)', closed => true);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 3, 'administrative', '[2026-12-01,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 4, 'administrative', '[2026-12-01,)')$$);
SELECT refusal($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (2, 'administrative', -10, '[2027-01-01,)', 'x')$$);
SELECT refusal($$UPDATE bianzhi.occupancy SET section_id = 11 WHERE person_id = 1$$);
SET ROLE rules_clerk;
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 3, 'administrative', '[2026-12-01,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 4, 'administrative', '[2026-12-01,)')$$);
SELECT refusal($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (2, 'administrative', -10, '[2027-01-01,)', 'x')$$);
RESET ROLE;

-- the other refusals name no person either

SELECT seat(77, 'B', 'administrative', '[2026-12-01,)');
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 2, 'administrative', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1077, 2, 'administrative', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (7, 99, 'administrative', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (7, 2, 'nonsense', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, counted) VALUES (7, 2, 'administrative', '[2026-12-05,)', false)$$);

-- the table is the one that the statement wrote: here posts, here an attached table of another schema

SELECT line('B', 'leader', 0);
SELECT refusal($$INSERT INTO bianzhi.appointment (person_id, unit_id, category, during) VALUES (77, 2, 'leader_chief', '[2026-12-05,)')$$);
CREATE SCHEMA hr;
CREATE TABLE hr.staff (unit bigint, kind text, days daterange);
SELECT bianzhi.attach_own('hr.staff', 'filled', unit => 'unit', category => 'kind', during => 'days') IS NOT NULL;
SELECT refusal($$INSERT INTO hr.staff VALUES (1, 'administrative', '[2026-12-05,)')$$);

-- two roles write before one deferred check: what the one may not know neither is told

SELECT line('D', 'pool', 1);
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SET LOCAL ROLE rules_reader;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (51, 4, 'pool', '[2026-12-05,)'), (52, 4, 'pool', '[2026-12-05,)');
SET LOCAL ROLE rules_clerk;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (53, 4, 'pool', '[2026-12-05,)');
SET LOCAL ROLE rules_reader;
COMMIT;
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SET LOCAL ROLE rules_reader;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (51, 4, 'pool', '[2026-12-05,)'), (52, 4, 'pool', '[2026-12-05,)');
COMMIT;

-- in Chinese

SET lc_messages = 'zh_CN.UTF-8';
:full;
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 1, 'administrative', '[2026-12-01,2027-01-02)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 3, 'administrative', '[2026-12-01,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 4, 'administrative', '[2026-12-01,)')$$);
SELECT refusal($$INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (2, 'administrative', -10, '[2027-01-01,)', 'x')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (77, 2, 'administrative', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1077, 2, 'administrative', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (7, 99, 'administrative', '[2026-12-05,)')$$);
SELECT refusal($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (7, 2, 'nonsense', '[2026-12-05,)')$$);
RESET lc_messages;
SELECT sound();

DROP OWNED BY rules_clerk, rules_reader;
DROP ROLE rules_clerk, rules_member, rules_reader;
