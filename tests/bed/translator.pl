#!/usr/bin/perl
# An address translator for UDP over IPv4, as home routers are: packets that come by a link leave by sockets at an outer address, each with a
# port of the system's choice, and what those sockets get goes back. Who was not written to is not let in (RFC 4787: address and port-dependent filtering).
# Says "ready", then "INNER is OUTER" for each port that it opens and "INNER heard OUTER_PEER" for the first packet of each peer that it let in.
# usage: translator.pl cone|symmetric LINK OUTER_ADDRESS     (root; LINK's namespace does not forward)
#   cone       one outer port for an inner one, whoever it sends to
#   symmetric  one for each whom it sends to
use strict;
use warnings;
use IO::Select;
use Socket;

my ($kind, $link, $outer) = @ARGV;
my ($AF_PACKET, $ETH_P_IP, $SIOCGIFINDEX, $IPPROTO_UDP) = (17, 0x0800, 0x8933, 17);
$| = 1;

socket(my $in, $AF_PACKET, SOCK_DGRAM, unpack('S', pack('n', $ETH_P_IP))) or die "translator: $!";
my $request = pack('a16 x24', $link);
ioctl($in, $SIOCGIFINDEX, $request) or die "translator: $link: $!";
bind($in, pack('S n i S C C a8', $AF_PACKET, $ETH_P_IP, unpack('x16 i', $request), 0, 0, 0, '')) or die "translator: $link: $!";
socket(my $back, AF_INET, SOCK_RAW, 255) or die "translator: $!"; # with a header of ours

my $select = IO::Select->new($in);
my (%ways, %way_of); # by whom it is for; by its socket

sub text { my ($port, $addr) = @_; return inet_ntoa($addr) . ":$port" }

sub way {
	my ($addr, $port, $to_addr, $to_port) = @_;
	my $key = text($port, $addr) . ($kind eq 'symmetric' ? ' ' . text($to_port, $to_addr) : '');
	return $ways{$key} if $ways{$key};
	my $fd;
	socket($fd, AF_INET, SOCK_DGRAM, 0) && bind($fd, sockaddr_in(0, inet_aton($outer))) or die "translator: $outer: $!";
	print text($port, $addr), ' is ', text(sockaddr_in(getsockname($fd))), "\n";
	$select->add($fd);
	return $way_of{fileno($fd)} = $ways{$key} = {fd => $fd, addr => $addr, port => $port, peers => {}};
}

sub go_out {
	my ($packet) = @_;
	my ($first, $protocol, $addr, $to_addr) = unpack('C x8 C x2 a4 a4', $packet);
	return if length($packet) < 28 || $first >> 4 != 4 || $protocol != $IPPROTO_UDP;
	my ($port, $to_port, $length) = unpack('n3', substr($packet, ($first & 15) * 4));
	my $way = way($addr, $port, $to_addr, $to_port);
	$way->{peers}{text($to_port, $to_addr)} ||= 'written to';
	send($way->{fd}, substr($packet, ($first & 15) * 4 + 8, $length - 8), 0, sockaddr_in($to_port, $to_addr));
}

sub come_in {
	my ($way) = @_;
	my $from = recv($way->{fd}, my $payload, 65535, 0) or return;
	my ($from_port, $from_addr) = sockaddr_in($from);
	my $peer = text($from_port, $from_addr);
	return unless $way->{peers}{$peer};
	print text($way->{port}, $way->{addr}), " heard $peer\n" if $way->{peers}{$peer} ne 'heard';
	$way->{peers}{$peer} = 'heard';
	my $length = 28 + length($payload);
	send($back, pack('C2 n3 C2 n a4 a4 n4', 0x45, 0, $length, 0, 0, 64, $IPPROTO_UDP, 0, $from_addr, $way->{addr},
		$from_port, $way->{port}, $length - 20, 0) . $payload, 0, sockaddr_in(0, $way->{addr}));
}

print "ready\n";
while (1) {
	for my $fd ($select->can_read) {
		if ($fd == $in) {
			recv($in, my $packet, 65535, 0);
			go_out($packet);
		} else {
			come_in($way_of{fileno($fd)});
		}
	}
}
