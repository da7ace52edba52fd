/*
 * inspect.sql: the detectors are run, and what they find is merged with the leads there are.
 *
 * A detector is a function that problem_kind names: DETECTOR(as_of date) returns (unit_id bigint, subject text, evidence
 * jsonb, severity integer).  An office adds its own as a row and a function.  What it says of a unit and a subject is one
 * lead; it must say the same of the same facts, whatever the day.
 */

-- exemptions of kinds of problems

CREATE FUNCTION bianzhi.exemption_of_a_kind() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- while loading, the kinds may come later
	IF bianzhi.is_live() AND NOT EXISTS (SELECT 1 FROM bianzhi.problem_kind AS k WHERE k.code = NEW.kind) THEN
		RAISE EXCEPTION 'exemption of an unknown kind "%"', NEW.kind
			USING ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'kind',
				CONSTRAINT = 'exemption_of_a_kind', HINT = 'It is uncounted, or a code of problem_kind.';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION bianzhi.exemption_of_a_kind() IS '豁免种类检查: trigger function; an exemption is of kind uncounted or of a kind of problem';
REVOKE ALL ON FUNCTION bianzhi.exemption_of_a_kind() FROM PUBLIC;

CREATE TRIGGER exemption_of_a_kind AFTER INSERT OR UPDATE OF kind ON bianzhi.exemption
	FOR EACH ROW WHEN (NEW.kind <> 'uncounted') EXECUTE FUNCTION bianzhi.exemption_of_a_kind();

-- when each kind was last looked for

CREATE TABLE bianzhi.inspected (
	kind text PRIMARY KEY,
	as_of date NOT NULL,
	at timestamp with time zone NOT NULL DEFAULT now(),
	hits bigint NOT NULL
);
COMMENT ON TABLE bianzhi.inspected IS '检测记录: when each kind of problem was last looked for, and how much was found';
COMMENT ON COLUMN bianzhi.inspected.kind IS '问题种类: kind';
COMMENT ON COLUMN bianzhi.inspected.as_of IS '检测基准日: as of which day';
COMMENT ON COLUMN bianzhi.inspected.at IS '检测时间: when';
COMMENT ON COLUMN bianzhi.inspected.hits IS '命中数: leads there are for what was found, without what is exempt';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.inspected', '');

-- detectors run with the rights of the extension's owner: what others own is not run
CREATE FUNCTION bianzhi.detectors() RETURNS TABLE (kind text, detector regprocedure, problem text)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT k.code, CASE WHEN d.mine THEN d.function END,
		CASE WHEN d.function IS NULL THEN 'does not exist' WHEN NOT d.mine THEN 'belongs to neither the owner of the extension nor a superuser' END
	FROM bianzhi.problem_kind AS k
		CROSS JOIN LATERAL (
			SELECT to_regprocedure(CASE WHEN k.detector ~ '[.]' THEN k.detector ELSE 'bianzhi.' || k.detector END || '(date)') AS function
		) AS f
		CROSS JOIN LATERAL (
			SELECT f.function, EXISTS (
				SELECT 1
				FROM pg_proc AS p JOIN pg_roles AS r ON r.oid = p.proowner
				WHERE p.oid = f.function AND (r.rolsuper OR p.proowner = (SELECT e.extowner FROM pg_extension AS e WHERE e.extname = 'bianzhi'))
			) AS mine
		) AS d
	WHERE k.detector IS NOT NULL
$$;
COMMENT ON FUNCTION bianzhi.detectors() IS '检测函数: which function looks for each kind, or what is wrong with it';
REVOKE ALL ON FUNCTION bianzhi.detectors() FROM PUBLIC;

/*
 * What the limits have left as leads and is no longer so.  These leads are appended by triggers, which cannot look what
 * leads there are; so there may be several of one unit and subject, too: see merge_leads().
 */
CREATE FUNCTION bianzhi.leads_no_longer_so() RETURNS TABLE (lead_id bigint)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH standing (kind, unit_id, subject) AS MATERIALIZED (
		SELECT k.kind, x.unit_id, x.category
		FROM bianzhi.excesses() AS x CROSS JOIN (VALUES ('over_by_cut'), ('over_by_reform'), ('excess_at_go_live'), ('recorded_excess'), ('past_excess')) AS k (kind)
		WHERE x.present OR k.kind = 'past_excess'
		UNION ALL
		SELECT 'over_ceiling', c.unit_id, c.category FROM bianzhi.ceilings_exceeded() AS c
		UNION ALL
		SELECT 'not_configured', n.unit_id, n.category FROM bianzhi.unconfigured() AS n
		UNION ALL
		SELECT 'second_seat', s.unit_id, '' FROM bianzhi.second_seats() AS s
	)
	SELECT l.lead_id
	FROM bianzhi.lead AS l
	WHERE l.gone_since IS NULL AND bianzhi.is_live()
		AND l.kind IN ('over_by_cut', 'over_by_reform', 'excess_at_go_live', 'recorded_excess', 'past_excess', 'over_ceiling', 'not_configured', 'second_seat')
		AND NOT EXISTS (SELECT 1 FROM standing AS s WHERE s.kind = l.kind AND s.unit_id = l.unit_id AND s.subject = COALESCE(l.subject, ''))
$$;
COMMENT ON FUNCTION bianzhi.leads_no_longer_so() IS '已消失线索: leads left by the limits, of what is over, without a quota or seated twice, that is no longer so';
REVOKE ALL ON FUNCTION bianzhi.leads_no_longer_so() FROM PUBLIC;

CREATE FUNCTION bianzhi.merge_leads() RETURNS TABLE (kind text, opened bigint, seen_again bigint, gone bigint)
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	-- of those that nobody has done anything with: the first stays, with what was found last, and what else was found before
	WITH alike AS MATERIALIZED (
		SELECT l.lead_id, l.kind, l.evidence, l.last_seen, first_value(l.lead_id) OVER w AS stays
		FROM bianzhi.lead AS l
		WHERE l.gone_since IS NULL AND l.problem_id IS NULL AND l.dismissed_reason IS NULL AND l.owner IS NULL AND l.note IS NULL
			AND EXISTS (SELECT 1 FROM bianzhi.lead_kind AS k WHERE k.code = l.kind)
		WINDOW w AS (PARTITION BY l.kind, l.unit_id, l.subject ORDER BY l.lead_id)
	), merged AS (
		SELECT a.stays, a.kind, max(a.last_seen) AS last_seen,
			(array_agg(a.evidence - 'earlier' ORDER BY a.lead_id DESC))[1] AS last_found,
			array_agg(a.evidence ORDER BY a.lead_id) AS found
		FROM alike AS a
		GROUP BY a.stays, a.kind
		HAVING count(*) > 1
	), kept AS (
		UPDATE bianzhi.lead AS l
		SET last_seen = m.last_seen, evidence = m.last_found || COALESCE((
			SELECT jsonb_build_object('earlier', jsonb_agg(e.earlier ORDER BY e.place))
			FROM (
				SELECT o.earlier, min(o.place) AS place
				FROM unnest(m.found) WITH ORDINALITY AS f (evidence, place)
					CROSS JOIN LATERAL (
						SELECT v.value, f.place * 10000 + v.ordinality
						FROM jsonb_array_elements(COALESCE(f.evidence -> 'earlier', '[]') || jsonb_build_array(f.evidence - 'earlier')) WITH ORDINALITY AS v
					) AS o (earlier, place)
				WHERE o.earlier <> m.last_found
				GROUP BY o.earlier
			) AS e
			HAVING count(*) > 0), '{}')
		FROM merged AS m
		WHERE l.lead_id = m.stays
		RETURNING l.kind
	), dropped AS (
		DELETE FROM bianzhi.lead AS l
		USING alike AS a
		WHERE l.lead_id = a.lead_id AND a.lead_id <> a.stays
	), gone AS (
		UPDATE bianzhi.lead AS l SET gone_since = now()
		FROM bianzhi.leads_no_longer_so() AS n
		WHERE l.lead_id = n.lead_id AND NOT EXISTS (SELECT 1 FROM alike AS a WHERE a.lead_id = l.lead_id AND a.lead_id <> a.stays)
			AND NOT EXISTS (SELECT 1 FROM merged AS m WHERE m.stays = l.lead_id)
		RETURNING l.kind
	)
	SELECT c.kind, 0::bigint, sum(c.again)::bigint, sum(c.gone)::bigint
	FROM (SELECT k.kind, 1 AS again, 0 AS gone FROM kept AS k UNION ALL SELECT g.kind, 0, 1 FROM gone AS g) AS c
	GROUP BY c.kind
$$;
COMMENT ON FUNCTION bianzhi.merge_leads() IS '合并线索: of the leads that the limits have left, those of one unit and subject become one, and what is no longer so is marked; returns how many by kind';
REVOKE ALL ON FUNCTION bianzhi.merge_leads() FROM PUBLIC;

CREATE FUNCTION bianzhi.inspect(as_of date DEFAULT current_date) RETURNS TABLE (kind text, opened bigint, seen_again bigint, gone bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
DECLARE
	d record;
	n_hits bigint;
	last_day date;
	n integer := 0;
BEGIN
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'inspect() needs isolation level READ COMMITTED'
			USING ERRCODE = 'active_sql_transaction';
	END IF;
	IF as_of IS NULL THEN
		RAISE EXCEPTION 'inspect() needs a day'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	-- one at a time; who leaves leads meanwhile does not wait
	LOCK TABLE bianzhi.lead IN SHARE UPDATE EXCLUSIVE MODE;
	SELECT max(i.as_of) INTO last_day FROM bianzhi.inspected AS i;
	IF as_of > bianzhi.today() OR as_of < last_day OR NOT isfinite(as_of) THEN
		RAISE EXCEPTION 'cannot inspect as of %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = CASE WHEN as_of < last_day THEN format('It was done as of %s.', last_day) ELSE 'That day has not come.' END;
	END IF;

	FOR d IN SELECT x.*, count(*) OVER () AS all_of_them FROM bianzhi.detectors() AS x ORDER BY x.kind LOOP
		n := n + 1;
		IF d.problem IS NOT NULL THEN
			RAISE WARNING 'the detector of "%" %; its leads are left as they are', d.kind, d.problem;
			CONTINUE;
		END IF;
		RAISE NOTICE 'inspect: % (% of %)', d.kind, n, d.all_of_them;
		kind := d.kind;
		EXECUTE format(
			'WITH hit AS MATERIALIZED (
				SELECT DISTINCT ON (COALESCE(h.unit_id, 0), h.subject) h.unit_id, h.subject,
					h.evidence || jsonb_strip_nulls(jsonb_build_object(''severity'', h.severity)) AS evidence
				FROM (SELECT f.unit_id, COALESCE(f.subject, ''''), COALESCE(f.evidence, ''{}''), f.severity FROM %s($1) AS f)
					AS h (unit_id, subject, evidence, severity)
				WHERE NOT EXISTS (
					SELECT 1 FROM bianzhi.exemption AS e
					WHERE e.kind = $2 AND e.unit_id = h.unit_id AND e.subject IN (h.subject, ''*'') AND e.during @> $1)
				ORDER BY COALESCE(h.unit_id, 0), h.subject, h.severity DESC NULLS LAST, h.evidence
			), known AS MATERIALIZED (
				SELECT DISTINCT ON (COALESCE(l.unit_id, 0), COALESCE(l.subject, '''')) l.lead_id, l.unit_id, COALESCE(l.subject, '''') AS subject,
					l.evidence, l.last_seen, l.gone_since, p.state IS NOT DISTINCT FROM ''closed'' AS is_closed
				FROM bianzhi.lead AS l LEFT JOIN bianzhi.problem AS p ON p.problem_id = l.problem_id
				WHERE l.kind = $2
				ORDER BY COALESCE(l.unit_id, 0), COALESCE(l.subject, ''''), l.lead_id DESC
			), compared AS MATERIALIZED (
				-- what is found after its problem was closed is found anew
				SELECT h.unit_id, h.subject, h.evidence AS found, k.lead_id, k.evidence, k.last_seen, k.gone_since,
					h.subject IS NOT NULL AND (k.lead_id IS NULL OR k.is_closed) AS is_new
				FROM hit AS h FULL JOIN known AS k ON COALESCE(k.unit_id, 0) = COALESCE(h.unit_id, 0) AND k.subject = h.subject
			), made AS (
				INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence)
				SELECT $2, c.unit_id, c.subject, c.found FROM compared AS c WHERE c.is_new ORDER BY c.unit_id, c.subject
			), touched AS (
				-- dismissed stays dismissed until the evidence changes
				UPDATE bianzhi.lead AS l SET evidence = c.found, last_seen = now(), gone_since = NULL,
					dismissed_reason = CASE WHEN c.found = c.evidence THEN l.dismissed_reason END
				FROM compared AS c
				WHERE l.lead_id = c.lead_id AND c.found IS NOT NULL AND NOT c.is_new
					AND (c.found <> c.evidence OR c.gone_since IS NOT NULL OR c.last_seen < $1::timestamp with time zone)
			), vanished AS (
				UPDATE bianzhi.lead AS l SET gone_since = now()
				FROM compared AS c
				WHERE l.lead_id = c.lead_id AND c.found IS NULL AND c.gone_since IS NULL
			)
			SELECT count(*) FILTER (WHERE c.is_new OR (c.found IS NOT NULL AND c.gone_since IS NOT NULL)),
				count(*) FILTER (WHERE c.found IS NOT NULL AND NOT c.is_new AND c.gone_since IS NULL),
				count(*) FILTER (WHERE c.found IS NULL AND c.gone_since IS NULL), count(c.found)
			FROM compared AS c', d.detector::oid::regproc)
			INTO opened, seen_again, gone, n_hits
			USING inspect.as_of, d.kind;
		INSERT INTO bianzhi.inspected AS i (kind, as_of, hits) VALUES (d.kind, inspect.as_of, n_hits)
			ON CONFLICT ON CONSTRAINT inspected_pkey DO UPDATE SET as_of = excluded.as_of, at = excluded.at, hits = excluded.hits
			WHERE i.as_of <> excluded.as_of OR i.hits <> excluded.hits;
		RETURN NEXT;
	END LOOP;
	RETURN QUERY SELECT * FROM bianzhi.merge_leads() AS m ORDER BY m.kind;
END
$$;
COMMENT ON FUNCTION bianzhi.inspect(date) IS '线索检测: runs the detector of every kind of problem as of a day, and merges what they find with the leads there are: what is new opens a lead, what is known is seen again, what is no longer found is marked gone; dismissed leads stay dismissed until their evidence changes; exemptions are obeyed. Then the leads that the limits left are merged. Returns how many by kind. A second run changes nothing. 22023: a day to come, or before the last one; 25001: not at READ COMMITTED';
REVOKE ALL ON FUNCTION bianzhi.inspect(date) FROM PUBLIC;
