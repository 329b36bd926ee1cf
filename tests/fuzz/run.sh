#!/bin/sh
# Fuzzes each target of a build made with --enable-fuzzing for some seconds, from its corpus and from what
# an earlier run found. Usage: run.sh BUILD-DIRECTORY [SECONDS [TARGET...]]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$1
seconds=${2:-10}
[ $# -gt 2 ] && shift 2 || shift $#
failed=0
for name in ${*:-$(ls "$here/corpus")}; do
	found=$build/tests/fuzz/found/$name
	mkdir -p "$found"
	if "$build/tests/fuzz/$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=4096 \
		-artifact_prefix="$found.crash-" "$found" "$here/corpus/$name" >"$found.log" 2>&1; then
		echo "ok fuzz $name: $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$found.log") runs in $seconds s"
	else
		echo "not ok fuzz $name: see $found.log"
		failed=1
	fi
done
exit $failed
