# Eight clients at mixed isolation levels, few accounts, more than 200,000 random operations (L2, L9 to L13, L16).
#
# They write the extension's own tables and two attached ones: own_staff, an HR table with its own words for units and
# kinds, a last day and identity numbers in three spellings; and own_roster, partitioned twice, with a column of seats and
# one that says whether a row counts, attached once as filled and once, through the unit that lends the person, as reserved.
# Its leaves are written directly, too, and rows move between them.
#
# Part 1, single statements: nobody may deadlock, and 40001 comes from SSI only. Part 2, transactions of several statements
# with quota going up and down, savepoints, rollbacks, deferred checks, TRUNCATE of leaves and lock_accounts(): only errors
# that are the workload's own. In both, time and again while the clients write, one snapshot of what is committed is
# recomputed from the base tables: no account is over on a day from today on, nobody has two seats, and verify() finds
# nothing. In part 2 a quota goes down only as far as it is not needed, except that of unit 4: whoever takes quota away
# looks whether all is still in order and rolls back if not. A refusal where there was room, an internal error of this
# build, fails the test, as does any other error that is not expected.
#
#   BZ_SEED=N BZ_TORTURE_OPS=N test/with-server test/lib/suite tap torture
use strict;
use warnings;

use BianzhiNode;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $seed = $ENV{BZ_SEED} // 20261124;
my $wanted = $ENV{BZ_TORTURE_OPS} // 200_000;
my $clients = 8;
my $loops = 20;
my $files = 4;
note("seed $seed");

# what a statement may be, and how often, in each part
my @kinds = (
	# the extension's own seats
	insert => 12, 12,
	move => 10, 10,
	shift => 5, 5,
	delete => 14, 14,
	upsert => 3, 3,
	merge => 3, 3,
	bulk => 2, 2,
	bulk_delete => 1, 1,
	# an HR table
	hire => 9, 9,
	transfer => 5, 5,
	redate => 3, 3,
	dismiss => 8, 8,
	staff_upsert => 2, 2,
	staff_merge => 2, 2,
	staff_copy => 1, 1,
	# a partitioned one
	place => 5, 5,
	leaf_place => 5, 5,
	weigh => 4, 4,
	resite => 5, 5,
	leaf_change => 3, 3,
	remove => 5, 5,
	leaf_remove => 3, 3,
	roster_upsert => 2, 2,
	roster_merge => 2, 2,
	roster_copy => 1, 1,
	# from one table to another in one statement
	to_staff => 2, 2,
	to_seat => 2, 2,
	# what stands against them
	quota_up => 0, 6,
	quota_down => 0, 8,
	quota_shift => 0, 2,
	leaf_truncate => 0, 0.1,
);
my (@names, @weights);
while (my ($name, @weight) = splice @kinds, 0, 3)
{
	push @names, $name;
	push @{ $weights[$_] }, $weight[$_] for 0, 1;
}

# the elements of an array that says for each thousandth which kind it is
sub thousandths
{
	my ($part) = @_;
	my @all;
	my $sum = 0;
	$sum += $_ for @{ $weights[ $part - 1 ] };
	my $so_far = 0;
	for my $i (0 .. $#names)
	{
		$so_far += $weights[ $part - 1 ][$i];
		push @all, "'$names[$i]'" while @all < 1000 * $so_far / $sum - 0.5;
	}
	return join ',', @all;
}

my $node = BianzhiNode::start('torture', "bianzhi.today = '2026-11-24'", 'max_connections = 30', 'log_statement = none', 'log_min_error_statement = panic',
	'log_min_messages = fatal', 'deadlock_timeout = 10ms', 'max_locks_per_transaction = 256', 'autovacuum_naptime = 5s', 'plan_cache_mode = force_generic_plan');
my $copies = $PostgreSQL::Test::Utils::tmp_check;
$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION bianzhi CASCADE;
CREATE SCHEMA own_did;
CREATE TABLE own_kind (part int, kinds text[]);
INSERT INTO own_kind VALUES (1, ARRAY[${\thousandths(1)}]), (2, ARRAY[${\thousandths(2)}]);
CREATE FUNCTION own_directory() RETURNS text LANGUAGE sql IMMUTABLE AS \$\$ SELECT '$copies' \$\$;
SQL
$node->safe_psql('postgres', <<'SQL');
INSERT INTO bianzhi.unit (unit_id, unit_key, name) SELECT i, 'U' || i, 'u' FROM generate_series(1, 4) AS i;
INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section) VALUES (11, 'S11', 's', 1, true), (12, 'S12', 's', 1, true);
INSERT INTO bianzhi.person (person_id, name, resident_id)
SELECT i, 'p', n.number::bianzhi.resident_id
FROM generate_series(1, 400) AS i
	CROSS JOIN LATERAL (SELECT '990000' || to_char('1970-01-01'::date + i, 'YYYYMMDD') || lpad((i % 100)::text, 3, '0') || c AS number
		FROM regexp_split_to_table('0123456789X', '') AS c) AS n
WHERE bianzhi.is_resident_id(n.number);
INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no)
SELECT u * 10 + c, u, k, CASE c WHEN 1 THEN 14 ELSE 6 END, '(,)', 'doc'
FROM generate_series(1, 4) AS u, (VALUES (1, 'administrative'), (2, 'retired_service')) AS v (c, k);
INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no) VALUES (111, 11, 'administrative', 3, '(,)', 'doc');
INSERT INTO bianzhi.unit_alias (unit_id, source, alias, during) VALUES (1, 'hr', '一局', '(,)'), (2, '', '二局', '(,)'),
	(3, 'hr', '三四局', '(,2026-12-15)'), (4, 'hr', '三四局', '[2026-12-15,)');
INSERT INTO bianzhi.category_alias (source, alias, category) VALUES ('hr', '行政', 'administrative'), ('', '离退休', 'retired_service');

CREATE SEQUENCE own_id START 100000;
CREATE TABLE own_staff (id bigint PRIMARY KEY DEFAULT nextval('own_id'), owner int, dept varchar(20), kind text, hired date, last_day date, card char(18));
CREATE INDEX ON own_staff (card);
CREATE TABLE own_roster (id bigint DEFAULT nextval('own_id'), owner int, site text, unit_id int, kind text, begins timestamp, ends timestamp,
	seats smallint, counts boolean, person_id int, lender bigint, PRIMARY KEY (id, site, begins)) PARTITION BY LIST (site);
CREATE INDEX ON own_roster (person_id);
CREATE TABLE own_roster_n PARTITION OF own_roster FOR VALUES IN ('n') PARTITION BY RANGE (begins);
CREATE TABLE own_roster_n1 PARTITION OF own_roster_n FOR VALUES FROM (MINVALUE) TO ('2027-02-01');
CREATE TABLE own_roster_n2 PARTITION OF own_roster_n FOR VALUES FROM ('2027-02-01') TO (MAXVALUE);
CREATE TABLE own_roster_s (lender bigint, person_id int, gone text, counts boolean, seats smallint, ends timestamp, begins timestamp NOT NULL, kind text,
	unit_id int, site text NOT NULL, owner int, id bigint NOT NULL DEFAULT nextval('own_id'));
ALTER TABLE own_roster_s DROP COLUMN gone;
ALTER TABLE own_roster ATTACH PARTITION own_roster_s FOR VALUES IN ('s');
CREATE TABLE own_roster_rest PARTITION OF own_roster DEFAULT;
SELECT bianzhi.attach('own_staff', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'last_day', person => 'card',
	ends_inclusive => true, alias_source => 'hr');
SELECT bianzhi.attach('own_roster', 'filled', unit => 'unit_id', category => 'kind', starts => 'begins', ends => 'ends', seats => 'seats',
	person => 'person_id', condition => 'counts');
SELECT bianzhi.attach('own_roster', 'reserved', unit => 'lender', category => '=administrative', starts => 'begins', ends => 'ends', condition => 'counts');
SELECT bianzhi.go_live();

CREATE FUNCTION own_count(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM nextval('own_did.' || quote_ident(what));
END $$;
DO $$
DECLARE
	kind text;
	state text;
BEGIN
	FOR kind IN SELECT DISTINCT unnest(kinds) FROM own_kind UNION VALUES ('transaction'), ('savepoint'), ('lock_accounts'), ('deferred'), ('audit') LOOP
		FOREACH state IN ARRAY '{ok,23514,23P01,40001,40P01,OWN01,OWN02}'::text[] LOOP
			EXECUTE format('CREATE SEQUENCE own_did.%I', '1 ' || kind || ' ' || state);
			EXECUTE format('CREATE SEQUENCE own_did.%I', '2 ' || kind || ' ' || state);
		END LOOP;
	END LOOP;
END $$;

-- in PL/pgSQL, which plans once
CREATE FUNCTION own_any(anything anyarray) RETURNS anyelement LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN anything[1 + floor(random() * cardinality(anything))::int];
END $$;
CREATE FUNCTION own_day() RETURNS date LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN '2026-11-01'::date + floor(random() * 300)::int;
END $$;
CREATE FUNCTION own_end(since date) RETURNS date LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE WHEN random() < 0.7 THEN since + 1 + floor(random() * 60)::int END;
END $$;
CREATE FUNCTION own_days() RETURNS daterange LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	since date := own_day();
BEGIN
	RETURN daterange(since, own_end(since));
END $$;
CREATE FUNCTION own_category() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE WHEN random() < 0.67 THEN 'administrative' ELSE 'retired_service' END;
END $$;
CREATE FUNCTION own_dept() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN own_any('{一局,二局,三四局,U3,U4}'::text[]);
END $$;
CREATE FUNCTION own_word() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN own_any('{行政,administrative,离退休}'::text[]);
END $$;
CREATE FUNCTION own_site() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN own_any('{n,n,s,e}'::text[]);
END $$;
-- mostly one of those whom no other client seats, so that what meets are accounts
CREATE FUNCTION own_person(client int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE WHEN random() < 0.9 THEN 8 * floor(random() * 50)::int + client ELSE 1 + floor(random() * 400)::int END;
END $$;
-- an identity number as an old file, a new one or a sloppy one has it
CREATE FUNCTION own_card(person int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	number text := (SELECT p.resident_id FROM bianzhi.person AS p WHERE p.person_id = person);
	kind float := random();
BEGIN
	RETURN CASE WHEN kind < 0.4 THEN number WHEN kind < 0.7 THEN left(number, 6) || substr(number, 9, 9) ELSE lower(number) END;
END $$;
CREATE FUNCTION own_rows(client int, most int) RETURNS SETOF own_roster LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN QUERY SELECT nextval('own_id'), client, own_site(), 1 + floor(random() * 4)::int, own_category(), d::timestamp, own_end(d)::timestamp,
		floor(random() * 3)::smallint, random() < 0.8,
		CASE WHEN random() < 0.7 THEN own_person(client) END, CASE WHEN random() < 0.2 THEN 1 + floor(random() * 4)::bigint END
	FROM (SELECT own_day() AS d FROM generate_series(1, 1 + floor(random() * most)::int)) AS x;
END $$;

-- One random statement. Rows belong to the client that wrote them: two statements meet at accounts, persons and leaves, not at rows.
CREATE FUNCTION own_statement(what text, client int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	unit int := 1 + floor(random() * 4)::int;
BEGIN
	CASE what
	WHEN 'insert' THEN
		INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, section_id, category, during, note)
		SELECT nextval('own_id'), own_person(client), unit, CASE WHEN unit = 1 AND random() < 0.4 THEN 11 + floor(random() * 2)::int END, own_category(), own_days(), client
		FROM generate_series(1, 1 + floor(random() * 3)::int);
	WHEN 'move' THEN
		UPDATE bianzhi.occupancy SET unit_id = unit, section_id = NULL, category = own_category()
		WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE note = client::text ORDER BY random() LIMIT 2);
	WHEN 'shift' THEN
		UPDATE bianzhi.occupancy SET during = own_days()
		WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE note = client::text ORDER BY random() LIMIT 1);
	WHEN 'delete' THEN
		DELETE FROM bianzhi.occupancy
		WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE note = client::text ORDER BY random() LIMIT 4);
	WHEN 'upsert' THEN
		INSERT INTO bianzhi.occupancy AS o (occupancy_id, person_id, unit_id, category, during, note)
		SELECT occupancy_id, person_id, unit, category, own_days(), note
		FROM ((SELECT occupancy_id, person_id, category, note FROM bianzhi.occupancy WHERE note = client::text ORDER BY random() LIMIT 1)
			UNION ALL SELECT nextval('own_id'), own_person(client), own_category(), client::text) AS x
		ON CONFLICT (occupancy_id) DO UPDATE SET unit_id = excluded.unit_id, section_id = NULL, during = excluded.during;
	WHEN 'merge' THEN
		MERGE INTO bianzhi.occupancy AS o
		USING ((SELECT occupancy_id AS id, person_id, category FROM bianzhi.occupancy WHERE note = client::text ORDER BY random() LIMIT 3)
			UNION ALL SELECT nextval('own_id'), own_person(client), own_category()) AS x ON o.occupancy_id = x.id
		WHEN MATCHED AND x.id % 3 = 0 THEN UPDATE SET unit_id = unit, section_id = NULL
		WHEN MATCHED THEN DELETE
		WHEN NOT MATCHED THEN INSERT (occupancy_id, person_id, unit_id, category, during, note) VALUES (x.id, x.person_id, unit, x.category, own_days(), client::text);
	WHEN 'bulk' THEN
		INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during, note)
		SELECT nextval('own_id'), own_person(client), 1 + i % 4, own_category(), daterange(d, d + 1), client
		FROM (SELECT i, own_day() + 100 AS d FROM generate_series(1, 20) AS i) AS x;
	WHEN 'bulk_delete' THEN
		DELETE FROM bianzhi.occupancy WHERE note = client::text AND upper(during) - lower(during) < 20;
	WHEN 'hire' THEN
		INSERT INTO own_staff (owner, dept, kind, hired, last_day, card)
		SELECT client, own_dept(), own_word(), d, own_end(d), CASE WHEN random() < 0.9 THEN own_card(own_person(client)) END
		FROM (SELECT own_day() AS d FROM generate_series(1, 1 + floor(random() * 3)::int)) AS x;
	WHEN 'transfer' THEN
		UPDATE own_staff SET dept = own_dept(), kind = own_word() WHERE id IN (SELECT id FROM own_staff WHERE owner = client ORDER BY random() LIMIT 2);
	WHEN 'redate' THEN
		UPDATE own_staff SET hired = lower(x.days), last_day = upper(x.days) - 1 FROM (SELECT own_days() AS days) AS x
		WHERE id IN (SELECT id FROM own_staff WHERE owner = client ORDER BY random() LIMIT 1);
	WHEN 'dismiss' THEN
		DELETE FROM own_staff WHERE id IN (SELECT id FROM own_staff WHERE owner = client ORDER BY random() LIMIT 5);
	WHEN 'staff_upsert' THEN
		INSERT INTO own_staff AS s (id, owner, dept, kind, hired, card)
		SELECT id, client, own_dept(), own_word(), own_day(), own_card(own_person(client))
		FROM ((SELECT id FROM own_staff WHERE owner = client ORDER BY random() LIMIT 1) UNION ALL SELECT nextval('own_id')) AS x
		ON CONFLICT (id) DO UPDATE SET last_day = s.hired + 10, dept = excluded.dept;
	WHEN 'staff_merge' THEN
		MERGE INTO own_staff AS s
		USING ((SELECT id FROM own_staff WHERE owner = client ORDER BY random() LIMIT 3) UNION ALL SELECT nextval('own_id')) AS x ON s.id = x.id
		WHEN MATCHED AND x.id % 3 = 0 THEN UPDATE SET dept = own_dept()
		WHEN MATCHED THEN DELETE
		WHEN NOT MATCHED THEN INSERT (id, owner, dept, kind, hired, card) VALUES (x.id, client, own_dept(), own_word(), own_day(), own_card(own_person(client)));
	WHEN 'staff_copy' THEN
		EXECUTE format('COPY own_staff (owner, dept, kind, hired, last_day, card) FROM %L', own_directory() || '/staff-' || client || '-' || floor(random() * 4)::int);
	WHEN 'place' THEN
		INSERT INTO own_roster SELECT * FROM own_rows(client, 3);
	WHEN 'leaf_place' THEN
		IF unit = 1 THEN
			INSERT INTO own_roster_n1 SELECT id, owner, 'n', unit_id, kind, least(begins, '2027-01-31'), ends, seats, counts, person_id, lender FROM own_rows(client, 2)
			WHERE ends IS NULL OR begins < '2027-01-31';
		ELSIF unit = 2 THEN
			INSERT INTO own_roster_n SELECT id, owner, 'n', unit_id, kind, begins, ends, seats, counts, person_id, lender FROM own_rows(client, 2);
		ELSIF unit = 3 THEN
			INSERT INTO own_roster_s (id, owner, site, unit_id, kind, begins, ends, seats, counts, person_id, lender)
			SELECT id, owner, 's', unit_id, kind, begins, ends, seats, counts, person_id, lender FROM own_rows(client, 2);
		ELSE
			INSERT INTO own_roster_rest SELECT id, owner, 'e', unit_id, kind, begins, ends, seats, counts, person_id, lender FROM own_rows(client, 2);
		END IF;
	WHEN 'weigh' THEN
		UPDATE own_roster SET seats = floor(random() * 3)::int, counts = random() < 0.8 WHERE id IN (SELECT id FROM own_roster WHERE owner = client ORDER BY random() LIMIT 2);
	WHEN 'resite' THEN
		UPDATE own_roster SET site = own_site(), begins = begins + CASE WHEN ends IS NULL THEN interval '10 days' ELSE interval '0' END, unit_id = unit
		WHERE id IN (SELECT id FROM own_roster WHERE owner = client ORDER BY random() LIMIT 2);
	WHEN 'leaf_change' THEN
		IF unit < 3 THEN
			UPDATE own_roster_s SET kind = own_category(), lender = unit WHERE id IN (SELECT id FROM own_roster_s WHERE owner = client ORDER BY random() LIMIT 2);
		ELSE
			-- from one leaf to the other, in a statement that names the branch
			UPDATE own_roster_n SET begins = CASE WHEN begins < '2027-02-01' THEN '2027-02-01' ELSE '2027-01-15' END::date, ends = NULL
			WHERE id IN (SELECT id FROM own_roster_n WHERE owner = client ORDER BY random() LIMIT 1);
		END IF;
	WHEN 'remove' THEN
		DELETE FROM own_roster WHERE id IN (SELECT id FROM own_roster WHERE owner = client ORDER BY random() LIMIT 3);
	WHEN 'leaf_remove' THEN
		IF unit < 3 THEN
			DELETE FROM own_roster_n2 WHERE owner = client;
		ELSE
			DELETE FROM own_roster_rest WHERE id IN (SELECT id FROM own_roster_rest WHERE owner = client ORDER BY random() LIMIT 3);
		END IF;
	WHEN 'roster_upsert' THEN
		INSERT INTO own_roster AS r
		SELECT * FROM ((SELECT * FROM own_roster WHERE owner = client ORDER BY random() LIMIT 1) UNION ALL SELECT * FROM own_rows(client, 1)) AS x
		ON CONFLICT (id, site, begins) DO UPDATE SET unit_id = unit, seats = 1, counts = NOT r.counts;
	WHEN 'roster_merge' THEN
		MERGE INTO own_roster AS r
		USING ((SELECT * FROM own_roster WHERE owner = client ORDER BY random() LIMIT 3) UNION ALL SELECT * FROM own_rows(client, 1)) AS x ON r.id = x.id
		WHEN MATCHED AND x.id % 3 = 0 THEN UPDATE SET site = own_site(), unit_id = unit
		WHEN MATCHED THEN DELETE
		WHEN NOT MATCHED THEN INSERT (id, owner, site, unit_id, kind, begins, ends, seats, counts, person_id, lender)
			VALUES (x.id, x.owner, x.site, x.unit_id, x.kind, x.begins, x.ends, x.seats, x.counts, x.person_id, x.lender);
	WHEN 'roster_copy' THEN
		EXECUTE format('COPY own_roster (owner, site, unit_id, kind, begins, ends, seats, counts, person_id) FROM %L',
			own_directory() || '/roster-' || client || '-' || floor(random() * 4)::int);
	WHEN 'to_staff' THEN
		WITH gone AS (
			DELETE FROM bianzhi.occupancy
			WHERE occupancy_id IN (SELECT occupancy_id FROM bianzhi.occupancy WHERE note = client::text ORDER BY random() LIMIT 2) RETURNING *
		)
		INSERT INTO own_staff (owner, dept, kind, hired, last_day, card)
		SELECT client, 'U' || unit_id, category, lower(during), upper(during) - 1, own_card(person_id::int) FROM gone;
	WHEN 'to_seat' THEN
		WITH gone AS (
			DELETE FROM own_roster WHERE id IN (SELECT id FROM own_roster WHERE owner = client ORDER BY random() LIMIT 2) RETURNING *
		)
		INSERT INTO bianzhi.occupancy (occupancy_id, person_id, unit_id, category, during, note)
		SELECT id, person_id, unit_id, kind, daterange(begins::date, ends::date), client FROM gone WHERE person_id IS NOT NULL;
	WHEN 'quota_up' THEN
		INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no, note)
		VALUES (nextval('own_id'), unit, own_category(), 1, own_days(), 'doc', client);
	WHEN 'quota_down' THEN
		IF current_setting('transaction_isolation') <> 'read committed' THEN
			unit := 4;
		END IF;
		IF random() < 0.7 THEN
			DELETE FROM bianzhi.quota
			WHERE quota_id IN (SELECT quota_id FROM bianzhi.quota WHERE note = client::text AND unit_id = unit AND amount > 0 ORDER BY random() LIMIT 1);
		ELSE
			INSERT INTO bianzhi.quota (quota_id, unit_id, category, amount, during, document_no, note)
			VALUES (nextval('own_id'), unit, own_category(), -1, own_days(), 'doc', client);
		END IF;
		PERFORM own_in_order(unit);
	WHEN 'quota_shift' THEN
		IF current_setting('transaction_isolation') <> 'read committed' THEN
			unit := 4;
		END IF;
		UPDATE bianzhi.quota SET during = own_days()
		WHERE quota_id IN (SELECT quota_id FROM bianzhi.quota WHERE note = client::text AND unit_id = unit ORDER BY random() LIMIT 1);
		PERFORM own_in_order(unit);
	WHEN 'leaf_truncate' THEN
		EXECUTE own_any('{TRUNCATE own_roster_n1, TRUNCATE own_roster_n2, TRUNCATE own_roster_s}'::text[]);
	END CASE;
END $$;

-- The days of each account on which it is over, by the base tables alone: no words, rules or timelines of the extension.
CREATE FUNCTION own_dept_unit(dept text, hired date) RETURNS int LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE dept WHEN '一局' THEN 1 WHEN '二局' THEN 2 WHEN 'U1' THEN 1 WHEN 'U2' THEN 2 WHEN 'U3' THEN 3 WHEN 'U4' THEN 4
		WHEN '三四局' THEN CASE WHEN hired < '2026-12-15' THEN 3 ELSE 4 END END
$$;
CREATE FUNCTION own_word_category(word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE word WHEN '行政' THEN 'administrative' WHEN '离退休' THEN 'retired_service' ELSE word END
$$;
CREATE VIEW own_seat AS
SELECT unit_id, section_id, category, person_id, lower(during) AS since, upper(during) AS until, 1 AS seats FROM bianzhi.occupancy
UNION ALL
SELECT own_dept_unit(s.dept, s.hired), NULL, own_word_category(s.kind), p.person_id, s.hired, s.last_day + 1, 1
FROM own_staff AS s LEFT JOIN bianzhi.person AS p
	ON upper(rtrim(s.card::text)) IN (p.resident_id::text, left(p.resident_id::text, 6) || substr(p.resident_id::text, 9, 9))
UNION ALL
SELECT unit_id, NULL, kind, person_id, begins::date, ends::date, seats FROM own_roster WHERE counts;
CREATE VIEW own_over AS
WITH carried AS (
	SELECT w.unit_id, p.category, s.since, s.until, s.seats AS load, 0 AS authorized, 0 AS lines
	FROM own_seat AS s CROSS JOIN LATERAL (SELECT s.category UNION SELECT 'administrative') AS p (category)
		CROSS JOIN LATERAL (SELECT s.unit_id UNION ALL SELECT s.section_id WHERE s.section_id IS NOT NULL) AS w (unit_id)
	UNION ALL
	SELECT lender, 'administrative', begins::date, ends::date, 1, 0, 0 FROM own_roster WHERE counts AND lender IS NOT NULL
	UNION ALL
	SELECT unit_id, category, COALESCE(lower(during), '-infinity'), upper(during), 0, amount, 1 FROM bianzhi.quota
), changes AS (
	SELECT unit_id, category, greatest(since, '2026-11-24') AS day, load, authorized, lines FROM carried
	UNION ALL
	SELECT unit_id, category, greatest(until, '2026-11-24'), -load, -authorized, -lines FROM carried WHERE until IS NOT NULL
), days AS (
	SELECT unit_id, category, day, sum(sum(load)) OVER w AS load, sum(sum(authorized)) OVER w AS authorized, sum(sum(lines)) OVER w AS lines
	FROM changes GROUP BY unit_id, category, day WINDOW w AS (PARTITION BY unit_id, category ORDER BY day)
)
SELECT * FROM days WHERE load > authorized AND (lines > 0 OR unit_id < 11);
CREATE VIEW own_crowded AS
SELECT s.person_id, s.since
FROM (SELECT person_id, since, max(COALESCE(until, 'infinity')) OVER (PARTITION BY person_id ORDER BY since, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
	FROM own_seat WHERE person_id IS NOT NULL AND COALESCE(until, 'infinity') > '2026-11-24') AS s
WHERE s.until > greatest(s.since, '2026-11-24');

CREATE FUNCTION own_in_order(unit int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF unit < 4 AND EXISTS (SELECT 1 FROM own_over AS o WHERE o.unit_id = unit) THEN
		RAISE EXCEPTION SQLSTATE 'OWN02';
	END IF;
END $$;

-- One snapshot of what is committed. Whoever calls it has locked the tables: TRUNCATE empties them for older snapshots, too.
CREATE PROCEDURE own_audit(part int) LANGUAGE plpgsql AS $$
DECLARE
	found text;
BEGIN
	FOR found IN
		SELECT 'over: ' || o::text FROM own_over AS o WHERE part = 1 OR unit_id <> 4
		UNION ALL SELECT 'two seats: ' || c::text FROM own_crowded AS c
		UNION ALL SELECT 'verify(): ' || v::text FROM bianzhi.verify() AS v
	LOOP
		RAISE WARNING '%', found;
	END LOOP;
	PERFORM own_count(part || ' audit ok');
END $$;

-- A statement that may be rolled back to a savepoint, and further ones after it; returns whether quota was taken away.
CREATE FUNCTION own_savepoint(kinds text[], client int, depth int) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	kind text := own_any(kinds);
	state text := 'ok';
	cut boolean := kind IN ('quota_down', 'quota_shift');
BEGIN
	BEGIN
		PERFORM own_statement(kind, client);
		IF depth < 3 AND random() < 0.15 THEN
			PERFORM own_count('2 savepoint ok');
			cut := own_savepoint(kinds, client, depth + 1) OR cut;
		END IF;
		IF random() < 0.1 THEN
			RAISE EXCEPTION SQLSTATE 'OWN01';
		END IF;
	EXCEPTION WHEN check_violation OR exclusion_violation OR SQLSTATE 'OWN01' OR SQLSTATE 'OWN02' THEN
		state := SQLSTATE;
		cut := false;
	END;
	PERFORM own_count('2 ' || kind || ' ' || state);
	RETURN cut;
END $$;

CREATE FUNCTION own_transaction(kinds text[], client int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	cut boolean := false;
BEGIN
	IF random() < 0.5 THEN
		PERFORM bianzhi.lock_accounts(ARRAY[1, 2, 3, 4, 11, 12]);
		PERFORM own_count('2 lock_accounts ok');
	END IF;
	IF random() < 0.3 THEN
		SET CONSTRAINTS bianzhi.establishment_limit DEFERRED;
		PERFORM own_count('2 deferred ok');
	END IF;
	FOR i IN 1 .. 1 + floor(random() * 4)::int LOOP
		cut := own_savepoint(kinds, client, 1) OR cut;
	END LOOP;
	SET CONSTRAINTS ALL IMMEDIATE;
	IF cut AND current_setting('transaction_isolation') = 'read committed' THEN
		PERFORM own_in_order(u) FROM generate_series(1, 3) AS u;
	END IF;
END $$;

-- COUNT transactions of one client; counts what became of them.
CREATE PROCEDURE own_run(part int, client int, count int, seed float) LANGUAGE plpgsql AS $$
DECLARE
	kinds text[] := (SELECT k.kinds FROM own_kind AS k WHERE k.part = own_run.part);
	kind text := 'transaction';
	level text;
	state text;
BEGIN
	PERFORM setseed(seed);
	FOR i IN 1 .. count LOOP
		level := own_any('{READ COMMITTED,REPEATABLE READ,SERIALIZABLE}'::text[]);
		PERFORM set_config('default_transaction_isolation', level, false);
		COMMIT;
		state := 'ok';
		BEGIN
			IF part = 1 THEN
				kind := own_any(kinds);
				PERFORM own_statement(kind, client);
			ELSE
				PERFORM own_transaction(kinds, client);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
			IF state NOT IN ('23514', '23P01') AND (part = 1 OR state NOT IN ('40P01', 'OWN02')) AND (state <> '40001' OR level <> 'SERIALIZABLE') THEN
				RAISE WARNING '% in %: %', state, kind, SQLERRM;
				CONTINUE;
			END IF;
		END;
		PERFORM own_count(part || ' ' || kind || ' ' || state);
	END LOOP;
	COMMIT;
END $$;
SQL

# what COPY reads: four files a client and table, of seats that end
srand($seed);
for my $client (1 .. $clients)
{
	for my $file (0 .. $files - 1)
	{
		for (1 .. 4)
		{
			my $person = 8 * int(rand 50) + $client;
			my $card = substr $node->safe_psql('postgres', "SELECT resident_id FROM bianzhi.person WHERE person_id = $person"), 0, 18;
			my ($month, $day) = (1 + int rand 9, 1 + int rand 28);
			append_to_file("$copies/staff-$client-$file", join("\t", $client, 'U' . (1 + int rand 4), '行政', "2027-$month-$day", "2027-$month-$day", $card) . "\n");
			append_to_file("$copies/roster-$client-$file",
				join("\t", $client, qw(n s e) [ rand 3 ], 1 + int rand 4, 'administrative', "2027-$month-$day", "2027-10-01", 1, 't', $person) . "\n");
		}
	}
}
chmod 0644, glob "$copies/{staff,roster}-*";

# What became of the operations of a part: kind => { state => number }
sub counts
{
	my ($part) = @_;
	my %count;
	for (split /\n/, $node->safe_psql('postgres', "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'own_did' AND last_value > 0"))
	{
		my ($of, $kind, $state, $n) = /^(\d) (\S+) (\S+)\|(\d+)$/ or die $_;
		$count{$kind}{$state} = $n if $of == $part;
	}
	return \%count;
}

# The statements among them, whatever became of them: more than there are kinds of errors, and what a transaction does about them.
sub operations
{
	my ($count) = @_;
	my $n = 0;
	for my $kind (grep { !/^(transaction|audit)$/ } keys %$count)
	{
		$n += $_ for values %{ $count->{$kind} };
	}
	return $n;
}

# One part: every client calls the procedure, which has transactions of its own, until there were as many operations as wanted.
sub run_part
{
	my ($part, $wanted, $each) = @_;
	my @running;
	my ($calls, $n, $from) = (0, 0, time);
	my $count;
	while ($n < $wanted)
	{
		for my $client (1 .. $clients)
		{
			# input and output are files: nobody pumps while the clients run
			my %client = map { $_ => "$PostgreSQL::Test::Utils::tmp_check/part$part-$client-$calls.$_" } qw(sql err);
			for my $call (1 .. $each)
			{
				append_to_file($client{sql}, sprintf "CALL own_run(%d, %d, %d, %.6f);\n", $part, $client, $loops,
					(($seed * 31 + $part * 7919 + $client * 104729 + ($calls + $call) * 15485863) % 999983) / 999983);
				append_to_file($client{sql}, "BEGIN ISOLATION LEVEL REPEATABLE READ;\nLOCK TABLE bianzhi.occupancy, own_staff, own_roster IN ACCESS SHARE MODE;\nCALL own_audit($part);\nCOMMIT;\n") if $call % 10 == 0;
			}
			$client{handle} = IPC::Run::start([ 'psql', '-XqAt', '-f', $client{sql}, '-d', $node->connstr('postgres') ], '&>', $client{err});
			push @running, \%client;
		}
		for my $client (splice @running)
		{
			$client->{handle}->finish;
			# SSI may fail a transaction that read what others wrote, at its very end; the rest of that call is not run
			my @wrong = grep { !/^ERROR:  could not serialize access due to read\/write dependencies|^(DETAIL|HINT|CONTEXT|SQL statement|PL\/pgSQL)/ }
			  split /\n/, slurp_file($client->{err}) =~ s/^psql:[^ ]* //mgr;
			is("@wrong", '', "part $part: no client meets an error that is not its own, and no audit finds anything") if @wrong;
			return counts($part) if @wrong;
			unlink $client->{sql}, $client->{err};
		}
		$calls += $each;
		$count = counts($part);
		$n = operations($count);
	}
	note(sprintf 'part %d: %d operations in %d s', $part, $n, time - $from);
	note("part $part: $_: " . join ', ', map { my $k = $_; map { "$_ $count->{$k}{$_}" } sort keys %{ $count->{$_} } } $_) for sort keys %$count;
	is($node->safe_psql('postgres', 'SELECT * FROM bianzhi.verify()'), '', "part $part: verify() finds nothing");
	is($node->safe_psql('postgres', 'SELECT * FROM own_crowded'), '', "part $part: nobody has two seats");
	is($node->safe_psql('postgres', "SELECT * FROM own_over WHERE $part = 1 OR unit_id <> 4"), '', "part $part: no account is over on any day from today on");
	return $count;
}

my @count;
for my $part (1, 2)
{
	my $count = $count[$part] = run_part($part, $wanted * ($part == 1 ? 0.7 : 0.3), $part == 1 ? 100 : 50);
	my @written = map { $names[$_] } grep { $weights[ $part - 1 ][$_] > 0 } 0 .. $#names;
	is_deeply([ grep { !$count->{$_}{ok} } @written ], [], "part $part: every kind of statement was accepted");
	is_deeply([ grep { !$count->{$_}{23514} } qw(insert move hire transfer place leaf_place resite) ], [], "part $part: and every kind that adds was refused");
}
my $total = operations($count[1]) + operations($count[2]);
cmp_ok($total, '>=', $wanted, "$total operations, seed $seed");
$node->stop;
done_testing();
