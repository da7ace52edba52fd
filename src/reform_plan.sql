/*
 * reform_plan.sql: plans of reorganisations: what one may say, whom it moves, and what stands in its way.
 */

-- what a plan may say

CREATE FUNCTION bianzhi.reform_object(value jsonb, place text, known text[]) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown text;
BEGIN
	IF jsonb_typeof(value) IS DISTINCT FROM 'object' THEN
		RAISE EXCEPTION '% is no object', place USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT min(k.key COLLATE "C") INTO unknown FROM jsonb_object_keys(value) AS k (key) WHERE k.key <> ALL (known);
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION '% has an unknown key "%"', place, unknown
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Known are: %s.', array_to_string(known, ', '));
	END IF;
	RETURN value;
END
$$;
COMMENT ON FUNCTION bianzhi.reform_object(jsonb, text, text[]) IS '方案对象: a part of a plan that is an object with no other keys than these; 22023 where it is not';
REVOKE ALL ON FUNCTION bianzhi.reform_object(jsonb, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.reform_object(jsonb, text, text[]) TO PUBLIC;

CREATE FUNCTION bianzhi.reform_list(plan jsonb, key text) RETURNS SETOF jsonb
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF plan ? key AND jsonb_typeof(plan -> key) <> 'array' THEN
		RAISE EXCEPTION '"%" of the plan is no array', key USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN QUERY SELECT e.value FROM jsonb_array_elements(CASE WHEN plan ? key THEN plan -> key ELSE '[]' END) AS e (value);
END
$$;
COMMENT ON FUNCTION bianzhi.reform_list(jsonb, text) IS '方案列表: the elements of an array in a plan, none where there is no such key; 22023 where it is no array';
REVOKE ALL ON FUNCTION bianzhi.reform_list(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.reform_list(jsonb, text) TO PUBLIC;

CREATE FUNCTION bianzhi.reform_pairs(value jsonb, place text) RETURNS TABLE (key jsonb, value_there jsonb)
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF jsonb_typeof(value) <> 'object' THEN
		RAISE EXCEPTION '% is no object', place USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN QUERY
		SELECT CASE WHEN e.key ~ '^[1-9][0-9]{0,17}$' THEN e.key::jsonb ELSE to_jsonb(e.key) END, e.value
		FROM jsonb_each(COALESCE(reform_pairs.value, '{}')) AS e (key, value)
		ORDER BY e.key COLLATE "C";
END
$$;
COMMENT ON FUNCTION bianzhi.reform_pairs(jsonb, text) IS '方案对照: what an object in a plan says of whom, none where there is no object; keys that are digits as numbers; 22023 where it is something else';
REVOKE ALL ON FUNCTION bianzhi.reform_pairs(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.reform_pairs(jsonb, text) TO PUBLIC;

CREATE FUNCTION bianzhi.reform_number(value jsonb, place text) RETURNS bigint
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	amount numeric;
BEGIN
	IF jsonb_typeof(value) = 'number' THEN
		amount := value;
	END IF;
	IF amount IS NULL OR amount <= 0 OR amount <> trunc(amount) OR amount > 9223372036854775807 THEN
		RAISE EXCEPTION '% of the plan is no positive whole number', place USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN amount;
END
$$;
COMMENT ON FUNCTION bianzhi.reform_number(jsonb, text) IS '方案数字: a positive whole number in a plan; 22023 where it is none';
REVOKE ALL ON FUNCTION bianzhi.reform_number(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.reform_number(jsonb, text) TO PUBLIC;

CREATE FUNCTION bianzhi.reform_unit(value jsonb, place text) RETURNS bigint
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found bigint;
BEGIN
	IF jsonb_typeof(value) = 'string' THEN
		SELECT u.unit_id INTO found FROM bianzhi.unit AS u WHERE u.unit_key = value #>> '{}';
	ELSE
		SELECT u.unit_id INTO found FROM bianzhi.unit AS u WHERE u.unit_id = bianzhi.reform_number(value, place);
	END IF;
	IF found IS NULL THEN
		RAISE EXCEPTION 'unit "%" does not exist', value #>> '{}'
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'unit', CONSTRAINT = 'establishment_account',
				DETAIL = format('It is %s of the plan.', place);
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION bianzhi.reform_unit(jsonb, text) IS '方案机构: the unit that a plan names, by unit_id or, as a string, unit_key; 23503 where there is none';
REVOKE ALL ON FUNCTION bianzhi.reform_unit(jsonb, text) FROM PUBLIC;

CREATE FUNCTION bianzhi.reform_category(value jsonb, place text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF jsonb_typeof(value) IS DISTINCT FROM 'string' OR NOT EXISTS (SELECT 1 FROM bianzhi.category AS c WHERE c.code = value #>> '{}') THEN
		RAISE EXCEPTION 'category "%" does not exist', value #>> '{}'
			USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'category', CONSTRAINT = 'establishment_account',
				DETAIL = format('It is %s of the plan.', place);
	END IF;
	RETURN value #>> '{}';
END
$$;
COMMENT ON FUNCTION bianzhi.reform_category(jsonb, text) IS '方案种类: the category that a plan names; 23503 where there is none';
REVOKE ALL ON FUNCTION bianzhi.reform_category(jsonb, text) FROM PUBLIC;

/*
 * The plan with all that it leaves out, units by number, named persons before "all" others; which units are judged together
 * with which (or are written at all, then with themselves); and whether writers have to be kept out.
 */
CREATE FUNCTION bianzhi.read_reform(on_day date, document_no text, plan jsonb, OUT reading jsonb, OUT units bigint[], OUT others bigint[],
	OUT stops_writers boolean)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb;
	part record;
	a bigint;
	b bigint;
	quotas jsonb := '[]';
	people jsonb := '[]';
	everybody jsonb := '[]';
	cuts jsonb := '[]';
	ends bigint[] := '{}';
	parents jsonb := '{}';
	renames jsonb := '{}';
	sections jsonb;
	categories jsonb;
	persons jsonb;
	digest_by date;
BEGIN
	IF NOT isfinite(on_day) THEN
		RAISE EXCEPTION 'a reorganization needs a day' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF btrim(document_no) = '' THEN
		RAISE EXCEPTION 'a reorganization needs the number of a document' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM bianzhi.reform_object(plan, 'the plan', '{quotas,people,cuts,units_end,parents,renames,digest_by,attached}');
	units := '{}';
	others := '{}';

	FOR e IN SELECT l.* FROM bianzhi.reform_list(plan, 'quotas') AS l LOOP
		PERFORM bianzhi.reform_object(e, 'an element of "quotas" of the plan', '{from,to,category,amount}');
		a := bianzhi.reform_unit(e -> 'from', '"from" of "quotas"');
		b := bianzhi.reform_unit(e -> 'to', '"to" of "quotas"');
		IF e ? 'amount' AND NOT e ? 'category' THEN
			RAISE EXCEPTION 'an amount of the plan is of no category' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		IF a = b THEN
			RAISE EXCEPTION 'the plan moves something from unit "%" to itself', e ->> 'from' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		IF e ? 'category' THEN
			PERFORM bianzhi.reform_category(e -> 'category', '"category" of "quotas"');
		END IF;
		IF e ? 'amount' AND bianzhi.reform_number(e -> 'amount', '"amount" of "quotas"') > 2147483647 THEN
			RAISE EXCEPTION '"amount" of "quotas" of the plan is out of range' USING ERRCODE = 'numeric_value_out_of_range';
		END IF;
		quotas := quotas || jsonb_build_object('from', a, 'to', b, 'category', e -> 'category', 'amount', e -> 'amount');
		units := units || a;
		others := others || b;
	END LOOP;

	FOR e IN SELECT l.* FROM bianzhi.reform_list(plan, 'people') AS l LOOP
		PERFORM bianzhi.reform_object(e, 'an element of "people" of the plan', '{from,to,persons,sections,categories,posts}');
		a := bianzhi.reform_unit(e -> 'from', '"from" of "people"');
		b := bianzhi.reform_unit(e -> 'to', '"to" of "people"');
		IF a = b THEN
			RAISE EXCEPTION 'the plan moves something from unit "%" to itself', e ->> 'from' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		IF e -> 'posts' NOT IN ('"move"', '"end"') THEN
			RAISE EXCEPTION '"posts" of the plan is neither "move" nor "end"' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		sections := '{}';
		categories := '{}';
		FOR part IN SELECT s.* FROM bianzhi.reform_pairs(e -> 'sections', '"sections" of the plan') AS s LOOP
			sections := sections || jsonb_build_object(bianzhi.reform_unit(part.key, '"sections"'),
				CASE WHEN part.value_there <> 'null' THEN bianzhi.reform_unit(part.value_there, '"sections"') END);
		END LOOP;
		FOR part IN SELECT s.* FROM bianzhi.reform_pairs(e -> 'categories', '"categories" of the plan') AS s LOOP
			categories := categories || jsonb_build_object(bianzhi.reform_category(part.key, '"categories"'),
				bianzhi.reform_category(part.value_there, '"categories"'));
		END LOOP;
		persons := e -> 'persons';
		IF persons IS NULL OR persons <> '"all"' AND jsonb_typeof(persons) <> 'array' OR persons = '[]' THEN
			RAISE EXCEPTION '"persons" of the plan is neither "all" nor a list of numbers' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		IF persons = '"all"' THEN
			IF everybody @> jsonb_build_array(jsonb_build_object('from', a)) THEN
				RAISE EXCEPTION 'the plan moves all people of unit "%" twice', e ->> 'from' USING ERRCODE = 'invalid_parameter_value';
			END IF;
			persons := NULL;
		ELSE
			PERFORM bianzhi.reform_number(p.value, '"persons"') FROM jsonb_array_elements(persons) AS p (value);
			IF EXISTS (SELECT 1 FROM jsonb_array_elements(persons) AS p (value) GROUP BY p.value HAVING count(*) > 1)
				OR EXISTS (
					SELECT 1 FROM jsonb_array_elements(people) AS o (entry), jsonb_array_elements(persons) AS p (value)
					WHERE (o.entry ->> 'from')::bigint = a AND o.entry -> 'persons' @> p.value)
			THEN
				RAISE EXCEPTION 'the plan moves a person out of unit "%" twice', e ->> 'from' USING ERRCODE = 'invalid_parameter_value';
			END IF;
		END IF;
		e := jsonb_build_object('from', a, 'to', b, 'persons', persons, 'sections', sections, 'categories', categories,
			'posts', COALESCE(e ->> 'posts', 'move'));
		IF persons IS NULL THEN
			everybody := everybody || e;
		ELSE
			people := people || e;
		END IF;
		units := units || a || ARRAY(SELECT s.key::bigint FROM jsonb_each(sections) AS s WHERE s.value <> 'null' ORDER BY s.key);
		others := others || b || ARRAY(SELECT s.value::bigint FROM jsonb_each(sections) AS s WHERE s.value <> 'null' ORDER BY s.key);
	END LOOP;

	FOR e IN SELECT l.* FROM bianzhi.reform_list(plan, 'cuts') AS l LOOP
		PERFORM bianzhi.reform_object(e, 'an element of "cuts" of the plan', '{unit,category,amount}');
		a := bianzhi.reform_unit(e -> 'unit', '"unit" of "cuts"');
		IF bianzhi.reform_number(e -> 'amount', '"amount" of "cuts"') > 2147483647 THEN
			RAISE EXCEPTION '"amount" of "cuts" of the plan is out of range' USING ERRCODE = 'numeric_value_out_of_range';
		END IF;
		cuts := cuts || jsonb_build_object('unit', a, 'category', bianzhi.reform_category(e -> 'category', '"category" of "cuts"'),
			'amount', e -> 'amount');
		units := units || a;
		others := others || a;
	END LOOP;

	-- sections end with the body that they are part of
	ends := ARRAY(SELECT bianzhi.reform_unit(l.value, '"units_end"') FROM bianzhi.reform_list(plan, 'units_end') AS l (value));
	ends := ARRAY(
		SELECT u.unit_id FROM bianzhi.unit AS u
		WHERE u.unit_id = ANY (ends) OR u.is_section AND u.parent_id = ANY (ends) AND (upper_inf(u.during) OR upper(u.during) > on_day)
		ORDER BY u.is_section DESC, u.unit_id);
	SELECT u.* INTO part FROM bianzhi.unit AS u
	WHERE u.unit_id = ANY (ends) AND NOT u.during @> daterange(on_day - 1, on_day, '[]') ORDER BY u.unit_id LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'unit "%" cannot end on %', part.unit_key, to_char(on_day, 'YYYY-MM-DD')
			USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It has ended by then, or does not exist before.';
	END IF;
	units := units || ends;
	others := others || ends;

	FOR part IN SELECT s.* FROM bianzhi.reform_pairs(plan -> 'parents', '"parents" of the plan') AS s LOOP
		a := bianzhi.reform_unit(part.key, '"parents"');
		b := CASE WHEN part.value_there <> 'null' THEN bianzhi.reform_unit(part.value_there, '"parents"') END;
		parents := parents || jsonb_build_object(a, b);
		-- bodies and sections count with the one above, and go from one to the other
		units := units || a;
		others := others || a;
		SELECT u.parent_id INTO a FROM bianzhi.unit AS u WHERE u.unit_id = a;
		IF a IS NOT NULL AND b IS NOT NULL THEN
			units := units || a;
			others := others || b;
		END IF;
	END LOOP;

	FOR part IN SELECT s.* FROM bianzhi.reform_pairs(plan -> 'renames', '"renames" of the plan') AS s LOOP
		IF jsonb_typeof(part.value_there) <> 'string' THEN
			RAISE EXCEPTION '"renames" of the plan holds something that is no name' USING ERRCODE = 'invalid_parameter_value';
		END IF;
		a := bianzhi.reform_unit(part.key, '"renames"');
		renames := renames || jsonb_build_object(a, part.value_there);
		units := units || a;
		others := others || a;
	END LOOP;

	BEGIN
		digest_by := CASE
			WHEN NOT plan ? 'digest_by' THEN (on_day + interval '1 year')::date
			WHEN plan ->> 'digest_by' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN (plan ->> 'digest_by')::date
			ELSE on_day END;
	EXCEPTION WHEN datetime_field_overflow THEN
		digest_by := on_day;
	END;
	IF digest_by <= on_day OR NOT isfinite(digest_by) THEN
		RAISE EXCEPTION '"digest_by" of the plan is no later day' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF plan -> 'attached' <> '"moved"' THEN
		RAISE EXCEPTION '"attached" of the plan is not "moved"' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	stops_writers := ends <> '{}' OR parents <> '{}';
	reading := jsonb_build_object('quotas', quotas, 'people', people || everybody, 'cuts', cuts, 'ends', ends, 'parents', parents,
		'renames', renames, 'digest_by', digest_by, 'attached', plan ? 'attached',
		'links', ARRAY(SELECT jsonb_build_array(l.unit_id, l.other) FROM unnest(units, others) WITH ORDINALITY AS l (unit_id, other, place) ORDER BY l.place),
		'units', ARRAY(SELECT DISTINCT x.unit_id FROM unnest(units || others) AS x (unit_id) ORDER BY x.unit_id));
END
$$;
COMMENT ON FUNCTION bianzhi.read_reform(date, text, jsonb) IS '方案读取: what a plan for reorganize() says, with units by number and all that it leaves out; which units are judged together; whether writers are kept out meanwhile. 22023: it says something that is not known; 23503: a unit or category does not exist';
REVOKE ALL ON FUNCTION bianzhi.read_reform(date, text, jsonb) FROM PUBLIC;

-- who moves

CREATE FUNCTION bianzhi.hold_reform(on_day date, document_no text, plan jsonb) RETURNS bigint[]
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held bigint[];
BEGIN
	PERFORM FROM bianzhi.appointment AS a
	WHERE (upper_inf(a.during) OR upper(a.during) > on_day) AND EXISTS (
		SELECT 1 FROM jsonb_to_recordset(plan -> 'people') AS e ("from" bigint, persons bigint[])
		WHERE e."from" = a.unit_id AND (e.persons IS NULL OR a.person_id = ANY (e.persons)))
	ORDER BY a.appointment_id FOR UPDATE;
	WITH moving AS MATERIALIZED (
		SELECT o.person_id FROM bianzhi.occupancy AS o
		WHERE (upper_inf(o.during) OR upper(o.during) > on_day) AND EXISTS (
			SELECT 1 FROM jsonb_to_recordset(plan -> 'people') AS e ("from" bigint, persons bigint[])
			WHERE e."from" = o.unit_id AND (e.persons IS NULL OR o.person_id = ANY (e.persons)))
		ORDER BY o.occupancy_id FOR UPDATE
	)
	SELECT COALESCE(array_agg(DISTINCT m.person_id ORDER BY m.person_id), '{}') INTO held FROM moving AS m;
	RETURN held;
END
$$;
COMMENT ON FUNCTION bianzhi.hold_reform(date, text, jsonb) IS '锁定转隶人员: locks the rows of seats and posts that a plan moves; returns who holds the seats';
REVOKE ALL ON FUNCTION bianzhi.hold_reform(date, text, jsonb) FROM PUBLIC;

CREATE FUNCTION bianzhi.refuse_seats_elsewhere(on_day date, document_no text, plan jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
	SET row_security = off
AS $$
DECLARE
	left_by_all bigint[] := ARRAY(
		SELECT e."from" FROM jsonb_to_recordset(plan -> 'people') AS e ("from" bigint, persons bigint[]) WHERE e.persons IS NULL);
	p record;
	found bigint;
	elsewhere text;
BEGIN
	IF (plan -> 'attached')::boolean THEN
		RETURN;
	END IF;
	FOR p IN
		SELECT s.* FROM bianzhi.source_parts() AS s WHERE NOT s.own AND s.measure <> 'authorized' AND left_by_all <> '{}' ORDER BY s.source_id
	LOOP
		EXECUTE format('SELECT count(*) FROM %1$s WHERE %2$s AND %3$s = ANY ($1) AND (%4$s IS NULL OR %4$s > $2)',
			p.tables, p.stands, p.unit, p.until)
		INTO found USING left_by_all, on_day;
		IF found > 0 THEN
			elsewhere := concat_ws('; ', elsewhere, format('%s: %s', p.relid, found));
		END IF;
	END LOOP;
	IF elsewhere IS NOT NULL THEN
		RAISE EXCEPTION 'seats in tables of applications cannot be moved from here'
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = elsewhere,
				HINT = 'SET CONSTRAINTS bianzhi.establishment_limit DEFERRED, let the application move them, and reorganize with "attached": "moved" in the same transaction.';
	END IF;
END
$$;
COMMENT ON FUNCTION bianzhi.refuse_seats_elsewhere(date, text, jsonb) IS '外部表占编检查: refuses (55000) a plan that moves all people of a unit while attached tables have rows there that go on, with the tables and their numbers, unless it says that their application moves them';
REVOKE ALL ON FUNCTION bianzhi.refuse_seats_elsewhere(date, text, jsonb) FROM PUBLIC;
