# The cases of the benchmark; test/bench/run starts this on its server. What each measures stands in docs/performance.md.
use strict;
use warnings;

use Bench;
use File::Spec;
use File::Temp qw(tempdir);
use POSIX qw(strftime);
use Time::HiRes qw(time);

$| = 1;
my $here = $0 =~ s/[^\/]*$//r;
my $rounds = rounds();
my $units = $ENV{SHORT} ? 500 : 5000;
my $part = $ENV{SHORT} ? 0.1 : 1; # of the transactions
my $scratch = tempdir(CLEANUP => 1);
my %title = (bare => 'bare', bare_fk => 'bare with FK', ours => 'bianzhi', audited => 'bianzhi, audited', counter => 'counter-row trigger',
	counting => 'count trigger', serializable => 'SERIALIZABLE, retry');
my %table_of = (ours => 'bianzhi.occupancy', audited => 'bianzhi.occupancy', map { $_ => "bench.$_" } qw(bare bare_fk counter counting serializable));
my $columns = '(person_id, unit_id, category, during)';
my $kinds = "(ARRAY['administrative', 'retired_service', 'institution_full'])";

sub psql_file
{
	my ($database, $file, @variables) = @_;
	system('psql', '-Xq', '-o', '/dev/null', (map { ('-v', $_) } @variables), '-d', $database, '-f', $here . $file) == 0
		or die "$file failed\n";
}

# Whether bianzhi.occupancy is audited: what unaudit() and audit() leave behind, without looking at every row for what changed
# meanwhile. worst.sql has it unaudited.
sub audited
{
	my ($s, $is) = @_;
	$s->do("UPDATE bianzhi.audited SET audited = " . ($is ? 'true' : 'false') . " WHERE relid = 'bianzhi.occupancy'::regclass");
}

# Bring the timelines back to quotas alone: what a first load finds.
sub empty_ours
{
	my ($s) = @_;
	$s->do("SELECT bianzhi.suspend('bench')", 'TRUNCATE bianzhi.occupancy', 'TRUNCATE bianzhi.chunk', 'SELECT bianzhi.go_live()',
		'VACUUM ANALYZE bianzhi.chunk', 'VACUUM bianzhi.person');
}

# Fill tables of the write cases, not ours, with the same rows.
sub fill_others
{
	my ($s, @variants) = @_;
	$s->do("SET session_replication_role = replica");
	$s->do("TRUNCATE $table_of{$_}", "INSERT INTO $table_of{$_} $columns SELECT person_id, unit_id, category, during FROM bench.plan",
		"VACUUM ANALYZE $table_of{$_}") for @variants;
	$s->do('RESET session_replication_role');
}

# Fill every table of the write cases with the same rows; ours counted by go_live().
sub fill
{
	my ($s, @variants) = @_;
	my $select = "SELECT person_id, unit_id, category, during FROM bench.plan";
	fill_others($s, grep { !/^(ours|audited)$/ } @variants);
	$s->do('UPDATE bench.seat_limit AS l SET taken = a.people FROM bench.account AS a WHERE a.unit_id = l.unit_id AND a.category = l.category',
		'VACUUM FULL ANALYZE bench.seat_limit');
	$s->do("SELECT bianzhi.suspend('bench')", 'TRUNCATE bianzhi.occupancy', 'TRUNCATE bianzhi.chunk',
		"INSERT INTO bianzhi.occupancy $columns $select", 'SELECT bianzhi.go_live()',
		'VACUUM ANALYZE bianzhi.chunk', 'VACUUM ANALYZE bianzhi.occupancy', 'VACUUM bianzhi.person', 'CHECKPOINT');
}

# ratios to both bares as two cells
sub against
{
	my ($values, $variant) = @_;
	return map { my $base = $_; $values->{$base} ? spread('%.2f', ratios($values->{$variant}, $values->{$base})) : '-' } qw(bare_fk bare);
}

# one table of what is counted a round: { variant => [value by round] }
sub ratio_table
{
	my ($what, $format, $values, @variants) = @_;
	table([ 'variant', $what, '/ bare with FK', '/ bare' ],
		map { [ $title{$_}, spread($format, @{ $values->{$_} }), against($values, $_) ] } grep { $values->{$_} } @variants);
}

# --- goals 1 and 2

sub case_bulk
{
	my ($s) = @_;
	my @variants = qw(bare bare_fk ours audited);
	my $rows = $s->one('SELECT count(*) FROM bench.plan');
	my $file = "$scratch/plan.copy";
	my (%cpu, %wall, %wal);
	$s->do("\\copy (SELECT person_id, unit_id, category, during FROM bench.plan) TO '$file'");
	for my $round (1 .. $rounds)
	{
		for my $how ('INSERT ... SELECT', 'COPY')
		{
			$s->do("TRUNCATE bench.bare, bench.bare_fk");
			for my $variant (@variants)
			{
				my $table = $table_of{$variant};
				empty_ours($s) if $variant =~ /^(ours|audited)$/;
				audited($s, $variant eq 'audited');
				$s->do('CHECKPOINT');
				my $got = measured($s, $how eq 'COPY' ? "\\copy $table $columns FROM '$file'"
					: "INSERT INTO $table $columns SELECT person_id, unit_id, category, during FROM bench.plan");
				my $have = $s->one("SELECT count(*) FROM $table");
				die "$have of $rows rows in $table\n" if $have != $rows;
				push @{ $cpu{$how}{$variant} }, $got->{cpu};
				push @{ $wall{$how}{$variant} }, $got->{wall};
				push @{ $wal{$how}{$variant} }, $got->{wal} / 1e6;
			}
			audited($s, 0);
		}
	}
	for my $how ('INSERT ... SELECT', 'COPY')
	{
		say_text("$rows rows, $how, one statement.\n");
		ratio_table('CPU of the backend, s', '%.2f', $cpu{$how}, @variants);
		ratio_table('wall time, s', '%.2f', $wall{$how}, @variants);
		ratio_table('WAL, MB', '%.0f', $wal{$how}, @variants);
		goal(1, "$how: CPU / bare with FK", '<=', 0.65, ratios($cpu{$how}{ours}, $cpu{$how}{bare_fk}));
		goal(2, "$how: CPU / bare", '<=', 1.30, ratios($cpu{$how}{ours}, $cpu{$how}{bare}));
		say_text('');
	}
}

# --- goals 3, 4, 5 and 12

# A pgbench script that inserts one row of a person without a seat: into any account of so many units, or into one.
sub insert_script
{
	my ($variant, $units, $hot) = @_;
	my $file = "$scratch/$variant" . ($hot ? '_hot' : "_$units") . '.sql';
	open my $out, '>', $file or die "$file: $!\n";
	print $out "\\set day random(0, 329)\n";
	print $out "\\set unit random(1, $units)\n\\set kind random(1, 3)\n" unless $hot;
	print $out "INSERT INTO $table_of{$variant} $columns VALUES (nextval('bench.next_$variant'), ",
		$hot ? "$hot->[0], '$hot->[1]'" : ":unit, ${kinds}[:kind::integer]", ", daterange(date '2026-01-01' + :day::integer, NULL));\n";
	close $out;
	return $file;
}

sub transactions_case
{
	my ($s, $hot, $variants, @configurations) = @_;
	my @variants = @{$variants};
	my (%cpu, %wal, %tps, %retried);
	my %script = map { $_ => insert_script($_ eq 'audited' ? 'ours' : $_, $units, $hot) } @variants;
	fill($s, @variants);
	for my $round (0 .. $rounds) # the first only warms up
	{
		for my $c (@configurations)
		{
			my ($sync, $clients, $transactions) = @{$c};
			my $key = "$sync $clients";
			for my $variant (@variants)
			{
				my $slow = $variant =~ /^(counting|serializable)$/ ? ($hot ? 0.1 : 0.5) : 1;
				audited($s, $variant eq 'audited');
				my $got = pgbench($s, script => $script{$variant}, clients => $clients,
					transactions => 2 + int($transactions * $part * $slow * ($round == 0 ? 0.2 : 1)),
					options => [ "synchronous_commit=$sync", $variant eq 'serializable' ? 'default_transaction_isolation=serializable' : () ],
					pgbench => $variant eq 'serializable' ? [ '--max-tries=10000' ] : []);
				next if $round == 0;
				push @{ $cpu{$key}{$variant} }, $got->{cpu} * 1e6;
				push @{ $wal{$key}{$variant} }, $got->{wal};
				push @{ $tps{$key}{$variant} }, $got->{tps};
				$retried{$key}{$variant} += $got->{retried};
			}
		}
	}
	audited($s, 0);
	for my $c (@configurations)
	{
		my ($sync, $clients) = @{$c};
		my $key = "$sync $clients";
		say_text("synchronous_commit $sync, $clients client" . ($clients > 1 ? 's' : '') . ".\n");
		table([ 'variant', 'CPU, us a transaction', '/ bare with FK', '/ bare', 'WAL, bytes', 'TPS', 'TPS / bare with FK' ],
			map { [ $title{$_}, spread('%.0f', @{ $cpu{$key}{$_} }), against($cpu{$key}, $_), spread('%.0f', median(@{ $wal{$key}{$_} })),
				spread('%.0f', @{ $tps{$key}{$_} }), spread('%.2f', ratios($tps{$key}{$_}, $tps{$key}{bare_fk})) ] } @variants);
		say_text("Retries at SERIALIZABLE: $retried{$key}{serializable} in $rounds rounds.\n") if $retried{$key}{serializable};
	}
	return (\%cpu, \%tps, \%wal);
}

sub case_oltp
{
	my ($s) = @_;
	my ($cpu, $tps) = transactions_case($s, undef, [qw(bare_fk bare ours audited counter counting serializable)],
		[ 'on', 1, 5000 ], [ 'on', 4, 1500 ], [ 'on', 16, 500 ], [ 'off', 1, 10000 ], [ 'off', 4, 2500 ]);
	goal('3-4', "CPU / bare with FK, 1 client, synchronous_commit $_", '<=', 1.20, ratios($cpu->{"$_ 1"}{ours}, $cpu->{"$_ 1"}{bare_fk})) for qw(on off);
	my %bound = ('on 1' => 0.95, 'on 4' => 0.92, 'on 16' => 0.85, 'off 1' => 0.92, 'off 4' => 0.85);
	goal($_ =~ /on/ ? 3 : 4, "TPS / bare with FK, synchronous_commit $_ clients (does not decide)", '>=', $bound{$_},
		ratios($tps->{$_}{ours}, $tps->{$_}{bare_fk})) for sort keys %bound;
	for my $rival (qw(counter counting serializable))
	{
		goal(12, "CPU / $title{$rival}, synchronous_commit $_ clients", '<=', 1, ratios($cpu->{$_}{ours}, $cpu->{$_}{$rival})) for sort keys %bound;
	}
	goal(14, "CPU audited / not audited, 1 client, synchronous_commit $_", '<=', 1.5, ratios($cpu->{"$_ 1"}{audited}, $cpu->{"$_ 1"}{ours})) for qw(on off);
	say_text('');
}

sub case_hot
{
	my ($s) = @_;
	my @hot = split /\t/, $s->one('SELECT unit_id, category FROM bench.account WHERE people = 5000 ORDER BY unit_id LIMIT 1');
	my ($cpu, $tps) = transactions_case($s, \@hot, [qw(bare_fk bare ours counter counting serializable)], [ 'on', 4, 1500 ], [ 'on', 16, 400 ]);
	my %bound = ('on 4' => 0.50, 'on 16' => 0.30);
	for my $key (sort keys %bound)
	{
		goal(5, "TPS / bare with FK, $key clients", '>=', $bound{$key}, ratios($tps->{$key}{ours}, $tps->{$key}{bare_fk}));
		goal(12, "TPS / $title{$_}, $key clients", '>=', 1, ratios($tps->{$key}{ours}, $tps->{$key}{$_})) for qw(counter counting serializable);
	}
	say_text('');
}

# --- goal 6

sub case_big
{
	my ($s) = @_;
	my @variants = qw(bare_fk bare ours counter counting);
	my @when = ([ 'recent', '2026-06-01' ], [ 'back-dated 15 years', '2011-06-01' ]);
	my ($unit, $category) = split /\t/, $s->one('SELECT unit_id, category FROM bench.account WHERE people = 5000 ORDER BY unit_id LIMIT 1');
	my (%ms, %seen);
	fill($s, @variants);
	for my $variant (@variants)
	{
		$s->do(<<"SQL");
CREATE OR REPLACE FUNCTION bench.one_$variant(since date) RETURNS double precision LANGUAGE plpgsql AS \$\$
DECLARE
	started timestamptz := clock_timestamp();
BEGIN
	INSERT INTO $table_of{$variant} $columns VALUES (currval('bench.next_$variant'), $unit, '$category', daterange(since, NULL));
	RETURN extract(epoch FROM clock_timestamp() - started) * 1000;
END
\$\$
SQL
	}
	for my $round (1 .. $rounds)
	{
		for my $when (@when)
		{
			for my $variant (@variants)
			{
				my (@got, @seen);
				for my $n (1 .. 30)
				{
					$s->do("SELECT nextval('bench.next_$variant')", 'BEGIN');
					push @got, $s->one("SELECT bench.one_$variant('$when->[1]')");
					$s->do('ROLLBACK', 'BEGIN');
					push @seen, $s->timed("INSERT INTO $table_of{$variant} $columns
						VALUES (currval('bench.next_$variant'), $unit, '$category', daterange('$when->[1]', NULL))");
					$s->do('ROLLBACK');
				}
				push @{ $ms{ $when->[0] }{$variant} }, median(@got[ 5 .. $#got ]);
				push @{ $seen{ $when->[0] }{$variant} }, median(@seen[ 5 .. $#seen ]);
			}
		}
	}
	for my $when (@when)
	{
		say_text("One insert into the account of 5,000 people, $when->[0], rolled back; medians of 25 a round.\n");
		ratio_table('ms in psql', '%.3f', $seen{ $when->[0] }, @variants);
		ratio_table('ms in the server, planned before', '%.3f', $ms{ $when->[0] }, @variants);
	}
	my ($recent, $back) = map { $seen{ $_->[0] } } @when;
	goal(6, "recent, in psql / bare", '<=', 1.5, ratios($recent->{ours}, $recent->{bare}));
	goal(6, "back-dated, in psql / bare", '<=', 6, ratios($back->{ours}, $back->{bare}));
	goal(6, "back-dated, in psql: count trigger / bianzhi", '>=', 4, ratios($back->{counting}, $back->{ours}));
	goal(12, "recent: count trigger / bianzhi", '>=', 1, ratios($recent->{counting}, $recent->{ours}));
	say_text('');
}

# --- goals 7 and 8

sub case_series
{
	my ($s) = @_;
	my (%ms, %day);
	my %query = (
		'best SQL over base rows' => 'SELECT count(*), sum(filled) FROM bench.series_best',
		'vacancy_between, rows' => 'SELECT count(*), sum(filled) FROM bench.series_ours',
		'as many bare numbers out of a function' => "SELECT count(*), sum(n) FROM generate_series(1, " . $units * 3 * 120 . ') AS n',
		'vacancy_series, arrays' => "SELECT count(*), sum(filled[120]) FROM bianzhi.vacancy_series('2016-01-01', '2025-12-01', '1 month')",
	);
	fill($s, 'ours');
	$s->do('ANALYZE');
	# the naive one takes so long that it is run once, timed, and its result kept
	push @{ $ms{'naive SQL over base rows'} }, measured($s, 'CREATE TABLE bench.naive AS TABLE bench.series_naive')->{cpu} * 1000;
	for my $other (qw(naive series_best))
	{
		my $differ = $s->one("SELECT count(*) FROM ((TABLE bench.$other EXCEPT ALL TABLE bench.series_ours) UNION ALL
			(TABLE bench.series_ours EXCEPT ALL TABLE bench.$other)) AS d");
		my $n = $s->one('SELECT count(*) FROM bench.series_ours');
		say_text("$n rows compared with those of " . ($other eq 'naive' ? 'the naive' : 'the best') . " SQL: $differ differ.\n");
		die "the series differ\n" if $differ != 0;
	}
	$s->do('DROP TABLE bench.naive');
	my $differ = $s->one('SELECT count(*) FROM ((TABLE bench.day_base EXCEPT ALL TABLE bench.day_ours) UNION ALL (TABLE bench.day_ours EXCEPT ALL TABLE bench.day_base)) AS d');
	die "the days differ: $differ\n" if $differ != 0;
	for my $round (1 .. $rounds)
	{
		for my $name (sort keys %query)
		{
			push @{ $ms{$name} }, measured($s, $query{$name})->{cpu} * 1000;
		}
		push @{ $day{base} }, measured($s, 'SELECT count(*), sum(vacancy) FROM bench.day_base')->{cpu} * 1000;
		push @{ $day{ours} }, measured($s, 'SELECT count(*), sum(vacancy) FROM bench.day_ours')->{cpu} * 1000;
	}
	my $rows = $ms{'vacancy_between, rows'};
	my @naive = ($ms{'naive SQL over base rows'}[0]) x $rounds;
	table([ '120 months, all accounts', 'CPU, ms', 'this / bianzhi, rows' ],
		map { [ $_, spread('%.0f', @{ $ms{$_} }), spread('%.1f', ratios($_ =~ /naive/ ? \@naive : $ms{$_}, $rows)) ] } sort keys %ms);
	table([ 'one day, all accounts', 'CPU, ms' ], [ 'SQL over base rows', spread('%.1f', @{ $day{base} }) ], [ 'vacancy_on', spread('%.1f', @{ $day{ours} }) ]);
	goal(7, 'naive SQL (run once) / vacancy_between', '>=', 130, ratios(\@naive, $rows));
	goal(7, 'best SQL / vacancy_between', '>=', 20, ratios($ms{'best SQL over base rows'}, $rows));
	say_text('- beside it, best SQL / vacancy_series: ' . spread('%.1f', ratios($ms{'best SQL over base rows'}, $ms{'vacancy_series, arrays'})));
	goal(8, 'SQL over base rows / vacancy_on', '>=', 20, ratios($day{base}, $day{ours}));
	say_text('');
}

# --- goal 9

sub case_size
{
	my ($s) = @_;
	my $size = sub { $s->one("SELECT pg_total_relation_size('bianzhi.$_[0]')") / 1e6 };
	fill($s, 'ours');
	my $rows = $s->one('SELECT count(*) FROM bianzhi.occupancy');
	my %before = map { $_ => $size->($_) } qw(chunk account occupancy);
	my $chunks = $s->one('SELECT count(*) FROM bianzhi.chunk');
	my $script = "$scratch/update.sql";
	open my $out, '>', $script or die "$script: $!\n";
	print $out "\\set id random(1, $rows)\n\\set day random(0, 700)\nUPDATE bianzhi.occupancy SET during = daterange(lower(during), date '2027-01-01' + :day::integer)",
		" WHERE occupancy_id = (SELECT min(occupancy_id) FROM bianzhi.occupancy) + :id - 1;\n";
	close $out;
	$s->do("ALTER SYSTEM SET autovacuum = on", 'SELECT pg_reload_conf()');
	my $updates = int(100_000 * $part);
	pgbench($s, script => $script, clients => 4, transactions => $updates / 4 + 1, options => [ 'synchronous_commit=off' ]);
	$s->do("ALTER SYSTEM RESET autovacuum", 'SELECT pg_reload_conf()');
	my %after = map { $_ => $size->($_) } qw(chunk account occupancy);
	my ($updated, $hot) = split /\t/, $s->one("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = 'bianzhi.chunk'::regclass");
	table([ 'table with its indexes', 'MB', "MB after $updates updates of seats" ],
		map { [ "bianzhi.$_", sprintf('%.1f', $before{$_}), sprintf('%.1f', $after{$_}) ] } qw(occupancy chunk account));
	say_text("$chunks chunks; 4 clients, autovacuum on; of $updated changes of chunks until then " . ($updated ? sprintf('%.0f %%', 100 * $hot / $updated) : 'none') . " were heap-only.\n");
	goal(9, 'chunk / occupancy', '<=', 0.25, $before{chunk} / $before{occupancy});
	goal(9, 'growth of chunk, per cent', '<=', 5, 100 * ($after{chunk} / $before{chunk} - 1));
	say_text('');
}

# --- goals 10 and 11

sub case_golive
{
	my (undef) = @_;
	my %units = $ENV{SHORT} ? (small => 110, large => 1100) : (small => 1127, large => 24450);
	my (%cpu, %wall, %rows, %session, %insert, %wal);
	for my $name (sort keys %units)
	{
		system('createdb', "bench_$name") == 0 or die;
		psql_file("bench_$name", 'worst.sql', "units=$units{$name}");
		my $s = $session{$name} = connect_to("bench_$name");
		$s->do("SELECT bianzhi.suspend('bench')", "INSERT INTO bianzhi.occupancy $columns SELECT person_id, unit_id, category, during FROM bench.plan",
			"INSERT INTO bianzhi.person (name) SELECT 'new' FROM generate_series(1, 100000)", 'VACUUM ANALYZE');
		$rows{$name} = $s->one('SELECT count(*) FROM bianzhi.occupancy');
	}
	for my $round (1 .. ($rounds > 3 ? 3 : $rounds))
	{
		for my $name (sort keys %units)
		{
			my $s = $session{$name};
			$s->do("SELECT bianzhi.suspend('bench')") if $round > 1;
			$s->do('TRUNCATE bianzhi.chunk', 'CHECKPOINT');
			my $got = measured($s, 'SELECT bianzhi.go_live()');
			push @{ $cpu{$name} }, $got->{cpu};
			push @{ $wall{$name} }, $got->{wall};
		}
	}
	table([ 'go_live()', 'CPU, s', 'wall time, s' ],
		map { [ "$rows{$_} people", spread('%.2f', @{ $cpu{$_} }), spread('%.2f', @{ $wall{$_} }) ] } reverse sort keys %units);
	my $span = log($rows{large} / $rows{small});
	goal(10, "seconds of CPU for $rows{small} people", '<=', 2, @{ $cpu{small} });
	goal(10, 'slope of CPU over people, log by log', '<=', 1.1, map { log($_) / $span } ratios($cpu{large}, $cpu{small}));
	say_text('');

	my @variants = qw(bare_fk ours);
	for my $name (sort keys %units)
	{
		my $s = $session{$name};
		psql_file("bench_$name", 'rivals.sql');
		fill_others($s, 'bare_fk');
		$s->do("CREATE SEQUENCE bench.next_$_", "SELECT setval('bench.next_$_', (SELECT max(person_id) FROM bench.plan))") for @variants;
		$s->do('VACUUM ANALYZE', 'CHECKPOINT');
	}
	for my $round (0 .. $rounds) # the first only warms up
	{
		for my $variant (@variants)
		{
			for my $name (sort keys %units)
			{
				my $got = pgbench($session{$name}, script => insert_script($variant, $units{$name}), clients => 1, transactions => 2 + int(8000 * $part),
					options => [ 'synchronous_commit=off' ]);
				next if $round == 0;
				push @{ $insert{$variant}{$name} }, $got->{cpu} * 1e6;
				push @{ $wal{$variant}{$name} }, $got->{wal};
			}
		}
	}
	table([ 'one insert a transaction, 1 client', 'variant', 'CPU, us', 'WAL, bytes' ],
		map { my $name = $_; map { [ "$rows{$name} people", $title{$_}, spread('%.0f', @{ $insert{$_}{$name} }), spread('%.0f', @{ $wal{$_}{$name} }) ] } @variants }
			reverse sort keys %units);
	my %growth = map { $_ => [ ratios($insert{$_}{large}, $insert{$_}{small}) ] } @variants;
	goal(11, "CPU of one insert at $rows{large} / at $rows{small} people", '<=', 1.2, @{ $growth{ours} });
	say_text('- beside it, bare with FK: ' . spread('%.2f', @{ $growth{bare_fk} }) . '; growth of bianzhi / growth of bare with FK: '
		. spread('%.2f', ratios($growth{ours}, $growth{bare_fk})));
	say_text('');
	for my $name (keys %units)
	{
		$session{$name}->close_session;
		system('dropdb', "bench_$name");
	}
}

# --- goal 12: what users write, in a bulk load and beside each other

sub case_rivals
{
	my ($s) = @_;
	my @variants = qw(bare_fk bare ours counter counting serializable);
	my $rows = int(100_000 * $part);
	my %cpu;
	for my $round (1 .. $rounds)
	{
		$s->do("TRUNCATE $table_of{$_}") for grep { $_ ne 'ours' } @variants;
		empty_ours($s);
		for my $variant (@variants)
		{
			push @{ $cpu{$variant} }, measured($s, "INSERT INTO $table_of{$variant} $columns
				SELECT person_id, unit_id, category, during FROM bench.plan LIMIT $rows")->{cpu};
		}
	}
	say_text("$rows rows, INSERT ... SELECT into empty tables, one statement.\n");
	ratio_table('CPU of the backend, s', '%.2f', \%cpu, @variants);
	goal(12, "CPU / $title{$_}", '<=', 1, ratios($cpu{ours}, $cpu{$_})) for qw(counter counting serializable);
	say_text('');

	my $t = connect_to($s->{database});
	my @account = split /\t/, $s->one('SELECT unit_id, category FROM bench.account ORDER BY unit_id, category LIMIT 1');
	my @person = $s->do('SELECT person_id FROM bench.plan ORDER BY person_id LIMIT 3');
	my $set = sub {
		my ($amount) = @_;
		$s->do("TRUNCATE $table_of{$_}") for qw(ours counter counting serializable);
		$s->do("UPDATE bench.seat_limit SET amount = $amount, taken = 0 WHERE unit_id = $account[0] AND category = '$account[1]'",
			"UPDATE bianzhi.quota SET amount = $amount WHERE unit_id = $account[0] AND category = '$account[1]'");
	};
	my $insert = sub {
		my ($session, $variant, $person, $from, $to) = @_;
		my ($state) = $session->try("INSERT INTO $table_of{$variant} $columns VALUES ($person[$person], $account[0], '$account[1]', daterange($from, $to))");
		return $state eq '00000' ? 'taken' : "refused ($state)";
	};
	my (%follow, %leave, %race, %mixed);
	for my $variant (qw(ours counter counting serializable))
	{
		# one seat in January, one in February, both of one seat of two; the third has the other seat
		$set->(2);
		my $level = $variant eq 'serializable' ? 'SERIALIZABLE' : 'READ COMMITTED';
		$s->do("SET default_transaction_isolation = '$level'");
		$insert->($s, $variant, 0, "'2027-01-01'", "'2027-02-01'");
		$insert->($s, $variant, 1, "'2027-02-01'", "'2027-03-01'");
		$follow{$variant} = $insert->($s, $variant, 2, "'2027-01-01'", "'2027-03-01'");

		# the one seat falls free, and somebody comes
		$set->(1);
		$insert->($s, $variant, 0, "'2027-01-01'", 'NULL');
		$s->do("UPDATE $table_of{$variant} SET during = daterange(lower(during), '2027-06-01')");
		$leave{$variant} = $insert->($s, $variant, 1, "'2027-06-01'", 'NULL');

		# both have looked before either has written, one seat for two
		for my $other ($level eq 'SERIALIZABLE' ? 'SERIALIZABLE' : 'REPEATABLE READ', 'READ COMMITTED')
		{
			$set->(1);
			my $first = $other eq 'READ COMMITTED' ? $level : $other;
			$s->do("BEGIN ISOLATION LEVEL $first", 'SELECT 1');
			$t->do("BEGIN ISOLATION LEVEL $other", 'SELECT count(*) FROM bench.seat_limit');
			$insert->($s, $variant, 0, "'2027-01-01'", 'NULL');
			if ($variant eq 'serializable')
			{
				$insert->($t, $variant, 1, "'2027-01-01'", 'NULL');
				$s->try('COMMIT');
			}
			else
			{
				$s->do('COMMIT');
				$insert->($t, $variant, 1, "'2027-01-01'", 'NULL');
			}
			$t->try('COMMIT');
			my $there = $s->one("SELECT count(*) FROM $table_of{$variant}");
			($other eq 'READ COMMITTED' ? \%mixed : \%race)->{$variant} = $there > 1 ? "**$there in 1 seat**" : "$there in 1 seat";
		}
	}
	$s->do('RESET default_transaction_isolation');
	$set->(1000000);
	$t->close_session;
	table([ 'who is right', 'two who follow each other and a third, 2 seats: there is room', 'a seat falls free and is taken',
			'two at once at the same level (REPEATABLE READ; SERIALIZABLE), 1 seat', 'the same, the second at READ COMMITTED' ],
		map { [ $title{$_}, $follow{$_} =~ /taken/ ? 'taken' : "**$follow{$_}**", $leave{$_} =~ /taken/ ? 'taken' : "**$leave{$_}**", $race{$_}, $mixed{$_} ] }
			qw(ours counter counting serializable));
}

# --- all of them

require File::Spec->rel2abs($here . $_) for qw(ledger.pl people.pl);

my %case = (bulk => \&case_bulk, oltp => \&case_oltp, hot => \&case_hot, big => \&case_big, series => \&case_series, size => \&case_size,
	golive => \&case_golive, rivals => \&case_rivals, audit => \&case_audit, seal => \&case_seal, inspect => \&case_inspect,
	forecast => \&case_forecast, growth => \&case_growth, change => \&case_change, structure => \&case_structure);
my %makes_its_own = map { $_ => 1 } qw(golive audit seal inspect forecast growth change structure); # databases

# What the other cases start from.
sub worst_case
{
	my ($s) = @_;
	psql_file('bianzhi', 'worst.sql', "units=$units");
	psql_file('bianzhi', 'rivals.sql');
	psql_file('bianzhi', 'series.sql');
	$s->do("INSERT INTO bianzhi.person (name) SELECT 'new' FROM generate_series(1, 1000000)");
	$s->do("CREATE SEQUENCE bench.next_$_", "SELECT setval('bench.next_$_', (SELECT max(person_id) FROM bench.plan))") for grep { $_ ne 'audited' } keys %table_of;
	$s->do('VACUUM ANALYZE');
}

my $began = time;
my $s = connect_to('bianzhi');
my $machine = machine($s);
my $is_made;
for my $name (split ' ', $ENV{CASES})
{
	die "no case $name: " . join(' ', sort keys %case) . "\n" unless $case{$name};
	worst_case($s) unless $makes_its_own{$name} || $is_made++;
	my $started = time;
	my $load = load_average();
	print "\n## $name\n\n";
	$case{$name}->($s);
	my $said = sprintf '%s; %s; %d round%s, %.0f s, load of the machine %s when it began and %s at its end.', strftime('%Y-%m-%d %H:%M UTC', gmtime $started),
		$machine, $rounds, $rounds > 1 ? 's' : '', time - $started, $load, load_average();
	say_text("Run: $said\n");
	keep($name, "\n" . kept());
}
printf "%.0f s in all\n", time - $began;
