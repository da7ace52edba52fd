-- would_exceed for a batch of rows: judged together, in their order; and what questions say to bad arguments
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

CREATE FUNCTION batch(units bigint[], categories text[], durings daterange[], seats int[]) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(', ', w.ordinal || ' ' || w.verdict, 'fails ' || w.first_failing_day, 'fits from ' || w.first_fitting_day)
	FROM bianzhi.would_exceed(units, categories, durings, seats) AS w
$$;

-- two for one free seat: the second does not fit; a row that is refused takes nothing from those after it

SELECT line('A', 'administrative', 1), line('B', 'leader', 2), line('B', 'leader_chief', 1), line('C', 'administrative', 2, '[2026-12-01,2027-06-01)'), line('C', 'administrative', 0, '[2027-01-01,2027-02-01)', closed => true);
SELECT batch('{1,1}', '{administrative,administrative}', '{"[2026-12-01,)","[2026-12-01,)"}', '{1,1}');
SELECT batch('{1,1,1,1}', '{administrative,administrative,administrative,administrative}', '{"[2026-12-01,2027-01-01)","[2026-12-15,)","[2027-01-01,2027-03-01)","[2027-02-28,2027-04-01)"}', '{1,1,1,1}');
SELECT batch('{1,1,1}', '{administrative,administrative,administrative}', '{"[2026-12-01,)","[2026-12-01,)","[2026-12-01,)"}', '{2,1,1}');
-- they meet in the accounts above
SELECT batch('{2,2,2,2}', '{leader_chief,leader_chief,leader_deputy,leader_other}', '{"[2026-12-01,)","[2027-01-01,)","[2027-01-01,)","[2027-01-01,)"}', '{1,1,1,1}');
SELECT batch('{1,1}', '{retired_service,administrative}', '{"[2026-12-01,2027-01-01)","[2026-12-31,)"}', '{1,1}');
-- recorded rows commit, so they count; other units do not
SELECT batch('{1,1,2,3,3,3}', '{administrative,administrative,administrative,administrative,administrative,administrative}', '{"[2024-01-01,2025-01-01)","[2024-06-01,2026-11-30)","[2026-12-01,)","[2026-12-01,2027-01-01)","[2026-12-01,2027-01-02)","[2027-05-01,2027-07-01)"}', '{2,1,1,2,1,1}');
SELECT batch('{}', '{}', '{}', '{}');
-- one at a time says the same for the first row, and nothing is written
SELECT verdict, first_failing_day, first_fitting_day FROM bianzhi.would_exceed(1, 'administrative', '[2026-12-01,)', 2);
BEGIN;
SELECT batch('{1,1}', '{institution,institution}', '{"[2026-12-01,)","[2026-12-01,)"}', '{1,1}');
SELECT pg_current_xact_id_if_assigned() IS NULL;
ROLLBACK;
SELECT count(*) FROM bianzhi.strength WHERE filled > 0 AND category <> 'section_count';

-- a thousand rows at random: the writes, one after another, come to what the batch has said
-- (a row that is refused on several days, or by several accounts, for several reasons is refused; the reason named may be another)

INSERT INTO bianzhi.category (code, name_zh, parent, measure, enforcement) VALUES ('recorded', '登记', 'administrative', 'establishment', 'record');
INSERT INTO bianzhi.person (person_id, name) SELECT n, '人员' || n FROM generate_series(1001, 2000) AS n;
SELECT setseed(0.7) IS NOT NULL;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, entries_closed, document_no)
SELECT (random() * 5)::int + 1, (ARRAY['administrative', 'retired_service', 'recorded', 'institution'])[(random() * 3)::int + 1], (random() * 12)::int,
	daterange(d, CASE WHEN random() < 0.7 THEN d + (random() * 700)::int + 1 END), random() < 0.1, 'x'
FROM (SELECT '2026-01-01'::date + (random() * 700)::int AS d FROM generate_series(1, 60)) AS s;
CREATE TABLE asked AS
SELECT n::int AS ordinal, (random() * 5)::int + 1 AS unit_id, (ARRAY['administrative', 'retired_service', 'recorded', 'institution'])[(random() * 3)::int + 1] AS category,
	daterange(d, CASE WHEN random() < 0.7 THEN d + (random() * 400)::int + 1 END) AS during
FROM (SELECT n, '2026-06-01'::date + (random() * 600)::int AS d FROM generate_series(1, 1000) AS n) AS s;
CREATE TABLE answered AS
SELECT w.* FROM (SELECT array_agg(unit_id::bigint ORDER BY ordinal) AS u, array_agg(category ORDER BY ordinal) AS c, array_agg(during ORDER BY ordinal) AS d,
		array_agg(1 ORDER BY ordinal) AS s FROM asked) AS a, bianzhi.would_exceed(a.u, a.c, a.d, a.s) AS w;
DELETE FROM bianzhi.lead;
CREATE FUNCTION became(unit_id bigint, category text, during daterange, person int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	leads bigint := (SELECT count(*) FROM bianzhi.lead);
BEGIN
	INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (person, became.unit_id, became.category, became.during);
	RETURN CASE WHEN (SELECT count(*) FROM bianzhi.lead) > leads THEN 'recorded' ELSE 'fits' END;
EXCEPTION WHEN check_violation THEN
	RETURN CASE WHEN SQLERRM LIKE '%closed%' THEN 'closed' WHEN SQLERRM LIKE 'no %' THEN 'not_configured' ELSE 'exceeds' END;
END
$$;
CREATE TABLE written AS SELECT ordinal, became(unit_id, category, during, 1000 + ordinal) AS verdict FROM (SELECT * FROM asked ORDER BY ordinal) AS a;
SELECT a.verdict, w.verdict IN ('exceeds', 'closed', 'not_configured') AS refused, a.verdict IN ('fits', 'recorded') AND a.verdict = w.verdict AS the_same, count(*)
FROM answered AS a JOIN written AS w USING (ordinal) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT sound();

-- arguments

SELECT try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative,administrative}', '{"[2026-12-01,)"}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1,2}'::bigint[], '{administrative,administrative}', '{"[2026-12-01,)","[2026-12-01,)"}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{}', '{1}')$$);
SELECT try($$SELECT bianzhi.would_exceed(NULL::bigint[], '{}', '{}', '{}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], NULL, '{"[2026-12-01,)"}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{"[2026-12-01,)"}', NULL)$$);
SELECT try($$SELECT bianzhi.would_exceed('{NULL}'::bigint[], '{administrative}', '{"[2026-12-01,)"}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{NULL}', '{"[2026-12-01,)"}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{NULL}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{"[2026-12-01,)"}', '{NULL}')$$);
SELECT try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{"[2026-12-01,)"}', '{0}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{empty}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1}'::bigint[], '{nonsense}', '{"[2026-12-01,)"}', '{1}')$$), try($$SELECT bianzhi.would_exceed('{1,99}'::bigint[], '{administrative,administrative}', '{"[2026-12-01,)","[2026-12-01,)"}', '{1,1}')$$);
-- a unit that does not exist is no unit without quota
SELECT try($$SELECT bianzhi.would_exceed(99, 'administrative', '[2026-12-01,)')$$), try($$SELECT bianzhi.earliest_vacancy(99, 'administrative')$$), try($$SELECT bianzhi.levels_now(99, 'administrative', '2026-12-01')$$), try($$SELECT bianzhi.lock_accounts('{99}')$$), try($$SELECT bianzhi.lock_accounts('{1,99}', 'administrative')$$);
SELECT verdict FROM bianzhi.would_exceed(6, 'institution_self', '[2026-12-01,)');
SELECT try('SELECT bianzhi.lock_accounts(NULL)'), try($$SELECT bianzhi.lock_accounts(NULL, 'administrative')$$), try('SELECT bianzhi.lock_accounts(''{1,NULL}'')'), try('SELECT bianzhi.lock_accounts(''{}'')'), try('SELECT bianzhi.lock_accounts(''{6}'')');
-- only who may: both forms
CREATE ROLE ask_clerk;
GRANT EXECUTE ON FUNCTION bianzhi.would_exceed(bigint, text, daterange, int) TO ask_clerk;
SET ROLE ask_clerk;
SELECT verdict FROM bianzhi.would_exceed(1, 'institution_self', '[2026-12-01,)');
SELECT * FROM bianzhi.would_exceed('{1}'::bigint[], '{administrative}', '{"[2026-12-01,)"}', '{1}');
RESET ROLE;
DROP OWNED BY ask_clerk;
DROP ROLE ask_clerk;
