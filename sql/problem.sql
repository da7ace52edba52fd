-- problems: from a lead to being closed, who may do what, and what nobody may do
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never

-- run a query: what it gives, or the error
CREATE FUNCTION got(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	broken text;
BEGIN
	EXECUTE query INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
	RETURN concat_ws(' ', SQLSTATE, nullif(broken, '')) || ': ' || SQLERRM;
END
$$;
-- take a step: the state that it leads to
CREATE FUNCTION step(call text) RETURNS text LANGUAGE sql AS $$ SELECT got('SELECT state FROM bianzhi.' || call) $$;
-- a problem of this year by the last part of its number
CREATE FUNCTION p(n int) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS $$ SELECT problem_id FROM bianzhi.problem WHERE number = '2026-' || lpad(n::text, 4, '0') $$;
CREATE FUNCTION steps(id bigint) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT concat_ws(' ', step, action, coalesce(from_state, '-'), to_state, actor, 'by ' || role_name, 'claimed ' || claimed_actor, opinion, evidence, document_no, due_on, transferred_to)
	FROM bianzhi.problem_step WHERE problem_id = id ORDER BY step
$$;
CREATE ROLE problem_clerk LOGIN;
CREATE ROLE problem_chief LOGIN;
CREATE ROLE problem_office;
CREATE ROLE problem_pool LOGIN;
GRANT problem_office TO problem_clerk, problem_chief, problem_pool;
DO $$
DECLARE
	f regprocedure;
BEGIN
	FOR f IN SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = 'bianzhi'::regnamespace AND p.proname ~ '^(register|record|rectify|submit|settle|reply|close|extend|transfer|return|remind|reopen|withdraw)_problem$|^(dismiss|restore|link)_lead$' LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO problem_office', f);
	END LOOP;
END
$$;

--
-- What ships
--

SELECT c.code, c.name_zh, string_agg(k.code, ' ' ORDER BY k.display_order) FROM bianzhi.problem_class AS c JOIN bianzhi.problem_kind AS k ON k.class = c.code GROUP BY c.code ORDER BY c.code;
SELECT k.code, k.severity, k.acts_first, k.blocks_approval, k.due_days, k.name_zh, string_agg(s.code, ' ' ORDER BY s.display_order) FROM bianzhi.problem_kind AS k LEFT JOIN bianzhi.problem_subkind AS s ON s.kind = k.code GROUP BY k.code ORDER BY k.code;
SELECT count(*) FROM bianzhi.problem_kind WHERE name_en IS NULL OR legal_basis IS NULL OR NOT builtin;
-- every kind of lead that the limits leave is there
SELECT string_agg(code, ' ' ORDER BY display_order) FROM bianzhi.lead_kind;
SELECT action, string_agg(coalesce(from_state, '-'), ' ' ORDER BY s.display_order NULLS FIRST) AS from_states, to_state, concat_ws(' ', CASE WHEN needs_opinion THEN 'opinion' END, CASE WHEN needs_evidence THEN 'evidence' END, CASE WHEN needs_document THEN 'document' END, CASE WHEN needs_due THEN 'deadline' END, CASE WHEN needs_reply THEN 'reply' END, 'not by ' || not_by) AS needs
FROM bianzhi.problem_transition AS t LEFT JOIN bianzhi.problem_state AS s ON s.code = t.from_state GROUP BY 1, 3, 4, t.to_state ORDER BY 1, 2;
-- an office changes rules of kinds, and adds its own; nobody changes what may follow what
SELECT try($$UPDATE bianzhi.problem_kind SET due_days = 60, severity = 3 WHERE code = 'C4'$$), try($$UPDATE bianzhi.problem_kind SET code = 'C9' WHERE code = 'C5'$$), try($$DELETE FROM bianzhi.problem_kind WHERE code = 'C4'$$), try($$INSERT INTO bianzhi.problem_kind (code, class, name_zh) VALUES ('Z1', 'E', '自定')$$), try($$INSERT INTO bianzhi.problem_kind (code, class, name_zh) VALUES ('Z2', 'F', '自定')$$), try($$UPDATE bianzhi.problem_kind SET severity = 4$$), try($$UPDATE bianzhi.problem_kind SET parameters = '[]'$$);
SELECT code, due_days, severity, builtin, changed FROM bianzhi.problem_kind WHERE changed OR NOT builtin ORDER BY code;
SELECT t, try(format('UPDATE bianzhi.%s SET name_zh = name_zh', t)), try(format('DELETE FROM bianzhi.%s', t)), try(format('TRUNCATE bianzhi.%s CASCADE', t)), try(format('INSERT INTO bianzhi.%1$s SELECT * FROM bianzhi.%1$s', t)) FROM unnest('{problem_state,problem_transition}'::text[]) AS t;

--
-- From a lead to a closed problem
--

INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence, first_seen) VALUES ('over_by_cut', 1, 'administrative', '{"over": 2}', '2026-03-01 12:00+08'), ('C2', 1, 'administrative', '{"over": 1, "subkind": "flow", "person_ids": [3]}', '2026-03-01 12:00+08'), ('suspended', NULL, '', '{"reason": "x"}', '2026-03-01 12:00+08'), ('D1', 2, 'leader', '{"severity": 2}', '2026-03-01 12:00+08');
SELECT lead_id, kind, kind_name, problem_kind, severity, unit_key, state, problem_number FROM bianzhi.lead_board ORDER BY lead_id;
SET SESSION AUTHORIZATION problem_clerk;
SELECT number, kind, subkind, severity, unit_id, subject, source, state, found_on, evidence, registered_by, first_due_on, due_on, responsible, steps FROM bianzhi.register_problem(1, '2026-12-05', '局长');		-- a Saturday: Monday
SELECT step('register_problem(1, ''2026-12-01'')'), step('register_problem(99)'), step('register_problem(NULL)');
SELECT got($$SELECT (number, kind, subkind, severity, due_on) FROM bianzhi.register_problem(2)$$);										-- the deadline of its kind
SELECT step('register_problem(3)'), step('register_problem(3, kind => ''X9'')'), step('register_problem(3, kind => ''E3'', subkind => ''gp1'')'), got($$SELECT (number, kind, subject) FROM bianzhi.register_problem(3, kind => 'E3')$$);
SELECT step('register_problem(4, ''2026-11-23'')'), step('register_problem(4, ''-infinity'')');
SELECT got($$SELECT (number, kind, severity) FROM bianzhi.register_problem(4, '2026-11-24', kind => 'D2', source => 'selection_check', document_no => '巡1号')$$);
-- refused: no number is spent
SELECT step('record_problem(''B1'', 1, ''audit'', ''2026-11-23'')'), step('record_problem(''B1'', 1, ''audit'', ''infinity'')'), step('record_problem(''B9'', 1, ''audit'')'), step('record_problem(''B1'', 1, ''gossip'')'), step('record_problem(''B1'', 999, ''audit'')'), step('record_problem(''B1'', NULL, ''audit'')'), step('record_problem(''B1'', NULL, ''audit'', subject => '' '')'), step('record_problem(''B1'', 1, ''audit'', found_on => ''2026-11-25'')'), step('record_problem(''B1'', 1, ''audit'', severity => 4)'), step('record_problem(''B1'', 1, ''audit'', subkind => ''gp1'')'), step('record_problem(NULL, 1, ''audit'')');
SELECT got($$SELECT (number, kind, severity, source, subject, due_on, steps) FROM bianzhi.record_problem('A1', NULL, 'hotline', subject => '某中心', evidence => '{"tel": 1}', document_no => '12310-1')$$), got($$SELECT (number, kind, severity) FROM bianzhi.record_problem('E2', 2, 'report', subkind => 'late')$$);
-- any of the sixteen kinds, by hand
SELECT count(*), count(DISTINCT number), min(number), max(number) FROM unnest('{A1,A2,A3,B1,B2,C1,C2,C3,C4,C5,D1,D2,D3,E1,E2,E3}'::text[]) AS k, LATERAL bianzhi.record_problem(k, 3, 'daily');
RESET SESSION AUTHORIZATION;
SELECT lead_id, state, problem_number FROM bianzhi.lead_board ORDER BY lead_id;

-- the way that most go

SET SESSION AUTHORIZATION problem_clerk;
SELECT step('settle_problem(p(1), ''已核'')'), step('close_problem(p(1), ''同意'', ''["表"]'', ''已复'')'), step('reply_problem(p(1), ''已复'')'), step('return_problem(p(1), ''不实'')'), step('reopen_problem(p(1), ''又来'')');
SELECT step('rectify_problem(p(1), ''  '')'), step('rectify_problem(p(1), ''调出两人'', ''副局长'')'), step('rectify_problem(p(1), ''调出两人、退休一人'')');
SELECT step('submit_problem(p(1))'), step('submit_problem(p(1), ''已调出'', ''{}'')'), step('submit_problem(p(1), ''已调出'', ''[]'')'), step('submit_problem(p(1), ''已调出'', ''" "'')'), step('submit_problem(p(1), ''已调出'', ''{"x": null}'')'), step('submit_problem(p(1), ''已调出'', ''true'')'), step('submit_problem(p(1), ''已调出'', ''{"调令": "调1号"}'')');
SELECT step('submit_problem(p(1), ''已调出'', ''["x"]'')'), step('extend_problem(p(1), ''2027-01-29'', ''延1号'')'), step('remind_problem(p(1), ''快'')'), step('rectify_problem(p(1), ''x'')');
SELECT step('settle_problem(p(1))'), step(E'settle_problem(p(1), ''\u200b\u3000'')'), step('return_problem(p(1), ''少一人'')'), step('submit_problem(p(1), NULL, ''"调令2号"'')'), step('settle_problem(p(1), ''已核'')');
-- who settled does not close, whatever role is taken on and whoever is claimed to act
SELECT step('close_problem(p(1), ''同意'', ''["表"]'', ''已复'')');
SET ROLE problem_office;
SELECT step('close_problem(p(1), ''同意'', ''["表"]'', ''已复'')');
SET bianzhi.actor = '王五';
SELECT step('close_problem(p(1), ''同意'', ''["表"]'', ''已复'')');
RESET ROLE;
RESET bianzhi.actor;
SET SESSION AUTHORIZATION problem_chief;
SELECT step('close_problem(p(1), ''同意'', ''["表"]'')'), step('close_problem(p(1), ''同意'', NULL, ''已复'')'), step('close_problem(p(1), ''同意'', ''["表"]'', '' '')');
SELECT step('reply_problem(p(1), ''已告知来源'', document_no => ''复1号'')'), step('close_problem(p(1), ''同意'')'), step('close_problem(p(1), ''同意'', ''["销号表"]'')');
SELECT step('settle_problem(p(1), ''x'')'), step('close_problem(p(1), ''x'', ''["x"]'')'), step('withdraw_problem(p(1), ''x'')'), step('submit_problem(p(1), ''x'', ''["x"]'')'), step('remind_problem(p(1), ''x'')');
RESET SESSION AUTHORIZATION;
SELECT number, state, measures, responsible, settled_by, closed_by, replied_at IS NOT NULL AS replied, closed_at IS NOT NULL AS closed, steps FROM bianzhi.problem WHERE problem_id = p(1);
SELECT steps(p(1));
SELECT bool_and(at <= clock_timestamp() AND at > now() - interval '1 hour') AND count(DISTINCT at) = count(*) AS at_its_time FROM bianzhi.problem_step WHERE problem_id = p(1);

-- it comes back: everything is asked for again

SET SESSION AUTHORIZATION problem_clerk;
SELECT step('reopen_problem(p(1))'), step('reopen_problem(p(1), ''又超编'', ''2026-11-23'')'), step('reopen_problem(p(1), ''又超编'', ''2026-12-31'')');
SELECT got($$SELECT (number, due_on, first_due_on, settled_by, closed_by, replied_at, closed_at) FROM bianzhi.remind_problem(p(1), '请整改')$$);
SELECT step('withdraw_problem(p(1), ''误登'')'), step('submit_problem(p(1), ''已调出'', ''["x"]'')'), step('settle_problem(p(1), ''已核'')');
SET SESSION AUTHORIZATION problem_chief;
SELECT step('withdraw_problem(p(1), ''误登'')'), step('close_problem(p(1), ''同意'', ''["x"]'')'), step('return_problem(p(1), ''不准'')'), step('withdraw_problem(p(1), ''误登'')'), step('submit_problem(p(1), ''x'', ''["x"]'')');
SELECT step('settle_problem(p(1), ''已核'')'), step('close_problem(p(1), ''同意'', ''["x"]'', ''已复'')');
SET SESSION AUTHORIZATION problem_clerk;
SELECT step('close_problem(p(1), ''同意'', ''["x"]'', ''已复'')');

-- deadlines

SELECT step('extend_problem(p(2), ''2026-12-20'', ''延1号'')'), step('extend_problem(p(2), ''2027-02-06'', '' '')'), step('extend_problem(p(2), NULL, ''延1号'')'), step('extend_problem(p(2), ''infinity'', ''延1号'')');
SELECT got($$SELECT (state, first_due_on, due_on) FROM bianzhi.extend_problem(p(2), '2027-02-06', '延1号', '等退休')$$), got($$SELECT (state, due_on, measures) FROM bianzhi.rectify_problem(p(2), '分两步')$$);		-- a Saturday
SELECT step('extend_problem(p(2), ''2027-02-08'', ''延2号'')'), got($$SELECT (state, first_due_on, due_on) FROM bianzhi.extend_problem(p(2), '2027-03-01', '延2号')$$);
SET bianzhi.today = '2027-03-02';
SELECT step('extend_problem(p(2), ''2027-03-01'', ''延3号'')'), step('extend_problem(p(2), ''2027-03-02'', ''延3号'')');
SET bianzhi.today = '2026-11-24';

-- to another body, and back

SELECT step('transfer_problem(p(2), ''discipline'', NULL)'), step('transfer_problem(p(2), NULL, ''移1号'')'), step('transfer_problem(p(2), ''police'', ''移1号'')'), step('transfer_problem(p(2), ''discipline'', ''移1号'', ''涉嫌违纪'')');
SELECT step('submit_problem(p(2), ''x'', ''["x"]'')'), step('extend_problem(p(2), ''2027-12-01'', ''延'')'), step('remind_problem(p(2), ''请反馈'')'), step('transfer_problem(p(2), ''audit'', ''移2号'')'), step('return_problem(p(2), ''退回'')');
SELECT step('transfer_problem(p(2), ''discipline'', ''移3号'')'), step('settle_problem(p(2), ''已办结'')'), step('settle_problem(p(2), ''已办结'', ''{"决定": "纪1号"}'')'), step('reply_problem(p(2), ''已处理'')');
SET SESSION AUTHORIZATION problem_chief;
SELECT step('close_problem(p(2), NULL, ''["x"]'')');
SELECT got($$SELECT (transferred_to, settled_by, closed_by) FROM bianzhi.reopen_problem(p(2), '反弹')$$);
RESET SESSION AUTHORIZATION;
SELECT steps(p(2));

--
-- Registered by mistake
--

SET SESSION AUTHORIZATION problem_clerk;
SELECT step('withdraw_problem(p(3), ''误登'')');
SET SESSION AUTHORIZATION problem_chief;
SELECT step('withdraw_problem(p(3))'), step('withdraw_problem(p(3), '''')'), step('withdraw_problem(p(3), ''误登'')'), step('withdraw_problem(p(3), ''误登'')'), step('remind_problem(p(3), ''x'')');
-- the lead can be registered anew, under another number
RESET SESSION AUTHORIZATION;
SELECT state, problem_number, problem_state FROM bianzhi.lead_board WHERE lead_id = 3;
SELECT got($$SELECT (number, registered_by) FROM bianzhi.register_problem(3, kind => 'B1')$$);
-- and what was withdrawn may be one after all
SELECT got($$SELECT (number, state, due_on) FROM bianzhi.reopen_problem(p(3), '核实属实', '2026-12-31')$$), steps(p(3));

--
-- Leads that are no problem, or belong to one
--

INSERT INTO bianzhi.lead (kind, unit_id, subject) VALUES ('over_by_cut', 1, 'pool'), ('C3', 1, 'pool'), ('C3', 2, 'pool');
SELECT got('SELECT dismissed_reason FROM bianzhi.dismiss_lead(5, NULL)'), got('SELECT dismissed_reason FROM bianzhi.dismiss_lead(5, ''  '')'), got('SELECT dismissed_reason FROM bianzhi.dismiss_lead(5, ''已报编委'')'), got('SELECT bianzhi.dismiss_lead(1, ''x'')'), got('SELECT bianzhi.dismiss_lead(99, ''x'')');
SELECT step('register_problem(5)'), got('SELECT bianzhi.link_lead(5, p(4))'), got('SELECT dismissed_reason IS NULL FROM bianzhi.restore_lead(5)'), got('SELECT bianzhi.restore_lead(5)');
SELECT got('SELECT problem_id = p(4) FROM bianzhi.link_lead(5, p(4))'), got('SELECT bianzhi.link_lead(5, p(4))'), got('SELECT bianzhi.link_lead(6, p(1))'), got('SELECT bianzhi.link_lead(6, 999)');
UPDATE bianzhi.lead SET gone_since = now() WHERE lead_id = 6;
SELECT lead_id, kind, state, problem_number FROM bianzhi.lead_board WHERE lead_id > 4 ORDER BY lead_id;
SELECT got($$SELECT (number, kind, subkind) FROM bianzhi.register_problem(6)$$);								-- it was one, though it is gone

--
-- Behind a pool that is trusted, a person is whom the application names
--

INSERT INTO bianzhi.trusted_pool (role, document_no) VALUES ('problem_pool', '信任1号');
SET SESSION AUTHORIZATION problem_pool;
SELECT step('record_problem(''B1'', 1, ''daily'')');
SET bianzhi.actor = ' ';
SELECT step('record_problem(''B1'', 1, ''daily'')');
SET bianzhi.actor = '张三';
SELECT problem_id AS pooled, number, registered_by FROM bianzhi.record_problem('B1', 1, 'daily') \gset
\echo :number :registered_by
SELECT step('submit_problem(' || :pooled || ', ''x'', ''["x"]'')'), step('withdraw_problem(' || :pooled || ', ''x'')'), step('settle_problem(' || :pooled || ', ''x'')'), step('close_problem(' || :pooled || ', ''x'', ''["x"]'', ''x'')');
-- however the name is written
SELECT set_config('bianzhi.actor', n, false), step('close_problem(' || :pooled || ', ''x'', ''["x"]'', ''x'')') FROM unnest(ARRAY[' 张三', '张 三', '张　三 ', E'张\u200b三']) AS n;
-- nor at a window of his own
SET SESSION AUTHORIZATION problem_chief;
SET bianzhi.actor = '张三';
SELECT step('close_problem(' || :pooled || ', ''x'', ''["x"]'', ''x'')');
-- taking on the pool's role makes nobody trusted
RESET SESSION AUTHORIZATION;
GRANT problem_pool TO problem_clerk;
SET SESSION AUTHORIZATION problem_clerk;
SET ROLE problem_pool;
SET bianzhi.actor = '赵六';
SELECT problem_id AS taken_on, registered_by FROM bianzhi.record_problem('B1', 1, 'daily') \gset
\echo :registered_by
RESET ROLE;
SET SESSION AUTHORIZATION problem_pool;
SET bianzhi.actor = '李四';
SELECT step('close_problem(' || :pooled || ', ''x'', ''["x"]'', ''x'')');
RESET bianzhi.actor;
RESET SESSION AUTHORIZATION;
SELECT steps(:pooled);
SELECT steps(:taken_on);

--
-- What nobody may do: the owner of the tables at their rows
--

SELECT try('DELETE FROM bianzhi.problem'), try('DELETE FROM bianzhi.problem WHERE problem_id = p(3)'), try('TRUNCATE bianzhi.problem'), try('TRUNCATE bianzhi.problem CASCADE'), try('TRUNCATE bianzhi.unit CASCADE'), try('DELETE FROM bianzhi.problem_step'), try('TRUNCATE bianzhi.problem_step'), try('UPDATE bianzhi.problem_step SET actor = ''x''');
SELECT c, try(format('UPDATE bianzhi.problem SET %s WHERE problem_id = p(4)', c)) FROM unnest(ARRAY['number = ''2026-0099''', 'number = number || ''x''', 'problem_id = 99', 'kind = ''B2''', 'subkind = NULL, severity = 1', 'unit_id = 1', 'source = ''daily''', 'found_on = ''2020-01-01''', 'evidence = ''{}''', 'registered_by = ''x''', 'first_due_on = ''2030-01-01''', 'document_no = NULL, subject = ''x''']) AS c;
SELECT c, try(format('UPDATE bianzhi.problem SET %s WHERE problem_id = p(4)', c)) FROM unnest(ARRAY['state = ''rectifying''', 'state = ''submitted''', 'state = ''settled'', settled_by = ''x''', 'state = ''closed'', settled_by = ''x'', closed_by = ''y'', closed_at = now(), replied_at = now()', 'state = ''withdrawn''', 'steps = 0', 'steps = 2', 'due_on = ''2030-01-01''', 'replied_at = now()', 'transferred_to = ''audit''']) AS c;
SELECT try('MERGE INTO bianzhi.problem AS p USING (SELECT p(4) AS id) AS x ON p.problem_id = x.id WHEN MATCHED THEN UPDATE SET state = ''closed'''), try('MERGE INTO bianzhi.problem AS p USING (SELECT p(4) AS id) AS x ON p.problem_id = x.id WHEN MATCHED THEN DELETE');
-- what may be amended
SELECT try('UPDATE bianzhi.problem SET responsible = ''科长'', measures = ''清退'', note = ''x'' WHERE problem_id = p(4)'), try('UPDATE bianzhi.problem SET state = state');
-- rows that come past the functions are steps and problems like the others
SELECT try($$INSERT INTO bianzhi.problem (kind, unit_id, source, number) VALUES ('B1', 1, 'daily', '2026-0500')$$), try($$INSERT INTO bianzhi.problem (kind, unit_id, source, state) VALUES ('B1', 1, 'daily', 'closed')$$), try($$INSERT INTO bianzhi.problem (kind, unit_id, source, due_on) VALUES ('B1', 1, 'daily', '2020-01-01')$$);
INSERT INTO bianzhi.problem (kind, unit_id, source, steps, settled_by, closed_by, replied_at, registered_by, first_due_on) VALUES ('B1', 1, 'daily', 9, 'x', 'x', now(), 'x', '2020-01-01'), ('B2', 1, 'daily', 9, 'x', 'x', now(), 'x', '2020-01-01') RETURNING number, state, settled_by, closed_by, replied_at, registered_by, first_due_on;
SELECT p(27) AS direct \gset
SELECT try($$INSERT INTO bianzhi.problem_step (problem_id, action) VALUES ($$ || :direct || $$, 'register')$$), try($$INSERT INTO bianzhi.problem_step (problem_id, action) VALUES ($$ || :direct || $$, 'nonsense')$$), try($$INSERT INTO bianzhi.problem_step (problem_id, action, evidence, at) VALUES ($$ || :direct || $$, 'submit', '[1]', '2020-01-01')$$), try($$INSERT INTO bianzhi.problem_step (problem_id, action, evidence) VALUES (999, 'submit', '[1]')$$);
INSERT INTO bianzhi.problem_step (problem_id, step, action, from_state, to_state, actor, claimed_actor, evidence, due_on, transferred_to) VALUES (:direct, 99, 'submit', 'registered', 'closed', 'x', 'x', '[1]', '2030-01-01', 'audit');
SELECT steps(:direct);
SELECT number, state, steps, due_on FROM bianzhi.problem WHERE problem_id = :direct;
-- two steps in one statement would both be judged by what was before them
SELECT try($$INSERT INTO bianzhi.problem_step (problem_id, action, opinion) VALUES ($$ || :direct || $$, 'return', 'x'), ($$ || :direct || $$, 'settle', 'x')$$), try($$WITH r AS (INSERT INTO bianzhi.problem_step (problem_id, action, opinion) VALUES ($$ || :direct || $$, 'return', 'x') RETURNING 1) INSERT INTO bianzhi.problem_step (problem_id, action, opinion) SELECT $$ || :direct || $$, 'settle', 'x'$$), try($$INSERT INTO bianzhi.problem_step (problem_id, action, opinion) VALUES (p(4), 'remind', 'x'), (p(2), 'remind', 'x')$$);
SELECT steps(:direct);
-- where triggers do not fire, these do
SET session_replication_role = replica;
SELECT try('DELETE FROM bianzhi.problem'), try('UPDATE bianzhi.problem SET number = ''x'' WHERE problem_id = p(4)'), try('UPDATE bianzhi.problem_step SET actor = ''x'''), try('TRUNCATE bianzhi.problem_step'), try('DELETE FROM bianzhi.problem_transition');
RESET session_replication_role;
-- nor while the limits are suspended
SELECT bianzhi.suspend('试');
SELECT try('DELETE FROM bianzhi.problem'), try($$UPDATE bianzhi.problem SET state = 'closed' WHERE problem_id = p(4)$$), try($$INSERT INTO bianzhi.problem (kind, unit_id, source, number) VALUES ('B1', 1, 'daily', '2026-0500')$$), try($$INSERT INTO bianzhi.problem_step (problem_id, step, action, to_state, at, actor) VALUES (p(4), 9, 'close', 'closed', now(), 'x')$$);
SELECT step('remind_problem(p(4), ''请整改'')');
SELECT leads >= 0 FROM bianzhi.go_live();
-- numbers: one after the other, none left out, none twice
SELECT count(*), count(DISTINCT number), min(number), max(number) FROM bianzhi.problem;
SET bianzhi.today = '2027-01-04';
SELECT got($$SELECT number FROM bianzhi.record_problem('B1', 1, 'daily')$$), got($$SELECT number FROM bianzhi.record_problem('B1', 1, 'daily', found_on => '2026-12-31')$$);
SET bianzhi.today = '2026-11-24';
SELECT got($$SELECT number FROM bianzhi.record_problem('B1', 1, 'daily')$$);
-- a lock that somebody meddles with changes nothing
UPDATE bianzhi.problem_number SET last = 700;
DELETE FROM bianzhi.problem_number WHERE year = 2027;
SELECT got($$SELECT number FROM bianzhi.record_problem('B1', 1, 'daily')$$);
-- every step and every problem is in the audit's ledger
SELECT relation, count(*) > 0 FROM bianzhi.ledger WHERE relation ~ 'problem|trusted|lead' AND operation IN ('INSERT', 'UPDATE') GROUP BY relation ORDER BY relation COLLATE "C";

--
-- Rights
--

CREATE ROLE problem_nobody;
SET ROLE problem_nobody;
SELECT step('remind_problem(p(4), ''x'')'), got('SELECT bianzhi.take_step(p(4), ''remind'', ''x'', NULL, NULL)'), got('SELECT count(*) FROM bianzhi.problem'), got('SELECT count(*) FROM bianzhi.problem_board'), got('SELECT count(*) FROM bianzhi.problem_step'), got('SELECT count(*) FROM bianzhi.trusted_pool'), got('SELECT count(*) FROM bianzhi.problem_kind'), got('SELECT bianzhi.acting()'), got('SELECT bianzhi.blocks_approval(1)');
RESET ROLE;
DROP OWNED BY problem_clerk, problem_chief, problem_office, problem_pool, problem_nobody;
DROP ROLE problem_clerk, problem_chief, problem_office, problem_pool, problem_nobody;
