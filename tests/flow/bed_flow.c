/* SPDX-License-Identifier: BSD-3-Clause */
/* The bed of a story in virtual time: world.h behind tests/story/bed.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/flow/bed_flow.h"
#include "tests/flow/world.h"
#include "tests/story/sounds.h"

#define LINES_MAX    (BED_LINES_MAX < WORLD_PHONES_MAX ? BED_LINES_MAX : WORLD_PHONES_MAX)
#define REGISTER_NS  5000000000ull
#define DIRECTORY    "/tipring-flow-XXXXXX"

struct flow {
	struct bed bed;
	struct bed_config config;
	const struct bed_handlers *handlers;
	void *arg;
	char directory[128], config_path[160], wires_path[160];
	struct world *world;
	unsigned registered;
};

static struct flow *flow_of(const struct bed *bed)
{
	return (struct flow *)bed;
}

static void on_sip(const struct peer_event *event, void *arg)
{
	struct flow *flow = arg;
	struct bed_sip sip = {
		.at_ns = event->at_ns,
		.out = event->out,
		.status = event->status,
		.expires_s = event->expires_s,
		.call = event->call,
	};

	snprintf(sip.method, sizeof(sip.method), "%s", event->method);
	snprintf(sip.from, sizeof(sip.from), "%s", event->from);
	snprintf(sip.to, sizeof(sip.to), "%s", event->to);
	if (event->q850_cause)
		snprintf(sip.reason, sizeof(sip.reason), "Q.850;cause=%u", event->q850_cause);
	if (event->status == 200 && strcmp(event->method, "REGISTER") == 0)
		flow->registered++;
	flow->handlers->sip(&sip, flow->arg);
}

static void on_phone(const struct phone *phone, const struct phone_event *event, void *arg)
{
	const struct flow *flow = arg;

	flow->handlers->phone(phone, event, flow->arg);
}

static void line_write(const struct flow *flow, FILE *file, unsigned n)
{
	const struct bed_config *config = &flow->config;
	const char *own = config->line_profile[n - 1];
	unsigned account = config->account_of[n - 1] ? config->account_of[n - 1] : n;

	fprintf(file, "profile \"p%u\" { country = \"%s\" digit_map = \"(1xx|<8:>1xx|[02-9]x.T|[*#]x.T)\" %s %s }\n", n,
		config->country, config->profile ? config->profile : "", own ? own : "");
	if (account == n)
		fprintf(file, "account \"a%u\" { user = \"%u\" domain = \"127.0.0.1\" server = \"127.0.0.1:5060\" "
		      "password = \"%s%u\" }\n", n, 100 + n,
			n == config->wrong_password ? "wrong" : "secret", 100 + n);
	fprintf(file, "line \"%u\" { driver = \"dummy\" channel = \"%u\" account = \"a%u\" "
		      "profile = \"p%u\" %s }\n", n, n, account, n, config->line_settings[n - 1] ? config->line_settings[n - 1] : "");
}

/* The same as tests/bed/with-server.sh gives to the daemon. */
static int config_write(const struct flow *flow)
{
	FILE *file = fopen(flow->config_path, "w");

	if (!file)
		return errno;
	fprintf(file, "sip { listen = \"127.0.0.1\" port = 5070 }\ndummy { wires = \"%s\" }\nstate { file = \"\" }\nmedia { prompts = words }\n", flow->wires_path);
	for (unsigned n = 1; n <= flow->config.lines; n++)
		line_write(flow, file, n);
	fprintf(file, "%s\n", flow->config.sections ? flow->config.sections : "");
	if (fchmod(fileno(file), 0600) < 0 || ferror(file)) {
		fclose(file);
		return EIO;
	}
	return fclose(file) == 0 ? 0 : errno;
}

static int directory_make(struct flow *flow)
{
	const char *tmp = getenv("TMPDIR");
	int err;

	snprintf(flow->directory, sizeof(flow->directory), "%.64s" DIRECTORY, tmp ? tmp : "/tmp");
	if (!mkdtemp(flow->directory)) {
		flow->directory[0] = 0;
		return errno;
	}
	snprintf(flow->config_path, sizeof(flow->config_path), "%s/tipring.conf", flow->directory);
	snprintf(flow->wires_path, sizeof(flow->wires_path), "%s/wires", flow->directory);
	err = sounds_write(flow->directory);
	return err ? err : config_write(flow);
}

static void flow_close(struct bed *bed)
{
	struct flow *flow = flow_of(bed);

	if (!flow)
		return;
	world_free(flow->world);
	if (flow->directory[0]) {
		sounds_remove(flow->directory);
		unlink(flow->config_path);
		unlink(flow->wires_path);
		rmdir(flow->directory);
	}
	free(flow);
}

static bool is_registered(void *arg)
{
	const struct flow *flow = arg;
	unsigned accounts = flow->config.lines - (flow->config.wrong_password > 0);

	for (unsigned n = 0; n < flow->config.lines; n++)
		accounts -= flow->config.account_of[n] > 0;
	return flow->registered >= accounts;
}

static int world_open(struct flow *flow, unsigned events_size)
{
	struct world_config config = {
		.config_path = flow->config_path,
		.wires_path = flow->wires_path,
		.events_size = events_size,
		.log = getenv("TIPRING_FLOW_LOG") ? stderr : NULL,
		.sip = on_sip,
		.phone = on_phone,
		.arg = flow,
	};
	int err = world_alloc(&flow->world, &config);

	if (err)
		return err;
	world_run(flow->world, world_now_ns(flow->world) + REGISTER_NS, is_registered, flow);
	return is_registered(flow) ? 0 : ETIMEDOUT;
}

static int open_with(struct bed **bedp, const struct bed_ops *ops, unsigned events_size,
	const struct bed_config *config, const struct bed_handlers *handlers, void *arg)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	int err = 0;

	if (!flow)
		return ENOMEM;
	flow->bed.ops = ops;
	flow->config = *config;
	flow->handlers = handlers;
	flow->arg = arg;
	if (config->lines > LINES_MAX)
		err = EINVAL;
	if (!err)
		err = directory_make(flow);
	if (!err)
		err = world_open(flow, events_size);
	if (err) {
		fprintf(stderr, "the bed cannot be made: %s\n", strerror(err));
		flow_close(&flow->bed);
		return err;
	}
	*bedp = &flow->bed;
	return 0;
}

static int flow_open(struct bed **bedp, const struct bed_config *config,
	const struct bed_handlers *handlers, void *arg)
{
	return open_with(bedp, &bed_flow_ops, 0, config, handlers, arg);
}

static int narrow_open(struct bed **bedp, const struct bed_config *config,
	const struct bed_handlers *handlers, void *arg)
{
	return open_with(bedp, &bed_flow_narrow_ops, 1, config, handlers, arg);
}

static uint64_t flow_now_ns(const struct bed *bed)
{
	return world_now_ns(flow_of(bed)->world);
}

static int flow_phone_add(struct bed *bed, struct phone **phonep, unsigned number)
{
	struct flow *flow = flow_of(bed);
	char line[16];

	if (number < 1 || number > flow->config.lines)
		return ENODEV;
	snprintf(line, sizeof(line), "%u", number);
	return world_phone_add(flow->world, phonep, number, flow->config.country, line);
}

static int flow_run(struct bed *bed, uint64_t until_ns, bool (*done)(void *arg), void *arg)
{
	world_run(flow_of(bed)->world, until_ns, done, arg);
	return 0;
}

static int flow_stop(struct bed *bed)
{
	world_stop_begin(flow_of(bed)->world);
	return 0;
}

/* Its peer is told by "sip registrar silent" and the like. */
static int flow_server(struct bed *bed, bool up)
{
	(void)bed;
	(void)up;
	return ENOTSUP;
}

static int flow_clock(struct bed *bed, int64_t wall_s)
{
	world_wall_set(flow_of(bed)->world, wall_s);
	return 0;
}

static int flow_command(struct bed *bed, const char *text, char *reason, size_t reason_size)
{
	return peer_command(world_peer(flow_of(bed)->world), text, reason, reason_size);
}

#define FLOW_OPS(bed_name, bed_open) \
	{ \
		.name = bed_name, \
		.open = bed_open, \
		.close = flow_close, \
		.now_ns = flow_now_ns, \
		.phone_add = flow_phone_add, \
		.run = flow_run, \
		.stop = flow_stop, \
		.server = flow_server, \
		.clock = flow_clock, \
		.command = flow_command, \
	}

const struct bed_ops bed_flow_ops = FLOW_OPS("flow", flow_open);
const struct bed_ops bed_flow_narrow_ops = FLOW_OPS("flow-narrow", narrow_open);
