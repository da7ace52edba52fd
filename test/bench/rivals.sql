-- The same table without the extension, and what users write today to keep a limit. All have the columns, primary key,
-- indexes and check constraints of bianzhi.occupancy; all but bench.bare foreign keys to unit, category and person; so many
-- rows as bianzhi.occupancy has.

\set ON_ERROR_STOP on
SET search_path = bench, pg_catalog;

-- limits that nobody reaches
CREATE TABLE bench.seat_limit (unit_id bigint, category text, amount integer, taken integer NOT NULL DEFAULT 0, PRIMARY KEY (unit_id, category));
INSERT INTO bench.seat_limit (unit_id, category, amount)
SELECT unit_id, category, 1000000 FROM bench.account;

CREATE PROCEDURE bench.make(name text, keys boolean) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TABLE bench.%I (LIKE bianzhi.occupancy INCLUDING ALL)', name);
	IF keys THEN
		EXECUTE format('ALTER TABLE bench.%I ADD FOREIGN KEY (person_id) REFERENCES bianzhi.person,
			ADD FOREIGN KEY (unit_id) REFERENCES bianzhi.unit, ADD FOREIGN KEY (category) REFERENCES bianzhi.category', name);
	END IF;
END
$$;
CALL bench.make('bare', false);
CALL bench.make('bare_fk', true);
CALL bench.make('counter', true);
CALL bench.make('counting', true);
CALL bench.make('serializable', true);

-- a row that counts the seats taken: no days, and nobody leaves
CREATE FUNCTION bench.count_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	free integer;
BEGIN
	UPDATE bench.seat_limit AS l SET taken = l.taken + 1
	WHERE l.unit_id = NEW.unit_id AND l.category = NEW.category
	RETURNING l.amount - l.taken INTO free;
	IF free < 0 THEN
		RAISE EXCEPTION 'no seat' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER count_up AFTER INSERT ON bench.counter FOR EACH ROW EXECUTE FUNCTION bench.count_up();

-- holds the account's row and counts the stays that overlap
CREATE FUNCTION bench.count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	seats integer;
	others bigint;
BEGIN
	SELECT l.amount INTO seats FROM bench.seat_limit AS l
	WHERE l.unit_id = NEW.unit_id AND l.category = NEW.category FOR UPDATE;
	SELECT count(*) INTO others FROM bench.counting AS o
	WHERE o.unit_id = NEW.unit_id AND o.category = NEW.category AND o.during && NEW.during AND o.counted;
	IF others > seats THEN
		RAISE EXCEPTION 'no seat' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER count_rows AFTER INSERT ON bench.counting FOR EACH ROW EXECUTE FUNCTION bench.count_rows();

-- counts without a lock, and leaves the rest to SERIALIZABLE
CREATE FUNCTION bench.count_unlocked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	seats integer;
	others bigint;
BEGIN
	SELECT l.amount INTO seats FROM bench.seat_limit AS l
	WHERE l.unit_id = NEW.unit_id AND l.category = NEW.category;
	SELECT count(*) INTO others FROM bench.serializable AS o
	WHERE o.unit_id = NEW.unit_id AND o.category = NEW.category AND o.during && NEW.during AND o.counted;
	IF others > seats THEN
		RAISE EXCEPTION 'no seat' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER count_unlocked AFTER INSERT ON bench.serializable FOR EACH ROW EXECUTE FUNCTION bench.count_unlocked();
