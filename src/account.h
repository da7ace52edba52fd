/*
 * account.h
 *		The registry of accounts: a unit and a category.
 */
#ifndef BZ_ACCOUNT_H
#define BZ_ACCOUNT_H

#include "utils/rel.h"

/* columns of bianzhi.account */
#define ACCOUNT_ID 1
#define ACCOUNT_UNIT 2
#define ACCOUNT_CATEGORY 3
#define ACCOUNT_CEILING 4

typedef struct BzAccountKey
{
	int64 unit;
	int32 category; /* bz_category_id() */
	int32 ceiling;	/* 32 bits so that no padding is hashed */
} BzAccountKey;

typedef struct BzAccount
{
	BzAccountKey key;
	int64 account_id; /* 0: there is none yet */
	int32 lives_from; /* the unit's days */
	int32 lives_to;
	int64 parent; /* the unit's parent, 0: none */
	bool unit_exists;
	bool is_section;
	uint64 looked; /* the round of look-ups in which it was last looked for */
	bool ours;	   /* made by a transaction that has not ended */
	int slot;	   /* its place among the accounts of flush number "flush" */
	uint64 flush;
} BzAccount;

extern void bz_account_init(void);
extern void bz_account_begin(void);
extern BzAccount *bz_account(int64 unit, int category);
extern BzAccount *bz_ceiling_account(int64 unit, int category);
extern void bz_account_create(BzAccount **accounts, int n, Oid relid);
extern void bz_account_forget(bool only_ours);
extern int64 bz_account_number(int64 unit, int category);
extern int bz_unit_accounts(int64 unit, int64 **ids);
extern void bz_account_read(int64 account, int64 *unit, int *category, bool *ceiling);
extern char *bz_unit_key(int64 unit_id);

#endif /* BZ_ACCOUNT_H */
