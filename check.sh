#!/bin/bash
# Runs the tests. usage: ./check.sh [PART...]
#   unit      each folder's own tests, and that the folders keep to themselves
#   flow      whole stories in one process, in virtual time
#   live      tipringd, Kamailio, SIPp and baresip as processes, a network namespace for each test
#   dahdi     the same stories over real DAHDI drivers in User-Mode Linux, in virtual time
#   sanitize  unit, flow and what of live flow has not said, once more with AddressSanitizer and UndefinedBehaviorSanitizer, and with
#             memory that runs out at each ALLOC_STRIDE-th allocation (37; 1: at every one)
#   bench     figures: processor time, memory, delays (BENCH_SECONDS says how long, 30)
#   soak      random sequences of what subscribers and networks do to a line, and random stories with telephones and sound, for each
#             flash style (SOAK_COUNT and SOAK_STORIES say how many of each, 20000 and 20; SOAK_SEED the first one's seed, 1); digits in
#             each condition (SOAK_DIGITS, 10000), and speech without any (SOAK_MINUTES, 60)
#   fuzz      each fuzz target with clang's libFuzzer (FUZZ_SECONDS says how long each, 300)
# None named: all of them but bench, soak and fuzz. Ends with "N passed, N failed, N skipped".
#
# A test says "ok NAME", "not ok NAME: why" or "ok NAME # SKIP why", one line each; a test program may say as many
# as it likes, and one that ends badly without saying so counts as a failure.
set -u
cd "$(dirname "$0")" || exit 2

parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(unit flow live dahdi sanitize)
for part in "${parts[@]}"; do
	case $part in
	unit | flow | live | dahdi | sanitize | bench | soak | fuzz) ;;
	*)
		echo "check.sh: unknown part '$part'; allowed are unit flow live dahdi sanitize bench soak fuzz" >&2
		exit 2
		;;
	esac
done
if [ "$(id -u)" != 0 ]; then
	echo "check.sh: must run as root, since it installs packages and makes network namespaces" >&2
	exit 2
fi

top=$PWD
logs=$top/build/check-logs

# say NAME COMMAND...: one test that is a command; its output is shown only when it fails.
say() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok $name"
	else
		printf '%s\n' "$output" | tail -n 30 | sed 's/^/# /'
		echo "not ok $name: exit status not 0"
	fi
}

# tests PROGRAM...: runs test programs that name their own tests; one that dies or names none is a failure.
tests() {
	local name output status
	name=$(basename "$1")
	output=$(mktemp)
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 1800 "$@" >"$output" 2>&1 </dev/null
	status=$?
	sed -E 's/^(ok|not ok) [0-9]+ - /\1 '"$name"': /' "$output"
	if [ $status != 0 ] && ! grep -q '^not ok' "$output"; then
		echo "not ok $name: ended with status $status"
	elif ! grep -qE '^(ok|not ok) ' "$output"; then
		echo "not ok $name: named no test"
	fi
	rm -f "$output"
}

unit_program() { cd "$1" && tests "./$2"; }

unit_programs() (
	. tests/jobs.bash
	for program in $(make -s -C "$1" list-tests); do
		jobs_start unit_program "$1" "$program"
	done
	jobs_say
)

part_unit() {
	unit_programs build
	tests tests/leaves.sh build
	tests tests/cells.sh
	tests tests/config/wrong.sh build
	tests tests/soak/talk.sh build 4
	say "the sample configuration is taken" tests/sample.sh build
	say "the drawing of the line's machine is its table's" diff -u doc/line.md <(build/line-drawing)
	say "the table of playout is what the test reaches" diff -u <(grep '^|' doc/playout.md) <(build/tests/unit/gateway_playout_traces_test --table)
	if [ "${1:-}" = whole ]; then
		say "the table of requirements is what the tests show" diff -u doc/rfc.md <(tests/rfc.sh "$logs/unit.log")
		say "make install puts everything below DESTDIR" tests/install_check.sh build
		say "make distcheck passes" make -C build distcheck
	fi
}

part_flow() { tests tests/flow/run.sh build; }
part_live() { tests tests/live/run.sh build; }
part_dahdi() {
	tests/vm/build-kernel.sh >/dev/null # minutes, but once; not within the limit of a test
	tests tests/vm/dahdi-part.sh build
}

part_sanitize() {
	unit_programs build-sanitize
	tests tests/flow/run.sh build-sanitize
	ALLOC_SAME=1 ALLOC_STRIDE=${ALLOC_STRIDE:-37} tests tests/alloc/run.sh build-sanitize
}

part_sanitize_live() { tests tests/live/run.sh build-sanitize; }

part_bench() {
	tests/install.sh tests/bench/packages
	tests/bench/run.sh build
}

part_soak() {
	tests build/tests/unit/dsp_dtmf_conditions_test "${SOAK_DIGITS:-10000}" "${SOAK_SEED:-1}"
	tests build/tests/unit/gateway_relay_test "${SOAK_DIGITS:-10000}" "${SOAK_SEED:-1}"
	tests tests/soak/talk.sh build "${SOAK_MINUTES:-60}"
	tests build/tests/soak/gateway_soak_test "${SOAK_COUNT:-20000}" "${SOAK_SEED:-1}"
	tests tests/soak/stories.sh build "${SOAK_STORIES:-20}" "${SOAK_SEED:-1}"
}

part_fuzz() {
	tests/install.sh tests/fuzz/packages
	CC=clang tests/build.sh build-fuzz --enable-fuzzing || { echo "not ok the fuzzing build"; return; }
	tests/fuzz/run.sh build-fuzz "${FUZZ_SECONDS:-300}"
}

# A skip must be known: listed in tests/skips.txt by name, with its reason.
skips_judge() {
	local log=$1 name
	grep -E '^ok .*# SKIP' "$log" | sed -E 's/^ok (.*) # SKIP.*/\1/' | while read -r name; do
		[ "${CI:-}" != true ] || grep -qF "$name:" tests/skips.txt || echo "not ok $name: an unlisted skip"
	done
}

# Each failure with the remarks that its test made before it.
failures_show() {
	awk '/^# / { said = said $0 "\n"; next } /^not ok / { printf "%s%s\n", said, $0 } { said = "" }' "$1"
}

run_part() {
	local part=$1 log=$logs/$1.log start=$SECONDS passed failed skipped
	"part_$part" whole >"$log" 2>&1
	skips_judge "$log" >>"$log"
	! grep -q 'command not found' "$log" || echo "not ok $part: a script of it is broken: $(grep -m 1 'command not found' "$log")" >>"$log"
	skipped=$(grep -cE '^ok .*# SKIP' "$log")
	passed=$(($(grep -c '^ok ' "$log") - skipped))
	failed=$(grep -c '^not ok ' "$log")
	if [ $((passed + failed)) = 0 ]; then
		echo "not ok $part: ran no test" | tee -a "$log"
		failed=1
	fi
	failures_show "$log"
	grep -E '# SKIP|tried again after' "$log"
	[ "$part" != fuzz ] || grep '^ok ' "$log"
	[ "$part" != soak ] || grep -E '^(ok|# style|# [0-9])' "$log"
	[ "$part" != bench ] || grep -E '^([a-z0-9_]+ [0-9.]+ [^ ]+$|goals?:? )' "$log"
	[ "$failed" = 0 ] || echo "see $log"
	echo "$part: $passed passed, $failed failed, $skipped skipped ($((SECONDS - start)) s)"
	echo "$passed $failed $skipped" >>"$logs/counts"
}

run_parts() {
	local part
	for part in "$@"; do run_part "$part"; done
}

start=$SECONDS
tests/install.sh tests/packages || exit 1
mkdir -p "$logs"
rm -f "$logs/counts"
tests/build.sh build || exit 1
[[ " ${parts[*]} " != *' sanitize '* ]] || tests/build.sh build-sanitize --enable-sanitizers || exit 1
echo "packages and build: $((SECONDS - start)) s"

# What plays in real time waits more than it works, and what is judged of it comes first (tests/bed/realtime.bash); what plays in virtual time
# works all the time: both go on side by side, the second with what the first leaves of the processors.
real=() virtual=() alone=()
for part in "${parts[@]}"; do
	case $part in
	live) real+=(live) ;;
	sanitize) virtual+=(sanitize) real+=(sanitize_live) ;;
	unit | flow | dahdi) virtual+=("$part") ;;
	*) alone+=("$part") ;;
	esac
done
run_parts "${real[@]}" &
(renice -n 19 -p $BASHPID >/dev/null && run_parts "${virtual[@]}") &
wait
run_parts "${alone[@]}"
awk -v parts=$((${#real[@]} + ${#virtual[@]} + ${#alone[@]})) '{ passed += $1; failed += $2; skipped += $3 }
	END {
		if (NR != parts)
			printf "not ok check.sh: %d of %d parts came to their end\n", NR, parts
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit failed > 0 || NR != parts
	}' "$logs/counts"
