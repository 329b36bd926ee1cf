# For a test that starts the daemon itself, in a namespace of its own. To be sourced with the test's arguments:
#   build, here   of the test's first argument, and of its folder
#   alone_s       how long it may take (120)
#   dir           a folder that goes with it; the daemon writes to $dir/log
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
if [ "${2:-}" != inside ]; then
	exec timeout "${alone_s:-120}" "$here/../bed/netns.sh" "$0" "$build" inside
fi

dir=$(mktemp -d /tmp/tipring-alone-XXXXXX)
trap 'rm -rf "$dir"' EXIT
umask 077
: >"$dir/log"

# said COUNT TEXT: by the daemon, so often
said() {
	for _ in {1..100}; do
		[ "$(grep -cF "$2" "$dir/log")" -lt "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

# result STATUS NAME: of what has just been tried
result() {
	if [ "$1" = 0 ]; then
		echo "ok $2"
	else
		sed 's/^/# /' "$dir/log"
		echo "not ok $2"
	fi
}
