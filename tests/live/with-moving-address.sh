#!/bin/bash
# The address that the daemon listens on goes and comes back while it runs: both are in the log, and the accounts register at once, with
# the server, when it is back. One that is not there yet at start is named. usage: with-moving-address.sh BUILD     (root)
set -u

. "$(dirname "$0")/alone.bash"
addr=192.0.2.7

cat >"$dir/tipring.conf" <<-CONF
	sip { listen = "$addr" port = 5070 }
	dummy { wires = "$dir/wires" }
	control { socket = "$dir/control" }
	state { file = "" }
	account "a" { user = "101" domain = "127.0.0.1" server = "127.0.0.1" password = "secret101" }
	line "1" { driver = "dummy" channel = "1" account = "a" }
CONF

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
