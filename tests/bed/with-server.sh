#!/bin/bash
# Runs a command between a SIP server and tipringd, all on the loopback of where it is called: a network namespace of its own
# (tests/bed/netns.sh) or a virtual machine.
#
# usage: with-server.sh BUILD DRIVER LINES COMMAND...
#   DRIVER  dummy or dahdi; line N uses channel N and the account 100+N
# The command finds, in its environment,
#   TIPRING_BUILD    BUILD, as a whole path
#   TIPRING_DIR      a folder of its own: tipring.conf, logs
#   TIPRING_WIRES    the dummy driver's socket
#   TIPRING_CONTROL  the control socket
#   TIPRING_PID      the daemon's process id
#   TIPRING_REGISTERED_MS  how long after the daemon was started all lines were found registered
#   TIPRING_SERVER_PID  whom SIGUSR1 has stop the SIP server, SIGUSR2 start it again
# It may end the daemon by SIGTERM itself. Settings of the profile may be added by PROFILE="name = value ...".
# ACCOUNT="name = value ..." does so for the accounts; SERVER_TLS=FOLDER lets the server listen on TLS (port 5061) with server.pem, server.key and ca.pem from there,
# and asks for certificates; BED_IPV6=1 has all of
# them on ::1. BED_TRANSPORT=tcp or tls has the gateway reach the server by that alone, which far ends go on to reach by UDP; sips is
# tls with accounts that are sips: URIs. BED_EDGE=1 puts an edge proxy in front of the registrar (tls, edge.cfg), which is the server then.
# SERVER names other servers than that one, SERVER_FLAGS has arguments for it, and SIP="name = value ..." settings of the section sip.
# A benchmark names another program than BUILD/tipringd by TIPRINGD, and by BED_CONFIG one that prints the configuration; it is
# told the folder and the number of lines. Other sections may be added by SETTINGS="media { ... }".
# Exit status: the command's; 1 when server or daemon failed, or when the daemon ended badly.
set -u

build=$(cd "$1" && pwd)
driver=$2
lines=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/tipring-bed-XXXXXX")
chmod 700 "$dir"
pids=()

finish() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait "${pids[@]}" 2>/dev/null
	if [ "${1:-1}" != 0 ]; then
		tail -n 15 "$dir"/*.log 2>/dev/null | sed 's/^/# /'
	fi
	rm -rf "$dir"
	exit "${1:-1}"
}
trap 'finish 1' INT TERM HUP

# wait_for COMMAND...: until it succeeds, 10 s at most; asks less and less often, since a guest starts programs slowly.
wait_for() {
	local pause
	for pause in 0.02 0.02 0.05 0.05 0.1 0.1 0.2 0.2 0.3 0.5 0.5 1 1 1 1 1 1 2; do
		"$@" && return 0
		sleep $pause
	done
	"$@"
}

# setting NAME: what the story, which is the command's last word, wants; tests/story/story.c looks for the same.
setting() { [ -z "$story" ] || sed -n "s/^# $1: //p" "$story"; }

story=${!#}
case $story in
*.flow)
	COUNTRY=${COUNTRY:-$(setting country)}
	PROFILE=${PROFILE:-$(setting profile)}
	ACCOUNT=${ACCOUNT:-$(setting account)}
	SERVER_FLAGS=${SERVER_FLAGS:-$(setting server)}
	lines=$(setting lines | grep . || echo "$lines")
	;;
*) story= ;;
esac
[ "$(setting ipv6)" != yes ] || export BED_IPV6=1
addr=127.0.0.1
host=127.0.0.1
port=5060
tls=()
if [ -n "${SERVER_TLS:-}" ]; then
	port=5061
	tls=(-A WITH_TLS -A "TLS_CERTIFICATE=\"$SERVER_TLS/server.pem\"" -A "TLS_KEY=\"$SERVER_TLS/server.key\""
		-A "TLS_CA=\"$SERVER_TLS/ca.pem\"")
fi
[ -z "${BED_IPV6:-}" ] || addr=::1 host=[::1]

# certificate NAME: of 127.0.0.1, for itself and its other end
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/$1.key" -out "$dir/$1.pem" -days 3650 \
		-subj "/CN=$1" -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:TRUE 2>>"$dir/openssl.log"
}
mirror=
[ "${BED_TRANSPORT:-}" != sips ] || ACCOUNT="${ACCOUNT:-} sips = on"
case ${BED_TRANSPORT:-} in
tcp)
	ACCOUNT="${ACCOUNT:-} transport = tcp"
	tls=(-A WITH_TCP -A WITH_UDP)
	;;
tls | sips)
	certificate server && certificate ours && cat "$dir/server.pem" "$dir/ours.pem" >"$dir/ca.pem"
	port=5061
	ACCOUNT="${ACCOUNT:-} transport = tls"
	SIP="${SIP:-} tls_ca_file = \"$dir/ca.pem\" tls_certificate_file = \"$dir/ours.pem\" tls_key_file = \"$dir/ours.key\""
	tls=(-A WITH_TLS -A "TLS_CERTIFICATE=\"$dir/server.pem\"" -A "TLS_KEY=\"$dir/server.key\"" -A "TLS_CA=\"$dir/ca.pem\""
		-A WITH_UDP)
	mirror=$build/tests/story/tls_mirror.so
	;;
esac
wrong=$(setting "wrong password")

map=$(setting "digit map")
: "${map:=(1xx|<8:>1xx|[02-9]x.T|[*#]x.T)}"

config() {
	local n password account
	echo "sip { listen = \"$addr\" port = 5070 ${SIP:-} }"
	echo "dummy { wires = \"$dir/wires\" }"
	echo "control { socket = \"$dir/control\" }"
	echo "state { file = \"$dir/state\" }"
	echo "media { prompts = words }"
	echo "${SETTINGS:-}"
	setting sections
	for ((n = 1; n <= lines; n++)); do
		password=secret
		[ "$n" != "$wrong" ] || password=wrong
		echo "profile \"p$n\" { country = \"${COUNTRY:-us}\" digit_map = \"$map\" ${PROFILE:-}" \
			"$(setting "profile $n") }"
		account=$(setting "account of $n")
		[ -n "$account" ] || echo "account \"a$n\" { user = \"$((100 + n))\" domain = \"$host\" server = \"${SERVER:-$host:$port}\"" \
			"password = \"$password$((100 + n))\" ${ACCOUNT:-} }"
		echo "line \"$n\" { driver = \"$driver\" channel = \"$n\" account = \"a${account:-$n}\" profile = \"p$n\"" \
			"$(setting "line $n") }"
	done
}

bed_db() { cp /usr/share/kamailio/dbtext/kamailio/{version,presentity,active_watchers,watchers,pua} "$dir"; }
[[ " ${SERVER_FLAGS:-} " != *" WITH_PRESENCE "* ]] || bed_db

# run CONFIG LOG ARGUMENT...: becomes Kamailio
run() {
	local config=$1 log=$2
	shift 2
	exec kamailio "$@" -A "BED_DB=\"text://$dir\"" ${SERVER_FLAGS:-} ${BED_IPV6:+-A WITH_IPV6} -DD -E -m 32 -M 8 -f "$here/$config.cfg" \
		-w "$dir" -Y "$dir" >>"$dir/$log.log" 2>&1
}
cfg=kamailio
[ -z "${BED_EDGE:-}" ] || cfg=edge
server_start() {
	run $cfg kamailio "${tls[@]}" &
	kamailio=$!
}
# A signal that comes meanwhile ends a wait.
server_stop() {
	kill "$kamailio"
	while kill -0 "$kamailio"; do wait "$kamailio"; done
}
# SIGUSR1 stops it, SIGUSR2 starts it again.
server() {
	local kamailio idle
	trap server_stop USR1
	trap server_start USR2
	trap 'kill "$idle"; server_stop; exit 0' TERM
	sleep infinity &
	idle=$!
	server_start
	while kill -0 "$idle"; do wait "$idle"; done
} 2>/dev/null

server_answers() { grep -q "Listening on" "$dir/kamailio.log" 2>/dev/null && ss -Hlnut "sport = :$port" | grep -q .; }
daemon_registered() {
	[ "$("$build/tipringctl" -s "$dir/control" status 2>/dev/null | awk 'NR > 1 && $4 == "yes"' | wc -l)" = \
		$((lines - ${wrong:+1} + 0)) ]
}

export TIPRING_BUILD=$build TIPRING_DIR=$dir TIPRING_WIRES=$dir/wires TIPRING_CONTROL=$dir/control
umask 077
"$build/tests/story/sounds" "$dir" || { echo "not ok the bed: no sound files"; finish 1; }
if [ -n "${BED_CONFIG:-}" ]; then
	"$BED_CONFIG" "$dir" "$lines" >"$dir/tipring.conf"
else
	config >"$dir/tipring.conf"
fi

# A guest's clock is its own; the story sets it once more when it begins, and registrations shall not have run out by then.
clock=$(setting clock)
[ -z "$clock" ] || ! grep -q "User Mode Linux" /proc/cpuinfo || date -s "$clock" >/dev/null

if [ $cfg = edge ]; then
	run kamailio registrar &
	pids+=($!)
fi
server &
TIPRING_SERVER_PID=$!
export TIPRING_SERVER_PID
pids+=("$TIPRING_SERVER_PID")
wait_for server_answers || { echo "not ok the SIP server: does not answer"; finish 1; }

now_ms() { awk '{print int($1 * 1000)}' /proc/uptime; }
started_ms=$(now_ms)
# What is loaded before may stand before the runtime of the sanitizers.
LD_PRELOAD=$mirror ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 "${TIPRINGD:-$build/tipringd}" -c "$dir/tipring.conf" >"$dir/tipringd.log" 2>&1 &
TIPRING_PID=$!
export TIPRING_PID
pids+=("$TIPRING_PID")
wait_for daemon_registered || { echo "not ok tipringd: not all lines are registered"; finish 1; }
export TIPRING_REGISTERED_MS=$(($(now_ms) - started_ms))

if [ -n "${BED_SERVERS:-}" ]; then
	for pid in "$TIPRING_PID" $(pgrep -x kamailio); do $BED_SERVERS "$pid"; done
fi

"$@"
status=$?

kill -TERM "$TIPRING_PID" 2>/dev/null
if ! wait "$TIPRING_PID"; then
	echo "not ok tipringd: ended badly"
	status=1
fi
if grep -qE '(secret|wrong)1[0-9]{2}' "$dir/tipringd.log"; then
	echo "not ok tipringd: a password stands in its log"
	status=1
fi
if grep -qE 'inline:|a=crypto' "$dir/tipringd.log"; then
	echo "not ok tipringd: a key stands in its log"
	status=1
fi
finish $status
