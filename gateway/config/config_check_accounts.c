/* SPDX-License-Identifier: BSD-3-Clause */
/* What the settings of an account allow each other: protection, addresses, passwords. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/config/config_check_private.h"
#include "sip/account.h"
#include "sip/dtls.h"
#include "sip/peers.h"

#define SESSION_MIN_S 90 /* RFC 4028 s4 */
#define QUALIFY_MIN_S   10
#define KEEPALIVE_MIN_S 10 /* for so long an answer is waited for */

static int suite_find(const char *word, size_t length)
{
	for (int i = 0; i < UA_SRTP_SUITES; i++) {
		const char *name = ua_srtp_suite_name((enum ua_srtp_suite)i);

		if (strlen(name) == length && strncmp(name, word, length) == 0)
			return i;
	}
	return -1;
}

static bool suite_add(struct leg_security *security, int suite)
{
	if (suite < 0 || memchr(security->suites, suite, security->suite_count))
		return false;
	security->suites[security->suite_count++] = (uint8_t)suite;
	return true;
}

static void suites_check(struct check *check, struct config_account *account)
{
	const char *word = account->srtp_suites.text;

	for (size_t length; word += strspn(word, " "), length = strcspn(word, " "); word += length) {
		if (suite_add(&account->security, suite_find(word, length)))
			continue;
		config_complain(check, &account->place, "account \"%s\": srtp_suites: \"%.*s\": allowed is, each once: "
			"AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, AES_256_CM_HMAC_SHA1_80, AES_256_CM_HMAC_SHA1_32, "
			"AEAD_AES_128_GCM, AEAD_AES_256_GCM", account->name, (int)length, word);
		return;
	}
}

static bool has_handshake_suite(const struct leg_security *security)
{
	for (unsigned i = 0; i < security->suite_count; i++) {
		if (ua_dtls_has_suite((enum ua_srtp_suite)security->suites[i]))
			return true;
	}
	return false;
}

static void security_check(struct check *check, struct config_account *account)
{
	const bool hidden = account->transport == UA_TLS || account->srtp_keys_in_clear;

	account->security = (struct leg_security){.policy = account->srtp, .sdes = hidden, .dtls = account->srtp_keys == CONFIG_KEYS_DTLS};
	suites_check(check, account);
	if (account->srtp != UA_SRTP_OFF && !account->security.dtls && !hidden)
		config_complain(check, &account->place, "account \"%s\": srtp: over udp and tcp everybody on the way can read its keys; "
			"allowed with transport = tls, srtp_keys = dtls or srtp_keys_in_clear = on", account->name);
	if (account->srtp != UA_SRTP_OFF && account->security.dtls && !has_handshake_suite(&account->security))
		config_complain(check, &account->place, "account \"%s\": srtp_suites: \"%s\": with srtp_keys = dtls one must be "
			"AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, AEAD_AES_128_GCM or AEAD_AES_256_GCM", account->name,
			account->srtp_suites.text);
}

static bool readable_by_others(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_mode & S_IROTH;
}

/* The first line of the file, without its end. Returns what is wrong, or NULL. */
static const char *password_take(int fd, struct config_text *password)
{
	ssize_t length = fd < 0 ? -1 : read(fd, password->text, sizeof(password->text));
	size_t end = 0;

	if (length < 0)
		return strerror(errno);
	if (readable_by_others(fd))
		return "is readable by others; allowed is mode 0640 or less";
	while (end < (size_t)length && !strchr("\r\n", password->text[end]))
		end++;
	if (end == 0 || end > CONFIG_TEXT_MAX)
		return "allowed is a first line of 1 to 127 bytes, the password";
	memset(password->text + end, 0, sizeof(password->text) - end);
	return NULL;
}

static void password_read(struct check *check, struct config_account *account)
{
	const char *file = account->password_file.text;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong = password_take(fd, &account->password);

	if (wrong)
		config_complain(check, &account->place, "account \"%s\": password_file = \"%s\": %s", account->name,
			file, wrong);
	if (fd >= 0)
		close(fd);
}

static void password_place_check(struct check *check, const struct config_account *account)
{
	if (account->place.is_public)
		config_complain(check, &account->place,
			"account \"%s\" has its password here and others can read this file; allowed is mode 0640 "
			"or less, or password_file", account->name);
}

static const char *family_name(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? "IPv6" : "IPv4";
}

/* Which of listen's the account has, as far as that is known before it has begun; false: none is said. */
static bool local_of(const struct check *check, const struct config_account *account, union address *local, const char **name)
{
	const struct listen *listen = &check->config->sip.listen;
	bool is_ipv6 = listen->any_ipv6 && !listen->any_ipv4;

	*name = listen->each[listen_choose(listen, &account->server)];
	if (!listen->any_ipv4 && !listen->any_ipv6)
		return address_set(local, *name, 0) == 0;
	for (unsigned i = account->server.count; i-- > 0;) {
		int family = account->server.each[i].addr.any.sa_family;

		if (!account->server.each[i].name[0] && listen_has_family(listen, family))
			is_ipv6 = family == AF_INET6;
	}
	*name = is_ipv6 ? "::" : "0.0.0.0";
	memset(local, 0, sizeof(*local));
	local->any.sa_family = is_ipv6 ? AF_INET6 : AF_INET;
	return true;
}

/* One address serves an account, sound included. */
static void family_check(struct check *check, const struct config_account *account, const struct server *server)
{
	char addr[INET6_ADDRSTRLEN];
	const char *listen_addr;
	union address local;

	if (server->name[0] || !local_of(check, account, &local, &listen_addr) || local.any.sa_family == server->addr.any.sa_family)
		return;
	address_print(&server->addr, addr);
	config_complain(check, &account->place,
		"account \"%s\": server = \"%s\" is an %s address and sip's listen = \"%s\" is %s; allowed is the same "
		"for both", account->name, addr, family_name(&server->addr), listen_addr, family_name(&local));
}

void config_check_outer_address(struct check *check, const struct config_place *whole)
{
	const struct config_sip *sip = &check->config->sip;
	union address outer;

	if (listen_is_said(&sip->listen) && address_set(&outer, sip->rtp_addr.text, 0) == 0 && !listen_has_family(&sip->listen, outer.any.sa_family))
		config_complain(check, whole, "sip: rtp_addr = \"%s\" is %s, which none of listen is; allowed is the same for both", sip->rtp_addr.text,
			family_name(&outer));
}

/* Two answers to one question. */
static void stun_check(struct check *check, const struct config_account *account)
{
	const struct config_sip *sip = &check->config->sip;
	const struct servers_stun *stun = account->stun_server.said ? &account->stun_server : &sip->stun_server;
	const char *addr;
	union address local;

	if (!stun->servers.count || !local_of(check, account, &local, &addr))
		return;
	if (sip->rtp_addr.text[0] && !strchr(addr, ':') == !strchr(sip->rtp_addr.text, ':'))
		config_complain(check, &account->place, "account \"%s\": rtp_addr = \"%s\" and a stun_server both say where its sound is; allowed is one of them",
			account->name, sip->rtp_addr.text);
	if (!stun->servers.each[0].name[0] && stun->servers.each[0].addr.any.sa_family != local.any.sa_family)
		config_complain(check, &account->place, "account \"%s\": stun_server is an %s address and sip's listen = \"%s\" is %s; allowed is the same for "
			"both, or off", account->name, family_name(&stun->servers.each[0].addr), addr, family_name(&local));
}

/* Whom a certificate would have to name where none is asked for. */
static const char *unproven_peer(const struct config_list *list)
{
	static struct ua_peers peers;

	if (ua_peers_parse(&peers, list->text) != 0)
		return NULL;
	for (unsigned i = 0; i < peers.name_count; i++) {
		if (peers.names[i].by_tls)
			return peers.names[i].name;
	}
	return NULL;
}

static void account_peers_check(struct check *check, const struct config_account *account)
{
	const char *name = unproven_peer(&account->peers);

	if (name && (account->transport != UA_TLS || !check->config->sip.tls_verify))
		config_complain(check, &account->place, "account \"%s\": peers: \"tls:%s\": allowed with transport = tls and tls_verify = on", account->name, name);
}

void config_check_peers(struct check *check, const struct config_place *whole)
{
	const char *name = unproven_peer(&check->config->sip.peers);
	bool has_tls = false;

	for (unsigned i = 0; i < check->config->account_count; i++)
		has_tls |= check->config->accounts[i].transport == UA_TLS;
	if (name && !(has_tls && check->config->sip.tls_verify))
		config_complain(check, whole, "sip: peers: \"tls:%s\": allowed where an account has transport = tls, and tls_verify = on", name);
}

static void seconds_check(struct check *check, const struct config_account *account)
{
	const struct {
		const char *name;
		unsigned value, min, max;
	} rows[] = {
		{"qualify_s", account->qualify_s, QUALIFY_MIN_S, 3600},
		{"keepalive_s", account->keepalive_s, KEEPALIVE_MIN_S, 3600},
		{"session_expires_s", account->session_expires_s, SESSION_MIN_S, 86400},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value && rows[i].value < rows[i].min)
			config_complain(check, &account->place, "account \"%s\": %s = %u: allowed is 0 (never) or %u to %u s", account->name,
				rows[i].name, rows[i].value, rows[i].min, rows[i].max);
	}
}

/* In one of its two places. */
static void password_check(struct check *check, struct config_account *account)
{
	if (account->password.text[0] && account->password_file.text[0])
		config_complain(check, &account->place,
			"account \"%s\": password and password_file are both set; allowed is one of them",
			account->name);
	else if (account->password_file.text[0])
		password_read(check, account);
}

void config_check_accounts(struct check *check)
{
	for (unsigned i = 0; i < check->config->account_count; i++) {
		struct config_account *account = &check->config->accounts[i];

		for (unsigned n = 0; n < account->server.count; n++)
			family_check(check, account, &account->server.each[n]);
		stun_check(check, account);
		if (account->password.text[0])
			password_place_check(check, account);
		seconds_check(check, account);
		security_check(check, account);
		account_peers_check(check, account);
		if (account->sips && account->transport != UA_TLS)
			config_complain(check, &account->place, "account \"%s\": sips = on: allowed with transport = tls", account->name);
		password_check(check, account);
	}
}
