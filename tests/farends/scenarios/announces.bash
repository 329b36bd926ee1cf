# Is called, makes its own sound before it answers (an echo), and is given up.
scenario announces
rings '' '183 Session Progress' application/sdp "$(sdp sendrecv)"
given_up
scenario_end
