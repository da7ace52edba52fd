/*
 * rules.sql: what stands still while writers count by it: the rules of categories, the days of units.
 */

/*
 * Rules of a category and the days of a unit stand still while writers count by them: who changes them waits for the
 * writers that hold this table and keeps new ones out.  Take this lock before anything else in the transaction: who
 * has written seats already and then changes a rule can run into a deadlock with somebody who does the same.
 */
CREATE FUNCTION bianzhi.stop_writers() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	LOCK TABLE bianzhi.chunk IN SHARE ROW EXCLUSIVE MODE;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION bianzhi.stop_writers() IS '暂停写入: trigger function; keeps writers of seats out until the end of the transaction';
REVOKE ALL ON FUNCTION bianzhi.stop_writers() FROM PUBLIC;

CREATE FUNCTION bianzhi.rules_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION bianzhi.rules_changed() IS '规则变更: trigger function; tells every session to read the table anew';
REVOKE ALL ON FUNCTION bianzhi.rules_changed() FROM PUBLIC;

CREATE TRIGGER stop_writers BEFORE UPDATE OR DELETE ON bianzhi.category
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stop_writers();
CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE ON bianzhi.category
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.rules_changed();

-- the days of a unit, and what it is a section of

CREATE FUNCTION bianzhi.unit_load_outside(unit_id bigint, during daterange) RETURNS date
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;

COMMENT ON FUNCTION bianzhi.unit_load_outside(bigint, daterange) IS '期间外在编: the first day outside the range on which the unit has anything filled or reserved, as it is now; NULL: none';
REVOKE ALL ON FUNCTION bianzhi.unit_load_outside(bigint, daterange) FROM PUBLIC;

CREATE FUNCTION bianzhi.unit_place_changed() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	first_day date;
BEGIN
	IF NOT bianzhi.is_live() THEN
		RETURN NULL;
	END IF;
	first_day := bianzhi.unit_load_outside(NEW.unit_id, CASE
		WHEN NEW.is_section IS DISTINCT FROM OLD.is_section
			OR NEW.is_section AND NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN 'empty'::daterange
		ELSE NEW.during END);
	IF first_day IS NOT NULL THEN
		RAISE EXCEPTION 'unit "%" has seats filled or reserved on %', NEW.unit_key, to_char(first_day, 'YYYY-MM-DD')
			USING ERRCODE = 'foreign_key_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
				CONSTRAINT = 'establishment_account',
				HINT = 'End or move those rows first.';
	END IF;
	RETURN NULL;
END
$$;

COMMENT ON FUNCTION bianzhi.unit_place_changed() IS '机构期间变更: trigger function; a unit cannot end, become a section or move as one under rows that stand on it';
REVOKE ALL ON FUNCTION bianzhi.unit_place_changed() FROM PUBLIC;

CREATE TRIGGER stop_writers BEFORE UPDATE OF during, is_section, parent_id ON bianzhi.unit
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.stop_writers();
CREATE TRIGGER unit_place_changed AFTER UPDATE OF during, is_section, parent_id ON bianzhi.unit
	FOR EACH ROW WHEN (OLD.during IS DISTINCT FROM NEW.during OR OLD.is_section IS DISTINCT FROM NEW.is_section
		OR OLD.parent_id IS DISTINCT FROM NEW.parent_id)
	EXECUTE FUNCTION bianzhi.unit_place_changed();
CREATE TRIGGER rules_changed AFTER UPDATE OF during, is_section, parent_id OR DELETE ON bianzhi.unit
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.rules_changed();
