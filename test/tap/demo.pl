# make demo and make demo-stop, in a directory of their own; and the made-up city of test/city that it loads.
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use IPC::Run;
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

# ask(DATABASE, SQL, OPTION...): what psql prints on the demonstration's server
sub ask
{
	my ($database, $sql, @options) = @_;
	my $said;
	IPC::Run::run [ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', @options, '-h', $state, '-p', '5432', '-U', 'postgres', '-d', $database ],
		'<', \$sql, '>&', \$said;
	chomp $said;
	return decode('UTF-8', $said);
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
	qr/^ 事业单位 +\| +\d+ \| +\d{6} \| +\d{6} \|/m,
	qr/^ excess_at_go_live \| +\d+$/m,
	qr/^ERROR:  establishment limit exceeded: unit "001-0\d-t\d\d-\d", category "institution_full", first on \d{4}-\d\d-\d\d$/m,
	qr/^ERROR:  a person would hold a second seat on \d{4}-\d\d-\d\d$/m,
	qr/^INSERT 0 1\n\n== 13 /m,
	qr/^ error +\| a row was changed .*bianzhi\.person/m,
	qr/^ C4 +\| +2 *$/m,
	qr/^ \d{4}-0001 \| C4 +\|.*\| 已挂号 +\| 人事处 *$/m,
	qr/^  停止 \/ stop: +BZ_DEMO_DIR=\S+ make demo-stop$/m)
{
	like($out, $line, "it shows $line");
}

my ($connect) = $out =~ /^  连接 \/ connect: +(.*)$/m;
my ($connect_city) = $out =~ /^  虚构城市 \/ city: +(.*)$/m;
($rc, $out) = run("$connect -X -A -t -c 'SELECT bianzhi.is_live(), count(*) FROM bianzhi.verify()'");
is($out, "t|0\n", 'the server goes on running, and the command that was printed connects');

($rc, $out) = run("$connect_city -X -A -t -c 'SELECT bianzhi.is_live(), count(*) > 200000 FROM bianzhi.occupancy'");
is($out, "t|t\n", 'and so does the one to the city');

# the city, by its rows alone
is(ask('city', "SELECT count(*), count(DISTINCT organ_kind), count(*) FILTER (WHERE NOT EXISTS (
		SELECT 1 FROM bianzhi.unit AS s WHERE s.parent_id = u.unit_id AND s.is_section))
	FROM bianzhi.unit AS u WHERE u.unit_key LIKE '001-00-___'"), '87|10|0', '87 bodies of ten kinds, all with sections');
my ($records, $left, $to_come) = split /\|/, ask('city', 'SELECT count(*), count(*) FILTER (WHERE upper(during) <= CURRENT_DATE),
	count(*) FILTER (WHERE lower(during) > CURRENT_DATE) FROM bianzhi.occupancy');
cmp_ok($records, '>=', 225_000, 'some 230,000 records');
cmp_ok($records, '<=', 235_000, '... and not more');
cmp_ok($left, '>', $records / 10, 'of people of whom many have left');
cmp_ok($to_come, '>', $records / 200, '... and some are to come');

my $today = <<'SQL';
WITH RECURSIVE above (code, ancestor) AS (
	SELECT code, code FROM bianzhi.category UNION ALL
	SELECT a.code, c.parent FROM above AS a JOIN bianzhi.category AS c ON c.code = a.ancestor WHERE c.parent IS NOT NULL
), authorized AS (
	SELECT unit_id, category, sum(amount) AS seats FROM bianzhi.quota WHERE during @> CURRENT_DATE GROUP BY unit_id, category
), taken (unit_id, section_id, category, seats) AS (
	SELECT unit_id, section_id, category, 1 FROM bianzhi.occupancy WHERE counted AND during @> CURRENT_DATE
	UNION ALL SELECT unit_id, section_id, category, 1 FROM bianzhi.appointment WHERE counted AND during @> CURRENT_DATE
	UNION ALL SELECT parent_id, NULL, counted_as, 1 FROM bianzhi.unit WHERE counted_as IS NOT NULL
	UNION ALL SELECT u.unit_id, NULL, k.category, t.headcount
	FROM town_staff AS t JOIN bianzhi.category_alias AS k ON k.source = 'town_staff' AND k.alias = t.kind
		LEFT JOIN bianzhi.unit_alias AS a ON a.source = 'town_staff' AND a.alias = t.dept
		JOIN bianzhi.unit AS u ON CASE WHEN a.unit_id IS NULL THEN u.unit_key = t.dept ELSE u.unit_id = a.unit_id END
	WHERE t.hired <= CURRENT_DATE AND (t.last_day IS NULL OR t.last_day >= CURRENT_DATE)
), filled AS (
	SELECT w.unit_id, p.ancestor AS category, sum(t.seats) AS seats
	FROM taken AS t JOIN above AS p ON p.code = t.category, LATERAL (VALUES (t.unit_id), (t.section_id)) AS w (unit_id)
	WHERE w.unit_id IS NOT NULL GROUP BY w.unit_id, p.ancestor
)
SELECT count(*), count(*) FILTER (WHERE f.seats > a.seats), count(*) FILTER (WHERE a.seats >= 4000)
FROM authorized AS a LEFT JOIN filled AS f USING (unit_id, category)
SQL
my ($accounts, $over, $large) = split /\|/, ask('city', $today);
cmp_ok($accounts, '>=', 10_000, 'at least 10,000 accounts with a quota');
cmp_ok($large, '>=', 3, 'a few of them large');
cmp_ok($over / $accounts, '>=', 0.005, 'about 1 % of them are over');
cmp_ok($over / $accounts, '<=', 0.015, '... and not more');
is(ask('city', 'SELECT count(*) FROM bianzhi.vacancy WHERE over > 0'), $over, 'which is what the engine says');
is(ask('city', "SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM bianzhi.lead"), 'C4 excess_at_go_live past_excess undocumented',
	'leads are of old excess, of lines without a document, and of the secondment that was shown');

# the same cities come out by other plans, others by another seed; what is loaded can be gone on with
my $city = dirname(__FILE__) . '/../city';
my %sum;
for my $made ([ 'one', '', '230000' ], [ 'two', '-c enable_hashjoin=off -c enable_sort=off -c geqo_threshold=2', '230000' ], [ 'three', '', '7' ])
{
	my ($database, $plans, $seed) = @$made;
	local $ENV{PGOPTIONS} = "-c client_min_messages=warning $plans";
	ask('postgres', "CREATE DATABASE $database");
	is(ask($database, 'CREATE EXTENSION bianzhi CASCADE'), '', "an empty database, $database");
	is(ask($database, '', '-v', 'scale=2', '-v', 'bodies=3', '-v', "seed=$seed", '-v', 'day=2026-11-24', '-f', "$city/city.sql", '-f', "$city/application.sql"),
		'', 'a part of two cities is loaded');
	$sum{$database} = ask($database, '', '-f', "$city/checksum.sql") . ask($database, 'SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM town_staff AS t');
}
like($sum{one}, qr/^occupancy\|\d{4,}\|/m, 'it has people');
is($sum{two}, $sum{one}, 'other plans, the same cities');
isnt($sum{three}, $sum{one}, 'another seed, other cities');
is(ask('one', "INSERT INTO bianzhi.unit (unit_key, name) VALUES ('new', 'new'); INSERT INTO bianzhi.person (name) VALUES ('new');
	SELECT accounts > 0 FROM bianzhi.go_live()"), 't', 'sequences go on behind it, and it goes live');
like(ask('one', '', '-f', "$city/city.sql"), qr/live already/, 'a live database is left alone');

# the server of another directory is not stopped# the server of another directory is not stopped, even where its number stands in our postmaster.pid
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
