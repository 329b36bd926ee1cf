/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: one line an event, to standard error, with the priority prefix that systemd's journal reads (sd-daemon(3)). A line
 * names the port, says what happened in the subscriber's words and blames the right party. Control thread only; no
 * passwords, no dialled digits of calls that were never made.
 */
#ifndef TIPRING_GATEWAY_LOG_H
#define TIPRING_GATEWAY_LOG_H

enum gw_log_level {
	GW_LOG_ERROR = 3,
	GW_LOG_WARNING = 4,
	GW_LOG_NOTICE = 5,
	GW_LOG_INFO = 6,
	GW_LOG_DEBUG = 7,
};

/* What is above the level is not written. Default GW_LOG_INFO. */
void gw_log_level_set(enum gw_log_level level);

/* subject: the line's or account's name, or NULL. */
__attribute__((format(printf, 3, 4)))
void gw_log(enum gw_log_level level, const char *subject, const char *format, ...);

#endif
