# Is called with 100rel supported: a reliable 183 announces sound, which plays for 2 s, a reliable 180 without any says that it rings; 4 s
# after that an UPDATE lets sound go both ways, and it answers and echoes until the caller hangs up.
scenario 'colour ring-back'
invite_heard Supported 100rel
respond '183 Session Progress' one 'Require: 100rel
RSeq: 5' application/sdp "$(sdp sendonly)" 'retrans="500"'
prack_heard 5
tone 31000 350+440 2000
pause 500
respond '180 Ringing' one 'Require: 100rel
RSeq: 6' '' '' 'retrans="500"'
prack_heard 6
pause 4000
near_tag_a=';tag=one'
ask a UPDATE '' application/sdp "$(sdp sendrecv)"
heard 200
respond '200 OK' one '' '' '' 'retrans="500"'
heard ACK 'crlf="true"'
hung_up
scenario_end
