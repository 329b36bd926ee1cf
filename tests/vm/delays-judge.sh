#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Reads what the story of delays.sh said and tells, of each delay, "# figure NAME MEDIAN WORST ms of COUNT" and "ok NAME" or
# "not ok NAME: why": the worst must keep within the limit, and each call must have been timed. Limits below the goals of
# doc/measured.md guard against getting worse.
# usage: delays-judge.sh COUNT <WHAT-THE-STORY-SAID
set -u

text=$(cat)
count=$1

# delay NAME LIMIT_MS LESS_MS COMMAND: what the story measured at a command, less a time that is no delay.
delay() {
	local name=$1 limit=$2 less=$3 command=$4
	grep -F "# delays: $command" <<<"$text" | grep -oE '[0-9.]+ ms after|delay [0-9.]+ ms' | grep -oE '[0-9.]+' | sort -n |
		awk -v name="$name" -v limit="$limit" -v less="$less" -v count="$count" '
			{ ms[NR] = $1 - less }
			END {
				if (NR != count) {
					printf "not ok %s: %d of %d were timed\n", name, NR, count
					exit
				}
				median = (ms[int((NR + 1) / 2)] + ms[int(NR / 2) + 1]) / 2
				printf "# figure %s %.1f %.1f ms of %d\n", name, median, ms[NR], count
				if (ms[NR] > limit)
					printf "not ok %s: %.1f ms, allowed are %d\n", name, ms[NR], limit
				else
					print "ok " name
			}'
}

if ! grep -q '^ok delays' <<<"$text"; then
	tail -n 20 <<<"$text" | sed 's/^/# /'
	echo "not ok delays: $(grep -m 1 '^not ok' <<<"$text" | sed 's/^not ok [^:]*: //')"
	exit 1
fi
delay delay_lift_to_dial_tone 20 0 '1 expect tone dial within 1000 of lift'
delay delay_last_digit_to_invite 50 0 'sip expect out INVITE'
delay delay_invite_to_ring 20 0 '2 expect ring'
delay delay_lift_to_200 20 0 'sip expect out 200 INVITE'
delay delay_bye_to_release_tone 15 0 '2 expect tone busy'
delay delay_flash_to_dial_tone 20 500 '1 expect tone dial within 1500 of flash' # after the make
delay delay_line_to_packet 25 0 'sip expect out SOUND'
delay delay_voice_to_ear 60 0 '1 hears 2' # both lines, both blocks, a packet and 10 ms of playout
