#!/bin/bash
# Compares the tables of stories in doc/ with the stories that there are: in doc/cells.md each cell names one, and in doc/interop.md, too,
# each that is named is there. Says "ok NAME" or "not ok NAME: what was found".
# usage: cells.sh [DOC-FOLDER]
set -u

here=$(cd "$(dirname "$0")" && pwd)
doc=${1:-$here/../doc}
failed=0

# judge NAME [FINDING...]: no finding is good.
judge() {
	local name=$1
	shift
	if [ $# = 0 ]; then
		echo "ok $name"
	else
		echo "not ok $name: $*"
		failed=1
	fi
}

# The rows of a file's tables, without their heads.
rows() { awk '/^\|-/ { body = 1; next } /^\|/ { if (body) print; next } { body = 0 }' "$1"; }

# Rows with a cell, from column N on, that names no story.
bare() { rows "$1" | grep -v '^| two calls | see below |' | awk -F' *[|] *' -v first="$2" '{
	for (i = first + 1; i < NF; i++) if ($i !~ /`/) { print "\"" $2 "\""; next } }'; }

absent() {
	rows "$1" | grep -o '`[^`]*`' | tr -d '`' | sort -u | while read -r story; do
		[ -f "$here/stories/$story.flow" ] || echo "$story"
	done
}

# doc/cells.md, in two: states, whose every cell counts, and services, where the last does.
states=$(mktemp) services=$(mktemp)
trap 'rm -f "$states" "$services"' EXIT
sed '/^## Services/,$d' "$doc/cells.md" >"$states"
sed -n '/^## Services/,$p' "$doc/cells.md" >"$services"
[ "$(rows "$states" | wc -l)" -ge 40 ] && [ "$(rows "$services" | wc -l)" -ge 20 ]
judge "the tables are read" $([ $? = 0 ] || echo "too few rows")
mapfile -t found < <(bare "$states" 2)
judge "each cell of the flash tables has its story" "${found[@]}"
mapfile -t found < <(bare "$services" 3)
judge "each service has its story" "${found[@]}"
for file in cells interop; do
	mapfile -t found < <(absent "$doc/$file.md")
	judge "the stories of doc/$file.md are there" "${found[@]}"
done
exit $failed
