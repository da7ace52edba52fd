# Eight clients at mixed isolation levels, few accounts, more than 100,000 random operations (L2, L10 to L13, L16).
#
# Part 1, single statements: no cuts, so what stands recomputed from the base tables is never over on a day from today
# on; nobody may deadlock, and 40001 comes from SSI only. Part 2, transactions of several statements with quota going up and down,
# savepoints, rollbacks, deferred checks and lock_accounts(): only errors that are the workload's own. In both verify()
# finds nothing, and a refusal where there was room, an internal error of this build, fails the test.
#
#   BZ_SEED=N test/with-server test/lib/suite tap torture
use strict;
use warnings;

use BianzhiNode;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{BZ_SEED} // 20261124;
my $clients = 8;
my $loops = 20;
note("seed $seed");

my $node = BianzhiNode::start('torture', "bianzhi.today = '2026-11-24'", 'max_connections = 30', 'log_statement = none', 'log_min_error_statement = panic', 'deadlock_timeout = 20ms',
	'max_locks_per_transaction = 256');
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT i, 'U' || i, 'u' FROM generate_series(1, 4) AS i;
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (11, 'S11', 's', 1, true), (12, 'S12', 's', 1, true);
INSERT INTO bianzhi.person (person_id, name) SELECT i, 'p' FROM generate_series(1, 400) AS i;
INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no)
SELECT u * 10 + c, u, k, CASE c WHEN 1 THEN 9 ELSE 4 END, '(,)', 'doc'
FROM generate_series(1, 4) AS u, (VALUES (1, 'administrative'), (2, 'retired_service')) AS v (c, k);
INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no) VALUES (111, 11, 'administrative', 3, '(,)', 'doc');
CREATE TABLE verdict (part int, client int, state text, n bigint);
CREATE SEQUENCE own_id START 100000;
CREATE SEQUENCE own_operation;
SELECT bianzhi.go_live();

CREATE FUNCTION own_days() RETURNS daterange LANGUAGE sql VOLATILE AS $$
	SELECT daterange(d, CASE WHEN random() < 0.4 THEN d + 1 + (random() * 60)::int END)
	FROM (SELECT '2026-11-01'::date + (random() * 300)::int AS d) AS x
$$;
CREATE FUNCTION own_category() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT (ARRAY['administrative', 'administrative', 'retired_service'])[1 + floor(random() * 3)::int]
$$;

-- One random statement. "mine" is a remainder of persons that no other client seats, so that what meets are accounts.
CREATE FUNCTION own_statement(client int, cuts bool) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	kind float := random();
	unit int := 1 + floor(random() * 4)::int;
BEGIN
	PERFORM nextval('own_operation');
	IF kind < 0.35 THEN
		INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, section_id, category, during)
		SELECT nextval('own_id'), 8 * floor(random() * 50)::int + client, unit,
			CASE WHEN unit = 1 AND random() < 0.4 THEN 11 + floor(random() * 2)::int END, own_category(), own_days()
		FROM generate_series(1, 1 + floor(random() * 3)::int);
	ELSIF kind < 0.55 THEN
		UPDATE bianzhi.occupancy SET unit_id = unit, section_id = NULL, category = own_category()
		WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE person_id % 8 = client % 8 ORDER BY random() LIMIT 2);
	ELSIF kind < 0.65 THEN
		UPDATE bianzhi.occupancy SET during = own_days()
		WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE person_id % 8 = client % 8 ORDER BY random() LIMIT 1);
	ELSIF kind < 0.9 OR NOT cuts THEN
		DELETE FROM bianzhi.occupancy
		WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE person_id % 8 = client % 8 ORDER BY random() LIMIT 3);
	ELSE
		INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no)
		VALUES (nextval('own_id'), unit, own_category(), CASE WHEN random() < 0.5 THEN 1 ELSE -1 END, own_days(), 'doc');
	END IF;
END $$;

-- COUNT transactions of one client; counts the verdicts.
CREATE PROCEDURE own_run(part int, client int, count int, seed float) LANGUAGE plpgsql AS $$
DECLARE
	level text;
	state text;
	verdicts jsonb := '{}';
BEGIN
	PERFORM setseed(seed);
	FOR i IN 1 .. count LOOP
		level := (ARRAY['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'])[1 + floor(random() * 3)::int];
		PERFORM set_config('default_transaction_isolation', level, false);
		COMMIT;
		state := 'ok';
		BEGIN
			IF part = 2 THEN
				IF random() < 0.7 THEN
					PERFORM bianzhi.lock_accounts(ARRAY[1, 2, 3, 4, 11, 12]);
				END IF;
				IF random() < 0.3 THEN
					SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
				END IF;
				FOR j IN 1 .. 1 + floor(random() * 3)::int LOOP
					BEGIN
						PERFORM own_statement(client, true);
						IF random() < 0.1 THEN
							RAISE EXCEPTION SQLSTATE 'OWN01';
						END IF;
					EXCEPTION WHEN check_violation OR exclusion_violation OR SQLSTATE 'OWN01' THEN
						verdicts := jsonb_set(verdicts, ARRAY[SQLSTATE], to_jsonb(COALESCE((verdicts ->> SQLSTATE)::int, 0) + 1));
					END;
				END LOOP;
				SET CONSTRAINTS ALL IMMEDIATE;
			ELSE
				PERFORM own_statement(client, false);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
			IF state NOT IN ('23514', '23P01', '40P01', '40001') OR state = '40001' AND level <> 'SERIALIZABLE' THEN
				RAISE WARNING '% %', state, SQLERRM;
			END IF;
		END;
		verdicts := jsonb_set(verdicts, ARRAY[state], to_jsonb(COALESCE((verdicts ->> state)::int, 0) + 1));
	END LOOP;
	COMMIT;
	INSERT INTO verdict SELECT part, client, v.key, v.value::bigint FROM jsonb_each_text(verdicts) AS v;
END $$;

-- what stands and is over on some day from today on, by the base tables alone
CREATE VIEW own_over AS
WITH carried AS (
	SELECT o.unit_id, p.category, o.during FROM bianzhi.occupancy AS o
		CROSS JOIN LATERAL (SELECT o.category UNION SELECT 'administrative') AS p (category)
	UNION ALL
	SELECT o.section_id, p.category, o.during FROM bianzhi.occupancy AS o
		CROSS JOIN LATERAL (SELECT o.category UNION SELECT 'administrative') AS p (category) WHERE o.section_id IS NOT NULL
), days AS (
	SELECT DISTINCT unit_id, category, greatest(lower(during), '2026-11-24') AS day FROM carried
)
SELECT d.*, (SELECT count(*) FROM carried AS c WHERE c.unit_id = d.unit_id AND c.category = d.category AND c.during @> d.day) AS load,
	(SELECT sum(q.amount) FROM bianzhi.quota AS q WHERE q.unit_id = d.unit_id AND q.category = d.category AND q.during @> d.day) AS authorized
FROM days AS d;
SQL

# one part: every client calls the procedure in transactions of its own
sub run_part
{
	my ($part, $each) = @_;
	my @running;
	my $started = time;
	for my $client (1 .. $clients)
	{
		# input and output are files: nobody pumps while the clients run
		my %client = map { $_ => "$PostgreSQL::Test::Utils::tmp_check/part$part-$client.$_" } qw(sql err);
		append_to_file($client{sql}, sprintf "CALL own_run(%d, %d, %d, %.6f);\n", $part, $client, $loops,
			(($seed * 31 + $part * 7919 + $client * 104729 + $_ * 15485863) % 999983) / 999983) for 1 .. $each;
		$client{handle} = IPC::Run::start([ 'psql', '-XqAt', '-f', $client{sql}, '-d', $node->connstr('postgres') ], '&>', $client{err});
		push @running, \%client;
	}
	for my $client (@running)
	{
		$client->{handle}->finish;
		# SSI may fail a transaction that read what others wrote, at its very end; the rest of that call is not run
		my @wrong = grep { !/^ERROR:  could not serialize access due to read\/write dependencies|^(DETAIL|HINT|CONTEXT|SQL statement|PL\/pgSQL)/ } split /\n/, slurp_file($client->{err}) =~ s/^psql:[^ ]* //mgr;
		is("@wrong", '', "part $part: no client meets an error that is not its own");
	}
	note("part $part: " . (time - $started) . ' s');
	my %verdict = map { my ($state, $n) = split /\|/; $state => $n } split /\n/,
	  $node->safe_psql('postgres', "SELECT state, sum(n) FROM verdict WHERE part = $part GROUP BY 1 ORDER BY 1");
	note("part $part: $_: $verdict{$_}") for sort keys %verdict;
	is($node->safe_psql('postgres', 'SELECT * FROM bianzhi.verify()'), '', "part $part: verify() finds nothing");
	is($node->safe_psql('postgres', "SELECT o.person_id FROM bianzhi.occupancy AS o JOIN bianzhi.occupancy AS p ON p.person_id = o.person_id"
		  . " AND p.occupancy_id > o.occupancy_id AND p.during * o.during && '[2026-11-24,)'"), '', "part $part: nobody has two seats");
	return \%verdict;
}

my $single = run_part(1, 600);
is_deeply([ grep { !/^(ok|23514|23P01|40001)$/ } sort keys %$single ], [], 'single statements: no deadlock, no error but refusals');
is($node->safe_psql('postgres', 'SELECT * FROM own_over WHERE load > authorized'), '', 'no account is over on any day from today on');

my $several = run_part(2, 170);
is_deeply([ grep { !/^(ok|23514|23P01|40001|40P01|OWN01)$/ } sort keys %$several ], [], 'transactions: only errors of their own making');

my $operations = $node->safe_psql('postgres', 'SELECT last_value FROM own_operation');
cmp_ok($operations, '>=', 100_000, "$operations operations");
$node->stop;
done_testing();
