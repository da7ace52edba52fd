# change_between() against a formulation in SQL over base rows that shares no code with it (test/bench/change.sql), in a part
# of the made-up city in which a year's worth of moves was made: of seats between units, sections and categories, of people
# with several posts, of rows that were written anew, of fields.
use strict;
use warnings;
use utf8;
use BianzhiNode;
use File::Basename qw(dirname);
use Test::More;

my $top = dirname(__FILE__) . '/../..';
my $node = BianzhiNode::start('change');
my $db = 'postgres';

sub file { return BianzhiNode::file($node, $db, @_); }

sub one { return $node->safe_psql($db, $_[0]); }

$node->safe_psql($db, 'CREATE EXTENSION bianzhi CASCADE');
file("$top/test/city/city.sql", 'bodies=2', 'day=2026-11-24');
file("$top/test/city/application.sql", 'bodies=2', 'day=2026-11-24');

# everything follows from the numbers of rows; no limit is in force yet
$node->safe_psql($db, <<'SQL');
CREATE FUNCTION draw(salt bigint, key bigint, below integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
	SELECT ((hashint8extended(key, salt) & 2147483647) % below)::integer
$$;
CREATE TABLE place AS
SELECT row_number() OVER (ORDER BY u.unit_id, s.unit_id) AS n, u.unit_id, s.unit_id AS section_id
FROM bianzhi.unit AS u JOIN bianzhi.unit AS s ON s.parent_id = u.unit_id AND s.is_section
WHERE NOT u.is_section AND lower_inf(u.during) AND upper_inf(u.during) AND lower_inf(s.during) AND upper_inf(s.during);
-- a seat in twelve is given up in 2025 for one elsewhere, in the same unit, in another category, or for the same one under another document
CREATE TABLE mover AS
SELECT o.occupancy_id, o.person_id, o.unit_id, o.section_id, o.category, o.during, date '2025-01-02' + draw(1, o.occupancy_id, 364) AS day, draw(2, o.occupancy_id, 5) AS how
FROM bianzhi.occupancy AS o
WHERE o.during @> daterange('2025-01-01', '2026-01-02') AND draw(3, o.occupancy_id, 12) = 0;
UPDATE bianzhi.occupancy AS o SET during = daterange(lower(o.during), m.day), document_no = '出〔2025〕' || draw(4, o.occupancy_id, 40) || '号'
FROM mover AS m WHERE m.occupancy_id = o.occupancy_id;
INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during, counted, document_no)
SELECT m.person_id, CASE WHEN m.how IN (0, 3) THEN p.unit_id ELSE m.unit_id END,
	CASE WHEN m.how IN (0, 3) THEN p.section_id WHEN m.how = 1 THEN NULL ELSE m.section_id END,
	CASE WHEN m.how IN (2, 3) THEN 'institution_full' WHEN draw(5, m.occupancy_id, 9) = 0 THEN 'retired_service' ELSE m.category END,
	daterange(m.day, upper(m.during)), true, CASE draw(6, m.occupancy_id, 3) WHEN 0 THEN NULL ELSE '入〔2025〕' || draw(7, m.occupancy_id, 40) || '号' END
FROM mover AS m JOIN place AS p ON p.n = 1 + draw(8, m.occupancy_id, (SELECT count(*)::integer FROM place));
-- people with up to six posts, given up and taken one by one
INSERT INTO bianzhi.appointment (person_id, unit_id, section_id, category, during, document_no)
SELECT m.person_id, p.unit_id, CASE WHEN draw(9, m.occupancy_id * 10 + i, 2) = 0 THEN p.section_id END,
	(ARRAY['leader_chief', 'leader_deputy', 'leader', 'section_chief', 'section_deputy', 'judge_quota', 'grade_officer_1', 'grade_officer_3', 'grade_clerk_1'])[1 + draw(10, m.occupancy_id * 10 + i, 9)],
	CASE draw(11, m.occupancy_id * 10 + i, 3) WHEN 0 THEN daterange('2020-01-01', m.day) WHEN 1 THEN daterange(m.day, NULL) ELSE daterange('2020-01-01', NULL) END,
	'任〔2025〕' || draw(12, m.occupancy_id * 10 + i, 20) || '号'
FROM mover AS m CROSS JOIN generate_series(1, 6) AS i JOIN place AS p ON p.n = 1 + draw(13, m.occupancy_id * 10 + i, 4)
WHERE draw(14, m.occupancy_id, 2) = 0;
-- lines that end and begin
UPDATE bianzhi.quota SET during = daterange(lower(during), '2025-07-01') WHERE during @> daterange('2025-01-01', '2026-01-02') AND draw(15, quota_id, 20) = 0;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT DISTINCT ON (p.unit_id) p.unit_id, 'institution_full', draw(16, p.n, 30), daterange('2025-05-01', NULL), '编〔2025〕' || draw(17, p.n, 10) || '号' FROM place AS p ORDER BY p.unit_id, p.n;
-- sections that come and go, units in another field, before, between and after the days
INSERT INTO bianzhi.unit (unit_key, name, parent_id, is_section, during, document_no)
SELECT 'new' || p.n, '新设' || p.n, p.unit_id, true, CASE p.n % 2 WHEN 0 THEN daterange('2020-01-01', '2025-06-01') ELSE daterange('2025-06-01', NULL) END, '设〔2025〕' || p.n % 3 || '号'
FROM place AS p WHERE p.n % 5 < 2;
SQL
for my $day ('2024-06-01', '2025-06-01', '2026-06-01')
{
	$node->safe_psql($db, "SET bianzhi.effective_on = '$day'; UPDATE bianzhi.unit SET field = 'field ' || draw(18, unit_id + extract(year FROM date '$day')::bigint * 100000, 4) WHERE draw(19, unit_id + extract(year FROM date '$day')::bigint * 100000, 3) = 0");
}
$node->safe_psql($db, 'SELECT bianzhi.go_live(); ANALYZE; CREATE SCHEMA bench');
file("$top/test/bench/change.sql");

is(one('SELECT count(*) FROM ((TABLE bench.change_base EXCEPT ALL TABLE bench.change_ours) UNION ALL (TABLE bench.change_ours EXCEPT ALL TABLE bench.change_base)) AS d'),
	0, 'the rows are those of the SQL over base rows') or diag(one("SELECT * FROM (SELECT 'base', b.* FROM (TABLE bench.change_base EXCEPT ALL TABLE bench.change_ours) AS b
		UNION ALL SELECT 'ours', o.* FROM (TABLE bench.change_ours EXCEPT ALL TABLE bench.change_base) AS o) AS d ORDER BY unit_id, category LIMIT 20"));
my $rows = one('SELECT count(*) FROM bench.change_ours');
cmp_ok($rows, '>', 200, "of which there are enough: $rows");
is(one('SELECT bool_and(n > 20) FROM (SELECT unnest(ARRAY[sum(moved_in), sum(moved_out), sum(entered), sum(departed), sum(cardinality(documents)), count(DISTINCT field) * 10]) AS n FROM bench.change_ours) AS s'),
	't', 'with everything in them that can be');
is(one('SELECT count(*) FROM bench.change_ours WHERE filled_to - filled_from <> moved_in - moved_out + entered - departed'), 0, 'what came and went makes the difference');
is(one('SELECT bool_and(moved_in = moved_out AND moved_in > 0) FROM (
	SELECT c.measure, sum(o.moved_in) AS moved_in, sum(o.moved_out) AS moved_out
	FROM bench.change_ours AS o JOIN bianzhi.category AS c ON c.code = o.category JOIN bianzhi.unit AS u USING (unit_id)
	WHERE c.parent IS NULL AND NOT u.is_section AND c.measure IN (\'establishment\', \'post\', \'grade\') GROUP BY c.measure) AS m'),
	't', 'who moved away moved in somewhere');
is(one('SELECT count(*) FROM bench.change_ours AS o CROSS JOIN LATERAL (
		SELECT COALESCE(sum(d.seats) FILTER (WHERE d.what = \'moved_in\'), 0) AS moved_in, COALESCE(sum(d.seats) FILTER (WHERE d.what = \'moved_out\'), 0) AS moved_out,
			COALESCE(sum(d.seats) FILTER (WHERE d.what = \'entered\'), 0) AS entered, COALESCE(sum(d.seats) FILTER (WHERE d.what = \'departed\'), 0) AS departed,
			COALESCE(sum(d.seats) FILTER (WHERE d.what = \'authorized\'), 0) AS authorized, COALESCE(array_agg(DISTINCT d.document_no COLLATE "C" ORDER BY d.document_no COLLATE "C") FILTER (WHERE d.document_no IS NOT NULL), \'{}\') AS documents
		FROM bianzhi.change_detail(\'2025-01-01\', \'2026-01-01\', o.unit_id, o.category) AS d) AS s
	WHERE o.unit_id % 5 = 0 AND ((o.moved_in, o.moved_out, o.entered, o.departed, o.documents) <> (s.moved_in, s.moved_out, s.entered, s.departed, s.documents)
		OR COALESCE(o.authorized_to, 0) - COALESCE(o.authorized_from, 0) <> s.authorized)'), 0, 'and its rows add up to each number');
is(one('SELECT count(*) FROM (SELECT o.field, o.category, sum(COALESCE(authorized_to, 0) - COALESCE(authorized_from, 0)) AS a, sum(filled_to - filled_from) AS f
		FROM bench.change_ours AS o JOIN bianzhi.category AS c ON c.code = o.category JOIN bianzhi.unit AS u USING (unit_id)
		WHERE c.parent IS NULL AND NOT u.is_section GROUP BY 1, 2) AS u (field, category, a, f)
		FULL JOIN bianzhi.change_by_field(\'2025-01-01\', \'2026-01-01\') AS b ON b.category = u.category AND COALESCE(b.field, \'\') = COALESCE(u.field, \'\')
	WHERE (COALESCE(u.a, 0), COALESCE(u.f, 0)) IS DISTINCT FROM (b.authorized_change, b.filled_change)'), 0, 'units add up to fields');
is(one('SELECT count(*) FROM bianzhi.verify()'), 0, 'timelines are sound');

$node->stop;
done_testing();
