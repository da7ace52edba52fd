/*
 * ask.sql: questions that writers ask: is there room, from when, and may I have these accounts to myself.
 */

CREATE FUNCTION bianzhi.levels_now(unit_id bigint, category text, on_day date, OUT authorized integer, OUT lines integer,
	OUT closed integer, OUT filled integer, OUT reserved integer)
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.levels_now(bigint, text, date) IS '最新水平: what an account is authorised and carries on a day, by what is committed or our own, whatever the caller''s snapshot; lines of quota in force, and how many of them close it to entries';
REVOKE ALL ON FUNCTION bianzhi.levels_now(bigint, text, date) FROM PUBLIC;

CREATE FUNCTION bianzhi.lock_accounts(unit_ids bigint[], category text DEFAULT NULL) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION bianzhi.lock_accounts(bigint[], text) IS '锁定账户: takes accounts of units for the rest of the transaction, in one order, so that several statements cannot run into a deadlock with others; with a category its own and those above, else all that the units have';
REVOKE ALL ON FUNCTION bianzhi.lock_accounts(bigint[], text) FROM PUBLIC;

CREATE FUNCTION bianzhi.would_exceed(unit_id bigint, category text, during daterange, seats integer DEFAULT 1,
	OUT verdict text, OUT first_failing_day date, OUT first_fitting_day date)
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.would_exceed(bigint, text, daterange, integer) IS '预判: what would become of a row with so many seats: fits, recorded (commits with a lead), exceeds, not_configured (no quota) or closed; the first day that fails, and the first from which all the rest of the range would fit. Writes nothing and takes no lock: only the write itself decides';
REVOKE ALL ON FUNCTION bianzhi.would_exceed(bigint, text, daterange, integer) FROM PUBLIC;

CREATE FUNCTION bianzhi.would_exceed(unit_ids bigint[], categories text[], durings daterange[], seats integer[],
	OUT ordinal integer, OUT verdict text, OUT first_failing_day date, OUT first_fitting_day date) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'would_exceed_batch' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.would_exceed(bigint[], text[], daterange[], integer[]) IS '批量预判: the same for rows that would be written one after another, in the order of the arrays: each is judged as if those before it that fit or are recorded had been written, and those that are refused had not';
REVOKE ALL ON FUNCTION bianzhi.would_exceed(bigint[], text[], daterange[], integer[]) FROM PUBLIC;

CREATE FUNCTION bianzhi.earliest_vacancy(unit_id bigint, category text, seats integer DEFAULT 1) RETURNS date
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.earliest_vacancy(bigint, text, integer) IS '最早空编日: the day, today or later, from which so many seats are free for good by what is known; NULL: never';
REVOKE ALL ON FUNCTION bianzhi.earliest_vacancy(bigint, text, integer) FROM PUBLIC;
