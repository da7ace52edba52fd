# The cases of vacancies to come and of the people behind them, on made-up cities; bench.pl reads this.
use strict;
use warnings;

use Bench;
use List::Util qw(sum);
use POSIX qw(log10);

my $rounds = rounds();
my $day = '2026-11-24';

# A database with so many cities, live.
sub cities
{
	my ($name, $cities, @more) = @_;
	system('createdb', $name) == 0 or die "no database $name\n";
	my $s = connect_to($name);
	$s->do('CREATE EXTENSION bianzhi CASCADE');
	psql_file($name, '../city/city.sql', "scale=$cities", "day=$day", 'bodies=' . ($ENV{SHORT} ? 9 : 87));
	psql_file($name, $_) for @more;
	$s->do('SELECT bianzhi.go_live()', 'VACUUM ANALYZE', 'CHECKPOINT');
	return $s;
}

# What leaves as often as in a city that has counted it: more of the young and of the old, and few between.
sub set_rates
{
	my ($s) = @_;
	$s->do("INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate)
		SELECT c.code, a.age, a.age + 4, 0.0005 + 0.0025 * abs(a.age - 42.5) / 42.5 FROM bianzhi.category AS c CROSS JOIN generate_series(20, 65, 5) AS a (age) WHERE c.parent IS NULL");
}

sub differ
{
	my ($s, $one, $other) = @_;
	my $rows = $s->one("SELECT count(*) FROM $one");
	my $differ = $s->one("SELECT count(*) FROM ((TABLE $one EXCEPT ALL TABLE $other) UNION ALL (TABLE $other EXCEPT ALL TABLE $one)) AS d");
	say_text("$rows rows compared with those of the SQL: $differ differ.\n");
	die "the rows differ\n" if $differ != 0;
}

# --- vacancies to come: goals 16 and 17

my $arrays = "SELECT count(*), sum(vacancy[120]) FROM bianzhi.forecast_series('$day', 120)";

sub case_forecast
{
	my %query = (
		'best SQL over base rows' => 'SELECT count(*), sum(vacancy) FROM bench.forecast_best',
		'vacancy_forecast, rows' => "SELECT count(*), sum(vacancy) FROM bianzhi.vacancy_forecast('$day', 120)",
		'forecast_series, arrays' => $arrays,
	);
	my %ms;
	my $s = cities('bench_forecast', 1);
	my ($people, $accounts) = split /\t/, $s->one("SELECT (SELECT count(*) FROM bianzhi.person), (SELECT count(*) FROM bianzhi.forecast_series('$day', 1))");
	psql_file('bench_forecast', 'forecast.sql', "day=$day");
	differ($s, 'bench.forecast_ours', 'bench.forecast_best');
	for my $round (1 .. $rounds)
	{
		push @{ $ms{$_} }, measured($s, $query{$_})->{cpu} * 1000 for sort keys %query;
		$s->do('BEGIN');
		set_rates($s);
		push @{ $ms{"$_, with rates"} }, measured($s, $query{$_})->{cpu} * 1000 for grep { !/SQL/ } sort keys %query;
		$s->do('ROLLBACK');
	}
	say_text("$people people, $accounts accounts.\n");
	table([ '120 months, all accounts', 'CPU, ms', 'best SQL / this' ], map { [ $_, spread('%.0f', @{ $ms{$_} }), spread('%.1f', ratios($ms{'best SQL over base rows'}, $ms{$_})) ] } sort keys %ms);
	goal(16, 'best SQL / vacancy_forecast, the same rows', '>=', 3, ratios($ms{'best SQL over base rows'}, $ms{'vacancy_forecast, rows'}));
	goal(16, 'best SQL / forecast_series', '>=', 15, ratios($ms{'best SQL over base rows'}, $ms{'forecast_series, arrays'}));
	goal(17, "with the exact distribution / without, $_", '<=', 4, ratios($ms{"$_, with rates"}, $ms{$_})) for ('vacancy_forecast, rows', 'forecast_series, arrays');
	say_text('');
	drop($s);
}

# --- what changed between two days: goal 19

sub case_change
{
	my %query = ('SQL over base rows' => 'SELECT count(*), sum(entered) FROM bench.change_base', 'change_between' => 'SELECT count(*), sum(entered) FROM bench.change_ours',
		'change_by_field' => "SELECT count(*) FROM bianzhi.change_by_field('2025-01-01', '2026-01-01')",
		'inspection_focus' => "SELECT count(*) FROM bianzhi.inspection_focus('2025-01-01', '2026-01-01')");
	my %ms;
	my $s = cities('bench_change', 1, '../city/application.sql');
	$s->do('CREATE SCHEMA bench');
	psql_file('bench_change', 'change.sql');
	differ($s, 'bench.change_ours', 'bench.change_base');
	for my $round (1 .. $rounds)
	{
		push @{ $ms{$_} }, measured($s, $query{$_})->{cpu} * 1000 for sort keys %query;
	}
	table([ 'the year 2025', 'CPU, ms', 'SQL / this' ], map { [ $_, spread('%.0f', @{ $ms{$_} }), spread('%.1f', ratios($ms{'SQL over base rows'}, $ms{$_})) ] } sort keys %ms);
	goal(19, 'ms of CPU, change_between', '<=', 1000, @{ $ms{change_between} });
	goal(19, 'SQL over base rows / change_between', '>=', 1, ratios($ms{'SQL over base rows'}, $ms{change_between}));
	say_text('');
	drop($s);
}

# --- of what age and education the staff is: goal 20

sub case_structure
{
	my %sql = (age => 'age_best', education => 'education_best');
	my %ms;
	my $s = cities('bench_structure', 1, '../city/application.sql');
	psql_file('bench_structure', 'structure.sql');
	differ($s, "bench.${_}_ours", "bench.$sql{$_}") for sort keys %sql;
	for my $round (1 .. $rounds)
	{
		for my $what (sort keys %sql)
		{
			push @{ $ms{$what}{sql} }, measured($s, "SELECT count(*), sum(people) FROM bench.$sql{$what}")->{cpu} * 1000;
			push @{ $ms{$what}{ours} }, measured($s, "SELECT count(*), sum(people) FROM bench.${what}_ours")->{cpu} * 1000;
		}
	}
	table([ 'structure of today', 'best SQL over base rows, CPU, ms', 'bianzhi, CPU, ms', 'SQL / bianzhi' ],
		map { [ $_, spread('%.0f', @{ $ms{$_}{sql} }), spread('%.0f', @{ $ms{$_}{ours} }), spread('%.1f', ratios($ms{$_}{sql}, $ms{$_}{ours})) ] } sort keys %sql);
	goal(20, "ms of CPU, ${_}_structure_on", '<=', 1000, @{ $ms{$_}{ours} }) for sort keys %sql;
	goal(20, "best SQL / ${_}_structure_on", '>=', 1, ratios($ms{$_}{sql}, $ms{$_}{ours})) for sort keys %sql;
	say_text('');
	drop($s);
}

# --- from a city to 5,000,000 people: goal 18

sub case_growth
{
	my (%ms, %people, %session);
	my @cities = $ENV{SHORT} ? (1, 2) : (1, 5, 22);
	my @ways = ('without rates', 'with rates');
	for my $cities (@cities)
	{
		$session{$cities} = cities("bench_growth_$cities", $cities);
		$people{$cities} = $session{$cities}->one('SELECT count(*) FROM bianzhi.person');
	}
	# of fewer people more often, so that each measurement lasts as long: a machine that others use, too, is slower after a while
	my $cpu = sub {
		my ($n, $times) = ($_[0], int($cities[-1] / $_[0]));
		return 1000 / $times * sum(map { measured($session{$n}, $arrays)->{cpu} } 1 .. $times);
	};
	# one after the other in each round, the first of which only brings the tables into memory
	for my $way (@ways)
	{
		set_rates($session{$_}) for $way eq 'with rates' ? @cities : ();
		$cpu->($_) for @cities;
		for my $round (1 .. $rounds)
		{
			push @{ $ms{$way}{$_} }, $cpu->($_) for @cities;
		}
	}
	drop($session{$_}) for @cities;
	table([ 'forecast_series, 120 months: people', map { "$_, CPU, ms" } @ways ], map { my $n = $_; [ $people{$n}, map { spread('%.0f', @{ $ms{$_}{$n} }) } @ways ] } @cities);
	for my $way (@ways)
	{
		my ($first, $last) = @cities[ 0, -1 ];
		goal(18, "slope from city to many, log to log, $way", '<=', 1.1,
			map { log10($ms{$way}{$last}[$_] / $ms{$way}{$first}[$_]) / log10($people{$last} / $people{$first}) } 0 .. $rounds - 1);
	}
	say_text('');
}

1;
