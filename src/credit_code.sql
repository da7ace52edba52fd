/* credit_code.sql: the type credit_code, a unified social credit code (GB 32100-2015) */

CREATE TYPE bianzhi.credit_code;

CREATE FUNCTION bianzhi.credit_code_in(cstring) RETURNS bianzhi.credit_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_out(bianzhi.credit_code) RETURNS cstring
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_recv(internal) RETURNS bianzhi.credit_code
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_send(bianzhi.credit_code) RETURNS bytea
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE bianzhi.credit_code (
	INPUT = bianzhi.credit_code_in,
	OUTPUT = bianzhi.credit_code_out,
	RECEIVE = bianzhi.credit_code_recv,
	SEND = bianzhi.credit_code_send,
	INTERNALLENGTH = 12,
	ALIGNMENT = int4
);

COMMENT ON TYPE bianzhi.credit_code IS '统一社会信用代码: unified social credit code of GB 32100-2015. Reads 18 characters in half or full width, small or capital; writes capitals';

-- Casts from text (explicit) and to text (assignment) are those PostgreSQL has for every type: the I/O functions.

-- what a query wants to know

CREATE FUNCTION bianzhi.credit_code_problem(text) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.is_credit_code(text) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.registration_department(bianzhi.credit_code) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.registration_category(bianzhi.credit_code) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.region(bianzhi.credit_code) RETURNS text
	AS 'MODULE_PATHNAME', 'credit_code_region' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.organization_code(bianzhi.credit_code) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- comparing, hashing

CREATE FUNCTION bianzhi.credit_code_eq(bianzhi.credit_code, bianzhi.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_ne(bianzhi.credit_code, bianzhi.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_lt(bianzhi.credit_code, bianzhi.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_le(bianzhi.credit_code, bianzhi.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_gt(bianzhi.credit_code, bianzhi.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_ge(bianzhi.credit_code, bianzhi.credit_code) RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_cmp(bianzhi.credit_code, bianzhi.credit_code) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_sortsupport(internal) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_hash(bianzhi.credit_code) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION bianzhi.credit_code_hash_extended(bianzhi.credit_code, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR bianzhi.= (
	LEFTARG = bianzhi.credit_code, RIGHTARG = bianzhi.credit_code, FUNCTION = bianzhi.credit_code_eq,
	COMMUTATOR = OPERATOR(bianzhi.=), NEGATOR = OPERATOR(bianzhi.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);

CREATE OPERATOR bianzhi.<> (
	LEFTARG = bianzhi.credit_code, RIGHTARG = bianzhi.credit_code, FUNCTION = bianzhi.credit_code_ne,
	COMMUTATOR = OPERATOR(bianzhi.<>), NEGATOR = OPERATOR(bianzhi.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR bianzhi.< (
	LEFTARG = bianzhi.credit_code, RIGHTARG = bianzhi.credit_code, FUNCTION = bianzhi.credit_code_lt,
	COMMUTATOR = OPERATOR(bianzhi.>), NEGATOR = OPERATOR(bianzhi.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR bianzhi.<= (
	LEFTARG = bianzhi.credit_code, RIGHTARG = bianzhi.credit_code, FUNCTION = bianzhi.credit_code_le,
	COMMUTATOR = OPERATOR(bianzhi.>=), NEGATOR = OPERATOR(bianzhi.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR bianzhi.> (
	LEFTARG = bianzhi.credit_code, RIGHTARG = bianzhi.credit_code, FUNCTION = bianzhi.credit_code_gt,
	COMMUTATOR = OPERATOR(bianzhi.<), NEGATOR = OPERATOR(bianzhi.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR bianzhi.>= (
	LEFTARG = bianzhi.credit_code, RIGHTARG = bianzhi.credit_code, FUNCTION = bianzhi.credit_code_ge,
	COMMUTATOR = OPERATOR(bianzhi.<=), NEGATOR = OPERATOR(bianzhi.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

COMMENT ON OPERATOR bianzhi.= (bianzhi.credit_code, bianzhi.credit_code) IS '等于: equal';
COMMENT ON OPERATOR bianzhi.<> (bianzhi.credit_code, bianzhi.credit_code) IS '不等于: not equal';
COMMENT ON OPERATOR bianzhi.< (bianzhi.credit_code, bianzhi.credit_code) IS '小于: less than';
COMMENT ON OPERATOR bianzhi.<= (bianzhi.credit_code, bianzhi.credit_code) IS '小于或等于: less than or equal';
COMMENT ON OPERATOR bianzhi.> (bianzhi.credit_code, bianzhi.credit_code) IS '大于: greater than';
COMMENT ON OPERATOR bianzhi.>= (bianzhi.credit_code, bianzhi.credit_code) IS '大于或等于: greater than or equal';

CREATE OPERATOR CLASS bianzhi.credit_code_ops DEFAULT FOR TYPE bianzhi.credit_code USING btree AS
	OPERATOR 1 bianzhi.<,
	OPERATOR 2 bianzhi.<=,
	OPERATOR 3 bianzhi.=,
	OPERATOR 4 bianzhi.>=,
	OPERATOR 5 bianzhi.>,
	FUNCTION 1 bianzhi.credit_code_cmp(bianzhi.credit_code, bianzhi.credit_code),
	FUNCTION 2 bianzhi.credit_code_sortsupport(internal),
	FUNCTION 4 pg_catalog.btequalimage(oid);

CREATE OPERATOR CLASS bianzhi.credit_code_ops DEFAULT FOR TYPE bianzhi.credit_code USING hash AS
	OPERATOR 1 bianzhi.=,
	FUNCTION 1 bianzhi.credit_code_hash(bianzhi.credit_code),
	FUNCTION 2 bianzhi.credit_code_hash_extended(bianzhi.credit_code, bigint);

COMMENT ON OPERATOR CLASS bianzhi.credit_code_ops USING btree IS '统一社会信用代码的排序: the order of the text';
COMMENT ON OPERATOR CLASS bianzhi.credit_code_ops USING hash IS '统一社会信用代码的散列: hashing';
COMMENT ON OPERATOR FAMILY bianzhi.credit_code_ops USING btree IS '统一社会信用代码的排序: the order of the text';
COMMENT ON OPERATOR FAMILY bianzhi.credit_code_ops USING hash IS '统一社会信用代码的散列: hashing';

COMMENT ON FUNCTION bianzhi.credit_code_in(cstring) IS '文本输入: reads the text form';
COMMENT ON FUNCTION bianzhi.credit_code_out(bianzhi.credit_code) IS '文本输出: writes the text form';
COMMENT ON FUNCTION bianzhi.credit_code_recv(internal) IS '二进制输入: reads the binary form, as strictly as text';
COMMENT ON FUNCTION bianzhi.credit_code_send(bianzhi.credit_code) IS '二进制输出: writes the binary form';
COMMENT ON FUNCTION bianzhi.credit_code_problem(text) IS '代码问题: why a text is not a credit code: empty, character, length or check; NULL when it is one';
COMMENT ON FUNCTION bianzhi.is_credit_code(text) IS '是否统一社会信用代码: would the text be taken as a credit code (GB 32100-2015)?';
COMMENT ON FUNCTION bianzhi.registration_department(bianzhi.credit_code) IS '登记管理部门代码: registering department, character 1 (GB 32100-2015): 1 establishment office, 5 civil affairs, 9 market regulation, ...';
COMMENT ON FUNCTION bianzhi.registration_category(bianzhi.credit_code) IS '机构类别代码: kind of body within the registering department, character 2 (GB 32100-2015)';
COMMENT ON FUNCTION bianzhi.region(bianzhi.credit_code) IS '登记管理机关行政区划码: region of the registering office, characters 3 to 8 (GB 32100-2015; codes of GB/T 2260)';
COMMENT ON FUNCTION bianzhi.organization_code(bianzhi.credit_code) IS '组织机构代码: organisation code of GB 11714, characters 9 to 17, with its hyphen; its own check character is not judged';
COMMENT ON FUNCTION bianzhi.credit_code_eq(bianzhi.credit_code, bianzhi.credit_code) IS '等于: equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.credit_code_ne(bianzhi.credit_code, bianzhi.credit_code) IS '不等于: not equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.credit_code_lt(bianzhi.credit_code, bianzhi.credit_code) IS '小于: less than, in the order of the text';
COMMENT ON FUNCTION bianzhi.credit_code_le(bianzhi.credit_code, bianzhi.credit_code) IS '小于或等于: less than or equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.credit_code_gt(bianzhi.credit_code, bianzhi.credit_code) IS '大于: greater than, in the order of the text';
COMMENT ON FUNCTION bianzhi.credit_code_ge(bianzhi.credit_code, bianzhi.credit_code) IS '大于或等于: greater than or equal, in the order of the text';
COMMENT ON FUNCTION bianzhi.credit_code_cmp(bianzhi.credit_code, bianzhi.credit_code) IS '比较: less than, equal, greater than: -1, 0, 1';
COMMENT ON FUNCTION bianzhi.credit_code_sortsupport(internal) IS '排序支持: sort support';
COMMENT ON FUNCTION bianzhi.credit_code_hash(bianzhi.credit_code) IS '散列: hash';
COMMENT ON FUNCTION bianzhi.credit_code_hash_extended(bianzhi.credit_code, bigint) IS '散列: hash with a seed';

-- all of it is computing without looking at any table: for everybody
GRANT USAGE ON TYPE bianzhi.credit_code TO PUBLIC;
GRANT EXECUTE ON FUNCTION
	bianzhi.credit_code_in(cstring),
	bianzhi.credit_code_out(bianzhi.credit_code),
	bianzhi.credit_code_recv(internal),
	bianzhi.credit_code_send(bianzhi.credit_code),
	bianzhi.credit_code_problem(text),
	bianzhi.is_credit_code(text),
	bianzhi.registration_department(bianzhi.credit_code),
	bianzhi.registration_category(bianzhi.credit_code),
	bianzhi.region(bianzhi.credit_code),
	bianzhi.organization_code(bianzhi.credit_code),
	bianzhi.credit_code_eq(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_ne(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_lt(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_le(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_gt(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_ge(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_cmp(bianzhi.credit_code, bianzhi.credit_code),
	bianzhi.credit_code_sortsupport(internal),
	bianzhi.credit_code_hash(bianzhi.credit_code),
	bianzhi.credit_code_hash_extended(bianzhi.credit_code, bigint)
TO PUBLIC;
