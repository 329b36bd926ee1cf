#!/bin/bash
# Twenty calls through Kamailio, four at a time, and some that come to nothing, with tipringd under valgrind: no error, and
# when SIGTERM has ended it no block definitely, indirectly or possibly lost. AddressSanitizer excludes it.
# usage: with-valgrind.sh BUILD     (root)
set -u

build=$(cd "$1" 2>/dev/null && pwd)
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../bed
pairs=4

# As the bed's TIPRINGD, which is told "-c FILE".
if [ "$1" = -c ]; then
	exec valgrind --leak-check=full --errors-for-leak-kinds=definite,indirect,possible \
		--show-leak-kinds=definite,indirect,possible --error-exitcode=9 --num-callers=24 --fair-sched=try \
		--log-file="$VALGRIND_LOG" "$VALGRIND_BUILD/tipringd" "$@"
fi

# answered CALLER NUMBER CALLEE FIRST: both are heard; FIRST hangs up first.
answered() {
	local last=$(($1 + $3 - $4))
	cat <<-END
		$1 lift
		$1 expect tone dial
		$1 dial $2
		$3 expect ring
		$3 lift
		$1 say seed 1
		$3 expect voice
		$1 hush
		$3 say seed 2
		$1 expect voice
		$3 hush
		$4 hangup
		$last expect tone busy
		$last hangup
		wait 1500
	END
}

# script N: the telephones 1 and 2 on the lines 2N - 1 and 2N.
script() {
	local one=$((99 + 2 * $1)) two=$((100 + 2 * $1))
	answered 1 $two 2 1
	answered 2 $one 1 1
	answered 1 $two 2 2
	answered 2 $one 1 2
	cat <<-END
		1 lift
		1 expect tone dial
		1 dial $two
		2 expect ring
		1 hangup
		2 expect ring-end
		2 lift
		2 expect tone dial
		1 lift
		1 expect tone dial
		1 dial $two
		1 expect tone busy
		1 hangup
		2 dial 199
		2 expect tone info
		2 hangup
		wait 1500
		1 lift
		1 expect tone dial
		1 dial $two
		2 expect ring
		2 lift
		1 say seed 1
		2 expect voice
		1 hush
		1 flash 500
		1 expect tone recall
		1 flash 500
		2 say seed 2
		1 expect voice
		2 hangup
		1 expect tone busy
		1 hangup
	END
}

# Inside the bed: all pairs at once, each call after call.
talk() {
	local n pids=() failed=0
	for ((n = 1; n <= pairs; n++)); do
		script $n >"$TIPRING_DIR/$n.script"
		${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$TIPRING_WIRES" 1=$((2 * n - 1)) 2=$((2 * n)) "$TIPRING_DIR/$n.script" \
			>"$TIPRING_DIR/$n.phone" 2>&1 &
		pids+=($!)
	done
	for ((n = 1; n <= pairs; n++)); do
		wait "${pids[n - 1]}" && continue
		failed=1
		sed "s/^/pair $n: /" "$TIPRING_DIR/$n.phone"
	done
	return $failed
}

if [ "${2:-}" = inside ]; then
	talk
	exit
fi
! grep -q '^SANITIZE_CFLAGS = .*fsanitize' "$build/Makefile" || exit 0

# Of valgrind's log: what it found, and its sums. It also warns, line by line, of epoll_pwait2, which it does not know.
findings() { grep '^==' "$log" | sed -E 's/^==[0-9]+== ?//' | grep .; }

name="valgrind: 20 calls without an error or a leak"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if output=$(TIPRINGD=$here/with-valgrind.sh VALGRIND_BUILD=$build VALGRIND_LOG=$log SETTINGS='media { realtime = off }' \
	timeout 170 "$bed/netns.sh" "$bed/with-server.sh" "$build" dummy $((2 * pairs)) \
	"$here/with-valgrind.sh" "$build" inside 2>&1) && findings | grep -q '^ERROR SUMMARY: 0 errors'; then
	findings | grep -E 'lost|reachable|in use|total heap|^ERROR SUMMARY' | sed 's/^/# /'
	echo "ok $name"
else
	printf '%s\n' "$output" "$(findings | head -n 200)" | sed 's/^/# /'
	echo "not ok $name"
fi
