/*
 * problem_step.sql: what keeps the ledger of problems: who acts, which steps there may be, and what they make of a problem.
 */

-- who acts

CREATE FUNCTION bianzhi.acting(OUT actor text, OUT claimed text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	claimed := current_setting('bianzhi.actor', true);
	IF bianzhi.plain_name(claimed) IS NULL THEN
		claimed := NULL;
	END IF;
	IF NOT EXISTS (SELECT 1 FROM bianzhi.trusted_pool AS p WHERE p.role = session_user) THEN
		actor := session_user;
	ELSIF claimed IS NULL THEN
		RAISE EXCEPTION 'role "%" serves many people and does not say who acts', session_user
			USING ERRCODE = 'insufficient_privilege', HINT = 'Set bianzhi.actor to the person in each transaction.';
	ELSE
		actor := claimed;
	END IF;
END
$$;
COMMENT ON FUNCTION bianzhi.acting() IS '操作人: who acts: the role that logged in, whatever SET ROLE says; behind a trusted pool the person whom bianzhi.actor names. Refused with 42501 where a trusted pool names nobody';
REVOKE ALL ON FUNCTION bianzhi.acting() FROM PUBLIC;

-- whether rows are taken as they are

CREATE FUNCTION bianzhi.takes_problems_as_they_are() RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN NOT bianzhi.ledger_is_open();
COMMENT ON FUNCTION bianzhi.takes_problems_as_they_are() IS '问题载入: whether problems with a number and steps with a time are loaded as they are: until the ledger opens, which it does when the limits first come into force; not when they are suspended';
REVOKE ALL ON FUNCTION bianzhi.takes_problems_as_they_are() FROM PUBLIC;

-- numbers

CREATE TABLE bianzhi.problem_number (
	year integer PRIMARY KEY,
	last integer NOT NULL
);
COMMENT ON TABLE bianzhi.problem_number IS '编号锁: a row a year, which those who register wait for; the numbers themselves stand in problem. Not dumped';
COMMENT ON COLUMN bianzhi.problem_number.year IS '年份: year';
COMMENT ON COLUMN bianzhi.problem_number.last IS '末号: the number given last';

CREATE FUNCTION bianzhi.next_problem_number() RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	this_year integer := extract(year FROM bianzhi.today());
	given integer;
BEGIN
	INSERT INTO bianzhi.problem_number (year, last) VALUES (this_year, 0) ON CONFLICT DO NOTHING;
	-- waits for others who register; a snapshot from before they did fails here, not with a number that is taken
	PERFORM FROM bianzhi.problem_number AS n WHERE n.year = this_year FOR UPDATE;
	SELECT COALESCE(max(split_part(p.number, '-', 2)::integer), 0) + 1 INTO given
	FROM bianzhi.problem AS p
	WHERE p.number >= this_year || '-' AND p.number < this_year || '.' AND p.number ~ '^[0-9]+-[0-9]{4,9}$';
	UPDATE bianzhi.problem_number AS n SET last = given WHERE n.year = this_year;
	RETURN format('%s-%s', this_year, CASE WHEN given < 10000 THEN lpad(given::text, 4, '0') ELSE given::text END);
END
$$;
COMMENT ON FUNCTION bianzhi.next_problem_number() IS '编号: the next number of the year; who registers next waits until this transaction ends, so that there are no gaps';
REVOKE ALL ON FUNCTION bianzhi.next_problem_number() FROM PUBLIC;

-- deadlines

CREATE FUNCTION bianzhi.problem_deadline(due_on date, later_than date) RETURNS date
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	problem text := CASE
		WHEN problem_deadline.due_on IS NULL THEN 'a deadline is missing'
		WHEN NOT isfinite(problem_deadline.due_on) THEN 'a deadline needs a day'
		WHEN problem_deadline.due_on < bianzhi.today() THEN 'a deadline cannot lie in the past'
		WHEN problem_deadline.due_on <= later_than THEN 'an extended deadline must be later than the one before'
	END;
BEGIN
	IF problem IS NOT NULL THEN
		RAISE EXCEPTION '%', problem
			USING ERRCODE = 'check_violation', SCHEMA = 'bianzhi', TABLE = 'problem', CONSTRAINT = 'problem_due';
	END IF;
	RETURN bianzhi.next_workday(problem_deadline.due_on);
END
$$;
COMMENT ON FUNCTION bianzhi.problem_deadline(date, date) IS '期限顺延: a deadline moved to a working day; refused with 23514 problem_due where it is none, has passed, or is not later than the second day';
REVOKE ALL ON FUNCTION bianzhi.problem_deadline(date, date) FROM PUBLIC;

-- registering

CREATE FUNCTION bianzhi.problem_starts() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rules record;
BEGIN
	IF NEW.number IS NOT NULL THEN
		IF bianzhi.takes_problems_as_they_are() THEN
			NEW.steps := (SELECT greatest(NEW.steps, max(s.step), 0) FROM bianzhi.problem_step AS s WHERE s.problem_id = NEW.problem_id);
			NEW.first_due_on := COALESCE(NEW.first_due_on, NEW.due_on);
			RETURN NEW;
		END IF;
		RAISE EXCEPTION 'the number of a problem is given when it is registered'
			USING ERRCODE = 'generated_always', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'number';
	END IF;
	IF NEW.state IS DISTINCT FROM 'registered' THEN
		RAISE EXCEPTION 'a problem begins by being registered'
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'problem_transition';
	END IF;
	IF NEW.found_on > bianzhi.today() THEN
		RAISE EXCEPTION 'a problem cannot have been found on a day to come'
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'problem_found_on_past';
	END IF;
	-- the check of the table would show the row
	IF NEW.unit_id IS NULL AND bianzhi.plain_name(NEW.subject) IS NULL THEN
		RAISE EXCEPTION 'a problem needs a unit, or a subject where there is none'
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'problem_about_something';
	END IF;
	IF NEW.severity NOT BETWEEN 1 AND 3 THEN
		RAISE EXCEPTION 'severity goes from 1 to 3'
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'problem_severity_check';
	END IF;
	SELECT k.due_days, COALESCE(s.severity, k.severity) AS severity INTO rules
	FROM bianzhi.problem_kind AS k LEFT JOIN bianzhi.problem_subkind AS s ON s.kind = k.code AND s.code = NEW.subkind
	WHERE k.code = NEW.kind AND (NEW.subkind IS NULL OR s.code IS NOT NULL);
	IF NOT FOUND THEN
		RAISE EXCEPTION 'kind of problem "%" does not exist', concat_ws(' ', NEW.kind, NEW.subkind)
			USING ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'kind';
	END IF;
	NEW.severity := COALESCE(NEW.severity, rules.severity);
	NEW.due_on := bianzhi.problem_deadline(COALESCE(NEW.due_on, bianzhi.today() + rules.due_days), NULL);
	NEW.first_due_on := NEW.due_on;
	NEW.registered_at := clock_timestamp();
	NEW.registered_by := (bianzhi.acting()).actor;
	NEW.transferred_to := NULL;
	NEW.replied_at := NULL;
	NEW.settled_by := NULL;
	NEW.closed_by := NULL;
	NEW.closed_at := NULL;
	NEW.steps := -1;
	-- last: others wait for it
	NEW.number := bianzhi.next_problem_number();
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION bianzhi.problem_starts() IS '挂号: trigger function; gives a problem its number, severity and deadline';
REVOKE ALL ON FUNCTION bianzhi.problem_starts() FROM PUBLIC;

CREATE TRIGGER problem_starts BEFORE INSERT ON bianzhi.problem
	FOR EACH ROW EXECUTE FUNCTION bianzhi.problem_starts();

CREATE FUNCTION bianzhi.problem_started() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO bianzhi.problem_step (problem_id, action, evidence, document_no, due_on)
	VALUES (NEW.problem_id, 'register', nullif(NEW.evidence, '{}'), NEW.document_no, NEW.due_on);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION bianzhi.problem_started() IS '挂号步骤: trigger function; writes the first step of a problem';
REVOKE ALL ON FUNCTION bianzhi.problem_started() FROM PUBLIC;

-- a problem that problem_starts() has let in, and did not take as it is, stands at step -1
CREATE TRIGGER problem_started AFTER INSERT ON bianzhi.problem
	FOR EACH ROW WHEN (NEW.steps = -1) EXECUTE FUNCTION bianzhi.problem_started();

-- steps

CREATE FUNCTION bianzhi.is_evidence(evidence jsonb) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT COALESCE(CASE jsonb_typeof(evidence)
		WHEN 'object' THEN jsonb_strip_nulls(evidence) <> '{}'
		WHEN 'array' THEN jsonb_array_length(evidence) > 0
		WHEN 'string' THEN bianzhi.plain_name(evidence #>> '{}') IS NOT NULL
	END, false)
$$;
COMMENT ON FUNCTION bianzhi.is_evidence(jsonb) IS '有无佐证: whether there is anything in it: an object or array that is not empty, or a text';
REVOKE ALL ON FUNCTION bianzhi.is_evidence(jsonb) FROM PUBLIC;

-- whether a step is another person's than the one who acts now
CREATE FUNCTION bianzhi.is_second_person(problem_id bigint, action text, loaded text, actor text, claimed text) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	first_actor text;
	first_claimed text;
BEGIN
	SELECT s.actor, s.claimed_actor INTO first_actor, first_claimed
	FROM bianzhi.problem_step AS s
	WHERE s.problem_id = is_second_person.problem_id AND s.action = is_second_person.action
	ORDER BY s.step DESC
	LIMIT 1;
	first_actor := bianzhi.plain_name(COALESCE(first_actor, loaded));
	first_claimed := bianzhi.plain_name(first_claimed);
	RETURN COALESCE(NOT (bianzhi.plain_name(actor) IN (first_actor, first_claimed) OR bianzhi.plain_name(claimed) IN (first_actor, first_claimed)), true);
END
$$;
COMMENT ON FUNCTION bianzhi.is_second_person(bigint, text, text, text, text) IS '是否另一人: whether somebody else did this to the problem last. Arguments: problem, action, who did it where no step says so, who acts and who is claimed to';
REVOKE ALL ON FUNCTION bianzhi.is_second_person(bigint, text, text, text, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.problem_step_check() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p bianzhi.problem;
	t bianzhi.problem_transition;
	who record;
	lacks text;
BEGIN
	IF NEW.at IS NOT NULL THEN
		IF bianzhi.takes_problems_as_they_are() THEN
			RETURN NEW;
		END IF;
		RAISE EXCEPTION 'the time of a step is when it is written'
			USING ERRCODE = 'generated_always', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'at';
	END IF;
	IF NOT bianzhi.is_live() AND EXISTS (SELECT 1 FROM bianzhi.stamp) THEN
		RAISE EXCEPTION 'the establishment was restored from a dump and is not in force yet'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Run bianzhi.go_live().';
	END IF;

	SELECT q.* INTO p FROM bianzhi.problem AS q WHERE q.problem_id = NEW.problem_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'problem % does not exist', NEW.problem_id
			USING ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'problem_id';
	END IF;
	-- a step of the same statement comes to be of effect at its end
	IF EXISTS (SELECT 1 FROM bianzhi.problem_step AS s WHERE s.problem_id = p.problem_id AND s.step > p.steps) THEN
		RAISE EXCEPTION 'problem "%" takes one step at a time', p.number
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = 'problem', CONSTRAINT = 'problem_transition';
	END IF;
	SELECT r.* INTO t FROM bianzhi.problem_transition AS r
	WHERE r.action = NEW.action AND r.from_state IS NOT DISTINCT FROM CASE WHEN p.steps >= 0 THEN p.state END;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'problem "%" is % and does not take step "%"', p.number, p.state, NEW.action
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = 'problem', CONSTRAINT = 'problem_transition',
				HINT = 'bianzhi.problem_transition lists what may be done in which state.';
	END IF;

	who := bianzhi.acting();
	lacks := CASE
		WHEN t.needs_opinion AND bianzhi.plain_name(NEW.opinion) IS NULL THEN 'an opinion'
		WHEN t.needs_evidence AND NOT bianzhi.is_evidence(NEW.evidence) THEN 'evidence'
		WHEN t.needs_document AND bianzhi.plain_name(NEW.document_no) IS NULL THEN 'the number of a document'
		WHEN t.action = 'transfer' AND NEW.transferred_to IS NULL THEN 'the body that it is transferred to'
		WHEN t.needs_reply AND p.replied_at IS NULL THEN 'a reply to the source'
		WHEN t.not_by IS NOT NULL AND NOT bianzhi.is_second_person(p.problem_id, t.not_by, CASE t.not_by WHEN 'settle' THEN p.settled_by ELSE p.registered_by END,
			who.actor, who.claimed) THEN format('another person than the one of step "%s"', t.not_by)
		-- what was closed once was no mistake
		WHEN t.action = 'withdraw' AND EXISTS (SELECT 1 FROM bianzhi.problem_step AS s
			WHERE s.problem_id = p.problem_id AND 'closed' IN (s.from_state, s.to_state)) THEN 'a problem that was never closed'
	END;
	IF lacks IS NOT NULL THEN
		RAISE EXCEPTION 'step "%" of problem "%" needs %', t.action, p.number, lacks
			USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = 'problem', CONSTRAINT = 'problem_transition';
	END IF;

	IF NOT t.needs_due THEN
		NEW.due_on := NULL;
	ELSIF t.action <> 'register' THEN
		NEW.due_on := bianzhi.problem_deadline(NEW.due_on, CASE t.action WHEN 'extend' THEN p.due_on END);
	END IF;
	IF t.action <> 'transfer' THEN
		NEW.transferred_to := NULL;
	END IF;
	NEW.step := greatest(p.steps, 0) + 1;
	NEW.from_state := t.from_state;
	NEW.to_state := t.to_state;
	NEW.at := clock_timestamp();
	NEW.actor := who.actor;
	NEW.claimed_actor := who.claimed;
	NEW.session_user_name := session_user;
	NEW.role_name := nullif(current_setting('role'), 'none');
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION bianzhi.problem_step_check() IS '步骤检查: trigger function; refuses a step that the transitions do not allow, and writes down who takes it and when';
REVOKE ALL ON FUNCTION bianzhi.problem_step_check() FROM PUBLIC;

CREATE TRIGGER problem_step_check BEFORE INSERT ON bianzhi.problem_step
	FOR EACH ROW EXECUTE FUNCTION bianzhi.problem_step_check();

-- what a step makes of a problem

CREATE FUNCTION bianzhi.problem_after(p bianzhi.problem, s bianzhi.problem_step) RETURNS bianzhi.problem
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	p.state := s.to_state;
	p.steps := s.step;
	p.due_on := COALESCE(s.due_on, p.due_on);
	CASE s.action
		WHEN 'transfer' THEN
			p.transferred_to := s.transferred_to;
		WHEN 'reply' THEN
			p.replied_at := s.at;
		WHEN 'settle' THEN
			p.settled_by := s.actor;
		WHEN 'close' THEN
			p.closed_by := s.actor;
			p.closed_at := s.at;
		WHEN 'return', 'reopen' THEN
			p.transferred_to := NULL;
			p.replied_at := NULL;
			p.settled_by := NULL;
			p.closed_by := NULL;
			p.closed_at := NULL;
		ELSE
			NULL;
	END CASE;
	RETURN p;
END
$$;
COMMENT ON FUNCTION bianzhi.problem_after(bianzhi.problem, bianzhi.problem_step) IS '步骤结果: the problem as the step leaves it';
REVOKE ALL ON FUNCTION bianzhi.problem_after(bianzhi.problem, bianzhi.problem_step) FROM PUBLIC;

CREATE FUNCTION bianzhi.problem_step_taken() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE bianzhi.problem AS p
	SET (state, steps, due_on, transferred_to, replied_at, settled_by, closed_by, closed_at)
		= (SELECT a.state, a.steps, a.due_on, a.transferred_to, a.replied_at, a.settled_by, a.closed_by, a.closed_at
			FROM bianzhi.problem_after(p, NEW) AS a)
	WHERE p.problem_id = NEW.problem_id AND p.steps < NEW.step;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION bianzhi.problem_step_taken() IS '步骤生效: trigger function; makes of the problem what the step makes of it';
REVOKE ALL ON FUNCTION bianzhi.problem_step_taken() FROM PUBLIC;

CREATE TRIGGER problem_step_taken AFTER INSERT ON bianzhi.problem_step
	FOR EACH ROW EXECUTE FUNCTION bianzhi.problem_step_taken();

-- guards: a problem is what its last step made of it, under the number that it was given

CREATE FUNCTION bianzhi.problem_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fixed text;
	last_step bianzhi.problem_step;
	is_now record;
	was record;
	expected record;
BEGIN
	SELECT o.key INTO fixed
	FROM jsonb_each(to_jsonb(OLD)) AS o JOIN jsonb_each(to_jsonb(NEW)) AS n ON n.key = o.key
	WHERE n.value IS DISTINCT FROM o.value
		AND o.key NOT IN ('state', 'steps', 'due_on', 'transferred_to', 'replied_at', 'settled_by', 'closed_by', 'closed_at',
			'responsible', 'measures', 'note',
			-- not computed yet
			'source_list', 'transferred_to_list')
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'column "%" of a problem cannot be changed', fixed
			USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = fixed,
				HINT = 'Withdraw what was registered by mistake, and register it anew.';
	END IF;

	was := (OLD.state, OLD.steps, OLD.due_on, OLD.transferred_to, OLD.replied_at, OLD.settled_by, OLD.closed_by, OLD.closed_at);
	is_now := (NEW.state, NEW.steps, NEW.due_on, NEW.transferred_to, NEW.replied_at, NEW.settled_by, NEW.closed_by, NEW.closed_at);
	IF is_now IS DISTINCT FROM was THEN
		SELECT s.* INTO last_step FROM bianzhi.problem_step AS s WHERE s.problem_id = OLD.problem_id ORDER BY s.step DESC LIMIT 1;
		SELECT a.state, a.steps, a.due_on, a.transferred_to, a.replied_at, a.settled_by, a.closed_by, a.closed_at INTO expected
		FROM bianzhi.problem_after(OLD, last_step) AS a
		WHERE last_step.step > OLD.steps;
		IF NOT FOUND OR is_now IS DISTINCT FROM expected THEN
			RAISE EXCEPTION 'problem "%" changes by its steps only', OLD.number
				USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = 'problem_transition',
					HINT = 'Use bianzhi.submit_problem() and the other functions of problems.';
		END IF;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION bianzhi.problem_guard() IS '问题防改: trigger function; refuses any change of a problem but that which its last step makes, and of what may be amended';
REVOKE ALL ON FUNCTION bianzhi.problem_guard() FROM PUBLIC;

CREATE TRIGGER problem_guard BEFORE UPDATE ON bianzhi.problem
	FOR EACH ROW EXECUTE FUNCTION bianzhi.problem_guard();

-- these fire whatever session_replication_role is
CREATE TRIGGER problem_number_stays BEFORE UPDATE ON bianzhi.problem
	FOR EACH ROW WHEN (OLD.problem_id <> NEW.problem_id OR OLD.number <> NEW.number)
	EXECUTE FUNCTION bianzhi.stays('A problem keeps its number.');
CREATE TRIGGER problem_stays BEFORE DELETE OR TRUNCATE ON bianzhi.problem
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stays('Withdraw what was registered by mistake.');
CREATE TRIGGER problem_step_stays BEFORE TRUNCATE ON bianzhi.problem_step
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stays('Take another step.');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON bianzhi.problem_step
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.append_only();
ALTER TABLE bianzhi.problem ENABLE ALWAYS TRIGGER problem_number_stays;
ALTER TABLE bianzhi.problem ENABLE ALWAYS TRIGGER problem_stays;
ALTER TABLE bianzhi.problem_step ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER problem_step_stays;
