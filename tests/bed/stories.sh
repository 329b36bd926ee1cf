#!/bin/bash
# Lists the stories that are for a bed, one path a line: all, but for those whose line "# beds: flow dahdi" does not name it.
# With a transport, those that are played once more over it, where their line "# transports: tcp tls sips", on dahdi "# transports on dahdi:", names it.
# usage: stories.sh flow|live|dahdi|hours [tcp|tls|sips]
set -u

dahdi=
[ "$1" != dahdi ] || dahdi=yes
here=$(cd "$(dirname "$0")" && pwd)
for file in "$here"/../stories/*.flow; do
	beds=$(sed -n 's/^# beds: //p' "$file")
	for bed in ${beds:=flow live dahdi}; do
		case $bed in
		flow | live | dahdi | hours) ;;
		*) echo "not ok $(basename "$file" .flow): there is no bed '$bed'" >&2 ;;
		esac
	done
	[[ " $beds " == *" $1 "* ]] || continue
	transports=$(sed -n "s/^# transports${dahdi:+ on dahdi}: //p" "$file")
	[[ -n "${2:-}" && " $transports " != *" $2 "* ]] || echo "$file"
done
