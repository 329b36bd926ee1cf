/* SPDX-License-Identifier: BSD-3-Clause */
/* What an account's Contact says, to its registrar and to others. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "sip/agent_private.h"

static bool is_sips(const struct ua_account *account)
{
	return !strcmp(account->scheme, "sips");
}

static int print_contact(char **contactp, const struct ua_account *account, const char *user, bool secure, const char *params)
{
	if (secure) /* which says by itself what it goes over */
		return re_sdprintf(contactp, "sips:%H@%J%s", ua_print_user, user, &account->contact_addr, params);
	return re_sdprintf(contactp, "sip:%H@%J%s%s", ua_print_user, user, &account->contact_addr, sip_transp_param(account->transport), params);
}

static bool is_usable(const char *gruu, bool secure)
{
	return gruu && (!secure || !strncasecmp(gruu, "sips:", 5));
}

/* With ob the server sends what follows in a dialog by the flow that it came by (RFC 5626 s4.3). */
static int compose(char **contactp, const struct ua_account *account, bool hides, bool secure)
{
	const char *gruu = hides ? account->gruus.temporary : account->gruus.public;
	const char *user = hides ? account->hidden_user : account->contact_user;

	if (is_usable(gruu, secure))
		return str_dup(contactp, gruu);
	return print_contact(contactp, account, user, secure, account->outbound.in_force ? ";ob" : "");
}

int ua_account_contacts_compose(struct ua_account *account)
{
	unsigned count = account->transport == SIP_TRANSP_TLS ? UA_CONTACTS : UA_CONTACT_SECURE;
	char *contacts[UA_CONTACTS] = {NULL};
	int err = 0;

	for (unsigned i = 0; i < count && !err; i++)
		err = compose(&contacts[i], account, i % 2, i >= UA_CONTACT_SECURE || is_sips(account));
	for (unsigned i = 0; i < UA_CONTACTS; i++) {
		mem_deref(err ? contacts[i] : account->contacts[i]);
		if (!err)
			account->contacts[i] = contacts[i];
	}
	return err;
}

const char *ua_account_contact(const struct ua_account *account, const struct ua_dialog *dialog, bool hides)
{
	bool secure = account->contacts[UA_CONTACT_SECURE] && ua_dialog_needs_tls(dialog);

	return account->contacts[(secure ? UA_CONTACT_SECURE : UA_CONTACT_USUAL) + hides];
}

int ua_account_contact_move(struct ua_account *account, const struct sa *addr)
{
	struct sa before = account->contact_addr;
	char *contact = NULL;
	int err;

	account->contact_addr = *addr;
	err = print_contact(&contact, account, account->contact_user, is_sips(account), "");
	if (!err)
		err = ua_account_contacts_compose(account);
	if (err) {
		account->contact_addr = before;
		mem_deref(contact);
		return err;
	}
	mem_deref(account->contact);
	account->contact = contact;
	return 0;
}

int ua_account_contacts_fill(struct ua_account *account)
{
	int err = re_sdprintf(&account->hidden_user, UA_HIDDEN_START "%016llx", (unsigned long long)rand_u64());

	if (!err)
		err = print_contact(&account->here, account, account->contact_user, is_sips(account), "");
	if (!err)
		err = str_dup(&account->contact, account->here);
	return err ? err : ua_account_contacts_compose(account);
}
