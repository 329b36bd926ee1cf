# Is called, is told two keys by INFO, has keys of its own pressed, in both types that there are, and sends what is none.
kept+=(unused)
# key_heard SIGNAL "STATUS PHRASE"
key_heard() {
	heard INFO '' "$(header Content-Type unused application/dtmf-relay)
		<ereg regexp=\"Signal=$1[^0-9]+Duration=[0-9]+\" search_in=\"body\" check_it=\"true\" assign_to=\"unused\"/>"
	answer "$2"
}
scenario keys-by-info
called
key_heard 5 '200 OK'
key_heard '[#]' '200 OK'
pause 300
ask a INFO '' application/dtmf-relay $'Signal=7\nDuration=120'
heard 200
pause 400
ask a INFO '' application/dtmf '*'
heard 200
pause 400
ask a INFO '' application/dtmf-relay 'Signal=loud'
heard 400
ask a INFO '' text/plain 'five'
heard 415 '' "$(header Accept unused '.*application/dtmf-relay')"
hung_up
scenario_end
