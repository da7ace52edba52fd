/*
 * audit.sql: which tables are audited, what they were, and what they are.
 */

CREATE TABLE bianzhi.audited (
	relid regclass PRIMARY KEY,
	label text NOT NULL CONSTRAINT audited_label_key UNIQUE,
	audited boolean NOT NULL DEFAULT true,
	builtin boolean NOT NULL DEFAULT false,
	changed boolean NOT NULL DEFAULT false
);

COMMENT ON TABLE bianzhi.audited IS '审计对象: tables whose changes go to the ledger, or went there; written by audit() and unaudit()';
COMMENT ON COLUMN bianzhi.audited.relid IS '表: table';
COMMENT ON COLUMN bianzhi.audited.label IS '台账名称: its name in the ledger: what it was called when it came under audit; stays when it is renamed';
COMMENT ON COLUMN bianzhi.audited.audited IS '是否审计: its changes are written';
COMMENT ON COLUMN bianzhi.audited.builtin IS '内置: a table of the extension';
COMMENT ON COLUMN bianzhi.audited.changed IS '已改动: a table of the extension for which the office has decided otherwise; kept by the extension';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.audited', 'WHERE NOT builtin OR changed');

CREATE TRIGGER shipped_row_stays BEFORE DELETE ON bianzhi.audited
	FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION bianzhi.shipped_row_stays();
CREATE TRIGGER shipped_row_changed BEFORE UPDATE ON bianzhi.audited
	FOR EACH ROW WHEN (OLD.builtin) EXECUTE FUNCTION bianzhi.shipped_row_changed('relid', 'label');
CREATE TRIGGER shipped_row_restored BEFORE INSERT ON bianzhi.audited
	FOR EACH ROW WHEN (NEW.builtin AND NEW.changed) EXECUTE FUNCTION bianzhi.shipped_row_restored('relid');

CREATE FUNCTION bianzhi.audited_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE FUNCTION bianzhi.audit_row() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
CREATE FUNCTION bianzhi.audit_truncate() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.audited_changed() IS '审计对象变更: trigger function; tells every session to look again';
COMMENT ON FUNCTION bianzhi.audit_row() IS '记录变更: trigger function; writes what happens to a row to the ledger. Argument: name of the table in the ledger';
COMMENT ON FUNCTION bianzhi.audit_truncate() IS '记录清空: trigger function; writes to the ledger that every row goes. Argument: name of the table in the ledger';
REVOKE ALL ON FUNCTION bianzhi.audited_changed(), bianzhi.audit_row(), bianzhi.audit_truncate() FROM PUBLIC;

CREATE TRIGGER audited_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.audited
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.audited_changed();

CREATE FUNCTION bianzhi.bind_trigger(part regclass, trigger_name name, row_trigger name) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.bind_trigger(regclass, name, name) IS '触发器随分区: lets a trigger of a partition go when the partition is detached, as its row trigger does';
REVOKE ALL ON FUNCTION bianzhi.bind_trigger(regclass, name, name) FROM PUBLIC;

/*
 * Row triggers come to partitions by themselves, those of TRUNCATE do not.  Ours fire before any of the user's on the same
 * row: triggers fire in the order of their names.
 */
CREATE FUNCTION bianzhi.audit_triggers_due(relation regclass) RETURNS TABLE (relid regclass, name name)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.oid::regclass, n.name
	FROM pg_class AS c CROSS JOIN (VALUES ('!bianzhi_audit_row'::name), ('!bianzhi_audit_truncate')) AS n (name)
	WHERE (c.oid = relation OR c.oid IN (SELECT t.relid FROM pg_partition_tree(relation) AS t))
		AND CASE n.name WHEN '!bianzhi_audit_row' THEN c.oid = relation ELSE c.relkind = 'r' END
	ORDER BY c.oid, n.name
$$;
COMMENT ON FUNCTION bianzhi.audit_triggers_due(regclass) IS '应有审计触发器: the triggers that a table under audit and its partitions need';
REVOKE ALL ON FUNCTION bianzhi.audit_triggers_due(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.audit_triggers(relation regclass, label text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	due record;
BEGIN
	FOR due IN SELECT d.relid, d.name FROM bianzhi.audit_triggers_due(relation) AS d LOOP
		IF EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = due.relid AND t.tgname = due.name) THEN
			CONTINUE;
		END IF;
		EXECUTE format('CREATE TRIGGER %I %s ON %s %s(%L)', due.name,
			CASE due.name WHEN '!bianzhi_audit_row' THEN 'AFTER INSERT OR UPDATE OR DELETE' ELSE 'BEFORE TRUNCATE' END, due.relid,
			CASE due.name WHEN '!bianzhi_audit_row' THEN 'FOR EACH ROW EXECUTE FUNCTION bianzhi.audit_row'
				ELSE 'FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.audit_truncate' END, label);
	END LOOP;
	PERFORM bianzhi.bind_trigger(d.relid, d.name, '!bianzhi_audit_row')
	FROM bianzhi.audit_triggers_due(relation) AS d
	WHERE d.relid <> relation;
END
$$;
COMMENT ON FUNCTION bianzhi.audit_triggers(regclass, text) IS '审计触发器: makes the audit triggers that a table or its partitions lack';
REVOKE ALL ON FUNCTION bianzhi.audit_triggers(regclass, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.audit_own(relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO bianzhi.audited (relid, label, builtin)
	SELECT c.oid, format('%I.%I', n.nspname, c.relname), true
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.oid = relation;
	PERFORM bianzhi.audit_triggers(a.relid, a.label) FROM bianzhi.audited AS a WHERE a.relid = relation;
END
$$;
COMMENT ON FUNCTION bianzhi.audit_own(regclass) IS '内置审计对象: puts a table of the extension under audit; for the install script';
REVOKE ALL ON FUNCTION bianzhi.audit_own(regclass) FROM PUBLIC;

-- what the ledger says last of each row, and what the table holds

CREATE FUNCTION bianzhi.last_words(label text, until timestamp with time zone DEFAULT 'infinity')
	RETURNS TABLE (key text, seq bigint, operation text, is_there boolean, row_text text, is_erased boolean)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT ON (l.key COLLATE "C") l.key, l.seq, l.operation, l.operation IN ('INSERT', 'UPDATE', 'OPENING'), l.row_after,
		l.commitment IS NOT NULL
	FROM bianzhi.ledger AS l
	WHERE l.relation = label AND l.at <= until
		AND l.operation IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'OPENING', 'GONE')
	ORDER BY l.key COLLATE "C", l.seq DESC
$$;
COMMENT ON FUNCTION bianzhi.last_words(text, timestamp with time zone) IS '台账末条: for each key of a table, by its name in the ledger, the last entry up to a time: whether the row is there, its canonical text, and whether the texts of the entry were erased';
REVOKE ALL ON FUNCTION bianzhi.last_words(text, timestamp with time zone) FROM PUBLIC;

CREATE FUNCTION bianzhi.canonical_rows(relation regclass, OUT key text, OUT row_text text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE STRICT PARALLEL UNSAFE ROWS 100000;
COMMENT ON FUNCTION bianzhi.canonical_rows(regclass) IS '规范文本一览: key and canonical text of each row of a table that has a primary key, read without a query on it: nothing that its owner has written into indexes or constraints is evaluated';
REVOKE ALL ON FUNCTION bianzhi.canonical_rows(regclass) FROM PUBLIC;

/*
 * A column that names a table, a role or the like prints its name, and what is renamed has another text without having been
 * written: such columns alone make no difference.
 */
CREATE FUNCTION bianzhi.row_differs(relation regclass, one text, other text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT one COLLATE "C" <> other COLLATE "C" AND (n.names IS NULL OR one::jsonb - n.names <> other::jsonb - n.names)
	FROM (
		SELECT array_agg(a.attname::text)
		FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
		WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
			AND t.typnamespace = 'pg_catalog'::regnamespace AND t.typname ~ '^_?reg'
	) AS n (names)
$$;
COMMENT ON FUNCTION bianzhi.row_differs(regclass, text, text) IS '行是否不同: whether two canonical texts of rows of a table say different things; that a table which a column names has another name now is no difference';
REVOKE ALL ON FUNCTION bianzhi.row_differs(regclass, text, text) FROM PUBLIC;

/*
 * Entries for what differs between the two: all there is where the ledger knows nothing of the table. Where the ledger's
 * last text was erased, nothing can be compared, and nothing is written again.
 */
CREATE FUNCTION bianzhi.take_stock(relation regclass, label text) RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET jit = off
	SET work_mem = '64MB'
AS $$
	SELECT count(bianzhi.ledger_append(label, CASE WHEN d.row_text IS NULL THEN 'GONE' ELSE 'OPENING' END, d.key, d.was, d.row_text))
	FROM (
		SELECT COALESCE(r.key, w.key) AS key, w.row_text AS was, r.row_text
		FROM ROWS FROM (bianzhi.canonical_rows(relation)) WITH ORDINALITY AS r (key, row_text, place)
			FULL JOIN (SELECT * FROM bianzhi.last_words(label) AS l WHERE l.is_there) AS w ON w.key COLLATE "C" = r.key COLLATE "C"
		WHERE CASE WHEN r.key IS NULL OR w.key IS NULL THEN true WHEN w.is_erased OR r.row_text COLLATE "C" = w.row_text COLLATE "C" THEN false
			ELSE bianzhi.row_differs(relation, r.row_text, w.row_text) END
		ORDER BY r.place, w.seq
	) AS d
$$;
COMMENT ON FUNCTION bianzhi.take_stock(regclass, text) IS '盘点: writes OPENING for each row of a table that is not what the ledger says last, GONE for each that is not there; returns how many';
REVOKE ALL ON FUNCTION bianzhi.take_stock(regclass, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.first_stock(relation regclass, label text) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.first_stock(regclass, text) IS '首次盘点: what take_stock() does where the ledger has no entry of the table yet: writes OPENING for each row';
REVOKE ALL ON FUNCTION bianzhi.first_stock(regclass, text) FROM PUBLIC;

-- in the order of their making, which is that in which one row needs another, and so that of most writers
CREATE FUNCTION bianzhi.audited_tables() RETURNS regclass[]
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT COALESCE(array_agg(a.relid::oid ORDER BY a.relid::oid), '{}')::regclass[]
	FROM bianzhi.audited AS a JOIN pg_class AS c ON c.oid = a.relid
	WHERE a.audited
$$;
COMMENT ON FUNCTION bianzhi.audited_tables() IS '审计各表: the tables under audit that there are, in the order in which they are locked';
REVOKE ALL ON FUNCTION bianzhi.audited_tables() FROM PUBLIC;

CREATE FUNCTION bianzhi.open_ledger() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own record;
	known text[];
BEGIN
	IF bianzhi.ledger_is_open() THEN
		RETURN;
	END IF;
	PERFORM bianzhi.lock_tables(bianzhi.audited_tables(), 'SHARE ROW EXCLUSIVE');
	-- two who open it meet here
	INSERT INTO bianzhi.ledger_open (since) VALUES (clock_timestamp());
	SELECT COALESCE(array_agg(DISTINCT l.relation), '{}') INTO known FROM bianzhi.ledger AS l;
	FOR own IN SELECT a.relid, a.label FROM bianzhi.audited AS a JOIN pg_class AS c ON c.oid = a.relid WHERE a.audited ORDER BY a.label COLLATE "C" LOOP
		PERFORM bianzhi.audit_triggers(own.relid, own.label);
		IF own.label <> ALL (known) THEN
			PERFORM bianzhi.ledger_append(own.label, 'AUDIT', '', NULL, NULL);
			PERFORM bianzhi.first_stock(own.relid, own.label);
		ELSE
			PERFORM bianzhi.take_stock(own.relid, own.label);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION bianzhi.open_ledger() IS '启用台账: from now on changes of audited tables are written; what the ledger does not know of them yet is written first. Nothing where it is open';
REVOKE ALL ON FUNCTION bianzhi.open_ledger() FROM PUBLIC;

-- audit() and unaudit()

CREATE FUNCTION bianzhi.audit_table(relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own record;
	known_as text;
	was_audited boolean;
BEGIN
	IF relation IS NULL THEN
		RAISE EXCEPTION 'no table is given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT n.nspname, c.relname, c.relkind, c.relispartition INTO own
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.oid = relation;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'table % does not exist', relation USING ERRCODE = 'undefined_table';
	END IF;
	IF own.relkind NOT IN ('r', 'p') OR EXISTS (
		SELECT 1 FROM pg_class AS c
		WHERE (c.oid = relation OR c.oid IN (SELECT t.relid FROM pg_partition_tree(relation) AS t))
			AND (c.relkind NOT IN ('r', 'p') OR c.relpersistence <> 'p'))
	THEN
		RAISE EXCEPTION '% cannot be audited', relation
			USING ERRCODE = 'wrong_object_type', DETAIL = 'Only tables can be, and partitioned tables; none that are temporary, unlogged or foreign.';
	END IF;
	IF EXISTS (
		SELECT 1 FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
		WHERE d.classid = 'pg_class'::regclass AND d.objid = relation AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
			AND e.extname = 'bianzhi') AND NOT EXISTS (SELECT 1 FROM bianzhi.audited AS a WHERE a.relid = relation)
	THEN
		RAISE EXCEPTION '% cannot be audited', relation
			USING ERRCODE = 'wrong_object_type', DETAIL = 'It holds what the extension itself keeps.';
	END IF;
	IF bianzhi.ledger_is_open() AND current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'audit() needs isolation level READ COMMITTED' USING ERRCODE = 'active_sql_transaction';
	END IF;
	EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', relation);
	IF NOT EXISTS (SELECT 1 FROM pg_index AS i WHERE i.indrelid = relation AND i.indisprimary AND i.indisvalid AND i.indimmediate) THEN
		RAISE EXCEPTION 'table % has no primary key', relation
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'Entries of the ledger name rows by their primary keys, which may not be deferrable.';
	END IF;
	SELECT o.relid::regclass AS name INTO own
	FROM (SELECT t.relid FROM pg_partition_tree(relation) AS t UNION SELECT t.relid FROM pg_partition_ancestors(relation) AS t) AS o
		JOIN bianzhi.audited AS a ON a.relid = o.relid
	WHERE o.relid <> relation AND a.audited
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'table % is under audit already', own.name
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('Its rows are rows of %s, too, or the other way round.', relation),
				HINT = format('Run bianzhi.unaudit(%L) first.', own.name);
	END IF;

	SELECT a.label, a.audited INTO known_as, was_audited FROM bianzhi.audited AS a WHERE a.relid = relation;
	IF NOT FOUND THEN
		SELECT format('%I.%I', n.nspname, c.relname) INTO known_as
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.oid = relation;
		-- a table that is gone leaves its name to the next
		DELETE FROM bianzhi.audited AS a
		WHERE a.label = known_as AND NOT EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = a.relid);
		IF EXISTS (SELECT 1 FROM bianzhi.audited AS a WHERE a.label = known_as) THEN
			RAISE EXCEPTION 'another table is called % in the ledger', known_as
				USING ERRCODE = 'duplicate_object', DETAIL = 'A table keeps there the name with which it came under audit.',
					HINT = 'Give this table another name.';
		END IF;
		INSERT INTO bianzhi.audited (relid, label) VALUES (relation, known_as);
	ELSIF NOT was_audited THEN
		UPDATE bianzhi.audited AS a SET audited = true WHERE a.relid = relation;
	END IF;
	PERFORM bianzhi.audit_triggers(relation, known_as);
	IF bianzhi.ledger_is_open() THEN
		IF was_audited IS NOT TRUE THEN
			PERFORM bianzhi.ledger_append(known_as, 'AUDIT', '', NULL, NULL);
		END IF;
		PERFORM bianzhi.take_stock(relation, known_as);
	END IF;
END
$$;
COMMENT ON FUNCTION bianzhi.audit_table(regclass) IS '纳入审计: what audit() does once it has seen that the caller owns the table';
REVOKE ALL ON FUNCTION bianzhi.audit_table(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.unaudit_table(relation regclass) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own record;
	is_there boolean := EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = relation);
BEGIN
	IF is_there THEN
		-- as strong as dropping its triggers will want it: who raises a lock can run into a deadlock
		EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
	END IF;
	SELECT a.label, a.builtin INTO own FROM bianzhi.audited AS a WHERE a.relid = relation AND a.audited;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'table % is not under audit', relation USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF bianzhi.ledger_is_open() THEN
		PERFORM bianzhi.ledger_append(own.label, 'UNAUDIT', '', NULL, NULL);
	END IF;
	IF NOT is_there THEN
		DELETE FROM bianzhi.audited AS a WHERE a.relid = relation;
		RETURN;
	END IF;
	UPDATE bianzhi.audited AS a SET audited = false WHERE a.relid = relation;
	IF own.builtin THEN
		RETURN;
	END IF;
	FOR own IN
		SELECT t.tgrelid::regclass AS name, t.tgname AS trigger_name
		FROM pg_trigger AS t
		WHERE (t.tgrelid = relation OR t.tgrelid IN (SELECT p.relid FROM pg_partition_tree(relation) AS p))
			AND t.tgname LIKE '!bianzhi\_audit\_%' AND t.tgparentid = 0
		ORDER BY t.tgrelid, t.tgname
	LOOP
		-- those of a partition go with those of the table
		IF EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = own.name AND t.tgname = own.trigger_name) THEN
			EXECUTE format('DROP TRIGGER %I ON %s', own.trigger_name, own.name);
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION bianzhi.unaudit_table(regclass) IS '停止审计: what unaudit() does once it has seen that the caller owns the table';
REVOKE ALL ON FUNCTION bianzhi.unaudit_table(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.audit(relation regclass) RETURNS void
	AS 'MODULE_PATHNAME', 'audit' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.audit(regclass) IS '纳入审计: from now on changes of the table are written to the ledger, and first what it holds. Needs ownership of the table, and a primary key. Of a table that is audited: writes what was changed without an entry, as by ALTER TABLE, and takes in new partitions';
REVOKE ALL ON FUNCTION bianzhi.audit(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.unaudit(relation regclass) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.unaudit(regclass) IS '停止审计: changes of the table are no longer written to the ledger; that it is so, is. Needs ownership of the table; of a table that is gone give the number (health() shows it)';
REVOKE ALL ON FUNCTION bianzhi.unaudit(regclass) FROM PUBLIC;

-- an audited table as it was

CREATE FUNCTION bianzhi.ledger_replay(of_table anyelement, at timestamp with time zone) RETURNS SETOF anyelement
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	-- what canonical texts are written in
	SET datestyle = 'ISO, YMD'
	SET intervalstyle = 'postgres'
	SET timezone = 'UTC'
	SET lc_monetary = 'C'
	SET jit = off
	SET work_mem = '64MB'
AS $$
DECLARE
	label text;
	since timestamp with time zone;
	erased bigint;
BEGIN
	IF at IS NULL THEN
		RAISE EXCEPTION 'no time is given' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	SELECT a.label INTO label
	FROM pg_type AS t JOIN bianzhi.audited AS a ON a.relid = t.typrelid
	WHERE t.oid = pg_typeof(of_table);
	IF NOT FOUND THEN
		RAISE EXCEPTION '% is no table that is or was under audit', pg_typeof(of_table) USING ERRCODE = 'undefined_object';
	END IF;
	SELECT min(l.at) INTO since FROM bianzhi.ledger AS l WHERE l.relation = label;
	IF since IS NULL THEN
		RAISE EXCEPTION 'the ledger has no entry of table %', label USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF at < since THEN
		RAISE EXCEPTION 'the ledger knows table % from % on only', label, since
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF (SELECT l.operation FROM bianzhi.ledger AS l
		WHERE l.relation = label AND l.operation IN ('AUDIT', 'UNAUDIT') AND l.at <= ledger_replay.at
		ORDER BY l.seq DESC LIMIT 1) = 'UNAUDIT'
	THEN
		RAISE EXCEPTION 'table % was not under audit then', label USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	IF EXISTS (SELECT 1 FROM bianzhi.ledger AS l WHERE l.relation = label AND l.commitment IS NOT NULL) THEN
		SELECT min(w.seq) INTO erased FROM bianzhi.last_words(label, ledger_replay.at) AS w WHERE w.is_there AND w.is_erased;
	END IF;
	IF erased IS NOT NULL THEN
		RAISE EXCEPTION 'the text of entry % of the ledger was erased', erased
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = format('It says what a row of table %s was then.', label);
	END IF;
	-- planned anew each time: the table may have got another column
	RETURN QUERY EXECUTE 'SELECT r.* FROM bianzhi.last_words($1, $2) AS w CROSS JOIN LATERAL json_populate_record($3, w.row_text::json) AS r'
		' WHERE w.is_there ORDER BY w.seq' USING label, at, of_table;
END
$$;
COMMENT ON FUNCTION bianzhi.ledger_replay(anyelement, timestamp with time zone) IS '台账回放: an audited table as it was at a time, from the ledger alone; the first argument is NULL of the type of the table, as NULL::bianzhi.unit. Errors: 42704 the table never was under audit; 55000 it was not at that time, or the text of a row was erased';
REVOKE ALL ON FUNCTION bianzhi.ledger_replay(anyelement, timestamp with time zone) FROM PUBLIC;

CREATE VIEW bianzhi.ledger_status WITH (security_invoker = true) AS
SELECT a.label AS relation, a.audited, count(l.seq) AS entries, min(l.at) AS first_entry, max(l.at) AS last_entry
FROM bianzhi.audited AS a LEFT JOIN bianzhi.ledger AS l ON l.relation = a.label
GROUP BY a.label, a.audited;

COMMENT ON VIEW bianzhi.ledger_status IS '台账状态: the tables that are or were under audit, and what the ledger has of them';
COMMENT ON COLUMN bianzhi.ledger_status.relation IS '表: name of the table in the ledger';
COMMENT ON COLUMN bianzhi.ledger_status.audited IS '是否审计: its changes are written';
COMMENT ON COLUMN bianzhi.ledger_status.entries IS '条目数: number of entries';
COMMENT ON COLUMN bianzhi.ledger_status.first_entry IS '首条时间: time of the first entry; NULL: there is none';
COMMENT ON COLUMN bianzhi.ledger_status.last_entry IS '末条时间: time of the last entry; NULL: there is none';

-- from the start: what was made up to here; later parts do it themselves

SELECT bianzhi.audit_own(t.name::regclass)
FROM unnest(ARRAY['code_list', 'organ_kind', 'category', 'category_alias', 'rank', 'allowed_category', 'entry_kind', 'exit_kind',
	'absence_kind', 'channel', 'document', 'unit', 'unit_version', 'unit_relation', 'unit_alias', 'signboard', 'person',
	'person_identity', 'person_fact', 'lead', 'exemption']) AS n (table_name), format('bianzhi.%I', n.table_name) AS t (name);
