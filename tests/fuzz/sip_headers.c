/* SPDX-License-Identifier: BSD-3-Clause */
/* What an INVITE and its responses are read for: Contact, Via, who calls, who forwarded, Reason, Record-Route. */
#include <assert.h>
#include <string.h>

#include "sip/caller.h"
#include "sip/dialog.h"
#include "sip/history.h"
#include "sip/hop.h"
#include "sip/transport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The account whose server sent it, so that everything is believed. */
static void account_make(struct ua_account *account, const struct sip_msg *msg)
{
	static char user[] = "100", domain[] = "example.org", address[] = "<sip:100@example.org>", contact[] = "sip:100@127.0.0.1";
	static struct ua_server server;

	memset(account, 0, sizeof(*account));
	account->user = account->contact_user = user;
	account->domain = domain;
	account->address = address;
	account->contact = contact;
	server.hop.addr = msg->src;
	account->servers[account->server_count++] = &server;
}

static void caller_check(const struct ua_account *account, const struct sip_msg *msg)
{
	struct ua_caller caller;

	ua_caller_read(&caller, account, msg);
	assert(memchr(caller.user, 0, sizeof(caller.user)) && memchr(caller.name, 0, sizeof(caller.name)));
	assert(!strpbrk(caller.user, "\r\n") && !strpbrk(caller.name, "\r\n") && !strpbrk(caller.alert_info, "\r\n"));
	assert(!caller.anonymous || (!caller.user[0] && !caller.name[0]));
	assert(caller.diversions <= 99);
}

static void dialog_check(const struct sip_msg *msg)
{
	struct ua_dialog *started = NULL, *dialog = NULL;

	if (ua_dialog_start(&started, "<sip:a@x>", "<sip:b@x>", "sip:b@x"))
		return;
	if (!ua_dialog_fork(&dialog, started, msg)) {
		assert(!strpbrk(dialog->target, "\r\n"));
		(void)ua_dialog_confirm(dialog, msg);
	}
	mem_deref(dialog);
	mem_deref(started);
}

static void read_all(struct sip_msg *msg)
{
	const struct ua_redirect redirect = {"300", UA_FORWARD_BUSY};
	struct ua_account account;
	struct sip_addr contact;
	struct ua_hop hop;
	char *lines;

	(void)sa_set_str(&msg->src, "192.0.2.1", 5060);
	account_make(&account, msg);
	(void)ua_message_contact(&contact, msg);
	assert(ua_message_q850(msg) <= 127);
	ua_transport_reply_hop(&hop, msg);
	caller_check(&account, msg);
	lines = ua_history_lines(&account, msg, &redirect);
	mem_deref(lines);
	dialog_check(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct sip_msg *msg = NULL;

	if (mb && !mbuf_write_mem(mb, data, size)) {
		mb->pos = 0;
		if (!sip_msg_decode(&msg, mb))
			read_all(msg);
	}
	mem_deref(msg);
	mem_deref(mb);
	return 0;
}
