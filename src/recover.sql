/*
 * recover.sql: seats that are taken back when somebody leaves (出一减一).
 *
 * While a line of quota with on_exit = 'recover' is in force on the day on which somebody leaves a seat, the statement
 * that writes the leaving also writes a line of -1 from that day on, for each account on the seat's path that has such a
 * line.  "cause" ties it to the seat: the leaving that is undone, deleted or moved takes it along.
 */

CREATE FUNCTION bianzhi.seats_left(occupancy_ids bigint[])
	RETURNS TABLE (cause bigint, unit_id bigint, category text, day date, document_no text)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE gone AS (
		SELECT o.occupancy_id, o.person_id, o.unit_id, upper(o.during) AS day, o.category
		FROM bianzhi.occupancy AS o
		WHERE o.occupancy_id = ANY (seats_left.occupancy_ids) AND o.counted AND NOT upper_inf(o.during)
			AND NOT EXISTS (SELECT 1 FROM bianzhi.exit_kind AS k WHERE k.code = o.exit_kind AND NOT k.recovers)
	), path AS (
		SELECT g.occupancy_id, g.unit_id, g.day, g.category FROM gone AS g
		UNION ALL
		SELECT p.occupancy_id, p.unit_id, p.day, c.parent
		FROM path AS p JOIN bianzhi.category AS c ON c.code = p.category
		WHERE c.parent IS NOT NULL
	), goes_on AS (
		-- who holds another seat in the same account on that day has not left it
		SELECT g.occupancy_id, s.category
		FROM gone AS g JOIN bianzhi.occupancy AS s ON s.person_id = g.person_id AND s.unit_id = g.unit_id
		WHERE s.occupancy_id <> g.occupancy_id AND s.counted AND s.during @> g.day
		UNION
		SELECT s.occupancy_id, c.parent
		FROM goes_on AS s JOIN bianzhi.category AS c ON c.code = s.category
		WHERE c.parent IS NOT NULL
	)
	SELECT p.occupancy_id, p.unit_id, p.category, p.day, q.document_no
	FROM path AS p CROSS JOIN LATERAL (
		SELECT q.document_no
		FROM bianzhi.quota AS q
		WHERE q.unit_id = p.unit_id AND q.category = p.category AND q.on_exit = 'recover' AND q.during @> p.day
		ORDER BY lower(q.during) DESC NULLS LAST, q.quota_id DESC
		LIMIT 1) AS q
	WHERE NOT EXISTS (SELECT 1 FROM goes_on AS s WHERE s.occupancy_id = p.occupancy_id AND s.category = p.category)
	ORDER BY p.unit_id, p.category COLLATE "C", p.day, p.occupancy_id
$$;

COMMENT ON FUNCTION bianzhi.seats_left(bigint[]) IS '应收回编制: of these seats those that end while a line with on_exit = recover is in force, unless exit_kind.recovers says otherwise, for each account from which a seat is taken back: from which day, by which document';
REVOKE ALL ON FUNCTION bianzhi.seats_left(bigint[]) FROM PUBLIC;

-- sessions remember which units have such lines; to one that had none a seat may come that will be taken back (reform.sql)
CREATE TRIGGER recover_insert AFTER INSERT ON bianzhi.quota
	FOR EACH ROW WHEN (NEW.on_exit = 'recover' OR NEW.cause IS NOT NULL AND NEW.counterpart_unit IS NOT NULL) EXECUTE FUNCTION bianzhi.rules_changed();
CREATE TRIGGER recover_update AFTER UPDATE ON bianzhi.quota
	FOR EACH ROW WHEN (OLD.on_exit = 'recover' OR NEW.on_exit = 'recover' OR OLD.cause IS DISTINCT FROM NEW.cause)
	EXECUTE FUNCTION bianzhi.rules_changed();
CREATE TRIGGER recover_delete AFTER DELETE ON bianzhi.quota
	FOR EACH ROW WHEN (OLD.on_exit = 'recover') EXECUTE FUNCTION bianzhi.rules_changed();
