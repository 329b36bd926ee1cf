# Is called, and asks for an offer, which it answers in its ACK. Echoes until the caller hangs up.
kept+=(unused)
scenario 'asks for an offer'
called
pause 2500
ask a INVITE
heard 100 'optional="true"'
heard 200 '' '<ereg regexp="m=audio [1-9][0-9]* RTP/AVP" search_in="body" check_it="true" assign_to="unused"/>'
ask a ACK '' application/sdp "$(sdp sendrecv)"
hung_up
scenario_end
