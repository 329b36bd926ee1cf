/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints doc/line.md from the table of line_fsm.c, when the programs are built. */
#include <stdbool.h>
#include <stdio.h>

#include "gateway/line/line_fsm.h"

static const char head[] =
	"# The telephone's machine\n\n"
	"Made from the table in `gateway/line/line_fsm.c`: `make doc` writes this file anew, and the tests compare it. Events are what the subscriber or\n"
	"the network did, as judged by what calls there are (`gateway/line/line_judge.c`). Every pair of state and event has its outcome: the state that follows,\n"
	"\"stays\", or that it cannot happen: the last table says where, and why. Should it happen all the same, nothing changes and it is counted\n"
	"(\"surprises\" of `tipringctl`); the random sequences of `./check.sh soak` fail when one is.\n";

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

/* Why an event cannot come in the states where it is not listed: what it needs. */
static const char *const needs[LINE_EVENT_COUNT] = {
	[LINE_EV_LIFT] = "a telephone on-hook, or that what was announced or the call before is over",
	[LINE_EV_LIFT_BARRED] = "as lift",
	[LINE_EV_HOTLINE] = "a telephone on-hook, or dial tone",
	[LINE_EV_HANG_UP] = "a telephone off-hook",
	[LINE_EV_HANG_UP_HELD] = "a telephone off-hook; a held call, and no other way to leave it",
	[LINE_EV_HANG_UP_WAITING] = "a telephone off-hook; a call that waits, and none that is held",
	[LINE_EV_HANG_UP_TRANSFER] = "two calls, the second of which was called and at least rings",
	[LINE_EV_HANG_UP_TRANSFER_BLIND] = "two calls, the second of which was called and rings",
	[LINE_EV_HANG_UP_KEPT] = "talking, in an emergency call",
	[LINE_EV_HANG_UP_SUSPEND] = "talking, in a call that came in",
	[LINE_EV_FLASH] = "a telephone off-hook, and no other call",
	[LINE_EV_FLASH_BARRED] = "as flash",
	[LINE_EV_FLASH_BACK] = "a held call, and none that is talked in",
	[LINE_EV_FLASH_SWAP] = "talking between two calls",
	[LINE_EV_FLASH_JOIN] = "two calls, the second of which was called and at least rings",
	[LINE_EV_FLASH_TAKE] = "a telephone off-hook; a call that waits, and none that is held",
	[LINE_EV_FLASH_R] = "talking between two calls, or while one waits",
	[LINE_EV_FLASH_OUT] = "talking",
	[LINE_EV_R_BACK] = "a digit after a flash between calls, or a transfer that is taken back",
	[LINE_EV_R_BACK_ALL] = "a digit after a flash between calls",
	[LINE_EV_R_RELEASE] = "as r-back-all",
	[LINE_EV_R_TAKE] = "as r-back-all",
	[LINE_EV_R_SWAP] = "as r-back-all",
	[LINE_EV_R_JOIN] = "as r-back-all",
	[LINE_EV_R_TRANSFER] = "as r-back-all",
	[LINE_EV_R_REJECT] = "as r-back-all",
	[LINE_EV_R_ACCEPT] = "as r-back-all",
	[LINE_EV_R_HOLD] = "as r-back-all",
	[LINE_EV_R_JOIN_WAITING] = "as r-back-all",
	[LINE_EV_NUMBER] = "dialling",
	[LINE_EV_FEATURE] = "dialling",
	[LINE_EV_DONE] = "a code that was dialled",
	[LINE_EV_ANNOUNCE] = "a code that was dialled",
	[LINE_EV_REFUSED] = "a code that was dialled",
	[LINE_EV_PICKED_UP] = "a code that was dialled",
	[LINE_EV_REFER_BLIND] = "a code that was dialled",
	[LINE_EV_NO_NUMBER] = "dialling",
	[LINE_EV_TIMEOUT] = "a state with a timer",
	[LINE_EV_CALL_FORWARDED] = "a telephone on-hook and no call: elsewhere it is not told",
	[LINE_EV_CALL_WAITS] = "one call, talked in or left for dialling",
	[LINE_EV_WAKEUP] = "a telephone on-hook and no call: elsewhere it is not told",
	[LINE_EV_HELD_LEFT] = "idle",
	[LINE_EV_CALL_LEFT] = "idle",
	[LINE_EV_CALLEE_FREE] = "a telephone on-hook and no call: elsewhere it is not told",
	[LINE_EV_FLASH_CONFER] = "two calls, the second of which was called and is talked in, where the network makes conferences",
	[LINE_EV_FLASH_DROP] = "a conference of the network's, and no other call",
	[LINE_EV_CONFERENCED] = "a conference under way",
	[LINE_EV_CONFERENCE_FAILED] = "a conference under way",
	[LINE_EV_TRANSFERRED] = "a transfer under way: one that was taken back ends its call, as ended or held-ended",
	[LINE_EV_REFERRED] = "talking with who transfers us",
	[LINE_EV_ALERTED] = "a call from here that has not been answered",
	[LINE_EV_EARLY_MEDIA] = "as alerted",
	[LINE_EV_EARLY_ENDED] = "as alerted",
	[LINE_EV_ANSWERED] = "as alerted",
	[LINE_EV_ENDED] = "an active call",
	[LINE_EV_ENDED_BUSY] = "an active call, or a number that cannot be called",
	[LINE_EV_ENDED_CONGESTION] = "as ended-busy",
	[LINE_EV_ENDED_INFO] = "as ended-busy",
};

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

static int states_count(enum line_event event)
{
	int count = 0;

	for (int state = 0; state < LINE_STATE_COUNT; state++)
		count += line_fsm_step(state, event).known;
	return count;
}

static void states_print(enum line_event event, bool known)
{
	const char *separator = known ? "only while " : "not while ";

	for (int state = 0; state < LINE_STATE_COUNT; state++) {
		if (line_fsm_step(state, event).known == known) {
			printf("%s%s", separator, line_state_name(state));
			separator = ", ";
		}
	}
}

static void impossible_print(void)
{
	puts("\n## What cannot happen\n\n| event | needs | comes |\n|---|---|---|");
	for (int event = 0; event < LINE_EVENT_COUNT; event++) {
		int count = states_count(event);

		if (count == LINE_STATE_COUNT)
			continue;
		printf("| %s | %s | ", line_event_name(event), needs[event] ? needs[event] : "(nobody has said)");
		states_print(event, count <= LINE_STATE_COUNT / 2);
		puts(" |");
	}
}

int main(void)
{
	fputs(head, stdout);
	edges_print();
	for (int state = 0; state < LINE_STATE_COUNT; state++)
		state_print(state);
	impossible_print();
	return 0;
}
