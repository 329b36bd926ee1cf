# Is called, wants the call refreshed within 90 s, and answers the first refresh but not the second; echoes until the caller gives it up.
scenario vanishes
invite_heard Session-Expires 1800
respond '180 Ringing' one
respond '200 OK' one 'Allow: INVITE, ACK, BYE, UPDATE
Require: timer
Session-Expires: 90;refresher=uac' application/sdp "$(sdp sendrecv)" 'retrans="500"'
heard ACK 'crlf="true"'
heard UPDATE '' "$(header Session-Expires unused '^ *90;refresher=uac')"
answer '200 OK' 'Session-Expires: 90;refresher=uac
Require: timer'
heard UPDATE
hung_up
scenario_end
