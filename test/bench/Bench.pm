# What the benchmarks measure with: sessions, CPU and WAL of backends, pgbench, ratios by round, tables in Markdown.
package Bench;

use strict;
use warnings;

use Exporter 'import';
use IPC::Open3;
use List::Util qw(max min);
use Time::HiRes qw(sleep time);

our @EXPORT = qw(connect_to measured pgbench median spread ratios table goal say_text kept keep machine load_average rounds);

my @kept;

# --- sessions

# A session of psql that stays; connect_to(database)
sub connect_to
{
	my ($database) = @_;
	my $self = bless { database => $database }, 'Bench';
	$self->{pid} = open3($self->{in}, $self->{out}, undef, 'psql', '-XqAt', '-F', "\t", '-d', $database);
	$self->do('SET client_min_messages = warning');
	$self->{backend} = $self->one('SELECT pg_backend_pid()');
	return $self;
}

sub close_session
{
	my ($self) = @_;
	close $self->{in};
	waitpid $self->{pid}, 0;
}

# Run one statement or psql command; returns (SQLSTATE, lines).
sub try
{
	my ($self, $sql) = @_;
	my $in = $self->{in};
	my $out = $self->{out};
	my @lines;
	print $in $sql, $sql =~ /^\\/ ? "\n" : ";\n", "\\echo === :SQLSTATE\n" or die "psql is gone\n";
	$in->flush;
	while (my $line = <$out>)
	{
		chomp $line;
		return ($1, @lines) if $line =~ /^=== (\S*)$/;
		push @lines, $line;
	}
	die "psql ended: $sql\n@lines\n";
}

# The same, where a failure is the end.
sub do
{
	my ($self, @statements) = @_;
	my @lines;
	for my $sql (@statements)
	{
		my $state;
		($state, @lines) = $self->try($sql);
		die "$state in: $sql\n@lines\n" if $state ne '00000' && $sql !~ /^\\/;
	}
	return @lines;
}

sub one
{
	my ($self, $sql) = @_;
	return ($self->do($sql))[0];
}

# milliseconds of one statement, as psql sees it: with parsing, planning and the way there and back
sub timed
{
	my ($self, $sql) = @_;
	$self->try('\\timing on');
	my ($state, @lines) = $self->try($sql);
	$self->try('\\timing off');
	die "$state in: $sql\n@lines\n" if $state ne '00000';
	my ($time) = map { /^Time: ([\d.]+) ms/ ? $1 : () } @lines;
	return $time;
}

# --- what a backend uses

sub read_file
{
	my ($file) = @_;
	open my $handle, '<', $file or return undef;
	local $/;
	return <$handle>;
}

# fields of /proc/PID/stat from the third on
sub stat_fields
{
	my $stat = read_file("/proc/$_[0]/stat") // return;
	$stat =~ s/^.*\)\s+//s;
	return split ' ', $stat;
}

my $tick = 100;

# CPU seconds of a process that lives; from the scheduler's own count where the kernel keeps one
sub cpu_of
{
	my ($pid) = @_;
	my $scheduled = read_file("/proc/$pid/schedstat") // '';
	return $1 / 1e9 if $scheduled =~ /^([1-9]\d*)/;
	my @field = stat_fields($pid);
	return ($field[11] + $field[12]) / $tick;
}

sub postmaster { return (split /\n/, read_file("$ENV{BZ_PGDATA}/postmaster.pid"))[0] }

# How many sessions the postmaster serves or has yet to bury; one that ends loses its command line before anything else.
sub sessions
{
	my ($parent) = @_;
	my $n = 0;
	for my $dir (glob '/proc/[0-9]*')
	{
		my @field = stat_fields($dir =~ s/.*\///r) or next;
		next if $field[1] != $parent;
		my $command = read_file("$dir/cmdline") // '';
		$n++ if $command eq '' || $command =~ /\[local\]/;
	}
	return $n;
}

# CPU, wall time and WAL of a statement in a session, and what it said: { cpu, wall, wal, lines }
sub measured
{
	my ($session, $sql) = @_;
	my $lsn = $session->one('SELECT pg_current_wal_insert_lsn()');
	my $cpu = cpu_of($session->{backend});
	my $wall = time;
	my @lines = $session->do($sql);
	my %got = (wall => time - $wall, cpu => cpu_of($session->{backend}) - $cpu, lines => \@lines);
	$got{wal} = $session->one("SELECT pg_current_wal_insert_lsn() - '$lsn'");
	return \%got;
}

sub run_pgbench
{
	my ($database, $script, $clients, $transactions, $options, @more) = @_;
	my $text = '';
	local $ENV{PGOPTIONS} = join ' ', map { "-c $_" } @{$options};
	my $pid = open3(my $in, my $out, undef, 'pgbench', '-n', '-M', 'prepared', '-c', $clients, '-j', min($clients, 2), '-t', $transactions,
		'-f', $script, @more, $database);
	close $in;
	{ local $/; $text = <$out>; }
	waitpid $pid, 0;
	die "pgbench $script:\n$text\n" if $? != 0 || $text !~ /number of failed transactions: 0 /;
	return $text;
}

# Transactions through pgbench: { tps, cpu, wal } a transaction, without what starting the backends costs. CPU is that of the
# backends: what the postmaster counts for children that have ended.
sub pgbench
{
	my ($control, %with) = @_;
	my $parent = postmaster();
	my @run;
	for my $transactions (1, $with{transactions})
	{
		my $had = sessions($parent);
		my @before = stat_fields($parent);
		my $lsn = $control->one('SELECT pg_current_wal_insert_lsn()');
		my $text = run_pgbench($control->{database}, $with{script}, $with{clients}, $transactions, $with{options} // [],
			@{ $with{pgbench} // [] });
		my $patience = time + 60;
		while (sessions($parent) > $had)
		{
			die "sessions of pgbench do not end\n" if time > $patience;
			sleep 0.01;
		}
		my @after = stat_fields($parent);
		my ($tps) = $text =~ /tps = ([\d.]+) \(without initial connection time\)/;
		my ($retried) = $text =~ /total number of retries: (\d+)/;
		push @run, {
			cpu => ($after[13] + $after[14] - $before[13] - $before[14]) / $tick,
			wal => $control->one("SELECT pg_current_wal_insert_lsn() - '$lsn'"),
			tps => $tps,
			retried => $retried // 0,
		};
	}
	my $n = $with{clients} * ($with{transactions} - 1);
	return { tps => $run[1]{tps}, retried => $run[1]{retried}, map { $_ => max(0, $run[1]{$_} - $run[0]{$_}) / $n } qw(cpu wal) };
}

# --- statistics

sub median
{
	my @sorted = sort { $a <=> $b } grep { defined } @_;
	return undef unless @sorted;
	return ($sorted[ $#sorted / 2 ] + $sorted[ @sorted / 2 ]) / 2;
}

# "median (least-most)"
sub spread
{
	my ($format, @values) = @_;
	@values = grep { defined } @values;
	return '-' unless @values;
	return sprintf $format, $values[0] if @values == 1;
	return sprintf "$format ($format-$format)", median(@values), min(@values), max(@values);
}

# ratios of two lists, round by round
sub ratios
{
	my ($over, $under) = @_;
	return map { defined $over->[$_] && $under->[$_] ? $over->[$_] / $under->[$_] : () } 0 .. $#{$over};
}

# --- what is printed, and kept

sub say_text
{
	my ($text) = @_;
	print $text, "\n";
	push @kept, $text;
}

sub kept
{
	my @lines = @kept;
	@kept = ();
	return join("\n", @lines) . "\n";
}

# table([heading...], [cell...]...)
sub table
{
	my ($head, @rows) = @_;
	my @width;
	for my $row ($head, @rows)
	{
		$width[$_] = max($width[$_] // 3, length $row->[$_]) for 0 .. $#{$row};
	}
	for my $row ($head, [ map { '-' x $_ } @width ], @rows)
	{
		say_text('| ' . join(' | ', map { sprintf "%-$width[$_]s", $row->[$_] } 0 .. $#width) . ' |');
	}
	say_text('');
}

# goal(number, what, '<=' or '>=', bound, ratios): one line, with the median of the ratios
sub goal
{
	my ($number, $what, $sense, $bound, @values) = @_;
	my $got = median(@values);
	my $word = !defined $got ? 'not measured' : ($sense eq '<=' ? $got <= $bound : $got >= $bound) ? 'met' : '**missed**';
	say_text("- goal $number, $what $sense $bound: " . (defined $got ? spread('%.2f', @values) : '-') . ", $word");
}

# put the tables of a case between its marks in the file KEEP
sub keep
{
	my ($name, $text) = @_;
	my $file = $ENV{KEEP};
	return if $ENV{SHORT};
	my $old = read_file($file) // '';
	$old =~ s/(<!-- bench $name -->\n).*?(<!-- end of $name -->)/$1$text$2/s
		or $old .= "\n<!-- bench $name -->\n$text<!-- end of $name -->\n";
	open my $out, '>', $file or die "$file: $!\n";
	print $out $old;
	close $out;
}

sub first_line
{
	my ($command) = @_;
	my $text = `$command` // '';
	return (split /\n/, $text)[0] // 'unknown';
}

sub machine
{
	my ($session) = @_;
	my $model = first_line(q(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo));
	my $processors = () = read_file('/proc/cpuinfo') =~ /^processor/mg;
	my ($memory) = read_file('/proc/meminfo') =~ /MemTotal:\s+(\d+)/;
	return sprintf '%s, %d processors, %.0f GB of memory, Linux %s, PostgreSQL %s, shared_buffers %s', $model, $processors, $memory / 1048576,
		first_line('uname -r'), $session->one('SHOW server_version'), $session->one('SHOW shared_buffers');
}

sub load_average { return (split ' ', read_file('/proc/loadavg'))[0] }

sub rounds { return $ENV{ROUNDS} || ($ENV{SHORT} ? 1 : 5) }

1;
