#!/bin/bash
# Runs a command in a network namespace of its own with nothing but loopback; whatever it leaves behind ends with it.
# usage: netns.sh COMMAND...     (root)
exec unshare --net --pid --fork --mount-proc --kill-child sh -c 'ip link set lo up && exec "$@"' sh "$@"
