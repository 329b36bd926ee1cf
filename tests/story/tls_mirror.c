/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into the gateway: what it writes to and reads from a TLS connection is told in plain text to the tap (tap.h), as a datagram to a
 * port where nobody is, a byte in front that says 'o' or 'i'.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "tests/story/tap.h"

static void tell(char direction, const void *bytes, int count)
{
	static char text[TAP_MIRROR_MAX];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(TAP_MIRROR_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || count < 0 || count >= TAP_MIRROR_MAX)
		return;
	text[0] = direction;
	memcpy(text + 1, bytes, (size_t)count);
	(void)sendto(fd, text, (size_t)count + 1, 0, (struct sockaddr *)&to, sizeof to);
	close(fd);
}

int SSL_write(SSL *ssl, const void *bytes, int count)
{
	int (*real)(SSL *, const void *, int) = (int (*)(SSL *, const void *, int))dlsym(RTLD_NEXT, "SSL_write");

	tell('o', bytes, count);
	return real(ssl, bytes, count);
}

int SSL_read(SSL *ssl, void *bytes, int size)
{
	int (*real)(SSL *, void *, int) = (int (*)(SSL *, void *, int))dlsym(RTLD_NEXT, "SSL_read");
	int count = real(ssl, bytes, size);

	if (count > 0)
		tell('i', bytes, count);
	return count;
}
