#!/bin/bash
# Many lines at once through Kamailio: half of MANY_LINES call the other half, all talk for 60 s at the same time, and each
# hears the other whole; and MANY_ACCOUNTS lines, each with an account of its own, are registered after start.
# With AddressSanitizer there are fewer, since everything takes several times the processor time.
# usage: with-many-lines.sh BUILD     (root)
#   MANY_LINES     even (64; 16 with AddressSanitizer)
#   MANY_ACCOUNTS  (500; 100 with AddressSanitizer)
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../bed
. "$bed/realtime.bash"
lines=64 accounts=500
if grep -q '^SANITIZE_CFLAGS = .*fsanitize' "$build/Makefile"; then
	lines=16 accounts=100
fi
lines=${MANY_LINES:-$lines} accounts=${MANY_ACCOUNTS:-$accounts}
calls=$((lines / 2))
ulimit -n 8192

# One call, by telephones 1 and 2 of a process. The far end's tone tells that it lasted to its end.
script() {
	cat <<-END
		1 lift
		1 expect tone dial
		1 dial $1#
		2 expect ring
		2 lift
		1 say seed $((2 * $1))
		2 say seed $((2 * $1 + 1))
		wait 500
		1 hears 2 for 30000
		2 hears 1 for 30000
		2 hush
		1 hush
		1 hangup
		2 expect tone busy
		2 hangup
	END
}

status_count() { "$build/tipringctl" -s "$TIPRING_CONTROL" status | grep -c "$1"; }

# Inside the bed: all calls at once.
talk() {
	local n pids=() failed=0 most=0 now
	for ((n = 1; n <= calls; n++)); do
		script $((100 + calls + n)) >"$TIPRING_DIR/$n.script"
		${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$TIPRING_WIRES" 1=$n 2=$((calls + n)) "$TIPRING_DIR/$n.script" \
			>"$TIPRING_DIR/$n.phone" 2>&1 &
		pids+=($!)
	done
	# They set up their calls in a few seconds and then talk for sixty.
	for n in {1..100}; do
		now=$(status_count ' talking')
		[ "$now" -le "$most" ] || most=$now
		[ "$most" -lt "$lines" ] || break
		sleep 0.2
	done
	for ((n = 1; n <= calls; n++)); do
		wait "${pids[n - 1]}" && continue
		failed=$((failed + 1))
		sed "s/^/call $n: /" "$TIPRING_DIR/$n.phone"
	done
	echo "$most of $lines lines talked at once, $failed of $calls calls failed"
	[ "$most" = "$lines" ] && [ $failed = 0 ]
}

# Inside the bed, which has waited until all lines are: each account said so, once.
registered() {
	local own
	own=$(grep -c ': registered' "$TIPRING_DIR/tipringd.log")
	echo "$own accounts registered, $(status_count ' yes ') lines, after $TIPRING_REGISTERED_MS ms at the latest"
	[ "$own" = "$accounts" ]
}

# As that, in virtual time, where the machine's load does not count: within 5 s.
registered_soon() {
	if registered && [ "$TIPRING_REGISTERED_MS" -le 5000 ]; then
		echo "ok $accounts accounts register within 5 s"
	else
		echo "not ok $accounts accounts register within 5 s"
	fi
}

if [ "${2:-}" = inside ]; then
	$3
	exit
fi

# bed LINES WHAT: prints what happened.
bed() {
	BED_CONFIG=$bed/../bench/config.sh timeout 180 "$bed/netns.sh" "$bed/with-server.sh" "$build" dummy "$1" \
		"$here/with-many-lines.sh" "$build" inside "$2" 2>&1
}

# try NAME LINES WHAT: many voices without a gap in a minute, on a machine that has time for them.
try() {
	local output passed=1
	output=$(mktemp)
	steadily "$output" bed "$2" "$3" && passed=0
	sed -E 's/^(# )?/# /' "$output"
	rm -f "$output"
	if [ $passed = 0 ]; then
		echo "ok many lines: $1"
	else
		echo "not ok many lines: $1: the machine was $stalled_ms ms late"
	fi
}

try "$calls calls at once for 60 s, all with sound" "$lines" talk
try "$accounts accounts register" "$accounts" registered
