# Is two parties and a conference (9300), three calls of SIPp's own (-m 3): each party is sent to the conference and says that it got there; the
# conference lets go of the one that came last. DECLINES=9202 has that party decline instead, and then the calls stay.
scenario conference
kept+=(asked)
to_tag=";$local_tag"
near_tag_a=";$local_tag"
test_user() { # VARIABLE USER: an action, set when the INVITE is to it
	echo "<ereg regexp=\"sip:$2@\" search_in=\"hdr\" header=\"To:\" assign_to=\"$1\"/>"
}
conference='.sip:room1@[^?]+:5090[^?]*.'

heard INVITE '' "$(dialog_heard a To From)$(test_user is_focus 9300)$(test_user declines "${DECLINES:-none}")"
kept+=(is_focus declines)
echo '<nop next="focus" test="is_focus"/>'
answer '180 Ringing'
pause 200
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
heard ACK 'crlf="true"'
to_tag=

label party
heard INVITE 'optional="true" next="held"'
heard BYE 'optional="true" next="left"'
heard REFER '' "$(header Refer-To asked "^ *$conference\$")"
echo '<nop next="declining" test="declines"/>'
answer '202 Accepted'
notify a '100 Trying'
pause 300
notify a '200 OK' 'terminated;reason=noresource'
heard INVITE 'optional="true" next="resumed"'
hung_up
echo '<nop next="end"/>'

label resumed
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
heard ACK
hung_up
echo '<nop next="end"/>'

label held
answer '200 OK' '' application/sdp "$(sdp recvonly)"
heard ACK
echo '<nop next="party"/>'

label declining
answer '603 Decline'
hung_up
echo '<nop next="end"/>'

label focus
contact='Contact: <sip:room1@[local_ip]:[local_port]>;isfocus'
to_tag=";$local_tag"
answer '180 Ringing'
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
heard ACK
to_tag=
heard BYE 'optional="true" next="left"'
heard REFER '' "$(header Refer-To asked '^ *.sip:9202@[^?]*;method=BYE.$')"
answer '202 Accepted'
notify a '200 OK' 'terminated;reason=noresource'
heard BYE
label left
answer '200 OK'
label end
scenario_end
