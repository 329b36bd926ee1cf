# Calls user [service] without a description, and is offered one; its ACK, with the answer, is lost for a while. Then it asks for another
# offer, and requires what nobody knows. Echoes meanwhile, and hangs up.
kept+=(unused)
described='<ereg regexp="m=audio [1-9][0-9]* RTP/AVP" search_in="body" check_it="true" assign_to="unused"/>'
scenario 'offers late'
cseq=2
message 'retrans="500"' <<-TEXT
	INVITE sip:[service]@[local_ip] SIP/2.0
	$via
	Max-Forwards: 70
	From: "A Guest" <sip:guest@[local_ip]>;${local_tag}a
	To: <sip:[service]@[local_ip]>
	Call-ID: ${id[a]}
	CSeq: 2 INVITE
	$contact
	Content-Length: 0
TEXT
heard 100 'optional="true"'
heard 180 'optional="true"'
heard 200 '' "$(dialog_heard a From To)$described"
pause 1300
ask a ACK '' application/sdp "$(sdp sendrecv)"
pause 2500
ask a INVITE
heard 100 'optional="true"'
heard 200 '' "$described"
ask a ACK '' application/sdp "$(sdp sendrecv)"
pause 500
ask a OPTIONS 'Require: telepathy'
heard 420 '' "$(header Unsupported unused '^ *telepathy')"
pause 1500
ask a BYE
heard 200
scenario_end
