# What is judged in real time comes by a processor before others, who may be building something: below tipringd's media threads (priority 10)
# the telephones, which would be things of their own, then who talks with them, then the servers. The words stand before a command; the
# servers' take process ids, since only those that have started are to be preferred. Nobody is, where that is not permitted.
#
# A machine that has no time for whom nobody prefers, as some who take part, asks too much even so: that is told from us, and only then
# it is tried again. To be sourced.
if chrt -r 5 true 2>/dev/null; then
	export BED_TELEPHONE='chrt --reset-on-fork -r 5' BED_FAR_END='chrt -r 4' BED_SERVERS='chrt -r -p 3'
fi

stall_ms=10 # a block of sound
stalled_ms=0

# watched COMMAND...: stalled_ms tells by how much such a one was late at the most, meanwhile.
watched() {
	local pid status seen
	seen=$(mktemp)
	"$(dirname "${BASH_SOURCE[0]}")/stalls.pl" >"$seen" 2>/dev/null &
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

# whole COMMAND...: fails, too, when it says "not ok" of something.
whole() {
	local text status
	text=$("$@" 2>&1)
	status=$?
	printf '%s\n' "$text"
	[ $status = 0 ] && ! grep -q '^not ok' <<<"$text"
}

# steadily OUTPUT COMMAND...: what it says goes to that file; it is tried three times at the most, and what failed is told.
steadily() {
	local output=$1 attempt status stalls=
	shift
	for attempt in 1 2 3; do
		watched "$@" >"$output" 2>&1
		status=$?
		[ $status != 0 ] && [ "$stalled_ms" -ge "$stall_ms" ] && [ $attempt -lt 3 ] || break
		stalls+="# the machine was $stalled_ms ms late, tried again after: $(grep -m 1 '^not ok' "$output")"$'\n'
	done
	printf '%s' "$stalls" | cat - "$output" >"$output.all" && mv "$output.all" "$output"
	return $status
}
