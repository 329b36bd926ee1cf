# Is busy for the first call, and may not be watched: it is asked (OPTIONS), is busy for the first time and then not; the next call it
# answers. Five calls of SIPp's own (-m 5), told apart by what comes.
globals=(was_busy was_asked)
scenario completion-asked
# again VARIABLE LABEL: there when it was set before; it is now.
again() {
	echo "<nop next=\"$2\" test=\"again\"><action><test assign_to=\"again\" variable=\"$1\" compare=\"equal\" value=\"1\"/></action></nop>"
	echo "<nop><action><assign assign_to=\"$1\" value=\"1\"/></action></nop>"
}
ends() { echo '<nop next="end"/>'; }
to_tag=";$local_tag"

heard SUBSCRIBE 'optional="true" next="watched"'
heard OPTIONS 'optional="true" next="asked"'
heard INVITE '' "$(dialog_heard a To From)"
again was_busy called
answer '486 Busy Here'
heard ACK
ends

label called
answer '180 Ringing'
pause 200
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
heard ACK
hung_up
ends

label watched
answer '489 Bad Event' 'Allow-Events: presence'
ends

label asked
again was_asked free
answer '486 Busy Here'
ends

label free
answer '200 OK'
label end
scenario_end
