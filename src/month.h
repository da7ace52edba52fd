/*
 * month.h
 *		Days and the months in which they lie; a month is 12 * year + month - 1, as retirement.h has it.
 */
#ifndef BZ_MONTH_H
#define BZ_MONTH_H

#include "utils/date.h"

extern void bz_check_finite(DateADT day);
extern int bz_month_of(DateADT day);
extern bool bz_month_day(int month, DateADT *day);
extern DateADT bz_month_begin(int month);

#endif /* BZ_MONTH_H */
