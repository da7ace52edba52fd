/*
 * instant.h
 *		Points in time, as digests, proofs and dumps write them.
 */
#ifndef BZ_INSTANT_H
#define BZ_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool bz_instant_parse(const char *text, size_t length, int64_t *microseconds);

#endif /* BZ_INSTANT_H */
