# A call that comes in is answered in Opus, and when the caller offers it again, in PCMA. The caller hangs up.
formats=96 attributes='a=rtpmap:96 opus/48000/2'
sdp() {
	printf '%s\n' 'v=0' "o=- 1 $version IN IP[media_ip_type] [media_ip]" 's=-' 'c=IN IP[media_ip_type] [media_ip]' 't=0 0' \
		"m=audio [media_port] RTP/AVP $formats" "$attributes" "a=$1"
}

scenario codec-changes
called
formats=8 attributes='a=rtpmap:8 PCMA/8000'
changed sendrecv
hung_up
scenario_end
