#!/bin/bash
# The call with SIP over TCP: the server listens on nothing else. usage: with-tcp.sh BUILD
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

if output=$(ACCOUNT='transport = tcp' SERVER_TCP=1 timeout 60 "$here/../bed/netns.sh" "$here/../bed/with-server.sh" \
	"$build" dummy 2 sh -c '"$0" --wires "$TIPRING_WIRES" 1=1 2=2 "$1"' "$build/tipring-phone" \
	"$here/tcp.phone" 2>&1); then
	echo "ok TCP: telephones call each other and hang up"
else
	printf '%s\n' "$output" | sed 's/^/# /'
	echo "not ok TCP: telephones call each other and hang up"
fi
