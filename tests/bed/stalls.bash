# What is judged in real time asks too much of a machine that stands still itself, or has no processor left: that is told from us, and only
# then it is tried again. To be sourced.
#   stall_class   how a watcher comes by a processor: before everybody (the default), so that only a machine that stands still makes it late;
#                 empty: like anybody, so that other work does too
stall_ms=20 # which a telephone may hear
stalled_ms=0

# watched COMMAND...: stalled_ms tells by how much a watcher was late at the most, meanwhile.
watched() {
	local pid status seen
	seen=$(mktemp)
	${stall_class-chrt -f 60} "$(dirname "${BASH_SOURCE[0]}")/stalls.pl" >"$seen" 2>/dev/null &
	pid=$!
	"$@"
	status=$?
	kill -TERM "$pid" 2>/dev/null
	wait "$pid"
	stalled_ms=$(cat "$seen")
	stalled_ms=${stalled_ms:-0}
	rm -f "$seen"
	return $status
}

# steadily OUTPUT COMMAND...: what it says goes to that file; it is tried three times at the most, and what failed is told.
steadily() {
	local output=$1 attempt status stalls=
	shift
	for attempt in 1 2 3; do
		watched "$@" >"$output" 2>&1
		status=$?
		[ $status != 0 ] && [ "$stalled_ms" -ge "$stall_ms" ] && [ $attempt -lt 3 ] || break
		stalls+="# the machine stood still for $stalled_ms ms, tried again after: $(grep -m 1 '^not ok' "$output")"$'\n'
	done
	printf '%s' "$stalls" | cat - "$output" >"$output.all" && mv "$output.all" "$output"
	return $status
}
