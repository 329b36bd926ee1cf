# Is called, rings, and answers when the caller has just given up.
scenario 'crosses giving up'
rings
given_up '200 OK' application/sdp "$(sdp sendrecv)"
hung_up
scenario_end
