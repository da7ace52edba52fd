# A ledger that is sealed, and what is done to it.
#
#   use BianzhiLedger;
#   BianzhiLedger::make($node, 'office', 100_000);
#   my $found = BianzhiLedger::findings($node, 'office', $digests);
package BianzhiLedger;

use strict;
use warnings;

# make(NODE, DATABASE, ROWS): a database with an audited table "public.fact", live, without entries of that table
sub make
{
	my ($node, $database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->safe_psql($database, <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
CREATE TABLE fact (id bigint PRIMARY KEY, what text, since timestamptz, share float8, during daterange, bytes bytea);
SELECT bianzhi.audit('fact');
INSERT INTO bianzhi.unit (unit_key, name) VALUES ('U1', '一'), ('U2', '二');
SELECT bianzhi.go_live();
SQL
	return;
}

# fill(NODE, DATABASE, FIRST, LAST): rows of the table, of all types whose text depends on settings
sub fill
{
	my ($node, $database, $first, $last) = @_;
	$node->safe_psql($database, <<"SQL");
INSERT INTO fact (id, what, since, share, during, bytes)
SELECT i, '事' || i, timestamptz '2026-11-24 08:00+08' + i * interval '1.234567 s', i / 7.0, daterange('2020-01-01'::date + i % 999, NULL),
	decode(to_hex(i + 4096), 'escape')
FROM generate_series($first, $last) AS i
SQL
	return;
}

# digest(NODE, DATABASE): seals, and returns the digest to be kept outside
sub digest
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, 'SET client_min_messages = warning; SELECT FROM bianzhi.seal_ledger(); SELECT bianzhi.ledger_digest()');
}

# findings(NODE, DATABASE, DIGESTS[, FIRST]): what verify_ledger() says, with digests as a JSON text, after statements FIRST
sub findings
{
	my ($node, $database, $digests, $first) = @_;
	return $node->safe_psql($database, ($first // '')
		  . "; SET client_min_messages = warning; SELECT severity, what, place FROM bianzhi.verify_ledger('$digests') AS v");
}

1;
