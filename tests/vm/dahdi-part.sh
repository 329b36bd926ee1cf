#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# check.sh's part `dahdi`: finds or builds the guest's kernel and modules, then runs the programs
# below, each in a guest of its own. They say "ok NAME" and "not ok NAME: why".
# usage: dahdi-part.sh BUILD [GUEST...]	(delays, keys, pulses, bed, wires, contract, stories, transports, hours, worn, spoilt; none: all)
set -uo pipefail
build=$(cd "$1" && pwd)
shift
wanted=("$@")
vm=$(cd "$(dirname "$0")" && pwd)
limit=${TIPRING_GUEST_LIMIT:-120} # seconds of this machine's clock for each guest

# guest NAME LINES COMMAND...: runs a command in the build directory, in a guest with so many lines,
# all of them with the knobs in $knobs, or with none and without DAHDI. It is told as a test itself when it ends badly without having
# said why, or names no test at all.
guest() {
	local name=$1 lines=$2 text status=0
	shift 2
	text=$(cd "$build" && "$vm/umlrun" -t "$limit" -v "$out" bash -c \
		'[ "${0%% *}" = 0 ] || "$TIPRING_VM/setup-dahdi.sh" $0 && exec "$@"' "$lines ${knobs:-}" "$@" 2>&1) || status=$?
	sed -E "s/^(ok|not ok) /\\1 $name: /" <<<"$text"
	if [ "$status" != 0 ] && ! grep -q '^not ok ' <<<"$text"; then
		echo "not ok $name: ended with status $status"
	elif ! grep -qE '^(ok|not ok) ' <<<"$text"; then
		echo "not ok $name: named no test"
	fi
}

# story NAME STORY [OPTION...]: a story among tipringd and Kamailio, its telephones on the channels behind the lines'
story() {
	local name=$1 story=$2 lines
	shift 2
	lines=$(sed -n 's/^# lines: //p' "$story" | grep . || echo 3)
	local knobs="${knobs:-} $(sed -n 's/^# knobs: //p' "$story")"
	TIPRING_CHANNELS=$(seq -s, $((lines + 1)) $((2 * lines))) guest "$name" "$lines" env ${COUNTRY:+"COUNTRY=$COUNTRY"} ${BED_TRANSPORT:+"BED_TRANSPORT=$BED_TRANSPORT"} "$vm/../bed/with-server.sh" "$build" dahdi "$lines" \
		tests/story/story --bed dahdi "$@" "$story"
}

# hours STORY: dummy lines in virtual time; hours of nothing take this machine a minute
hours() {
	limit=$((3 * limit)) guest hours 0 "$vm/../bed/with-server.sh" "$build" dummy 3 tests/story/story --bed live "$1"
}

# many: no story, but virtual time too
many() {
	guest hours 0 env BED_CONFIG="$vm/../bench/config.sh" "$vm/../bed/with-server.sh" "$build" dummy 500 \
		"$vm/../live/with-many-lines.sh" "$build" inside registered_soon
}

# spoilt HOW STORY: passes when the story, with its sound spoilt, fails by itself.
spoilt() {
	local how=$1 name
	name=$(basename "$2" .flow)
	if story spoilt "$2" --sabotage "$how" | grep -q "^not ok spoilt: $name"; then
		echo "ok $name: $how is noticed"
	else
		echo "not ok $name: $how is not noticed"
	fi
}

# delays COUNT SEED: how long the gateway takes, over so many calls.
delays() {
	"$vm/delays.sh" "$1" "$2" >"$out/delays.flow"
	TIPRING_CHANNELS=4,5,6 "$vm/umlrun" -t "$limit" -v "$out" bash -c '"$TIPRING_VM/setup-dahdi.sh" 3 && exec "$@"' delays \
		"$vm/../bed/with-server.sh" "$build" dahdi 3 "$build/tests/story/story" --bed dahdi "$out/delays.flow" 2>&1 |
		"$vm/delays-judge.sh" "$1"
}

# keys COUNT SEED: so many keys in a call, from the line to the network.
keys() {
	TIPRING_CHANNELS=3,4 guest keys 2 "$vm/../bed/with-server.sh" "$build" dahdi 2 "$build/tests/vm/keyscheck" "$1" "$2"
}

# pulses NUMBERS SEED: dials of eight kinds, so many numbers of 20 digits each.
pulses() {
	"$vm/pulses.sh" "$1" "$2" >"$out/pulses.flow"
	limit=$((2 * limit)) story dials "$out/pulses.flow"
}

# start NAME FUNCTION...: where NAME is wanted.
start() {
	local name=$1
	shift
	[ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " == *" $name "* ]] || return 0
	jobs_start "$@"
}

if grep -q '^SANITIZE_CFLAGS = .*fsanitize' "$build/Makefile"; then
	echo "not ok dahdi: $build has AddressSanitizer, which does not run in the guest"
	exit 1
fi
TIPRING_UML=$("$vm/build-kernel.sh") && TIPRING_KO=$("$vm/build-modules.sh" "$TIPRING_UML") || {
	echo "not ok dahdi: no kernel or no modules to test with"
	exit 1
}
export TIPRING_UML TIPRING_KO

. "$vm/../jobs.bash"
out=$jobs_out

for file in $("$vm/../bed/stories.sh" hours); do
	start hours hours "$file"
done
start hours many
start delays delays 20 1
start keys keys 200 1
start pulses pulses 10 1
start contract guest contract 1 tests/contract/driver_contract dahdi 1 2
start bed guest bed 4 tests/vm/bedcheck 4
start wires guest wires 4 tests/vm/wirescheck 4
for file in $("$vm/../bed/stories.sh" dahdi); do
	start stories story story "$file"
done
for transport in tcp tls; do
	for file in $("$vm/../bed/stories.sh" dahdi $transport); do
		BED_TRANSPORT=$transport start transports story "over $transport" "$file"
	done
done
tones=$vm/../stories/countries/tones.flow
for country in $(sed -n 's/^# countries on dahdi: //p' "$tones"); do
	COUNTRY=$country start stories story "stories in $country" "$tones"
done
knobs='bounce_ms=6 trip_ms=15 hybrid=1' start worn story worn "$vm/../stories/first-call.flow"
for how in mute-leg swap-legs gap-60; do
	start spoilt spoilt $how "$vm/../stories/first-call.flow"
done
jobs_say
