# The cases of the ledger and of the leads, each in databases of its own; bench.pl reads this.
use strict;
use warnings;

use Bench;
use File::Temp qw(tempdir);

my $rounds = rounds();
my $part = $ENV{SHORT} ? 0.1 : 1; # of the data
my $scratch = tempdir(CLEANUP => 1);
my $columns = '(person_id, unit_id, category, during)';

# A database as one made before; connected to.
sub copy_of
{
	my ($template, $name) = @_;
	system('createdb', '-T', $template, $name) == 0 or die "no database $name\n";
	return connect_to($name);
}

sub drop
{
	my ($s) = @_;
	$s->close_session;
	system('dropdb', $s->{database}) == 0 or die "$s->{database} stays\n";
}

# --- what auditing costs

# [extension, what makes it audit bench.NAME]
my %debian = (
	table_log => [ 'table_log', "SELECT table_log_init(5, 'bench', 'table_log', 'bench', 'table_log_log')" ],
	periods => [ 'periods', "SELECT periods.add_system_time_period('bench.periods')", "SELECT periods.add_system_versioning('bench.periods')" ],
);
my %log_of = (ours => 'bianzhi.ledger', jsonb => 'bench.jsonb_log', table_log => 'bench.table_log_log', periods => 'bench.periods_history');

sub audit_script
{
	my ($variant, $operation, $rows) = @_;
	my $file = "$scratch/${operation}_$variant.sql";
	open my $out, '>', $file or die "$file: $!\n";
	print $out $operation eq 'insert'
		? "\\set n random(1, 1000000)\n\\set day random(0, 7000)\nINSERT INTO bench.$variant $columns VALUES (:n, 1 + :n % 5000, 'administrative', daterange(date '2006-01-01' + :day::integer, NULL));\n"
		: "\\set n random(1, 1000000)\n\\set id random(0, $rows - 1)\nUPDATE bench.$variant SET note = 'n' || :n WHERE occupancy_id = (SELECT min(occupancy_id) FROM bench.$variant) + :id;\n";
	close $out;
	return $file;
}

sub case_audit
{
	my $rows = int(100_000 * $part);
	my $transactions = 2 + int(10_000 * $part);
	my %title = (bare => 'bare', ours => 'bianzhi', jsonb => 'jsonb trigger', table_log => 'table_log', periods => 'periods');
	my @variants = qw(bare ours jsonb table_log periods);
	my (%cpu, %wal);
	system('createdb', 'bench_audit') == 0 or die;
	psql_file('bench_audit', 'audit.sql', "rows=$rows");
	my $s = connect_to('bench_audit');
	for my $variant (sort keys %debian)
	{
		my ($extension, @statements) = @{ $debian{$variant} };
		my ($state, @lines) = $s->try("CREATE EXTENSION $extension CASCADE");
		if ($state ne '00000')
		{
			say_text("$title{$variant} was not measured: the extension is not there for this server.\n");
			@variants = grep { $_ ne $variant } @variants;
			next;
		}
		$s->do(@statements);
	}
	my @steps = (
		[ "$rows rows, INSERT ... SELECT", sub { "INSERT INTO bench.$_[0] $columns SELECT person_id, unit_id, category, during FROM bench.plan" } ],
		[ 'one UPDATE a transaction' ],
		[ "$rows rows, UPDATE", sub { "UPDATE bench.$_[0] SET document_no = '2026-' || occupancy_id" } ],
		[ 'one INSERT a transaction' ],
		[ "$rows rows, DELETE", sub { "DELETE FROM bench.$_[0] WHERE document_no IS NOT NULL" } ],
	);
	for my $round (0 .. $rounds) # the first only warms up
	{
		for my $step (@steps)
		{
			my ($what, $sql) = @{$step};
			for my $variant (@variants)
			{
				$s->do('CHECKPOINT');
				my $got = $sql ? measured($s, $sql->($variant))
					: pgbench($s, script => audit_script($variant, $what =~ /INSERT/ ? 'insert' : 'update', $rows), clients => 1,
						transactions => $transactions, options => ['synchronous_commit=off']);
				next if $round == 0;
				push @{ $cpu{$what}{$variant} }, $got->{cpu} * 1e6 / ($sql ? $rows : 1);
				push @{ $wal{$what}{$variant} }, $got->{wal} / ($sql ? $rows : 1);
			}
		}
		$s->do("DELETE FROM bench.$_", "VACUUM ANALYZE bench.$_") for @variants;
	}
	for my $variant (grep { $_ ne 'bare' } @variants)
	{
		my $written = $s->one("SELECT count(*) FROM $log_of{$variant}" . ($variant eq 'ours' ? " WHERE relation = 'bench.ours'" : ''));
		die "$variant has not written what it audits\n" if $written < $rows * $rounds;
	}
	for my $step (@steps)
	{
		my $what = $step->[0];
		say_text("$what.\n");
		table([ 'variant', 'CPU, us a row', '/ bare', 'WAL, bytes a row', '/ bare' ],
			map { [ $title{$_}, spread('%.1f', @{ $cpu{$what}{$_} }), spread('%.2f', ratios($cpu{$what}{$_}, $cpu{$what}{bare})),
				spread('%.0f', median(@{ $wal{$what}{$_} })), spread('%.2f', ratios($wal{$what}{$_}, $wal{$what}{bare})) ] } @variants);
		goal(13, "CPU / $title{$_}, $what", '<=', 1, ratios($cpu{$what}{ours}, $cpu{$what}{$_})) for grep { !/^(bare|ours)$/ } @variants;
		say_text('');
	}
	drop($s);
}

# --- sealing and verifying

# Seconds of CPU that libcrypto needs for so many hashes of so many bytes each, by "openssl speed"
sub hashing
{
	my ($hashes, $bytes) = @_;
	my $text = `openssl speed -mr -seconds 2 -bytes $bytes -evp sm3 2>&1` // '';
	my ($n, $seconds) = $text =~ /^\+R:(\d+):\S+:([\d.]+)$/m or return undef;
	return $hashes * $seconds / $n;
}

sub case_seal
{
	my $rows = int(1_000_000 * $part);
	my (%cpu, %wall);
	my @steps = ('seal_ledger()', 'verify_ledger(digest), the ledger and its table', 'verify_ledger(digest), the ledger alone');
	system('createdb', 'bench_entries') == 0 or die;
	psql_file('bench_entries', 'audit.sql', "rows=$rows");
	my $t = connect_to('bench_entries');
	$t->do("INSERT INTO bench.ours $columns SELECT person_id, unit_id, category, during FROM bench.plan", 'VACUUM ANALYZE', 'CHECKPOINT');
	my $entries = $t->one('SELECT count(*) FROM bianzhi.ledger');
	# the bytes that docs/ledger-format.md gives to a commitment and to a leaf, and to what is above it
	my @sizes = split /\t/, $t->one("SELECT round(avg(17 + 8 + coalesce(octet_length(row_before), 0) + coalesce(octet_length(row_after), 0))),
		round(avg(1 + 1 + 24 + 7 * 4 + 32 + octet_length(session_user_name || current_user_name || coalesce(claimed_actor, '') || relation || operation || key))), 65
		FROM bianzhi.ledger");
	$t->close_session;
	for my $round (1 .. $rounds)
	{
		my $s = copy_of('bench_entries', 'bench_seal');
		$s->do('SELECT count(*) FROM bianzhi.ledger', 'SELECT count(*) FROM bench.ours');
		my $keep = sub { my ($what, $got) = @_; push @{ $cpu{$what} }, $got->{cpu}; push @{ $wall{$what} }, $got->{wall}; return $got->{lines}[0] };
		$keep->($steps[0], measured($s, 'SELECT bianzhi.seal_ledger()'));
		my $size = $s->one("SELECT bianzhi.ledger_digest() ->> 'tree_size'");
		die "$size of $entries entries are sealed\n" if $size < $entries;
		my $verify = "SELECT count(*) FILTER (WHERE severity = 'error') FROM bianzhi.verify_ledger(bianzhi.ledger_digest())";
		for my $step (@steps[ 1, 2 ])
		{
			$s->do("SELECT bianzhi.unaudit('bench.ours')") if $step =~ /alone/;
			my $errors = $keep->($step, measured($s, $verify));
			die "$step: $errors errors\n" if $errors != 0;
		}
		push @{ $cpu{hashing} }, eval { my @seconds = map { hashing($entries, $_) // die } @sizes; $seconds[0] + $seconds[1] + $seconds[2] };
		drop($s);
	}
	say_text("$entries entries, SM3; of an entry " . join(', ', @sizes) . " bytes are hashed: the commitment, the leaf, a node.\n");
	table([ 'what', 'CPU, s', 'wall time, s', 'entries a second of CPU', 'hashing itself, share' ],
		(map { my $what = $_; [ $what, spread('%.2f', @{ $cpu{$what} }), spread('%.2f', @{ $wall{$what} }), spread('%.0f', map { $entries / $_ } @{ $cpu{$what} }),
			spread('%.2f', ratios($cpu{hashing}, $cpu{$what})) ] } @steps),
		[ 'the same hashes by openssl speed', spread('%.2f', @{ $cpu{hashing} }), '-', spread('%.0f', map { $entries / $_ } grep { defined } @{ $cpu{hashing} }), '-' ]);
	system('dropdb', 'bench_entries') == 0 or die;
}

# --- looking for leads

sub case_inspect
{
	my (%cpu, %wall, $found);
	my @steps = ('inspect(), first', 'inspect(), second');
	system('createdb', 'bench_city') == 0 or die;
	my $t = connect_to('bench_city');
	$t->do('CREATE EXTENSION bianzhi CASCADE');
	psql_file('bench_city', '../city/city.sql', 'scale=1', 'bodies=' . ($ENV{SHORT} ? 9 : 87));
	# the city is healthy but for what the limits see; something to find: bodies that payroll and budget call otherwise, the dead
	# in seats, people absent or lent for too long
	$t->do("INSERT INTO bianzhi.unit_register (source, name, seen_on) SELECT s, u.name || CASE WHEN u.unit_id % 50 = 0 THEN s ELSE '' END, bianzhi.today() - 1
			FROM bianzhi.unit AS u, unnest(ARRAY['payroll', 'budget']) AS s WHERE NOT u.is_section",
		"UPDATE bianzhi.person SET died_on = bianzhi.today() - 90 WHERE person_id % 500 = 0",
		"CREATE TEMP TABLE seated AS SELECT DISTINCT ON (person_id) person_id, unit_id FROM bianzhi.occupancy WHERE during @> bianzhi.today() ORDER BY person_id",
		"INSERT INTO bianzhi.absence (person_id, kind, during) SELECT person_id, 'absent', daterange(bianzhi.today() - 60, NULL) FROM seated WHERE person_id % 500 = 1",
		"INSERT INTO bianzhi.secondment (person_id, from_unit, to_unit, during) SELECT person_id, unit_id, u.first, daterange(bianzhi.today() - 700, NULL)
			FROM seated, (SELECT min(unit_id) AS first FROM bianzhi.unit WHERE NOT is_section) AS u WHERE person_id % 100 = 2 AND unit_id <> u.first");
	$t->do('VACUUM ANALYZE', 'CHECKPOINT');
	my $live = measured($t, 'SELECT bianzhi.go_live()');
	my ($people, $entries) = split /\t/, $t->one('SELECT (SELECT count(*) FROM bianzhi.occupancy), (SELECT count(*) FROM bianzhi.ledger)');
	$t->do('VACUUM ANALYZE', 'CHECKPOINT');
	$t->close_session;
	# all that inspect() may write
	my $state = "SELECT (SELECT count(*) FROM bianzhi.ledger), (SELECT sum(hashtextextended(l::text, 0)) FROM bianzhi.lead AS l),
		(SELECT sum(hashtextextended(i::text, 0)) FROM bianzhi.inspected AS i)";
	for my $round (1 .. $rounds)
	{
		my $s = copy_of('bench_city', 'bench_inspect');
		my $before;
		for my $step (@steps)
		{
			$before = $s->one($state);
			my $got = measured($s, 'SELECT sum(opened), sum(seen_again), sum(gone), count(DISTINCT kind) FILTER (WHERE opened + seen_again > 0) FROM bianzhi.inspect()');
			push @{ $cpu{$step} }, $got->{cpu};
			push @{ $wall{$step} }, $got->{wall};
			$found->{$step} = [ split /\t/, $got->{lines}[0] ];
			die "nothing was found\n" if $found->{$step}[0] + $found->{$step}[1] == 0;
		}
		die "the second inspect() has changed something\n" if $s->one($state) ne $before;
		drop($s);
	}
	say_text("$people stays. The first go_live() took " . sprintf('%.2f s of CPU, %.2f s in all', $live->{cpu}, $live->{wall}) . " and wrote $entries opening entries.\n");
	table([ 'what', 'CPU, s', 'wall time, s', 'opened', 'seen again', 'gone', 'kinds found' ],
		map { [ $_, spread('%.2f', @{ $cpu{$_} }), spread('%.2f', @{ $wall{$_} }), @{ $found->{$_} } ] } @steps);
	say_text("The second run changed nothing: rows of leads, of what was inspected, and entries of the ledger were compared.\n");
	goal(15, "seconds of CPU, $_", '<=', 5, @{ $cpu{$_} }) for @steps;
	say_text('');
	system('dropdb', 'bench_city') == 0 or die;
}

1;
