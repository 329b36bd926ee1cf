/* SPDX-License-Identifier: BSD-3-Clause */
#include "sip/message.h"
#include "sip/outbound.h"

#define REG_ID      1u
#define WAIT_BASE_S 30u   /* of one flow: all have failed, where one has */
#define WAIT_MAX_S  1800u

bool ua_outbound_is_asked(const struct ua_outbound *outbound)
{
	return outbound->wanted && outbound->instance && !outbound->refused;
}

static bool is_instance(const struct pl *value, const char *instance)
{
	struct pl urn = *value;

	if (urn.l < 2 || urn.p[0] != '<' || urn.p[urn.l - 1] != '>')
		return false;
	urn.p++;
	urn.l -= 2;
	return !pl_strcasecmp(&urn, instance);
}

bool ua_outbound_is_ours(const struct ua_outbound *outbound, const struct pl *params)
{
	struct pl instance, reg_id;

	return outbound->in_force && !msg_param_decode(params, "+sip.instance", &instance) && is_instance(&instance, outbound->instance) &&
		!msg_param_decode(params, "reg-id", &reg_id) && ua_text_number(&reg_id) == REG_ID;
}

void ua_outbound_forget(struct ua_outbound *outbound)
{
	outbound->in_force = false;
	outbound->flow_timer_s = 0;
}

void ua_outbound_take(struct ua_outbound *outbound, const struct sip_msg *msg)
{
	const struct sip_hdr *timer = sip_msg_xhdr(msg, "Flow-Timer");

	ua_outbound_forget(outbound);
	outbound->in_force = ua_outbound_is_asked(outbound) && sip_msg_hdr_has_value(msg, SIP_HDR_REQUIRE, "outbound");
	if (outbound->in_force && timer)
		outbound->flow_timer_s = MIN(ua_text_number(&timer->val), UA_PING_MAX_S);
}

int ua_outbound_print(struct re_printf *pf, const struct ua_outbound *outbound)
{
	if (!outbound->instance)
		return 0;
	if (!ua_outbound_is_asked(outbound))
		return re_hprintf(pf, ";+sip.instance=\"<%s>\"", outbound->instance);
	return re_hprintf(pf, ";+sip.instance=\"<%s>\";reg-id=%u", outbound->instance, REG_ID);
}

static unsigned within(unsigned wished_s, unsigned most_s)
{
	return wished_s ? MIN(wished_s, most_s) : most_s;
}

struct ua_flow_terms ua_outbound_terms(const struct ua_outbound *outbound, enum sip_transp transport)
{
	bool by_udp = transport == SIP_TRANSP_UDP;
	unsigned said_s = outbound->flow_timer_s;
	unsigned usual_s = said_s ? said_s : by_udp ? UA_FLOW_UDP_S : UA_FLOW_TCP_S;

	if (!outbound->in_force)
		return (struct ua_flow_terms){.ping_s = outbound->keepalive_s};
	return (struct ua_flow_terms){.ping_s = by_udp ? usual_s : within(outbound->keepalive_s, usual_s), .answers = true};
}

uint64_t ua_outbound_wait_ms(unsigned failures)
{
	uint64_t ms = 1000ull * WAIT_BASE_S;

	while (failures-- && ms < 1000ull * WAIT_MAX_S)
		ms *= 2;
	ms = MIN(ms, 1000ull * WAIT_MAX_S);
	return ms / 2 + rand_u32() % (ms / 2 + 1);
}
