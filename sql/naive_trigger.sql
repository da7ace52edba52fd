-- the counter-example: the usual hand-written trigger counts the rows that overlap, and so falsely refuses stays that
-- follow each other.  (That it also seats three in two seats is in test/isolation/specs/naive_trigger.spec.)
SET client_min_messages = warning;
CREATE EXTENSION bianzhi CASCADE;
RESET client_min_messages;
SET bianzhi.today = '2026-11-24';
\set VERBOSITY terse

CREATE TABLE seats (unit_id bigint PRIMARY KEY, amount integer NOT NULL);
CREATE TABLE stay (person_id bigint PRIMARY KEY, unit_id bigint NOT NULL REFERENCES seats, during daterange NOT NULL);
CREATE FUNCTION check_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	room integer;
BEGIN
	SELECT amount INTO room FROM seats WHERE unit_id = NEW.unit_id FOR UPDATE;
	IF (SELECT count(*) FROM stay WHERE unit_id = NEW.unit_id AND during && NEW.during) >= room THEN
		RAISE EXCEPTION 'unit % is full', NEW.unit_id USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER check_stay BEFORE INSERT ON stay FOR EACH ROW EXECUTE FUNCTION check_stay();
INSERT INTO seats VALUES (1, 2);

INSERT INTO bianzhi.unit (unit_id, unit_key, name) VALUES (1, 'FIN', '财政局');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (1, 'administrative', 2, '[2020-01-01,)', '编〔2020〕1号');
INSERT INTO bianzhi.person (person_id, name) SELECT n, 'P' || n FROM generate_series(1, 4) AS n;
SELECT bianzhi.go_live();

-- two stays, one after the other: one seat is taken on every day of January and February
INSERT INTO stay VALUES (1, 1, '[2027-01-01,2027-02-01)'), (2, 1, '[2027-02-01,2027-03-01)');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
VALUES (1, 1, 'administrative', '[2027-01-01,2027-02-01)'), (2, 1, 'administrative', '[2027-02-01,2027-03-01)');

-- a third, over both months, in the second seat: the trigger finds two rows and refuses
INSERT INTO stay VALUES (3, 1, '[2027-01-01,2027-03-01)');
SELECT day, count(*) AS taken FROM generate_series(date '2027-01-15', '2027-02-15', '1 month') AS day JOIN stay ON during @> day::date GROUP BY day ORDER BY day;

-- the limit looks at days, and there is a seat on each
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (3, 1, 'administrative', '[2027-01-01,2027-03-01)');
SELECT since, authorized, filled FROM bianzhi.strength ORDER BY since;

-- a fourth on any of these days is refused
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (4, 1, 'administrative', '[2027-02-28,2027-04-01)');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (4, 1, 'administrative', '[2027-03-01,2027-04-01)');
SELECT * FROM bianzhi.verify();
