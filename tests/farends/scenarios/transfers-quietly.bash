# Calls user [service] and asks him to call 102, without wanting to hear how it goes; is told that it will not, hears nothing but the BYE.
kept+=(unused)
scenario 'transfers quietly'
calls a 'sip:[service]@[local_ip]'
pause 1500
ask a REFER 'Refer-To: <sip:102@[local_ip]>
Refer-Sub: false
Require: norefersub
Referred-By: <sip:guest@[local_ip]>'
heard 202 '' "$(header Refer-Sub unused false)"
hung_up
scenario_end
