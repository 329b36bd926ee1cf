/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "sip/interpose.h"
#include "sip/question.h"

/* A client of libre's, with its sockets, one for each family. */
struct port {
	struct ua_questions *questions;
	struct dnsc *client; /* NULL: none */
	unsigned users;
	struct tmr unused; /* libre may still be in the client's handler */
};

struct ua_questions {
	struct sa servers[UA_NAMESERVERS_MAX];
	unsigned server_count;
	struct port ports[UA_QUESTION_PORTS_MAX];
	unsigned shared; /* which port is next, where all are in use */
};

struct ua_question {
	struct ua_question **place; /* the user's */
	struct port *port;
	struct dns_query *query; /* NULL: answered */
	dns_query_h *handler;
	void *arg;
};

static void port_close(struct port *port)
{
	struct dnsc *client = port->client;

	tmr_cancel(&port->unused);
	port->client = NULL; /* before it tells those who ask that it goes */
	mem_deref(client);
}

static void destroy(void *arg)
{
	struct ua_questions *questions = arg;

	for (unsigned i = 0; i < UA_QUESTION_PORTS_MAX; i++)
		port_close(&questions->ports[i]);
}

int ua_questions_alloc(struct ua_questions **questionsp)
{
	struct ua_questions *questions = mem_zalloc(sizeof(*questions), destroy);

	if (!questions)
		return ENOMEM;
	for (unsigned i = 0; i < UA_QUESTION_PORTS_MAX; i++)
		questions->ports[i].questions = questions;
	*questionsp = questions;
	return 0;
}

/* 0.0.0.0 and :: are this machine (resolv.conf(5)), which answers from where it really is. */
static void copy(struct sa *server, const struct sa *from)
{
	*server = *from;
	if (sa_is_any(from))
		(void)sa_set_str(server, sa_af(from) == AF_INET6 ? "::1" : "127.0.0.1", sa_port(from));
}

void ua_questions_servers_set(struct ua_questions *questions, const struct sa *servers, unsigned count)
{
	questions->server_count = MIN(count, UA_NAMESERVERS_MAX);
	for (unsigned i = 0; i < questions->server_count; i++)
		copy(&questions->servers[i], &servers[i]);
	for (unsigned i = 0; i < UA_QUESTION_PORTS_MAX; i++) {
		if (questions->ports[i].client)
			(void)dnsc_srv_set(questions->ports[i].client, questions->servers, questions->server_count);
	}
}

/* True: libre does not get to see it. */
static bool on_datagram(struct sa *source, struct mbuf *mb, void *arg)
{
	const struct ua_questions *questions = arg;

	(void)mb;
	for (unsigned i = 0; i < questions->server_count; i++) {
		if (sa_cmp(source, &questions->servers[i], SA_ALL))
			return false;
	}
	return true;
}

static int on_socket(struct udp_sock *socket, void *arg)
{
	return udp_register_helper(NULL, socket, 0, NULL, on_datagram, arg); /* it goes with the socket */
}

static int port_open(struct port *port)
{
	struct ua_questions *questions = port->questions;
	int err;

	ua_interpose_udp(on_socket, questions);
	err = dnsc_alloc(&port->client, NULL, questions->servers, questions->server_count);
	ua_interpose_udp(NULL, NULL);
	return err;
}

static int port_get(struct port **portp, struct ua_questions *questions)
{
	for (unsigned i = 0; i < UA_QUESTION_PORTS_MAX; i++) {
		*portp = &questions->ports[i];
		if (!questions->ports[i].client)
			return port_open(*portp);
	}
	*portp = &questions->ports[questions->shared++ % UA_QUESTION_PORTS_MAX];
	return 0;
}

static void on_unused(void *arg)
{
	struct port *port = arg;

	if (!port->users)
		port_close(port);
}

static void question_destroy(void *arg)
{
	struct ua_question *question = arg;
	struct port *port = question->port;

	mem_deref(question->query);
	if (!port->client)
		return;
	port->users--;
	tmr_start(&port->unused, 0, on_unused, port);
}

static void on_answer(int err, const struct dnshdr *hdr, struct list *answers, struct list *authorities, struct list *additional, void *arg)
{
	struct ua_question *question = arg;
	dns_query_h *handler = question->handler;
	void *user = question->arg;

	question->query = NULL;
	*question->place = NULL;
	mem_deref(question);
	handler(err, hdr, answers, authorities, additional, user);
}

int ua_question_ask(struct ua_question **questionp, struct ua_questions *questions, const char *what, uint16_t type, dns_query_h *handler,
	void *arg)
{
	struct ua_question *question;
	struct port *port;
	int err = questions->server_count ? port_get(&port, questions) : ENOENT;

	if (err)
		return err;
	question = mem_zalloc(sizeof(*question), question_destroy);
	if (!question) {
		tmr_start(&port->unused, 0, on_unused, port);
		return ENOMEM;
	}
	*question = (struct ua_question){.place = questionp, .port = port, .handler = handler, .arg = arg};
	port->users++;
	err = dnsc_query(&question->query, port->client, what, type, DNS_CLASS_IN, true, on_answer, question);
	if (err)
		mem_deref(question);
	else
		*questionp = question;
	return err;
}

void ua_question_free(struct ua_question *question)
{
	mem_deref(question);
}
