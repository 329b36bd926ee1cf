# Calls user [service], requires 100rel, is rung, and gives up after a second. The server's 200 to CANCEL may come behind the 487.
scenario 'gives up, reliably'
rung_reliably
pause 1000
with_invite CANCEL ' <sip:[service]@[local_ip]>'
heard 200 'optional="true"'
refused_then 487
scenario_end
