#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# check.sh's part `dahdi`: finds or builds the guest's kernel and modules, then runs the programs
# below, each in a guest of its own. They say "ok NAME" and "not ok NAME: why".
# usage: dahdi-part.sh BUILD [GUEST...]	(guests by name; none: all)
set -uo pipefail
build=$(cd "$1" && pwd)
shift
wanted=("$@")
vm=$(cd "$(dirname "$0")" && pwd)
limit=${TIPRING_GUEST_LIMIT:-120} # seconds of this machine's clock for each guest

# guest NAME LINES COMMAND...: runs a command in the build directory, in a guest with so many lines.
# It is told as a test itself when it ends badly without having said why, or names no test at all.
guest() {
	local name=$1 lines=$2 log status
	shift 2
	[ ${#wanted[@]} = 0 ] || [[ " ${wanted[*]} " == *" $name "* ]] || return 0
	log=$(mktemp)
	(cd "$build" && "$vm/umlrun" -t "$limit" bash -c '
		"$TIPRING_VM/setup-dahdi.sh" "$0" && exec "$@"' "$lines" "$@") 2>&1 |
		sed -E "s/^(ok|not ok) /\\1 $name: /" | tee "$log"
	status=${PIPESTATUS[0]}
	if [ "$status" != 0 ] && ! grep -q '^not ok ' "$log"; then
		echo "not ok $name: ended with status $status"
	elif ! grep -qE '^(ok|not ok) ' "$log"; then
		echo "not ok $name: named no test"
	fi
	rm -f "$log"
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

guest bed 4 tests/vm/bedcheck 4
guest wires 4 tests/vm/wirescheck 4
guest contract 1 tests/contract/driver_contract dahdi 1 2
