# kill -9 in the middle of go_live(), of a load of 1,000,000 rows with many small transactions beside it, and of a COPY
# of as many: after recovery verify() finds nothing, the strength is what the rows say, and the limits are in force. What
# was prepared before comes back and can be committed.
#
# When each is killed is drawn from a seed, and seen by another session in what has been written so far.
#
#   BZ_SEED=N test/with-server test/lib/suite tap crash
use strict;
use warnings;

use BianzhiNode;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{BZ_SEED} // 20261124;
srand $seed;
note("seed $seed");

my $rows = 1_000_000;
my $node = BianzhiNode::start('crash', "bianzhi.today = '2026-11-24'", 'max_connections = 30', 'max_wal_size = 1GB', 'shared_buffers = 256MB',
	'restart_after_crash = on');
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION bianzhi CASCADE;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT i, 'U' || i, 'u' FROM generate_series(1, 501) AS i;
INSERT INTO bianzhi.person (person_id, name) SELECT i, 'p' FROM generate_series(1, $rows + 31000) AS i;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT i, 'administrative', 2100, '[2000-01-01,)', 'doc' FROM generate_series(1, 501) AS i;
CREATE VIEW made_up AS
SELECT i AS person_id, 1 + i % 500 AS unit_id, 'administrative' AS category, daterange('2000-01-01'::date + i / 500 % 500 * 16, NULL) AS during
FROM generate_series(1, $rows) AS i;
SQL

my $load = 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT * FROM made_up';
my $clients = 0;

# Start psql with this input; returns what has to be kept until it is gone.
sub in_background
{
	my ($text) = @_;
	# input and output are files: nobody pumps while the client runs
	my %client = map { $_ => "$PostgreSQL::Test::Utils::tmp_check/client" . ++$clients . ".$_" } qw(sql out);
	append_to_file($client{sql}, $text);
	$client{handle} = IPC::Run::start([ 'psql', '-XqAt', '-f', $client{sql}, '-d', $node->connstr('postgres') ], '&>', $client{out});
	return \%client;
}

# what the rows say and what is stored, on the day after the last start
sub sound
{
	my ($what) = @_;
	is($node->safe_psql('postgres', 'SELECT * FROM bianzhi.verify()'), '', "$what: verify() finds nothing");
	is( $node->safe_psql('postgres', "SELECT COALESCE(sum(filled), 0) FROM bianzhi.vacancy_on('2027-01-01')"),
		$node->safe_psql('postgres', "SELECT count(*) FROM bianzhi.occupancy WHERE during @> '2027-01-01'::date"),
		"$what: the strength is what the rows say");
	return;
}

# A client was in the middle of its work when the server went.
sub killed_at_work
{
	my ($client, $what) = @_;
	my $output = slurp_file($client->{out});
	like($output, qr/server closed the connection|terminating connection|connection to server was lost/, "$what was under way");
	unlike($output, qr/ERROR/, "$what met no error of its own");
	return;
}

# Wait until QUERY answers t, in a session that then answers ANSWER.
sub once
{
	my ($query, $answer) = @_;
	return $node->safe_psql('postgres', <<"SQL");
SET statement_timeout = '120s';
DO \$\$
BEGIN
	WHILE NOT ($query) LOOP
		PERFORM pg_sleep(0.002), pg_stat_clear_snapshot();
	END LOOP;
END \$\$;
$answer
SQL
}

# Kill the server once QUERY answers t, under CLIENTS that are at work, and start it again.
sub crash_once
{
	my ($query, @clients) = @_;
	# the server's own death would let a busy session work on, and commit: all die
	my @sessions = split /\n/, once($query, 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	kill 'KILL', $node->{_pid}, @sessions;
	BianzhiNode::crash($node);
	for my $client (@clients) { eval { $client->{handle}->finish } }
	$node->start;
	return;
}

# Kill the one session that runs a command like COMMAND once QUERY answers t: the postmaster starts all others anew.
sub crash_session_once
{
	my ($query, $command, $client) = @_;
	my $session = once($query, "SELECT pid FROM pg_stat_activity WHERE query LIKE '$command%' AND state = 'active'");
	like($session, qr/^\d+$/, "one session runs $command");
	kill 'KILL', $session;
	eval { $client->{handle}->finish };
	$node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the server did not come back';
	return;
}

# Pages of a table grow from FROM on; a place somewhere in the way from LEAST to MOST pages further, as a query.
sub somewhere
{
	my ($table, $least, $most) = @_;
	my $from = $node->safe_psql('postgres', "SELECT pg_relation_size('$table')");
	my $size = $from + 8192 * int($least + rand($most - $least));
	note("killed once $table has $size bytes, from $from on");
	return "pg_relation_size('$table') >= $size";
}

# go_live(), which is killed while it writes timelines, all of them new, or when it has written them and not committed
$node->safe_psql('postgres', "$load; ANALYZE bianzhi.occupancy; CHECKPOINT");
is($node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.occupancy'), $rows, 'the rows are loaded');
my $full = $node->safe_psql('postgres', "SELECT pg_relation_size('bianzhi.occupancy') / 8192");
my $starting = in_background("BEGIN;\nSELECT bianzhi.go_live();\nSELECT pg_sleep(600);\n");
crash_once(somewhere('bianzhi.chunk', 1, 200) . " OR EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')", $starting);
killed_at_work($starting, 'go_live()');
is($node->safe_psql('postgres', 'SELECT bianzhi.is_live()'), 'f', 'go_live() did not happen');
is($node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.strength'), '0', 'nor did a part of it');
$node->safe_psql('postgres', 'SELECT bianzhi.go_live()');
sound('go_live() again');

# one statement, many small transactions of other people, and one that is prepared in a unit that they leave alone
$node->safe_psql('postgres', <<"SQL");
TRUNCATE bianzhi.occupancy;
BEGIN;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES ($rows + 31000, 501, 'administrative', '[2026-12-01,)');
PREPARE TRANSACTION 'hire';
SQL
my $small = join '', map {
	"INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (" . ($rows + $_) . ', ' . (1 + $_ % 500)
	  . ", 'administrative', '[2026-01-01,)');\n"
} 1 .. 30000;
my $beside = in_background($small);
$node->poll_query_until('postgres', 'SELECT count(*) > 100 FROM bianzhi.occupancy');
my $loading = in_background("$load;\n");
crash_once(somewhere('bianzhi.occupancy', $full / 20, $full * 0.9), $loading, $beside);
killed_at_work($loading, 'the load');
my $left = $node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.occupancy');
cmp_ok($left, '>', 0, "small transactions were committed ($left)");
cmp_ok($left, '<', $rows, 'the load was not');
sound('a statement of 1,000,000 rows');
is($node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts'), 'hire', 'what was prepared is still there');
$node->safe_psql('postgres', "COMMIT PREPARED 'hire'");
sound('committed after the crash');
is($node->safe_psql('postgres', "SELECT filled FROM bianzhi.vacancy_on('2027-01-01') WHERE unit_id = 501"), '1', 'and counts');

# COPY, whose session alone is killed while it writes timelines
$node->safe_psql('postgres', 'TRUNCATE bianzhi.occupancy');
my $file = "$PostgreSQL::Test::Utils::tmp_check/rows";
$node->safe_psql('postgres', "COPY (SELECT * FROM made_up) TO '$file'");
$node->safe_psql('postgres', 'VACUUM FULL bianzhi.chunk');
my $copying = in_background("COPY bianzhi.occupancy (person_id, unit_id, category, during) FROM '$file';\n");
crash_session_once(somewhere('bianzhi.chunk', 1, 200), 'COPY', $copying);
killed_at_work($copying, 'COPY');
is($node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.occupancy'), '0', 'no row of it is left');
sound('COPY');

my (undef, undef, $error) = $node->psql('postgres',
	"INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT i, 1, 'administrative', '[2026-12-01,)' FROM generate_series(1, 2101) AS i");
like($error, qr/establishment limit exceeded/, 'the limits are in force');
$node->stop;
done_testing();
