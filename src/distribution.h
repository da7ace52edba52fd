/*
 * distribution.h
 *		How many of n independent trials succeed, each with its own probability.
 *
 * The Poisson-binomial distribution: Hong, "On computing the distribution
 * function for the Poisson binomial distribution", Computational Statistics &
 * Data Analysis 59 (2013).  Here it says how many of the holders of an account
 * will have left by a day.
 *
 * Pure C: no allocation, no state, no libm.  What is said of errors holds where
 * a double is an IEEE 754 double that is rounded after each operation.
 */
#ifndef BZ_DISTRIBUTION_H
#define BZ_DISTRIBUTION_H

#include <stdbool.h>

/* trials that can be taken; the bound on the error is good for so many */
#define BZ_DISTRIBUTION_MAX 100000

/* doubles that bz_distribution() works in */
#define BZ_DISTRIBUTION_WORK(n) (2 * (n) + 32)

/* doubles that bz_distribution_quick() works in */
#define BZ_DISTRIBUTION_QUICK_WORK(n) (2 * (n) + 80)

/* what bz_distribution_quick() leaves out of a distribution, at most */
#define BZ_DISTRIBUTION_CUT 1e-12

extern bool bz_distribution(const double *p, int n, double *pmf, double *work, void (*between)(void));
extern double bz_distribution_mean(const double *p, int n);
extern int bz_distribution_quantile(const double *pmf, int n, double q);
extern double bz_distribution_at_least(const double *pmf, int n, int least);
extern bool bz_distribution_quick(const double *p, int n, const double *q, int nq, int *k, double *work);

#endif /* BZ_DISTRIBUTION_H */
