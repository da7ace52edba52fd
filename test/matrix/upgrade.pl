# pg_upgrade from an older PostgreSQL ($BZ_OLD_PG_CONFIG, extension below $BZ_OLD_DESTDIR): a live database stays live with
# the same strength, leads and rows, a loading one stays loading; keys that pg_upgrade wakes are reported and put to
# sleep; limits are in force, and what is dumped from there can be restored.
use strict;
use warnings;

use BianzhiNode;
use Cwd qw(getcwd);
use PostgreSQL::Test::Utils;
use Test::More;

my $old_config = $ENV{BZ_OLD_PG_CONFIG} or die "BZ_OLD_PG_CONFIG is not set: test/matrix/inside sets it\n";
my $old_dest = $ENV{BZ_OLD_DESTDIR} or die "BZ_OLD_DESTDIR is not set: test/matrix/inside sets it\n";
chomp(my $old_bin = `$old_config --bindir`);
chomp(my $new_bin = `$ENV{PG_CONFIG} --bindir`);
my @settings = ("bianzhi.today = '2026-11-24'", 'log_min_error_statement = panic', '');

# a cluster that is not started yet
sub cluster
{
	my ($name, $config, $dest, @how) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, @how);
	# what 18's initdb does by itself must be as in older clusters
	my @checksums = $node->pg_version >= 18 ? ('--no-data-checksums') : ();
	$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8', @checksums ]);
	local $ENV{PG_CONFIG} = $config;
	local $ENV{BZ_DESTDIR} = $dest;
	$node->append_conf('postgresql.conf', BianzhiNode::settings() . join "\n", @settings);
	return $node;
}

my $old = cluster('old', $old_config, $old_dest, install_path => $old_bin =~ s{/bin$}{}r);
my $new = cluster('new', $ENV{PG_CONFIG}, $ENV{BZ_DESTDIR});
cmp_ok($old->pg_version, '<', $new->pg_version, 'from PostgreSQL ' . $old->pg_version . ' to ' . $new->pg_version);

$old->start;
$old->safe_psql('postgres', 'CREATE DATABASE office; CREATE DATABASE beginners; CREATE ROLE clerk LOGIN');
$old->safe_psql('beginners', "CREATE EXTENSION bianzhi CASCADE; INSERT INTO bianzhi.unit (unit_key, name) VALUES ('U1', 'u')");
$old->safe_psql('office', <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
GRANT SELECT, INSERT, UPDATE, DELETE ON bianzhi.occupancy TO clerk;
UPDATE bianzhi.category SET without_quota = 'record' WHERE code = 'administrative';
INSERT INTO bianzhi.category (code, name_zh, parent, measure) VALUES ('own', 'own', 'administrative', 'establishment');
INSERT INTO bianzhi.unit (unit_key, name) SELECT 'U' || i, 'u' FROM generate_series(1, 6) AS i;
INSERT INTO bianzhi.unit (unit_key, name, parent_id, is_section) SELECT 'S1', 's', unit_id, true FROM bianzhi.unit WHERE unit_key = 'U1';
INSERT INTO bianzhi.person (name, resident_id, birth_date, sex)
SELECT 'p', r.id::bianzhi.resident_id, '1970-01-01', 1 FROM (VALUES ('990000197001010018')) AS r (id);
INSERT INTO bianzhi.person (name) SELECT 'p' || i FROM generate_series(2, 4000) AS i;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT unit_id, c, 500, '[2010-01-01,)', CASE unit_key WHEN 'U2' THEN '(未见文号)' ELSE 'doc' END
FROM bianzhi.unit, (VALUES ('administrative'), ('leader_deputy')) AS v (c) WHERE unit_key IN ('U2', 'U3', 'U4', 'U5');
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (1, 'administrative', 6, '[2020-01-01,)', 'doc');
-- so many changes that an account has several chunks; U1 holds ten in six seats; U6 has no quota
INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during)
SELECT p, CASE WHEN p <= 10 THEN 1 ELSE 2 + p % 5 END, CASE WHEN p <= 3 THEN 7 END, CASE p % 7 WHEN 0 THEN 'own' ELSE 'administrative' END,
	daterange('2015-01-01'::date + p, CASE WHEN p % 3 = 0 AND p > 10 THEN '2026-01-01'::date + p END)
FROM generate_series(1, 2000) AS p;
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during)
SELECT p, 2 + p % 4, 'leader_deputy', daterange('2020-01-01'::date + p, '2027-01-01'::date + p) FROM generate_series(1, 300) AS p;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, 3, 'administrative', '[2026-06-01,)');
-- an application's own table, which has lost a column
CREATE TABLE own_staff (staff_id bigint PRIMARY KEY, old text, dept text, kind text, hired date, left_on date);
ALTER TABLE own_staff DROP COLUMN old;
INSERT INTO own_staff SELECT i, 'U5', 'own', '2021-01-01'::date + i, CASE WHEN i % 2 = 0 THEN '2027-01-01'::date + i END FROM generate_series(1, 50) AS i;
SELECT bianzhi.attach('own_staff', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on');
SELECT bianzhi.go_live();
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) SELECT 2000 + i, 5, 'administrative', '[2026-12-01,)' FROM generate_series(1, 40) AS i;
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 4 AND category = 'administrative';
UPDATE bianzhi.unit SET name = 'renamed' WHERE unit_key = 'U3';
CREATE TABLE own_ids AS SELECT resident_id FROM bianzhi.person WHERE resident_id IS NOT NULL;
CREATE INDEX ON own_ids (resident_id);
SQL

my %question = (
	live => 'SELECT bianzhi.is_live()',
	strength => 'SELECT * FROM bianzhi.strength ORDER BY unit_id, category, since',
	chunks => 'SELECT count(*), count(DISTINCT account_id) FROM bianzhi.chunk',
	leads => 'SELECT * FROM bianzhi.lead ORDER BY lead_id',
	categories => 'SELECT * FROM bianzhi.category ORDER BY code',
	sources => 'SELECT * FROM bianzhi.source ORDER BY relid::text, measure',
	versions => 'SELECT * FROM bianzhi.unit_version ORDER BY unit_id, during',
	rows => 'SELECT * FROM bianzhi.occupancy ORDER BY occupancy_id',
	persons => "SELECT * FROM bianzhi.person ORDER BY person_id LIMIT 3",
	ids => "SELECT * FROM own_ids WHERE resident_id = '990000197001010018'::bianzhi.resident_id",
	vacancy => "SELECT * FROM bianzhi.vacancy_on('2027-06-30') ORDER BY 1, 2",
	keys => 'SELECT name, child, asleep FROM bianzhi.own_keys() ORDER BY child::text, name',
	# pg_upgrade adds the types of rows and arrays
	members => 'SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend'
	  . " WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'"
	  . " AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'bianzhi')"
	  . " AND NOT EXISTS (SELECT FROM pg_type WHERE classid = 'pg_type'::regclass AND oid = objid AND (typtype = 'c' OR typcategory = 'A'))"
	  . ' ORDER BY 1',
);
my $unwell = "SELECT severity, what, object FROM bianzhi.health() WHERE severity <> 'notice' ORDER BY what, object";
my %was = map { $_ => $old->safe_psql('office', "SET search_path = public, bianzhi; $question{$_}") } keys %question;
is($was{live}, 't', 'the old one is live');
like($was{chunks}, qr/^(\d+)\|(?!\1\b)/, 'accounts have several chunks');
like($was{leads}, qr/$_/, "a lead $_") for qw(excess_at_go_live over_by_cut second_seat undocumented);
is($old->safe_psql('office', $unwell), '', 'and well');
my $asleep = () = $was{keys} =~ /\|t$/mg;
cmp_ok($asleep, '>', 0, "$asleep keys sleep");
my $last = $old->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy');
$old->stop;

# it writes where it stands
my $here = getcwd();
chdir $PostgreSQL::Test::Utils::tmp_check or die "no directory: $!";
command_ok([ 'pg_upgrade', '--no-sync', '--copy', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $old_bin, '-B', $new_bin,
		'-s', $new->host, '-p', $old->port, '-P', $new->port ], 'pg_upgrade');
chdir $here or die "no directory: $!";
$new->start;

is($new->safe_psql('office', "SET search_path = public, bianzhi; $question{$_}"), $was{$_}, "the same $_")
  for grep { $_ ne 'keys' } sort keys %question;
is($new->safe_psql('office', 'SELECT * FROM bianzhi.verify()'), '', 'verify() finds nothing');
is($new->safe_psql('beginners', 'SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp), (SELECT count(*) FROM bianzhi.unit)'), 'f|0|1',
	'a database that was loading is loading');

# pg_upgrade creates foreign keys anew, with triggers that fire
my @unwell = split /\n/, $new->safe_psql('office', $unwell);
is(scalar(grep { /^warning\|a foreign key does what the engine does already\|/ } @unwell), scalar @unwell, 'health() reports keys and nothing else')
  or diag(join "\n", @unwell);
is(scalar @unwell, $asleep, 'all that slept are awake');
is($new->safe_psql('office', 'SELECT bianzhi.after_upgrade()'), $asleep, 'and are put to sleep');
is($new->safe_psql('office', "SET search_path = public, bianzhi; $question{keys}"), $was{keys}, 'as they were');
is($new->safe_psql('office', $unwell), '', 'and health() reports nothing');

# the limits are in force, for an ordinary role
my $enter = "SET ROLE clerk;\n\\set VERBOSITY verbose\nINSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)";
my $from = "daterange('2026-12-01', NULL)";
for my $case ([ 'a full body', "VALUES (3000, 1, 'administrative', $from)", '23514' ],
	[ 'a body whose quota was cut', "VALUES (3000, 4, 'own', $from)", '23514' ],
	[ 'a second seat', "VALUES (1990, 3, 'administrative', $from)", '23P01' ],
	[ 'an unknown person', "VALUES (9999, 3, 'administrative', $from)", '23503' ])
{
	my ($what, $values, $state) = @$case;
	my (undef, undef, $error) = $new->psql('office', "$enter $values");
	like($error, qr/ERROR:  $state:/, "$what is refused");
}
my (undef, undef, $error) = $new->psql('office', "\\set VERBOSITY verbose\nINSERT INTO own_staff VALUES (51, 'U4', 'own', '2026-12-01', NULL)");
like($error, qr/ERROR:  23514:/, 'and so is a row of a table that is attached');
is($new->safe_psql('office', "INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)"
	  . " VALUES (3000, 3, 'own', $from) RETURNING occupancy_id"), $last + 5, 'who fits is taken; identities continue, after the four that were refused');
is($new->safe_psql('office', 'SELECT * FROM bianzhi.verify()'), '', 'verify() finds nothing after writing');
is($new->safe_psql('office', 'SELECT bianzhi.recount()'), '0', 'recount() changes nothing');

# and what is dumped there comes to life elsewhere
my $dump = "$PostgreSQL::Test::Utils::tmp_check/office.dump";
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $new->connstr('office') ], 'dump');
$new->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $new->connstr('restored'), $dump ], 'restore');
$new->safe_psql('restored', 'SELECT bianzhi.go_live()');
is($new->safe_psql('restored', $question{strength}), $new->safe_psql('office', $question{strength}), 'the same strength');
$new->stop;
done_testing();
