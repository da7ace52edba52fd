# An office whose life the tests of dumps, upgrades and copies follow: loaded with its old excess, live, and at work.
#
#   use BianzhiOffice;
#   BianzhiOffice::make($node, 'office');
#   my %was = BianzhiOffice::answers($node, 'office');
#   BianzhiOffice::in_force($node, 'copy', 'a copy');
package BianzhiOffice;

use strict;
use warnings;
use Test::More;

our $enter = 'INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during)';

# make(NODE, DATABASE): the database, a role "clerk", and the office in it, live
sub make
{
	my ($node, $database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	$node->safe_psql('postgres', 'CREATE ROLE clerk LOGIN');
	$node->safe_psql($database, <<'SQL');
CREATE EXTENSION bianzhi CASCADE;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON bianzhi.occupancy, bianzhi.appointment, bianzhi.quota, bianzhi.unit TO clerk;
GRANT SELECT ON bianzhi.person TO clerk;
UPDATE bianzhi.category SET without_quota = 'record', past_excess = 'reject' WHERE code = 'administrative';
INSERT INTO bianzhi.category (code, name_zh, parent, measure, enforcement) VALUES ('own', 'own', 'administrative', 'establishment', 'record');
UPDATE bianzhi.exit_kind SET from_next_month = NOT from_next_month WHERE code = (SELECT min(code) FROM bianzhi.exit_kind);
INSERT INTO bianzhi.code_list (list, code, name_zh, name_en) VALUES ('nature', 'own', '自有', 'own');
INSERT INTO bianzhi.unit (unit_key, name) SELECT 'U' || i, 'u' FROM generate_series(1, 6) AS i;
INSERT INTO bianzhi.unit (unit_key, name, parent_id, is_section) SELECT 'S1', 's', unit_id, true FROM bianzhi.unit WHERE unit_key = 'U1';
INSERT INTO bianzhi.person (name) SELECT 'p' || i FROM generate_series(1, 600) AS i;
UPDATE bianzhi.person SET resident_id = '990000197001010018', birth_date = '1970-01-01', sex = 1 WHERE person_id = 1;
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no)
SELECT unit_id, 'administrative', CASE unit_key WHEN 'U1' THEN 6 ELSE 200 END, '[2020-01-01,)', CASE unit_key WHEN 'U2' THEN '(未见文号)' ELSE 'doc' END
FROM bianzhi.unit WHERE unit_key IN ('U1', 'U2', 'U3', 'U4', 'U5');
-- loaded with all its old excess: U1 holds ten in six seats, U6 has no quota, one person has two seats, an exemption
INSERT INTO bianzhi.occupancy (person_id, unit_id, section_id, category, during)
SELECT p, CASE WHEN p <= 10 THEN 1 ELSE 2 + p % 5 END, CASE WHEN p <= 3 THEN 7 END, CASE p % 7 WHEN 0 THEN 'own' ELSE 'administrative' END,
	daterange('2021-01-01'::date + p * 3, CASE WHEN p % 3 = 0 AND p > 10 THEN '2026-01-01'::date + p END)
FROM generate_series(1, 400) AS p;
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (1, 3, 'administrative', '[2026-06-01,)');
INSERT INTO bianzhi.exemption (kind, unit_id, subject, during, document_no) VALUES ('uncounted', 2, '599', '[2024-01-01,2028-01-01)', 'doc');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during, counted) VALUES (599, 2, 'administrative', '[2024-01-01,2027-01-01)', false);
INSERT INTO bianzhi.quota (unit_id, category, amount, during, document_no) VALUES (3, 'leader', 2, '[2020-01-01,)', 'doc');
INSERT INTO bianzhi.appointment (person_id, unit_id, category, during)
VALUES (13, 3, 'leader_chief', '[2022-01-01,)'), (18, 3, 'leader_deputy', '[2022-01-01,)'), (28, 3, 'leader_deputy', '[2022-01-01,)');
-- an application's tables: their columns have other numbers where they are restored, as some were dropped; one is
-- renamed after; words of the application's own; a partitioned one, whose partitions have their columns in another order
CREATE SCHEMA hr;
CREATE TABLE hr.staff (gone int, id int PRIMARY KEY, left_out text, dept text, kind text, hired date, note text, left_on date, seats int, leaver boolean);
ALTER TABLE hr.staff DROP COLUMN gone, DROP COLUMN left_out;
SELECT bianzhi.attach('hr.staff', 'filled', unit => 'dept', category => 'kind', starts => 'hired', ends => 'left_on', seats => 'seats', ends_inclusive => true);
ALTER TABLE hr.staff RENAME COLUMN kind TO "Kind of seat";
ALTER TABLE hr.staff DROP COLUMN note;
INSERT INTO bianzhi.unit_alias (unit_id, source, alias) VALUES (5, 'staff', '05');
INSERT INTO bianzhi.category_alias (source, alias, category) VALUES ('staff', '行政', 'administrative');
INSERT INTO hr.staff (id, dept, "Kind of seat", hired, left_on, seats)
SELECT i, CASE WHEN i % 2 = 0 THEN 'U3' ELSE '05' END, CASE WHEN i % 3 = 0 THEN '行政' ELSE 'own' END, '2023-01-01'::date + i, '2027-06-30'::date + i, 1 + i % 2
FROM generate_series(1, 20) AS i;
CREATE TABLE hr.post (gone text, unit bigint, year int, person bigint, days daterange) PARTITION BY LIST (year);
ALTER TABLE hr.post DROP COLUMN gone;
CREATE TABLE hr.post_2025 PARTITION OF hr.post FOR VALUES IN (2025);
CREATE TABLE hr.post_2026 (days daterange, gone int, person bigint, year int, gone_too int, unit bigint);
ALTER TABLE hr.post_2026 DROP COLUMN gone, DROP COLUMN gone_too;
ALTER TABLE hr.post ATTACH PARTITION hr.post_2026 FOR VALUES IN (2026);
CREATE INDEX ON hr.post (person);
ALTER TABLE hr.post_2025 REPLICA IDENTITY FULL;
ALTER TABLE hr.post_2026 REPLICA IDENTITY FULL;
INSERT INTO hr.post (unit, year, person, days) VALUES (3, 2025, 590, '[2025-02-01,)'), (3, 2026, 591, '[2026-02-01,)'), (5, 2026, 592, '[2026-02-01,2027-01-01)');
GRANT USAGE ON SCHEMA hr TO clerk;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON hr.staff, hr.post TO clerk;
-- books of problems from before, and rules of the office's own
UPDATE bianzhi.problem_kind SET due_days = 60 WHERE code = 'C4';
INSERT INTO bianzhi.problem_kind (code, class, name_zh, acts_first) VALUES ('Z1', 'E', 'own', 'audit');
INSERT INTO bianzhi.workday (day, is_workday, document_no) VALUES ('2027-01-01', false, 'doc');
INSERT INTO bianzhi.trusted_pool (role) VALUES ('pool');
-- key tasks, weights of the office's own
INSERT INTO bianzhi.key_task (unit_id, title, due, done_on, state, document_no) VALUES (1, 'task', '2025-06-30', '2025-06-01', 'done', 'doc'), (2, 'task', '2025-06-30', NULL, 'open', NULL);
UPDATE bianzhi.inspection_weight SET weight = 7 WHERE code = 'overdue';
UPDATE bianzhi.age_band SET age_to = 28 WHERE code = 'to_30';
INSERT INTO bianzhi.age_band (code, name_zh, age_from, age_to, display_order) VALUES ('29_35', '29至35岁', 29, 35, 15);
INSERT INTO bianzhi.attrition_rate (category, age_from, age_to, monthly_rate) VALUES ('administrative', 0, 150, 0.005), ('administrative', 50, 59, 0.01);
INSERT INTO bianzhi.off_post_age (category, retire_track, age_months, document_no) VALUES ('leader', 'M60', 696, 'doc');
INSERT INTO bianzhi.problem (number, kind, severity, unit_id, source, state, due_on, registered_by) VALUES ('2025-0009', 'Z1', 1, 2, 'audit', 'submitted', '2025-12-01', 'somebody');
SELECT bianzhi.go_live();
-- problems
SELECT bianzhi.settle_problem(1, 'checked');
SELECT bianzhi.record_problem('B1', 1, 'daily', evidence => '{"seen": 1}');
SELECT bianzhi.register_problem(min(lead_id)) FROM bianzhi.lead WHERE kind = 'excess_at_go_live' AND unit_id = 1;
SELECT bianzhi.submit_problem(problem_id, 'done', '["paper"]') FROM bianzhi.lead WHERE problem_id IS NOT NULL;
INSERT INTO bianzhi.problem_amount (problem_id, item, amount) VALUES (1, 'money_involved', 12.34);
INSERT INTO bianzhi.problem_handling (problem_id, kind) VALUES (1, '约谈');
INSERT INTO bianzhi.approval_waiver (problem_id, during, document_no) VALUES (1, '[2026-01-01,2027-01-01)', 'doc');
-- and one that is attached while it is live
SELECT bianzhi.attach('hr.post', 'filled', unit => 'unit', category => '=administrative', starts => 'days', ends => 'days', person => 'person');
INSERT INTO bianzhi.occupancy (person_id, unit_id, category, during) VALUES (500, 5, 'administrative', '[2026-12-01,)');
UPDATE bianzhi.quota SET amount = 2 WHERE unit_id = 4;
UPDATE bianzhi.unit SET name = 'renamed' WHERE unit_key = 'U3';
SELECT bianzhi.split_unit(3, 5, '{"administrative": 1}', '{}', '2026-12-01', 'reform doc');
UPDATE bianzhi.occupancy SET during = daterange(lower(during), '2027-03-01') WHERE person_id = 28;
SQL
	return;
}

# every table of the extension that is dumped, as one digest each; and what is told of it
my %question = (
	strength => 'SELECT u.unit_key, s.category, s.since, s.authorized, s.filled, s.reserved'
	  . ' FROM bianzhi.strength AS s JOIN bianzhi.unit AS u USING (unit_id) ORDER BY 1, 2, 3',
	tables => <<'SQL',
SELECT c.oid::regclass, x.n, x.digest
FROM pg_extension AS e CROSS JOIN LATERAL unnest(e.extconfig) AS t (oid) JOIN pg_class AS c ON c.oid = t.oid AND c.relkind = 'r'
	CROSS JOIN LATERAL (SELECT (xpath('/row/n/text()', d))[1] AS n, (xpath('/row/digest/text()', d))[1] AS digest
		FROM query_to_xml(format('SELECT count(*) AS n, md5(string_agg(r::text, E''\n'' ORDER BY r::text COLLATE "C")) AS digest FROM %s AS r', c.oid::regclass), false, true, '') AS d) AS x
WHERE e.extname = 'bianzhi' AND c.oid::regclass NOT IN ('bianzhi.stamp'::regclass, 'bianzhi.lead'::regclass, 'bianzhi.source'::regclass, 'bianzhi.ledger'::regclass)
ORDER BY c.oid::regclass::text COLLATE "C"
SQL
	leads => 'SELECT l.kind, u.unit_key, l.subject, l.evidence, count(*) FROM bianzhi.lead AS l LEFT JOIN bianzhi.unit AS u USING (unit_id)'
	  . ' GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4::text',
	sequences => "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'bianzhi'"
	  . " AND sequencename NOT IN ('account_account_id_seq', 'queue_queue_id_seq') AND last_value IS NOT NULL ORDER BY 1",
	sources => 'SELECT relid, measure, count(*) FROM bianzhi.source GROUP BY 1, 2 ORDER BY relid::text COLLATE "C", 2',
	staff => 'SELECT * FROM hr.staff ORDER BY id',
	posts => 'SELECT tableoid::regclass, unit, year, person, days FROM hr.post ORDER BY person',
	rights => "SELECT oid::regclass, relowner::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(relacl) AS a) FROM pg_class"
	  . " WHERE relnamespace = 'bianzhi'::regnamespace AND relkind IN ('r', 'p', 'v', 'S') ORDER BY oid::regclass::text COLLATE \"C\"",
);

# answers(NODE, DATABASE[, NAMES...]): what is asked of an office, by name; without names, everything
sub answers
{
	my ($node, $database, @names) = @_;
	@names = sort keys %question unless @names;
	return map { $_ => $node->safe_psql($database, $question{$_}) } @names;
}

# refused(NODE, DATABASE, SQL, SQLSTATE, TEST): SQL is refused with that state
sub refused
{
	my ($node, $database, $sql, $state, $test) = @_;
	my (undef, undef, $error) = $node->psql($database, "\\set VERBOSITY verbose\n$sql", on_error_stop => 1);
	like($error, qr/ERROR:  $state:/, $test);
	return;
}

# comes_back(NODE, DATABASE, WHAT): a partition that was away does not count until it is attached again; leaves it as it was
sub comes_back
{
	my ($node, $database, $what) = @_;
	refused($node, $database, "BEGIN; ALTER TABLE hr.post DETACH PARTITION hr.post_2025; ALTER TABLE hr.post ATTACH PARTITION hr.post_2025 FOR VALUES IN (2025);"
		  . " INSERT INTO hr.post (unit, year, person, days) VALUES (5, 2025, 593, '[2026-12-01,)')", '55000', "$what: a partition that was away is to be attached again");
	return;
}

# in_force(NODE, DATABASE, WHAT): the limits hold there for an ordinary role, and what fits is counted; leaves it as it was
sub in_force
{
	my ($node, $database, $what) = @_;
	my $day = "'[2026-12-01,)'";
	is($node->safe_psql($database, 'SELECT bianzhi.is_live()'), 't', "$what: live");
	is($node->safe_psql($database, 'SELECT * FROM bianzhi.verify()'), '', "$what: verify() finds nothing");
	refused($node, $database, "SET ROLE clerk; $enter VALUES (580, 1, 'administrative', $day)", '23514', "$what: a full body takes nobody");
	refused($node, $database, "SET ROLE clerk; $enter VALUES (500, 3, 'administrative', $day)", '23P01', "$what: nobody has two seats");
	refused($node, $database, "SET ROLE clerk; $enter VALUES (9999, 3, 'administrative', $day)", '23503', "$what: an unknown person is refused");
	is($node->safe_psql($database, "SET ROLE clerk; BEGIN; $enter VALUES (580, 5, 'administrative', $day); RESET ROLE;"
			  . " SELECT count(*) FROM bianzhi.verify(); ROLLBACK"), '0', "$what: who fits is counted");
	my $hire = 'INSERT INTO hr.staff (id, dept, "Kind of seat", hired, seats) VALUES';
	refused($node, $database, "SET ROLE clerk; $hire (30, 'U1', '行政', '2026-12-01', 1)", '23514', "$what: nor through an application's table");
	refused($node, $database, "SET ROLE clerk; INSERT INTO hr.post (unit, year, person, days) VALUES (1, 2026, 593, '[2026-12-01,)')", '23514', "$what: nor through one of partitions");
	refused($node, $database, "SET ROLE clerk; INSERT INTO hr.post (unit, year, person, days) VALUES (5, 2026, 500, '[2026-12-01,)')", '23P01', "$what: nor is anybody seated twice there");
	is($node->safe_psql($database, "SET ROLE clerk; BEGIN; $hire (30, '05', '行政', '2026-12-01', 2); UPDATE hr.post SET unit = 5 WHERE person = 591;"
			  . " DELETE FROM hr.post WHERE year = 2025; DELETE FROM hr.staff WHERE id < 5; RESET ROLE; SELECT count(*) FROM bianzhi.verify(); ROLLBACK"),
		'0', "$what: what fits there is counted");
	# over-full as it is, it may shrink
	$node->safe_psql($database, "SET ROLE clerk; BEGIN; DELETE FROM bianzhi.occupancy WHERE person_id = 2; ROLLBACK");
	return;
}

1;
