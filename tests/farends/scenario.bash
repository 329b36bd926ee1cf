# Words of which a scenario of services is made (scenarios/*.bash): what they print is SIPp's XML.
#
# A party is one of SIPp's calls, a or b; both belong to one call of SIPp's own. SIPp is the called one (called) or the caller (calls) and
# afterwards asks (ask) and answers (heard, then answer) in it. Its sound comes back by -rtp_echo.
cseq=1 version=1

via='Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]'
contact='Contact: <sip:sipp[call_number]@[local_ip]:[local_port]>'
local_tag='tag=[pid]S[call_number]'
# The part behind the slashes is what SIPp knows its call by.
declare -A id=([a]='[call_id]' [b]='b///[call_id]')

kept=({a,b}_{near,far,target,route}) # SIPp refuses a variable that is not used twice
globals=() # what all of SIPp's calls know
scenario() {
	echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE scenario SYSTEM \"sipp.dtd\"><scenario name=\"$1\">"
	[ ${#globals[@]} = 0 ] || echo "<Global variables=\"$(IFS=, && echo "${globals[*]}")\"/>"
}
scenario_end() {
	echo '<nop><action>'
	for variable in "${kept[@]}"; do echo "<assignstr assign_to=\"$variable\" value=\"\"/>"; done
	echo "</action></nop><Reference variables=\"$(IFS=, && echo "${kept[*]}")\"/></scenario>"
}
pause() { echo "<pause milliseconds=\"$1\"/>"; }
label() { echo "<label id=\"$1\"/>"; }

# sdp DIRECTION [ADDRESS [PORT]]: of echoed sound; or at sound_port of what the scenario has beside SIPp
sdp() {
	printf '%s\n' 'v=0' "o=- 1 $version IN IP[media_ip_type] [media_ip]" 's=-' "c=IN IP[media_ip_type] ${2:-[media_ip]}" 't=0 0' \
		"m=audio ${3:-${sound_port:-[media_port]}} RTP/AVP 0 8" 'a=rtpmap:0 PCMU/8000' 'a=rtpmap:8 PCMA/8000' "a=$1"
}

# message [ATTRIBUTES]: its lines from the input; the body is what follows after "body TYPE".
message() {
	version=$((version + 1))
	printf '<send %s><![CDATA[\n%s\n\n]]></send>\n' "${1:-}" "$(cat)"
}
# body TYPE TEXT, the last of a message; TYPE "": none
body() {
	if [ -n "$1" ]; then
		printf 'Content-Type: %s\nContent-Length: [len]\n\n%s' "$1" "$2"
	else
		echo 'Content-Length: 0'
	fi
}

# answer "STATUS PHRASE" [HEADERS [TYPE BODY]]: to what was heard last; within a dialog
answer() {
	local retrans=
	[ -z "${3:-}" ] || [[ $1 == 1* ]] || retrans='retrans="500"'
	message "$retrans" <<-TEXT
		SIP/2.0 $1
		[last_Via:]
		[last_Record-Route:]
		[last_From:]
		[last_To:]${to_tag:-}
		[last_Call-ID:]
		[last_CSeq:]
		$contact${2:+
		$2}
		$(body "${3:-}" "${4:-}")
	TEXT
}

# heard REQUEST|STATUS [ATTRIBUTES [ACTIONS]]
heard() {
	local kind=request
	[[ $1 != [1-6][0-9][0-9] ]] || kind=response
	echo "<recv $kind=\"$1\" ${2:-}><action>${3:-}</action></recv>"
}
# header NAME VARIABLE [REGEXP [VARIABLES OF GROUPS]]: an action; what does not match ends the scenario badly.
header() {
	echo "<ereg regexp=\"${3:-.*}\" search_in=\"hdr\" header=\"$1:\" check_it=\"true\" assign_to=\"$2${4:+,$4}\"/>"
}
# dialog_heard PARTY NEAR FAR: actions that keep a dialog; From or To is our near end.
dialog_heard() {
	header "$2" "$1_near"
	header "$3" "$1_far"
	header Contact "$1_target" 'sip:[^>]*'
	echo "<ereg regexp=\".*\" search_in=\"hdr\" header=\"Record-Route:\" assign_to=\"$1_route\"/>"
}

# refer_to_heard [MORE]: actions that take a Refer-To with Replaces apart: target, replaced (a Call-ID), to_tag, from_tag. All but these must
# be escaped, byte by byte; what comes after them is MORE.
refer_to_heard() {
	header Refer-To refer "^ *.(sip:[^?;]+)[?]Replaces=([^%@;=]+)%3Bto-tag%3D([^%@;=]+)%3Bfrom-tag%3D([^%@;=]+)${1:-}.\$" \
		target,replaced,to_tag,from_tag
}

# called [MS [ACTIONS]]: is party a of a call that comes in, and answers after so long.
called() {
	heard INVITE '' "$(dialog_heard a To From)${2:-}"
	local to_tag=";$local_tag"
	answer '180 Ringing'
	pause "${1:-200}"
	answer '200 OK' '' application/sdp "$(sdp sendrecv)"
	heard ACK 'crlf="true"'
	near_tag_a=";$local_tag"
}

# What an INVITE said that is answered later, also when something else has come meanwhile: by respond.
invite_kept='<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="invite_cseq"/>
<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="1" assign_to="invite_via"/>
<ereg regexp=".*" search_in="hdr" header="Via:" occurrence="2" assign_to="invite_via2"/>'
# respond "STATUS PHRASE" TAG [HEADERS [TYPE BODY [ATTRIBUTES]]]
respond() {
	message "${6:-}" <<-TEXT
		SIP/2.0 $1
		Via:[\$invite_via]
		Via:[\$invite_via2]
		Record-Route:[\$a_route]
		From:[\$a_far]
		To:[\$a_near];tag=$2
		Call-ID: [call_id]
		CSeq:[\$invite_cseq]
		$contact${3:+
		$3}
		$(body "${4:-}" "${5:-}")
	TEXT
}
# invite_heard [HEADER REGEXP]: is called, and responds itself. Sound goes to the caller's port.
invite_heard() {
	kept+=(invite_via invite_via2 invite_cseq port unused)
	heard INVITE '' "$(dialog_heard a To From)$invite_kept${1:+$(header "$1" unused "$2")}
		<ereg regexp=\"m=audio ([0-9]+)\" search_in=\"body\" check_it=\"true\" assign_to=\"unused,port\"/>"
}
# rings [ACTIONS]: is party a of a call that comes in and that it does not answer yet; what it has to say to it later is kept.
rings() {
	kept+=(invite_via invite_via2 invite_cseq)
	heard INVITE 'crlf="true"' "$(dialog_heard a To From)$invite_kept${1:-}"
	near_tag_a=";$local_tag"
	local to_tag=$near_tag_a
	answer "${2:-180 Ringing}" '' "${3:-}" "${4:-}"
}
# answer_invite "STATUS PHRASE" [TYPE BODY]: to that call, when another request of it was heard last
answer_invite() {
	respond "$1" "${near_tag_a#;tag=}" '' "${2:-}" "${3:-}" 'retrans="500"'
	heard ACK
}
# given_up: the caller does; with what follows for an answer, which may cross it.
given_up() {
	heard CANCEL
	answer '200 OK'
	answer_invite "${@:-487 Request Terminated}"
}
# prack_heard RSEQ: to a reliable response
prack_heard() {
	heard PRACK '' "$(header RAck unused "^ *$1 +[0-9]+ +INVITE")"
	answer '200 OK'
}
# tone PORT HZ MS: is heard by the caller from now on, besides what else goes on
tone() { echo "<nop><action><exec command=\"$TIPRING_BUILD/tests/story/rtp_tone $1 [\$port] $2 $3\"/></action></nop>"; }

# moved CONTACT: is called, and is elsewhere
moved() {
	heard INVITE 'crlf="true"'
	local to_tag=";$local_tag" contact="Contact: $1"
	answer '302 Moved Temporarily'
	heard ACK
}

# changed DIRECTION: is offered another session description, and answers so
changed() {
	heard INVITE
	answer '200 OK' '' application/sdp "$(sdp "$1")"
	heard ACK
}
hung_up() {
	heard BYE
	answer '200 OK'
}

# ask PARTY METHOD [HEADERS [TYPE BODY]]: in its dialog
near_tag_a='' near_tag_b=''
ask() {
	local retrans='retrans="500"' near_tag=near_tag_$1 tag=
	[ "$2" != ACK ] || retrans= # of the INVITE before it
	[ "$2" = ACK ] || cseq=$((cseq + 1))
	tag=${!near_tag}
	message "$retrans" <<-TEXT
		$2 [\$$1_target] SIP/2.0
		$via
		Max-Forwards: 70
		Route:[\$$1_route]
		From:[\$$1_near]$tag
		To:[\$$1_far]
		Call-ID: ${id[$1]}
		CSeq: $cseq $2
		$contact${3:+
		$3}
		$(body "${4:-}" "${5:-}")
	TEXT
}

# refused PARTY STATUS URI [ACTIONS]: what calls_sends sent is
refused() {
	heard 100 'optional="true"'
	heard "$2" '' "${4:-}"
	message <<-TEXT
		ACK $3 SIP/2.0
		${via%]*}-3]
		Max-Forwards: 70
		[last_From:]
		[last_To:]
		[last_Call-ID:]
		CSeq: $cseq ACK
		Content-Length: 0
	TEXT
}

# calls PARTY URI [HEADERS [ACTIONS]]: from user "guest", who is let in without a password; up to its ACK. URI has a variable or [service].
calls() {
	cseq=$((cseq + 1))
	calls_sends "$1" "$2" "${3:-}"
	heard 100 'optional="true"'
	heard 180 'optional="true"'
	heard 200 '' "$(dialog_heard "$1" From To)${4:-}"
	ask "$1" ACK
}
# calls_sends PARTY URI [HEADERS [TYPE BODY]]: its INVITE alone
calls_sends() {
	message 'retrans="500"' <<-TEXT
		INVITE $2 SIP/2.0
		$via
		Max-Forwards: 70
		From: "A Guest" <sip:guest@[local_ip]>;$local_tag$1
		To: <$2>
		Call-ID: ${id[$1]}
		CSeq: $cseq INVITE
		$contact${3:+
		$3}
		$(body "${4:-application/sdp}" "${5:-$(sdp sendrecv)}")
	TEXT
}

# The INVITE of one who gives up or is refused, and what goes with it, have one branch.
invite_branch='Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]'
# with_invite METHOD TO: a CANCEL, or the ACK to a refusal
with_invite() {
	message "$([ "$1" = ACK ] || echo 'retrans="500"')" <<-TEXT
		$1 sip:[service]@[local_ip] SIP/2.0
		$invite_branch
		Max-Forwards: 70
		From: "A Guest" <sip:guest@[local_ip]>;${local_tag}a
		To:$2
		Call-ID: ${id[a]}
		CSeq: $invite_cseq $1
		Content-Length: 0
	TEXT
}
# wants_reliably: calls user [service] and requires reliable responses (100rel).
wants_reliably() {
	cseq=$((cseq + 1))
	invite_cseq=$cseq
	via=$invite_branch calls_sends a 'sip:[service]@[local_ip]' 'Require: 100rel'
	heard 100 'optional="true"'
}
# rung_reliably: ... and is rung
rung_reliably() {
	wants_reliably
	kept+=(rseq number unused)
	heard 180 '' "$(header RSeq rseq ' *([0-9]+)' number)$(header Require unused 100rel)$(dialog_heard a From To)"
	ask a PRACK "RAck: [\$number] $invite_cseq INVITE"
	heard 200 '' "$(header CSeq unused PRACK)"
}
# refused_then STATUS: its INVITE is, at last
refused_then() {
	kept+=(refused_to)
	heard "$1" '' "$(header To refused_to)"
	with_invite ACK '[$refused_to]'
}
# rings_reliably: is called by one who can have 100rel, which it requires.
rings_reliably() {
	near_tag_a=';tag=one'
	invite_heard Supported 100rel
	respond '180 Ringing' one 'Require: 100rel
RSeq: 9' '' '' 'retrans="500"'
	prack_heard 9
}

# changes PARTY DIRECTION ADDRESS ANSWER: offers another session description; the answer has that line.
changes() {
	ask "$1" INVITE '' application/sdp "$(sdp "$2" "$3")"
	heard 100 'optional="true"'
	heard 200 '' "<ereg regexp=\"$4\" search_in=\"body\" check_it=\"true\" assign_to=\"unused\"/>"
	ask "$1" ACK
}

# sipfrag "STATUS PHRASE": an action; a report that says otherwise ends the scenario badly.
sipfrag() { echo "<ereg regexp=\"^SIP/2.0 $1\" search_in=\"body\" check_it=\"true\" assign_to=\"unused\"/>"; }
# notify PARTY "STATUS PHRASE" [STATE]: how the transfer fares that we were asked for; until it is answered
notify() {
	ask "$1" NOTIFY "Event: refer
Subscription-State: ${3:-active;expires=60}" 'message/sipfrag;version=2.0' "SIP/2.0 $2"
	heard 200
}
