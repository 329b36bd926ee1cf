#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# In the guest: loads DAHDI with paired lines and configures them. Port n is channel n, its
# telephone channel LINES + n.
# usage: setup-dahdi.sh LINES [PARAMETER=VALUE]...	(parameters of tipwire.ko, module/spans.c)
set -euo pipefail
lines=$1
shift

insmod "$TIPRING_KO/dahdi.ko" auto_assign_spans=1
insmod "$TIPRING_KO/dahdi_echocan_mg2.ko"
insmod "$TIPRING_KO/tipwire.ko" lines="$lines" "$@"
for parameter; do # the kernel takes an unknown one in silence
	if [ ! -e "/sys/module/tipwire/parameters/${parameter%%=*}" ]; then
		echo "tipwire.ko has no $parameter" >&2
		exit 2
	fi
done
cat >/etc/dahdi/system.conf <<-EOF
	fxoks=1-$lines
	fxsks=$((lines + 1))-$((2 * lines))
	echocanceller=mg2,1-$lines
	loadzone=us
	defaultzone=us
EOF
dahdi_cfg
# DAHDI takes the first 1.25 s after dahdi_cfg for a flash still going on and tells no off-hook
sleep 2
