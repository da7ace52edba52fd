# Sixteen who write and one who seals, all at once: nobody waits for a lock of another, nothing that was committed is left out, nothing
# is sealed twice, what was rolled back leaves nothing; also across kill -9.
use strict;
use warnings;

use BianzhiLedger;
use BianzhiNode;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = BianzhiNode::start('sealing', "bianzhi.today = '2026-11-24'", 'deadlock_timeout = 10s');
my $directory = $PostgreSQL::Test::Utils::tmp_check;
BianzhiLedger::make($node, 'office');
my $first = BianzhiLedger::digest($node, 'office');

# every fourth transaction is rolled back, some have savepoints that are
append_to_file("$directory/write.sql", <<'SQL');
\set n random(1, 4)
BEGIN;
INSERT INTO fact (id, what) VALUES (:client_id * 100000000 + nextval('ids'), 'kept');
SAVEPOINT s;
INSERT INTO fact (id, what) VALUES (:client_id * 100000000 + nextval('ids'), 'lost');
ROLLBACK TO s;
UPDATE fact SET what = 'kept, too' WHERE id = :client_id * 100000000 + currval('ids') - 1;
\if :n = 1
ROLLBACK;
\else
COMMIT;
\endif
SQL
append_to_file("$directory/seal.sql", "SELECT bianzhi.seal_ledger();\n");
# entries without a table of their own
append_to_file("$directory/append.sql", <<'SQL');
BEGIN;
SELECT bianzhi.ledger_append('public.fact', 'UPDATE', '0', repeat('a', 100), repeat('b', 100)) FROM generate_series(1, 5);
ROLLBACK;
SQL
# looks on: a lock that is not granted, or a wait for one, between any of them; but for the moments in which the audited table itself grows
append_to_file("$directory/look.sql", <<'SQL');
INSERT INTO seen SELECT 'lock', l.locktype || ' ' || l.mode || ' ' || coalesce(l.relation::regclass::text, '') FROM pg_locks AS l
WHERE NOT l.granted AND (l.locktype <> 'extend' OR l.relation NOT IN ('fact'::regclass, 'fact_pkey'::regclass));
INSERT INTO seen SELECT 'wait', a.wait_event FROM pg_stat_activity AS a WHERE a.wait_event_type = 'Lock' AND (a.wait_event <> 'extend' OR a.query ~ 'ledger_append');
INSERT INTO seen VALUES ('look', '');
SQL
$node->safe_psql('office', 'CREATE SEQUENCE ids; CREATE UNLOGGED TABLE seen (what text, which text)');

sub pgbench
{
	my ($file, $clients, $seconds) = @_;
	return IPC::Run::start([ 'pgbench', '-n', '-c', $clients, '-j', 2, '-T', $seconds, '-f', "$directory/$file", $node->connstr('office') ], '>', "$directory/$file.out", '2>', "$directory/$file.err");
}

my @running;
for my $file ('append.sql', 'write.sql')
{
	@running = (pgbench($file, 16, 10), pgbench('seal.sql', 1, 10), pgbench('look.sql', 1, 10));
	$_->finish or die 'pgbench failed' for @running;
	is($node->safe_psql('office', "SELECT what, which FROM seen WHERE what <> 'look' LIMIT 5"), '', "$file: nobody waits for a lock");
	cmp_ok($node->safe_psql('office', "SELECT count(*) FROM seen WHERE what = 'look'"), '>', 100, 'and that was looked at often');
	$node->safe_psql('office', 'TRUNCATE seen');
}
# one more, so that the last block is of a time when nobody writes
$node->safe_psql('office', "INSERT INTO fact (id, what) VALUES (0, 'last')");
my $blocks = $node->safe_psql('office', 'SELECT count(*) FROM bianzhi.ledger_block');
cmp_ok($blocks, '>', 10, "it was sealed meanwhile: $blocks blocks");

# exactly_once(WHAT): what is committed is in one block each, and nothing else is
sub exactly_once
{
	my ($what) = @_;
	my $last = BianzhiLedger::digest($node, 'office');
	is($node->safe_psql('office', 'SELECT count(*) - (SELECT sum(upper(r) - lower(r)) FROM bianzhi.ledger_block, unnest(members) AS r) FROM bianzhi.ledger'), '0', "$what: as many members as entries");
	is($node->safe_psql('office', 'SELECT count(*) FROM bianzhi.ledger AS l WHERE NOT EXISTS (SELECT 1 FROM bianzhi.ledger_block AS b WHERE b.members @> l.seq)'), '0', "$what: none is left out");
	is($node->safe_psql('office', "SELECT count(*) FROM fact AS f FULL JOIN (SELECT key::bigint AS id FROM bianzhi.ledger WHERE relation = 'public.fact' AND operation = 'INSERT') AS l USING (id) WHERE f.what IS NULL OR l.id IS NULL"),
		'0', "$what: an entry for each row, and none of what was rolled back");
	is(BianzhiLedger::findings($node, 'office', "[$first, $last]"), '', "$what: it verifies");
	return;
}

exactly_once('in the end');
cmp_ok($node->safe_psql('office', 'SELECT count(*) FROM bianzhi.ledger_block AS b WHERE (SELECT count(*) FROM unnest(b.members)) > 1'), '>', 0, 'there were late ones');
is($node->safe_psql('office', 'SELECT max(mark) < max(upper(members)) AND max(upper(members)) - max(mark) < 10 FROM bianzhi.ledger_block'), 't', 'and the mark has come up');

# while it is at it, it dies
@running = (pgbench('write.sql', 8, 30), pgbench('seal.sql', 2, 30));
$node->poll_query_until('office', "SELECT count(*) > $blocks + 10 FROM bianzhi.ledger_block") or die 'nothing is sealed';
BianzhiNode::crash($node);
$_->finish for @running;
$node->start;
exactly_once('after a crash');
$node->stop;
done_testing();
