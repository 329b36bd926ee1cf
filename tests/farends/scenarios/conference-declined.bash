# As conference.bash, but the second party will not go there.
DECLINES=9202
. "$here/scenarios/conference.bash"
