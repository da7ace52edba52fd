/*
 * key.sql: the foreign keys between the extension's own tables.
 *
 * A parallel pg_restore loads tables in any order (pg_dump keeps no order of the data of extension tables), and an
 * import from many systems comes in the order in which it comes.  So until the database is live for the first time
 * the keys' checks on the referencing side sleep; go_live() lists what dangles, or wakes them.  The checks on the
 * referenced side are never off: who is referenced cannot be deleted.
 *
 * Some never wake: the engine finds unit, section, category and (of a seat) person of each row of a source anyway,
 * and guards them, and it remembers the codes of entries and exits, so that the keys' own checks would only cost.  What a unit counts in is no such key: most units
 * count in nothing.
 */

CREATE FUNCTION bianzhi.own_keys() RETURNS TABLE (key oid, name name, child regclass, parent regclass, by_source boolean, by_engine boolean, asleep boolean)
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.oid, c.conname, c.conrelid::regclass, c.confrelid::regclass, e.by_source,
		e.by_source OR c.conname OPERATOR(pg_catalog.=) ANY (ARRAY['occupancy_entry_kind_fkey', 'occupancy_exit_kind_fkey']::name[]),
		EXISTS (
			SELECT 1 FROM pg_trigger AS t JOIN pg_proc AS f ON f.oid OPERATOR(pg_catalog.=) t.tgfoid
			WHERE t.tgconstraint OPERATOR(pg_catalog.=) c.oid AND f.proname OPERATOR(pg_catalog.=) 'RI_FKey_check_ins'
				AND t.tgenabled OPERATOR(pg_catalog.=) 'D')
	FROM pg_constraint AS c
		CROSS JOIN LATERAL (SELECT EXISTS (
			SELECT 1
			FROM bianzhi.source AS s JOIN pg_attribute AS a
				ON a.attrelid OPERATOR(pg_catalog.=) s.relid AND a.attnum OPERATOR(pg_catalog.=) c.conkey[1]
			WHERE s.relid OPERATOR(pg_catalog.=) c.conrelid AND c.conrelid OPERATOR(pg_catalog.<>) c.confrelid
				AND a.attnum OPERATOR(pg_catalog.=) ANY (ARRAY[s.unit_column, s.section_column, s.category_column, s.person_column]))) AS e (by_source)
	WHERE c.contype OPERATOR(pg_catalog.=) 'f' AND c.connamespace OPERATOR(pg_catalog.=) 'bianzhi'::regnamespace
$$;

COMMENT ON FUNCTION bianzhi.own_keys() IS '自有外键: the foreign keys between the extension''s own tables; by_source: it is a column of a source, which the engine looks up and dangling() looks through; by_engine: checked by the engine, for that or another reason; asleep: the key''s own checks are disabled';
REVOKE ALL ON FUNCTION bianzhi.own_keys() FROM PUBLIC;

CREATE FUNCTION bianzhi.dangling_keys() RETURNS TABLE (relation regclass, key name, dangling bigint, query text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	own record;
BEGIN
	FOR own IN
		SELECT k.name, k.child, k.parent,
			(SELECT string_agg(format('r.%I IS NOT NULL', a.attname), ' AND ' ORDER BY p.n)
				FROM unnest(c.conkey) WITH ORDINALITY AS p (attnum, n)
					JOIN pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid AND a.attnum OPERATOR(pg_catalog.=) p.attnum
			) AS given,
			(SELECT string_agg(format('k.%I = r.%I', b.attname, a.attname), ' AND ' ORDER BY p.n)
				FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS p (attnum, other, n)
					JOIN pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid AND a.attnum OPERATOR(pg_catalog.=) p.attnum
					JOIN pg_attribute AS b ON b.attrelid OPERATOR(pg_catalog.=) c.confrelid AND b.attnum OPERATOR(pg_catalog.=) p.other
			) AS matches
		FROM bianzhi.own_keys() AS k JOIN pg_constraint AS c ON c.oid OPERATOR(pg_catalog.=) k.key
		WHERE k.asleep AND NOT k.by_source
		ORDER BY k.child::text COLLATE "C", k.name
	LOOP
		relation := own.child;
		key := own.name;
		query := format('SELECT r.* FROM %s AS r WHERE %s AND NOT EXISTS (SELECT 1 FROM %s AS k WHERE %s)',
			own.child, own.given, own.parent, own.matches);
		EXECUTE format('SELECT count(*) FROM (%s) AS d', query) INTO dangling;
		IF dangling OPERATOR(pg_catalog.>) 0 THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;

COMMENT ON FUNCTION bianzhi.dangling_keys() IS '悬空引用: rows that name what does not exist, as can be loaded while the keys'' checks sleep: how many, and a query that lists them. Sources of the limit are looked through by dangling()';
REVOKE ALL ON FUNCTION bianzhi.dangling_keys() FROM PUBLIC;

CREATE FUNCTION bianzhi.switch_key(key oid, awake boolean) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key_check record;
BEGIN
	FOR key_check IN
		SELECT t.tgrelid::regclass AS child, t.tgname AS name
		FROM pg_trigger AS t JOIN pg_proc AS f ON f.oid OPERATOR(pg_catalog.=) t.tgfoid
		WHERE t.tgconstraint OPERATOR(pg_catalog.=) switch_key.key
			AND f.proname OPERATOR(pg_catalog.=) ANY (ARRAY['RI_FKey_check_ins', 'RI_FKey_check_upd']::name[])
	LOOP
		EXECUTE format('ALTER TABLE %s %s TRIGGER %I', key_check.child,
			CASE WHEN switch_key.awake THEN 'ENABLE' ELSE 'DISABLE' END, key_check.name);
	END LOOP;
END
$$;

COMMENT ON FUNCTION bianzhi.switch_key(oid, boolean) IS '外键检查开关: lets a key''s own checks on the referencing side sleep, or wakes them';
REVOKE ALL ON FUNCTION bianzhi.switch_key(oid, boolean) FROM PUBLIC;

CREATE FUNCTION bianzhi.after_upgrade() RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	slept bigint;
BEGIN
	SELECT count(*) INTO slept
	FROM bianzhi.own_keys() AS k, LATERAL bianzhi.switch_key(k.key, false)
	WHERE k.by_engine AND NOT k.asleep;
	PERFORM bianzhi.source_triggers(s.relid)
	FROM (SELECT DISTINCT s.relid FROM bianzhi.source AS s JOIN pg_class AS c ON c.oid OPERATOR(pg_catalog.=) s.relid
		WHERE NOT s.builtin) AS s;
	PERFORM bianzhi.audit_triggers(a.relid, a.label)
	FROM bianzhi.audited AS a JOIN pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.relid
	WHERE a.audited AND NOT a.builtin;
	RETURN slept;
END
$$;

COMMENT ON FUNCTION bianzhi.after_upgrade() IS '升级后复位: puts right what pg_upgrade makes anew otherwise: lets the keys'' own checks sleep where the engine checks, and binds the triggers of partitions; returns how many keys were awake';
REVOKE ALL ON FUNCTION bianzhi.after_upgrade() FROM PUBLIC;

CREATE FUNCTION bianzhi.wake_keys() RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	tables text;
	counts text;
	queries text;
	woken bigint;
BEGIN
	SELECT string_agg(n.name, ', ' ORDER BY n.name COLLATE "C") INTO tables
	FROM (
		SELECT k.child::text FROM bianzhi.own_keys() AS k WHERE k.asleep AND NOT k.by_source
		UNION
		SELECT k.parent::text FROM bianzhi.own_keys() AS k WHERE k.asleep AND NOT k.by_source
	) AS n (name);
	IF tables IS NULL THEN
		RETURN 0;
	END IF;
	EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', tables);

	SELECT string_agg(format('%s, %s: %s', d.relation, d.key, d.dangling), E'\n'), string_agg(format('%s;', d.query), E'\n')
		INTO counts, queries
	FROM bianzhi.dangling_keys() AS d;
	IF counts IS NOT NULL THEN
		RAISE EXCEPTION 'there are rows that name a unit, person, category or code that does not exist'
			USING ERRCODE = 'foreign_key_violation', DETAIL = counts, HINT = format(E'List them:\n%s', queries);
	END IF;

	SELECT count(*) INTO woken
	FROM bianzhi.own_keys() AS k, LATERAL bianzhi.switch_key(k.key, true)
	WHERE k.asleep AND NOT k.by_engine;
	RETURN woken;
END
$$;

COMMENT ON FUNCTION bianzhi.wake_keys() IS '启用外键检查: wakes the keys'' own checks where the engine does not check, for good; refused with 23503 where rows dangle, with their numbers and queries that list them; returns how many keys were woken. go_live() calls it';
REVOKE ALL ON FUNCTION bianzhi.wake_keys() FROM PUBLIC;

SELECT bianzhi.switch_key(k.key, false) FROM bianzhi.own_keys() AS k;
