/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>

#include "sip/message_summary.h"
#include "sip/span.h"

struct reader {
	struct ua_message_summary summary;
	bool waiting_said, voice_said;
};

static struct span trimmed(struct span text)
{
	while (text.length && (*text.p == ' ' || *text.p == '\t')) {
		text.p++;
		text.length--;
	}
	while (text.length && (text.p[text.length - 1] == ' ' || text.p[text.length - 1] == '\t'))
		text.length--;
	return text;
}

static bool read_waiting(struct reader *reader, struct span value)
{
	if (reader->waiting_said)
		return true;
	reader->waiting_said = true;
	reader->summary.waiting = span_is(value, "yes");
	return reader->summary.waiting || span_is(value, "no");
}

/* "2/8 (0/2)": new and old ones, and in brackets the urgent ones among them. */
static bool read_voice(struct reader *reader, struct span value)
{
	struct span counts = take_until(&value, '('), fresh = trimmed(take_until(&counts, '/'));
	unsigned count;

	if (reader->voice_said)
		return true;
	reader->voice_said = true;
	if (read_number(fresh, UA_MESSAGE_COUNT_MAX, &count))
		reader->summary.voice_new = count;
	if (read_number(trimmed(counts), UA_MESSAGE_COUNT_MAX, &count))
		reader->summary.voice_old = count;
	return true;
}

static bool read_line(struct reader *reader, struct span line)
{
	static const struct {
		const char *name;
		bool (*read)(struct reader *reader, struct span value);
	} rows[] = {{"Messages-Waiting", read_waiting}, {"Voice-Message", read_voice}};
	struct span name = trimmed(take_until(&line, ':'));

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_is(name, rows[i].name))
			return rows[i].read(reader, trimmed(line));
	}
	return true;
}

/* An empty line ends it: what follows are headers of single messages (s3.5). */
int ua_message_summary_parse(struct ua_message_summary *summary, const char *text, size_t length)
{
	struct span rest = {text, length};
	struct reader reader = {.waiting_said = false};

	while (rest.length) {
		struct span line = take_line(&rest);

		if (!line.length)
			break;
		if (!read_line(&reader, line))
			return EBADMSG;
	}
	if (!reader.waiting_said)
		return EBADMSG;
	*summary = reader.summary;
	return 0;
}
