# Is called and held: first has an offer of its own on the way (491), then holds too. Taken back it still holds, and then takes back as well.
kept+=(unused)
scenario 'holds back'
called
heard INVITE
answer '491 Request Pending'
heard ACK
changed inactive
changed sendonly
pause 2500
changes a sendrecv '' 'a=sendrecv'
hung_up
scenario_end
