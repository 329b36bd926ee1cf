# Is called, rings reliably, and is given up.
scenario 'rings, reliably'
rings_reliably
given_up
scenario_end
