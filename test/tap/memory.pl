# What a backend keeps does not grow with the rows that went through it.
#
# One backend writes rows into the extension's own table and into an attached one, in large statements and in single ones
# (each a transaction, some rolled back to a savepoint), updates and deletes them, and empties both tables. After each of
# twenty steps it says how much memory it has: its private pages (RssAnon) and the sum of its memory contexts. In the last five
# neither is above what it was in the first five, but for 256 kB of contexts, and 4 MB of pages that malloc() has or has not given back.
#
#   BZ_MEMORY_ROWS=10000000 test/with-server -r test/lib/suite tap memory
use strict;
use warnings;

use BianzhiNode;
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(time);

my $rows = $ENV{BZ_MEMORY_ROWS} // 1_000_000;
my $steps = 20;
my $of_step = int($rows / $steps);
my $single = int($of_step / 20);
my $bulk = int(($of_step - 2 * $single) / 2);

my $node = BianzhiNode::start('memory', 'max_wal_size = 4GB', 'shared_buffers = 128MB', 'log_min_messages = error');
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT i, 'U' || i, 'u' FROM generate_series(1, 200) AS i;
INSERT INTO bianzhi.person (person_id, name) SELECT i, 'p' FROM generate_series(1, 19999) AS i;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) SELECT i, 'administrative', 1000000, '(,)', 'doc' FROM generate_series(1, 200) AS i;
CREATE TABLE own_staff (id bigint, dept text, kind text, hired date, left_on date, person_id bigint, counts boolean);
CREATE INDEX ON own_staff (person_id);
SELECT bianzhi.attach('own_staff', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', person => 'person_id', condition => 'counts');
SELECT bianzhi.go_live();

-- rows FIRST .. FIRST + COUNT - 1 one by one
CREATE PROCEDURE own_single(first int, count int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN first .. first + count - 1 LOOP
		INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during)
		VALUES (i, 1 + i % 19999, 1 + i % 200, 'administrative', daterange('2030-01-01'::date + i / 19999, '2030-01-02'::date + i / 19999));
		BEGIN
			UPDATE bianzhi.occupancy SET category = 'retired_service' WHERE occupancy_id = i;
			IF i % 3 = 0 THEN
				RAISE EXCEPTION SQLSTATE 'OWN01';
			END IF;
		EXCEPTION WHEN SQLSTATE 'OWN01' THEN
			NULL;
		END;
		INSERT INTO own_staff VALUES (i, 'U' || 1 + i % 200, 'administrative', '2031-01-01'::date + i / 19999, '2031-01-02'::date + i / 19999, 1 + i % 19999, true);
		COMMIT;
	END LOOP;
END $$;
CREATE VIEW own_memory AS
SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\s*(\d+)') AS pages, (SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts)::bigint AS contexts;
SQL

my $step = <<"SQL";
INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during)
SELECT i, 1 + i % 19999, 1 + i % 200, 'administrative', daterange('2026-12-01'::date + i / 19999, '2026-12-02'::date + i / 19999)
FROM generate_series(1, $bulk) AS i;
INSERT INTO own_staff
SELECT i, 'U' || 1 + i % 200, CASE WHEN i % 2 = 0 THEN 'administrative' ELSE 'retired_service' END, '2029-01-01'::date + i / 19999, '2029-01-02'::date + i / 19999,
	1 + i % 19999, i % 10 <> 0
FROM generate_series(1, $bulk) AS i;
CALL own_single($bulk + 1, $single);
UPDATE own_staff SET dept = 'U' || 1 + (id + 1) % 200 WHERE id % 4 = 0;
DELETE FROM bianzhi.occupancy WHERE occupancy_id % 2 = 0;
TRUNCATE bianzhi.occupancy, own_staff;
TRUNCATE bianzhi.lead;
SELECT * FROM own_memory;
SQL

my $from = time;
my @memory = map { [ split /\|/ ] } split /\n/, $node->safe_psql('postgres', $step x $steps);
note(sprintf '%d rows inserted in %d s', 2 * ($bulk + $single) * $steps, time - $from);
note('private pages, kB: ' . join ' ', map { $_->[0] } @memory);
note('memory contexts, kB: ' . join ' ', map { $_->[1] } @memory);
is(scalar @memory, $steps, 'all steps were taken');
for my $kind ([ 'private pages', 0, 4096 ], [ 'memory contexts', 1, 256 ])
{
	my ($name, $column, $more) = @$kind;
	my ($early, $late) = map { max(map { $_->[$column] } @memory[@$_]) } [ 0 .. $steps / 4 - 1 ], [ $steps * 3 / 4 .. $steps - 1 ];
	cmp_ok($late, '<=', $early + $more, "$name: at most $early kB in the first quarter, $late kB in the last");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM bianzhi.verify()'), '0', 'verify() finds nothing');
$node->stop;
done_testing();
