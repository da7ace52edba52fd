# Physical copies: a standby that is read while the primary writes, and promoted when it dies in the middle of that; and
# recovery to a point in the middle of writes. Such copies are live where the primary was, verify() finds nothing in
# them, and the limits are in force from the first write.
use strict;
use warnings;

use BianzhiNode;
use BianzhiOffice;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $enter = $BianzhiOffice::enter;
my $primary = BianzhiNode::start('primary', { allows_streaming => 1, has_archiving => 1 }, "bianzhi.today = '2026-11-24'", 'shared_buffers = 32MB', 'max_connections = 30');
BianzhiOffice::make($primary, 'office');
# room for a lot of writing
$primary->safe_psql('office', "INSERT INTO bianzhi.person (person_id, name) SELECT i, 'q' FROM generate_series(1000, 9000) AS i;"
	  . " INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT i, 'administrative', 20000, '[2026-12-01,)', 'doc' FROM unnest('{2,3,5}'::int[]) AS i");
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = -1\nhot_standby_feedback = on\narchive_mode = off");
$standby->start;

# the standby has all that the primary has
sub same
{
	my ($what) = @_;
	$primary->wait_for_catchup($standby);
	my %here = BianzhiOffice::answers($primary, 'office');
	my %there = BianzhiOffice::answers($standby, 'office');
	# sequences of a copy are some values ahead
	is($there{$_}, $here{$_}, "$what: the same $_") for grep { $_ ne 'sequences' } sort keys %here;
	is($standby->safe_psql('office', 'SELECT * FROM bianzhi.verify()'), '', "$what: verify() finds nothing on the standby");
	return;
}

same('standby');
is($standby->safe_psql('office', 'SELECT bianzhi.is_live()'), 't', 'the standby is live');
is($standby->safe_psql('office', "SELECT severity, what, object FROM bianzhi.health() WHERE severity <> 'notice'"), '', 'and well');
for my $question ("vacancy_on('2027-06-30')", "vacancy_between('2026-01-01', '2027-01-01', '3 months')", 'over_limit', 'vacancy', 'uncounted',
	"would_exceed(1, 'administrative', '[2026-12-01,)')", "earliest_vacancy(3, 'administrative')")
{
	my $query = "SELECT q FROM bianzhi.$question AS q ORDER BY q::text";
	is($standby->safe_psql('office', $query), $primary->safe_psql('office', $query), "the standby answers $question as the primary does");
}
BianzhiOffice::refused($standby, 'office', 'SELECT bianzhi.recount()', '(?:25006|55000)', 'it refuses to write: recount()');
BianzhiOffice::refused($standby, 'office', "SELECT bianzhi.$_", '25006', "it refuses to write: $_") for "suspend('x')", "lock_accounts('{1}')";

# a session on the standby learns at once what the primary decides

my $reader = $standby->background_psql('office', on_error_stop => 0);
my $fits = "SELECT verdict FROM bianzhi.would_exceed(6, 'administrative', '[2026-12-01,)')";
my $before = $reader->query('SELECT bianzhi.is_live()') . ' ' . $reader->query($fits);
is($before, 't recorded', 'a session on the standby');
$primary->safe_psql('office', "UPDATE bianzhi.category SET without_quota = 'allow' WHERE code = 'administrative'");
$primary->wait_for_catchup($standby);
is($reader->query($fits), 'fits', 'it judges by a rule that has changed');
$primary->safe_psql('office', "UPDATE bianzhi.category SET without_quota = 'record' WHERE code = 'administrative'; SELECT bianzhi.suspend('x')");
$primary->wait_for_catchup($standby);
is($reader->query('SELECT bianzhi.is_live()'), 'f', 'it learns of suspend()');
$primary->safe_psql('office', 'SELECT pg_create_restore_point(\'suspended\')');
$primary->safe_psql('office', 'SELECT bianzhi.go_live()');
$primary->wait_for_catchup($standby);
is($reader->query('SELECT bianzhi.is_live()'), 't', 'and of go_live()');

# writers on the primary: each hires people of its own one by one, moves and dismisses them, in transactions of one and
# of several statements; some are rolled back

my $clients = 0;

sub write_on
{
	my ($first, $people) = @_;
	my $name = "$PostgreSQL::Test::Utils::tmp_check/writer" . ++$clients;
	append_to_file("$name.sql", join '', map {
		my $person = $first + $_;
		my $unit = (2, 3, 5)[ $_ % 3 ];
		"$enter VALUES ($person, $unit, 'administrative', '[2026-12-01,)');\n"
		  . "BEGIN; UPDATE bianzhi.occupancy SET unit_id = 5 WHERE person_id = $person; UPDATE bianzhi.occupancy SET category = 'own' WHERE person_id = $person; "
		  . ($_ % 4 ? 'COMMIT' : 'ROLLBACK') . ";\n"
		  . ($_ % 5 ? '' : "DELETE FROM bianzhi.occupancy WHERE person_id = $person;\n")
	} 0 .. $people - 1);
	my %client = (out => "$name.out");
	$client{handle} = IPC::Run::start([ 'psql', '-XqAt', '-f', "$name.sql", '-d', $primary->connstr('office') ], '&>', $client{out});
	return \%client;
}

sub wait_for_rows
{
	my ($rows) = @_;
	$primary->poll_query_until('office', "SELECT count(*) > $rows FROM bianzhi.occupancy WHERE person_id >= 1000") or die 'nobody writes';
	return;
}

my @writers = map { write_on($_, 2500) } 1000, 3500;
my $long = $primary->background_psql('office');
$long->query_safe("BEGIN; $enter SELECT i, 6, 'administrative', '[2026-12-01,)' FROM generate_series(8000, 8099) AS i; SAVEPOINT s; DELETE FROM bianzhi.occupancy WHERE person_id < 50 AND unit_id = 6");
wait_for_rows(100);
my $wrong = '';
my $seen = 0;
for my $round (1 .. 8)
{
	$wrong .= $standby->safe_psql('office', 'SELECT * FROM bianzhi.verify()');
	$seen = $standby->safe_psql('office', 'SELECT count(*) FROM bianzhi.occupancy WHERE person_id >= 1000');
	wait_for_rows(100 + 40 * $round);
}
is($wrong, '', 'verify() on the standby finds nothing while the primary writes');
cmp_ok($seen, '>', 0, "which is replayed meanwhile ($seen rows)");
$primary->safe_psql('office', "SELECT pg_create_restore_point('middle')");
my $middle = $primary->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy');
$long->query_safe('ROLLBACK TO s; COMMIT');
$long->quit;
$primary->safe_psql('office', "BEGIN; $enter VALUES (8200, 6, 'administrative', '[2026-12-01,)'); PREPARE TRANSACTION 'hire'");
$_->{handle}->finish for @writers;
like(slurp_file($_->{out}), qr/\A\z/, 'a writer met no error') for @writers;
my $end = $primary->safe_psql('office', 'SELECT count(*) FROM bianzhi.occupancy');
cmp_ok($primary->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy'), '>', $middle + 100, 'written on after the restore point');
same('after writing');
my $taken = $primary->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy');
my $segment = $primary->safe_psql('office', 'SELECT pg_walfile_name(pg_current_wal_lsn())');
$primary->safe_psql('office', 'SELECT pg_switch_wal()');
$primary->poll_query_until('office', "SELECT last_archived_wal >= '$segment' FROM pg_stat_archiver") or die 'not archived';

# the primary dies under writers, and the standby takes over

my @more = map { write_on($_, 1900) } 6000;
wait_for_rows($end - 403 + 50);
$primary->stop('immediate');
$_->{handle}->finish for @more;
$standby->promote;
is($standby->safe_psql('office', 'SELECT gid FROM pg_prepared_xacts'), 'hire', 'what was prepared is still so');
$reader->query("$enter VALUES (580, 1, 'administrative', '[2026-12-01,)')");
like($reader->{stderr}, qr/establishment limit exceeded/, 'promoted: a session from before is under the limits');
$reader->{stderr} = '';
$reader->quit;
BianzhiOffice::in_force($standby, 'office', 'promoted');
is($standby->safe_psql('office', "COMMIT PREPARED 'hire'; SELECT count(*) FROM bianzhi.verify()"), '0', 'promoted: and can be committed, and counts');
cmp_ok($standby->safe_psql('office', "$enter VALUES (8300, 5, 'administrative', '[2026-12-01,)') RETURNING occupancy_id"), '>', $taken, 'promoted: identities continue');
is($standby->safe_psql('office', 'SELECT bianzhi.recount()'), '0', 'promoted: recount() changes nothing');
$standby->safe_psql('office', "SELECT bianzhi.suspend('x'); SELECT bianzhi.go_live()");
BianzhiOffice::in_force($standby, 'office', 'promoted, suspended and live again');
$standby->stop;

# recovery to a point in time: while it was suspended, and in the middle of writes

sub recovered
{
	my ($point) = @_;
	my $node = PostgreSQL::Test::Cluster->new($point);
	$node->init_from_backup($primary, 'base', has_restoring => 1, standby => 0);
	$node->append_conf('postgresql.conf', "recovery_target_name = '$point'\nrecovery_target_action = 'promote'\n"
		# others have come to life from the same archive
		  . "recovery_target_timeline = 'current'\narchive_mode = off");
	$node->start;
	$node->poll_query_until('office', 'SELECT NOT pg_is_in_recovery()') or die 'still in recovery';
	return $node;
}

my $node = recovered('suspended');
is($node->safe_psql('office', 'SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp)'), 'f|0', 'while suspended: it is suspended');
$node->safe_psql('office', 'SELECT bianzhi.go_live()');
BianzhiOffice::in_force($node, 'office', 'while suspended, live again');
$node->stop;

$node = recovered('middle');
my $rows = $node->safe_psql('office', 'SELECT count(*) FROM bianzhi.occupancy');
cmp_ok($rows, '>', 403, "in the middle of writes: some had been written ($rows)");
cmp_ok($node->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy'), '<=', $middle, 'and not those that came later');
is($node->safe_psql('office', 'SELECT count(*) FROM bianzhi.occupancy WHERE person_id BETWEEN 8000 AND 8200'), '0', 'nor those of a transaction that was still open');
BianzhiOffice::in_force($node, 'office', 'in the middle of writes');
is($node->safe_psql('office', "SELECT sum(filled) FROM bianzhi.vacancy_on('2027-06-30') WHERE category = 'administrative' AND unit_id < 7"),
	$node->safe_psql('office', "SELECT (SELECT count(*) FROM bianzhi.occupancy WHERE during @> '2027-06-30'::date AND counted)"
		  . " + (SELECT sum(seats) FROM hr.staff WHERE '2027-06-30' BETWEEN hired AND left_on) + (SELECT count(*) FROM hr.post WHERE days @> '2027-06-30'::date)"), 'the strength is what the rows say');
$node->stop;
done_testing();
