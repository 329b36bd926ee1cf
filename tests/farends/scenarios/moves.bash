# Is called, and is elsewhere: at 102.
scenario moves
moved '<sip:102@[local_ip]>'
scenario_end
