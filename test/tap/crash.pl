# kill -9 of the server in the middle of a load of 300,000 rows, of many small transactions beside it, and of go_live():
# after recovery verify() finds nothing and the strength is what the rows say.
use strict;
use warnings;

use BianzhiNode;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = BianzhiNode::start('crash', "bianzhi.today = '2026-11-24'", 'max_connections = 30', 'fsync = on', 'max_wal_size = 256MB',
	'checkpoint_timeout = 30s');
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT i, 'U' || i, 'u' FROM generate_series(1, 500) AS i;
INSERT INTO bianzhi.person (person_id, name) SELECT i, 'p' FROM generate_series(1, 310000) AS i;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT i, 'administrative', 700, '[2000-01-01,)', 'doc' FROM generate_series(1, 500) AS i;
CREATE TABLE own_rows AS
SELECT i AS person_id, 1 + i % 500 AS unit_id, daterange('2000-01-01'::date + i % 9000, NULL) AS during FROM generate_series(1, 300000) AS i;
SELECT bianzhi.go_live();
SQL

my $load = 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)'
  . " SELECT person_id, unit_id, 'administrative', during FROM own_rows";

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

# Kill the server once QUERY answers t, under CLIENTS that are at work, and start it again.
sub crash_once
{
	my ($query, @clients) = @_;
	# the server's own death would let a busy session work on, and commit: all die
	my @sessions = split /\n/, $node->safe_psql('postgres', <<"SQL");
SET statement_timeout = '120s';
DO \$\$
BEGIN
	WHILE NOT ($query) LOOP
		PERFORM pg_sleep(0.002), pg_stat_clear_snapshot();
	END LOOP;
END \$\$;
SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid();
SQL
	kill 'KILL', $node->{_pid}, @sessions;
	BianzhiNode::crash($node);
	for my $client (@clients) { eval { $client->{handle}->finish } }
	$node->start;
	return;
}

# many small transactions, of persons whom the load does not name
my $small = join '', map {
	"INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (" . (300000 + $_) . ', ' . (1 + $_ % 500)
	  . ", 'administrative', '[2026-01-01,)');\n"
} 1 .. 9000;

my $beside = in_background($small);
$node->poll_query_until('postgres', 'SELECT count(*) > 100 FROM bianzhi.occupancy');
my $loading = in_background("$load;\n");
crash_once("pg_relation_size('bianzhi.occupancy') > 6000000", $loading, $beside);
killed_at_work($loading, 'the load');
my $rows = $node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.occupancy');
cmp_ok($rows, '>', 0, "small transactions were committed ($rows)");
cmp_ok($rows, '<', 300_000, 'the load was not');
sound('a statement of 300,000 rows');

# the same with COPY, which is killed while it writes timelines
$node->safe_psql('postgres', "DELETE FROM bianzhi.occupancy");
my $file = "$PostgreSQL::Test::Utils::tmp_check/rows";
$node->safe_psql('postgres', "COPY (SELECT person_id, unit_id, 'administrative', during FROM own_rows) TO '$file'");
$node->safe_psql('postgres', 'VACUUM FULL bianzhi.chunk');
my $chunks = $node->safe_psql('postgres', "SELECT pg_relation_size('bianzhi.chunk')");
my $copying = in_background("COPY bianzhi.occupancy (person_id, unit_id, category, during) FROM '$file';\n");
crash_once("pg_relation_size('bianzhi.chunk') > $chunks", $copying);
killed_at_work($copying, 'COPY');
sound('COPY');

# and under go_live(), whose chunks are all new
$node->safe_psql('postgres', "SELECT bianzhi.suspend('load'); TRUNCATE bianzhi.occupancy; $load");
is($node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.occupancy'), '300000', 'the rows are loaded');
$node->safe_psql('postgres', 'VACUUM FULL bianzhi.chunk');
$chunks = $node->safe_psql('postgres', "SELECT pg_relation_size('bianzhi.chunk')");
my $starting = in_background("BEGIN;\nSELECT bianzhi.go_live();\nSELECT pg_sleep(600);\n");
crash_once("pg_relation_size('bianzhi.chunk') > $chunks OR EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')",
	$starting);
killed_at_work($starting, 'go_live()');
is($node->safe_psql('postgres', 'SELECT bianzhi.is_live()'), 'f', 'go_live() did not happen');
$node->safe_psql('postgres', 'SELECT bianzhi.go_live()');
sound('go_live() again');
my ($code, undef, $error) = $node->psql('postgres',
	"INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT 301000 + i, 1, 'administrative', '[2026-12-01,)' FROM generate_series(1, 200) AS i");
like($error, qr/establishment limit exceeded/, 'and the limits are in force');
$node->stop;
done_testing();
