# Is called, and is elsewhere: at 900.
scenario 'moves where none may call'
moved '"The Chief" <sip:900@[local_ip];user=phone>;q=0.7'
scenario_end
