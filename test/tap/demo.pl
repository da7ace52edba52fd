# make demo and make demo-stop, in a directory of their own.
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

binmode($_, ':encoding(UTF-8)') for Test::More->builder->output, Test::More->builder->failure_output;

my $demo = dirname(__FILE__) . '/../demo';
my $top = tempdir('bz-demo-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $top;
my $state = $ENV{BZ_DEMO_DIR} = "$top/demo";

# run(COMMAND): exit status and all that it says
sub run
{
	my $out = decode('UTF-8', `$_[0] 2>&1 </dev/null`);
	return ($? >> 8, $out);
}

# what is not ours is left alone
mkdir $state;
my ($rc, $out) = run("$demo/run");
isnt($rc, 0, 'a directory that is no demonstration is refused');
like($out, qr/is no demonstration of bianzhi/, 'and it says so');
ok(-d $state, 'and it stands');
rmdir $state;

($rc, $out) = run("$demo/run");
is($rc, 0, 'make demo') or diag($out);
for my $line (
	qr/^ +40 \| +91 \| +208 \| +252 \|/m,
	qr/^ 江西省财政厅 \| +169 \| +167 \| +2$/m,
	qr/^ERROR:  establishment limit exceeded: unit "jx_water", category "administrative", first on \d{4}-\d\d-\d\d$/m,
	qr/^HINT:  room from \d{4}-\d\d-01$/m,
	qr/超出编制限额：单位 "jx_water"，类别 "administrative"/,
	qr/^ERROR:  establishment limit exceeded: unit "jx_transport"/m,
	qr/^ 江西省交通运输厅 \| +76 \| +77 \| +1$/m,
	qr/^ 江西省国土资源厅 +\| +95 \| +95 \| +0 \| +0$/m,
	qr/^ over_by_cut \| 江西省粮食局 \| administrative \|/m,
	qr/^ERROR:  establishment limit exceeded: unit "nx_zhongwei_weather", category "leader_deputy", first on \d{4}-07-01$/m,
	qr/^ unit_id \| category \| since \| level \| stored \| recomputed \n[-+]+\n\(0 rows\)$/m,
	qr/^  停止 \/ stop: +BZ_DEMO_DIR=\S+ make demo-stop$/m)
{
	like($out, $line, "it shows $line");
}

my ($connect) = $out =~ /^  连接 \/ connect: +(.*)$/m;
($rc, $out) = run("$connect -X -A -t -c 'SELECT bianzhi.is_live(), count(*) FROM bianzhi.verify()'");
is($out, "t|0\n", 'the server goes on running, and the command that was printed connects');

# the server of another directory is not stopped, even where its number stands in our postmaster.pid
ok(my $pid = (split /\n/, `head -1 $state/data/postmaster.pid`)[0], 'the server has a number');
run("cp -a $state $top/other && rm $state/data/postmaster.pid");
($rc, $out) = run("BZ_DEMO_DIR=$top/other $demo/stop");
is($rc, 0, 'what another directory calls its server is not taken for it');
ok(-d "/proc/$pid" && !-d "$top/other", 'the server lives, the other directory is gone');
run("echo $pid >$state/data/postmaster.pid");

($rc, $out) = run("$demo/stop");
is($rc, 0, 'make demo-stop') or diag($out);
ok(!-e $state, 'the directory is gone');
for (1 .. 100)
{
	last unless defined readlink "/proc/$pid/cwd";
	select(undef, undef, undef, 0.1);
}
ok(!defined readlink "/proc/$pid/cwd", 'and so is the server');
($rc, $out) = run("$demo/stop");
is($rc, 0, 'once more changes nothing');

done_testing();
