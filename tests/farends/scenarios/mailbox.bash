# Is a mailbox that a line subscribes to: two messages wait, then none; and the subscription is taken back.
scenario mailbox
type=application/simple-message-summary
summary() { printf 'Messages-Waiting: %s\nMessage-Account: sip:mail@[local_ip]\nVoice-Message: %s\n' "$1" "$2"; }
state() { printf 'Event: message-summary\nSubscription-State: %s' "$1"; }
tells() {
	ask a NOTIFY "$(state 'active;expires=600')" "$type" "$(summary "$@")"
	heard 200
}

kept+=(asked)
heard SUBSCRIBE '' "$(dialog_heard a To From)$(header Event asked '^ *message-summary$')$(header Accept asked "$type")"
to_tag=";$local_tag" answer '200 OK' 'Expires: 600'
near_tag_a=";$local_tag"
tells yes '2/8 (0/2)'
pause 4000
tells no 0/10
heard SUBSCRIBE '' "$(header Expires asked '^ *0$')"
answer '200 OK' 'Expires: 0'
scenario_end
