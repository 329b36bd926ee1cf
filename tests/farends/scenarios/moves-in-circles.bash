# Is called, and is elsewhere: at 901, which is itself.
scenario 'moves in circles'
moved '<sip:901@[local_ip]>'
scenario_end
