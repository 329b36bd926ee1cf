# Is called, and does not know what INFO is.
kept+=(unused)
scenario takes-no-keys
called
heard INFO
answer '415 Unsupported Media Type' 'Accept: application/sdp'
hung_up
scenario_end
