/*
 * seat.h
 *		What a seat or a post must say beside what is counted.
 */
#ifndef BZ_SEAT_H
#define BZ_SEAT_H

extern void bz_seat_init(void);

#endif /* BZ_SEAT_H */
