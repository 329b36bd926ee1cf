/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to configuration: comments become spaces before libconfuse sees the text, which counts the lines of a
 * comment more than once and so would complain of places far below.
 */
#ifndef TIPRING_GATEWAY_CONFIG_COMMENTS_H
#define TIPRING_GATEWAY_CONFIG_COMMENTS_H

/* # and // to the end of the line, and what stands between slash-star and star-slash, but not within quotes. Line breaks stay.
 * Returns 0, or the line where a comment begins that does not end. */
int config_comments_blank(char *text);

#endif
