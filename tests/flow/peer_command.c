/* SPDX-License-Identifier: BSD-3-Clause */
/* What a story's "sip" lines say. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/flow/peer_private.h"

#define WORDS_MAX 4

/* A port on loopback that nobody else has. */
static int sound_open(struct peer_user *user)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(addr);

	user->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (user->fd < 0)
		return errno;
	if (bind(user->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
		getsockname(user->fd, (struct sockaddr *)&addr, &length) < 0)
		return errno;
	user->local.port = ntohs(addr.sin_port);
	return 0;
}

static int command_user(struct peer *peer, struct peer_user *known, char **words)
{
	struct peer_user *user;
	int err;

	if (known)
		return EEXIST;
	user = calloc(1, sizeof(*user));
	if (!user)
		return ENOMEM;
	err = sound_open(user);
	if (err) {
		if (user->fd >= 0)
			close(user->fd);
		free(user);
		return err;
	}
	snprintf(user->name, sizeof(user->name), "%s", words[1]);
	snprintf(user->local.addr, sizeof(user->local.addr), "127.0.0.1");
	user->local.direction = UA_SENDRECV;
	user->local.ptime_ms = 20;
	user->local.formats[0] = (struct ua_format){8, UA_CODEC_PCMA};
	user->local.formats[1] = (struct ua_format){0, UA_CODEC_PCMU};
	user->local.format_count = 2;
	user->peer = peer;
	user->next = peer->users;
	peer->users = user;
	return 0;
}

static int command_call(struct peer *peer, struct peer_user *user, char **words)
{
	struct ua_sdp offer;

	if (user->call)
		return EBUSY;
	user->call = call_alloc(peer, user->name, words[2]);
	if (!user->call)
		return ENOMEM;
	user->side = CALLER;
	user->call->users[CALLER] = user;
	ua_sdp_offer(&offer, &user->local);
	sdp_to_text(&offer, user->call->caller_sdp);
	proxy_route(user->call);
	return 0;
}

static int command_progress(struct peer *peer, struct peer_user *user, char **words)
{
	unsigned status = (unsigned)atoi(words[2]);

	(void)peer;
	if (status < 181 || status > 199)
		return EINVAL;
	user_say_status(user, MESSAGE_PROGRESS, status, "Progress");
	return 0;
}

static int command_announce(struct peer *peer, struct peer_user *user, char **words)
{
	struct ua_sdp offer, answer;
	struct message *message;
	int err;

	(void)peer;
	(void)words;
	if (user->side != CALLEE || user->call->answered)
		return ENOTCONN;
	err = ua_sdp_answer(&answer, sdp_from_text(&offer, user->call->caller_sdp), &user->local);
	if (!err)
		err = sound_start(user, &offer, answer.formats[0].payload_type);
	message = err ? NULL : user_say(user, MESSAGE_PROGRESS);
	if (!message)
		return err ? err : ENOMEM;
	message->status = 183;
	snprintf(message->phrase, sizeof(message->phrase), "Session Progress");
	sdp_to_text(&answer, message->sdp);
	return 0;
}

static int command_answer(struct peer *peer, struct peer_user *user, char **words)
{
	struct ua_sdp offer, answer;
	struct message *message;
	int err;

	(void)peer;
	(void)words;
	if (user->side != CALLEE || user->call->answered)
		return ENOTCONN;
	err = ua_sdp_answer(&answer, sdp_from_text(&offer, user->call->caller_sdp), &user->local);
	if (err)
		return err;
	message = user_say(user, MESSAGE_ANSWER);
	if (!message)
		return ENOMEM;
	sdp_to_text(&answer, message->sdp);
	user->call->answered = true;
	return 0;
}

static int command_refuse(struct peer *peer, struct peer_user *user, char **words)
{
	unsigned status = (unsigned)atoi(words[2]);
	struct message *message;

	(void)peer;
	if (status < 300 || status > 699)
		return EINVAL;
	if (user->side != CALLEE || user->call->answered)
		return ENOTCONN;
	message = user_say_status(user, MESSAGE_REFUSAL, status, "Refused");
	if (message && words[3])
		message->q850_cause = (unsigned)atoi(words[3]);
	user_let_go(user);
	return 0;
}

static int command_hangup(struct peer *peer, struct peer_user *user, char **words)
{
	(void)peer;
	(void)words;
	if (user->call->answered) {
		user_say(user, MESSAGE_BYE);
		user_let_go(user);
		return 0;
	}
	if (user->side == CALLEE)
		return ENOTCONN;
	user_say(user, MESSAGE_CANCEL);
	user->cancelled = true;
	return 0;
}

static int offer_direction(struct peer_user *user, const char *name)
{
	static const char *const directions[] = {"inactive", "sendonly", "recvonly", "sendrecv"};

	for (int i = 0; i < 4; i++) {
		if (strcmp(name, directions[i]) != 0)
			continue;
		user->local.direction = (enum ua_direction)i;
		return 0;
	}
	return EINVAL;
}

static int offer_codec(struct peer_user *user, const char *name)
{
	user->local.formats[0] = strcmp(name, "pcma") == 0 ? (struct ua_format){8, UA_CODEC_PCMA} :
		(struct ua_format){0, UA_CODEC_PCMU};
	user->local.format_count = 1;
	return 0;
}

/* What is still sent to the port before is sent back from there. */
static int offer_port(struct peer_user *user, const char *name)
{
	int err;

	(void)name;
	if (user->fd_before)
		return EBUSY;
	user->fd_before = user->fd;
	err = sound_open(user);
	return !err && user->echoes ? echo_watch(user) : err;
}

static int command_offer(struct peer *peer, struct peer_user *user, char **words)
{
	static const struct {
		const char *name;
		int (*change)(struct peer_user *user, const char *name);
	} changes[] = {{"port", offer_port}, {"pcma", offer_codec}, {"pcmu", offer_codec}};
	int (*change)(struct peer_user *user, const char *name) = offer_direction;
	struct message *message;
	struct ua_sdp offer;
	int err;

	(void)peer;
	if (!user->call->confirmed)
		return ENOTCONN;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (strcmp(words[2], changes[i].name) == 0)
			change = changes[i].change;
	}
	err = change(user, words[2]);
	if (err)
		return err;
	ua_sdp_offer(&offer, &user->local);
	message = user_say(user, MESSAGE_OFFER);
	if (!message)
		return ENOMEM;
	sdp_to_text(&offer, message->sdp);
	return 0;
}

static int command_echo(struct peer *peer, struct peer_user *user, char **words)
{
	(void)peer;
	(void)words;
	if (user->echoes)
		return EEXIST;
	user->echoes = true;
	return echo_watch(user);
}

static int command_source(struct peer *peer, struct peer_user *user, char **words)
{
	(void)peer;
	user->source_packets = (unsigned)atoi(words[2]);
	return user->source_packets ? 0 : EINVAL;
}

static int command_delay(struct peer *peer, struct peer_user *user, char **words)
{
	(void)user;
	peer->delay_ms = (unsigned)atoi(words[1]);
	return peer->delay_ms <= 10000 ? 0 : EINVAL;
}

static int command_challenge(struct peer *peer, struct peer_user *user, char **words)
{
	(void)user;
	peer->challenges = strcmp(words[1], "on") == 0;
	return peer->challenges || strcmp(words[1], "off") == 0 ? 0 : EINVAL;
}

static int command_tells(struct peer *peer, struct peer_user *user, char **words)
{
	(void)user;
	peer->tells = strcmp(words[1], "on") == 0;
	return peer->tells || strcmp(words[1], "off") == 0 ? 0 : EINVAL;
}

static int command_registrar(struct peer *peer, struct peer_user *user, char **words)
{
	unsigned status = (unsigned)atoi(words[1]);

	(void)user;
	peer->registrar_status = status;
	return status >= 200 || strcmp(words[1], "silent") == 0 ? 0 : EINVAL;
}

static int command_messages(struct peer *peer, struct peer_user *user, char **words)
{
	struct ua_account *account = peer->agent ? account_find(peer->agent, words[1]) : NULL;

	(void)user;
	if (!account)
		return ENOENT;
	messages_tell(account, (unsigned)atoi(words[2]), (unsigned)atoi(words[3]));
	return 0;
}

/* words: of the whole command; of_call: he must have one. */
static const struct command {
	const char *name;
	size_t words;
	bool of_user, of_call;
	int (*run)(struct peer *peer, struct peer_user *user, char **words);
} commands[] = {
	{"delay", 2, false, false, command_delay},
	{"challenge", 2, false, false, command_challenge},
	{"tells", 2, false, false, command_tells},
	{"registrar", 2, false, false, command_registrar},
	{"messages", 4, false, false, command_messages},
	{"user", 2, false, false, command_user},
	{"call", 3, true, false, command_call},
	{"progress", 3, true, true, command_progress},
	{"announce", 2, true, true, command_announce},
	{"answer", 2, true, true, command_answer},
	{"refuse", 3, true, true, command_refuse},
	{"refuse", 4, true, true, command_refuse},
	{"hangup", 2, true, true, command_hangup},
	{"offer", 3, true, true, command_offer},
	{"echo", 2, true, false, command_echo},
	{"source", 3, true, false, command_source},
};

static size_t split(char *text, char **words)
{
	char *rest = NULL;
	size_t count = 0;

	for (char *word = strtok_r(text, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
		if (count == WORDS_MAX)
			return 0;
		words[count++] = word;
	}
	return count;
}

static int command_run(struct peer *peer, const struct command *command, char **words)
{
	struct peer_user *user = command->words > 1 ? user_find(peer, words[1]) : NULL;

	if (command->of_user && !user)
		return ENOENT;
	if (command->of_call && !user->call)
		return ENOTCONN;
	return command->run(peer, user, words);
}

static const char *in_words(int err)
{
	switch (err) {
	case EINVAL:
		return "not understood";
	case ENOENT:
		return "there is no such user";
	case ENOTCONN:
		return "he has no call of that kind";
	case EBUSY:
		return "he is in a call";
	case EEXIST:
		return "he is there already";
	default:
		return strerror(err);
	}
}

int peer_command(struct peer *peer, const char *text, char *reason, size_t reason_size)
{
	char copy[256], *words[WORDS_MAX] = {NULL};
	int err = EINVAL;
	size_t count;

	snprintf(copy, sizeof(copy), "%s", text);
	count = split(copy, words);
	for (size_t i = 0; count && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (count == commands[i].words && strcmp(words[0], commands[i].name) == 0)
			err = command_run(peer, &commands[i], words);
	}
	if (err)
		snprintf(reason, reason_size, "%s", in_words(err));
	return err;
}
