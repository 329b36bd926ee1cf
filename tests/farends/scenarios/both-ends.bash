# Is called twice by the same caller, to be connected: 901 is asked to call 902. It sees to it that the REFER names the call with
# 902 as that end knows it, whose it is by a Contact of its own, and then says that it has called. Both are hung up on. With by_address the REFER
# names it by its address of record and has Replaces required.
globals=(target_uri target_id target_tag caller_tag)
kept+=(is_target refer target replaced to_tag from_tag same caller id)
scenario 'both ends'
called 200 "$(
	echo '<ereg regexp="sip:902@" search_in="hdr" header="To:" assign_to="is_target"/>'
	header From caller 'tag=([^;]+)' from_tag
	header Call-ID id '[^ ]+'
)"
echo '<nop next="2" test="is_target"/>'
changed recvonly
heard REFER '' "$(
	refer_to_heard ${by_address:+'&amp;Require=replaces'}
	echo '<strcmp assign_to="same" variable="target" variable2="target_uri" check_it="true"/>'
	echo '<strcmp assign_to="same" variable="replaced" variable2="target_id" check_it="true"/>'
	echo '<strcmp assign_to="same" variable="to_tag" variable2="target_tag" check_it="true"/>'
	echo '<strcmp assign_to="same" variable="from_tag" variable2="caller_tag" check_it="true"/>'
)"
answer '202 Accepted'
notify a '100 Trying'
notify a '180 Ringing'
notify a '200 OK' 'terminated;reason=noresource'
hung_up
echo '<nop next="9"/>'
label 2
echo '<nop><action>
<assignstr assign_to="target_uri" value="'${by_address:-sip:sipp[call_number]@[local_ip]:[local_port]}'"/>
<assignstr assign_to="target_id" value="[$id]"/>
<assignstr assign_to="target_tag" value="[pid]S[call_number]"/>
<assignstr assign_to="caller_tag" value="[$from_tag]"/>
</action></nop>'
hung_up
label 9
scenario_end
