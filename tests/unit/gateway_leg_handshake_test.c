/* SPDX-License-Identifier: BSD-3-Clause */
/* A leg's handshake: loop and media thread are played by the test, the peer is at a socket of its own. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/leg/leg_handshake.h"
#include "gateway/media/stream_wire.h"

static bool symmetric; /* the peer may be elsewhere */
static const uint8_t suites[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80};

static struct world {
	uint64_t now_ms;
	uint64_t due_ms; /* of the timer; 0: it does not run */
	loop_timer_h *on_timer;
	loop_fd_h *on_fd;
	void *timer_arg, *fd_arg;
	int watched_fd;
	struct leg_handshakes with;
	struct leg_handshake *handshake;
	int aside_fd;
	unsigned told, failed;
	int sockets[2];          /* the leg's, and the peer's */
	union address addrs[2];
	struct ua_dtls_identity *identity; /* the peer's */
	struct ua_dtls *peer;
} world;

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	(void)zone;
	*now = (struct timeval){.tv_sec = 1800000000 + (time_t)(world.now_ms / 1000), .tv_usec = (suseconds_t)(world.now_ms % 1000 * 1000)};
	return 0;
}

int loop_timer_alloc(struct loop_timer **timerp, struct loop *loop, loop_timer_h *handler, void *arg)
{
	(void)loop;
	*timerp = (struct loop_timer *)&world;
	world.on_timer = handler;
	world.timer_arg = arg;
	return 0;
}

void loop_timer_free(struct loop_timer *timer)
{
	(void)timer;
	world.due_ms = 0;
}

void loop_timer_start(struct loop_timer *timer, uint64_t delay_ms)
{
	(void)timer;
	world.due_ms = world.now_ms + delay_ms;
}

void loop_timer_stop(struct loop_timer *timer)
{
	(void)timer;
	world.due_ms = 0;
}

uint64_t loop_now_ms(const struct loop *loop)
{
	(void)loop;
	return world.now_ms;
}

int loop_watch(struct loop *loop, int fd, loop_fd_h *handler, void *arg)
{
	(void)loop;
	world.watched_fd = fd;
	world.on_fd = handler;
	world.fd_arg = arg;
	return 0;
}

void loop_unwatch(struct loop *loop, int fd)
{
	(void)loop;
	assert_int_equal(fd, world.watched_fd);
}

static bool waits(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};

	return poll(&one, 1, 0) == 1;
}

static void on_peer_send(const uint8_t *bytes, size_t length, void *arg)
{
	(void)arg;
	assert_int_equal(sendto(world.sockets[1], bytes, length, 0, &world.addrs[0].any, address_size(&world.addrs[0])), length);
}

static void on_told(const char *why, void *arg)
{
	assert_ptr_equal(arg, &world);
	world.told++;
	world.failed += why != NULL;
}

static void socket_open(unsigned which)
{
	socklen_t size = sizeof(union address);

	assert_int_equal(address_set(&world.addrs[which], "127.0.0.1", 0), 0);
	world.sockets[which] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(world.sockets[which], &world.addrs[which].any, address_size(&world.addrs[which])), 0);
	assert_int_equal(getsockname(world.sockets[which], &world.addrs[which].any, &size), 0);
}

static void peer_open(bool active)
{
	struct ua_dtls_config config = {.identity = world.identity, .active = active, .suites = suites, .suite_count = 1, .send = on_peer_send};

	ua_dtls_free(world.peer);
	config.fingerprint = *ua_dtls_identity_fingerprint(world.with.identity);
	assert_int_equal(ua_dtls_alloc(&world.peer, &config), 0);
}

static int setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	symmetric = false;
	world.now_ms = 1000;
	assert_int_equal(ua_dtls_identity_alloc(&world.identity), 0);
	assert_int_equal(ua_dtls_identity_alloc(&world.with.identity), 0);
	socket_open(0);
	socket_open(1);
	assert_int_equal(leg_handshake_alloc(&world.handshake, &world.with), 0);
	leg_handshake_own(world.handshake, world.sockets[0], on_told, &world);
	world.aside_fd = leg_handshake_fd(world.handshake);
	assert_true(world.aside_fd > 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	leg_handshake_free(world.handshake);
	ua_dtls_free(world.peer);
	ua_dtls_identity_free(world.identity);
	ua_dtls_identity_free(world.with.identity);
	close(world.aside_fd);
	close(world.sockets[0]);
	close(world.sockets[1]);
	return 0;
}

static int agree_with(const struct ua_fingerprint *fingerprint, bool active, const union address *said)
{
	struct ua_agreed agreed = {.by = UA_AGREED_HANDSHAKE, .active = active};
	const struct leg_handshake_peer peer = {
		.said = said, .symmetric = symmetric, .agreed = &agreed, .suites = suites, .suite_count = 1,
	};

	agreed.fingerprint = *fingerprint;
	return leg_handshake_agree(world.handshake, &peer);
}

static int agree(bool active)
{
	int err = agree_with(ua_dtls_identity_fingerprint(world.identity), active, &world.addrs[1]);

	leg_handshake_go(world.handshake, true);
	return err;
}

/* What the media thread does with what comes, by its own code. */
static bool media_passes(void)
{
	struct stream_wire wire = {.fds = {world.sockets[0], -1}, .aside_fd = world.aside_fd};
	uint8_t bytes[STREAM_WIRE_BYTES_MAX];
	union address source;
	bool any = false;

	for (ssize_t length; (length = stream_wire_receive(&wire, STREAM_WIRE_RTP, bytes, sizeof(bytes), &source)) >= 0;) {
		assert_int_equal(length, 0); /* none of it is sound */
		any = true;
	}
	return any;
}

static bool peer_takes(void)
{
	uint8_t bytes[UA_DTLS_PACKET_MAX];
	ssize_t length;
	bool any = false;

	while ((length = recv(world.sockets[1], bytes, sizeof(bytes), 0)) >= 0) {
		any = true;
		if (world.peer)
			(void)ua_dtls_take(world.peer, bytes, (size_t)length);
	}
	return any;
}

static bool control_takes(void)
{
	bool any = false;

	while (waits(world.watched_fd)) {
		world.on_fd(world.watched_fd, world.fd_arg);
		any = true;
	}
	if (world.due_ms && world.due_ms <= world.now_ms) {
		world.due_ms = 0;
		world.on_timer(world.timer_arg);
		any = true;
	}
	return any;
}

/* Until nothing moves any more. */
static void all_do(void)
{
	for (bool more = true; more;) {
		more = media_passes();
		more = control_takes() || more;
		more = peer_takes() || more;
	}
}

static void time_passes(unsigned ms)
{
	world.now_ms += ms;
	all_do();
}

static void assert_same_keys(void)
{
	struct ua_crypto ours[2], theirs[2];

	assert_int_equal(world.told, 1);
	assert_int_equal(world.failed, 0);
	leg_handshake_keys(world.handshake, &ours[0], &ours[1]);
	assert_int_equal(ua_dtls_state(world.peer), UA_DTLS_DONE);
	ua_dtls_keys(world.peer, &theirs[0], &theirs[1]);
	for (unsigned i = 0; i < 2; i++)
		assert_memory_equal(ours[i].key, theirs[!i].key, ua_srtp_key_length(UA_SRTP_AES_CM_128_HMAC_SHA1_80));
}

static void test_we_begin(void **state)
{
	(void)state;
	peer_open(false);
	assert_int_equal(agree(true), 0);
	assert_int_equal(world.told, 0); /* not from within */
	all_do();
	assert_same_keys();
}

/* RFC 5763 s5: a peer's first packet may be here before its answer. */
static void test_the_peer_begins_before_its_answer_is_here(void **state)
{
	(void)state;
	peer_open(true);
	(void)ua_dtls_begin(world.peer);
	all_do();
	assert_int_equal(world.told, 0);
	assert_int_equal(agree(false), 0);
	all_do();
	assert_same_keys();
}

static void test_what_was_agreed_on_again_goes_on(void **state)
{
	union address nowhere = {0};

	test_we_begin(state);
	assert_int_equal(agree(true), 0);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &nowhere), 0); /* a hold of the old kind */
	all_do();
	assert_same_keys();
}

static void test_another_fingerprint_or_part_begins_anew(void **state)
{
	struct ua_dtls_identity *other;

	test_we_begin(state);
	assert_int_equal(ua_dtls_identity_alloc(&other), 0);
	ua_dtls_identity_free(world.identity);
	ua_dtls_free(world.peer);
	world.peer = NULL;
	world.identity = other;
	peer_open(false);
	world.told = 0;
	assert_int_equal(agree(true), 0);
	all_do();
	assert_same_keys();
	peer_open(true);
	world.told = 0;
	assert_int_equal(agree(false), 0);
	(void)ua_dtls_begin(world.peer);
	all_do();
	assert_same_keys();
}

static void test_a_stranger_is_not_listened_to(void **state)
{
	union address elsewhere;

	(void)state;
	assert_int_equal(address_set(&elsewhere, "127.0.0.2", 4000), 0);
	peer_open(true);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), false, &elsewhere), 0);
	(void)ua_dtls_begin(world.peer);
	all_do();
	assert_int_equal(world.told, 0);
	assert_false(waits(world.sockets[1]));
	assert_int_equal(ua_dtls_state(world.peer), UA_DTLS_RUNS);
}

static void test_another_certificate_fails(void **state)
{
	const struct ua_fingerprint fingerprint = {.bytes = {1}};

	(void)state;
	peer_open(false);
	assert_int_equal(agree_with(&fingerprint, true, &world.addrs[1]), 0);
	leg_handshake_go(world.handshake, true);
	all_do();
	assert_int_equal(world.told, 1);
	assert_int_equal(world.failed, 1);
	time_passes(LEG_HANDSHAKE_MAX_S * 1000);
	assert_int_equal(world.told, 1);
}

static void test_it_is_repeated_and_given_up(void **state)
{
	unsigned flights = 0;

	(void)state;
	assert_int_equal(agree(true), 0);
	for (unsigned ms = 0; ms < LEG_HANDSHAKE_MAX_S * 1000 && !world.told; ms += 100) {
		bool sent;

		(void)control_takes();
		sent = peer_takes();
		flights += sent;
		world.now_ms += 100;
	}
	assert_in_range(flights, 6, 8); /* after 0, 0.1, 0.3, 0.7, 1.5, 3.1 and 6.3 s */
	time_passes(100);
	assert_int_equal(world.told, 1);
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.due_ms, 0);
}

/* Nobody listens while it rings, and it may ring for long. */
static void test_nothing_is_said_before_the_peer_can_listen(void **state)
{
	(void)state;
	peer_open(false);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &world.addrs[1]), 0);
	time_passes(1000);
	assert_int_equal(ua_dtls_state(world.peer), UA_DTLS_RUNS);
	assert_int_equal(world.due_ms, 0);
	leg_handshake_go(world.handshake, false); /* 183 */
	for (unsigned i = 0; i < 29; i++) { /* the peer is not there yet */
		world.now_ms += 1000;
		(void)control_takes();
		while (waits(world.sockets[1]))
			(void)recv(world.sockets[1], (uint8_t[UA_DTLS_PACKET_MAX]){0}, UA_DTLS_PACKET_MAX, 0);
	}
	assert_int_equal(world.told, 0);
	leg_handshake_go(world.handshake, true); /* 200 */
	all_do();
	assert_same_keys();
}

/* 183 and 200 may come one behind the other: what the peer has answered to the first is still on its way. */
static void test_the_answer_does_not_begin_anew_what_was_just_begun(void **state)
{
	(void)state;
	peer_open(false);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &world.addrs[1]), 0);
	leg_handshake_go(world.handshake, false); /* 183 */
	assert_true(peer_takes());
	world.now_ms += 20;
	leg_handshake_go(world.handshake, true); /* 200 */
	all_do();
	assert_same_keys();
}

/* ... and when nobody heard it, it is said anew soon after. */
static void test_what_was_just_begun_and_not_heard_is_begun_anew_soon(void **state)
{
	(void)state;
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &world.addrs[1]), 0);
	leg_handshake_go(world.handshake, false);
	for (unsigned i = 0; i < 30; i++) { /* the last is sent at its end, and the next would be 25 s later */
		world.now_ms += 1000;
		(void)control_takes();
	}
	assert_true(peer_takes());
	peer_open(false);
	leg_handshake_go(world.handshake, true);
	time_passes(1000);
	assert_same_keys();
}

/* A call that comes held in the old way has no address for a handshake yet. */
static void test_who_has_no_address_yet_is_waited_for(void **state)
{
	union address nowhere = {0};

	(void)state;
	peer_open(false);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &nowhere), 0);
	leg_handshake_go(world.handshake, true);
	for (unsigned s = 0; s < 3 * LEG_HANDSHAKE_MAX_S; s++)
		time_passes(1000);
	assert_int_equal(world.told, 0);
	assert_int_equal(agree(true), 0);
	all_do();
	assert_same_keys();
}

/* What fails while it rings may be another's that also rang. */
static void test_what_failed_early_is_tried_again_after_the_answer(void **state)
{
	struct ua_dtls_identity *own = world.identity, *other;

	(void)state;
	assert_int_equal(ua_dtls_identity_alloc(&other), 0);
	world.identity = other;
	peer_open(false);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(own), true, &world.addrs[1]), 0);
	leg_handshake_go(world.handshake, false);
	all_do();
	assert_int_equal(world.failed, 1);
	world.told = world.failed = 0;
	ua_dtls_free(world.peer);
	world.peer = NULL;
	ua_dtls_identity_free(other);
	world.identity = own;
	peer_open(false);
	leg_handshake_go(world.handshake, true);
	all_do();
	assert_same_keys();
}

/* Plain sound was agreed on meanwhile, or the call is over. */
static void test_what_rests_says_and_hears_nothing(void **state)
{
	(void)state;
	peer_open(false);
	assert_int_equal(agree(true), 0);
	assert_true(peer_takes()); /* its answer is under way */
	leg_handshake_rest(world.handshake);
	leg_handshake_go(world.handshake, true);
	for (unsigned s = 0; s < 2 * LEG_HANDSHAKE_MAX_S; s++)
		time_passes(1000);
	assert_int_equal(world.told, 0);
	assert_int_equal(world.due_ms, 0);
	assert_false(waits(world.sockets[1]));
	peer_open(false);
	assert_int_equal(agree(true), 0); /* another one */
	all_do();
	assert_same_keys();
}

static void test_after_a_rest_there_are_other_keys(void **state)
{
	struct ua_crypto before[2], after[2];

	test_we_begin(state);
	leg_handshake_keys(world.handshake, &before[0], &before[1]);
	leg_handshake_rest(world.handshake);
	world.told = 0;
	peer_open(false);
	assert_int_equal(agree(true), 0);
	all_do();
	assert_same_keys();
	leg_handshake_keys(world.handshake, &after[0], &after[1]);
	assert_memory_not_equal(before[0].key, after[0].key, ua_srtp_key_length(UA_SRTP_AES_CM_128_HMAC_SHA1_80));
}

/* At an address of his own: he forges, and makes handshakes too. */
struct stranger {
	int socket;
	struct ua_dtls_identity *identity;
	struct ua_dtls *dtls;
};

static void stranger_says(const struct stranger *stranger, const uint8_t *bytes, size_t length)
{
	assert_int_equal(sendto(stranger->socket, bytes, length, 0, &world.addrs[0].any, address_size(&world.addrs[0])), length);
}

static void on_stranger_send(const uint8_t *bytes, size_t length, void *arg)
{
	stranger_says(arg, bytes, length);
}

static void stranger_begin(struct stranger *stranger)
{
	struct ua_dtls_config config = {
		.identity = stranger->identity, .active = true, .suites = suites, .suite_count = 1, .send = on_stranger_send, .arg = stranger,
	};

	config.fingerprint = *ua_dtls_identity_fingerprint(world.with.identity);
	ua_dtls_free(stranger->dtls);
	assert_int_equal(ua_dtls_alloc(&stranger->dtls, &config), 0);
	(void)ua_dtls_begin(stranger->dtls);
}

static void stranger_open(struct stranger *stranger)
{
	*stranger = (struct stranger){.socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
	assert_int_equal(ua_dtls_identity_alloc(&stranger->identity), 0);
	symmetric = true;
}

static void stranger_close(struct stranger *stranger)
{
	close(stranger->socket);
	ua_dtls_free(stranger->dtls);
	ua_dtls_identity_free(stranger->identity);
}

static void stranger_takes(struct stranger *stranger)
{
	uint8_t bytes[UA_DTLS_PACKET_MAX];
	ssize_t length;

	while ((length = recv(stranger->socket, bytes, sizeof(bytes), 0)) >= 0)
		(void)ua_dtls_take(stranger->dtls, bytes, (size_t)length);
}

/* Messages that libssl takes for the next of each kind, and that do not fit. */
static void forge(const struct stranger *stranger)
{
	static const uint8_t types[] = {1, 2, 3, 11, 12, 13, 14, 15, 16};

	for (size_t i = 0; i < sizeof(types); i++) {
		for (uint8_t number = 0; number < 6; number++) {
			const uint8_t forged[] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 77, 0, 15, types[i], 0, 0, 3, 0, number, 0, 0, 0, 0, 0, 3, 0, 0, 0};

			stranger_says(stranger, forged, sizeof(forged));
			(void)media_passes();
			(void)control_takes();
		}
	}
}

/* As all_do, with the stranger before and behind everything. */
static void all_do_beside(const struct stranger *stranger)
{
	for (bool more = true; more;) {
		forge(stranger);
		more = media_passes();
		more = control_takes() || more;
		forge(stranger);
		more = peer_takes() || more;
	}
}

static void test_a_stranger_elsewhere_spoils_nothing(void **state)
{
	for (unsigned active = 0; active < 2; active++) {
		struct stranger stranger;

		setup(state);
		stranger_open(&stranger);
		peer_open(!active);
		assert_int_equal(agree(active), 0);
		forge(&stranger);
		(void)ua_dtls_begin(world.peer);
		all_do_beside(&stranger);
		assert_same_keys();
		forge(&stranger);
		all_do();
		assert_same_keys();
		stranger_close(&stranger);
		teardown(state);
	}
}

/* He has come to the end of a handshake of his own, and another is half made. */
static void test_a_stranger_who_makes_handshakes_is_not_the_peer(void **state)
{
	struct stranger stranger;

	(void)state;
	stranger_open(&stranger);
	peer_open(true);
	assert_int_equal(agree(false), 0);
	stranger_begin(&stranger);
	for (unsigned i = 0; i < 4; i++) {
		all_do();
		stranger_takes(&stranger);
	}
	assert_int_equal(ua_dtls_state(stranger.dtls), UA_DTLS_DONE);
	assert_int_equal(world.told, 0);
	for (unsigned i = 0; i < 20; i++)
		stranger_begin(&stranger);
	all_do();
	(void)ua_dtls_begin(world.peer);
	all_do();
	assert_same_keys();
	stranger_close(&stranger);
}

/* Who is behind a translator of addresses comes from where nothing was said of, with strangers before and after him. */
static void test_a_peer_behind_a_translator_is_found_among_strangers(void **state)
{
	struct stranger stranger;
	union address elsewhere;

	(void)state;
	assert_int_equal(address_set(&elsewhere, "127.0.0.2", 4000), 0);
	stranger_open(&stranger);
	peer_open(true);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), false, &elsewhere), 0);
	leg_handshake_go(world.handshake, true);
	stranger_begin(&stranger);
	(void)ua_dtls_begin(world.peer);
	all_do_beside(&stranger);
	assert_same_keys();
	stranger_close(&stranger);
}

/* We begin, and the answer comes from elsewhere: from whom, is waited for. */
static void test_an_answer_from_elsewhere_counts_when_none_comes_from_there(void **state)
{
	union address elsewhere;

	(void)state;
	symmetric = true;
	assert_int_equal(address_set(&elsewhere, "127.0.0.1", 9), 0);
	peer_open(false);
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &world.addrs[1]), 0);
	leg_handshake_go(world.handshake, true);
	(void)control_takes();
	assert_int_equal(agree_with(ua_dtls_identity_fingerprint(world.identity), true, &elsewhere), 0);
	all_do(); /* the peer answers from where it was once said to be */
	assert_int_equal(world.told, 0);
	for (unsigned i = 0; i < 20; i++) {
		time_passes(100);
		if (ua_dtls_timeout_ms(world.peer) == 0)
			(void)ua_dtls_timeout(world.peer);
		all_do();
	}
	assert_same_keys();
}

/* A hello in the peer's name, from its very address, and answered before the peer listens. */
static void test_a_hello_in_the_peers_name_does_not_keep_it_out(void **state)
{
	struct stranger stranger;

	(void)state;
	stranger_open(&stranger);
	close(stranger.socket);
	stranger.socket = dup(world.sockets[1]);
	assert_int_equal(agree(false), 0);
	stranger_begin(&stranger);
	all_do();
	peer_open(true);
	(void)ua_dtls_begin(world.peer);
	all_do();
	assert_same_keys();
	stranger_close(&stranger);
}

/* What is forged in the peer's name, from its very address, ends no call: we begin anew, and the peer hears no alert. */
static void test_what_is_spoilt_in_the_peers_name_is_begun_anew(void **state)
{
	struct stranger stranger;
	uint8_t bytes[UA_DTLS_PACKET_MAX];

	(void)state;
	stranger_open(&stranger);
	close(stranger.socket);
	stranger.socket = dup(world.sockets[1]);
	assert_int_equal(agree(true), 0);
	(void)control_takes();
	forge(&stranger);
	for (ssize_t length; (length = recv(world.sockets[1], bytes, sizeof(bytes), 0)) >= 0;)
		assert_int_equal(bytes[0], 22); /* our hello, whether again or not */
	assert_int_equal(world.told, 0);
	peer_open(false);
	time_passes(900);
	assert_int_equal(ua_dtls_state(world.peer), UA_DTLS_RUNS);
	time_passes(100);
	assert_same_keys();
	stranger_close(&stranger);
}

/* ... until the time is over. */
static void test_who_spoils_all_of_it_ends_the_call_in_time(void **state)
{
	struct stranger stranger;

	(void)state;
	stranger_open(&stranger);
	close(stranger.socket);
	stranger.socket = dup(world.sockets[1]);
	assert_int_equal(agree(true), 0);
	for (unsigned i = 0; i < LEG_HANDSHAKE_MAX_S * 10 - 1; i++) {
		(void)control_takes();
		forge(&stranger);
		world.now_ms += 100;
		assert_int_equal(world.told, 0);
	}
	time_passes(100);
	assert_int_equal(world.told, 1);
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.due_ms, 0);
	stranger_close(&stranger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_we_begin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_peer_begins_before_its_answer_is_here, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_was_agreed_on_again_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_fingerprint_or_part_begins_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_stranger_is_not_listened_to, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_certificate_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_is_repeated_and_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_said_before_the_peer_can_listen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_answer_does_not_begin_anew_what_was_just_begun, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_was_just_begun_and_not_heard_is_begun_anew_soon, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_has_no_address_yet_is_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_failed_early_is_tried_again_after_the_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_rests_says_and_hears_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_after_a_rest_there_are_other_keys, setup, teardown),
		cmocka_unit_test(test_a_stranger_elsewhere_spoils_nothing),
		cmocka_unit_test_setup_teardown(test_a_stranger_who_makes_handshakes_is_not_the_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_peer_behind_a_translator_is_found_among_strangers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_answer_from_elsewhere_counts_when_none_comes_from_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_hello_in_the_peers_name_does_not_keep_it_out, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_spoilt_in_the_peers_name_is_begun_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_spoils_all_of_it_ends_the_call_in_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
