#!/bin/bash
# The benchmark: prints each figure as "name value unit" and "ok name", or "not ok name: why". At the end each figure that has a goal
# is printed again as "goal NAME VALUE UNIT, at most LIMIT: met" (or MISSED), and how many are. A goal that is missed is no failure: other work of the machine
# makes times longer.
# usage: run.sh BUILD     (root)
#   BENCH_SECONDS  how long processor time is measured (30)
#   BENCH_LINES    lines that talk, that are called and that are idle (64)
# What is measured is tipringd with automatic telephones in the same process (auto_driver.c), in a network namespace
# of its own, registered at Kamailio; SIPp calls its lines directly and sends all sound back.
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../bed
seconds=${BENCH_SECONDS:-30}
lines=${BENCH_LINES:-64}
wakes_s=10
lines_many=500
lines_registered=1000
lines_dahdi=16
tick_lines=8 tick_count=200
ulimit -n 8192

# inside DAEMON CHANNEL-PREFIX LINES WHAT SECONDS: figures, or why not; DAEMON "" is tipringd itself.
inside() {
	TIPRINGD=$1 CHANNEL_PREFIX=$2 BED_CONFIG=$here/config.sh timeout $(($5 + 240)) "$bed/netns.sh" "$bed/with-server.sh" "$build" dummy "$3" \
		"$here/inside.sh" "$build" "$4" "$3" "$5" 2>&1
}

# guest LINES WHAT SECONDS: over DAHDI's drivers in User-Mode Linux, in virtual time of which work takes some. Its kernel counts a
# process's time by jiffies and so misses what is done between two of them: there is no figure of processor time.
guest() {
	local vm=$here/../vm
	(cd "$build" && "$vm/umlrun" -T cpu -t 400 -m 512M bash -c '"$TIPRING_VM/setup-dahdi.sh" $0 && exec "$@"' "$1" \
		env BENCH_DRIVER=dahdi BED_CONFIG="$here/config.sh" "$bed/with-server.sh" "$build" dahdi "$1" \
		"$here/inside.sh" "$build" "$2" "$1" "$3" 2>&1)
}

# What each may be at most.
goals="cpu_per_call_percent 0.20
cpu_per_call_without_echo_percent 0.12
memory_start_mb 12
memory_per_line_kb 150
invite_180_p50_ms 1
invite_180_p99_ms 4
signalling_cpu_ms 1.0
idle_wakes_per_s 60
line_us_per_20ms 25
line_us_per_20ms_1000_lines 25
line_us_per_20ms_without_echo 10
tick_late_p99_ms 2"
measured=$(mktemp)
trap 'rm -f "$measured"' EXIT

# Of what was measured; one that has no figure is missed too.
goals_judge() {
	awk 'FILENAME == ARGV[1] { value[$1] = $2; unit[$1] = $3; next }
		{ met = $1 in value && value[$1] + 0 <= $2 + 0
		  printf "goal %s %s, at most %s: %s\n", $1, ($1 in value) ? value[$1] " " unit[$1] : "no figure", $2, met ? "met" : "MISSED"
		  met ? ++good : ++bad
		  if (!met) missed = missed " " $1 }
		END { printf "goals: %d met, %d missed%s\n", good, bad, missed }' "$measured" - <<<"$goals"
}

# figures NAMES TEXT: says those named, which must all stand in the text.
figures() {
	local names=$1 text=$2 name line why
	for name in $names; do
		line=$(grep -E "^$name [0-9.]+ [^ ]+$" <<<"$text")
		if [ -n "$line" ]; then
			echo "$line" | tee -a "$measured"
			echo "ok $name"
		else
			why=$(grep -v '^#' <<<"$text" | head -n 1)
			sed 's/^/# /' <<<"$text"
			echo "not ok $name: ${why:-no figure}"
		fi
	done
}

rss() { sed -n 's/^rss_kb \([0-9]*\) kB$/\1/p' <<<"$1"; }

memory() {
	local daemon=$1 prefix=$2 suffix=$3 one many text
	one=$(inside "$daemon" "$prefix" 1 memory 0)
	many=$(inside "$daemon" "$prefix" $lines_many memory 0)
	text=$one$'\n'$many
	if [ -n "$(rss "$one")" ] && [ -n "$(rss "$many")" ]; then
		text=$(awk -v one="$(rss "$one")" -v many="$(rss "$many")" -v lines=$((lines_many - 1)) -v suffix="$suffix" 'BEGIN {
			printf "memory_start%s_mb %.1f MB\nmemory_per_line%s_kb %.1f kB\n", suffix, one / 1024, suffix, (many - one) / lines }')
	fi
	figures "memory_start${suffix}_mb memory_per_line${suffix}_kb" "$text"
}

# instructions LINES KIND: within tick_count ticks.
instructions() {
	local out
	out=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no --toggle-collect=bench_ticks \
		"$build/tests/bench/tick" "$1" "$2" $tick_count 2>&1)
	[[ $out == *"served "[1-9]* ]] && sed -n 's/.*Collected : \([0-9]*\).*/\1/p' <<<"$out"
}

# ticks NAME KIND: instructions of a block of one line, by the difference between twice the lines and the lines.
ticks() {
	local name=$1 few many
	few=$(instructions $tick_lines "$2")
	many=$(instructions $((2 * tick_lines)) "$2")
	figures "$name" "$([ -n "$few" ] && [ -n "$many" ] && echo "$name $(((many - few) / tick_lines / tick_count)) instructions")"
}

# line_us LINES KIND: processor time of a line in 20 ms, in microseconds; the fewer the lines, the longer, since the least of ten parts counts.
line_us() { "$build/tests/bench/tick" "$1" "$2" $(($1 > 200 ? 400 : 1000)) 2>&1 | sed -n 's/^line_us \([0-9.]*\)$/\1/p'; }

# What a line costs in 20 ms with all that a call has, and how many lines a processor so serves.
lines_per_core() {
	local suffix=$1 us
	us=$(line_us 64 "$2")
	figures "line_us_per_20ms$suffix lines_per_core$suffix" "$([ -n "$us" ] && awk -v us="$us" -v suffix="$suffix" 'BEGIN {
		printf "line_us_per_20ms%s %.2f us\nlines_per_core%s %d lines\n", suffix, us, suffix, 20000 / us }')"
}

# A plot of it over the number of lines, with the canceller and without, and its last point.
plot() {
	local count kind us
	for kind in stream echo; do
		for count in 1 2 5 10 20 50 100 200 500 1000; do
			echo "$kind $count $(line_us $count $kind)"
		done
	done >"$build/line-cost.txt"
	"$here/plot.sh" <"$build/line-cost.txt" >"$build/line-cost.svg" && echo "# see $build/line-cost.svg"
	figures "line_us_per_20ms_1000_lines line_us_per_20ms_1000_lines_without_echo" "$(
		awk '$2 == 1000 && $3 { printf "line_us_per_20ms_1000_lines%s %.2f us\n", $1 == "echo" ? "" : "_without_echo", $3 }' "$build/line-cost.txt")"
}

echo "# $lines lines, $seconds s, commit $(git -C "$here" rev-parse --short HEAD 2>/dev/null), load $(cut -d' ' -f1-3 /proc/loadavg)"
benchd=$build/tests/bench/benchd
figures cpu_per_call_percent "$(inside "$benchd" talks- "$lines" talk "$seconds")"
figures cpu_per_call_without_echo_percent "$(BENCH_PROFILE='echo = "off"' inside "$benchd" talks- "$lines" talk "$seconds" |
	sed 's/^cpu_per_call_percent/cpu_per_call_without_echo_percent/')"
memory "$benchd" idle- ""
answers=$(inside "$benchd" brief- "$lines" answers "$seconds")
figures "invite_180_p50_ms invite_180_p99_ms" "$answers"
signalling=$(inside "$benchd" brief- "$lines" signalling "$seconds")
figures signalling_cpu_ms "$signalling"
figures "register_${lines_registered}_s register_cpu_us" "$(BENCH_EXPIRES_S=60 inside "$benchd" idle- $lines_registered register 0)"
figures idle_wakes_per_s "$(inside "$benchd" idle- "$lines" wakes $wakes_s)"
figures invite_180_worst_ms "$answers"
figures signalling_cpu_control_ms "$signalling"
dummy=$(inside "" "" "$lines" talk "$seconds")
figures cpu_per_call_dummy_percent "${dummy//cpu_per_call_percent/cpu_per_call_dummy_percent}"
memory "" "" _dummy
dahdi=$(guest $lines_dahdi wakes $wakes_s)
figures idle_wakes_dahdi_per_s "${dahdi//idle_wakes_per_s/idle_wakes_dahdi_per_s}"
dahdi=$(guest $lines_dahdi memory 0)
figures memory_dahdi_mb "$([ -n "$(rss "$dahdi")" ] && awk -v kb="$(rss "$dahdi")" 'BEGIN { printf "memory_dahdi_mb %.1f MB\n", kb / 1024 }' || echo "$dahdi")"
late=$(inside "$benchd" talks- "$lines" late "$seconds")
figures "tick_late_p99_ms tick_late_worst_ms" "$late"
lines_per_core "" echo
lines_per_core _without_echo stream
plot
ticks tick_instructions_per_line stream
ticks tick_instructions_per_line_bridged bridged
ticks tick_instructions_per_line_held held
ticks tick_instructions_per_line_call_waiting waiting
ticks tick_instructions_per_line_with_echo echo
ticks tick_instructions_per_line_off_hook silent
ticks tick_instructions_per_line_on_hook idle
ticks tick_instructions_per_line_dialling dialling
# voices DIR: some of other people's making beside the echo bench's own
voices() {
	local voice number=0
	for voice in en-us+f3 en-gb+m3 de+m1 fr-fr+f2; do
		number=$((number + 1))
		espeak-ng -v "$voice" -s 150 -w "$1/$number.wav" "One two three four five. The weather was fine when we left the house at nine this morning. $(
			)Which number did you call, and what did they tell you about the parcel that never came?"
	done
}

# cost TAIL_MS: instructions of the echo canceller in 20 ms
cost() {
	local count
	count=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=dsp_echo_run \
		"$build/tests/bench/echo" -c "$1" 100 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
	figures "echo_instructions_$1_ms" "$([ -n "$count" ] && echo "echo_instructions_$1_ms $((count / 100)) instructions")"
}

dir=$(mktemp -d)
voices "$dir"
echo_names=$("$build/tests/bench/echo" -l)
# shellcheck disable=SC2086 # a list
figures "$echo_names" "$("$build/tests/bench/echo" -f "$dir"/*.wav 2>&1)"
rm -rf "$dir"
for tail_ms in 8 16 32 64 128; do
	cost $tail_ms
done
# codec_cost NAME encode|decode: instructions of a codec for 20 ms
codec_cost() {
	local name count
	name=codec_$(tr 'A-Z-' 'a-z_' <<<"$1")_$2_instructions
	count=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="dsp_$2" \
		"$build/tests/bench/codecs" "$1" 200 2>&1 | sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
	figures "$name" "$([ -n "$count" ] && echo "$name $((count / 200)) instructions")"
}
for codec in $("$build/tests/bench/codecs" -l); do
	codec_cost "$codec" encode
	codec_cost "$codec" decode
done
for sockets in 64 250 1000; do
	for way in plain recvmmsg epoll uring shared; do
		figures "socket_${way}_${sockets}_ns" "$("$build/tests/bench/sockets" $sockets $way $((400000 / sockets)) 2>&1)"
	done
done
goals_judge
echo "# load at the end $(cut -d' ' -f1-3 /proc/loadavg)"
