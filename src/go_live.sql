/*
 * go_live.sql: from loading to live, and back.
 */

CREATE FUNCTION bianzhi.lock_sources() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	source regclass;
BEGIN
	FOR source IN SELECT DISTINCT s.relid FROM bianzhi.source AS s ORDER BY s.relid LOOP
		EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', source);
	END LOOP;
	-- in the order of who changes a category
	LOCK TABLE bianzhi.category IN SHARE ROW EXCLUSIVE MODE;
	LOCK TABLE bianzhi.chunk IN SHARE ROW EXCLUSIVE MODE;
END
$$;
COMMENT ON FUNCTION bianzhi.lock_sources() IS '锁定来源: waits for all writers of sources and keeps new ones out until the end of the transaction';
REVOKE ALL ON FUNCTION bianzhi.lock_sources() FROM PUBLIC;

CREATE FUNCTION bianzhi.dangling()
	RETURNS TABLE (source regclass, problem text, row_count bigint, query text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
BEGIN
	FOR c IN
		SELECT s.relid, v.problem, v.condition
		FROM bianzhi.source AS s
			CROSS JOIN LATERAL (SELECT bianzhi.source_column(s.relid, s.unit_column) AS unit,
				bianzhi.source_column(s.relid, s.section_column) AS section,
				bianzhi.source_column(s.relid, s.category_column) AS category,
				bianzhi.source_column(s.relid, s.person_column) AS person) AS n
			CROSS JOIN LATERAL (VALUES
				('unit does not exist', n.unit, format('x.%1$s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bianzhi.unit AS u WHERE u.unit_id = x.%1$s)', n.unit)),
				('section is none of the unit', n.section, format('x.%2$s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bianzhi.unit AS u WHERE u.unit_id = x.%2$s AND u.parent_id = x.%1$s)', n.unit, n.section)),
				('unit is a section', CASE WHEN s.measure <> 'authorized' THEN n.category END, format('EXISTS (SELECT 1 FROM bianzhi.unit AS u, bianzhi.category AS c WHERE u.unit_id = x.%1$s AND u.is_section AND c.code = x.%2$s AND c.measure <> ''body'')', n.unit, n.category)),
				('category does not exist', n.category, format('x.%1$s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bianzhi.category AS c WHERE c.code = x.%1$s)', n.category)),
				('category is of another measure', CASE WHEN s.holds <> 0 THEN n.category END, format('EXISTS (SELECT 1 FROM bianzhi.category AS c WHERE c.code = x.%1$s AND'
					' CASE c.measure WHEN ''establishment'' THEN 1 WHEN ''post'' THEN 2 WHEN ''grade'' THEN 4 WHEN ''outside'' THEN 8 WHEN ''body'' THEN 16 ELSE 32 END & %2$s = 0)', n.category, s.holds)),
				('person does not exist', n.person, format('x.%1$s IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bianzhi.person AS p WHERE p.person_id = x.%1$s)', n.person)))
				AS v (problem, looks_at, condition)
		WHERE v.looks_at IS NOT NULL
		ORDER BY s.source_id
	LOOP
		EXECUTE format('SELECT count(*) FROM %s AS x WHERE %s', c.relid, c.condition) INTO row_count;
		IF row_count > 0 THEN
			source := c.relid;
			problem := c.problem;
			query := format('SELECT x.* FROM %s AS x WHERE %s', c.relid, c.condition);
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION bianzhi.dangling() IS '悬空引用: rows of sources, written while nothing was checked, that name what does not exist or does not fit; with a query that lists them';
REVOKE ALL ON FUNCTION bianzhi.dangling() FROM PUBLIC;

-- every account that is over on some day: its first such day, and whether any is today or later
CREATE FUNCTION bianzhi.excesses()
	RETURNS TABLE (unit_id bigint, category text, first_day date, until_day date, present boolean, highest integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT e.unit_id, e.category, min(e.since), max(e.until), bool_or(e.until > bianzhi.today()), max(e.over)
	FROM (
		SELECT s.unit_id, s.category, greatest(s.since, c.enforced_since) AS since,
			lead(s.since, 1, 'infinity') OVER (PARTITION BY s.unit_id, s.category ORDER BY s.since) AS until,
			s.filled + s.reserved - s.authorized AS over
		FROM bianzhi.strength AS s JOIN bianzhi.category AS c ON c.code = s.category
		WHERE c.enforcement <> 'off'
	) AS e
	WHERE e.over > 0 AND e.since < e.until
	GROUP BY e.unit_id, e.category
$$;
COMMENT ON FUNCTION bianzhi.excesses() IS '超编一览: accounts that carry more than they are authorised to on some day from which they are enforced';
REVOKE ALL ON FUNCTION bianzhi.excesses() FROM PUBLIC;

-- people whose seats overlap today or later, by unit
CREATE FUNCTION bianzhi.second_seats() RETURNS TABLE (unit_id bigint, persons bigint[], first_day date)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	seats text;
BEGIN
	SELECT string_agg(format('SELECT %s AS person_id, %s AS unit_id, %s AS category, %s AS during FROM %s WHERE %s IS NOT NULL%s',
			p.person, bianzhi.source_column(s.relid, s.unit_column),
			COALESCE(bianzhi.source_column(s.relid, s.category_column), quote_literal(s.constant_category)),
			bianzhi.source_column(s.relid, s.during_column), s.relid, p.person,
			COALESCE(' AND ' || bianzhi.source_column(s.relid, s.condition_column), '')), ' UNION ALL ')
		INTO seats
	FROM bianzhi.source AS s, LATERAL bianzhi.source_column(s.relid, s.person_column) AS p (person)
	WHERE s.measure = 'filled' AND p.person IS NOT NULL;
	RETURN QUERY EXECUTE format(
		'SELECT o.unit_id, array_agg(DISTINCT o.person_id), min(o.since)
		FROM (
			SELECT s.unit_id, s.person_id, COALESCE(lower(s.during), ''-infinity'') AS since, COALESCE(upper(s.during), ''infinity'') AS until,
				max(COALESCE(upper(s.during), ''infinity'')) OVER (PARTITION BY s.person_id
					ORDER BY COALESCE(lower(s.during), ''-infinity'') ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
			FROM (%s) AS s JOIN bianzhi.category AS c ON c.code = s.category AND c.measure = ''establishment''
			WHERE NOT isempty(s.during)
		) AS o
		WHERE o.taken_until > o.since AND least(o.taken_until, o.until) > bianzhi.today()
		GROUP BY o.unit_id', seats);
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
		SELECT v.unit_id, v.category, v.authorized, (v.filled + v.reserved)::bigint AS load
		FROM bianzhi.vacancy_on(bianzhi.today()) AS v
	), own AS (
		SELECT t.unit_id, t.category, c.parent,
			t.load - COALESCE((SELECT sum(b.load) FROM today AS b JOIN bianzhi.category AS k ON k.code = b.category
				WHERE b.unit_id = t.unit_id AND k.parent = t.category), 0) AS load
		FROM today AS t JOIN bianzhi.category AS c ON c.code = t.category JOIN bianzhi.unit AS u ON u.unit_id = t.unit_id
		WHERE t.authorized IS NULL AND c.without_quota <> 'allow' AND c.enforcement <> 'off' AND NOT u.is_section
	), up AS (
		SELECT o.unit_id, o.category, o.load, o.parent FROM own AS o WHERE o.load > 0
		UNION ALL
		SELECT u.unit_id, u.category, u.load, c.parent
		FROM up AS u JOIN bianzhi.category AS c ON c.code = u.parent
		WHERE NOT EXISTS (SELECT 1 FROM today AS t WHERE t.unit_id = u.unit_id AND t.category = u.parent AND t.authorized IS NOT NULL)
	)
	SELECT u.unit_id, u.category, u.load::bigint FROM up AS u WHERE u.parent IS NULL
$$;
COMMENT ON FUNCTION bianzhi.unconfigured() IS '无核定数在编: what units carry today where neither the category nor one above it has a line of quota';
REVOKE ALL ON FUNCTION bianzhi.unconfigured() FROM PUBLIC;

CREATE FUNCTION bianzhi.go_live_leads(before bigint[], before_category text[], counted_before boolean) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	written bigint;
BEGIN
	WITH old AS (
		SELECT * FROM unnest(before, before_category) AS o (unit_id, category)
	), found AS (
		SELECT CASE WHEN x.present THEN 'excess_at_go_live' ELSE 'past_excess' END AS kind, x.unit_id, x.category AS subject,
			jsonb_build_object('category', x.category, 'first', x.first_day::text, 'until', x.until_day::text, 'over', x.highest)
				|| CASE WHEN counted_before AND NOT EXISTS (SELECT 1 FROM old AS o WHERE o.unit_id = x.unit_id AND o.category = x.category)
					THEN jsonb_build_object('severity', 3, 'reason', 'made while suspended') ELSE '{}' END AS evidence
		FROM bianzhi.excesses() AS x
		UNION ALL
		SELECT 'not_configured', n.unit_id, n.category, jsonb_build_object('category', n.category, 'carried', n.carried)
		FROM bianzhi.unconfigured() AS n
		UNION ALL
		SELECT 'second_seat', s.unit_id, '', jsonb_build_object('person_ids', s.persons, 'first', s.first_day::text)
		FROM bianzhi.second_seats() AS s
	)
	INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence)
	SELECT f.kind, f.unit_id, f.subject, f.evidence
	FROM found AS f
	WHERE f.evidence ? 'severity' OR NOT EXISTS (
		SELECT 1 FROM bianzhi.lead AS l
		WHERE l.kind = f.kind AND l.unit_id = f.unit_id AND l.subject = f.subject AND l.gone_since IS NULL)
	ORDER BY f.unit_id, f.subject, f.kind;
	GET DIAGNOSTICS written = ROW_COUNT;
	RETURN written + bianzhi.quota_leads();
END
$$;
COMMENT ON FUNCTION bianzhi.go_live_leads(bigint[], text[], boolean) IS '启用线索: writes a lead for each excess, seat without quota and second seat there is; arguments: accounts that were over when it was live last';
REVOKE ALL ON FUNCTION bianzhi.go_live_leads(bigint[], text[], boolean) FROM PUBLIC;

CREATE FUNCTION bianzhi.go_live(OUT accounts bigint, OUT changed bigint, OUT leads bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
DECLARE
	loose record;
	before bigint[];
	before_category text[];
	counted_before boolean;
	new_nonce uuid := gen_random_uuid();
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'go_live() needs isolation level READ COMMITTED'
			USING ERRCODE = 'active_sql_transaction';
	END IF;
	PERFORM bianzhi.lock_sources();
	IF bianzhi.is_live() THEN
		RAISE EXCEPTION 'the establishment is in force already'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'To repair timelines, run bianzhi.recount().';
	END IF;
	PERFORM bianzhi.wake_keys();
	SELECT string_agg(d.source::text || ': ' || d.problem || ' (' || d.row_count || ')', '; ') AS detail, min(d.query) AS query
		INTO loose
	FROM bianzhi.dangling() AS d;
	IF loose.detail IS NOT NULL THEN
		RAISE EXCEPTION 'rows name units, categories or persons that do not exist or do not fit'
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', CONSTRAINT = 'establishment_account',
				DETAIL = loose.detail, HINT = 'List them with bianzhi.dangling(), the first ones with: ' || loose.query;
	END IF;

	counted_before := EXISTS (SELECT 1 FROM bianzhi.account AS a JOIN bianzhi.chunk AS c ON c.account_id = a.account_id);
	SELECT array_agg(x.unit_id), array_agg(x.category) INTO before, before_category FROM bianzhi.excesses() AS x;
	changed := bianzhi.recount_accounts(NULL);

	DELETE FROM bianzhi.stamp;
	DELETE FROM bianzhi.live;
	INSERT INTO bianzhi.stamp (nonce) VALUES (new_nonce);
	INSERT INTO bianzhi.live (nonce) VALUES (new_nonce);

	leads := bianzhi.go_live_leads(before, before_category, counted_before);
	SELECT count(*) INTO accounts FROM bianzhi.account;
END
$$;
COMMENT ON FUNCTION bianzhi.go_live() IS '启用: counts everything that was loaded, leaves a lead for each excess there is, and puts the limits in force; returns the number of accounts, of those whose timeline was written, and of leads. Waits for writers and keeps them out until it commits';
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
	PERFORM bianzhi.lock_sources();
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
