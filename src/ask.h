/*
 * ask.h
 *		Arguments that name an account.
 */
#ifndef BZ_ASK_H
#define BZ_ASK_H

extern int bz_category_argument(text *code);
extern void bz_check_unit(int64 unit);

#endif /* BZ_ASK_H */
