/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "sip/reg_info.h"
#include "sip/xml.h"

/* UINT32_MAX: there is none, or none that counts. */
static uint32_t number_of(struct span tag, const char *name)
{
	struct span text;
	uint64_t number = 0;

	if (!ua_xml_attribute(tag, name, &text) || !text.length || text.length > 10)
		return UINT32_MAX;
	for (size_t i = 0; i < text.length; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return UINT32_MAX;
		number = 10 * number + (uint64_t)(text.p[i] - '0');
	}
	return number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

static bool attribute_is(struct span tag, const char *name, const char *value)
{
	struct span text;

	return ua_xml_attribute(tag, name, &text) && span_is(text, value);
}

static bool has_end(struct span rest)
{
	struct span tag;

	while (ua_xml_next(&rest, &tag)) {
		if (ua_xml_ends(tag, "reginfo"))
			return true;
	}
	return false;
}

int ua_reg_info_parse(struct ua_reg_info *info, const char *text, size_t length)
{
	struct span rest = {text, length}, tag;

	while (ua_xml_next(&rest, &tag)) {
		uint32_t version = number_of(tag, "version");

		if (!ua_xml_begins(tag, "reginfo"))
			continue;
		if (version == UINT32_MAX)
			return EBADMSG;
		*info = (struct ua_reg_info){version, attribute_is(tag, "state", "partial"), ua_xml_is_empty(tag) || has_end(rest)};
		return 0;
	}
	return EBADMSG;
}

/* Each event belongs to one of the two states (s4.7.1): with the other one it means nothing. */
static enum ua_reg_happening happening_of(struct span tag)
{
	static const struct {
		const char *state, *event;
		enum ua_reg_happening happening;
	} rows[] = {
		{"active", "shortened", UA_REG_SHORTENED},       {"terminated", "expired", UA_REG_EXPIRED},
		{"terminated", "deactivated", UA_REG_DEACTIVATED}, {"terminated", "probation", UA_REG_PROBATION},
		{"terminated", "unregistered", UA_REG_UNREGISTERED}, {"terminated", "rejected", UA_REG_REJECTED},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (attribute_is(tag, "state", rows[i].state) && attribute_is(tag, "event", rows[i].event))
			return rows[i].happening;
	}
	return UA_REG_NOTHING;
}

void ua_reg_info_contacts(const char *text, size_t length, ua_reg_contact_h *handler, void *arg)
{
	struct span rest = {text, length}, tag, contact = {NULL, 0};

	while (ua_xml_next(&rest, &tag)) {
		struct ua_reg_contact found;

		if (ua_xml_begins(tag, "contact"))
			contact = ua_xml_is_empty(tag) ? (struct span){NULL, 0} : tag;
		else if (ua_xml_ends(tag, "contact"))
			contact.length = 0;
		if (!contact.length || !ua_xml_begins(tag, "uri") || !ua_xml_copy(found.uri, sizeof(found.uri), ua_xml_text(rest)))
			continue;
		found.happening = happening_of(contact);
		found.expires_s = number_of(contact, "expires");
		found.retry_after_s = number_of(contact, "retry-after");
		contact.length = 0; /* one address each */
		handler(&found, arg);
	}
}
