/*
 * retire.sql: the statutory age of retirement, and who retires when.
 *
 * The rule is of the law and IMMUTABLE.  What an office decides about it are rows of retire_rule; who retires when is a view,
 * because facts and rules change.
 */

CREATE FUNCTION bianzhi.retirement_age(birth date, track text) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.retirement_age(date, text) IS '法定退休年龄: age in months at which who was born on a day has to retire, by the month of birth; track M60, F55 or F50 (22023 where it is none). 《国务院关于渐进式延迟法定退休年龄的办法》附件, in force from 2025-01-01';
REVOKE ALL ON FUNCTION bianzhi.retirement_age(date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.retirement_age(date, text) TO PUBLIC;

CREATE FUNCTION bianzhi.retirement_month(birth date, track text) RETURNS date
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.retirement_month(date, text) IS '法定退休月份: first day of the month in which who was born on a day has to retire; the seat is free from the first day of the month after it. Not every month has such people: the age rises in steps. 《国务院关于渐进式延迟法定退休年龄的办法》附件';
REVOKE ALL ON FUNCTION bianzhi.retirement_month(date, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.retirement_month(date, text) TO PUBLIC;

CREATE FUNCTION bianzhi.retirement_window(birth date, track text, official boolean DEFAULT false, OUT earliest date, OUT statutory date, OUT latest date)
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.retirement_window(date, text, boolean) IS '弹性退休区间: first days of the first month in which one may choose to retire, of the statutory one, and of the last: up to 36 months before, but not before the age of before the reform, and up to 36 months after, for officials none; all three the same for who reached the age before 2025. 《实施弹性退休制度暂行办法》人社部发〔2024〕94号';
REVOKE ALL ON FUNCTION bianzhi.retirement_window(date, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.retirement_window(date, text, boolean) TO PUBLIC;

CREATE FUNCTION bianzhi.contribution_months(year integer) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.contribution_months(integer) IS '最低缴费年限: months of contributions that a monthly pension needs of who retires in a year: 180, from 2030 on 6 more each year, up to 240. 《全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定》';
REVOKE ALL ON FUNCTION bianzhi.contribution_months(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.contribution_months(integer) TO PUBLIC;

CREATE FUNCTION bianzhi.retires_in(birth date, track text, chosen date, official boolean DEFAULT false) RETURNS date
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.retires_in(date, text, date, boolean) IS '退休月份: first day of the month in which somebody retires: of the chosen day, where there is one, for officials no later than the statutory month; otherwise the statutory month. NULL: neither is known';
REVOKE ALL ON FUNCTION bianzhi.retires_in(date, text, date, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.retires_in(date, text, date, boolean) TO PUBLIC;

-- who retires when

CREATE FUNCTION bianzhi.retirements(from_day date, to_day date)
	RETURNS TABLE (person_id bigint, unit_id bigint, section_id bigint, category text, during daterange, counted boolean, source regclass,
		official boolean, earliest date, statutory date, latest date, chosen date, retires date, leaves_on date)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE prompt (code) AS (
		SELECT c.code FROM bianzhi.category AS c WHERE NOT c.may_delay
		UNION
		SELECT c.code FROM prompt AS p JOIN bianzhi.category AS c ON c.parent = p.code
	), held AS MATERIALIZED (
		SELECT h.* FROM bianzhi.holders(retirements.from_day, retirements.to_day) AS h
	), official AS MATERIALIZED (
		SELECT DISTINCT h.person_id FROM held AS h JOIN prompt AS p ON p.code = h.category
	), due AS MATERIALIZED (
		SELECT p.person_id, o.person_id IS NOT NULL AS official, w.earliest, w.statutory, w.latest, date_trunc('month', p.retire_on)::date AS chosen,
			bianzhi.retires_in(p.birth_date, p.retire_track, p.retire_on, o.person_id IS NOT NULL) AS retires
		FROM bianzhi.person AS p
			LEFT JOIN official AS o ON o.person_id = p.person_id
			LEFT JOIN LATERAL bianzhi.retirement_window(p.birth_date, p.retire_track, o.person_id IS NOT NULL) AS w ON true
		WHERE p.died_on IS NULL
	)
	SELECT h.person_id, h.unit_id, h.section_id, h.category, h.during, h.counted, h.source,
		d.official, d.earliest, d.statutory, d.latest, d.chosen, d.retires, (d.retires + interval '1 month')::date
	FROM held AS h
		JOIN bianzhi.category AS c ON c.code = h.category
		JOIN due AS d ON d.person_id = h.person_id
	WHERE c.measure = 'establishment'
$$;
COMMENT ON FUNCTION bianzhi.retirements(date, date) IS '占编人员退休: seats of holders() on days from from_day to to_day, with when their holders retire: official: holds what category.may_delay = false says, on one of these days; earliest, statutory, latest: the window in which one may choose (NULL: birthday or track is not known); chosen: month of person.retire_on; retires: first day of the month of retirement; leaves_on: first day without the holder. Not those who have died';
REVOKE ALL ON FUNCTION bianzhi.retirements(date, date) FROM PUBLIC;

CREATE FUNCTION bianzhi.retirement_list(year integer)
	RETURNS TABLE (retires date, unit_id bigint, unit_name text, category text, person_id bigint, name text, birth_date date, retire_track text, age_months integer,
		statutory date, chosen date, leaves_on date, official boolean, outside_window boolean, scheduled boolean, source regclass)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.retires, r.unit_id, u.name, r.category, r.person_id, p.name, p.birth_date, p.retire_track,
		(extract(year FROM r.retires) * 12 + extract(month FROM r.retires) - extract(year FROM p.birth_date) * 12 - extract(month FROM p.birth_date))::integer,
		r.statutory, r.chosen, r.leaves_on, r.official, r.chosen NOT BETWEEN r.earliest AND r.latest, upper(r.during) IS NOT DISTINCT FROM r.leaves_on, r.source
	FROM (SELECT make_date(retirement_list.year, 1, 1) AS from_day, make_date(retirement_list.year, 12, 31) AS to_day) AS y
		CROSS JOIN LATERAL bianzhi.retirements(y.from_day, y.to_day) AS r
		JOIN bianzhi.person AS p ON p.person_id = r.person_id
		JOIN bianzhi.unit AS u ON u.unit_id = r.unit_id
		JOIN bianzhi.category AS c ON c.code = r.category
	WHERE r.retires BETWEEN y.from_day AND y.to_day AND r.during @> r.leaves_on - 1
	ORDER BY r.retires, u.display_order, r.unit_id, c.display_order, r.category, r.person_id
$$;
COMMENT ON FUNCTION bianzhi.retirement_list(integer) IS '年度退休人员名单: who retires in a year from which seat, month by month, as chosen or by law: retires: first day of the month; age_months: age then; leaves_on: first day without the holder; official: may not delay; outside_window: the chosen month is none that may be chosen (NULL: nothing chosen, or not known); scheduled: the seat ends on leaves_on already. Who must have retired before is in retirement_review()';
REVOKE ALL ON FUNCTION bianzhi.retirement_list(integer) FROM PUBLIC;

CREATE FUNCTION bianzhi.retirement_review(as_of date)
	RETURNS TABLE (what text, unit_id bigint, category text, person_id bigint, statutory date, chosen date, earliest date, latest date, source regclass)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT w.what, r.unit_id, r.category, r.person_id, r.statutory, r.chosen, r.earliest, r.latest, r.source
	FROM bianzhi.retirements(retirement_review.as_of, retirement_review.as_of) AS r
		CROSS JOIN LATERAL (
			SELECT 'past_age' WHERE r.leaves_on <= retirement_review.as_of
			UNION ALL
			SELECT 'unknown' WHERE r.retires IS NULL
			UNION ALL
			SELECT 'outside_window' WHERE r.chosen NOT BETWEEN r.earliest AND r.latest
		) AS w (what)
	ORDER BY w.what, r.unit_id, r.category, r.person_id
$$;
COMMENT ON FUNCTION bianzhi.retirement_review(date) IS '退休核查: holders of seats on a day of whom something has to be looked at: past_age 到龄未退: by law or choice they should have left by that day; unknown 信息不全: birthday or track is missing, and no day is chosen; outside_window 超出弹性区间: the chosen month is none that may be chosen. 《实施弹性退休制度暂行办法》; some of these are in order, by approvals that other rules allow';
REVOKE ALL ON FUNCTION bianzhi.retirement_review(date) FROM PUBLIC;

-- what a list wrote, so that it can be taken back

CREATE TABLE bianzhi.retirement_schedule (
	retirement_schedule_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	document_no text NOT NULL CONSTRAINT retirement_schedule_document_no_not_blank CHECK (btrim(document_no) <> ''),
	person_id bigint NOT NULL REFERENCES bianzhi.person,
	relation text NOT NULL CONSTRAINT retirement_schedule_relation_check CHECK (relation IN ('occupancy', 'appointment')),
	row_id bigint NOT NULL,
	was daterange NOT NULL,
	was_exit_kind text,
	leaves_on date NOT NULL,
	written_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
	undone_at timestamp with time zone
);

COMMENT ON TABLE bianzhi.retirement_schedule IS '退休安排: ends of seats and posts that schedule_retirements() wrote, with what stood there before';
COMMENT ON COLUMN bianzhi.retirement_schedule.retirement_schedule_id IS '安排标识: identifier';
COMMENT ON COLUMN bianzhi.retirement_schedule.document_no IS '批准文号: document by which they retire';
COMMENT ON COLUMN bianzhi.retirement_schedule.person_id IS '人员: person';
COMMENT ON COLUMN bianzhi.retirement_schedule.relation IS '表: occupancy or appointment';
COMMENT ON COLUMN bianzhi.retirement_schedule.row_id IS '行: its occupancy_id or appointment_id';
COMMENT ON COLUMN bianzhi.retirement_schedule.was IS '原期间: its days before';
COMMENT ON COLUMN bianzhi.retirement_schedule.was_exit_kind IS '原出编方式: exit_kind before';
COMMENT ON COLUMN bianzhi.retirement_schedule.leaves_on IS '离编日期: first day without the holder, as written';
COMMENT ON COLUMN bianzhi.retirement_schedule.written_at IS '写入时间: when it was written';
COMMENT ON COLUMN bianzhi.retirement_schedule.undone_at IS '撤销时间: when it was taken back; NULL: it stands';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.retirement_schedule', '');
SELECT pg_catalog.pg_extension_config_dump('bianzhi.retirement_schedule_retirement_schedule_id_seq', '');
SELECT bianzhi.audit_own('bianzhi.retirement_schedule');

CREATE INDEX retirement_schedule_document_no_idx ON bianzhi.retirement_schedule (document_no);
CREATE INDEX retirement_schedule_person_id_idx ON bianzhi.retirement_schedule (person_id);

CREATE FUNCTION bianzhi.schedule_retirements(year integer, document_no text) RETURNS TABLE (seats bigint, posts bigint, elsewhere bigint)
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF btrim(schedule_retirements.document_no) = '' THEN
		RAISE EXCEPTION 'retirements need the number of a document' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	WITH listed AS MATERIALIZED (
		SELECT l.* FROM bianzhi.retirement_list(schedule_retirements.year) AS l
	), due AS MATERIALIZED (
		SELECT DISTINCT ON (l.person_id) l.person_id, l.leaves_on, l.retires < l.statutory AS early
		FROM listed AS l
		ORDER BY l.person_id
	), seat AS MATERIALIZED (
		SELECT 'occupancy' AS relation, o.occupancy_id AS row_id, o.person_id, o.during, o.exit_kind, d.leaves_on, d.early
		FROM due AS d JOIN bianzhi.occupancy AS o ON o.person_id = d.person_id
		WHERE o.during @> d.leaves_on - 1 AND o.during @> d.leaves_on
		UNION ALL
		SELECT 'appointment', a.appointment_id, a.person_id, a.during, NULL, d.leaves_on, d.early
		FROM due AS d JOIN bianzhi.appointment AS a ON a.person_id = d.person_id
		WHERE a.during @> d.leaves_on - 1 AND a.during @> d.leaves_on
	), noted AS (
		INSERT INTO bianzhi.retirement_schedule (document_no, person_id, relation, row_id, was, was_exit_kind, leaves_on)
		SELECT schedule_retirements.document_no, s.person_id, s.relation, s.row_id, s.during, s.exit_kind, s.leaves_on
		FROM seat AS s
		ORDER BY s.person_id, s.relation DESC, s.row_id
	), left_posts AS (
		UPDATE bianzhi.appointment AS a SET during = daterange(lower(a.during), s.leaves_on)
		FROM seat AS s
		WHERE s.relation = 'appointment' AND a.appointment_id = s.row_id
		RETURNING 1
	), left_seats AS (
		UPDATE bianzhi.occupancy AS o SET during = daterange(lower(o.during), s.leaves_on), exit_kind = CASE WHEN s.early THEN 'retire_early' ELSE 'retire' END
		FROM seat AS s
		WHERE s.relation = 'occupancy' AND o.occupancy_id = s.row_id
		RETURNING 1
	)
	SELECT (SELECT count(*) FROM left_seats), (SELECT count(*) FROM left_posts), (
		SELECT count(*) FROM listed AS l
		WHERE l.source <> 'bianzhi.occupancy'::regclass AND NOT l.scheduled)
	INTO seats, posts, elsewhere;
	IF elsewhere > 0 THEN
		RAISE NOTICE '% seats are in tables of applications, where the leaving has to be written', elsewhere;
	END IF;
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION bianzhi.schedule_retirements(integer, text) IS '落实年度退休: ends the seats and posts of who retires in a year (retirement_list) on leaves_on, with exit kind retire or retire_early, under a document; what ends earlier stays. Returns how many seats and posts were ended, and how many seats are in attached tables and have to be ended there. Done twice it does nothing the second time; undo_retirements() takes it back';
REVOKE ALL ON FUNCTION bianzhi.schedule_retirements(integer, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.undo_retirements(document_no text) RETURNS TABLE (seats bigint, posts bigint, changed_since bigint)
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- whoever else takes it back waits, and finds nothing
	PERFORM FROM bianzhi.retirement_schedule AS s
	WHERE s.document_no = undo_retirements.document_no AND s.undone_at IS NULL ORDER BY s.retirement_schedule_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'nothing is scheduled under document "%"', undo_retirements.document_no USING ERRCODE = 'no_data_found';
	END IF;
	WITH stands AS MATERIALIZED (
		SELECT s.* FROM bianzhi.retirement_schedule AS s WHERE s.document_no = undo_retirements.document_no AND s.undone_at IS NULL
	), back_in_seats AS (
		UPDATE bianzhi.occupancy AS o SET during = s.was, exit_kind = s.was_exit_kind
		FROM stands AS s
		WHERE s.relation = 'occupancy' AND o.occupancy_id = s.row_id AND o.during = daterange(lower(s.was), s.leaves_on)
		RETURNING 1
	), back_in_posts AS (
		UPDATE bianzhi.appointment AS a SET during = s.was
		FROM stands AS s
		WHERE s.relation = 'appointment' AND a.appointment_id = s.row_id AND a.during = daterange(lower(s.was), s.leaves_on)
		RETURNING 1
	), undone AS (
		UPDATE bianzhi.retirement_schedule AS s SET undone_at = clock_timestamp() FROM stands AS t WHERE t.retirement_schedule_id = s.retirement_schedule_id
		RETURNING 1
	)
	SELECT (SELECT count(*) FROM back_in_seats), (SELECT count(*) FROM back_in_posts),
		(SELECT count(*) FROM undone) - (SELECT count(*) FROM back_in_seats) - (SELECT count(*) FROM back_in_posts)
	INTO seats, posts, changed_since;
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION bianzhi.undo_retirements(text) IS '撤销退休安排: gives seats and posts back the ends that they had before schedule_retirements() under a document; those that were changed or deleted since stay as they are, and are counted in changed_since. Refused (23514) as a whole where a seat has been given to somebody else meanwhile; P0002: nothing is scheduled under the document';
REVOKE ALL ON FUNCTION bianzhi.undo_retirements(text) FROM PUBLIC;

-- until go_live() the keys' checks sleep, as those of the other tables do
SELECT bianzhi.switch_key(k.key, false) FROM bianzhi.own_keys() AS k WHERE NOT k.asleep;
