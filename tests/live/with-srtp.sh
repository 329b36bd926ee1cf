#!/bin/bash
# A call over SRTP with each suite that baresip has, one way and the other: required with SAVP, and offered beside plain sound. Where
# one side must have it and the other has not, there is no call. Then with keys from a handshake on the path of the sound (DTLS-SRTP).
# usage: with-srtp.sh BUILD
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
stories=$here/../stories

# call WHAT POLICY SUITE STORY
keys="srtp_keys = sdes srtp_keys_in_clear = on"
call() {
	local output
	if output=$(ACCOUNT="srtp = $2 srtp_suites = \"$3\" $keys" timeout 60 "$here/../bed/netns.sh" \
		"$here/../bed/with-server.sh" "$build" dummy 1 ${BED_TELEPHONE:-} "$build/tests/story/story" --bed live "$stories/$4.flow" 2>&1); then
		echo "ok SRTP: $1, $2, $3"
	else
		printf '%s\n' "$output" | sed 's/^/# /'
		echo "not ok SRTP: $1, $2, $3"
	fi
}

for suite in AES_CM_128_HMAC_SHA1_80 AES_CM_128_HMAC_SHA1_32 AEAD_AES_128_GCM AEAD_AES_256_GCM; do
	call "baresip is called" required $suite baresip-is-called-protected
done
call "baresip calls" required AES_CM_128_HMAC_SHA1_80 baresip-calls-protected # it offers no other
# It offers, and takes, keys beside plain sound too.
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for story in baresip-is-called baresip-calls; do
	sed 's/srtp-mand/srtp/' "$stories/$story-protected.flow" >"$dir/$story-protected-or-not.flow"
done
suite=AES_CM_128_HMAC_SHA1_80
call "plain baresip is called" optional $suite baresip-is-called
call "plain baresip calls" optional $suite baresip-calls
stories=$dir
call "baresip is called" optional $suite baresip-is-called-protected-or-not
call "baresip calls" optional $suite baresip-calls-protected-or-not

# By handshake: baresip's dtls_srtp wants UDP/TLS/RTP/SAVP or SAVPF, and refuses a fingerprint beside plain sound. Held and taken back the
# handshake goes on; when sound begins cannot be told from packets that nobody can read.
keys="srtp_keys = dtls"
for story in baresip-is-called baresip-calls; do
	sed 's/srtp-mand/dtls_srtp/' "$here/../stories/$story-protected.flow" >"$dir/$story-by-handshake.flow"
done
sed 's/baresip rings/& dtls_srtp/; /expect out SOUND/d' "$here/../stories/baresip-holds.flow" >"$dir/baresip-holds-by-handshake.flow"
call "by handshake, baresip is called" required $suite baresip-is-called-by-handshake
call "by handshake, baresip is called" required AEAD_AES_256_GCM baresip-is-called-by-handshake
call "by handshake, baresip calls" required $suite baresip-calls-by-handshake
call "by handshake, baresip calls" optional AEAD_AES_128_GCM baresip-calls-by-handshake
call "by handshake, baresip holds" required $suite baresip-holds-by-handshake
stories=$here/../stories
call "by handshake or not, plain baresip is called" optional $suite baresip-is-called
call "by handshake or not, plain baresip calls" optional $suite baresip-calls
