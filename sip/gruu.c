/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <strings.h>

#include "sip/gruu.h"
#include "sip/message.h"

void ua_gruus_forget(struct ua_gruus *gruus)
{
	gruus->public = mem_deref(gruus->public);
	gruus->temporary = mem_deref(gruus->temporary);
}

bool ua_gruu_is(const struct uri *uri)
{
	struct pl end;

	return !msg_param_exists(&uri->params, "gr", &end);
}

/* It goes into messages as it is. */
static bool is_usable(const struct pl *value)
{
	struct uri uri;

	if (value->l > UA_GRUU_MAX || uri_decode(&uri, value) || (pl_strcasecmp(&uri.scheme, "sip") && pl_strcasecmp(&uri.scheme, "sips")) ||
	    !pl_isset(&uri.user) || !pl_isset(&uri.host) || pl_isset(&uri.headers))
		return false;
	for (size_t i = 0; i < value->l; i++) {
		if (value->p[i] <= ' ' || value->p[i] > '~' || strchr("<>\"\\,", value->p[i]))
			return false;
	}
	return ua_gruu_is(&uri);
}

static void take(char **urip, const struct pl *params, const char *name)
{
	struct pl value;

	if (!msg_param_decode(params, name, &value) && is_usable(&value))
		(void)pl_strdup(urip, &value);
}

void ua_gruus_take(struct ua_gruus *gruus, const struct pl *params)
{
	ua_gruus_forget(gruus);
	if (!gruus->wanted)
		return;
	take(&gruus->public, params, "pub-gruu");
	take(&gruus->temporary, params, "temp-gruu");
}

/* Of a public one gr says which instance; a temporary one has its own user. */
static bool is_same(const char *text, const struct uri *uri)
{
	struct pl value, gr = pl_null, other = pl_null;
	struct uri own;

	if (!text)
		return false;
	pl_set_str(&value, text);
	if (uri_decode(&own, &value))
		return false;
	(void)msg_param_decode(&own.params, "gr", &gr);
	(void)msg_param_decode(&uri->params, "gr", &other);
	return !pl_cmp(&own.user, &uri->user) && !pl_casecmp(&own.host, &uri->host) && !pl_casecmp(&gr, &other);
}

bool ua_gruus_have(const struct ua_gruus *gruus, const struct uri *uri)
{
	return is_same(gruus->public, uri) || is_same(gruus->temporary, uri);
}
