#!/bin/bash
# Lines that register by a flow which the server keeps (RFC 5626) and have addresses of the server's that reach them from anywhere (RFC 5627)
# call each other, over TCP openly and over UDP by a hidden number; the server finds each by its address. And over TLS by an edge proxy, which
# keeps the flows in front of the registrar and loses them meanwhile. usage: with-outbound.sh BUILD     (root)
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
stories=$here/../stories

# over TRANSPORT STORY
over() {
	BED_TRANSPORT=${1#udp} SERVER_FLAGS="-A WITH_OUTBOUND" ACCOUNT="outbound = on gruu = on" timeout 120 "$here/../bed/netns.sh" \
		"$here/../bed/with-server.sh" "$build" dummy 3 "$0" "$build" "$1" "$2.flow"
}

# has NAME PATTERN FILE
has() {
	if grep -qE "$2" "$3"; then
		echo "ok $transport: $1"
	else
		sed 's/^/# /' "$3"
		echo "not ok $transport: $1"
	fi
}

if [ $# = 1 ]; then
	over tcp "$stories/first-call" &
	over udp "$stories/caller-hides" &
	BED_EDGE=1 over tls "$here/edge-proxy" &
	wait
	exit
fi
transport=$2
${BED_TELEPHONE:-} "$build/tests/story/story" --bed live "$3" | sed -E "s/^(ok|not ok) /&$transport with flows and GRUUs: /"
log=$TIPRING_DIR/kamailio.log
if [ -n "${BED_EDGE:-}" ]; then
	what="the edge proxy keeps the flow of each line anew"
	if [ "$(grep -c 'keeps the flow of 10[12]' "$log")" = 4 ]; then echo "ok $transport: $what"; else echo "not ok $transport: $what"; fi
	has "a call comes in over the flow that was lost" "INVITE to 102 over its flow" "$log"
	has "... and over the one after it" "INVITE to 101 over its flow" "$log"
	has "the registrar hears of instance and flow through the proxy" 'flow of 101: .*\+sip.instance="<urn:uuid:[0-9a-f-]{36}>";reg-id=1' "$TIPRING_DIR/registrar.log"
	exit
fi
has "the server keeps the flow of a line" "a1: registered: 200 OK, by a flow that the server keeps" "$TIPRING_DIR/tipringd.log"
has "a line registers as an instance" 'flow of 101: .*\+sip.instance="<urn:uuid:[0-9a-f-]{36}>";reg-id=1' "$log"
has "a request in a call finds the line by its GRUU" '(BYE|ACK) to the GRUU of 102' "$log"
[ "$transport" != udp ] || has "... and one who hides by that which does not say who he is" '(BYE|ACK) to the GRUU of uloc-' "$log"
