#!/bin/bash
# Proves that the folders keep to themselves: fxs, dsp and sip neither call nor include each other or gateway/, each
# library lives in one folder only, and none of our symbols takes the place of a library's.
# Usage: leaves.sh BUILD-DIRECTORY. Says "ok NAME" or "not ok NAME: what was found".
set -u
export LC_ALL=C
source=$(cd "$(dirname "$0")/.." && pwd)
build=$1
leaves="fxs dsp sip"
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -r "$work"' EXIT

# Which libraries are whose, and the headers that they come with.
declare -A libraries=([fxs]="tonezone" [dsp]="spandsp speexdsp opus bcg729" [sip]="re crypto ssl" [gateway]="confuse")
declare -A headers=([fxs]="dahdi/" [dsp]="spandsp speex/ opus bcg729/" [sip]="re openssl/" [gateway]="confuse")

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

# What an archive's members define for others, and what they want and none of them defines.
archive_symbols() {
	local archive=$build/lib$1.a
	if [ ! -s "$archive" ]; then
		echo "not ok lib$1.a is built: $archive is missing"
		exit 1
	fi
	nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 {print $3}' | sort -u >"$work/$1.defined"
	nm -u "$archive" 2>/dev/null | awk '$1 == "U" || $1 == "w" {print $2}' | sort -u |
		comm -23 - "$work/$1.defined" >"$work/$1.wanted"
}

# What a shared library exports; a library that is not installed exports nothing.
library_symbols() {
	local path
	path=$(${CC:-gcc} -print-file-name="lib$1.so")
	[ -e "$path" ] || path=/nowhere
	nm -D --defined-only "$path" 2>/dev/null | awk 'NF == 3 {sub(/@.*/, "", $3); print $3}' | sort -u \
		>"$work/lib-$1.exported"
}

calls() {
	local leaf=$1 other
	for other in $leaves gateway; do
		[ "$other" = "$leaf" ] && continue
		# shellcheck disable=SC2046 # one finding a word
		judge "no object of $leaf/ calls $other/" $(comm -12 "$work/$leaf.wanted" "$work/$other.defined")
	done
}

includes() {
	local leaf=$1
	# shellcheck disable=SC2046
	judge "no file of $leaf/ includes another folder" $(
		cd "$source" && grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$leaf"/*.[ch] |
			grep -vE "include[[:space:]]*\"($leaf/|config\.h\")" | sed 's/[[:space:]]*#[[:space:]]*include[[:space:]]*/:/')
}

# What a folder wants of libraries. gateway/loop.c is left out: it is the daemon's part of libre's main loop.
library_wants() {
	local folder=$1
	if [ "$folder" != gateway ]; then
		cat "$work/$folder.wanted"
		return
	fi
	nm -u "$build"/gateway/libgateway_a-*.o "$build"/gateway/*/libgateway_a-*.o 2>/dev/null |
		awk '/:$/ {loop = /-loop\.o:$/} $1 == "U" && !loop {print $2}' | sort -u |
		comm -23 - "$work/gateway.defined"
}

# Nobody but its owner calls a library or includes its headers.
library_is_kept_in() {
	local owner=$1 folder library header found=""
	for folder in $leaves gateway; do
		[ "$folder" = "$owner" ] && continue
		for library in ${libraries[$owner]}; do
			found+=" $(library_wants "$folder" | comm -12 - "$work/lib-$library.exported" |
				comm -23 - "$work/libc" | sed "s|^|$folder/:|")"
		done
		for header in ${headers[$owner]}; do
			found+=" $(cd "$source" && grep -lE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<$header" \
				$(find "$folder" -name phone -prune -o -name "*.[ch]" -print) | grep -vx gateway/loop.c)"
		done
	done
	# shellcheck disable=SC2086
	judge "what is $owner/'s (${libraries[$owner]}) is used nowhere else" $found
}

confuse_is_kept_in_config() {
	# shellcheck disable=SC2046
	judge "libconfuse is used by gateway/config/config.c alone" $(
		cd "$source" && grep -lE 'include[[:space:]]*<confuse' $(find gateway -name phone -prune -o -name "*.[ch]" -print) | grep -vx gateway/config/config.c)
}

# The functions that sip/interpose.c, interpose_random.c and interpose_timers.c give libre on purpose, and sip/interpose.h says why.
printf '%s\n' gettimeofday net_sockopt_blocking_set rand_u32 re_fprintf tls_start_tcp tmr_start tmr_cancel tmr_poll tmr_next_timeout udp_listen | sort >"$work/on-purpose"

interposition() {
	local folder=$1 library found=""
	nm -g --defined-only "$build"/sip/libsip_a-interpose{,_random,_timers}.o | awk 'NF == 3 {print $3}' | sort |
		comm -12 - "$work/on-purpose" >"$work/given"
	comm -23 "$work/$folder.defined" "$work/given" >"$work/$folder.own"
	for library in re spandsp speexdsp opus bcg729 tonezone confuse crypto ssl; do
		found+=" $(comm -12 "$work/$folder.own" "$work/lib-$library.exported" | sed "s/^/lib$library:/")"
	done
	found+=" $(comm -12 "$work/$folder.own" "$work/libc")"
	# shellcheck disable=SC2086
	judge "no symbol of $folder/ takes the place of a library's" $found
}

for folder in $leaves gateway; do
	archive_symbols "$folder"
done
[ -n "$(library_wants gateway)" ] || judge "the objects of gateway/ can be read" nothing
for library in re spandsp speexdsp opus bcg729 tonezone confuse crypto ssl; do
	library_symbols "$library"
done
for library in libc.so.6 libm.so.6 libpthread.so.0; do
	nm -D --defined-only "$(${CC:-gcc} -print-file-name=$library)" 2>/dev/null |
		awk 'NF == 3 {sub(/@.*/, "", $3); print $3}'
done | sort -u >"$work/libc"
for library in libc lib-re.exported lib-spandsp.exported lib-opus.exported lib-tonezone.exported lib-crypto.exported; do
	[ -s "$work/$library" ] || judge "the exports of $library can be read" nothing
done

for leaf in $leaves; do
	calls "$leaf"
	includes "$leaf"
done
for folder in $leaves gateway; do
	library_is_kept_in "$folder"
	interposition "$folder"
done
confuse_is_kept_in_config
exit $failed
