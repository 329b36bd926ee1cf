# Is called, held, and asked to call somebody, which it declines; then the caller takes it back.
scenario 'declines transfer'
called
changed recvonly
heard REFER
answer '603 Decline'
changed sendrecv
hung_up
scenario_end
