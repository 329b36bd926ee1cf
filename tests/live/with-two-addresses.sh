#!/bin/bash
# A daemon on IPv4 and IPv6 at once: of its two accounts each registers by the address that fits its server. Between lines of the two a
# call by number has sound both ways, at the called one's address. usage: with-two-addresses.sh BUILD     (root)
set -u

. "$(dirname "$0")/alone.bash"

cat >"$dir/tipring.conf" <<-CONF
	sip { listen = "127.0.0.1 ::1" port = 5070 }
	dummy { wires = "$dir/wires" }
	control { socket = "$dir/control" }
	state { file = "" }
	profile "p" { digit_map = "(xxx)" flash_max_ms = 0 }
	account "four" { user = "101" domain = "127.0.0.1" server = "127.0.0.1" password = "secret101" }
	account "six" { user = "101" domain = "[::1]" server = "::1" password = "secret101" }
	line "1" { driver = "dummy" channel = "1" account = "four" number = "201" profile = "p" }
	line "2" { driver = "dummy" channel = "2" account = "six" number = "202" profile = "p" }
CONF

# bound PROTOCOL ADDRESS: whether something of this namespace is
bound() { ss -Hln"$1" | awk '{print $4}' | grep -qxF "$2"; }

mkdir "$dir/4" "$dir/6"
kamailio -DD -E -m 32 -M 8 -f "$here/../bed/kamailio.cfg" -w "$dir/4" -Y "$dir/4" >"$dir/kamailio4.log" 2>&1 &
four=$!
kamailio -A WITH_IPV6 -DD -E -m 32 -M 8 -f "$here/../bed/kamailio.cfg" -w "$dir/6" -Y "$dir/6" >"$dir/kamailio6.log" 2>&1 &
six=$!
"$build/tipringd" -c "$dir/tipring.conf" 2>"$dir/log" &
daemon=$!
said 1 "four: registered: 200"
result $? "the account of an IPv4 server registers"
said 1 "six: registered: 200"
result $? "the account of an IPv6 server registers"
bound u 127.0.0.1:5070 && bound u "[::1]:5070"
result $? "SIP is at both addresses"
for pair in "1 2" "2 1"; do
	set -- $pair
	printf '%s\n' "$1 lift" "$1 expect tone dial within 1000" "$1 dial 20$2" "$2 expect ring within 4000" "wait 300" "$2 lift" "$1 say seed 7" "$2 say seed 8" \
		"$1 hears $2 for 1500" "$2 hears $1 for 1500" "$1 hangup" "$2 expect tone busy within 4000" "$2 hangup" "wait 100" |
		timeout 20 ${BED_TELEPHONE:-} "$build/tipring-phone" -w "$dir/wires" 1=1 2=2 >"$dir/phones" 2>&1
	set -- $?
	[ "$1" = 0 ] || sed 's/^/# /' "$dir/phones"
	result "$1" "line ${pair% *} calls line ${pair#* } by number, from one address to the other"
done
kill "$daemon"
wait "$daemon"
sed -i 's/listen = [^p]*/listen = "0.0.0.0 ::" /' "$dir/tipring.conf"
"$build/tipringd" -c "$dir/tipring.conf" 2>"$dir/log" &
daemon=$!
said 1 "four: registered: 200" && said 1 "six: registered: 200" && bound u 127.0.0.1:5070 && bound u "[::1]:5070"
result $? "0.0.0.0 and :: stand for the addresses of the ways to the servers"
kill "$daemon" "$four" "$six"
wait
