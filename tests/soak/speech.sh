#!/bin/bash
# Makes speech of several voices and languages, the same each time: 8 kHz, 16 bit, raw, 24 pieces of MINUTES / 24 each below FOLDER. What there is
# already is kept. The text is that of the licences which every Debian has, and numbers, which each language has its own words for.
# usage: speech.sh FOLDER MINUTES
set -eu
folder=$1 seconds=$(($2 * 60 / 24))
voices=(flite:kal flite:awb flite:rms flite:slt
	en-us en-gb+f2 de de+f3 fr fr-be+f1 es es-419+m3 it it+f4 pt-br pt+m5 nl sv+f5 pl cs+m2 fi tr+f2 hu ro+m7)
mkdir -p "$folder"

# words SKIP: text enough for a piece, another one for each.
words() {
	local skip=$1
	cat /usr/share/common-licenses/{GPL-3,Apache-2.0,MPL-2.0,GFDL-1.3} | tr -cs "[:alpha:],.'\n" ' ' | tr -s '\n' ' ' |
		fold -s -w 400 | tail -n +"$((skip * 8 + 1))" | head -n "$((seconds / 12 + 2))" |
		awk -v seed="$skip" 'BEGIN { srand(seed) } { print; for (i = 0; i < 8; i++) printf "%d. ", rand() * 10 ^ (1 + int(rand() * 8)); print "" }'
}

# speak VOICE TEXT WAV
speak() {
	case $1 in
	flite:*) flite -voice "${1#flite:}" -f "$2" -o "$3" ;;
	*) espeak-ng -v "$1" -f "$2" -w "$3" ;;
	esac
}

for i in "${!voices[@]}"; do
	piece=$folder/$seconds-$i-${voices[i]/:/-}.raw
	[ ! -s "$piece" ] || continue
	words "$i" >"$folder/text"
	speak "${voices[i]}" "$folder/text" "$folder/voice.wav" >/dev/null
	sox "$folder/voice.wav" -t raw -r 8000 -e signed -b 16 -c 1 "$folder/piece" norm -6 repeat - trim 0 "$seconds"
	mv "$folder/piece" "$piece"
	rm "$folder/text" "$folder/voice.wav"
done
