-- the statutory age of retirement, in force from 2025-01-01
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql

-- what published tables, programs and decisions say: month of birth, age in months, month of retirement

CREATE TABLE known (track text, birth text, age int, month text);
INSERT INTO known VALUES
	('M60', '1963-12', 720, '2023-12'), ('M60', '1964-02', 720, '2024-02'), ('M60', '1964-12', 720, '2024-12'), ('M60', '1965-01', 721, '2025-02'), ('M60', '1965-04', 721, '2025-05'),
	('M60', '1965-05', 722, '2025-07'), ('M60', '1965-08', 722, '2025-10'), ('M60', '1965-09', 723, '2025-12'), ('M60', '1965-12', 723, '2026-03'), ('M60', '1966-01', 724, '2026-05'),
	('M60', '1966-12', 726, '2027-06'), ('M60', '1967-06', 728, '2028-02'), ('M60', '1968-01', 730, '2028-11'), ('M60', '1968-12', 732, '2029-12'), ('M60', '1969-01', 733, '2030-02'),
	('M60', '1970-01', 736, '2031-05'), ('M60', '1971-10', 741, '2033-07'), ('M60', '1972-09', 744, '2034-09'), ('M60', '1974-05', 749, '2036-10'), ('M60', '1975-08', 752, '2038-04'),
	('M60', '1976-08', 755, '2039-07'), ('M60', '1976-09', 756, '2039-09'), ('M60', '1976-12', 756, '2039-12'), ('M60', '1980-01', 756, '2043-01'), ('M60', '1990-06', 756, '2053-06'),
	('M60', '1995-12', 756, '2058-12'), ('M60', '2000-12', 756, '2063-12'), ('F55', '1963-04', 660, '2018-04'), ('F55', '1969-12', 660, '2024-12'), ('F55', '1970-01', 661, '2025-02'),
	('F55', '1970-04', 661, '2025-05'), ('F55', '1970-05', 662, '2025-07'), ('F55', '1971-04', 664, '2026-08'), ('F55', '1972-02', 667, '2027-09'), ('F55', '1973-01', 670, '2028-11'),
	('F55', '1974-11', 675, '2031-02'), ('F55', '1976-12', 681, '2033-09'), ('F55', '1978-01', 685, '2035-02'), ('F55', '1979-03', 688, '2036-07'), ('F55', '1981-08', 695, '2039-07'),
	('F55', '1981-09', 696, '2039-09'), ('F55', '1981-12', 696, '2039-12'), ('F55', '2000-12', 696, '2058-12'), ('F50', '1974-12', 600, '2024-12'), ('F50', '1975-01', 601, '2025-02'),
	('F50', '1975-02', 601, '2025-03'), ('F50', '1975-03', 602, '2025-05'), ('F50', '1975-11', 606, '2026-05'), ('F50', '1977-06', 615, '2028-09'), ('F50', '1979-12', 630, '2032-06'),
	('F50', '1981-03', 638, '2034-05'), ('F50', '1983-12', 654, '2038-06'), ('F50', '1984-10', 659, '2039-09'), ('F50', '1984-11', 660, '2039-11'), ('F50', '1984-12', 660, '2039-12'),
	('F50', '1990-01', 660, '2045-01'), ('F50', '1995-12', 660, '2050-12');
SELECT count(*), count(DISTINCT (track, birth)) FROM known;
SELECT k.*, bianzhi.retirement_age(day, track), bianzhi.retirement_month(day, track)
FROM known AS k, LATERAL unnest(ARRAY[(birth || '-01')::date, ((birth || '-01')::date + interval '1 month' - interval '1 day')::date]) AS day
WHERE bianzhi.retirement_age(day, track) <> k.age OR bianzhi.retirement_month(day, track) <> (k.month || '-01')::date;

-- the annexed tables, written down group by group as they are printed: so many months of birth share one age

CREATE TABLE annex AS
SELECT t.track, b::date AS birth, CASE
		WHEN b < t.first_birth THEN t.old_age
		ELSE t.old_age + least(t.most, make_interval(months => g.n))
	END AS age
FROM (VALUES ('M60', '1965-01-01'::date, interval '60 years', 4, interval '3 years'), ('F55', '1970-01-01', interval '55 years', 4, interval '3 years'), ('F50', '1975-01-01', interval '50 years', 2, interval '5 years')) AS t (track, first_birth, old_age, width, most)
	CROSS JOIN generate_series('1950-01-01'::date, '2010-12-01', interval '1 month') AS b
	LEFT JOIN LATERAL (
		SELECT n FROM generate_series(1, 999) AS n
		WHERE b >= t.first_birth + make_interval(months => (n - 1) * t.width) AND b < t.first_birth + make_interval(months => n * t.width)
	) AS g ON true;
SELECT track, count(*), min(age), max(age), min(birth) FILTER (WHERE age > (SELECT min(age) FROM annex AS b WHERE b.track = a.track)) AS first_later, min(birth) FILTER (WHERE age = (SELECT max(age) FROM annex AS b WHERE b.track = a.track)) AS first_at_most
FROM annex AS a GROUP BY track ORDER BY track;
SELECT count(*) FILTER (WHERE make_interval(months => bianzhi.retirement_age(birth, track)) <> age) AS other_age,
	count(*) FILTER (WHERE bianzhi.retirement_month(birth, track) <> birth + age) AS other_month
FROM annex;

-- months in which nobody retires are real

SELECT track, count(*) AS empty, min(m)::date, max(m)::date, (array_agg(m::date ORDER BY m))[1:5] AS first_five
FROM (VALUES ('M60'), ('F55'), ('F50')) AS t (track), generate_series('2025-01-01'::date, '2045-12-01', interval '1 month') AS m
WHERE m::date NOT IN (SELECT bianzhi.retirement_month(a.birth, a.track) FROM annex AS a WHERE a.track = t.track)
GROUP BY track ORDER BY track;

-- what may be chosen: not before the age of before the reform, no later than three years after; officials no later; nobody who had reached it before

SELECT track, birth, official, w.*
FROM (VALUES ('M60', '1990-06-15', false), ('M60', '1990-06-15', true), ('M60', '1965-11-03', false), ('M60', '1964-12-31', false), ('M60', '1965-01-01', false),
		('F55', '1969-12-31', false), ('F55', '1985-02-28', false), ('F50', '1974-12-31', false), ('F50', '1981-03-01', false), ('F50', '1990-01-01', false), ('F50', '1990-01-01', true)) AS v (track, birth, official),
	LATERAL bianzhi.retirement_window(birth::date, track, official) AS w;
SELECT bianzhi.retirement_window('1990-06-15', 'M60') = bianzhi.retirement_window('1990-06-15', 'M60', false) AS no_official_if_not_said;
SELECT count(*) FILTER (WHERE NOT (earliest <= statutory AND statutory <= latest)) AS out_of_order, count(*) FILTER (WHERE statutory <> bianzhi.retirement_month(birth, track)) AS other_month,
	count(*) FILTER (WHERE official AND latest <> statutory) AS late_officials, count(*) FILTER (WHERE earliest > statutory - interval '3 years' AND earliest <> birth + CASE track WHEN 'M60' THEN interval '60 years' WHEN 'F55' THEN interval '55 years' ELSE interval '50 years' END) AS off_the_floor,
	count(*) FILTER (WHERE statutory >= '2025-01-01' AND NOT official AND latest <> statutory + interval '3 years') AS other_latest
FROM annex, unnest('{false,true}'::bool[]) AS official, LATERAL bianzhi.retirement_window(birth, track, official);

-- months of contributions

SELECT string_agg(y || ':' || bianzhi.contribution_months(y), ' ' ORDER BY y) FROM unnest('{1990,2024,2025,2029,2030,2031,2032,2033,2034,2035,2036,2037,2038,2039,2040,2147483647,-2147483648}'::int[]) AS y;

-- what is no birthday, and no track; no message carries a birthday

SELECT try($$SELECT bianzhi.retirement_month('1970-01-01', 'M65')$$), try($$SELECT bianzhi.retirement_age('1970-01-01', 'm60')$$), try($$SELECT bianzhi.retirement_window('1970-01-01', '')$$);
SELECT try($$SELECT bianzhi.retirement_age('infinity', 'M60')$$), try($$SELECT bianzhi.retirement_month('-infinity', 'F55')$$), try($$SELECT bianzhi.retirement_month('5874897-12-31', 'F50')$$), try($$SELECT bianzhi.retirement_window('5874835-01-01', 'M60')$$);
SELECT bianzhi.retirement_month('4714-11-24 BC', 'M60'), bianzhi.retirement_month('0061-12-31 BC', 'M60'), bianzhi.retirement_month('0060-01-01 BC', 'M60'), bianzhi.retirement_age('5874897-12-31', 'F50');
SELECT bianzhi.retirement_age(NULL, 'M60') IS NULL, bianzhi.retirement_month('1970-01-01', NULL) IS NULL, bianzhi.retirement_window('1970-01-01', 'M60', NULL) IS NULL, bianzhi.contribution_months(NULL) IS NULL;

-- the rule can be indexed

CREATE TABLE cadre (birth date, track text, retires date GENERATED ALWAYS AS (bianzhi.retirement_month(birth, track)) STORED);
INSERT INTO cadre VALUES ('1970-01-01', 'M60'), (NULL, 'M60');
SELECT * FROM cadre;
