#!/bin/bash
# A story between telephones, the server and the gateway all on ::1. usage: with-ipv6.sh BUILD
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

BED_IPV6=1 timeout 120 "$here/../bed/netns.sh" "$here/../bed/with-server.sh" "$build" dummy 3 \
	${BED_TELEPHONE:-} "$build/tests/story/story" --bed live "$here/../stories/first-call.flow" 2>&1 |
	sed -E 's/^(ok|not ok) ([^:]*)/\1 IPv6: \2/'
exit "${PIPESTATUS[0]}"
