/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sip/name_servers.h"
#include "sip/span.h"

#define FILE_MAX 16384 /* bytes of resolv.conf that are read */

/* Whether a file is still as it was; all zero: there is none. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct ua_name_servers {
	struct ua_questions *questions;
	char *path; /* NULL: configured, and no file counts */
	uint16_t port;
	struct stamp stamp;
	bool looked; /* at the file, once at least */
	struct tmr check;
	struct tmr deliver;
	unsigned count; /* that is told */
	ua_nameservers_h *handler;
	void *arg;
};

static void destroy(void *arg)
{
	struct ua_name_servers *servers = arg;

	tmr_cancel(&servers->check);
	tmr_cancel(&servers->deliver);
	mem_deref(servers->questions);
	mem_deref(servers->path);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Up to a blank or a remark. */
static struct span take_field(struct span *line)
{
	struct span field;

	while (line->length && is_blank(*line->p)) {
		line->p++;
		line->length--;
	}
	field = (struct span){line->p, 0};
	while (line->length && !is_blank(*line->p) && *line->p != '#' && *line->p != ';') {
		line->p++;
		line->length--;
		field.length++;
	}
	return field;
}

unsigned ua_resolv_conf_parse(struct sa *addrs, unsigned max, uint16_t port, const char *text, size_t length)
{
	struct span rest = {text, length};
	unsigned count = 0;

	while (rest.length && count < max) {
		struct span line = take_line(&rest), keyword = take_field(&line), value = take_field(&line);
		const struct pl addr = {value.p, value.length};

		if (span_is(keyword, "nameserver") && addr.l && !sa_set(&addrs[count], &addr, port))
			count++;
	}
	return count;
}

static unsigned read_file(const struct ua_name_servers *servers, struct sa addrs[UA_NAMESERVERS_MAX])
{
	char text[FILE_MAX];
	FILE *file = fopen(servers->path, "re");
	size_t length;

	if (!file)
		return 0;
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	return ua_resolv_conf_parse(addrs, UA_NAMESERVERS_MAX, servers->port, text, length);
}

static struct stamp stamp_of(const char *path)
{
	struct stat file;

	if (stat(path, &file))
		return (struct stamp){.size = 0};
	return (struct stamp){file.st_dev, file.st_ino, file.st_size, file.st_mtim};
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size && a->mtime.tv_sec == b->mtime.tv_sec &&
		a->mtime.tv_nsec == b->mtime.tv_nsec;
}

/* The handler may free the agent, and us with it. */
static void on_deliver(void *arg)
{
	const struct ua_name_servers *servers = arg;

	if (servers->handler)
		servers->handler(servers->count, servers->arg);
}

/* What was found well the first time is nobody's news. */
static void look(struct ua_name_servers *servers)
{
	struct stamp stamp = stamp_of(servers->path);
	struct sa addrs[UA_NAMESERVERS_MAX];
	unsigned count;

	if (servers->looked && is_same(&stamp, &servers->stamp))
		return;
	count = read_file(servers, addrs);
	if (count)
		ua_questions_servers_set(servers->questions, addrs, count);
	servers->stamp = stamp;
	servers->count = count;
	if (servers->looked || !count)
		tmr_start(&servers->deliver, 0, on_deliver, servers);
	servers->looked = true;
}

static void on_check(void *arg)
{
	struct ua_name_servers *servers = arg;

	tmr_start(&servers->check, UA_RESOLV_CONF_CHECK_MS, on_check, servers);
	look(servers);
}

int ua_name_servers_ask(struct ua_question **questionp, struct ua_name_servers *servers, const char *what, uint16_t type, dns_query_h *handler,
	void *arg)
{
	if (servers->path)
		on_check(servers);
	return ua_question_ask(questionp, servers->questions, what, type, handler, arg);
}

/* False: none is. */
static bool use_configured(struct ua_name_servers *servers, const struct ua_agent_config *config)
{
	struct sa addrs[UA_NAMESERVERS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < UA_NAMESERVERS_MAX && config->nameservers[i].addr; i++) {
		const struct ua_address *address = &config->nameservers[i];

		if (!sa_set_str(&addrs[count], address->addr, address->port ? address->port : DNS_PORT))
			count++;
	}
	ua_questions_servers_set(servers->questions, addrs, count);
	return count;
}

int ua_name_servers_alloc(struct ua_name_servers **serversp, const struct ua_agent_config *config, void *arg)
{
	struct ua_name_servers *servers = mem_zalloc(sizeof(*servers), destroy);
	int err;

	if (!servers)
		return ENOMEM;
	servers->port = config->resolv_port ? config->resolv_port : DNS_PORT;
	servers->handler = config->nameservers_read;
	servers->arg = arg;
	err = ua_questions_alloc(&servers->questions);
	if (!err && !use_configured(servers, config))
		err = str_dup(&servers->path, config->resolv_conf ? config->resolv_conf : UA_RESOLV_CONF);
	if (err)
		mem_deref(servers);
	else
		*serversp = servers;
	return err;
}
