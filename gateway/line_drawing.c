/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints doc/line.md from the table of line_fsm.c, when the programs are built. */
#include <stdio.h>

#include "gateway/line_fsm.h"

static const char head[] =
	"# The telephone's machine\n\n"
	"Made from the table in `gateway/line_fsm.c`: `make doc` writes this file anew, and the tests compare it. Events are what the subscriber or\n"
	"the network did, as judged by what calls there are (`gateway/line_judge.c`). A pair of state and event that is not listed changes nothing and is\n"
	"counted (\"surprises\" of `tipringctl`); that a held or a waiting call ends, where it is not listed, changes nothing but that it is gone.\n";

static void edges_print(void)
{
	puts("\n```mermaid\nstateDiagram-v2");
	for (int state = 0; state < LINE_STATE_COUNT; state++) {
		for (int next = 0; next < LINE_STATE_COUNT; next++) {
			int count = 0;

			for (int event = 0; event < LINE_EVENT_COUNT && next != state; event++) {
				struct line_step step = line_fsm_step(state, event);

				if (!step.known || step.next != next)
					continue;
				if (count++ == 0)
					printf("    %s --> %s: %s", line_state_name(state), line_state_name(next),
						line_event_name(event));
				else
					printf(", %s", line_event_name(event));
			}
			if (count)
				putchar('\n');
		}
	}
	puts("```");
}

static void state_print(enum line_state state)
{
	printf("\n## %s\n\n| event | then |\n|---|---|\n", line_state_name(state));
	for (int event = 0; event < LINE_EVENT_COUNT; event++) {
		struct line_step step = line_fsm_step(state, event);

		if (step.known && step.next == state)
			printf("| %s | stays |\n", line_event_name(event));
		else if (step.known)
			printf("| %s | %s |\n", line_event_name(event), line_state_name(step.next));
	}
}

int main(void)
{
	fputs(head, stdout);
	edges_print();
	for (int state = 0; state < LINE_STATE_COUNT; state++)
		state_print(state);
	return 0;
}
