# A PostgreSQL::Test::Cluster node that serves the extension which test/with-server installed.
#
#   use BianzhiNode;
#   my $node = BianzhiNode::start('primary', 'max_connections = 40');
#   $node->safe_psql('postgres', 'CREATE EXTENSION bianzhi CASCADE');
package BianzhiNode;

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

# settings(): the lines of postgresql.conf a server needs to find the extension
sub settings
{
	my $dest = $ENV{BZ_DESTDIR} or die "BZ_DESTDIR is not set: run this under test/with-server\n";
	my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
	chomp(my $pkglibdir = `$pg_config --pkglibdir`);
	return join "\n",
		"extension_destdir = '$dest'",
		"dynamic_library_path = '$dest$pkglibdir:\$libdir'",
		"timezone = 'Asia/Shanghai'",
		"max_prepared_transactions = 20",
		'';
}

# start(NAME, LINES...): an initialised, running node, with further lines for postgresql.conf
sub start
{
	my ($name, @lines) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
	$node->append_conf('postgresql.conf', settings() . join("\n", @lines, ''));
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

1;
