# Test commands side by side; what they say comes at the end, in the order in which they were started. To be sourced.
#   jobs_max   how many at a time (as many as there are processors)
#   jobs_out   a folder that goes with the script
jobs_max=$(nproc)
jobs_started=0
jobs_out=$(mktemp -d)
trap 'rm -rf "$jobs_out"' EXIT

# jobs_start COMMAND...: one that ends badly without "not ok" in what it said is a failure too.
jobs_start() {
	local file status
	file=$jobs_out/$(printf '%04d' $jobs_started)
	jobs_started=$((jobs_started + 1))
	while [ "$(jobs -rp | wc -l)" -ge "$jobs_max" ]; do wait -n; done
	{
		"$@" >"$file" 2>&1 </dev/null
		status=$?
		if [ $status != 0 ] && ! grep -q '^not ok' "$file"; then
			echo "not ok ${*##*/}: ended with status $status" >>"$file"
		fi
	} &
}

# jobs_say: waits for all. Status 1: one of them failed.
jobs_say() {
	wait
	cat "$jobs_out"/[0-9]*
	! grep -q '^not ok' "$jobs_out"/[0-9]*
}
