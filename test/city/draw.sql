-- How city.sql and application.sql draw: everything follows from the numbers given.

\if :{?seed}
\else
	\set seed 230000
\endif
\if :{?day}
\else
	SELECT bianzhi.today() AS day \gset
\endif

SET client_min_messages = warning;
SET jit = off;
SET enable_nestloop = off; -- what is drawn has no statistics

-- one of so many numbers from 0 on, by salt and key alone
CREATE OR REPLACE FUNCTION pg_temp.draw(salt bigint, key bigint, below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
	SELECT ((hashint8extended(key, salt) & 2147483647) % below)::integer
$$;

-- a resident number: region, day of birth and number within the day; the type itself refuses a wrong check digit. Give it a column, so that it becomes part of the query
CREATE OR REPLACE FUNCTION pg_temp.resident_id(digits bigint) RETURNS bianzhi.resident_id LANGUAGE sql IMMUTABLE AS $$
	SELECT (digits::text || substr('10X98765432', 1 + ((digits / 10000000000000000) * 7 + (digits / 1000000000000000 % 10) * 9
		+ (digits / 100000000000000 % 10) * 10 + (digits / 10000000000000 % 10) * 5 + (digits / 1000000000000 % 10) * 8
		+ (digits / 100000000000 % 10) * 4 + (digits / 10000000000 % 10) * 2 + (digits / 1000000000 % 10)
		+ (digits / 100000000 % 10) * 6 + (digits / 10000000 % 10) * 3 + (digits / 1000000 % 10) * 7
		+ (digits / 100000 % 10) * 9 + (digits / 10000 % 10) * 10 + (digits / 1000 % 10) * 5 + (digits / 100 % 10) * 8
		+ (digits / 10 % 10) * 4 + (digits % 10) * 2)::integer % 11, 1))::bianzhi.resident_id
$$;

-- a day of birth at most 15 days off whose remainder by 31 is given: people who share a number within the day differ in it
CREATE OR REPLACE FUNCTION pg_temp.birth_near(birth date, residue integer) RETURNS date LANGUAGE sql IMMUTABLE AS $$
	SELECT birth - 15 + (residue + 31 - (birth - date '1900-01-01') % 31) % 31
$$;
