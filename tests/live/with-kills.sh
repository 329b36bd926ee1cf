#!/bin/bash
# The daemon is killed again and again while subscribers dial feature codes and an operator changes settings: the state file is
# never lost nor half-written, and what was set before all this is still there at the end.
# usage: with-kills.sh BUILD     (root)      KILLS: how often (20); each time ten telephones dial a code
set -u

kills=${KILLS:-20}
telephones=10
alone_s=300
. "$(dirname "$0")/alone.bash"

{
	echo "sip { listen = \"127.0.0.1\" port = 5070 }"
	echo "dummy { wires = \"$dir/wires\" }"
	echo "control { socket = \"$dir/control\" }"
	echo "state { file = \"$dir/state\" }"
	echo "profile \"all\" { digit_map = \"(xxx)\" emergency = \"999\" }"
	echo "account \"a\" { user = \"100\" domain = \"127.0.0.1\" server = \"127.0.0.1\" }"
	for ((n = 0; n < telephones; n++)); do
		echo "line \"$n\" { driver = \"dummy\" channel = \"$n\" account = \"a\" profile = \"all\" calls_unregistered = on }"
	done
} >"$dir/tipring.conf"

ctl() { "$build/tipringctl" -s "$dir/control" "$@"; }

daemon_start() {
	"$build/tipringd" -c "$dir/tipring.conf" 2>>"$dir/log" &
	daemon=$!
	for _ in {1..100}; do
		ctl status >/dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}

# One telephone dials one code; whether it is confirmed before the daemon is killed is a matter of luck.
code_dial() {
	printf '1 lift\n1 expect tone dial within 1000\n1 dial *90%03d\n1 expect tone confirm within 2500\n' $((100 + RANDOM % 800)) |
		timeout 10 ${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$dir/wires" "1=$1" >>"$dir/phones" 2>&1 && echo >>"$dir/confirmed"
}

settings_change() {
	while ctl set "$1" speed_$((RANDOM % 10)) $((RANDOM % 1000)) >/dev/null 2>&1; do echo >>"$dir/set"; sleep 0.02; done
}

# Whole rows of what was set here, no others.
state_whole() {
	local speeds=$((telephones * 10))
	awk -F '\t' -v most=$speeds '
		NR == 1 { if ($0 != "tipring 1") bad = 1; next }
		NF != 3 || $1 !~ /^[0-9]$/ { bad = 1 }
		$2 == "forward_busy" && $3 ~ /^[1-9][0-9][0-9]$/ { next }
		$2 ~ /^speed_[0-9]$/ && $3 ~ /^[0-9]+$/ && ++count <= most { next }
		$1 == "3" && $2 == "dnd" && $3 == "on" { first = 1; next }
		{ bad = 1 }
		END { exit bad || !first || NR < 2 }' "$dir/state"
}

fail() {
	echo "# $2"
	tail -n 5 "$dir/log" | sed 's/^/# /'
	echo "not ok killed daemon: after $1 of $kills kills: $2"
	exit 0
}

true >"$dir/confirmed" && true >"$dir/set"
daemon_start || fail 0 "tipringd did not start"
ctl set 3 dnd on || fail 0 "the first setting was refused"
for _ in {1..100}; do [ -s "$dir/state" ] && break; sleep 0.02; done
for ((kill = 1; kill <= kills; kill++)); do
	pids=()
	for ((n = 0; n < telephones; n++)); do
		code_dial $n &
		pids+=($!)
	done
	for n in 1 2; do
		settings_change $n &
		pids+=($!)
	done
	# About when the codes' last digits are heard.
	sleep "$(printf '1.%03d' $((300 + RANDOM % 700)))"
	kill -KILL $daemon
	wait $daemon 2>/dev/null
	wait "${pids[@]}" 2>/dev/null
	state_whole || fail $kill "the state file is not whole: $(head -c 300 "$dir/state" | tr '\n\t' '; ')"
	daemon_start || fail $kill "tipringd did not start again"
	[ ! -e "$dir/state.damaged" ] || fail $kill "tipringd took the state file for damaged"
done
kill -TERM $daemon
wait $daemon
echo "# $kills kills, $((kills * telephones)) codes dialled, $(wc -l <"$dir/confirmed") confirmed, $(wc -l <"$dir/set") settings of the operator"
if [ "$(wc -l <"$dir/confirmed")" -gt 0 ] && [ "$(wc -l <"$dir/set")" -gt "$kills" ]; then
	echo "ok killed daemon: the state file is never lost nor half-written"
else
	echo "not ok killed daemon: too little was set to tell"
fi
