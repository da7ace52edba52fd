/* resident_id.sql: the type resident_id, a resident number (GB 11643-1999) */

CREATE TYPE bianzhi.resident_id;

CREATE FUNCTION bianzhi.resident_id_in(cstring) RETURNS bianzhi.resident_id
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_out(bianzhi.resident_id) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_recv(internal) RETURNS bianzhi.resident_id
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_send(bianzhi.resident_id) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE bianzhi.resident_id (
	INPUT = bianzhi.resident_id_in,
	OUTPUT = bianzhi.resident_id_out,
	RECEIVE = bianzhi.resident_id_recv,
	SEND = bianzhi.resident_id_send,
	INTERNALLENGTH = 8,
	PASSEDBYVALUE,
	ALIGNMENT = double
);

COMMENT ON TYPE bianzhi.resident_id IS '公民身份号码: resident number of GB 11643-1999. Reads 18 characters, or 15 digits of the old kind, in half or full width; writes 18 characters, and ! behind a number that is known to be wrongly issued';

-- Casts from text (explicit) and to text (assignment) are those PostgreSQL has for every type: the I/O functions.

-- what a query wants to know

CREATE FUNCTION bianzhi.resident_id_unchecked(text) RETURNS bianzhi.resident_id
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_problem(text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.is_resident_id(text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.is_checked(bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.birth_date(bianzhi.resident_id) RETURNS date
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.sex(bianzhi.resident_id) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.region(bianzhi.resident_id) RETURNS text
	AS 'MODULE_PATHNAME', 'resident_id_region' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.mask(bianzhi.resident_id) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- comparing, hashing

CREATE FUNCTION bianzhi.resident_id_eq(bianzhi.resident_id, bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_ne(bianzhi.resident_id, bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_lt(bianzhi.resident_id, bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_le(bianzhi.resident_id, bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_gt(bianzhi.resident_id, bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_ge(bianzhi.resident_id, bianzhi.resident_id) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_cmp(bianzhi.resident_id, bianzhi.resident_id) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_sortsupport(internal) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_hash(bianzhi.resident_id) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.resident_id_hash_extended(bianzhi.resident_id, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR bianzhi.= (
	LEFTARG = bianzhi.resident_id, RIGHTARG = bianzhi.resident_id, FUNCTION = bianzhi.resident_id_eq,
	COMMUTATOR = OPERATOR(bianzhi.=), NEGATOR = OPERATOR(bianzhi.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);

CREATE OPERATOR bianzhi.<> (
	LEFTARG = bianzhi.resident_id, RIGHTARG = bianzhi.resident_id, FUNCTION = bianzhi.resident_id_ne,
	COMMUTATOR = OPERATOR(bianzhi.<>), NEGATOR = OPERATOR(bianzhi.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR bianzhi.< (
	LEFTARG = bianzhi.resident_id, RIGHTARG = bianzhi.resident_id, FUNCTION = bianzhi.resident_id_lt,
	COMMUTATOR = OPERATOR(bianzhi.>), NEGATOR = OPERATOR(bianzhi.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR bianzhi.<= (
	LEFTARG = bianzhi.resident_id, RIGHTARG = bianzhi.resident_id, FUNCTION = bianzhi.resident_id_le,
	COMMUTATOR = OPERATOR(bianzhi.>=), NEGATOR = OPERATOR(bianzhi.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR bianzhi.> (
	LEFTARG = bianzhi.resident_id, RIGHTARG = bianzhi.resident_id, FUNCTION = bianzhi.resident_id_gt,
	COMMUTATOR = OPERATOR(bianzhi.<), NEGATOR = OPERATOR(bianzhi.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR bianzhi.>= (
	LEFTARG = bianzhi.resident_id, RIGHTARG = bianzhi.resident_id, FUNCTION = bianzhi.resident_id_ge,
	COMMUTATOR = OPERATOR(bianzhi.<=), NEGATOR = OPERATOR(bianzhi.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

COMMENT ON OPERATOR bianzhi.= (bianzhi.resident_id, bianzhi.resident_id) IS '等于: equal';
COMMENT ON OPERATOR bianzhi.<> (bianzhi.resident_id, bianzhi.resident_id) IS '不等于: not equal';
COMMENT ON OPERATOR bianzhi.< (bianzhi.resident_id, bianzhi.resident_id) IS '小于: less than';
COMMENT ON OPERATOR bianzhi.<= (bianzhi.resident_id, bianzhi.resident_id) IS '小于或等于: less than or equal';
COMMENT ON OPERATOR bianzhi.> (bianzhi.resident_id, bianzhi.resident_id) IS '大于: greater than';
COMMENT ON OPERATOR bianzhi.>= (bianzhi.resident_id, bianzhi.resident_id) IS '大于或等于: greater than or equal';

CREATE OPERATOR CLASS bianzhi.resident_id_ops DEFAULT FOR TYPE bianzhi.resident_id USING btree AS
	OPERATOR 1 bianzhi.<,
	OPERATOR 2 bianzhi.<=,
	OPERATOR 3 bianzhi.=,
	OPERATOR 4 bianzhi.>=,
	OPERATOR 5 bianzhi.>,
	FUNCTION 1 bianzhi.resident_id_cmp(bianzhi.resident_id, bianzhi.resident_id),
	FUNCTION 2 bianzhi.resident_id_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS bianzhi.resident_id_ops DEFAULT FOR TYPE bianzhi.resident_id USING hash AS
	OPERATOR 1 bianzhi.=,
	FUNCTION 1 bianzhi.resident_id_hash(bianzhi.resident_id),
	FUNCTION 2 bianzhi.resident_id_hash_extended(bianzhi.resident_id, bigint);

COMMENT ON OPERATOR CLASS bianzhi.resident_id_ops USING btree IS '公民身份号码的排序: the order of the text';
COMMENT ON OPERATOR CLASS bianzhi.resident_id_ops USING hash IS '公民身份号码的散列: hashing';
COMMENT ON OPERATOR FAMILY bianzhi.resident_id_ops USING btree IS '公民身份号码的排序: the order of the text';
COMMENT ON OPERATOR FAMILY bianzhi.resident_id_ops USING hash IS '公民身份号码的散列: hashing';

COMMENT ON FUNCTION bianzhi.resident_id_in(cstring) IS '文本输入: reads the text form';
COMMENT ON FUNCTION bianzhi.resident_id_out(bianzhi.resident_id) IS '文本输出: writes the text form';
COMMENT ON FUNCTION bianzhi.resident_id_recv(internal) IS '二进制输入: reads the binary form, as strictly as text';
COMMENT ON FUNCTION bianzhi.resident_id_send(bianzhi.resident_id) IS '二进制输出: writes the binary form';
COMMENT ON FUNCTION bianzhi.resident_id_unchecked(text) IS '按实登记: the number as it was issued, though its check digit may be wrong (GB 11643-1999); such a number is written with ! behind it';
COMMENT ON FUNCTION bianzhi.resident_id_problem(text) IS '号码问题: why a text is not a resident id: empty, character, length, date, century or check; NULL when it is one';
COMMENT ON FUNCTION bianzhi.is_resident_id(text) IS '是否公民身份号码: would the text be taken as a resident id (GB 11643-1999)?';
COMMENT ON FUNCTION bianzhi.is_checked(bianzhi.resident_id) IS '校验码是否正确: is the check digit right? False only for numbers stored as wrongly issued';
COMMENT ON FUNCTION bianzhi.birth_date(bianzhi.resident_id) IS '出生日期: date of birth in the number, characters 7 to 14 (GB 11643-1999)';
COMMENT ON FUNCTION bianzhi.sex(bianzhi.resident_id) IS '性别: sex in the number, 1 man, 2 woman (GB 11643-1999, character 17; codes of GB/T 2261.1)';
COMMENT ON FUNCTION bianzhi.region(bianzhi.resident_id) IS '地址码: region of first registration, six digits (GB 11643-1999; codes of GB/T 2260, abolished ones included)';
COMMENT ON FUNCTION bianzhi.mask(bianzhi.resident_id) IS '脱敏号码: the number with the date of birth starred out; region, sequence and check digit stay: 320902********001X';
COMMENT ON FUNCTION bianzhi.resident_id_eq(bianzhi.resident_id, bianzhi.resident_id) IS '等于: equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.resident_id_ne(bianzhi.resident_id, bianzhi.resident_id) IS '不等于: not equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.resident_id_lt(bianzhi.resident_id, bianzhi.resident_id) IS '小于: less than, in the order of the text';
COMMENT ON FUNCTION bianzhi.resident_id_le(bianzhi.resident_id, bianzhi.resident_id) IS '小于或等于: less than or equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.resident_id_gt(bianzhi.resident_id, bianzhi.resident_id) IS '大于: greater than, in the order of the text';
COMMENT ON FUNCTION bianzhi.resident_id_ge(bianzhi.resident_id, bianzhi.resident_id) IS '大于或等于: greater than or equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.resident_id_cmp(bianzhi.resident_id, bianzhi.resident_id) IS '比较: less than, equal, greater than: -1, 0, 1';
COMMENT ON FUNCTION bianzhi.resident_id_sortsupport(internal) IS '排序支持: sort support';
COMMENT ON FUNCTION bianzhi.resident_id_hash(bianzhi.resident_id) IS '散列: hash';
COMMENT ON FUNCTION bianzhi.resident_id_hash_extended(bianzhi.resident_id, bigint) IS '散列: hash with a seed';

-- all of it is computing without looking at any table: for everybody
GRANT USAGE ON TYPE bianzhi.resident_id TO PUBLIC;
GRANT EXECUTE ON FUNCTION
	bianzhi.resident_id_in(cstring),
	bianzhi.resident_id_out(bianzhi.resident_id),
	bianzhi.resident_id_recv(internal),
	bianzhi.resident_id_send(bianzhi.resident_id),
	bianzhi.resident_id_unchecked(text),
	bianzhi.resident_id_problem(text),
	bianzhi.is_resident_id(text),
	bianzhi.is_checked(bianzhi.resident_id),
	bianzhi.birth_date(bianzhi.resident_id),
	bianzhi.sex(bianzhi.resident_id),
	bianzhi.region(bianzhi.resident_id),
	bianzhi.mask(bianzhi.resident_id),
	bianzhi.resident_id_eq(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_ne(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_lt(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_le(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_gt(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_ge(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_cmp(bianzhi.resident_id, bianzhi.resident_id),
	bianzhi.resident_id_sortsupport(internal),
	bianzhi.resident_id_hash(bianzhi.resident_id),
	bianzhi.resident_id_hash_extended(bianzhi.resident_id, bigint)
TO PUBLIC;
