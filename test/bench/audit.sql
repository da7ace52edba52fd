-- Plain tables with the columns, primary key, indexes and check constraints of bianzhi.occupancy, and ways to audit them.
-- table_log and periods are made by ledger.pl, where they are installed.

\set ON_ERROR_STOP on

CREATE EXTENSION bianzhi CASCADE;
SELECT * FROM bianzhi.go_live();
CREATE SCHEMA bench;

CREATE TABLE bench.bare (LIKE bianzhi.occupancy INCLUDING ALL);
CREATE TABLE bench.ours (LIKE bianzhi.occupancy INCLUDING ALL);
CREATE TABLE bench.jsonb (LIKE bianzhi.occupancy INCLUDING ALL);
CREATE TABLE bench.table_log (LIKE bianzhi.occupancy INCLUDING ALL);
CREATE TABLE bench.periods (LIKE bianzhi.occupancy INCLUDING ALL);

CREATE TABLE bench.plan AS
SELECT n AS person_id, 1 + n % 5000 AS unit_id, (ARRAY['administrative', 'retired_service', 'institution_full'])[1 + n % 3] AS category,
	daterange(date '2006-01-01' + n % 7305, CASE WHEN n % 7 = 0 THEN date '2006-01-01' + n % 7305 + 30 + n % 1800 END) AS during
FROM generate_series(1, :rows) AS n;

SELECT bianzhi.audit('bench.ours');

-- the usual trigger: old and new row as jsonb, with who and when
CREATE TABLE bench.jsonb_log (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamp with time zone NOT NULL,
	xact bigint NOT NULL,
	session_user_name text NOT NULL,
	current_user_name text NOT NULL,
	claimed_actor text,
	relation text NOT NULL,
	operation text NOT NULL,
	row_before jsonb,
	row_after jsonb
);
CREATE FUNCTION bench.log_jsonb() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO bench.jsonb_log (at, xact, session_user_name, current_user_name, claimed_actor, relation, operation, row_before, row_after)
	VALUES (clock_timestamp(), txid_current(), session_user, current_user, current_setting('bianzhi.actor', true), TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, TG_OP,
		CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
	RETURN NULL;
END
$$;
CREATE TRIGGER log_jsonb AFTER INSERT OR UPDATE OR DELETE ON bench.jsonb FOR EACH ROW EXECUTE FUNCTION bench.log_jsonb();
