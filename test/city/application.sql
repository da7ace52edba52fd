-- The towns' own personnel application: a table such as they have it, filled for all cities there are, and attached. Who sits
-- in a town stands here and not in bianzhi.occupancy. Run after city.sql, with the same variables; live or not.
--
-- dept: unit_key, or the application's own code; kind: what it calls the kinds of establishment; last_day: the last day there,
-- included. Outside staff come as numbers.

\set ON_ERROR_STOP on

\ir draw.sql

CREATE TABLE town_staff (
	staff_no bigint PRIMARY KEY,
	dept text NOT NULL,
	kind text NOT NULL,
	idno text,
	hired date NOT NULL,
	last_day date,
	headcount integer NOT NULL DEFAULT 1
);
CREATE INDEX town_staff_idno_idx ON town_staff (idno);
CREATE INDEX town_staff_dept_idx ON town_staff (dept);

INSERT INTO bianzhi.category_alias (source, alias, category) VALUES
	('town_staff', '行政编制', 'administrative'), ('town_staff', '01', 'administrative'),
	('town_staff', '全额事业编制', 'institution_full'), ('town_staff', '03', 'institution_full'),
	('town_staff', '编外人员', 'outside_staff'), ('town_staff', '99', 'outside_staff');

-- every other town calls itself by a code of the application
INSERT INTO bianzhi.unit_alias (unit_id, source, alias)
SELECT u.unit_id, 'town_staff', '乡镇' || translate(u.unit_key, '-t', '')
FROM bianzhi.unit AS u
WHERE u.level = 'town' AND substr(u.unit_key, 9, 2)::integer % 2 = 0
ORDER BY u.unit_id;

CREATE TEMP TABLE town_stay (p bigint, dept text, kind text, turn integer, since date, last_day date, birth date, resident bigint);

CREATE PROCEDURE pg_temp.load_towns(city integer, seed bigint, day date) LANGUAGE plpgsql AS $$
DECLARE
	salt bigint := (seed * 1009 + city) * 100 + 50;
	region integer := 990100 + (city - 1) * 32 + 30;
	people bigint := (SELECT COALESCE(max(person_id), 0) FROM bianzhi.person);
	numbers bigint := (SELECT COALESCE(max(staff_no), 0) FROM town_staff);
BEGIN
	TRUNCATE town_stay;

	-- seat by seat, as in city.sql: who comes after somebody comes on the day after the last day, or later
	INSERT INTO town_stay
	WITH quota AS (
		SELECT u.unit_id, COALESCE(a.alias, u.unit_key) AS dept, q.category, sum(q.amount)::integer AS seats
		FROM bianzhi.quota AS q JOIN bianzhi.unit AS u ON u.unit_id = q.unit_id
			LEFT JOIN bianzhi.unit_alias AS a ON a.unit_id = u.unit_id AND a.source = 'town_staff'
		WHERE u.level = 'town' AND u.unit_key LIKE to_char(city, 'FM000') || '-%' AND q.during @> day AND q.category <> 'outside_staff'
		GROUP BY u.unit_id, a.alias, q.category
	), seat AS MATERIALIZED (
		SELECT q.dept, q.category, row_number() OVER (ORDER BY q.unit_id, q.category COLLATE "C", i) AS g
		FROM quota AS q CROSS JOIN LATERAL generate_series(1, q.seats) AS i
	), drawn AS MATERIALIZED (
		SELECT s.*, pg_temp.draw(salt, s.g, 100) AS fate, pg_temp.draw(salt + 1, s.g, 10000) AS d1, s.g * 7919 % 29989 AS mixed,
			CASE s.category WHEN 'administrative' THEN (ARRAY['行政编制', '01'])[1 + pg_temp.draw(salt + 2, s.g, 2)]
				ELSE (ARRAY['全额事业编制', '03'])[1 + pg_temp.draw(salt + 2, s.g, 2)] END AS kind,
			CASE WHEN pg_temp.draw(salt + 3, s.g, 100) < 20 THEN day - 31 - pg_temp.draw(salt + 4, s.g, 3000) END AS left_on
		FROM seat AS s
	), stay AS (
		SELECT d.g, 0 AS turn, d.dept, d.kind, d.left_on - 700 - d.d1 % 4000 AS since, d.left_on AS last_day,
			pg_temp.birth_near(d.left_on - 17000 - d.d1 % 3000, (d.mixed / 999)::integer) AS birth, d.mixed
		FROM drawn AS d WHERE d.left_on IS NOT NULL
		UNION ALL
		SELECT d.g, 1, d.dept, d.kind, COALESCE(d.left_on + 1 + CASE WHEN d.d1 % 2 = 0 THEN 0 ELSE d.d1 % 30 END, day - 1 - d.d1 % 8000),
			CASE WHEN d.fate BETWEEN 8 AND 9 THEN (date_trunc('month', day) + make_interval(months => 1 + d.d1 % 17))::date - 1 END,
			pg_temp.birth_near(day - 11500 - d.d1 % 7000, (d.mixed / 999)::integer), d.mixed
		FROM drawn AS d WHERE d.fate >= 8
		UNION ALL
		SELECT d.g, 2, d.dept, d.kind, day + 7 + d.d1 % 200, NULL, pg_temp.birth_near(day - 8600 - d.d1 % 1500, (d.mixed / 999)::integer), d.mixed
		FROM drawn AS d WHERE d.fate = 0
	)
	SELECT row_number() OVER (ORDER BY s.g, s.turn), s.dept, s.kind, s.turn, s.since, s.last_day, s.birth,
		((region + CASE s.turn WHEN 0 THEN 0 ELSE 1 END) * 100000000::bigint + to_char(s.birth, 'YYYYMMDD')::integer) * 1000 + 1 + s.mixed % 999
	FROM stay AS s;
	ANALYZE town_stay;

	INSERT INTO bianzhi.person (person_id, resident_id, name, sex, birth_date, retire_track, education, managed_by)
	SELECT people + s.p, pg_temp.resident_id(s.resident),
		substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗', 1 + pg_temp.draw(salt + 5, s.p, 20), 1)
			|| substr('建国文明志华春秋晓海云峰丽红英芳静敏玉兰', 1 + pg_temp.draw(salt + 6, s.p, 20), 1)
			|| substr('平军波勇杰涛强辉斌鹏飞宇晨佳慧婷颖雪梅琴', 1 + pg_temp.draw(salt + 7, s.p, 20), 1),
		CASE WHEN s.resident % 2 = 1 THEN 1 ELSE 2 END, s.birth, CASE WHEN s.resident % 2 = 1 THEN 'M60' ELSE 'F55' END,
		(ARRAY['大学本科', '大学本科', '大学专科'])[1 + pg_temp.draw(salt + 8, s.p, 3)], '单位管理'
	FROM town_stay AS s
	ORDER BY s.p;

	INSERT INTO town_staff (staff_no, dept, kind, idno, hired, last_day)
	SELECT numbers + s.p, s.dept, s.kind, p.resident_id::text, s.since, s.last_day
	FROM town_stay AS s JOIN bianzhi.person AS p ON p.person_id = people + s.p
	ORDER BY s.p;

	INSERT INTO town_staff (staff_no, dept, kind, hired, headcount)
	SELECT numbers + (SELECT count(*) FROM town_stay) + row_number() OVER (ORDER BY u.unit_id), COALESCE(a.alias, u.unit_key),
		(ARRAY['编外人员', '99'])[1 + pg_temp.draw(salt + 9, u.unit_id, 2)], day - 100 - pg_temp.draw(salt + 10, u.unit_id, 2000),
		q.amount * (60 + pg_temp.draw(salt + 11, u.unit_id, 41)) / 100
	FROM bianzhi.quota AS q JOIN bianzhi.unit AS u ON u.unit_id = q.unit_id
		LEFT JOIN bianzhi.unit_alias AS a ON a.unit_id = u.unit_id AND a.source = 'town_staff'
	WHERE q.category = 'outside_staff' AND u.unit_key LIKE to_char(city, 'FM000') || '-%'
	ORDER BY u.unit_id;
END
$$;

SELECT format('CALL pg_temp.load_towns(%s, %s, %L)', left(u.unit_key, 3)::integer, :'seed', :'day')
FROM bianzhi.unit AS u WHERE u.unit_key LIKE '___-00' ORDER BY u.unit_key \gexec

SELECT setval(pg_get_serial_sequence('bianzhi.person', 'person_id'), max(person_id)) FROM bianzhi.person \g /dev/null

DROP TABLE town_stay;
RESET enable_nestloop;
RESET jit;
RESET client_min_messages;
ANALYZE town_staff;

SELECT bianzhi.attach('town_staff', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'last_day',
	seats => 'headcount', person => 'idno', ends_inclusive => true) \g /dev/null
