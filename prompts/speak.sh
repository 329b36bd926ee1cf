#!/bin/sh
# Has a word spoken into a file that is named after it. usage: speak.sh FLITE WORDS FILE.wav
set -eu
[ -n "$1" ] || { echo "speak.sh: flite is not installed: no words can be made (configure looks for it)" >&2; exit 1; }
name=$(basename "$3" .wav)
text=$(sed -n "s/^$name //p" "$2")
[ -n "$text" ] || { echo "speak.sh: $2 has no word $name" >&2; exit 1; }
mkdir -p "$(dirname "$3")"
# The one voice of flite that speaks at 8000 Hz.
"$1" -voice kal -t "$text" -o "$3.tmp"
mv "$3.tmp" "$3"
