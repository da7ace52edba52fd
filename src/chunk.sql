/*
 * chunk.sql: the stored timelines.
 *
 * Rows are changed in place again and again: the free space keeps new versions on the page of the old, and the body
 * is neither compressed nor moved out of line, so that no change touches anything but its own row.
 */

CREATE TABLE bianzhi.chunk (
	account_id bigint NOT NULL,
	from_day date NOT NULL,
	until_day date NOT NULL,
	body bytea NOT NULL,
	CONSTRAINT chunk_pkey PRIMARY KEY (account_id, from_day)
) WITH (fillfactor = 70);
ALTER TABLE bianzhi.chunk ALTER COLUMN body SET STORAGE PLAIN;

COMMENT ON TABLE bianzhi.chunk IS '时间线: what each account is authorised and carries on each day, in chunks of days; kept by the engine, derived, not dumped';
COMMENT ON COLUMN bianzhi.chunk.account_id IS '账户: account';
COMMENT ON COLUMN bianzhi.chunk.from_day IS '起始日: first day; the first chunk of an account begins at -infinity';
COMMENT ON COLUMN bianzhi.chunk.until_day IS '截止日: first day of the next chunk; infinity in the last';
COMMENT ON COLUMN bianzhi.chunk.body IS '内容: levels just before from_day and the steps since (timeline.h); read it through the view strength';
