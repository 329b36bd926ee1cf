# Calls user [service], who talks, with something beside its session description: what he would have to understand is refused (415); what he
# need not, a word that a call waits, is passed over. Echoes until he hangs up.
kept+=(unused)
parts() {
	printf '%s\n' --parts 'Content-Type: application/vnd.3gpp.cw+xml' "Content-Disposition: render;handling=$1" '' \
		'<ims-cw xmlns="urn:3gpp:ns:cw:1.0"><communication-waiting-indication/></ims-cw>' \
		--parts 'Content-Type: application/sdp' 'Content-Disposition: session' '' "$(sdp sendrecv)" --parts--
}
scenario 'waits in parts'
type='multipart/mixed;boundary=parts'
calls_sends b 'sip:[service]@[local_ip]' 'MIME-Version: 1.0' "$type" "$(parts required)"
refused b 415 'sip:[service]@[local_ip]' "$(header Accept unused 'application/sdp, multipart/mixed')"
calls_sends a 'sip:[service]@[local_ip]' 'MIME-Version: 1.0' "$type" "$(parts optional)"
heard 100 'optional="true"'
heard 180 '' "$(header Alert-Info unused '^ *.urn:alert:service:call-waiting.')"
heard 200 '' "$(dialog_heard a From To)"
ask a ACK
hung_up
scenario_end
