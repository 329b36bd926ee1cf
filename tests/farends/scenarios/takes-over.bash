# Wants to take the place of calls that user [service] has: of none, of one that rings there, of one that is up, and of one that has ended.
uri='sip:[service]@[local_ip]'
replaces='Replaces: [call_id];to-tag=[$a_tag];from-tag=[pid]S[call_number]a'
kept+=(a_tag unused)
# wants CSEQ REPLACES
wants() {
	cseq=$1
	calls_sends b "$uri" "$2
Require: replaces"
}
scenario 'takes over'
wants 11 'Replaces: none;to-tag=1;from-tag=2'
refused b 481 "$uri"
cseq=1
calls_sends a "$uri"
heard 100 'optional="true"'
heard 180 '' "$(header To unused 'tag=([^;]+)' a_tag)"
wants 12 "$replaces"
refused b 481 "$uri"
cseq=1
heard 200 '' "$(dialog_heard a From To)"
ask a ACK
pause 1500
wants 13 "$replaces;early-only"
refused b 486 "$uri"
wants 14 "$replaces"
heard 100 'optional="true"'
heard 200 '' "$(dialog_heard b From To)"
ask b ACK
hung_up
pause 2500
ask b BYE
heard 200
wants 16 "$replaces"
refused b 603 "$uri"
scenario_end
