/*
 * problem_kind.sql: what can be wrong: five classes, sixteen kinds, and what some kinds are divided into.
 *
 * Rules of a kind (from when on it is looked for, how bad it is, what a detector is told, whether it stops approvals) are
 * the office's to change, also of shipped rows.
 */

-- problem_class

CREATE TABLE bianzhi.problem_class (
	code text PRIMARY KEY CONSTRAINT problem_class_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.problem_class IS '问题类别: classes of problems';
COMMENT ON COLUMN bianzhi.problem_class.code IS '代码: code';
COMMENT ON COLUMN bianzhi.problem_class.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.problem_class.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.problem_class.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.problem_class.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.problem_class.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.problem_class.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.problem_class TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_class', 'WHERE NOT builtin OR changed');

-- problem_kind

CREATE TABLE bianzhi.problem_kind (
	code text PRIMARY KEY CONSTRAINT problem_kind_code_not_blank CHECK (btrim(code) <> ''),
	class text NOT NULL REFERENCES bianzhi.problem_class,
	name_zh text NOT NULL,
	name_en text,
	legal_basis text,
	severity integer NOT NULL DEFAULT 2 CONSTRAINT problem_kind_severity_check CHECK (severity BETWEEN 1 AND 3),
	acts_first text,
	acts_first_list text GENERATED ALWAYS AS ('department') STORED,
	detector text CONSTRAINT problem_kind_detector_not_blank CHECK (btrim(detector) <> ''),
	parameters jsonb NOT NULL DEFAULT '{}' CONSTRAINT problem_kind_parameters_object CHECK (jsonb_typeof(parameters) = 'object'),
	enforced_since date NOT NULL DEFAULT '-infinity',
	due_days integer NOT NULL DEFAULT 30 CONSTRAINT problem_kind_due_days_check CHECK (due_days BETWEEN 0 AND 3660),
	blocks_approval boolean NOT NULL DEFAULT false,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text,
	CONSTRAINT problem_kind_acts_first_fkey FOREIGN KEY (acts_first_list, acts_first) REFERENCES bianzhi.code_list (list, code)
);

COMMENT ON TABLE bianzhi.problem_kind IS '问题种类: kinds of problems, by what law, how bad, and how they are found';
COMMENT ON COLUMN bianzhi.problem_kind.code IS '代码: code';
COMMENT ON COLUMN bianzhi.problem_kind.class IS '问题类别: class';
COMMENT ON COLUMN bianzhi.problem_kind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.problem_kind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.problem_kind.legal_basis IS '法规依据: what it is against';
COMMENT ON COLUMN bianzhi.problem_kind.severity IS '严重程度: 3 red 红, 2 orange 橙, 1 yellow 黄; of a problem of this kind, if nothing more exact is known';
COMMENT ON COLUMN bianzhi.problem_kind.acts_first IS '首办部门: who acts first, a code of the list department';
COMMENT ON COLUMN bianzhi.problem_kind.acts_first_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.problem_kind.detector IS '检测函数: name of the function that finds leads of this kind; NULL: recorded by people only';
COMMENT ON COLUMN bianzhi.problem_kind.parameters IS '检测参数: what the detector is told, a JSON object';
COMMENT ON COLUMN bianzhi.problem_kind.enforced_since IS '启用日期: what lies before it is not looked for';
COMMENT ON COLUMN bianzhi.problem_kind.due_days IS '整改期限: calendar days until a problem is due, where no deadline is given';
COMMENT ON COLUMN bianzhi.problem_kind.blocks_approval IS '暂停核准: while a problem of this kind is open, its unit gets no new approvals';
COMMENT ON COLUMN bianzhi.problem_kind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.problem_kind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.problem_kind.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.problem_kind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.problem_kind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_kind', 'WHERE NOT builtin OR changed');

CREATE INDEX problem_kind_class_idx ON bianzhi.problem_kind (class);

-- problem_subkind

CREATE TABLE bianzhi.problem_subkind (
	kind text NOT NULL REFERENCES bianzhi.problem_kind,
	code text NOT NULL CONSTRAINT problem_subkind_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	legal_basis text,
	severity integer CONSTRAINT problem_subkind_severity_check CHECK (severity BETWEEN 1 AND 3),
	blocks_approval boolean,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text,
	PRIMARY KEY (kind, code)
);

COMMENT ON TABLE bianzhi.problem_subkind IS '问题细类: what some kinds are divided into, such as the nine forms of ghost pay';
COMMENT ON COLUMN bianzhi.problem_subkind.kind IS '问题种类: kind';
COMMENT ON COLUMN bianzhi.problem_subkind.code IS '代码: code within the kind';
COMMENT ON COLUMN bianzhi.problem_subkind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.problem_subkind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.problem_subkind.legal_basis IS '法规依据: what it is against; NULL: as the kind';
COMMENT ON COLUMN bianzhi.problem_subkind.severity IS '严重程度: 3 red 红, 2 orange 橙, 1 yellow 黄; NULL: as the kind';
COMMENT ON COLUMN bianzhi.problem_subkind.blocks_approval IS '暂停核准: whether it stops approvals; NULL: as the kind';
COMMENT ON COLUMN bianzhi.problem_subkind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.problem_subkind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.problem_subkind.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.problem_subkind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.problem_subkind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.problem_subkind', 'WHERE NOT builtin OR changed');

-- lead_kind

CREATE TABLE bianzhi.lead_kind (
	code text PRIMARY KEY CONSTRAINT lead_kind_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	problem_kind text REFERENCES bianzhi.problem_kind,
	problem_subkind text,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text,
	CONSTRAINT lead_kind_problem_subkind_fkey FOREIGN KEY (problem_kind, problem_subkind) REFERENCES bianzhi.problem_subkind (kind, code),
	CONSTRAINT lead_kind_subkind_of_a_kind CHECK (problem_subkind IS NULL OR problem_kind IS NOT NULL)
);

COMMENT ON TABLE bianzhi.lead_kind IS '线索种类: kinds of leads that are no kind of problem by name, as the limits leave them, and which problem each would be';
COMMENT ON COLUMN bianzhi.lead_kind.code IS '代码: what stands in lead.kind';
COMMENT ON COLUMN bianzhi.lead_kind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.lead_kind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.lead_kind.problem_kind IS '问题种类: the kind of problem that it would be; NULL: for the person who registers it to say';
COMMENT ON COLUMN bianzhi.lead_kind.problem_subkind IS '问题细类: and the sub-kind';
COMMENT ON COLUMN bianzhi.lead_kind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.lead_kind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.lead_kind.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.lead_kind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.lead_kind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.lead_kind', 'WHERE NOT builtin OR changed');

CREATE INDEX lead_kind_problem_kind_idx ON bianzhi.lead_kind (problem_kind, problem_subkind);

-- shipped rows stay, and what an office changes of them is kept

SELECT bianzhi.keep_shipped_rows(c.name, VARIADIC c.key)
FROM (VALUES ('problem_class', '{code}'::text[]), ('problem_kind', '{code}'), ('problem_subkind', '{kind,code}'), ('lead_kind', '{code}')) AS c (name, key);

-- an excess is what the thing is of which there is too much
CREATE FUNCTION bianzhi.lead_problem_kind(kind text, evidence jsonb) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE root (code, parent) AS (
		SELECT c.code, c.parent FROM bianzhi.category AS c WHERE c.code = lead_problem_kind.evidence ->> 'category'
		UNION ALL
		SELECT c.code, c.parent FROM root AS r JOIN bianzhi.category AS c ON c.code = r.parent
	)
	SELECT COALESCE((SELECT k.code FROM bianzhi.problem_kind AS k WHERE k.code = lead_problem_kind.kind), (
		SELECT CASE
			WHEN n.problem_kind <> 'C2' OR c.measure IS NULL THEN n.problem_kind
			WHEN c.measure = 'grade' OR EXISTS (
				SELECT FROM bianzhi.problem_kind AS k, root AS r WHERE k.code = 'D3' AND k.parameters -> 'posts' ? r.code) THEN 'D3'
			WHEN EXISTS (SELECT FROM root AS r WHERE r.code = 'section_elevated') THEN 'D2'
			WHEN c.measure = 'post' THEN 'D1'
			WHEN c.measure = 'outside' THEN 'C5'
			WHEN c.measure = 'body' THEN CASE c.code WHEN 'section_count' THEN 'A3' ELSE 'A1' END
			ELSE n.problem_kind
		END
		FROM bianzhi.lead_kind AS n LEFT JOIN bianzhi.category AS c ON c.code = lead_problem_kind.evidence ->> 'category'
		WHERE n.code = lead_problem_kind.kind))
$$;
COMMENT ON FUNCTION bianzhi.lead_problem_kind(text, jsonb) IS '线索对应问题种类: the kind of problem that a lead would be, by its kind and, where it is an excess, by what its evidence says there is too much of: posts D1, elevated heads of sections D2, grades and what D3 counts beside them D3, outside staff C5, sections A3, other bodies A1; NULL: for people to say';
REVOKE ALL ON FUNCTION bianzhi.lead_problem_kind(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.lead_problem_kind(text, jsonb) TO PUBLIC;

SELECT bianzhi.audit_own(t.name::regclass)
FROM unnest(ARRAY['problem_class', 'problem_kind', 'problem_subkind', 'lead_kind']) AS n (table_name), format('bianzhi.%I', n.table_name) AS t (name);

-- until go_live() the keys' checks sleep, as those of the other tables do
SELECT bianzhi.switch_key(k.key, false) FROM bianzhi.own_keys() AS k WHERE NOT k.asleep;
