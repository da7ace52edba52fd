# pg_dump and restore, plain and custom (also with -j): between them an ordinary role's write gets 55000 and the owner may
# load; go_live() brings back the same strength; nothing is doubled and nothing is refused for being old.
use strict;
use warnings;

use BianzhiNode;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = BianzhiNode::start('dump', "bianzhi.today = '2026-11-24'");
$node->safe_psql('postgres', 'CREATE DATABASE office');
$node->safe_psql('office', <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
CREATE ROLE clerk LOGIN;
GRANT SELECT, INSERT, UPDATE ON bianzhi.occupancy TO clerk;
UPDATE bianzhi.category SET without_quota = 'record', past_excess = 'reject' WHERE code = 'administrative';
INSERT INTO bianzhi.category (code, name_zh, parent, measure, enforcement) VALUES ('own', 'own', 'administrative', 'establishment', 'record');
INSERT INTO bianzhi.unit (unit_key, name) SELECT 'U' || i, 'u' FROM generate_series(1, 6) AS i;
INSERT INTO bianzhi.unit (unit_key, name, parent_id, is_section) SELECT 'S1', 's', unit_id, true FROM bianzhi.unit WHERE unit_key = 'U1';
INSERT INTO bianzhi.person (name) SELECT 'p' || i FROM generate_series(1, 60) AS i;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT unit_id, 'administrative', 6, '[2020-01-01,)', CASE unit_key WHEN 'U2' THEN '(未见文号)' ELSE 'doc' END
FROM bianzhi.unit WHERE unit_key <> 'U6';
-- loaded with all its old excess: U1 holds ten in six seats, U6 has no quota, one person has two seats
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)
SELECT p, CASE WHEN p <= 10 THEN 1 ELSE 2 + p % 5 END, CASE p % 7 WHEN 0 THEN 'own' ELSE 'administrative' END,
	daterange('2021-01-01'::date + p * 20, CASE p % 3 WHEN 0 THEN '2026-01-01'::date + p END)
FROM generate_series(1, 40) AS p;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, 3, 'administrative', '[2026-06-01,)');
SELECT bianzhi.go_live();
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (50, 5, 'administrative', '[2026-12-01,)') RETURNING occupancy_id;
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 4;
UPDATE bianzhi.unit SET name = 'renamed' WHERE unit_key = 'U3';
SQL

my %question = (
	strength => 'SELECT u.unit_key, s.category, s.since, s.authorized, s.filled, s.reserved'
	  . ' FROM bianzhi.strength AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY 1, 2, 3',
	leads => 'SELECT l.kind, u.unit_key, l.subject, l.evidence, count(*) FROM bianzhi.lead AS l LEFT JOIN bianzhi.unit AS u USING (unit_id)'
	  . ' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4::text',
	categories => 'SELECT * FROM bianzhi.category ORDER BY code',
	sources => 'SELECT relid, measure, count(*) FROM bianzhi.source GROUP BY 1, 2 ORDER BY relid::text, 2',
	versions => 'SELECT unit_id, during, name FROM bianzhi.unit_version ORDER BY 1, 2',
	rows => 'SELECT * FROM bianzhi.occupancy ORDER BY occupancy_id',
);
my %was = map { $_ => $node->safe_psql('office', $question{$_}) } keys %question;
my $enter = 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)';
my $last = $node->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy');
like($was{leads}, qr/$_/, "the office has a lead $_") for qw(excess_at_go_live over_by_cut second_seat undocumented);

my $directory = $PostgreSQL::Test::Utils::tmp_check;
my $from = $node->connstr('office');
command_ok([ 'pg_dump', '-Fp', '-f', "$directory/plain.sql", '-d', $from ], 'plain dump');
command_ok([ 'pg_dump', '-Fc', '-f', "$directory/custom.dump", '-d', $from ], 'custom dump');
command_ok([ 'pg_dump', '-Fd', '-j', '2', '-f', "$directory/dir", '-d', $from ], 'directory dump');

my %restore = (
	plain => sub { return [ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', "$directory/plain.sql", '-d', $_[0] ] },
	custom => sub { return [ 'pg_restore', '--exit-on-error', '-d', $_[0], "$directory/custom.dump" ] },
	parallel => sub { return [ 'pg_restore', '--exit-on-error', '-j', '3', '-d', $_[0], "$directory/dir" ] },
);
for my $how (sort keys %restore)
{
	$node->safe_psql('postgres', "CREATE DATABASE $how TEMPLATE template0");
	command_ok($restore{$how}->($node->connstr($how)), "$how: restored, old excess and all");
	is($node->safe_psql($how, 'SELECT bianzhi.is_live()'), 'f', "$how: not live");
	is($node->safe_psql($how, $question{$_}), $was{$_}, "$how: the same $_") for qw(categories sources versions rows leads);

	my (undef, undef, $error) = $node->psql($how, "\\set VERBOSITY verbose\nSET ROLE clerk;\n$enter VALUES (55, 5, 'administrative', '[2026-12-01,)')");
	like($error, qr/55000/, "$how: an ordinary role's write gets 55000");
	$node->safe_psql($how, "$enter VALUES (56, 5, 'administrative', '[2027-01-01,)'); DELETE FROM bianzhi.occupancy WHERE person_id = 56");
	is($node->safe_psql($how, 'SELECT count(*) FROM bianzhi.strength'), '0', "$how: the owner may load; nothing is counted yet")
	  if $how eq 'plain';

	$node->safe_psql($how, 'SELECT bianzhi.go_live()');
	is($node->safe_psql($how, $question{strength}), $was{strength}, "$how: the same strength after go_live()");
	is($node->safe_psql($how, 'SELECT * FROM bianzhi.verify()'), '', "$how: verify() finds nothing");
	is($node->safe_psql($how, "SELECT kind, unit_id, subject FROM bianzhi.lead WHERE gone_since IS NULL"
			  . " AND kind <> 'over_by_cut' GROUP BY 1, 2, 3 HAVING count(*) > 1"),
		'', "$how: no lead is doubled");
	is($node->safe_psql($how, "$enter VALUES (57, 5, 'own', '[2027-01-01,)') RETURNING occupancy_id"), $last + 3, "$how: identities continue, after the two that were written since");
	(undef, undef, $error) = $node->psql($how, "\\set VERBOSITY verbose\n$enter VALUES (58, 1, 'administrative', '[2026-12-01,)')");
	like($error, qr/23514.*establishment limit exceeded/, "$how: the limits are in force");
}
$node->stop;
done_testing();
