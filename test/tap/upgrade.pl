# pg_upgrade to the same major version: what is live stays live, with the same timelines, rows, rights and leads, also where
# tables are linked; the foreign keys that it wakes are told by health() and put to sleep again; the limits are in force,
# identities continue, and what is dumped afterwards comes to life elsewhere. What was loading or restored stays so.
use strict;
use warnings;

use BianzhiNode;
use BianzhiOffice;
use PostgreSQL::Test::Utils;
use Test::More;

my @settings = ("bianzhi.today = '2026-11-24'");
my $old = BianzhiNode::start('old', @settings);
my $bin = $old->config_data('--bindir');
BianzhiOffice::make($old, 'office');
$old->safe_psql('postgres', 'CREATE DATABASE loading');
$old->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE office');
$old->safe_psql('loading', "CREATE EXTENSION bianzhi CASCADE; INSERT INTO bianzhi.unit (unit_key, name) VALUES ('U1', 'u')");
$old->safe_psql('restored', 'DELETE FROM bianzhi.live');
# the ledger: sealed in part, its digest kept outside
my $digest = $old->safe_psql('office', "SELECT FROM bianzhi.seal_ledger(); SELECT bianzhi.ledger_digest()");
$old->safe_psql('office', "UPDATE bianzhi.unit SET name = 'renamed again' WHERE unit_key = 'U3'");

my $keys = 'SELECT child, name, asleep FROM bianzhi.own_keys() ORDER BY child::text COLLATE "C", name';
my $members = 'SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend'
  . " WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'"
  . " AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'bianzhi') ORDER BY 1";
my $chunks = 'SELECT * FROM bianzhi.chunk ORDER BY account_id, from_day';
my $ill = "SELECT severity, what, object FROM bianzhi.health() WHERE severity <> 'notice' ORDER BY what, object";

my %was = (BianzhiOffice::answers($old, 'office'), map { $_ => $old->safe_psql('office', $_) } $keys, $members, $chunks);
my $asleep = () = $was{$keys} =~ /\|t$/mg;
cmp_ok($asleep, '>', 0, 'some keys sleep');
is($old->safe_psql('office', $ill), '', 'the old one is well');
my $last = $old->safe_psql('office', 'SELECT last_value FROM bianzhi.occupancy_occupancy_id_seq');
$old->stop;

chdir $PostgreSQL::Test::Utils::tmp_check or die "no directory: $!";
for my $way (qw(copy link))
{
	my $new = BianzhiNode::initialised("new_$way", @settings);
	# copying is what it does without being told; the last way may take the old one's files
	command_ok([ 'pg_upgrade', '--no-sync', ($way eq 'link' ? '--link' : ()), '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
			'-s', $new->host, '-p', $old->port, '-P', $new->port ], "pg_upgrade, $way");
	$new->start;
	my %is = (BianzhiOffice::answers($new, 'office'), map { $_ => $new->safe_psql('office', $_) } $members, $chunks);
	is($is{$_}, $was{$_}, "$way: the same " . ($_ eq $members ? 'members' : $_ eq $chunks ? 'chunks' : $_)) for sort keys %is;
	is($new->safe_psql('loading', 'SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp), (SELECT count(*) FROM bianzhi.unit)'), 'f|0|1', "$way: what was loading is loading");
	is($new->safe_psql('restored', 'SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp)'), 'f|1', "$way: what was restored is restored");
	BianzhiOffice::refused($new, 'restored', 'SET ROLE clerk; DELETE FROM bianzhi.occupancy', '55000', "$way: and refuses an ordinary role");

	my @ill = split /\n/, $new->safe_psql('office', $ill);
	my @keys = grep { /^warning\|a foreign key does what the engine does already\|/ } @ill;
	my @parts = grep { /^warning\|triggers of a partition would stay behind when it is detached\|hr.post_202[56]$/ } @ill;
	is(scalar @keys, $asleep, "$way: health() tells of each key that slept") or diag("@ill");
	is(scalar @parts, 2, "$way: of each partition that is not bound");
	is(scalar @ill, @keys + @parts, "$way: and of nothing else") or diag("@ill");
	BianzhiOffice::in_force($new, 'office', "$way, keys awake");
	is($new->safe_psql('office', 'SELECT bianzhi.after_upgrade()'), $asleep, "$way: they are put to sleep");
	is($new->safe_psql('office', $keys), $was{$keys}, "$way: as they were");
	is($new->safe_psql('office', $ill), '', "$way: health() finds nothing");
	BianzhiOffice::in_force($new, 'office', $way);
	BianzhiOffice::comes_back($new, 'office', $way);
	is($new->safe_psql('office', 'SELECT bianzhi.recount()'), '0', "$way: recount() changes nothing");
	cmp_ok($new->safe_psql('office', "$BianzhiOffice::enter VALUES (557, 5, 'own', '[2027-01-01,)') RETURNING occupancy_id"), '>', $last, "$way: identities continue");

	is($new->safe_psql('office', "SELECT what FROM bianzhi.verify_ledger('$digest') WHERE severity = 'error'"), '', "$way: verify_ledger() accuses nobody");
	my $later = $new->safe_psql('office', "SELECT FROM bianzhi.seal_ledger(); SELECT bianzhi.ledger_digest()");
	is($new->safe_psql('office', "SELECT * FROM bianzhi.verify_ledger('[$digest, $later]')"), '', "$way: sealed on, as the same ledger");
	is($new->safe_psql('office', "SELECT bianzhi.check_consistency(bianzhi.consistency_proof('$digest'), '$digest', '$later')"), 't', "$way: and that is proved");

	my $dump = "$PostgreSQL::Test::Utils::tmp_check/$way.dump";
	command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $new->connstr('office') ], "$way: dumped");
	$new->safe_psql('postgres', 'CREATE DATABASE elsewhere TEMPLATE template0');
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $new->connstr('elsewhere'), $dump ], "$way: restored");
	$new->safe_psql('elsewhere', 'SELECT bianzhi.go_live()');
	my %there = BianzhiOffice::answers($new, 'elsewhere', 'strength');
	my %here = BianzhiOffice::answers($new, 'office', 'strength');
	is($there{strength}, $here{strength}, "$way: the same strength there");
	$new->stop;
}
done_testing();
