/* bianzhi.sql: the head of the install script; the other parts follow it */

-- complain if the script is sourced in psql instead of CREATE EXTENSION
\echo Use "CREATE EXTENSION bianzhi" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

DO $$
BEGIN
	IF pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.<>) 'UTF8' THEN
		RAISE EXCEPTION 'bianzhi needs a database with encoding UTF8, this one has %', pg_catalog.getdatabaseencoding()
			USING ERRCODE = 'feature_not_supported',
				HINT = 'Create the database with ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
END
$$;

COMMENT ON SCHEMA bianzhi IS '编制: the authorised establishment of public bodies';
COMMENT ON EXTENSION bianzhi IS '机构编制管理: keeps the authorised establishment of public bodies';

GRANT USAGE ON SCHEMA bianzhi TO PUBLIC;

-- the codes of everything that has no flags of its own
CREATE TABLE bianzhi.code_list (
	list text NOT NULL,
	code text NOT NULL,
	name_zh text NOT NULL,
	name_en text NOT NULL,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	PRIMARY KEY (list, code)
);

COMMENT ON TABLE bianzhi.code_list IS '代码表: codes of the lists that need no flags of their own';
COMMENT ON COLUMN bianzhi.code_list.list IS '代码集: name of the list, such as quota_kind';
COMMENT ON COLUMN bianzhi.code_list.code IS '代码: what is written in the table that uses the list';
COMMENT ON COLUMN bianzhi.code_list.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.code_list.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.code_list.display_order IS '显示顺序: order of display within the list';
COMMENT ON COLUMN bianzhi.code_list.builtin IS '内置: shipped with the extension, not dumped';

REVOKE ALL ON TABLE bianzhi.code_list FROM PUBLIC;
GRANT SELECT ON TABLE bianzhi.code_list TO PUBLIC;

SELECT pg_catalog.pg_extension_config_dump('bianzhi.code_list', 'WHERE NOT builtin');
