# As both-ends, for a caller who names whom he transfers to by address.
by_address='sip:902@[local_ip]'
. "$here/scenarios/both-ends.bash"
