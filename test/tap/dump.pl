# pg_dump and restore: in every format, into the database that was dumped (--clean), of data only, of single tables;
# and createdb -T. Between restore and go_live() an ordinary role's write gets 55000 and the owner may load; go_live()
# brings back the same strength; nothing is doubled and nothing is refused for being old.
use strict;
use warnings;

use BianzhiNode;
use BianzhiOffice;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = BianzhiNode::start('dump', "bianzhi.today = '2026-11-24'");
my $enter = $BianzhiOffice::enter;
BianzhiOffice::make($node, 'office');
$node->safe_psql('postgres', 'CREATE ROLE deputy; GRANT ' . $node->safe_psql('postgres', 'SELECT current_user') . ' TO deputy');
my %was = BianzhiOffice::answers($node, 'office');
like($was{leads}, qr/$_/, "the office has a lead $_") for qw(excess_at_go_live over_by_cut second_seat undocumented);
my $last = $node->safe_psql('office', 'SELECT max(occupancy_id) FROM bianzhi.occupancy');
my $nonce = $node->safe_psql('office', 'SELECT nonce FROM bianzhi.stamp');

my $directory = $PostgreSQL::Test::Utils::tmp_check;

# dump(NAME, OPTIONS...): of the office, into a file or directory of that name
sub dump_office
{
	my ($name, @options) = @_;
	command_ok([ 'pg_dump', @options, '-f', "$directory/$name", '-d', $node->connstr('office') ], "pg_dump @options");
	return;
}

# the programs that restore: from a text, from an archive
sub run_text
{
	my ($name, $database, @options) = @_;
	return [ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', @options, '-f', "$directory/$name", '-d', $node->connstr($database) ];
}

sub run_archive
{
	my ($name, $database, @options) = @_;
	return [ 'pg_restore', '--exit-on-error', @options, '-d', $node->connstr($database), "$directory/$name" ];
}

# loaded(DATABASE, WHAT): what is restored is all there, and not in force
sub loaded
{
	my ($database, $what) = @_;
	my %is = BianzhiOffice::answers($node, $database);
	is($node->safe_psql($database, 'SELECT bianzhi.is_live()'), 'f', "$what: not live");
	is($is{$_}, $was{$_}, "$what: the same $_") for qw(tables leads sequences sources rights);
	is($node->safe_psql($database, 'SELECT nonce, (SELECT count(*) FROM bianzhi.live) FROM bianzhi.stamp'), "$nonce|0", "$what: the stamp is dumped, its twin is not");
	is($node->safe_psql($database, 'SELECT count(*) FROM bianzhi.strength'), '0', "$what: nothing is counted yet");
	is($node->safe_psql($database, "SELECT severity, what FROM bianzhi.health() WHERE severity <> 'notice'"), 'error|the database was restored and is not in force yet', "$what: health() says that, and nothing else");
	return;
}

# waits(DATABASE, WHAT): nobody but the owner writes what counts
sub waits
{
	my ($database, $what) = @_;
	for my $sql ("$enter VALUES (555, 5, 'administrative', '[2026-12-01,)')", 'UPDATE bianzhi.occupancy SET unit_id = 5 WHERE person_id = 2',
		'DELETE FROM bianzhi.appointment', 'TRUNCATE bianzhi.occupancy', 'UPDATE bianzhi.quota SET amount = 9 WHERE unit_id = 5',
		"INSERT INTO bianzhi.unit (unit_key, name, parent_id, is_section) VALUES ('S2', 's', 1, true)")
	{
		BianzhiOffice::refused($node, $database, "SET ROLE clerk; $sql", '55000', "$what: an ordinary role gets 55000: " . substr $sql, 0, 32);
	}
	is($node->safe_psql($database, 'SET ROLE clerk; SELECT count(*) > 0 FROM bianzhi.occupancy'), 't', "$what: it reads");
	BianzhiOffice::refused($node, $database, "SELECT bianzhi.remind_problem(2, 'soon')", '55000', "$what: no problem takes a step");
	BianzhiOffice::refused($node, $database, "SELECT count(*) FROM bianzhi.holders('2026-01-01', '2026-01-01')", '55000', "$what: nor are people read whose tables may have other columns now");
	$node->safe_psql($database, "SET ROLE deputy; $enter VALUES (556, 1, 'administrative', '[2027-01-01,)'); RESET ROLE; DELETE FROM bianzhi.occupancy WHERE person_id = 556");
	return;
}

# lives(DATABASE, WHAT): after go_live() it is as it was
sub lives
{
	my ($database, $what) = @_;
	$node->safe_psql($database, 'SELECT bianzhi.go_live()');
	my %is = BianzhiOffice::answers($node, $database);
	is($is{$_}, $was{$_}, "$what: the same $_ after go_live()") for qw(strength tables);
	# a body that was over by a cut is found over; no other lead is made, and none twice
	is(($is{leads} =~ s/^excess_at_go_live\|U4\|administrative\|.*\|1\n//mr), $was{leads}, "$what: the same leads after go_live()");
	isnt($node->safe_psql($database, 'SELECT nonce FROM bianzhi.stamp'), $nonce, "$what: a nonce of its own");
	is($node->safe_psql($database, "BEGIN; SELECT number FROM bianzhi.record_problem('B1', 1, 'daily'); SELECT state, steps FROM bianzhi.remind_problem(2, 'soon'); ROLLBACK"), "2026-0003\nregistered|2", "$what: problems go on, under the next number");
	BianzhiOffice::in_force($node, $database, $what);
	BianzhiOffice::comes_back($node, $database, $what);
	is($node->safe_psql($database, "SELECT severity, what, object FROM bianzhi.health() WHERE severity <> 'notice'"), '', "$what: health() finds nothing");
	return;
}

# every format, into an empty database

dump_office('plain.sql', '-Fp');
dump_office('custom', '-Fc');
dump_office('tar', '-Ft');
dump_office('directory', '-Fd', '-j', 2);
dump_office('clean.sql', '-Fp', '--clean', '--if-exists');
dump_office('schema', '-Fc', '--schema-only');
dump_office('data', '-Fc', '--data-only');
dump_office('data_directory', '-Fd', '--data-only');
dump_office('tables.sql', '-Fp', '-t', 'bianzhi.occupancy', '-t', 'bianzhi.quota');
my %restore = (
	plain => sub { return run_text('plain.sql', @_) },
	custom => sub { return run_archive('custom', @_) },
	one_transaction => sub { return run_archive('custom', @_, '--single-transaction') },
	tar => sub { return run_archive('tar', @_) },
	parallel => sub { return run_archive('directory', @_, '-j', 4) },
);
for my $how (sort keys %restore)
{
	$node->safe_psql('postgres', "CREATE DATABASE $how TEMPLATE template0");
	command_ok($restore{$how}->($how), "$how: restored, old excess and all");
	loaded($how, $how);
	waits($how, $how);
	lives($how, $how);
	cmp_ok($node->safe_psql($how, "$enter VALUES (557, 5, 'own', '[2027-01-01,)') RETURNING occupancy_id"), '>', $last, "$how: identities continue");
}

# createdb -T copies it live, and each goes its own way

command_ok([ 'createdb', '-h', $node->host, '-p', $node->port, '-T', 'office', 'template_copy' ], 'createdb -T');
my %copy = BianzhiOffice::answers($node, 'template_copy');
is($copy{$_}, $was{$_}, "createdb -T: the same $_") for sort keys %was;
is($node->safe_psql('template_copy', 'SELECT nonce FROM bianzhi.live'), $nonce, 'createdb -T: with the same nonce');
BianzhiOffice::in_force($node, 'template_copy', 'createdb -T');
$node->safe_psql('template_copy', "$enter SELECT i, 5, 'administrative', '[2026-12-01,)' FROM generate_series(501, 520) AS i");
is($node->safe_psql('template_copy', 'SELECT * FROM bianzhi.verify()'), '', 'createdb -T: verify() finds nothing after writing');
my %still = BianzhiOffice::answers($node, 'office');
is($still{$_}, $was{$_}, "createdb -T: what was copied has the same $_ still") for sort keys %was;

# back into the same database, which has gone on, under a session that knew it before

for my $how (qw(plain custom))
{
	my $database = "same_$how";
	my @same = ('-h', $node->host, '-p', $node->port, '-T', 'office', $database);
	command_ok([ 'createdb', @same ], "$database: an office");
	$node->safe_psql($database, "$enter SELECT i, 5, 'administrative', '[2026-12-01,)' FROM generate_series(501, 520) AS i;"
		  . " SELECT bianzhi.suspend('x'); INSERT INTO bianzhi.unit (unit_key, name) VALUES ('U9', 'u'); SELECT bianzhi.go_live()");
	my $before = $node->background_psql($database, on_error_stop => 0);
	is($before->query('SELECT bianzhi.is_live(), count(*) > 0 FROM bianzhi.strength'), 't|t', "$database: a session that knows it");
	$before->query_safe("$enter VALUES (521, 5, 'administrative', '[2026-12-01,)')");
	if ($how eq 'plain')
	{
		command_ok(run_text('clean.sql', $database, '-1'), "$database: restored over itself");
	}
	else
	{
		command_ok(run_archive('custom', $database, '--clean'), "$database: restored over itself");
	}
	is($before->query('SELECT bianzhi.is_live()'), 'f', "$database: that session sees that it is not live");
	loaded($database, $database);
	waits($database, $database);
	lives($database, $database);
	$before->{stderr} = '';
	$before->query("$enter VALUES (522, 1, 'administrative', '[2026-12-01,)')");
	like($before->{stderr}, qr/establishment limit exceeded/, "$database: and is under the limits");
	$before->{stderr} = '';
	$before->query_safe("$enter VALUES (522, 5, 'administrative', '[2026-12-01,)')");
	$before->quit;
	is($node->safe_psql($database, 'SELECT * FROM bianzhi.verify()'), '', "$database: and counted");
}

# definitions first, then data only, in the order of pg_dump or in any

for my $case ([ 'data', 'data' ], [ 'data_parallel', 'data_directory', '-j', 4 ])
{
	my ($database, $file, @options) = @$case;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	command_ok(run_archive('schema', $database), "$database: definitions");
	is($node->safe_psql($database, 'SELECT bianzhi.is_live(), (SELECT count(*) FROM bianzhi.stamp)'), 'f|0', "$database: they are loading");
	command_ok(run_archive($file, $database, @options), "$database: data");
	loaded($database, $database);
	waits($database, $database);
	lives($database, $database);
}

# data into a database that is live is refused as a whole: its stamp is there
command_fails(run_archive('data', 'data', '--single-transaction'), 'data only, into a live database');
BianzhiOffice::in_force($node, 'data', 'after that');

# data with triggers switched off, which is not needed: what an office changed of shipped rows cannot be put back so
$node->safe_psql('postgres', 'CREATE DATABASE no_triggers TEMPLATE template0');
command_ok(run_archive('schema', 'no_triggers'), 'no_triggers: definitions');
command_fails_like(run_archive('data', 'no_triggers', '--disable-triggers'), qr/duplicate key value violates unique constraint/, 'data only, --disable-triggers: fails');

# single tables: rows that were deleted by mistake come back while everybody works, or while it is suspended

my $text = slurp_file("$directory/tables.sql");
is(join(' ', sort $text =~ /^COPY (\S+)/mg), 'bianzhi.occupancy bianzhi.quota', 'pg_dump -t: the data of these tables');
for my $how (qw(working suspended))
{
	my $database = "table_$how";
	command_ok([ 'createdb', '-h', $node->host, '-p', $node->port, '-T', 'office', $database ], "$how: an office");
	my $archive = "$directory/$how.dump";
	if ($how eq 'working')
	{
		# whom it would find seated twice
		$node->safe_psql($database, 'DELETE FROM bianzhi.occupancy WHERE person_id = 1 AND unit_id = 3');
	}
	command_ok([ 'pg_dump', '-Fc', '-f', $archive, '-d', $node->connstr($database) ], "$how: the dump of last night");
	my %night = BianzhiOffice::answers($node, $database);
	# what was over cannot come back on a live system once it is gone
	$node->safe_psql($database, 'DELETE FROM bianzhi.occupancy WHERE unit_id ' . ($how eq 'working' ? '= 3' : 'IN (1, 3)'));
	isnt({ BianzhiOffice::answers($node, $database, 'strength') }->{strength}, $night{strength}, "$how: a mistake");
	command_ok([ 'pg_restore', '-a', '-n', 'bianzhi', '-t', 'occupancy', '-f', "$directory/$how.sql", $archive ], "$how: one table of it");
	command_fails(run_text("$how.sql", $database), "$how: over what is there: refused");
	if ($how eq 'working')
	{
		my $empty = 'TRUNCATE bianzhi.occupancy';
		command_fails_like(run_text("$how.sql", $database, '-1', '-c', $empty), qr/establishment limit exceeded/, "$how: statement by statement, the old excess is new");
		command_ok(run_text("$how.sql", $database, '-1', '-c', 'SET CONSTRAINTS ALL DEFERRED', '-c', $empty), "$how: as one change, what stays is no growth");
	}
	else
	{
		$node->safe_psql($database, "SELECT bianzhi.suspend('a mistake'); TRUNCATE bianzhi.occupancy");
		command_ok(run_text("$how.sql", $database), "$how: restored");
		$node->safe_psql($database, 'SELECT bianzhi.go_live()');
	}
	my %is = BianzhiOffice::answers($node, $database);
	is($is{$_}, $night{$_}, "$how: the same $_") for qw(strength tables);
	BianzhiOffice::in_force($node, $database, $how);
}

# an attached table alone: its rows come back under the limits; its definition can go elsewhere, where it is attached anew

command_ok([ 'createdb', '-h', $node->host, '-p', $node->port, '-T', 'office', 'table_attached' ], 'attached: an office');
$node->safe_psql('table_attached', 'DELETE FROM hr.staff WHERE id % 2 = 1; TRUNCATE hr.post_2026');
isnt({ BianzhiOffice::answers($node, 'table_attached', 'strength') }->{strength}, $was{strength}, 'attached: a mistake');
$node->safe_psql('table_attached', 'TRUNCATE hr.staff, hr.post');
command_ok(run_archive('custom', 'table_attached', '-a', '-n', 'hr', '-t', 'staff', '-t', 'post_2025', '-t', 'post_2026'), 'attached: its rows restored');
my %attached = BianzhiOffice::answers($node, 'table_attached');
is($attached{$_}, $was{$_}, "attached: the same $_") for qw(strength tables staff posts sources);
BianzhiOffice::in_force($node, 'table_attached', 'attached');

command_ok([ 'pg_dump', '-f', "$directory/staff.sql", '-n', 'hr', '-d', $node->connstr('office') ], 'pg_dump of the schema of the application');
$node->safe_psql('postgres', 'CREATE DATABASE elsewhere TEMPLATE template0');
command_fails_like(run_text('staff.sql', 'elsewhere', '-1'), qr/schema "bianzhi" does not exist/, 'elsewhere: not without the extension');
$node->safe_psql('elsewhere', "CREATE EXTENSION bianzhi CASCADE; INSERT INTO bianzhi.unit (unit_key, name) SELECT 'U' || i, 'u' FROM generate_series(1, 5) AS i;"
	  . " INSERT INTO bianzhi.person (person_id, name) SELECT i, 'p' FROM generate_series(500, 600) AS i;"
	  . " INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT i, 'administrative', 100, '[2020-01-01,)', 'doc' FROM generate_series(1, 5) AS i;"
	  . " INSERT INTO bianzhi.category (code, name_zh, parent, measure) VALUES ('own', 'own', 'administrative', 'establishment');"
	  . " INSERT INTO bianzhi.unit_alias (unit_id, source, alias) VALUES (5, 'staff', '05'); INSERT INTO bianzhi.category_alias (source, alias, category) VALUES ('staff', '行政', 'administrative');"
	  . ' SELECT bianzhi.go_live()');
command_ok(run_text('staff.sql', 'elsewhere', '-1'), 'elsewhere: restored');
like($node->safe_psql('elsewhere', 'SELECT severity, what, object FROM bianzhi.health()'), qr/^warning\|a table has triggers of the limits and is not attached\|hr.staff$/m, 'elsewhere: health() says that it is not attached');
is($node->safe_psql('elsewhere', 'SELECT count(*) FROM bianzhi.strength WHERE filled > 0'), '0', 'elsewhere: nothing of it counts');
BianzhiOffice::refused($node, 'elsewhere', 'UPDATE hr.staff SET seats = seats', '55000', 'elsewhere: nor can it be written');
$node->safe_psql('elsewhere', q{SELECT bianzhi.detach('hr.staff'), bianzhi.detach('hr.post'); SELECT bianzhi.attach('hr.staff', 'filled', unit => 'dept', category => 'Kind of seat', starts => 'hired', ends => 'left_on', seats => 'seats', ends_inclusive => true);}
	  . q{ SELECT bianzhi.attach('hr.post', 'filled', unit => 'unit', category => '=administrative', starts => 'days', ends => 'days', person => 'person');});
is($node->safe_psql('elsewhere', "SELECT sum(filled) FROM bianzhi.vacancy_on('2026-11-24') WHERE category = 'administrative'"), '33', 'elsewhere: attached, it counts');
is($node->safe_psql('elsewhere', 'SELECT * FROM bianzhi.verify()'), '', 'elsewhere: as verify() says');
is($node->safe_psql('elsewhere', "SELECT what, object FROM bianzhi.health() WHERE severity <> 'notice'"), '', 'elsewhere: health() finds nothing');

$node->stop;
done_testing();
