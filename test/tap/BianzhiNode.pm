# A PostgreSQL::Test::Cluster node that serves the extension which test/with-server installed.
#
#   use BianzhiNode;
#   my $node = BianzhiNode::start('primary', { allows_streaming => 1 }, 'max_connections = 40');
#   $node->safe_psql('postgres', 'CREATE EXTENSION bianzhi CASCADE');
package BianzhiNode;

use strict;
use warnings;
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

my $lib = dirname(__FILE__) . '/../lib';

# settings(): the lines of postgresql.conf a server needs to find the extension
sub settings
{
	my $dest = $ENV{BZ_DESTDIR} or die "BZ_DESTDIR is not set: run this under test/with-server\n";
	my $found = `'$lib/settings' '$dest'`;
	die "no settings for $dest\n" if $? != 0;
	return join "\n", $found,
		"timezone = 'Asia/Shanghai'",
		"max_prepared_transactions = 20",
		'';
}

# initialised(NAME[, {PARAMETERS}], LINES...): an initialised node that does not run yet, with parameters for init() and
# further lines for postgresql.conf
sub initialised
{
	my ($name, @lines) = @_;
	my %parameters = ref $lines[0] ? %{ shift @lines } : ();
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ], %parameters);
	$node->append_conf('postgresql.conf', settings() . join("\n", @lines, ''));
	return $node;
}

# start(...): the same, running
sub start
{
	my $node = initialised(@_);
	$node->start;
	return $node;
}

# crash(NODE): kill -9 of the postmaster, and the wait until its process is gone: its lock file counts while
# init has not reaped it
sub crash
{
	my ($node) = @_;
	my $pid = $node->{_pid};
	$node->kill9;
	select undef, undef, undef, 0.1 while kill 0, $pid;
	return;
}

# file(NODE, DATABASE, PATH, VARIABLE...): a script into a database; variables are NAME=VALUE
sub file
{
	my ($node, $database, $path, @variables) = @_;
	system('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', (map { ('-v', $_) } @variables), '-d', $node->connstr($database), '-f', $path) == 0
		or die "$path failed\n";
	return;
}

1;
