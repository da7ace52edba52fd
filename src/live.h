/*
 * live.h
 *		Whether the limits are in force, and what day it is.
 */
#ifndef BZ_LIVE_H
#define BZ_LIVE_H

typedef enum BzState
{
	BZ_LOADING,	 /* anything may be imported */
	BZ_RESTORED, /* a dump was restored: its owner may load, nobody else may write */
	BZ_IS_LIVE
} BzState;

extern void bz_live_init(void);
extern BzState bz_state(void);
extern bool bz_enforcing(void);
extern void bz_check_not_restored(void);
extern int32 bz_today(void);

#endif /* BZ_LIVE_H */
