#!/bin/bash
# SIP over TLS: a server that is not who it should be is refused, and the log says why; the right one is accepted, and sees
# ours; calls go over it, with protected sound, also when its certificate is renewed meanwhile. usage: with-tls.sh BUILD
set -u

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${IN_TLS_BED:-}" ]; then
	IN_TLS_BED=1 exec "$here/../bed/netns.sh" "$0" "$build"
fi
dir=$(mktemp -d)
chmod 700 "$dir"
umask 077
daemon='' server=''
finish() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	[ -z "$server" ] || kill "$server" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT

name=sip.example.org
cd "$dir" || exit 1

# authority NAME
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 30 -subj "/CN=$1" \
		-addext basicConstraints=critical,CA:TRUE 2>/dev/null
}
# certificate FILE SUBJECT AUTHORITY [NOT-AFTER]
certificate() {
	printf 'subjectAltName=DNS:%s\n' "$2" >"$1.ext"
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" 2>/dev/null
	mkdir -p "$3.db" && : >"$3.db/index" && echo 10 >"$3.db/serial"
	printf '[ca]\ndefault_ca=d\n[d]\ndir=%s\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n' \
		"$dir" "$3.db" "$3.db" "$3.db" >"$3.cnf"
	openssl ca -batch -notext -config "$3.cnf" -cert "$3.pem" -keyfile "$3.key" -in "$1.csr" -out "$1.pem" -extfile "$1.ext" \
		-startdate 20200101000000Z -enddate "${4:-20400101000000Z}" 2>/dev/null
}
authority ca
authority stranger
certificate right "$name" ca
certificate renewed "$name" ca
certificate wrong other.example.org ca
certificate expired "$name" ca 20210101000000Z
certificate unknown "$name" stranger
certificate ours tipring.example.org ca
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self.key -out self.pem -days 30 -subj "/CN=$name" \
	-addext "subjectAltName=DNS:$name" 2>/dev/null
cat ours.key >>ours.pem

config() {
	cat <<-EOF
		sip { listen = 127.0.0.1 port = 5070 tls_ca_file = "$dir/ca.pem" tls_certificate_file = "$dir/ours.pem" $1 }
		dummy { wires = "$dir/wires" }
		control { socket = "$dir/control" }
		state { file = "" }
		media { prompts = "" realtime = off }
		account "a" { user = "101" domain = "$name" server = "127.0.0.1:5061" transport = tls }
		line "1" { driver = dummy channel = "1" account = "a" calls_unregistered = on }
	EOF
}
# seen PATTERN FILE: within 10 s
seen() {
	local i
	for ((i = 0; i < 100; i++)); do
		grep -qE "$1" "$2" && return 0
		read -rt 0.1 <> <(:)
	done
	return 1
}
# s_server FILE [OPTION...]: says ACCEPT when it listens
s_server() {
	local file=$1
	shift
	rm -f server.log
	: >server.log
	openssl s_server -accept 127.0.0.1:5061 -cert "$file.pem" -key "$file.key" "$@" >server.log 2>&1 < <(sleep infinity) &
	server=$!
	seen ACCEPT server.log
}
judge() { # WHAT PATTERN FILE
	if seen "$2" "$3"; then
		echo "ok TLS: $1"
	else
		sed 's/^/# /' tipringd.log server.log
		echo "not ok TLS: $1"
	fi
}
tipringd() {
	config "$1" >tipring.conf
	"$build/tipringd" -c tipring.conf >tipringd.log 2>&1 &
	daemon=$!
}
end() {
	kill "$daemon" "$server" 2>/dev/null
	wait "$daemon" "$server" 2>/dev/null
	daemon='' server=''
}
# refused WHAT FILE REASON
refused() {
	s_server "$2"
	tipringd ""
	judge "a server $1 is refused, and the log says why" "a: registration failed.*$3" tipringd.log
	if grep -q REGISTER server.log; then echo "not ok TLS: a server $1 hears nothing"; else echo "ok TLS: a server $1 hears nothing"; fi
	end
}

refused "that signed itself" self "self-signed certificate"
refused "of another name" wrong "[Hh]ostname mismatch"
refused "whose certificate has expired" expired "certificate has expired"
refused "of an unknown authority" unknown "unable to get local issuer certificate"

s_server right -tls1_1
tipringd ""
judge "TLS 1.1 is refused" "a: registration failed" tipringd.log
end

s_server self
tipringd "tls_verify = off"
judge "anybody is taken with tls_verify = off" "REGISTER sip:$name" server.log
end

s_server right -Verify 1 -CAfile ca.pem -servername "$name" -cert2 right.pem -key2 right.key
tipringd ""
judge "the right server is accepted" "REGISTER sip:$name" server.log
judge "it is asked for by its name (SNI)" "Hostname in TLS extension: \"$name\"" server.log
judge "it sees our certificate" "tipring.example.org" server.log
end

# Kamailio forgets who was registered when it is started again, and every connection is gone.
cat >calls.sh <<-'EOF'
	call() { ${BED_TELEPHONE:-} "$TIPRING_BUILD/tipring-phone" --wires "$TIPRING_WIRES" 1=1 2=2 "$1"; }
	call "$1" || exit 1
	before=$(grep -cE 'a[12]: registered: 200' "$TIPRING_DIR/tipringd.log")
	cp renewed.pem server.pem && cp renewed.key server.key
	listens() { ss -Hlnt "sport = :5061" | grep -q .; }
	kill -USR1 "$TIPRING_SERVER_PID"
	while listens; do :; done
	until listens; do kill -USR2 "$TIPRING_SERVER_PID" && read -rt 0.5 <> <(:); done
	registered() { grep -cE 'a[12]: registered: 200' "$TIPRING_DIR/tipringd.log"; }
	while [ "$(registered)" -lt $((before + 2)) ]; do read -rt 0.2 <> <(:); done
	call "$1"
EOF
cp right.pem server.pem && cp right.key server.key
what="telephones call each other through Kamailio, with protected sound, and again when its certificate was renewed"
if output=$(SERVER_TLS=$dir SIP="tls_ca_file = \"$dir/ca.pem\" tls_certificate_file = \"$dir/ours.pem\"" \
	ACCOUNT="transport = tls tls_name = \"$name\" srtp = required" timeout 100 "$here/../bed/with-server.sh" "$build" dummy 2 \
	bash calls.sh "$here/tcp.phone" 2>&1); then
	echo "ok TLS: $what"
else
	printf '%s\n' "$output" | sed 's/^/# /'
	echo "not ok TLS: $what"
fi
