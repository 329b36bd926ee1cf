/* SPDX-License-Identifier: BSD-3-Clause */
/* The handshake for the keys of sound: two ends whose packets go through the test's hands, on a clock of the test's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "sip/dtls.h"

#define PACKETS_MAX 64

static struct timeval clock_now = {.tv_sec = 1800000000};

/* libssl's clock. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	*now = clock_now;
	return 0;
}

static void clock_pass(int ms)
{
	clock_now.tv_usec += ms * 1000;
	clock_now.tv_sec += clock_now.tv_usec / 1000000;
	clock_now.tv_usec %= 1000000;
}

struct end {
	struct ua_dtls_identity *identity;
	struct ua_dtls *dtls;
	struct packet {
		uint8_t bytes[UA_DTLS_PACKET_MAX];
		size_t length;
	} sent[PACKETS_MAX];
	size_t sent_count, taken_count; /* taken by the other end */
};

struct bed {
	struct end ends[2]; /* the first is active */
};

static const uint8_t usual[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80, UA_SRTP_AES_256_CM_HMAC_SHA1_80, UA_SRTP_AEAD_AES_128_GCM};

static void on_send(const uint8_t *bytes, size_t length, void *arg)
{
	struct end *end = arg;

	assert_in_range(length, 1, UA_DTLS_MTU);
	assert_true(end->sent_count < PACKETS_MAX);
	memcpy(end->sent[end->sent_count].bytes, bytes, length);
	end->sent[end->sent_count++].length = length;
}

static void end_open(struct bed *bed, unsigned which, const uint8_t *suites, size_t count)
{
	struct end *end = &bed->ends[which];
	struct ua_dtls_config config = {
		.identity = end->identity, .active = which == 0, .suites = suites, .suite_count = count, .send = on_send, .arg = end,
	};

	config.fingerprint = *ua_dtls_identity_fingerprint(bed->ends[!which].identity);
	assert_int_equal(ua_dtls_alloc(&end->dtls, &config), 0);
}

static int setup(void **state)
{
	static struct bed bed;

	memset(&bed, 0, sizeof(bed));
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(ua_dtls_identity_alloc(&bed.ends[i].identity), 0);
	*state = &bed;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;

	for (unsigned i = 0; i < 2; i++) {
		ua_dtls_free(bed->ends[i].dtls);
		ua_dtls_identity_free(bed->ends[i].identity);
	}
	return 0;
}

static void open_both(struct bed *bed)
{
	end_open(bed, 0, usual, sizeof(usual));
	end_open(bed, 1, usual, sizeof(usual));
}

/* What each has sent goes to the other until both are silent; lost: of the packets, counted over both, this one does not arrive. */
static void exchange(struct bed *bed, size_t lost)
{
	size_t number = 0;

	for (bool more = true; more;) {
		more = false;
		for (unsigned i = 0; i < 2; i++) {
			struct end *from = &bed->ends[i], *to = &bed->ends[!i];

			while (from->taken_count < from->sent_count) {
				const struct packet *packet = &from->sent[from->taken_count++];

				more = true;
				if (++number != lost)
					(void)ua_dtls_take(to->dtls, packet->bytes, packet->length);
			}
		}
	}
}

static void run(struct bed *bed, size_t lost)
{
	assert_int_equal(ua_dtls_begin(bed->ends[0].dtls), UA_DTLS_RUNS);
	exchange(bed, lost);
}

static void assert_same_keys(const struct bed *bed, enum ua_srtp_suite suite)
{
	struct ua_crypto send[2], receive[2];

	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(ua_dtls_state(bed->ends[i].dtls), UA_DTLS_DONE);
		ua_dtls_keys(bed->ends[i].dtls, &send[i], &receive[i]);
		assert_int_equal(send[i].suite, suite);
		assert_int_equal(receive[i].suite, suite);
	}
	assert_memory_equal(send[0].key, receive[1].key, ua_srtp_key_length(suite));
	assert_memory_equal(send[1].key, receive[0].key, ua_srtp_key_length(suite));
	assert_memory_not_equal(send[0].key, send[1].key, ua_srtp_key_length(suite));
}

static void test_both_ends_have_the_same_keys(void **state)
{
	struct bed *bed = *state;

	open_both(bed);
	run(bed, 0);
	/* RFC 5764 s4.2: the client sends with the client's key, the server with the server's | so */
	assert_same_keys(bed, UA_SRTP_AES_CM_128_HMAC_SHA1_80);
	assert_int_equal(ua_dtls_timeout_ms(bed->ends[0].dtls), -1);
}

static void test_what_protects_is_what_both_know(void **state)
{
	static const enum ua_srtp_suite suites[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80, UA_SRTP_AES_CM_128_HMAC_SHA1_32,
		UA_SRTP_AEAD_AES_128_GCM, UA_SRTP_AEAD_AES_256_GCM};

	(void)state;
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
		const uint8_t one[] = {(uint8_t)suites[i]}, all[] = {0, 1, 2, 3, 4, 5};
		void *fresh;

		setup(&fresh);
		end_open(fresh, 0, all, sizeof(all));
		end_open(fresh, 1, one, sizeof(one));
		run(fresh, 0);
		assert_same_keys(fresh, suites[i]);
		teardown(&fresh);
	}
}

static void test_nothing_in_common_fails(void **state)
{
	static const uint8_t here[] = {UA_SRTP_AEAD_AES_128_GCM}, there[] = {UA_SRTP_AEAD_AES_256_GCM},
		unknown[] = {UA_SRTP_AES_256_CM_HMAC_SHA1_80};
	struct bed *bed = *state;
	struct ua_dtls *none;
	const struct ua_dtls_config config = {.identity = bed->ends[0].identity, .suites = unknown, .suite_count = 1, .send = on_send};

	end_open(bed, 0, here, 1);
	end_open(bed, 1, there, 1);
	run(bed, 0);
	assert_int_equal(ua_dtls_state(bed->ends[0].dtls), UA_DTLS_FAILED);
	assert_int_not_equal(ua_dtls_state(bed->ends[1].dtls), UA_DTLS_RUNS);
	assert_int_equal(ua_dtls_alloc(&none, &config), EINVAL);
}

/* Whoever answers on the way has another certificate. */
static void test_another_certificate_is_refused(void **state)
{
	for (unsigned deceived = 0; deceived < 2; deceived++) {
		struct bed *bed = *state;
		struct ua_dtls_identity *stranger, *real = bed->ends[!deceived].identity;

		open_both(bed);
		ua_dtls_free(bed->ends[!deceived].dtls);
		assert_int_equal(ua_dtls_identity_alloc(&stranger), 0);
		bed->ends[!deceived].identity = stranger;
		end_open(bed, !deceived, usual, sizeof(usual));
		run(bed, 0);
		/* RFC 5763 s5: a certificate that does not match the fingerprint must not be used | the handshake has failed */
		assert_int_equal(ua_dtls_state(bed->ends[deceived].dtls), UA_DTLS_FAILED);
		assert_non_null(strstr(ua_dtls_failure(bed->ends[deceived].dtls), "certificate"));
		bed->ends[!deceived].identity = real;
		ua_dtls_free(bed->ends[!deceived].dtls);
		bed->ends[!deceived].dtls = NULL;
		ua_dtls_identity_free(stranger);
		teardown(state);
		setup(state);
	}
}

static void test_any_packet_may_be_lost(void **state)
{
	(void)state;
	for (size_t lost = 1; lost <= 12; lost++) {
		struct bed *bed;
		void *fresh;

		setup(&fresh);
		bed = fresh;
		open_both(bed);
		run(bed, lost);
		for (unsigned round = 0; round < 6; round++) {
			clock_pass(UA_DTLS_FIRST_MS << round);
			for (unsigned i = 0; i < 2; i++) {
				if (ua_dtls_timeout_ms(bed->ends[i].dtls) == 0)
					(void)ua_dtls_timeout(bed->ends[i].dtls);
			}
			exchange(bed, 0);
		}
		assert_same_keys(bed, UA_SRTP_AES_CM_128_HMAC_SHA1_80);
		teardown(&fresh);
	}
}

static void test_a_flight_is_sent_again_in_time(void **state)
{
	struct bed *bed = *state;
	struct end *end = &bed->ends[0];
	size_t first;

	open_both(bed);
	assert_int_equal(ua_dtls_begin(end->dtls), UA_DTLS_RUNS);
	first = end->sent_count;
	assert_in_range(ua_dtls_timeout_ms(end->dtls), UA_DTLS_FIRST_MS - 1, UA_DTLS_FIRST_MS);
	clock_pass(UA_DTLS_FIRST_MS);
	assert_int_equal(ua_dtls_timeout_ms(end->dtls), 0);
	assert_int_equal(ua_dtls_timeout(end->dtls), UA_DTLS_RUNS);
	assert_int_equal(end->sent_count, 2 * first);
	assert_in_range(ua_dtls_timeout_ms(end->dtls), 2 * UA_DTLS_FIRST_MS - 1, 2 * UA_DTLS_FIRST_MS);
}

/* Each packet of a good handshake is followed by spoilt ones of it; nothing breaks, and the handshake comes to its end. */
static void test_rubbish_does_no_harm(void **state)
{
	struct bed *bed = *state;
	uint32_t dice = 1;

	open_both(bed);
	assert_int_equal(ua_dtls_begin(bed->ends[0].dtls), UA_DTLS_RUNS);
	for (bool more = true; more;) {
		more = false;
		for (unsigned i = 0; i < 2; i++) {
			struct end *from = &bed->ends[i], *to = &bed->ends[!i];

			while (from->taken_count < from->sent_count) {
				struct packet packet = from->sent[from->taken_count++], spoilt;

				more = true;
				for (unsigned k = 0; k < 200; k++) {
					spoilt = packet;
					dice = dice * 1664525u + 1013904223u;
					spoilt.length = 1 + dice % 24; /* within the header: what is signed may not be changed unseen */
					(void)ua_dtls_take(to->dtls, spoilt.bytes, spoilt.length);
				}
				(void)ua_dtls_take(to->dtls, packet.bytes, packet.length);
				(void)ua_dtls_take(to->dtls, packet.bytes, packet.length); /* and once more */
			}
		}
	}
	assert_same_keys(bed, UA_SRTP_AES_CM_128_HMAC_SHA1_80);
	assert_int_equal(ua_dtls_take(bed->ends[0].dtls, (const uint8_t[UA_DTLS_PACKET_MAX + 1]){22}, UA_DTLS_PACKET_MAX + 1), UA_DTLS_DONE);
}

static void test_what_is_a_handshake(void **state)
{
	static const struct {
		uint8_t first;
		bool is;
	} rows[] = {{0, false}, {3, false}, {19, false}, {20, true}, {22, true}, {63, true}, {64, false}, {128, false}, {191, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		/* RFC 7983 s7: 20 to 63 is DTLS | told by the first byte */
		assert_int_equal(ua_dtls_is(&rows[i].first, 1), rows[i].is);
	assert_false(ua_dtls_is(&rows[4].first, 0));
}

static void feed(struct end *end, const char *head, const uint8_t *body, size_t length)
{
	uint8_t bytes[256] = {0};

	memcpy(bytes, head, 3);
	bytes[10] = 77;
	bytes[12] = (uint8_t)length;
	if (length)
		memcpy(bytes + 13, body, length);
	assert_int_not_equal(ua_dtls_take(end->dtls, bytes, 13 + length), UA_DTLS_FAILED);
}

#define PLAIN_HANDSHAKE "\x16\xfe\xfd"

/* Whoever can send from the peer's host sends these; the true peer goes on meanwhile. */
static void forge(struct end *end)
{
	static const uint8_t fatal[] = {2, 40}, warning[] = {1, 90}, close_notify[] = {1, 0},
		unknown_type[] = {200, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0}, huge[] = {11, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0},
		beyond[] = {11, 0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 1, 0}, cut[] = {11, 0, 0, 9};
	const struct ua_dtls *dtls = end->dtls;

	if (ua_dtls_state(dtls) != UA_DTLS_RUNS)
		return;
	feed(end, "\x15\xfe\xfd", fatal, sizeof(fatal));
	feed(end, "\x15\xfe\xff", fatal, sizeof(fatal));
	feed(end, "\x15\xfe\xfd", warning, sizeof(warning));
	feed(end, "\x15\xfe\xfd", close_notify, sizeof(close_notify));
	feed(end, "\x17\xfe\xfd", close_notify, sizeof(close_notify));
	feed(end, "\x14\xfe\xfd", close_notify, sizeof(close_notify));
	feed(end, "\x16\x03\x03", huge, sizeof(huge));
	feed(end, PLAIN_HANDSHAKE, unknown_type, sizeof(unknown_type));
	feed(end, PLAIN_HANDSHAKE, huge, sizeof(huge));
	feed(end, PLAIN_HANDSHAKE, beyond, sizeof(beyond));
	feed(end, PLAIN_HANDSHAKE, cut, sizeof(cut));
	feed(end, PLAIN_HANDSHAKE, NULL, 0);
}

static void forge_by_role(struct bed *bed, unsigned which)
{
	static const uint8_t client_hello[] = {1, 0, 0, 1, 0, 9, 0, 0, 0, 0, 0, 1, 0}, server_hello[] = {2, 0, 0, 1, 0, 9, 0, 0, 0, 0, 0, 1, 0};

	if (ua_dtls_state(bed->ends[which].dtls) != UA_DTLS_RUNS)
		return;
	forge(&bed->ends[which]);
	feed(&bed->ends[which], PLAIN_HANDSHAKE, which ? server_hello : client_hello, sizeof(client_hello));
}

static void test_forged_alerts_and_records_end_nothing(void **state)
{
	struct bed *bed = *state;

	open_both(bed);
	forge_by_role(bed, 1);
	assert_int_equal(ua_dtls_begin(bed->ends[0].dtls), UA_DTLS_RUNS);
	for (bool more = true; more;) {
		more = false;
		for (unsigned i = 0; i < 2; i++) {
			struct end *from = &bed->ends[i], *to = &bed->ends[!i];

			while (from->taken_count < from->sent_count) {
				const struct packet *packet = &from->sent[from->taken_count++];

				more = true;
				forge_by_role(bed, !i);
				(void)ua_dtls_take(to->dtls, packet->bytes, packet->length);
				forge_by_role(bed, !i);
			}
		}
	}
	/* RFC 6347 s4.1.2.7: invalid records should be discarded in silence | what nothing signs ends no handshake, alert or not */
	assert_same_keys(bed, UA_SRTP_AES_CM_128_HMAC_SHA1_80);
}

/* For the log of who gives up at last. */
static void test_what_an_alert_said_is_told_as_a_rumour(void **state)
{
	static const uint8_t refused[] = {2, 42};
	struct bed *bed = *state;

	open_both(bed);
	assert_int_equal(ua_dtls_begin(bed->ends[0].dtls), UA_DTLS_RUNS);
	assert_string_equal(ua_dtls_rumour(bed->ends[0].dtls), "it was not done in time");
	feed(&bed->ends[0], "\x15\xfe\xfd", refused, sizeof(refused));
	assert_int_equal(ua_dtls_state(bed->ends[0].dtls), UA_DTLS_RUNS);
	assert_non_null(strstr(ua_dtls_rumour(bed->ends[0].dtls), "bad certificate"));
}

/* A good record beside a bad one in the same packet is read. */
static void test_a_good_record_beside_an_alert_counts(void **state)
{
	static const uint8_t alert[] = {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40};
	struct bed *bed = *state;
	struct end *from = &bed->ends[0];
	uint8_t bytes[UA_DTLS_PACKET_MAX];

	open_both(bed);
	assert_int_equal(ua_dtls_begin(from->dtls), UA_DTLS_RUNS);
	memcpy(bytes, alert, sizeof(alert));
	memcpy(bytes + sizeof(alert), from->sent[0].bytes, from->sent[0].length);
	from->taken_count = 1;
	(void)ua_dtls_take(bed->ends[1].dtls, bytes, sizeof(alert) + from->sent[0].length);
	exchange(bed, 0);
	assert_same_keys(bed, UA_SRTP_AES_CM_128_HMAC_SHA1_80);
}

/* As it goes over the wire in the server's certificate message: behind its header, the lengths of the list and of the certificate. */
static size_t certificate_of(const struct end *server, const uint8_t **certificate)
{
	for (size_t i = 0; i < server->sent_count; i++) {
		const uint8_t *at = server->sent[i].bytes, *end = at + server->sent[i].length;

		for (; at < end; at += 13 + (at[11] << 8 | at[12])) {
			if (at[0] != 22 || at[4] || at[13] != 11)
				continue;
			*certificate = at + 13 + 12 + 6;
			return (size_t)((*certificate)[-3] << 16 | (*certificate)[-2] << 8 | (*certificate)[-1]);
		}
	}
	return 0;
}

static void reopen(struct bed *bed, unsigned which, const struct ua_fingerprint *fingerprint)
{
	struct end *end = &bed->ends[which];
	const struct ua_dtls_config config = {.identity = end->identity, .active = which == 0, .fingerprint = *fingerprint, .suites = usual,
		.suite_count = sizeof(usual), .send = on_send, .arg = end};

	ua_dtls_free(end->dtls);
	end->sent_count = end->taken_count = 0;
	assert_int_equal(ua_dtls_alloc(&end->dtls, &config), 0);
}

static void test_longer_digests_prove_too(void **state)
{
	struct bed *bed = *state;
	struct ua_fingerprint long_one = {.digest = UA_SHA_512}, longer = {.digest = UA_SHA_384}, own;
	const uint8_t *certificate = NULL;
	size_t length;

	open_both(bed);
	run(bed, 0);
	length = certificate_of(&bed->ends[1], &certificate);
	assert_true(length > 0);
	SHA512(certificate, length, long_one.bytes);
	SHA384(certificate, length, longer.bytes);
	own = *ua_dtls_identity_fingerprint(bed->ends[0].identity);
	for (unsigned i = 0; i < 4; i++) {
		struct ua_fingerprint wanted = i % 2 ? longer : long_one;

		if (i >= 2)
			wanted.bytes[7] ^= 1;
		reopen(bed, 0, &wanted);
		reopen(bed, 1, &own);
		run(bed, 0);
		/* RFC 8122 s5: a certificate is checked by the digest that its fingerprint names | SHA-384 and SHA-512 as SHA-256 */
		assert_int_equal(ua_dtls_state(bed->ends[0].dtls), i < 2 ? UA_DTLS_DONE : UA_DTLS_FAILED);
	}
}

/* Every kind of message with every number, of rubbish that is well made; the handshake does not survive all of it, but nothing is said and
 * nothing is proved. */
static void test_a_forged_message_spoils_and_proves_nothing(void **state)
{
	(void)state;
	for (uint8_t type = 0; type < 26; type++) {
		for (uint8_t number = 0; number < 6; number++) {
			for (unsigned which = 0; which < 2; which++) {
				const uint8_t forged[] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 77, 0, 15, type, 0, 0, 3, 0, number, 0, 0, 0, 0, 0, 3, 0, 0, 0};
				struct bed *bed;
				struct end *end;
				void *fresh;
				size_t sent;

				setup(&fresh);
				bed = fresh;
				end = &bed->ends[which];
				open_both(bed);
				assert_int_equal(ua_dtls_begin(bed->ends[0].dtls), UA_DTLS_RUNS);
				for (unsigned packet = 0; packet < which; packet++) /* to the one that waits the first has come */
					(void)ua_dtls_take(bed->ends[1].dtls, bed->ends[0].sent[packet].bytes, bed->ends[0].sent[packet].length);
				sent = end->sent_count;
				assert_int_not_equal(ua_dtls_take(end->dtls, forged, sizeof(forged)), UA_DTLS_FAILED);
				assert_int_not_equal(ua_dtls_state(end->dtls), UA_DTLS_DONE);
				for (; sent < end->sent_count; sent++)
					/* RFC 6347 s4.1.2.7: alerts for forged records help who forges them | none is sent before keys */
					assert_int_not_equal(end->sent[sent].bytes[0], 21);
				if (ua_dtls_state(end->dtls) == UA_DTLS_SPOILT) {
					assert_non_null(strstr(ua_dtls_rumour(end->dtls), "in its name"));
					assert_int_equal(ua_dtls_timeout_ms(end->dtls), -1);
				}
				teardown(&fresh);
			}
		}
	}
}

static void test_nothing_forged_counts_when_it_is_done(void **state)
{
	struct bed *bed = *state;

	open_both(bed);
	run(bed, 0);
	for (unsigned which = 0; which < 2; which++) {
		struct end *end = &bed->ends[which];

		for (uint8_t epoch = 0; epoch < 3; epoch++) {
			for (uint8_t kind = 20; kind < 24; kind++) {
				const uint8_t forged[] = {kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 77, 0, 2, 2, 40};

				assert_int_equal(ua_dtls_take(end->dtls, forged, sizeof(forged)), UA_DTLS_DONE);
			}
		}
		for (size_t i = 0; i < bed->ends[!which].sent_count; i++) /* and all over again */
			assert_int_equal(ua_dtls_take(end->dtls, bed->ends[!which].sent[i].bytes, bed->ends[!which].sent[i].length), UA_DTLS_DONE);
	}
	assert_same_keys(bed, UA_SRTP_AES_CM_128_HMAC_SHA1_80);
}

static void test_a_hello_is_known_by_its_random_bytes(void **state)
{
	struct bed *bed = *state;
	const struct packet *first;
	struct packet other;

	open_both(bed);
	run(bed, 0);
	first = &bed->ends[0].sent[0];
	assert_ptr_equal(ua_dtls_hello(first->bytes, first->length), first->bytes + 13 + 12 + 2);
	assert_null(ua_dtls_hello(bed->ends[1].sent[0].bytes, bed->ends[1].sent[0].length));
	for (size_t length = 0; length < first->length; length++)
		assert_null(ua_dtls_hello(first->bytes, length));
	other = *first;
	other.bytes[4] = 1; /* of another epoch */
	assert_null(ua_dtls_hello(other.bytes, other.length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_both_ends_have_the_same_keys, setup, teardown),
		cmocka_unit_test(test_what_protects_is_what_both_know),
		cmocka_unit_test_setup_teardown(test_nothing_in_common_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_certificate_is_refused, setup, teardown),
		cmocka_unit_test(test_any_packet_may_be_lost),
		cmocka_unit_test_setup_teardown(test_a_flight_is_sent_again_in_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rubbish_does_no_harm, setup, teardown),
		cmocka_unit_test(test_what_is_a_handshake),
		cmocka_unit_test_setup_teardown(test_forged_alerts_and_records_end_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_an_alert_said_is_told_as_a_rumour, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_good_record_beside_an_alert_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_longer_digests_prove_too, setup, teardown),
		cmocka_unit_test(test_a_forged_message_spoils_and_proves_nothing),
		cmocka_unit_test_setup_teardown(test_nothing_forged_counts_when_it_is_done, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_hello_is_known_by_its_random_bytes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
