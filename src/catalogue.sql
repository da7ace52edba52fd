/*
 * catalogue.sql: the kinds of things that the office's tables speak of.
 *
 * Rows that ship are "builtin" and are not dumped: CREATE EXTENSION makes them again.  An office may change the
 * rules of shipped rows (not their codes), so what it has changed is marked "changed" and is dumped; when such a
 * row is restored, its insert becomes an update of the shipped row.  Shipped rows cannot be deleted, as a restore
 * would bring them back.  code_list and organ_kind hold nothing but names: their shipped rows stay as they are.
 */

-- what keeps shipped rows and what an office made of them

CREATE FUNCTION bianzhi.shipped_row_stays() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'a row of "%" that ships with the extension cannot be %', TG_TABLE_NAME,
			CASE TG_OP WHEN 'DELETE' THEN 'deleted' ELSE 'changed' END
		USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = 'Add a row of your own, or change the rules that this row carries.';
END
$$;

CREATE FUNCTION bianzhi.shipped_row_changed() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text;
BEGIN
	FOREACH key IN ARRAY TG_ARGV LOOP
		IF to_jsonb(NEW) -> key IS DISTINCT FROM to_jsonb(OLD) -> key THEN
			RAISE EXCEPTION 'column "%" of a row of "%" that ships with the extension cannot be changed', key, TG_TABLE_NAME
				USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = key,
					HINT = 'Add a row of your own.';
		END IF;
	END LOOP;
	NEW.builtin := true;
	NEW.changed := OLD.changed OR NEW IS DISTINCT FROM OLD;
	RETURN NEW;
END
$$;

CREATE FUNCTION bianzhi.shipped_row_restored() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns text;
	key text;
	found_rows bigint;
BEGIN
	SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
	FROM pg_attribute
	WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
	SELECT string_agg(format('t.%1$I = ($1).%1$I', k), ' AND ') INTO key FROM unnest(TG_ARGV) AS k;

	EXECUTE format('UPDATE %I.%I AS t SET (%s) = (SELECT %s FROM (SELECT ($1).*) AS n) WHERE t.builtin AND %s',
		TG_TABLE_SCHEMA, TG_TABLE_NAME, columns, columns, key) USING NEW;
	GET DIAGNOSTICS found_rows = ROW_COUNT;
	IF found_rows > 0 THEN
		RETURN NULL;
	END IF;

	-- this version no longer ships the row: it is the office's own from now on
	NEW.builtin := false;
	NEW.changed := false;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION bianzhi.shipped_row_stays() IS '内置行不可改删: trigger function; refuses to change or delete a shipped row';
COMMENT ON FUNCTION bianzhi.shipped_row_changed() IS '内置行改动: trigger function; marks a shipped row that the office has changed, so that it is dumped. Arguments: the key columns';
COMMENT ON FUNCTION bianzhi.shipped_row_restored() IS '内置行恢复: trigger function; turns the insert of a shipped row that the office had changed into an update. Arguments: the key columns';
REVOKE ALL ON FUNCTION bianzhi.shipped_row_stays(), bianzhi.shipped_row_changed(), bianzhi.shipped_row_restored() FROM PUBLIC;

-- trees: units below units, categories below categories

CREATE FUNCTION bianzhi.tree_check() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION bianzhi.tree_check() IS '层级检查: trigger function; refuses a row that would stand above itself. Arguments: key column, parent column, name of the constraint';
REVOKE ALL ON FUNCTION bianzhi.tree_check() FROM PUBLIC;

CREATE TRIGGER shipped_row_stays BEFORE UPDATE OR DELETE ON bianzhi.code_list
	FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION bianzhi.shipped_row_stays();

-- organ_kind

CREATE TABLE bianzhi.organ_kind (
	code text PRIMARY KEY CONSTRAINT organ_kind_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.organ_kind IS '机构类别: kinds of bodies, from party committees to public institutions';
COMMENT ON COLUMN bianzhi.organ_kind.code IS '代码: code';
COMMENT ON COLUMN bianzhi.organ_kind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.organ_kind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.organ_kind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.organ_kind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.organ_kind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.organ_kind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.organ_kind', 'WHERE NOT builtin');

CREATE TRIGGER shipped_row_stays BEFORE UPDATE OR DELETE ON bianzhi.organ_kind
	FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION bianzhi.shipped_row_stays();

-- category: what is counted, and how strictly

CREATE TABLE bianzhi.category (
	code text PRIMARY KEY
		CONSTRAINT category_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	parent text,
	measure text NOT NULL
		CONSTRAINT category_measure_check CHECK (measure IN ('establishment', 'post', 'grade', 'outside', 'body', 'plan')),
	enforcement text NOT NULL DEFAULT 'reject'
		CONSTRAINT category_enforcement_check CHECK (enforcement IN ('reject', 'record', 'off')),
	without_quota text NOT NULL
		CONSTRAINT category_without_quota_check CHECK (without_quota IN ('refuse', 'record', 'allow')),
	enforced_since date NOT NULL DEFAULT '-infinity',
	past_excess text NOT NULL DEFAULT 'record'
		CONSTRAINT category_past_excess_check CHECK (past_excess IN ('record', 'reject')),
	needs_approval boolean NOT NULL DEFAULT false,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text,
	may_delay boolean NOT NULL DEFAULT true,
	CONSTRAINT category_code_measure_key UNIQUE (code, measure),
	-- a child is of its parent's measure
	CONSTRAINT category_parent_fkey FOREIGN KEY (parent, measure) REFERENCES bianzhi.category (code, measure)
);

COMMENT ON TABLE bianzhi.category IS '编制种类: what is counted and limited: kinds of establishment, posts, grades, outside staff, bodies';
COMMENT ON COLUMN bianzhi.category.code IS '代码: code';
COMMENT ON COLUMN bianzhi.category.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.category.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.category.parent IS '上级种类: the category above, of the same measure; a row counts in its category and in all above it, and the quota of a child is inside that of its parent';
COMMENT ON COLUMN bianzhi.category.measure IS '计量对象: what kind of thing is counted: establishment (a seat), post, grade, outside (staff), body, plan';
COMMENT ON COLUMN bianzhi.category.enforcement IS '控制方式: an excess is refused (reject), committed with a lead (record) or only counted (off)';
COMMENT ON COLUMN bianzhi.category.without_quota IS '无核定数时: what happens to a row where no line of quota is in force: refuse, record (commit with a lead) or allow; if not given, as for shipped categories of its measure';
COMMENT ON COLUMN bianzhi.category.enforced_since IS '启用控制日期: days before it are counted and never refused';
COMMENT ON COLUMN bianzhi.category.past_excess IS '历史超编: an excess that lies wholly in the past is committed with a lead (record) or refused (reject)';
COMMENT ON COLUMN bianzhi.category.needs_approval IS '须先核准: entering needs an approval';
COMMENT ON COLUMN bianzhi.category.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.category.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.category.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.category.note IS '备注: note';
COMMENT ON COLUMN bianzhi.category.may_delay IS '可否延迟退休: whether its holders, and those of the categories below, may choose to retire after the statutory month; shipped false for civil servants and leaders. 人社部发〔2024〕94号';
GRANT SELECT ON TABLE bianzhi.category TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.category', 'WHERE NOT builtin OR changed');

CREATE INDEX category_parent_idx ON bianzhi.category (parent);

CREATE FUNCTION bianzhi.category_defaults() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	NEW.without_quota := CASE
		WHEN NEW.measure = 'establishment' THEN 'refuse'
		WHEN NEW.measure IN ('body', 'plan') THEN 'allow'
		ELSE 'record'
	END;
	RETURN NEW;
END
$$;

COMMENT ON FUNCTION bianzhi.category_defaults() IS '种类缺省值: trigger function; without_quota of a new category follows its measure where it is not given';
REVOKE ALL ON FUNCTION bianzhi.category_defaults() FROM PUBLIC;

CREATE TRIGGER category_defaults BEFORE INSERT ON bianzhi.category
	FOR EACH ROW WHEN (NEW.without_quota IS NULL) EXECUTE FUNCTION bianzhi.category_defaults();
CREATE TRIGGER category_tree AFTER INSERT OR UPDATE ON bianzhi.category
	FOR EACH ROW EXECUTE FUNCTION bianzhi.tree_check('code', 'parent', 'category_tree');

-- category_alias

CREATE TABLE bianzhi.category_alias (
	source text NOT NULL DEFAULT '',
	alias text NOT NULL CONSTRAINT category_alias_not_blank CHECK (btrim(alias) <> ''),
	category text NOT NULL REFERENCES bianzhi.category,
	note text,
	PRIMARY KEY (source, alias)
);

COMMENT ON TABLE bianzhi.category_alias IS '种类别名: what applications call a category';
COMMENT ON COLUMN bianzhi.category_alias.source IS '来源系统: the application that uses the alias; empty: all';
COMMENT ON COLUMN bianzhi.category_alias.alias IS '别名: what it writes, such as 行政编制 or 01';
COMMENT ON COLUMN bianzhi.category_alias.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.category_alias.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.category_alias TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.category_alias', '');

-- rank

CREATE TABLE bianzhi.rank (
	code text PRIMARY KEY CONSTRAINT rank_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	height integer NOT NULL,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.rank IS '规格级别: ranks of bodies and posts';
COMMENT ON COLUMN bianzhi.rank.code IS '代码: code';
COMMENT ON COLUMN bianzhi.rank.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.rank.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.rank.height IS '高低: for comparison, higher is higher';
COMMENT ON COLUMN bianzhi.rank.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.rank.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.rank.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.rank TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.rank', 'WHERE NOT builtin OR changed');

-- allowed_category

CREATE TABLE bianzhi.allowed_category (
	nature text NOT NULL,
	category text NOT NULL REFERENCES bianzhi.category,
	allowed boolean NOT NULL DEFAULT true,
	nature_list text GENERATED ALWAYS AS ('unit_nature') STORED,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text,
	PRIMARY KEY (nature, category),
	CONSTRAINT allowed_category_nature_fkey FOREIGN KEY (nature_list, nature) REFERENCES bianzhi.code_list (list, code)
);

COMMENT ON TABLE bianzhi.allowed_category IS '编制使用范围: which kinds of establishment a body of that nature may hold';
COMMENT ON COLUMN bianzhi.allowed_category.nature IS '机构性质: nature of the body, a code of the list unit_nature';
COMMENT ON COLUMN bianzhi.allowed_category.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.allowed_category.allowed IS '是否允许: false where the office does not follow a shipped row';
COMMENT ON COLUMN bianzhi.allowed_category.nature_list IS '代码集: constant, for the foreign key';
COMMENT ON COLUMN bianzhi.allowed_category.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.allowed_category.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.allowed_category.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.allowed_category TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.allowed_category', 'WHERE NOT builtin OR changed');

-- how people come, go and stay away

CREATE TABLE bianzhi.entry_kind (
	code text PRIMARY KEY CONSTRAINT entry_kind_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	needs_approval boolean NOT NULL DEFAULT true,
	by_policy boolean NOT NULL DEFAULT false,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.entry_kind IS '入编方式: how a person comes to a seat';
COMMENT ON COLUMN bianzhi.entry_kind.code IS '代码: code';
COMMENT ON COLUMN bianzhi.entry_kind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.entry_kind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.entry_kind.needs_approval IS '须先核准: needs an approval where the category asks for one';
COMMENT ON COLUMN bianzhi.entry_kind.by_policy IS '政策性安置: a placement ordered by policy';
COMMENT ON COLUMN bianzhi.entry_kind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.entry_kind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.entry_kind.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.entry_kind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.entry_kind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.entry_kind', 'WHERE NOT builtin OR changed');

CREATE TABLE bianzhi.exit_kind (
	code text PRIMARY KEY CONSTRAINT exit_kind_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	from_next_month boolean NOT NULL DEFAULT false,
	needs_seat boolean NOT NULL DEFAULT false,
	recovers boolean NOT NULL DEFAULT true,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.exit_kind IS '出编方式: how a person leaves a seat';
COMMENT ON COLUMN bianzhi.exit_kind.code IS '代码: code';
COMMENT ON COLUMN bianzhi.exit_kind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.exit_kind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.exit_kind.from_next_month IS '次月起空编: the seat is free from the first day of the month after, not from the day itself';
COMMENT ON COLUMN bianzhi.exit_kind.needs_seat IS '须有去向: goes with a seat elsewhere from the same day';
COMMENT ON COLUMN bianzhi.exit_kind.recovers IS '出一减一: whether the seat is taken back where a line with on_exit = recover is in force; not where it has moved with the person';
COMMENT ON COLUMN bianzhi.exit_kind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.exit_kind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.exit_kind.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.exit_kind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.exit_kind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.exit_kind', 'WHERE NOT builtin OR changed');

CREATE TABLE bianzhi.absence_kind (
	code text PRIMARY KEY CONSTRAINT absence_kind_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	needs_approval boolean NOT NULL DEFAULT true,
	keeps_seat boolean NOT NULL DEFAULT true,
	keeps_post boolean NOT NULL DEFAULT true,
	keeps_pay boolean,
	max_months integer CONSTRAINT absence_kind_max_months_positive CHECK (max_months > 0),
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.absence_kind IS '离岗方式: why a person who holds a seat is not at work there';
COMMENT ON COLUMN bianzhi.absence_kind.code IS '代码: code';
COMMENT ON COLUMN bianzhi.absence_kind.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.absence_kind.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.absence_kind.needs_approval IS '须批准: needs a document';
COMMENT ON COLUMN bianzhi.absence_kind.keeps_seat IS '保留编制: the seat is kept';
COMMENT ON COLUMN bianzhi.absence_kind.keeps_post IS '保留职务: the post is kept';
COMMENT ON COLUMN bianzhi.absence_kind.keeps_pay IS '保留工资: pay goes on; NULL: in part, or by rule';
COMMENT ON COLUMN bianzhi.absence_kind.max_months IS '最长月数: longest time in months; NULL: as approved';
COMMENT ON COLUMN bianzhi.absence_kind.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.absence_kind.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.absence_kind.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.absence_kind.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.absence_kind TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.absence_kind', 'WHERE NOT builtin OR changed');

CREATE TABLE bianzhi.channel (
	code text PRIMARY KEY CONSTRAINT channel_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	needs_approval boolean NOT NULL DEFAULT true,
	by_policy boolean NOT NULL DEFAULT false,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text
);

COMMENT ON TABLE bianzhi.channel IS '用编渠道: through which channel a seat is planned to be filled';
COMMENT ON COLUMN bianzhi.channel.code IS '代码: code';
COMMENT ON COLUMN bianzhi.channel.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.channel.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.channel.needs_approval IS '须先核准: needs an approval where the category asks for one';
COMMENT ON COLUMN bianzhi.channel.by_policy IS '政策性安置: a placement ordered by policy';
COMMENT ON COLUMN bianzhi.channel.display_order IS '显示顺序: order of display';
COMMENT ON COLUMN bianzhi.channel.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.channel.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.channel.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.channel TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.channel', 'WHERE NOT builtin OR changed');

-- the catalogues whose shipped rows may be changed

CREATE FUNCTION bianzhi.keep_shipped_rows(catalogue text, VARIADIC key text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key_columns text := (SELECT string_agg(quote_literal(k), ', ') FROM unnest(key) AS k);
BEGIN
	EXECUTE format('CREATE TRIGGER shipped_row_stays BEFORE DELETE ON bianzhi.%I
		FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION bianzhi.shipped_row_stays()', catalogue);
	EXECUTE format('CREATE TRIGGER shipped_row_changed BEFORE UPDATE ON bianzhi.%I
		FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION bianzhi.shipped_row_changed(%s)', catalogue, key_columns);
	EXECUTE format('CREATE TRIGGER shipped_row_restored BEFORE INSERT ON bianzhi.%I
		FOR EACH ROW WHEN (NEW.builtin AND NEW.changed) EXECUTE FUNCTION bianzhi.shipped_row_restored(%s)', catalogue, key_columns);
END
$$;
COMMENT ON FUNCTION bianzhi.keep_shipped_rows(text, text[]) IS '内置行保留: shipped rows of a catalogue stay, and what an office changes of them is kept; for the install script. Arguments: table, its key columns';
REVOKE ALL ON FUNCTION bianzhi.keep_shipped_rows(text, text[]) FROM PUBLIC;

SELECT bianzhi.keep_shipped_rows(c.name, VARIADIC c.key)
FROM (VALUES ('category', '{code}'::text[]), ('rank', '{code}'), ('allowed_category', '{nature,category}'),
	('entry_kind', '{code}'), ('exit_kind', '{code}'), ('absence_kind', '{code}'), ('channel', '{code}')) AS c (name, key);
