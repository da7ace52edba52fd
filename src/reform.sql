/*
 * reform.sql: reorganisations of bodies (机构改革): quotas, people and posts move between units on a day, under one document.
 *
 * reorganize() reads its plan (read_reform), holds what it will write (hold_reform), sees that nobody is left behind in tables
 * of applications (refuse_seats_elsewhere), writes (carry_out_reform), and then has all of it judged at once: see reform.c.
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
		digest_by := COALESCE((plan ->> 'digest_by')::date, (on_day + interval '1 year')::date);
	EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow THEN
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

-- what was done, so that it can be taken back

CREATE TABLE bianzhi.reform (
	reform_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	on_day date NOT NULL CONSTRAINT reform_on_day_finite CHECK (isfinite(on_day)),
	document_no text NOT NULL CONSTRAINT reform_document_no_not_blank CHECK (btrim(document_no) <> ''),
	plan jsonb NOT NULL,
	done_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
	undone_at timestamp with time zone,
	note text
);
COMMENT ON TABLE bianzhi.reform IS '机构改革: reorganisations of bodies that reorganize() has carried out';
COMMENT ON COLUMN bianzhi.reform.reform_id IS '改革标识: identifier';
COMMENT ON COLUMN bianzhi.reform.on_day IS '实施日期: day from which it holds';
COMMENT ON COLUMN bianzhi.reform.document_no IS '批准文号: document';
COMMENT ON COLUMN bianzhi.reform.plan IS '方案: what moved, as it was read';
COMMENT ON COLUMN bianzhi.reform.done_at IS '写入时间: when it was written';
COMMENT ON COLUMN bianzhi.reform.undone_at IS '撤销时间: when it was taken back; NULL: it stands';
COMMENT ON COLUMN bianzhi.reform.note IS '备注: note';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.reform', '');
SELECT pg_catalog.pg_extension_config_dump('bianzhi.reform_reform_id_seq', '');
SELECT bianzhi.audit_own('bianzhi.reform');

CREATE INDEX reform_document_no_idx ON bianzhi.reform (document_no);

CREATE TABLE bianzhi.reform_row (
	reform_row_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	reform_id bigint NOT NULL REFERENCES bianzhi.reform,
	relation text NOT NULL,
	row_id bigint NOT NULL,
	was jsonb,
	left_as text NOT NULL
);
COMMENT ON TABLE bianzhi.reform_row IS '改革所涉记录: rows that a reorganisation wrote';
COMMENT ON COLUMN bianzhi.reform_row.reform_row_id IS '标识: identifier';
COMMENT ON COLUMN bianzhi.reform_row.reform_id IS '改革: reorganisation';
COMMENT ON COLUMN bianzhi.reform_row.relation IS '表: table of the extension';
COMMENT ON COLUMN bianzhi.reform_row.row_id IS '行: its identifier there';
COMMENT ON COLUMN bianzhi.reform_row.was IS '原值: what stood in the columns that were changed; NULL: the row was added';
COMMENT ON COLUMN bianzhi.reform_row.left_as IS '写后摘要: digest of the row as it was left, to tell whether it was changed since';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.reform_row', '');
SELECT pg_catalog.pg_extension_config_dump('bianzhi.reform_row_reform_row_id_seq', '');

CREATE INDEX reform_row_reform_id_idx ON bianzhi.reform_row (reform_id);

-- rows that a reorganisation of units $1 can write, as one object; lines that take seats back follow from the seats
CREATE FUNCTION bianzhi.reform_rows() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'SELECT COALESCE(jsonb_object_agg(r.relation || '' '' || r.row_id, r.content), ''{}'') FROM ('
		|| string_agg(format('SELECT %1$L, t.%1$I_id, to_jsonb(t) FROM bianzhi.%1$I AS t WHERE %2$s', r.relation, r.place), ' UNION ALL ')
		|| ') AS r (relation, row_id, content)'
	FROM (VALUES ('unit', 't.unit_id = ANY ($1)'), ('unit_version', 't.unit_id = ANY ($1)'), ('unit_relation', 't.unit_id = ANY ($1) OR t.other_unit = ANY ($1)'),
		('signboard', 't.unit_id = ANY ($1)'), ('quota', 't.unit_id = ANY ($1) AND t.cause IS NULL'), ('digest_plan', 't.unit_id = ANY ($1)'),
		('occupancy', 't.unit_id = ANY ($1)'), ('appointment', 't.unit_id = ANY ($1)'), ('outside_worker', 't.unit_id = ANY ($1)'),
		('exemption', 't.unit_id = ANY ($1)'), ('secondment', 't.from_unit = ANY ($1) OR t.to_unit = ANY ($1)')) AS r (relation, place)
$$;
COMMENT ON FUNCTION bianzhi.reform_rows() IS '改革所涉记录查询: text of a query for all rows that a reorganisation of some units can write';
REVOKE ALL ON FUNCTION bianzhi.reform_rows() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.reform_rows() TO PUBLIC;

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

-- what it does

CREATE FUNCTION bianzhi.carry_out_reform(on_day date, document_no text, plan jsonb) RETURNS jsonb
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	onward CONSTANT daterange := daterange(on_day, NULL);
	units CONSTANT bigint[] := ARRAY(SELECT u.value::bigint FROM jsonb_array_elements_text(plan -> 'units') AS u (value));
	ends CONSTANT bigint[] := ARRAY(SELECT u.value::bigint FROM jsonb_array_elements_text(plan -> 'ends') AS u (value));
	report jsonb := '[]';
	before jsonb;
	after jsonb;
	was_over jsonb;
	taken jsonb;
	done jsonb;
	places text;
	missing bigint;
	effective_on text;
	e record;
	n bigint;
BEGIN
	EXECUTE bianzhi.reform_rows() INTO before USING units;
	SELECT COALESCE(jsonb_object_agg(concat(l.unit_id, ' ', l.category), greatest(l.filled + l.reserved - l.authorized, 0)), '{}') INTO was_over
	FROM (
		SELECT DISTINCT ON (s.unit_id, s.category) s.*
		FROM bianzhi.strength AS s
		WHERE s.unit_id = ANY (units) AND s.since <= on_day
		ORDER BY s.unit_id, s.category, s.since DESC) AS l;

	-- quotas, in pairs of lines. What a leaving takes back goes with who leaves: it is written anew there
	FOR e IN SELECT * FROM jsonb_to_recordset(plan -> 'quotas') AS q ("from" bigint, "to" bigint, category text, amount integer) LOOP
		WITH line AS (
			SELECT q.category, q.amount, greatest(lower(q.during), on_day) AS since, upper(q.during) AS until
			FROM bianzhi.quota AS q
			WHERE e.amount IS NULL AND q.unit_id = e."from" AND (e.category IS NULL OR q.category = e.category) AND q.during && onward
				AND NOT EXISTS (
					SELECT 1
					FROM bianzhi.occupancy AS o JOIN jsonb_to_recordset(plan -> 'people') AS p ("from" bigint, persons bigint[])
						ON p."from" = o.unit_id AND (p.persons IS NULL OR o.person_id = ANY (p.persons))
					WHERE o.occupancy_id = q.cause AND upper(o.during) > on_day)
		), stretch AS (
			SELECT d.category, d.day AS since, lead(d.day) OVER (PARTITION BY d.category ORDER BY d.day) AS until
			FROM (SELECT l.category, l.since FROM line AS l UNION SELECT l.category, l.until FROM line AS l WHERE l.until IS NOT NULL) AS d (category, day)
		), total AS (
			SELECT s.category, daterange(s.since, s.until) AS during, sum(l.amount)::integer AS amount
			FROM stretch AS s JOIN line AS l ON l.category = s.category AND l.since <= s.since AND (l.until IS NULL OR l.until > s.since)
			GROUP BY s.category, s.since, s.until
		), moved AS MATERIALIZED (
			SELECT e.category, onward AS during, e.amount WHERE e.amount IS NOT NULL
			UNION ALL
			SELECT t.category, d.during, t.amount
			FROM (
				SELECT t.category, t.amount, range_agg(t.during) AS during FROM total AS t
				-- where people are and nothing is authorised, that goes with them
				WHERE t.amount <> 0 OR EXISTS (SELECT 1 FROM bianzhi.occupancy AS o WHERE o.unit_id = e."from" AND o.category = t.category AND o.during && onward)
					OR EXISTS (SELECT 1 FROM bianzhi.appointment AS a WHERE a.unit_id = e."from" AND a.category = t.category AND a.during && onward)
				GROUP BY t.category, t.amount) AS t
				CROSS JOIN LATERAL unnest(t.during) AS d (during)
		), written AS (
			INSERT INTO bianzhi.quota (unit_id, category, amount, kind, counterpart_unit, during, document_no)
			SELECT s.unit_id, m.category, s.sign * m.amount, s.kind, s.counterpart, m.during, carry_out_reform.document_no
			FROM moved AS m CROSS JOIN LATERAL (VALUES (e."from", -1, '划出', e."to"), (e."to", 1, '划入', e."from")) AS s (unit_id, sign, kind, counterpart)
			ORDER BY m.category COLLATE "C", m.during, s.sign
		)
		SELECT jsonb_agg(jsonb_build_object('what', 'quota', 'unit_id', e."from", 'other_unit', e."to", 'category', f.category, 'amount', f.amount)
				ORDER BY f.category COLLATE "C") INTO done
		FROM (SELECT DISTINCT ON (m.category) m.category, m.amount FROM moved AS m ORDER BY m.category, m.during) AS f;
		report := report || COALESCE(done, '[]');
	END LOOP;

	-- people
	FOR e IN
		SELECT * FROM jsonb_to_recordset(plan -> 'people')
			AS p ("from" bigint, "to" bigint, persons bigint[], sections jsonb, categories jsonb, posts text)
	LOOP
		SELECT count(*), string_agg(p.place::text, ', ' ORDER BY p.place) INTO missing, places
		FROM unnest(e.persons) WITH ORDINALITY AS p (person_id, place)
		WHERE NOT EXISTS (
			SELECT 1 FROM bianzhi.occupancy AS o WHERE o.person_id = p.person_id AND o.unit_id = e."from" AND o.during @> on_day);
		IF missing > 0 THEN
			RAISE EXCEPTION '% of the persons named hold no seat in unit "%" on %', missing,
					(SELECT u.unit_key FROM bianzhi.unit AS u WHERE u.unit_id = e."from"), to_char(on_day, 'YYYY-MM-DD')
				USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'occupancy', CONSTRAINT = 'reform_moves_seat',
					DETAIL = format('Their places in the list: %s.', places),
					HINT = 'Seats in tables of applications are moved by these, in the same transaction.';
		END IF;

		-- what does not count goes on not to, by the same document
		INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, review_on, document_no, note)
		SELECT x.kind, e."to", x.subject, x.during * onward, x.review_on, x.document_no, x.note
		FROM bianzhi.exemption AS x
		WHERE x.kind = 'uncounted' AND x.unit_id = e."from" AND x.during && onward AND EXISTS (
			SELECT 1
			FROM (SELECT o.person_id, o.unit_id, o.during FROM bianzhi.occupancy AS o WHERE NOT o.counted
				UNION ALL SELECT a.person_id, a.unit_id, a.during FROM bianzhi.appointment AS a WHERE NOT a.counted) AS r
			WHERE r.unit_id = e."from" AND r.person_id::text = x.subject AND r.during && onward
				AND (e.persons IS NULL OR r.person_id = ANY (e.persons)))
		ORDER BY x.exemption_id;

		SELECT jsonb_agg(jsonb_build_object('person_id', o.person_id, 'seat_end', upper(o.during), 'category', q.category, 'amount', q.amount,
				'since', lower(q.during), 'until', upper(q.during), 'document_no', q.document_no) ORDER BY q.quota_id) INTO taken
		FROM bianzhi.quota AS q JOIN bianzhi.occupancy AS o ON o.occupancy_id = q.cause
		WHERE q.unit_id = e."from" AND o.unit_id = e."from" AND upper(o.during) > on_day AND (e.persons IS NULL OR o.person_id = ANY (e.persons));

		WITH moved AS MATERIALIZED (
			SELECT o.*, (e.sections ->> o.section_id::text)::bigint AS to_section, COALESCE(e.categories ->> o.category, o.category) AS to_category
			FROM bianzhi.occupancy AS o
			WHERE o.unit_id = e."from" AND o.during && onward AND (e.persons IS NULL OR o.person_id = ANY (e.persons))
		), cut AS (
			UPDATE bianzhi.occupancy AS o SET during = daterange(lower(m.during), on_day), exit_kind = 'reform'
			FROM moved AS m
			WHERE o.occupancy_id = m.occupancy_id AND lower(m.during) < on_day
		), whole AS (
			UPDATE bianzhi.occupancy AS o SET unit_id = e."to", section_id = m.to_section, category = m.to_category
			FROM moved AS m
			WHERE o.occupancy_id = m.occupancy_id AND lower(m.during) >= on_day
		), goes_on AS (
			INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during, counted, entry_kind, exit_kind, document_no, note)
			SELECT m.person_id, e."to", m.to_section, m.to_category, daterange(on_day, upper(m.during)), m.counted, 'reform', m.exit_kind,
				carry_out_reform.document_no, m.note
			FROM moved AS m
			WHERE lower(m.during) < on_day
			ORDER BY m.occupancy_id
		)
		SELECT jsonb_agg(jsonb_build_object('what', 'seat', 'unit_id', e."from", 'other_unit', e."to", 'category', m.category, 'amount', m.amount)
				ORDER BY m.category COLLATE "C") INTO done
		FROM (SELECT m.category, count(*) AS amount FROM moved AS m GROUP BY m.category) AS m;
		report := report || COALESCE(done, '[]');

		-- a leaving that was known takes its seat back there, as it would have here
		INSERT INTO bianzhi.quota (unit_id, category, amount, kind, counterpart_unit, during, document_no, cause)
		SELECT e."to", COALESCE(e.categories ->> t.category, t.category), t.amount, '收回', e."from", daterange(t.since, t.until), t.document_no, o.occupancy_id
		FROM jsonb_to_recordset(taken) AS t (person_id bigint, seat_end date, category text, amount integer, since date, until date, document_no text)
			JOIN bianzhi.occupancy AS o ON o.person_id = t.person_id AND o.unit_id = e."to" AND upper(o.during) = t.seat_end
		WHERE NOT EXISTS (SELECT 1 FROM bianzhi.quota AS q WHERE q.cause = o.occupancy_id)
		ORDER BY o.occupancy_id, t.category COLLATE "C";

		WITH moved AS MATERIALIZED (
			SELECT a.*, (e.sections ->> a.section_id::text)::bigint AS to_section, COALESCE(e.categories ->> a.category, a.category) AS to_category
			FROM bianzhi.appointment AS a
			WHERE a.unit_id = e."from" AND a.during && onward AND (e.persons IS NULL OR a.person_id = ANY (e.persons))
				AND (e.posts = 'move' OR lower(a.during) < on_day)
		), cut AS (
			UPDATE bianzhi.appointment AS a SET during = daterange(lower(m.during), on_day)
			FROM moved AS m
			WHERE a.appointment_id = m.appointment_id AND lower(m.during) < on_day
		), whole AS (
			UPDATE bianzhi.appointment AS a SET unit_id = e."to", section_id = m.to_section, category = m.to_category
			FROM moved AS m
			WHERE a.appointment_id = m.appointment_id AND lower(m.during) >= on_day
		), goes_on AS (
			INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, title, rank, elevated, holding, during, counted, document_no, note)
			SELECT m.person_id, e."to", m.to_section, m.to_category, m.title, m.rank, m.elevated, m.holding, daterange(on_day, upper(m.during)), m.counted,
				carry_out_reform.document_no, m.note
			FROM moved AS m
			WHERE lower(m.during) < on_day AND e.posts = 'move'
			ORDER BY m.appointment_id
		)
		SELECT jsonb_agg(jsonb_build_object('what', CASE e.posts WHEN 'move' THEN 'post' ELSE 'post_ended' END, 'unit_id', e."from",
				'other_unit', CASE e.posts WHEN 'move' THEN e."to" END, 'category', m.category, 'amount', m.amount) ORDER BY m.category COLLATE "C") INTO done
		FROM (SELECT m.category, count(*) AS amount FROM moved AS m GROUP BY m.category) AS m;
		report := report || COALESCE(done, '[]');

		-- where all go, those outside the establishment do, too
		WITH moved AS MATERIALIZED (
			SELECT w.* FROM bianzhi.outside_worker AS w
			WHERE w.unit_id = e."from" AND w.during && onward AND e.persons IS NULL
		), cut AS (
			UPDATE bianzhi.outside_worker AS w SET during = daterange(lower(m.during), on_day)
			FROM moved AS m
			WHERE w.outside_worker_id = m.outside_worker_id AND lower(m.during) < on_day
		), whole AS (
			UPDATE bianzhi.outside_worker AS w SET unit_id = e."to"
			FROM moved AS m
			WHERE w.outside_worker_id = m.outside_worker_id AND lower(m.during) >= on_day
		), goes_on AS (
			INSERT INTO bianzhi.outside_worker (unit_id, category, person_id, name, resident_id, during, source, post, contract, document_no, note)
			SELECT e."to", m.category, m.person_id, m.name, m.resident_id, daterange(on_day, upper(m.during)), m.source, m.post, m.contract,
				carry_out_reform.document_no, m.note
			FROM moved AS m
			WHERE lower(m.during) < on_day
			ORDER BY m.outside_worker_id
		)
		SELECT jsonb_agg(jsonb_build_object('what', 'outside', 'unit_id', e."from", 'other_unit', e."to", 'category', m.category, 'amount', m.amount)
				ORDER BY m.category COLLATE "C") INTO done
		FROM (SELECT m.category, count(*) AS amount FROM moved AS m GROUP BY m.category) AS m;
		report := report || COALESCE(done, '[]');

		UPDATE bianzhi.exemption AS x SET during = daterange(lower(x.during), on_day)
		WHERE x.kind = 'uncounted' AND x.unit_id = e."from" AND x.during && onward AND (lower_inf(x.during) OR lower(x.during) < on_day) AND EXISTS (
			SELECT 1 FROM bianzhi.exemption AS y
			WHERE y.kind = 'uncounted' AND y.unit_id = e."to" AND y.subject = x.subject AND y.document_no = x.document_no AND y.during = x.during * onward);

		-- who is lent is lent by the new unit; who works there already is not lent any more
		UPDATE bianzhi.secondment AS s
		SET from_unit = CASE WHEN s.to_unit <> e."to" THEN e."to" ELSE s.from_unit END,
			returned_on = CASE WHEN s.to_unit = e."to" THEN greatest(on_day, lower(s.during)) END
		WHERE s.from_unit = e."from" AND s.returned_on IS NULL AND (e.persons IS NULL OR s.person_id = ANY (e.persons));
		GET DIAGNOSTICS n = ROW_COUNT;
		report := report || CASE WHEN n > 0 THEN jsonb_build_object('what', 'secondment', 'unit_id', e."from", 'other_unit', e."to", 'amount', n) ELSE '[]' END;
	END LOOP;

	INSERT INTO bianzhi.quota (unit_id, category, amount, kind, during, document_no)
	SELECT c.unit, c.category, -c.amount, '核减', onward, carry_out_reform.document_no
	FROM jsonb_to_recordset(plan -> 'cuts') AS c (unit bigint, category text, amount integer);
	SELECT jsonb_agg(jsonb_build_object('what', 'cut', 'unit_id', c.unit, 'category', c.category, 'amount', c.amount)) INTO done
	FROM jsonb_to_recordset(plan -> 'cuts') AS c (unit bigint, category text, amount integer);
	report := report || COALESCE(done, '[]');

	-- what became of the units
	effective_on := current_setting('bianzhi.effective_on', true);
	PERFORM set_config('bianzhi.effective_on', on_day::text, true);
	IF plan -> 'parents' <> '{}' THEN
		UPDATE bianzhi.unit AS u SET parent_id = (plan -> 'parents' ->> u.unit_id::text)::bigint, document_no = carry_out_reform.document_no
		WHERE plan -> 'parents' ? u.unit_id::text;
	END IF;
	IF plan -> 'renames' <> '{}' THEN
		UPDATE bianzhi.unit AS u SET name = plan -> 'renames' ->> u.unit_id::text, document_no = carry_out_reform.document_no
		WHERE plan -> 'renames' ? u.unit_id::text;
	END IF;
	PERFORM set_config('bianzhi.effective_on', COALESCE(effective_on, ''), true);
	SELECT jsonb_agg(jsonb_build_object('what', r.what, 'unit_id', r.unit_id, 'other_unit', r.other_unit) ORDER BY r.what, r.unit_id) INTO done
	FROM (
		SELECT 'parent', p.key::bigint, p.value::bigint FROM jsonb_each_text(plan -> 'parents') AS p
		UNION ALL SELECT 'renamed', r.key::bigint, NULL FROM jsonb_object_keys(plan -> 'renames') AS r (key)) AS r (what, unit_id, other_unit);
	report := report || COALESCE(done, '[]');

	WITH way AS (
		SELECT w."from", w."to", w."from" = ANY (ends) AS ends, COALESCE(lower(u.during) = on_day, false) AS is_new,
			count(*) OVER (PARTITION BY w."from") AS ways
		FROM (
			SELECT q."from", q."to" FROM jsonb_to_recordset(plan -> 'quotas') AS q ("from" bigint, "to" bigint)
			UNION SELECT p."from", p."to" FROM jsonb_to_recordset(plan -> 'people') AS p ("from" bigint, "to" bigint)) AS w
			JOIN bianzhi.unit AS u ON u.unit_id = w."to" AND NOT u.is_section
	), told AS (
		INSERT INTO bianzhi.unit_relation (unit_id, kind, other_unit, during, document_no)
		SELECT CASE WHEN w.is_new THEN w."to" ELSE w."from" END,
			CASE WHEN NOT w.is_new THEN 'merged_into' WHEN w.ends AND w.ways = 1 THEN 'succeeds' ELSE 'split_from' END,
			CASE WHEN w.is_new THEN w."from" ELSE w."to" END, onward, carry_out_reform.document_no
		FROM way AS w
		WHERE w.ends OR w.is_new
		ORDER BY w."from", w."to"
		RETURNING *
	)
	SELECT jsonb_agg(jsonb_build_object('what', t.kind, 'unit_id', t.unit_id, 'other_unit', t.other_unit) ORDER BY t.unit_relation_id) INTO done
	FROM told AS t;
	report := report || COALESCE(done, '[]');

	IF ends <> '{}' THEN
		-- who works in a unit that ends works in the one that it has become
		UPDATE bianzhi.secondment AS s
		SET to_unit = CASE WHEN s.from_unit <> w."to" THEN w."to" ELSE s.to_unit END,
			returned_on = CASE WHEN s.from_unit = w."to" THEN greatest(on_day, lower(s.during)) END
		FROM (
			SELECT p."from", min(p."to") AS "to" FROM jsonb_to_recordset(plan -> 'people') AS p ("from" bigint, "to" bigint)
			GROUP BY p."from" HAVING count(DISTINCT p."to") = 1) AS w
		WHERE s.to_unit = w."from" AND w."from" = ANY (ends) AND s.returned_on IS NULL;
		UPDATE bianzhi.signboard AS s SET during = daterange(lower(s.during), on_day)
		WHERE s.unit_id = ANY (ends) AND s.during && onward AND (lower_inf(s.during) OR lower(s.during) < on_day);
		UPDATE bianzhi.unit_relation AS r SET during = daterange(lower(r.during), on_day)
		WHERE (r.unit_id = ANY (ends) OR r.other_unit = ANY (ends)) AND r.kind NOT IN ('merged_into', 'split_from', 'succeeds')
			AND r.during && onward AND (lower_inf(r.during) OR lower(r.during) < on_day);

		SELECT u.unit_key INTO places
		FROM bianzhi.unit AS c JOIN bianzhi.unit AS u ON u.unit_id = c.parent_id
		WHERE u.unit_id = ANY (ends) AND c.unit_id <> ALL (ends) AND c.during && onward
		ORDER BY u.unit_id LIMIT 1;
		IF FOUND THEN
			RAISE EXCEPTION 'unit "%" has units below it on %', places, to_char(on_day, 'YYYY-MM-DD')
				USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'unit', CONSTRAINT = 'establishment_account',
					HINT = 'Let the plan end them too, or give them another parent.';
		END IF;
		SELECT u.unit_key INTO places
		FROM bianzhi.unit AS u
		WHERE u.unit_id = ANY (ends) AND (
			EXISTS (SELECT 1 FROM bianzhi.occupancy AS o WHERE u.unit_id IN (o.unit_id, o.section_id) AND o.during && onward)
			OR EXISTS (SELECT 1 FROM bianzhi.appointment AS a WHERE u.unit_id IN (a.unit_id, a.section_id) AND a.during && onward))
		ORDER BY u.unit_id LIMIT 1;
		IF FOUND THEN
			RAISE EXCEPTION 'unit "%" has people in seats or posts on % or later', places, to_char(on_day, 'YYYY-MM-DD')
				USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'unit', CONSTRAINT = 'establishment_account',
					HINT = 'Let the plan move them, or end their rows first.';
		END IF;
		SELECT u.unit_key, s.category INTO e
		FROM (
			SELECT s.unit_id, s.category, s.authorized, lead(s.since) OVER (PARTITION BY s.unit_id, s.category ORDER BY s.since) AS until
			FROM bianzhi.strength AS s WHERE s.unit_id = ANY (ends)) AS s
			JOIN bianzhi.unit AS u ON u.unit_id = s.unit_id
		-- what a section has is a part of what its body has
		WHERE NOT u.is_section AND s.authorized <> 0 AND (s.until IS NULL OR s.until > on_day)
		ORDER BY s.unit_id, s.category COLLATE "C" LIMIT 1;
		IF FOUND THEN
			RAISE EXCEPTION 'unit "%" has a quota of category "%" on % or later', e.unit_key, e.category, to_char(on_day, 'YYYY-MM-DD')
				USING ERRCODE = 'foreign_key_violation', SCHEMA = 'bianzhi', TABLE = 'unit', CONSTRAINT = 'establishment_account',
					HINT = 'Let the plan move it, or cut it.';
		END IF;

		-- from below, as units count with those above them
		FOR e IN
			WITH RECURSIVE up AS (
				SELECT u.unit_id, u.parent_id, 0 AS depth FROM bianzhi.unit AS u WHERE u.unit_id = ANY (ends)
				UNION ALL
				SELECT x.unit_id, u.parent_id, x.depth + 1 FROM up AS x JOIN bianzhi.unit AS u ON u.unit_id = x.parent_id
			)
			SELECT x.unit_id FROM up AS x GROUP BY x.unit_id ORDER BY max(x.depth) DESC, x.unit_id
		LOOP
			UPDATE bianzhi.unit AS u SET during = daterange(lower(u.during), on_day)
			WHERE u.unit_id = e.unit_id AND (upper_inf(u.during) OR upper(u.during) > on_day);
			report := report || CASE WHEN FOUND THEN jsonb_build_object('what', 'ended', 'unit_id', e.unit_id) ELSE '[]' END;
		END LOOP;
	END IF;

	-- how what is over now, or more than it was, is worked off
	WITH over AS MATERIALIZED (
		SELECT l.unit_id, l.category, l.filled + l.reserved - l.authorized AS excess
		FROM (
			SELECT DISTINCT ON (s.unit_id, s.category) s.*
			FROM bianzhi.strength AS s
			WHERE s.unit_id = ANY (units) AND s.since <= on_day
			ORDER BY s.unit_id, s.category, s.since DESC) AS l
			JOIN bianzhi.category AS c ON c.code = l.category AND c.enforcement <> 'off' AND c.enforced_since <= on_day
		WHERE l.filled + l.reserved - l.authorized > COALESCE((was_over ->> concat(l.unit_id, ' ', l.category))::bigint, 0)
	), planned AS (
		INSERT INTO bianzhi.digest_plan (unit_id, category, day, max_excess, document_no)
		SELECT o.unit_id, o.category, s.day, s.max_excess, carry_out_reform.document_no
		FROM over AS o CROSS JOIN LATERAL (VALUES (on_day, o.excess, false), ((plan ->> 'digest_by')::date, 0, true)) AS s (day, max_excess, last)
		-- a plan that there is already stays, and is only brought to its end
		WHERE NOT EXISTS (
			SELECT 1 FROM bianzhi.digest_plan AS d
			WHERE d.unit_id = o.unit_id AND d.category = o.category AND (NOT s.last OR d.day >= s.day))
		ORDER BY o.unit_id, o.category COLLATE "C", s.day
	)
	SELECT jsonb_agg(jsonb_build_object('what', 'over', 'unit_id', o.unit_id, 'category', o.category, 'amount', o.excess)
		ORDER BY o.unit_id, o.category COLLATE "C") INTO done
	FROM over AS o;
	report := report || COALESCE(done, '[]');

	EXECUTE bianzhi.reform_rows() INTO after USING units;
	WITH made AS (
		INSERT INTO bianzhi.reform (on_day, document_no, plan) VALUES (carry_out_reform.on_day, carry_out_reform.document_no, carry_out_reform.plan)
		RETURNING reform_id
	)
	INSERT INTO bianzhi.reform_row (reform_id, relation, row_id, was, left_as)
	SELECT m.reform_id, split_part(a.key, ' ', 1), split_part(a.key, ' ', 2)::bigint, d.was, md5(a.value::text)
	FROM made AS m CROSS JOIN jsonb_each(after) AS a
		CROSS JOIN LATERAL (SELECT before -> a.key) AS b (value)
		CROSS JOIN LATERAL (
			SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(b.value) AS o WHERE o.value IS DISTINCT FROM a.value -> o.key) AS d (was)
	WHERE b.value IS DISTINCT FROM a.value
	ORDER BY a.key COLLATE "C";
	RETURN report;
END
$$;
COMMENT ON FUNCTION bianzhi.carry_out_reform(date, text, jsonb) IS '方案实施: writes what a plan that was read says, and returns what it did. By itself it does nothing that its caller could not: its statements are then judged one by one';
REVOKE ALL ON FUNCTION bianzhi.carry_out_reform(date, text, jsonb) FROM PUBLIC;

CREATE FUNCTION bianzhi.reorganize(on_day date, document_no text, plan jsonb)
	RETURNS TABLE (what text, unit_id bigint, other_unit bigint, category text, amount bigint)
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.reorganize(date, text, jsonb) IS '机构改革: moves quotas, people with their posts, and units on a day, under one document, all or nothing, and returns what was done: quota, seat, post, post_ended, outside, secondment, cut, parent, renamed, merged_into, succeeds, split_from, ended, over (seats over on that day that were not before). The plan: quotas [{from, to, category, amount}], people [{from, to, persons, sections, categories, posts}], cuts [{unit, category, amount}], units_end, parents, renames, digest_by, attached. The excess of all units between which it moves anything, in a category, may not grow on any day (23514 establishment_limit), less what it cuts; an excess that moves with people leaves a lead over_by_reform and a digest plan. 22023: the plan says something that is not known; 23503: something does not exist, or a unit would end with people, quotas or units in it; 55000: not in force, or people in tables of applications; 25001: not at READ COMMITTED';
REVOKE ALL ON FUNCTION bianzhi.reorganize(date, text, jsonb) FROM PUBLIC;

-- the usual cases

CREATE FUNCTION bianzhi.merge_units(from_unit bigint, to_unit bigint, on_day date, document_no text, cuts jsonb DEFAULT '{}', digest_by date DEFAULT NULL)
	RETURNS TABLE (what text, unit_id bigint, other_unit bigint, category text, amount bigint)
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.*
	FROM bianzhi.reorganize(merge_units.on_day, merge_units.document_no, jsonb_strip_nulls(jsonb_build_object(
		'quotas', jsonb_build_array(jsonb_build_object('from', merge_units.from_unit, 'to', merge_units.to_unit)),
		'people', jsonb_build_array(jsonb_build_object('from', merge_units.from_unit, 'to', merge_units.to_unit, 'persons', 'all')),
		'cuts', (SELECT COALESCE(jsonb_agg(jsonb_build_object('unit', merge_units.to_unit, 'category', c.key, 'amount', c.value) ORDER BY c.key COLLATE "C"), '[]')
			FROM jsonb_each(merge_units.cuts) AS c),
		'units_end', jsonb_build_array(merge_units.from_unit),
		'digest_by', merge_units.digest_by)) || jsonb_build_object(
		-- bodies below it, but for the other one, come below that
		'parents', (SELECT COALESCE(jsonb_object_agg(c.unit_id, CASE WHEN c.unit_id <> merge_units.to_unit THEN merge_units.to_unit ELSE u.parent_id END), '{}')
			FROM bianzhi.unit AS c JOIN bianzhi.unit AS u ON u.unit_id = c.parent_id
			WHERE c.parent_id = merge_units.from_unit AND NOT c.is_section AND c.during && daterange(merge_units.on_day, NULL)))) AS r
$$;
COMMENT ON FUNCTION bianzhi.merge_units(bigint, bigint, date, text, jsonb, date) IS '机构合并: everything that a unit has goes to another one on a day, and it ends, with its sections; bodies below it come below the other. cuts: what the document takes away from the other at the same time, by category, such as {"leader_chief": 1}; digest_by: by when what is over then is worked off. See reorganize()';
REVOKE ALL ON FUNCTION bianzhi.merge_units(bigint, bigint, date, text, jsonb, date) FROM PUBLIC;

CREATE FUNCTION bianzhi.split_unit(from_unit bigint, to_unit bigint, quotas jsonb, persons bigint[], on_day date, document_no text, digest_by date DEFAULT NULL)
	RETURNS TABLE (what text, unit_id bigint, other_unit bigint, category text, amount bigint)
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.*
	FROM bianzhi.reorganize(split_unit.on_day, split_unit.document_no, jsonb_strip_nulls(jsonb_build_object(
		'quotas', (SELECT COALESCE(jsonb_agg(jsonb_build_object('from', split_unit.from_unit, 'to', split_unit.to_unit, 'category', q.key, 'amount', q.value)
				ORDER BY q.key COLLATE "C"), '[]')
			FROM jsonb_each(split_unit.quotas) AS q),
		'people', CASE WHEN split_unit.persons = '{}' THEN '[]'::jsonb
			ELSE jsonb_build_array(jsonb_build_object('from', split_unit.from_unit, 'to', split_unit.to_unit, 'persons', split_unit.persons)) END,
		'digest_by', split_unit.digest_by))) AS r
$$;
COMMENT ON FUNCTION bianzhi.split_unit(bigint, bigint, jsonb, bigint[], date, text, date) IS '机构分设: part of what a unit has goes to another one on a day: quotas by category, such as {"administrative": 10}, and these persons with their posts. See reorganize()';
REVOKE ALL ON FUNCTION bianzhi.split_unit(bigint, bigint, jsonb, bigint[], date, text, date) FROM PUBLIC;

-- and back

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

-- until go_live() the keys' checks sleep, as those of the other tables do
SELECT bianzhi.switch_key(k.key, false) FROM bianzhi.own_keys() AS k WHERE NOT k.asleep;
