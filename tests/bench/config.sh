#!/bin/sh
# Prints the configuration of the benchmark: lines of one profile, each with an account of its own.
# usage: config.sh DIR LINES     CHANNEL_PREFIX stands before the number of a channel, BENCH_DRIVER is another than dummy,
# BENCH_EXPIRES_S how long registrations are asked for, BENCH_PROFILE more of the profile
cat <<END
sip { listen = "127.0.0.1" port = 5070 }
dummy { wires = "$1/wires" }
control { socket = "$1/control" }
state { file = "" }
profile "all" { country = "us" digit_map = "(1xx|[02-9]x.T|[*#]x.T)" ${BENCH_PROFILE:-} }
END
for n in $(seq "$2"); do
	echo "account \"a$n\" { user = \"$((100 + n))\" domain = \"127.0.0.1\" server = \"127.0.0.1:5060\" password = \"secret$((100 + n))\" ${BENCH_EXPIRES_S:+expires_s = $BENCH_EXPIRES_S} }"
	echo "line \"$n\" { driver = \"${BENCH_DRIVER:-dummy}\" channel = \"${CHANNEL_PREFIX:-}$n\" account = \"a$n\" profile = \"all\" }"
done
