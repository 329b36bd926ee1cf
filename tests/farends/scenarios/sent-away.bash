# Is called, held, and asked to call 102, byte by byte as it should be. It does, tells the caller how it went, and echoes for the new one.
kept+=(refer referred_by target)
scenario 'sent away'
called
changed recvonly
heard REFER '' "$(header Refer-To refer '^ *.(sip:102@127[.]0[.]0[.]1).$' target && header Referred-By referred_by '^ *.sip:101@127[.]0[.]0[.]1.$')"
answer '202 Accepted'
notify a '100 Trying'
calls_sends b '[$target]' 'Referred-By:[$referred_by]'
heard 100 'optional="true"'
heard 180
notify a '180 Ringing'
heard 200 '' "$(dialog_heard b From To)"
b_cseq=$cseq cseq=1
ask b ACK
cseq=$b_cseq
notify a '200 OK' 'terminated;reason=noresource'
hung_up
pause 4000
ask b BYE
heard 200
scenario_end
