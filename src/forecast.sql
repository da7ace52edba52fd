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
