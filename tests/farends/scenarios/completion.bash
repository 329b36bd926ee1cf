# Is busy for the first call, and its telephone may be watched: busy, and 3 s later free; the next call it answers. Three calls of SIPp's own
# (-m 3), told apart by what comes.
globals=(was_busy)
scenario completion
kept+=(asked)
state() { # state BUSY
	ask a NOTIFY "Event: dialog
Subscription-State: ${2:-active;expires=900}" application/dialog-info+xml "<?xml version=\"1.0\"?>
<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"$version\" state=\"full\" entity=\"sip:9200@[local_ip]\">
$1</dialog-info>
"
	heard 200
}
heard SUBSCRIBE 'optional="true" next="watched"' "$(dialog_heard a To From)$(header Event asked '^ *dialog$')"
heard INVITE '' "$(dialog_heard a To From)<test assign_to=\"again\" variable=\"was_busy\" compare=\"equal\" value=\"1\"/>"
echo '<nop next="called" test="again"/>'
to_tag=";$local_tag"
echo '<nop><action><assign assign_to="was_busy" value="1"/></action></nop>'
answer '486 Busy Here'
heard ACK
echo '<nop next="end"/>'

label called
answer '180 Ringing'
pause 200
answer '200 OK' '' application/sdp "$(sdp sendrecv)"
heard ACK
hung_up
echo '<nop next="end"/>'

label watched
answer '200 OK' 'Expires: 900'
near_tag_a=";$local_tag"
state '<dialog id="1"><state>confirmed</state></dialog>'
pause 3000
state '<dialog id="1"><state>terminated</state></dialog>'
heard SUBSCRIBE '' "$(header Expires asked '^ *0$')"
to_tag= answer '200 OK' 'Expires: 0'
state '' 'terminated;reason=timeout'
label end
scenario_end
