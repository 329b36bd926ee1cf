#!/bin/bash
# Builds the programs and tests into a folder, from scratch or what changed.
# usage: tests/build.sh DIR [CONFIGURE-OPTION...]
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
log=$dir/build.log
{
	if [ ! -x "$top/configure" ] || [ -n "$(find "$top" -maxdepth 2 \( -name Makefile.am -o -name Makefile.inc \
		-o -name configure.ac \) -newer "$top/configure" -print -quit)" ]; then
		"$top/autogen.sh"
	fi
	cd "$dir"
	[ -e config.status ] || "$top/configure" --enable-werror "$@"
	make -j"$(nproc)" all
	make -j"$(nproc)" check TESTS=
} >"$log" 2>&1 || {
	grep -nE 'error|Error|undefined' "$log" | head -n 20 >&2
	echo "tests/build.sh: the build failed, see $log" >&2
	exit 1
}
