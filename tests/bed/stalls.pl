#!/usr/bin/perl
# Watches the machine, not the project: sleeps 5 ms again and again, and at SIGTERM prints by how many ms the longest
# sleep was too long. usage: stalls.pl
use strict;
use warnings;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

my ($longest, $go_on) = (0, 1);
$SIG{TERM} = sub { $go_on = 0 };
while ($go_on) {
	my $begun = clock_gettime(CLOCK_MONOTONIC);
	Time::HiRes::usleep(5000);
	my $late = clock_gettime(CLOCK_MONOTONIC) - $begun - 0.005;
	$longest = $late if $go_on && $late > $longest;
}
printf "%d\n", $longest * 1000;
