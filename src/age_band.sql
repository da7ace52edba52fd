/* age_band.sql: the bands by which an office groups ages */

CREATE TABLE bianzhi.age_band (
	code text PRIMARY KEY CONSTRAINT age_band_code_not_blank CHECK (btrim(code) <> ''),
	name_zh text NOT NULL,
	name_en text,
	age_from integer CONSTRAINT age_band_age_from_not_negative CHECK (age_from >= 0),
	age_to integer,
	display_order integer NOT NULL DEFAULT 0,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false,
	note text,
	CONSTRAINT age_band_order CHECK (age_from <= age_to),
	CONSTRAINT age_band_unknown CHECK ((code = 'unknown') = (age_from IS NULL AND age_to IS NULL))
);

COMMENT ON TABLE bianzhi.age_band IS '年龄段: bands of ages. An age is in the first band, by display_order and code, that takes it; unknown takes who has no known age, and ages that no band takes';
COMMENT ON COLUMN bianzhi.age_band.code IS '代码: code';
COMMENT ON COLUMN bianzhi.age_band.name_zh IS '中文名称: name in Chinese';
COMMENT ON COLUMN bianzhi.age_band.name_en IS '英文名称: name in English';
COMMENT ON COLUMN bianzhi.age_band.age_from IS '起始年龄: lowest age in full years; NULL: none';
COMMENT ON COLUMN bianzhi.age_band.age_to IS '截止年龄: highest age in full years; NULL: none';
COMMENT ON COLUMN bianzhi.age_band.display_order IS '显示顺序: order of display, and in which bands are tried';
COMMENT ON COLUMN bianzhi.age_band.builtin IS '内置: ships with the extension';
COMMENT ON COLUMN bianzhi.age_band.changed IS '已改动: a shipped row that the office has changed; kept by the extension';
COMMENT ON COLUMN bianzhi.age_band.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.age_band TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.age_band', 'WHERE NOT builtin OR changed');
SELECT bianzhi.audit_own('bianzhi.age_band');

SELECT bianzhi.keep_shipped_rows('age_band', VARIADIC '{code}'::text[]);
