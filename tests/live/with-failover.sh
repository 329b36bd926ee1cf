#!/bin/bash
# Two SIP servers, of which the preferred one falls silent in the middle of 20 calls (stopped, then killed in another bed) and comes back.
# Real Kamailio, SIPp behind it, which rings for 2 s, answers and sends all sound back. Lines 1 to 20 talk throughout, line 1 asks for hold
# while its server is silent; lines 21 to 30 call anew.
# usage: with-failover.sh BUILD     (root)
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../bed
lines=30 calls=20
failover_ms=4000 failback_s=12

now_ms() { awk '{print int($1 * 1000)}' /proc/uptime; }
registered_at() { grep -ao 'registered 1[0-9][0-9]' "$1" 2>/dev/null | sort -u | wc -l; }

# say OK NAME: one test
say() { if [ "$1" = 0 ]; then echo "ok failover, $how: $2"; else echo "not ok failover, $how: $2"; fi; }

talking() { "$build/tipringctl" -s "$TIPRING_CONTROL" status | grep -c ' talking'; }

# SIPp's part
answerer() {
	cat <<-'END'
		<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE scenario SYSTEM "sipp.dtd"><scenario name="rings and answers">
		<recv request="INVITE" rrs="true"/>
		<send><![CDATA[
		SIP/2.0 180 Ringing
		[last_Via:]
		[last_Record-Route:]
		[last_From:]
		[last_To:];tag=[pid]S[call_number]
		[last_Call-ID:]
		[last_CSeq:]
		Contact: <sip:sipp@[local_ip]:[local_port]>
		Content-Length: 0

		]]></send>
		<pause milliseconds="2000"/>
		<send retrans="500"><![CDATA[
		SIP/2.0 200 OK
		[last_Via:]
		[last_Record-Route:]
		[last_From:]
		[last_To:];tag=[pid]S[call_number]
		[last_Call-ID:]
		[last_CSeq:]
		Contact: <sip:sipp@[local_ip]:[local_port]>
		Content-Type: application/sdp
		Content-Length: [len]

		v=0
		o=- 1 1 IN IP4 [media_ip]
		s=-
		c=IN IP4 [media_ip]
		t=0 0
		m=audio [media_port] RTP/AVP 0
		a=rtpmap:0 PCMU/8000

		]]></send>
		<recv request="ACK" rtd="true"/>
		<recv request="BYE"/>
		<send><![CDATA[
		SIP/2.0 200 OK
		[last_Via:]
		[last_From:]
		[last_To:]
		[last_Call-ID:]
		[last_CSeq:]
		Content-Length: 0

		]]></send>
		</scenario>
	END
}

# A line that talks from the first second to the last. Line 1 holds while nobody answers, comes back, and talks on when both were given up.
talker() {
	cat <<-END
		1 lift
		1 expect tone dial
		1 dial 9$((100 + $1))#
		1 expect tone ringback within 3000
		1 expect tone-end ringback
		wait $((20000 - $1 * 100))
	END
	[ "$1" != 1 ] || printf '%s\n' '1 flash 500' '1 expect tone recall' 'wait 5000' '1 flash 500' 'wait 32000'
	cat <<-END
		wait $(($1 == 1 ? 1000 : 38000))
		1 say seed $1 for 6000
		1 expect voice within 3000
		1 hangup
	END
}

# caller WITHIN_MS: a new call, which is to ring so soon after its last digit; the first comes 640 ms earlier
caller() {
	printf '%s\n' '1 lift' '1 expect tone dial' "1 dial 9200#" "1 expect tone ringback within $(($1 + 640)) of digit" '1 hangup'
}

# phone LINE: plays the script on the input
phone() {
	cat >"$TIPRING_DIR/script-$1"
	${BED_TELEPHONE:-} "$build/tipring-phone" -w "$TIPRING_WIRES" "1=$1" "$TIPRING_DIR/script-$1" >"$TIPRING_DIR/phone-$1" 2>&1
}

first_pids() { pgrep -f -- '-A WITH_LOG -A WITH_FIRST'; }
fall_silent() {
	if [ "$how" = stopped ]; then kill -STOP $(first_pids); else kill -KILL $(first_pids); fi
}
come_back() {
	if [ "$how" = stopped ]; then kill -CONT $(first_pids); else kill -USR2 "$TIPRING_SERVER_PID"; fi
}

# new_calls COUNT FIRST_LINE WITHIN_MS: one after the other; 0: all rang in time
new_calls() {
	local line failed=0
	for ((line = $2; line < $2 + $1; line++)); do
		caller "$3" | phone $line || { failed=1; sed "s/^/# line $line: /" "$TIPRING_DIR/phone-$line"; }
		awk -v how="$how" '/dials #/ {began = $1} /hears ringback/ && !rang++ {printf "# %s: rang %.3f s after the last digit\n", how, $1 - began}' \
			"$TIPRING_DIR/phone-$line"
	done
	return $failed
}

# all_at LOG SINCE_MS WITHIN_MS: waits until all lines are registered there; says when
all_at() {
	while [ "$(registered_at "$1")" -lt $lines ] && [ $(($(now_ms) - $2)) -le "$3" ]; do sleep 0.1; done
	echo "# $how: $(registered_at "$1") of $lines lines registered there after $(($(now_ms) - $2)) ms"
	[ "$(registered_at "$1")" = $lines ]
}

inside() {
	local n pids=() silent asked back lost=0
	kamailio -A WITH_LOG -A WITH_SECOND -DD -E -m 32 -M 8 -f "$bed/kamailio.cfg" -w "$TIPRING_DIR" -Y "$TIPRING_DIR/second" \
		>>"$TIPRING_DIR/second.log" 2>&1 &
	local second=$!
	answerer >"$TIPRING_DIR/answerer.xml"
	sipp -sf "$TIPRING_DIR/answerer.xml" -i 127.0.0.1 -p 5090 -rtp_echo -nostdin -aa >"$TIPRING_DIR/sipp.out" 2>&1 &
	local sipp=$!
	for ((n = 1; n <= calls; n++)); do
		talker $n | phone $n &
		pids+=($!)
		sleep 0.1
	done
	for n in {1..200}; do
		[ "$(talking)" = $calls ] && break
		sleep 0.1
	done
	echo "# $how: $(talking) of $calls lines talk"

	: >"$TIPRING_DIR/second.log"
	fall_silent
	silent=$(now_ms)
	new_calls 1 21 $((failover_ms + 1000))
	say $? "the first new call rings $((failover_ms / 1000)) s later at most"
	new_calls 5 22 1500
	say $? "the following ones ring at once"
	all_at "$TIPRING_DIR/second.log" "$silent" 11000
	say $? "all lines are registered with the second server"
	new_calls 1 27 1500
	say $? "a call while the first one is silent rings at once"

	sleep 15 # line 1 holds in the meantime
	: >"$TIPRING_DIR/kamailio.log"
	come_back
	back=$(now_ms)
	all_at "$TIPRING_DIR/kamailio.log" "$back" $((failback_s * 1000 + 1000))
	say $? "all lines are back with the first one within failback_s"
	new_calls 2 28 1500
	say $? "a call over the first one rings at once"

	for ((n = 1; n <= calls; n++)); do
		wait "${pids[n - 1]}" && continue
		lost=$((lost + 1))
		sed "s/^/# line $n: /" "$TIPRING_DIR/phone-$n"
	done
	echo "# $how: $lost of $calls calls lost"
	[ $lost = 0 ]
	say $? "no call is lost"
	kill $sipp $second
	wait $sipp $second
} 2>/dev/null

if [ "${2:-}" = inside ]; then
	how=$3
	inside
	exit 0
fi

for how in ${HOW:-stopped killed}; do
	SERVER="127.0.0.1:5060 127.0.0.2:5060" SERVER_FLAGS="-A WITH_LOG -A WITH_FIRST" SIP="failback_s = $failback_s" \
		timeout 240 "$bed/netns.sh" "$bed/with-server.sh" "$build" dummy $lines "$here/with-failover.sh" "$build" inside $how
done
