/*
 * roll.h
 *		People by resident id, for who asks for many.
 */
#ifndef BZ_ROLL_H
#define BZ_ROLL_H

#include "idcheck.h"

typedef struct BzRoll BzRoll;

extern BzRoll *bz_roll_open(void);
extern int64 bz_roll_person(BzRoll *roll, BzResidentId id);
extern void bz_roll_close(BzRoll *roll);

#endif /* BZ_ROLL_H */
