#!/bin/bash
# Writes a random story: four telephones lift, dial, flash, talk and hang up as they like; then all are hung up, and when all that may ring
# back has had its time, each calls the next, hears it and is heard. The same seed gives the same story.
# usage: random-story.sh SEED bellcore|etsi|network
set -u
RANDOM=$1
style=$2

# choose WORD...: one of them, into $chosen
choose() {
	shift $((RANDOM % $#))
	chosen=$1
}

# answer NUMBER: who was called lifts, mostly.
answer() {
	local n=${1#10}
	choose yes yes no
	[ "$chosen" = yes ] && [ "${lifted[$n]:-none}" = no ] || return 0
	lifted[$n]=yes
	echo "$n lift"
}

# act N: what telephone N does; it is what the variable says.
declare -A lifted=([1]=no [2]=no [3]=no [4]=no)
act() {
	if [ "${lifted[$1]}" = no ]; then
		choose lift lift lift lift nothing
	else
		choose dial dial dial flash flash flash say digit hangup nothing
	fi
	case $chosen in
	lift) lifted[$1]=yes && echo "$1 lift" ;;
	hangup) lifted[$1]=no && echo "$1 hangup" && echo "wait 1400" ;;
	flash) echo "$1 flash 300" && echo "wait 600" ;;
	dial) choose 101 102 103 104 101 102 103 104 '*8' '*98102' '*98104' '##' 9 && echo "$1 dial $chosen" && echo "wait 1200" && answer "$chosen" ;;
	digit) choose 0 1 2 3 4 '#' && echo "$1 dial $chosen" && echo "wait 300" ;;
	say) echo "$1 say seed $((RANDOM % 900 + 100)) for 1000" ;;
	esac
}

talk() {
	cat <<-END
		$1 lift
		$1 expect tone dial within 200 of lift
		$1 dial 10$2
		$2 expect ring within 3000
		$2 lift
		sip expect in 200 INVITE to 10$2 within 500
		wait 200
		$1 say seed 1$1
		$2 say seed 2$2
		wait 300
		$1 hears $2 for 1000
		$2 hears $1 for 1000
		$1 does not hear $1 for 1000
		$2 does not hear $2 for 1000
		$1 hangup
		$2 hangup
		wait 1500
	END
}

for setting in three_way transfer call_waiting transfer_blind three_way_leave autoreoriginate; do
	choose on on off
	settings="${settings:-} $setting = $chosen"
done
echo "# Whatever four telephones did, seed $1: hung up, they can call each other."
echo "# lines: 4"
echo "# profile: flash_style = \"$style\" ring_s = 10 transfer_s = 10 r_digit_s = 4 first_digit_s = 10 $settings"
for ((step = 0; step < 40; step++)); do
	act $((RANDOM % 4 + 1))
	choose 20 100 100 400 400 1000 2000 5000
	echo "wait $chosen"
done
for n in 1 2 3 4; do
	[ "${lifted[$n]}" = no ] || echo "$n hangup"
done
echo "wait 45000"
talk 1 2
talk 2 3
talk 3 4
talk 4 1
