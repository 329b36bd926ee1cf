# Is called, held, and asked to call somebody: it will, but not say how it goes (RFC 4488).
scenario 'sent away quietly'
called
changed recvonly
heard REFER
answer '202 Accepted' 'Refer-Sub: false'
hung_up
scenario_end
