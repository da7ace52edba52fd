-- Made-up cities: bodies, quotas by document, people and who sat where and when. The same on every machine: everything is
-- drawn by a hash of the seed, the city and a number, never by random() or the order in which a plan meets rows.
--
--   psql -v scale=13 -f test/city/city.sql
--
-- Wants a database with the extension that is not live. One transaction a city. The variables stand in README.md.

\set ON_ERROR_STOP on
\if :{?scale}
\else
	\set scale 1
\endif
\if :{?bodies}
\else
	\set bodies 87
\endif

SET work_mem = '64MB';

\ir draw.sql
\ir structure.sql

-- the day of a document of a city: 1 to 20 set up, 21 to 60 added, 61 to 80 cut, 81 to 120 added, 121 to 125 will add
CREATE FUNCTION pg_temp.document_day(day date, number integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
	SELECT day + CASE
		WHEN number <= 20 THEN -9500 + number * 90
		WHEN number <= 60 THEN -7000 + (number - 20) * 100
		WHEN number <= 80 THEN -2900 + (number - 60) * 50
		WHEN number <= 120 THEN -1850 + (number - 80) * 45
		ELSE (number - 120) * 70
	END
$$;

-- a kind of establishment of a unit: the seats that are there now, and how they came about
CREATE TEMP TABLE city_account (a integer, n integer, place integer, category text, class text, is_main boolean, leaders integer,
	sections integer, section_deputies integer, first_section integer, retired integer, seats integer, added integer, cut integer,
	added_later integer, over integer, uncounted integer, vacant integer, posts_over integer, document integer[], since date[]);

-- its seats one by one. state: there now, cut, over the quota, not counted; since: from when there is such a seat, NULL: always
CREATE TEMP TABLE city_slot (g integer, a integer, n integer, place integer, section integer, category text, post text, state text,
	since date, ended_by date, vacant integer, is_over boolean);

-- who sat there. turn: 0 who left, 1 who is there, 2 who will come; by: until when this seat must be empty again
CREATE TEMP TABLE city_stay (p bigint, g integer, turn integer, n integer, place integer, section integer, category text, post text,
	counted boolean, since date, until date, by date, birth date, entry_kind text, exit_kind text, resident bigint, person bigint);

-- bodies and what is below them, and names for them
CREATE PROCEDURE pg_temp.load_units(city integer, city_name text, salt bigint, region integer, bodies integer, units bigint,
	documents text[]) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, organ_kind, nature, rank, level, region_code, funding, field,
		is_section, display_order, document_no)
	SELECT units + u.n, to_char(city, 'FM000') || '-' || u.key,
		replace(replace(replace(u.name, '%', substr('一二三四五六七八九十', 1 + (u.ordinal + 9) % 10, 1)), '@', t.name), '#', c.name),
		units + u.parent, u.organ_kind,
		CASE
			WHEN u.what IN ('root', 'town', 'section') THEN NULL
			WHEN u.class = 'organ' THEN '行政机关'
			WHEN u.class IN ('police', 'court', 'procuratorate') THEN '政法机关'
			WHEN u.class = 'branch' THEN '派出机构'
			WHEN u.class = 'civil' THEN '参公'
			WHEN u.class = 'full' THEN '公益一类'
			ELSE '公益二类'
		END,
		CASE u.what
			WHEN 'body' THEN CASE WHEN u.place = 0 THEN '正处级' ELSE '正科级' END
			WHEN 'section' THEN CASE WHEN u.place = 0 THEN '正科级' ELSE '股级' END
			WHEN 'institution' THEN CASE WHEN u.place = 0 THEN '正科级' ELSE '副科级' END
			WHEN 'town' THEN '正科级'
			WHEN 'office' THEN '股级'
		END,
		CASE WHEN u.what IN ('town', 'office') THEN 'town' WHEN u.place = 0 THEN 'city' ELSE 'county' END,
		region + u.place, CASE u.class WHEN 'full' THEN '全额' WHEN 'partial' THEN '差额' WHEN 'self' THEN '自收自支' END,
		u.field, u.what = 'section', u.ordinal,
		CASE WHEN u.what NOT IN ('root', 'section') THEN documents[1 + pg_temp.draw(salt, u.n, 20)] END
	FROM city_unit AS u
		CROSS JOIN LATERAL (SELECT CASE
			WHEN u.place = 0 THEN city_name || '市'
			ELSE substr('青龙白云石桥双河金湖柳塘大丰南北长东西', 1 + (city * 9 + u.place) % 19, 1)
				|| substr('溪坪川泉埠湾塔屏墩沙洲垛亭淮渎陂堰', 1 + (city * 9 + u.place) * 5 % 17, 1)
				|| CASE WHEN u.place <= 3 THEN '区' ELSE '县' END
		END AS name) AS c
		CROSS JOIN LATERAL (SELECT CASE WHEN u.what IN ('town', 'office') THEN
			substr('新兴永丰太平三合胜利仁和同乐桃园杨柳枫', 1 + (city * 7 + u.place * 13 + u.ordinal) % 19, 1)
				|| substr('桥集庄口店圩墟坝渡沟', 1 + (city + u.place * 3 + u.ordinal * 7) % 10, 1)
				|| CASE WHEN u.ordinal % 4 = 0 THEN '乡' ELSE '镇' END
			ELSE ''
		END AS name) AS t
	WHERE u.body <= bodies
	ORDER BY u.n;
END
$$;

-- how large: drawn, then scaled so that a whole city has some 180,000 seats; few are large, most are small
CREATE PROCEDURE pg_temp.draw_accounts(salt bigint, day date, bodies integer) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO city_account
	WITH drawn AS MATERIALIZED (
		SELECT u.*,
			u.seats * (60 + pg_temp.draw(salt + 1, u.n, 40) + pg_temp.draw(salt + 2, u.n, 40) * pg_temp.draw(salt + 3, u.n, 40) / 20) AS weight,
			CASE WHEN u.what = 'body' THEN 1 + u.deputies ELSE 1 + least(5, u.seats / 50) END AS leaders
		FROM city_unit AS u
		WHERE u.what IN ('body', 'institution')
	), sized AS MATERIALIZED (
		SELECT d.*, greatest(d.leaders + d.sections, round(d.weight * 181500.0 / sum(d.weight) OVER ()))::integer AS main
		FROM drawn AS d
	), kind AS MATERIALIZED (
		SELECT s.*, k.category, k.size, k.is_main, row_number() OVER (ORDER BY s.n, k.category COLLATE "C") AS a
		FROM sized AS s CROSS JOIN LATERAL (
			SELECT CASE s.class WHEN 'organ' THEN 'administrative' WHEN 'branch' THEN 'administrative' WHEN 'civil' THEN 'institution_civil'
				WHEN 'full' THEN 'institution_full' WHEN 'partial' THEN 'institution_partial' WHEN 'self' THEN 'institution_self'
				ELSE 'political_legal' END, s.main, true
			UNION ALL
			SELECT 'support_worker', 1 + s.main / 18, false
			WHERE s.what = 'body' AND s.class IN ('organ', 'police', 'court', 'procuratorate') AND s.main >= 24
			UNION ALL
			SELECT 'controlled_headcount', s.main / 12, false WHERE s.class = 'partial' AND s.main >= 300
		) AS k (category, size, is_main)
		WHERE s.body <= bodies
	), changed AS (
		SELECT k.*, k.size * pg_temp.draw(salt + 4, k.a, 25) / 100 AS added,
			k.size * (greatest(pg_temp.draw(salt + 5, k.a, 18), 8) - 8) / 100 AS cut,
			k.size * pg_temp.draw(salt + 6, k.a, 10) / 100 AS added_later, pg_temp.draw(salt + 7, k.a, 1000) < 42 AS is_over,
			ARRAY[1 + pg_temp.draw(salt + 8, k.a, 20), 21 + pg_temp.draw(salt + 9, k.a, 40), 61 + pg_temp.draw(salt + 10, k.a, 20),
				81 + pg_temp.draw(salt + 11, k.a, 20), 121 + pg_temp.draw(salt + 12, k.a, 5)] AS document
		FROM kind AS k
	)
	SELECT c.a, c.n, c.place, c.category, c.class, c.is_main, CASE WHEN c.is_main THEN c.leaders ELSE 0 END,
		CASE WHEN c.is_main THEN c.sections ELSE 0 END, CASE WHEN c.is_main THEN c.sections / 2 ELSE 0 END, c.first_section,
		CASE WHEN c.category = 'administrative' AND c.place = 0 AND c.size >= 90 THEN 3 ELSE 0 END,
		c.size, c.added, c.cut, c.added_later, CASE WHEN c.is_over THEN 1 + c.size * (1 + pg_temp.draw(salt + 13, c.a, 4)) / 100 ELSE 0 END,
		CASE WHEN c.class = 'organ' AND c.is_main AND pg_temp.draw(salt + 14, c.a, 100) < 8 THEN 1 + pg_temp.draw(salt + 15, c.a, 2) ELSE 0 END,
		CASE WHEN c.is_over THEN 0 ELSE pg_temp.draw(salt + 16, c.a, 50) + pg_temp.draw(salt + 17, c.a, 50) END,
		CASE WHEN c.is_main AND c.leaders > 2 AND pg_temp.draw(salt + 18, c.a, 1000) < 50 THEN 1 ELSE 0 END,
		c.document, (SELECT array_agg(pg_temp.document_day(day, d.number) ORDER BY d.place)
			FROM unnest(c.document) WITH ORDINALITY AS d (number, place))
	FROM changed AS c;
	ANALYZE city_account;
END
$$;

-- leaders first, then the heads of sections, then everybody else, section by section in turn
CREATE PROCEDURE pg_temp.draw_slots(salt bigint) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO city_slot
	WITH seat AS MATERIALIZED (
		SELECT a.*, i, (row_number() OVER (ORDER BY a.a, i))::integer AS g,
			CASE WHEN i <= a.seats THEN 'there' WHEN i <= a.seats + a.cut THEN 'cut' WHEN i <= a.seats + a.cut + a.over THEN 'over'
				ELSE 'uncounted' END AS state
		FROM city_account AS a CROSS JOIN LATERAL generate_series(1, a.seats + a.cut + a.over + a.uncounted) AS i
	)
	SELECT s.g, s.a, s.n, s.place,
		CASE WHEN s.state = 'there' AND s.sections > 0 AND s.i > s.leaders THEN s.first_section + (s.i - s.leaders - 1) % s.sections END,
		CASE WHEN s.state = 'there' AND s.i > s.seats - s.retired THEN 'retired_service' ELSE s.category END,
		CASE
			WHEN s.state <> 'there' OR NOT s.is_main THEN NULL
			WHEN s.i = 1 THEN 'leader_chief'
			WHEN s.i <= s.leaders THEN 'leader_deputy'
			WHEN s.i <= s.leaders + s.sections THEN 'section_chief'
			WHEN s.i <= s.leaders + s.sections + s.section_deputies THEN 'section_deputy'
			WHEN s.class = 'court' AND r.rank < 45 THEN 'judge_quota'
			WHEN s.class = 'procuratorate' AND r.rank < 40 THEN 'procurator_quota'
			WHEN s.class <> 'organ' OR r.rank >= 85 THEN NULL
			WHEN r.rank < 5 THEN CASE WHEN s.place = 0 THEN 'grade_researcher_2' ELSE 'grade_officer_2' END
			WHEN r.rank < 15 THEN CASE WHEN s.place = 0 THEN 'grade_researcher_4' ELSE 'grade_officer_4' END
			WHEN r.rank < 35 THEN 'grade_officer_2'
			WHEN r.rank < 65 THEN 'grade_officer_4'
			ELSE 'grade_clerk_1'
		END,
		s.state,
		CASE
			WHEN s.state <> 'there' OR s.i <= s.seats - s.added_later - s.added THEN NULL
			WHEN s.i <= s.seats - s.added_later THEN s.since[2]
			ELSE s.since[4]
		END,
		CASE s.state WHEN 'cut' THEN s.since[3] END, s.vacant, s.over > 0
	FROM seat AS s CROSS JOIN LATERAL (SELECT pg_temp.draw(salt + 19, s.g, 100) AS rank) AS r;
	ANALYZE city_slot;
END
$$;

/*
 * One after the other in a seat, never two on a day: so nothing is ever over but the seats that are to be over. The
 * resident number comes from the number of the seat: region and number within the day, and 31 days of birth apart.
 */
CREATE PROCEDURE pg_temp.draw_stays(salt bigint, day date, region integer) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO city_stay
	WITH drawn AS MATERIALIZED (
		SELECT s.*, s.state = 'there' AND pg_temp.draw(salt + 20, s.g, 1000) < s.vacant AS is_free, pg_temp.draw(salt + 21, s.g, 100) AS before,
			pg_temp.draw(salt + 22, s.g, 100) AS after, s.g % 29989 * 7919 % 29989 AS mixed, s.g / 29989 * 3 AS district
		FROM city_slot AS s
	), born AS MATERIALIZED (
		SELECT d.*, d.mixed / 999 AS residue,
			CASE WHEN d.mixed % 999 % 2 = 0 THEN 60 WHEN d.category = 'support_worker' THEN 50 ELSE 55 END AS age,
			CASE
				WHEN d.state = 'cut' THEN d.ended_by - pg_temp.draw(salt + 23, d.g, 200)
				WHEN d.is_free AND d.before < 70 THEN day - pg_temp.draw(salt + 23, d.g, 1000)
				WHEN d.state = 'there' AND d.before < 22
					THEN day - CASE WHEN d.is_over THEN 730 ELSE 30 END - pg_temp.draw(salt + 23, d.g, 4000)
			END AS left_on
		FROM drawn AS d
	), former AS MATERIALIZED (
		SELECT b.*, r.retired, pg_temp.draw(salt + 24, b.g, 10000) AS d1, pg_temp.draw(salt + 25, b.g, 10000) AS d2,
			CASE WHEN b.left_on > b.since + 400 OR b.since IS NULL THEN b.left_on END AS left_by
		FROM born AS b CROSS JOIN LATERAL (SELECT pg_temp.draw(salt + 26, b.g, 100) < 70 AS retired) AS r
	), now AS MATERIALIZED (
		SELECT f.*, b.birth,
			least(day - CASE WHEN f.is_over THEN 400 + f.a % 240 ELSE 1 END, greatest(f.since + f.d2 % 300, f.left_by + f.d2 % 300, CASE
				WHEN b.birth + 8050 + f.d2 % 2600 < day THEN b.birth + 8050 + f.d2 % 2600
				ELSE day - 1 - f.d2 % 180
			END)) AS came,
			(date_trunc('month', b.birth + make_interval(years => f.age)) + interval '1 month')::date AS retires
		FROM former AS f CROSS JOIN LATERAL (
			SELECT pg_temp.birth_near(day - 8250 - pg_temp.draw(salt + 27, f.g, f.age * 365 - 8330), f.residue) AS birth) AS b
	), stay AS (
		SELECT n.g, 0 AS turn, n.n, n.place, n.section, n.category, n.post, true AS counted,
			greatest(n.since + n.d1 % 300, n.left_by - CASE WHEN n.retired THEN 3650 + n.d1 % 7300 ELSE 700 + n.d1 % 3000 END) AS since,
			n.left_by AS until, CASE WHEN n.state = 'cut' THEN n.ended_by WHEN n.is_free THEN day ELSE n.came END AS by,
			pg_temp.birth_near(n.left_by - CASE WHEN n.retired THEN n.age * 365 + n.d2 % 60 ELSE 9500 + n.d2 % 8000 END, n.residue) AS birth,
			'initial' AS entry_kind,
			CASE WHEN n.retired THEN 'retire' ELSE (ARRAY['leave_area', 'resign', 'leave_area', 'dismiss', 'other'])[1 + n.d2 % 5] END AS exit_kind,
			n.district, n.mixed
		FROM now AS n
		WHERE n.left_by IS NOT NULL
		UNION ALL
		SELECT n.g, 1, n.n, n.place, n.section, n.category, n.post, n.state <> 'uncounted', n.came, CASE WHEN n.leaves THEN n.retires END, NULL, n.birth,
			CASE
				WHEN n.came < day - 2500 THEN 'initial'
				WHEN n.category IN ('administrative', 'political_legal') THEN 'civil_exam'
				ELSE 'open_recruitment'
			END, CASE WHEN n.leaves THEN 'retire' END, n.district + 1, n.mixed
		FROM (SELECT n.*, n.state <> 'uncounted' AND n.retires < day + 540 AND n.after < 70 AS leaves FROM now AS n) AS n
		WHERE n.state <> 'cut' AND NOT n.is_free
		UNION ALL
		SELECT n.g, 2, n.n, n.place, n.section, n.category, NULL, true, n.starts, NULL, NULL,
			pg_temp.birth_near(n.starts - 8100 - n.d2 % 2600, n.residue),
			CASE WHEN n.category IN ('administrative', 'political_legal') THEN 'civil_exam' ELSE 'open_recruitment' END, NULL, n.district + 2, n.mixed
		FROM (SELECT n.*, CASE WHEN n.is_free THEN day + 7 + n.d1 % 300 ELSE n.retires END AS starts FROM now AS n) AS n
		WHERE n.state = 'there' AND CASE WHEN n.is_free THEN n.after < 15 ELSE n.retires < day + 540 AND n.after < 22 END
	)
	SELECT row_number() OVER w, s.g, s.turn, s.n, s.place, s.section, s.category, s.post, s.counted, s.since, s.until, s.by, s.birth,
		s.entry_kind, s.exit_kind,
		((region + s.district) * 100000000::bigint + to_char(s.birth, 'YYYYMMDD')::integer) * 1000 + 1 + s.mixed % 999, row_number() OVER w
	FROM stay AS s
	WINDOW w AS (ORDER BY s.g, s.turn);
	ANALYZE city_stay;
END
$$;

-- some who left came to a seat elsewhere, on the same day: of one who left and one who came in the same year one is made
CREATE PROCEDURE pg_temp.draw_moves(salt bigint) LANGUAGE plpgsql AS $$
BEGIN
	WITH leaver AS (
		SELECT s.p, s.n, s.since, s.by, extract(year FROM s.until) AS year,
			row_number() OVER (PARTITION BY extract(year FROM s.until) ORDER BY pg_temp.draw(salt + 28, s.p, 1000000), s.p) AS i
		FROM city_stay AS s WHERE s.turn = 0 AND s.exit_kind <> 'retire'
	), comer AS (
		SELECT s.p, s.n, s.since, s.birth, extract(year FROM s.since) AS year,
			row_number() OVER (PARTITION BY extract(year FROM s.since) ORDER BY pg_temp.draw(salt + 29, s.p, 1000000), s.p) AS i
		FROM city_stay AS s WHERE s.turn = 1 AND s.counted AND s.since > s.birth + 9500
	), pair AS MATERIALIZED (
		SELECT l.p AS leaver, c.p AS comer, c.since
		FROM leaver AS l JOIN comer AS c ON c.year = l.year AND c.i = l.i
		WHERE c.n <> l.n AND c.since > l.since + 100 AND c.since <= l.by AND l.since > c.birth + 7300
	), change AS (
		SELECT p.leaver AS p, p.comer AS person, p.since AS until FROM pair AS p
		UNION ALL
		SELECT p.comer, p.comer, NULL FROM pair AS p
	)
	UPDATE city_stay AS s
	SET person = c.person, until = COALESCE(c.until, s.until), entry_kind = CASE s.turn WHEN 0 THEN s.entry_kind ELSE 'transfer_in' END,
		exit_kind = CASE s.turn WHEN 0 THEN 'transfer_out' ELSE s.exit_kind END
	FROM change AS c WHERE c.p = s.p;
END
$$;

-- people, their seats and their posts
CREATE PROCEDURE pg_temp.load_people(city_name text, salt bigint, day date, units bigint) LANGUAGE plpgsql AS $$
DECLARE
	people bigint := (SELECT COALESCE(max(person_id), 0) FROM bianzhi.person);
	stays bigint := (SELECT COALESCE(max(occupancy_id), 0) FROM bianzhi.occupancy);
	posts bigint := (SELECT COALESCE(max(appointment_id), 0) FROM bianzhi.appointment);
BEGIN
	INSERT INTO bianzhi.person (person_id, resident_id, name, sex, birth_date, retire_track, education, degree, speciality, managed_by)
	SELECT people + s.p, pg_temp.resident_id(s.resident),
		substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖',
				1 + pg_temp.draw(salt + 30, s.p, 60), 1)
			|| substr('建国文明志华春秋晓海云峰丽红英芳静敏玉兰思子雨欣一梓佳宇', 1 + pg_temp.draw(salt + 31, s.p, 28), 1)
			|| CASE WHEN pg_temp.draw(salt + 32, s.p, 10) < 8
				THEN substr('平军波勇杰涛强辉斌鹏飞宇晨佳慧婷颖雪梅琴轩涵怡然博', 1 + pg_temp.draw(salt + 33, s.p, 25), 1) ELSE '' END,
		CASE WHEN s.resident % 2 = 1 THEN 1 ELSE 2 END, s.birth,
		CASE WHEN s.resident % 2 = 1 THEN 'M60' WHEN s.category = 'support_worker' THEN 'F50' ELSE 'F55' END,
		e.education, CASE e.education WHEN '硕士研究生' THEN '硕士' WHEN '大学本科' THEN '学士' END,
		(ARRAY['教育学', '临床医学', '法学', '公共管理', '经济学', '会计学', '汉语言文学', '土木工程', '计算机科学与技术', '农学', '护理学',
			'环境工程'])[1 + pg_temp.draw(salt + 35, s.p, 12)],
		CASE WHEN s.post = 'leader_chief' AND s.place = 0 THEN '市管' WHEN s.post LIKE 'leader\_%' AND s.place > 0 THEN '县管' ELSE '单位管理' END
	FROM city_stay AS s CROSS JOIN LATERAL (
		SELECT CASE
			WHEN d < 50 THEN '大学本科'
			WHEN d < 70 THEN '硕士研究生'
			WHEN d < 90 THEN '大学专科'
			ELSE '中专'
		END AS education
		FROM pg_temp.draw(salt + 34, s.p, 100) AS d) AS e
	WHERE s.person = s.p
	ORDER BY s.p;

	INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, section_id, category, during, counted, entry_kind, exit_kind)
	SELECT stays + s.p, people + s.person, units + s.n, units + s.section, s.category, daterange(s.since, s.until), s.counted,
		s.entry_kind, s.exit_kind
	FROM city_stay AS s
	ORDER BY s.p;

	INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, review_on, document_no)
	SELECT 'uncounted', units + s.n, (people + s.person)::text, daterange(s.since, NULL), day + 365,
		city_name || '编〔' || extract(year FROM s.since) || '〕单列' || s.p % 90 + 10 || '号'
	FROM city_stay AS s
	WHERE NOT s.counted
	ORDER BY s.p;

	-- posts: leaders and heads of sections, also of those who left; grades there are since June 2019
	INSERT INTO bianzhi.appointment (appointment_id, person_id, unit_id, section_id, category, title, during)
	SELECT posts + row_number() OVER (ORDER BY s.p), people + s.person, units + s.n,
		CASE WHEN s.place = 0 AND s.post LIKE 'section\_%' THEN units + s.section END, s.post,
		CASE s.post WHEN 'leader_chief' THEN '主要负责人' WHEN 'leader_deputy' THEN '班子副职' WHEN 'section_chief' THEN '负责人'
			WHEN 'section_deputy' THEN '副职' END,
		daterange(greatest(s.since, CASE
			WHEN s.turn = 0 THEN s.until - 1500
			WHEN s.post LIKE 'grade\_%' THEN greatest('2019-06-01', day - pg_temp.draw(salt + 36, s.p, 2400) - 1)
			ELSE day - 200 - pg_temp.draw(salt + 36, s.p, 2600)
		END), s.until)
	FROM city_stay AS s
	WHERE s.post IS NOT NULL AND (s.turn = 1 OR s.turn = 0 AND s.post ~ '^(leader|section)_')
	ORDER BY s.p;
END
$$;

-- every account in several lines, each with its document
CREATE PROCEDURE pg_temp.load_quotas(salt bigint, day date, bodies integer, units bigint, documents text[]) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bianzhi.quota (unit_id, category, amount, kind, stated_total, during, document_no)
	WITH line (n, category, ordinal, amount, kind, stated_total, since, until, document) AS (
		SELECT a.n, a.category, l.ordinal, l.amount, l.kind, l.total, l.since, l.until, l.document
		FROM city_account AS a CROSS JOIN LATERAL (VALUES
			(1, a.seats + a.cut - a.added - a.added_later, '核定', a.seats + a.cut - a.added - a.added_later, a.since[1], NULL,
				CASE WHEN pg_temp.draw(salt + 40, a.a, 1000) < 6 THEN NULL ELSE a.document[1] END),
			(2, a.added, '核增', a.seats + a.cut - a.added_later, a.since[2], NULL, a.document[2]),
			(3, -a.cut, '核减', a.seats - a.added_later, a.since[3], NULL, a.document[3]),
			(4, a.added_later, '核增', a.seats, a.since[4], NULL, a.document[4]),
			(5, CASE WHEN a.over = 0 AND pg_temp.draw(salt + 41, a.a, 100) < 4 THEN 1 + a.seats / 50 ELSE 0 END, '借入', NULL,
				day - 300, day + 300, 113),
			(6, CASE WHEN pg_temp.draw(salt + 42, a.a, 100) < 2 THEN 1 + a.seats / 20 ELSE 0 END, '核增', NULL, a.since[5], NULL, a.document[5])
		) AS l (ordinal, amount, kind, total, since, until, document)
		WHERE l.amount <> 0
		UNION ALL
		SELECT a.n, 'retired_service', 1, a.retired, '核定', a.retired, a.since[1], NULL, a.document[1] FROM city_account AS a WHERE a.retired > 0
		UNION ALL
		-- the numbers of posts, and that a later document left them as they were
		SELECT a.n, p.category, r.ordinal, CASE r.ordinal WHEN 1 THEN p.amount ELSE 0 END, '核定', p.amount, a.since[r.ordinal], NULL,
			a.document[r.ordinal]
		FROM city_account AS a
			CROSS JOIN LATERAL (VALUES ('leader', a.leaders - a.posts_over), ('leader_chief', 1), ('leader_deputy', a.leaders - 1 - a.posts_over),
				('section_leader', a.sections + a.section_deputies), ('section_chief', a.sections), ('section_deputy', a.section_deputies),
				('section_count', a.sections)) AS p (category, amount)
			CROSS JOIN (VALUES (1), (4)) AS r (ordinal)
		WHERE a.is_main AND p.amount > 0 AND (r.ordinal = 1 OR p.category LIKE 'leader%' AND a.a % 3 = 0)
		UNION ALL
		-- a quota of a grade is that of the higher ones, too
		SELECT s.n, g.category, 1, count(*)::integer, '核定', count(*)::integer, '2019-06-01', NULL, 80
		FROM city_slot AS s CROSS JOIN LATERAL (
			SELECT s.post UNION ALL SELECT replace(s.post, '_2', '_4') WHERE s.post IN ('grade_researcher_2', 'grade_officer_2')
			UNION ALL SELECT 'grade_clerk_2' WHERE s.post = 'grade_clerk_1') AS g (category)
		WHERE s.post ~ '^grade_|_quota$' AND g.category <> 'grade_clerk_1'
		GROUP BY s.n, g.category
		UNION ALL
		-- some bodies of the city have their seats laid down section by section
		SELECT s.section, a.category, 1, count(*)::integer, '核定', count(*)::integer, min(a.since[1]), NULL, min(a.document[1])
		FROM city_slot AS s JOIN city_account AS a ON a.a = s.a
		WHERE s.section IS NOT NULL AND s.place = 0 AND s.n % 3 = 0
		GROUP BY s.section, a.category
		UNION ALL
		SELECT u.parent, 'department_count', 1, count(*)::integer + pg_temp.draw(salt + 43, u.parent, 3), '核定', NULL, day - 8900, NULL, 7
		FROM city_unit AS u
		WHERE u.what = 'body' AND u.class = 'organ' AND u.organ_kind IN ('party', 'government') AND u.body <= bodies
		GROUP BY u.parent
		UNION ALL
		-- towns: their own application says who sits there
		SELECT u.n, t.category, 1, t.amount * (60 + pg_temp.draw(salt + 44, u.n, 80)) / 100, '核定', NULL,
			pg_temp.document_day(day, d.document), NULL, d.document
		FROM city_unit AS u
			CROSS JOIN LATERAL (VALUES ('administrative', CASE u.what WHEN 'town' THEN u.seats END), ('outside_staff', CASE u.what WHEN 'town' THEN 24 END),
				('institution_full', CASE u.what WHEN 'office' THEN u.seats END)) AS t (category, amount)
			CROSS JOIN LATERAL (SELECT 1 + pg_temp.draw(salt + 45, u.n, 60) AS document) AS d
		WHERE u.what IN ('town', 'office') AND t.amount IS NOT NULL
	)
	SELECT units + l.n, l.category, l.amount, l.kind, l.stated_total, daterange(l.since, l.until), COALESCE(documents[l.document], '(未见文号)')
	FROM line AS l
	ORDER BY l.n, l.category COLLATE "C", l.since, l.ordinal;
END
$$;

CREATE PROCEDURE pg_temp.load_city(city integer, seed bigint, day date, bodies integer) LANGUAGE plpgsql AS $$
DECLARE
	salt bigint := (seed * 1009 + city) * 100;
	region integer := 990100 + (city - 1) * 32;
	units bigint := (SELECT COALESCE(max(unit_id), 0) FROM bianzhi.unit);
	documents text[];
	city_name text := substr('澄临清安云平泰丰宁和景瑞阳新广嘉永江河海', 1 + (city - 1) % 20, 1)
		|| substr('州阳江宁川城陵湖原浦泽溪津林山台岭渡桥港', 1 + ((city - 1) / 20 + (city - 1) % 20 * 3) % 20, 1);
BEGIN
	IF bianzhi.is_live() THEN
		RAISE EXCEPTION 'the database is live already';
	ELSIF city > 309 THEN
		RAISE EXCEPTION 'the regions 990100 to 999999 last for 309 cities';
	END IF;
	TRUNCATE city_account, city_slot, city_stay;

	INSERT INTO bianzhi.document (number, kind, title, issuer, issued_on, effective_on)
	SELECT city_name || '编〔' || extract(year FROM d.issued_on) || '〕' || k || '号', t.kind, t.title,
		city_name || '市委机构编制委员会', d.issued_on, pg_temp.document_day(day, k)
	FROM generate_series(1, 125) AS k, LATERAL (SELECT least(pg_temp.document_day(day, k), day - 130 + k) AS issued_on) AS d,
		LATERAL (SELECT CASE WHEN k <= 20 THEN '三定规定' WHEN k <= 60 THEN '通知' ELSE '批复' END AS kind,
			CASE WHEN k <= 20 THEN '机构设置和人员编制规定' WHEN k BETWEEN 61 AND 80 THEN '关于核减编制' ELSE '关于增加编制' END AS title) AS t
	ORDER BY k;
	SELECT array_agg(d.number ORDER BY d.document_id) INTO documents
	FROM bianzhi.document AS d WHERE d.issuer = city_name || '市委机构编制委员会';

	CALL pg_temp.load_units(city, city_name, salt, region, bodies, units, documents);
	CALL pg_temp.draw_accounts(salt, day, bodies);
	CALL pg_temp.draw_slots(salt);
	CALL pg_temp.draw_stays(salt, day, region);
	CALL pg_temp.draw_moves(salt);
	CALL pg_temp.load_people(city_name, salt, day, units);
	CALL pg_temp.load_quotas(salt, day, bodies, units, documents);
END
$$;

SELECT format('CALL pg_temp.load_city(%s, %s, %L, %s)', city, :'seed', :'day', :'bodies')
FROM generate_series(1, :scale) AS city ORDER BY city \gexec

SELECT setval(pg_get_serial_sequence('bianzhi.' || t.name, t.name || '_id'), t.last)
FROM (VALUES ('unit', (SELECT max(unit_id) FROM bianzhi.unit)), ('person', (SELECT max(person_id) FROM bianzhi.person)),
	('occupancy', (SELECT max(occupancy_id) FROM bianzhi.occupancy)),
	('appointment', (SELECT max(appointment_id) FROM bianzhi.appointment))) AS t (name, last)
\g /dev/null

DROP TABLE city_body, city_institution, city_section_name, city_unit, city_account, city_slot, city_stay;
RESET enable_nestloop;
RESET work_mem;
RESET jit;
RESET client_min_messages;
ANALYZE;
