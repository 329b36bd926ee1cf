# Rings in two places, each with a sound of its own: one and then two; two ends with 199, and another one rings; one answers, and a third
# place a little later, which gets a BYE.
scenario 'two early dialogs'
invite_heard
respond '183 Session Progress' one '' application/sdp "$(sdp sendrecv '' 31000)"
tone 31000 350+440 6000
pause 1000
respond '183 Session Progress' two '' application/sdp "$(sdp sendrecv '' 31010)"
tone 31010 1000 6000
pause 1000
respond '199 Early Dialog Terminated' two
pause 1000
respond '183 Session Progress' four '' application/sdp "$(sdp sendrecv '' 31012)"
tone 31012 1500 2500
pause 1000
respond '200 OK' one '' application/sdp "$(sdp sendrecv '' 31000)"
heard ACK 'crlf="true"'
pause 300
respond '200 OK' three '' application/sdp "$(sdp sendrecv '' 31014)"
heard ACK 'crlf="true"'
heard BYE '' "$(header To unused 'tag=three')"
answer '200 OK'
heard BYE '' "$(header To unused 'tag=one')"
answer '200 OK'
scenario_end
