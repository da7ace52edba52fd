/*
 * strength.sql: timelines as rows.  Readers see what enforcement uses.
 */

CREATE FUNCTION bianzhi.chunk_rows(body bytea, OUT since date, OUT authorized integer, OUT filled integer, OUT reserved integer)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 50;

COMMENT ON FUNCTION bianzhi.chunk_rows(bytea) IS '时间线展开: the days of a chunk on which what readers see changes, with the levels from then on';
REVOKE ALL ON FUNCTION bianzhi.chunk_rows(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.chunk_rows(bytea) TO PUBLIC;

CREATE VIEW bianzhi.strength AS
SELECT a.unit_id, a.category, r.since, r.authorized, r.filled, r.reserved
FROM bianzhi.account AS a
	JOIN bianzhi.chunk AS c ON c.account_id = a.account_id
	CROSS JOIN LATERAL bianzhi.chunk_rows(c.body) AS r
WHERE NOT a.is_ceiling;

COMMENT ON VIEW bianzhi.strength IS '编制与实有: what each unit is authorised and carries of each category, from each day of change on until the next; seats';
COMMENT ON COLUMN bianzhi.strength.unit_id IS '机构: unit';
COMMENT ON COLUMN bianzhi.strength.category IS '编制种类: category';
COMMENT ON COLUMN bianzhi.strength.since IS '起始日: first day; valid until the next row of the same unit and category';
COMMENT ON COLUMN bianzhi.strength.authorized IS '核定数: authorised; NULL where no line of quota is in force';
COMMENT ON COLUMN bianzhi.strength.filled IS '实有数: filled';
COMMENT ON COLUMN bianzhi.strength.reserved IS '已核准未用: reserved by open approvals';
