#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Writes the story in which dials of eight kinds, the corners of 8 to 12 and of 16 to 22 pulses a second, dial random numbers at
# the same time, each digit of which must arrive.
# usage: pulses.sh NUMBERS SEED >STORY.flow      NUMBERS of 20 digits for each dial
set -u

awk -v count="$1" -v seed="$2" '
function say(line) { print line }
function number(   text) {
	text = ""
	while (length(text) < 20) text = text int(rand() * 10)
	return text
}
# To the end of the last break; the pause between digits has the last make in it.
function length_ms(digits, break_ms, make_ms,   i, ms) {
	for (i = 1; i <= length(digits); i++) ms += (substr(digits, i, 1) + 9) % 10 * (break_ms + make_ms) + break_ms + 300
	return ms
}
function near(end_ms,   line) {
	for (line in ends_ms)
		if (ends_ms[line] - end_ms < 100 && end_ms - ends_ms[line] < 100) return 1
	return 0
}
# Whose number is complete next.
function soonest(   line, found) {
	for (line in ends_ms)
		if (!found || ends_ms[line] < ends_ms[found]) found = line
	delete ends_ms[found]
	return found
}
BEGIN {
	srand(seed)
	# breaks and makes: 8/s of 50 and 70 %, 12/s of 50 and 70 %, 16/s of 60 and 70 %, 22/s of 60 and 70 %
	lines = split("63/62 88/37 42/41 58/25 38/25 44/19 27/18 32/14", kinds, " ")
	say("# lines: " lines)
	say("# digit map: xxxxxxxxxxxxxxxxxxxx")
	for (n = 1; n <= count; n++) {
		for (line = 1; line <= lines; line++) {
			say(line " lift")
			say(line " expect tone dial within 100 of lift")
		}
		for (line = 1; line <= lines; line++) {
			split(kinds[line], ms, "/")
			# None ends with another, so that their INVITEs come in a known order.
			do {
				dialled[line] = number()
				end_ms = length_ms(dialled[line], ms[1], ms[2])
			} while (near(end_ms))
			ends_ms[line] = end_ms
			say(line " pulse " dialled[line] " break " ms[1] " make " ms[2] " gap 300")
		}
		# as long as the slowest dial may take
		say("wait 32000")
		for (i = 1; i <= lines; i++) {
			line = soonest()
			say("sip expect out INVITE from 10" line " to " dialled[line] " within 32000 of " line " digit")
		}
		for (line = 1; line <= lines; line++)
			say(line " hangup")
		say("wait 1500")
	}
}'
