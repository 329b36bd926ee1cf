# Calls user [service] without a session description and requires 100rel: the 180 brings the offer, its PRACK the answer; echoes until he
# hangs up.
kept+=(unused)
scenario 'calls reliably'
cseq=$((cseq + 1))
message 'retrans="500"' <<-TEXT
	INVITE sip:[service]@[local_ip] SIP/2.0
	$via
	Max-Forwards: 70
	From: "A Guest" <sip:guest@[local_ip]>;${local_tag}a
	To: <sip:[service]@[local_ip]>
	Call-ID: ${id[a]}
	CSeq: $cseq INVITE
	$contact
	Require: 100rel
	$(body '')
TEXT
heard 100 'optional="true"'
heard 180 '' "$(header RSeq rseq ' *([0-9]+)' number)$(dialog_heard a From To)
	<ereg regexp=\"m=audio\" search_in=\"body\" check_it=\"true\" assign_to=\"unused\"/>"
kept+=(rseq number)
invite_cseq=$cseq
ask a PRACK "RAck: [\$number] $invite_cseq INVITE" application/sdp "$(sdp sendrecv)"
heard 200
heard 200 '' "$(header CSeq unused INVITE)"
cseq_now=$cseq
cseq=$invite_cseq
ask a ACK
cseq=$cseq_now
hung_up
scenario_end
