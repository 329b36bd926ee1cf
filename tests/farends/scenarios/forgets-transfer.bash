# Is called, held, and asked to call somebody, and never tells what came of it; then the caller takes it back.
scenario 'forgets transfer'
called
changed recvonly
heard REFER
answer '202 Accepted'
changed sendrecv
hung_up
scenario_end
