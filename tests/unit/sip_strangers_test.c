/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may call: requests of the account's server, of listed peers and of strangers, each from an address of its own. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sip/authority.h"
#include "sip/digest.h"
#include "sip/peers.h"
#include "tests/unit/sip_peer.h"

#define STRANGER "127.0.0.66"
#define SERVER   "127.0.0.9"
#define LOOKS    20000

static int fds[8];
static unsigned fd_count, calls;

static int socket_at(const char *addr)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, addr, &at.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_in_range(fd_count, 0, 7);
	fds[fd_count++] = fd;
	return fd;
}

static void send_to_agent(int fd, const char *text)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(bed.agent_port)};

	inet_pton(AF_INET, bed.addr, &to.sin_addr);
	assert_int_equal(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)), (int)strlen(text));
}

/* Its first answer, "" when there is none; valid until the next. */
static const char *answer(int fd)
{
	static char text[4096];
	ssize_t length;

	bed_has_message();
	length = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

static const char *ask_with(int fd, const char *method, const char *user, const char *headers)
{
	char text[2048];

	calls++;
	snprintf(text, sizeof(text), "%s sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-%u\r\n"
		"From: \"100\" <sip:100@127.0.0.1>;tag=s%u\r\nTo: <sip:%s@127.0.0.1>\r\nCall-ID: strange%u\r\nCSeq: 1 %s\r\n"
		"Contact: <sip:100@127.0.0.66:9>\r\n%sContent-Length: 0\r\n\r\n", method, user, calls, calls, user, calls, method, headers);
	send_to_agent(fd, text);
	return answer(fd);
}

static const char *ask(int fd, const char *method, const char *user)
{
	return ask_with(fd, method, user, "");
}

static void open_agent_with(enum ua_strangers strangers, const char *peers, const char *account_peers)
{
	const struct ua_agent_config config = {
		.local_addr = bed.addr, .user_agent = "tipring", .peers = peers, .strangers = strangers,
	};
	const struct ua_account_config account = {
		.user = "100", .domain = "example.org", .server_addr = SERVER, .server_port = 5060, .password = "secret",
		.expires_s = 600, .peers = account_peers,
	};

	bed_agent_anew(&config, &account);
}

static void assert_rings(int fd)
{
	assert_starts(ask(fd, "INVITE", "100"), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 100 \"100\" offering nothing");
}

static void test_a_stranger_rings_no_telephone(void **state)
{
	int fd = socket_at(STRANGER);

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	/* RFC 3261 s26.1: who calls must be somebody who may | a call from elsewhere than the account's server or a peer is refused 403 */
	assert_starts(ask(fd, "INVITE", "100"), "SIP/2.0 403 Forbidden\r\n");
	/* RFC 3261 s21.4.4: 403 when the request is understood and not fulfilled | also for a user who is not here, so that none can be searched for */
	assert_starts(ask(fd, "INVITE", "999"), "SIP/2.0 403 Forbidden\r\n");
	assert_starts(ask(fd, "OPTIONS", "100"), "SIP/2.0 403 ");
	assert_starts(ask(fd, "OPTIONS", "999"), "SIP/2.0 403 ");
	/* RFC 6665 s4.1.3: a NOTIFY that nobody asked for is not obeyed | a stranger's is refused 403 */
	assert_starts(ask_with(fd, "NOTIFY", "100", "Event: check-sync\r\n"), "SIP/2.0 403 ");
	assert_starts(ask_with(fd, "SUBSCRIBE", "100", "Event: dialog\r\n"), "SIP/2.0 403 ");
	/* RFC 3515 s2.4.2: a REFER may be refused 403 | outside a call it always is */
	assert_starts(ask_with(fd, "REFER", "100", "Refer-To: <sip:1900@x>\r\n"), "SIP/2.0 403 ");
	bed_heard_nothing();
}

static void test_the_server_and_peers_ring_it(void **state)
{
	int server = socket_at(SERVER), peer = socket_at("127.0.0.20"), other = socket_at("127.0.1.20"), stranger = socket_at(STRANGER);

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, "127.0.1.0/24", "192.0.2.1, 127.0.0.20");
	assert_rings(server);
	assert_rings(peer);
	assert_rings(other);
	assert_starts(ask(peer, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask(other, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 ");
	assert_starts(ask(stranger, "INVITE", "100"), "SIP/2.0 403 ");
	bed_heard_nothing();
}

/* What it says of the caller is believed. */
static void test_a_peer_is_in_the_trust_domain(void **state)
{
	int peer = socket_at("127.0.0.20");

	(void)state;
	open_agent_with(UA_STRANGERS_ALLOW, NULL, "127.0.0.20");
	(void)ask_with(peer, "INVITE", "100", "P-Asserted-Identity: \"Bob\" <sip:300@example.org>\r\n");
	/* RFC 3325 s5: an identity counts from within the trust domain | from the account's server and the listed peers */
	bed_heard("incoming 100 from 300 \"Bob\" offering nothing");
	(void)ask_with(socket_at(STRANGER), "INVITE", "100", "P-Asserted-Identity: \"Bob\" <sip:300@example.org>\r\n");
	bed_heard("incoming 100 from 100 \"100\" offering nothing");
}

static void test_another_account_s_server_is_a_stranger_to_this_one(void **state)
{
	const struct ua_account_config other = {
		.user = "200", .domain = "example.net", .server_addr = "127.0.0.30", .server_port = 5060, .password = "", .expires_s = 600,
	};
	struct ua_account *account;
	int fd = socket_at("127.0.0.30");

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	assert_int_equal(ua_account_alloc(&account, bed.agent, &other, NULL, NULL), 0);
	assert_starts(ask(fd, "INVITE", "100"), "SIP/2.0 403 ");
	assert_starts(ask(fd, "INVITE", "200"), "SIP/2.0 100 ");
	bed_heard("incoming 200 from 100 \"100\" offering nothing");
}

/* A number that nobody has is refused to strangers, and unknown to whom some account trusts. */
static void test_the_house_knows_whom_any_account_trusts(void **state)
{
	const struct ua_account_config other = {
		.user = "200", .domain = "example.net", .server_addr = "127.0.0.30", .server_port = 5060, .password = "", .expires_s = 600,
		.peers = "127.0.0.40/31",
	};
	int server = socket_at(SERVER), others_server = socket_at("127.0.0.30"), peer = socket_at("127.0.0.41");
	struct ua_account *account;

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	assert_starts(ask(server, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask(others_server, "INVITE", "999"), "SIP/2.0 403 ");
	assert_starts(ask(peer, "INVITE", "999"), "SIP/2.0 403 ");
	assert_int_equal(ua_account_alloc(&account, bed.agent, &other, NULL, NULL), 0);
	assert_starts(ask(server, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask(others_server, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask(peer, "INVITE", "999"), "SIP/2.0 404 ");
	ua_account_free(account);
	assert_starts(ask(server, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask(others_server, "INVITE", "999"), "SIP/2.0 403 ");
	assert_starts(ask(peer, "INVITE", "999"), "SIP/2.0 403 ");
}

static void add_accounts(unsigned count)
{
	char user[16];
	const struct ua_account_config config = {
		.user = user, .domain = "example.org", .server_addr = SERVER, .server_port = 5060, .password = "", .expires_s = 600,
		.peers = "127.0.1.0/24",
	};

	for (unsigned i = 0; i < count; i++) {
		struct ua_account *account;

		snprintf(user, sizeof(user), "%u", 1000 + i);
		assert_int_equal(ua_account_alloc(&account, bed.agent, &config, NULL, NULL), 0);
	}
}

/* Of a look at a stranger's address. */
static uint64_t look_ns(void)
{
	struct timespec before, after;
	struct sa addr;

	assert_int_equal(sa_set_str(&addr, STRANGER, 5060), 0);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	for (unsigned i = 0; i < LOOKS; i++)
		assert_false(ua_authority_knows(bed.agent, &addr));
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	return ((uint64_t)(after.tv_sec - before.tv_sec) * 1000000000u + (uint64_t)after.tv_nsec - (uint64_t)before.tv_nsec) / LOOKS;
}

/* If each of them were asked it would be five hundred times as much. */
static void test_a_stranger_costs_the_same_however_many_accounts_there_are(void **state)
{
	uint64_t few_ns, many_ns;

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	add_accounts(1);
	few_ns = look_ns();
	add_accounts(1000);
	many_ns = look_ns();
	print_message("# %u ns with 2 accounts, %u ns with 1002\n", (unsigned)few_ns, (unsigned)many_ns);
	assert_true(many_ns < 20 * few_ns + 100);
}

static void test_strangers_may_get_no_answer_at_all(void **state)
{
	static const char *const methods[] = {"INVITE", "OPTIONS", "REGISTER", "BYE", "CANCEL", "JUMP", "NOTIFY", "REFER"};
	struct ua_agent_counts counts;
	int fd = socket_at(STRANGER);

	(void)state;
	open_agent_with(UA_STRANGERS_SILENCE, NULL, NULL);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		assert_string_equal(ask(fd, methods[i], "100"), "");
	send_to_agent(fd, "BYE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-x\r\n"
		"From: <sip:x@y>;tag=x\r\nTo: <sip:100@y>;tag=gone\r\nCall-ID: gone\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n");
	assert_string_equal(answer(fd), "");
	ua_agent_counts_get(bed.agent, &counts);
	assert_int_equal(counts.refused_strangers, 9);
	assert_rings(socket_at(SERVER));
}

/* Each would be refused by the gate, before it is known whose it is. */
static void test_nor_to_what_is_wrong_within_a_call_that_is_not_theirs(void **state)
{
	static const struct {
		const char *method, *uri, *cseq, *headers;
	} rows[] = {
		{"BYE", "sip:100@h", "1 INVITE", ""},
		{"JUMP", "sip:100@h", "1 JUMP", ""},
		{"MESSAGE", "sip:100@h", "1 MESSAGE", ""},
		{"INVITE", "tel:+1", "1 INVITE", ""},
		{"INVITE", "sip:100@h", "1 INVITE", "Max-Forwards: 0\r\n"},
		{"INVITE", "sip:100@h", "1 INVITE", "Require: telepathy\r\n"},
		{"INVITE", "sip:100@h", "1 INVITE", "Content-Type: text/plain\r\n"},
		{"ACK", "sip:100@h", "1 INVITE", ""},
		{"SUBSCRIBE", "sip:100@h", "1 SUBSCRIBE", "Event: refer\r\n"},
	};
	int fd = socket_at(STRANGER);
	struct ua_agent_counts counts;
	char text[1024];

	(void)state;
	open_agent_with(UA_STRANGERS_SILENCE, NULL, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-n%zu\r\n"
			"From: <sip:x@y>;tag=x\r\nTo: <sip:100@y>;tag=gone\r\nCall-ID: gone\r\nCSeq: %s\r\n%sContent-Length: %u\r\n\r\n%s",
			rows[i].method, rows[i].uri, i, rows[i].cseq, rows[i].headers, i == 6 ? 1 : 0, i == 6 ? "x" : "");
		send_to_agent(fd, text);
		/* RFC 3261 s26.3.2.4: a flood is answered as little as may be | with strangers = silence not even what is malformed, or names a call that is not the sender's */
		assert_string_equal(answer(fd), "");
	}
	ua_agent_counts_get(bed.agent, &counts);
	assert_int_equal(counts.refused_strangers, 9);
	assert_int_equal(counts.refused_unknown, 0);
}

/* A call of the server's rings; whoever has this socket sends a request within it. */
static void send_within_the_call(int fd, const char *method)
{
	int server = socket_at(SERVER);
	char tag[64], text[1024];

	open_agent_with(UA_STRANGERS_SILENCE, NULL, NULL);
	assert_rings(server);
	(void)ua_invite_ring(bed.invite, false, NULL);
	snprintf(tag, sizeof(tag), "%s", parameter(header(answer(server), "To"), "tag"));
	assert_true(strlen(tag) > 0);
	snprintf(text, sizeof(text), "%s sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-mine\r\n"
		"From: <sip:100@127.0.0.1>;tag=s%u\r\nTo: <sip:100@y>;tag=%s\r\nCall-ID: strange%u\r\nCSeq: 2 %s\r\n"
		"Content-Length: 0\r\n\r\n", method, calls, tag, calls, method);
	send_to_agent(fd, text);
}

static void test_what_is_wrong_within_their_own_call_is_answered(void **state)
{
	int fd = socket_at(STRANGER);

	(void)state;
	send_within_the_call(fd, "MESSAGE");
	assert_starts(answer(fd), "SIP/2.0 405 ");
}

/* Whoever was called may answer for the call from wherever he is. */
static void test_within_a_call_nobody_is_a_stranger(void **state)
{
	int fd = socket_at(STRANGER);

	(void)state;
	send_within_the_call(fd, "BYE");
	/* RFC 3261 s12.2.2: a request belongs to a dialog by its tags and Call-ID | whatever the address that it comes from */
	assert_starts(answer(fd), "SIP/2.0 200 ");
	bed_heard("ended by peer, status 0, cause 0");
}

static void test_strangers_may_be_let_in(void **state)
{
	int fd = socket_at(STRANGER);

	(void)state;
	open_agent_with(UA_STRANGERS_ALLOW, NULL, NULL);
	assert_rings(fd);
	assert_starts(ask(fd, "OPTIONS", "100"), "SIP/2.0 200 ");
	assert_starts(ask(fd, "INVITE", "999"), "SIP/2.0 404 ");
	assert_starts(ask_with(fd, "SUBSCRIBE", "100", "Event: dialog\r\n"), "SIP/2.0 403 ");
	assert_starts(ask_with(fd, "NOTIFY", "100", "Event: message-summary\r\n"), "SIP/2.0 403 ");
	bed_heard_nothing();
}

static unsigned answers(int fd)
{
	unsigned count = 0;

	bed_has_message();
	for (char text[4096]; recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0;)
		count++;
	return count;
}

static void invite_many(int fd, unsigned count)
{
	char text[1024];

	for (unsigned i = 0; i < count; i++) {
		calls++;
		snprintf(text, sizeof(text), "INVITE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-%u\r\n"
			"From: <sip:9@y>;tag=m%u\r\nTo: <sip:100@y>\r\nCall-ID: many%u\r\nCSeq: 1 INVITE\r\n"
			"Contact: <sip:9@127.0.0.66:9>\r\nContent-Length: 0\r\n\r\n", calls, calls, calls);
		send_to_agent(fd, text);
		if (i % 4 == 3) /* as many as one look at the loop reads */
			bed_has_message();
	}
}

static void test_a_stranger_s_flood_is_not_even_read(void **state)
{
	int fd = socket_at(STRANGER), other = socket_at("127.0.0.67"), server = socket_at(SERVER);
	struct ua_agent_counts counts;

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	invite_many(fd, 1000);
	/* The first came before it was known what socket it was. */
	assert_int_equal(answers(fd), 61);
	ua_agent_counts_get(bed.agent, &counts);
	assert_int_equal(counts.requests_in, 61);
	assert_int_equal(counts.refused_strangers, 61);
	assert_int_equal(counts.dropped, 939);
	assert_starts(counts.refused_last, STRANGER ":");
	assert_starts(ask(other, "INVITE", "100"), "SIP/2.0 403 ");
	assert_rings(server);
	bed_advance(1000);
	invite_many(fd, 100);
	assert_int_equal(answers(fd), 20);
	bed_heard_nothing();
}

static void test_more_calls_than_a_house_can_want_are_told_to_come_later(void **state)
{
	int server = socket_at(SERVER);
	const char *response;
	struct ua_agent_counts counts;

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	bed.refuse_calls = true;
	for (unsigned i = 0; i < 400; i += 50) {
		invite_many(server, 50);
		assert_int_equal(answers(server), 100);
		for (unsigned k = 0; k < 50; k++)
			bed_heard("incoming 100 from 9 \"\" offering nothing");
	}
	response = ask(server, "INVITE", "100");
	/* RFC 3261 s21.5.4: who is overloaded answers 503 and may say in Retry-After when to come again | to a server's calls beyond 200 a second */
	assert_starts(response, "SIP/2.0 503 ");
	assert_in_range(atoi(header(response, "Retry-After")), 5, 10);
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 ");
	ua_agent_counts_get(bed.agent, &counts);
	assert_int_equal(counts.refused_busy, 1);
	bed_advance(100);
	assert_starts(ask(server, "INVITE", "100"), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 100 \"100\" offering nothing");
	bed_heard_nothing();
}

static void test_who_sends_rubbish_is_named(void **state)
{
	struct ua_agent_counts before, after;
	int fd = socket_at(STRANGER);

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	assert_starts(ask(socket_at(SERVER), "OPTIONS", "100"), "SIP/2.0 200 ");
	ua_agent_counts_get(bed.agent, &before);
	assert_string_equal(before.refused_last, "");
	for (unsigned i = 0; i < 100; i++) {
		send_to_agent(fd, "INVITE sip:100@h SIP/2.0\r\nVia SIP\r\n\r\n");
		bed_has_message();
	}
	assert_int_equal(answers(fd), 0);
	ua_agent_counts_get(bed.agent, &after);
	assert_int_equal(after.refused_malformed - before.refused_malformed, 60);
	assert_int_equal(after.dropped, 40);
	assert_starts(after.refused_last, STRANGER ":");
}

/* What libre cannot read is counted over all agents of the process. */
static void test_who_sends_rubbish_to_one_agent_casts_suspicion_on_nobody_at_another(void **state)
{
	const struct ua_agent_config config = {.local_addr = bed.addr, .user_agent = "tipring"};
	const struct ua_account_config server_s = {.user = "100", .domain = "example.org", .server_addr = SERVER, .password = "", .expires_s = 600};
	int server = socket_at(SERVER), stranger = socket_at(STRANGER);
	struct ua_agent_counts counts;
	struct ua_account *account;
	struct ua_agent *other;
	uint16_t first_port;

	(void)state;
	open_agent_with(UA_STRANGERS_REFUSE, NULL, NULL);
	first_port = bed.agent_port;
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 ");
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 "); /* of the first it was not known yet what socket it was */
	assert_int_equal(ua_agent_alloc(&other, &config, NULL, NULL), 0);
	assert_int_equal(ua_account_alloc(&account, other, &server_s, NULL, NULL), 0);
	bed.agent_port = ua_agent_port(other);
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 ");
	send_to_agent(stranger, "INVITE sip:100@h SIP/2.0\r\nVia SIP\r\n\r\n");
	bed_has_message();
	bed.agent_port = first_port;
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 ");
	ua_agent_counts_get(bed.agent, &counts);
	assert_string_equal(counts.refused_last, "");
	ua_agent_counts_get(other, &counts);
	assert_starts(counts.refused_last, STRANGER ":");
	bed.agent_port = ua_agent_port(other);
	send_to_agent(stranger, "INVITE sip:100@h SIP/2.0\r\nVia SIP\r\n\r\n");
	bed_has_message();
	ua_agent_free(other);
	bed.agent_port = first_port;
	assert_starts(ask(server, "OPTIONS", "100"), "SIP/2.0 200 ");
	ua_agent_counts_get(bed.agent, &counts);
	assert_string_equal(counts.refused_last, "");
}

#define URI "sip:100@127.0.0.1"

/* The same call once more, with credentials for the challenge that begins so in the 401. */
static const char *prove(int fd, const char *user, const char *challenge_text, const char *name, const char *password)
{
	static unsigned cseq;
	const char *end = strchr(challenge_text, '\r');
	char authorization[UA_CREDENTIALS_MAX], text[4096];
	struct ua_challenge challenge;
	struct ua_digest_input input = {name, password, "INVITE", URI, NULL, "c0", 1};

	assert_int_equal(ua_challenge_parse(&challenge, challenge_text, (size_t)(end - challenge_text)), 0);
	assert_int_equal(ua_digest_print(authorization, sizeof(authorization), &challenge, &input), 0);
	snprintf(text, sizeof(text), "INVITE sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-p%u\r\n"
		"From: <sip:9@y>;tag=p%u\r\nTo: <sip:100@y>\r\nCall-ID: strange%u\r\nCSeq: %u INVITE\r\n"
		"Contact: <sip:9@127.0.0.66:9>\r\nAuthorization: %s\r\nContent-Length: 0\r\n\r\n", user, cseq, cseq, calls, cseq + 2,
		authorization);
	cseq++;
	send_to_agent(fd, text);
	return answer(fd);
}

static char *challenge_of(const char *response, const char *algorithm)
{
	static char copies[4][1024];
	static unsigned next;
	char *copy = copies[next++ % 4];
	const char *found = response;

	assert_starts(response, "SIP/2.0 401 ");
	while ((found = strstr(found, "WWW-Authenticate: "))) {
		found += strlen("WWW-Authenticate: ");
		snprintf(copy, 1024, "%.*s\r", (int)strcspn(found, "\r"), found);
		if (strstr(copy, algorithm))
			return copy;
	}
	fail_msg("no challenge with %s", algorithm);
	return NULL;
}

static void test_a_stranger_may_prove_that_he_may_call(void **state)
{
	int fd = socket_at(STRANGER), other = socket_at("127.0.0.67");
	const char *response;
	char *sha, *md5;

	(void)state;
	open_agent_with(UA_STRANGERS_CHALLENGE, NULL, NULL);
	response = ask(fd, "INVITE", "100");
	sha = challenge_of(response, "algorithm=SHA-256");
	md5 = challenge_of(response, "algorithm=MD5");
	/* RFC 8760 s2.4: of several challenges the first is preferred | SHA-256 stands before MD5 */
	assert_true(strstr(response, "SHA-256") < strstr(response, "MD5"));
	assert_has_not(response, "stale");
	bed_heard_nothing();
	/* RFC 3261 s22.1: a user agent server may ask who calls (401) and take him with good credentials | those of the account that he calls */
	assert_starts(prove(fd, "100", sha, "100", "secret"), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 9 \"\" offering nothing");
	/* RFC 7616 s3.4.1: the response is a hash with user, password and nonce | wrong ones are refused 403 */
	assert_starts(prove(fd, "100", sha, "100", "wrong"), "SIP/2.0 403 ");
	assert_starts(prove(fd, "100", sha, "101", "secret"), "SIP/2.0 403 ");
	assert_starts(prove(fd, "999", sha, "100", "secret"), "SIP/2.0 403 ");
	assert_starts(prove(fd, "100", md5, "100", "secret"), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 9 \"\" offering nothing");
	/* Somebody else heard it on the way. */
	assert_starts(prove(other, "100", sha, "100", "secret"), "SIP/2.0 401 ");
	bed_advance(61000);
	response = prove(fd, "100", sha, "100", "secret");
	/* RFC 7616 s3.3: stale=true says that the credentials are good and the nonce is old | after 60 s */
	assert_has(challenge_of(response, "SHA-256"), "stale=true");
	assert_starts(ask(fd, "INVITE", "999"), "SIP/2.0 401 ");
	assert_starts(ask(fd, "OPTIONS", "100"), "SIP/2.0 403 ");
	bed_heard_nothing();
}

static void test_without_a_password_nobody_can_prove_it(void **state)
{
	const struct ua_agent_config agent = {.local_addr = bed.addr, .user_agent = "tipring", .strangers = UA_STRANGERS_CHALLENGE};
	const struct ua_account_config account = {
		.user = "100", .domain = "example.org", .server_addr = SERVER, .server_port = 5060, .password = "", .expires_s = 600,
	};
	int fd = socket_at(STRANGER);

	(void)state;
	bed_agent_anew(&agent, &account);
	assert_starts(prove(fd, "100", challenge_of(ask(fd, "INVITE", "100"), "MD5"), "100", ""), "SIP/2.0 403 ");
	bed_heard_nothing();
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in at;
	socklen_t length = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	return ntohs(at.sin_port);
}

/* The next request that is no repetition of the one before. */
static const char *request_at(int fd, const char *method)
{
	const char *request;

	do
		request = answer(fd);
	while (request[0] && strncmp(request, method, strlen(method)));
	return request;
}

static void reply_from(int fd, const char *request, const char *status, const char *headers, const char *body)
{
	char text[2048];

	snprintf(text, sizeof(text), "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=b\r\nCall-ID: %s\r\nCSeq: %s\r\n%s"
		"Content-Length: %zu\r\n\r\n%s", status, header(request, "Via"), header(request, "From"), header(request, "To"),
		header(request, "Call-ID"), header(request, "CSeq"), headers, strlen(body), body);
	send_to_agent(fd, text);
}

/* The registrar says by whom calls go. */
static void test_the_proxy_of_the_service_route_is_no_stranger(void **state)
{
	int server = socket_at(SERVER), proxy = socket_at("127.0.0.20");
	const struct ua_agent_config agent = {.local_addr = bed.addr, .user_agent = "tipring"};
	const struct ua_account_config account = {
		.user = "100", .domain = "example.org", .server_addr = SERVER, .server_port = port_of(server), .password = "secret",
		.expires_s = 600,
	};
	const char *request;
	char headers[256];

	(void)state;
	bed_agent_anew(&agent, &account);
	assert_starts(ask(proxy, "INVITE", "100"), "SIP/2.0 403 ");
	assert_starts(ask(proxy, "INVITE", "999"), "SIP/2.0 403 ");
	assert_int_equal(ua_account_register(bed.account, 0), 0);
	request = request_at(server, "REGISTER ");
	snprintf(headers, sizeof(headers), "Contact: %s;expires=600\r\nService-Route: <sip:127.0.0.20:%u;lr>\r\n", header(request, "Contact"),
		port_of(proxy));
	reply_from(server, request, "200 OK", headers, "");
	bed_advance(1000);
	/* RFC 3608 s6.1: calls from here go by the Service-Route | and from its first proxy calls are taken */
	assert_starts(ask(proxy, "INVITE", "100"), "SIP/2.0 100 ");
	assert_starts(ask(proxy, "INVITE", "999"), "SIP/2.0 404 ");
}

/* Who was called by way of the server is a stranger all the same. */
static void test_whom_we_call_sees_no_credentials(void **state)
{
	static const char challenge[] = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", qop=\"auth\"\r\n";
	int server = socket_at(SERVER), callee = socket_at(STRANGER);
	const struct ua_agent_config agent = {.local_addr = bed.addr, .user_agent = "tipring"};
	const struct ua_account_config account = {
		.user = "100", .domain = "example.org", .server_addr = SERVER, .server_port = port_of(server), .password = "secret",
		.expires_s = 600,
	};
	struct ua_sdp offer;
	const char *request;
	char contact[128];

	(void)state;
	bed_agent_anew(&agent, &account);
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send(&bed.invite, bed.account, "200", &offer, &bed_handlers, NULL), 0);
	reply_from(server, request_at(server, "INVITE "), "407 Who", challenge, "");
	assert_starts(request_at(server, "ACK "), "ACK ");
	request = request_at(server, "INVITE ");
	assert_has(request, "nonce=\"n1\"");
	snprintf(contact, sizeof(contact), "Contact: <sip:200@" STRANGER ":%u>\r\nContent-Type: application/sdp\r\n", port_of(callee));
	reply_from(server, request, "200 OK", contact, SDP(5004));
	request = request_at(callee, "ACK ");
	assert_starts(request, "ACK ");
	/* RFC 3261 s22.1: the ACK has the credentials of its INVITE | but not where it goes past the server, to who may guess the password */
	assert_has_not(request, "Authorization");
	bed_heard("answered 192.0.2.1:5004");
	bed_end(0);
	request = request_at(callee, "BYE ");
	assert_starts(request, "BYE ");
	assert_has_not(request, "Authorization");
	reply_from(callee, request, "407 Who", challenge, "");
	/* RFC 7616 s5.8: one who chooses the challenge may find the password | one who is called gets no answer to his, though he names our realm */
	assert_string_equal(request_at(callee, "BYE "), "");
}

static bool peers_have(const char *list, const char *addr)
{
	struct ua_peers peers;
	uint8_t bytes[UA_PEER_BYTES] = {[10] = 0xff, [11] = 0xff};

	assert_int_equal(ua_peers_parse(&peers, list), 0);
	assert_int_equal(inet_pton(strchr(addr, ':') ? AF_INET6 : AF_INET, addr, strchr(addr, ':') ? bytes : bytes + 12), 1);
	return ua_peers_have(&peers, bytes);
}

static void test_peers_are_addresses_and_networks_of_either_family(void **state)
{
	static const char *const wrong[] = {"1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "::/129", "1.2.3.4/8/8", "sip.example.com/24", "1.2.3.4 x_y",
		"192.0.2.300", "a..b", "-a.b", "tls:", "tls:*.example.com", "tls:1.2.3", "TLS:a.b"};
	struct ua_peers peers;
	char many[512] = "";

	(void)state;
	assert_true(peers_have("192.0.2.7", "192.0.2.7"));
	assert_false(peers_have("192.0.2.7", "192.0.2.6"));
	assert_true(peers_have("10.0.0.0/8 , 192.0.2.128/25", "192.0.2.200"));
	assert_false(peers_have("10.0.0.0/8,192.0.2.128/25", "192.0.2.100"));
	assert_true(peers_have("10.0.0.0/8,192.0.2.128/25", "10.255.0.1"));
	assert_true(peers_have("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(peers_have("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(peers_have("0.0.0.0/0", "8.8.8.8"));
	assert_false(peers_have("0.0.0.0/0", "2001:db8::1"));
	assert_false(peers_have("", "127.0.0.1"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(ua_peers_parse(&peers, wrong[i]), EINVAL);
	for (unsigned i = 0; i <= UA_PEERS_MAX; i++)
		strcat(many, "10.0.0.1 ");
	assert_int_equal(ua_peers_parse(&peers, many), E2BIG);
}

static void test_peers_are_names_too(void **state)
{
	struct ua_peers peers;

	(void)state;
	assert_int_equal(ua_peers_parse(&peers, "192.0.2.7 sip.example.com, tls:Sip-2.example.com tls:192.0.2.8 tls:2001:db8::1 3com.example"), 0);
	assert_int_equal(peers.count, 1);
	assert_int_equal(peers.name_count, 5);
	assert_string_equal(peers.names[0].name, "sip.example.com");
	assert_false(peers.names[0].by_tls);
	assert_string_equal(peers.names[1].name, "Sip-2.example.com");
	assert_true(peers.names[1].by_tls);
	assert_string_equal(peers.names[3].name, "2001:db8::1");
	assert_int_equal(ua_peers_parse(&peers, "a b c d e f g h i"), E2BIG);
}

static int close_all(void **state)
{
	while (fd_count)
		close(fds[--fd_count]);
	return bed_close(state);
}

#define test_of(test) cmocka_unit_test_setup_teardown(test, bed_open, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test_of(test_a_stranger_rings_no_telephone),
		test_of(test_the_server_and_peers_ring_it),
		test_of(test_a_peer_is_in_the_trust_domain),
		test_of(test_the_house_knows_whom_any_account_trusts),
		test_of(test_a_stranger_costs_the_same_however_many_accounts_there_are),
		test_of(test_another_account_s_server_is_a_stranger_to_this_one),
		test_of(test_strangers_may_get_no_answer_at_all),
		test_of(test_nor_to_what_is_wrong_within_a_call_that_is_not_theirs),
		test_of(test_what_is_wrong_within_their_own_call_is_answered),
		test_of(test_within_a_call_nobody_is_a_stranger),
		test_of(test_strangers_may_be_let_in),
		test_of(test_a_stranger_may_prove_that_he_may_call),
		test_of(test_without_a_password_nobody_can_prove_it),
		test_of(test_the_proxy_of_the_service_route_is_no_stranger),
		test_of(test_whom_we_call_sees_no_credentials),
		test_of(test_a_stranger_s_flood_is_not_even_read),
		test_of(test_more_calls_than_a_house_can_want_are_told_to_come_later),
		test_of(test_who_sends_rubbish_is_named),
		test_of(test_who_sends_rubbish_to_one_agent_casts_suspicion_on_nobody_at_another),
		cmocka_unit_test(test_peers_are_addresses_and_networks_of_either_family),
		cmocka_unit_test(test_peers_are_names_too),
	};

	return cmocka_run_group_tests_name("sip strangers", tests, NULL, NULL);
}
