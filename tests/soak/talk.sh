#!/bin/bash
# No digit in speech (speech.sh) of MINUTES. usage: talk.sh BUILD MINUTES
set -u
build=$(cd "$1" && pwd)
folder=$build/tests/soak/speech-$2
if ! output=$("$(dirname "$0")/speech.sh" "$folder" "$2" 2>&1); then
	echo "not ok no digit in speech: there is no speech: $(tail -n 1 <<<"$output")"
	exit 1
fi
exec "$build/tests/soak/dsp_talk_test" "$folder"/*.raw
