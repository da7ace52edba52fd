/*
 * attach.sql: an application's own table under the limits, and out of them again.
 *
 * A source keeps columns by number. A dump gives a table that has lost columns other numbers, so what is attached is
 * written down a second time, by name, where PostgreSQL keeps it right: as the list of columns of a trigger on the table,
 * which never fires. It follows who is renamed, goes with a dump of the table, and keeps its columns from being dropped,
 * or given another type, by accident. go_live() takes the numbers from there.
 */

CREATE FUNCTION bianzhi.place_source_columns() RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attached record;
	was smallint[];
	now smallint[];
	changed bigint := 0;
BEGIN
	FOR attached IN
		SELECT s.source_id, s.relid, (SELECT t.tgattr FROM pg_trigger AS t
			WHERE t.tgrelid = s.relid AND t.tgname = '!bianzhi_columns_' || s.source_id) AS columns
		FROM bianzhi.source AS s WHERE s.alias_source IS NOT NULL ORDER BY s.source_id
	LOOP
		SELECT array_agg(c.attnum ORDER BY c.place) INTO was FROM bianzhi.source_columns_of(attached.source_id) AS c;
		SELECT array_agg(c.attnum ORDER BY c.place) INTO now
		FROM unnest(attached.columns::int2[]) WITH ORDINALITY AS c (attnum, place);
		IF now IS NULL OR cardinality(now) <> cardinality(was) THEN
			RAISE EXCEPTION 'it is not known any more with which columns a table was attached'
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('Table %s.', attached.relid),
					HINT = format('Run bianzhi.detach(%L), and attach the table again if it is still there.', attached.relid::text);
		END IF;
		IF now <> was THEN
			UPDATE bianzhi.source AS s
			SET unit_column = now[array_position(was, s.unit_column)], category_column = now[array_position(was, s.category_column)],
				person_column = now[array_position(was, s.person_column)], starts_column = now[array_position(was, s.starts_column)],
				ends_column = now[array_position(was, s.ends_column)], during_column = now[array_position(was, s.during_column)],
				seats_column = now[array_position(was, s.seats_column)], condition_column = now[array_position(was, s.condition_column)]
			WHERE s.source_id = attached.source_id;
			changed := changed + 1;
		END IF;
		PERFORM bianzhi.source_triggers(attached.relid);
	END LOOP;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION bianzhi.place_source_columns() IS '来源列复位: takes the numbers of the columns of attached tables from the lists that their triggers carry, as is needed after a restore; and makes what triggers their partitions lack; returns for how many sources they had changed';
REVOKE ALL ON FUNCTION bianzhi.place_source_columns() FROM PUBLIC;

-- what is wrong with the rows of one table, raised
CREATE FUNCTION bianzhi.refuse_dangling(source regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	loose record;
BEGIN
	SELECT string_agg(d.source::text || ': ' || d.problem || ' (' || d.row_count || ')', '; ') AS detail, min(d.query) AS query
		INTO loose
	FROM bianzhi.dangling_in(refuse_dangling.source) AS d;
	IF loose.detail IS NOT NULL THEN
		RAISE EXCEPTION 'rows name units, categories or persons that do not exist or do not fit'
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', CONSTRAINT = 'establishment_account',
				DETAIL = loose.detail, HINT = 'List them with bianzhi.dangling(), the first ones with: ' || loose.query;
	END IF;
END
$$;
COMMENT ON FUNCTION bianzhi.refuse_dangling(regclass) IS '拒绝悬空引用: raises 23503 where rows of a table, or of any source, name what does not exist or does not fit';
REVOKE ALL ON FUNCTION bianzhi.refuse_dangling(regclass) FROM PUBLIC;

-- types of the columns that a role may have; a unit and a category may be enumerations, too
CREATE FUNCTION bianzhi.readable_types(role text) RETURNS regtype[]
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE
		WHEN role IN ('unit', 'category') THEN '{smallint,integer,bigint,text,character varying,character,name,uuid}'
		WHEN role = 'person' THEN '{smallint,integer,bigint,text,character varying,character,bianzhi.resident_id}'
		WHEN role = 'starts' THEN '{date,timestamp without time zone,daterange}'
		WHEN role = 'ends' THEN '{date,timestamp without time zone}'
		WHEN role = 'during' THEN '{daterange}'
		WHEN role = 'seats' THEN '{smallint,integer,bigint}'
		WHEN role = 'condition' THEN '{boolean}'
	END::regtype[]
$$;
COMMENT ON FUNCTION bianzhi.readable_types(text) IS '可读类型: types, without domains, that the column of a role may have in an attached table';
REVOKE ALL ON FUNCTION bianzhi.readable_types(text) FROM PUBLIC;

CREATE FUNCTION bianzhi.is_readable(role text, type regtype) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT type = ANY (bianzhi.readable_types(role))
		OR role IN ('unit', 'category') AND EXISTS (SELECT 1 FROM pg_type AS t WHERE t.oid = is_readable.type AND t.typtype = 'e')
$$;
COMMENT ON FUNCTION bianzhi.is_readable(text, regtype) IS '类型可读: whether the column of a role may have a type';
REVOKE ALL ON FUNCTION bianzhi.is_readable(text, regtype) FROM PUBLIC;

CREATE FUNCTION bianzhi.attach_source(source regclass, measure text, unit name, category text, starts name, ends name,
	seats name, person name, condition name, ends_inclusive boolean, alias_source text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	form record;
	wanted record;
	numbers smallint[] := '{}';
	number smallint;
	is_range boolean := false;
	type regtype;
	attached bigint;
BEGIN
	IF source IS NULL OR measure IS NULL OR unit IS NULL OR category IS NULL OR ends_inclusive IS NULL THEN
		RAISE EXCEPTION 'a table is attached with a measure, a unit and a category' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT c.relkind, c.relpersistence, c.relname, c.relnamespace::regnamespace::text AS schema,
		EXISTS (SELECT 1 FROM pg_inherits AS i WHERE i.inhparent = c.oid) AS has_children INTO form
	FROM pg_class AS c WHERE c.oid = source;
	IF form.relkind IS NULL OR form.relkind NOT IN ('r', 'p') OR form.relpersistence <> 'p'
		OR form.schema IN ('bianzhi', 'pg_catalog', 'information_schema') OR (form.relkind = 'r' AND form.has_children)
	THEN
		RAISE EXCEPTION '% cannot be attached', source
			USING ERRCODE = 'wrong_object_type',
				DETAIL = 'Permanent tables can be attached, partitioned ones, too, that belong to no extension, have no children by inheritance and no foreign or unlogged partitions.';
	END IF;
	IF measure NOT IN ('authorized', 'filled', 'reserved') THEN
		RAISE EXCEPTION 'measure "%" is none of authorized, filled, reserved', measure USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF category LIKE '=%' AND NOT EXISTS (SELECT 1 FROM bianzhi.category AS c WHERE c.code = substr(attach_source.category, 2)) THEN
		RAISE EXCEPTION 'category "%" does not exist', substr(category, 2) USING ERRCODE = 'foreign_key_violation';
	END IF;

	-- before anything is read: who writes the table waits until its rows are counted
	EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', source);
	SELECT bianzhi.source_column_type(source, a.attnum) = 'daterange'::regtype INTO is_range
	FROM pg_attribute AS a WHERE a.attrelid = source AND a.attname = starts AND a.attnum > 0;
	IF is_range AND (ends IS DISTINCT FROM starts OR ends_inclusive) THEN
		RAISE EXCEPTION 'a range of days stands for start and end both, and says itself whether its end is included'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOR wanted IN
		SELECT *
		FROM (VALUES (1, 'unit', unit), (2, 'category', CASE WHEN category NOT LIKE '=%' THEN category::name END), (3, 'person', person),
			(4, 'starts', CASE WHEN NOT COALESCE(is_range, false) THEN starts END),
			(5, 'ends', CASE WHEN NOT COALESCE(is_range, false) THEN ends END),
			(6, 'during', CASE WHEN is_range THEN starts END), (7, 'seats', seats), (8, 'condition', condition))
			AS v (place, role, column_name)
		ORDER BY place
	LOOP
		number := NULL;
		IF wanted.column_name IS NOT NULL THEN
			SELECT a.attnum INTO number FROM pg_attribute AS a
			WHERE a.attrelid = source AND a.attname = wanted.column_name AND a.attnum > 0 AND NOT a.attisdropped;
			IF number IS NULL THEN
				RAISE EXCEPTION 'column "%" of table % does not exist', wanted.column_name, source USING ERRCODE = 'undefined_column';
			END IF;
			type := bianzhi.source_column_type(source, number);
			IF NOT bianzhi.is_readable(wanted.role, type) THEN
				RAISE EXCEPTION 'column "%" of table % has type %, which cannot be read', wanted.column_name, source, type
					USING ERRCODE = 'datatype_mismatch',
						HINT = format('Types that can: %s%s.', array_to_string(bianzhi.readable_types(wanted.role), ', '),
							CASE WHEN wanted.role IN ('unit', 'category') THEN ', enumerations' END);
			END IF;
		END IF;
		numbers := numbers || number;
	END LOOP;

	SELECT s.source_id INTO attached
	FROM bianzhi.source AS s
	WHERE s.relid = attach_source.source AND s.alias_source = COALESCE(attach_source.alias_source, form.relname)
		AND (s.measure, s.unit_column, s.category_column, s.constant_category, s.person_column, s.starts_column, s.ends_column,
			s.during_column, s.seats_column, s.condition_column, s.ends_inclusive)
		IS NOT DISTINCT FROM (attach_source.measure, numbers[1], numbers[2],
			CASE WHEN category LIKE '=%' THEN substr(attach_source.category, 2) END, numbers[3], numbers[4], numbers[5], numbers[6],
			numbers[7], numbers[8], attach_source.ends_inclusive);
	IF attached IS NULL THEN
		-- a table that came from another database may have brought the list of what it was attached with there
		FOR wanted IN
			SELECT t.tgname FROM pg_trigger AS t
			WHERE t.tgrelid = attach_source.source AND t.tgname LIKE '!bianzhi\_columns\_%'
				AND NOT EXISTS (SELECT 1 FROM bianzhi.source AS s
					WHERE s.relid = attach_source.source AND t.tgname = '!bianzhi_columns_' || s.source_id)
		LOOP
			EXECUTE format('DROP TRIGGER %I ON %s', wanted.tgname, source);
		END LOOP;
		INSERT INTO bianzhi.source (relid, measure, unit_column, category_column, constant_category, person_column, starts_column,
			ends_column, during_column, seats_column, condition_column, ends_inclusive, alias_source)
		VALUES (attach_source.source, attach_source.measure, numbers[1], numbers[2],
			CASE WHEN category LIKE '=%' THEN substr(attach_source.category, 2) END, numbers[3], numbers[4], numbers[5], numbers[6],
			numbers[7], numbers[8], attach_source.ends_inclusive, COALESCE(attach_source.alias_source, form.relname))
		RETURNING source_id INTO attached;
		EXECUTE format('CREATE TRIGGER %I AFTER UPDATE OF %s ON %s FOR EACH STATEMENT WHEN (false) EXECUTE FUNCTION bianzhi.source_columns()',
			'!bianzhi_columns_' || attached,
			(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY c.place)
				FROM bianzhi.source_columns_of(attached) AS c JOIN pg_attribute AS a ON a.attrelid = attach_source.source AND a.attnum = c.attnum),
			source);
	END IF;
	PERFORM bianzhi.attach_again(source);
	RETURN attached;
END
$$;
COMMENT ON FUNCTION bianzhi.attach_source(regclass, text, name, text, name, name, name, name, name, boolean, text) IS '接入数据来源: what attach() does once it has seen that the caller owns the table';
REVOKE ALL ON FUNCTION bianzhi.attach_source(regclass, text, name, text, name, name, name, name, name, boolean, text) FROM PUBLIC;

-- tables, of a partitioned one its leaves, in which the persons that a source names cannot be looked up
CREATE FUNCTION bianzhi.without_person_index() RETURNS TABLE (source regclass, leaf regclass, person_column name)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT s.relid, c.oid::regclass, a.attname
	FROM bianzhi.source AS s
		JOIN pg_attribute AS a ON a.attrelid = s.relid AND a.attnum = s.person_column AND NOT a.attisdropped
		JOIN pg_class AS c ON (c.oid = s.relid OR c.oid IN (SELECT t.relid FROM pg_partition_tree(s.relid) AS t)) AND c.relkind = 'r'
		JOIN pg_attribute AS l ON l.attrelid = c.oid AND l.attname = a.attname
	WHERE s.alias_source IS NOT NULL AND NOT EXISTS (
		SELECT 1 FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_am AS m ON m.oid = x.relam
		WHERE i.indrelid = c.oid AND m.amname = 'btree' AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = l.attnum)
$$;
COMMENT ON FUNCTION bianzhi.without_person_index() IS '缺少人员索引: attached tables, or partitions of them, that have no index which begins with the column that names the person';
REVOKE ALL ON FUNCTION bianzhi.without_person_index() FROM PUBLIC;

CREATE FUNCTION bianzhi.attach_again(source regclass) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attached bigint;
	bare record;
	own record;
BEGIN
	IF source IS NULL THEN
		RAISE EXCEPTION 'no table is given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT max(s.source_id) INTO attached FROM bianzhi.source AS s WHERE s.relid = attach_again.source AND s.alias_source IS NOT NULL;
	IF attached IS NULL THEN
		RAISE EXCEPTION 'table % is not attached', source USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF NOT EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = source) THEN
		RAISE EXCEPTION 'table % is gone', source
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = format('Run bianzhi.detach(%s).', source::oid);
	END IF;
	EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', source);
	SELECT c.oid::regclass AS name INTO own
	FROM pg_partition_tree(source) AS t JOIN pg_class AS c ON c.oid = t.relid
	WHERE c.relkind NOT IN ('r', 'p') OR c.relpersistence <> 'p'
	ORDER BY c.oid LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'partition % cannot be attached', own.name
			USING ERRCODE = 'wrong_object_type', DETAIL = 'Foreign and unlogged tables cannot be attached.';
	END IF;
	SELECT w.leaf, w.person_column INTO bare FROM bianzhi.without_person_index() AS w
	WHERE w.source = attach_again.source ORDER BY w.leaf LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'no index of table % begins with column "%"', bare.leaf, bare.person_column
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Whenever a person is seated, the person''s other seats are looked up.',
				HINT = format('CREATE INDEX ON %s (%I);', bare.leaf, bare.person_column);
	END IF;
	-- a partition that was attached for itself has a row trigger that stands in the way of the one that comes with the parent's
	FOR own IN
		SELECT t.tgrelid::regclass AS name
		FROM pg_trigger AS t
		WHERE t.tgname = '!bianzhi_row' AND t.tgparentid = 0 AND t.tgrelid <> source
			AND t.tgrelid IN (SELECT p.relid FROM pg_partition_tree(source) AS p)
	LOOP
		EXECUTE format('DROP TRIGGER "!bianzhi_row" ON %s', own.name);
	END LOOP;
	PERFORM bianzhi.source_triggers(source);
	PERFORM bianzhi.check_source(source);
	IF bianzhi.is_live() THEN
		PERFORM bianzhi.refuse_dangling(source);
		PERFORM bianzhi.count_anew('attached');
	END IF;
	RETURN attached;
END
$$;
COMMENT ON FUNCTION bianzhi.attach_again(regclass) IS '重新接入: makes the triggers that an attached table or its partitions lack, and counts its rows';
REVOKE ALL ON FUNCTION bianzhi.attach_again(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.detach_source(source regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own record;
	had bigint;
BEGIN
	IF EXISTS (SELECT 1 FROM bianzhi.source AS s WHERE s.relid = detach_source.source AND s.builtin) THEN
		RAISE EXCEPTION '% cannot be detached', source USING ERRCODE = 'wrong_object_type';
	END IF;
	IF EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = source) THEN
		-- as strong as its triggers will want it: who raises a lock can run into a deadlock
		EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', source);
	END IF;
	DELETE FROM bianzhi.source_part AS p WHERE p.relid = detach_source.source;
	DELETE FROM bianzhi.source AS s WHERE s.relid = detach_source.source;
	GET DIAGNOSTICS had = ROW_COUNT;
	-- whatever is not under another attached table loses its triggers; a partition loses the row trigger with the parent's
	FOR own IN
		SELECT t.tgrelid::regclass AS name, t.tgname AS trigger_name
		FROM pg_trigger AS t
		WHERE (t.tgrelid = source OR t.tgrelid IN (SELECT p.relid FROM pg_partition_tree(source) AS p))
			AND t.tgname LIKE '!bianzhi\_%' AND t.tgname NOT LIKE '!bianzhi\_audit\_%' AND t.tgparentid = 0
			AND (t.tgname LIKE '!bianzhi\_columns\_%' AND t.tgrelid = source
				OR NOT EXISTS (SELECT 1 FROM bianzhi.source AS s
					WHERE s.relid = t.tgrelid OR s.relid IN (SELECT a.relid FROM pg_partition_ancestors(t.tgrelid) AS a)))
		ORDER BY t.tgrelid, t.tgname
	LOOP
		-- those of a partition go with those of the table
		IF EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = own.name AND t.tgname = own.trigger_name) THEN
			EXECUTE format('DROP TRIGGER %I ON %s', own.trigger_name, own.name);
		END IF;
		had := had + 1;
	END LOOP;
	IF had = 0 THEN
		RAISE EXCEPTION 'table % is not attached', source USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	-- a partition that is attached for itself had its row trigger from the table above
	PERFORM bianzhi.source_triggers(p.relid)
	FROM pg_partition_tree(source) AS p
	WHERE EXISTS (SELECT 1 FROM bianzhi.source AS s WHERE s.relid = p.relid);
	IF bianzhi.is_live() THEN
		PERFORM bianzhi.count_anew('detached');
	END IF;
END
$$;
COMMENT ON FUNCTION bianzhi.detach_source(regclass) IS '解除接入: what detach() does once it has seen that the caller owns the table';
REVOKE ALL ON FUNCTION bianzhi.detach_source(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.attach(source regclass, measure text, unit name, category text, starts name, ends name,
	seats name DEFAULT NULL, person name DEFAULT NULL, condition name DEFAULT NULL, ends_inclusive boolean DEFAULT false,
	alias_source text DEFAULT NULL) RETURNS bigint
	AS 'MODULE_PATHNAME', 'attach' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.attach(regclass, text, name, text, name, name, name, name, name, boolean, text) IS '接入数据来源: puts an application''s table under the limits: which columns hold the unit (unit_id, unit_key or an alias), the category (code or alias; or =code for all rows), the first day, the first day gone (or, ends_inclusive, the last day; one daterange for both), the number of seats (else 1), the person (person_id or identity number), and whether the row counts; measure: authorized, filled or reserved; alias_source: the application whose words unit_alias and category_alias explain (the name of the table). Needs ownership of the table. Rows there are, are counted; what they exceed becomes a lead. Returns source_id';
REVOKE ALL ON FUNCTION bianzhi.attach(regclass, text, name, text, name, name, name, name, name, boolean, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.attach(source regclass) RETURNS bigint
	AS 'MODULE_PATHNAME', 'attach' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.attach(regclass) IS '重新接入: takes in the partitions that an attached table has got since, and counts its rows';
REVOKE ALL ON FUNCTION bianzhi.attach(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.detach(source regclass) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.detach(regclass) IS '解除接入: takes a table out of the limits; its rows count no more. Of a table that is gone give the number (health() shows it)';
REVOKE ALL ON FUNCTION bianzhi.detach(regclass) FROM PUBLIC;

-- what a word means changes: rows that use it count elsewhere

CREATE FUNCTION bianzhi.words_changed() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF bianzhi.is_live() AND EXISTS (SELECT 1 FROM bianzhi.source AS s WHERE s.alias_source IS NOT NULL) THEN
		PERFORM bianzhi.refuse_dangling(s.relid) FROM (SELECT DISTINCT a.relid FROM bianzhi.source AS a WHERE a.alias_source IS NOT NULL) AS s;
		PERFORM bianzhi.count_anew('alias changed');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION bianzhi.words_changed() IS '别名变更: trigger function; counts the rows of attached tables anew when what they call units and categories changes';
REVOKE ALL ON FUNCTION bianzhi.words_changed() FROM PUBLIC;

DO $$
DECLARE
	words regclass;
BEGIN
	FOREACH words IN ARRAY '{bianzhi.unit_alias,bianzhi.category_alias}'::regclass[] LOOP
		EXECUTE format('CREATE TRIGGER stop_writers BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stop_writers()', words);
		EXECUTE format('CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.rules_changed()', words);
		EXECUTE format('CREATE TRIGGER words_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.words_changed()', words);
	END LOOP;
END
$$;

-- whom an attached table names stays, under the same number

CREATE FUNCTION bianzhi.person_stays() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.person_stays() IS '人员被引用: trigger function; refuses to delete a person, or to change the identity number of one, whom an attached table names';
REVOKE ALL ON FUNCTION bianzhi.person_stays() FROM PUBLIC;

CREATE TRIGGER person_stays_deleted AFTER DELETE ON bianzhi.person
	FOR EACH ROW EXECUTE FUNCTION bianzhi.person_stays();
CREATE TRIGGER person_stays_changed AFTER UPDATE ON bianzhi.person
	FOR EACH ROW WHEN (OLD.resident_id::text IS DISTINCT FROM NEW.resident_id::text) EXECUTE FUNCTION bianzhi.person_stays();
