#!/bin/bash
# Every wrong configuration of wrong.txt is refused with its line, the value and what is allowed. usage: wrong.sh BUILD
set -u
here=$(cd "$(dirname "$0")" && pwd)
tipringd=$(cd "$1" && pwd)/tipringd
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
umask 077

awk -v dir="$dir" '/^#/ && !n {next}
	/^== / {if (file) close(file); file = sprintf("%s/%03d.conf", dir, ++n); print substr($0, 4) >(file ".want"); close(file ".want"); printf "" >file; next}
	{print >file}' "$here/wrong.txt"

for file in "$dir"/*.conf; do
	IFS='|' read -r line value allowed <"$file.want"
	line=${line// /} value=${value# } value=${value% } allowed=${allowed# }
	said=$("$tipringd" --check "$file" 2>&1)
	status=$?
	name="line $line, \"$value\": allowed is $allowed"
	if [ $status != 1 ]; then
		echo "not ok $name: ended with status $status"
	elif ! grep -F "$file:$line: " <<<"$said" | grep -F -- "$value" | grep -qF -- "$allowed"; then
		echo "not ok $name: said $said"
	else
		echo "ok $name"
	fi
done
