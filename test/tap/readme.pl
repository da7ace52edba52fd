# What the documents show is what comes out: every sql block of the READMEs and of docs/ is run, in order, each
# document in an empty database, and what it prints is compared with the text block that follows it, if one does.
#
# A statement that is to be refused stands below a comment line "-- refused: SQLSTATE" in its block.
# Texts are handled as the bytes that they are.
use strict;
use warnings;
use BianzhiNode;
use File::Basename qw(dirname);
use IPC::Run;
use Test::More;

my $top = dirname(__FILE__) . '/../..';
my $node = BianzhiNode::start('documents', "lc_messages = 'C'", "log_statement = 'none'");
my $day = '2026-11-24';

# show(DATABASE, SQL): what psql prints, and the SQLSTATE of the last error
sub show
{
	my ($database, $sql) = @_;
	my $out;
	local $ENV{LC_ALL} = 'C.UTF-8';
	local $ENV{PGOPTIONS} = "-c bianzhi.today=$day";
	IPC::Run::run [ 'psql', '-X', '-q', '-d', $node->connstr($database) ],
		'<', \"$sql\n\\echo %% :LAST_ERROR_SQLSTATE\n", '>&', \$out;
	$out =~ s/^%% (\w+)\n\z//m or die "psql ended early: $out";
	my $state = $1;
	$out =~ s/[ \t]+$//mg;
	$out =~ s/\n+\z/\n/;
	return ($out, $state);
}

my @names = ('README.md', 'README.zh-CN.md', map { s/^\Q$top\E\///r } sort glob("$top/docs/*.md"));
my %text;
for my $name (@names)
{
	open my $file, '<:raw', "$top/$name" or die "$name: $!";
	$text{$name} = do { local $/; <$file> };
	close $file;
}

# the headings of a document as places to link to
my %heading;
for my $name (@names)
{
	for my $words ($text{$name} =~ /^#+ (.*)$/mg)
	{
		my $place = lc $words;
		$place =~ s/[^\w\s-]//g;
		$place =~ tr/ /-/;
		$heading{$name}{$place} = 1;
	}
}

my $number = 0;
for my $name (@names)
{
	my $text = $text{$name};
	my $place = $name =~ /^docs/ ? 'docs/' : '';
	for my $link ($text =~ /\]\(([^):]+)\)/g)
	{
		my ($file, $part) = $link =~ /^([^#]*)(?:#(.*))?$/;
		ok(-e "$top/$place$file", "$name links to $file");
		ok($heading{"$place$file"}{$part}, "$name links to a part of $file, $part") if defined $part;
	}

	my $database = 'document_' . ++$number;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	my $blocks = 0;
	while ($text =~ /^```sql\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/msg)
	{
		my ($sql, $shown) = ($1, $2);
		my $line = 1 + (substr($text, 0, $-[0]) =~ tr/\n//);
		my @refused = $sql =~ /^-- refused: (\w{5})$/mg;
		my ($out, $state) = show($database, $sql);
		my @errors = $out =~ /^((?:ERROR|错误):.*)$/mg;

		is(scalar @errors, scalar @refused, "$name line $line: as many errors as it says") or diag($out);
		is($state, @refused ? $refused[-1] : '00000', "$name line $line: SQLSTATE");
		# which line of a function raised an error changes with every line above it
		s/^(.*PL\/pgSQL function .*) line \d+ at /$1 line ... at /mg for $out, $shown //= '';
		is($out, $shown, "$name line $line: what it shows");
		$blocks++;
	}
	ok($blocks > 0, "$name has sql blocks") if $name =~ /^README|concepts/;
	$node->safe_psql('postgres', "DROP DATABASE $database");
}
$node->stop;
done_testing();
