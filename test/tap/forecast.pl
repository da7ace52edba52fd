# vacancy_forecast() against formulations in SQL over base rows that share no code with it, in a part of the made-up city:
# what is known and certain (test/bench/forecast.sql), and with rates the expected number and the quantiles.
use strict;
use warnings;
use utf8;
use BianzhiNode;
use File::Basename qw(dirname);
use Test::More;

my $top = dirname(__FILE__) . '/../..';
my $node = BianzhiNode::start('forecast');
my $db = 'postgres';

sub file { return BianzhiNode::file($node, $db, @_); }

sub one { return $node->safe_psql($db, $_[0]); }

$node->safe_psql($db, 'CREATE EXTENSION bianzhi CASCADE');
file("$top/test/city/city.sql", 'bodies=3', 'day=2026-11-24');
# what the city has not: people past the age, the dead in their seats, birthdays and tracks that are not known, days that were
# chosen, some of them by who may not choose so
$node->safe_psql($db, <<'SQL');
UPDATE bianzhi.person SET birth_date = birth_date - 12000 WHERE person_id % 97 = 0;
UPDATE bianzhi.person SET birth_date = NULL WHERE person_id % 89 = 1;
UPDATE bianzhi.person SET retire_track = NULL WHERE person_id % 83 = 2;
UPDATE bianzhi.person SET retire_on = date '2026-12-01' + (person_id * 7919 % 3000)::integer WHERE person_id % 7 = 3;
UPDATE bianzhi.person SET died_on = date '2026-11-24' - (person_id % 60)::integer WHERE person_id % 101 = 4;
SQL
$node->safe_psql($db, 'SELECT bianzhi.go_live(); ANALYZE; CREATE SCHEMA bench');
file("$top/test/bench/forecast.sql", 'day=2026-11-24');

is(one('SELECT count(*) FROM ((TABLE bench.forecast_best EXCEPT ALL TABLE bench.forecast_ours) UNION ALL (TABLE bench.forecast_ours EXCEPT ALL TABLE bench.forecast_best)) AS d'),
	0, 'what is known and certain is that of the SQL over base rows') or diag(one("SELECT * FROM (SELECT 'base', b.* FROM (TABLE bench.forecast_best EXCEPT ALL TABLE bench.forecast_ours) AS b
		UNION ALL SELECT 'ours', o.* FROM (TABLE bench.forecast_ours EXCEPT ALL TABLE bench.forecast_best) AS o) AS d ORDER BY unit_id, category, month LIMIT 20"));
is(one('SELECT bool_and(n > 20) FROM (SELECT unnest(ARRAY[sum(retiring_this_month), sum(overdue), count(*) FILTER (WHERE vacancy < 0), count(*) FILTER (WHERE authorized IS NULL)]) AS n FROM bench.forecast_ours) AS s'),
	't', 'with everything in it that can be');
is(one('SELECT count(*) FROM bianzhi.vacancy_forecast(\'2026-11-24\', 120) WHERE vacancy_p10 <> vacancy OR vacancy_p50 <> vacancy OR vacancy_p90 <> vacancy OR expected_leaving <> 0'),
	0, 'and nothing is left to chance');

# rates, some by age and some for a kind below another, and each person's chance to have left by a month, in SQL
$node->safe_psql($db, <<'SQL');
INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate)
SELECT c.code, a.age, a.age + 9, 0.001 + 0.0002 * (a.age % 40) FROM bianzhi.category AS c CROSS JOIN generate_series(20, 60, 10) AS a (age) WHERE c.measure = 'establishment' AND c.parent IS NULL
UNION ALL SELECT 'administrative', 0, 150, 0.004
UNION ALL SELECT 'retired_service', 30, 59, 0.02
UNION ALL SELECT 'leader', 0, 150, 0.01;
CREATE TABLE rate_of AS
WITH RECURSIVE up AS (
	SELECT c.code, c.code AS at, c.parent, 0 AS steps FROM bianzhi.category AS c
	UNION ALL
	SELECT u.code, c.code, c.parent, u.steps + 1 FROM up AS u JOIN bianzhi.category AS c ON c.code = u.parent
)
SELECT DISTINCT ON (u.code) u.code, u.at FROM up AS u WHERE EXISTS (SELECT 1 FROM bianzhi.attrition_rate AS r WHERE r.category = u.at) ORDER BY u.code, u.steps;
CREATE TABLE here AS
SELECT person_id FROM bianzhi.occupancy WHERE during @> date '2026-11-24' UNION SELECT person_id FROM bianzhi.appointment WHERE during @> date '2026-11-24';
CREATE TABLE stay AS
SELECT s.*, d.leaves, p.birth_date, h.person_id IS NOT NULL AS here
FROM (
	SELECT person_id, unit_id, section_id, category, during FROM bianzhi.occupancy WHERE counted
	UNION ALL SELECT person_id, unit_id, section_id, category, during FROM bianzhi.appointment WHERE counted) AS s
	JOIN bianzhi.person AS p USING (person_id)
	LEFT JOIN here AS h USING (person_id)
	CROSS JOIN LATERAL (SELECT least((date_trunc('month', p.died_on) + interval '1 month')::date,
		(bianzhi.retires_in(p.birth_date, p.retire_track, p.retire_on, p.person_id IN (
			SELECT o.person_id FROM bianzhi.occupancy AS o JOIN bench.prompt AS c ON c.code = o.category WHERE NOT o.during << daterange('2026-11-24', NULL)
			UNION ALL SELECT o.person_id FROM bianzhi.appointment AS o JOIN bench.prompt AS c ON c.code = o.category WHERE NOT o.during << daterange('2026-11-24', NULL))) + interval '1 month')::date) AS leaves) AS d
WHERE NOT s.during << daterange('2026-11-24', NULL);
-- survival month by month: the rest of November, and then whole months
CREATE TABLE gone AS
SELECT s.unit_id, s.section_id, s.category, m.month, s.leaves > greatest(date '2026-11-24', lower(s.during)) AND s.leaves <= m.month AS certain,
	1 - exp(COALESCE(sum(k.part * ln(1 - r.monthly_rate)), 0)) AS p
FROM stay AS s CROSS JOIN (VALUES (date '2026-12-01'), ('2027-06-01'), ('2029-02-01'), ('2034-07-01')) AS m (month)
	LEFT JOIN rate_of AS o ON o.code = s.category
	LEFT JOIN LATERAL (
		SELECT d::date AS begins, CASE WHEN d = timestamp '2026-11-01' THEN 7.0 / 30 ELSE 1 END AS part
		FROM generate_series(timestamp '2026-11-01', m.month - interval '1 month', interval '1 month') AS d
		WHERE s.here OR d::date >= lower(s.during)) AS k ON true
	LEFT JOIN LATERAL (
		SELECT r.monthly_rate FROM bianzhi.attrition_rate AS r
		WHERE r.category = o.at AND CASE WHEN s.birth_date IS NULL THEN r.age_from = 0 AND r.age_to = 150
			ELSE extract(year FROM age(k.begins, date_trunc('month', s.birth_date))) BETWEEN r.age_from AND r.age_to END
		ORDER BY r.age_from DESC LIMIT 1) AS r ON true
WHERE s.during @> m.month
GROUP BY s.person_id, s.unit_id, s.section_id, s.category, s.during, s.leaves, m.month;
CREATE TABLE foreseen AS
SELECT u.unit_id, p.counts_in AS category, g.month, count(*) FILTER (WHERE g.certain)::integer AS retiring, COALESCE(sum(g.p) FILTER (WHERE NOT COALESCE(g.certain, false)), 0) AS leaving,
	array_agg(CASE WHEN g.certain THEN 1 ELSE g.p END) AS p
FROM gone AS g CROSS JOIN LATERAL (VALUES (g.unit_id), (g.section_id)) AS u (unit_id) JOIN bench.path AS p ON p.code = g.category
WHERE u.unit_id IS NOT NULL
GROUP BY u.unit_id, p.counts_in, g.month;
CREATE TABLE ours AS SELECT * FROM bianzhi.vacancy_forecast('2026-11-24', 120);
SQL
my $both = 'FROM foreseen AS s JOIN ours AS o USING (unit_id, category, month)';
my $rows = one("SELECT count(*) $both");
cmp_ok($rows, '>', 1000, "accounts and months looked at: $rows");
is(one("SELECT count(*) $both WHERE s.retiring <> o.retiring OR abs(s.leaving - o.expected_leaving) > 1e-9"), 0, 'expected leavings are those of the SQL') or diag(one("SELECT s.unit_id, s.category, s.month, s.retiring, o.retiring, s.leaving, o.expected_leaving $both WHERE s.retiring <> o.retiring OR abs(s.leaving - o.expected_leaving) > 1e-9 LIMIT 10"));
is(one("SELECT count(*) $both CROSS JOIN LATERAL (SELECT o.authorized - o.filled - o.reserved AS known) AS k
	WHERE o.authorized IS NOT NULL AND (k.known + bianzhi.leaver_quantile(s.p, 0.1), k.known + bianzhi.leaver_quantile(s.p, 0.5), k.known + bianzhi.leaver_quantile(s.p, 0.9)) <> (o.vacancy_p10, o.vacancy_p50, o.vacancy_p90)"),
	0, 'and so are the quantiles');
is(one("SELECT bool_and(n > 50) FROM (SELECT unnest(ARRAY[count(*) FILTER (WHERE o.vacancy_p10 < o.vacancy_p50), count(*) FILTER (WHERE o.vacancy_p50 < o.vacancy_p90), count(*) FILTER (WHERE o.expected_leaving > 1)]) AS n $both) AS x"), 't', 'which differ');

$node->stop;
done_testing();
