#!/bin/bash
# A telephone talks with SIPp through Kamailio, in both roles. SIPp's scenario is the judge of the wire, the telephone of the
# line: SIPp sends all sound back, so the telephone hears its own voice, once, late, and nothing else.
# usage: with-sipp.sh BUILD
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

# Inside the bed: runs SIPp and a telephone side by side; both must end well.
if [ "${2:-}" = inside ]; then
	shift 2
	cd "$TIPRING_DIR" || exit 1
	script=$1
	shift
	addr=127.0.0.1
	[ -z "${BED_IPV6:-}" ] || addr=::1
	sipp -i $addr -p 5090 -m 1 -rtp_echo -mp 30000 -timeout 60 -nostdin "$@" >sipp.out 2>&1 &
	sipp=$!
	"$build/tipring-phone" --wires "$TIPRING_WIRES" 1=1 "$script" >phone.log 2>&1
	phone=$?
	wait $sipp
	status=$?
	cp phone.log sipp.log
	[ $phone = 0 ] || { tail -n 5 phone.log; exit 1; }
	[ $status = 0 ] || { tail -n 40 sipp.out | grep -aE 'Unexpected|Failed|Dead' ; exit 1; }
	exit 0
fi

# case NAME SCRIPT SIPP-OPTION...
try() {
	local name=$1 script=$2 output
	shift 2
	if output=$(timeout 90 "$here/../bed/netns.sh" "$here/../bed/with-server.sh" "$build" dummy 1 \
		"$here/with-sipp.sh" "$build" inside "$script" "$@" 2>&1); then
		echo "ok SIPp: $name"
	else
		printf '%s\n' "$output" | sed 's/^/# /'
		echo "not ok SIPp: $name"
	fi
}

try "a telephone calls and hangs up" "$here/sipp/calls.phone" -sf "$here/sipp/called.xml"
try "a telephone is called and the far end hangs up" "$here/sipp/is-called.phone" \
	-sf "$here/sipp/calling.xml" -s 101 127.0.0.1:5060
try "a telephone calls somebody who refuses" "$here/sipp/refused.phone" -m 3 \
	-sf "$here/sipp/refusing.xml"
try "a telephone calls and gives up" "$here/sipp/gives-up.phone" -sf "$here/sipp/cancelled.xml"
try "a telephone is called and the far end gives up" "$here/sipp/is-given-up.phone" \
	-sf "$here/sipp/giving-up.xml" -s 101 127.0.0.1:5060
PROFILE="ring_s = 5" try "a telephone is called and nobody answers" "$here/sipp/does-not-answer.phone" \
	-sf "$here/sipp/waiting.xml" -s 101 127.0.0.1:5060
try "the far end changes the session while they talk" "$here/sipp/session-changes.phone" \
	-sf "$here/sipp/session-changes.xml" -s 101 127.0.0.1:5060
BED_IPV6=1 try "a telephone calls over IPv6 and hangs up" "$here/sipp/calls.phone" -sf "$here/sipp/called.xml"
BED_IPV6=1 try "a telephone is called over IPv6 and the far end hangs up" "$here/sipp/is-called.phone" \
	-sf "$here/sipp/calling.xml" -s 101 [::1]:5060
