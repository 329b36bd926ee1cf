/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/address.h"
#include "gateway/listen.h"

static bool has(const struct listen *listen, const union address *address)
{
	for (unsigned i = 0; i < listen->count; i++) {
		union address other;

		if (address_set(&other, listen->each[i], 0) == 0 && address_same_host(&other, address))
			return true;
	}
	return false;
}

static int add(struct listen *listen, const char *word)
{
	union address address;

	if (address_set(&address, word, 0) != 0 || listen->count == LISTEN_MAX || has(listen, &address))
		return EINVAL;
	address_print(&address, listen->each[listen->count++]);
	return 0;
}

int listen_parse(struct listen *listen, const char *text)
{
	struct listen result = {0};
	char word[INET6_ADDRSTRLEN];

	for (;;) {
		size_t length = strcspn(text += strspn(text, " "), " ");

		if (!length)
			break;
		if (length >= sizeof(word))
			return EINVAL;
		memcpy(word, text, length);
		word[length] = '\0';
		if (add(&result, word) != 0)
			return EINVAL;
		text += length;
	}
	if (!result.count)
		return EINVAL;
	*listen = result;
	return 0;
}

/* From where packets to that address would go. */
static int source_of(union address *source, const union address *peer)
{
	int fd = socket(peer->any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	union address to = *peer;
	socklen_t size = sizeof(*source);

	if (fd < 0)
		return errno;
	address_port_set(&to, 5060);
	if (connect(fd, &to.any, address_size(&to)) < 0 || getsockname(fd, &source->any, &size) < 0)
		err = errno;
	close(fd);
	return err;
}

static unsigned choose_for(const struct listen *listen, const union address *peer)
{
	unsigned chosen = listen->count;
	union address source, local;
	bool is_routed = source_of(&source, peer) == 0;

	for (unsigned i = 0; i < listen->count; i++) {
		if (address_set(&local, listen->each[i], 0) != 0)
			continue;
		if (is_routed && address_same_host(&local, &source))
			return i;
		if (chosen == listen->count && local.any.sa_family == peer->any.sa_family)
			chosen = i;
	}
	return chosen < listen->count ? chosen : 0;
}

unsigned listen_choose(const struct listen *listen, const struct servers *servers)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (!servers->each[i].name[0])
			return choose_for(listen, &servers->each[i].addr);
	}
	return 0;
}
