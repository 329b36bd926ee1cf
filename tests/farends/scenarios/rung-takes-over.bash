# Is called by 101 and rings; takes the place of that call by another, of its own, to 101 (as who picks it up elsewhere).
kept+=(unused caller_tag id)
scenario 'rung, takes over'
rings "$(header From unused 'tag=([^;]+)' caller_tag && header Call-ID id '[^ ]+')"
pause 1500
calls_sends b 'sip:101@[local_ip]' 'Replaces: [$id];to-tag=[$caller_tag];from-tag=[pid]S[call_number]
Require: replaces'
heard 100 'optional="true"'
heard 200 '' "$(dialog_heard b From To)"
ask b ACK
given_up
pause 2500
ask b BYE
heard 200
scenario_end
