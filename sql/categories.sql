-- the rules change while the limit is in force: parents, enforcement, days; and what units and categories there are
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
INSERT INTO bianzhi.category (code, name_zh, measure) VALUES ('top', '总', 'establishment'), ('other', '另', 'establishment');
INSERT INTO bianzhi.category (code, name_zh, measure, parent) VALUES ('low', '下', 'establishment', 'top'), ('lowest', '底', 'establishment', 'low');

-- another parent: what the category carries goes with it, and is limited there from then on

SELECT line('A', 'top', 2), line('A', 'other', 2), seat(1, 'A', 'lowest', '[2026-12-01,)'), seat(2, 'A', 'low', '[2026-12-01,)'), seat(3, 'A', 'other', '[2026-12-01,)');
SELECT seat(4, 'A', 'top', '[2026-12-01,)');
UPDATE bianzhi.category SET parent = 'other' WHERE code = 'low';
SELECT has('A');
SELECT sound();
SELECT seat(4, 'A', 'top', '[2026-12-01,)'), seat(5, 'A', 'other', '[2026-12-01,)'), try($$DELETE FROM bianzhi.occupancy WHERE person_id = 2$$), seat(5, 'A', 'other', '[2026-12-01,)');
SELECT leads();
UPDATE bianzhi.category SET parent = NULL WHERE code = 'low';
SELECT seat(5, 'A', 'other', '[2026-12-01,)'), seat(6, 'A', 'low', '[2026-12-01,)');			-- low has no quota of its own
SELECT has('A');
SELECT sound();
UPDATE bianzhi.category SET parent = 'top' WHERE code = 'low';
-- in a transaction that is rolled back
BEGIN;
UPDATE bianzhi.category SET parent = 'other' WHERE code = 'low';
ROLLBACK;
SELECT has('A');
SELECT sound();

-- enforcement, without_quota, enforced_since, past_excess: from the next statement on

SELECT seat(6, 'A', 'top', '[2026-12-01,)');
UPDATE bianzhi.category SET enforcement = 'record' WHERE code = 'top';
SELECT seat(6, 'A', 'top', '[2026-12-01,)');
UPDATE bianzhi.category SET enforcement = 'off' WHERE code = 'top';
SELECT seat(7, 'A', 'top', '[2026-12-01,)');
UPDATE bianzhi.category SET enforcement = 'reject' WHERE code = 'top';
SELECT seat(8, 'A', 'top', '[2026-12-01,)');
UPDATE bianzhi.category SET enforced_since = '2027-01-01' WHERE code = 'top';
SELECT seat(8, 'A', 'top', '[2026-12-01,)'), seat(8, 'A', 'top', '[2026-12-01,2027-01-01)');
SELECT seat(9, 'B', 'other', '[2026-12-01,)');
UPDATE bianzhi.category SET without_quota = 'allow' WHERE code = 'other';
SELECT seat(9, 'B', 'other', '[2026-12-01,)');
UPDATE bianzhi.category SET without_quota = 'record' WHERE code = 'other';
SELECT seat(10, 'B', 'other', '[2026-12-01,)');
SELECT seat(11, 'A', 'other', '[2025-01-01,2025-02-01)'), seat(12, 'A', 'other', '[2025-01-01,2025-02-01)'), seat(13, 'A', 'other', '[2025-01-01,2025-02-01)');
UPDATE bianzhi.category SET past_excess = 'reject' WHERE code = 'other';
SELECT seat(14, 'A', 'other', '[2025-01-01,2025-02-01)');
SELECT leads();
SELECT sound();

-- a category that came after go_live(), and one that goes: not while it has accounts

INSERT INTO bianzhi.category (code, name_zh, measure, parent) VALUES ('new', '新', 'establishment', 'other');
SELECT line('C', 'new', 1), seat(20, 'C', 'new', '[2026-12-01,)'), seat(21, 'C', 'new', '[2026-12-01,)');
SELECT has('C');
SELECT try($$DELETE FROM bianzhi.category WHERE code = 'new'$$), try($$UPDATE bianzhi.category SET code = 'newer' WHERE code = 'new'$$), try($$DELETE FROM bianzhi.category WHERE code = 'lowest'$$);
INSERT INTO bianzhi.category (code, name_zh, measure) VALUES ('gone', '去', 'establishment');
DELETE FROM bianzhi.category WHERE code = 'gone';
SELECT seat(22, 'C', 'gone', '[2026-12-01,)'), line('C', 'gone', 1);

-- cycles

SELECT try($$UPDATE bianzhi.category SET parent = 'lowest' WHERE code = 'top'$$), try($$UPDATE bianzhi.category SET parent = 'top' WHERE code = 'top'$$), try($$UPDATE bianzhi.category SET parent = CASE code WHEN 'top' THEN 'other' ELSE 'top' END WHERE code IN ('top', 'other')$$);
SELECT try($$UPDATE bianzhi.unit SET parent_id = 11 WHERE unit_id = 1$$), try($$UPDATE bianzhi.unit SET parent_id = 1 WHERE unit_id = 1$$), try($$UPDATE bianzhi.unit SET parent_id = CASE unit_id WHEN 3 THEN 4 ELSE 3 END WHERE unit_id IN (3, 4)$$);
SELECT sound();

-- the days of a unit: nobody stands beyond them, and they do not close over somebody

INSERT INTO bianzhi.unit (unit_id, unit_key, name, during) VALUES (41, 'G', '庚局', '[2025-01-01,2028-01-01)');
SELECT line('G', 'other', 3, '(,)');
SELECT seat(30, 'G', 'other', '[2026-12-01,)'), seat(30, 'G', 'other', '[2024-12-31,2026-01-01)'), seat(30, 'G', 'other', '[2026-12-01,2028-01-02)'), seat(30, 'G', 'other', '[2025-01-01,2028-01-01)');
SELECT try($$UPDATE bianzhi.unit SET during = '[2025-01-01,2027-12-31)' WHERE unit_id = 41$$), try($$UPDATE bianzhi.unit SET during = '[2025-01-02,2028-01-01)' WHERE unit_id = 41$$), try($$UPDATE bianzhi.unit SET during = '[2025-01-01,2029-01-01)' WHERE unit_id = 41$$);
SELECT seat(31, 'G', 'other', '[2028-06-01,2029-01-01)');
UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2027-01-01') WHERE unit_id = 41 AND person_id = 30;
DELETE FROM bianzhi.occupancy WHERE person_id = 31;
SELECT try($$UPDATE bianzhi.unit SET during = '[2025-01-01,2027-01-01)' WHERE unit_id = 41$$), seat(31, 'G', 'other', '[2026-12-01,2027-01-02)'), seat(31, 'G', 'other', '[2026-12-01,2027-01-01)');
SELECT try('DELETE FROM bianzhi.unit WHERE unit_id = 41');

-- sections: of the unit, within their days; they are moved and dissolved without people only

SELECT seat(40, 'C', 'new', '[2027-12-01,)', 'A1'), seat(40, 'A1', 'top', '[2026-12-01,)');
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section, during) VALUES (51, 'A2', '甲二处', 1, true, '[2025-01-01,2027-01-01)');
SELECT line('A', 'administrative', 9), seat(41, 'A', 'administrative', '[2026-12-01,)', 'A2'), seat(41, 'A', 'administrative', '[2026-12-01,2027-01-01)', 'A2');
SELECT try($$UPDATE bianzhi.unit SET parent_id = 2 WHERE unit_id = 51$$), try($$UPDATE bianzhi.unit SET is_section = false WHERE unit_id = 51$$), try($$UPDATE bianzhi.unit SET during = '[2025-01-01,2026-12-15)' WHERE unit_id = 51$$);
SELECT try($$UPDATE bianzhi.unit SET parent_id = 2 WHERE unit_id = 11$$), try($$UPDATE bianzhi.unit SET is_section = true, parent_id = 2 WHERE unit_id = 3$$);
-- what sections there are counts against section_count, if there is a line
SELECT line('A', 'section_count', 1);
SELECT leads();
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (52, 'A3', '甲三处', 1, true);
\echo :LAST_ERROR_SQLSTATE
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (52, 'B2', '乙二处', 2, true);
UPDATE bianzhi.unit SET parent_id = 1 WHERE unit_id = 52;
\echo :LAST_ERROR_SQLSTATE

-- what there is not

SELECT seat(50, NULL, 'top', '[2026-12-01,)'), try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (50, 999, 'top', '[2026-12-01,)')$$), seat(50, 'A', 'Top', '[2026-12-01,)'), seat(50, 'A', '', '[2026-12-01,)');
SELECT try($$INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during) VALUES (50, 1, 999, 'top', '[2026-12-01,)')$$);
SELECT seat(50, 'A', 'leader', '[2026-12-01,)'), seat(50, 'A', 'section_count', '[2026-12-01,)'), post(50, 'A', 'administrative', '[2026-12-01,)'), post(50, 'A', 'outside_staff', '[2026-12-01,)'), post(50, 'A', 'grade', '[2026-12-01,)');
SELECT sound();
