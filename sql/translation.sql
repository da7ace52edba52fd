-- messages of the library follow lc_messages, also in the session that creates the extension
CREATE EXTENSION bianzhi CASCADE;

CREATE FUNCTION message_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END
$$;

SHOW lc_messages;
SELECT message_of($$SELECT ''::bianzhi.resident_id$$), message_of($$SELECT ''::bianzhi.credit_code$$);
SET lc_messages = 'zh_CN.UTF-8';
SELECT message_of($$SELECT ''::bianzhi.resident_id$$), message_of($$SELECT ''::bianzhi.credit_code$$);
RESET lc_messages;
SELECT message_of($$SELECT ''::bianzhi.resident_id$$), message_of($$SELECT ''::bianzhi.credit_code$$);
