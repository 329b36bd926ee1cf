#!/bin/bash
# Codec by codec and packet length by packet length a telephone calls far ends that have nothing else, and hears its own voice come back:
# from baresip, which decodes it and codes it anew by itself, and from SIPp, which sends the packets back as they came. At the end the table
# of doc/codecs.md is compared with what has passed.
# usage: with-codecs.sh BUILD [--table]     (root); --table prints the table instead
#        with-codecs.sh --bed PTIME_MS|offers|changes  (within tests/bed/with-server.sh)
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../bed/realtime.bash"
ptimes=(10 20 30 40 60)
codecs=(PCMU PCMA opus G726-32 G722)
beds_max=3

# What SIPp says of each: formats and attributes. Not one number is that of our own offer but where RFC 3551 gives it.
declare -A formats=([PCMU]=0 [PCMA]=8 [opus]=96 [G726-32]=97 [G722]=9)
declare -A maps=([opus]='a=rtpmap:96 opus/48000/2|' [G726-32]='a=rtpmap:97 G726-32/8000|')

# What baresip calls them: with the clock of the sound, though G.722 is sent with another.
declare -A named=([PCMU]=PCMU [PCMA]=PCMA [opus]=opus/48000/2 [G726-32]=G726-32 [G722]=G722/16000)

# The voice is recognised by its wave; Opus keeps the sound and not the wave, by which alone it is known there.
judge() { [ "$1" = opus ] && echo '1 hears 1 alike for 1500' || echo '1 hears 1 for 1500'; }

story() {
	local codec=$1 ptime=$2 far=$3
	echo '# lines: 1'
	case $far in
	baresip) echo "far-end start baresip answers ${named[$codec]} $ptime" ;;
	SIPp) echo 'far-end start sipp codec.bash' ;;
	esac
	echo '1 lift' '1 expect tone dial within 500' | sed 's/ 1 expect/\n1 expect/'
	[ "$far" = baresip ] && echo '1 dial 110' || echo '1 dial 901#'
	echo 'sip expect in 200 INVITE'
	[ "$far" != baresip ] || echo "far-end says Set audio encoder: $codec"
	printf '%s\n' 'wait 300' '1 say seed 7 for 3500' "$(judge "$codec")" '1 hangup' 'sip expect in 200 BYE'
	[ "$far" = baresip ] || echo 'far-end ends'
}

# The next has the line on-hook, which after a failure takes as long as a hang-up may still be a flash.
attempt() { timeout 40 ${BED_TELEPHONE:-} "$TIPRING_BUILD/tests/story/story" --bed live "$1" || { sleep 2 && false; }; }

# play NAME STORY
play() {
	if steadily "$2.said" attempt "$2"; then
		grep 'tried again' "$2.said"
		echo "ok $1"
	else
		sed 's/^not ok/#/; s/^[^#]/# &/' "$2.said"
		echo "not ok $1"
	fi
}

# baresip's coder of Opus has no frame of 30 ms, and it makes no packet of several.
is_cell() { [ "$1 $2 $3" != "opus 30 baresip" ]; }

cell() {
	local codec=$1 ptime=$2 far=$3 file=$TIPRING_DIR/$1-$2-$3.flow
	story "$@" >"$file"
	export FAR_FORMATS=${formats[$codec]}
	export FAR_ATTRIBUTES="${maps[$codec]:-}a=ptime:$ptime|a=sendrecv"
	play "codec $codec, $ptime ms, $far" "$file"
}

# Calls that come in, with what stands in the way of understanding each other. What is offered, formats, attributes, and the answer.
offers=(
	"G722 alone:9:a=ptime:20:9"
	"G722 before PCMA:9 8:a=ptime:20:8 9"
	"opus alone:96:a=rtpmap:96 opus/48000/2:96"
	"G726-32 alone:103:a=rtpmap:103 G726-32/8000:103"
	"our number of opus for keys, ours of keys for opus:107 101:a=rtpmap:107 telephone-event/8000|a=rtpmap:101 opus/48000/2:107 101"
	"two audio streams:8:a=sendrecv|m=audio 40100 RTP/AVP 9:8.*m=audio 0 RTP/AVP 9"
	"60 ms, but 20 at most:0:a=ptime:60|a=maxptime:20:0"
	"redundancy of PCMU:121 0:a=rtpmap:121 red/8000|a=fmtp:121 0/0:121 0"
	"redundancy of G726-32:121 103:a=rtpmap:121 red/8000|a=fmtp:121 103/103|a=rtpmap:103 G726-32/8000:121 103"
)

offer_story() {
	printf '%s\n' '# lines: 1' 'far-end start sipp codec-offered.bash -s 101 127.0.0.1:5060' '1 expect ring' 'wait 300' '1 lift' \
		'sip expect out 200 INVITE' 'wait 300' '1 say seed 7 for 3500' "$1" '1 hangup' 'sip expect in 200 BYE' 'far-end ends'
}

# offer NUMBER "NAME:FORMATS:ATTRIBUTES:ANSWER"; attributes have colons of their own
offer() {
	local name=${2%%:*} rest=${2#*:} file=$TIPRING_DIR/offer-$1.flow
	export FAR_FORMATS=${rest%%:*} FAR_ANSWER=${2##*:}
	rest=${rest#*:}
	export FAR_ATTRIBUTES=${rest%:*}
	case $name in
	*opus*) offer_story "$(judge opus)" >"$file" ;;
	*) offer_story "$(judge PCMU)" >"$file" ;;
	esac
	play "codecs, offered: $name" "$file"
}

# A telephone turns out to be a fax, which has the codec of the call changed to PCMA: after it the voice is known by its wave, and no other's.
# baresip's loop of sound does not start again with another clock, as from Opus: what comes back is heard from SIPp there.
changes=("opus baresip opus/48000/2" "opus SIPp" "G726-32 baresip G726-32/8000/1")

change_story() {
	local codec=$1 far=$2 format=${3:-}
	echo '# lines: 1'
	case $far in
	baresip) echo "far-end start baresip answers $format,PCMA/8000/1 20" ;;
	SIPp) echo 'far-end start sipp codec-changes.bash' ;;
	esac
	printf '%s\n' '1 lift' '1 expect tone dial within 500'
	[ "$far" = baresip ] && echo '1 dial 110' || echo '1 dial 901#'
	echo 'sip expect in 200 INVITE'
	[ "$far" != baresip ] || echo "far-end says Set audio encoder: $codec"
	printf '%s\n' 'wait 300' '1 say seed 7 for 2500' "$(judge "$codec")" 'wait 1300' '1 say tone 1100 for 500' \
		'sip expect out INVITE within 1500' 'sip expect in 200 INVITE'
	[ "$far" != baresip ] || printf 'far-end says Set audio %s: PCMA\n' decoder encoder
	[ "$codec $far" = 'opus baresip' ] || printf '%s\n' 'wait 300' '1 say seed 8 for 2500' '1 hears 1 for 1500'
	printf '%s\n' '1 hangup' 'sip expect in 200 BYE'
	[ "$far" = baresip ] || echo 'far-end ends'
}

change() {
	local file=$TIPRING_DIR/change-$1-$2.flow
	change_story "$@" >"$file"
	play "codec $1, changed for PCMA in a call, $2" "$file"
}

if [ "$1" = --bed ] && [ "$2" = changes ]; then
	for one in "${changes[@]}"; do
		# shellcheck disable=SC2086 # its words
		change $one
	done
	exit 0
fi
if [ "$1" = --bed ] && [ "$2" = offers ]; then
	for i in "${!offers[@]}"; do offer "$i" "${offers[$i]}"; done
	exit 0
fi
if [ "$1" = --bed ]; then
	for codec in "${codecs[@]}"; do
		for far in baresip SIPp; do
			! is_cell "$codec" "$2" "$far" || cell "$codec" "$2" "$far"
		done
	done
	exit 0
fi

build=$(cd "$1" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
bed() {
	ACCOUNT="codecs = \"${ACCOUNT_CODECS:-${codecs[*]}}\" $2" timeout 300 "$here/../bed/netns.sh" "$here/../bed/with-server.sh" \
		"$build" dummy 1 "$here/with-codecs.sh" --bed "$1" >"$out/$1" 2>&1 </dev/null
}
for ptime in "${ptimes[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge $beds_max ]; do wait -n; done
	bed "$ptime" "ptime_ms = $ptime" &
done
bed offers '' &
ACCOUNT_CODECS='opus G726-32 PCMA' bed changes '' &
wait

table() {
	local codec ptime far cells
	echo "|  |$(printf ' %s ms |' "${ptimes[@]}")"
	echo "|---|$(printf -- '---|%.0s' "${ptimes[@]}")"
	for codec in "${codecs[@]}"; do
		printf '| %s |' "$codec"
		for ptime in "${ptimes[@]}"; do
			cells=
			for far in baresip SIPp; do
				! grep -qx "ok codec $codec, $ptime ms, $far" "$out"/* || cells+=${cells:+, }$far
			done
			printf ' %s |' "$cells"
		done
		echo
	done
}

if [ "${2:-}" = --table ]; then
	table
	exit
fi
for bed in "${ptimes[@]}" offers changes; do cat "$out/$bed"; done
if ! diff <(sed -n '/^|  | 10 ms/,/^$/p' "$here/../../doc/codecs.md" | grep '^|') <(table) >"$out/diff"; then
	sed 's/^/# /' "$out/diff"
	echo "not ok codecs: the table of doc/codecs.md is not what has passed"
else
	echo "ok codecs: the table of doc/codecs.md is what has passed"
fi
