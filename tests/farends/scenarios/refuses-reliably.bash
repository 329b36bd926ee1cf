# Is called, rings reliably, and is busy then.
scenario 'refuses, reliably'
rings_reliably
pause 500
answer_invite '486 Busy Here'
scenario_end
