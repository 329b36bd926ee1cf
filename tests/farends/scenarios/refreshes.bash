# Calls user [service] and asks him to call 102; while that rings it asks for the reports anew, and then for no more of them.
kept+=(unused)
scenario refreshes
calls a 'sip:[service]@[local_ip]'
pause 1200
ask a REFER 'Refer-To: <sip:102@[local_ip]>'
heard 202
heard NOTIFY '' "$(sipfrag '100 Trying')"
answer '200 OK'
heard NOTIFY '' "$(sipfrag '180 Ringing')"
answer '200 OK'
ask a SUBSCRIBE 'Event: refer
Expires: 60'
heard 200 '' "$(header Expires unused '^ *60')"
heard NOTIFY '' "$(sipfrag '180 Ringing' && header Subscription-State unused 'active;expires=60')"
answer '200 OK'
ask a SUBSCRIBE 'Event: refer
Expires: 0'
heard 200 '' "$(header Expires unused '^ *0')"
heard NOTIFY '' "$(header Subscription-State unused 'terminated;reason=timeout')"
answer '200 OK'
hung_up
scenario_end
