# pg_cron seals, as docs/ledger.md says, under a role that may do nothing else.
use strict;
use warnings;

use BianzhiLedger;
use BianzhiNode;
use Test::More;

my $node = BianzhiNode::start('cron', "shared_preload_libraries = 'pg_cron'", "cron.database_name = 'postgres'", 'cron.use_background_workers = on', 'max_worker_processes = 20');
BianzhiLedger::make($node, 'office');
BianzhiLedger::fill($node, 'office', 1, 10);
$node->safe_psql('office', "CREATE ROLE sealer LOGIN; GRANT EXECUTE ON FUNCTION bianzhi.seal_ledger() TO sealer");
is($node->safe_psql('office', 'SELECT count(*) FROM bianzhi.ledger_block'), '0', 'nothing is sealed');

# the role that pg_cron runs it as need not be the owner
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO sealer');
$node->safe_psql('postgres', "SELECT cron.schedule_in_database('seal', '* * * * *', 'SELECT bianzhi.seal_ledger()', 'office', 'sealer')");
ok($node->poll_query_until('office', 'SELECT count(*) > 0 FROM bianzhi.ledger_block'), 'within a minute it is');
ok($node->poll_query_until('postgres', "SELECT bool_and(status = 'succeeded') FROM cron.job_run_details"), 'and pg_cron knows that it went well');
is($node->safe_psql('office', 'SELECT count(*) FROM bianzhi.ledger AS l WHERE NOT EXISTS (SELECT 1 FROM bianzhi.ledger_block AS b WHERE b.members @> l.seq)'), '0', 'all of it');
like(BianzhiLedger::digest($node, 'office'), qr/"tree_size": \d/, 'it has a digest');
$node->stop;
done_testing();
