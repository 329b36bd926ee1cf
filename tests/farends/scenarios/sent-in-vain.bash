# Is called, held, and asked to call somebody, four times: reaches nobody, declines, never says what came of it, stops saying. Each time the
# caller takes it back.
scenario 'sent in vain'
called
changed recvonly
heard REFER
answer '202 Accepted'
notify a '100 Trying'
pause 500
notify a '486 Busy Here' 'terminated;reason=noresource'
changed sendrecv

changed recvonly
heard REFER
answer '603 Decline'
changed sendrecv

changed recvonly
heard REFER
answer '202 Accepted'
changed sendrecv

changed recvonly
heard REFER
answer '202 Accepted'
notify a '100 Trying' 'terminated;reason=giveup'
changed sendrecv
hung_up
scenario_end
