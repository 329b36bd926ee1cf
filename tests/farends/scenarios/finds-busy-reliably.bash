# Calls user [service], requires 100rel, and is told at once that it is busy.
scenario 'finds it busy, reliably'
kept+=(unused)
wants_reliably
refused_then 486
scenario_end
