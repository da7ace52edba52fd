-- one seat a person (L13), over the extension's own tables and those of applications that name people in other ways
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
\set SHOW_CONTEXT never
\set VERBOSITY terse
SELECT line(k, 'administrative', 50) FROM unnest('{A,B,C,D,E}'::text[]) AS k;
INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (101, '990000197001010018', '人员101'), (102, '99000019700101019X', '人员102'), (103, '99000019800101008X', '人员103'), (104, NULL, '人员104'),
	(40000, '990000197001010026', '人员105'), (3000000000, '990000197001010034', '人员106');
-- one table for each way to name a person
CREATE DOMAIN code AS varchar(20);
CREATE TABLE by_small (who smallint, dept text, since date, until date);
CREATE TABLE by_int (who int, dept text, since date, until date);
CREATE TABLE by_big (who bigint, dept text, since date, until date);
CREATE TABLE by_text (who text, dept text, since date, until date);
CREATE TABLE by_varchar (who varchar(18), dept text, since date, until date);
CREATE TABLE by_char (who char(20), dept text, since date, until date);
CREATE TABLE by_domain (who code, dept text, since date, until date);
CREATE TABLE by_id (who bianzhi.resident_id, dept text, since date, until date);
CREATE FUNCTION each() RETURNS SETOF text LANGUAGE sql AS $$ SELECT unnest('{by_small,by_int,by_big,by_text,by_varchar,by_char,by_domain,by_id}'::text[]) $$;
SELECT try($$SELECT bianzhi.attach('by_int', 'filled', 'dept', '=administrative', 'since', 'until', person => 'who')$$);
SELECT try(format('CREATE INDEX ON %s (who)', e)) || try(format($$SELECT bianzhi.attach('%s', 'filled', 'dept', '=administrative', 'since', 'until', person => 'who')$$, e)) FROM each() AS e;

-- put somebody into one, and try all: by number, by each form of the identity number

CREATE FUNCTION put(source text, who text, dept text DEFAULT 'B', since date DEFAULT '2026-12-01', until date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT try(format('INSERT INTO %s VALUES (%L, %L, %L, %L)', source, who, dept, since, until))
$$;
CREATE FUNCTION put_all(number text, id text) RETURNS TABLE (first text, refused text) LANGUAGE plpgsql AS $$
BEGIN
	FOR first IN SELECT each() LOOP
		refused := put(first, CASE WHEN first IN ('by_small', 'by_int', 'by_big') THEN number ELSE id END);
		IF refused = 'fine' THEN
			refused := seat(number::int, 'A', 'administrative', '[2027-01-01,)') || ': ' || (
				SELECT string_agg(put(e, CASE WHEN e IN ('by_small', 'by_int', 'by_big') THEN number ELSE id END, 'C', '2027-01-01'), ', ') FROM each() AS e);
		END IF;
		RETURN NEXT;
		EXECUTE format('DELETE FROM %s', first);
	END LOOP;
END
$$;
CREATE FUNCTION few(text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace($1, '23P01 one_seat: a person would hold a second seat on 2027-01-01', '23P01', 'g') $$;
SELECT first, few(refused) FROM put_all('101', '990000197001010018');
SELECT first, few(refused) FROM put_all('101', '990000700101001');
SELECT first, few(refused) FROM put_all('102', '99000019700101019X') WHERE first ~ 'text|char|domain|id';
SELECT first, few(refused) FROM put_all('102', '99000019700101019x') WHERE first ~ 'text|char|domain|id';
SELECT first, few(refused) FROM put_all('40000', '990000197001010026');
SELECT sound();
-- one form in one table, another in the other
SELECT put('by_text', '990000700101019'), put('by_varchar', '99000019700101019x'), put('by_char', '99000019700101019X'), put('by_id', '990000700101019'), put('by_int', '102'), seat(102, 'A', 'administrative', '[2026-12-01,)');
TRUNCATE by_text;
SELECT seat(102, 'A', 'administrative', '[2026-12-01,2027-01-01)'), put('by_char', '99000019700101019x', since => '2027-01-01', until => '2027-02-01'), put('by_domain', '99000019700101019X', since => '2027-02-01');
SELECT try($$UPDATE by_char SET until = NULL$$), try($$UPDATE by_domain SET since = '2027-01-31'$$), try($$UPDATE bianzhi.occupancy SET during = '[2026-12-01,)' WHERE person_id = 102$$);
-- moved in one statement from one table to the other; swapped
WITH gone AS (DELETE FROM by_char RETURNING *) INSERT INTO by_id SELECT who::text::bianzhi.resident_id, dept, since, until FROM gone;
UPDATE by_id SET who = '99000019800101008X';
SELECT put('by_int', '102', since => '2027-01-01', until => '2027-02-01'), put('by_int', '103', since => '2027-01-01', until => '2027-02-01');
SELECT sound();

-- many people in one statement; nobody; a person of whom no number is known

INSERT INTO by_big SELECT n, 'D', '2026-12-01' FROM generate_series(1, 40) AS n;
INSERT INTO by_small SELECT n, 'D', '2026-12-01' FROM generate_series(40, 45) AS n;
\echo :LAST_ERROR_SQLSTATE
SELECT put('by_big', NULL, 'E'), put('by_text', NULL, 'E'), put('by_id', NULL, 'E'), put('by_char', NULL, 'E');
SELECT put('by_int', '104', 'E'), put('by_big', '104', 'E');
SELECT put('by_big', '3000000000', 'E'), put('by_text', '990000197001010034', 'E'), put('by_text', '990000700101003', 'E');
SELECT has('E');
-- a day that is past is a lead, as everywhere
DELETE FROM bianzhi.lead;
SELECT put('by_text', '990000197001010018', 'E', '2024-01-01', '2024-02-01'), put('by_int', '101', 'E', '2024-01-15', '2024-03-01');
SELECT leads();
SELECT sound();

-- numbers of nobody, and what is no number: never shown

SELECT put('by_int', '999'), put('by_int', '0'), put('by_int', '-1'), put('by_text', '990000197001010050'), put('by_id', '990000197001010050');
SELECT w, put('by_text', w), put('by_char', w) FROM unnest(ARRAY['', ' ', '990000197001010018 ', ' 990000197001010018', '９９００００１９７００１０１００１８', '990000 197001010018', '990000197001010017', '9900001970010100', '101', '张三', repeat('9', 20), E'990000197001010018\t']) AS w WHERE length(w) <= 20;
SELECT put('by_id', 'nobody');
SELECT count(*) FROM by_text WHERE dept = 'B';
DELETE FROM by_char WHERE dept = 'B';
SELECT sound();

-- posts and outside staff are no seats; nor is what is reserved, or what a condition leaves out

CREATE TABLE post (who text, dept text, kind text, since date, here boolean);
CREATE INDEX ON post (who);
SELECT bianzhi.attach('post', 'filled', 'dept', 'kind', 'since', NULL, person => 'who', condition => 'here') > 0;
SELECT line('B', 'leader', 9), line('B', 'outside_staff', 9);
SELECT put('by_text', '990000197001010018', 'B', '2030-01-01');
INSERT INTO post VALUES ('990000197001010018', 'B', 'leader', '2030-01-01', true), ('990000700101001', 'B', 'outside_staff', '2030-01-01', true), ('990000197001010018', 'B', 'administrative', '2030-01-01', false);
SELECT try('UPDATE post SET here = true'), try($$UPDATE post SET kind = 'administrative' WHERE kind = 'leader'$$);
DELETE FROM by_text WHERE dept = 'B';
DELETE FROM by_int WHERE who = 101;
SELECT try('UPDATE post SET here = true');
SELECT seat(101, 'A', 'administrative', '[2031-01-01,)');
UPDATE post SET here = false WHERE kind = 'administrative';
SELECT seat(101, 'A', 'administrative', '[2031-01-01,)');
SELECT sound();

-- who is named stays, under the same number

SELECT try('DELETE FROM bianzhi.person WHERE person_id = 101'), try($$UPDATE bianzhi.person SET resident_id = '990000197001010050' WHERE person_id = 101$$), try('UPDATE bianzhi.person SET resident_id = NULL WHERE person_id = 101');
SELECT try('DELETE FROM bianzhi.person WHERE person_id = 104'), try('DELETE FROM bianzhi.person WHERE person_id = 3000000000'), try('DELETE FROM bianzhi.person WHERE person_id = 5');
SELECT try($$UPDATE bianzhi.person SET name = '改名', resident_id = resident_id$$), try($$UPDATE bianzhi.person SET resident_id = '990000197001010050' WHERE person_id = 104$$), try('UPDATE bianzhi.person SET resident_id = NULL WHERE person_id = 40000'), try('DELETE FROM bianzhi.person WHERE person_id = 40000');
-- by the number of one, 104, is now named by nobody else's word
SELECT put('by_text', '990000197001010050', 'E'), put('by_text', '990000197001010050', 'E', '2025-01-01', '2025-02-01');
TRUNCATE by_big, by_small, by_int, by_text, post, by_domain, by_char, by_varchar, by_id;
SELECT try('DELETE FROM bianzhi.person WHERE person_id = 104'), try($$UPDATE bianzhi.person SET resident_id = NULL WHERE person_id = 101$$);
-- also by a table that reserves only
CREATE TABLE promise (who varchar(18), dept text, since date);
CREATE INDEX ON promise (who);
SELECT bianzhi.attach('promise', 'reserved', 'dept', '=administrative', 'since', NULL, person => 'who') > 0;
INSERT INTO promise VALUES ('99000019800101008x', 'A', '2026-12-01');
SELECT try('DELETE FROM bianzhi.person WHERE person_id = 103'), try('UPDATE bianzhi.person SET resident_id = NULL WHERE person_id = 103');
SELECT bianzhi.detach('promise');
SELECT try('UPDATE bianzhi.person SET resident_id = NULL WHERE person_id = 103'), try('DELETE FROM bianzhi.person WHERE person_id = 103');

-- a table with foreign keys of its own: the number changes there with the person's, and the row goes with the person

CREATE TABLE follows (who bianzhi.resident_id REFERENCES bianzhi.person (resident_id) ON UPDATE CASCADE ON DELETE CASCADE, dept text, since date);
CREATE INDEX ON follows (who);
SELECT bianzhi.attach('follows', 'filled', 'dept', '=administrative', 'since', NULL, person => 'who') > 0;
INSERT INTO bianzhi.person (person_id, resident_id, name) VALUES (107, '990000197001010042', '人员107');
INSERT INTO follows VALUES ('990000197001010042', 'D', '2032-01-01');
UPDATE bianzhi.person SET resident_id = '990000197001010069' WHERE person_id = 107;
SELECT * FROM follows;
SELECT seat(107, 'A', 'administrative', '[2033-01-01,)');
SELECT sound();
DELETE FROM bianzhi.person WHERE person_id = 107;
SELECT has('D');
SELECT sound();

-- second seats that are there when a table is attached are leads, and may shrink

CREATE TABLE late (who bigint PRIMARY KEY, dept text, since date, until date);
INSERT INTO late VALUES (101, 'B', '2026-01-01', NULL), (102, 'B', '2026-01-01', '2026-02-01');
SELECT bianzhi.attach('late', 'filled', 'dept', '=administrative', 'since', 'until', person => 'who') > 0;
SELECT leads();
SELECT try($$UPDATE late SET until = '2031-06-01' WHERE who = 101$$), try($$UPDATE late SET until = '2031-07-01' WHERE who = 101$$), try($$UPDATE late SET until = '2031-01-01' WHERE who = 101$$), try($$UPDATE late SET until = '2031-01-02' WHERE who = 101$$);
SELECT sound();
