/* SPDX-License-Identifier: BSD-3-Clause */
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/media/pages.h"

/* Of Linux 5.14; not in every header. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

#define STACK_BYTES (64 * 1024)

static void populate(uintptr_t start, size_t size, int advice)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first = start & ~(page - 1);

	(void)madvise((void *)first, (start + size - first + page - 1) & ~(page - 1), advice);
}

void pages_write(void *start, size_t size)
{
	populate((uintptr_t)start, size, MADV_POPULATE_WRITE);
}

/* The program itself comes first. */
static int code_run(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && part->p_flags & PF_X)
			populate(info->dlpi_addr + part->p_vaddr, part->p_memsz, MADV_POPULATE_READ);
	}
	return 1;
}

void pages_run(void)
{
	(void)dl_iterate_phdr(code_run, NULL);
}

__attribute__((noinline)) void pages_stack(void)
{
	char stack[STACK_BYTES];

	pages_write(stack, sizeof(stack));
}
