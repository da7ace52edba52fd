-- What every made-up city consists of: 87 bodies, their like in nine counties, sections, institutions, towns. city.sql reads
-- this first. Numbers of seats say only how large one is beside another; city.sql draws and scales them.

-- class: what kind of establishment the body has; #: the city or county, 中级 is left out in counties
CREATE TEMP TABLE city_body (body integer GENERATED ALWAYS AS IDENTITY, name text, organ_kind text, class text, field text,
	sections integer, seats integer, deputies integer, in_county boolean);
INSERT INTO city_body (name, organ_kind, class, field, sections, seats, deputies, in_county) VALUES
	('#委办公室', 'party', 'organ', '综合', 14, 75, 5, true),
	('#委组织部', 'party', 'organ', '组织', 14, 68, 5, true),
	('#委宣传部', 'party', 'organ', '宣传', 12, 50, 5, true),
	('#委统一战线工作部', 'party', 'organ', '统战', 8, 36, 4, true),
	('#委政法委员会', 'party', 'organ', '政法', 9, 38, 4, true),
	('#委政策研究室', 'party', 'organ', '综合', 5, 18, 2, false),
	('#委网络安全和信息化委员会办公室', 'party', 'organ', '宣传', 6, 24, 3, true),
	('#委机构编制委员会办公室', 'party', 'organ', '组织', 8, 30, 3, true),
	('#委社会工作部', 'party', 'organ', '组织', 6, 22, 3, true),
	('#级机关工作委员会', 'party', 'organ', '组织', 5, 20, 3, true),
	('#委巡察工作领导小组办公室', 'party', 'organ', '纪检监察', 5, 18, 2, true),
	('#委老干部局', 'party', 'organ', '组织', 6, 26, 3, true),
	('#委台湾工作办公室', 'party', 'organ', '统战', 4, 14, 2, false),
	('#人大常委会机关', 'npc', 'organ', '人大', 13, 64, 6, true),
	('#人民政府办公室', 'government', 'organ', '综合', 16, 82, 6, true),
	('#发展和改革委员会', 'government', 'organ', '经济', 20, 88, 6, true),
	('#教育局', 'government', 'organ', '教育', 14, 60, 5, true),
	('#科学技术局', 'government', 'organ', '科技', 8, 34, 4, true),
	('#工业和信息化局', 'government', 'organ', '经济', 15, 66, 5, true),
	('#民族宗教事务局', 'government', 'organ', '统战', 5, 16, 2, false),
	('#公安局', 'government', 'police', '政法', 24, 1500, 7, true),
	('#民政局', 'government', 'organ', '民生', 10, 40, 4, true),
	('#司法局', 'government', 'police', '政法', 14, 62, 5, true),
	('#财政局', 'government', 'organ', '财政', 20, 96, 6, true),
	('#人力资源和社会保障局', 'government', 'organ', '民生', 18, 84, 6, true),
	('#自然资源和规划局', 'government', 'organ', '城乡建设', 18, 80, 6, true),
	('#生态环境局', 'government', 'organ', '生态环境', 14, 62, 5, false),
	('#住房和城乡建设局', 'government', 'organ', '城乡建设', 16, 70, 5, true),
	('#城市管理局', 'government', 'organ', '城乡建设', 10, 44, 4, true),
	('#交通运输局', 'government', 'organ', '交通', 14, 60, 5, true),
	('#水利局', 'government', 'organ', '农业农村', 11, 46, 4, true),
	('#农业农村局', 'government', 'organ', '农业农村', 17, 72, 5, true),
	('#商务局', 'government', 'organ', '经济', 12, 52, 5, true),
	('#文化广电和旅游局', 'government', 'organ', '文化', 12, 52, 5, true),
	('#卫生健康委员会', 'government', 'organ', '卫生', 16, 70, 5, true),
	('#退役军人事务局', 'government', 'organ', '民生', 7, 30, 3, true),
	('#应急管理局', 'government', 'organ', '应急', 12, 54, 5, true),
	('#审计局', 'government', 'organ', '财政', 13, 62, 5, true),
	('#人民政府外事办公室', 'government', 'organ', '综合', 5, 20, 3, false),
	('#人民政府国有资产监督管理委员会', 'government', 'organ', '经济', 8, 34, 4, false),
	('#行政审批局', 'government', 'organ', '综合', 10, 46, 4, true),
	('#市场监督管理局', 'government', 'organ', '市场监管', 22, 120, 6, true),
	('#体育局', 'government', 'organ', '文化', 6, 24, 3, false),
	('#统计局', 'government', 'organ', '经济', 9, 40, 4, true),
	('#医疗保障局', 'government', 'organ', '民生', 7, 30, 4, true),
	('#信访局', 'government', 'organ', '综合', 6, 26, 3, true),
	('#机关事务管理局', 'government', 'organ', '综合', 8, 36, 4, true),
	('#地方金融管理局', 'government', 'organ', '经济', 5, 20, 3, false),
	('#粮食和物资储备局', 'government', 'organ', '经济', 6, 24, 3, false),
	('#数据局', 'government', 'organ', '科技', 5, 20, 3, true),
	('#林业局', 'government', 'organ', '农业农村', 5, 20, 3, false),
	('#政协机关', 'cppcc', 'organ', '政协', 11, 52, 6, true),
	('#纪委监委机关', 'supervisory', 'organ', '纪检监察', 18, 110, 6, true),
	('#中级人民法院', 'court', 'court', '政法', 18, 190, 6, true),
	('#人民检察院', 'procuratorate', 'procuratorate', '政法', 14, 130, 5, true),
	('中国国民党革命委员会#委员会', 'democratic_party', 'organ', '统战', 1, 6, 1, false),
	('中国民主同盟#委员会', 'democratic_party', 'organ', '统战', 1, 7, 1, false),
	('中国民主建国会#委员会', 'democratic_party', 'organ', '统战', 1, 6, 1, false),
	('中国民主促进会#委员会', 'democratic_party', 'organ', '统战', 1, 6, 1, false),
	('中国农工民主党#委员会', 'democratic_party', 'organ', '统战', 1, 6, 1, false),
	('中国致公党#委员会', 'democratic_party', 'organ', '统战', 1, 5, 1, false),
	('九三学社#委员会', 'democratic_party', 'organ', '统战', 1, 6, 1, false),
	('台湾民主自治同盟#委员会', 'democratic_party', 'organ', '统战', 1, 4, 1, false),
	('#总工会', 'mass_org', 'organ', '群团', 9, 36, 4, true),
	('共青团#委员会', 'mass_org', 'organ', '群团', 5, 18, 3, true),
	('#妇女联合会', 'mass_org', 'organ', '群团', 5, 18, 3, true),
	('#文学艺术界联合会', 'mass_org', 'civil', '群团', 4, 14, 2, true),
	('#科学技术协会', 'mass_org', 'civil', '群团', 5, 16, 2, true),
	('#归国华侨联合会', 'mass_org', 'civil', '群团', 2, 8, 1, false),
	('#残疾人联合会', 'mass_org', 'civil', '群团', 5, 18, 2, true),
	('#红十字会', 'mass_org', 'civil', '群团', 3, 10, 1, true),
	('#哲学社会科学界联合会', 'mass_org', 'civil', '群团', 3, 11, 1, false),
	('#工商业联合会', 'mass_org', 'organ', '群团', 5, 18, 3, true),
	('中国国际贸易促进委员会#委员会', 'mass_org', 'civil', '群团', 3, 11, 1, false),
	('#委党校', 'public_institution', 'civil', '组织', 12, 78, 4, true),
	('#档案馆', 'public_institution', 'civil', '综合', 7, 32, 3, true),
	('#委史志办公室', 'public_institution', 'civil', '综合', 5, 22, 2, false),
	('#供销合作总社', 'public_institution', 'civil', '农业农村', 7, 30, 4, true),
	('#住房公积金管理中心', 'public_institution', 'full', '城乡建设', 10, 95, 3, false),
	('#政务服务管理办公室', 'public_institution', 'full', '综合', 8, 45, 3, false),
	('#投资促进中心', 'public_institution', 'full', '经济', 6, 30, 3, false),
	('#仲裁委员会办公室', 'public_institution', 'self', '政法', 3, 14, 1, false),
	('#日报社', 'public_institution', 'partial', '宣传', 14, 260, 4, false),
	('#广播电视台', 'public_institution', 'partial', '宣传', 16, 320, 5, true),
	('#职业技术大学', 'public_institution', 'partial', '教育', 20, 900, 6, false),
	('#师范高等专科学校', 'public_institution', 'partial', '教育', 16, 560, 5, false),
	('#开放大学', 'public_institution', 'full', '教育', 9, 110, 3, false);

-- institutions below these bodies; %: ordinal number, where there are several
CREATE TEMP TABLE city_institution (kind integer GENERATED ALWAYS AS IDENTITY, body_name text, name text, class text,
	in_city integer, in_county integer, city_seats integer, county_seats integer);
INSERT INTO city_institution (body_name, name, class, in_city, in_county, city_seats, county_seats) VALUES
	('#教育局', '#第%中学', 'full', 8, 8, 230, 200),
	('#教育局', '#第%小学', 'full', 4, 10, 100, 85),
	('#教育局', '#第%幼儿园', 'full', 3, 6, 28, 22),
	('#教育局', '#中小学教师管理中心', 'full', 0, 1, 0, 4600),
	('#教育局', '#职业教育中心', 'full', 1, 1, 260, 210),
	('#教育局', '#特殊教育学校', 'full', 1, 1, 46, 30),
	('#教育局', '#教师发展中心', 'full', 1, 1, 50, 36),
	('#卫生健康委员会', '#第%人民医院', 'partial', 4, 2, 1150, 520),
	('#卫生健康委员会', '#中医院', 'partial', 1, 1, 620, 310),
	('#卫生健康委员会', '#妇幼保健院', 'partial', 1, 1, 330, 110),
	('#卫生健康委员会', '#疾病预防控制中心', 'full', 1, 1, 150, 60),
	('#卫生健康委员会', '#急救中心', 'full', 1, 1, 50, 18),
	('#卫生健康委员会', '#中心血站', 'full', 1, 0, 42, 0),
	('#卫生健康委员会', '#第%中心卫生院', 'partial', 0, 8, 0, 62),
	('#农业农村局', '#农业综合行政执法大队', 'civil', 1, 1, 62, 38),
	('#农业农村局', '#农业技术推广中心', 'full', 1, 1, 54, 34),
	('#农业农村局', '#动物疫病预防控制中心', 'full', 1, 1, 26, 16),
	('#农业农村局', '#第%畜牧兽医站', 'full', 0, 4, 0, 10),
	('#水利局', '#水利工程管理处', 'full', 1, 1, 74, 28),
	('#水利局', '#防汛抗旱调度中心', 'full', 1, 1, 16, 9),
	('#水利局', '#第%水利管理站', 'full', 0, 4, 0, 11),
	('#交通运输局', '#公路事业发展中心', 'full', 1, 1, 190, 105),
	('#交通运输局', '#港航事业发展中心', 'full', 1, 0, 72, 0),
	('#交通运输局', '#交通运输综合行政执法大队', 'civil', 1, 1, 160, 58),
	('#住房和城乡建设局', '#建设工程质量安全监督站', 'full', 1, 1, 42, 22),
	('#住房和城乡建设局', '#住房保障中心', 'full', 1, 1, 30, 14),
	('#住房和城乡建设局', '#园林绿化管理中心', 'self', 1, 1, 64, 24),
	('#自然资源和规划局', '#不动产登记中心', 'full', 1, 1, 48, 28),
	('#自然资源和规划局', '#规划编制研究中心', 'self', 1, 0, 32, 0),
	('#自然资源和规划局', '#自然资源第%所', 'full', 0, 4, 0, 9),
	('#民政局', '#社会福利院', 'full', 1, 1, 62, 24),
	('#民政局', '#救助管理站', 'full', 1, 1, 18, 8),
	('#民政局', '#殡仪馆', 'self', 1, 1, 46, 22),
	('#人力资源和社会保障局', '#社会保险基金管理中心', 'civil', 1, 1, 92, 38),
	('#人力资源和社会保障局', '#公共就业服务中心', 'full', 1, 1, 36, 18),
	('#人力资源和社会保障局', '#劳动保障监察大队', 'civil', 1, 1, 26, 12),
	('#文化广电和旅游局', '#图书馆', 'full', 1, 1, 56, 16),
	('#文化广电和旅游局', '#文化馆', 'full', 1, 1, 34, 18),
	('#文化广电和旅游局', '#博物馆', 'full', 1, 1, 40, 12),
	('#文化广电和旅游局', '#文化市场综合行政执法大队', 'civil', 1, 1, 30, 14),
	('#市场监督管理局', '#市场监督管理局第%分局', 'branch', 3, 6, 24, 14),
	('#市场监督管理局', '#食品药品检验检测中心', 'full', 1, 1, 70, 20),
	('#公安局', '#公安局第%派出所', 'police', 0, 9, 0, 22),
	('#司法局', '#司法局第%司法所', 'police', 0, 6, 0, 5),
	('#司法局', '#法律援助中心', 'full', 1, 1, 10, 6),
	('#城市管理局', '#城市管理综合行政执法大队', 'civil', 1, 1, 130, 70),
	('#城市管理局', '#环境卫生管理处', 'self', 1, 1, 120, 60),
	('#应急管理局', '#应急管理综合行政执法大队', 'civil', 1, 1, 26, 14),
	('#生态环境局', '#环境监测站', 'full', 1, 0, 52, 0),
	('#生态环境局', '#生态环境综合行政执法局', 'civil', 1, 0, 64, 0),
	('#审计局', '#政府投资审计中心', 'full', 1, 1, 14, 8),
	('#财政局', '#国库集中支付中心', 'full', 1, 1, 32, 18),
	('#财政局', '#财政投资评审中心', 'full', 1, 1, 22, 12),
	('#统计局', '#普查中心', 'full', 1, 1, 12, 8),
	('#发展和改革委员会', '#价格认证中心', 'full', 1, 1, 12, 6),
	('#工业和信息化局', '#企业服务中心', 'full', 1, 1, 16, 8),
	('#商务局', '#商务服务中心', 'full', 1, 1, 14, 8),
	('#退役军人事务局', '#退役军人服务中心', 'full', 1, 1, 18, 12),
	('#退役军人事务局', '#军队离休退休干部第%休养所', 'full', 2, 0, 14, 0),
	('#医疗保障局', '#医疗保险基金管理中心', 'civil', 1, 1, 66, 30),
	('#体育局', '#体育运动学校', 'full', 1, 0, 84, 0),
	('#体育局', '#体育场馆管理中心', 'self', 1, 0, 40, 0),
	('#机关事务管理局', '#机关事务服务中心', 'full', 1, 1, 40, 16),
	('#行政审批局', '#公共资源交易中心', 'full', 1, 1, 36, 16);

CREATE TEMP TABLE city_section_name AS
SELECT s.name, s.n::integer FROM unnest(ARRAY['办公室', '人事处', '综合处', '政策法规处', '计划财务处', '业务一处', '业务二处', '业务三处', '监督检查处',
	'信息管理处', '行政审批处', '调查研究处', '机关党委', '宣传教育处', '督查处', '离退休干部处', '业务四处', '业务五处', '安全管理处', '行业管理处',
	'科技与标准处', '对外合作处', '项目管理处', '审计处']) WITH ORDINALITY AS s (name, n);

/*
 * The units of a city in the order of their keys, in which parents come first. place: 0 the city, 1 to 9 its counties.
 * name: #: city or county, @: town.
 */
CREATE TEMP TABLE city_unit AS
WITH place AS (
	SELECT p AS place, to_char(p, 'FM00') AS key FROM generate_series(0, 9) AS p
), body AS (
	SELECT p.place, p.key || '-' || to_char(b.body, 'FM000') AS key, p.key AS parent_key, b.body, b.name AS body_name,
		CASE WHEN p.place = 0 THEN b.name ELSE replace(b.name, '中级', '') END AS name, b.organ_kind, b.class, b.field,
		CASE WHEN p.place = 0 THEN b.sections ELSE greatest(2, b.sections * 2 / 5) END AS sections,
		CASE WHEN p.place = 0 THEN b.seats ELSE greatest(6, b.seats * 2 / 5) END AS seats,
		CASE WHEN p.place = 0 THEN b.deputies ELSE greatest(1, b.deputies - 2) END AS deputies
	FROM place AS p JOIN city_body AS b ON p.place = 0 OR b.in_county
), unit AS (
	SELECT p.key, CASE WHEN p.place > 0 THEN '00' END AS parent_key, 'root' AS what, p.place, 0 AS body, 0 AS ordinal, '#' AS name,
		NULL AS organ_kind, NULL AS class, NULL AS field, 0 AS sections, 0 AS seats, 0 AS deputies
	FROM place AS p
	UNION ALL
	SELECT b.key, b.parent_key, 'body', b.place, b.body, b.body, b.name, b.organ_kind, b.class, b.field, b.sections, b.seats, b.deputies
	FROM body AS b
	UNION ALL
	SELECT b.key || '-s' || to_char(s.n, 'FM00'), b.key, 'section', b.place, b.body, s.n,
		CASE WHEN b.place = 0 THEN s.name ELSE regexp_replace(s.name, '处$', '股') END, NULL, b.class, NULL, 0, 0, 0
	FROM body AS b JOIN city_section_name AS s ON s.n <= b.sections
	UNION ALL
	SELECT b.key || '-' || to_char(i.kind, 'FM00') || to_char(n, 'FM00'), b.key, 'institution', b.place, b.body, n,
		CASE WHEN b.place = 0 THEN replace(i.name, '大队', '支队') ELSE i.name END,
		CASE i.class WHEN 'branch' THEN b.organ_kind WHEN 'police' THEN b.organ_kind ELSE 'public_institution' END, i.class, b.field, 0,
		CASE WHEN b.place = 0 THEN i.city_seats ELSE i.county_seats END, 0
	FROM body AS b JOIN city_institution AS i ON i.body_name = b.body_name
		CROSS JOIN LATERAL generate_series(1, CASE WHEN b.place = 0 THEN i.in_city ELSE i.in_county END) AS n
	UNION ALL
	-- a town's one body is party, congress and government; of no kind, it does not count as a department of the county either
	SELECT p.key || '-t' || to_char(t, 'FM00'), p.key, 'town', p.place, 0, t, '#@', NULL, 'town', '乡镇', 0, 36, 0
	FROM place AS p CROSS JOIN generate_series(1, 8) AS t WHERE p.place > 0
	UNION ALL
	SELECT p.key || '-t' || to_char(t, 'FM00') || '-' || o.n, p.key || '-t' || to_char(t, 'FM00'), 'office', p.place, 0, t, '#@' || o.name,
		'public_institution', 'full', '乡镇', 0, o.seats, 0
	FROM place AS p CROSS JOIN generate_series(1, 8) AS t
		CROSS JOIN (VALUES (1, '便民服务中心', 16), (2, '综合行政执法局', 20), (3, '农业农村服务中心', 14)) AS o (n, name, seats)
	WHERE p.place > 0
)
SELECT (row_number() OVER w)::integer AS n, u.*
FROM unit AS u
WINDOW w AS (ORDER BY u.key COLLATE "C");

ALTER TABLE city_unit ADD PRIMARY KEY (n), ADD parent integer, ADD first_section integer;
UPDATE city_unit AS u SET parent = p.n FROM city_unit AS p WHERE p.key = u.parent_key;
UPDATE city_unit AS u SET first_section = s.n FROM (SELECT parent, min(n) AS n FROM city_unit WHERE what = 'section' GROUP BY parent) AS s
WHERE s.parent = u.n;
ANALYZE city_body;
ANALYZE city_unit;
