/* SPDX-License-Identifier: BSD-3-Clause */
/* As much XML as the bodies of NOTIFYs need: tags, whatever their prefix, the attributes and the text in one. Pure; private to sip/. */
#ifndef TIPRING_SIP_XML_H
#define TIPRING_SIP_XML_H

#include "sip/span.h"

/* Takes the next tag off rest, what stands between < and >, and what stands before it; comments are passed over. false: there is none. */
bool ua_xml_next(struct span *rest, struct span *tag);
/* Whether the tag begins an element of that name; ends it. */
bool ua_xml_begins(struct span tag, const char *name);
bool ua_xml_ends(struct span tag, const char *name);
/* ... and ends it at once. */
bool ua_xml_is_empty(struct span tag);
/* What stands before the next tag, without blanks around it. */
struct span ua_xml_text(struct span rest);
/* false: the tag has none of that name. */
bool ua_xml_attribute(struct span tag, const char *name, struct span *value);
/* With the five entities that XML knows by name as the characters that they stand for. false: empty, no room, or unprintable. */
bool ua_xml_copy(char *text, size_t size, struct span span);

#endif
