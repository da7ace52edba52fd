-- L3: how a legal excess is worked off: plans, how far they are, and what is missed
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

CREATE FUNCTION plan(key text, category text, day date, max_excess int) RETURNS text LANGUAGE sql AS $$
	SELECT try(format('INSERT INTO bianzhi.digest_plan (unit_id, category, day, max_excess, document_no) VALUES (%L, %L, %L, %L, ''消化1号'')', unit(key), category, day, max_excess))
$$;
CREATE FUNCTION board() RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT format('%s %s %s: at most %s, %s of %s, over %s: %s', unit_key, category, day, max_excess, filled + reserved, coalesce(authorized::text, 'NULL'), excess, state)
	FROM bianzhi.digest_board ORDER BY unit_id, category COLLATE "C", day
$$;

-- five in three seats by a cut; two years to work it off

SELECT line('A', 'administrative', 5);
SELECT seat(n, 'A', 'administrative', '[2024-01-01,)') FROM generate_series(1, 5) AS n;
SELECT line('A', 'administrative', -2, '[2026-01-01,)');
SELECT leads() <> '';
SELECT plan('A', 'administrative', '2026-06-30', 2), plan('A', 'administrative', '2026-11-24', 1), plan('A', 'administrative', '2027-06-30', 1), plan('A', 'administrative', '2027-12-31', 0);
SELECT board();
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2027-03-01)' WHERE person_id = 1;
SELECT board();
-- on the day itself the step is open, the day after it is missed; a leaving that is found out about later meets it
SET bianzhi.today = '2026-11-25';
SELECT board();
SELECT * FROM bianzhi.digest_missed() AS m;
UPDATE bianzhi.occupancy SET during = '[2024-01-01,2026-11-24)' WHERE person_id = 2;
SELECT board();
SELECT count(*) FROM bianzhi.digest_missed();
-- an excess that is found out about later: missed after all
SELECT seat(6, 'A', 'administrative', '[2026-01-01,2026-11-25)');
SELECT count(*) FROM bianzhi.digest_missed();
-- met early, and before anything is known of the account
SELECT plan('B', 'administrative', '2026-12-31', 0), plan('B', 'administrative', '2019-01-01', 0), plan('C', 'leader', '2026-01-01', 3), post(7, 'C', 'leader', '[2025-01-01,)');
SELECT board();
-- a unit without any quota is over by all it has
SELECT plan('C', 'leader', '2026-06-01', 0);
SELECT board();

-- leads: one for each step that was missed, however often one looks

SELECT count(*) > 0 FROM leads();
SELECT bianzhi.digest_leads();
SELECT bianzhi.digest_leads();
SELECT kind, u.unit_key, subject, evidence FROM bianzhi.lead JOIN bianzhi.unit AS u USING (unit_id) ORDER BY lead_id;
UPDATE bianzhi.lead SET dismissed_reason = '已报告';
SELECT bianzhi.digest_leads();
UPDATE bianzhi.lead SET gone_since = now() WHERE subject = 'leader';
SELECT bianzhi.digest_leads();
-- as of another day
SELECT subject, evidence ->> 'day' FROM bianzhi.digest_missed('2026-05-01');
SELECT subject, evidence ->> 'day' FROM bianzhi.digest_missed('2028-01-01');
SELECT bianzhi.digest_leads('2028-01-01');
SELECT count(*) FROM bianzhi.digest_missed(NULL);

-- a plan never lets the excess grow again, whichever row comes last

SELECT plan('D', 'administrative', '2027-06-30', 2), plan('D', 'administrative', '2028-06-30', 3), plan('D', 'administrative', '2026-06-30', 1);
SELECT plan('D', 'administrative', '2028-06-30', 2), plan('D', 'administrative', '2026-06-30', 5), plan('D', 'leader', '2028-06-30', 9), plan('E', 'administrative', '2028-06-30', 9);
SELECT try($$UPDATE bianzhi.digest_plan SET max_excess = 1 WHERE unit_id = 4 AND day = '2027-06-30' AND category = 'administrative'$$), try($$UPDATE bianzhi.digest_plan SET day = '2029-01-01' WHERE unit_id = 4 AND day = '2026-06-30'$$), try($$UPDATE bianzhi.digest_plan SET unit_id = 4 WHERE unit_id = 5$$);
-- all rows of a statement together
SELECT try($$UPDATE bianzhi.digest_plan SET max_excess = max_excess - 1 WHERE unit_id = 4 AND category = 'administrative'$$), try($$UPDATE bianzhi.digest_plan SET max_excess = max_excess * 3 WHERE unit_id = 4$$);
SELECT try($$UPDATE bianzhi.digest_plan SET day = day + (CASE WHEN max_excess > 3 THEN 400 ELSE 0 END) WHERE unit_id = 4 AND category = 'administrative'$$);
SELECT day, max_excess FROM bianzhi.digest_plan WHERE unit_id = 4 AND category = 'administrative' ORDER BY day;
-- what else a plan may not say
SELECT plan('D', 'administrative', '2027-06-30', 2), plan('D', 'administrative', '2029-06-30', -1), plan('D', 'administrative', 'infinity', 0), plan('D', 'nonsense', '2029-06-30', 0), plan('Z', 'administrative', '2029-06-30', 0);
SELECT try('SELECT bianzhi.digest_plan_shrinks()');

-- rights: the reader's own

CREATE ROLE digest_reader;
SET ROLE digest_reader;
SELECT try('SELECT * FROM bianzhi.digest_board'), try('SELECT bianzhi.digest_missed()'), try('SELECT bianzhi.digest_leads()');
RESET ROLE;
GRANT SELECT ON bianzhi.digest_board, bianzhi.digest_plan, bianzhi.unit, bianzhi.strength TO digest_reader;
SET ROLE digest_reader;
SELECT count(*) FROM bianzhi.digest_board;
RESET ROLE;
DROP OWNED BY digest_reader;
DROP ROLE digest_reader;
