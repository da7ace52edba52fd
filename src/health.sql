/*
 * health.sql: is everything in place that the limits need?
 */

-- what the install script has made up to here; the triggers of sources are looked for on every source

CREATE TABLE bianzhi.own_trigger (
	relid regclass NOT NULL,
	name name NOT NULL,
	definition text NOT NULL,
	PRIMARY KEY (relid, name)
);

COMMENT ON TABLE bianzhi.own_trigger IS '自有触发器: the triggers on the extension''s own tables, as they were created, so that it shows when one is dropped';
COMMENT ON COLUMN bianzhi.own_trigger.relid IS '表: table';
COMMENT ON COLUMN bianzhi.own_trigger.name IS '触发器: trigger';
COMMENT ON COLUMN bianzhi.own_trigger.definition IS '定义: the statement that creates it';

INSERT INTO bianzhi.own_trigger (relid, name, definition)
SELECT t.tgrelid, t.tgname, pg_get_triggerdef(t.oid)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'bianzhi'::regnamespace AND NOT t.tgisinternal AND t.tgname NOT LIKE '!bianzhi\_%';

CREATE FUNCTION bianzhi.health() RETURNS TABLE (severity text, what text, object text, hint text)
	LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
	SELECT 'warning', 'the limits are not in force', NULL::text, 'Run bianzhi.go_live().'
	WHERE NOT bianzhi.is_live() AND NOT EXISTS (SELECT 1 FROM bianzhi.stamp)
	UNION ALL
	SELECT 'error', 'the database was restored and is not in force yet', NULL, 'Run bianzhi.go_live().'
	WHERE NOT bianzhi.is_live() AND EXISTS (SELECT 1 FROM bianzhi.stamp)
	UNION ALL
	SELECT 'error', 'a source has lost a trigger', s.relid::text || ' ' || n.name, 'Create the trigger again and run bianzhi.recount().'
	FROM (SELECT DISTINCT relid FROM bianzhi.source) AS s JOIN pg_class AS c ON c.oid = s.relid
		CROSS JOIN (VALUES ('!bianzhi_row'), ('!bianzhi_statement'), ('!bianzhi_truncate'), ('!bianzhi_truncated')) AS n (name)
	WHERE (c.relkind = 'r' OR n.name NOT LIKE '!bianzhi\_truncate%')
		AND NOT EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = s.relid AND t.tgname = n.name)
	UNION ALL
	SELECT 'error', 'a trigger of the limits does not fire', t.tgrelid::regclass::text || ' ' || t.tgname,
		'Run ALTER TABLE ... ENABLE TRIGGER, then bianzhi.verify() and bianzhi.recount().'
	FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
	WHERE p.pronamespace = 'bianzhi'::regnamespace AND t.tgenabled <> CASE p.proname WHEN 'append_only' THEN 'A' ELSE 'O' END::"char"
	UNION ALL
	SELECT 'error', 'the engine has lost a trigger', o.relid::text || ' ' || o.name,
		'Run bianzhi.verify() and bianzhi.recount() after: ' || o.definition
	FROM bianzhi.own_trigger AS o
	WHERE NOT EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = o.relid AND t.tgname = o.name)
	UNION ALL
	SELECT 'error', 'rows wait to be judged', count(*)::text, 'Somebody has written bianzhi.queue; delete the rows and run bianzhi.verify().'
	FROM bianzhi.queue
	HAVING count(*) > 0
	UNION ALL
	SELECT 'warning', 'a foreign key does what the engine does already', k.child::text || ' ' || k.name,
		'Run bianzhi.after_upgrade(); pg_upgrade makes these checks anew.'
	FROM bianzhi.own_keys() AS k
	WHERE k.by_engine AND NOT k.asleep
	UNION ALL
	SELECT 'error', 'a foreign key is not checked', k.child::text || ' ' || k.name, 'Run bianzhi.wake_keys().'
	FROM bianzhi.own_keys() AS k
	WHERE bianzhi.is_live() AND k.asleep AND NOT k.by_engine
	UNION ALL
	SELECT DISTINCT 'error', 'a source is gone', s.relid::oid::text, format('Run bianzhi.detach(%s).', s.relid::oid)
	FROM bianzhi.source AS s
	WHERE NOT EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = s.relid)
	UNION ALL
	SELECT DISTINCT 'error', 'a partition of a source is not attached', c.oid::regclass::text, format('Run bianzhi.attach(%L).', s.relid)
	FROM bianzhi.source AS s CROSS JOIN LATERAL pg_partition_tree(s.relid) AS p JOIN pg_class AS c ON c.oid = p.relid
		CROSS JOIN (VALUES ('!bianzhi_statement'), ('!bianzhi_truncate'), ('!bianzhi_truncated')) AS n (name)
	WHERE p.relid <> s.relid AND (c.relkind = 'r' OR n.name = '!bianzhi_statement')
		AND NOT EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = n.name)
	UNION ALL
	SELECT 'warning', 'triggers of a partition would stay behind when it is detached', p.part::text,
		'Run bianzhi.after_upgrade(); pg_upgrade makes these triggers anew.'
	FROM bianzhi.source_part AS p JOIN pg_trigger AS t ON t.tgrelid = p.part AND t.tgname = '!bianzhi_statement'
	WHERE NOT EXISTS (SELECT 1 FROM pg_depend AS d
		WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_trigger'::regclass AND d.deptype = 'a')
	UNION ALL
	SELECT 'error', 'a partition of a source has gone, and its rows count still', p.part::text, format('Run bianzhi.attach(%L).', p.relid)
	FROM bianzhi.source_part AS p
	WHERE EXISTS (SELECT 1 FROM bianzhi.source AS s JOIN pg_class AS c ON c.oid = s.relid WHERE s.relid = p.relid)
		AND NOT EXISTS (SELECT 1 FROM pg_partition_tree(p.relid) AS t WHERE t.relid = p.part)
	UNION ALL
	SELECT DISTINCT 'warning', 'a table has triggers of the limits and is not attached', t.tgrelid::regclass::text,
		format('Run bianzhi.detach(%L).', t.tgrelid::regclass)
	FROM pg_trigger AS t
	WHERE t.tgname LIKE '!bianzhi\_%' AND t.tgname NOT LIKE '!bianzhi\_audit\_%' AND NOT EXISTS (
		SELECT 1 FROM bianzhi.source AS s
		WHERE s.relid = t.tgrelid OR s.relid IN (SELECT a.relid FROM pg_partition_ancestors(t.tgrelid) AS a))
	UNION ALL
	SELECT DISTINCT 'error', 'a source has lost a column', s.relid::text,
		format('Run bianzhi.detach(%L), and attach the table again with the columns that it has now.', s.relid)
	FROM bianzhi.source AS s CROSS JOIN LATERAL bianzhi.source_columns_of(s.source_id) AS n
	WHERE bianzhi.is_placed(s.source_id)
		AND EXISTS (SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = s.relid AND a.attnum = n.attnum AND a.attisdropped)
	UNION ALL
	SELECT DISTINCT 'error', 'a column of a source cannot be read', s.relid::text || ' ' || a.attname,
		format('Run bianzhi.detach(%L), and attach the table again with columns that can be read.', s.relid)
	FROM bianzhi.source AS s
		CROSS JOIN LATERAL (VALUES ('unit', s.unit_column), ('category', s.category_column), ('person', s.person_column),
			('starts', s.starts_column), ('ends', s.ends_column), ('during', s.during_column), ('seats', s.seats_column),
			('condition', s.condition_column)) AS r (role, attnum)
		JOIN pg_attribute AS a ON a.attrelid = s.relid AND a.attnum = r.attnum AND NOT a.attisdropped
	WHERE s.alias_source IS NOT NULL AND bianzhi.is_placed(s.source_id) AND NOT bianzhi.is_readable(r.role, bianzhi.source_column_type(s.relid, r.attnum))
	UNION ALL
	SELECT 'warning', 'with which columns a table was attached would be lost in a dump', s.relid::text,
		format('Run bianzhi.detach(%L), and attach the table again.', s.relid)
	FROM bianzhi.source AS s JOIN pg_class AS c ON c.oid = s.relid
	WHERE s.alias_source IS NOT NULL AND NOT EXISTS (
		SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = s.relid AND t.tgname = '!bianzhi_columns_' || s.source_id)
	UNION ALL
	SELECT 'warning', 'a person''s seats in a table cannot be looked up by index', w.leaf::text,
		format('CREATE INDEX ON %s (%I);', w.leaf, w.person_column)
	FROM bianzhi.without_person_index() AS w
	WHERE NOT EXISTS (SELECT 1 FROM bianzhi.source AS s WHERE s.relid = w.source AND NOT bianzhi.is_placed(s.source_id))
	UNION ALL
	SELECT 'error', 'changes are not written to the ledger though the limits are in force', NULL, 'Run bianzhi.suspend() and bianzhi.go_live().'
	WHERE bianzhi.is_live() AND NOT bianzhi.ledger_is_open()
	UNION ALL
	SELECT 'error', 'an audited table has lost a trigger', n.relid::text || ' ' || n.name, format('Run bianzhi.audit(%L).', a.relid)
	FROM bianzhi.audited AS a CROSS JOIN LATERAL bianzhi.audit_triggers_due(a.relid) AS n
	WHERE a.audited AND NOT EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = n.relid AND t.tgname = n.name)
	UNION ALL
	SELECT 'error', 'an audited table is gone', a.label, format('Run bianzhi.unaudit(%s).', a.relid::oid)
	FROM bianzhi.audited AS a
	WHERE a.audited AND NOT EXISTS (SELECT 1 FROM pg_class AS c WHERE c.oid = a.relid)
	UNION ALL
	SELECT 'error', 'entries of the ledger have not been sealed for more than a day', format('%s entries from seq %s on', u.entries, u.first_seq),
		'Run bianzhi.seal_ledger(), and see to it that it is run regularly.'
	FROM bianzhi.ledger_unsealed() AS u
	WHERE bianzhi.ledger_is_open() AND u.oldest < now() - interval '1 day'
	UNION ALL
	SELECT 'warning', 'triggers of this session do not fire', 'session_replication_role', 'What it writes is not counted: run bianzhi.recount() afterwards.'
	WHERE current_setting('session_replication_role') = 'replica'
	UNION ALL
	SELECT 'warning', 'triggers of other sessions do not fire',
		concat_ws(' ', 'role ' || r.rolname, 'database ' || d.datname),
		'Run ALTER ROLE or ALTER DATABASE ... RESET session_replication_role, then bianzhi.recount().'
	FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole LEFT JOIN pg_database AS d ON d.oid = s.setdatabase
	WHERE EXISTS (SELECT 1 FROM unnest(s.setconfig) AS c WHERE lower(c) = 'session_replication_role=replica')
		AND (s.setdatabase = 0 OR d.datname = current_database())
	UNION ALL
	SELECT 'notice', 'statements that fail are written to the server log, with the personal data in them', 'log_min_error_statement',
		'Set it to panic, or keep the log as closely as the data.'
	WHERE current_setting('log_min_error_statement') NOT IN ('fatal', 'panic')
	UNION ALL
	SELECT 'notice', 'statements are written to the server log, with the personal data in them', 'log_statement',
		'Set it to none or ddl, or keep the log as closely as the data.'
	WHERE current_setting('log_statement') IN ('mod', 'all')
	UNION ALL
	SELECT 'notice', 'statements that take long are written to the server log, with the personal data in them', 'log_min_duration_statement',
		'Set it to -1, or keep the log as closely as the data.'
	WHERE current_setting('log_min_duration_statement') <> '-1'
	UNION ALL
	SELECT 'notice', 'details and contexts of errors are written to the server log, with the personal data in them', 'log_error_verbosity',
		'Set it to terse, or keep the log as closely as the data.'
	WHERE current_setting('log_error_verbosity') <> 'terse'
	UNION ALL
	SELECT 'notice', 'parameters of statements are written to the server log with the statements', 'log_parameter_max_length', 'Set it to 0.'
	WHERE current_setting('log_parameter_max_length') <> '0'
	UNION ALL
	SELECT 'notice', 'parameters of statements that fail are written to the server log', 'log_parameter_max_length_on_error', 'Set it to 0.'
	WHERE current_setting('log_parameter_max_length_on_error') <> '0'
$$;
COMMENT ON FUNCTION bianzhi.health() IS '体检: what is not as the limits need it: severity (error, warning, notice), what, which object, and what to do';
REVOKE ALL ON FUNCTION bianzhi.health() FROM PUBLIC;
