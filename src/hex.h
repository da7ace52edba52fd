/*
 * hex.h
 *		A hexadecimal digit, in any locale.
 */
#ifndef BZ_HEX_H
#define BZ_HEX_H

/* Its value; -1: it is none. */
static inline int
bz_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif /* BZ_HEX_H */
