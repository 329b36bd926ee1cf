/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/control.h"
#include "gateway/control_calls.h"
#include "gateway/refusals.h"

#define REQUEST_BYTES_MAX 256
#define REQUEST_WORDS_MAX 3
#define MESSAGES_MAX      12
#define CLIENTS_MAX       8
#define ANSWER_BYTES_MAX  (1 << 20) /* of the kernel's buffer, of which it grants what it likes */

struct client {
	struct control *control;
	int fd; /* -1: free */
	char request[REQUEST_BYTES_MAX];
	size_t length;
};

struct control {
	struct loop *loop;
	struct gateway *gateway;
	int fd;
	int spare_fd; /* given up for a moment when there is no other */
	char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	struct client clients[CLIENTS_MAX];
	unsigned oldest; /* which client goes when another one comes */
};

static void client_close(struct client *client)
{
	loop_unwatch(client->control->loop, client->fd);
	close(client->fd);
	client->fd = -1;
}

static const char *const registrations[] = {
	[UA_REG_NONE] = "no", [UA_REG_TRYING] = "trying",
	[UA_REG_REGISTERED] = "yes", [UA_REG_FAILED] = "failed",
};

static const char *hook_text(const struct line_status *status)
{
	return status->fault ? "fault" : status->off_hook ? "off-hook" : "on-hook";
}

/* New ones; "some" where the mailbox does not count them. */
static const char *messages_text(const struct line_status *status, char text[MESSAGES_MAX])
{
	if (!status->messages.waiting)
		return "-";
	if (!status->messages.voice_new)
		return "some";
	snprintf(text, MESSAGES_MAX, "%u", status->messages.voice_new);
	return text;
}

static void status_print(const struct gateway *gateway, FILE *out)
{
	struct line_status status;
	char messages[MESSAGES_MAX];

	fprintf(out, "%-16s %-12s %-8s %-10s %8s %9s %7s %8s %7s\n", "line", "state", "hook", "registered",
		"calls-in", "calls-out", "flashes", "messages", "bridges");
	for (unsigned i = 0; gateway_line_status(gateway, i, &status); i++)
		fprintf(out, "%-16s %-12s %-8s %-10s %8u %9u %7u %8s %7u\n", status.name, status.state,
			hook_text(&status), registrations[status.registration], status.calls_in,
			status.calls_out, status.flashes, messages_text(&status, messages), status.bridges);
}

static void status_json_print(const struct gateway *gateway, FILE *out)
{
	struct line_status status;

	fprintf(out, "{\"lines\":[");
	for (unsigned i = 0; gateway_line_status(gateway, i, &status); i++) {
		fprintf(out, "%s\n{\"line\":", i ? "," : "");
		control_json_text_print(status.name, out);
		fprintf(out, ",\"state\":\"%s\",\"hook\":\"%s\",\"registered\":\"%s\","
			"\"calls_in\":%u,\"calls_out\":%u,\"flashes\":%u,\"messages_waiting\":%s,"
			"\"messages_new\":%u,\"messages_old\":%u,\"bridges\":%u}", status.state,
			hook_text(&status), registrations[status.registration], status.calls_in,
			status.calls_out, status.flashes, status.messages.waiting ? "true" : "false",
			status.messages.voice_new, status.messages.voice_old, status.bridges);
	}
	fprintf(out, "\n]}\n");
}

/* ---- what subscribers have set ---- */

static struct subscriber *subscriber_of(struct gateway *gateway, const char *line, FILE *out)
{
	struct subscriber *subscriber = gateway_subscriber(gateway, line);

	if (!subscriber)
		fprintf(out, "error: no line \"%s\"; allowed is the name of a line section\n", line);
	return subscriber;
}

static bool item_of(const char *name, enum subscriber_item *item, FILE *out)
{
	char allowed[SUBSCRIBER_NAME_MAX];

	*item = subscriber_item_find(name);
	if (*item < SUBSCRIBER_ITEMS)
		return true;
	fprintf(out, "error: no item \"%s\"; allowed is", name);
	for (enum subscriber_item i = 0; i < SUBSCRIBER_ITEMS; i++) {
		subscriber_item_name(i, allowed);
		fprintf(out, " %s", allowed);
	}
	fputc('\n', out);
	return false;
}

static bool show_print(struct gateway *gateway, char *const *words, FILE *out)
{
	const struct subscriber *subscriber = subscriber_of(gateway, words[0], out);
	char name[SUBSCRIBER_NAME_MAX];

	for (enum subscriber_item item = 0; subscriber && item < SUBSCRIBER_ITEMS; item++) {
		if (!subscriber_has(subscriber, item))
			continue;
		subscriber_item_name(item, name);
		fprintf(out, "%s %s\n", name, subscriber_get(subscriber, item));
	}
	return subscriber;
}

static bool item_set(struct gateway *gateway, char *const *words, const char *value, FILE *out)
{
	struct subscriber *subscriber = subscriber_of(gateway, words[0], out);
	enum subscriber_item item;

	if (!subscriber || !item_of(words[1], &item, out))
		return false;
	if (subscriber_set(subscriber, item, value) == 0)
		return true;
	fprintf(out, "error: %s \"%s\": allowed is %s\n", words[1], value, subscriber_allowed(item));
	return false;
}

static bool set_print(struct gateway *gateway, char *const *words, FILE *out)
{
	return item_set(gateway, words, words[2], out);
}

static bool clear_print(struct gateway *gateway, char *const *words, FILE *out)
{
	return item_set(gateway, words, "", out);
}

/* ---- requests ---- */

static bool status_request(struct gateway *gateway, char *const *words, FILE *out)
{
	(void)words;
	status_print(gateway, out);
	return true;
}

static bool status_json_request(struct gateway *gateway, char *const *words, FILE *out)
{
	(void)words;
	status_json_print(gateway, out);
	return true;
}

static bool sip_request(struct gateway *gateway, char *const *words, FILE *out)
{
	struct ua_agent_counts counts;

	(void)words;
	gateway_sip_counts(gateway, &counts);
	refusals_print(&counts, out);
	return true;
}

static void ms_print(uint32_t us, FILE *out)
{
	if (us == UINT32_MAX)
		fprintf(out, " %10s", ">100");
	else
		fprintf(out, " %10.2f", us / 1000.0);
}

/* How late the ticks of each media worker begin. */
static bool media_request(struct gateway *gateway, char *const *words, FILE *out)
{
	const struct media *media;

	(void)words;
	fprintf(out, "%6s %6s %10s %10s %10s %10s\n", "worker", "lines", "ticks", "p50-ms", "p99-ms", "worst-ms");
	for (unsigned i = 0; (media = gateway_media(gateway, i)); i++) {
		struct lateness_view late;

		media_lateness(media, &late);
		fprintf(out, "%6u %6u %10u", i, media_line_count(media), late.ticks);
		ms_print(late.p50_us, out);
		ms_print(late.p99_us, out);
		ms_print(late.worst_us, out);
		fputc('\n', out);
	}
	return true;
}

static bool calls_request(struct gateway *gateway, char *const *words, FILE *out)
{
	(void)words;
	control_calls_print(gateway, out);
	return true;
}

static bool calls_json_request(struct gateway *gateway, char *const *words, FILE *out)
{
	(void)words;
	control_calls_json_print(gateway, out);
	return true;
}

/* What a server said may hold anything: it stays on its row. */
static void account_print(const struct account_status *status, FILE *out)
{
	const struct ua_registration_view *view = &status->view;
	char answer[sizeof(view->reason) + 12] = "-";

	if (view->status)
		snprintf(answer, sizeof(answer), "%u %s", view->status, view->reason);
	else if (view->reason[0])
		snprintf(answer, sizeof(answer), "%s", view->reason);
	for (char *c = answer; *c; c++)
		*c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c;
	fprintf(out, "%-16s %-10s %-22s %7u %6u %-28s", status->name, registrations[status->registration], view->server[0] ? view->server : "-",
		view->lasts_s, view->next_s, answer);
}

static bool accounts_request(struct gateway *gateway, char *const *words, FILE *out)
{
	struct account_status status;

	(void)words;
	fprintf(out, "%-16s %-10s %-22s %7s %6s %-28s %s\n", "account", "registered", "server", "lasts-s", "next-s", "answer", "addresses");
	for (unsigned i = 0; gateway_account_status(gateway, i, &status); i++) {
		const char *uri;

		account_print(&status, out);
		for (unsigned k = 0; (uri = gateway_account_address(gateway, i, k)); k++)
			fprintf(out, " %s", uri);
		fputc('\n', out);
	}
	return true;
}

static bool reload_request(struct gateway *gateway, char *const *words, FILE *out)
{
	int err = gateway_reload(gateway, out);
	unsigned in_use = gateway_lines_in_use(gateway);

	(void)words;
	if (err)
		fprintf(out, "error: the configuration stays as it was: %s\n", err == EINVAL ? "what is wrong stands above" : strerror(err));
	else if (in_use)
		fprintf(out, "comes in force as soon as no telephone is in use (%u now)\n", in_use);
	return !err;
}

static const struct request {
	const char *begins;
	unsigned words; /* after that */
	const char *usage;
	bool (*print)(struct gateway *gateway, char *const *words, FILE *out); /* false: it has said why not */
} requests[] = {
	{"status", 0, "status", status_request},
	{"status --json", 0, "status --json", status_json_request},
	{"sip", 0, "sip", sip_request},
	{"accounts", 0, "accounts", accounts_request},
	{"media", 0, "media", media_request},
	{"calls", 0, "calls", calls_request},
	{"calls --json", 0, "calls --json", calls_json_request},
	{"reload", 0, "reload", reload_request},
	{"show", 1, "show LINE", show_print},
	{"set", 3, "set LINE ITEM VALUE", set_print},
	{"clear", 2, "clear LINE ITEM", clear_print},
};

/* Takes the next word off the rest: between quotes, where it holds blanks (the name of a line may), else up to a blank. NULL: there is none. */
static char *word_take(char **rest)
{
	char *word = *rest + strspn(*rest, " "), *end;
	bool quoted = *word == '"';

	word += quoted;
	if (!*word)
		return NULL;
	end = word + strcspn(word, quoted ? "\"" : " ");
	*rest = end + (*end != 0);
	*end = 0;
	return word;
}

static bool words_take(char *rest, unsigned count, char *words[REQUEST_WORDS_MAX])
{
	for (unsigned i = 0; i < count; i++) {
		words[i] = word_take(&rest);
		if (!words[i])
			return false;
	}
	return !rest[strspn(rest, " ")];
}

static bool begins(const char *text, const struct request *request)
{
	size_t length = strlen(request->begins);

	return strncmp(text, request->begins, length) == 0 && text[length] == (request->words ? ' ' : 0);
}

static void usage_print(FILE *out)
{
	fprintf(out, "error: unknown request; allowed is:");
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		fprintf(out, "%s %s", i ? "," : "", requests[i].usage);
	fputc('\n', out);
}

static void request_print(struct client *client, FILE *out)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		char *words[REQUEST_WORDS_MAX];

		if (!begins(client->request, &requests[i]) ||
		    !words_take(client->request + strlen(requests[i].begins), requests[i].words, words))
			continue;
		if (requests[i].print(client->control->gateway, words, out))
			fprintf(out, "ok\n");
		return;
	}
	usage_print(out);
}

static void request_answer(struct client *client)
{
	char *text = NULL;
	size_t size = 0, sent = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	request_print(client, out);
	fclose(out);
	/* What an operator's tool does not read at once is cut: the daemon waits for nobody. */
	while (sent < size) {
		ssize_t count = send(client->fd, text + sent, size - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (count <= 0)
			break;
		sent += (size_t)count;
	}
	free(text);
}

static void on_client(int fd, void *arg)
{
	struct client *client = arg;
	ssize_t count = recv(fd, client->request + client->length,
		sizeof(client->request) - 1 - client->length, MSG_DONTWAIT);
	char *end;

	if (count < 0 && errno == EAGAIN)
		return;
	if (count > 0) {
		client->length += (size_t)count;
		client->request[client->length] = 0;
		end = strchr(client->request, '\n');
		if (!end && client->length < sizeof(client->request) - 1)
			return;
		if (end)
			*end = 0;
		request_answer(client);
	}
	client_close(client);
}

/* Whoever connected and asked nothing makes room. */
static struct client *client_place(struct control *control)
{
	struct client *client = &control->clients[control->oldest++ % CLIENTS_MAX];

	if (client->fd >= 0)
		client_close(client);
	return client;
}

static int spare_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Out of descriptors a connection cannot be taken, and left waiting it would wake the loop for ever. */
static void connection_refuse(struct control *control)
{
	int fd;

	close(control->spare_fd);
	fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	control->spare_fd = spare_open();
}

static void on_connection(int fd, void *arg)
{
	struct control *control = arg;
	int size = ANSWER_BYTES_MAX, client_fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct client *client;

	if (client_fd < 0) {
		if (errno == EMFILE || errno == ENFILE)
			connection_refuse(control);
		return;
	}
	(void)setsockopt(client_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	client = client_place(control);
	client->length = 0;
	if (loop_watch(control->loop, client_fd, on_client, client) != 0)
		close(client_fd);
	else
		client->fd = client_fd;
}

static bool is_other_than_socket(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && !S_ISSOCK(status.st_mode);
}

/* Mode 0660 from the first moment on. */
static int listen_on(struct control *control)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	mode_t before;
	int fd, err = 0;

	if (control_connect(&fd, control->path) == 0) {
		close(fd);
		return EADDRINUSE;
	}
	if (is_other_than_socket(control->path))
		return EEXIST;
	strcpy(addr.sun_path, control->path);
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (control->fd < 0)
		return errno;
	unlink(control->path);
	before = umask(0117);
	if (bind(control->fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    listen(control->fd, CLIENTS_MAX) < 0)
		err = errno;
	umask(before);
	return err;
}

int control_alloc(struct control **controlp, struct loop *loop, const char *path,
	struct gateway *gateway)
{
	struct control *control = calloc(1, sizeof(*control));
	int err = 0;

	if (!control)
		return ENOMEM;
	control->loop = loop;
	control->gateway = gateway;
	control->fd = -1;
	control->spare_fd = spare_open();
	for (int i = 0; i < CLIENTS_MAX; i++)
		control->clients[i] = (struct client){.control = control, .fd = -1};
	if (control->spare_fd < 0)
		err = errno;
	else if ((size_t)snprintf(control->path, sizeof(control->path), "%s", path) >= sizeof(control->path))
		err = ENAMETOOLONG;
	if (!err)
		err = listen_on(control);
	if (!err)
		err = loop_watch(loop, control->fd, on_connection, control);
	if (err) {
		close(control->spare_fd);
		if (control->fd >= 0)
			close(control->fd);
		free(control);
		return err;
	}
	*controlp = control;
	return 0;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	for (int i = 0; i < CLIENTS_MAX; i++) {
		if (control->clients[i].fd >= 0)
			client_close(&control->clients[i]);
	}
	loop_unwatch(control->loop, control->fd);
	close(control->fd);
	close(control->spare_fd);
	unlink(control->path);
	free(control);
}
