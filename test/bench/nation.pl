# A country of made-up cities (test/city) on one server: loading, go_live(), single writes, vacancies. By hand, once in a while;
# test/bench/run nation starts this on its server.
use strict;
use warnings;

use Bench;
use File::Temp qw(tempdir);
use POSIX qw(strftime);
use Time::HiRes qw(time);

$| = 1;
my $city = $0 =~ s/[^\/]*$/..\/city\/city.sql/r;
my $cities = $ENV{CITIES};
my $scratch = tempdir(CLEANUP => 1);
my $began = time;
my $load = load_average();
my @rows;

# one measurement: a statement, and what to say of it
sub step
{
	my ($s, $what, $sql, $note) = @_;
	my $got = measured($s, $sql);
	my $said = $note ? $note->(@{ $got->{lines} }) : '';
	push @rows, [ $what, sprintf('%.2f', $got->{wall}), sprintf('%.2f', $got->{cpu}), $said ];
	print "$what: ", join(', ', @{ $rows[-1] }[ 1 .. 3 ]), "\n";
}

sub gigabytes { return sprintf '%.2f GB', $_[0] / 1e9 }

my $s = connect_to('bianzhi');
$s->do('CREATE EXTENSION bianzhi CASCADE');
my $started = time;
system('psql', '-Xq', '-o', '/dev/null', '-v', "scale=$cities", '-d', 'bianzhi', '-f', $city) == 0 or die "loading failed\n";
my ($people, $seats, $units, $posts) = split /\t/, $s->one('SELECT (SELECT count(*) FROM bianzhi.person), (SELECT count(*) FROM bianzhi.occupancy),
	(SELECT count(*) FROM bianzhi.unit), (SELECT count(*) FROM bianzhi.appointment)');
push @rows, [ "drawing and loading $cities cities", sprintf('%.0f', time - $started), '', "$people people, $seats stays, $posts posts, $units units" ];
print "loaded: $rows[-1][1] s, $rows[-1][3]\n";
step($s, 'VACUUM ANALYZE', 'VACUUM ANALYZE', sub { gigabytes($s->one("SELECT pg_database_size('bianzhi')")) });
$s->do('CHECKPOINT');
step($s, 'go_live()', 'SELECT accounts, changed, leads FROM bianzhi.go_live()', sub { my @n = split /\t/, $_[0]; "$n[0] accounts, $n[2] leads" });
$s->do('VACUUM ANALYZE bianzhi.chunk', 'VACUUM ANALYZE bianzhi.account');

# room for the writes: seats in accounts drawn by hash; the lines themselves are a write
$s->do('CREATE SCHEMA bench', <<"SQL");
CREATE TABLE bench.free AS
SELECT row_number() OVER () AS n, unit_id, category
FROM (SELECT v.unit_id, v.category FROM bianzhi.vacancy_on(bianzhi.today()) AS v
	JOIN bianzhi.category AS c ON c.code = v.category AND c.measure = 'establishment' JOIN bianzhi.unit AS u ON u.unit_id = v.unit_id
	WHERE v.authorized > 0 AND NOT u.is_section AND v.category <> 'retired_service'
	ORDER BY hashint8(v.unit_id) LIMIT 20000) AS f
SQL
my $free = $s->one('SELECT count(*) FROM bench.free');
$s->do('ALTER TABLE bench.free ADD PRIMARY KEY (n)', 'VACUUM ANALYZE bench.free', 'CREATE SEQUENCE bench.next_person');
step($s, "$free lines of quota, one statement", "INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
	SELECT unit_id, category, 1000, daterange(bianzhi.today(), NULL), 'bench' FROM bench.free");
$s->do("SELECT setval('bench.next_person', (SELECT max(person_id) FROM bianzhi.person))",
	"SELECT setval('bianzhi.person_person_id_seq', (SELECT max(person_id) FROM bianzhi.person))",
	"SELECT setval('bianzhi.occupancy_occupancy_id_seq', (SELECT max(occupancy_id) FROM bianzhi.occupancy))");
step($s, '100000 people, one statement', "INSERT INTO bianzhi.person (name) SELECT 'new' FROM generate_series(1, 100000)");
my $script = "$scratch/insert.sql";
open my $out, '>', $script or die "$script: $!\n";
print $out "\\set n random(1, $free)\nINSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) ",
	"SELECT nextval('bench.next_person'), unit_id, category, daterange(current_date, NULL) FROM bench.free WHERE n = :n;\n";
close $out;
$s->do('CHECKPOINT');
for my $run ([ 'off', 1 ], [ 'on', 1 ], [ 'on', 4 ])
{
	my ($sync, $clients) = @{$run};
	my @got = map { pgbench($s, script => $script, clients => $clients, transactions => 1 + 4000 / $clients, options => [ "synchronous_commit=$sync" ]) } 0 .. 3;
	shift @got; # the first warms up
	push @rows, [ "one seat a transaction, synchronous_commit $sync, $clients client" . ($clients > 1 ? 's' : ''), sprintf('%.6f', median(map { 1 / $_->{tps} } @got)),
		sprintf('%.6f', median(map { $_->{cpu} } @got)), spread('%.0f', map { $_->{tps} } @got) . ' transactions/s; medians of 3 runs, a transaction' ];
	print join(', ', @{ $rows[-1] }), "\n";
}
my $unit = $s->one('SELECT unit_id FROM bench.free WHERE n = 1');
my $category = $s->one('SELECT category FROM bench.free WHERE n = 1');
step($s, 'vacancy_on(today), all accounts', 'SELECT count(*), sum(vacancy) FROM bianzhi.vacancy_on(bianzhi.today())', sub { (split /\t/, $_[0])[0] . ' rows' });
step($s, 'vacancy_series, 120 months, all accounts', "SELECT count(*), sum(array_length(filled, 1)) FROM bianzhi.vacancy_series((bianzhi.today() - interval '10 years')::date, bianzhi.today())",
	sub { my @n = split /\t/, $_[0]; "$n[0] rows of arrays, $n[1] numbers" });
step($s, 'strength of one account', "SELECT count(*) FROM bianzhi.strength WHERE unit_id = $unit AND category = '$category'", sub { "$_[0] steps" });
step($s, 'earliest_vacancy of one account', "SELECT bianzhi.earliest_vacancy($unit, '$category')", sub { $_[0] });
step($s, 'would_exceed of one account', "SELECT verdict FROM bianzhi.would_exceed($unit, '$category', daterange(bianzhi.today(), NULL))", sub { $_[0] });
step($s, 'verify()', 'SELECT count(*) FROM bianzhi.verify()', sub { "$_[0] differences" });
push @rows, [ 'size', '', '', join ', ', map { "$_ " . gigabytes($s->one("SELECT pg_total_relation_size('bianzhi.$_')")) } qw(person occupancy appointment quota account chunk) ];

table([ 'what', 'wall time, s', 'CPU of the backend, s', '' ], @rows);
say_text(sprintf "Run: %s; %s; %d cities; %.0f s in all, load of the machine %s when it began and %s at its end.\n",
	strftime('%Y-%m-%d %H:%M UTC', gmtime $began), machine($s), $cities, time - $began, $load, load_average());
keep($cities >= 217 ? 'nation' : "nation_$cities", "\n" . kept());
