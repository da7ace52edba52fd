/*
 * erase.sql: texts that a law wants gone, while everything else is still proved.
 */

CREATE FUNCTION bianzhi.erase_ledger_text(seq bigint, document_no text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	entry bianzhi.ledger;
BEGIN
	IF document_no IS NULL OR btrim(document_no) = '' THEN
		RAISE EXCEPTION 'erasing a text of the ledger needs a document'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	-- there, sealed, and what was sealed: otherwise an erasure would hide an alteration
	PERFORM bianzhi.ledger_proof(erase_ledger_text.seq);
	SELECT l.* INTO entry FROM bianzhi.ledger AS l WHERE l.seq = erase_ledger_text.seq;
	IF entry.operation IN ('ERASE', 'SEAL') THEN
		RAISE EXCEPTION 'what the ledger says of itself cannot be erased'
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	UPDATE bianzhi.ledger AS l
	SET row_before = NULL, row_after = NULL, salt = NULL,
		commitment = bianzhi.ledger_commitment(bianzhi.ledger_algorithm(), l.salt, l.row_before, l.row_after)
	WHERE l.seq = erase_ledger_text.seq AND l.salt IS NOT NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'the texts of entry % of the ledger have been erased already', erase_ledger_text.seq
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	RETURN bianzhi.ledger_append('bianzhi.ledger', 'ERASE', erase_ledger_text.seq::text, NULL,
		format('{"document_no":%s,"seq":"%s"}', to_json(erase_ledger_text.document_no), erase_ledger_text.seq));
END
$$;
COMMENT ON FUNCTION bianzhi.erase_ledger_text(bigint, text) IS '依法删除文本: erases the texts of a sealed entry, and its salt, where a law demands it; what proves everything else stays. Written to the ledger with the document; returns the number of that entry. 22004 without a document, P0002 where there is no such entry, 55000 where it is not sealed yet or erased already, XX001 where it was altered. Copies in WAL, replicas and backups are not touched';
REVOKE ALL ON FUNCTION bianzhi.erase_ledger_text(bigint, text) FROM PUBLIC;
