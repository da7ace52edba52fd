-- One line a table: how many rows, and a number that changes with any value in any of them, whatever order they stand in.
-- Times of day (a lead's first_seen) and what go_live() makes are left out.

SET datestyle = 'ISO, YMD';
SELECT s.relation, s.rows, s.checksum
FROM (
	SELECT 1 AS place, 'document' AS relation, count(*) AS rows, sum(hashtextextended(t::text, 0)::numeric) AS checksum FROM bianzhi.document AS t
	UNION ALL SELECT 2, 'unit', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bianzhi.unit AS t
	UNION ALL SELECT 3, 'quota', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bianzhi.quota AS t
	UNION ALL SELECT 4, 'person', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bianzhi.person AS t
	UNION ALL SELECT 5, 'occupancy', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bianzhi.occupancy AS t
	UNION ALL SELECT 6, 'appointment', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bianzhi.appointment AS t
	UNION ALL SELECT 7, 'exemption', count(*), sum(hashtextextended(t::text, 0)::numeric) FROM bianzhi.exemption AS t
) AS s
ORDER BY s.place;
RESET datestyle;
