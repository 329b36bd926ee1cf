# Calls user [service], holds the call by an address of zeros, by inactive, takes it back after each, and hangs up.
kept+=(unused)
scenario holds
calls a 'sip:[service]@[local_ip]'
pause 2500
changes a sendrecv 0.0.0.0 m=audio
pause 2500
changes a sendrecv '' m=audio
pause 2500
changes a inactive '' a=inactive
pause 2500
changes a sendrecv '' m=audio
pause 2500
ask a BYE
heard 200
scenario_end
