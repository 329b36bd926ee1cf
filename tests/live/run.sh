#!/bin/bash
# The live part: each story as real processes in a network namespace of its own: Kamailio, tipringd and the telephones.
# The same stories with a spoilt sound must fail, or their judge hears nothing. Says ok or not ok for each.
# usage: run.sh BUILD     (root)
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
bed=$here/../bed
. "$here/../jobs.bash"
. "$bed/realtime.bash"
jobs_max=4

play() {
	timeout 120 "$bed/netns.sh" "$bed/with-server.sh" "$build" dummy 3 ${BED_TELEPHONE:-} "$build/tests/story/story" --bed live "$@"
}

steady() {
	local output status
	output=$(mktemp)
	steadily "$output" whole "$@"
	status=$?
	cat "$output"
	rm -f "$output"
	return $status
}

story() { steady play "$@"; }

# over TRANSPORT STORY: once more, over it
over() {
	local transport=$1
	shift
	[ $transport != sips ] || set -- --sips "$@"
	BED_TRANSPORT=$transport story "$@" | sed -E "s/^(ok|not ok) /&over $transport: /"
}

# spoilt HOW STORY: passes when the story fails.
spoilt() {
	local how=$1 story=$2 text
	text=$(play --sabotage "$how" "$story")
	if grep -q '^not ok' <<<"$text" && ! grep -qE '^not ok (tipringd|the SIP server)' <<<"$text"; then
		echo "ok $(basename "$story" .flow): $how is noticed"
	else
		echo "not ok $(basename "$story" .flow): $how is not noticed"
	fi
}

# With AddressSanitizer only the stories that need real servers and far ends: the flow part has said the others to the same code.
stories() {
	if grep -q '^SANITIZE_CFLAGS = .*fsanitize' "$build/Makefile"; then
		comm -23 <("$bed/stories.sh" live | sort) <("$bed/stories.sh" flow | sort)
	else
		"$bed/stories.sh" live
	fi
}

# Sixty telephones, a flood, or many calls one after the other leave too little of a small machine for others whose sound is judged: each by itself.
jobs_start "$here/with-many-lines.sh" "$build" # tries again part by part, as the codecs do
wait
jobs_start "$here/with-codecs.sh" "$build"
wait
jobs_start steady "$here/with-flood.sh" "$build"
wait
for script in "$here"/with-*.sh; do
	[[ "$script" == */with-@(many-lines|flood|codecs).sh ]] || jobs_start steady "$script" "$build"
done
for story in $(stories); do
	jobs_start story "$story"
done
# As many as there is time for.
for transport in tcp tls sips; do
	for story in $("$bed/stories.sh" live $transport); do
		jobs_start over $transport "$story"
	done
done
for how in mute-leg swap-legs gap-60; do
	jobs_start spoilt $how "$here/../stories/first-call.flow"
done
jobs_say
