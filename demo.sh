#!/bin/bash
# Shows the main job: simulated telephones call each other through a real SIP server, with sound. Installs what it
# needs, builds, and runs everything on the loopback of a network namespace of its own.
#   ./demo.sh      makes a call and prints what the lines and SIP did, then what each telephone heard, then OK
#   ./demo.sh -i   leaves it running with three telephones in your hands
set -u
cd "$(dirname "$0")" || exit 2

case ${1:-} in
"" | -i) ;;
*)
	echo "usage: ./demo.sh [-i]" >&2
	exit 2
	;;
esac
if [ "$(id -u)" != 0 ]; then
	echo "demo.sh: must run as root, since it installs packages and makes a network namespace" >&2
	exit 2
fi
tests/install.sh tests/packages || exit 1
[ -x build/tests/story/story ] || echo "building"
tests/build.sh build || exit 1

if [ "${1:-}" = -i ]; then
	exec tests/bed/netns.sh tests/bed/with-server.sh build dummy 3 \
		sh -c 'exec build/tipring-phone --wires "$TIPRING_WIRES" -i 1=1 2=2 3=3'
fi
if tests/bed/netns.sh tests/bed/with-server.sh build dummy 3 \
	build/tests/story/story --bed live --ladder tests/stories/first-call.flow; then
	echo OK
else
	echo "the call did not go as it should" >&2
	exit 1
fi
