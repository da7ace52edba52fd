/*
 * recover.h
 *		What a leaving takes back from the quota.
 */
#ifndef BZ_RECOVER_H
#define BZ_RECOVER_H

extern void bz_recover_init(void);

#endif /* BZ_RECOVER_H */
