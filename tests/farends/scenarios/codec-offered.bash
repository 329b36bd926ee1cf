# A call from here offers $FAR_FORMATS and $FAR_ATTRIBUTES, as in codec.bash, and is answered with $FAR_ANSWER, behind "RTP/AVP " of the m= line.
# The called one hangs up.
sdp() {
	printf '%s\n' 'v=0' "o=- 1 $version IN IP[media_ip_type] [media_ip]" 's=-' 'c=IN IP[media_ip_type] [media_ip]' 't=0 0' \
		"m=audio [media_port] RTP/AVP $FAR_FORMATS"
	tr '|' '\n' <<<"$FAR_ATTRIBUTES"
}

kept+=(unused)
scenario codec-offered
calls a 'sip:[service]@[remote_ip]:[remote_port]' '' \
	"<ereg regexp=\"m=audio [0-9]+ RTP/AVP $FAR_ANSWER\" search_in=\"body\" check_it=\"true\" assign_to=\"unused\"/>"
heard BYE
answer '200 OK'
scenario_end
