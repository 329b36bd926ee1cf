/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "gateway/leg/handshake_tries.h"

static bool is_same(const union address *a, const union address *b)
{
	return address_port(a) && address_port(a) == address_port(b) && address_same_host(a, b);
}

static void on_send(const uint8_t *bytes, size_t length, void *arg)
{
	const struct handshake_try *try = arg;

	try->tries->send(bytes, length, &try->to, try->tries->arg);
}

static void try_close(struct handshake_try *try)
{
	ua_dtls_free(try->dtls);
	*try = (struct handshake_try){0};
}

static int try_open(struct handshake_tries *tries, struct handshake_try *try, const union address *to)
{
	struct ua_dtls_config config = tries->config;

	try_close(try);
	config.send = on_send;
	config.arg = try;
	try->tries = tries;
	try->to = *to;
	return ua_dtls_alloc(&try->dtls, &config);
}

static void others_close(struct handshake_tries *tries, const struct handshake_try *but)
{
	for (size_t i = 0; i < HANDSHAKE_TRIES; i++) {
		if (&tries->each[i] != but)
			try_close(&tries->each[i]);
	}
}

void handshake_tries_reset(struct handshake_tries *tries)
{
	others_close(tries, NULL);
	tries->done = NULL;
	tries->said_heard = false;
	tries->rumour[0] = 0;
}

void handshake_tries_describe(struct handshake_tries *tries, const union address *said)
{
	if (tries->config.active && !is_same(said, &tries->said))
		tries->each[0].to = *said;
	tries->said = *said;
}

int handshake_tries_begin(struct handshake_tries *tries, uint64_t now_ms)
{
	int err = try_open(tries, &tries->each[0], &tries->said);

	tries->said_heard = false;
	tries->begun_ms = now_ms;
	if (!err)
		(void)ua_dtls_begin(tries->each[0].dtls);
	return err;
}

static void try_take(struct handshake_tries *tries, struct handshake_try *try, const uint8_t *bytes, size_t length, uint64_t now_ms)
{
	if (ua_dtls_state(try->dtls) == UA_DTLS_RUNS)
		try->heard_ms = now_ms;
	if (ua_dtls_take(try->dtls, bytes, length) == UA_DTLS_DONE && !tries->done) {
		tries->done = try;
		others_close(tries, try);
	}
	snprintf(tries->rumour, sizeof(tries->rumour), "%s", ua_dtls_rumour(try->dtls));
}

static bool is_stale(const struct handshake_try *try, uint64_t now_ms)
{
	return now_ms >= try->heard_ms + HANDSHAKE_TRY_MS;
}

/* A free one, or the one that was silent for longest; NULL: all are busy. */
static struct handshake_try *room_find(struct handshake_tries *tries, bool is_said, uint64_t now_ms)
{
	struct handshake_try *room = NULL;

	for (size_t i = is_said ? 0 : HANDSHAKE_TRIES_SAID; i < (is_said ? HANDSHAKE_TRIES_SAID : HANDSHAKE_TRIES); i++) {
		struct handshake_try *try = &tries->each[i];

		if (!try->dtls)
			return try;
		if (is_stale(try, now_ms) && (!room || try->heard_ms < room->heard_ms))
			room = try;
	}
	return room;
}

static struct handshake_try *hello_find(struct handshake_tries *tries, const union address *source, const uint8_t *hello)
{
	for (size_t i = 0; i < HANDSHAKE_TRIES; i++) {
		struct handshake_try *try = &tries->each[i];

		if (try->dtls && is_same(&try->to, source) && memcmp(try->hello, hello, UA_DTLS_HELLO_BYTES) == 0)
			return try;
	}
	return NULL;
}

static bool hello_take(struct handshake_tries *tries, const union address *source, const uint8_t *hello, const uint8_t *bytes, size_t length,
	uint64_t now_ms)
{
	struct handshake_try *try = hello_find(tries, source, hello);
	bool is_over = try && ua_dtls_state(try->dtls) != UA_DTLS_RUNS && try != tries->done && is_stale(try, now_ms);

	if (tries->done && try != tries->done)
		return false;
	if (!try)
		try = room_find(tries, is_same(source, &tries->said), now_ms);
	else if (!is_over)
		hello = NULL; /* it is known */
	if (!try || (hello && try_open(tries, try, source) != 0))
		return false;
	if (hello)
		memcpy(try->hello, hello, UA_DTLS_HELLO_BYTES);
	try_take(tries, try, bytes, length, now_ms);
	return true;
}

static bool take_passive(struct handshake_tries *tries, const union address *source, const uint8_t *bytes, size_t length, uint64_t now_ms)
{
	const uint8_t *hello = ua_dtls_hello(bytes, length);
	bool taken = false;

	if (hello)
		return hello_take(tries, source, hello, bytes, length, now_ms);
	for (size_t i = 0; i < HANDSHAKE_TRIES; i++) {
		struct handshake_try *try = &tries->each[i];

		if (!try->dtls || !is_same(&try->to, source))
			continue;
		try_take(tries, try, bytes, length, now_ms);
		taken = true;
	}
	return taken;
}

static bool take_active(struct handshake_tries *tries, const union address *source, const uint8_t *bytes, size_t length, uint64_t now_ms)
{
	struct handshake_try *try = &tries->each[0];
	bool is_said = is_same(source, &tries->said),
	     is_found = is_same(&try->to, &tries->said) && !tries->said_heard && now_ms >= tries->begun_ms + HANDSHAKE_OTHERS_MS;

	if (!try->dtls || (!is_said && !is_same(source, &try->to) && !is_found) || (tries->done && !is_same(source, &try->to)))
		return false;
	tries->said_heard = tries->said_heard || is_said;
	try->to = *source;
	try_take(tries, try, bytes, length, now_ms);
	return true;
}

bool handshake_tries_take(struct handshake_tries *tries, const union address *source, const uint8_t *bytes, size_t length, uint64_t now_ms)
{
	return (tries->config.active ? take_active : take_passive)(tries, source, bytes, length, now_ms);
}

int handshake_tries_timeout_ms(const struct handshake_tries *tries)
{
	int least_ms = -1;

	for (size_t i = 0; i < HANDSHAKE_TRIES; i++) {
		int left_ms = tries->each[i].dtls ? ua_dtls_timeout_ms(tries->each[i].dtls) : -1;

		if (left_ms >= 0 && (least_ms < 0 || left_ms < least_ms))
			least_ms = left_ms;
	}
	return least_ms;
}

void handshake_tries_timeout(struct handshake_tries *tries)
{
	for (size_t i = 0; i < HANDSHAKE_TRIES; i++) {
		if (tries->each[i].dtls && ua_dtls_timeout_ms(tries->each[i].dtls) == 0)
			(void)ua_dtls_timeout(tries->each[i].dtls);
	}
}

/* One that came to its end with somebody who is not the peer, where the peer says that it is. */
static const struct handshake_try *failed_find(const struct handshake_tries *tries)
{
	for (size_t i = 0; i < HANDSHAKE_TRIES; i++) {
		const struct handshake_try *try = &tries->each[i];

		if (try->dtls && ua_dtls_state(try->dtls) == UA_DTLS_FAILED && is_same(&try->to, &tries->said))
			return try;
	}
	return NULL;
}

enum ua_dtls_state handshake_tries_state(const struct handshake_tries *tries)
{
	const struct ua_dtls *ours = tries->config.active ? tries->each[0].dtls : NULL;

	if (tries->done)
		return UA_DTLS_DONE;
	if (failed_find(tries))
		return UA_DTLS_FAILED;
	return ours && ua_dtls_state(ours) != UA_DTLS_RUNS ? UA_DTLS_SPOILT : UA_DTLS_RUNS;
}

const char *handshake_tries_failure(const struct handshake_tries *tries)
{
	return ua_dtls_failure(failed_find(tries)->dtls);
}

const char *handshake_tries_rumour(const struct handshake_tries *tries)
{
	return tries->rumour[0] ? tries->rumour : "it was not done in time";
}
