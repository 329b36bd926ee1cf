/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Preloaded into a test program: counts the allocations that the project's code asks for, itself or through a library,
 * and lets one of them fail, once. Those of the test program's own code are neither counted nor spoilt; run.sh finds
 * out whose code stands where. Since nothing else fails, whatever breaks or leaks then does so for want of that block.
 *
 *   ALLOC_OWN   file with functions: "FIRST END KIND" a line, hexadecimal as in the program's file, ascending; KIND is
 *               "own" of the project, or "instead" of one of its functions, which counts as that when the project calls
 *   ALLOC_SAME  from the same place, by the same way through the program, so many are counted, the first
 *   ALLOC_NTH   which one fails, from 1; 0 or none: they are only counted
 *   ALLOC_TELL  file that is told: "failed ADDRESS..." with the return addresses in the program, innermost first, and
 *               "count N" at exit
 *
 * An assertion of cmocka's that does not hold leaves its test by a jump, and all that the test had made with it. It is
 * allowed to fail, so the program ends there, after what has leaked until then was looked for: exit status 0, or 98.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES_MAX  64
#define OWN_MAX     4096
#define PLACES_MAX  65536
#define EARLY_BYTES 4096 /* for the dynamic linker, until it has told where the real functions are */
#define STATUS_LEAK 98

struct range {
	uintptr_t first, end;
	bool instead;
};

static struct range own[OWN_MAX], program;
static size_t own_count;
static uintptr_t base;
static struct {
	uint64_t hash;
	unsigned long seen;
} places[PLACES_MAX];
static unsigned long nth, same, count;
static const char *tell_path;
static bool ready;
static _Thread_local bool within;

static struct {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t number, size_t size);
	void *(*realloc)(void *block, size_t size);
	void *(*reallocarray)(void *block, size_t number, size_t size);
	char *(*strdup)(const char *text);
	char *(*strndup)(const char *text, size_t size);
	void (*free)(void *block);
} real;

static char early[EARLY_BYTES];
static size_t early_used;

static void *early_alloc(size_t size)
{
	void *block = early + early_used;

	early_used += (size + 15) & ~(size_t)15;
	if (early_used > sizeof(early))
		abort();
	return block;
}

static bool is_early(const void *block)
{
	return (const char *)block >= early && (const char *)block < early + sizeof(early);
}

static void real_find(void)
{
	static bool finding;

	if (real.free || finding)
		return;
	finding = true;
	*(void **)&real.malloc = dlsym(RTLD_NEXT, "malloc");
	*(void **)&real.calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&real.realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&real.reallocarray = dlsym(RTLD_NEXT, "reallocarray");
	*(void **)&real.strdup = dlsym(RTLD_NEXT, "strdup");
	*(void **)&real.strndup = dlsym(RTLD_NEXT, "strndup");
	*(void **)&real.free = dlsym(RTLD_NEXT, "free");
	finding = false;
}

static void tell(const char *text)
{
	int fd = tell_path ? open(tell_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	(void)!write(fd, text, strlen(text));
	close(fd);
}

static int on_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	base = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X)) {
			program.first = base + info->dlpi_phdr[i].p_vaddr;
			program.end = program.first + info->dlpi_phdr[i].p_memsz;
		}
	}
	return 1; /* the first is the program */
}

static void own_read(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned long first, end;
	char kind[16];

	while (file && own_count < OWN_MAX && fscanf(file, "%lx %lx %15s", &first, &end, kind) == 3)
		own[own_count++] = (struct range){base + first, base + end, kind[0] == 'i'};
	if (!file || own_count == OWN_MAX)
		abort();
	fclose(file);
}

static unsigned long number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *own_path = getenv("ALLOC_OWN");
	void *frames[FRAMES_MAX];

	if (!own_path)
		return;
	within = true;
	real_find();
	dl_iterate_phdr(on_object, NULL);
	own_read(own_path);
	tell_path = getenv("ALLOC_TELL");
	nth = number("ALLOC_NTH");
	same = number("ALLOC_SAME");
	(void)backtrace(frames, FRAMES_MAX); /* loads the unwinder, which allocates */
	/* Children are other programs. */
	unsetenv("LD_PRELOAD");
	within = false;
	ready = true;
}

__attribute__((destructor)) static void end(void)
{
	char text[64];

	if (!ready)
		return;
	ready = false;
	snprintf(text, sizeof(text), "count %lu\n", count);
	tell(text);
}

static bool is_in(const struct range *range, const void *address)
{
	return (uintptr_t)address >= range->first && (uintptr_t)address < range->end;
}

/* NULL: the test program's own. */
static const struct range *owner(const void *address)
{
	size_t low = 0, high = own_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if ((uintptr_t)address < own[middle].first)
			high = middle;
		else if ((uintptr_t)address >= own[middle].end)
			low = middle + 1;
		else
			return &own[middle];
	}
	return NULL;
}

/* The innermost function of the program itself tells. */
static bool is_own(void *const *frames, int frame_count)
{
	for (int i = 0; i < frame_count; i++) {
		const struct range *range = owner((const char *)frames[i] - 1);

		if (is_in(&program, frames[i]) && (!range || !range->instead))
			return range;
	}
	return false;
}

static void tell_failed(void *const *frames, int frame_count)
{
	char text[32 * FRAMES_MAX] = "failed";
	size_t used = strlen(text);

	for (int i = 0; i < frame_count; i++) {
		if (is_in(&program, frames[i]))
			used += (size_t)snprintf(text + used, sizeof(text) - used, " %lx",
				(unsigned long)((uintptr_t)frames[i] - 1 - base));
	}
	snprintf(text + used, sizeof(text) - used, "\n");
	tell(text);
}

/* How often this way through the program was gone before. */
static unsigned long seen_before(void *const *frames, int frame_count)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	size_t i;

	for (int f = 0; f < frame_count; f++) {
		if (is_in(&program, frames[f]))
			hash = (hash ^ ((uintptr_t)frames[f] - base)) * UINT64_C(0x100000001b3);
	}
	for (i = hash % PLACES_MAX; places[i].seen && places[i].hash != hash; i = (i + 1) % PLACES_MAX)
		;
	places[i].hash = hash;
	return places[i].seen++;
}

/* Whether this allocation is the one that fails. */
static bool fails(const void *caller)
{
	void *frames[FRAMES_MAX];
	int frame_count;
	bool it_fails = false;

	if (!ready || within || (is_in(&program, caller) && !owner(caller)))
		return false;
	within = true;
	frame_count = backtrace(frames, FRAMES_MAX);
	if (is_own(frames, frame_count) && (!same || seen_before(frames, frame_count) < same)) {
		it_fails = ++count == nth;
		if (it_fails)
			tell_failed(frames, frame_count);
	}
	within = false;
	if (it_fails)
		errno = ENOMEM;
	return it_fails;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size)
{
	real_find();
	if (!real.malloc)
		return early_alloc(size);
	return fails(CALLER) ? NULL : real.malloc(size);
}

void *calloc(size_t number, size_t size)
{
	real_find();
	if (!real.calloc)
		return early_alloc(number * size);
	return fails(CALLER) ? NULL : real.calloc(number, size);
}

void *realloc(void *block, size_t size)
{
	real_find();
	return fails(CALLER) ? NULL : real.realloc(block, size);
}

void *reallocarray(void *block, size_t number, size_t size)
{
	real_find();
	return fails(CALLER) ? NULL : real.reallocarray(block, number, size);
}

char *strdup(const char *text)
{
	real_find();
	return fails(CALLER) ? NULL : real.strdup(text);
}

char *strndup(const char *text, size_t size)
{
	real_find();
	return fails(CALLER) ? NULL : real.strndup(text, size);
}

void free(void *block)
{
	real_find();
	if (block && !is_early(block))
		real.free(block);
}

/* What cmocka leaves a test by. */
__attribute__((noreturn)) void __longjmp_chk(jmp_buf buffer, int value);

void __longjmp_chk(jmp_buf buffer, int value)
{
	static void (*next)(jmp_buf buffer, int value) __attribute__((noreturn));
	int (*leaks)(void);

	*(void **)&leaks = dlsym(RTLD_DEFAULT, "__lsan_do_recoverable_leak_check");
	if (ready && nth && count >= nth) {
		end();
		fflush(NULL);
		_exit(leaks && leaks() ? STATUS_LEAK : 0);
	}
	*(void **)&next = dlsym(RTLD_NEXT, "__longjmp_chk");
	next(buffer, value);
}
