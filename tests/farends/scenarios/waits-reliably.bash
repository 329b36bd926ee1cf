# Calls user [service], requires 100rel, is rung, and waits until it is told that nobody answers.
scenario 'waits, reliably'
rung_reliably
refused_then 480
scenario_end
