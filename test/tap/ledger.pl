# The ledger against a superuser whose triggers are off: whatever he changes in a sealed ledger of 100,000 entries is found, with the
# digests that were kept outside, and the first place is named, by the database and by bianzhi-verify from a dump. What nobody
# changed is not accused: in other settings, after dump and restore, on a replica. What was erased by law still verifies.
use strict;
use warnings;

use BianzhiLedger;
use BianzhiNode;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = BianzhiNode::start('ledger', { allows_streaming => 1 }, "bianzhi.today = '2026-11-24'");
my $directory = $PostgreSQL::Test::Utils::tmp_check;
my $verifier = $ENV{BZ_DESTDIR} . $node->config_data('--bindir') . '/bianzhi-verify';
BianzhiLedger::make($node, 'office');

# three blocks, and a digest of each outside
BianzhiLedger::fill($node, 'office', 1, 40_000);
my @digest = (BianzhiLedger::digest($node, 'office'));
BianzhiLedger::fill($node, 'office', 40_001, 80_000);
$node->safe_psql('office', 'BEGIN; DELETE FROM fact; ROLLBACK; UPDATE fact SET share = 1 WHERE id % 4000 = 0');
push @digest, BianzhiLedger::digest($node, 'office');
BianzhiLedger::fill($node, 'office', 80_001, 100_000);
push @digest, BianzhiLedger::digest($node, 'office');
my $digests = '[' . join(', ', @digest) . ']';
my ($size) = $digest[2] =~ /"tree_size": (\d+)/;
cmp_ok($size, '>', 100_000, "sealed: $size entries");
is($node->safe_psql('office', 'SELECT count(*), count(DISTINCT seq) FROM bianzhi.ledger'), "$size|$size", 'every entry is sealed');
is($node->safe_psql('office', 'SELECT sum(upper(r) - lower(r)), count(*) > 1 FROM bianzhi.ledger_block, unnest(members) AS r'), "$size|t", 'once, though numbers were lost');
is($node->safe_psql('office', "SELECT count(*) FROM bianzhi.ledger AS l WHERE (SELECT count(*) FROM bianzhi.ledger_block AS b WHERE b.members @> l.seq) <> 1"),
	'0', 'each in exactly one block');

# clean

my $settings = "SET TimeZone = 'America/Caracas'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'sql_standard'; SET extra_float_digits = -3;"
  . " SET bytea_output = 'escape'; SET search_path = pg_catalog; SET lc_numeric = 'zh_CN.UTF-8'";
is(BianzhiLedger::findings($node, 'office', $digests), '', 'clean data is not accused');
is(BianzhiLedger::findings($node, 'office', $digests, $settings), '', 'nor under other settings');
is(BianzhiLedger::findings($node, 'office', $_), '', 'nor with one digest') for @digest;

# what a superuser can do; each: name, statements, what verify_ledger() must say first, what bianzhi-verify must say (undef: it sees no tables)

my ($flipped, $other, $gone) = map { $node->safe_psql('office', "SELECT seq FROM bianzhi.ledger WHERE relation = 'public.fact' AND key = '$_' ORDER BY seq LIMIT 1") } 777, 50_000, 60_000;
my $cut = 'DELETE FROM bianzhi.ledger WHERE seq > (SELECT max(upper(members)) - 1 FROM bianzhi.ledger_block WHERE block = 1);'
  . ' DELETE FROM bianzhi.ledger_block WHERE block > 1; DELETE FROM bianzhi.ledger_mark;'
  . " DELETE FROM bianzhi.ledger_tile USING (SELECT tree_size FROM bianzhi.ledger_block) AS b WHERE tile > (b.tree_size >> (8 * level + 8)) OR (b.tree_size >> (8 * level)) = 0;"
  . " UPDATE bianzhi.ledger_tile SET hashes = substring(hashes FROM 1 FOR (32 * ((b.tree_size >> (8 * level)) % 256))::int) FROM bianzhi.ledger_block AS b"
  . " WHERE tile = (b.tree_size >> (8 * level + 8)) AND (b.tree_size >> (8 * level)) % 256 > 0";
my $again = "SET session_replication_role = origin; SET client_min_messages = warning; UPDATE fact SET what = 'other' WHERE id < 70000; SELECT FROM bianzhi.seal_ledger()";
my ($boundary) = $node->safe_psql('office', 'SELECT upper(members) FROM bianzhi.ledger_block WHERE block = 1');
my @attacks = (
	[ 'one bit of a text', "UPDATE bianzhi.ledger SET row_after = overlay(row_after PLACING chr(ascii(substring(row_after FROM 20 FOR 1)) # 1) FROM 20 FOR 1) WHERE seq = $flipped",
		qr/^error\|an entry was altered\|seq $flipped$/m, qr/^error: an entry was altered: seq $flipped$/m ],
	[ 'one bit of a salt', "UPDATE bianzhi.ledger SET salt = set_bit(salt, 5, 1 - get_bit(salt, 5)) WHERE seq = $flipped",
		qr/^error\|an entry was altered\|seq $flipped$/m, qr/^error: an entry was altered: seq $flipped$/m ],
	[ 'who it was', "UPDATE bianzhi.ledger SET session_user_name = 'nobody' WHERE seq = $flipped", qr/^error\|an entry was altered\|seq $flipped$/m, qr/^error: an entry was altered: seq $flipped$/m ],
	[ 'when it was, by a microsecond', "UPDATE bianzhi.ledger SET at = at - interval '1 microsecond' WHERE seq = $flipped", qr/^error\|an entry was altered\|seq $flipped$/m, qr/^error: an entry was altered: seq $flipped$/m ],
	[ 'an actor that is empty instead of none', "UPDATE bianzhi.ledger SET claimed_actor = '' WHERE seq = $flipped", qr/^error\|an entry was altered\|seq $flipped$/m, qr/^error: an entry was altered: seq $flipped$/m ],
	[ 'two entries swapped', "UPDATE bianzhi.ledger SET seq = -1 WHERE seq = $flipped; UPDATE bianzhi.ledger SET seq = $flipped WHERE seq = $other; UPDATE bianzhi.ledger SET seq = $other WHERE seq = -1",
		qr/^error\|an entry was altered\|seq $flipped\nerror\|an entry was altered\|seq $other$/m, qr/^error: an entry was altered: seq $flipped\nerror: an entry was altered: seq $other$/m ],
	[ 'an entry deleted', "DELETE FROM bianzhi.ledger WHERE seq = $gone", qr/^error\|an entry is missing\|seq $gone$/m, qr/^error: entries are missing: seq $gone$/m ],
	[ 'an entry added', "INSERT INTO bianzhi.ledger SELECT 90001, at, xact, session_user_name, current_user_name, claimed_actor, relation, operation, key, row_before, row_after, salt FROM bianzhi.ledger WHERE seq = $flipped",
		qr/^error\|an entry was added\|seq 90001$/m, qr/^error: an entry was added: seq 90001$/m ],
	[ 'the tail cut', "DELETE FROM bianzhi.ledger WHERE seq >= $boundary; DELETE FROM bianzhi.ledger_block WHERE block > 1",
		qr/^error\|the ledger was cut or rolled back: .*\|digest of $size entries, \d+ are sealed$/m, qr/^error: the ledger was cut or rolled back: .*: digest of tree size $size$/m ],
	[ 'the tail cut with its tiles', $cut, qr/^error\|the ledger was cut or rolled back: .*\|digest of $size entries, \d+ are sealed$/m, qr/^error: the ledger was cut or rolled back: .*: digest of tree size $size$/m ],
	[ 'the tail replaced and sealed again', "$cut; $again", qr/^error\|the ledger is not the one of a digest that was kept outside\|digest of \d+ entries; from seq $boundary on$/m,
		qr/^error: the ledger is not the one of a digest that was kept outside: digest of tree size/m ],
	[ 'only the last block taken away', 'DELETE FROM bianzhi.ledger_block WHERE block = 3', qr/^error\|a block is missing\|seq \d+$/m, qr/^error: a block is missing: seq \d+$/m ],
	[ 'a block in the middle taken away', 'DELETE FROM bianzhi.ledger_block WHERE block = 2', qr/^error\|a block is missing\|block 2$/m, qr/^error: a block is missing: block 2$/m ],
	[ 'the root of a block', 'UPDATE bianzhi.ledger_block SET root = sha256(root) WHERE block = 2', qr/^error\|the root of a block is not that of the entries\|block 2$/m, qr/^error: the root of a block is not that of the entries: block 2$/m ],
	[ 'the time of a block', "UPDATE bianzhi.ledger_block SET sealed_at = sealed_at - interval '1 year' WHERE block = 2", qr/^error\|a block is not what its sealer wrote\|block 2$/m, qr/^error: a block is not what its sealer wrote: block 2$/m ],
	[ 'the sealer of a block', "UPDATE bianzhi.ledger_block SET sealed_by = 'nobody' WHERE block = 2", qr/^error\|a block is not what its sealer wrote\|block 2$/m, qr/^error: a block is not what its sealer wrote: block 2$/m ],
	[ 'the mark of a block', 'UPDATE bianzhi.ledger_block SET mark = 0 WHERE block = 3', qr/^error\|a block is not what its sealer wrote\|block 3$/m, qr/^error: a block is not what its sealer wrote: block 3$/m ],
	[ 'the size of a block', 'UPDATE bianzhi.ledger_block SET tree_size = tree_size + 1 WHERE block = 3', qr/^error\|the members of a block are not as many as were sealed\|block 3$/m, qr/^error: .*block 3$/m ],
	[ 'the members of a block', "UPDATE bianzhi.ledger_block SET members = members - '{[$other,$other]}'::int8multirange WHERE members @> ${other}::bigint", qr/^error\|the members of a block are not as many as were sealed\|block 2$/m, qr/^error: the members of a block are not as many as were sealed: block 2$/m ],
	[ 'the algorithm of a block', "UPDATE bianzhi.ledger_block SET algorithm = 'sha256' WHERE block = 2", qr/^error\|the hash algorithm of a block was altered\|block 2$/m, qr/^error: the hash algorithm of a block was altered: block 2$/m ],
	[ 'the stored tree', "UPDATE bianzhi.ledger_tile SET hashes = set_bit(hashes, 999, 1 - get_bit(hashes, 999)) WHERE level = 1 AND tile = 0", qr/^error\|the stored hash tree was altered\|level 1, tile 0$/m, undef ],
	[ 'texts erased without a word', "UPDATE bianzhi.ledger SET commitment = bianzhi.ledger_commitment('sm3', salt, row_before, row_after), row_before = NULL, row_after = NULL, salt = NULL WHERE seq = $flipped",
		qr/^error\|the texts of an entry were erased without a word\|seq $flipped$/m, qr/^error: the texts of an entry were erased without a word: seq $flipped$/m ],
	[ 'a row of an audited table changed', "UPDATE fact SET what = 'x' WHERE id = 4711", qr/^error\|a row was changed without an entry of the ledger\|public.fact 4711, last known by seq \d+$/m, undef ],
	[ 'a row of an audited table deleted', 'DELETE FROM fact WHERE id = 4711', qr/^error\|a row is gone without an entry of the ledger\|public.fact 4711, last known by seq \d+$/m, undef ],
	[ 'a row of an audited table added', 'INSERT INTO fact (id) VALUES (999999)', qr/^error\|a row is there without an entry of the ledger\|public.fact 999999$/m, undef ],
	[ 'an audited table emptied', 'TRUNCATE fact', qr/^error\|a row is gone without an entry of the ledger\|public.fact \d+, last known by seq \d+$/m, undef ],
	[ 'a table taken out of audit', "UPDATE bianzhi.audited SET audited = false WHERE label = 'public.fact'", qr/^error\|a table is out of audit without an entry of the ledger\|public.fact$/m, undef ]);

for my $attack (@attacks)
{
	my ($name, $sql, $expected, $offline) = @$attack;
	$node->safe_psql('postgres', 'CREATE DATABASE attacked TEMPLATE office');
	$node->safe_psql('attacked', 'ALTER TABLE bianzhi.ledger DISABLE TRIGGER ALL; ALTER TABLE bianzhi.ledger_block DISABLE TRIGGER ALL;'
		  . " ALTER TABLE bianzhi.ledger_tile DISABLE TRIGGER ALL; SET session_replication_role = replica; $sql");
	like(BianzhiLedger::findings($node, 'attacked', $digests), $expected, "$name: found");
	if ($offline)
	{
		$node->safe_psql('attacked', "COPY bianzhi.$_ TO '$directory/$_.copy' WITH (HEADER)") for qw(ledger ledger_block ledger_tile);
		my ($out, $err);
		IPC::Run::run([ $verifier, '--digest', $digests, '--blocks', "$directory/ledger_block.copy", '--tiles', "$directory/ledger_tile.copy", '--ledger', "$directory/ledger.copy" ], '>', \$out, '2>', \$err);
		is($? >> 8, 1, "$name: bianzhi-verify finds it") or diag($out, $err);
		like($out, $offline, "$name: and says where");
	}
	$node->safe_psql('postgres', 'DROP DATABASE attacked');
}

# nothing is sealed on top of what was altered
my ($rc, $out, $error) = $node->psql('office', "BEGIN; ALTER TABLE bianzhi.ledger_tile DISABLE TRIGGER ALL; UPDATE fact SET what = 'y' WHERE id = 1;"
	  . ' UPDATE bianzhi.ledger_tile SET hashes = set_bit(hashes, 9, 1 - get_bit(hashes, 9)) WHERE level = 1 AND tile = 1; SELECT bianzhi.seal_ledger()');
like($error, qr/the hash tree of the ledger is not what block 3 sealed/, 'an altered tree is not built upon');

# erased by law: everything still verifies, and what was erased is told

my $erasure = $node->safe_psql('office', "SELECT bianzhi.erase_ledger_text($flipped, '删〔2026〕1号')");
is($node->safe_psql('office', "SELECT row_before IS NULL AND row_after IS NULL AND salt IS NULL FROM bianzhi.ledger WHERE seq = $flipped"), 't', 'the texts are gone');
my @all = (@digest, BianzhiLedger::digest($node, 'office'));
my $now = $all[-1];
my $all = '[' . join(', ', @all) . ']';
is(BianzhiLedger::findings($node, 'office', $all), "warning|the texts of an entry were erased|seq $flipped, by seq $erasure", 'erased: told, and nothing else');
my $proof = $node->safe_psql('office', "SELECT bianzhi.ledger_proof($flipped)");
$node->command_ok([ $verifier, '--proof', $proof, '--digest', $now ], 'the erased entry is still proved');
my $with_texts = $node->safe_psql('office', "SELECT bianzhi.ledger_proof($other, true)");
$node->command_ok([ $verifier, '--proof', $with_texts, '--digest', $now ], 'an entry with its texts');
(my $forged = $with_texts) =~ s/事/假/ or die 'no such text';
command_exit_is([ $verifier, '--proof', $forged, '--digest', $now ], 1, 'and not with others');
command_exit_is([ $verifier, '--proof', $with_texts, '--digest', $digest[0] ], 1, 'nor against another digest');
command_exit_is([ $verifier, '--proof', '{}', '--digest', $now ], 2, 'what is no proof is not judged');
my $grown = $node->safe_psql('office', "SELECT bianzhi.consistency_proof('$digest[0]')");
$node->command_ok([ $verifier, '--consistency', $grown, '--digest', $digest[0], '--digest', $now ], 'the ledger has only grown');
command_exit_is([ $verifier, '--consistency', $grown, '--digest', $digest[1], '--digest', $now ], 1, 'from another size it is no proof');

# dump and restore, under other settings, and from a dump without a database

$node->safe_psql('postgres', "ALTER DATABASE office SET TimeZone = 'Asia/Kathmandu'; ALTER DATABASE office SET DateStyle = 'German'; ALTER DATABASE office SET bytea_output = 'escape'");
command_ok([ 'pg_dump', '-f', "$directory/office.sql", '-d', $node->connstr('office') ], 'dumped');
$node->command_ok([ $verifier, '--digest', $all, "$directory/office.sql" ], 'bianzhi-verify: the dump is sound');
command_exit_is([ $verifier, '--digest', $all, "$directory/ledger.copy" ], 2, 'and what is no dump is not');
$node->safe_psql('postgres', "CREATE DATABASE restored TEMPLATE template0 LOCALE 'C.UTF-8'; ALTER DATABASE restored SET TimeZone = 'UTC'; ALTER DATABASE restored SET DateStyle = 'SQL, MDY'");
command_ok([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', "$directory/office.sql", '-d', $node->connstr('restored') ], 'restored');
my $told = "warning|the texts of an entry were erased|seq $flipped, by seq $erasure";
is(BianzhiLedger::findings($node, 'restored', $all), $told, 'restored: not accused');
is($node->safe_psql('restored', 'SELECT bianzhi.seal_ledger() IS NULL, (SELECT count(*) FROM bianzhi.ledger_unsealed() WHERE entries > 0)'), 't|0', 'restored: nothing is new');
$node->safe_psql('restored', 'SELECT bianzhi.go_live()');
is(BianzhiLedger::findings($node, 'restored', $all), $told, 'restored and live: not accused, and nothing new to seal');
BianzhiLedger::fill($node, 'restored', 200_001, 200_100);
my $further = BianzhiLedger::digest($node, 'restored');
is(BianzhiLedger::findings($node, 'restored', "[$now, $further]"), $told, 'restored: the ledger goes on');
is($node->safe_psql('restored', "SELECT bianzhi.check_consistency(bianzhi.consistency_proof('$now'), '$now', '$further')"), 't', 'as the same ledger');

# a replica, while the primary goes on

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
BianzhiLedger::fill($node, 'office', 300_001, 300_100);
$node->wait_for_catchup($standby);
like(BianzhiLedger::findings($standby, 'office', $all), qr/\A\Qwarning|entries are not sealed yet|100 entries from seq \E\d+ on, the oldest of .*\n\Q$told\E\z/, 'on a replica: not accused');
is($standby->safe_psql('office', "SELECT bianzhi.check_proof(bianzhi.ledger_proof($other), bianzhi.ledger_digest())"), 't', 'on a replica: proofs');
is($standby->safe_psql('office', 'SELECT unsealed FROM bianzhi.seal_status'), '100', 'on a replica: what is not sealed');
$standby->promote;
my $promoted = BianzhiLedger::digest($standby, 'office');
is(BianzhiLedger::findings($standby, 'office', "[$now, $promoted]"), $told, 'promoted: it is sealed there');
$standby->stop;
$node->stop;
done_testing();
