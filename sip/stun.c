/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <openssl/rand.h>

#include "sip/stun.h"

#define HEADER_BYTES       20
#define ATTRIBUTE_BYTES    4 /* its type and length */
#define TYPE_REQUEST       0x0001 /* of the method Binding (s18.2), as the next three */
#define TYPE_INDICATION    0x0011
#define TYPE_SUCCESS       0x0101
#define TYPE_ERROR         0x0111
#define XOR_MAPPED_ADDRESS 0x0020
#define OPTIONAL_FIRST     0x8000 /* attributes from here need not be understood (s14) */
#define FAMILY_IPV4        1
#define FAMILY_IPV6        2

static const uint8_t magic[] = {0x21, 0x12, 0xa4, 0x42};

static void write_header(uint8_t bytes[UA_STUN_BYTES], uint16_t type, const uint8_t id[UA_STUN_ID_BYTES])
{
	memset(bytes, 0, UA_STUN_BYTES);
	bytes[0] = (uint8_t)(type >> 8);
	bytes[1] = (uint8_t)type;
	memcpy(bytes + 4, magic, sizeof(magic));
	memcpy(bytes + 8, id, UA_STUN_ID_BYTES);
}

int ua_stun_id(uint8_t id[UA_STUN_ID_BYTES])
{
	return RAND_bytes(id, UA_STUN_ID_BYTES) == 1 ? 0 : EIO;
}

void ua_stun_request(uint8_t bytes[UA_STUN_BYTES], const uint8_t id[UA_STUN_ID_BYTES])
{
	write_header(bytes, TYPE_REQUEST, id);
}

void ua_stun_indication(uint8_t bytes[UA_STUN_BYTES], const uint8_t id[UA_STUN_ID_BYTES])
{
	write_header(bytes, TYPE_INDICATION, id);
}

static uint16_t read_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool is_message(const uint8_t *bytes, size_t length)
{
	return length >= HEADER_BYTES && bytes[0] < 0x40 && !memcmp(bytes + 4, magic, sizeof(magic)) &&
		read_16(bytes + 2) % 4 == 0 && HEADER_BYTES + (size_t)read_16(bytes + 2) == length;
}

/* s14.2: a relay that rewrites whatever looks like an address must not find it. */
static int read_mapped(struct ua_stun_mapped *mapped, const uint8_t *header, const uint8_t *value, size_t length)
{
	size_t addr_length = length > 1 && value[1] == FAMILY_IPV6 ? 16 : 4;
	struct ua_stun_mapped result = {.is_ipv6 = addr_length == 16};

	if (length != 4 + addr_length || (value[1] != FAMILY_IPV4 && value[1] != FAMILY_IPV6))
		return EBADMSG;
	result.port = read_16(value + 2) ^ read_16(magic);
	for (size_t i = 0; i < addr_length; i++)
		result.addr[i] = value[4 + i] ^ header[4 + i]; /* the magic, and the id behind it */
	*mapped = result;
	return 0;
}

/* Those of a success response, RFC 3489's and what belongs to credentials included. */
static bool is_known(uint16_t type)
{
	return type >= OPTIONAL_FIRST || type <= 0x000b || type == 0x0014 || type == 0x0015 || type == 0x001c || type == XOR_MAPPED_ADDRESS;
}

/* What is there twice counts the first time (s14). */
static int read_attributes(struct ua_stun_mapped *mapped, const uint8_t *header, const uint8_t *bytes, size_t length)
{
	bool found = false;

	while (length >= ATTRIBUTE_BYTES) {
		uint16_t type = read_16(bytes);
		size_t value = read_16(bytes + 2), whole = ATTRIBUTE_BYTES + (value + 3) / 4 * 4;

		if (whole > length)
			return EBADMSG;
		if (!is_known(type))
			return ECONNREFUSED;
		if (type == XOR_MAPPED_ADDRESS && !found) {
			if (read_mapped(mapped, header, bytes + ATTRIBUTE_BYTES, value))
				return EBADMSG;
			found = true;
		}
		bytes += whole;
		length -= whole;
	}
	return found && !length ? 0 : EBADMSG;
}

int ua_stun_answer(struct ua_stun_mapped *mapped, const uint8_t id[UA_STUN_ID_BYTES], const uint8_t *bytes, size_t length)
{
	struct ua_stun_mapped result;
	int err;

	if (!is_message(bytes, length))
		return EBADMSG;
	if (memcmp(bytes + 8, id, UA_STUN_ID_BYTES) != 0 || (read_16(bytes) != TYPE_SUCCESS && read_16(bytes) != TYPE_ERROR))
		return ENOENT;
	if (read_16(bytes) == TYPE_ERROR)
		return ECONNREFUSED;
	err = read_attributes(&result, bytes, bytes + HEADER_BYTES, length - HEADER_BYTES);
	if (!err)
		*mapped = result;
	return err;
}
