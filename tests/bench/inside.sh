#!/bin/bash
# One measurement, inside the bed (tests/bed/with-server.sh). Prints figures as "name value unit", or why there are none.
# usage: inside.sh BUILD talk|late|wakes|memory|signalling|answers|register LINES SECONDS
# talk with sound from tipring-phone when TIPRINGD is not set, else from the automatic telephones of benchd.
set -u

build=$1
what=$2
lines=$3
seconds=$4
here=$(cd "$(dirname "$0")" && pwd)
far="-i 127.0.0.1 -nostdin"
cd "$TIPRING_DIR" || exit 1

fail() {
	echo "$*"
	exit 1
}

# until_true COMMAND...: 30 s at most.
until_true() {
	local n
	for n in {1..300}; do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

# cpu_us [THREAD]: user and system time so far, of one thread of the daemon or of all. By the scheduler, which counts nanoseconds: a
# count of the clock's ticks would need minutes to be as good.
# shellcheck disable=SC2086 # a pattern
cpu_us() { awk '{ns += $1} END{printf "%.0f", ns / 1000}' /proc/"$TIPRING_PID"/task/${1:-*}/schedstat; }
now_ms() { awk '{print int($1 * 1000)}' /proc/uptime; }
rss_kb() { awk '/^VmRSS/{print $2}' "/proc/$TIPRING_PID/status"; }
switches() { awk '/ctxt_switches/{n += $2} END{print n}' /proc/"$TIPRING_PID"/task/*/status; }
ratio() { awk -v a="$1" -v b="$2" -v digits="$3" 'BEGIN{printf "%.*f", digits, a / b}'; }
users() { # FIRST STEP
	echo SEQUENTIAL
	seq $((100 + $1)) "$2" $((100 + lines))
}

all_talk() { [ "$("$build/tipringctl" -s "$TIPRING_CONTROL" status | grep -c ' talking')" = "$lines" ]; }

# The telephones of another process, for the dummy's socket.
telephones() {
	local n
	for ((n = 1; n <= lines; n++)); do
		echo "$n expect ring within 20000"
		echo "$n lift"
		echo "$n say seed $n"
	done >phones.script
	echo "wait 600000" >>phones.script
	# shellcheck disable=SC2046
	"$build/tipring-phone" -q --wires "$TIPRING_WIRES" $(for ((n = 1; n <= lines; n++)); do echo "$n=$n"; done) \
		phones.script >phones.log 2>&1 &
	phones=$!
}

talk() {
	local before after start end heard said sipp
	phones=
	[ -n "${TIPRINGD:-}" ] || telephones
	users 1 1 >users.csv
	sipp -sf "$here/sipp/talks.xml" -inf users.csv $far -p 5090 -rtp_echo -mp 30000 -m "$lines" -l "$lines" -r 16 \
		127.0.0.1:5070 >sipp.out 2>&1 &
	sipp=$!
	until_true all_talk || fail "not all of $lines lines talk"
	start=$(now_ms) before=$(cpu_us)
	sleep "$seconds"
	after=$(cpu_us) end=$(now_ms)
	all_talk || fail "a call was lost"
	kill -KILL $sipp $phones
	wait $sipp $phones 2>/dev/null
	if [ -n "${TIPRINGD:-}" ]; then
		kill -TERM "$TIPRING_PID"
		until_true grep -q '^automatic telephones' tipringd.log || fail "the daemon does not end"
		read -r said heard < <(sed -n 's/^automatic.* said \([0-9]*\) heard \([0-9]*\)/\1 \2/p' tipringd.log)
		[ $((heard * 100)) -ge $((said * 95)) ] || fail "only $heard of $said blocks were heard"
	fi
	awk -v cpu=$((after - before)) -v wall=$((end - start)) -v lines="$lines" \
		'BEGIN{printf "cpu_per_call_percent %.3f %%\n", cpu / 10 / wall / lines}'
}

# How late ticks begin while all lines talk and something else keeps a processor busy.
late() {
	local busy sipp p99 worst
	users 1 1 >users.csv
	sipp -sf "$here/sipp/talks.xml" -inf users.csv $far -p 5090 -rtp_echo -mp 30000 -m "$lines" -l "$lines" -r 16 \
		127.0.0.1:5070 >sipp.out 2>&1 &
	sipp=$!
	until_true all_talk || fail "not all of $lines lines talk"
	while :; do :; done &
	busy=$!
	sleep "$seconds"
	read -r _ _ _ _ p99 worst < <("$build/tipringctl" -s "$TIPRING_CONTROL" media | sed -n 2p)
	kill $busy
	all_talk || fail "a call was lost"
	kill -KILL $sipp
	wait $sipp $busy 2>/dev/null
	echo "tick_late_p99_ms $p99 ms"
	echo "tick_late_worst_ms $worst ms"
}

wakes() {
	local before after
	sleep 2 # what starting has left to do
	before=$(switches)
	sleep "$seconds"
	after=$(switches)
	echo "idle_wakes_per_s $(ratio $((after - before)) "$seconds" 1) /s"
}

memory() { echo "rss_kb $(rss_kb) kB"; }

# calls: 20 a second, half of them answered and half given up; sets count.
calls() {
	local rate=10 answered cancelled
	count=$((2 * rate * seconds))
	users 1 2 >odd.csv
	users 2 2 >even.csv
	sipp -sf "$here/sipp/answered.xml" -inf odd.csv $far -p 5090 -mp 30000 -m $((count / 2)) -r $rate \
		127.0.0.1:5070 >answered.out 2>&1 &
	answered=$!
	sipp -sf "$here/sipp/cancelled.xml" -inf even.csv $far -p 5092 -mp 31000 -m $((count / 2)) -r $rate \
		127.0.0.1:5070 >cancelled.out 2>&1 &
	cancelled=$!
	wait $answered || fail "SIPp: not every answered call went well: $(grep -aE 'Unexpected|Failed' answered.out | tail -n 3)"
	wait $cancelled || fail "SIPp: not every cancelled call went well: $(grep -aE 'Unexpected|Failed' cancelled.out | tail -n 3)"
	sleep 2 # hanging up takes as long as a flash may
}

signalling() {
	local before_control before after after_control
	before=$(cpu_us) before_control=$(cpu_us "$TIPRING_PID")
	calls
	after=$(cpu_us) after_control=$(cpu_us "$TIPRING_PID")
	echo "signalling_cpu_ms $(ratio $((after - before)) $((1000 * count)) 3) ms"
	echo "signalling_cpu_control_ms $(ratio $((after_control - before_control)) $((1000 * count)) 3) ms"
}

# With BENCH_EXPIRES_S=60 each line refreshes once, 40 to 45 s after it had registered.
register() {
	local schedstat=/proc/$TIPRING_PID/task/$TIPRING_PID/schedstat before after
	read -r before _ <"$schedstat"
	sleep 50
	read -r after _ <"$schedstat"
	echo "register_${lines}_s $(ratio "$TIPRING_REGISTERED_MS" 1000 2) s"
	echo "register_cpu_us $(ratio $((after - before)) $((1000 * lines)) 0) us"
}

# Apart from signalling, since whoever sends pays for the tap's copies.
answers() {
	local tap timed p50 p99 worst
	"$build/tests/bench/invite_tap" 5070 >tap.out 2>tap.log &
	tap=$!
	calls
	kill -TERM $tap
	wait $tap
	read -r _ timed _ p50 _ p99 _ worst <tap.out
	[ "$timed" = "$count" ] || fail "only $timed of $count answers were timed"
	echo "invite_180_p50_ms $p50 ms"
	echo "invite_180_p99_ms $p99 ms"
	echo "invite_180_worst_ms $worst ms"
}

$what
