/*
 * row_text.sql: the canonical text of a row (docs/row-text.md).
 */

CREATE FUNCTION bianzhi.canonical_row(the_row record) RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.canonical_row(record) IS '规范文本: a row as the ledger writes it: one JSON object, columns in the order of their names, NULL left out; the same whatever the session has set. json_populate_record() gives the row back';
REVOKE ALL ON FUNCTION bianzhi.canonical_row(record) FROM PUBLIC;
