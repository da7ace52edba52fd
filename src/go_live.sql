/*
 * go_live.sql: from loading to live, and back.
 */

CREATE FUNCTION bianzhi.keep_writers_out() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM bianzhi.lock_tables(bianzhi.source_tables(), 'SHARE ROW EXCLUSIVE');
	-- in the order of who changes a category
	LOCK TABLE bianzhi.category IN SHARE ROW EXCLUSIVE MODE;
	LOCK TABLE bianzhi.chunk IN SHARE ROW EXCLUSIVE MODE;
END
$$;
COMMENT ON FUNCTION bianzhi.keep_writers_out() IS '停止写入: waits for all writers of sources and keeps new ones out until the end of the transaction';
REVOKE ALL ON FUNCTION bianzhi.keep_writers_out() FROM PUBLIC;

CREATE FUNCTION bianzhi.dangling_in(only_source regclass)
	RETURNS TABLE (source regclass, problem text, row_count bigint, query text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
DECLARE
	p record;
	tables text;
	checks text[];
	problems text[];
	counts bigint[];
BEGIN
	FOR p IN SELECT * FROM bianzhi.source_parts() AS s WHERE only_source IS NULL OR s.relid = only_source ORDER BY s.source_id LOOP
		tables := format('%s LEFT JOIN bianzhi.unit AS u ON u.unit_id = %s LEFT JOIN bianzhi.category AS c ON c.code = %s'
			' LEFT JOIN bianzhi.unit AS sec ON sec.unit_id = %s LEFT JOIN bianzhi.person AS per ON per.person_id = %s',
			p.tables, p.unit, p.category, p.section, p.person);
		SELECT array_agg(v.problem ORDER BY v.place),
				array_agg(format('%s AND %s', CASE WHEN p.own THEN 'true' ELSE p.stands END, v.condition) ORDER BY v.place)
			INTO problems, checks
		FROM (VALUES
			(1, 'unit does not exist', format('%s IS NOT NULL AND u.unit_id IS NULL', p.unit_word)),
			(2, 'section is none of the unit', format('%s IS NOT NULL AND sec.parent_id IS DISTINCT FROM u.unit_id', p.section)),
			(3, 'unit is a section', CASE WHEN p.measure <> 'authorized' THEN 'u.is_section AND c.measure <> ''body''' END),
			(4, 'category does not exist', format('%s IS NOT NULL AND c.code IS NULL', p.category_word)),
			(5, 'category is of another measure', CASE WHEN p.holds <> 0 THEN format('c.code IS NOT NULL AND CASE c.measure WHEN ''establishment'' THEN 1'
				' WHEN ''post'' THEN 2 WHEN ''grade'' THEN 4 WHEN ''outside'' THEN 8 WHEN ''body'' THEN 16 ELSE 32 END & %s = 0', p.holds) END),
			(6, 'person does not exist', format('%s IS NOT NULL AND per.person_id IS NULL', COALESCE(p.person_word, p.person))),
			(7, 'identity number is in a form that cannot be looked up', CASE WHEN p.person_word IS NOT NULL THEN
				format('per.resident_id IS NOT NULL AND replace(upper(%1$s), ''X'', ''x'') <> replace(per.resident_id::text, ''X'', ''x'')'
					' AND %1$s <> overlay(left(per.resident_id::text, 17) PLACING '''' FROM 7 FOR 2)', p.person_word) END),
			(8, 'row ends before it starts', CASE WHEN NOT p.own THEN format('%s > %s', p.since, p.until) END),
			(9, 'unit does not exist on all of its days', CASE WHEN p.measure <> 'authorized' THEN
				format('%s AND NOT u.during @> daterange(NULLIF(%s, ''-infinity''), %s)', p.stands, p.since, p.until) END),
			(10, 'number of seats is out of range', format('%1$s AND (%2$s > 2147483647 OR %2$s < %3$s)', p.stands, p.amount,
				CASE WHEN p.measure = 'authorized' THEN -2147483647 ELSE 0 END)))
			AS v (place, problem, condition)
		WHERE v.condition IS NOT NULL;
		-- a row that ends before it starts stands nowhere, and is looked for among the others
		IF NOT p.own THEN
			checks[array_position(problems, 'row ends before it starts')] := format('%s > %s AND %s', p.since, p.until, p.condition);
		END IF;
		EXECUTE format('SELECT ARRAY[%s] FROM %s',
			(SELECT string_agg(format('count(*) FILTER (WHERE %s)', k), ', ' ORDER BY n) FROM unnest(checks) WITH ORDINALITY AS t (k, n)),
			tables) INTO counts;
		FOR i IN 1 .. cardinality(counts) LOOP
			IF counts[i] > 0 THEN
				source := p.relid;
				problem := problems[i];
				row_count := counts[i];
				query := format('SELECT x.* FROM %s WHERE %s', p.scanned_as || substr(tables, length(p.scanned) + 1), checks[i]);
				RETURN NEXT;
			END IF;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION bianzhi.dangling_in(regclass) IS '一表悬空引用: what dangling() says of one table; NULL: of all';
REVOKE ALL ON FUNCTION bianzhi.dangling_in(regclass) FROM PUBLIC;

CREATE FUNCTION bianzhi.dangling()
	RETURNS TABLE (source regclass, problem text, row_count bigint, query text)
	LANGUAGE sql STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	AS 'SELECT * FROM bianzhi.dangling_in(NULL)';
COMMENT ON FUNCTION bianzhi.dangling() IS '悬空引用: rows of sources, written while nothing was checked, that name what does not exist or does not fit; with a query that lists them';
REVOKE ALL ON FUNCTION bianzhi.dangling() FROM PUBLIC;

-- every account that is over on some day: its first such day, and whether any is today or later
CREATE FUNCTION bianzhi.excess_stretches(OUT unit_id bigint, OUT category text, OUT is_ceiling boolean, OUT since date, OUT until date,
	OUT over bigint) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL UNSAFE ROWS 1000;
COMMENT ON FUNCTION bianzhi.excess_stretches() IS '超编时段: each stretch of days on which an account, or what is given out under a ceiling, is over, and by how many';
REVOKE ALL ON FUNCTION bianzhi.excess_stretches() FROM PUBLIC;

CREATE FUNCTION bianzhi.excesses()
	RETURNS TABLE (unit_id bigint, category text, first_day date, until_day date, present boolean, highest integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT e.unit_id, e.category, min(greatest(e.since, c.enforced_since)), max(e.until), bool_or(e.until > bianzhi.today()), max(e.over)::integer
	FROM bianzhi.excess_stretches() AS e JOIN bianzhi.category AS c ON c.code = e.category
	WHERE NOT e.is_ceiling AND c.enforcement <> 'off' AND e.until > c.enforced_since
	GROUP BY e.unit_id, e.category
$$;
COMMENT ON FUNCTION bianzhi.excesses() IS '超编一览: accounts that carry more than they are authorised to on some day from which they are enforced';
REVOKE ALL ON FUNCTION bianzhi.excesses() FROM PUBLIC;

CREATE FUNCTION bianzhi.ceilings_exceeded() RETURNS TABLE (unit_id bigint, category text, first_day date, until_day date, highest integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT e.unit_id, e.category, min(e.since), max(e.until), max(e.over)::integer
	FROM bianzhi.excess_stretches() AS e
	WHERE e.is_ceiling
	GROUP BY e.unit_id, e.category
$$;
COMMENT ON FUNCTION bianzhi.ceilings_exceeded() IS '超总量一览: ceilings that the quotas below exceed on some day';
REVOKE ALL ON FUNCTION bianzhi.ceilings_exceeded() FROM PUBLIC;

-- people whose seats overlap today or later, by unit
CREATE FUNCTION bianzhi.second_seats() RETURNS TABLE (unit_id bigint, persons bigint[], first_day date)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
BEGIN
	RETURN QUERY EXECUTE format(
		'SELECT o.unit_id, array_agg(DISTINCT o.person_id), min(o.since)
		FROM (
			SELECT s.unit_id, s.person_id, s.since, COALESCE(s.until, ''infinity'') AS until,
				max(COALESCE(s.until, ''infinity'')) OVER (PARTITION BY s.person_id
					ORDER BY s.since ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
			FROM (%s) AS s JOIN bianzhi.category AS c ON c.code = s.category AND c.measure = ''establishment''
			WHERE s.measure = ''filled'' AND s.person_id IS NOT NULL AND s.unit_id IS NOT NULL
		) AS o
		WHERE o.taken_until > o.since AND least(o.taken_until, o.until) > bianzhi.today()
		GROUP BY o.unit_id', bianzhi.source_sql());
END
$$;
COMMENT ON FUNCTION bianzhi.second_seats() IS '重复占编: by unit, people who hold more than one counted seat on some day from today on';
REVOKE ALL ON FUNCTION bianzhi.second_seats() FROM PUBLIC;

-- people where no quota line stands above them today, by unit and their own category
CREATE FUNCTION bianzhi.unconfigured() RETURNS TABLE (unit_id bigint, category text, carried bigint)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE today AS MATERIALIZED (
		SELECT v.unit_id, v.category, c.parent, c.without_quota <> 'allow' AND c.enforcement <> 'off' AS asks, v.authorized,
			(v.filled + v.reserved)::bigint AS load
		FROM bianzhi.vacancy_on(bianzhi.today()) AS v JOIN bianzhi.category AS c ON c.code = v.category
	), own AS (
		-- less what the categories just below carry
		SELECT l.unit_id, l.category, sum(l.load)::bigint AS load
		FROM (
			SELECT t.unit_id, t.category, t.load FROM today AS t
			UNION ALL
			SELECT t.unit_id, t.parent, -t.load FROM today AS t WHERE t.parent IS NOT NULL
		) AS l
		GROUP BY l.unit_id, l.category
		HAVING sum(l.load) > 0
	), up AS (
		SELECT o.unit_id, o.category, o.load, t.parent
		FROM own AS o JOIN today AS t ON t.unit_id = o.unit_id AND t.category = o.category JOIN bianzhi.unit AS u ON u.unit_id = o.unit_id
		WHERE t.authorized IS NULL AND t.asks AND NOT u.is_section
		UNION ALL
		SELECT u.unit_id, u.category, u.load, c.parent
		FROM up AS u JOIN bianzhi.category AS c ON c.code = u.parent
		WHERE NOT EXISTS (SELECT 1 FROM today AS t WHERE t.unit_id = u.unit_id AND t.category = u.parent AND t.authorized IS NOT NULL)
	)
	SELECT u.unit_id, u.category, u.load FROM up AS u WHERE u.parent IS NULL
$$;
COMMENT ON FUNCTION bianzhi.unconfigured() IS '无核定数在编: what units carry today where neither the category nor one above it has a line of quota';
REVOKE ALL ON FUNCTION bianzhi.unconfigured() FROM PUBLIC;

/*
 * Leads for what was not judged when it was written: what is over, without a quota or seated twice.  "before": what was
 * over when the timelines were last right, NULL: never; what is over by more than then is said to be new, and why.
 */
CREATE FUNCTION bianzhi.leads_of_count(before jsonb, reason text, severity integer, only_new boolean) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	written bigint;
BEGIN
	WITH found AS (
		SELECT CASE WHEN x.present THEN 'excess_at_go_live' ELSE 'past_excess' END AS kind, x.unit_id, x.category AS subject,
			jsonb_build_object('category', x.category, 'first', x.first_day::text, 'until', x.until_day::text, 'over', x.highest)
				|| CASE WHEN n.is_new THEN jsonb_strip_nulls(jsonb_build_object('severity', severity, 'reason', reason)) ELSE '{}' END AS evidence,
			n.is_new
		FROM bianzhi.excesses() AS x
			LEFT JOIN jsonb_to_recordset(before) AS o (unit_id bigint, category text, highest integer)
				ON o.unit_id = x.unit_id AND o.category = x.category
			CROSS JOIN LATERAL (SELECT before IS NOT NULL AND (o.unit_id IS NULL OR x.highest > o.highest)) AS n (is_new)
		WHERE n.is_new OR NOT only_new
		UNION ALL
		SELECT 'over_ceiling', x.unit_id, x.category, jsonb_build_object('category', x.category, 'first', x.first_day::text,
			'until', x.until_day::text, 'over', x.highest), false
		FROM bianzhi.ceilings_exceeded() AS x
		UNION ALL
		SELECT 'not_configured', n.unit_id, n.category, jsonb_build_object('category', n.category, 'carried', n.carried), false
		FROM bianzhi.unconfigured() AS n
		UNION ALL
		SELECT 'second_seat', s.unit_id, '', jsonb_build_object('person_ids', s.persons, 'first', s.first_day::text), false
		FROM bianzhi.second_seats() AS s
	)
	INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence)
	SELECT f.kind, f.unit_id, f.subject, f.evidence
	FROM found AS f
	WHERE f.is_new OR NOT EXISTS (
		SELECT 1 FROM bianzhi.lead AS l
		WHERE l.kind = f.kind AND l.unit_id = f.unit_id AND l.subject = f.subject AND l.gone_since IS NULL)
	ORDER BY f.unit_id, f.subject, f.kind;
	GET DIAGNOSTICS written = ROW_COUNT;
	RETURN written + bianzhi.quota_leads() + bianzhi.digest_leads(bianzhi.today());
END
$$;
COMMENT ON FUNCTION bianzhi.leads_of_count(jsonb, text, integer, boolean) IS '计数线索: writes a lead for each excess, seat without quota and second seat that is not known yet; arguments: what was over before, why what is new came about, how severe that is, and whether only new excess counts';
REVOKE ALL ON FUNCTION bianzhi.leads_of_count(jsonb, text, integer, boolean) FROM PUBLIC;

-- something that is no write of a seat changes what is counted: the rows of a table, what a word means, where a category stands
CREATE FUNCTION bianzhi.count_anew(reason text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	before jsonb;
	changed bigint;
BEGIN
	PERFORM bianzhi.lock_tables(bianzhi.source_tables(), 'ACCESS SHARE');
	LOCK TABLE bianzhi.chunk IN SHARE ROW EXCLUSIVE MODE;
	SELECT COALESCE(jsonb_agg(to_jsonb(x)), '[]') INTO before FROM bianzhi.excesses() AS x;
	changed := bianzhi.recount_accounts(NULL);
	IF changed > 0 THEN
		PERFORM bianzhi.leads_of_count(before, count_anew.reason, NULL, true);
	END IF;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION bianzhi.count_anew(text) IS '重新计入: recounts all accounts after a change that is no write of a seat, and leaves a lead for each excess that it made';
REVOKE ALL ON FUNCTION bianzhi.count_anew(text) FROM PUBLIC;

CREATE FUNCTION bianzhi.go_live(OUT accounts bigint, OUT changed bigint, OUT leads bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
DECLARE
	before jsonb;
	new_nonce uuid := gen_random_uuid();
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'go_live() needs isolation level READ COMMITTED'
			USING ERRCODE = 'active_sql_transaction';
	END IF;
	PERFORM bianzhi.place_source_columns();
	IF NOT bianzhi.ledger_is_open() THEN
		PERFORM bianzhi.lock_tables(bianzhi.audited_tables(), 'SHARE ROW EXCLUSIVE');
	END IF;
	PERFORM bianzhi.keep_writers_out();
	IF bianzhi.is_live() THEN
		RAISE EXCEPTION 'the establishment is in force already'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'To repair timelines, run bianzhi.recount().';
	END IF;
	PERFORM bianzhi.wake_keys();
	PERFORM bianzhi.refuse_dangling(NULL);

	IF EXISTS (SELECT 1 FROM bianzhi.account AS a JOIN bianzhi.chunk AS c ON c.account_id = a.account_id) THEN
		SELECT COALESCE(jsonb_agg(to_jsonb(x)), '[]') INTO before FROM bianzhi.excesses() AS x;
	END IF;
	changed := bianzhi.recount_accounts(NULL);
	-- what was loaded becomes the ledger's first page; leads are entries of their own
	PERFORM bianzhi.open_ledger();

	DELETE FROM bianzhi.stamp;
	DELETE FROM bianzhi.live;
	INSERT INTO bianzhi.stamp (nonce) VALUES (new_nonce);
	INSERT INTO bianzhi.live (nonce) VALUES (new_nonce);

	leads := bianzhi.leads_of_count(before, 'made while suspended', 3, false);
	SELECT count(*) INTO accounts FROM bianzhi.account;
END
$$;
COMMENT ON FUNCTION bianzhi.go_live() IS '启用: counts everything that was loaded, leaves a lead for each excess there is, opens the ledger with what is there, and puts the limits in force; returns the number of accounts, of those whose timeline was written, and of leads. Waits for writers and keeps them out until it commits';
REVOKE ALL ON FUNCTION bianzhi.go_live() FROM PUBLIC;

CREATE FUNCTION bianzhi.suspend(reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF reason IS NULL OR btrim(reason) = '' THEN
		RAISE EXCEPTION 'suspending the establishment needs a reason'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM bianzhi.keep_writers_out();
	IF NOT bianzhi.is_live() THEN
		RAISE EXCEPTION 'the establishment is not in force'
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	DELETE FROM bianzhi.stamp;
	DELETE FROM bianzhi.live;
	INSERT INTO bianzhi.lead (kind, subject, evidence)
	VALUES ('suspended', '', jsonb_build_object('reason', reason, 'by', session_user));
END
$$;
COMMENT ON FUNCTION bianzhi.suspend(text) IS '停用: back to loading: nothing is counted or refused until the next go_live(), which tells what excess was made meanwhile. The reason is kept as a lead';
REVOKE ALL ON FUNCTION bianzhi.suspend(text) FROM PUBLIC;

-- a category that comes to stand elsewhere takes what it carries along

CREATE FUNCTION bianzhi.category_moved() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF bianzhi.is_live() AND EXISTS (
		SELECT 1 FROM old_rows AS o JOIN new_rows AS n ON n.code = o.code WHERE n.parent IS DISTINCT FROM o.parent)
	THEN
		PERFORM bianzhi.count_anew('category moved');
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION bianzhi.category_moved() IS '种类层级变更: trigger function; recounts when a category gets another parent';
REVOKE ALL ON FUNCTION bianzhi.category_moved() FROM PUBLIC;

CREATE TRIGGER category_moved AFTER UPDATE ON bianzhi.category
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.category_moved();
