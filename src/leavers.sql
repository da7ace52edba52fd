/*
 * leavers.sql: how many of some people will leave, each with a probability of his or her own.
 *
 * The exact distribution, not a mean: a body of ten that expects to lose one has to know how likely none is, and three are.
 */

CREATE FUNCTION bianzhi.leaver_distribution(p double precision[]) RETURNS double precision[]
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.leaver_distribution(double precision[]) IS '离编人数分布: probabilities that 0, 1, ... n of n people leave, who leave independently of each other with probabilities p; element 1 is of nobody. Exact to a relative error of 1e-12 down to 1e-300; up to 100000 people (54000). The Poisson-binomial distribution: Hong, On computing the distribution function for the Poisson binomial distribution (2013)';
REVOKE ALL ON FUNCTION bianzhi.leaver_distribution(double precision[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.leaver_distribution(double precision[]) TO PUBLIC;

CREATE FUNCTION bianzhi.leaver_quantile(p double precision[], q double precision) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.leaver_quantile(double precision[], double precision) IS '离编人数分位数: smallest number k such that no more than k people leave with probability q at least, where they leave independently with probabilities p (leaver_distribution); q = 0.5 is the median. Hong, On computing the distribution function for the Poisson binomial distribution (2013)';
REVOKE ALL ON FUNCTION bianzhi.leaver_quantile(double precision[], double precision) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.leaver_quantile(double precision[], double precision) TO PUBLIC;

CREATE FUNCTION bianzhi.at_least_probability(p double precision[], at_least integer) RETURNS double precision
	AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION bianzhi.at_least_probability(double precision[], integer) IS '至少离编人数的概率: probability that at_least people or more leave, who leave independently with probabilities p (leaver_distribution). Hong, On computing the distribution function for the Poisson binomial distribution (2013)';
REVOKE ALL ON FUNCTION bianzhi.at_least_probability(double precision[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION bianzhi.at_least_probability(double precision[], integer) TO PUBLIC;
