# Is called, held, and asked to call somebody in the place of a call that the caller has with him. It does, tells the caller how it
# went, and echoes for the new one until it hangs up.
kept+=(refer target replaced to_tag from_tag referred_by)
scenario transferred
called
changed recvonly
heard REFER '' "$(refer_to_heard && header Referred-By referred_by 'sip:101@')"
answer '202 Accepted'
notify a '100 Trying'
calls_sends b '[$target]' 'Replaces: [$replaced];to-tag=[$to_tag];from-tag=[$from_tag]
Referred-By:[$a_far]'
heard 100 'optional="true"'
heard 200 '' "$(dialog_heard b From To)"
ask b ACK
notify a '180 Ringing'
notify a '200 OK' 'terminated;reason=noresource'
hung_up
pause 5000
ask b BYE
heard 200
scenario_end
