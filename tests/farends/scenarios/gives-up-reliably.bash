# Calls user [service], requires 100rel, is rung, and gives up after a second.
scenario 'gives up, reliably'
rung_reliably
pause 1000
with_invite CANCEL ' <sip:[service]@[local_ip]>'
heard 200 '' "$(header CSeq unused CANCEL)"
refused_then 487
scenario_end
