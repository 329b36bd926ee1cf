# Calls user [service] for sound at port 40000, holds the call by inactive and by an address of zeros, takes it back after each, and
# hangs up.
kept+=(unused) sound_port=40000
scenario reports
calls a 'sip:[service]@[local_ip]'
pause 6000
changes a inactive '' a=inactive
pause 9000
changes a sendrecv '' m=audio
pause 2000
changes a sendrecv 0.0.0.0 m=audio
pause 9000
changes a sendrecv '' m=audio
pause 3000
ask a BYE
heard 200
scenario_end
