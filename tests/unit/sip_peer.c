/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <re.h>

#include "sip/interpose.h"
#include "tests/unit/sip_peer.h"

#define WAIT_ROUNDS  2000 /* of about a millisecond */
#define QUIET_ROUNDS 6
#define TEXTS_MAX    4096

struct bed bed;
struct ua_address bed_nameserver;

static struct {
	int fd;
	int more[BED_SERVERS_MAX - 1]; /* the further servers'; 0: none */
	unsigned receivers[TEXTS_MAX];
	char *texts[TEXTS_MAX]; /* everything that must live until the end of the test */
	size_t text_count;
	const char *messages[TEXTS_MAX], *words[TEXTS_MAX];
	size_t received, taken, said, heard;
	int tcp;       /* has the same port; listens after bed_tcp */
	bool listening, only_tcp;
	int connected; /* -1: none */
	unsigned connections;
	unsigned pings, pongs;
	char stream[65536];
	size_t streamed;
	void (*sender)(const char *bytes, size_t length); /* NULL: it sends itself */
} peer;

static char *keep(char *text)
{
	assert_non_null(text);
	assert_in_range(peer.text_count, 0, TEXTS_MAX - 1);
	peer.texts[peer.text_count++] = text;
	return text;
}

static char *keep_span(const char *start, size_t length)
{
	return keep(strndup(start, length));
}

static void note_message_at(unsigned server, const char *bytes, size_t length);

static void note_message(const char *bytes, size_t length)
{
	note_message_at(0, bytes, length);
}

static void note_message_at(unsigned server, const char *bytes, size_t length)
{
	peer.receivers[peer.received] = server;
	peer.messages[peer.received++] = keep_span(bytes, length);
	if (getenv("SIP_TRACE"))
		fprintf(stderr, "<<< %.*s\n", (int)length, bytes);
}

void bed_take(unsigned from, const char *bytes, size_t length)
{
	note_message_at(from, bytes, length);
}

void bed_send_by(void (*send)(const char *bytes, size_t length))
{
	peer.sender = send;
}

static struct sa address_of(uint16_t port);

/* RFC 5389 s6, s15.2: the mapped address is that of IPv4. */
static void answer_stun(const char *request)
{
	struct sa to = address_of(bed.agent_port);
	uint16_t port = htons(bed.mapped_port);
	char reply[32] = "\1\1\0\14";

	peer.pings++;
	if (!bed.pongs)
		return;
	memcpy(reply + 4, request + 4, 16);
	memcpy(reply + 20, "\0\40\0\10\0\1", 6);
	memcpy(reply + 26, &port, 2);
	memcpy(reply + 28, "\300\0\2\1", 4);
	for (unsigned i = 0; i < 6; i++)
		reply[26 + i] ^= request[4 + (i < 2 ? i : i - 2)];
	assert_int_equal(sendto(peer.fd, reply, sizeof(reply), 0, &to.u.sa, to.len), sizeof(reply));
}

static void on_readable(int flags, void *arg)
{
	char bytes[65536];
	ssize_t length = recv(peer.fd, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);

	(void)flags;
	(void)arg;
	if (length <= 0)
		return;
	if (bytes[0] < ' ') {
		answer_stun(bytes);
		return;
	}
	if (peer.only_tcp) /* not what a server over TCP expects */
		note_message("datagram", strlen("datagram"));
	else
		note_message(bytes, (size_t)length);
}

/* The length of the message that the stream begins with, 0 when it is not all there. */
static size_t whole_message(void)
{
	const char *end = memmem(peer.stream, peer.streamed, "\r\n\r\n", 4);
	size_t length;

	if (!end)
		return 0;
	length = (size_t)(end - peer.stream) + 4;
	length += (size_t)atoi(header(keep_span(peer.stream, length), "Content-Length"));
	return length <= peer.streamed ? length : 0;
}

static void on_more(int flags, void *arg)
{
	const int *fd = arg;
	char bytes[65536];
	ssize_t length = recv(*fd, bytes, sizeof(bytes) - 1, MSG_DONTWAIT);

	(void)flags;
	if (length > 0)
		note_message_at((unsigned)(fd - peer.more) + 1, bytes, (size_t)length);
}

/* Between messages. */
static void take_line_ends(void)
{
	while (peer.streamed >= 2 && !memcmp(peer.stream, "\r\n", 2)) {
		bool is_ping = peer.streamed >= 4 && !memcmp(peer.stream + 2, "\r\n", 2);
		size_t length = is_ping ? 4 : 2;

		if (is_ping)
			peer.pings++;
		else
			peer.pongs++;
		if (is_ping && bed.pongs)
			assert_int_equal(send(peer.connected, "\r\n", 2, 0), 2);
		peer.streamed -= length;
		memmove(peer.stream, peer.stream + length, peer.streamed);
	}
}

static void on_stream(int flags, void *arg)
{
	ssize_t length = recv(peer.connected, peer.stream + peer.streamed, sizeof(peer.stream) - peer.streamed,
		MSG_DONTWAIT);
	size_t whole;

	(void)flags;
	(void)arg;
	if (length <= 0) {
		bed_hang_up_connection();
		return;
	}
	peer.streamed += (size_t)length;
	take_line_ends();
	while ((whole = whole_message())) {
		note_message(peer.stream, whole);
		peer.streamed -= whole;
		memmove(peer.stream, peer.stream + whole, peer.streamed);
		take_line_ends();
	}
}

static void on_connection(int flags, void *arg)
{
	(void)flags;
	(void)arg;
	bed_hang_up_connection();
	peer.connected = accept(peer.tcp, NULL, NULL);
	assert_true(peer.connected >= 0);
	peer.connections++;
	peer.streamed = 0;
	assert_int_equal(fd_listen(peer.connected, FD_READ, on_stream, NULL), 0);
}

void bed_hang_up_connection(void)
{
	if (peer.connected < 0)
		return;
	fd_close(peer.connected);
	close(peer.connected);
	peer.connected = -1;
}

unsigned bed_pings(void)
{
	return peer.pings;
}

unsigned bed_pongs(void)
{
	return peer.pongs;
}

unsigned bed_connections(void)
{
	return peer.connections;
}

/* Started before the round: due after its messages, and before what they posted. */
static void on_round(void *arg)
{
	(void)arg;
	if (bed.end_in_round) {
		bed.end_in_round = false;
		bed_end(0);
	}
	re_cancel();
}

static void run_round(void)
{
	struct tmr round = {.th = NULL};

	tmr_start(&round, 0, on_round, NULL);
	(void)re_main(NULL);
	tmr_cancel(&round);
}

static void run_rounds(unsigned count)
{
	while (count--)
		run_round();
}

const char *bed_receive(void)
{
	for (unsigned i = 0; peer.taken == peer.received; i++) {
		if (i == WAIT_ROUNDS)
			fail_msg("nothing came");
		run_round();
	}
	return peer.messages[peer.taken++];
}

unsigned bed_receiver(void)
{
	assert_true(peer.taken > 0);
	return peer.receivers[peer.taken - 1];
}

bool bed_has_message(void)
{
	run_rounds(QUIET_ROUNDS);
	return peer.taken != peer.received;
}

const char *bed_receive_now(void)
{
	assert_true(bed_has_message());
	return peer.messages[peer.taken++];
}

void bed_quiet(void)
{
	run_rounds(QUIET_ROUNDS);
	if (peer.taken != peer.received)
		fail_msg("unexpected:\n%s", peer.messages[peer.taken]);
}

void bed_step(void)
{
	run_round();
}

void bed_forget(void)
{
	for (size_t i = 0; i < peer.text_count; i++)
		free(peer.texts[i]);
	peer.text_count = peer.received = peer.taken = peer.said = peer.heard = 0;
}

void bed_advance(uint64_t ms)
{
	ua_interpose_skip(ms);
	run_rounds(QUIET_ROUNDS);
}

void bed_say(const char *format, ...)
{
	char word[512];
	va_list args;

	va_start(args, format);
	vsnprintf(word, sizeof(word), format, args);
	va_end(args);
	peer.words[peer.said++] = keep_span(word, strlen(word));
	if (getenv("SIP_TRACE"))
		fprintf(stderr, "*** %s\n", word);
}

void bed_heard(const char *word)
{
	for (unsigned i = 0; peer.heard == peer.said; i++) {
		if (i == WAIT_ROUNDS)
			fail_msg("nothing was heard, not \"%s\"", word);
		run_round();
	}
	assert_string_equal(peer.words[peer.heard++], word);
}

void bed_end(unsigned q850_cause)
{
	assert_non_null(bed.invite);
	ua_invite_end(bed.invite, q850_cause);
}

void bed_heard_nothing(void)
{
	run_rounds(QUIET_ROUNDS);
	if (peer.heard != peer.said)
		fail_msg("unexpected: \"%s\"", peer.words[peer.heard]);
}

static struct sa address_of(uint16_t port)
{
	struct sa addr;

	assert_int_equal(sa_set_str(&addr, bed.addr, port), 0);
	return addr;
}

void bed_send(const char *format, ...)
{
	struct sa to = address_of(bed.agent_port);
	char *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	assert_true(length >= 0);
	keep(text);
	if (getenv("SIP_TRACE"))
		fprintf(stderr, ">>> %s\n", text);
	if (peer.sender)
		peer.sender(text, (size_t)length);
	else if (peer.connected >= 0)
		assert_int_equal(send(peer.connected, text, (size_t)length, 0), length);
	else
		assert_int_equal(sendto(bed.speaker ? peer.more[bed.speaker - 1] : peer.fd, text, (size_t)length, 0, &to.u.sa, to.len), length);
}

const char *header(const char *message, const char *name)
{
	size_t length = strlen(name);
	const char *line = message;

	while ((line = strstr(line, "\r\n")) && strncmp(line, "\r\n\r\n", 4)) {
		line += 2;
		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		line += length + 1 + strspn(line + length + 1, " ");
		return keep_span(line, strcspn(line, "\r"));
	}
	return "";
}

const char *body_of(const char *message)
{
	const char *end = strstr(message, "\r\n\r\n");

	return end ? end + 4 : "";
}

const char *parameter(const char *value, const char *name)
{
	char start[64];
	const char *found;

	snprintf(start, sizeof(start), ";%s=", name);
	found = strstr(value, start);
	if (!found)
		return "";
	found += strlen(start);
	return keep_span(found, strcspn(found, ";>, "));
}

void bed_reply(const char *request, unsigned status, const char *phrase, const char *tag,
	const char *headers, const char *body)
{
	const char *to = header(request, "To");
	char suffix[64] = "";

	if (tag && !parameter(to, "tag")[0])
		snprintf(suffix, sizeof(suffix), ";tag=%s", tag);
	bed_send("SIP/2.0 %u %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s\r\nCall-ID: %s\r\nCSeq: %s\r\n"
		"%s%sContent-Length: %zu\r\n\r\n%s", status, phrase, header(request, "Via"),
		header(request, "From"), to, suffix, header(request, "Call-ID"), header(request, "CSeq"),
		headers, body[0] ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
}

void bed_acknowledge(const char *refusal)
{
	bed_send("ACK sip:100@%s:%u SIP/2.0\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d ACK\r\n"
		"Content-Length: 0\r\n\r\n", bed.host, bed.agent_port, header(refusal, "Via"), header(refusal, "From"),
		header(refusal, "To"), header(refusal, "Call-ID"), atoi(header(refusal, "CSeq")));
}

void assert_starts(const char *message, const char *start)
{
	if (strncmp(message, start, strlen(start)))
		fail_msg("not \"%s\":\n%s", start, message);
}

const char *bed_receive_new(const char *start)
{
	static char last[160];
	const char *request;
	char name[160];

	do {
		request = bed_receive();
		snprintf(name, sizeof(name), "%s %s", header(request, "Call-ID"), header(request, "CSeq"));
	} while (!strcmp(name, last));
	snprintf(last, sizeof(last), "%s", name);
	assert_starts(request, start);
	return request;
}

void assert_has(const char *message, const char *text)
{
	if (!strstr(message, text))
		fail_msg("no \"%s\" in:\n%s", text, message);
}

void assert_has_not(const char *message, const char *text)
{
	if (strstr(message, text))
		fail_msg("\"%s\" in:\n%s", text, message);
}

static const char *describe(const struct ua_sdp *sdp)
{
	char text[80];

	if (!sdp)
		return "nothing";
	snprintf(text, sizeof(text), "%s:%u", sdp->addr, sdp->port);
	return keep_span(text, strlen(text));
}

static void on_progress(struct ua_invite *invite, unsigned status, const struct ua_sdp *answer,
	void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("progress %u %s", status, describe(answer));
}

static void on_answered(struct ua_invite *invite, const struct ua_sdp *answer, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("answered %s", describe(answer));
}

static int on_offered(struct ua_invite *invite, const struct ua_sdp *offer, struct ua_sdp *answer,
	void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("offered %s", describe(offer));
	if (bed.end_when_offered) {
		bed_end(0);
		return 0;
	}
	if (bed.offered_result)
		return bed.offered_result;
	if (offer)
		return ua_sdp_answer(answer, offer, &bed.local);
	ua_sdp_offer(answer, &bed.local);
	return 0;
}

static void on_changed(struct ua_invite *invite, const struct ua_sdp *remote, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("changed %s", describe(remote));
}

static void on_unreachable(struct ua_invite *invite, void *arg)
{
	(void)arg;
	bed_say("unreachable");
	if (bed.silent)
		ua_invite_end(invite, 0);
}

static void on_transfer(struct ua_invite *invite, unsigned status, bool done, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("transfer %u%s", status, done ? ", done" : "");
}

static unsigned on_refer(struct ua_invite *invite, const struct ua_refer_request *request,
	struct ua_referral *referral, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("asked to call %s, %s at %s, replacing %s%s, by %s", request->uri, request->user, request->host,
		request->replaces, request->requires_replaces ? " and nothing else" : "", request->referred_by);
	bed.referral = referral;
	if (bed.report_at_once)
		ua_referral_end(referral, 404, "Not Found");
	return bed.refer_status;
}

static void on_ended(struct ua_invite *invite, const struct ua_end *end, void *arg)
{
	static const char *const by[] = {"peer", "timeout", "error"};
	char moved[512] = "";
	size_t used = 0;

	(void)invite;
	(void)arg;
	for (unsigned i = 0; i < end->moved_count; i++)
		used += (size_t)snprintf(moved + used, sizeof(moved) - used, "%s %s%s%s", i ? "," : ", is at", end->moved[i].uri,
			end->moved[i].proxy[0] ? " by " : "", end->moved[i].proxy);
	bed_say("ended by %s, status %u, cause %u%s%s", by[end->by], end->status, end->q850_cause,
		end->after_answer ? ", after answer" : "", moved);
	bed.invite = NULL;
	if (bed.free_in_handler)
		bed_close_agent();
}

static void on_key(struct ua_invite *invite, const struct ua_key_info *key, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("key %c for %u ms", key->key, key->ms);
}

static void on_informed(struct ua_invite *invite, unsigned status, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("informed %u", status);
}

const struct ua_invite_handlers bed_handlers = {
	.progress = on_progress, .answered = on_answered, .offered = on_offered, .changed = on_changed, .unreachable = on_unreachable,
	.transfer = on_transfer, .refer = on_refer, .key = on_key, .informed = on_informed, .ended = on_ended,
};

static void on_incoming(struct ua_invite *invite, const struct ua_incoming *incoming, void *arg)
{
	(void)arg;
	bed_say("incoming %s from %s \"%s\" offering %s%s", incoming->called_user, incoming->caller_user,
		incoming->caller_name, describe(incoming->offer),
		!incoming->replaces ? "" : incoming->replaces == bed.invite ? ", replacing" : ", replacing another");
	if (incoming->verification)
		bed_say(incoming->verification == UA_VERIFICATION_PASSED ? "verified" : "not verified");
	if (incoming->anonymous)
		bed_say("anonymous");
	if (incoming->alert_info[0])
		bed_say("alert %s", incoming->alert_info);
	if (incoming->diversions)
		bed_say("forwarded %u times", incoming->diversions);
	if (incoming->past_servers)
		bed_say("past every server");
	if (incoming->came_back)
		bed_say("came back");
	if (bed.ignore_calls)
		return;
	if (bed.refuse_calls) {
		ua_invite_reject(invite, 486, "Busy Here");
		return;
	}
	bed.invite = invite;
	ua_invite_accept(invite, &bed_handlers, NULL);
}

static void on_registration(struct ua_account *account, enum ua_registration registration,
	unsigned status, const char *reason, void *arg)
{
	static const char *const names[] = {"none", "trying", "registered", "failed"};

	(void)account;
	(void)reason;
	(void)arg;
	bed_say("registration %s %u", names[registration], status);
}

/* Port 0: any. -1: it is taken. */
static int bound_socket(int type, uint16_t *port)
{
	struct sa addr = address_of(*port);
	int fd = socket(sa_af(&addr), type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (bind(fd, &addr.u.sa, addr.len)) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, &addr.u.sa, &addr.len), 0);
	*port = sa_port(&addr);
	return fd;
}

/* A port that is free for both. */
static void open_peer(void)
{
	for (;;) {
		bed.peer_port = 0;
		peer.tcp = bound_socket(SOCK_STREAM, &bed.peer_port);
		assert_true(peer.tcp >= 0);
		peer.fd = bound_socket(SOCK_DGRAM, &bed.peer_port);
		if (peer.fd >= 0)
			break;
		close(peer.tcp);
	}
	assert_int_equal(fd_listen(peer.fd, FD_READ, on_readable, NULL), 0);
}

/* And the next one too, for TLS. */
static uint16_t free_port(void)
{
	uint16_t port, next;
	int fd;

	do {
		port = 0;
		close(bound_socket(SOCK_STREAM, &port));
		next = (uint16_t)(port + 1);
		fd = next ? bound_socket(SOCK_STREAM, &next) : -1;
	} while (fd < 0);
	close(fd);
	return port;
}

static void open_agent_as(struct ua_agent_config config)
{
	bool any = !config.local_port;
	int err;

	do {
		if (any)
			config.local_port = free_port();
		err = ua_agent_alloc(&bed.agent, &config, on_incoming, NULL);
	} while (any && err == EADDRINUSE);
	assert_int_equal(err, 0);
	bed.agent_port = ua_agent_port(bed.agent);
}

static void open_agent(void)
{
	open_agent_as((struct ua_agent_config){.local_addr = bed.addr, .user_agent = "tipring", .nameservers = {bed_nameserver}});
}

static unsigned session_expires_s; /* of the next account */

static void open_account_at(const char *server, unsigned qualify_s, enum ua_protocol transport)
{
	const struct ua_account_config config = {
		.user = "100", .domain = "example.org", .display_name = "Line One",
		.server_addr = server, .server_port = bed.peer_port, .transport = transport,
		.password = "secret", .expires_s = 600, .qualify_s = qualify_s, .session_expires_s = session_expires_s,
	};

	ua_account_free(bed.account);
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, on_registration, NULL), 0);
}

static void open_account(unsigned qualify_s, enum ua_protocol transport)
{
	open_account_at(bed.addr, qualify_s, transport);
}

void bed_agent_anew(const struct ua_agent_config *config, const struct ua_account_config *account)
{
	ua_account_free(bed.account);
	ua_agent_free(bed.agent);
	open_agent_as(*config);
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, account, on_registration, NULL), 0);
}

void bed_account_forget(void)
{
	bed.account = NULL;
}

void bed_qualify(unsigned qualify_s)
{
	open_account(qualify_s, UA_UDP);
}

void bed_server_elsewhere(void)
{
	open_account_at("127.0.0.9", 0, UA_UDP);
}

/* All on the same port of 127.0.0.1, 127.0.0.2 ... */
void bed_servers(unsigned count)
{
	bed_servers_of(count, NULL, 0);
}

void bed_servers_of(unsigned count, const char *name, uint16_t port)
{
	static const char *const addrs[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
	struct ua_account_config config = {
		.user = "100", .domain = "example.org", .server_addr = addrs[0], .server_port = bed.peer_port,
		.password = "secret", .expires_s = 600,
	};

	for (unsigned i = 1; i < count; i++) {
		struct sa addr;

		if (!name)
			config.backups[i - 1] = (struct ua_address){addrs[i], bed.peer_port};
		assert_int_equal(sa_set_str(&addr, addrs[i], bed.peer_port), 0);
		peer.more[i - 1] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(peer.more[i - 1], &addr.u.sa, addr.len), 0);
		assert_int_equal(fd_listen(peer.more[i - 1], FD_READ, on_more, &peer.more[i - 1]), 0);
	}
	if (name) {
		config.server_addr = name;
		config.server_port = port;
	}
	ua_account_free(bed.account);
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, on_registration, NULL), 0);
}

void bed_session_timer(unsigned expires_s)
{
	session_expires_s = expires_s;
	open_account(0, UA_UDP);
	session_expires_s = 0;
}

void bed_listen_tcp(void)
{
	peer.listening = true;
	assert_int_equal(listen(peer.tcp, 5), 0);
	assert_int_equal(fd_listen(peer.tcp, FD_READ, on_connection, NULL), 0);
}

void bed_tcp(void)
{
	bed_listen_tcp();
	peer.only_tcp = true;
	open_account(0, UA_TCP);
}

static int open_at(const char *addr, const char *host)
{
	ua_interpose_stop_clock(true);
	assert_int_equal(libre_init(), 0);
	memset(&peer, 0, sizeof(peer));
	peer.connected = -1;
	memset(&bed, 0, sizeof(bed));
	bed.addr = addr;
	bed.host = host;
	bed.local = (struct ua_sdp_local){
		.port = 40000, .direction = UA_SENDRECV, .ptime_ms = 20,
		.formats = {{8, UA_CODEC_PCMA}, {101, UA_CODEC_TELEPHONE_EVENT}}, .format_count = 2,
	};
	snprintf(bed.local.addr, sizeof(bed.local.addr), "%s", addr);
	open_peer();
	open_agent();
	open_account(0, UA_UDP);
	return 0;
}

int bed_open(void **state)
{
	(void)state;
	return open_at("127.0.0.1", "127.0.0.1");
}

int bed_open_ipv6(void **state)
{
	(void)state;
	return open_at("::1", "[::1]");
}

void bed_close_agent(void)
{
	ua_agent_free(bed.agent);
	bed.agent = NULL;
}

int bed_close(void **state)
{
	(void)state;
	bed_close_agent();
	run_rounds(2);
	fd_close(peer.fd);
	close(peer.fd);
	bed_hang_up_connection();
	if (peer.listening)
		fd_close(peer.tcp);
	close(peer.tcp);
	for (unsigned i = 0; i < BED_SERVERS_MAX - 1; i++) {
		if (!peer.more[i])
			continue;
		fd_close(peer.more[i]);
		close(peer.more[i]);
	}
	for (size_t i = 0; i < peer.text_count; i++)
		free(peer.texts[i]);
	libre_close();
	return 0;
}

void bed_register(void)
{
	ua_account_register(bed.account, 0);
	bed_heard("registration trying 0");
}

const char *contact(const char *more)
{
	static char text[256];

	snprintf(text, sizeof(text), "Contact: <sip:200@127.0.0.1:%u>\r\n%s", bed.peer_port, more);
	return text;
}

const char *bed_call(void)
{
	struct ua_sdp offer;

	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send(&bed.invite, bed.account, "200", &offer, &bed_handlers, NULL), 0);
	return bed_receive();
}

const char *bed_talk(const char *invite, const char *headers)
{
	const char *ack;

	bed_reply(invite, 200, "OK", "b", headers, SDP(5004));
	ack = bed_receive();
	assert_starts(ack, "ACK ");
	bed_heard("answered 192.0.2.1:5004");
	return ack;
}

const char *bed_pick_up(bool offers)
{
	struct ua_sdp offer, sdp;

	assert_non_null(bed.invite);
	ua_sdp_offer(&sdp, &bed.local);
	if (!offers) {
		assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
		assert_int_equal(ua_sdp_answer(&sdp, &offer, &bed.local), 0);
	}
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
	return bed_receive();
}

void bed_in_dialog(const char *from, const char *to, const char *call_id, unsigned cseq, const char *method,
	const char *headers, const char *body)
{
	static unsigned branch;

	bed_send("%s sip:100@%s:%u SIP/2.0\r\nVia: SIP/2.0/UDP %s:%u;branch=z9hG4bK-dialog%u\r\nFrom: %s\r\nTo: %s\r\n"
		"Call-ID: %s\r\nCSeq: %u %s\r\n%s%sContent-Length: %zu\r\n\r\n%s", method, bed.host, bed.agent_port, bed.host,
		bed.peer_port, ++branch, from, to, call_id, cseq, method, headers,
		body[0] ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
}

void bed_invite(const char *id, const char *headers, const char *body)
{
	bed_send("INVITE sip:100@%s:%u SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s:%u;branch=z9hG4bK-%s\r\n"
		"From: \"The \\\"Peer\\\"\" <sip:%%32%%300@example.org>;tag=peer\r\nTo: <sip:100@example.org>\r\n"
		"Call-ID: %s\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n%s%sContent-Length: %zu\r\n\r\n%s",
		bed.host, bed.agent_port, peer.connected >= 0 ? "TCP" : "UDP", bed.host, bed.peer_port, id, id, headers,
		body[0] ? "Content-Type: application/sdp\r\n" : "", strlen(body), body);
}
