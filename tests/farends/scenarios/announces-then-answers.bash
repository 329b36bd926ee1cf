# Is called, makes its own sound before it answers (an echo), and answers; is hung up on.
scenario 'announces, then answers'
rings '' '183 Session Progress' application/sdp "$(sdp sendrecv)"
pause 5000
to_tag=$near_tag_a
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
unset to_tag
heard ACK
hung_up
scenario_end
