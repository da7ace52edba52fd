# PostgreSQL 18's own rule as an oracle for one seat (L13): the same random statements on bianzhi.occupancy, with seats for
# everybody, and on a plain table with UNIQUE (person_id, during WITHOUT OVERLAPS). Where nothing is past and nothing
# overlaps yet, both rules mean the same: after the statement, or at commit if deferred, no two rows of a person
# share a day. So every transaction must come to the same SQLSTATE in both, and leave the same rows.
#
# The constraint is deferrable: one that is not would be checked row by row, and refuse shifts within a statement.
#
#   BZ_SEED=N PG_MAJOR=18 test/with-server test/lib/suite matrix oracle
use strict;
use warnings;

use BianzhiNode;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{BZ_SEED} // 20261124;
my $transactions = 10_000;
my $persons = 25;
note("seed $seed");
srand($seed);

my $node = BianzhiNode::start('oracle', "bianzhi.today = '2026-11-24'", 'log_min_error_statement = panic', 'log_min_messages = panic');
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION bianzhi CASCADE;
CREATE EXTENSION btree_gist;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT i, 'U' || i, 'u' FROM generate_series(1, 3) AS i;
INSERT INTO bianzhi.person (person_id, name) SELECT i, 'p' FROM generate_series(1, $persons) AS i;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT u, c, 1000000, '(,)', 'doc' FROM generate_series(1, 3) AS u, (VALUES ('administrative'), ('institution')) AS v (c);
SELECT bianzhi.go_live();
CREATE TABLE public.seat (
	occupancy_id bigint PRIMARY KEY, person_id bigint NOT NULL, unit_id bigint, category text, during daterange NOT NULL,
	CONSTRAINT seat_key UNIQUE (person_id, during WITHOUT OVERLAPS) DEFERRABLE
);
SQL

# the tables, and what defers the check of each
my %constraint = ('bianzhi.occupancy' => 'bianzhi.establishment_limit', 'public.seat' => 'public.seat_key');
my @tables = sort keys %constraint;

my $fresh = 0;

sub one_of { return $_[ int rand @_ ] }
sub person { return 1 + int rand $persons }
sub unit { return 1 + int rand 3 }

# mostly short stays, so that about as many statements fit as do not; some open ones; an empty one now and then
sub days
{
	my $from = int rand 1500;
	my $ends = rand;
	my $until = $ends < 0.02 ? 'NULL' : $ends < 0.03 ? "'2027-01-01'::date + $from" : "'2027-01-02'::date + " . ($from + int rand 90);
	return "daterange('2027-01-01'::date + $from, $until)";
}

sub row
{
	my ($id, $person) = @_;
	return sprintf '(%d, %d, %d, %s, %s)', $id, $person, unit(), one_of("'administrative'", "'institution'"), days();
}

my $columns = '(occupancy_id, person_id, unit_id, category, during)';

# a row that exists: the next one from a random identifier on
sub target { return "(SELECT min(occupancy_id) FROM TABLE WHERE occupancy_id >= " . int(rand($fresh + 1)) . ')' }

my @kinds = (
	[ insert => 24, sub { return "INSERT INTO TABLE $columns VALUES " . row(++$fresh, person()) } ],
	[ insert_several => 10, sub {
		my $person = person();
		return "INSERT INTO TABLE $columns VALUES " . join ', ', map { row(++$fresh, rand() < 0.5 ? $person : person()) } 0 .. 1 + int rand 3;
	} ],
	[ insert_or_update => 4, sub {
		return "INSERT INTO TABLE $columns VALUES " . row(rand() < 0.7 ? 1 + int rand($fresh + 1) : ++$fresh, person())
		  . ' ON CONFLICT (occupancy_id) DO UPDATE SET person_id = excluded.person_id, during = excluded.during';
	} ],
	[ update_days => 14, sub { return 'UPDATE TABLE SET during = ' . days() . ' WHERE occupancy_id = ' . target() } ],
	[ update_person => 8, sub { return 'UPDATE TABLE SET person_id = ' . person() . ' WHERE occupancy_id = ' . target() } ],
	[ update_unit => 4, sub { return 'UPDATE TABLE SET unit_id = ' . unit() . ' WHERE person_id = ' . person() } ],
	# stays of a person by some days, all or the early ones: rows pass over each other's old days
	[ shift => 8, sub {
		my $by = 1 + int rand 40;
		return "UPDATE TABLE SET during = daterange(lower(during) + $by, upper(during) + $by) WHERE person_id = " . person()
		  . (rand() < 0.3 ? '' : " AND lower(during) < '2027-01-01'::date + " . int rand 1500);
	} ],
	[ stretch => 6, sub {
		return 'UPDATE TABLE SET during = daterange(lower(during), upper(during) + ' . int(rand 12) . ') WHERE person_id = ' . person();
	} ],
	[ swap => 6, sub {
		my ($a, $b) = (person(), person());
		return "UPDATE TABLE SET person_id = CASE person_id WHEN $a THEN $b ELSE $a END WHERE person_id IN ($a, $b) AND unit_id <= " . unit();
	} ],
	[ merge => 4, sub {
		return "MERGE INTO TABLE AS t USING (VALUES " . join(', ', map { row(rand() < 0.6 ? 1 + int rand($fresh + 1) : ++$fresh, person()) } 0)
		  . ") AS s $columns ON t.occupancy_id = s.occupancy_id WHEN MATCHED AND s.unit_id = 1 THEN DELETE"
		  . ' WHEN MATCHED THEN UPDATE SET during = s.during'
		  . " WHEN NOT MATCHED THEN INSERT $columns VALUES (s.occupancy_id, s.person_id, s.unit_id, s.category, s.during)";
	} ],
	[ delete => 14, sub { return 'DELETE FROM TABLE WHERE occupancy_id = ' . target() } ],
	[ delete_person => 2, sub { return 'DELETE FROM TABLE WHERE unit_id = ' . unit() . ' AND person_id = ' . person() } ],
);
my $weights = 0;
$weights += $_->[1] for @kinds;

sub statement
{
	my $at = rand $weights;
	for my $kind (@kinds)
	{
		return ($kind->[0], $kind->[2]->()) if ($at -= $kind->[1]) < 0;
	}
	die 'no kind';
}

# One transaction as a list of statements, TABLE in place of the table and DEFER of what defers; and what kind it is.
sub transaction
{
	my $how = rand;
	my @level = 'BEGIN ISOLATION LEVEL ' . one_of('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE');
	if ($how < 0.6)
	{
		return statement();
	}
	my @statements = map { (statement())[1] } 1 .. 2 + int rand 3;
	return ('several', @level, @statements, 'COMMIT') if $how < 0.72;
	return ('deferred', @level, 'DEFER', @statements, 'COMMIT') if $how < 0.92;
	# what a savepoint takes back counts for nothing
	my $undone = (statement())[1];
	return ('savepoint', @level, (rand() < 0.7 ? 'DEFER' : ()), shift @statements, 'SAVEPOINT s', $undone, 'ROLLBACK TO s', @statements, 'COMMIT');
}

my $script = "$PostgreSQL::Test::Utils::tmp_check/oracle.sql";
my (@kind, @text);
open my $file, '>', $script or die "$script: $!";
for my $number (0 .. $transactions - 1)
{
	my ($kind, @statements) = transaction();
	push @kind, $kind;
	push @text, join '; ', @statements;
	for my $table (@tables)
	{
		print $file "\\echo %\n";
		for my $statement (@statements)
		{
			my $sql = $statement =~ s/\bTABLE\b/$table/gr =~ s/^DEFER$/SET CONSTRAINTS $constraint{$table} DEFERRED/r;
			print $file "$sql;\n\\echo :SQLSTATE :ROW_COUNT\n";
		}
	}
}
close $file or die "$script: $!";

# what every statement came to, by transaction and table
my ($out, $errors) = ('', '');
IPC::Run::run [ 'psql', '-XqAt', '-f', $script, '-d', $node->connstr('postgres') ], '>', \$out, '2>', \$errors or die "psql: $errors";
my @came_to = split /^%\n/m, $out;
shift @came_to;
is(scalar @came_to, @tables * $transactions, 'every transaction was run on both tables');

my (%verdict, @differs);
for my $number (0 .. $transactions - 1)
{
	my ($ours, $plain) = @came_to[ 2 * $number, 2 * $number + 1 ];
	push @differs, $number if $ours ne $plain;
	my @refused = grep { $_ ne '25P02' && $_ ne '00000' } $plain =~ /^(\w{5}) /mg;
	$verdict{ $kind[$number] }{ $refused[0] // '00000' }++;
}
is(scalar @differs, 0, 'every transaction comes to the same on both tables');
diag("$kind[$_]: $text[$_]\nours:\n$came_to[2 * $_]plain:\n$came_to[2 * $_ + 1]") for grep { defined } @differs[ 0 .. 4 ];

my $rows = 'SELECT occupancy_id, person_id, unit_id, category, during FROM %s ORDER BY occupancy_id';
is($node->safe_psql('postgres', sprintf $rows, $tables[0]), $node->safe_psql('postgres', sprintf $rows, $tables[1]), 'both tables hold the same rows');
is($node->safe_psql('postgres', 'SELECT * FROM bianzhi.verify()'), '', 'verify() finds nothing');
is($node->safe_psql('postgres', 'SELECT kind FROM bianzhi.lead'), '', 'nothing left a lead');

# neither rule was asked too little: of every kind some was taken and some refused
for my $kind (sort keys %verdict)
{
	my $n = $verdict{$kind};
	note(sprintf '%-17s %s', $kind, join ', ', map { "$_: $n->{$_}" } sort keys %$n);
	cmp_ok($n->{'00000'} // 0, '>=', 50, "$kind: some were taken");
	cmp_ok($n->{'23P01'} // 0, '>=', 20, "$kind: some would have been a second seat") unless $kind =~ /^(delete.*|update_unit)$/;
}
is(scalar keys %verdict, @kinds + 3, 'every kind was tried');
$node->stop;
done_testing();
