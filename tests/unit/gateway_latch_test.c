/* SPDX-License-Identifier: BSD-3-Clause */
/* Whose packets are taken, told as who sends when; and that strangers of all kinds change nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/media/latch.h"

#define SAMPLES_PER_MS 8
#define RANDOM_RUNS    400

static void address_of(union address *address, const char *addr, unsigned port)
{
	assert_int_equal(address_set(address, addr, (uint16_t)port), 0);
}

/* ---- stories: one letter, one packet ---- */

/* p the peer as it said, n as it says anew; q its host from another port; a, b, c strangers; A is a, with packets out of order;
 * C sends from another host with the SSRC and sequence of c. */
static const struct {
	char who;
	const char *addr;
	unsigned port;
} senders[] = {
	{'p', "192.0.2.1", 4000}, {'q', "192.0.2.1", 5000}, {'a', "198.51.100.1", 4000}, {'b', "198.51.100.2", 4000},
	{'c', "203.0.113.3", 4000}, {'C', "203.0.113.99", 4000}, {'A', "198.51.100.1", 4000},
	{'n', "192.0.2.99", 4000},
};

#define SENDERS (sizeof(senders) / sizeof(senders[0]))

/* A '.' lets 100 ms pass, a '!' is a new description of the peer, a '%' a new stream. In heard, x is a packet that is not taken. */
static const struct {
	const char *what, *sent, *heard;
} stories[] = {
	{"the peer is heard from its first packet", "ppp", "ppp"},
	{"nobody else is heard beside it", "paaaabbbbp", "pxxxxxxxxp"},
	{"nor somebody at its host", "pqqqqqp", "pxxxxxp"},
	{"a peer behind a translator is heard at once", "aaaa", "aaaa"},
	{"... and then nobody else is", "aaabbbba", "aaaxxxxa"},
	{"two who are not known are both unheard until one has shown enough", "abababa", "axxxaxa"},
	{"the peer takes over from a stranger at once", "aaaaapaaa", "aaaaapxxx"},
	{"its host takes over from a stranger by three packets", "aaaqqqqa", "aaaxxqqx"},
	{"packets out of order do not latch", "AAAAAAbbb", "AAAAAAxxb"},
	{"a stranger does not take over while the peer is silent", "p..........aaaaaap", "p..........xxxxxxp"},
	{"not after half a minute", "p............................................................aaaaaa",
		"p............................................................xxxxxx"},
	{"the peer may go on from another port once it was silent", "p.........qqqq.qqqqp", "p.........xxxx.qqqqp"},
	{"a translator may forget its binding: same SSRC, going on", "ccc..........CCCc", "ccc..........xxCx"},
	{"another SSRC is a stranger's", "ccc..........aaaac", "ccc..........xxxxc"},
	{"a candidate that falls silent begins anew", "cccq.q.q", "cccx.x.q"},
	{"... after half a second", "cccqq.....qqq", "cccxx.....xxq"},
	{"a new stream lets anybody in", "ppp%aaaa", "ppp%aaaa"},
	{"... and the peer again", "aaa%ap", "aaa%ap"},
	{"after a new description the peer is heard at once where it says", "aaa!anaan", "aaa!anxxn"},
	{"... and nobody else as long as the former source goes on", "aaa!bbbbabbbbaabbbb", "aaa!xxxxaxxxxaaxxxx"},
	{"... nor in the middle of a call, when that is a translator's", "aaa!a.ba.bba.bbba.bbbba.bba", "aaa!a.xa.xxa.xxxa.xxxxa.xxa"},
	{"... but anybody soon after it falls silent", "aaa!b.bbb.bbb", "aaa!x.xxx.bbb"},
	{"... who then stays", "aaa!.bbb.bbbaaab", "aaa!.xxx.bbbxxxb"},
	{"who goes on for a second after it is the peer as before", "aaa!a.a.a.a.a.a.a.a.a.a.a...bbbba", "aaa!a.a.a.a.a.a.a.a.a.a.a...xxxxa"},
	{"a new description of who was silent lets anybody in soon", "ppp..!.aaaa", "ppp..!.aaaa"},
};

static void packet_of(struct latch_packet *packet, unsigned sender, uint16_t sequences[SENDERS])
{
	char who = senders[sender].who;
	unsigned voice = who == 'C' ? sender - 1 : sender; /* C is c */

	memset(packet, 0, sizeof(*packet));
	address_of(&packet->source, senders[sender].addr, senders[sender].port);
	packet->ssrc = voice + 1;
	sequences[voice] = (uint16_t)(sequences[voice] + (who == 'A' ? 40000 : 1));
	packet->sequence = sequences[voice];
}

static unsigned sender_find(char who)
{
	unsigned sender = 0;

	while (senders[sender].who != who)
		sender++;
	return sender;
}

static void story_tell(const char *sent, char *heard)
{
	uint16_t sequences[SENDERS] = {65534, 65533, 7, 8, 65530};
	struct latch latch;
	union address said, anew;

	address_of(&said, "192.0.2.1", 4000);
	address_of(&anew, "192.0.2.99", 4000);
	latch_reset(&latch, &said);
	for (; *sent; sent++) {
		struct latch_packet packet;

		*heard = *sent;
		if (*sent == '.') {
			latch_pass(&latch, 100 * SAMPLES_PER_MS);
		} else if (*sent == '!') {
			latch_describe(&latch, &anew);
		} else if (*sent == '%') {
			latch_reset(&latch, &said);
		} else {
			packet_of(&packet, sender_find(*sent), sequences);
			*heard = latch_take(&latch, &packet) ? *sent : 'x';
		}
		heard++;
	}
	*heard = 0;
}

static void test_stories_of_who_is_heard(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		char heard[100];

		story_tell(stories[i].sent, heard);
		if (strcmp(heard, stories[i].heard))
			fail_msg("%s: %s was heard as %s instead of %s", stories[i].what, stories[i].sent, heard, stories[i].heard);
	}
}

/* ---- properties ---- */

static uint32_t seed;

static uint32_t random_next(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* From anywhere, sometimes from the peer's own host, with sequences that go on or jump. */
static void stranger_of(struct latch_packet *packet)
{
	static struct latch_packet known[4];
	struct latch_packet *one = &known[random_next() % 4];

	if (random_next() % 20 == 0 || !one->ssrc) {
		memset(one, 0, sizeof(*one));
		one->source.in.sin_family = AF_INET;
		one->source.in.sin_addr.s_addr = htonl(random_next() % 4 ? 0xc6336400u + random_next() % 256 : 0xc0000201u);
		one->source.in.sin_port = htons((uint16_t)(10000 + random_next() % 50000));
		one->ssrc = random_next() | 1u << 24;
	}
	one->sequence = (uint16_t)(random_next() % 3 ? one->sequence + 1u : random_next());
	*packet = *one;
}

/* A peer that speaks and is silent by turns of SPEAKS packets among strangers, up to three between any two of its; after its
 * first ALONE packets no stranger is heard any more, and it always is. */
#define SPEAKS 100
#define ROUNDS 2000

static void peer_among_strangers(const char *addr, const char *said_addr, unsigned alone)
{
	struct latch_packet peer, stranger;
	struct latch latch;
	union address said;

	memset(&peer, 0, sizeof(peer));
	peer.ssrc = 42;
	peer.sequence = (uint16_t)(0 - seed);
	address_of(&peer.source, addr, 4000);
	address_of(&said, said_addr, 4000);
	latch_reset(&latch, &said);
	for (unsigned i = 0; i < ROUNDS; i++) {
		peer.sequence++;
		if (i / SPEAKS % 2 == 0)
			assert_true(latch_take(&latch, &peer));
		for (unsigned strangers = random_next() % 4; i + 1 >= alone && strangers > 0; strangers--) {
			stranger_of(&stranger);
			assert_false(latch_take(&latch, &stranger));
		}
		latch_pass(&latch, 20 * SAMPLES_PER_MS);
	}
}

static void random_runs(const char *addr, const char *said_addr, unsigned alone)
{
	for (uint32_t run = 1; run <= RANDOM_RUNS; run++) {
		seed = run;
		peer_among_strangers(addr, said_addr, alone);
	}
}

/* A stranger at the very host that the peer gave would be let in while the peer is silent: these are elsewhere. */
static void test_no_stranger_is_heard_once_the_peer_was(void **state)
{
	(void)state;
	random_runs("192.0.2.200", "192.0.2.200", 1);
}

static void test_no_stranger_is_heard_once_a_peer_behind_a_translator_was(void **state)
{
	(void)state;
	random_runs("203.0.113.7", "10.0.0.7", LATCH_PACKETS);
}

/* They were there first, all the time. */
static void test_the_peer_is_heard_whoever_was_there_before(void **state)
{
	struct latch_packet peer, stranger;
	struct latch latch;
	union address said;

	(void)state;
	memset(&peer, 0, sizeof(peer));
	address_of(&peer.source, "192.0.2.200", 4000);
	for (uint32_t run = 1; run <= RANDOM_RUNS; run++) {
		seed = run;
		said = peer.source;
		latch_reset(&latch, &said);
		for (unsigned i = random_next() % 500; i > 0; i--) {
			stranger_of(&stranger);
			(void)latch_take(&latch, &stranger);
			latch_pass(&latch, random_next() % 160);
		}
		assert_true(latch_take(&latch, &peer));
		stranger_of(&stranger);
		assert_false(latch_take(&latch, &stranger));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories_of_who_is_heard),
		cmocka_unit_test(test_no_stranger_is_heard_once_the_peer_was),
		cmocka_unit_test(test_no_stranger_is_heard_once_a_peer_behind_a_translator_was),
		cmocka_unit_test(test_the_peer_is_heard_whoever_was_there_before),
	};

	return cmocka_run_group_tests_name("gateway/latch", tests, NULL, NULL);
}
