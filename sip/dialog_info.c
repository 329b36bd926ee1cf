/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "sip/dialog_info.h"
#include "sip/xml.h"

int ua_dialog_info_parse(bool *busy, const char *text, size_t length)
{
	struct span rest = {text, length}, tag;
	bool found = false, is_busy = false;

	while (ua_xml_next(&rest, &tag)) {
		found = found || ua_xml_begins(tag, "dialog-info");
		if (found && ua_xml_begins(tag, "state") && !ua_xml_is_empty(tag))
			is_busy = is_busy || !span_is(ua_xml_text(rest), "terminated");
	}
	if (!found)
		return EBADMSG;
	*busy = is_busy;
	return 0;
}
