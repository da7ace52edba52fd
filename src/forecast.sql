/*
 * forecast.sql: vacancies to come, month by month.
 */

CREATE FUNCTION bianzhi.vacancy_forecast(as_of date, months integer)
	RETURNS TABLE (unit_id bigint, category text, month date, authorized integer, filled integer, reserved integer, retiring integer,
		expected_leaving double precision, vacancy double precision, vacancy_p10 integer, vacancy_p50 integer, vacancy_p90 integer,
		retiring_this_month integer, overdue integer, recovered double precision, digested double precision)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 1000000;
COMMENT ON FUNCTION bianzhi.vacancy_forecast(date, integer) IS '空编预测: what every unit will be authorised and carry on the first day of each of so many months (1 to 1200) after a day, in seats. authorized, filled, reserved: as recorded for that day; retiring: of those filled, gone by then by law, by choice, or at the age at which posts are left; expected_leaving: of the others, likely gone by then at the rates of attrition_rate; recovered: likely taken back as people leave (出一减一); digested: who must leave beside all these to keep to a digest_plan; vacancy: authorized - filled - reserved + retiring + expected_leaving - recovered + digested, the expected value; vacancy_p10, vacancy_p50, vacancy_p90: there will be no more vacancies than these with probability 0.1, 0.5, 0.9, exactly (leaver_distribution). NULL where nothing is authorised. retiring_this_month: of retiring, from this month on: some months have none; overdue: of those filled, whose holders should have left by as_of and are taken to stay. People leave independently of each other, nobody is hired beyond what is recorded. forecast_detail() lists the people behind a row. Needs SELECT on person and on the tables that say who holds what';
REVOKE ALL ON FUNCTION bianzhi.vacancy_forecast(date, integer) FROM PUBLIC;

CREATE FUNCTION bianzhi.forecast_series(as_of date, months integer)
	RETURNS TABLE (unit_id bigint, category text, month date[], authorized integer[], filled integer[], reserved integer[], retiring integer[],
		expected_leaving double precision[], vacancy double precision[], vacancy_p10 integer[], vacancy_p50 integer[], vacancy_p90 integer[],
		retiring_this_month integer[], overdue integer[], recovered double precision[], digested double precision[])
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 10000;
COMMENT ON FUNCTION bianzhi.forecast_series(date, integer) IS '空编预测序列: vacancy_forecast() with one row an account and an array over the months, the fast form';
REVOKE ALL ON FUNCTION bianzhi.forecast_series(date, integer) FROM PUBLIC;

-- one account

CREATE FUNCTION bianzhi.forecast_detail(as_of date, month date, unit_id bigint, category text)
	RETURNS TABLE (person_id bigint, at_unit bigint, section_id bigint, held text, during daterange, seats integer, why text, leaves_on date,
		gone double precision, takes_seat double precision, source regclass)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 100;
COMMENT ON FUNCTION bianzhi.forecast_detail(date, date, bigint, text) IS '空编预测明细: the people behind a row of vacancy_forecast(as_of, ...): who by the record holds a seat or post of the account on the first day of a month. at_unit, section_id, held, during, seats, source: the row that says so; why: retires 退休, chose 自选退休, leaves_post 离任, died 死亡, overdue 到龄未退 or stays, and leaves_on: first day without the holder for this reason; gone: probability of having left by the month, 1 where leaves_on has come: of these is retiring the sum of seats, of the others expected_leaving that of seats * gone; takes_seat: that the seat is taken back. 23503: there is no such unit or category; 22023: the month does not come after that of as_of';
REVOKE ALL ON FUNCTION bianzhi.forecast_detail(date, date, bigint, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.vacancy_probability(unit_id bigint, category text, month date, at_least integer, as_of date DEFAULT bianzhi.today()) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION bianzhi.vacancy_probability(bigint, text, date, integer, date) IS '空编概率: probability that a unit has at_least vacancies or more on the first day of a month, as vacancy_forecast(as_of, ...) foresees them; NULL where nothing is authorised then. 23503: there is no such unit or category; 22023: the month does not come after that of as_of';
REVOKE ALL ON FUNCTION bianzhi.vacancy_probability(bigint, text, date, integer, date) FROM PUBLIC;

CREATE FUNCTION bianzhi.safe_hires(unit_id bigint, category text, months integer, risk double precision, as_of date DEFAULT bianzhi.today()) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE COST 1000000;
COMMENT ON FUNCTION bianzhi.safe_hires(bigint, text, integer, double precision, date) IS '可安全进人数: how many at most can be hired on a day, to stay, so that the probability that the unit is over on any day up to the first of the last of so many months (1 to 1200) is no more than risk (0 to 1): by what is recorded, by law, and by rates of attrition (vacancy_forecast). Never more than are vacant on that day; 0 where the account is closed to entries; NULL where nothing is authorised. Exact, or, with many days to look at together, on the safe side. 23503: there is no such unit or category';
REVOKE ALL ON FUNCTION bianzhi.safe_hires(bigint, text, integer, double precision, date) FROM PUBLIC;

-- two years back and two years ahead, for BI

CREATE VIEW bianzhi.vacancy_monthly WITH (security_invoker = true) AS
SELECT u.unit_id, u.unit_key, u.name AS unit_name, u.organ_kind, u.field, u.is_section, u.display_order AS unit_order, v.category, c.name_zh AS category_name,
	c.name_en AS category_name_en, c.measure, c.parent AS parent_category, NOT EXISTS (SELECT 1 FROM bianzhi.category AS below WHERE below.parent = c.code) AS is_leaf,
	c.display_order AS category_order, v.month, v.foreseen, v.authorized, v.filled, v.reserved, v.retiring, v.overdue, v.expected_leaving, v.vacancy, v.vacancy_p10, v.vacancy_p50, v.vacancy_p90
FROM (
	SELECT b.unit_id, b.category, b.day, false, b.authorized, b.filled, b.reserved, 0, NULL::integer, 0::numeric(12,2), b.vacancy::numeric(12,2), b.vacancy, b.vacancy, b.vacancy
	FROM (SELECT date_trunc('month', bianzhi.today())::date AS month) AS t
		CROSS JOIN LATERAL bianzhi.vacancy_between((t.month - interval '23 months')::date, t.month) AS b
	UNION ALL
	SELECT f.unit_id, f.category, f.month, true, f.authorized, f.filled, f.reserved, f.retiring, f.overdue, f.expected_leaving::numeric(12,2), f.vacancy::numeric(12,2), f.vacancy_p10, f.vacancy_p50, f.vacancy_p90
	FROM bianzhi.vacancy_forecast(bianzhi.today(), 24) AS f
) AS v (unit_id, category, month, foreseen, authorized, filled, reserved, retiring, overdue, expected_leaving, vacancy, vacancy_p10, vacancy_p50, vacancy_p90)
	JOIN bianzhi.unit AS u ON u.unit_id = v.unit_id
	JOIN bianzhi.category AS c ON c.code = v.category
ORDER BY u.display_order, u.unit_id, c.display_order, c.code, v.month;

COMMENT ON VIEW bianzhi.vacancy_monthly IS '逐月空编: what every unit is authorised and carries on the first day of each of the last 24 months and, by vacancy_forecast(), of the next 24; seats. Add up only rows of one month and measure with parent_category IS NULL and NOT is_section, or seats are counted more than once; quantiles do not add up';
COMMENT ON COLUMN bianzhi.vacancy_monthly.unit_id IS '机构标识: unit';
COMMENT ON COLUMN bianzhi.vacancy_monthly.unit_key IS '机构编码: key of the unit';
COMMENT ON COLUMN bianzhi.vacancy_monthly.unit_name IS '机构名称: name of the unit';
COMMENT ON COLUMN bianzhi.vacancy_monthly.organ_kind IS '机构类别: kind of body';
COMMENT ON COLUMN bianzhi.vacancy_monthly.field IS '领域: field of work';
COMMENT ON COLUMN bianzhi.vacancy_monthly.is_section IS '内设机构: whether the unit is an internal section, whose seats its unit has too';
COMMENT ON COLUMN bianzhi.vacancy_monthly.unit_order IS '机构顺序: order of display of the unit';
COMMENT ON COLUMN bianzhi.vacancy_monthly.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.vacancy_monthly.category_name IS '种类名称: its name in Chinese';
COMMENT ON COLUMN bianzhi.vacancy_monthly.category_name_en IS '种类英文名称: its name in English';
COMMENT ON COLUMN bianzhi.vacancy_monthly.measure IS '计量对象: what kind of thing is counted';
COMMENT ON COLUMN bianzhi.vacancy_monthly.parent_category IS '上级种类: the category above, which counts these seats too';
COMMENT ON COLUMN bianzhi.vacancy_monthly.is_leaf IS '末级种类: no category stands below this one';
COMMENT ON COLUMN bianzhi.vacancy_monthly.category_order IS '种类顺序: order of display of the category';
COMMENT ON COLUMN bianzhi.vacancy_monthly.month IS '月份: first day of the month, for which the numbers hold';
COMMENT ON COLUMN bianzhi.vacancy_monthly.foreseen IS '是否预测: the month is to come';
COMMENT ON COLUMN bianzhi.vacancy_monthly.authorized IS '核定数: authorised; NULL: nothing is';
COMMENT ON COLUMN bianzhi.vacancy_monthly.filled IS '实有数: filled, by what is recorded';
COMMENT ON COLUMN bianzhi.vacancy_monthly.reserved IS '已核准未用: reserved by open approvals';
COMMENT ON COLUMN bianzhi.vacancy_monthly.retiring IS '退休离任数: of those filled, gone by then by law or choice, though not recorded; 0 in months that have come';
COMMENT ON COLUMN bianzhi.vacancy_monthly.overdue IS '到龄未退数: of those filled, whose holders should have left by today; NULL in months that have come';
COMMENT ON COLUMN bianzhi.vacancy_monthly.expected_leaving IS '预计减员数: of the others, likely gone by then; seats, to a hundredth';
COMMENT ON COLUMN bianzhi.vacancy_monthly.vacancy IS '空编数: vacancies, expected where the month is to come, negative where the unit is over; NULL where nothing is authorised';
COMMENT ON COLUMN bianzhi.vacancy_monthly.vacancy_p10 IS '空编数10%分位: no more than these with probability 0.1';
COMMENT ON COLUMN bianzhi.vacancy_monthly.vacancy_p50 IS '空编数中位: with probability 0.5';
COMMENT ON COLUMN bianzhi.vacancy_monthly.vacancy_p90 IS '空编数90%分位: with probability 0.9';
