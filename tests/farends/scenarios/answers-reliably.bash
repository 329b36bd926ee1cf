# Is called, rings reliably, answers, changes the session by a re-INVITE that requires 100rel too, and hangs up.
scenario 'answers, reliably'
rings_reliably
pause 500
respond '200 OK' one '' application/sdp "$(sdp sendrecv)" 'retrans="500"'
heard ACK 'crlf="true"'
pause 1500
ask a INVITE 'Require: 100rel' application/sdp "$(sdp sendrecv)"
heard 100 'optional="true"'
heard 200 '' '<ereg regexp="m=audio" search_in="body" check_it="true" assign_to="unused"/>'
ask a ACK
pause 2000
ask a BYE
heard 200
scenario_end
