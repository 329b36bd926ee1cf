#!/bin/bash
# The table of requirements, doc/rfc.md: a row for each remark of the form
#	RFC 3261 s9.1: what is required | what we do
# that stands above an assertion of a test in tests/unit, when the log says that the test ran and passed.
# usage: rfc.sh LOG	(of check.sh's part unit)
set -u

here=$(cd "$(dirname "$0")" && pwd)
log=$1

# One line for each remark: RFC, section, requirement, what we do, program, test; those alone whose test passed.
rows() {
	awk '
	FNR == NR { if ($1 == "ok" && $2 ~ /_test:$/) passed[substr($2, 1, length($2) - 1) " " $3] = 1; next }
	FNR == 1 { program = FILENAME; sub(/.*\//, "", program); sub(/\.c$/, "", program) }
	/^static void test_/ { test = $3; sub(/\(.*/, "", test) }
	remark != "" {
		if ($0 ~ /assert_|bed_heard|bed_quiet|expect_|^\t+\{/)
			print remark
		else if ($0 !~ /\/\* RFC /)
			print "no assertion below: " remark >"/dev/stderr"
		if ($0 !~ /\/\* RFC /)
			remark = ""
	}
	match($0, /\/\* RFC [0-9]+ s[0-9.]+: .* \| .* \*\//) {
		text = substr($0, RSTART + 3, RLENGTH - 6)
		split(text, head, " ")
		rfc = head[2]; section = substr(head[3], 2); sub(/:$/, "", section)
		sub(/^[^:]*: /, "", text)
		if (passed[program " " test])
			remark = remark (remark == "" ? "" : "\n") sprintf("%s\t%s\t%s\t%s %s", rfc, section, text, program, test)
	}' "$log" "$here"/unit/*_test.c
}

cat <<'HEAD'
# What the standards ask, and which test shows it

Each row is one requirement with an assertion of its own, and stands here because its test ran and passed: `check.sh` makes this table from
the remarks in `tests/unit` and from what the tests said, and compares; `tests/rfc.sh build/check-logs/unit.log` writes it.

| RFC | section | requirement | what Tipring does | test |
|---|---|---|---|---|
HEAD
rows | sort -s -t "$(printf '\t')" -k1,1n -k2,2V |
	awk -F '\t' '{ split($3, part, " [|] "); split($4, where, " "); sub(/^test_/, "", where[2]); gsub(/_/, " ", where[2])
		printf "| %s | %s | %s | %s | `%s`: %s |\n", $1, $2, part[1], part[2], where[1], where[2] }'
