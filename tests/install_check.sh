#!/bin/bash
# make install keeps to DESTDIR and brings the programs, the sample and the documents. usage: install_check.sh BUILD
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
make -C "$1" install DESTDIR="$dest"
for program in sbin/tipringd sbin/tipringctl bin/tipring-phone; do
	[ -n "$(find "$dest" -path "*/$program" -perm -u+x)" ] || { echo "$program is missing"; exit 1; }
done
[ -n "$(find "$dest" -name tipring.conf)" ] || { echo "tipring.conf is missing"; exit 1; }
for file in lib/systemd/system/tipringd.service lib/sysusers.d/tipring.conf man/man8/tipringd.8 man/man5/tipring.conf.5; do
	[ -n "$(find "$dest" -path "*/$file")" ] || { echo "$file is missing"; exit 1; }
done
[ "$(find "$dest" -path "*/tipring/prompts/*.wav" | wc -l)" = "$(wc -l <"$here/../prompts/words")" ] || { echo "words are missing"; exit 1; }
! grep -r '[@]sbindir' "$dest" || exit 1
