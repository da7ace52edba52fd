/*
 * live.sql: whether the limits are in force, and what day it is.
 */

CREATE TABLE bianzhi.stamp (
	nonce uuid NOT NULL,
	live_since timestamp with time zone NOT NULL DEFAULT now()
);
COMMENT ON TABLE bianzhi.stamp IS '启用标记: the nonce of the last go_live(); dumped, so that a restored database knows that it was live';
COMMENT ON COLUMN bianzhi.stamp.nonce IS '随机标识: nonce';
COMMENT ON COLUMN bianzhi.stamp.live_since IS '启用时间: when it went live';
SELECT pg_catalog.pg_extension_config_dump('bianzhi.stamp', '');
CREATE UNIQUE INDEX stamp_one_row ON bianzhi.stamp ((true));
-- a publication of all tables wants to know what is deleted
ALTER TABLE bianzhi.stamp REPLICA IDENTITY FULL;

CREATE TABLE bianzhi.live (
	nonce uuid NOT NULL
);
COMMENT ON TABLE bianzhi.live IS '启用状态: the same nonce; not dumped: where both are equal, the limits are in force';
COMMENT ON COLUMN bianzhi.live.nonce IS '随机标识: nonce';
CREATE UNIQUE INDEX live_one_row ON bianzhi.live ((true));
ALTER TABLE bianzhi.live REPLICA IDENTITY FULL;

CREATE FUNCTION bianzhi.live_changed() RETURNS trigger
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION bianzhi.live_changed() IS '启用状态变更: trigger function; tells every session to look again';
REVOKE ALL ON FUNCTION bianzhi.live_changed() FROM PUBLIC;

CREATE TRIGGER live_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.stamp
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.live_changed();
CREATE TRIGGER live_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bianzhi.live
	FOR EACH STATEMENT EXECUTE FUNCTION bianzhi.live_changed();

CREATE FUNCTION bianzhi.is_live() RETURNS boolean
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.is_live() IS '是否启用: whether the limits are in force';
REVOKE ALL ON FUNCTION bianzhi.is_live() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.is_live() TO PUBLIC;

CREATE FUNCTION bianzhi.today() RETURNS date
	AS 'MODULE_PATHNAME' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.today() IS '今日: the day on which the transaction began, in the time zone with which the session started, whatever it has set since; days before it are history';
REVOKE ALL ON FUNCTION bianzhi.today() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.today() TO PUBLIC;
