-- reorganize(): seats, people, posts and quotas move between units on a day; an excess may move, and never grow
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never

-- what all units together have from each day on: the same before and after whatever is only moved
CREATE FUNCTION sums() RETURNS SETOF text LANGUAGE sql STABLE AS $$
	WITH level AS (
		SELECT unit_id, category, since, authorized, filled FROM bianzhi.strength JOIN bianzhi.unit USING (unit_id)
		WHERE NOT is_section AND category NOT IN ('section_count', 'department_count')
	), day AS (SELECT DISTINCT category, since FROM level)
	SELECT format('%s %s: %s, %s', d.category, d.since, sum(coalesce(l.authorized, 0)), sum(l.filled))
	FROM day AS d CROSS JOIN LATERAL (
		SELECT DISTINCT ON (l.unit_id) l.authorized, l.filled FROM level AS l WHERE l.category = d.category AND l.since <= d.since ORDER BY l.unit_id, l.since DESC) AS l
	GROUP BY d.category, d.since ORDER BY d.category COLLATE "C", d.since
$$;
-- all that there is, as one number
CREATE FUNCTION everything(leads_too boolean DEFAULT true) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	relation text;
	rows text;
	sum text := '';
BEGIN
	FOREACH relation IN ARRAY '{unit,unit_version,unit_relation,quota,occupancy,appointment,outside_worker,secondment,exemption,digest_plan,signboard,lead,strength}'::text[] LOOP
		CONTINUE WHEN relation = 'lead' AND NOT leads_too;
		EXECUTE format('SELECT string_agg(t::text, E''\\n'' ORDER BY t::text) FROM bianzhi.%I AS t', relation) INTO rows;
		sum := md5(concat(sum, rows));
	END LOOP;
	RETURN sum;
END
$$;
CREATE FUNCTION people(from_person int, to_person int) RETURNS bigint[] LANGUAGE sql AS 'SELECT array_agg(n::bigint) FROM generate_series(from_person, to_person) AS n';
-- start anew
CREATE PROCEDURE clear() LANGUAGE sql AS $$
	TRUNCATE bianzhi.reform, bianzhi.reform_row, bianzhi.quota, bianzhi.occupancy, bianzhi.appointment, bianzhi.outside_worker, bianzhi.secondment, bianzhi.exemption, bianzhi.digest_plan, bianzhi.unit_relation, bianzhi.lead CASCADE;
	UPDATE bianzhi.unit SET during = '(,)' WHERE NOT upper_inf(during) AND NOT is_section;
	UPDATE bianzhi.unit SET during = '(,)' WHERE NOT upper_inf(during);
$$;

-- the ordinary reform: B takes over 12 people with 10 seats, and starts 2 over; A, which was 3 over, ends 1 over

SELECT line('A', 'administrative', 33), line('B', 'administrative', 0);
SELECT count(seat(n, 'A', 'administrative', '[2020-01-01,)')) FROM generate_series(1, 33) AS n;
UPDATE bianzhi.quota SET amount = 30 WHERE unit_id = 1;
SELECT leads();
SELECT * FROM bianzhi.split_unit(1, 2, '{"administrative": 10}', people(1, 12), '2027-01-01', '改〔2026〕1号');
SELECT has('A');
SELECT has('B');
SELECT sums();
SELECT unit_id, amount, kind, counterpart_unit, during, document_no FROM bianzhi.quota ORDER BY quota_id;
SELECT person_id, unit_id, during, entry_kind, exit_kind, document_no FROM bianzhi.occupancy WHERE person_id IN (1, 33) ORDER BY 1, 3;
SELECT unit_id, category, day, max_excess, document_no FROM bianzhi.digest_plan ORDER BY 1, 3;
SELECT sound();
SELECT leads();
-- what is over may shrink, and not grow
SELECT seat(40, 'B', 'administrative', '[2027-02-01,)');
SELECT try('UPDATE bianzhi.occupancy SET during = daterange(lower(during), ''2027-06-01'') WHERE person_id = 1 AND unit_id = 2');
SELECT seat(40, 'B', 'administrative', '[2027-06-01,)');
-- the same to a body that is set up on that day: it was split from the old one
CALL clear();
INSERT INTO bianzhi.unit (unit_id, unit_key, name, during) VALUES (7, 'G', '庚局', '[2027-01-01,)');
SELECT line('A', 'administrative', 3), line('A', 'leader', 2), line('G', 'leader', 1, '[2027-01-01,)');
SELECT seat(1, 'A', 'administrative', '[2020-01-01,)', 'A1'), seat(2, 'A', 'administrative', '[2020-01-01,2028-01-01)'), seat(3, 'A', 'administrative', '[2021-01-01,2026-12-01)'), seat(3, 'A', 'administrative', '[2027-03-01,)');
SELECT post(1, 'A', 'leader_chief', '[2020-01-01,)'), post(2, 'A', 'leader_deputy', '[2020-01-01,)', 'A1');
UPDATE bianzhi.occupancy SET exit_kind = 'retire' WHERE person_id = 2;
UPDATE bianzhi.appointment SET title = '局长', rank = '正处级', elevated = true WHERE person_id = 1;
SELECT * FROM bianzhi.reorganize('2027-01-01', '改2号', '{"quotas": [{"from": "A", "to": "G", "category": "administrative", "amount": 2}, {"from": 1, "to": 7, "category": "leader", "amount": 1}],
	"people": [{"from": 1, "to": 7, "persons": [2], "posts": "end"}, {"from": 1, "to": 7, "persons": [1], "categories": {"leader_chief": "leader_deputy"}}], "renames": {"1": "甲局（新）"}}');
SELECT person_id, unit_id, section_id, category, during, entry_kind, exit_kind FROM bianzhi.occupancy ORDER BY 1, lower(during);
SELECT person_id, unit_id, section_id, category, during, title, rank, elevated, document_no FROM bianzhi.appointment ORDER BY 1, lower(during);
SELECT unit_id, kind, other_unit, during, document_no FROM bianzhi.unit_relation;
SELECT day, (SELECT u.name FROM bianzhi.unit_on(day) AS u WHERE u.unit_id = 1) FROM unnest('{2026-12-31,2027-01-01}'::date[]) AS day;
SELECT has('A'), sound(), leads();

-- a person who holds no seat there, or holds one elsewhere, moves nobody
SELECT everything() AS before \gset
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 1}', '{3,1,9}', '2027-01-01', '改3号')$$);
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 1}', '{3}', '2027-01-01', '改3号')$$);
SELECT everything() = :'before' AS nothing_moved;

-- 并入: everything goes, the other unit ends; two chiefs afterwards, where the document leaves one
CALL clear();
DELETE FROM bianzhi.unit_version;
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id) VALUES (8, 'A0', '甲局下属中心', 1);
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (12, 'A2', '甲二处', 1, true);
SELECT line(u, c, n) FROM unnest('{A,B}'::text[]) AS u, (VALUES ('administrative', 3), ('leader', 2), ('leader_chief', 1), ('outside_staff', 1), ('section_count', 2)) AS v (c, n);
-- what begins and ends later
SELECT line('A', 'administrative', 2, '[2028-01-01,)'), line('A', 'administrative', 1, '[2026-01-01,2027-07-01)'), line('A', 'pool', 1, '[2029-01-01,2030-01-01)'), line('A', 'pool', 5, '(,2026-01-01)');
SELECT line('A1', 'section_leader', 1), post(1, 'A', 'section_chief', '[2020-01-01,)', 'A1');
SELECT seat(1, 'A', 'administrative', '[2020-01-01,)', 'A1'), seat(2, 'A', 'administrative', '[2020-01-01,2029-01-01)'), seat(3, 'A', 'administrative', '[2028-02-01,)'), seat(11, 'B', 'administrative', '[2020-01-01,)'), seat(12, 'B', 'administrative', '[2020-01-01,)');
SELECT post(2, 'A', 'leader_chief', '[2020-01-01,)'), post(1, 'A', 'leader_deputy', '[2020-01-01,)'), post(11, 'B', 'leader_chief', '[2020-01-01,)'), post(12, 'B', 'leader_deputy', '[2020-01-01,)');
INSERT INTO bianzhi.outside_worker (unit_id, name, during, source) VALUES (1, '丁', '[2020-01-01,2029-01-01)', '劳务派遣'), (2, '戊', '[2020-01-01,)', NULL);
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 1, '4', '[2024-01-01,2029-01-01)', '单1号'), ('C2', 1, '*', '[2024-01-01,2029-01-01)', '单2号');
SELECT seat(4, 'A', 'administrative', '[2024-01-01,2028-01-01)', NULL, false);
INSERT INTO bianzhi.secondment (person_id, from_unit, to_unit, during, returned_on) VALUES (1, 1, 3, '[2026-06-01,2027-06-01)', NULL), (2, 1, 2, '[2026-06-01,2027-06-01)', NULL), (2, 1, 4, '[2025-06-01,2026-06-01)', '2026-06-01'), (20, 5, 1, '[2026-06-01,2027-06-01)', NULL), (11, 2, 1, '[2026-06-01,2027-06-01)', NULL);
INSERT INTO bianzhi.signboard (unit_id, name) VALUES (1, '甲牌'), (2, '乙牌');
INSERT INTO bianzhi.unit_relation (unit_id, kind, other_unit, document_no) VALUES (1, 'payer', 3, '付1号'), (4, 'payer', 5, '付2号');
SELECT sums();
SELECT leads();
SELECT everything(false) AS before \gset
SELECT * FROM bianzhi.merge_units(1, 2, '2027-01-01', '改4号', '{"leader_chief": 1, "leader": 1}', '2027-12-31');
SELECT sums();
SELECT has('A'), sound();
SELECT has('B'), leads();
SELECT unit_id, category, day, max_excess FROM bianzhi.digest_plan ORDER BY 1, 2, 3;
SELECT amount, kind, counterpart_unit, category, during FROM bianzhi.quota WHERE unit_id = 2 AND document_no = '改4号' ORDER BY quota_id;
SELECT unit_key, parent_id, during FROM bianzhi.unit WHERE unit_id IN (1, 2, 8, 11, 12) ORDER BY unit_id;
SELECT unit_id, during, parent_id FROM bianzhi.unit_version;
SELECT unit_id, kind, other_unit, during, document_no FROM bianzhi.unit_relation ORDER BY unit_relation_id;
SELECT person_id, unit_id, section_id, category, during, counted FROM bianzhi.occupancy WHERE person_id IN (1, 2, 3, 4) ORDER BY 1, lower(during);
SELECT kind, unit_id, subject, during, document_no FROM bianzhi.exemption ORDER BY exemption_id;
SELECT person_id, from_unit, to_unit, during, returned_on FROM bianzhi.secondment ORDER BY secondment_id;
SELECT unit_id, name, during FROM bianzhi.signboard ORDER BY 1;
SELECT unit_id, name, source, during FROM bianzhi.outside_worker ORDER BY outside_worker_id;
-- the same once more finds nobody, and nobody comes back
SELECT try($$SELECT bianzhi.merge_units(1, 2, '2027-01-01', '改4号')$$), seat(30, 'A', 'administrative', '[2027-01-01,)');

-- and taken back: all is again what it was
SELECT try($$SELECT bianzhi.undo_reorganization('改5号')$$), try($$SELECT bianzhi.undo_reorganization(NULL)$$);
SELECT what, amount FROM bianzhi.undo_reorganization('改4号');
SELECT everything(false) = :'before' AS as_before, (SELECT count(*) FROM bianzhi.unit_version) AS versions, sound();
SELECT try($$SELECT bianzhi.undo_reorganization('改4号')$$);
SELECT document_no, on_day, undone_at IS NOT NULL AS undone FROM bianzhi.reform;
-- two under one document, the second on what the first did; not where something was changed since
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{"administrative": 1, "leader": 1}', '{1}', '2027-01-01', '改4号');
SELECT count(*) FROM bianzhi.split_unit(2, 1, '{"administrative": 1, "leader": 1}', '{1}', '2028-01-01', '改4号');
UPDATE bianzhi.occupancy SET note = 'x' WHERE person_id = 1 AND unit_id = 1;
SELECT try($$SELECT bianzhi.undo_reorganization('改4号')$$);
UPDATE bianzhi.occupancy SET note = NULL WHERE person_id = 1;
SELECT what, amount FROM bianzhi.undo_reorganization('改4号');
SELECT everything(false) = :'before' AS as_before, sound();
-- not where somebody else has the seat
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{"administrative": 1}', '{}', '2027-01-01', '改4号');
SELECT seat(30, 'B', 'administrative', '[2027-01-01,)'), seat(31, 'B', 'administrative', '[2027-01-01,)');
SELECT try($$SELECT bianzhi.undo_reorganization('改4号')$$);
SELECT count(*) FILTER (WHERE undone_at IS NULL) AS standing FROM bianzhi.reform;

-- posts that are only recorded, and a merger in which an excess has gone with the people: both are told
CALL clear();
UPDATE bianzhi.category SET enforcement = 'record' WHERE code = 'leader_chief';
SELECT line(u, c, n) FROM unnest('{A,B}'::text[]) AS u, (VALUES ('administrative', 2), ('leader_chief', 1)) AS v (c, n);
SELECT seat(1, 'A', 'administrative', '[2020-01-01,)'), seat(2, 'A', 'administrative', '[2020-01-01,)'), seat(3, 'B', 'administrative', '[2020-01-01,)'), seat(4, 'B', 'administrative', '[2020-01-01,)');
SELECT post(1, 'A', 'leader_chief', '[2020-01-01,)'), post(3, 'B', 'leader_chief', '[2020-01-01,)');
UPDATE bianzhi.quota SET amount = 1 WHERE unit_id = 1 AND category = 'administrative';
SELECT leads();
INSERT INTO bianzhi.digest_plan (unit_id, category, day, max_excess) VALUES (2, 'leader_chief', '2027-06-01', 0);
SELECT * FROM bianzhi.merge_units(1, 2, '2027-01-01', '改5号', '{"leader_chief": 1}');
SELECT leads();
SELECT unit_id, category, day, max_excess FROM bianzhi.digest_plan ORDER BY 1, 2, 3;
SELECT sound();
UPDATE bianzhi.category SET enforcement = 'reject' WHERE code = 'leader_chief';

-- 分设: C is divided between D and E, and ends: some people by name, all others to the one, seats likewise
CALL clear();
SELECT line('C', 'administrative', 5), line('D', 'administrative', 0), line('E', 'administrative', 1);
SELECT count(seat(n, 'C', 'administrative', '[2020-01-01,)')) FROM generate_series(1, 5) AS n;
SELECT * FROM sums();
SELECT * FROM bianzhi.reorganize('2027-01-01', '改6号', '{"quotas": [{"from": 3, "to": 4, "category": "administrative", "amount": 3}, {"from": 3, "to": 5}],
	"people": [{"from": 3, "to": 4, "persons": "all"}, {"from": 3, "to": 5, "persons": [4, 5]}], "units_end": ["C"]}');
SELECT * FROM sums();
SELECT has('C'), has('D'), has('E'), sound();
SELECT leads();
SELECT person_id, unit_id FROM bianzhi.occupancy WHERE upper_inf(during) ORDER BY 1;

-- what may not be: nothing of it is done

CALL clear();
SELECT line('A', 'administrative', 5), line('B', 'administrative', 2), line('A', 'leader', 2), line('B', 'leader', 1);
SELECT count(seat(n, 'A', 'administrative', '[2020-01-01,)')) FROM generate_series(1, 3) AS n;
SELECT count(seat(n, 'B', 'administrative', '[2020-01-01,)')) FROM generate_series(11, 12) AS n;
SELECT post(1, 'A', 'leader_chief', '[2020-01-01,)'), post(11, 'B', 'leader_chief', '[2020-01-01,)');
SELECT everything() AS before \gset
-- A has room, B has none: an excess would come up that was nowhere
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改7号')$$);
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 1}', '{1}', '2027-01-01', '改7号')$$);		-- of seats there is one, of posts none
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 4}', '{}', '2027-01-01', '改7号')$$);		-- who stays has none any more
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 6}', '{}', '2027-01-01', '改7号')$$);
-- people, and seats, are left in what ends
SELECT try($$SELECT * FROM bianzhi.reorganize('2027-01-01', '改7号', '{"quotas": [{"from": 1, "to": 2}], "people": [{"from": 1, "to": 2, "persons": [1, 2]}], "units_end": [1]}')$$);
SELECT try($$SELECT * FROM bianzhi.reorganize('2027-01-01', '改7号', '{"quotas": [{"from": 1, "to": 2}], "units_end": [1]}')$$);
SELECT try($$SELECT * FROM bianzhi.reorganize('2027-01-01', '改7号', '{"quotas": [{"from": 1, "to": 2, "category": "administrative"}], "people": [{"from": 1, "to": 2, "persons": "all", "posts": "end"}], "units_end": [1]}')$$);
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id) VALUES (9, 'A9', '甲九', 1);
SELECT try($$SELECT * FROM bianzhi.reorganize('2027-01-01', '改7号', '{"quotas": [{"from": 1, "to": 2}], "people": [{"from": 1, "to": 2, "persons": "all"}], "units_end": [1]}')$$);
DELETE FROM bianzhi.unit WHERE unit_id = 9;
-- a unit that is not there yet, or not any more
SELECT try($$SELECT bianzhi.merge_units(1, 7, '2026-12-01', '改7号')$$), try($$SELECT bianzhi.merge_units(7, 1, '2027-01-01', '改7号')$$);
-- an account that is closed to entries takes nobody, but from another that is
SELECT line('B', 'administrative', 5, '[2020-01-01,)', true);
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 1}', '{2}', '2027-01-01', '改7号')$$);
DELETE FROM bianzhi.quota WHERE entries_closed;
SELECT everything() = :'before' AS nothing_moved;
SELECT line('B', 'administrative', 0, '[2020-01-01,)', true), line('A', 'administrative', 0, '[2020-01-01,)', true);
SELECT * FROM bianzhi.split_unit(1, 2, '{"administrative": 1}', '{2}', '2027-01-01', '改7号');
SELECT sound();

-- ceilings hold: within one they change nothing, from one to the other they are the other's

CALL clear();
INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (90, 'X', '甲市'), (91, 'Y', '乙市');
UPDATE bianzhi.unit SET parent_id = CASE WHEN unit_id IN (1, 2) THEN 90 ELSE 91 END WHERE unit_id IN (1, 2, 3);
DELETE FROM bianzhi.unit_version;
INSERT INTO bianzhi.ceiling (unit_id, category, amount, during, document_no) VALUES (90, 'administrative', 4, '(,)', '总1号'), (91, 'administrative', 2, '(,)', '总2号');
SELECT line('A', 'administrative', 2), line('B', 'administrative', 2), line('C', 'administrative', 1);
SELECT seat(1, 'A', 'administrative', '[2020-01-01,)'), seat(2, 'A', 'administrative', '[2020-01-01,)');
SELECT everything() AS before \gset
SELECT try($$SELECT bianzhi.split_unit(1, 3, '{"administrative": 2}', '{1,2}', '2027-01-01', '改8号')$$);
SELECT everything() = :'before' AS nothing_moved;
SELECT * FROM bianzhi.split_unit(1, 3, '{"administrative": 1}', '{1}', '2027-01-01', '改8号');
SELECT * FROM bianzhi.merge_units(2, 1, '2027-01-01', '改9号');
SELECT unit_id, since, ceiling, given_out FROM bianzhi.ceiling_use WHERE since > '2026-01-01' OR since = '2020-01-01' ORDER BY 1, 2;
-- D comes below Y, whose ceiling is full, while C gives as much away: judged at the end
SELECT line('D', 'administrative', 1);
SELECT try($$SELECT * FROM bianzhi.reorganize('2028-01-01', '改10号', '{"parents": {"D": 91}}')$$);
SELECT * FROM bianzhi.reorganize('2028-01-01', '改10号', '{"parents": {"D": 91}, "quotas": [{"from": 3, "to": 5, "category": "administrative", "amount": 1}]}');
SELECT try($$SELECT * FROM bianzhi.reorganize('2028-02-01', '改10号', '{"quotas": [{"from": 5, "to": 3, "category": "administrative", "amount": 1}]}')$$);
SELECT sound(), leads();
-- above a ceiling that was lowered one body may come for another's quota
UPDATE bianzhi.ceiling SET amount = 1 WHERE unit_id = 91;
SELECT line('F', 'administrative', 1);
SELECT leads();
SELECT try($$SELECT * FROM bianzhi.reorganize('2028-03-01', '改10号', '{"parents": {"F": 91}}')$$);
SELECT count(*) FROM bianzhi.reorganize('2028-03-01', '改10号', '{"parents": {"F": 91}, "quotas": [{"from": 4, "to": 5, "category": "administrative", "amount": 1}]}');
SELECT what, amount FROM bianzhi.undo_reorganization('改10号');
SELECT sound(), leads();
DELETE FROM bianzhi.ceiling;

-- 出一减一: who moves with a reform leaves no seat that is taken back; a leaving that was known is one there, too

CALL clear();
SET bianzhi.effective_on = '-infinity';
UPDATE bianzhi.unit SET parent_id = NULL WHERE unit_id IN (1, 2, 3, 4);
RESET bianzhi.effective_on;
DELETE FROM bianzhi.unit_version;
SELECT line('E', 'administrative', 0), line('F', 'administrative', 4);
UPDATE bianzhi.quota SET on_exit = 'recover' WHERE unit_id = 6;
SELECT seat(1, 'F', 'administrative', '[2020-01-01,)'), seat(2, 'F', 'administrative', '[2020-01-01,2028-01-01)'), seat(3, 'F', 'administrative', '[2020-01-01,)'), seat(4, 'F', 'administrative', '[2020-01-01,)');
UPDATE bianzhi.occupancy SET during = '[2020-01-01,2026-12-01)' WHERE person_id = 4;
SELECT sums();
SELECT * FROM bianzhi.split_unit(6, 5, '{"administrative": 2}', '{1,2}', '2027-01-01', '改11号');
SELECT sums();
SELECT q.unit_id, q.amount, q.kind, q.during, o.person_id, o.unit_id AS seat_in FROM bianzhi.quota AS q LEFT JOIN bianzhi.occupancy AS o ON o.occupancy_id = q.cause WHERE q.document_no <> '改11号' ORDER BY q.quota_id;
SELECT has('E'), has('F'), sound(), leads();
-- the leaving is undone where the person is now
UPDATE bianzhi.occupancy SET during = daterange(lower(during), NULL) WHERE person_id = 2 AND unit_id = 5;
SELECT has('E');
-- who moves by any other way leaves one behind
SELECT try($$UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2027-06-01'), exit_kind = 'transfer_out' WHERE person_id = 3$$);
SELECT has('F');
-- everything goes: seats that were taken back, and will be, count once
SELECT * FROM bianzhi.merge_units(6, 5, '2027-03-01', '改12号');
SELECT has('E'), has('F'), sound(), leads();
-- and comes back, with what is taken back of it
SELECT what, amount FROM bianzhi.undo_reorganization('改12号');
SELECT has('E'), has('F'), sound(), leads();

-- transactions: what is rolled back was not; a reform opens no door for anything else

CALL clear();
SELECT line('A', 'administrative', 3), line('B', 'administrative', 1), line('C', 'administrative', 1);
SELECT count(seat(n, 'A', 'administrative', '[2020-01-01,)')) FROM generate_series(1, 3) AS n;
SELECT seat(11, 'B', 'administrative', '[2020-01-01,)');
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 1;
SELECT everything() AS before \gset
BEGIN;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
SELECT seat(20, 'B', 'administrative', '[2027-02-01,)'), try($$UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 2$$);
ROLLBACK;
SELECT everything() = :'before' AS nothing_moved;
BEGIN;
SAVEPOINT s;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
ROLLBACK TO s;
SELECT try($$UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 1$$);
COMMIT;
SELECT everything() = :'before' AS nothing_moved;
-- judged at commit, by what the whole transaction did to A and B
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
SAVEPOINT s;
SELECT seat(20, 'B', 'administrative', '[2027-02-01,)');
ROLLBACK TO s;
SET CONSTRAINTS bianzhi.establishment_limit IMMEDIATE;
SELECT seat(20, 'B', 'administrative', '[2027-02-01,)');
SELECT sound();
ROLLBACK;
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
SELECT seat(20, 'B', 'administrative', '[2027-02-01,)');
COMMIT;
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SAVEPOINT s;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
ROLLBACK TO s;
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 1;
COMMIT;
-- somebody is seated over in A first, and moved: that is no excess that A had
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SELECT seat(20, 'A', 'administrative', '[2026-12-01,)');
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{20}', '2027-01-01', '改13号');
COMMIT;
-- units that it does not name are judged by themselves
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
UPDATE bianzhi.occupancy SET unit_id = 3 WHERE person_id IN (2, 3);
COMMIT;
SELECT everything() = :'before' AS nothing_moved;
-- a swap of over-full units, and a reform, in one transaction
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2027-01-01', '改13号');
UPDATE bianzhi.occupancy SET unit_id = 2 WHERE person_id = 2;
UPDATE bianzhi.occupancy SET unit_id = 1 WHERE person_id = 11;
COMMIT;
SELECT leads(), sound();
CALL clear();
-- what it writes with, called by hand, opens nothing
SELECT line('A', 'administrative', 3), line('B', 'administrative', 1);
SELECT count(seat(n, 'A', 'administrative', '[2020-01-01,)')) FROM generate_series(1, 3) AS n;
SELECT seat(11, 'B', 'administrative', '[2020-01-01,)');
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 1;
SELECT try($$SELECT bianzhi.carry_out_reform('2027-01-01', '改14号', r.reading) FROM bianzhi.read_reform('2027-01-01', '改14号', '{"people": [{"from": 1, "to": 2, "persons": [1]}]}') AS r$$);
-- when people leave, the excess is gone, and its lead with it
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{}', '{1}', '2026-11-01', '改14号', '2028-01-01');
SELECT kind, unit_id, subject, state, problem_kind FROM bianzhi.lead_board WHERE kind = 'over_by_reform';
SELECT unit_id, category FROM bianzhi.untold_excess('2026-11-24', '{establishment}');
DELETE FROM bianzhi.occupancy WHERE person_id = 11;
SELECT kind, opened, seen_again, gone FROM bianzhi.inspect('2026-11-24') WHERE kind LIKE 'over%';

-- tables of applications: they move their own people; in one transaction, in whatever order

CALL clear();
UPDATE bianzhi.unit SET parent_id = NULL WHERE unit_id = 8;
CREATE TABLE hr (id int PRIMARY KEY, dept text, kind text, hired date, left_on date);
SELECT bianzhi.attach('hr', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on') IS NOT NULL;
SELECT line('A', 'administrative', 3), line('B', 'administrative', 0), seat(1, 'A', 'administrative', '[2020-01-01,)');
INSERT INTO hr VALUES (1, 'A', 'administrative', '2020-01-01', NULL), (2, 'A', 'administrative', '2020-01-01', '2027-01-01'), (3, 'A', 'administrative', '2027-03-01', NULL);
SELECT everything() AS before \gset
SELECT try($$SELECT bianzhi.merge_units(1, 2, '2027-01-01', '改15号')$$);
SELECT try($$SELECT * FROM bianzhi.reorganize('2027-01-01', '改15号', '{"quotas": [{"from": 1, "to": 2}], "people": [{"from": 1, "to": 2, "persons": "all"}], "units_end": [1], "attached": "moved"}')$$);
SELECT everything() = :'before' AS nothing_moved;
BEGIN;
SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
UPDATE hr SET left_on = '2027-01-01' WHERE id = 1;
INSERT INTO hr VALUES (4, 'B', 'administrative', '2027-01-01', NULL);
UPDATE hr SET dept = 'B' WHERE id = 3;
SELECT * FROM bianzhi.reorganize('2027-01-01', '改15号', '{"quotas": [{"from": 1, "to": 2}], "people": [{"from": 1, "to": 2, "persons": "all"}], "units_end": [1], "attached": "moved"}');
COMMIT;
SELECT has('A'), has('B'), sound(), leads();
DROP TABLE hr;
SELECT bianzhi.detach(relid) FROM bianzhi.source WHERE NOT builtin;

-- what a plan may not say

CALL clear();
SELECT plan, try(format('SELECT * FROM bianzhi.reorganize(%L, %L, %L)', '2027-01-01', '改16号', plan)) FROM unnest(ARRAY['[]', '{"quota": []}', '{"quotas": {}}', '{"quotas": [1]}',
	'{"quotas": [{"from": 1}]}', '{"quotas": [{"from": 1, "to": 999}]}', '{"quotas": [{"from": 1, "to": "nowhere"}]}', '{"quotas": [{"from": 1, "to": "A"}]}', '{"quotas": [{"from": 1, "to": 2.5}]}',
	'{"quotas": [{"from": 1, "to": 2, "amount": 1}]}', '{"quotas": [{"from": 1, "to": 2, "category": "x"}]}', '{"quotas": [{"from": 1, "to": 2, "category": "pool", "amount": 0}]}',
	'{"quotas": [{"from": 1, "to": 2, "category": "pool", "amount": -1}]}', '{"quotas": [{"from": 1, "to": 2, "category": "pool", "amount": "1"}]}', '{"quotas": [{"from": 1, "to": 2, "category": "pool", "amount": 3000000000}]}',
	'{"quotas": [{"from": 1, "to": 2, "seats": 1}]}', '{"people": [{"from": 1, "to": 2}]}', '{"people": [{"from": 1, "to": 2, "persons": []}]}', '{"people": [{"from": 1, "to": 2, "persons": "some"}]}',
	'{"people": [{"from": 1, "to": 2, "persons": [1, 1]}]}', '{"people": [{"from": 1, "to": 2, "persons": [1]}, {"from": 1, "to": 3, "persons": [1]}]}', '{"people": [{"from": 1, "to": 2, "persons": "all"}, {"from": 1, "to": 3, "persons": "all"}]}',
	'{"people": [{"from": 1, "to": 2, "persons": ["x"]}]}', '{"people": [{"from": 1, "to": 2, "persons": "all", "posts": "none"}]}', '{"people": [{"from": 1, "to": 2, "persons": "all", "sections": [11]}]}',
	'{"people": [{"from": 1, "to": 2, "persons": "all", "sections": {"11": 99}}]}', '{"people": [{"from": 1, "to": 2, "persons": "all", "categories": {"pool": "x"}}]}', '{"cuts": [{"unit": 1, "category": "pool"}]}',
	'{"units_end": 1}', '{"units_end": [99]}', '{"parents": {"99": 1}}', '{"parents": {"2": 2}}', '{"renames": {"1": 2}}', '{"renames": {"1": " "}}', '{"digest_by": "tomorrow"}', '{"digest_by": "2028-13-01"}', '{"digest_by": null}', '{"digest_by": "2027-01-01"}', '{"attached": true}']) AS plan;
SELECT try($$SELECT bianzhi.reorganize(NULL, 'x', '{}')$$), try($$SELECT bianzhi.reorganize('infinity', 'x', '{}')$$), try($$SELECT bianzhi.reorganize('2027-01-01', ' ', '{}')$$);
SELECT count(*) FROM bianzhi.reorganize('2027-01-01', '改16号', '{}');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT bianzhi.reorganize('2027-01-01', 'x', '{}');
ROLLBACK;
CREATE TABLE t (n int);
CREATE FUNCTION by_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM bianzhi.reorganize('2027-01-01', 'x', '{}'); RETURN NULL; END $$;
CREATE TRIGGER by_trigger AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION by_trigger();
SELECT try('INSERT INTO t VALUES (1)');
DROP TABLE t;

-- sections that go on, and the posts in them
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (22, 'B2', '乙二处', 2, true);
SELECT line(k, 'administrative', 1) FROM unnest('{A,A1,B}'::text[]) AS k;
SELECT line('B2', 'section_leader', 1), line('A', 'section_leader', 2), line('B', 'section_leader', 0), seat(1, 'A', 'administrative', '[2020-01-01,)', 'A1'), post(1, 'A', 'section_chief', '[2020-01-01,)', 'A1');
SELECT post(2, 'B', 'section_chief', '[2020-01-01,)', 'B2');
UPDATE bianzhi.quota SET amount = 1 WHERE unit_id = 2 AND category = 'section_leader';
SELECT post(2, 'B', 'section_chief', '[2020-01-01,)', 'B2');
SELECT leads();
-- the section there has no post for a second leader
SELECT try($$SELECT * FROM bianzhi.reorganize('2027-01-01', '改17号', '{"quotas": [{"from": 1, "to": 2}], "people": [{"from": 1, "to": 2, "persons": [1], "sections": {"A1": "B2"}}]}')$$);
SELECT * FROM bianzhi.reorganize('2027-01-01', '改17号', '{"quotas": [{"from": 1, "to": 2}], "people": [{"from": 1, "to": 2, "persons": [1], "sections": {"11": null}}]}');
SELECT * FROM bianzhi.reorganize('2028-01-01', '改18号', '{"quotas": [{"from": 2, "to": 1, "category": "administrative"}], "people": [{"from": 2, "to": 1, "persons": [1], "sections": {"B2": 11}, "posts": "end"}], "parents": {"B1": 1}}');
SELECT sound(), leads();
SELECT unit_key, category, since, authorized, filled FROM bianzhi.strength JOIN bianzhi.unit USING (unit_id) WHERE unit_key IN ('A', 'A1', 'B', 'B2') AND category <> 'section_count' ORDER BY 1, 2, 3;

-- who may: EXECUTE on it alone, and what its writes need

CALL clear();
SELECT line('A', 'administrative', 1), line('B', 'administrative', 0), seat(1, 'A', 'administrative', '[2020-01-01,)');
CREATE ROLE reform_office;
SELECT bool_or(has_function_privilege('reform_office', f, 'EXECUTE')) FROM unnest('{bianzhi.reorganize(date\,text\,jsonb),bianzhi.merge_units(bigint\,bigint\,date\,text\,jsonb\,date),bianzhi.carry_out_reform(date\,text\,jsonb),bianzhi.read_reform(date\,text\,jsonb)}'::regprocedure[]) AS f;
GRANT USAGE ON SCHEMA bianzhi TO reform_office;
GRANT EXECUTE ON FUNCTION bianzhi.reorganize(date, text, jsonb), bianzhi.split_unit TO reform_office;
SET ROLE reform_office;
SELECT try($$SELECT bianzhi.split_unit(1, 2, '{"administrative": 1}', '{1}', '2027-01-01', '改19号')$$);
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA bianzhi TO reform_office;
GRANT INSERT, UPDATE ON bianzhi.quota, bianzhi.occupancy, bianzhi.appointment, bianzhi.outside_worker, bianzhi.exemption, bianzhi.secondment, bianzhi.unit, bianzhi.unit_relation, bianzhi.signboard, bianzhi.digest_plan, bianzhi.reform, bianzhi.reform_row TO reform_office;
SET ROLE reform_office;
SELECT count(*) FROM bianzhi.split_unit(1, 2, '{"administrative": 1}', '{1}', '2027-01-01', '改19号');
RESET ROLE;
DROP OWNED BY reform_office;
DROP ROLE reform_office;
SELECT bianzhi.suspend('改') IS NOT NULL;
SELECT try($$SELECT bianzhi.reorganize('2027-01-01', 'x', '{}')$$);
