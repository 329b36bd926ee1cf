# Is called and answers; what the caller says comes back over networks that lose and delay it; is hung up on.
scenario 'bad network'
# network PORT LOSS_PERCENT JITTER_MS SEED
network() { echo "<nop><action><exec command=\"$TIPRING_BUILD/tests/story/rtp_network $1 $2 $3 $4\"/></action></nop>"; }
kept+=(invite_via invite_via2 invite_cseq)
rings
network 31100 3 30 1
pause 200
respond '200 OK' "${near_tag_a#;tag=}" '' application/sdp "$(sdp sendrecv '' 31100)"
heard ACK
hung_up
scenario_end
