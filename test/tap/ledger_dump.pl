# The ledger and a restore: what is loaded is not written a second time, go_live() adds entries only for what differs from
# the ledger's last word, and what is audited, and what is not, is known again. createdb -T and a standby have it as it is.
use strict;
use warnings;

use BianzhiNode;
use BianzhiOffice;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = BianzhiNode::start('ledger_dump', { allows_streaming => 1 }, "bianzhi.today = '2026-11-24'");
my $directory = $PostgreSQL::Test::Utils::tmp_check;
BianzhiOffice::make($node, 'office');
$node->safe_psql('office', <<'SQL');
SELECT bianzhi.audit('hr.staff');
ALTER TABLE hr.staff RENAME TO personnel;
CREATE TABLE hr.parted (id int, zone int, at timestamptz, f float8, PRIMARY KEY (id, zone)) PARTITION BY LIST (zone);
CREATE TABLE hr.parted_1 PARTITION OF hr.parted FOR VALUES IN (1);
CREATE TABLE hr.parted_2 (zone int NOT NULL, f float8, id int NOT NULL, at timestamptz);
ALTER TABLE hr.parted ATTACH PARTITION hr.parted_2 FOR VALUES IN (2);
SELECT bianzhi.audit('hr.parted');
INSERT INTO hr.parted SELECT i, 1 + i % 2, '2026-01-01'::timestamptz + i * interval '1 hour', i / 3.0 FROM generate_series(1, 100) AS i;
UPDATE hr.parted SET zone = 3 - zone WHERE id <= 10;
DELETE FROM hr.parted WHERE id > 90;
SELECT bianzhi.unaudit('bianzhi.rank');
UPDATE bianzhi.rank SET note = 'not audited' WHERE code = (SELECT min(code) FROM bianzhi.rank);
SQL

my $all = "SELECT md5(string_agg(l::text, '|' ORDER BY seq)), count(*), max(seq) FROM bianzhi.ledger AS l";
my $setting = 'SELECT label, relid, audited FROM bianzhi.audited ORDER BY label COLLATE "C"';
# rows whose text is not the ledger's last word
my $differ = <<'SQL';
SELECT a.label, count(*)
FROM bianzhi.audited AS a CROSS JOIN LATERAL (
	SELECT 1 FROM bianzhi.canonical_rows(a.relid) AS r
		FULL JOIN (SELECT * FROM bianzhi.last_words(a.label) AS l WHERE l.is_there) AS w ON w.key = r.key
	WHERE r.key IS NULL OR w.key IS NULL OR bianzhi.row_differs(a.relid, r.row_text, w.row_text)) AS d
WHERE a.audited GROUP BY a.label
SQL
my $was = $node->safe_psql('office', $all);
my $last = $node->safe_psql('office', 'SELECT max(seq) FROM bianzhi.ledger');
my $set = $node->safe_psql('office', $setting);
my $then = $node->safe_psql('office', 'SELECT clock_timestamp()');
my $staff = 'SELECT md5(string_agg(p::text, $$|$$ ORDER BY id)) FROM ';
is($node->safe_psql('office', $differ), '', 'the ledger and the tables agree');
like($set, qr/^hr.staff\|hr.personnel\|t$/m, 'a table under another name');
like($set, qr/^bianzhi.rank\|bianzhi.rank\|f$/m, 'one that is not audited');

# a standby has the same, and reads it

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('ledger_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
is($standby->safe_psql('office', $all), $was, 'standby: the same ledger');
is($standby->safe_psql('office', $differ), '', 'standby: it agrees with the tables');
is($standby->safe_psql('office', "$staff bianzhi.ledger_replay(NULL::hr.personnel, '$then') AS p"), $node->safe_psql('office', "$staff hr.personnel AS p"), 'standby: a table from the ledger alone');
$standby->stop;

# restored

command_ok([ 'pg_dump', '-Fp', '-f', "$directory/plain.sql", '-d', $node->connstr('office') ], 'pg_dump');
command_ok([ 'pg_dump', '-Fd', '-j', 2, '-f', "$directory/directory", '-d', $node->connstr('office') ], 'pg_dump -Fd');
my %restore = (
	plain => [ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', "$directory/plain.sql" ],
	parallel => [ 'pg_restore', '--exit-on-error', '-j', 3, "$directory/directory" ],
);
for my $how (sort keys %restore)
{
	$node->safe_psql('postgres', "CREATE DATABASE $how TEMPLATE template0;"
		  . "ALTER DATABASE $how SET timezone = 'America/New_York'; ALTER DATABASE $how SET datestyle = 'German'; ALTER DATABASE $how SET extra_float_digits = 0");
	command_ok([ @{ $restore{$how} }, '-d', $node->connstr($how) ], "$how: restored");
	my $as_here = "SET timezone = 'Asia/Shanghai'; SET datestyle = 'ISO, MDY'; SET extra_float_digits = 1;";
	is($node->safe_psql($how, "$as_here $all"), $was, "$how: the ledger as it was, nothing was written while loading");
	is($node->safe_psql($how, $setting), $set, "$how: what is audited");
	is($node->safe_psql($how, 'SELECT bianzhi.ledger_is_open()'), 'f', "$how: the ledger is not open");
	# what differs: the numbers of columns of an attached table that had lost some
	is($node->safe_psql($how, $differ), '', "$how: the tables agree with it");

	$node->safe_psql($how, 'SELECT bianzhi.go_live()');
	is($node->safe_psql($how, "SELECT DISTINCT relation, operation FROM bianzhi.ledger WHERE seq > $last ORDER BY 1"), "bianzhi.lead|INSERT\nbianzhi.source|OPENING",
		"$how: go_live() writes nothing but the leads that it finds, and the columns that it finds elsewhere");
	is($node->safe_psql($how, "SELECT count(*) FROM bianzhi.ledger WHERE seq > $last AND relation = 'bianzhi.lead'"), 1, "$how: one lead");
	is($node->safe_psql($how, "$as_here " . ($all =~ s/AS l$/AS l WHERE seq <= $last/r)), $was, "$how: and changes nothing");
	is($node->safe_psql($how, $differ), '', "$how: it agrees with the tables");
	$node->safe_psql($how, "UPDATE hr.personnel SET seats = 3 WHERE id = 2; TRUNCATE hr.parted_2; UPDATE bianzhi.rank SET note = 'nor here'");
	is($node->safe_psql($how, "SELECT relation, operation, count(*) FROM bianzhi.ledger WHERE seq > $last AND relation !~ '^bianzhi' GROUP BY 1, 2 ORDER BY 1"),
		"hr.parted|TRUNCATE|45\nhr.staff|UPDATE|1", "$how: changes are written, under the old names");
}

# what is changed between the restore and go_live()

$node->safe_psql('postgres', 'CREATE DATABASE changed TEMPLATE template0');
command_ok([ @{ $restore{plain} }, '-d', $node->connstr('changed') ], 'changed: restored');
$node->safe_psql('changed', "UPDATE bianzhi.person SET name = 'another' WHERE person_id = 7; DELETE FROM hr.parted WHERE id = 20; INSERT INTO hr.parted VALUES (200, 1)");
$node->safe_psql('changed', 'SELECT bianzhi.go_live()');
is($node->safe_psql('changed', "SELECT relation, operation, key, row_before IS NOT NULL, row_after IS NOT NULL FROM bianzhi.ledger WHERE seq > $last AND relation NOT IN ('bianzhi.lead', 'bianzhi.source') ORDER BY seq"),
	qq(bianzhi.person|OPENING|7|t|t\nhr.parted|OPENING|["200","1"]|f|t\nhr.parted|GONE|["20","1"]|t|f), 'changed: each difference is written, and nothing else');

# createdb -T goes on at once

command_ok([ 'createdb', '-h', $node->host, '-p', $node->port, '-T', 'office', 'template_copy' ], 'createdb -T');
is($node->safe_psql('template_copy', $all), $was, 'createdb -T: the same ledger');
$node->safe_psql('template_copy', 'DELETE FROM hr.parted WHERE id = 1');
is($node->safe_psql('template_copy', "SELECT relation, operation, key FROM bianzhi.ledger WHERE seq > $last"), 'hr.parted|DELETE|["1","1"]', 'createdb -T: it is open');

done_testing();
