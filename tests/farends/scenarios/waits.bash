# Calls user [service], who is told that a call waits and takes it; echoes until he hangs up.
kept+=(unused)
scenario waits
calls_sends a 'sip:[service]@[local_ip]'
heard 100 'optional="true"'
heard 180 '' "$(header Alert-Info unused '^ *.urn:alert:service:call-waiting.')"
heard 200 '' "$(dialog_heard a From To)"
ask a ACK
hung_up
scenario_end
