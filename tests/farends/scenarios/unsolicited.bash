# Tells user [service] of his mailbox, who asked for nothing: two messages wait, then none.
scenario unsolicited
type=application/simple-message-summary
tells() {
	cseq=$((cseq + 1))
	message 'retrans="500"' <<-TEXT
		NOTIFY sip:[service]@[remote_ip] SIP/2.0
		$via
		Max-Forwards: 70
		From: <sip:guest@[local_ip]>;${local_tag}n$cseq
		To: <sip:[service]@[remote_ip]>
		Call-ID: n${cseq}///[call_id]
		CSeq: $cseq NOTIFY
		$contact
		Event: message-summary
		Subscription-State: active
		$(body "$type" "Messages-Waiting: $1
Voice-Message: $2
")
	TEXT
	heard 200
}
tells yes 1/0
pause 4000
tells no 0/1
scenario_end
