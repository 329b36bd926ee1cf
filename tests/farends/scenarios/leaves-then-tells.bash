# Is called, held, and asked to call somebody; it hangs up first and tells then.
scenario 'leaves, then tells'
called
changed recvonly
heard REFER
answer '202 Accepted'
notify a '100 Trying'
ask a BYE
heard 200
notify a '200 OK' 'terminated;reason=noresource'
scenario_end
