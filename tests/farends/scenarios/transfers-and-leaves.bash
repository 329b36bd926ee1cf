# Calls user [service], asks him to call 102, and hangs up when that rings; hears all the same how it goes.
kept+=(unused)
scenario 'transfers and leaves'
calls a 'sip:[service]@[local_ip]'
pause 1200
ask a REFER 'Refer-To: <sip:102@[local_ip]>
Referred-By: <sip:guest@[local_ip]>'
heard 202
heard NOTIFY '' "$(sipfrag '100 Trying')"
answer '200 OK'
heard NOTIFY '' "$(sipfrag '180 Ringing')"
answer '200 OK'
pause 300
ask a BYE
heard 200
heard NOTIFY '' "$(sipfrag '200 OK' && header Subscription-State unused terminated)"
answer '200 OK'
scenario_end
