/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/flow/loop_virtual.h"
#include "tests/flow/peer_private.h"

static struct peer *current;

struct peer *peer_current(void)
{
	return current;
}

int peer_alloc(struct peer **peerp, struct loop *loop, peer_event_h *handler, void *arg)
{
	struct peer *peer = calloc(1, sizeof(*peer));

	assert(!current);
	if (!peer)
		return ENOMEM;
	peer->loop = loop;
	peer->handler = handler;
	peer->arg = arg;
	peer->delay_ms = PEER_DELAY_MS;
	peer->registrar_status = 200;
	peer->challenges = peer->tells = true;
	current = *peerp = peer;
	return 0;
}

static void message_free(struct message *message)
{
	loop_timer_free(message->timer);
	free(message);
}

static void call_free(struct call *call)
{
	while (call->messages) {
		struct message *message = call->messages;

		call->messages = message->next;
		message_free(message);
	}
	for (int side = CALLER; side <= CALLEE; side++) {
		if (call->users[side])
			call->users[side]->call = NULL;
		invite_free(call->invites[side]);
	}
	free(call);
}

void peer_free(struct peer *peer)
{
	if (!peer)
		return;
	assert(!peer->agent);
	users_free(peer);
	current = NULL;
	free(peer);
}

void peer_record(struct peer *peer, const struct peer_event *event)
{
	struct peer_event dated = *event;

	dated.at_ns = loop_virtual_now_ns(peer->loop);
	if (!event->status && event->out)
		peer->agent->counts.requests_out++;
	else if (!event->status)
		peer->agent->counts.requests_in++;
	if (peer->handler)
		peer->handler(&dated, peer->arg);
}

void peer_event_text(const struct peer_event *event, char *text, size_t size)
{
	char status[16] = "";

	if (event->status)
		snprintf(status, sizeof(status), "%u ", event->status);
	snprintf(text, size, "%s%s %s -> %s", status, event->method, event->from, event->to);
}

struct call *call_alloc(struct peer *peer, const char *from, const char *to)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->peer = peer;
	call->number = ++peer->call_count;
	snprintf(call->names[CALLER], sizeof(call->names[CALLER]), "%s", from);
	snprintf(call->names[CALLEE], sizeof(call->names[CALLEE]), "%s", to);
	call->next = peer->calls;
	peer->calls = call;
	return call;
}

void call_review(struct call *call)
{
	struct call **place = &call->peer->calls;

	if (!call->over || call->messages)
		return;
	for (int side = CALLER; side <= CALLEE; side++) {
		if (call->invites[side] && !call->invites[side]->released)
			return;
	}
	while (*place != call)
		place = &(*place)->next;
	*place = call->next;
	call_free(call);
}

static void on_arrival(void *arg)
{
	struct message *message = arg, **place = &message->call->messages;
	struct call *call = message->call;

	if (call->invites[message->to])
		invite_receive(call->invites[message->to], message);
	else if (call->users[message->to])
		user_receive(call->users[message->to], message);
	while (*place != message)
		place = &(*place)->next;
	*place = message->next;
	message_free(message);
	call_review(call);
}

void calls_free(struct peer *peer)
{
	while (peer->calls) {
		struct call *call = peer->calls;

		peer->calls = call->next;
		call_free(call);
	}
}

struct message *message_send(struct call *call, enum message_kind kind, enum side to, unsigned hops)
{
	struct message *message = calloc(1, sizeof(*message));

	if (!message)
		return NULL;
	message->call = call;
	message->kind = kind;
	message->to = to;
	if (loop_timer_alloc(&message->timer, call->peer->loop, on_arrival, message) != 0) {
		free(message);
		return NULL;
	}
	message->next = call->messages;
	call->messages = message;
	loop_timer_start(message->timer, hops * call->peer->delay_ms);
	return message;
}
