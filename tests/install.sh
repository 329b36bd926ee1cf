#!/bin/bash
# Installs the packages that a list names, as far as they are not there yet, without starting the daemons in them.
# usage: tests/install.sh LIST...     (root)
set -eu

missing=()
for package in $(grep -hv '^#' "$@"); do
	dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "tests/install.sh: installing packages needs root: ${missing[*]}" >&2
	exit 2
fi
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod 755 $policy
	trap 'rm -f $policy' EXIT
fi
echo "installing: ${missing[*]}"
log=$(mktemp)
if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
	>"$log" 2>&1; then
	tail -n 30 "$log" >&2
	exit 1
fi
rm -f "$log"
