/* SPDX-License-Identifier: BSD-3-Clause */
/* What a registrar tells of an address's registrations: the body application/reginfo+xml (RFC 3680 s5). Pure; private to sip/. */
#ifndef TIPRING_SIP_REG_INFO_H
#define TIPRING_SIP_REG_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UA_REG         "reg" /* the package */
#define UA_REG_TYPE    "application/reginfo+xml"
#define UA_REG_URI_MAX 512 /* bytes of a Contact, with the final zero; a longer one is passed over */

/* What has become of a Contact (s4.7.1), where that is for who registered it to know. */
enum ua_reg_happening {
	UA_REG_NOTHING,      /* it is there, or nobody knows what happened */
	UA_REG_SHORTENED,
	UA_REG_EXPIRED,
	UA_REG_DEACTIVATED,  /* to be registered again at once */
	UA_REG_PROBATION,    /* ... after a while */
	UA_REG_UNREGISTERED, /* somebody took it away */
	UA_REG_REJECTED,     /* it is not allowed any more */
};

struct ua_reg_contact {
	char uri[UA_REG_URI_MAX];
	enum ua_reg_happening happening;
	uint32_t expires_s;     /* from now; UINT32_MAX: not said */
	uint32_t retry_after_s; /* UINT32_MAX: not said */
};

struct ua_reg_info {
	uint32_t version;
	bool partial; /* what it does not name is as it was */
	bool whole;   /* it has an end */
};

typedef void ua_reg_contact_h(const struct ua_reg_contact *contact, void *arg);

/* The beginning alone. EBADMSG: no such document, or one without version; info is untouched. */
int ua_reg_info_parse(struct ua_reg_info *info, const char *text, size_t length);
/* Each Contact that can be read, in its order. */
void ua_reg_info_contacts(const char *text, size_t length, ua_reg_contact_h *handler, void *arg);

#endif
