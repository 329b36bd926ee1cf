/* SPDX-License-Identifier: BSD-3-Clause */
/* Somebody beyond the proxy, as far as he acts by himself; what a story has him do is in peer_command.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/flow/peer_private.h"

struct peer_user *user_find(struct peer *peer, const char *name)
{
	struct peer_user *user = peer->users;

	while (user && strcmp(user->name, name) != 0)
		user = user->next;
	return user;
}

void users_free(struct peer *peer)
{
	while (peer->users) {
		struct peer_user *user = peer->users;

		peer->users = user->next;
		sound_stop(user);
		if (user->echoes)
			loop_unwatch(peer->loop, user->fd);
		close(user->fd);
		if (user->fd_before) {
			loop_unwatch(peer->loop, user->fd_before);
			close(user->fd_before);
		}
		free(user);
	}
}

struct message *user_say(struct peer_user *user, enum message_kind kind)
{
	return message_send(user->call, kind, other_side(user->side), 2);
}

void user_let_go(struct peer_user *user)
{
	sound_stop(user);
	user->cancelled = false;
	user->call->over = true;
	user->call->users[user->side] = NULL;
	user->call = NULL;
}

struct message *user_say_status(struct peer_user *user, enum message_kind kind, unsigned status, const char *phrase)
{
	struct message *message = user_say(user, kind);

	if (!message)
		return NULL;
	message->status = status;
	snprintf(message->phrase, sizeof(message->phrase), "%s", phrase);
	return message;
}

static void answer_offer(struct peer_user *user, const struct message *offer)
{
	struct message *reply = user_say(user, MESSAGE_OFFER_ANSWER);
	struct ua_sdp theirs, ours;

	if (!reply)
		return;
	reply->status = 488;
	if (!sdp_from_text(&theirs, offer->sdp) || ua_sdp_answer(&ours, &theirs, &user->local) != 0)
		return;
	reply->status = 200;
	sdp_to_text(&ours, reply->sdp);
}

void user_receive(struct peer_user *user, const struct message *message)
{
	switch (message->kind) {
	case MESSAGE_INVITE:
		user_say_status(user, MESSAGE_PROGRESS, 180, "Ringing");
		break;
	case MESSAGE_ANSWER:
		user->call->answered = user->call->confirmed = true;
		user_say(user, MESSAGE_ACK);
		if (!user->cancelled)
			break;
		user_say(user, MESSAGE_BYE); /* the answer crossed his CANCEL */
		user_let_go(user);
		break;
	case MESSAGE_OFFER:
		answer_offer(user, message);
		break;
	case MESSAGE_OFFER_ANSWER:
		user_say(user, MESSAGE_OFFER_ACK);
		break;
	case MESSAGE_CANCEL:
		user_say(user, MESSAGE_CANCEL_OK);
		if (user->call->answered)
			break;
		user_say_status(user, MESSAGE_REFUSAL, 487, "Request Terminated");
		user_let_go(user);
		break;
	case MESSAGE_BYE:
		user_say(user, MESSAGE_BYE_OK);
		user_let_go(user);
		break;
	case MESSAGE_REFUSAL:
		user_let_go(user);
		break;
	case MESSAGE_ACK:
		user->call->confirmed = true;
		break;
	case MESSAGE_CHALLENGE:
	case MESSAGE_TRYING:
	case MESSAGE_PROGRESS:
	case MESSAGE_REFUSAL_ACK:
	case MESSAGE_CANCEL_OK:
	case MESSAGE_BYE_OK:
	case MESSAGE_OFFER_ACK:
		break;
	}
}
