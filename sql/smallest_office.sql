-- the smallest office: the script of interface.md as it stands there, then the two refusals that it names
SET bianzhi.today = '2026-11-24';

CREATE EXTENSION bianzhi CASCADE;

INSERT INTO bianzhi.unit (unit_key, name, organ_kind) VALUES ('FIN', '财政局', 'government'), ('EDU', '教育局', 'government');

INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT unit_id, 'administrative', 2, '[2020-01-01,)', '编〔2020〕1号' FROM bianzhi.unit;

INSERT INTO bianzhi.person (resident_id, name, sex, birth_date, retire_track)
VALUES ('990000197001010018', '张三', 1, '1970-01-01', 'M60'), ('990000197202030023', '李四', 2, '1972-02-03', 'F55');

SELECT bianzhi.go_live();

INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT person_id, (SELECT unit_id FROM bianzhi.unit WHERE unit_key = 'FIN'), 'administrative', '[2024-03-01,)' FROM bianzhi.person;

SELECT * FROM bianzhi.vacancy_on('2026-11-24');          -- FIN 2, 2, 0 -> 0;  EDU 2, 0, 0 -> 2
SELECT * FROM bianzhi.verify();                          -- no rows

-- a third person into FIN
INSERT INTO bianzhi.person (name) VALUES ('王五');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT p.person_id, u.unit_id, 'administrative', '[2024-03-01,)'
FROM bianzhi.person AS p, bianzhi.unit AS u WHERE p.name = '王五' AND u.unit_key = 'FIN';
\echo :LAST_ERROR_SQLSTATE
-- the same person into EDU on an overlapping day
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT p.person_id, u.unit_id, 'administrative', '[2026-12-01,2027-01-01)'
FROM bianzhi.person AS p, bianzhi.unit AS u WHERE p.name = '张三' AND u.unit_key = 'EDU';
\echo :LAST_ERROR_SQLSTATE
-- what a program reads from the two
CREATE FUNCTION pg_temp.told(statement text, OUT code text, OUT in_schema text, OUT in_table text, OUT broken text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, in_schema = SCHEMA_NAME, in_table = TABLE_NAME, broken = CONSTRAINT_NAME;
END
$$;
SELECT t.*
FROM (VALUES ('王五', 'FIN'), ('张三', 'EDU')) AS v (name, key), bianzhi.person AS p, bianzhi.unit AS u,
	pg_temp.told(format('INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (%s, %s, ''administrative'', ''[2026-12-01,)'')', p.person_id, u.unit_id)) AS t
WHERE p.name = v.name AND u.unit_key = v.key ORDER BY t.code;
-- nothing of the two is left
SELECT p.name, u.unit_key, o.category, o.during
FROM bianzhi.occupancy AS o JOIN bianzhi.person AS p USING (person_id) JOIN bianzhi.unit AS u USING (unit_id) ORDER BY o.occupancy_id;
SELECT * FROM bianzhi.vacancy_on('2026-11-24');
SELECT * FROM bianzhi.verify();
-- and the third may go where there is room, the first in a day's time from one to the other
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT p.person_id, u.unit_id, 'administrative', '[2024-03-01,)'
FROM bianzhi.person AS p, bianzhi.unit AS u WHERE p.name = '王五' AND u.unit_key = 'EDU';
UPDATE bianzhi.occupancy SET during = '[2024-03-01,2026-12-01)', exit_kind = 'transfer_out'
WHERE person_id = (SELECT person_id FROM bianzhi.person WHERE name = '张三');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT p.person_id, u.unit_id, 'administrative', '[2026-12-01,)'
FROM bianzhi.person AS p, bianzhi.unit AS u WHERE p.name = '张三' AND u.unit_key = 'EDU';
SELECT u.unit_key, s.category, s.since, s.authorized, s.filled, s.reserved
FROM bianzhi.strength AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY unit_id, category, since;
SELECT * FROM bianzhi.verify();
