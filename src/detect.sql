/*
 * detect.sql: what detectors share: excess that is not told yet.
 *
 * The limits leave a lead where an account comes to be over: over_by_cut, over_by_reform, excess_at_go_live, recorded_excess,
 * past_excess, and digest_missed where a plan was not kept.  While such a lead of a unit and a category stands, open,
 * dismissed or become a problem, no detector opens a second one for it; what is still so when the problem has been closed
 * is found anew.  One that was marked gone counts until the day on which it was marked: so a second run as of the same day
 * finds what the first one did.
 */

CREATE FUNCTION bianzhi.leads_left(kinds text[], as_of date) RETURNS TABLE (unit_id bigint, subject text)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT l.unit_id, l.subject
	FROM bianzhi.lead AS l
	WHERE l.kind = ANY (leads_left.kinds) AND l.unit_id IS NOT NULL
		AND (l.gone_since IS NULL OR l.gone_since >= (leads_left.as_of + 1)::timestamp with time zone)
		AND NOT EXISTS (SELECT 1 FROM bianzhi.problem AS p WHERE p.problem_id = l.problem_id AND p.state = 'closed')
		-- days as text, with -infinity before and infinity after them
		AND (l.kind <> 'past_excess' OR leads_left.as_of::text COLLATE "C" >= (l.evidence ->> 'first') COLLATE "C"
			AND leads_left.as_of::text COLLATE "C" < (l.evidence ->> 'until') COLLATE "C")
$$;
COMMENT ON FUNCTION bianzhi.leads_left(text[], date) IS '已有线索: units and subjects of which the limits have left leads of these kinds that stand on a day; a lead of past_excess for the days that it names';
REVOKE ALL ON FUNCTION bianzhi.leads_left(text[], date) FROM PUBLIC;

CREATE FUNCTION bianzhi.untold_excess(as_of date, measures text[])
	RETURNS TABLE (unit_id bigint, category text, root text, authorized integer, filled integer, over integer)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE tree (code, parent, root, measure, judged) AS (
		SELECT c.code, c.parent, c.code, c.measure, c.enforcement <> 'off' AND c.enforced_since <= untold_excess.as_of
		FROM bianzhi.category AS c
		WHERE c.parent IS NULL AND c.measure = ANY (untold_excess.measures)
		UNION ALL
		SELECT c.code, c.parent, t.root, c.measure, c.enforcement <> 'off' AND c.enforced_since <= untold_excess.as_of
		FROM tree AS t JOIN bianzhi.category AS c ON c.parent = t.code
	), over AS MATERIALIZED (
		SELECT v.unit_id, v.category, t.parent, t.root, v.authorized, v.filled, v.filled - v.authorized AS over
		FROM bianzhi.vacancy_on(untold_excess.as_of) AS v JOIN tree AS t ON t.code = v.category
		WHERE v.filled > v.authorized AND t.judged
	)
	SELECT o.unit_id, o.category, o.root, o.authorized, o.filled, o.over
	FROM over AS o JOIN bianzhi.unit AS u ON u.unit_id = o.unit_id
	WHERE o.over > COALESCE((SELECT sum(b.over) FROM over AS b WHERE b.unit_id = o.unit_id AND b.parent = o.category), 0)
		AND NOT (u.is_section AND EXISTS (SELECT 1 FROM over AS b WHERE b.unit_id = u.parent_id AND b.category = o.category))
		AND (o.unit_id, o.category) NOT IN (
			SELECT l.unit_id, l.subject
			FROM bianzhi.leads_left('{over_by_cut,over_by_reform,excess_at_go_live,recorded_excess,past_excess,digest_missed}', untold_excess.as_of) AS l
			WHERE l.subject IS NOT NULL)
$$;
COMMENT ON FUNCTION bianzhi.untold_excess(date, text[]) IS '未提示超编: accounts of these measures that carry more than they are authorised to on a day, of which the limits have left no lead; not where categories below, or of a section the whole body, are over by as much';
REVOKE ALL ON FUNCTION bianzhi.untold_excess(date, text[]) FROM PUBLIC;
