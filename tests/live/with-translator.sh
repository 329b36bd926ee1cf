#!/bin/bash
# A daemon behind an address translator (tests/bed/translator.pl), the server and another daemon outside: the account's Contact is as it is
# seen from there, calls go out and come in, and sound goes both ways: by STUN, which the server answers too, to a far end that sends where it was told to; without it
# only to one that sends where sound comes from. Behind a translator with a port for each far end STUN does no harm. usage: with-translator.sh BUILD     (root)
set -u

. "$(dirname "$0")/alone.bash"
server=198.51.100.10 far=198.51.100.11

# This namespace is the translator's; who stands inside and outside has one of his own.
for side in inside outside; do
	unshare --net sleep infinity &
	declare "$side=$!"
	until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
	ip link add name "$side" type veth peer name wan netns $!
	ip link set "$side" up
done
within() { nsenter --net=/proc/"$1"/ns/net "${@:2}"; }
# ... so that $! is the program's
begin_within() { exec nsenter --net=/proc/"$1"/ns/net "${@:2}"; }
echo 0 >/proc/sys/net/ipv4/ip_forward
ip addr add 10.0.0.1/24 dev inside
ip addr add 198.51.100.1/24 dev outside
within $inside sh -c 'ip link set lo up && ip link set wan up && ip addr add 10.0.0.2/24 dev wan && ip route add default via 10.0.0.1'
within $outside sh -c "ip link set lo up && ip link set wan up && ip addr add $server/24 dev wan && ip addr add $far/24 dev wan"

begin_within $outside kamailio -A WITH_STUN -l udp:$server:5060 -DD -E -m 32 -M 8 -f "$here/../bed/kamailio.cfg" -w "$dir" -Y "$dir" >"$dir/kamailio.log" 2>&1 &
kamailio=$!

# config NUMBER ADDRESS SIP
config() {
	cat >"$dir/$1.conf" <<-CONF
		sip { listen = "$2" $3 }
		dummy { wires = "$dir/wires$1" }
		control { socket = "$dir/control$1" }
		state { file = "" }
		profile "p" { digit_map = "(1xx)" flash_max_ms = 0 }
		account "a" { user = "$1" domain = "$server" server = "$server" password = "secret$1" contact_as_seen = on }
		line "1" { driver = "dummy" channel = "1" account = "a" profile = "p" }
	CONF
}

# bed TRANSLATOR SIP_INSIDE SIP_OUTSIDE: all of it anew
bed() {
	if [ -n "${daemons:-}" ]; then
		kill $daemons
		wait $daemons # they say good-bye through the translator
		kill $translator
		wait $translator
	fi 2>/dev/null
	"$here/../bed/translator.pl" "$1" inside 198.51.100.1 >"$dir/ways" 2>>"$dir/ways" &
	translator=$!
	for _ in {1..100}; do ! grep -qs ready "$dir/ways" || break; sleep 0.02; done
	config 101 10.0.0.2 "$2"
	config 102 $far "$3"
	: >"$dir/log"
	begin_within $inside "$build/tipringd" -c "$dir/101.conf" >>"$dir/log" 2>&1 &
	daemons=$!
	begin_within $outside "$build/tipringd" -c "$dir/102.conf" >>"$dir/log" 2>&1 &
	daemons="$daemons $!"
	said 2 "a: registered: 200"
}

# call FROM TO HEARD_INSIDE: 101 is inside; each says something of its own, and who is outside hears that in any case
call() {
	local heard101=$3 heard102="expect voice within 2000"
	local from_heard=heard$1 to_heard=heard$2 called
	printf '%s\n' "1 expect ring within 5000" "wait 500" "1 lift" "1 say seed 8 for 6000" "1 ${!to_heard}" "1 expect tone busy within 8000" "1 hangup" "wait 100" |
		timeout 30 ${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$dir/wires$2" 1=1 >"$dir/called" 2>&1 &
	called=$!
	printf '%s\n' "1 lift" "1 expect tone dial within 1000" "1 dial $2" "1 expect tone ringback within 3000" "1 expect tone-end ringback within 5000" \
		"1 say seed 7 for 6000" "1 ${!from_heard}" "wait 300" "1 hangup" "wait 100" |
		timeout 30 ${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$dir/wires$1" 1=1 >"$dir/calling" 2>&1
	set -- $?
	wait "$called" || set -- 1
	[ "$1" = 0 ] || sed 's/^/# /' "$dir/calling" "$dir/called"
	return "$1"
}
voice="expect voice within 2000"
# Until the first report of who is inside is sure to have gone out (3750 ms at most): before that none comes in.
voice_and_report="$voice
wait 3800"

bed cone "stun_server = $server:5060" "symmetric_rtp = off"
result $? "both register, one from behind a translator"
said 1 "sees 10.0.0.2 as 198.51.100.1"
result $? "a STUN server says how it is seen"
call 101 102 "$voice_and_report"
result $? "a call out has sound both ways with a far end that sends where it was told to"
grep -qE "^10.0.0.2:[0-9]*[13579] heard $far:[0-9]*[13579]$" "$dir/ways"
result $? "its RTCP comes in by a port of its own that is told"
call 102 101 "$voice"
result $? "a call in has it too"

bed cone "" "symmetric_rtp = off" && call 101 102 "expect silence for 1000"
result $? "without STUN nothing is heard from such a far end"

bed symmetric "" "symmetric_rtp = private" && call 101 102 "$voice" && call 102 101 "$voice"
result $? "without STUN calls have sound both ways with a far end that sends where sound comes from"
bed symmetric "stun_server = $server:5060" "symmetric_rtp = on" && call 101 102 "$voice"
result $? "... and with STUN behind a translator with a port for each far end"

kill $daemons
wait $daemons
kill $translator $kamailio $inside $outside
wait
