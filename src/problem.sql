/*
 * problem.sql: 问题台账. What has been found and is followed until it is put right.
 *
 * Whatever happens to a problem is a step (problem_step); a step that the transitions do not allow is refused, wherever it
 * comes from, and the state of a problem is what its last step made of it: the guard on problem lets nothing else stand.
 * Numbers and steps stay for good.
 *
 * Rows with a number, and steps with a time, are loaded as they are until the limits first come into force: by a restore,
 * or from the books that an office has kept until now.
 */

-- fixed: states and what may follow what

CREATE TABLE bianzhi.problem_state (
	code text PRIMARY KEY,
	name_zh text NOT NULL,
	name_en text NOT NULL,
	is_open boolean NOT NULL,
	is_due boolean NOT NULL,
	blocks boolean NOT NULL,
	display_order integer NOT NULL
);

COMMENT ON TABLE bianzhi.problem_state IS '问题状态: states of problems; the same in every office';
COMMENT ON COLUMN bianzhi.problem_state.code IS '代码: code';
COMMENT ON COLUMN bianzhi.problem_state.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.problem_state.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.problem_state.is_open IS '未销号: not done with';
COMMENT ON COLUMN bianzhi.problem_state.is_due IS '计时: the deadline runs; not while others than the unit have to act';
COMMENT ON COLUMN bianzhi.problem_state.blocks IS '未整改到位: stops approvals, where the kind does';
COMMENT ON COLUMN bianzhi.problem_state.display_order IS '显示顺序: order of display';
GRANT SELECT ON TABLE bianzhi.problem_state TO PUBLIC;

INSERT INTO bianzhi.problem_state (code, name_zh, name_en, is_open, is_due, blocks, display_order) VALUES
	('registered', '已挂号', 'registered', true, true, true, 10),
	('rectifying', '整改中', 'being put right', true, true, true, 20),
	('extended', '已延期', 'being put right, deadline extended', true, true, true, 30),
	('reopened', '反弹', 'come back after it was closed', true, true, true, 40),
	('transferred', '已移送', 'transferred to another body', true, false, true, 50),
	('submitted', '已对号', 'said to be put right, to be checked', true, false, true, 60),
	('settled', '已结账', 'checked', true, false, false, 70),
	('closed', '已销号', 'closed', false, false, false, 80),
	('withdrawn', '误登', 'registered by mistake', false, false, false, 90);

CREATE TABLE bianzhi.problem_transition (
	action text NOT NULL,
	from_state text REFERENCES bianzhi.problem_state,
	to_state text NOT NULL REFERENCES bianzhi.problem_state,
	name_zh text NOT NULL,
	name_en text NOT NULL,
	needs_opinion boolean NOT NULL,
	needs_evidence boolean NOT NULL,
	needs_document boolean NOT NULL,
	needs_due boolean NOT NULL,
	needs_reply boolean NOT NULL,
	not_by text,
	UNIQUE NULLS NOT DISTINCT (action, from_state)
);

COMMENT ON TABLE bianzhi.problem_transition IS '问题流转: what may be done with a problem in which state, and what it needs; the same in every office';
COMMENT ON COLUMN bianzhi.problem_transition.action IS '操作: what is done';
COMMENT ON COLUMN bianzhi.problem_transition.from_state IS '原状态: in which state; NULL: where there was no problem yet';
COMMENT ON COLUMN bianzhi.problem_transition.to_state IS '新状态: the state after it';
COMMENT ON COLUMN bianzhi.problem_transition.name_zh IS '中文名称: name of the action in Chinese';
COMMENT ON COLUMN bianzhi.problem_transition.name_en IS '英文名称: name of the action in English';
COMMENT ON COLUMN bianzhi.problem_transition.needs_opinion IS '须有意见: needs an opinion in words';
COMMENT ON COLUMN bianzhi.problem_transition.needs_evidence IS '须有佐证: needs evidence';
COMMENT ON COLUMN bianzhi.problem_transition.needs_document IS '须有文号: needs the number of a document';
COMMENT ON COLUMN bianzhi.problem_transition.needs_due IS '须定期限: sets a deadline';
COMMENT ON COLUMN bianzhi.problem_transition.needs_reply IS '须已回复: needs a reply to the source first';
COMMENT ON COLUMN bianzhi.problem_transition.not_by IS '须另一人: not by the person who did this';
GRANT SELECT ON TABLE bianzhi.problem_transition TO PUBLIC;

INSERT INTO bianzhi.problem_transition (action, from_state, to_state, name_zh, name_en, needs_opinion, needs_evidence, needs_document, needs_due, needs_reply, not_by)
SELECT a.action, nullif(f.state, ''), COALESCE(a.to_state, f.state), a.name_zh, a.name_en, a.needs ~ 'o', a.needs ~ 'e', a.needs ~ 'd', a.needs ~ 't', a.needs ~ 'r', a.not_by
FROM (VALUES
	-- needs: o an opinion, e evidence, d a document, t a deadline, r a reply
	('register', '{""}', 'registered', '挂号', 'register', 't', NULL),
	('rectify', '{registered,rectifying,reopened}', 'rectifying', '整改', 'say how it is put right', 'o', NULL),
	('rectify', '{extended}', 'extended', '整改', 'say how it is put right', 'o', NULL),
	('submit', '{registered,rectifying,extended,reopened}', 'submitted', '对号', 'say that it is put right', 'e', NULL),
	('settle', '{submitted}', 'settled', '结账', 'check that it is put right', 'o', NULL),
	('settle', '{transferred}', 'settled', '结账', 'check that it is put right', 'oe', NULL),
	('reply', '{transferred,submitted,settled}', NULL, '回复', 'tell the source', 'o', NULL),
	('close', '{settled}', 'closed', '销号', 'close', 'er', 'settle'),
	('extend', '{registered,rectifying,extended,reopened}', 'extended', '延期', 'extend the deadline', 'dt', NULL),
	('transfer', '{registered,rectifying,extended,reopened,submitted,transferred}', 'transferred', '移送', 'transfer to another body', 'd', NULL),
	('return', '{transferred,submitted,settled}', 'rectifying', '退回', 'return to be put right', 'o', NULL),
	('remind', '{registered,rectifying,extended,reopened,transferred}', NULL, '督办', 'remind', 'o', NULL),
	('reopen', '{closed}', 'reopened', '反弹', 'reopen', 'ot', NULL),
	('reopen', '{withdrawn}', 'registered', '恢复挂号', 'register after all', 'ot', NULL),
	('withdraw', '{registered,rectifying,extended,submitted,transferred}', 'withdrawn', '误登撤销', 'withdraw as registered by mistake', 'o', 'register')
) AS a (action, from_states, to_state, name_zh, name_en, needs, not_by) CROSS JOIN LATERAL unnest(a.from_states::text[]) AS f (state);

CREATE FUNCTION bianzhi.stays() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
DECLARE
	is_empty boolean := false;
BEGIN
	-- a TRUNCATE ... CASCADE of what an empty table refers to; an old snapshot does not see all there is
	IF TG_OP = 'TRUNCATE' THEN
		IF current_setting('transaction_isolation') = 'read committed' THEN
			EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM %s)', TG_RELID::regclass) INTO is_empty;
		ELSE
			is_empty := pg_relation_size(TG_RELID) = 0;
		END IF;
	END IF;
	IF is_empty THEN
		RETURN NULL;
	END IF;
	RAISE EXCEPTION 'rows of "%" cannot be %', TG_TABLE_NAME,
			CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END
		USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, HINT = TG_ARGV[0];
END
$$;
COMMENT ON FUNCTION bianzhi.stays() IS '不可改删: trigger function; refuses what the trigger is for, but for truncating a table that is empty. Argument: a hint';
REVOKE ALL ON FUNCTION bianzhi.stays() FROM PUBLIC;

DO $$
DECLARE
	fixed text;
BEGIN
	FOREACH fixed IN ARRAY ARRAY['problem_state', 'problem_transition'] LOOP
		EXECUTE format('CREATE TRIGGER stays BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.%I
			FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stays(''It is the same in every office.'')', fixed);
		EXECUTE format('ALTER TABLE bianzhi.%I ENABLE ALWAYS TRIGGER stays', fixed);
	END LOOP;
END
$$;

-- problem

CREATE TABLE bianzhi.problem (
	problem_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	number text COLLATE "C" NOT NULL UNIQUE CONSTRAINT problem_number_not_blank CHECK (btrim(number) <> ''),
	kind text NOT NULL REFERENCES bianzhi.problem_kind,
	subkind text,
	severity integer NOT NULL CONSTRAINT problem_severity_check CHECK (severity BETWEEN 1 AND 3),
	unit_id bigint REFERENCES bianzhi.unit,
	subject text,
	source text NOT NULL,
	source_list text GENERATED ALWAYS AS ('problem_source') STORED,
	state text NOT NULL DEFAULT 'registered' REFERENCES bianzhi.problem_state,
	found_on date NOT NULL DEFAULT bianzhi.today() CONSTRAINT problem_found_on_finite CHECK (isfinite(found_on)),
	evidence jsonb NOT NULL DEFAULT '{}',
	document_no text,
	registered_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
	registered_by text,
	first_due_on date CONSTRAINT problem_first_due_on_finite CHECK (isfinite(first_due_on)),
	due_on date NOT NULL CONSTRAINT problem_due_on_finite CHECK (isfinite(due_on)),
	responsible text,
	measures text,
	transferred_to text,
	transferred_to_list text GENERATED ALWAYS AS ('department') STORED,
	replied_at timestamp with time zone,
	settled_by text,
	closed_by text,
	closed_at timestamp with time zone,
	steps integer NOT NULL DEFAULT 0,
	note text,
	CONSTRAINT problem_about_something CHECK (unit_id IS NOT NULL OR COALESCE(btrim(subject), '') <> ''),
	CONSTRAINT problem_subkind_fkey FOREIGN KEY (kind, subkind) REFERENCES bianzhi.problem_subkind (kind, code),
	CONSTRAINT problem_source_fkey FOREIGN KEY (source_list, source) REFERENCES bianzhi.code_list (list, code),
	CONSTRAINT problem_transferred_to_fkey FOREIGN KEY (transferred_to_list, transferred_to) REFERENCES bianzhi.code_list (list, code)
);

COMMENT ON TABLE bianzhi.problem IS '问题台账: problems, each under its number, from being registered to being closed. Never deleted';
COMMENT ON COLUMN bianzhi.problem.problem_id IS '问题标识: identifier';
COMMENT ON COLUMN bianzhi.problem.number IS '问题编号: number: year and running number without gaps; given at registration, never changed, never given again';
COMMENT ON COLUMN bianzhi.problem.kind IS '问题种类: kind';
COMMENT ON COLUMN bianzhi.problem.subkind IS '问题细类: sub-kind';
COMMENT ON COLUMN bianzhi.problem.severity IS '严重程度: 3 red 红, 2 orange 橙, 1 yellow 黄; if not given, as the sub-kind or kind';
COMMENT ON COLUMN bianzhi.problem.unit_id IS '责任单位: unit; NULL where there is none, as of a body that was never approved';
COMMENT ON COLUMN bianzhi.problem.subject IS '对象: what it is about within the unit; what it is about at all where there is no unit';
COMMENT ON COLUMN bianzhi.problem.source IS '问题来源: where it comes from, a code of the list problem_source';
COMMENT ON COLUMN bianzhi.problem.source_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.problem.state IS '状态: state; what the last step made of it';
COMMENT ON COLUMN bianzhi.problem.found_on IS '发现日期: day on which it was found';
COMMENT ON COLUMN bianzhi.problem.evidence IS '证据: what was found; of a lead, its evidence when it was registered';
COMMENT ON COLUMN bianzhi.problem.document_no IS '来文文号: number of the document by which the source handed it over';
COMMENT ON COLUMN bianzhi.problem.registered_at IS '挂号时间: when it was registered';
COMMENT ON COLUMN bianzhi.problem.registered_by IS '挂号人: who registered it';
COMMENT ON COLUMN bianzhi.problem.first_due_on IS '原定期限: the first deadline';
COMMENT ON COLUMN bianzhi.problem.due_on IS '整改期限: deadline, a working day';
COMMENT ON COLUMN bianzhi.problem.responsible IS '责任人: who is answerable, in words';
COMMENT ON COLUMN bianzhi.problem.measures IS '整改措施: how it is put right';
COMMENT ON COLUMN bianzhi.problem.transferred_to IS '移送机关: to whom it was transferred, a code of the list department';
COMMENT ON COLUMN bianzhi.problem.transferred_to_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.problem.replied_at IS '回复时间: when the source was told what became of it';
COMMENT ON COLUMN bianzhi.problem.settled_by IS '结账人: who checked that it is put right';
COMMENT ON COLUMN bianzhi.problem.closed_by IS '销号人: who closed it; another person';
COMMENT ON COLUMN bianzhi.problem.closed_at IS '销号时间: when it was closed';
COMMENT ON COLUMN bianzhi.problem.steps IS '步数: number of its last step';
COMMENT ON COLUMN bianzhi.problem.note IS '备注: note';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem', '');
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_problem_id_seq', '');

CREATE INDEX problem_unit_id_idx ON bianzhi.problem (unit_id);
CREATE INDEX problem_kind_idx ON bianzhi.problem (kind, subkind);
CREATE INDEX problem_open_idx ON bianzhi.problem (due_on) WHERE state NOT IN ('closed', 'withdrawn');

-- problem_step

CREATE TABLE bianzhi.problem_step (
	problem_id bigint NOT NULL REFERENCES bianzhi.problem,
	step integer NOT NULL,
	action text NOT NULL,
	from_state text REFERENCES bianzhi.problem_state,
	to_state text NOT NULL REFERENCES bianzhi.problem_state,
	at timestamp with time zone NOT NULL,
	actor text NOT NULL,
	session_user_name text,
	role_name text,
	claimed_actor text,
	opinion text,
	evidence jsonb,
	document_no text,
	due_on date,
	transferred_to text,
	PRIMARY KEY (problem_id, step)
);

COMMENT ON TABLE bianzhi.problem_step IS '问题办理过程: what was done with each problem, by whom and when. Never changed';
COMMENT ON COLUMN bianzhi.problem_step.problem_id IS '问题: problem';
COMMENT ON COLUMN bianzhi.problem_step.step IS '步序: number of the step, from 1 on';
COMMENT ON COLUMN bianzhi.problem_step.action IS '操作: what was done';
COMMENT ON COLUMN bianzhi.problem_step.from_state IS '原状态: state before it';
COMMENT ON COLUMN bianzhi.problem_step.to_state IS '新状态: state after it';
COMMENT ON COLUMN bianzhi.problem_step.at IS '办理时间: when it was written';
COMMENT ON COLUMN bianzhi.problem_step.actor IS '办理人: who did it: the role that logged in; behind a trusted pool, the person whom bianzhi.actor named';
COMMENT ON COLUMN bianzhi.problem_step.session_user_name IS '登录角色: the role that logged in';
COMMENT ON COLUMN bianzhi.problem_step.role_name IS '当前角色: the role it had taken on by SET ROLE';
COMMENT ON COLUMN bianzhi.problem_step.claimed_actor IS '声称的操作人: whom bianzhi.actor named; claimed, not proved';
COMMENT ON COLUMN bianzhi.problem_step.opinion IS '意见: opinion; of a reply, what the source was told';
COMMENT ON COLUMN bianzhi.problem_step.evidence IS '佐证: evidence';
COMMENT ON COLUMN bianzhi.problem_step.document_no IS '文号: number of the document';
COMMENT ON COLUMN bianzhi.problem_step.due_on IS '整改期限: the deadline that it set';
COMMENT ON COLUMN bianzhi.problem_step.transferred_to IS '移送机关: to whom it transferred the problem, a code of the list department';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_step', '');

CREATE INDEX problem_step_at_idx ON bianzhi.problem_step (at);

-- what came of it: people and money, and how those answerable were dealt with

CREATE TABLE bianzhi.problem_amount (
	problem_amount_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	problem_id bigint NOT NULL REFERENCES bianzhi.problem,
	item text NOT NULL,
	item_list text GENERATED ALWAYS AS ('problem_item') STORED,
	amount numeric(14,2) NOT NULL CONSTRAINT problem_amount_people_whole CHECK (item NOT LIKE 'persons%' OR amount = trunc(amount)),
	on_day date NOT NULL DEFAULT bianzhi.today() CONSTRAINT problem_amount_on_day_finite CHECK (isfinite(on_day)),
	document_no text,
	note text,
	CONSTRAINT problem_amount_item_fkey FOREIGN KEY (item_list, item) REFERENCES bianzhi.code_list (list, code)
);

COMMENT ON TABLE bianzhi.problem_amount IS '涉及人数和金额: people and money that a problem involves, and what was put right and recovered: a journal, the sum is what holds; a correction is a line with the opposite sign';
COMMENT ON COLUMN bianzhi.problem_amount.problem_amount_id IS '记录标识: identifier';
COMMENT ON COLUMN bianzhi.problem_amount.problem_id IS '问题: problem';
COMMENT ON COLUMN bianzhi.problem_amount.item IS '项目: what is counted, a code of the list problem_item';
COMMENT ON COLUMN bianzhi.problem_amount.item_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.problem_amount.amount IS '数额: people, or yuan';
COMMENT ON COLUMN bianzhi.problem_amount.on_day IS '日期: day on which it was found or done';
COMMENT ON COLUMN bianzhi.problem_amount.document_no IS '文号: document';
COMMENT ON COLUMN bianzhi.problem_amount.note IS '备注: note';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_amount', '');
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_amount_problem_amount_id_seq', '');

CREATE INDEX problem_amount_problem_id_idx ON bianzhi.problem_amount (problem_id);

CREATE TABLE bianzhi.problem_handling (
	problem_handling_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	problem_id bigint NOT NULL REFERENCES bianzhi.problem,
	kind text NOT NULL,
	kind_list text GENERATED ALWAYS AS ('problem_handling') STORED,
	department text,
	department_list text GENERATED ALWAYS AS ('department') STORED,
	persons integer CONSTRAINT problem_handling_persons_not_negative CHECK (persons >= 0),
	on_day date NOT NULL DEFAULT bianzhi.today() CONSTRAINT problem_handling_on_day_finite CHECK (isfinite(on_day)),
	document_no text,
	note text,
	CONSTRAINT problem_handling_kind_fkey FOREIGN KEY (kind_list, kind) REFERENCES bianzhi.code_list (list, code),
	CONSTRAINT problem_handling_department_fkey FOREIGN KEY (department_list, department) REFERENCES bianzhi.code_list (list, code)
);

COMMENT ON TABLE bianzhi.problem_handling IS '问题处理: how those answerable for a problem were dealt with';
COMMENT ON COLUMN bianzhi.problem_handling.problem_handling_id IS '处理标识: identifier';
COMMENT ON COLUMN bianzhi.problem_handling.problem_id IS '问题: problem';
COMMENT ON COLUMN bianzhi.problem_handling.kind IS '处理方式: how, a code of the list problem_handling';
COMMENT ON COLUMN bianzhi.problem_handling.kind_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.problem_handling.department IS '处理机关: by whom, a code of the list department';
COMMENT ON COLUMN bianzhi.problem_handling.department_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.problem_handling.persons IS '人数: how many people';
COMMENT ON COLUMN bianzhi.problem_handling.on_day IS '日期: day';
COMMENT ON COLUMN bianzhi.problem_handling.document_no IS '文号: document';
COMMENT ON COLUMN bianzhi.problem_handling.note IS '备注: note';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_handling', '');
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_handling_problem_handling_id_seq', '');

CREATE INDEX problem_handling_problem_id_idx ON bianzhi.problem_handling (problem_id);

-- a lead and its problem

ALTER TABLE bianzhi.lead ADD CONSTRAINT lead_problem_id_fkey FOREIGN KEY (problem_id) REFERENCES bianzhi.problem;
CREATE INDEX lead_problem_id_idx ON bianzhi.lead (problem_id) WHERE problem_id IS NOT NULL;

-- whose word is taken for who acts

CREATE TABLE bianzhi.trusted_pool (
	role text PRIMARY KEY CONSTRAINT trusted_pool_role_not_blank CHECK (btrim(role) <> ''),
	document_no text,
	note text
);

COMMENT ON TABLE bianzhi.trusted_pool IS '可信连接池: login roles of applications that serve many people and say truly, in the setting bianzhi.actor, who acts; of all other roles the role itself is who acts';
COMMENT ON COLUMN bianzhi.trusted_pool.role IS '角色: name of the role that logs in';
COMMENT ON COLUMN bianzhi.trusted_pool.document_no IS '批准文号: document';
COMMENT ON COLUMN bianzhi.trusted_pool.note IS '备注: note';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.trusted_pool', '');

SELECT bianzhi.audit_own(t.name::regclass)
FROM unnest(ARRAY['problem', 'problem_step', 'problem_amount', 'problem_handling', 'trusted_pool']) AS n (table_name), format('bianzhi.%I', n.table_name) AS t (name);

-- until go_live() the keys' checks sleep, as those of the other tables do
SELECT bianzhi.switch_key(k.key, false) FROM bianzhi.own_keys() AS k WHERE NOT k.asleep;
