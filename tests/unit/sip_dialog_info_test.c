/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sip/dialog_info.h"

#define ROOT "<?xml version=\"1.0\"?>\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"1\" state=\"full\" entity=\"sip:a@b\">"

static void test_what_is_read(void **state)
{
	static const struct {
		const char *text;
		bool busy;
	} rows[] = {
		{ROOT "</dialog-info>", false},
		{ROOT "<dialog id=\"1\"><state>confirmed</state></dialog></dialog-info>", true},
		{ROOT "<dialog id=\"1\"><state>terminated</state></dialog></dialog-info>", false},
		{ROOT "<dialog id=\"1\"><state event=\"cancelled\" code=\"487\">\n terminated\r\n</state></dialog></dialog-info>", false},
		{ROOT "<dialog><state>terminated</state></dialog><dialog><state>early</state></dialog></dialog-info>", true},
		{ROOT "<!-- <state>confirmed</state> --></dialog-info>", false},
		{"<d:dialog-info><d:dialog><d:state>trying</d:state></d:dialog></d:dialog-info>", true},
		{"<dialog-info><dialog><state/></dialog></dialog-info>", false},
		{"<dialog-info><statement>confirmed</statement></dialog-info>", false},
		{"<dialog-info/>", false},
		{"<dialog-info><dialog><state>confir", true},
		{"<dialog-info><!-- no end <state>early</state>", false},
		{"<state>early</state><dialog-info>", false},
	};
	bool busy;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		busy = !rows[i].busy;
		assert_int_equal(ua_dialog_info_parse(&busy, rows[i].text, strlen(rows[i].text)), 0);
		assert_int_equal(busy, rows[i].busy);
	}
}

static void test_what_cannot_be_read(void **state)
{
	static const char *const texts[] = {"", "<", "<>", "<presence/>", "dialog-info", "<!-- <dialog-info> -->", "<state>early</state>"};
	bool busy = true;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(ua_dialog_info_parse(&busy, texts[i], strlen(texts[i])), EBADMSG);
	assert_true(busy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests_name("sip dialog info", tests, NULL, NULL);
}
