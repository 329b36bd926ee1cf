#!/bin/bash
# The configuration changes in the middle of a call, with every kind of setting: a wrong one is told and changes nothing; a right one waits for the
# end of the call, which nobody hears of, and then counts as a whole, in the same process. usage: with-reload.sh BUILD     (root)
set -u

. "$(dirname "$0")/alone.bash"

# conf ACCOUNT-SETTINGS PROFILE-SETTINGS OTHERS
conf() {
	cat >"$dir/tipring.conf" <<-CONF
		sip { listen = "127.0.0.1" port = 5070 }
		dummy { wires = "$dir/wires" }
		control { socket = "$dir/control" }
		state { file = "$dir/state" }
		profile "all" { digit_map = "(xx)" $2 }
		account "a" { user = "100" domain = "127.0.0.1" server = "127.0.0.1" $1 }
		line "first" { driver = "dummy" channel = "1" account = "a" profile = "all" number = "21" calls_unregistered = on }
		line "second" { driver = "dummy" channel = "2" account = "a" profile = "all" number = "22" calls_unregistered = on }
		$3
	CONF
}

ctl() { "$build/tipringctl" -s "$dir/control" "$@"; }

talking() {
	for _ in {1..100}; do
		[ "$(ctl status | grep -c ' talking ')" != 2 ] || return 0
		sleep 0.05
	done
	return 1
}

call() {
	printf '%s\n' '1 lift' '1 expect tone dial within 1000' '1 dial 22' '2 expect ring' '2 lift' '1 say seed 101' '2 say seed 202' 'wait 300' \
		'1 hears 2 for 3000' '2 hears 1 for 3000' '1 hangup' '2 hangup' 'wait 100' |
		${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$dir/wires" 1=1 2=2 >"$dir/phones" 2>&1
}

conf "" "" ""
"$build/tipringd" -c "$dir/tipring.conf" 2>"$dir/log" &
daemon=$!
said 1 "ready: 2 lines" && ctl set first dnd on && ctl clear first dnd && ctl set second forward_busy 21
call &
phones=$!
talking
conf "keepalive_s = -1" "" ""
kill -HUP "$daemon"
said 1 "$dir/tipring.conf:6: " && said 1 "the configuration stays as it was"
result $? "a wrong configuration is told with its line"
! ctl reload 2>"$dir/refused" && grep -q "tipring.conf:6: .*keepalive_s" "$dir/refused" && grep -q "stays as it was" "$dir/refused"
result $? "... to who asked for it too"
conf 'outbound = on gruu = on keepalive_s = 30 reg_event = on network_identity = on stun_server = "127.0.0.1" transport = tls sips = on forward_shows_caller = on' \
	'fax_detect = off loss_plan = "etsi"' 'line "third" { driver = "dummy" channel = "3" account = "a" profile = "all" calls_unregistered = on }'
ctl reload >"$dir/reload" && grep -q "as soon as no telephone is in use (2 now)" "$dir/reload"
result $? "a right one waits for the end of the call"
wait "$phones" && ! grep -q "^not ok" "$dir/phones"
result $? "which nobody hears of"
said 1 "beginning anew" && said 1 "ready: 3 lines" && kill -0 "$daemon"
result $? "then it is in force, in the same process"
ctl status | grep -q "^third " && [ "$(ctl show second)" = "forward_busy 21" ] && grep -q "^a	instance	urn:uuid:" "$dir/state"
result $? "with all its lines, and what was set before"
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
exit 0
