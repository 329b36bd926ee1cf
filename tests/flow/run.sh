#!/bin/bash
# The flow part: each story in one process over virtual time, once more with queues of one event between the planes, and
# once more to see that it is the same event for event. Stories with a spoilt sound must fail. Says ok or not ok for each.
# usage: run.sh BUILD
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../jobs.bash"

# judge GOOD NAME WHY: GOOD is 0 for yes.
judge() {
	if [ "$1" = 0 ]; then
		echo "ok $2"
	else
		echo "not ok $2: $3"
	fi
}

story() { timeout 60 "$build/tests/story/story" "$@" 2>&1 </dev/null; }

# play BED STORY: as the story says itself, with the bed after its name.
play() {
	local bed=$1 text status name
	name=$(basename "$2" .flow)${COUNTRY:+ of $COUNTRY}
	text=$(story --bed "$bed" "$2")
	status=$?
	grep '^#' <<<"$text"
	judge $status "$name ($bed)" "$(grep '^not ok' <<<"$text" | sed 's/^not ok [^:]*: //' || echo "status $status")"
}

same_twice() {
	[ "$(story --bed flow --ladder "$1")" = "$(story --bed flow --ladder "$1")" ]
	judge $? "$(basename "$1" .flow): two runs are the same event for event" "they differ"
}

spoilt() {
	local text
	text=$(story --bed flow --sabotage "$1" "$2")
	grep -qE '^not ok .*(voice|hear)' <<<"$text"
	judge $? "$(basename "$2" .flow): $1 is noticed" "$(tail -n 1 <<<"$text")"
}

all_of() {
	play flow "$1"
	play flow-narrow "$1"
	same_twice "$1"
}

# By blocks of so many ms instead of 10.
in_blocks() {
	local story
	story=$jobs_out/$(basename "$2" .flow)-in-blocks-of-$1.flow
	sed "1s/^/# sections: media { block_ms = $1 }\n/" "$2" >"$story"
	play flow "$story"
}

in_country() {
	local COUNTRY=$1
	export COUNTRY
	play flow "$tones"
}

for file in $("$here/../bed/stories.sh" flow); do
	jobs_start all_of "$file"
done
tones=$here/../stories/countries/tones.flow
for country in $(sed -n 's/^# countries: //p' "$tones"); do
	jobs_start in_country "$country"
done
for file in $("$here/../bed/stories.sh" flow); do
	for block_ms in $(sed -n 's/^# block_ms: //p' "$file"); do
		jobs_start in_blocks "$block_ms" "$file"
	done
done
for how in mute-leg swap-legs gap-60; do
	jobs_start spoilt $how "$here/../stories/first-call.flow"
done
jobs_say
