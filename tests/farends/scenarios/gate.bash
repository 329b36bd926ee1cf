# Sends requests past the server that must not pass the gate, one for each way to be wrong: each gets its status, and the telephone notices nothing.
kept+=(seen)
# wrong METHOD URI STATUS LINES [MAX-FORWARDS]; check: the header that the answer has, and what is in it; tag: in To; type: of
# a body
wrong() {
	cseq=$((cseq + 1))
	message 'retrans="500"' <<-TEXT
		$1 $2 SIP/2.0
		$via
		${5-Max-Forwards: 70}
		From: "A Guest" <sip:guest@[local_ip]>;$local_tag$cseq
		To: <sip:[service]@[local_ip]>${tag:+;tag=$tag}
		Call-ID: [call_id]
		CSeq: $cseq $1
		$contact
		$4
		$(body "${type:-}" text)
	TEXT
	heard "$3" '' "${check:+$(header $check)}"
}
here='sip:[service]@[remote_ip]:[remote_port]'
scenario gate
wrong INVITE "$here" 400 'Subject: gate' 'Max-Forwards: many'
check='Allow seen' wrong MESSAGE "$here" 405 'Subject: gate'
check='Accept seen' type=text/plain wrong INVITE "$here" 415 'Subject: gate'
wrong INVITE tel:+15550100 416 'Subject: gate'
check='Unsupported seen .*telepathy' wrong INVITE "$here" 420 'Require: telepathy'
tag=gone wrong BYE "$here" 481 'Subject: gate'
wrong INVITE "$here" 483 'Subject: gate' 'Max-Forwards: 0'
check='Allow seen' wrong JUMP "$here" 501 'Subject: gate'
scenario_end
