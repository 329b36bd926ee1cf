# Sends requests that belong to no call straight to a telephone's line, past the server: none of them does anything.
stray() {
	cseq=$((cseq + 1))
	message 'retrans="500"' <<-TEXT
		$1 sip:[service]@[remote_ip]:[remote_port] SIP/2.0
		$via
		Max-Forwards: 70
		From: "A Guest" <sip:guest@[local_ip]>;$local_tag$cseq
		To: <sip:[service]@[local_ip]>
		Call-ID: [call_id]
		CSeq: $cseq $1
		$contact
		$3
		Content-Length: 0
	TEXT
	heard "$2"
}
scenario strays
stray REFER 403 'Refer-To: <sip:102@[local_ip]>'
stray NOTIFY 489 'Event: refer
Subscription-State: active;expires=60'
stray SUBSCRIBE 489 'Event: refer
Expires: 60'
calls_sends a 'sip:[service]@[remote_ip]:[remote_port]' 'Replaces: a;to-tag=1;from-tag=2'
refused a 481 'sip:[service]@[remote_ip]:[remote_port]'
scenario_end
