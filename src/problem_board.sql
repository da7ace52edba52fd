/*
 * problem_board.sql: leads and problems for people to read: boards, what is due, statistics.
 */

CREATE FUNCTION bianzhi.severity_of(evidence jsonb, otherwise integer) RETURNS integer
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN CASE WHEN evidence ->> 'severity' ~ '^[123]$' THEN (evidence ->> 'severity')::integer ELSE otherwise END;
COMMENT ON FUNCTION bianzhi.severity_of(jsonb, integer) IS '线索严重程度: what the evidence of a lead says of its severity, or the second argument';
REVOKE ALL ON FUNCTION bianzhi.severity_of(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.severity_of(jsonb, integer) TO PUBLIC;

-- lead_board

CREATE VIEW bianzhi.lead_board WITH (security_invoker = true) AS
SELECT l.lead_id, l.kind, COALESCE(n.name_zh, k.name_zh) AS kind_name, COALESCE(n.name_en, k.name_en) AS kind_name_en,
	k.code AS problem_kind, k.class, c.name_zh AS class_name, bianzhi.severity_of(l.evidence, COALESCE(s.severity, k.severity)) AS severity,
	l.unit_id, u.unit_key, u.name AS unit_name, u.field, l.subject, l.evidence,
	CASE
		WHEN p.state = 'closed' AND l.last_seen > p.closed_at AND l.gone_since IS NULL THEN 'returned'
		WHEN p.state <> 'withdrawn' THEN 'problem'
		WHEN l.dismissed_reason IS NOT NULL THEN 'dismissed'
		WHEN l.gone_since IS NOT NULL THEN 'gone'
		ELSE 'open'
	END AS state,
	l.first_seen, l.last_seen, l.gone_since, bianzhi.today() - l.first_seen::date AS age_days, l.owner, l.dismissed_reason,
	p.problem_id, p.number AS problem_number, p.state AS problem_state, l.note
FROM bianzhi.lead AS l
	LEFT JOIN bianzhi.lead_kind AS n ON n.code = l.kind
	LEFT JOIN bianzhi.problem_kind AS k ON k.code = bianzhi.lead_problem_kind(l.kind, l.evidence)
	LEFT JOIN bianzhi.problem_class AS c ON c.code = k.class
	LEFT JOIN bianzhi.problem_subkind AS s ON s.kind = k.code
		AND s.code = COALESCE(l.evidence ->> 'subkind', CASE WHEN n.problem_kind = k.code THEN n.problem_subkind END)
	LEFT JOIN bianzhi.unit AS u ON u.unit_id = l.unit_id
	LEFT JOIN bianzhi.problem AS p ON p.problem_id = l.problem_id;

COMMENT ON VIEW bianzhi.lead_board IS '线索一览: leads with names, and what has become of each';
COMMENT ON COLUMN bianzhi.lead_board.lead_id IS '线索标识: identifier';
COMMENT ON COLUMN bianzhi.lead_board.kind IS '线索种类: kind of lead';
COMMENT ON COLUMN bianzhi.lead_board.kind_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.lead_board.kind_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.lead_board.problem_kind IS '问题种类: the kind of problem that it would be; NULL: not known';
COMMENT ON COLUMN bianzhi.lead_board.class IS '问题类别: class of that kind';
COMMENT ON COLUMN bianzhi.lead_board.class_name IS '类别名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.lead_board.severity IS '严重程度: 3 red 红, 2 orange 橙, 1 yellow 黄';
COMMENT ON COLUMN bianzhi.lead_board.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.lead_board.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.lead_board.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.lead_board.field IS '领域: field of work of the unit';
COMMENT ON COLUMN bianzhi.lead_board.subject IS '对象: what it is about within the unit';
COMMENT ON COLUMN bianzhi.lead_board.evidence IS '证据: what was found';
COMMENT ON COLUMN bianzhi.lead_board.state IS '状态: open 待处理, gone 已消失, dismissed 已排除, problem 已挂号, returned 反弹: seen again after its problem was closed';
COMMENT ON COLUMN bianzhi.lead_board.first_seen IS '首次发现: first seen';
COMMENT ON COLUMN bianzhi.lead_board.last_seen IS '最近发现: last seen';
COMMENT ON COLUMN bianzhi.lead_board.gone_since IS '消失时间: since when it is no longer so';
COMMENT ON COLUMN bianzhi.lead_board.age_days IS '已过天数: days since it was first seen';
COMMENT ON COLUMN bianzhi.lead_board.owner IS '负责人: who looks after it';
COMMENT ON COLUMN bianzhi.lead_board.dismissed_reason IS '排除理由: why it is no problem';
COMMENT ON COLUMN bianzhi.lead_board.problem_id IS '问题标识: the problem that it has become';
COMMENT ON COLUMN bianzhi.lead_board.problem_number IS '问题编号: number of that problem';
COMMENT ON COLUMN bianzhi.lead_board.problem_state IS '问题状态: its state';
COMMENT ON COLUMN bianzhi.lead_board.note IS '备注: note';

-- problem_board

CREATE VIEW bianzhi.problem_board WITH (security_invoker = true) AS
SELECT p.problem_id, p.number, k.class, c.name_zh AS class_name, p.kind, k.name_zh AS kind_name, k.name_en AS kind_name_en,
	p.subkind, b.name_zh AS subkind_name, p.severity, p.unit_id, u.unit_key, u.name AS unit_name, u.field, p.subject,
	p.source, o.name_zh AS source_name, p.document_no, p.state, t.name_zh AS state_name, t.name_en AS state_name_en, t.is_open,
	p.found_on, p.registered_at, p.registered_by, p.first_due_on, p.due_on,
	CASE WHEN t.is_due THEN p.due_on - bianzhi.today() END AS days_left, t.is_due AND p.due_on < bianzhi.today() AS is_overdue,
	t.blocks AND COALESCE(b.blocks_approval, k.blocks_approval) AS blocks_approval,
	p.responsible, p.measures, p.transferred_to, d.name_zh AS transferred_to_name, p.replied_at, p.settled_by, p.closed_by, p.closed_at,
	l.leads, COALESCE(s.extensions, 0) AS extensions, COALESCE(s.reminders, 0) AS reminders, COALESCE(s.reopenings, 0) AS reopenings,
	a.persons_involved, a.persons_corrected, a.money_involved, a.money_recovered, h.handlings,
	last_step.action AS last_action, last_step.at AS last_at, last_step.actor AS last_actor, last_step.opinion AS last_opinion, p.note
FROM bianzhi.problem AS p
	JOIN bianzhi.problem_state AS t ON t.code = p.state
	LEFT JOIN bianzhi.problem_kind AS k ON k.code = p.kind
	LEFT JOIN bianzhi.problem_class AS c ON c.code = k.class
	LEFT JOIN bianzhi.problem_subkind AS b ON b.kind = p.kind AND b.code = p.subkind
	LEFT JOIN bianzhi.unit AS u ON u.unit_id = p.unit_id
	LEFT JOIN bianzhi.code_list AS o ON o.list = p.source_list AND o.code = p.source
	LEFT JOIN bianzhi.code_list AS d ON d.list = p.transferred_to_list AND d.code = p.transferred_to
	CROSS JOIN LATERAL (SELECT count(*)::integer AS leads FROM bianzhi.lead AS l WHERE l.problem_id = p.problem_id) AS l
	CROSS JOIN LATERAL (
		SELECT count(*) FILTER (WHERE s.action = 'extend')::integer AS extensions, count(*) FILTER (WHERE s.action = 'remind')::integer AS reminders,
			count(*) FILTER (WHERE s.to_state = 'reopened')::integer AS reopenings
		FROM bianzhi.problem_step AS s
		WHERE s.problem_id = p.problem_id) AS s
	CROSS JOIN LATERAL (
		SELECT COALESCE(sum(a.amount) FILTER (WHERE a.item = 'persons_involved'), 0)::integer AS persons_involved,
			COALESCE(sum(a.amount) FILTER (WHERE a.item = 'persons_corrected'), 0)::integer AS persons_corrected,
			COALESCE(sum(a.amount) FILTER (WHERE a.item = 'money_involved'), 0)::numeric(14,2) AS money_involved,
			COALESCE(sum(a.amount) FILTER (WHERE a.item = 'money_recovered'), 0)::numeric(14,2) AS money_recovered
		FROM bianzhi.problem_amount AS a
		WHERE a.problem_id = p.problem_id) AS a
	CROSS JOIN LATERAL (SELECT count(*)::integer AS handlings FROM bianzhi.problem_handling AS h WHERE h.problem_id = p.problem_id) AS h
	LEFT JOIN LATERAL (
		SELECT s.action, s.at, s.actor, s.opinion
		FROM bianzhi.problem_step AS s
		WHERE s.problem_id = p.problem_id
		ORDER BY s.step DESC
		LIMIT 1) AS last_step ON true;

COMMENT ON VIEW bianzhi.problem_board IS '问题台账一览: each problem with names, how it stands, and what came of it';
COMMENT ON COLUMN bianzhi.problem_board.problem_id IS '问题标识: identifier';
COMMENT ON COLUMN bianzhi.problem_board.number IS '问题编号: number';
COMMENT ON COLUMN bianzhi.problem_board.class IS '问题类别: class';
COMMENT ON COLUMN bianzhi.problem_board.class_name IS '类别名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_board.kind IS '问题种类: kind';
COMMENT ON COLUMN bianzhi.problem_board.kind_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_board.kind_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.problem_board.subkind IS '问题细类: sub-kind';
COMMENT ON COLUMN bianzhi.problem_board.subkind_name IS '细类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_board.severity IS '严重程度: 3 red 红, 2 orange 橙, 1 yellow 黄';
COMMENT ON COLUMN bianzhi.problem_board.unit_id IS '机构标识: unit; NULL: none';
COMMENT ON COLUMN bianzhi.problem_board.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.problem_board.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.problem_board.field IS '领域: field of work of the unit';
COMMENT ON COLUMN bianzhi.problem_board.subject IS '对象: what it is about';
COMMENT ON COLUMN bianzhi.problem_board.source IS '问题来源: source';
COMMENT ON COLUMN bianzhi.problem_board.source_name IS '来源名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_board.document_no IS '来文文号: document by which the source handed it over';
COMMENT ON COLUMN bianzhi.problem_board.state IS '状态: state';
COMMENT ON COLUMN bianzhi.problem_board.state_name IS '状态名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_board.state_name_en IS '状态英文名称: its name in English';
COMMENT ON COLUMN bianzhi.problem_board.is_open IS '未销号: not done with';
COMMENT ON COLUMN bianzhi.problem_board.found_on IS '发现日期: day on which it was found';
COMMENT ON COLUMN bianzhi.problem_board.registered_at IS '挂号时间: when it was registered';
COMMENT ON COLUMN bianzhi.problem_board.registered_by IS '挂号人: who registered it';
COMMENT ON COLUMN bianzhi.problem_board.first_due_on IS '原定期限: the first deadline';
COMMENT ON COLUMN bianzhi.problem_board.due_on IS '整改期限: deadline';
COMMENT ON COLUMN bianzhi.problem_board.days_left IS '剩余天数: calendar days until the deadline, below 0: after it; NULL: it does not run';
COMMENT ON COLUMN bianzhi.problem_board.is_overdue IS '是否逾期: the deadline runs and has passed';
COMMENT ON COLUMN bianzhi.problem_board.blocks_approval IS '暂停核准: stops approvals for its unit, but for a waiver';
COMMENT ON COLUMN bianzhi.problem_board.responsible IS '责任人: who is answerable';
COMMENT ON COLUMN bianzhi.problem_board.measures IS '整改措施: how it is put right';
COMMENT ON COLUMN bianzhi.problem_board.transferred_to IS '移送机关: to whom it was transferred';
COMMENT ON COLUMN bianzhi.problem_board.transferred_to_name IS '移送机关名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_board.replied_at IS '回复时间: when the source was told';
COMMENT ON COLUMN bianzhi.problem_board.settled_by IS '结账人: who checked it';
COMMENT ON COLUMN bianzhi.problem_board.closed_by IS '销号人: who closed it';
COMMENT ON COLUMN bianzhi.problem_board.closed_at IS '销号时间: when it was closed';
COMMENT ON COLUMN bianzhi.problem_board.leads IS '线索数: leads that belong to it';
COMMENT ON COLUMN bianzhi.problem_board.extensions IS '延期次数: times its deadline was extended';
COMMENT ON COLUMN bianzhi.problem_board.reminders IS '督办次数: reminders';
COMMENT ON COLUMN bianzhi.problem_board.reopenings IS '反弹次数: times it came back after being closed';
COMMENT ON COLUMN bianzhi.problem_board.persons_involved IS '涉及人数: people involved';
COMMENT ON COLUMN bianzhi.problem_board.persons_corrected IS '已纠正人数: people put right';
COMMENT ON COLUMN bianzhi.problem_board.money_involved IS '涉及金额: money involved, in yuan';
COMMENT ON COLUMN bianzhi.problem_board.money_recovered IS '已追缴金额: money recovered, in yuan';
COMMENT ON COLUMN bianzhi.problem_board.handlings IS '处理次数: times those answerable were dealt with';
COMMENT ON COLUMN bianzhi.problem_board.last_action IS '最近操作: last step';
COMMENT ON COLUMN bianzhi.problem_board.last_at IS '最近办理时间: when';
COMMENT ON COLUMN bianzhi.problem_board.last_actor IS '最近办理人: by whom';
COMMENT ON COLUMN bianzhi.problem_board.last_opinion IS '最近意见: with what opinion';
COMMENT ON COLUMN bianzhi.problem_board.note IS '备注: note';

-- what is due

CREATE FUNCTION bianzhi.problem_reminders(as_of date DEFAULT bianzhi.today(), days integer DEFAULT 7)
	RETURNS TABLE (problem_id bigint, number text, kind text, severity integer, unit_id bigint, unit_name text, responsible text, due_on date,
		days_left integer, state text, reminder text, reminders integer, last_reminded timestamp with time zone)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.problem_id, p.number, p.kind, p.severity, p.unit_id, u.name, p.responsible, p.due_on, p.due_on - problem_reminders.as_of,
		p.state, CASE WHEN p.due_on < problem_reminders.as_of THEN 'overdue' ELSE 'due' END, r.reminders, r.last_reminded
	FROM bianzhi.problem AS p JOIN bianzhi.problem_state AS t ON t.code = p.state LEFT JOIN bianzhi.unit AS u ON u.unit_id = p.unit_id
		CROSS JOIN LATERAL (
			SELECT count(*)::integer AS reminders, max(s.at) AS last_reminded
			FROM bianzhi.problem_step AS s
			WHERE s.problem_id = p.problem_id AND s.action = 'remind') AS r
	WHERE t.is_due AND p.state NOT IN ('closed', 'withdrawn') AND p.due_on <= problem_reminders.as_of + problem_reminders.days
	ORDER BY p.due_on, p.number
$$;
COMMENT ON FUNCTION bianzhi.problem_reminders(date, integer) IS '督办提醒: problems whose deadline has passed (overdue) or comes within so many days (due), as of a day, with the reminders there were. Runs with the rights of the reader';
REVOKE ALL ON FUNCTION bianzhi.problem_reminders(date, integer) FROM PUBLIC;

CREATE VIEW bianzhi.problem_overdue WITH (security_invoker = true) AS
SELECT b.problem_id, b.number, b.kind, b.kind_name, b.severity, b.unit_id, b.unit_key, b.unit_name, b.responsible, b.state, b.state_name,
	b.first_due_on, b.due_on, -b.days_left AS days_over, b.extensions, b.reminders, b.last_at
FROM bianzhi.problem_board AS b
WHERE b.is_overdue;

COMMENT ON VIEW bianzhi.problem_overdue IS '逾期问题: problems whose deadline has passed';
COMMENT ON COLUMN bianzhi.problem_overdue.problem_id IS '问题标识: identifier';
COMMENT ON COLUMN bianzhi.problem_overdue.number IS '问题编号: number';
COMMENT ON COLUMN bianzhi.problem_overdue.kind IS '问题种类: kind';
COMMENT ON COLUMN bianzhi.problem_overdue.kind_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_overdue.severity IS '严重程度: 3 red 红, 2 orange 橙, 1 yellow 黄';
COMMENT ON COLUMN bianzhi.problem_overdue.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.problem_overdue.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.problem_overdue.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.problem_overdue.responsible IS '责任人: who is answerable';
COMMENT ON COLUMN bianzhi.problem_overdue.state IS '状态: state';
COMMENT ON COLUMN bianzhi.problem_overdue.state_name IS '状态名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.problem_overdue.first_due_on IS '原定期限: the first deadline';
COMMENT ON COLUMN bianzhi.problem_overdue.due_on IS '整改期限: deadline';
COMMENT ON COLUMN bianzhi.problem_overdue.days_over IS '逾期天数: calendar days since';
COMMENT ON COLUMN bianzhi.problem_overdue.extensions IS '延期次数: times its deadline was extended';
COMMENT ON COLUMN bianzhi.problem_overdue.reminders IS '督办次数: reminders';
COMMENT ON COLUMN bianzhi.problem_overdue.last_at IS '最近办理时间: when anything was done last';

-- statistics

CREATE FUNCTION bianzhi.problem_statistics(from_day date, to_day date)
	RETURNS TABLE (class text, kind text, kind_name text, unit_id bigint, unit_name text, field text, open_before integer, registered integer,
		reopened integer, submitted integer, settled integer, closed integer, transferred integer, withdrawn integer, extended integer,
		reminded integer, open_after integer, overdue_after integer, persons_involved integer, persons_corrected integer,
		money_involved numeric, money_recovered numeric, handlings integer)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH stands AS (
		-- how each problem stood before the first day and after the last: what its last step until then made of it, or, of one
		-- that was loaded, what it was before its first
		SELECT p.problem_id, p.kind, p.unit_id,
			COALESCE(b.is_open, false) AS open_before, COALESCE(a.is_open, false) AS open_after,
			COALESCE(a.is_due AND COALESCE(d.due_on, p.due_on) <= problem_statistics.to_day, false) AS overdue_after,
			NOT f.was_registered AND p.registered_at::date BETWEEN problem_statistics.from_day AND problem_statistics.to_day AS loaded
		FROM bianzhi.problem AS p
			CROSS JOIN LATERAL (
				SELECT COALESCE(bool_or(s.action = 'register'), false) AS was_registered,
					CASE WHEN count(*) = 0 THEN p.state ELSE (array_agg(s.from_state ORDER BY s.step))[1] END AS at_first
				FROM bianzhi.problem_step AS s
				WHERE s.problem_id = p.problem_id) AS f
			LEFT JOIN bianzhi.problem_state AS b ON b.code = COALESCE(
				(SELECT s.to_state FROM bianzhi.problem_step AS s
					WHERE s.problem_id = p.problem_id AND s.at::date < problem_statistics.from_day ORDER BY s.step DESC LIMIT 1),
				CASE WHEN p.registered_at::date < problem_statistics.from_day THEN f.at_first END)
			LEFT JOIN bianzhi.problem_state AS a ON a.code = COALESCE(
				(SELECT s.to_state FROM bianzhi.problem_step AS s
					WHERE s.problem_id = p.problem_id AND s.at::date <= problem_statistics.to_day ORDER BY s.step DESC LIMIT 1),
				CASE WHEN p.registered_at::date <= problem_statistics.to_day THEN f.at_first END)
			LEFT JOIN LATERAL (SELECT s.due_on FROM bianzhi.problem_step AS s
				WHERE s.problem_id = p.problem_id AND s.at::date <= problem_statistics.to_day AND s.due_on IS NOT NULL
				ORDER BY s.step DESC LIMIT 1) AS d ON true
	), did AS (
		SELECT s.problem_id,
			count(*) FILTER (WHERE s.action = 'register') AS registered, count(*) FILTER (WHERE s.to_state = 'reopened' AND s.action = 'reopen') AS reopened,
			count(*) FILTER (WHERE s.action = 'submit') AS submitted, count(*) FILTER (WHERE s.action = 'settle') AS settled,
			count(*) FILTER (WHERE s.action = 'close') AS closed, count(*) FILTER (WHERE s.action = 'transfer') AS transferred,
			count(*) FILTER (WHERE s.action = 'withdraw') AS withdrawn, count(*) FILTER (WHERE s.action = 'extend') AS extended,
			count(*) FILTER (WHERE s.action = 'remind') AS reminded
		FROM bianzhi.problem_step AS s
		WHERE s.at::date BETWEEN problem_statistics.from_day AND problem_statistics.to_day
		GROUP BY s.problem_id
	), came AS (
		SELECT a.problem_id, sum(a.amount) FILTER (WHERE a.item = 'persons_involved') AS persons_involved,
			sum(a.amount) FILTER (WHERE a.item = 'persons_corrected') AS persons_corrected,
			sum(a.amount) FILTER (WHERE a.item = 'money_involved') AS money_involved,
			sum(a.amount) FILTER (WHERE a.item = 'money_recovered') AS money_recovered
		FROM bianzhi.problem_amount AS a
		WHERE a.on_day BETWEEN problem_statistics.from_day AND problem_statistics.to_day
		GROUP BY a.problem_id
	), dealt AS (
		SELECT h.problem_id, count(*) AS handlings
		FROM bianzhi.problem_handling AS h
		WHERE h.on_day BETWEEN problem_statistics.from_day AND problem_statistics.to_day
		GROUP BY h.problem_id
	), summed AS (
		SELECT s.kind, s.unit_id, count(*) FILTER (WHERE s.open_before)::integer AS open_before,
			(COALESCE(sum(d.registered), 0) + count(*) FILTER (WHERE s.loaded))::integer AS registered,
			COALESCE(sum(d.reopened), 0)::integer AS reopened, COALESCE(sum(d.submitted), 0)::integer AS submitted,
			COALESCE(sum(d.settled), 0)::integer AS settled, COALESCE(sum(d.closed), 0)::integer AS closed,
			COALESCE(sum(d.transferred), 0)::integer AS transferred, COALESCE(sum(d.withdrawn), 0)::integer AS withdrawn,
			COALESCE(sum(d.extended), 0)::integer AS extended, COALESCE(sum(d.reminded), 0)::integer AS reminded,
			count(*) FILTER (WHERE s.open_after)::integer AS open_after, count(*) FILTER (WHERE s.overdue_after)::integer AS overdue_after,
			COALESCE(sum(c.persons_involved), 0)::integer AS persons_involved, COALESCE(sum(c.persons_corrected), 0)::integer AS persons_corrected,
			COALESCE(sum(c.money_involved), 0) AS money_involved, COALESCE(sum(c.money_recovered), 0) AS money_recovered,
			COALESCE(sum(h.handlings), 0)::integer AS handlings
		FROM stands AS s LEFT JOIN did AS d USING (problem_id) LEFT JOIN came AS c USING (problem_id) LEFT JOIN dealt AS h USING (problem_id)
		WHERE s.open_before OR s.open_after OR s.loaded OR COALESCE(d.problem_id, c.problem_id, h.problem_id) IS NOT NULL
		GROUP BY s.kind, s.unit_id
	)
	SELECT k.class, s.kind, k.name_zh, s.unit_id, u.name, u.field, s.open_before, s.registered, s.reopened, s.submitted, s.settled, s.closed,
		s.transferred, s.withdrawn, s.extended, s.reminded, s.open_after, s.overdue_after, s.persons_involved, s.persons_corrected,
		s.money_involved, s.money_recovered, s.handlings
	FROM summed AS s LEFT JOIN bianzhi.problem_kind AS k ON k.code = s.kind LEFT JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
	ORDER BY k.display_order, s.kind COLLATE "C", u.display_order, s.unit_id
$$;
COMMENT ON FUNCTION bianzhi.problem_statistics(date, date) IS '问题台账统计: for each kind and unit, problems open before the first day, what was done from the first day to the last (registered, reopened, submitted, settled, closed, transferred, withdrawn, extended, reminded), problems open and overdue at the end of the last day, people and money (yuan) entered for days of the period, and how often those answerable were dealt with; rows can be added up by class, kind, unit or field. Runs with the rights of the reader';
REVOKE ALL ON FUNCTION bianzhi.problem_statistics(date, date) FROM PUBLIC;
