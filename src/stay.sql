/*
 * stay.sql: days on which somebody is somewhere.
 */

CREATE FUNCTION bianzhi.is_stay(during daterange) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.is_stay(daterange) IS '有效期间: whether a range has days, a first one, and a last one or none; the literal infinity is no day';
REVOKE ALL ON FUNCTION bianzhi.is_stay(daterange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.is_stay(daterange) TO PUBLIC;
