/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include <re.h>

#include "tests/unit/sip_dns.h"

#define RECORDS_MAX 32

static struct {
	int fd;
	struct dnsrr *records[RECORDS_MAX];
	unsigned count, questions;
	bool silent;
	uint8_t asked[512]; /* the last question ... */
	size_t asked_length;
	struct sa asker;    /* ... and who asked it */
} dns;

uint16_t dns_bind(void)
{
	struct sa addr;

	memset(&dns, 0, sizeof(dns));
	assert_int_equal(sa_set_str(&addr, "127.0.0.1", 0), 0);
	dns.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(dns.fd, &addr.u.sa, addr.len), 0);
	assert_int_equal(getsockname(dns.fd, &addr.u.sa, &addr.len), 0);
	return sa_port(&addr);
}

/* Also what else a name is called leads on; how many those are. */
static uint16_t write_records(struct mbuf *mb, const char *name, uint16_t type)
{
	const char *canonical = NULL;
	uint16_t count = 0;

	for (unsigned i = 0; i < dns.count; i++) {
		if (strcasecmp(dns.records[i]->name, name) || (dns.records[i]->type != type && dns.records[i]->type != DNS_TYPE_CNAME))
			continue;
		assert_int_equal(dns_rr_encode(mb, dns.records[i], 0, NULL, 0), 0);
		count++;
		if (dns.records[i]->type == DNS_TYPE_CNAME && strcasecmp(dns.records[i]->rdata.cname.cname, name))
			canonical = dns.records[i]->rdata.cname.cname;
	}
	return canonical ? count + write_records(mb, canonical, type) : count;
}

static void answer(int fd, struct mbuf *question, const struct sa *to)
{
	struct mbuf *mb = mbuf_alloc(512), *records = mbuf_alloc(512);
	struct dnshdr header;
	uint16_t type, class;
	char *name;

	assert_int_equal(dns_hdr_decode(question, &header), 0);
	assert_int_equal(dns_dname_decode(question, &name, 0), 0);
	type = ntohs(mbuf_read_u16(question));
	class = ntohs(mbuf_read_u16(question));
	header.qr = header.ra = true;
	header.nans = write_records(records, name, type);
	header.rcode = header.nans ? 0 : 3;
	assert_int_equal(dns_hdr_encode(mb, &header), 0);
	assert_int_equal(dns_dname_encode(mb, name, NULL, 0, false), 0);
	assert_int_equal(mbuf_write_u16(mb, htons(type)), 0);
	assert_int_equal(mbuf_write_u16(mb, htons(class)), 0);
	assert_int_equal(mbuf_write_mem(mb, records->buf, records->end), 0);
	assert_int_equal(sendto(fd, mb->buf, mb->end, 0, &to->u.sa, to->len), mb->end);
	mem_deref(name);
	mem_deref(records);
	mem_deref(mb);
}

static void on_question(int flags, void *arg)
{
	struct mbuf *mb = mbuf_alloc(2048);
	struct sa from = {.len = sizeof(from.u)};
	ssize_t length = recvfrom(dns.fd, mb->buf, mb->size, MSG_DONTWAIT, &from.u.sa, &from.len);

	(void)flags;
	(void)arg;
	if (length > 0) {
		dns.questions++;
		mb->end = (size_t)length;
		dns.asker = from;
		dns.asked_length = MIN((size_t)length, sizeof(dns.asked));
		memcpy(dns.asked, mb->buf, dns.asked_length);
		if (!dns.silent)
			answer(dns.fd, mb, &from);
	}
	mem_deref(mb);
}

void dns_open(void)
{
	assert_int_equal(fd_listen(dns.fd, FD_READ, on_question, NULL), 0);
}

void dns_forget(void)
{
	while (dns.count)
		mem_deref(dns.records[--dns.count]);
}

void dns_close(void)
{
	dns_forget();
	fd_close(dns.fd);
	close(dns.fd);
}

void dns_be_silent(bool silent)
{
	dns.silent = silent;
}

unsigned dns_questions(void)
{
	return dns.questions;
}

uint16_t dns_asker_port(void)
{
	return sa_port(&dns.asker);
}

void dns_stranger_answers(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct mbuf *mb = mbuf_alloc(sizeof(dns.asked));

	assert_true(fd >= 0);
	assert_int_equal(mbuf_write_mem(mb, dns.asked, dns.asked_length), 0);
	mb->pos = 0;
	answer(fd, mb, &dns.asker);
	mem_deref(mb);
	close(fd);
}

static struct dnsrr *record(const char *name, uint16_t type, int64_t ttl_s)
{
	struct dnsrr *rr = dns_rr_alloc();

	assert_in_range(dns.count, 0, RECORDS_MAX - 1);
	assert_int_equal(str_dup(&rr->name, name), 0);
	rr->type = type;
	rr->dnsclass = DNS_CLASS_IN;
	rr->ttl = ttl_s;
	dns.records[dns.count++] = rr;
	return rr;
}

void dns_a(const char *name, int64_t ttl_s, const char *addr)
{
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, addr, 0), 0);
	record(name, DNS_TYPE_A, ttl_s)->rdata.a.addr = sa_in(&sa);
}

void dns_cname(const char *name, int64_t ttl_s, const char *canonical)
{
	assert_int_equal(str_dup(&record(name, DNS_TYPE_CNAME, ttl_s)->rdata.cname.cname, canonical), 0);
}

void dns_srv(const char *name, int64_t ttl_s, uint16_t priority, uint16_t weight, uint16_t port, const char *target)
{
	struct dnsrr *rr = record(name, DNS_TYPE_SRV, ttl_s);

	rr->rdata.srv.pri = priority;
	rr->rdata.srv.weight = weight;
	rr->rdata.srv.port = port;
	assert_int_equal(str_dup(&rr->rdata.srv.target, target), 0);
}

void dns_naptr(const char *name, int64_t ttl_s, uint16_t order, uint16_t preference, const char *service, const char *replacement)
{
	struct dnsrr *rr = record(name, DNS_TYPE_NAPTR, ttl_s);

	rr->rdata.naptr.order = order;
	rr->rdata.naptr.pref = preference;
	assert_int_equal(str_dup(&rr->rdata.naptr.flags, "s"), 0);
	assert_int_equal(str_dup(&rr->rdata.naptr.services, service), 0);
	assert_int_equal(str_dup(&rr->rdata.naptr.regexp, ""), 0);
	assert_int_equal(str_dup(&rr->rdata.naptr.replace, replacement), 0);
}
