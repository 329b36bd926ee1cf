# Is called and has the caller wait: forwards (181), has him queue (182), and after a while is there.
scenario queues
rings '' '181 Call Is Being Forwarded'
pause 1000
to_tag=$near_tag_a
answer '182 Queued'
pause 3000
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
unset to_tag
heard ACK
hung_up
scenario_end
