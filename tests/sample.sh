#!/bin/bash
# The sample configuration in etc/ is taken as it stands, all of its commented settings too. usage: sample.sh BUILD
set -eu
etc=$(cd "$(dirname "$0")/../etc" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r "$etc"/. "$dir"
chmod -R o-rwx "$dir"
"$1/tipringd" --check "$dir/tipring.conf"
sed -i -E 's/^(\s*)#([a-z_]+ = )/\1\2/' "$dir/tipring.conf"
"$1/tipringd" --check "$dir/tipring.conf"
# The manual page comes from the table of settings: what stands there stands in the sample.
for name in $(sed -n '/^\.SH SECTION/,$ s/^\.B \([a-z_]*\)$/\1/p' "$1/tipring.conf.5"); do
	grep -qE "^\s*#? ?$name = " "$etc/tipring.conf" || { echo "the sample lacks $name"; exit 1; }
done
