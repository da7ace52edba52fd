-- the office's tables: catalogues, documents, units and their versions, people, quotas, seats
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
RESET client_min_messages;
SET datestyle = ISO;
SET bianzhi.today = '2026-11-24';
SET search_path = bianzhi, public;

-- run a statement; where it fails, SQLSTATE, constraint and message
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	broken text;
BEGIN
	EXECUTE statement;
	RETURN 'fine';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
	RETURN concat_ws(' ', SQLSTATE, nullif(broken, ''), SQLERRM);
END
$$;

--
-- What ships
--

SELECT code, name_zh FROM organ_kind ORDER BY display_order;
WITH RECURSIVE tree AS (
	SELECT code, 0 AS depth, ARRAY[display_order] AS place FROM category WHERE parent IS NULL
	UNION ALL
	SELECT c.code, t.depth + 1, t.place || c.display_order FROM category c JOIN tree t ON c.parent = t.code
)
SELECT repeat('  ', depth) || code AS category, name_zh, measure, without_quota FROM tree JOIN category USING (code) ORDER BY place;
SELECT DISTINCT enforcement, enforced_since, past_excess, needs_approval, builtin, changed FROM category;
SELECT code, height FROM rank ORDER BY height DESC;
SELECT list, count(*) FROM code_list GROUP BY list ORDER BY list COLLATE "C";
SELECT nature, string_agg(category, ', ' ORDER BY category COLLATE "C") AS may_hold FROM allowed_category GROUP BY nature ORDER BY nature COLLATE "C";
-- names and codes are unique within a catalogue, and every row has both names
SELECT 'category' AS catalogue, name_zh FROM category GROUP BY name_zh HAVING count(*) > 1
UNION ALL SELECT list, name_zh FROM code_list GROUP BY list, name_zh HAVING count(*) > 1
UNION ALL SELECT 'category', code FROM category WHERE name_en IS NULL
UNION ALL SELECT 'exit_kind', code FROM exit_kind WHERE name_en IS NULL;

--
-- Keys sleep until the database goes live, so that a dump can be restored, or data imported, in any order
--

INSERT INTO unit (unit_id, unit_key, name, parent_id, nature) VALUES (901, 'X', 'x', 900, '公益三类'), (902, 'Y', 'y', 900, NULL);
INSERT INTO quota (unit_id, category, amount, during, document_no, kind, counterpart_unit) VALUES (901, 'administrative', 1, '(,)', 'x', '赠与', 900);
SELECT relation, key, dangling FROM dangling_keys();
SELECT query FROM dangling_keys() WHERE key = 'unit_nature_fkey';
SELECT pg_temp.try('SELECT bianzhi.wake_keys()');
SELECT pg_temp.try('DELETE FROM bianzhi.unit WHERE unit_id = 901');			-- who is referenced stays all the same
DELETE FROM quota;
INSERT INTO unit (unit_id, unit_key, name) VALUES (900, 'P', 'p');
SET bianzhi.effective_on = '-infinity';
UPDATE unit SET nature = NULL WHERE unit_id = 901;
RESET bianzhi.effective_on;
SELECT count(*) FILTER (WHERE asleep) = count(*) AS all_asleep FROM own_keys();
SELECT wake_keys() > 20 AS woken, wake_keys() AS again;
SELECT child, name FROM own_keys() WHERE asleep ORDER BY child::text COLLATE "C", name;
SELECT after_upgrade();
DELETE FROM unit;

--
-- Categories
--

INSERT INTO category (code, name_zh, measure) VALUES ('own_seat', '自有编制', 'establishment'), ('own_post', '自有职数', 'post'), ('own_body', '自有机构', 'body');
INSERT INTO category (code, name_zh, measure, parent, without_quota) VALUES ('own_child', '其中', 'establishment', 'own_seat', 'allow');
SELECT code, parent, measure, enforcement, without_quota, builtin, changed FROM category WHERE code LIKE 'own%' ORDER BY code;

SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure) VALUES ('x', 'x', 'people')$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, enforcement) VALUES ('x', 'x', 'post', 'forbid')$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, without_quota) VALUES ('x', 'x', 'post', 'reject')$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, past_excess) VALUES ('x', 'x', 'post', 'refuse')$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure) VALUES (' ', 'x', 'post')$$);
-- a child of another measure, of no parent; a parent that changes its measure
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, parent) VALUES ('x', 'x', 'post', 'own_seat')$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, parent) VALUES ('x', 'x', 'post', 'nowhere')$$);
SELECT pg_temp.try($$UPDATE category SET measure = 'post' WHERE code = 'own_seat'$$);
-- cycles: of one, of two, of rows of one statement, of a CTE that moves one row and adds another
SELECT pg_temp.try($$UPDATE category SET parent = 'own_seat' WHERE code = 'own_seat'$$);
SELECT pg_temp.try($$UPDATE category SET parent = 'own_child' WHERE code = 'own_seat'$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, parent) VALUES ('x', 'x', 'post', 'y'), ('y', 'y', 'post', 'z'), ('z', 'z', 'post', 'x')$$);
SELECT pg_temp.try($$WITH moved AS (UPDATE category SET parent = 'x' WHERE code = 'own_seat' RETURNING code, measure)
	INSERT INTO category (code, name_zh, measure, parent) SELECT 'x', 'x', measure, code FROM moved$$);
SELECT pg_temp.try($$INSERT INTO category (code, name_zh, measure, parent) VALUES ('x', 'x', 'post', 'y'), ('y', 'y', 'post', 'z'), ('z', 'z', 'post', NULL)$$);
DELETE FROM category WHERE code IN ('x', 'y', 'z');

-- shipped rows: rules may be changed, and that is marked; keys and rows stay
UPDATE category SET enforcement = enforcement WHERE code = 'pool';
UPDATE category SET enforcement = 'record', past_excess = 'reject' WHERE code = 'leader';
UPDATE category SET parent = 'own_seat', builtin = false WHERE code = 'reserve';
UPDATE exit_kind SET from_next_month = false WHERE code = 'death';
SELECT code, parent, enforcement, past_excess, builtin, changed FROM category WHERE changed OR code = 'pool' ORDER BY code;
SELECT pg_temp.try($$UPDATE category SET code = 'boss' WHERE code = 'leader'$$);
SELECT pg_temp.try($$DELETE FROM category WHERE code = 'pool'$$);
SELECT pg_temp.try($$UPDATE allowed_category SET nature = '企业' WHERE nature = '参公'$$);
SELECT pg_temp.try($$DELETE FROM allowed_category WHERE nature = '参公'$$);
SELECT pg_temp.try($$UPDATE allowed_category SET allowed = false WHERE nature = '行政机关' AND category = 'pool'$$);
SELECT pg_temp.try($$UPDATE code_list SET name_zh = 'x' WHERE list = 'funding'$$);
SELECT pg_temp.try($$DELETE FROM organ_kind WHERE code = 'npc'$$);
SELECT pg_temp.try($$DELETE FROM code_list WHERE list = 'funding'$$);

-- what a dump holds of them comes back into a fresh catalogue, whatever the order of its rows
CREATE TEMP TABLE dumped AS SELECT * FROM category WHERE NOT builtin OR changed;
SELECT count(*) FROM dumped;
BEGIN;
ALTER TABLE category DISABLE TRIGGER USER;
UPDATE category SET enforcement = 'reject', past_excess = 'record', parent = NULL, changed = false WHERE builtin AND changed;
DELETE FROM category WHERE NOT builtin AND parent IS NOT NULL;
DELETE FROM category WHERE NOT builtin;
ALTER TABLE category ENABLE TRIGGER USER;
SELECT FROM switch_key((SELECT key FROM own_keys() WHERE name = 'category_parent_fkey'), false);
INSERT INTO category SELECT * FROM dumped ORDER BY builtin DESC, parent NULLS LAST;
SELECT wake_keys();
(TABLE dumped EXCEPT TABLE category) UNION ALL (SELECT * FROM category WHERE NOT builtin OR changed EXCEPT TABLE dumped);
-- a row that this version no longer ships becomes the office's own
INSERT INTO category SELECT 'was_shipped', 'x', 'x', NULL, 'post', 'reject', 'allow', '2020-01-01', 'record', false, 0, true, true;
SELECT builtin, changed, enforced_since FROM category WHERE code = 'was_shipped';
ROLLBACK;
UPDATE category SET enforcement = 'reject', past_excess = 'record' WHERE code = 'leader';
UPDATE category SET parent = NULL WHERE code = 'reserve';

--
-- Units
--

INSERT INTO unit (unit_key, name, organ_kind) VALUES ('CITY', '某市人民政府', 'government');
INSERT INTO unit (unit_key, name, parent_id, organ_kind, nature, is_section, rank, level, region_code, funding, field)
SELECT k, n, (SELECT unit_id FROM unit WHERE unit_key = 'CITY'), o, a, false, r, 'city', '990000', f, '财政'
FROM (VALUES ('FIN', '财政局', 'government', '行政机关', '正处级', NULL), ('PARTY', '组织部', 'party', NULL, '正处级', NULL),
	('CIVIL', '执法局', 'government', '参公', NULL, '全额'), ('SCHOOL', '学校', 'public_institution', '公益一类', NULL, '全额'),
	('COURT', '法院', 'court', '政法机关', NULL, NULL)) v (k, n, o, a, r, f);
INSERT INTO unit (unit_key, name, parent_id, is_section) SELECT 'FIN-1', '预算科', unit_id, true FROM unit WHERE unit_key = 'FIN';
SELECT unit_key, during, is_section, counted_as FROM unit ORDER BY unit_id;

SELECT pg_temp.try($$INSERT INTO unit (unit_key, name) VALUES ('FIN', 'x')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name) VALUES ('', 'x')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, is_section) VALUES ('X', 'x', true)$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, nature) VALUES ('X', 'x', '公益三类')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, rank) VALUES ('X', 'x', '正局级')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, region_code) VALUES ('X', 'x', '32O902')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, during) VALUES ('X', 'x', 'empty')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, during) VALUES ('X', 'x', '[2020-01-01,infinity)')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, during) VALUES ('X', 'x', '[-infinity,2020-01-01)')$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, during) VALUES ('X', 'x', '[2020-01-01,2019-01-01)')$$);
SELECT pg_temp.try($$UPDATE unit SET unit_key = 'MONEY' WHERE unit_key = 'FIN'$$);
SELECT pg_temp.try($$UPDATE unit SET unit_key = unit_key WHERE unit_key = 'FIN'$$);
SELECT pg_temp.try($$UPDATE unit SET parent_id = unit_id WHERE unit_key = 'FIN'$$);
SELECT pg_temp.try($$UPDATE unit SET parent_id = (SELECT unit_id FROM unit WHERE unit_key = 'FIN-1') WHERE unit_key = 'CITY'$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_id, unit_key, name, parent_id) VALUES (900, 'X', 'x', 900)$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_id, unit_key, name, parent_id) VALUES (900, 'X', 'x', 901), (901, 'Y', 'y', 900)$$);
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, parent_id) VALUES ('X', 'x', 123456)$$);
SELECT pg_temp.try($$DELETE FROM unit WHERE unit_key = 'CITY'$$);

-- a load without triggers can make a circle; who comes below it is refused and nothing hangs
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO unit (unit_id, unit_key, name, parent_id) SELECT 900 + n, 'C' || n, 'x', 900 + CASE n WHEN 7 THEN 3 ELSE n + 1 END FROM generate_series(1, 7) n;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.try($$INSERT INTO unit (unit_key, name, parent_id) VALUES ('X', 'x', 901)$$);
ROLLBACK;

--
-- Versions: the row is what is, the versions are what was
--

SELECT count(*) FROM unit_version;
UPDATE unit SET short_name = '财政', note = 'x' WHERE unit_key = 'FIN';			-- nothing that has versions
UPDATE unit SET name = name WHERE unit_key = 'FIN';
SELECT count(*) FROM unit_version;
SET bianzhi.effective_on = '2020-05-01';
UPDATE unit SET rank = '副处级', document_no = '编〔2020〕5号' WHERE unit_key = 'FIN';
SET bianzhi.effective_on = '2022-01-01';
UPDATE unit SET name = '财政与国资局' WHERE unit_key = 'FIN';
UPDATE unit SET rank = '正处级', document_no = '编〔2022〕1号' WHERE unit_key = 'FIN';		-- a second change of the day
RESET bianzhi.effective_on;
UPDATE unit SET name = '财政局' WHERE unit_key = 'FIN';							-- today
SELECT during, name, rank, document_no FROM unit_version ORDER BY during;
SELECT day, name, rank, document_no
FROM (VALUES ('1990-01-01'), ('2020-04-30'), ('2020-05-01'), ('2021-12-31'), ('2022-01-01'), ('2026-11-23'), ('2026-11-24')) v (day),
	unit_on(day::date) WHERE unit_key = 'FIN';
-- not before what is known already, not on no day; a correction leaves no version
SET bianzhi.effective_on = '2026-11-23';
SELECT pg_temp.try($$UPDATE unit SET name = 'x' WHERE unit_key = 'FIN'$$);
SET bianzhi.effective_on = 'infinity';
SELECT pg_temp.try($$UPDATE unit SET name = 'x' WHERE unit_key = 'FIN'$$);
SET bianzhi.effective_on = 'someday';
SELECT pg_temp.try($$UPDATE unit SET name = 'x' WHERE unit_key = 'FIN'$$);
SET bianzhi.effective_on = '-infinity';
UPDATE unit SET name = '市财政局' WHERE unit_key = 'FIN';
SELECT count(*) FROM unit_version;
-- of a unit that is not there yet nothing was
SET bianzhi.effective_on = '2026-11-24';
INSERT INTO unit (unit_key, name, during) VALUES ('NEW', '新局', '[2027-01-01,)');
UPDATE unit SET name = '新设局' WHERE unit_key = 'NEW';
SET bianzhi.effective_on = '2028-01-01';
UPDATE unit SET name = '新局' WHERE unit_key = 'NEW';
RESET bianzhi.effective_on;
SELECT v.during, v.name FROM unit_version v JOIN unit USING (unit_id) WHERE unit_key = 'NEW';
SELECT day, (SELECT name FROM unit_on(day::date) WHERE unit_key = 'NEW') FROM (VALUES ('2026-12-31'), ('2027-12-31'), ('2028-01-01')) v (day);
SELECT pg_temp.try($$INSERT INTO unit_version (unit_id, during, name) SELECT unit_id, '[2021-01-01,2021-02-01)', 'x' FROM unit WHERE unit_key = 'FIN'$$);
SELECT pg_temp.try($$INSERT INTO unit_version (unit_id, during, name) SELECT unit_id, '[2021-01-01,)', 'x' FROM unit WHERE unit_key = 'PARTY'$$);

--
-- What else belongs to a unit
--

INSERT INTO unit_alias (unit_id, source, alias, during) SELECT unit_id, 'hr', '001', '[2020-01-01,2022-01-01)' FROM unit WHERE unit_key = 'FIN';
INSERT INTO unit_alias (unit_id, source, alias, during) SELECT unit_id, 'hr', '001', '[2022-01-01,)' FROM unit WHERE unit_key = 'PARTY';
INSERT INTO unit_alias (unit_id, source, alias) SELECT unit_id, 'pay', '001' FROM unit WHERE unit_key = 'SCHOOL';
SELECT pg_temp.try($$INSERT INTO unit_alias (unit_id, source, alias) SELECT unit_id, 'hr', '001' FROM unit WHERE unit_key = 'SCHOOL'$$);
INSERT INTO unit_relation (unit_id, kind, other_unit) SELECT a.unit_id, 'payer', b.unit_id FROM unit a, unit b WHERE a.unit_key = 'SCHOOL' AND b.unit_key = 'FIN';
SELECT pg_temp.try($$INSERT INTO unit_relation (unit_id, kind, other_unit) SELECT unit_id, 'payer', unit_id FROM unit WHERE unit_key = 'FIN'$$);
SELECT pg_temp.try($$INSERT INTO unit_relation (unit_id, kind, other_unit) SELECT a.unit_id, 'friend', b.unit_id FROM unit a, unit b WHERE a.unit_key = 'SCHOOL' AND b.unit_key = 'FIN'$$);
INSERT INTO signboard (unit_id, name, document_no) SELECT unit_id, '国有资产监督管理办公室', '编〔2019〕9号' FROM unit WHERE unit_key = 'FIN';
SELECT pg_temp.try($$INSERT INTO signboard (unit_id, name, status) SELECT unit_id, 'x', 'hung' FROM unit WHERE unit_key = 'FIN'$$);

--
-- People
--

INSERT INTO person (resident_id, name, sex, birth_date, retire_track)
VALUES ('990000197001010018', '张三', 1, '1970-01-01', 'M60'), ('990000197202030023', '李四', 2, '1972-02-03', 'F55'), (NULL, '王五', NULL, NULL, NULL), (NULL, '赵六', NULL, NULL, NULL);
SELECT pg_temp.try($$INSERT INTO person (resident_id, name) VALUES ('990000197001010018', 'x')$$);
SELECT pg_temp.try($$INSERT INTO person (name) VALUES ('  ')$$);
SELECT pg_temp.try($$INSERT INTO person (name, sex) VALUES ('x', 3)$$);
SELECT pg_temp.try($$INSERT INTO person (name, retire_track) VALUES ('x', 'F60')$$);
SELECT pg_temp.try($$INSERT INTO person (name, birth_date) VALUES ('x', 'infinity')$$);
SELECT pg_temp.try($$INSERT INTO person (name, managed_by) VALUES ('x', '自管')$$);
INSERT INTO person_identity (person_id, kind, number) SELECT person_id, 'passport', 'E00000001' FROM person WHERE name = '王五';
SELECT pg_temp.try($$INSERT INTO person_identity (person_id, kind, number) SELECT person_id, 'stamp', '1' FROM person WHERE name = '王五'$$);
INSERT INTO person_fact (person_id, fact, value, during) SELECT person_id, 'education', '大专', '(,2015-07-01)' FROM person WHERE name = '王五';
SELECT pg_temp.try($$INSERT INTO person_fact (person_id, fact, value) SELECT person_id, 'height', '1.80' FROM person WHERE name = '王五'$$);
SELECT pg_temp.try($$INSERT INTO person_fact (person_id, fact, value, during) SELECT person_id, 'name', 'x', 'empty' FROM person WHERE name = '王五'$$);

--
-- Quotas, while loading
--

CREATE FUNCTION pg_temp.u(key text) RETURNS bigint LANGUAGE sql AS $$ SELECT unit_id FROM bianzhi.unit WHERE unit_key = key $$;
INSERT INTO quota (unit_id, category, amount, during, document_no) VALUES (pg_temp.u('FIN'), 'administrative', 2, '[2020-01-01,)', '编〔2020〕1号');
SELECT kind, entries_closed FROM quota;
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during) VALUES (pg_temp.u('FIN'), 'administrative', 2, '[2020-01-01,)')$$);
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during, document_no) VALUES (pg_temp.u('FIN'), 'administrative', 2, '[2020-01-01,)', ' ')$$);
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during, document_no, kind) VALUES (pg_temp.u('FIN'), 'administrative', 2, '[2020-01-01,)', 'x', '赠与')$$);
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during, document_no) VALUES (pg_temp.u('FIN'), 'administrative', 2147483648, '[2020-01-01,)', 'x')$$);
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during, document_no) VALUES (pg_temp.u('FIN'), 'administrative', 2, '[2020-01-01,infinity)', 'x')$$);
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during, document_no) VALUES (pg_temp.u('FIN'), 'administrative', 2, 'empty', 'x')$$);
SELECT pg_temp.try($$INSERT INTO quota (unit_id, category, amount, during, document_no, stated_total) VALUES (pg_temp.u('FIN'), 'administrative', 2, '[2020-01-01,)', 'x', -1)$$);
-- lines whose document is not known: a lead for each account when the database goes live, and one only
INSERT INTO quota (unit_id, category, amount, during, document_no)
VALUES (pg_temp.u('COURT'), 'political_legal', 30, '(,)', '(未见文号)'), (pg_temp.u('COURT'), 'political_legal', 3, '[2010-01-01,)', '(未见文号)'), (pg_temp.u('COURT'), 'leader', 4, '(,)', '(未见文号)');
SELECT count(*) FROM lead;
SELECT set_quota(pg_temp.u('PARTY'), 'administrative', 10, '2020-01-01', '编〔2020〕2号') IS NOT NULL AS line;
SELECT set_quota(pg_temp.u('PARTY'), 'administrative', 12, '2021-01-01', '编〔2021〕2号') IS NOT NULL AS line;

DO $$ BEGIN PERFORM bianzhi.go_live(); END $$;
SELECT kind, unit_key, subject, jsonb_array_length(evidence -> 'quota_id') AS lines FROM lead JOIN unit USING (unit_id) WHERE kind = 'undocumented' ORDER BY lead_id;
INSERT INTO quota (unit_id, category, amount, during, document_no) VALUES (pg_temp.u('SCHOOL'), 'institution_full', 20, '(,)', '(未见文号)'), (pg_temp.u('COURT'), 'leader', 1, '[2026-01-01,)', '(未见文号)');
SELECT kind, unit_key, subject FROM lead JOIN unit USING (unit_id) WHERE kind = 'undocumented' ORDER BY lead_id;
SELECT quota_leads();

--
-- set_quota, live
--

CREATE FUNCTION pg_temp.total(key text, category text, total int, from_day date, document_no text) RETURNS text LANGUAGE sql AS $$
	WITH line AS MATERIALIZED (SELECT bianzhi.set_quota(pg_temp.u(key), category, total, from_day, document_no) AS id)
	SELECT 'line ' || (SELECT count(*) FROM line)
$$;
SELECT pg_temp.total('CIVIL', 'institution_civil', 45, '2020-01-01', '编〔2020〕3号');		-- the first total
SELECT pg_temp.total('CIVIL', 'institution_civil', 50, '2021-01-01', '编〔2021〕3号');		-- a new one: its difference
SELECT pg_temp.total('CIVIL', 'institution_civil', 48, '2022-01-01', '编〔2022〕3号');		-- a cut
SELECT pg_temp.total('CIVIL', 'institution_civil', 48, '2023-01-01', '编〔2023〕3号');		-- the same again
SELECT count(*) FROM lead WHERE kind = 'quota_gap';
INSERT INTO quota (unit_id, category, amount, kind, during, document_no) VALUES (pg_temp.u('CIVIL'), 'institution_civil', 2, '核增', '[2023-06-01,)', '编〔2023〕9号');
SELECT pg_temp.total('CIVIL', 'institution_civil', 50, '2024-01-01', '编〔2024〕3号');		-- to which the change leads
SELECT count(*) FROM lead WHERE kind = 'quota_gap';
INSERT INTO quota (unit_id, category, amount, kind, during, document_no) VALUES (pg_temp.u('CIVIL'), 'institution_civil', 2, '核增', '[2024-06-01,)', '编〔2024〕9号');
SELECT pg_temp.total('CIVIL', 'institution_civil', 55, '2025-01-01', '编〔2025〕3号');		-- to which it does not
SELECT pg_temp.total('CIVIL', 'institution_civil', 40, '2019-01-01', '编〔2019〕3号');		-- before all: later lines stay
SELECT amount, kind, stated_total, during, document_no FROM quota WHERE unit_id = pg_temp.u('CIVIL') ORDER BY quota_id;
SELECT subject, evidence - 'quota_id' AS evidence FROM lead WHERE kind = 'quota_gap';
SELECT pg_temp.try($$SELECT bianzhi.set_quota(pg_temp.u('CIVIL'), 'institution_civil', -1, '2026-01-01', 'x')$$);
SELECT pg_temp.try($$SELECT bianzhi.set_quota(pg_temp.u('CIVIL'), 'institution_civil', NULL, '2026-01-01', 'x')$$);
SELECT pg_temp.try($$SELECT bianzhi.set_quota(NULL, 'institution_civil', 1, '2026-01-01', 'x')$$);
SELECT pg_temp.try($$SELECT bianzhi.set_quota(pg_temp.u('CIVIL'), 'institution_civil', 1, '2026-01-01', NULL)$$);
SELECT pg_temp.try($$SELECT bianzhi.set_quota(pg_temp.u('CIVIL'), 'institution_civil', 1, '2026-01-01', '')$$);
SELECT pg_temp.try($$SELECT bianzhi.set_quota(pg_temp.u('CIVIL'), 'institution_full', 1, 'infinity', 'x')$$);

--
-- Seats and posts
--

CREATE FUNCTION pg_temp.p(who text) RETURNS bigint LANGUAGE sql AS $$ SELECT person_id FROM bianzhi.person WHERE name = who $$;
INSERT INTO occupancy (person_id, unit_id, category, during, document_no) VALUES (pg_temp.p('张三'), pg_temp.u('FIN'), 'administrative', '[2024-03-01,)', '编〔2024〕20号');
INSERT INTO appointment (person_id, unit_id, category, title, rank, during) VALUES (pg_temp.p('张三'), pg_temp.u('FIN'), 'leader_chief', '局长', '正处级', '[2024-03-01,)');
SELECT counted, section_id, entry_kind, exit_kind FROM occupancy;
SELECT counted, elevated, holding FROM appointment;
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'administrative', '(,)')$$);
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'administrative', '[-infinity,2020-01-01)')$$);
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'administrative', '[2020-01-01,infinity)')$$);
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'administrative', 'empty')$$);
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'administrative', NULL)$$);
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during, entry_kind) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'administrative', '[2024-03-01,)', 'friend')$$);
SELECT pg_temp.try($$INSERT INTO appointment (person_id, unit_id, category, holding, during) VALUES (pg_temp.p('李四'), pg_temp.u('FIN'), 'leader_deputy', '代理', '[2024-03-01,)')$$);
SELECT pg_temp.try($$INSERT INTO appointment (person_id, unit_id, category, during) VALUES (123456, pg_temp.u('FIN'), 'leader_deputy', '[2024-03-01,)')$$);
-- who is referenced stays
SELECT pg_temp.try($$DELETE FROM person WHERE name = '张三'$$);
-- several keys hold it; which one is named depends on the numbers of triggers
SELECT left(pg_temp.try($$DELETE FROM unit WHERE unit_key = 'FIN'$$), 5) AS refused;
SELECT pg_temp.try($$DELETE FROM entry_kind WHERE code = 'talent'$$);

--
-- L8: rows that do not count stand on an exemption
--

SELECT pg_temp.try($$INSERT INTO exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', pg_temp.u('FIN'), '1', '[2024-01-01,)', '编〔2024〕30号')$$);
SELECT pg_temp.try($$INSERT INTO exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', pg_temp.u('FIN'), '1', '[2024-01-01,2025-01-01)', NULL)$$);
SELECT pg_temp.try($$INSERT INTO exemption (kind, unit_id, subject, during, document_no) VALUES ('whim', pg_temp.u('FIN'), '1', '[2024-01-01,2025-01-01)', 'x')$$);
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during, counted) VALUES (pg_temp.p('王五'), pg_temp.u('FIN'), 'administrative', '[2024-03-01,2026-01-01)', false)$$);
INSERT INTO exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', pg_temp.u('FIN'), pg_temp.p('王五')::text, '[2024-03-01,2025-01-01)', '编〔2024〕31号');
SELECT pg_temp.try($$INSERT INTO occupancy (person_id, unit_id, category, during, counted) VALUES (pg_temp.p('王五'), pg_temp.u('FIN'), 'administrative', '[2024-03-01,2026-01-01)', false)$$);
INSERT INTO exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', pg_temp.u('FIN'), pg_temp.p('王五')::text, '[2025-01-01,2026-01-01)', '编〔2025〕31号');
INSERT INTO occupancy (person_id, unit_id, category, during, counted) VALUES (pg_temp.p('王五'), pg_temp.u('FIN'), 'administrative', '[2024-03-01,2026-01-01)', false);
-- neither another unit's, nor another person's, nor longer
SELECT pg_temp.try($$UPDATE occupancy SET unit_id = pg_temp.u('CIVIL'), category = 'institution_civil' WHERE NOT counted$$);
SELECT pg_temp.try($$UPDATE occupancy SET person_id = pg_temp.p('李四') WHERE NOT counted$$);
SELECT pg_temp.try($$UPDATE occupancy SET during = '[2024-03-01,)' WHERE NOT counted$$);
SELECT pg_temp.try($$UPDATE occupancy SET counted = false WHERE person_id = pg_temp.p('张三')$$);
INSERT INTO exemption (kind, unit_id, subject, during, document_no, review_on) VALUES ('uncounted', pg_temp.u('FIN'), pg_temp.p('王五')::text, '[2026-01-01,)', '编〔2026〕31号', '2027-01-01');
UPDATE occupancy SET during = '[2024-03-01,)' WHERE NOT counted;
-- what such a row stands on stays; it may be replaced in one statement
SELECT pg_temp.try($$DELETE FROM exemption WHERE document_no = '编〔2025〕31号'$$);
SELECT pg_temp.try($$UPDATE exemption SET during = '[2025-01-01,2025-06-01)' WHERE document_no = '编〔2025〕31号'$$);
SELECT pg_temp.try($$WITH gone AS (DELETE FROM exemption WHERE document_no = '编〔2025〕31号' RETURNING *)
	UPDATE exemption SET during = '[2024-03-01,2026-01-01)' WHERE document_no = '编〔2024〕31号' AND (SELECT count(*) FROM gone) = 1$$);
DELETE FROM occupancy WHERE NOT counted;
DELETE FROM exemption;

--
-- Documents
--

INSERT INTO document (number, kind, title, issued_on) VALUES ('编〔2020〕1号', '批复', '关于财政局编制的批复', '2020-01-01');
SELECT pg_temp.try($$INSERT INTO document (number) VALUES ('编〔2020〕1号')$$);
SELECT pg_temp.try($$INSERT INTO document (number, kind) VALUES ('x', '便条')$$);
SELECT * FROM document_missing ORDER BY number COLLATE "C", used_in;
-- every table that names documents is looked into
SELECT attrelid::regclass FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE attname = 'document_no' AND NOT attisdropped AND c.relkind IN ('r', 'p') AND c.relnamespace = 'bianzhi'::regnamespace
	AND NOT EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
		WHERE r.ev_class = 'document_missing'::regclass AND d.refobjid = attrelid AND d.refobjsubid = attnum);

--
-- Who may do what
--

CREATE ROLE office_clerk;
SET ROLE office_clerk;
SELECT count(*) > 20 AS may_read_catalogues FROM bianzhi.category;
SELECT count(*) > 20 AS may_read_catalogues FROM bianzhi.code_list;
SELECT relname FROM pg_class WHERE relnamespace = 'bianzhi'::regnamespace AND relkind IN ('r', 'p', 'v') AND has_table_privilege(oid, 'SELECT')
	AND relname IN ('unit', 'person', 'quota', 'occupancy', 'appointment', 'document', 'exemption', 'lead', 'unit_version', 'person_identity', 'person_fact', 'document_missing');
SELECT relname FROM pg_class WHERE relnamespace = 'bianzhi'::regnamespace AND relkind IN ('r', 'p', 'v') AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER');
SELECT relname FROM pg_class WHERE relnamespace = 'bianzhi'::regnamespace AND CASE WHEN relkind = 'S' THEN has_sequence_privilege(oid, 'USAGE, SELECT, UPDATE') END;
RESET ROLE;
GRANT INSERT ON occupancy TO office_clerk;
GRANT UPDATE ON unit TO office_clerk;
GRANT SELECT ON unit TO office_clerk;
SET ROLE office_clerk;
-- may write the row, but not what the rules stand on; and a change of a unit is kept although nobody may write versions
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (2, 2, 'administrative', '[2024-03-01,)');
SELECT pg_temp.try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, counted) VALUES (3, 2, 'administrative', '[2024-03-01,2025-01-01)', false)$$);
SELECT pg_temp.try($$INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 2, '3', '[2024-03-01,2025-01-01)', 'x')$$);
SELECT pg_temp.try($$SELECT bianzhi.set_quota(2, 'administrative', 9, '2024-01-01', 'x')$$);
SELECT pg_temp.try($$INSERT INTO bianzhi.unit_version (unit_id, during, name) VALUES (2, '(,1949-10-01)', 'x')$$);
UPDATE bianzhi.unit SET name = '市法院' WHERE unit_key = 'COURT';
RESET ROLE;
SELECT v.during, v.name FROM unit_version v JOIN unit USING (unit_id) WHERE unit_key = 'COURT';
REVOKE ALL ON unit, occupancy FROM office_clerk;
DROP ROLE office_clerk;

--
-- What holds for every object of the extension
--

CREATE TEMP VIEW member AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'bianzhi' AND d.deptype = 'e';
-- a comment on every function, table, view and column, Chinese first
SELECT objid::regprocedure AS without_comment FROM member JOIN pg_proc p ON p.oid = objid
WHERE classid = 'pg_proc'::regclass AND COALESCE(obj_description(objid, 'pg_proc'), '') !~ '[一-龥]+.*: ';
SELECT objid::regclass AS without_comment FROM member JOIN pg_class c ON c.oid = objid
WHERE classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'v') AND COALESCE(obj_description(objid, 'pg_class'), '') !~ '^[^a-z]*[一-龥]+.*: ';
SELECT objid::regclass AS of_table, a.attname AS without_comment FROM member JOIN pg_class c ON c.oid = objid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'v') AND COALESCE(col_description(objid, a.attnum), '') !~ '^[^a-z]*[一-龥]+.*: ';
-- functions that everybody may call, and that are not immutable
SELECT objid::regprocedure AS open_to_all FROM member JOIN pg_proc p ON p.oid = objid
WHERE classid = 'pg_proc'::regclass AND p.provolatile <> 'i'
	AND EXISTS (SELECT FROM aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0) ORDER BY objid::regprocedure::text COLLATE "C";
-- functions in SQL and PL/pgSQL that do not pin their search_path
SELECT objid::regprocedure AS open_path FROM member JOIN pg_proc p ON p.oid = objid JOIN pg_language l ON l.oid = p.prolang
WHERE classid = 'pg_proc'::regclass AND l.lanname <> 'c' AND NOT COALESCE(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false);
-- tables and identity sequences that a dump would forget, apart from what is derived, or the same everywhere
SELECT objid::regclass AS not_dumped FROM member JOIN pg_class c ON c.oid = objid CROSS JOIN (SELECT extconfig FROM pg_extension WHERE extname = 'bianzhi') e
WHERE classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p', 'S') AND NOT objid = ANY (e.extconfig)
	AND c.relname NOT IN ('account', 'account_account_id_seq', 'chunk', 'queue', 'queue_queue_id_seq', 'live', 'ledger_mark', 'ledger_open', 'source_part', 'own_trigger', 'problem_state', 'problem_transition', 'problem_number') ORDER BY objid::regclass::text COLLATE "C";
