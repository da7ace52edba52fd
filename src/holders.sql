/*
 * holders.sql: who holds which seat or post, whatever table says so: what is said of people is said of all of them, also
 * of those that an application keeps in a table of its own.
 */

CREATE FUNCTION bianzhi.holders(from_day date, to_day date) RETURNS TABLE (person_id bigint, unit_id bigint, section_id bigint, category text, during daterange, counted boolean, source regclass)
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 100000 COST 100000;
COMMENT ON FUNCTION bianzhi.holders(date, date) IS '占编占职人员: rows of bianzhi''s own and of attached tables that name a person and cover a day from from_day to to_day, both included: seats, posts, grades, as category.measure says; counted: whether it counts; source: the table. Needs SELECT on these tables (42501), as a query on them does, also where row security would hide some of their rows';
REVOKE ALL ON FUNCTION bianzhi.holders(date, date) FROM PUBLIC;
