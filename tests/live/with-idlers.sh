#!/bin/bash
# Strangers who connect to SIP's port and say nothing, many more than there are lines, keep nobody out: neither the operator, nor who connects
# after them. usage: with-idlers.sh BUILD     (root)
set -u

. "$(dirname "$0")/alone.bash"
idlers=120

cat >"$dir/tipring.conf" <<-CONF
	sip { listen = "127.0.0.1" port = 5070 }
	dummy { wires = "$dir/wires" }
	control { socket = "$dir/control" }
	state { file = "" }
	account "a" { user = "101" domain = "127.0.0.1" server = "127.0.0.1" transport = tcp }
	line "1" { driver = "dummy" channel = "1" account = "a" }
CONF

"$build/tipringd" -c "$dir/tipring.conf" 2>"$dir/log" &
daemon=$!
said 1 "ready: 1 lines"
fds=()
for ((n = 0; n < idlers; n++)); do
	exec {fd}<>/dev/tcp/127.0.0.1/5070 && fds+=("$fd")
done
timeout 5 "$build/tipringctl" -s "$dir/control" status | grep -q "^1 "
result $? "the operator is answered beside ${#fds[@]} connections that say nothing"
exec {last}<>/dev/tcp/127.0.0.1/5070
printf '%s\r\n' 'OPTIONS sip:101@127.0.0.1 SIP/2.0' 'Via: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1' 'From: <sip:x@127.0.0.1>;tag=1' 'To: <sip:101@127.0.0.1>' \
	'Call-ID: 1' 'CSeq: 1 OPTIONS' 'Max-Forwards: 70' 'Content-Length: 0' '' >&"$last"
status=
read -r -t 5 -u "$last" status
[[ "$status" == "SIP/2.0 200 "* ]]
result $? "who connects after them is answered (${status:-nothing})"
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
exit 0
