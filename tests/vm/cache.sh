# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Sourced: the cache that outlives build directories. It holds what takes long and changes seldom:
# kernels and modules. A cache directory's name says everything that decides its content; it
# appears whole or not at all.

cache=${TIPRING_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tipring}

candidate() { LC_ALL=C apt-cache policy "$1" | sed -n 's/^ *Candidate: //p'; }

# package_version NAME: the version apt would install; its lists are fetched where they are missing
package_version() {
	local v

	v=$(candidate "$1")
	case $v in
	'' | '(none)')
		apt-get -qq update >&2 || true
		v=$(candidate "$1")
		;;
	esac
	case $v in
	'' | '(none)')
		echo "package $1 is unknown here: run apt-get update (the test bed needs Debian 12)" >&2
		return 1
		;;
	esac
	echo "$v"
}

# hash_of FILE...: a short name for the content of these files
hash_of() { cat "$@" | sha256sum | cut -c1-12; }

# fetch_package NAME VERSION: leaves exactly one .deb in the current directory, verified by apt
fetch_package() {
	local download=(apt-get -qq -o APT::Sandbox::User=root download "$1=$2")

	# lists that are old name files that are gone
	"${download[@]}" || { apt-get -qq update && "${download[@]}"; }
}

# build_once DIR FUNCTION: runs FUNCTION in an empty directory and gives that the name DIR, unless
# DIR exists. Of two runs at once the second waits. What FUNCTION says goes to DIR.log, whose end
# is shown if it fails.
build_once() {
	local dir=$1 build=$2 work=$1.tmp t0=$SECONDS

	mkdir -p "$cache"
	exec 9>"$dir.lock"
	flock 9
	if [ ! -d "$dir" ]; then
		echo "building $(basename "$dir")" >&2
		rm -rf "$work"
		mkdir "$work"
		# in the background, since a shell ignores -e in what an `if` looks at
		(set -e; cd "$work"; $build) >"$dir.log" 2>&1 </dev/null 9>&- &
		if ! wait $!; then
			tail -n 25 "$dir.log" >&2
			echo "building $(basename "$dir") failed; all it said is in $dir.log" >&2
			return 1
		fi
		mv "$work" "$dir"
		echo "built $(basename "$dir") in $((SECONDS - t0)) s" >&2
	fi
	exec 9>&-
	rm -f "$dir.lock"
}
