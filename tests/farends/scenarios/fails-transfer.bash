# Is called, held, and asked to call somebody, whom it does not reach; then the caller takes it back.
scenario 'fails transfer'
called
changed recvonly
heard REFER
answer '202 Accepted'
notify a '100 Trying'
pause 500
notify a '486 Busy Here' 'terminated;reason=noresource'
changed sendrecv
hung_up
scenario_end
