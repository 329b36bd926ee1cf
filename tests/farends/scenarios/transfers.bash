# Calls user [service] and then 102, and asks the first to call 102 in its place; hears how it goes, and that both hang up. The second
# may hang up before or after the last report.
kept+=(b_tag reported over unused)
scenario transfers
calls a 'sip:[service]@[local_ip]'
pause 1500
calls b 'sip:102@[local_ip]' '' "$(header To unused 'tag=([^;]+)' b_tag)"
pause 2000
ask a REFER "Refer-To: <[\$b_target]?Replaces=b%2F%2F%2F[call_id]%3Bto-tag%3D[\$b_tag]%3Bfrom-tag%3D[pid]S[call_number]b>
Referred-By: <sip:guest@[local_ip]>"
heard 202
heard NOTIFY '' "$(sipfrag '100 Trying')"
answer '200 OK'
# in any order: the last report, BYE to both
for one in 1 2 3; do
	heard NOTIFY "optional=\"true\" next=\"${one}1\"" "$(sipfrag '200 OK' && header Subscription-State reported terminated)"
	heard BYE
	label "${one}1"
	answer '200 OK'
done
echo '<nop><action><ereg regexp="." search_in="var" variable="reported" check_it="true" assign_to="over"/></action></nop>'
scenario_end
