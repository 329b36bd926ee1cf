#!/bin/bash
# The address that the daemon listens on goes and comes back while it runs: both are in the log, and the accounts register at once, with
# the server, when it is back. One that is not there yet at start is named. usage: with-moving-address.sh BUILD     (root)
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
addr=192.0.2.7

if [ "${2:-}" != inside ]; then
	exec timeout 120 "$here/../bed/netns.sh" "$0" "$build" inside
fi

dir=$(mktemp -d /tmp/tipring-address-XXXXXX)
trap 'rm -rf "$dir"' EXIT
umask 077
cat >"$dir/tipring.conf" <<-CONF
	sip { listen = "$addr" port = 5070 }
	dummy { wires = "$dir/wires" }
	control { socket = "$dir/control" }
	state { file = "" }
	account "a" { user = "101" domain = "127.0.0.1" server = "127.0.0.1" password = "secret101" }
	line "1" { driver = "dummy" channel = "1" account = "a" }
CONF
: >"$dir/log"

# said COUNT TEXT: by the daemon, so often
said() {
	for _ in {1..100}; do
		[ "$(grep -cF "$2" "$dir/log")" -lt "$1" ] || return 0
		sleep 0.1
	done
	return 1
}
result() {
	if [ "$1" = 0 ]; then echo "ok $2"; else echo "not ok $2" && sed 's/^/# /' "$dir/log"; fi
}

"$build/tipringd" -c "$dir/tipring.conf" 2>"$dir/log"
grep -qF "$addr: this machine has no such address, or not yet" "$dir/log"
result $? "an address that is not there at start is named"

ip addr add "$addr/32" dev lo
kamailio -DD -E -m 32 -M 8 -f "$here/../bed/kamailio.cfg" -w "$dir" -Y "$dir" >"$dir/kamailio.log" 2>&1 &
kamailio=$!
"$build/tipringd" -c "$dir/tipring.conf" 2>"$dir/log" &
daemon=$!
said 1 "a: registered: 200"
result $? "an account registers from it"
ip addr del "$addr/32" dev lo
said 1 "$addr is no address of this machine any more"
result $? "its going is told"
ip addr add "$addr/32" dev lo
said 1 "$addr is an address of this machine again: registering" && said 2 "a: registered: 200"
result $? "the account registers again when it is back"
kill "$daemon" "$kamailio"
wait
