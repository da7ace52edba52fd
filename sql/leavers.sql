-- how many of some people will leave, each with a probability
\getenv here PG_ABS_SRCDIR
\i :here/sql/include/rules.psql
SET extra_float_digits = 0;

-- nobody, one, two, and three worked out by hand

SELECT bianzhi.leaver_distribution('{}'), bianzhi.leaver_quantile('{}', 0.5), bianzhi.at_least_probability('{}', 0), bianzhi.at_least_probability('{}', 1);
SELECT bianzhi.leaver_distribution('{0.25}'), bianzhi.leaver_distribution('{0.5,0.5}'), bianzhi.leaver_distribution('{0.5,0.25}'), bianzhi.leaver_distribution('{0.1,0.2,0.3}');
SELECT bianzhi.leaver_distribution('[5:6]={0.5,0.25}'), array_lower(bianzhi.leaver_distribution('[5:6]={0.5,0.25}'), 1);

-- who certainly leaves, or stays, only moves the rest, and exactly so

SELECT bianzhi.leaver_distribution('{0,0,0}'), bianzhi.leaver_distribution('{1,1,1}'), bianzhi.leaver_distribution('{1,0.5,0,1}'), bianzhi.leaver_distribution('{-0}');
SELECT bianzhi.leaver_quantile('{1,0.5,0,1}', q) AS k, q FROM unnest('{0,1e-300,0.5,0.500001,1}'::float8[]) AS q;
SELECT bianzhi.at_least_probability('{1,0.5,0,1}', k), k FROM generate_series(-1, 5) AS k;
SELECT bianzhi.at_least_probability('{0.5}', 2147483647), bianzhi.at_least_probability('{0.5}', -2147483648);

-- every outcome of up to twelve people, each looked at

CREATE TABLE office (office int, n int, p float8[]);
INSERT INTO office
SELECT office, n, ARRAY(SELECT CASE WHEN office % 4 = 3 AND i % 3 = 0 THEN (i / 3) % 2 WHEN office % 4 = 2 THEN power(10, -i) ELSE ((office * 7919 + i * 104729) % 997 + 1) / 1000.0 END FROM generate_series(1, n) AS i)
FROM (SELECT office, 1 + office % 12 AS n FROM generate_series(1, 48) AS office) AS o;
CREATE TABLE outcome AS
SELECT o.office, sum(mask >> (i - 1) & 1) AS k, exp(sum(ln(nullif(CASE WHEN (mask >> (i - 1) & 1) = 1 THEN p[i]::numeric ELSE 1 - p[i]::numeric END, 0)))) *
	(count(*) FILTER (WHERE CASE WHEN (mask >> (i - 1) & 1) = 1 THEN p[i] = 0 ELSE p[i] = 1 END) = 0)::int AS probability
FROM office AS o, generate_series(0, (1 << n) - 1) AS mask, generate_series(1, n) AS i
GROUP BY o.office, mask;
CREATE TABLE known AS SELECT office, k, sum(probability) AS probability FROM outcome GROUP BY office, k;
SELECT count(*), sum(probability)::float8 FROM outcome;
SELECT count(*), count(*) FILTER (WHERE k.probability > 0) AS possible,
	count(*) FILTER (WHERE abs(f[k.k + 1]::numeric - k.probability) > 1e-12 * k.probability) AS other,
	count(*) FILTER (WHERE abs(bianzhi.at_least_probability(p, k.k::int)::numeric - t.at_least) > 1e-12 * t.at_least) AS other_tail
FROM office AS o, LATERAL bianzhi.leaver_distribution(p) AS f, LATERAL (SELECT * FROM known AS x WHERE x.office = o.office) AS k,
	LATERAL (SELECT sum(y.probability) AS at_least FROM known AS y WHERE y.office = o.office AND y.k >= k.k) AS t;
SELECT count(*), count(*) FILTER (WHERE array_length(f, 1) <> n + 1) AS other_length, max(abs((SELECT sum(x) FROM unnest(f) AS x) - 1)) < 1e-12 AS adds_up
FROM office, LATERAL bianzhi.leaver_distribution(p) AS f;

-- quantiles: the first number that is enough

SELECT count(*), count(*) FILTER (WHERE bianzhi.leaver_quantile(p, q) <> (
		SELECT min(k) FROM generate_series(0, n) AS k WHERE (SELECT sum(x.probability) FROM known AS x WHERE x.office = o.office AND x.k <= k.k) >= q::numeric)) AS other
FROM office AS o, unnest('{0,0.001,0.1,0.25,0.4999,0.5001,0.75,0.9,0.999,0.9999999}'::float8[]) AS q;
SELECT count(*) FILTER (WHERE bianzhi.leaver_quantile(p, 1) <> (SELECT count(*) FROM unnest(p) AS x WHERE x > 0)) AS other_last FROM office;
-- on the step itself, in both halves
SELECT bianzhi.leaver_quantile('{0.5,0.5}', q) AS k, q FROM unnest('{0.25,0.2500001,0.5,0.75,0.7500001,1}'::float8[]) AS q;
-- what is possible may be too unlikely for a number
SELECT bianzhi.leaver_quantile('{1e-200,1e-200,0}', 1) AS k, bianzhi.leaver_distribution('{1e-200,1e-200,0}');

-- many: the far tails, too, in which 1 - p as a double would be off

CREATE FUNCTION near(found float8, known numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT abs(found::numeric - known) <= 1e-12 * known $$;
SELECT near((bianzhi.leaver_distribution(array_fill(0.01::float8, '{20000}')))[1], exp(20000 * ln(1 - 0.01::float8::numeric(400, 60)))) AS nobody_of_20000,
	near((bianzhi.leaver_distribution(array_fill(0.3::float8, '{1900}')))[1], exp(1900 * ln(1 - 0.3::float8::numeric(400, 60)))) AS nobody_of_1900,
	near((bianzhi.leaver_distribution(array_fill(0.5::float8, '{900}')))[451], (SELECT exp(sum(ln((450 + i)::numeric(400, 60)) - ln(i::numeric(400, 60)))) FROM generate_series(1, 450) AS i) / power(2::numeric, 900)) AS half_of_900;
SELECT array_length(f, 1), round((SELECT sum(x) FROM unnest(f) AS x)::numeric, 12) AS total, round((SELECT sum(x * (i - 1)) FROM unnest(f) WITH ORDINALITY AS u (x, i))::numeric, 6) AS mean
FROM bianzhi.leaver_distribution(ARRAY(SELECT (i % 100) / 200.0 FROM generate_series(1, 20000) AS i)) AS f;
SELECT bianzhi.leaver_quantile(p, 0.1), bianzhi.leaver_quantile(p, 0.5), bianzhi.leaver_quantile(p, 0.9), round(bianzhi.at_least_probability(p, 5100)::numeric, 6) AS at_least_5100
FROM (SELECT ARRAY(SELECT (i % 100) / 200.0 FROM generate_series(1, 20000) AS i)::float8[]) AS x (p);
SELECT bianzhi.leaver_quantile(array_fill(0.001::float8, '{100000}'), 0.5);

-- what is refused

SELECT try($$SELECT bianzhi.leaver_distribution('{0.5,NULL}')$$), try($$SELECT bianzhi.leaver_quantile('{NULL}', 0.5)$$), try($$SELECT bianzhi.at_least_probability('{NULL}', 1)$$);
SELECT p, try(format($$SELECT bianzhi.leaver_distribution(%L)$$, p)) FROM unnest('{"{NaN}","{0.5,-1e-300}","{1.0000000000000002}","{Infinity}","{-Infinity}"}'::text[]) AS p;
SELECT q, try(format($$SELECT bianzhi.leaver_quantile('{0.5}', %L)$$, q)) FROM unnest('{-0.1,1.1,NaN,Infinity}'::text[]) AS q;
SELECT try($$SELECT bianzhi.leaver_distribution('{{0.5,0.5},{0.5,0.5}}')$$);
SELECT try($$SELECT bianzhi.leaver_distribution(array_fill(0::float8, '{100001}'))$$);
SELECT bianzhi.leaver_distribution(NULL) IS NULL, bianzhi.leaver_quantile('{0.5}', NULL) IS NULL, bianzhi.leaver_quantile(NULL, 0.5) IS NULL, bianzhi.at_least_probability('{0.5}', NULL) IS NULL;

-- anybody may ask, and it may stand where only what never changes may

CREATE ROLE leavers_reader;
SET ROLE leavers_reader;
SELECT bianzhi.leaver_quantile('{0.5,0.5,0.5}', 0.5), bianzhi.at_least_probability('{0.5,0.5,0.5}', 3), bianzhi.leaver_distribution('{0.5,0.5,0.5}');
RESET ROLE;
DROP ROLE leavers_reader;
CREATE TABLE guess (p float8[], median int GENERATED ALWAYS AS (bianzhi.leaver_quantile(p, 0.5)) STORED);
INSERT INTO guess VALUES ('{0.9,0.8,0.1}');
SELECT median FROM guess;
SELECT provolatile, proisstrict, proparallel, count(*) FROM pg_proc WHERE pronamespace = 'bianzhi'::regnamespace AND proname IN ('leaver_distribution', 'leaver_quantile', 'at_least_probability') GROUP BY 1, 2, 3;
