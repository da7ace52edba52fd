/*
 * workday.sql: on which days offices work. Monday to Friday, but for the days that this calendar names (放假调休).
 */

CREATE TABLE bianzhi.workday (
	day date PRIMARY KEY CONSTRAINT workday_day_finite CHECK (isfinite(day)),
	is_workday boolean NOT NULL,
	document_no text,
	note text
);

COMMENT ON TABLE bianzhi.workday IS '工作日历: days on which it is not as Monday to Friday would have it: holidays, and weekends that are worked for them';
COMMENT ON COLUMN bianzhi.workday.day IS '日期: day';
COMMENT ON COLUMN bianzhi.workday.is_workday IS '是否工作日: true: worked, though a weekend; false: a holiday';
COMMENT ON COLUMN bianzhi.workday.document_no IS '批准文号: the notice that says so';
COMMENT ON COLUMN bianzhi.workday.note IS '备注: note';
GRANT SELECT ON TABLE bianzhi.workday TO PUBLIC;
SELECT pg_catalog.pg_extension_config_dump('bianzhi.workday', '');
SELECT bianzhi.audit_own('bianzhi.workday');

CREATE FUNCTION bianzhi.is_workday(day date) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT COALESCE((SELECT w.is_workday FROM bianzhi.workday AS w WHERE w.day = is_workday.day), extract(isodow FROM is_workday.day) < 6)
$$;
COMMENT ON FUNCTION bianzhi.is_workday(date) IS '是否工作日: whether offices work on that day; NULL of infinity';
REVOKE ALL ON FUNCTION bianzhi.is_workday(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.is_workday(date) TO PUBLIC;

CREATE FUNCTION bianzhi.next_workday(day date) RETURNS date
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	candidate date := next_workday.day;
BEGIN
	WHILE isfinite(candidate) AND NOT bianzhi.is_workday(candidate) LOOP
		candidate := candidate + 1;
	END LOOP;
	RETURN candidate;
END
$$;
COMMENT ON FUNCTION bianzhi.next_workday(date) IS '顺延工作日: the day itself if it is worked, or the first day after it that is';
REVOKE ALL ON FUNCTION bianzhi.next_workday(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.next_workday(date) TO PUBLIC;

CREATE FUNCTION bianzhi.workdays_between(from_day date, to_day date) RETURNS integer
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN to_day <= from_day THEN 0 WHEN isfinite(from_day) AND isfinite(to_day) THEN (
		-- days from a Monday long ago up to and with each: five in each week
		SELECT n.until / 7 * 5 + least(n.until % 7, 5) - n.since / 7 * 5 - least(n.since % 7, 5)
		FROM (SELECT 7000001 + (from_day - '1900-01-01'::date)::bigint, 7000001 + (to_day - '1900-01-01'::date)::bigint) AS n (since, until)
	)::integer + (
		SELECT count(*) FILTER (WHERE w.is_workday AND extract(isodow FROM w.day) > 5)
			- count(*) FILTER (WHERE NOT w.is_workday AND extract(isodow FROM w.day) < 6)
		FROM bianzhi.workday AS w
		WHERE w.day > from_day AND w.day <= to_day
	)::integer END
$$;
COMMENT ON FUNCTION bianzhi.workdays_between(date, date) IS '间隔工作日数: days worked after the first day, up to and with the second; 0 where that is not later; NULL of infinity';
REVOKE ALL ON FUNCTION bianzhi.workdays_between(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.workdays_between(date, date) TO PUBLIC;
