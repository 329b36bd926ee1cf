/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Over which accounts a number is called, by how it begins: "00: trunk house, 1: house", rows of a prefix and of accounts in their order, with
 * commas between them. Pure.
 */
#ifndef TIPRING_GATEWAY_DIAL_ROUTE_H
#define TIPRING_GATEWAY_DIAL_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#define DIAL_ROUTE_PREFIX_MAX 16

/* The account of that place, from 0, in the row with the longest prefix that the number begins with; false: there is none. An empty prefix fits every
 * number. name has room for what config.h calls a name. */
bool dial_route_account(const char *routes, const char *number, unsigned place, char *name, size_t size);
/* Whether it can be read; else *at is where not. */
bool dial_route_is_valid(const char *routes, const char **at);
/* The account of that place among all rows; false: there is none. For checking them. */
bool dial_route_named(const char *routes, unsigned place, char *name, size_t size);

#endif
