-- The published establishments of test/data as documents, units, quotas and leads. Wants the psql variable "data", the
-- directory of the files, and a database with the extension that is not live yet. What was read stays in temporary
-- tables published_* for people.sql and for the test.

CREATE TEMP TABLE published_unit (unit_key text, name text, parent_key text, region_code text, organ_kind text, rank text,
	document text, effective_date date,
	unit_id bigint DEFAULT nextval(pg_get_serial_sequence('bianzhi.unit', 'unit_id')));
CREATE TEMP TABLE published_quota (unit_key text, category text, amount integer);
CREATE TEMP TABLE published_section (unit_key text, ordinal integer, section_name text,
	unit_id bigint DEFAULT nextval(pg_get_serial_sequence('bianzhi.unit', 'unit_id')));
CREATE TEMP TABLE published_section_count (unit_key text, amount integer, names_listed text);
CREATE TEMP TABLE published_part (unit_key text, category text, relation text, item text, amount integer);
CREATE TEMP TABLE published_change (unit_key text, seq integer, date text, document text, category text, change text,
	amount integer, counterparty text, note text);
CREATE TEMP TABLE published_category_map (unit_key text, category text, code text, entries_closed boolean, reason text);
CREATE TEMP TABLE published_part_map (unit_key text, category text, item text, code text, section_name text, reason text);
CREATE TEMP TABLE published_change_start (unit_key text, seq integer, since date, reason text);
CREATE TEMP TABLE published_document_map (written text, number text, title text, kind text, issued_on date);
CREATE TEMP TABLE published_own_category (code text, name_zh text, name_en text, parent text, measure text);

\cd :data
\copy published_unit (unit_key, name, parent_key, region_code, organ_kind, rank, document, effective_date) FROM units.tsv (HEADER, NULL '')
\copy published_quota FROM quotas.tsv (HEADER, NULL '')
\copy published_section (unit_key, ordinal, section_name) FROM sections.tsv (HEADER, NULL '')
\copy published_section_count FROM section_counts.tsv (HEADER, NULL '')
\copy published_part FROM quota_parts.tsv (HEADER, NULL '')
\copy published_change FROM changes.tsv (HEADER, NULL '')
\copy published_category_map FROM category_map.tsv (HEADER, NULL '')
\copy published_part_map FROM part_map.tsv (HEADER, NULL '')
\copy published_change_start FROM change_start.tsv (HEADER, NULL '')
\copy published_document_map FROM document_map.tsv (HEADER, NULL '')
\copy published_own_category FROM own_category.tsv (HEADER, NULL '')

BEGIN;

INSERT INTO bianzhi.category (code, name_zh, name_en, parent, measure, display_order)
SELECT o.code, o.name_zh, o.name_en, o.parent, o.measure, 1000 + row_number() OVER () FROM published_own_category AS o;

INSERT INTO bianzhi.document (number, kind, title, issued_on)
SELECT DISTINCT d.number, d.kind, d.title, d.issued_on FROM published_document_map AS d WHERE d.number IS NOT NULL ORDER BY d.number;

INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, organ_kind, rank, level, region_code, display_order, document_no, note)
SELECT u.unit_id, u.unit_key, u.name, p.unit_id,
	CASE u.organ_kind WHEN 'mass_organisation' THEN 'mass_org' ELSE u.organ_kind END,
	r.code,
	CASE
		WHEN u.unit_key LIKE 'cn\_%' THEN 'central'
		WHEN u.region_code LIKE '__0000' THEN 'province'
		WHEN u.region_code LIKE '____00' THEN 'city'
		WHEN u.region_code IS NOT NULL THEN 'county'
	END,
	u.region_code, row_number() OVER (ORDER BY u.unit_id), d.number,
	CASE WHEN r.code IS NULL THEN '规格:' || u.rank END
FROM published_unit AS u
	LEFT JOIN published_unit AS p ON p.unit_key = u.parent_key
	LEFT JOIN bianzhi.rank AS r ON r.code = u.rank
	LEFT JOIN published_document_map AS d ON d.written = u.document
ORDER BY u.unit_id;

INSERT INTO bianzhi.unit (unit_id, unit_key, name, parent_id, is_section, display_order)
SELECT s.unit_id, s.unit_key || '/' || to_char(s.ordinal, 'FM00'), s.section_name, u.unit_id, true, s.ordinal
FROM published_section AS s JOIN published_unit AS u ON u.unit_key = s.unit_key
ORDER BY s.unit_id;

-- the totals that are known now, and what each unit's kinds of number are called here
CREATE TEMP TABLE published_total AS
SELECT q.unit_key, q.category, q.amount FROM published_quota AS q
UNION ALL
SELECT s.unit_key, 'section_count', s.amount FROM published_section_count AS s;

CREATE TEMP TABLE published_code AS
SELECT DISTINCT ON (u.unit_key, m.category) u.unit_key, m.category, m.code, m.entries_closed
FROM published_unit AS u JOIN published_category_map AS m ON m.unit_key IN (u.unit_key, '*')
ORDER BY u.unit_key, m.category, m.unit_key = '*';

/*
 * Changes in numbers, with their first day. An epoch is what lies between one total (set) and the next; epoch 0 comes
 * before the first. delta: what was added or taken away.
 */
CREATE TEMP TABLE published_step AS
SELECT c.*, CASE c.change WHEN 'set' THEN 0 WHEN 'remove' THEN -c.amount WHEN 'transfer_out' THEN -c.amount ELSE c.amount END AS delta,
	count(*) FILTER (WHERE c.change = 'set') OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS epoch,
	max(CASE WHEN o.seq IS NOT NULL THEN o.since WHEN c.date IS NOT NULL THEN rpad(c.date, 10, '-01')::date END) OVER w AS since
FROM published_change AS c LEFT JOIN published_change_start AS o ON o.unit_key = c.unit_key AND o.seq = c.seq
WHERE c.change IN ('set', 'add', 'remove', 'transfer_in', 'transfer_out') AND c.category NOT IN ('section', 'rank', 'status')
WINDOW w AS (PARTITION BY c.unit_key, c.category ORDER BY c.seq);

-- each epoch with the total before it (computed for epoch 0, where changes came before the first total) and at its end
CREATE TEMP TABLE published_epoch AS
SELECT e.unit_key, e.category, e.epoch, e.delta, e.last_seq,
	CASE WHEN e.epoch > 0 THEN b.amount WHEN e.changes > 0 THEN COALESCE(e.total, t.amount) - e.delta ELSE 0 END AS before,
	COALESCE(e.total, t.amount) AS total, e.changes
FROM (
	SELECT s.unit_key, s.category, s.epoch, sum(s.delta)::integer AS delta, max(s.seq) AS last_seq,
		max(s.amount) FILTER (WHERE s.change = 'set') AS total, count(*) FILTER (WHERE s.change <> 'set') AS changes
	FROM published_step AS s
	GROUP BY s.unit_key, s.category, s.epoch
) AS e
	LEFT JOIN published_step AS b ON b.unit_key = e.unit_key AND b.category = e.category AND b.epoch = e.epoch - 1 AND b.change = 'set'
	LEFT JOIN published_total AS t ON t.unit_key = e.unit_key AND t.category = e.category;

-- the journal: numbers without a history, what histories start from, their changes, and numbers within numbers
INSERT INTO bianzhi.quota (unit_id, category, amount, kind, stated_total, entries_closed, during, document_no, note)
SELECT u.unit_id, c.code, t.amount, '核定', t.amount, c.entries_closed, daterange(u.effective_date, NULL),
	COALESCE(d.number, '(未见文号)'), NULL
FROM published_total AS t
	JOIN published_unit AS u ON u.unit_key = t.unit_key
	JOIN published_code AS c ON c.unit_key = t.unit_key AND c.category = t.category
	LEFT JOIN published_document_map AS d ON d.written = u.document
WHERE NOT EXISTS (SELECT 1 FROM published_step AS s WHERE s.unit_key = t.unit_key AND s.category = t.category);

INSERT INTO bianzhi.quota (unit_id, category, amount, kind, during, document_no, note)
SELECT u.unit_id, c.code, e.before, '核定', '(,)', '(未见文号)', '由总数和增减数推算'
FROM published_epoch AS e
	JOIN published_unit AS u ON u.unit_key = e.unit_key
	JOIN published_code AS c ON c.unit_key = e.unit_key AND c.category = e.category
WHERE e.epoch = 0 AND e.before <> 0;

INSERT INTO bianzhi.quota (unit_id, category, amount, kind, stated_total, during, document_no, note)
SELECT u.unit_id, c.code, line.amount,
	CASE
		WHEN s.change = 'transfer_in' THEN '划入'
		WHEN s.change = 'transfer_out' THEN '划出'
		WHEN line.amount = 0 OR s.epoch = 0 AND e.changes = 0 THEN '核定'
		WHEN line.amount > 0 THEN '核增'
		ELSE '核减'
	END,
	CASE WHEN s.seq = e.last_seq THEN e.total END,
	daterange(s.since, NULL), COALESCE(d.number, '(未见文号)'),
	concat_ws(';', CASE WHEN d.number IS NULL THEN s.document END, s.counterparty, s.note,
		CASE length(s.date) WHEN 4 THEN '日期只到年' WHEN 7 THEN '日期只到月' END)
FROM published_step AS s
	JOIN published_epoch AS e ON e.unit_key = s.unit_key AND e.category = s.category AND e.epoch = s.epoch
	CROSS JOIN LATERAL (SELECT CASE s.change WHEN 'set' THEN s.amount - e.before - e.delta ELSE s.delta END AS amount) AS line
	JOIN published_unit AS u ON u.unit_key = s.unit_key
	JOIN published_code AS c ON c.unit_key = s.unit_key AND c.category = s.category
	LEFT JOIN published_document_map AS d ON d.written = s.document
WHERE e.total IS NOT NULL
ORDER BY u.unit_id, s.seq;

INSERT INTO bianzhi.quota (unit_id, category, amount, kind, during, document_no, note)
SELECT COALESCE(s.unit_id, u.unit_id), m.code, p.amount, '核定', daterange(u.effective_date, NULL),
	COALESCE(d.number, '(未见文号)'), '其中:' || p.item
FROM published_part_map AS m
	JOIN published_part AS p ON p.unit_key = m.unit_key AND p.category = m.category AND p.item = m.item
		AND p.relation IN ('includes', 'per_section')
	JOIN published_unit AS u ON u.unit_key = m.unit_key
	LEFT JOIN published_section AS s ON s.unit_key = m.unit_key AND s.section_name = m.section_name
	LEFT JOIN published_document_map AS d ON d.written = u.document
WHERE m.code IS NOT NULL
ORDER BY u.unit_id;

-- what does not add up: totals that the changes before them do not lead to, and changes of what is known nowhere
INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence)
SELECT 'quota_gap', u.unit_id, c.code, jsonb_strip_nulls(jsonb_build_object('change', s.change, 'amount', s.amount,
	'date', s.date, 'document', s.document, 'known', e.before + e.delta, 'stated_total', e.total, 'note', s.note))
FROM published_step AS s
	JOIN published_epoch AS e ON e.unit_key = s.unit_key AND e.category = s.category AND e.epoch = s.epoch
	JOIN published_unit AS u ON u.unit_key = s.unit_key
	JOIN published_code AS c ON c.unit_key = s.unit_key AND c.category = s.category
WHERE e.total IS NULL OR s.change = 'set' AND e.changes > 0 AND e.before + e.delta <> s.amount
ORDER BY u.unit_id, s.seq;

COMMIT;
ANALYZE;
