# Logical replication: the publisher is as before, also where all tables are published. On the subscriber rows arrive and
# our triggers do not fire: nothing is refused, nothing is counted; verify() tells, recount() mends. With the stamp it
# comes in the state of a restored database, which keeps ordinary roles from writing, until it takes over with go_live().
use strict;
use warnings;

use BianzhiNode;
use BianzhiOffice;
use PostgreSQL::Test::Utils;
use Test::More;

my $enter = $BianzhiOffice::enter;
my @settings = ("bianzhi.today = '2026-11-24'", 'shared_buffers = 32MB', 'max_connections = 30');
my $publisher = BianzhiNode::start('publisher', { allows_streaming => 'logical' }, @settings);
my $subscriber = BianzhiNode::start('subscriber', { allows_streaming => 'logical' }, @settings);

# all tables published, and nobody there who takes them

BianzhiOffice::make($publisher, 'office');
$publisher->safe_psql('postgres', 'CREATE DATABASE everything TEMPLATE office');
$publisher->safe_psql('everything', 'CREATE PUBLICATION everything FOR ALL TABLES');
BianzhiOffice::in_force($publisher, 'everything', 'all tables published');
$publisher->safe_psql('everything', "$enter SELECT i, 5, 'administrative', '[2026-12-01,)' FROM generate_series(501, 520) AS i;"
	  . " UPDATE bianzhi.occupancy SET category = 'own' WHERE person_id > 500; DELETE FROM bianzhi.occupancy WHERE person_id = 501;"
	  . " UPDATE bianzhi.category SET without_quota = 'allow' WHERE code = 'own'; UPDATE bianzhi.unit SET name = 'x' WHERE unit_id = 5;"
	  . " SELECT bianzhi.suspend('x'); TRUNCATE bianzhi.appointment; SELECT bianzhi.go_live(); SELECT bianzhi.recount()");
BianzhiOffice::in_force($publisher, 'everything', 'all tables published, and written');

# what is dumped is published, and the application's tables; the subscriber has the same definitions

my $tables = $publisher->safe_psql('office', <<'SQL');
SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid)
FROM pg_extension AS e CROSS JOIN LATERAL unnest(e.extconfig) AS t (oid) JOIN pg_class AS c ON c.oid = t.oid
WHERE e.extname = 'bianzhi' AND c.relkind = 'r'
SQL
$publisher->safe_psql('office', "CREATE PUBLICATION office FOR TABLE $tables, hr.staff, hr.post");
$subscriber->safe_psql('postgres', 'CREATE ROLE clerk LOGIN; CREATE DATABASE office TEMPLATE template0');
my $schema = "$PostgreSQL::Test::Utils::tmp_check/schema";
command_ok([ 'pg_dump', '-Fc', '--schema-only', '--no-publications', '-f', $schema, '-d', $publisher->connstr('office') ], 'definitions');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $subscriber->connstr('office'), $schema ], 'restored');
# the rows that ship come again; what is append-only has none that ships, and cannot be emptied
my $emptied = $subscriber->safe_psql('office', <<'SQL');
SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid)
FROM pg_extension AS e CROSS JOIN LATERAL unnest(e.extconfig) AS t (oid) JOIN pg_class AS c ON c.oid = t.oid
WHERE e.extname = 'bianzhi' AND c.relkind = 'r'
	AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = c.oid AND tgfoid = 'bianzhi.append_only'::regproc)
SQL
$subscriber->safe_psql('office', "TRUNCATE $emptied CASCADE");
$subscriber->safe_psql('office', "CREATE SUBSCRIPTION office CONNECTION '" . $publisher->connstr . " dbname=office' PUBLICATION office");
$subscriber->wait_for_subscription_sync($publisher, 'office', 'office');

# the subscriber has the rows, in this state
sub arrived
{
	my ($what) = @_;
	$publisher->wait_for_catchup('office');
	my @what = qw(tables leads sources staff posts);
	my %here = BianzhiOffice::answers($publisher, 'office', @what);
	my %there = BianzhiOffice::answers($subscriber, 'office', @what);
	is($there{$_}, $here{$_}, "$what: the same $_") for sort keys %here;
	return;
}

arrived('after the first copy');
# columns that were dropped leave other numbers
is($subscriber->safe_psql('office', 'SELECT bianzhi.place_source_columns()'), '2', 'the columns of attached tables are found by name');
my $strength = sub { return { BianzhiOffice::answers($_[0], 'office', 'strength') }->{strength} };
is($subscriber->safe_psql('office', 'SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp), (SELECT count(*) FROM bianzhi.live)'), 'f|1|0', 'the subscriber is as if restored');
like($subscriber->safe_psql('office', 'SELECT severity, what FROM bianzhi.health()'), qr/^error\|the database was restored and is not in force yet$/m, 'health() says so');
BianzhiOffice::refused($subscriber, 'office', "SET ROLE clerk; DELETE FROM bianzhi.occupancy", '55000', 'an ordinary role cannot write there');
is($subscriber->safe_psql('office', 'SELECT count(*) FROM bianzhi.strength'), '0', 'nothing is counted there');
cmp_ok($subscriber->safe_psql('office', 'SELECT count(*) FROM bianzhi.verify()'), '>', 0, 'as verify() says');
$subscriber->safe_psql('office', 'SELECT bianzhi.recount()');
is($strength->($subscriber), $strength->($publisher), 'recount() counts: the same strength');
is($subscriber->safe_psql('office', 'SELECT * FROM bianzhi.verify()'), '', 'as verify() says, too');

# the publisher goes on; its limits hold, those of the subscriber are asked nothing

$publisher->safe_psql('office', "$enter SELECT i, 5, 'administrative', '[2026-12-01,)' FROM generate_series(501, 520) AS i;"
	  . " UPDATE bianzhi.occupancy SET unit_id = 3 WHERE person_id IN (501, 502); DELETE FROM bianzhi.occupancy WHERE person_id = 2;"
	  . " TRUNCATE bianzhi.appointment; UPDATE bianzhi.quota SET amount = 1 WHERE unit_id = 4;"
	  . " INSERT INTO bianzhi.unit (unit_key, name) VALUES ('U7', 'u'); UPDATE hr.post SET unit = 5 WHERE person = 590; DELETE FROM hr.staff WHERE id > 18;"
	  . " UPDATE bianzhi.category SET parent = NULL WHERE code = 'own'");
arrived('after writing');
BianzhiOffice::in_force($publisher, 'office', 'publisher');
isnt($strength->($subscriber), $strength->($publisher), 'the subscriber has not counted');
my $wrong = $subscriber->safe_psql('office', 'SELECT DISTINCT unit_id, category FROM bianzhi.verify() ORDER BY 1, 2');
like($wrong, qr/^\Q$_\E\|administrative$/m, "verify() there names unit $_") for 1, 3, 4, 5;
is($subscriber->safe_psql('office', "SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL AND subname = 'office'"), '1', 'and applies on');
$subscriber->safe_psql('office', 'SELECT bianzhi.recount()');
is($strength->($subscriber), $strength->($publisher), 'recount() mends it: the same strength');
is($subscriber->safe_psql('office', 'SELECT * FROM bianzhi.verify()'), '', 'and verify() finds nothing');

# the publisher is suspended, and the subscriber with it; live again
$publisher->safe_psql('office', "SELECT bianzhi.suspend('x')");
arrived('suspended');
is($subscriber->safe_psql('office', 'SELECT count(*) FROM bianzhi.stamp'), '0', 'suspended: the subscriber too');
$publisher->safe_psql('office', 'SELECT bianzhi.go_live()');
arrived('live again');

# the subscriber takes over: sequences first, as leads get numbers

$publisher->safe_psql('office', "$enter SELECT i, 5, 'administrative', '[2026-12-01,)' FROM generate_series(521, 525) AS i");
arrived('at the end');
$publisher->stop;
$subscriber->safe_psql('office', 'ALTER SUBSCRIPTION office DISABLE; ALTER SUBSCRIPTION office SET (slot_name = NONE); DROP SUBSCRIPTION office');
$subscriber->safe_psql('office', <<'SQL');
SELECT format('SELECT setval(%L, max(%I)) FROM %s', pg_get_serial_sequence(c.oid::regclass::text, a.attname), a.attname, c.oid::regclass)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'bianzhi'::regnamespace AND c.relkind = 'r' AND a.attidentity <> '' AND NOT a.attisdropped
\gexec
SELECT bianzhi.go_live();
SQL
BianzhiOffice::in_force($subscriber, 'office', 'taken over');
is($subscriber->safe_psql('office', "SELECT severity, what, object FROM bianzhi.health() WHERE severity <> 'notice'"), '', 'taken over: health() finds nothing');
$publisher->start;
is($strength->($subscriber), $strength->($publisher), 'taken over: the same strength');
cmp_ok($subscriber->safe_psql('office', "$enter VALUES (530, 5, 'administrative', '[2026-12-01,)') RETURNING occupancy_id"),
	'>', $publisher->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy'), 'taken over: identities continue');
$publisher->stop;
$subscriber->stop;
done_testing();
