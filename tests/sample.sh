#!/bin/bash
# The sample configuration in etc/ is taken as it stands, all of its commented settings too. usage: sample.sh BUILD
set -eu
etc=$(cd "$(dirname "$0")/../etc" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r "$etc"/. "$dir"
chmod -R o-rwx "$dir"
"$1/tipringd" --check -c "$dir/tipring.conf"
sed -i -E 's/^(\s*)#([a-z_]+ = )/\1\2/' "$dir/tipring.conf"
"$1/tipringd" --check -c "$dir/tipring.conf"
