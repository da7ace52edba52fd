-- inspect(): what detectors find is merged with the leads there are
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
SET client_min_messages = warning;

-- a detector of the office's own, without C, and only that
UPDATE bianzhi.problem_kind SET detector = NULL;
CREATE TABLE found (unit_id bigint, subject text, evidence jsonb, severity int);
CREATE FUNCTION find(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity int) LANGUAGE sql STABLE AS 'SELECT * FROM public.found';
UPDATE bianzhi.problem_kind SET detector = 'public.find' WHERE code = 'B1';
CREATE FUNCTION board() RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT format('%s %s %s %s: %s%s', kind, coalesce(unit_key, '-'), subject, evidence, state, ' ' || dismissed_reason)
	FROM bianzhi.lead_board ORDER BY lead_id
$$;
-- all that a run may change
CREATE FUNCTION everything() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT md5(concat((SELECT string_agg(l::text, ' ' ORDER BY lead_id) FROM bianzhi.lead AS l), (SELECT string_agg(i::text, ' ') FROM bianzhi.inspected AS i),
		(SELECT max(seq) FROM bianzhi.ledger)))
$$;

INSERT INTO found VALUES (1, 'x', '{"n": 1}', 2), (2, 'y', '{"n": 1}', 1), (NULL, 'z', '{}', 3);
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();

-- a second run changes nothing, not even the ledger
SELECT everything() AS before \gset
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT everything() = :'before' AS unchanged;
SELECT kind, as_of, hits FROM bianzhi.inspected;

-- one lead for a unit and a subject: the gravest
INSERT INTO found VALUES (1, 'x', '{"n": 7}', 3), (1, 'x', '{"n": 8}', 1);
SELECT * FROM bianzhi.inspect('2026-11-24');
DELETE FROM found WHERE subject = 'x';
INSERT INTO found VALUES (1, 'x', '{"n": 1}', 2);
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();

-- seen again on another day; what is no longer found is gone, and comes back as the lead it was
UPDATE bianzhi.lead SET first_seen = '2026-11-01', last_seen = '2026-11-01';
DELETE FROM found WHERE subject = 'y';
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT subject, first_seen::date, last_seen > '2026-11-02' AS seen, gone_since IS NOT NULL AS gone FROM bianzhi.lead ORDER BY lead_id;
INSERT INTO found VALUES (2, 'y', '{"n": 1}', 1);
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();

-- dismissed stays dismissed, gone or not, until the evidence changes
SELECT (bianzhi.dismiss_lead(lead_id, '属实')).lead_id IS NOT NULL FROM bianzhi.lead WHERE subject = 'x';
SELECT * FROM bianzhi.inspect('2026-11-24');
DELETE FROM found WHERE subject = 'x';
SELECT * FROM bianzhi.inspect('2026-11-24');
INSERT INTO found VALUES (1, 'x', '{"n": 1}', 2);
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();
UPDATE found SET evidence = '{"n": 2}' WHERE subject = 'x';
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();

-- exemptions: of the subject, of the unit, of another, and when they end
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('B1', 1, 'x', '[2026-01-01,2026-11-24)', '编〔2026〕1号'), ('B1', 2, 'x', '[2026-01-01,2027-01-01)', '编〔2026〕1号'),
	('C1', 1, '*', '[2026-01-01,2027-01-01)', '编〔2026〕1号');
SELECT * FROM bianzhi.inspect('2026-11-24');
UPDATE bianzhi.exemption SET during = '[2026-01-01,2026-11-25)' WHERE kind = 'B1' AND unit_id = 1;
SELECT * FROM bianzhi.inspect('2026-11-24');
UPDATE bianzhi.exemption SET subject = '*' WHERE kind = 'B1' AND unit_id = 1;
SELECT * FROM bianzhi.inspect('2026-11-24');
DELETE FROM bianzhi.exemption WHERE kind <> 'uncounted';
SELECT try($$INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('Z9', 1, '*', '[2026-01-01,2027-01-01)', '编〔2026〕1号')$$);

-- a problem keeps its lead; found after it was closed, it is a new one; after it was registered by mistake, the same
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT (bianzhi.register_problem(lead_id, '2027-03-01', '财政局')).kind FROM bianzhi.lead WHERE subject = 'x';
UPDATE found SET evidence = '{"n": 3}' WHERE subject = 'x';
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE bianzhi.problem SET state = 'closed';
COMMIT;
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();
SELECT * FROM bianzhi.inspect('2026-11-24');

-- what triggers append: one lead for a unit and a subject; what somebody looks after is left alone
DELETE FROM found;
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence, first_seen, last_seen)
SELECT 'quota_gap', 1, 'c', jsonb_build_object('n', n / 2), '2026-01-01'::date + n, '2026-01-01'::date + n FROM generate_series(1, 5) AS n;
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence, owner) VALUES ('quota_gap', 1, 'c', '{"n": 9}', '王科');
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT unit_id, subject, evidence, first_seen::date, last_seen::date, owner FROM bianzhi.lead WHERE kind = 'quota_gap' AND owner IS NULL;
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence) VALUES ('quota_gap', 1, 'c', '{"n": 1}');
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT evidence, owner FROM bianzhi.lead WHERE kind = 'quota_gap' ORDER BY lead_id;
SELECT everything() AS before \gset
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT everything() = :'before' AS unchanged;

-- what the limits left and is no longer so is gone
DELETE FROM bianzhi.lead;
SELECT line('A', 'administrative', 1);
SELECT seat(1, 'A', 'administrative', '[2024-01-01,)');
SELECT line('A', 'administrative', -1, '[2026-11-01,)');
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();
SELECT line('A', 'administrative', 1, '[2026-11-01,)');
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT kind, gone_since IS NOT NULL AS gone FROM bianzhi.lead ORDER BY lead_id;

-- not as of a day to come, nor before the last one; not with an old snapshot
SELECT try($$SELECT bianzhi.inspect('2026-11-25')$$), try($$SELECT bianzhi.inspect('2026-11-23')$$), try($$SELECT bianzhi.inspect('infinity')$$), try($$SELECT bianzhi.inspect(NULL)$$);
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT try($$SELECT bianzhi.inspect('2026-11-24')$$);
ROLLBACK;

-- a detector that is not there, or is somebody else's, is not run, and its leads stay; one that fails says so
INSERT INTO found VALUES (1, 'x', '{}', 2);
SELECT * FROM bianzhi.inspect('2026-11-24');
ALTER FUNCTION find RENAME TO found_no_more;
SELECT * FROM bianzhi.inspect('2026-11-24');
ALTER FUNCTION found_no_more RENAME TO find;
CREATE ROLE inspect_clerk;
ALTER FUNCTION find OWNER TO inspect_clerk;
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT kind, problem FROM bianzhi.detectors();
ALTER FUNCTION find OWNER TO CURRENT_USER;
DROP ROLE inspect_clerk;
SELECT board();
-- what it does not say
INSERT INTO found VALUES (2, NULL, NULL, NULL);
SELECT * FROM bianzhi.inspect('2026-11-24');
SELECT board();
CREATE OR REPLACE FUNCTION find(as_of date) RETURNS TABLE (unit_id bigint, subject text, evidence jsonb, severity int) LANGUAGE sql STABLE AS 'SELECT 1, ''x'', ''{}''::jsonb, 1 / 0';
SELECT try($$SELECT bianzhi.inspect('2026-11-24')$$);

-- an excess that the limits told is a problem of what there is too much of
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence)
SELECT 'over_by_cut', 1, c, jsonb_build_object('category', c)
FROM unnest(ARRAY['institution', 'leader_deputy', 'section_chief', 'judge_quota', 'section_elevated', 'outside_staff', 'section_count', 'department_count']) AS c;
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence) SELECT 'over_by_cut', 1, c.code, jsonb_build_object('category', c.code) FROM bianzhi.category AS c WHERE c.measure = 'grade' ORDER BY c.code LIMIT 1;
SELECT problem_kind, count(*) FROM bianzhi.lead_board WHERE kind = 'over_by_cut' AND unit_id = 1 AND state = 'open' GROUP BY 1 ORDER BY 1;
-- as the office has it
BEGIN;
UPDATE bianzhi.problem_kind SET parameters = parameters || '{"posts": ["leader"]}' WHERE code = 'D3';
SELECT subject FROM bianzhi.lead_board WHERE kind = 'over_by_cut' AND unit_id = 1 AND problem_kind = 'D3' AND subject !~ 'grade' ORDER BY 1;
ROLLBACK;
SELECT (bianzhi.register_problem(lead_id, '2027-03-01', '甲局')).kind FROM bianzhi.lead WHERE subject = 'leader_deputy';
