/*
 * prove.h
 *		Was a refusal right?
 */
#ifndef BZ_PROVE_H
#define BZ_PROVE_H

extern void bz_prove_excess(int64 unit, int category, bool ceiling, int32 day);

#endif /* BZ_PROVE_H */
