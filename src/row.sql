/*
 * row.sql: what the rows of sources say, as text of queries. This is what timelines are recomputed and checked with: it
 * shares no code with the engine (row.c).
 */

CREATE FUNCTION bianzhi.source_column(source regclass, place smallint) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'x.' || quote_ident(a.attname)
	FROM pg_attribute AS a
	WHERE a.attrelid = source_column.source AND a.attnum = source_column.place AND NOT a.attisdropped
$$;
COMMENT ON FUNCTION bianzhi.source_column(regclass, smallint) IS '来源列名: name of a column of a source, quoted, of the row x';
REVOKE ALL ON FUNCTION bianzhi.source_column(regclass, smallint) FROM PUBLIC;

CREATE FUNCTION bianzhi.source_column_type(source regclass, place smallint) RETURNS regtype
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE base (type) AS (
		SELECT a.atttypid FROM pg_attribute AS a
		WHERE a.attrelid = source_column_type.source AND a.attnum = source_column_type.place AND NOT a.attisdropped
		UNION ALL
		SELECT t.typbasetype FROM base AS b JOIN pg_type AS t ON t.oid = b.type WHERE t.typtype = 'd'
	)
	SELECT b.type::regtype FROM base AS b JOIN pg_type AS t ON t.oid = b.type WHERE t.typtype <> 'd'
$$;
COMMENT ON FUNCTION bianzhi.source_column_type(regclass, smallint) IS '来源列类型: type of a column of a source, without domains';
REVOKE ALL ON FUNCTION bianzhi.source_column_type(regclass, smallint) FROM PUBLIC;

-- words do not become equal by the collation of a column
CREATE FUNCTION bianzhi.source_word(source regclass, place smallint) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT bianzhi.source_column(source_word.source, source_word.place) || '::text COLLATE "default"'
$$;
COMMENT ON FUNCTION bianzhi.source_word(regclass, smallint) IS '来源列文字: expression for what stands in a column of a source, as text';
REVOKE ALL ON FUNCTION bianzhi.source_word(regclass, smallint) FROM PUBLIC;

CREATE FUNCTION bianzhi.check_source(source regclass) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.check_source(regclass) IS '检查数据来源: whether the columns that a table was attached with are there and can be read (else 55000); they stay so until the end of the transaction; returns how many sources the table feeds';
REVOKE ALL ON FUNCTION bianzhi.check_source(regclass) FROM PUBLIC;

-- the columns of a source in the order of what they are for, each once: the order in which the trigger names them
CREATE FUNCTION bianzhi.source_columns_of(source_id bigint) RETURNS TABLE (place bigint, attnum smallint)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT row_number() OVER (ORDER BY min(c.place)), c.attnum
	FROM bianzhi.source AS s
		CROSS JOIN LATERAL unnest(ARRAY[s.unit_column, s.section_column, s.category_column, s.person_column, s.starts_column,
			s.ends_column, s.during_column, s.seats_column, s.condition_column, s.closed_column]) WITH ORDINALITY AS c (attnum, place)
	WHERE s.source_id = source_columns_of.source_id AND c.attnum IS NOT NULL
	GROUP BY c.attnum
$$;
COMMENT ON FUNCTION bianzhi.source_columns_of(bigint) IS '来源所用列: numbers of the columns of a source, in the order in which its trigger names them';
REVOKE ALL ON FUNCTION bianzhi.source_columns_of(bigint) FROM PUBLIC;

-- in a restored table columns may have other numbers until go_live() takes them from the trigger that lists them
CREATE FUNCTION bianzhi.is_placed(source_id bigint) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT NOT EXISTS (
		SELECT 1 FROM bianzhi.source AS s JOIN pg_trigger AS t ON t.tgrelid = s.relid AND t.tgname = '!bianzhi_columns_' || s.source_id
		WHERE s.source_id = is_placed.source_id
			AND (SELECT array_agg(a.attnum ORDER BY a.place) FROM unnest(t.tgattr::int2[]) WITH ORDINALITY AS a (attnum, place))
				IS DISTINCT FROM (SELECT array_agg(c.attnum ORDER BY c.place) FROM bianzhi.source_columns_of(s.source_id) AS c))
$$;
COMMENT ON FUNCTION bianzhi.is_placed(bigint) IS '来源列是否就位: whether the numbers of a source''s columns are those of the list that its trigger carries';
REVOKE ALL ON FUNCTION bianzhi.is_placed(bigint) FROM PUBLIC;

CREATE FUNCTION bianzhi.source_rows(source_id bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 100000;
COMMENT ON FUNCTION bianzhi.source_rows(bigint) IS '来源行: what the rows of an attached table hold in the columns that it was attached with, read without a query on the table: nothing that its owner has written into indexes or constraints is evaluated';
REVOKE ALL ON FUNCTION bianzhi.source_rows(bigint) FROM PUBLIC;

-- the columns of a source as source_rows() returns them: names and types
CREATE FUNCTION bianzhi.source_row_columns(source_id bigint) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(quote_ident(a.attname) || ' ' || CASE WHEN t.typtype = 'e' OR t.oid IN ('name'::regtype, 'uuid'::regtype) THEN 'text'
		WHEN t.oid = 'character'::regtype THEN 'bpchar' ELSE t.oid::regtype::text END, ', ' ORDER BY c.place)
	FROM bianzhi.source AS s
		CROSS JOIN LATERAL bianzhi.source_columns_of(s.source_id) AS c
		JOIN pg_attribute AS a ON a.attrelid = s.relid AND a.attnum = c.attnum
		JOIN pg_type AS t ON t.oid = bianzhi.source_column_type(s.relid, c.attnum)
	WHERE s.source_id = source_row_columns.source_id
$$;
COMMENT ON FUNCTION bianzhi.source_row_columns(bigint) IS '来源行列: names and types of the columns that source_rows() returns, as a list of column definitions';
REVOKE ALL ON FUNCTION bianzhi.source_row_columns(bigint) FROM PUBLIC;

/*
 * For each source the tables to read, x being its row, and an expression for each thing that a row says: NULL where it
 * says nothing.  "stands": the row stands on some day and its condition is true.
 */
CREATE FUNCTION bianzhi.source_parts()
	RETURNS TABLE (source_id bigint, relid regclass, own boolean, measure text, holds smallint, tables text, unit text,
		section text, category text, person text, since text, until text, amount text, closed text, stands text,
		unit_word text, category_word text, person_word text, condition text, scanned text, scanned_as text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	moved regclass;
BEGIN
	SELECT s.relid INTO moved FROM bianzhi.source AS s WHERE NOT s.builtin AND NOT bianzhi.is_placed(s.source_id) LIMIT 1;
	IF moved IS NOT NULL THEN
		RAISE EXCEPTION 'it is not looked up yet which columns of table % are meant', moved
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'The database was restored.',
				HINT = 'bianzhi.go_live() looks them up, or bianzhi.place_source_columns() alone.';
	END IF;
	PERFORM bianzhi.check_source(s.relid) FROM bianzhi.source AS s JOIN pg_class AS t ON t.oid = s.relid WHERE NOT s.builtin;
	RETURN QUERY
	SELECT s.source_id, s.relid, s.alias_source IS NULL, s.measure, s.holds,
		f.scanned || CASE WHEN s.alias_source IS NULL THEN '' ELSE
				format(' LEFT JOIN bianzhi.unit_alias AS ua ON ua.source = %1$L AND ua.alias = %2$s AND ua.during @> %3$s'
					' LEFT JOIN bianzhi.unit_alias AS ug ON ug.source = '''' AND ug.alias = %2$s AND ug.during @> %3$s',
					s.alias_source, w.unit, d.since)
				|| CASE WHEN n.unit THEN '' ELSE format(' LEFT JOIN bianzhi.unit AS uk ON uk.unit_key = %s', w.unit) END
				|| CASE WHEN s.category_column IS NULL THEN '' ELSE
					format(' LEFT JOIN bianzhi.category_alias AS ca ON ca.source = %1$L AND ca.alias = %2$s'
						' LEFT JOIN bianzhi.category_alias AS cg ON cg.source = '''' AND cg.alias = %2$s', s.alias_source, w.category) END
				|| CASE WHEN n.person THEN '' ELSE
					' LEFT JOIN bianzhi.person AS pp ON pp.resident_id OPERATOR(bianzhi.=) ' || i.person_id END
			END,
		CASE WHEN s.alias_source IS NULL THEN c.unit
			ELSE format('COALESCE(ua.unit_id, ug.unit_id, %s)', CASE WHEN n.unit THEN c.unit || '::bigint' ELSE 'uk.unit_id' END) END,
		COALESCE(c.section, 'NULL::bigint'),
		CASE WHEN s.category_column IS NULL THEN quote_literal(s.constant_category) || '::text'
			WHEN s.alias_source IS NULL THEN c.category
			ELSE format('COALESCE(ca.category, cg.category, %s)', w.category) END,
		CASE WHEN n.person THEN COALESCE(c.person || '::bigint', 'NULL::bigint') ELSE 'pp.person_id' END,
		d.since, d.until,
		COALESCE('COALESCE(' || c.seats || ', 1)::bigint', '1::bigint'),
		COALESCE('COALESCE(' || c.closed || ', false)', 'false'),
		CASE WHEN s.during_column IS NOT NULL THEN format('NOT isempty(%s)', c.during)
			ELSE format('%s < COALESCE(%s, ''infinity'')', d.since, d.until) END
			|| COALESCE(' AND ' || c.condition, ''),
		w.unit, w.category, i.person_word, COALESCE(c.condition, 'true'), f.scanned,
		format('%s%s AS x', CASE WHEN t.relkind = 'p' THEN '' ELSE 'ONLY ' END, s.relid)
	FROM bianzhi.source AS s JOIN pg_class AS t ON t.oid = s.relid
		CROSS JOIN LATERAL (SELECT bianzhi.source_column(s.relid, s.unit_column) AS unit,
			bianzhi.source_column(s.relid, s.section_column) AS section,
			bianzhi.source_column(s.relid, s.category_column) AS category,
			bianzhi.source_column(s.relid, s.person_column) AS person,
			bianzhi.source_column(s.relid, s.starts_column) AS starts,
			bianzhi.source_column(s.relid, s.ends_column) AS ends,
			bianzhi.source_column(s.relid, s.during_column) AS during,
			bianzhi.source_column(s.relid, s.seats_column) AS seats,
			bianzhi.source_column(s.relid, s.condition_column) AS condition,
			bianzhi.source_column(s.relid, s.closed_column) AS closed,
			bianzhi.source_column_type(s.relid, s.person_column) AS person_type) AS c
		CROSS JOIN LATERAL (SELECT bianzhi.source_word(s.relid, s.unit_column) AS unit,
			COALESCE(bianzhi.source_word(s.relid, s.category_column), quote_literal(s.constant_category) || '::text') AS category) AS w
		CROSS JOIN LATERAL (SELECT CASE WHEN s.alias_source IS NULL THEN format('%s%s AS x', CASE WHEN t.relkind = 'p' THEN '' ELSE 'ONLY ' END, s.relid)
			ELSE format('bianzhi.source_rows(%s) AS x (%s)', s.source_id, bianzhi.source_row_columns(s.source_id)) END AS scanned) AS f
		-- numbers are taken as unit_id and person_id
		CROSS JOIN LATERAL (SELECT bianzhi.source_column_type(s.relid, s.unit_column)
				= ANY ('{smallint,integer,bigint}'::regtype[]) AS unit,
			c.person IS NULL OR c.person_type = ANY ('{smallint,integer,bigint}'::regtype[]) AS person) AS n
		CROSS JOIN LATERAL (SELECT
			CASE WHEN n.person THEN NULL
				WHEN c.person_type = 'bianzhi.resident_id'::regtype THEN c.person
				ELSE format('CASE WHEN bianzhi.is_resident_id(%1$s::text) THEN %1$s::text::bianzhi.resident_id END', c.person) END AS person_id,
			CASE WHEN NOT n.person THEN c.person || '::text COLLATE "default"' END AS person_word) AS i
		CROSS JOIN LATERAL (SELECT
			CASE WHEN c.during IS NOT NULL THEN format('COALESCE(lower(%s), ''-infinity'')', c.during)
				ELSE COALESCE('COALESCE(' || c.starts || '::date, ''-infinity'')', '''-infinity''::date') END AS since,
			CASE WHEN c.during IS NOT NULL THEN format('NULLIF(upper(%s), ''infinity'')', c.during)
				WHEN c.ends IS NULL THEN 'NULL::date'
				-- the last day that there is has none after it
				WHEN s.ends_inclusive THEN format('CASE WHEN %1$s::date < ''5874897-12-31'' THEN %1$s::date + 1 END', c.ends)
				ELSE format('NULLIF(%s::date, ''infinity'')', c.ends) END AS until) AS d;
END
$$;
COMMENT ON FUNCTION bianzhi.source_parts() IS '来源表达式: for each source that exists the tables to read and an expression for each thing that a row says';
REVOKE ALL ON FUNCTION bianzhi.source_parts() FROM PUBLIC;

CREATE FUNCTION bianzhi.source_sql(only_measure text DEFAULT NULL) RETURNS text
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT string_agg(format('SELECT %s AS unit_id, %s AS section_id, %s AS category, %s AS person_id, %s AS since, %s AS until,'
			' %L AS measure, %s AS amount, %s AS closed FROM %s WHERE %s%s',
			p.unit, p.section, p.category, p.person, p.since, p.until, p.measure, p.amount, p.closed, p.tables, p.stands,
			-- what no row can be written with, one does not count
			CASE WHEN NOT p.own AND p.amount <> '1::bigint' THEN format(' AND %s BETWEEN %s AND 2147483647', p.amount,
				CASE WHEN p.measure = 'authorized' THEN -2147483647 ELSE 0 END) END),
		E'\nUNION ALL ' ORDER BY p.source_id)
	FROM bianzhi.source_parts() AS p
	WHERE only_measure IS NULL OR p.measure = only_measure
$$;
COMMENT ON FUNCTION bianzhi.source_sql(text) IS '来源查询: text of a query over the counted rows of all sources, or of those of a measure';
REVOKE ALL ON FUNCTION bianzhi.source_sql(text) FROM PUBLIC;
