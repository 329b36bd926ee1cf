/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sip/invite.h"
#include "tests/flow/loop_virtual.h"
#include "tests/flow/peer.h"

#define SAID_MAX 8192

/* A gateway of two accounts, 101 and 102, that writes down what it is told and what passes its socket. */
struct bed {
	struct loop *loop;
	struct peer *peer;
	struct ua_agent *agent;
	struct ua_account *accounts[2];
	struct ua_invite *out, *in; /* NULL once it is over */
	unsigned reject;            /* what comes in with that status */
	int offer_err;
	char said[SAID_MAX];
};

static void say(struct bed *bed, const char *format, ...)
{
	size_t length = strlen(bed->said);
	va_list args;

	va_start(args, format);
	vsnprintf(bed->said + length, SAID_MAX - length, format, args);
	va_end(args);
	strncat(bed->said, "\n", SAID_MAX - strlen(bed->said) - 1);
}

static void on_message(const struct peer_event *event, void *arg)
{
	char text[256];

	peer_event_text(event, text, sizeof(text));
	say(arg, "%s %s", event->out ? ">" : "<", text);
}

static void on_registration(struct ua_account *account, enum ua_registration state, unsigned status,
	const char *reason, void *arg)
{
	static const char *const names[] = {"none", "trying", "registered", "failed"};

	(void)account;
	(void)reason;
	say(arg, "  registration %s %u", names[state], status);
}

static void on_progress(struct ua_invite *invite, unsigned status, const struct ua_sdp *answer, void *arg)
{
	(void)invite;
	say(arg, "  progress %u%s", status, answer ? " with sound" : "");
}

static void on_answered(struct ua_invite *invite, const struct ua_sdp *answer, void *arg)
{
	(void)invite;
	say(arg, "  answered, sound to port %u", answer ? answer->port : 0);
}

static int on_offered(struct ua_invite *invite, const struct ua_sdp *offer, struct ua_sdp *answer, void *arg)
{
	struct bed *bed = arg;

	(void)invite;
	say(bed, "  offered direction %d", (int)offer->direction);
	*answer = *offer;
	return bed->offer_err;
}

static void on_changed(struct ua_invite *invite, const struct ua_sdp *remote, void *arg)
{
	struct bed *bed = arg;

	say(bed, "  %s changed direction %d", invite == bed->out ? "outgoing" : "incoming",
		remote ? (int)remote->direction : -1);
}

static void on_ended(struct ua_invite *invite, const struct ua_end *end, void *arg)
{
	struct bed *bed = arg;

	say(bed, "  %s ended %u cause %u%s", invite == bed->out ? "outgoing" : "incoming", end->status,
		end->q850_cause, end->after_answer ? " after answer" : "");
	if (invite == bed->out)
		bed->out = NULL;
	else
		bed->in = NULL;
}

static const struct ua_invite_handlers handlers = {
	.progress = on_progress,
	.answered = on_answered,
	.offered = on_offered,
	.changed = on_changed,
	.ended = on_ended,
};

static void on_incoming(struct ua_invite *invite, const struct ua_incoming *incoming, void *arg)
{
	struct bed *bed = arg;

	say(bed, "  incoming %s for %s, sound to port %u", incoming->caller_user, incoming->called_user,
		incoming->offer ? incoming->offer->port : 0);
	if (bed->reject) {
		ua_invite_reject(invite, bed->reject, "No");
		return;
	}
	ua_invite_accept(invite, &handlers, bed);
	bed->in = invite;
}

static int account_make(struct bed *bed, size_t index, const char *user)
{
	struct ua_account_config config = {
		.user = user,
		.domain = "example.net",
		.server_addr = "127.0.0.1",
		.server_port = 5060,
		.password = "secret",
		.expires_s = 600,
	};

	return ua_account_alloc(&bed->accounts[index], bed->agent, &config, on_registration, bed);
}

static int bed_make(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct ua_agent_config config = {.local_addr = "127.0.0.1", .user_agent = "test"};
	int err = loop_alloc(&bed->loop, 64);

	*state = bed;
	if (!err)
		err = peer_alloc(&bed->peer, bed->loop, on_message, bed);
	if (!err)
		err = ua_agent_alloc(&bed->agent, &config, on_incoming, bed);
	if (!err)
		err = account_make(bed, 0, "101");
	if (!err)
		err = account_make(bed, 1, "102");
	return err;
}

static int bed_free(void **state)
{
	struct bed *bed = *state;

	ua_account_free(bed->accounts[0]);
	ua_account_free(bed->accounts[1]);
	ua_agent_free(bed->agent);
	peer_free(bed->peer);
	loop_free(bed->loop);
	free(bed);
	return 0;
}

static void run_ms(struct bed *bed, uint64_t ms)
{
	uint64_t until_ns = loop_virtual_now_ns(bed->loop) + ms * 1000000;

	for (;;) {
		while (loop_virtual_serve(bed->loop))
			;
		if (loop_virtual_next_ns(bed->loop) > until_ns)
			break;
		loop_virtual_move(bed->loop, loop_virtual_next_ns(bed->loop));
	}
	loop_virtual_move(bed->loop, until_ns);
}

/* What was said since the last time must be just that. */
static void assert_said(struct bed *bed, const char *text)
{
	assert_string_equal(bed->said, text);
	bed->said[0] = 0;
}

static void register_both(struct bed *bed)
{
	ua_account_register(bed->accounts[0], 0);
	ua_account_register(bed->accounts[1], 0);
	run_ms(bed, 20);
	bed->said[0] = 0;
}

static void sip(struct bed *bed, const char *command)
{
	char reason[256] = "";

	if (peer_command(bed->peer, command, reason, sizeof(reason)) != 0)
		fail_msg("%s", reason);
}

static struct ua_sdp sound_at(uint16_t port)
{
	struct ua_sdp_local local = {
		.addr = "127.0.0.1",
		.port = port,
		.direction = UA_SENDRECV,
		.ptime_ms = 20,
		.formats = {{8, UA_CODEC_PCMA}},
		.format_count = 1,
	};
	struct ua_sdp sdp;

	ua_sdp_offer(&sdp, &local);
	return sdp;
}

static void call(struct bed *bed, const char *number)
{
	struct ua_sdp offer = sound_at(4000);

	assert_int_equal(ua_invite_send(&bed->out, bed->accounts[0], number, &offer, &handlers, bed), 0);
}

static void answer(struct bed *bed)
{
	struct ua_sdp sdp = sound_at(4002);

	assert_int_equal(ua_invite_answer(bed->in, &sdp), 0);
}

static void test_a_registration_is_challenged_then_kept(void **state)
{
	struct bed *bed = *state;

	ua_account_register(bed->accounts[0], 7);
	run_ms(bed, 6);
	assert_said(bed, "");
	run_ms(bed, 20);
	assert_said(bed, "  registration trying 0\n"
			 "> REGISTER 101 -> 101\n< 401 REGISTER 101 -> 101\n"
			 "> REGISTER 101 -> 101\n< 200 REGISTER 101 -> 101\n"
			 "  registration registered 200\n");
	run_ms(bed, 539000);
	assert_said(bed, "");
	run_ms(bed, 2000);
	assert_string_not_equal(bed->said, "");
	bed->said[0] = 0;
	ua_account_unregister(bed->accounts[0]);
	run_ms(bed, 20);
	assert_said(bed, "> REGISTER 101 -> 101\n< 401 REGISTER 101 -> 101\n"
			 "> REGISTER 101 -> 101\n< 200 REGISTER 101 -> 101\n  registration none 200\n");
}

static void test_a_refused_or_unanswered_registration_is_tried_again(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	sip(bed, "registrar 403");
	ua_account_register(bed->accounts[0], 0);
	run_ms(bed, 20);
	assert_said(bed, "  registration trying 0\n> REGISTER 101 -> 101\n< 403 REGISTER 101 -> 101\n"
			 "  registration failed 403\n");
	sip(bed, "registrar silent");
	run_ms(bed, 63000);
	assert_said(bed, "> REGISTER 101 -> 101\n  registration failed 408\n");
	sip(bed, "registrar 200");
	run_ms(bed, 31000);
	assert_said(bed, "> REGISTER 101 -> 101\n< 200 REGISTER 101 -> 101\n  registration registered 200\n");
}

static void test_a_call_from_line_to_line_is_set_up_and_ended(void **state)
{
	struct bed *bed = *state;

	register_both(bed);
	call(bed, "102");
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> 102\n< 407 INVITE 101 -> 102\n> ACK 101 -> 102\n"
			 "> INVITE 101 -> 102\n< 100 INVITE 101 -> 102\n"
			 "< INVITE 101 -> 102\n> 100 INVITE 101 -> 102\n"
			 "  incoming 101 for 102, sound to port 4000\n");
	assert_int_equal(ua_invite_ring(bed->in, false, NULL), 0);
	run_ms(bed, 20);
	assert_said(bed, "> 180 INVITE 101 -> 102\n< 180 INVITE 101 -> 102\n  progress 180\n");
	run_ms(bed, 60000);
	assert_said(bed, "> 180 INVITE 101 -> 102\n< 180 INVITE 101 -> 102\n  progress 180\n");
	answer(bed);
	run_ms(bed, 20);
	assert_said(bed, "> 200 INVITE 101 -> 102\n< 200 INVITE 101 -> 102\n> ACK 101 -> 102\n"
			 "  answered, sound to port 4002\n< ACK 101 -> 102\n");
	ua_invite_end(bed->in, 16);
	run_ms(bed, 61000);
	assert_said(bed, "> BYE 102 -> 101\n< BYE 102 -> 101\n> 200 BYE 102 -> 101\n"
			 "  outgoing ended 0 cause 16 after answer\n< 200 BYE 102 -> 101\n");
}

/* A call between the two lines that is up. */
static void talk(struct bed *bed)
{
	sip(bed, "challenge off");
	register_both(bed);
	call(bed, "102");
	run_ms(bed, 20);
	answer(bed);
	run_ms(bed, 20);
	bed->said[0] = 0;
}

static void test_an_offer_within_a_call_is_answered_or_refused(void **state)
{
	struct bed *bed = *state;
	struct ua_sdp offer = sound_at(4000);

	talk(bed);
	offer.direction = UA_SENDONLY;
	assert_int_equal(ua_invite_offer(bed->out, &offer), 0);
	assert_int_equal(ua_invite_offer(bed->out, &offer), EBUSY);
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> 102\n< INVITE 101 -> 102\n  offered direction 1\n"
			 "> 200 INVITE 101 -> 102\n< 200 INVITE 101 -> 102\n> ACK 101 -> 102\n"
			 "  outgoing changed direction 1\n< ACK 101 -> 102\n");
	bed->offer_err = ENOTSUP;
	assert_int_equal(ua_invite_offer(bed->in, &offer), 0);
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 102 -> 101\n< INVITE 102 -> 101\n  offered direction 1\n"
			 "> 488 INVITE 102 -> 101\n< 488 INVITE 102 -> 101\n> ACK 102 -> 101\n"
			 "  incoming changed direction -1\n< ACK 102 -> 101\n");
	ua_invite_end(bed->out, 0);
	assert_int_equal(ua_invite_offer(bed->in, &offer), ENOTCONN);
}

static void test_two_offers_at_once_are_refused_491_and_made_again(void **state)
{
	struct bed *bed = *state;
	struct ua_sdp offer = sound_at(4000);

	talk(bed);
	assert_int_equal(ua_invite_offer(bed->out, &offer), 0);
	assert_int_equal(ua_invite_offer(bed->in, &offer), 0);
	run_ms(bed, 20);
	assert_null(strstr(bed->said, "changed"));
	assert_non_null(strstr(bed->said, "< 491 INVITE 101 -> 102"));
	assert_non_null(strstr(bed->said, "< 491 INVITE 102 -> 101"));
	run_ms(bed, 900);
	bed->said[0] = 0;
	run_ms(bed, 200);
	assert_non_null(strstr(bed->said, "  incoming changed direction 3"));
	run_ms(bed, 2000);
	assert_non_null(strstr(bed->said, "  outgoing changed direction 3"));
}

static void test_an_unknown_number_is_404_and_an_unregistered_line_too(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	ua_account_register(bed->accounts[0], 0);
	run_ms(bed, 20);
	bed->said[0] = 0;
	call(bed, "999");
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> 999\n< 100 INVITE 101 -> 999\n< 404 INVITE 101 -> 999\n"
			 "> ACK 101 -> 999\n  outgoing ended 404 cause 0\n");
	call(bed, "102");
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> 102\n< 100 INVITE 101 -> 102\n< 404 INVITE 101 -> 102\n"
			 "> ACK 101 -> 102\n  outgoing ended 404 cause 0\n");
}

static void test_a_busy_line_refuses(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	register_both(bed);
	bed->reject = 486;
	call(bed, "102");
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> 102\n< 100 INVITE 101 -> 102\n< INVITE 101 -> 102\n"
			 "> 100 INVITE 101 -> 102\n  incoming 101 for 102, sound to port 4000\n"
			 "> 486 INVITE 101 -> 102\n< 486 INVITE 101 -> 102\n> ACK 101 -> 102\n"
			 "  outgoing ended 486 cause 0\n< ACK 101 -> 102\n");
}

static void test_cancel_waits_for_a_provisional_and_is_answered_487(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	sip(bed, "delay 10");
	register_both(bed);
	run_ms(bed, 100);
	bed->said[0] = 0;
	call(bed, "102");
	ua_invite_end(bed->out, 16);
	run_ms(bed, 19);
	assert_said(bed, "> INVITE 101 -> 102\n");
	run_ms(bed, 200);
	assert_said(bed, "< 100 INVITE 101 -> 102\n> CANCEL 101 -> 102\n< INVITE 101 -> 102\n"
			 "> 100 INVITE 101 -> 102\n  incoming 101 for 102, sound to port 4000\n"
			 "< CANCEL 101 -> 102\n> 200 CANCEL 101 -> 102\n> 487 INVITE 101 -> 102\n"
			 "  incoming ended 0 cause 0\n< 200 CANCEL 101 -> 102\n"
			 "< 487 INVITE 101 -> 102\n> ACK 101 -> 102\n< ACK 101 -> 102\n");
}

static void test_an_answer_that_crosses_the_cancel_is_acked_and_byed(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	register_both(bed);
	call(bed, "102");
	run_ms(bed, 20);
	bed->said[0] = 0;
	answer(bed);
	ua_invite_end(bed->out, 0);
	run_ms(bed, 20);
	assert_said(bed, "> 200 INVITE 101 -> 102\n> CANCEL 101 -> 102\n< 200 INVITE 101 -> 102\n"
			 "> ACK 101 -> 102\n> BYE 101 -> 102\n< CANCEL 101 -> 102\n> 200 CANCEL 101 -> 102\n"
			 "< ACK 101 -> 102\n< BYE 101 -> 102\n> 200 BYE 101 -> 102\n"
			 "  incoming ended 0 cause 0 after answer\n< 200 CANCEL 101 -> 102\n< 200 BYE 101 -> 102\n");
}

static void test_a_call_ended_before_its_challenge_is_not_sent_again(void **state)
{
	struct bed *bed = *state;

	register_both(bed);
	call(bed, "102");
	ua_invite_end(bed->out, 0);
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> 102\n< 407 INVITE 101 -> 102\n> ACK 101 -> 102\n");
}

static void test_a_bye_of_the_callee_waits_for_the_ack(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	register_both(bed);
	call(bed, "102");
	run_ms(bed, 20);
	bed->said[0] = 0;
	answer(bed);
	ua_invite_end(bed->in, 16);
	run_ms(bed, 20);
	assert_said(bed, "> 200 INVITE 101 -> 102\n< 200 INVITE 101 -> 102\n> ACK 101 -> 102\n"
			 "  answered, sound to port 4002\n< ACK 101 -> 102\n> BYE 102 -> 101\n"
			 "< BYE 102 -> 101\n> 200 BYE 102 -> 101\n  outgoing ended 0 cause 16 after answer\n"
			 "< 200 BYE 102 -> 101\n");
}

static void test_a_scripted_user_is_called_rings_answers_and_hangs_up(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	register_both(bed);
	sip(bed, "user bob");
	call(bed, "bob");
	run_ms(bed, 20);
	sip(bed, "progress bob 183");
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> bob\n< 100 INVITE 101 -> bob\n< 180 INVITE 101 -> bob\n"
			 "  progress 180\n< 183 INVITE 101 -> bob\n  progress 183\n");
	sip(bed, "answer bob");
	run_ms(bed, 20);
	assert_non_null(strstr(bed->said, "  answered, sound to port "));
	bed->said[0] = 0;
	sip(bed, "offer bob sendonly");
	run_ms(bed, 20);
	assert_said(bed, "< INVITE bob -> 101\n  offered direction 1\n> 200 INVITE bob -> 101\n< ACK bob -> 101\n");
	bed->offer_err = ENOTSUP;
	sip(bed, "offer bob sendrecv");
	run_ms(bed, 20);
	assert_said(bed, "< INVITE bob -> 101\n  offered direction 3\n> 488 INVITE bob -> 101\n< ACK bob -> 101\n");
	sip(bed, "hangup bob");
	run_ms(bed, 20);
	assert_said(bed, "< BYE bob -> 101\n> 200 BYE bob -> 101\n  outgoing ended 0 cause 0 after answer\n");
}

static void test_a_scripted_user_refuses_and_is_busy_while_in_a_call(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	register_both(bed);
	sip(bed, "user bob");
	sip(bed, "user carol");
	sip(bed, "call carol bob");
	run_ms(bed, 20);
	call(bed, "bob");
	run_ms(bed, 20);
	assert_said(bed, "> INVITE 101 -> bob\n< 100 INVITE 101 -> bob\n< 486 INVITE 101 -> bob\n"
			 "> ACK 101 -> bob\n  outgoing ended 486 cause 0\n");
	sip(bed, "hangup carol");
	run_ms(bed, 20);
	call(bed, "bob");
	run_ms(bed, 20);
	bed->said[0] = 0;
	sip(bed, "refuse bob 603");
	run_ms(bed, 20);
	assert_said(bed, "< 603 INVITE 101 -> bob\n> ACK 101 -> bob\n  outgoing ended 603 cause 0\n");
}

static void test_a_scripted_user_calls_and_gives_up(void **state)
{
	struct bed *bed = *state;

	register_both(bed);
	sip(bed, "user bob");
	sip(bed, "call bob 102");
	run_ms(bed, 20);
	assert_int_equal(ua_invite_ring(bed->in, false, NULL), 0);
	sip(bed, "hangup bob");
	run_ms(bed, 20);
	assert_non_null(strstr(bed->said, "< INVITE bob -> 102\n> 100 INVITE bob -> 102\n  incoming bob for 102"));
	assert_non_null(strstr(bed->said, "> 180 INVITE bob -> 102\n< CANCEL bob -> 102\n> 200 CANCEL bob -> 102\n"
					  "> 487 INVITE bob -> 102\n  incoming ended 0 cause 0\n< ACK bob -> 102\n"));
}

static void test_a_network_delay_counts_each_way_to_and_from_the_proxy(void **state)
{
	struct bed *bed = *state;

	sip(bed, "challenge off");
	register_both(bed);
	sip(bed, "delay 50");
	call(bed, "102");
	run_ms(bed, 99);
	assert_said(bed, "> INVITE 101 -> 102\n");
	run_ms(bed, 1);
	assert_said(bed, "< 100 INVITE 101 -> 102\n< INVITE 101 -> 102\n> 100 INVITE 101 -> 102\n"
			 "  incoming 101 for 102, sound to port 4000\n");
}

static void test_commands_that_make_no_sense_are_refused_in_words(void **state)
{
	static const struct {
		const char *text;
		int err;
	} commands[] = {
		{"", EINVAL}, {"dance", EINVAL}, {"user", EINVAL}, {"answer nobody", ENOENT}, {"answer bob", ENOTCONN},
		{"user bob", EEXIST}, {"delay 99999", EINVAL}, {"challenge maybe", EINVAL}, {"call bob 1 2 3 4", EINVAL},
		{"registrar loud", EINVAL}, {"hangup bob", ENOTCONN},
	};
	struct bed *bed = *state;
	char reason[256];

	sip(bed, "user bob");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		reason[0] = 0;
		assert_int_equal(peer_command(bed->peer, commands[i].text, reason, sizeof(reason)), commands[i].err);
		assert_string_not_equal(reason, "");
	}
}

static void test_an_agent_may_be_freed_in_the_middle_of_a_call(void **state)
{
	struct bed *bed = *state;

	register_both(bed);
	sip(bed, "user bob");
	call(bed, "102");
	sip(bed, "call bob 102");
	run_ms(bed, 3);
}

#define BED_TEST(test) cmocka_unit_test_setup_teardown(test, bed_make, bed_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_a_registration_is_challenged_then_kept),
		BED_TEST(test_a_refused_or_unanswered_registration_is_tried_again),
		BED_TEST(test_a_call_from_line_to_line_is_set_up_and_ended),
		BED_TEST(test_an_offer_within_a_call_is_answered_or_refused),
		BED_TEST(test_two_offers_at_once_are_refused_491_and_made_again),
		BED_TEST(test_an_unknown_number_is_404_and_an_unregistered_line_too),
		BED_TEST(test_a_busy_line_refuses),
		BED_TEST(test_cancel_waits_for_a_provisional_and_is_answered_487),
		BED_TEST(test_an_answer_that_crosses_the_cancel_is_acked_and_byed),
		BED_TEST(test_a_call_ended_before_its_challenge_is_not_sent_again),
		BED_TEST(test_a_bye_of_the_callee_waits_for_the_ack),
		BED_TEST(test_a_scripted_user_is_called_rings_answers_and_hangs_up),
		BED_TEST(test_a_scripted_user_refuses_and_is_busy_while_in_a_call),
		BED_TEST(test_a_scripted_user_calls_and_gives_up),
		BED_TEST(test_a_network_delay_counts_each_way_to_and_from_the_proxy),
		BED_TEST(test_commands_that_make_no_sense_are_refused_in_words),
		BED_TEST(test_an_agent_may_be_freed_in_the_middle_of_a_call),
	};

	return cmocka_run_group_tests_name("flow/peer", tests, NULL, NULL);
}
