/*
 * reform_undo.sql: a reorganisation taken back, as long as nothing that it wrote was changed since.
 */

CREATE FUNCTION bianzhi.read_reform_undo(document_no text, OUT units bigint[], OUT others bigint[], OUT persons bigint[])
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- whoever else takes it back waits, and finds nothing
	PERFORM FROM bianzhi.reform AS r
	WHERE r.document_no = read_reform_undo.document_no AND r.undone_at IS NULL ORDER BY r.reform_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'nothing is reorganized under document "%"', document_no USING ERRCODE = 'no_data_found';
	END IF;
	SELECT array_agg((l.value ->> 0)::bigint ORDER BY r.reform_id, l.place), array_agg((l.value ->> 1)::bigint ORDER BY r.reform_id, l.place) INTO units, others
	FROM bianzhi.reform AS r CROSS JOIN LATERAL jsonb_array_elements(r.plan -> 'links') WITH ORDINALITY AS l (value, place)
	WHERE r.document_no = read_reform_undo.document_no AND r.undone_at IS NULL;
	WITH moving AS MATERIALIZED (
		SELECT o.person_id FROM bianzhi.occupancy AS o
		WHERE o.occupancy_id IN (
			SELECT w.row_id FROM bianzhi.reform_row AS w JOIN bianzhi.reform AS r ON r.reform_id = w.reform_id
			WHERE r.document_no = read_reform_undo.document_no AND r.undone_at IS NULL AND w.relation = 'occupancy')
		ORDER BY o.occupancy_id FOR UPDATE
	)
	SELECT COALESCE(array_agg(DISTINCT m.person_id ORDER BY m.person_id), '{}') INTO persons FROM moving AS m;
END
$$;
COMMENT ON FUNCTION bianzhi.read_reform_undo(text) IS '撤销读取: which units and persons the reorganisations under a document concern; locks what they moved. P0002: there are none that stand';
REVOKE ALL ON FUNCTION bianzhi.read_reform_undo(text) FROM PUBLIC;

CREATE FUNCTION bianzhi.carry_out_reform_undo(document_no text) RETURNS jsonb
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	effective_on CONSTANT text := current_setting('bianzhi.effective_on', true);
	report jsonb := '[]';
	now_there jsonb;
	changed text;
	r bianzhi.reform;
BEGIN
	-- what the units were is put right, no new version of them
	PERFORM set_config('bianzhi.effective_on', '-infinity', true);
	FOR r IN
		SELECT * FROM bianzhi.reform AS f WHERE f.document_no = carry_out_reform_undo.document_no AND f.undone_at IS NULL ORDER BY f.reform_id DESC
	LOOP
		EXECUTE bianzhi.reform_rows() INTO now_there USING ARRAY(SELECT u.value::bigint FROM jsonb_array_elements_text(r.plan -> 'units') AS u (value));
		SELECT string_agg(format('%s: %s', c.relation, c.amount), '; ' ORDER BY c.relation) INTO changed
		FROM (
			SELECT w.relation, count(*) AS amount FROM bianzhi.reform_row AS w
			WHERE w.reform_id = r.reform_id AND md5((now_there -> (w.relation || ' ' || w.row_id))::text) IS DISTINCT FROM w.left_as
			GROUP BY w.relation) AS c;
		IF changed IS NOT NULL THEN
			RAISE EXCEPTION 'what was reorganized under document "%" has been changed since', document_no
				USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = changed,
					HINT = 'Undo those changes first, or reorganize the units again under a new document.';
		END IF;

		UPDATE bianzhi.unit AS t SET (parent_id, name, document_no, during) = (SELECT n.parent_id, n.name, n.document_no, n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'unit' AND w.row_id = t.unit_id AND NOT t.is_section;
		UPDATE bianzhi.unit AS t SET (parent_id, name, document_no, during) = (SELECT n.parent_id, n.name, n.document_no, n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'unit' AND w.row_id = t.unit_id AND t.is_section;
		DELETE FROM bianzhi.unit_version AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'unit_version' AND w.row_id = t.unit_version_id;
		DELETE FROM bianzhi.unit_relation AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'unit_relation' AND w.row_id = t.unit_relation_id AND w.was IS NULL;
		UPDATE bianzhi.unit_relation AS t SET during = (SELECT n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'unit_relation' AND w.row_id = t.unit_relation_id;
		UPDATE bianzhi.signboard AS t SET during = (SELECT n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'signboard' AND w.row_id = t.signboard_id;
		UPDATE bianzhi.secondment AS t SET (from_unit, to_unit, returned_on) = (SELECT n.from_unit, n.to_unit, n.returned_on FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'secondment' AND w.row_id = t.secondment_id;
		DELETE FROM bianzhi.digest_plan AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'digest_plan' AND w.row_id = t.digest_plan_id;
		DELETE FROM bianzhi.quota AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'quota' AND w.row_id = t.quota_id;

		-- what does not count stands on its exemption before and after
		UPDATE bianzhi.exemption AS t SET during = (SELECT n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'exemption' AND w.row_id = t.exemption_id AND w.was IS NOT NULL;
		DELETE FROM bianzhi.occupancy AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'occupancy' AND w.row_id = t.occupancy_id AND w.was IS NULL;
		UPDATE bianzhi.occupancy AS t SET (unit_id, section_id, category, during, exit_kind) =
			(SELECT n.unit_id, n.section_id, n.category, n.during, n.exit_kind FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'occupancy' AND w.row_id = t.occupancy_id;
		DELETE FROM bianzhi.appointment AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'appointment' AND w.row_id = t.appointment_id AND w.was IS NULL;
		UPDATE bianzhi.appointment AS t SET (unit_id, section_id, category, during) =
			(SELECT n.unit_id, n.section_id, n.category, n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'appointment' AND w.row_id = t.appointment_id;
		DELETE FROM bianzhi.outside_worker AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'outside_worker' AND w.row_id = t.outside_worker_id AND w.was IS NULL;
		UPDATE bianzhi.outside_worker AS t SET (unit_id, during) = (SELECT n.unit_id, n.during FROM jsonb_populate_record(t, w.was) AS n)
		FROM bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'outside_worker' AND w.row_id = t.outside_worker_id;
		DELETE FROM bianzhi.exemption AS t USING bianzhi.reform_row AS w
		WHERE w.reform_id = r.reform_id AND w.relation = 'exemption' AND w.row_id = t.exemption_id AND w.was IS NULL;

		UPDATE bianzhi.reform AS f SET undone_at = clock_timestamp() WHERE f.reform_id = r.reform_id;
		SELECT report || jsonb_agg(jsonb_build_object('what', c.relation, 'amount', c.amount) ORDER BY c.relation) INTO report
		FROM (SELECT w.relation, count(*) AS amount FROM bianzhi.reform_row AS w WHERE w.reform_id = r.reform_id GROUP BY w.relation) AS c;
		report := COALESCE(report, '[]');
	END LOOP;
	PERFORM set_config('bianzhi.effective_on', COALESCE(effective_on, ''), true);
	RETURN report;
END
$$;
COMMENT ON FUNCTION bianzhi.carry_out_reform_undo(text) IS '撤销实施: gives every row that the reorganisations under a document wrote back what it was';
REVOKE ALL ON FUNCTION bianzhi.carry_out_reform_undo(text) FROM PUBLIC;

CREATE FUNCTION bianzhi.undo_reorganization(document_no text)
	RETURNS TABLE (what text, unit_id bigint, other_unit bigint, category text, amount bigint)
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.undo_reorganization(text) IS '撤销机构改革: takes back what reorganize() did under a document, all or nothing, judged as that was; returns how many rows of each table. P0002: nothing stands under the document; 55000: some of it was changed since; 23514: who came since has the seats';
REVOKE ALL ON FUNCTION bianzhi.undo_reorganization(text) FROM PUBLIC;
