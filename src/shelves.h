/*
 * shelves.h
 *		Something about each of many people, by their numbers.
 *
 * What is near in number is near in memory: tables mostly have people in the
 * order of their numbers, and who reads them in it finds the next one beside
 * the last.  What is found of somebody is valid until somebody else is added,
 * the place where it is kept always.
 */
#ifndef BZ_SHELVES_H
#define BZ_SHELVES_H

typedef struct BzShelves BzShelves;

typedef void (*BzShelvesUse)(int64 number, void *content, void *arg);

extern BzShelves *bz_shelves(Size size, const void *blank);
extern void *bz_shelves_find(BzShelves *s, int64 number);
extern void *bz_shelves_add(BzShelves *s, int64 number);
extern int64 bz_shelves_place(const BzShelves *s, const void *content);
extern void *bz_shelves_at(const BzShelves *s, int64 place);
extern void bz_shelves_each(BzShelves *s, BzShelvesUse use, void *arg);
extern void bz_shelves_free(BzShelves *s);

#endif /* BZ_SHELVES_H */
