/* scratch until the ledger room comes */
CREATE SEQUENCE bianzhi.ledger_seq_seq CACHE 1;
CREATE TABLE bianzhi.ledger (
	seq bigint PRIMARY KEY DEFAULT nextval('bianzhi.ledger_seq_seq'),
	at timestamptz NOT NULL DEFAULT clock_timestamp(),
	xact bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
	session_user_name text NOT NULL DEFAULT session_user,
	current_user_name text NOT NULL DEFAULT current_user,
	claimed_actor text,
	relation text NOT NULL,
	operation text NOT NULL,
	key text NOT NULL,
	row_before text,
	row_after text,
	salt bytea DEFAULT uuid_send(gen_random_uuid()),
	commitment bytea
);
SELECT pg_extension_config_dump('bianzhi.ledger', '');
SELECT pg_extension_config_dump('bianzhi.ledger_seq_seq', '');
CREATE FUNCTION bianzhi.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = '42501'; END $$;
CREATE FUNCTION bianzhi.ledger_note(operation text, relation text, key text, row_after text) RETURNS bianzhi.ledger LANGUAGE sql AS $$
INSERT INTO bianzhi.ledger (operation, relation, key, row_after) VALUES (operation, relation, key, row_after) RETURNING * $$;
