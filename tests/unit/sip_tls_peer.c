/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>
#include <re.h>

#include "tests/unit/certificates.h"
#include "tests/unit/sip_tls_peer.h"

#define CONNECTIONS_MAX 16
#define NAMES_MAX       4

struct connection {
	int fd; /* -1: closed */
	SSL *ssl;
	char stream[16384];
	size_t streamed;
};

static struct {
	EVP_PKEY *ca_key;
	X509 *ca;
	SSL_CTX *server;
	struct {
		const char *name, *file;
	} shows[NAMES_MAX];
	int fd, udp;
	uint16_t port;
	struct connection connections[CONNECTIONS_MAX];
	unsigned count, speaker;
	void *files[3]; /* texts that the agent's configuration names */
} peer;

static struct sockaddr_in address_of(const char *addr, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, addr, &at.sin_addr), 1);
	return at;
}

static SSL_CTX *context_make(const char *file)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());

	if (file) {
		assert_int_equal(SSL_CTX_use_certificate_chain_file(context, certificates_path(file)), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(context, certificates_path(file), SSL_FILETYPE_PEM), 1);
	}
	return context;
}

static int on_name(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	(void)arg;
	for (size_t i = 0; i < NAMES_MAX && peer.shows[i].name; i++) {
		if (!name || strcmp(name, peer.shows[i].name))
			continue;
		SSL_use_certificate_chain_file(ssl, certificates_path(peer.shows[i].file));
		SSL_use_PrivateKey_file(ssl, certificates_path(peer.shows[i].file), SSL_FILETYPE_PEM);
	}
	return SSL_TLSEXT_ERR_OK;
}

static void hang_up(struct connection *connection)
{
	if (connection->fd < 0)
		return;
	fd_close(connection->fd);
	SSL_free(connection->ssl);
	close(connection->fd);
	connection->fd = -1;
}

static void take_messages(struct connection *connection)
{
	const char *end;

	while ((end = memmem(connection->stream, connection->streamed, "\r\n\r\n", 4))) {
		char head[16384];
		size_t length = (size_t)(end - connection->stream) + 4;

		snprintf(head, sizeof(head), "%.*s", (int)length, connection->stream);
		length += (size_t)atoi(header(head, "Content-Length"));
		if (length > connection->streamed)
			return;
		bed_take((unsigned)(connection - peer.connections), connection->stream, length);
		connection->streamed -= length;
		memmove(connection->stream, connection->stream + length, connection->streamed);
	}
}

static void on_readable(int flags, void *arg)
{
	struct connection *connection = arg;
	int length;

	(void)flags;
	do {
		length = SSL_read(connection->ssl, connection->stream + connection->streamed,
			(int)(sizeof(connection->stream) - connection->streamed));
		if (length > 0)
			connection->streamed += (size_t)length;
	} while (length > 0);
	take_messages(connection);
	if (SSL_get_error(connection->ssl, length) != SSL_ERROR_WANT_READ)
		hang_up(connection);
}

static struct connection *connection_add(int fd, SSL_CTX *context)
{
	struct connection *connection = &peer.connections[peer.count];

	assert_true(fd >= 0);
	assert_true(peer.count < CONNECTIONS_MAX);
	peer.count++;
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	connection->fd = fd;
	connection->streamed = 0;
	connection->ssl = SSL_new(context);
	SSL_set_fd(connection->ssl, fd);
	assert_int_equal(fd_listen(fd, FD_READ, on_readable, connection), 0);
	return connection;
}

static void on_connection(int flags, void *arg)
{
	struct connection *connection = connection_add(accept(peer.fd, NULL, NULL), peer.server);

	(void)flags;
	(void)arg;
	SSL_set_accept_state(connection->ssl);
	(void)SSL_do_handshake(connection->ssl);
}

void tls_peer_send(const char *bytes, size_t length)
{
	assert_int_equal(SSL_write(peer.connections[peer.speaker].ssl, bytes, (int)length), length);
}

static void on_datagram(int flags, void *arg)
{
	char bytes[8192];
	ssize_t length = recv(peer.udp, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)flags;
	(void)arg;
	if (length > 0)
		bed_take(TLS_PEER_BY_UDP, bytes, (size_t)length);
}

void tls_peer_send_by_udp(const char *bytes, size_t length)
{
	const struct sockaddr_in to = address_of("127.0.0.1", bed.agent_port);

	assert_int_equal(sendto(peer.udp, bytes, length, 0, (const struct sockaddr *)&to, sizeof(to)), length);
}

static void listen_somewhere(void)
{
	struct sockaddr_in addr = address_of(TLS_PEER_ADDR, 0);
	socklen_t length = sizeof(addr);

	peer.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer.fd, (struct sockaddr *)&addr, length), 0);
	assert_int_equal(listen(peer.fd, 5), 0);
	assert_int_equal(getsockname(peer.fd, (struct sockaddr *)&addr, &length), 0);
	assert_int_equal(fd_listen(peer.fd, FD_READ, on_connection, NULL), 0);
	peer.port = ntohs(addr.sin_port);
	peer.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(peer.udp, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(fd_listen(peer.udp, FD_READ, on_datagram, NULL), 0);
}

struct ua_agent_config tls_peer_agent(void)
{
	return (struct ua_agent_config){
		.local_addr = "127.0.0.1", .user_agent = "tipring", .tls = {.ca_file = peer.files[0], .certificate_file = peer.files[1]},
	};
}

struct ua_account_config tls_peer_account(void)
{
	return (struct ua_account_config){
		.user = "100", .domain = "example.org", .server_addr = TLS_PEER_ADDR, .server_port = peer.port, .password = "secret",
		.expires_s = 600, .transport = UA_TLS, .tls_name = TLS_PEER_NAME,
	};
}

void tls_peer_agent_anew(const struct ua_agent_config *config, const struct ua_account_config *account)
{
	const struct ua_agent_config usual = tls_peer_agent();
	const struct ua_account_config usual_account = tls_peer_account();

	bed_agent_anew(config ? config : &usual, account ? account : &usual_account);
}

void tls_peer_certificate(const char *file, const char *names)
{
	certificates_issue(file, file, names, peer.ca, peer.ca_key, 30 * CERTIFICATES_DAY_S);
}

void tls_peer_shows(const char *name, const char *file)
{
	size_t i = 0;

	while (peer.shows[i].name && strcmp(peer.shows[i].name, name))
		i++;
	assert_true(i < NAMES_MAX);
	peer.shows[i].name = name;
	peer.shows[i].file = file;
}

int tls_peer_open(void **state)
{
	bed_open(state);
	memset(&peer, 0, sizeof(peer));
	certificates_open();
	peer.ca = certificates_authority(&peer.ca_key, "the authority");
	certificates_write("ca.pem", NULL, peer.ca);
	tls_peer_certificate("server.pem", "DNS:" TLS_PEER_NAME);
	tls_peer_certificate("ours.pem", "DNS:gateway.example.org");
	peer.files[0] = strdup(certificates_path("ca.pem"));
	peer.files[1] = strdup(certificates_path("ours.pem"));
	peer.server = context_make("server.pem");
	SSL_CTX_set_tlsext_servername_callback(peer.server, on_name);
	listen_somewhere();
	bed_send_by(tls_peer_send);
	tls_peer_agent_anew(NULL, NULL);
	return 0;
}

int tls_peer_close(void **state)
{
	bed_close_agent();
	for (unsigned i = 0; i < peer.count; i++)
		hang_up(&peer.connections[i]);
	tls_peer_stop();
	fd_close(peer.udp);
	close(peer.udp);
	bed_send_by(NULL);
	SSL_CTX_free(peer.server);
	X509_free(peer.ca);
	EVP_PKEY_free(peer.ca_key);
	free(peer.files[0]);
	free(peer.files[1]);
	certificates_close();
	return bed_close(state);
}

unsigned tls_peer_connections(void)
{
	return peer.count;
}

unsigned tls_peer_connects(const char *file)
{
	return tls_peer_connects_from(0, file);
}

unsigned tls_peer_connects_from(uint16_t port, const char *file)
{
	const struct sockaddr_in from = address_of(TLS_PEER_ADDR, port), addr = address_of("127.0.0.1", (uint16_t)(bed.agent_port + 1));
	SSL_CTX *context = context_make(file);
	struct connection *connection;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&addr, sizeof(addr)), 0);
	connection = connection_add(fd, context);
	SSL_CTX_free(context);
	SSL_set_connect_state(connection->ssl);
	for (unsigned i = 0; i < 2000 && !SSL_is_init_finished(connection->ssl); i++) {
		(void)SSL_do_handshake(connection->ssl);
		bed_step();
	}
	assert_true(SSL_is_init_finished(connection->ssl));
	return peer.count - 1;
}

void tls_peer_speaks_by(unsigned connection)
{
	peer.speaker = connection;
}

void tls_peer_hangs_up(unsigned connection)
{
	hang_up(&peer.connections[connection]);
}

void tls_peer_stop(void)
{
	if (peer.fd < 0)
		return;
	fd_close(peer.fd);
	close(peer.fd);
	peer.fd = -1;
}

uint16_t tls_peer_port(void)
{
	return peer.port;
}
