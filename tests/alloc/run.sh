#!/bin/bash
# Memory runs out: each unit program and each story of the bed flow once for every allocation that the project's code makes in
# it, and that one fails (tests/alloc/fail.c). Then a test may fail, but nothing may crash, hang, or be reported by the
# sanitizers, leaks included. Says ok or not ok for each program and story.
# usage: run.sh BUILD [NAME...]     BUILD has the sanitizers; NAME is a unit program or a story: these alone
#   ALLOC_SAME    of those from the same place, by the same way through the program, so many, the first (3; 0: all)
#   ALLOC_DIR     an empty folder where all is kept that was seen of the bad ones
#   ALLOC_STRIDE  only each so-manieth allocation (1: all); ALLOC_OFFSET the first of them, else it moves from day to day
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
shift

# A crash is reported by the sanitizer, not taken by a handler of cmocka's.
export ASAN_OPTIONS=verify_asan_link_order=0:handle_segv=2:handle_sigbus=2:handle_sigfpe=2:handle_sigill=2:handle_abort=2

# spoilt DIR NTH COMMAND...: with DIR/own; what the preloaded library tells goes to DIR/NTH.tell, the output to DIR/NTH.out.
spoilt() {
	local dir=$1 nth=$2
	shift 2
	cd "$build" && ALLOC_OWN=$dir/own ALLOC_NTH=$nth ALLOC_TELL=$dir/$nth.tell TMPDIR=$dir \
		timeout 120 env LD_PRELOAD="$fail" "$@" >"$dir/$nth.out" 2>&1 </dev/null
}

# What lies above the project's innermost function in a report of a crash is a library that did not look at what it got:
# libcrypto at its first call, libconfuse where it frees what it could not make. Those are told, not judged.
library_crash() {
	sed -n '/ SEGV /,/SUMMARY/p' "$1" | grep -aE '^ +#[0-9]' | awk -v build="$build/" '
		index($0, " " build) || / \/.*\/(fxs|dsp|sip|gateway|tests)\/[^ ]*\.c:/ { exit }
		/lib(crypto|confuse)\.so/ { found = 1 }
		END { exit !found }'
}

# As a command of its own, many at a time.
if [ "${1:-}" = one ] && [ $# = 3 ]; then
	dir=$2 nth=$3
	mapfile -t command <"$dir/command"
	spoilt "$dir" "$nth" "${command[@]}"
	status=$?
	why=$(grep -aoE -m 1 'SUMMARY: .*|[^ ]+: runtime error: .*|Assertion .* failed' "$dir/$nth.out")
	if [ $status = 124 ]; then
		why="hangs"
	elif [ -z "$why" ] && [ $status -ge 98 ]; then
		why="ends with status $status"
	fi
	if [ -n "$why" ] && library_crash "$dir/$nth.out"; then
		echo "allocation $nth: a library crashed" >"$dir/$nth.library"
	elif [ -n "$why" ]; then
		echo "allocation $nth: $why" >"$dir/$nth.bad"
	else
		rm -f "$dir/$nth.tell" "$dir/$nth.out"
	fi
	exit 0
fi

out=${ALLOC_DIR:-$(mktemp -d)}
[ -n "${ALLOC_DIR:-}" ] || trap 'rm -rf "$out"' EXIT
fail=$out/fail.so
export fail
# Optimised, so that its functions jump to the real ones and do not stand in the stacks that the sanitizers see.
# CC may be a command of several words
${CC:-gcc} -std=gnu11 -O2 -Wall -Wextra -Werror -fPIC -shared -o "$fail" "$here/fail.c" || exit 1

# own PROGRAM: where each function of the project begins and ends, and those that the bed flow has instead of some.
own() {
	local addresses=$out/addresses
	nm -n --defined-only "$1" | awk '$2 ~ /^[tT]$/ { print $1 }' >"$addresses"
	addr2line -e "$1" <"$addresses" | paste "$addresses" - | awk '
		kind != "" { print first, $1, kind }
		{ first = $1; kind = "" }
		$2 ~ /\/((fxs|dsp|sip|gateway)|gateway\/(config|leg|line|phone))\/[a-z0-9_]*\.c:/ { kind = "own" }
		$2 ~ /\/tests\// { kind = "" }
		$2 ~ /\/tests\/flow\/(loop_virtual|peer_account|peer_invite)\.c:/ { kind = "instead" }'
}

# prepare NAME COMMAND...: makes a folder for it, and counts its allocations.
prepare() {
	local dir=$out/$1 program=$2
	mkdir "$dir"
	shift
	[ -e "$out/$(basename "$program").own" ] || own "$build/$program" >"$out/$(basename "$program").own"
	ln "$out/$(basename "$program").own" "$dir/own"
	printf '%s\n' "$@" >"$dir/command"
	spoilt "$dir" 0 "$@"
	sed -n 's/^count //p' "$dir/0.tell" | tail -n 1 >"$dir/count"
}

# Fuzz targets replay their seeds, and random sequences are played in processes that the program makes: not those.
programs() {
	local program
	for program in $(make -s -C "$build" list-tests | tr ' ' '\n' | grep -v -e ^tests/fuzz/ -e ^tests/soak/); do
		echo "$(basename "$program") ./$program"
	done
	for program in $("$here/../bed/stories.sh" flow); do
		echo "$(basename "$program" .flow) ./tests/story/story --bed flow $program"
	done
}

export ALLOC_SAME=${ALLOC_SAME:-3}
stride=${ALLOC_STRIDE:-1}
offset=${ALLOC_OFFSET:-$(($(date +%s) / 86400 % stride + 1))}
names=()
while read -r name command; do
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	# shellcheck disable=SC2086 # a command of several words
	prepare "$name" $command
	names+=("$name")
done < <(programs)

for name in "${names[@]}"; do
	seq -f "$out/$name %.0f" "$offset" "$stride" "$(cat "$out/$name/count")"
done | xargs -P "$(nproc)" -n 2 "$here/run.sh" "$build" one

failed=0
for name in "${names[@]}"; do
	count=$(cat "$out/$name/count")
	if [ -z "$count" ]; then
		echo "not ok $name: its allocations were not counted"
		failed=1
	elif bad=$(cat "$out/$name"/*.bad 2>/dev/null); then
		sed 's/^/# /' <<<"$bad"
		echo "not ok $name: $(wc -l <<<"$bad") of its $count allocations"
		failed=1
	else
		cat "$out/$name"/*.library 2>/dev/null | sed 's/^/# /'
		echo "ok $name: $(seq "$offset" "$stride" "$count" | wc -l) of $count allocations"
	fi
done
exit $failed
