#!/bin/bash
# A stranger sends 5 000 INVITEs a second while two telephones talk: no telephone rings, the two hear each other whole, what is
# on the wire has no gap of 40 ms or more, the log stays short, and afterwards the daemon is as large as before.
# usage: with-flood.sh BUILD     (root)
#   FLOOD_PER_S  (5000; 1000 with AddressSanitizer)      FLOOD_S  (5)
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../bed
seconds=${FLOOD_S:-5}
per_s=5000 gap_max_ms=60 grown_max_kb=2048
if grep -q '^SANITIZE_CFLAGS = .*fsanitize' "$build/Makefile"; then
	per_s=1000 gap_max_ms=100 grown_max_kb=16384
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=4 # else it keeps all that is freed
fi
per_s=${FLOOD_PER_S:-$per_s}

# The two talk from before the flood until after it, and are heard in turn, second by second.
script() {
	local n
	cat <<-END
		3 never ring
		1 lift
		1 expect tone dial
		1 dial 102#
		2 expect ring
		2 lift
		1 say seed 5
		2 say seed 6
		wait 500
	END
	for ((n = 0; n <= seconds; n += 2)); do
		printf '1 hears 2 for 1000\n2 hears 1 for 1000\n'
	done
	cat <<-END
		2 hush
		1 hush
		2 hangup
		1 expect tone busy
		1 hangup
	END
}

rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$TIPRING_PID/status"; }
cpu_ms() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/$TIPRING_PID/stat"; }
ctl() { "$build/tipringctl" -s "$TIPRING_CONTROL" "$@"; }
sip_count() { ctl sip | awk -v kind="$1" '$1 == kind { print $2 }'; }
talks() { [ "$(ctl status | awk '$2 == "talking"' | wc -l)" = 2 ]; }
said_of() { awk -v what="$1" '{ for (i = 1; i < NF; i++) if ($i == what) print $(i + 1) }'; }

# judge WHAT CONDITION...
judge() {
	local what=$1
	shift
	if "$@"; then echo "ok flood: $what"; else echo "not ok flood: $what"; fi
}

inside() {
	local phone gap before after flood interval cpu took_s status=0
	script >"$TIPRING_DIR/script"
	"$build/tests/bench/flood" 127.0.0.66 127.0.0.1 5070 100 1 999 >/dev/null # what the first of them makes is made
	before=$(rss_kb)
	${BED_TELEPHONE:-} "$build/tipring-phone" -q -w "$TIPRING_WIRES" 1=1 2=2 3=3 "$TIPRING_DIR/script" >"$TIPRING_DIR/phone" 2>&1 &
	phone=$!
	for _ in {1..200}; do talks && break; sleep 0.05; done
	"$build/tests/bench/rtp_gap" 16384 32767 >"$TIPRING_DIR/gap" &
	gap=$!
	cpu=$(cpu_ms)
	took_s=$SECONDS
	flood=$("$build/tests/bench/flood" 127.0.0.66 127.0.0.1 5070 "$per_s" "$seconds" 101 102 103 999)
	cpu=$(($(cpu_ms) - cpu))
	took_s=$((SECONDS - took_s + 1))
	kill -TERM $gap
	wait $gap
	talks || status=1
	wait $phone || status=1
	after=$(rss_kb)
	interval=$(said_of longest <"$TIPRING_DIR/gap")
	echo "# $flood; $(cat "$TIPRING_DIR/gap") ms; resident $before kB before, $after kB after; $cpu ms of processor time"
	sed 's/^/# /' "$TIPRING_DIR/phone"
	ctl sip | sed 's/^/# /'
	judge "the two hear each other whole, and no telephone rings" [ $status = 0 ]
	judge "no packet of sound is 40 ms late" awk -v ms="$interval" -v most=$gap_max_ms 'BEGIN { exit !(ms > 0 && ms < most) }'
	judge "all but a few are dropped" [ "$(sip_count dropped)" -gt $((per_s * seconds * 9 / 10 - 200)) ]
	judge "few are answered" [ "$(said_of answered <<<"$flood")" -le $((60 + 20 * (took_s + 1))) ]
	judge "nobody was called by it" [ "$(ctl status | awk 'NR > 1 { n += $5 } END { print n }')" = 1 ]
	judge "the log has one line a minute" [ "$(grep -c 'refused or dropped' "$TIPRING_DIR/tipringd.log")" -le $((2 + seconds / 60)) ]
	judge "memory returns" [ $((after - before)) -lt $grown_max_kb ]
}

if [ "${2:-}" = inside ]; then
	inside
	exit 0
fi
timeout $((seconds + 100)) "$bed/netns.sh" "$bed/with-server.sh" "$build" dummy 3 "$here/with-flood.sh" "$build" inside 2>&1
