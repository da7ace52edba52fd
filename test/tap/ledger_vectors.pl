# The format of the ledger by a second implementation, from docs/ledger-format.md alone: its test vectors, and every hash of a ledger
# that was sealed in several blocks; SM3 by the openssl program, SHA-256 by perl.
use strict;
use warnings;

use BianzhiLedger;
use BianzhiNode;
use Digest::SHA qw(sha256);
use Encode qw(encode_utf8);
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my %known;
my %hash = (
	sha256 => \&sha256,
	sm3 => sub {
		my ($data) = @_;
		# a program for each hash: those of a smaller tree are those of a larger one, too
		IPC::Run::run([qw(openssl dgst -sm3 -binary)], '<', \$data, '>', \$known{$data}) or die 'openssl dgst' unless exists $known{$data};
		return $known{$data};
	});

sub field { my ($value) = @_; return defined $value ? pack('N', length $value) . $value : pack('N', 0xFFFFFFFF); }

# an entry: its columns by name, texts as bytes, at in microseconds since 2000, salt and commitment as bytes
sub commitment
{
	my ($h, $e) = @_;
	return $e->{commitment} // $h->("\x02" . $e->{salt} . field($e->{row_before}) . field($e->{row_after}));
}

sub leaf
{
	my ($h, $e) = @_;
	return $h->(join '', "\x00", "\x01", map({ pack 'q>', $e->{$_} } qw(seq at xact)),
		map({ field($e->{$_}) } qw(session_user_name current_user_name claimed_actor relation operation key)), field(commitment($h, $e)));
}

sub root
{
	my ($h, @leaf) = @_;
	return $h->('') unless @leaf;
	return $leaf[0] if @leaf == 1;
	my $k = 1;
	$k *= 2 while 2 * $k < @leaf;
	return $h->("\x01" . root($h, @leaf[ 0 .. $k - 1 ]) . root($h, @leaf[ $k .. $#leaf ]));
}

my @vector = (
	{ seq => 1, at => 848808306123456, xact => 726, session_user_name => 'clerk', current_user_name => 'clerk', relation => 'bianzhi.unit', operation => 'INSERT', key => '1',
		row_after => encode_utf8("{\"name\":\"\x{8d22}\x{653f}\x{5c40}\",\"unit_id\":\"1\"}"), salt => pack('H*', '000102030405060708090a0b0c0d0e0f') },
	{ seq => 3, at => -1, xact => 727, session_user_name => 'pool', current_user_name => 'bianzhi', claimed_actor => '', relation => 'bianzhi.unit', operation => 'DELETE', key => '1',
		row_before => '', salt => pack('H*', 'ffffffffffffffffffffffffffffffff') });

# the vectors as the document has them
my $document = slurp_file("$FindBin::RealBin/../../docs/ledger-format.md");
for my $name (qw(sm3 sha256))
{
	my $h = $hash{$name};
	my @leaf = map { leaf($h, $_) } @vector;
	my %expected = (
		"commitment 1" => commitment($h, $vector[0]), "leaf 1" => $leaf[0], "commitment 2" => commitment($h, $vector[1]), "leaf 2" => $leaf[1],
		"root of 0" => root($h), "root of 2" => root($h, @leaf));
	for my $what (sort keys %expected)
	{
		my $digits = unpack 'H*', $expected{$what};
		ok($document =~ /^\| $name \| $what \| `$digits` \|$/m, "$name: the document says of $what what openssl does") or diag("| $name | $what | `$digits` |");
	}
}

my $node = BianzhiNode::start('vectors', "bianzhi.today = '2026-11-24'");
my $microseconds = 'round(extract(epoch FROM at) * 1000000 - 946684800000000)::bigint';
my @columns = qw(seq at xact session_user_name current_user_name claimed_actor relation operation key row_before row_after salt commitment);

for my $name (qw(sm3 sha256))
{
	my $h = $hash{$name};
	BianzhiLedger::make($node, $name);
	$node->safe_psql($name, "SELECT bianzhi.ledger_algorithm('$name')");

	# what the extension makes of the vectors
	for my $e (@vector)
	{
		my ($before, $after) = map { defined $e->{$_} ? "convert_from('\\x" . unpack('H*', $e->{$_}) . "', 'UTF8')" : 'NULL' } qw(row_before row_after);
		is($node->safe_psql($name, "SELECT encode(bianzhi.ledger_commitment('$name', '\\x" . unpack('H*', $e->{salt}) . "', $before, $after), 'hex')"),
			unpack('H*', commitment($h, $e)), "$name: the same commitment to a text");
	}

	# and of everything else
	BianzhiLedger::digest($node, $name);
	BianzhiLedger::fill($node, $name, 1, 30);
	$node->safe_psql($name, "SET bianzhi.actor = '张三'; BEGIN; UPDATE fact SET what = NULL; ROLLBACK; UPDATE fact SET what = E'\\\\ \\n\\t\"' WHERE id < 9; DELETE FROM fact WHERE id > 25");
	BianzhiLedger::digest($node, $name);
	my $sealed = $node->safe_psql($name, "SELECT max(seq) - 1 FROM bianzhi.ledger");
	$node->safe_psql($name, "SELECT bianzhi.erase_ledger_text($sealed, 'doc'); ALTER TABLE fact ADD COLUMN more text DEFAULT 'x'; SELECT bianzhi.audit('fact')");
	BianzhiLedger::digest($node, $name);

	my $list = join ', ', map { /^(?:seq|xact)$/ ? $_ : /^at$/ ? $microseconds : /^(?:salt|commitment)$/ ? "encode($_, 'hex')" : "encode(convert_to($_, 'UTF8'), 'hex')" } @columns;
	my @leaf;
	for my $block (split /\n/, $node->safe_psql($name, "SELECT block, tree_size, encode(root, 'hex') FROM bianzhi.ledger_block ORDER BY block"))
	{
		my ($number, $size, $root) = split /\|/, $block;
		for my $row (split /\n/, $node->safe_psql($name, "SELECT " . join(" || '|' || ", map { "COALESCE(($_)::text, 'NULL')" } split(/, (?=seq|xact|round|encode)/, $list))
				  . " FROM bianzhi.ledger WHERE (SELECT members FROM bianzhi.ledger_block WHERE block = $number) \@> seq ORDER BY seq"))
		{
			my %e;
			@e{@columns} = map { $_ eq 'NULL' ? undef : $_ } split /\|/, $row, -1;
			$e{$_} = defined $e{$_} ? pack('H*', $e{$_}) : undef for @columns[ 3 .. $#columns ];
			push @leaf, leaf($h, \%e);
		}
		is(scalar @leaf, $size, "$name: block $number has as many leaves");
		is(unpack('H*', root($h, @leaf)), $root, "$name: and that root");
	}
	my $tile = $node->safe_psql($name, "SELECT encode(string_agg(hashes, '' ORDER BY tile), 'hex') FROM bianzhi.ledger_tile WHERE level = 0");
	is($tile, unpack('H*', join '', @leaf), "$name: the tiles hold the leaves");
	is($node->safe_psql($name, "SELECT encode(hashes, 'hex') FROM bianzhi.ledger_tile WHERE level = 1"), unpack('H*', root($h, @leaf[ 0 .. 255 ])), "$name: and what stands above them") if @leaf >= 256;
	is($node->safe_psql($name, "SELECT severity, what FROM bianzhi.verify_ledger()"), 'warning|the texts of an entry were erased', "$name: it verifies");
	is($node->safe_psql($name, "SELECT string_agg(DISTINCT algorithm, ',') FROM bianzhi.ledger_block"), $name, "$name: in all blocks");
}
$node->stop;
done_testing();
