/*
 * problem_do.sql: what people do with leads and problems. Who may do it is who has been granted EXECUTE: the unit submits,
 * an inspector settles, another person closes.
 */

-- leads

CREATE FUNCTION bianzhi.lead_to_act_on(lead_id bigint) RETURNS bianzhi.lead
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_lead bianzhi.lead;
	its_problem record;
BEGIN
	SELECT l.* INTO found_lead FROM bianzhi.lead AS l WHERE l.lead_id = lead_to_act_on.lead_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'lead % does not exist', lead_to_act_on.lead_id
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'lead';
	END IF;
	SELECT p.number, p.state INTO its_problem
	FROM bianzhi.problem AS p
	WHERE p.problem_id = found_lead.problem_id AND p.state <> 'withdrawn'
	FOR SHARE;
	IF FOUND THEN
		RAISE EXCEPTION 'lead % is problem "%"', found_lead.lead_id, its_problem.number
			USING ERRCODE = 'unique_violation', SCHEMA = 'bianzhi', TABLE = 'lead', CONSTRAINT = 'lead_one_problem',
				HINT = CASE its_problem.state WHEN 'closed' THEN 'If it has come back, run bianzhi.reopen_problem().' ELSE 'Work on that problem.' END;
	END IF;
	RETURN found_lead;
END
$$;
COMMENT ON FUNCTION bianzhi.lead_to_act_on(bigint) IS '待处理线索: the lead, locked; refused with 23503 where there is none, with 23505 lead_one_problem where it is a problem already that was not withdrawn';
REVOKE ALL ON FUNCTION bianzhi.lead_to_act_on(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.undismissed_lead(lead_id bigint) RETURNS bianzhi.lead
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_lead bianzhi.lead := bianzhi.lead_to_act_on(undismissed_lead.lead_id);
BEGIN
	IF found_lead.dismissed_reason IS NOT NULL THEN
		RAISE EXCEPTION 'lead % was dismissed', found_lead.lead_id
			USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = 'bianzhi', TABLE = 'lead', HINT = 'Run bianzhi.restore_lead() first.';
	END IF;
	RETURN found_lead;
END
$$;
COMMENT ON FUNCTION bianzhi.undismissed_lead(bigint) IS '未排除线索: the same, refused with 55000 where it was dismissed';
REVOKE ALL ON FUNCTION bianzhi.undismissed_lead(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.dismiss_lead(lead_id bigint, reason text) RETURNS bianzhi.lead
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_lead bianzhi.lead := bianzhi.lead_to_act_on(dismiss_lead.lead_id);
BEGIN
	IF bianzhi.plain_name(reason) IS NULL THEN
		RAISE EXCEPTION 'dismissing a lead needs a reason'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	UPDATE bianzhi.lead AS l SET dismissed_reason = reason WHERE l.lead_id = found_lead.lead_id RETURNING l.* INTO found_lead;
	RETURN found_lead;
END
$$;
COMMENT ON FUNCTION bianzhi.dismiss_lead(bigint, text) IS '排除线索: it is no problem, for this reason; stays so until its evidence changes. Refused with 22004 without a reason, 23503 where there is no such lead, 23505 where it is a problem';
REVOKE ALL ON FUNCTION bianzhi.dismiss_lead(bigint, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.restore_lead(lead_id bigint) RETURNS bianzhi.lead
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_lead bianzhi.lead := bianzhi.lead_to_act_on(restore_lead.lead_id);
BEGIN
	IF found_lead.dismissed_reason IS NULL THEN
		RAISE EXCEPTION 'lead % was not dismissed', found_lead.lead_id
			USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = 'bianzhi', TABLE = 'lead';
	END IF;
	UPDATE bianzhi.lead AS l SET dismissed_reason = NULL WHERE l.lead_id = found_lead.lead_id RETURNING l.* INTO found_lead;
	RETURN found_lead;
END
$$;
COMMENT ON FUNCTION bianzhi.restore_lead(bigint) IS '恢复线索: takes a dismissal back. Refused with 55000 where the lead was not dismissed';
REVOKE ALL ON FUNCTION bianzhi.restore_lead(bigint) FROM PUBLIC;

-- from a lead, or without one, to a problem

CREATE FUNCTION bianzhi.record_problem(kind text, unit_id bigint, source text, due_on date DEFAULT NULL, responsible text DEFAULT NULL,
	subject text DEFAULT NULL, evidence jsonb DEFAULT '{}', measures text DEFAULT NULL, document_no text DEFAULT NULL,
	found_on date DEFAULT NULL, subkind text DEFAULT NULL, severity integer DEFAULT NULL, note text DEFAULT NULL) RETURNS bianzhi.problem
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	new_id bigint;
	made bianzhi.problem;
BEGIN
	INSERT INTO bianzhi.problem AS p (kind, subkind, severity, unit_id, subject, source, found_on, evidence, document_no, due_on, responsible, measures, note)
	VALUES (record_problem.kind, record_problem.subkind, record_problem.severity, record_problem.unit_id, record_problem.subject,
		record_problem.source, COALESCE(record_problem.found_on, bianzhi.today()), COALESCE(record_problem.evidence, '{}'),
		record_problem.document_no, record_problem.due_on, record_problem.responsible, record_problem.measures, record_problem.note)
	RETURNING p.problem_id INTO new_id;
	SELECT p.* INTO made FROM bianzhi.problem AS p WHERE p.problem_id = new_id;
	RETURN made;
END
$$;
COMMENT ON FUNCTION bianzhi.record_problem(text, bigint, text, date, text, text, jsonb, text, text, date, text, integer, text) IS '登记问题: registers a problem that no rule has found. Arguments: kind, unit (NULL: none, then the subject is needed), source (a code of the list problem_source), deadline (NULL: as the kind says; moved to a working day), who is answerable, what it is about, evidence, measures, document, day found (NULL: today), sub-kind, severity (NULL: as the kind says), note. Refused with 23514 problem_due where the deadline has passed';
REVOKE ALL ON FUNCTION bianzhi.record_problem(text, bigint, text, date, text, text, jsonb, text, text, date, text, integer, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.register_problem(lead_id bigint, due_on date DEFAULT NULL, responsible text DEFAULT NULL, measures text DEFAULT NULL,
	kind text DEFAULT NULL, subkind text DEFAULT NULL, source text DEFAULT 'rule', document_no text DEFAULT NULL, note text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_lead bianzhi.lead := bianzhi.undismissed_lead(register_problem.lead_id);
	meant record;
	made bianzhi.problem;
BEGIN
	-- what the caller says, the lead is by name, or its kind of lead would be
	SELECT k.code AS kind, s.code AS subkind INTO meant
	FROM bianzhi.problem_kind AS k
		LEFT JOIN bianzhi.lead_kind AS l ON l.code = found_lead.kind
		LEFT JOIN bianzhi.problem_subkind AS s ON s.kind = k.code AND s.code = COALESCE(register_problem.subkind,
			found_lead.evidence ->> 'subkind', CASE WHEN l.problem_kind = k.code THEN l.problem_subkind END)
	WHERE k.code = COALESCE(register_problem.kind, bianzhi.lead_problem_kind(found_lead.kind, found_lead.evidence));
	IF NOT FOUND OR (register_problem.subkind IS NOT NULL AND meant.subkind IS NULL) THEN
		RAISE EXCEPTION 'lead % is of kind "%", which does not say what kind of problem it is', found_lead.lead_id, found_lead.kind
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'problem', COLUMN = 'kind',
				HINT = 'Name a kind, and a sub-kind of it, that exist.';
	END IF;
	made := bianzhi.record_problem(meant.kind, found_lead.unit_id, register_problem.source, register_problem.due_on, register_problem.responsible,
		COALESCE(nullif(found_lead.subject, ''), CASE WHEN found_lead.unit_id IS NULL THEN found_lead.kind END), found_lead.evidence,
		register_problem.measures, register_problem.document_no, least(found_lead.first_seen::date, bianzhi.today()), meant.subkind,
		bianzhi.severity_of(found_lead.evidence, NULL), register_problem.note);
	UPDATE bianzhi.lead AS l SET problem_id = made.problem_id WHERE l.lead_id = found_lead.lead_id;
	RETURN made;
END
$$;
COMMENT ON FUNCTION bianzhi.register_problem(bigint, date, text, text, text, text, text, text, text) IS '挂号: makes a problem of a lead. Arguments: lead, deadline (NULL: as the kind says; moved to a working day), who is answerable, measures, kind and sub-kind (NULL: as the lead says), source, document, note. Refused with 23505 lead_one_problem where the lead is a problem already, 55000 where it was dismissed, 23514 problem_due where the deadline has passed';
REVOKE ALL ON FUNCTION bianzhi.register_problem(bigint, date, text, text, text, text, text, text, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.link_lead(lead_id bigint, problem_id bigint) RETURNS bianzhi.lead
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_lead bianzhi.lead := bianzhi.undismissed_lead(link_lead.lead_id);
	its_problem record;
BEGIN
	SELECT p.number, p.state, s.is_open INTO its_problem
	FROM bianzhi.problem AS p JOIN bianzhi.problem_state AS s ON s.code = p.state
	WHERE p.problem_id = link_lead.problem_id
	FOR SHARE OF p;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'problem % does not exist', link_lead.problem_id
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'problem';
	ELSIF NOT its_problem.is_open THEN
		RAISE EXCEPTION 'problem "%" is %', its_problem.number, its_problem.state
			USING ERRCODE = 'object_not_in_prerequisite_state', SCHEMA = 'bianzhi', TABLE = 'problem',
				HINT = 'Reopen it, or register the lead as a problem of its own.';
	END IF;
	UPDATE bianzhi.lead AS l SET problem_id = link_lead.problem_id WHERE l.lead_id = found_lead.lead_id RETURNING l.* INTO found_lead;
	RETURN found_lead;
END
$$;
COMMENT ON FUNCTION bianzhi.link_lead(bigint, bigint) IS '并入问题: a lead belongs to a problem that is open already. Refused with 23505 where it is a problem, 55000 where it was dismissed or the problem is not open';
REVOKE ALL ON FUNCTION bianzhi.link_lead(bigint, bigint) FROM PUBLIC;

-- what becomes of a problem

CREATE FUNCTION bianzhi.take_step(problem_id bigint, action text, opinion text, evidence jsonb, document_no text,
	due_on date DEFAULT NULL, transferred_to text DEFAULT NULL) RETURNS bianzhi.problem
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bianzhi.problem;
BEGIN
	INSERT INTO bianzhi.problem_step (problem_id, action, opinion, evidence, document_no, due_on, transferred_to)
	VALUES (take_step.problem_id, take_step.action, take_step.opinion, take_step.evidence, take_step.document_no, take_step.due_on, take_step.transferred_to);
	SELECT p.* INTO made FROM bianzhi.problem AS p WHERE p.problem_id = take_step.problem_id;
	RETURN made;
END
$$;
COMMENT ON FUNCTION bianzhi.take_step(bigint, text, text, jsonb, text, date, text) IS '办理: takes a step and returns the problem as it leaves it';
REVOKE ALL ON FUNCTION bianzhi.take_step(bigint, text, text, jsonb, text, date, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.rectify_problem(problem_id bigint, measures text, responsible text DEFAULT NULL, evidence jsonb DEFAULT NULL,
	document_no text DEFAULT NULL) RETURNS bianzhi.problem
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	made bianzhi.problem := bianzhi.take_step(rectify_problem.problem_id, 'rectify', rectify_problem.measures, rectify_problem.evidence, rectify_problem.document_no);
BEGIN
	UPDATE bianzhi.problem AS p
	SET measures = rectify_problem.measures, responsible = COALESCE(rectify_problem.responsible, p.responsible)
	WHERE p.problem_id = made.problem_id
	RETURNING p.* INTO made;
	RETURN made;
END
$$;
COMMENT ON FUNCTION bianzhi.rectify_problem(bigint, text, text, jsonb, text) IS '整改: the unit says how it puts the problem right; again where the measures change. Refused with 23514 problem_transition without measures or where the problem is not to be put right now';
REVOKE ALL ON FUNCTION bianzhi.rectify_problem(bigint, text, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.submit_problem(problem_id bigint, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''submit'', opinion, evidence, document_no)';
COMMENT ON FUNCTION bianzhi.submit_problem(bigint, text, jsonb, text) IS '对号: the unit says that the problem is put right, with evidence. Refused with 23514 problem_transition';
REVOKE ALL ON FUNCTION bianzhi.submit_problem(bigint, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.settle_problem(problem_id bigint, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''settle'', opinion, evidence, document_no)';
COMMENT ON FUNCTION bianzhi.settle_problem(bigint, text, jsonb, text) IS '结账: the office has checked that the problem is put right, and says so. Refused with 23514 problem_transition without an opinion, of a transferred problem without evidence, or before it is submitted';
REVOKE ALL ON FUNCTION bianzhi.settle_problem(bigint, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.reply_problem(problem_id bigint, reply text, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''reply'', reply, evidence, document_no)';
COMMENT ON FUNCTION bianzhi.reply_problem(bigint, text, jsonb, text) IS '回复来源: what the source of the problem was told about what became of it. Refused with 23514 problem_transition without words, or before the problem is submitted or transferred';
REVOKE ALL ON FUNCTION bianzhi.reply_problem(bigint, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.close_problem(problem_id bigint, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL, reply text DEFAULT NULL,
	document_no text DEFAULT NULL) RETURNS bianzhi.problem
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF close_problem.reply IS NOT NULL THEN
		PERFORM bianzhi.reply_problem(close_problem.problem_id, close_problem.reply);
	END IF;
	RETURN bianzhi.take_step(close_problem.problem_id, 'close', close_problem.opinion, close_problem.evidence, close_problem.document_no);
END
$$;
COMMENT ON FUNCTION bianzhi.close_problem(bigint, text, jsonb, text, text) IS '销号: another person than the one who settled it closes the problem, with evidence; reply: what the source is told, where it has not been told yet. Refused with 23514 problem_transition';
REVOKE ALL ON FUNCTION bianzhi.close_problem(bigint, text, jsonb, text, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.extend_problem(problem_id bigint, due_on date, document_no text DEFAULT NULL, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''extend'', opinion, evidence, document_no, due_on)';
COMMENT ON FUNCTION bianzhi.extend_problem(bigint, date, text, text, jsonb) IS '延期: a later deadline, by the document that approves it. Refused with 23514 problem_due where it is not later, problem_transition without a document or where the deadline does not run';
REVOKE ALL ON FUNCTION bianzhi.extend_problem(bigint, date, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION bianzhi.transfer_problem(problem_id bigint, transferred_to text, document_no text DEFAULT NULL, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''transfer'', opinion, evidence, document_no, NULL, transferred_to)';
COMMENT ON FUNCTION bianzhi.transfer_problem(bigint, text, text, text, jsonb) IS '移送: to another body, a code of the list department, by a document. Refused with 23514 problem_transition';
REVOKE ALL ON FUNCTION bianzhi.transfer_problem(bigint, text, text, text, jsonb) FROM PUBLIC;

CREATE FUNCTION bianzhi.return_problem(problem_id bigint, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''return'', opinion, evidence, document_no)';
COMMENT ON FUNCTION bianzhi.return_problem(bigint, text, jsonb, text) IS '退回整改: what was submitted, settled or transferred goes back to be put right, and why. Refused with 23514 problem_transition';
REVOKE ALL ON FUNCTION bianzhi.return_problem(bigint, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.remind_problem(problem_id bigint, opinion text, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''remind'', opinion, evidence, document_no)';
COMMENT ON FUNCTION bianzhi.remind_problem(bigint, text, jsonb, text) IS '督办: the unit, or the body it was transferred to, is reminded. Refused with 23514 problem_transition';
REVOKE ALL ON FUNCTION bianzhi.remind_problem(bigint, text, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.reopen_problem(problem_id bigint, opinion text DEFAULT NULL, due_on date DEFAULT NULL, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT bianzhi.take_step(problem_id, 'reopen', opinion, evidence, document_no, COALESCE(due_on, (
		SELECT bianzhi.today() + k.due_days
		FROM bianzhi.problem AS p JOIN bianzhi.problem_kind AS k ON k.code = p.kind
		WHERE p.problem_id = reopen_problem.problem_id)))
$$;
COMMENT ON FUNCTION bianzhi.reopen_problem(bigint, text, date, jsonb, text) IS '反弹: a closed problem has come back, or one that was withdrawn is one after all, under its old number; deadline NULL: as the kind says. Refused with 23514 problem_transition, problem_due';
REVOKE ALL ON FUNCTION bianzhi.reopen_problem(bigint, text, date, jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.withdraw_problem(problem_id bigint, opinion text DEFAULT NULL, evidence jsonb DEFAULT NULL, document_no text DEFAULT NULL)
	RETURNS bianzhi.problem
	LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT bianzhi.take_step(problem_id, ''withdraw'', opinion, evidence, document_no)';
COMMENT ON FUNCTION bianzhi.withdraw_problem(bigint, text, jsonb, text) IS '误登撤销: it was registered by mistake; by another person than the one who registered it. Its number is not given again, its leads can be registered anew. Refused with 23514 problem_transition';
REVOKE ALL ON FUNCTION bianzhi.withdraw_problem(bigint, text, jsonb, text) FROM PUBLIC;
