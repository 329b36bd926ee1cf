#!/bin/bash
# Random stories with telephones, sound and time (random-story.sh), COUNT for each flash style from seed SEED on, over virtual time, by turns with
# queues of one event between the planes and with the usual ones. One that fails is kept, and told line by line.
# usage: stories.sh BUILD COUNT SEED
set -u
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
kept=$build/tests/soak/failed
failed=0
mkdir -p "$kept"
for style in bellcore etsi network; do
	for ((seed = $3; seed < $3 + $2; seed++)); do
		story=$kept/random-$style-$seed.flow
		"$here/random-story.sh" "$seed" "$style" >"$story"
		bed=flow
		[ $((seed % 2)) = 1 ] || bed=flow-narrow
		if text=$(timeout 120 "$build/tests/story/story" --bed $bed "$story" 2>&1 </dev/null); then
			rm "$story"
			continue
		fi
		echo "not ok random story in style $style, seed $seed ($bed): $(tail -n 1 <<<"$text")"
		sed 's/^/# /' "$story"
		failed=$((failed + 1))
	done
	echo "# $2 random stories from seed $3, style $style, $SECONDS s so far"
done
[ $failed -gt 0 ] || echo "ok random stories: $2 for each style from seed $3"
exit $((failed > 0))
