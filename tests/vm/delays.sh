#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Writes the story that delays are measured with: calls at random phases, the same for the same seed.
# usage: delays.sh COUNT SEED >STORY.flow;  delays-judge.sh reads what the story says
set -u

awk -v count="$1" -v seed="$2" '
function phase() { return int(rand() * 20) } # milliseconds: a packet, and two blocks
function say(line) { print line }
BEGIN {
	srand(seed)
	say("# profile: dtmf = inband")
	for (n = 1; n <= count; n++) {
		say("wait " 100 + phase())
		say("1 lift")
		say("1 expect tone dial within 1000 of lift")
		say("wait " 400 + phase())
		say("1 flash 500")
		say("1 expect tone-end dial within 100 of flash")
		say("1 expect tone dial within 1500 of flash")
		say("wait " 400 + phase())
		say("1 dial 10")
		say("wait " 400 + phase())
		say("1 dial 2")
		say("sip expect out INVITE from 101 to 102 within 1000 of 1 digit")
		say("sip expect in INVITE from 101 to 102 within 1000")
		say("2 expect ring within 1000 of sip in INVITE to 102")
		say("wait " 300 + phase())
		say("2 lift")
		say("sip expect out 200 INVITE to 102 within 1000 of 2 lift")
		say("wait " 200 + phase())
		say("2 say seed " 1000 + n)
		say("wait 200")
		say("1 hears 2 for 600")
		say("2 hush")
		say("wait " 400 + phase())
		say("2 dial 5")
		say("sip expect out SOUND within 1000 of 2 digit")
		say("wait 200")
		say("1 hangup")
		say("sip expect in BYE within 3000")
		say("2 expect tone busy within 1000 of sip in BYE")
		say("2 hangup")
		say("wait " 2000 + phase())
	}
}'
