# A call that comes in is answered in one codec and packet length: $FAR_FORMATS of the m= line and $FAR_ATTRIBUTES, with | between them.
# The caller hangs up.
sdp() {
	printf '%s\n' 'v=0' "o=- 1 $version IN IP[media_ip_type] [media_ip]" 's=-' 'c=IN IP[media_ip_type] [media_ip]' 't=0 0' \
		"m=audio [media_port] RTP/AVP $FAR_FORMATS"
	tr '|' '\n' <<<"$FAR_ATTRIBUTES"
}

scenario codec
called
heard BYE
answer '200 OK'
scenario_end
