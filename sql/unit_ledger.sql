-- the ledger of units (机构编制台账) and the card of one
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

-- its columns are the root categories that ship, four each, in their order, and other

WITH columns AS (
	SELECT name, n FROM pg_proc AS p, unnest(p.proargnames, p.proargmodes) WITH ORDINALITY AS a (name, mode, n)
	WHERE p.oid = 'bianzhi.unit_ledger(date)'::regprocedure AND mode = 't'
), wanted AS (
	SELECT c.code || '_' || what AS name, c.display_order * 10 + n AS place
	FROM (SELECT code, display_order FROM bianzhi.category WHERE builtin AND parent IS NULL UNION ALL SELECT 'other', 9999) AS c,
		unnest('{authorized,filled,vacant,over}'::text[]) WITH ORDINALITY AS w (what, n)
)
SELECT (SELECT string_agg(name, ' ' ORDER BY n) FROM columns WHERE name ~ '_(authorized|filled|vacant|over)$') = (SELECT string_agg(name, ' ' ORDER BY place) FROM wanted),
	(SELECT string_agg(name, ' ' ORDER BY n) FROM columns WHERE name !~ '_(authorized|filled|vacant|over)$');

-- an office: a bureau with two sections, one since abolished; a body that has become another; a unit that is gone; some of its own kinds

INSERT INTO bianzhi.category (code, name_zh, parent, measure) VALUES ('village', '村级编制', NULL, 'establishment'), ('hamlet', '屯级编制', 'village', 'establishment'), ('temple', '寺庙编制', NULL, 'establishment'), ('clerk', '文书职数', NULL, 'post');
UPDATE bianzhi.unit SET display_order = 10 - unit_id WHERE unit_id <= 6;
UPDATE bianzhi.unit SET organ_kind = 'government', nature = '行政机关', rank = '正科级', level = 'county', credit_code = '91350100M000100Y43', document_no = '三定1号', field = '综合' WHERE unit_id = 1;
SET bianzhi.effective_on = '2026-06-01';
UPDATE bianzhi.unit SET name = '乙委', rank = '正处级', level = 'city', parent_id = 1, document_no = '改革2号' WHERE unit_id = 2;
UPDATE bianzhi.unit SET during = '(,2026-07-01)' WHERE unit_id = 6;
RESET bianzhi.effective_on;
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section, during, display_order, document_no) VALUES (12, 'A2', '甲二处', 1, true, '(,2026-07-01)', 5, '三定1号'), (13, 'A0', '甲三处', 1, true, '(,)', -1, NULL);
INSERT INTO bianzhi.signboard (unit_id, name, during, document_no) VALUES (1, '丙办公室', '[2025-01-01,)', '挂牌3号');
INSERT INTO bianzhi.unit_relation (unit_id, kind, other_unit, document_no) VALUES (1, '业务指导', 3, '分工4号');
INSERT INTO bianzhi.quota (unit_id, category, amount, kind, stated_total, counterpart_unit, entries_closed, on_exit, during, document_no) VALUES
	(1, 'administrative', 5, '核定', 5, NULL, false, 'keep', '(,)', '编发1号'), (1, 'administrative', -1, '划出', 4, 2, false, 'recover', '[2026-01-01,2028-01-01)', '编发3号'), (1, 'retired_service', 1, '核定', NULL, NULL, false, 'keep', '(,)', '编发1号'),
	(1, 'village', 2, '核定', NULL, NULL, false, 'keep', '[2020-01-01,)', '编发2号'), (1, 'temple', 1, '核定', NULL, NULL, false, 'keep', '[2027-01-01,)', '编发4号'), (1, 'clerk', 1, '核定', NULL, NULL, false, 'keep', '[2020-01-01,)', '编发2号'),
	(1, 'leader', 2, '核定', NULL, NULL, false, 'keep', '[2020-01-01,)', '编发1号'), (1, 'section_count', 2, '核定', NULL, NULL, false, 'keep', '[2020-01-01,)', '编发1号'), (2, 'administrative', 1, '核定', NULL, NULL, false, 'keep', '[2020-01-01,)', '编发1号'), (11, 'administrative', 3, '核定', NULL, NULL, false, 'keep', '[2020-01-01,)', '编发1号');
SELECT seat(1, 'A', 'administrative', '[2024-01-01,)', 'A1'), seat(2, 'A', 'retired_service', '[2024-01-01,2024-06-01)'), seat(3, 'A', 'hamlet', '[2024-01-01,)'), seat(4, 'B', 'administrative', '[2024-01-01,)'), seat(5, 'F', 'institution', '[2024-01-01,2024-02-01)');
INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, title, rank, elevated, holding, during, document_no) VALUES
	(1, 1, NULL, 'leader_chief', '局长', '副处级', true, '本职', '[2024-02-01,)', '任1号'), (6, 1, 11, 'leader_deputy', NULL, NULL, false, '挂职', '[2025-01-01,2027-01-01)', NULL), (7, 1, NULL, 'clerk', NULL, NULL, true, '兼任', '[2024-01-01,2025-01-01)', NULL);
UPDATE bianzhi.quota SET amount = 0 WHERE unit_id = 2;
UPDATE bianzhi.quota SET entries_closed = true WHERE kind = '划出';
INSERT INTO bianzhi.digest_plan (unit_id, category, day, max_excess, document_no) VALUES (2, 'administrative', '2027-06-30', 1, '消化5号'), (2, 'administrative', '2027-12-31', 0, '消化5号');

\pset null -
SELECT unit_key, name, parent_id, organ_kind, nature, level, rank, sections, administrative_authorized AS authorized, administrative_filled AS filled, administrative_vacant AS vacant, administrative_over AS over, documents FROM bianzhi.unit_ledger('2026-11-24');
SELECT unit_key, name, level, rank, sections, institution_authorized, institution_filled, institution_vacant, documents FROM bianzhi.unit_ledger('2024-01-15');
SELECT leader_authorized, leader_filled, leader_vacant, leader_over, section_count_authorized, section_count_filled, elevated, other_authorized, other_filled, other_vacant, other_over FROM bianzhi.unit_ledger('2026-11-24') WHERE unit_key = 'A';
SELECT elevated, other_authorized, other_filled, other_vacant, leader_filled FROM bianzhi.unit_ledger('2024-01-15') WHERE unit_key = 'A' UNION ALL SELECT elevated, other_authorized, other_filled, other_vacant, leader_filled FROM bianzhi.unit_ledger('2027-01-01') WHERE unit_key = 'A';
SELECT count(*) FROM bianzhi.unit_ledger(NULL);
SELECT try('SELECT * FROM bianzhi.unit_ledger(''infinity'')');

-- every number is that of vacancy_on, for many accounts on any day

SELECT setseed(0.3) IS NOT NULL;
UPDATE bianzhi.category SET enforcement = 'record' WHERE measure IN ('establishment', 'post', 'grade');
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT 100 + n, 'R' || n, '单位' || n FROM generate_series(1, 40) AS n;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT 100 + n, c.code, (random() * 9)::int, daterange('2024-01-01'::date + (random() * 1500)::int, NULL), 'x'
FROM generate_series(1, 40) AS n, bianzhi.category AS c WHERE random() < 0.3;
INSERT INTO bianzhi.person (person_id, name) SELECT 1000 + n, '人员' FROM generate_series(1, 800) AS n;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT 1000 + row_number() OVER (), 100 + n, c.code, daterange('2024-01-01'::date + (random() * 1500)::int, NULL)
FROM generate_series(1, 40) AS n, bianzhi.category AS c, generate_series(1, 3) WHERE c.measure = 'establishment' AND random() < 0.4 LIMIT 800;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during)
SELECT 1000 + n * 5, 100 + n, c.code, daterange('2024-01-01'::date + (random() * 1500)::int, NULL)
FROM generate_series(1, 40) AS n, bianzhi.category AS c WHERE c.measure IN ('post', 'grade') AND random() < 0.4;
SELECT d, count(*) > 30 AS enough, count(*) FILTER (WHERE (w.authorized, w.filled, w.vacant, w.over) IS DISTINCT FROM (v.authorized, v.filled, v.authorized - least(v.filled + v.reserved, v.authorized), v.filled + v.reserved - least(v.authorized, v.filled + v.reserved) + 0 * v.authorized)) AS differ
FROM unnest('{2024-07-01,2026-01-01,2027-06-01}'::date[]) AS d, LATERAL bianzhi.vacancy_on(d) AS v JOIN bianzhi.category AS c ON c.code = v.category AND c.parent IS NULL AND c.builtin
	JOIN LATERAL (SELECT to_jsonb(l) AS j FROM bianzhi.unit_ledger(d) AS l WHERE l.unit_id = v.unit_id) AS l ON true
	CROSS JOIN LATERAL (SELECT (j ->> (v.category || '_authorized'))::int, (j ->> (v.category || '_filled'))::int, (j ->> (v.category || '_vacant'))::int, (j ->> (v.category || '_over'))::int) AS w (authorized, filled, vacant, over)
WHERE v.unit_id BETWEEN 101 AND 115
GROUP BY d ORDER BY d;
-- and the sums over the city say the same
SELECT d, (SELECT sum(filled) FROM bianzhi.vacancy_on(d) AS v JOIN bianzhi.category AS c ON c.code = v.category JOIN bianzhi.unit AS u USING (unit_id) WHERE c.parent IS NULL AND NOT u.is_section AND c.code <> 'clerk')
	= (SELECT sum(x.value::int) FROM bianzhi.unit_ledger(d) AS l, jsonb_each_text(to_jsonb(l)) AS x WHERE x.key LIKE '%\_filled') AS filled,
	(SELECT sum(authorized) FROM bianzhi.vacancy_on(d) AS v JOIN bianzhi.category AS c ON c.code = v.category JOIN bianzhi.unit AS u USING (unit_id) WHERE c.parent IS NULL AND NOT u.is_section AND c.code <> 'clerk')
	= (SELECT sum(x.value::int) FROM bianzhi.unit_ledger(d) AS l, jsonb_each_text(to_jsonb(l)) AS x WHERE x.key LIKE '%\_authorized') AS authorized
FROM unnest('{2024-07-01,2026-11-24,2027-06-01}'::date[]) AS d;

-- the card of one unit

SELECT * FROM bianzhi.unit_card(1);
SELECT * FROM bianzhi.unit_card(2);
SELECT * FROM bianzhi.unit_card(11);
SELECT count(*) FROM bianzhi.unit_card(99);

-- who may not read people sees no names, who may not read seats sees no card

CREATE ROLE ledger_reader;
SET ROLE ledger_reader;
SELECT count(*) FROM bianzhi.unit_ledger('2026-11-24');
SELECT count(*) FROM bianzhi.unit_card(1);
RESET ROLE;
GRANT EXECUTE ON FUNCTION bianzhi.unit_ledger(date), bianzhi.unit_card(bigint) TO ledger_reader;
GRANT SELECT ON bianzhi.unit, bianzhi.unit_version, bianzhi.unit_relation, bianzhi.signboard, bianzhi.quota, bianzhi.digest_plan, bianzhi.strength, bianzhi.appointment TO ledger_reader;
SET ROLE ledger_reader;
SELECT administrative_filled FROM bianzhi.unit_ledger('2026-11-24') WHERE unit_key = 'A';
SELECT try('SELECT count(*) FROM bianzhi.unit_card(1)');
RESET ROLE;
GRANT SELECT ON bianzhi.occupancy TO ledger_reader;
SET ROLE ledger_reader;
SELECT part, item, value FROM bianzhi.unit_card(1) WHERE part IN ('seat', 'post');
RESET ROLE;
DROP OWNED BY ledger_reader;
DROP ROLE ledger_reader;
