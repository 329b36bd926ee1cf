/* SPDX-License-Identifier: BSD-3-Clause */
/* Bodies of one part and of many. */
#include <re.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sip/content.h"

#define SDP      "Content-Type: application/sdp\r\n\r\nv=0\r\n"
#define XML      "Content-Type: application/cw+xml\r\n\r\n<cw/>\r\n"
#define XML_OPT  "Content-Type: application/cw+xml\r\nContent-Disposition: render;handling=optional\r\n\r\n<cw/>\r\n"
#define MIXED    "multipart/mixed;boundary=x"
#define PART     "--x\r\n"
#define END      "--x--\r\n"

struct row {
	const char *type, *disposition, *body;
	int err;
	const char *sdp; /* NULL: none */
};

static void judge(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ua_content content = {0};
		struct pl sdp = pl_null;
		int err;

		pl_set_str(&content.type, rows[i].type);
		pl_set_str(&content.disposition, rows[i].disposition);
		pl_set_str(&content.body, rows[i].body);
		err = ua_content_sdp(&sdp, &content);
		if (err != rows[i].err || !sdp.p != !rows[i].sdp || (sdp.p && pl_strcmp(&sdp, rows[i].sdp)))
			fail_msg("row %zu: error %d, \"%.*s\"", i, err, (int)sdp.l, sdp.p ? sdp.p : "");
	}
}

#define JUDGE(rows) judge(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_a_body_of_its_own(void **state)
{
	static const struct row rows[] = {
		{"application/sdp", "", "v=0\r\n", 0, "v=0\r\n"},
		{"Application/SDP ;charset=utf-8", "session", "v=0", 0, "v=0"},
		{"application/sdp", "", "", ENODATA, NULL},
		{"", "", "", ENODATA, NULL},
		{"", "", "v=0", ENOTSUP, NULL},
		{"text/plain", "", "hello", ENOTSUP, NULL},
		{"text/plain", "render;handling=required", "hello", ENOTSUP, NULL},
		{"text/plain", "render; handling=\"Optional\"", "hello", ENODATA, NULL},
		{"application/sdp", "early-session", "v=0", ENOTSUP, NULL},
		{"application/sdp", "early-session;handling=optional", "v=0", ENODATA, NULL},
		{"application/sdpx", "", "v=0", ENOTSUP, NULL},
	};

	(void)state;
	JUDGE(rows);
}

static void test_one_of_many_parts(void **state)
{
	static const struct row rows[] = {
		{MIXED, "", PART SDP END, 0, "v=0"},
		{MIXED, "", PART XML_OPT PART SDP END, 0, "v=0"},
		{MIXED, "", PART SDP PART XML_OPT END, 0, "v=0"},
		{MIXED, "", "preamble\r\n" PART SDP END "epilogue", 0, "v=0"},
		{"multipart/mixed; charset=\"a;b\"; Boundary=\"x y\"", "", "--x y\r\n" SDP "--x y--", 0, "v=0"},
		{"MULTIPART/anything;boundary=x", "", PART SDP END, 0, "v=0"},
		{MIXED, "", PART XML PART SDP END, ENOTSUP, "v=0"},
		{MIXED, "", PART XML END, ENOTSUP, NULL},
		{MIXED, "", PART XML_OPT END, ENODATA, NULL},
		{MIXED, "render;handling=optional", PART XML END, ENODATA, NULL},
		{MIXED, "", PART "\r\nplain text\r\n" PART SDP END, ENOTSUP, "v=0"},
		{MIXED, "", PART "Content-Type:\r\n application/sdp\r\nX: y\r\n\r\nv=0\r\n" END, 0, "v=0"},
		{MIXED, "", PART "content-type: application/sdp\r\nContent-Transfer-Encoding: binary\r\n\r\nv=0\r\n" END, 0, "v=0"},
		{MIXED, "", PART "Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\ndj0w\r\n" END, ENOTSUP, NULL},
		{MIXED, "", PART "Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n\r\nv=0\r\n" END, ENOTSUP, NULL},
		{MIXED, "", "--x\nContent-Type: application/sdp\n\nv=0\n\n--x--\n", 0, "v=0\n"},
		/* the first, and no delimiter within it */
		{MIXED, "", PART "Content-Type: application/sdp\r\n\r\n--xyz\r\na--x\r\n" PART SDP END, 0, "--xyz\r\na--x"},
		{MIXED, "", END, ENODATA, NULL},
		{MIXED, "", PART PART SDP END, 0, "v=0"},
	};

	(void)state;
	JUDGE(rows);
}

static void test_parts_that_belong_together(void **state)
{
	static const struct row rows[] = {
		{"multipart/alternative;boundary=x", "", PART XML PART SDP END, 0, "v=0"},
		{"multipart/alternative;boundary=x", "", PART SDP PART XML END, 0, "v=0"},
		{"multipart/alternative;boundary=x", "", PART SDP PART "Content-Type: application/sdp\r\n\r\nv=1\r\n" END, 0, "v=1"},
		{"multipart/alternative;boundary=x", "", PART XML END, ENOTSUP, NULL},
		{"multipart/related;boundary=x", "", PART SDP PART XML END, 0, "v=0"},
		{"multipart/related;boundary=x", "", PART XML END, ENOTSUP, NULL},
		{MIXED, "", PART "Content-Type: multipart/alternative;boundary=y\r\n\r\n--y\r\n" XML "--y\r\n" SDP "--y--\r\n"
			PART XML_OPT END, 0, "v=0"},
		{MIXED, "", PART "Content-Type: multipart/mixed;boundary=y\r\n\r\n--y\r\n" XML "--y--\r\n" PART SDP END, ENOTSUP, "v=0"},
	};

	(void)state;
	JUDGE(rows);
}

static void test_parts_that_cannot_be_told_apart(void **state)
{
	static const struct row rows[] = {
		{"multipart/mixed", "", PART SDP END, EBADMSG, NULL},
		{"multipart/mixed;boundary=", "", PART SDP END, EBADMSG, NULL},
		{"multipart/mixed;boundary=\"", "", PART SDP END, EBADMSG, NULL},
		{MIXED, "", "no part at all", EBADMSG, NULL},
		{MIXED, "", PART SDP, EBADMSG, NULL},
		{MIXED, "", PART SDP PART, EBADMSG, NULL},
		{MIXED, "", PART "Content-Type: multipart/mixed;boundary=y\r\n\r\n--y\r\n" SDP PART SDP END, EBADMSG, NULL},
		{"multipart/mixed;boundary=01234567890123456789012345678901234567890123456789012345678901234567890", "",
			"--01234567890123456789012345678901234567890123456789012345678901234567890--", EBADMSG, NULL},
		/* too deep */
		{MIXED, "", PART "Content-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\n"
			"Content-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\n"
			"Content-Type: multipart/mixed;boundary=d\r\n\r\n--d\r\n" SDP "--d--\r\n--c--\r\n--b--\r\n" END, EBADMSG, NULL},
	};

	(void)state;
	JUDGE(rows);
}

static void test_too_many_parts(void **state)
{
	char body[4096] = "";
	size_t length = 0;

	(void)state;
	for (int i = 0; i <= UA_CONTENT_PARTS_MAX; i++)
		length += (size_t)snprintf(body + length, sizeof(body) - length, PART XML_OPT);
	snprintf(body + length, sizeof(body) - length, END);
	judge(&(struct row){MIXED, "", body, EBADMSG, NULL}, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_body_of_its_own),
		cmocka_unit_test(test_one_of_many_parts),
		cmocka_unit_test(test_parts_that_belong_together),
		cmocka_unit_test(test_parts_that_cannot_be_told_apart),
		cmocka_unit_test(test_too_many_parts),
	};

	return cmocka_run_group_tests_name("sip content", tests, NULL, NULL);
}
