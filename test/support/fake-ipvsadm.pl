#!/usr/bin/perl
# Stands in for ipvsadm where the kernel has no ip_vs: keeps a table in a file and answers like the real one.
# Understands -A -E -D -a -e -d -C, -L -n [--thresholds], -S -n and -R. Every change is noted in a log file as
# "<milliseconds> <exit status> <words>"; where there is a file "callers", every command goes there as "<words>\t<command
# line of the caller>". Perl starts fast enough to be fair to the genuine ldirectord in a benchmark.
use strict;
use warnings;
use Fcntl ':flock';
use Time::HiRes 'time';

my $folder = $ENV{FAKE_IPVSADM} || '/run/fake-ipvsadm';
mkdir $folder;
open(my $lock, '>>', "$folder/lock") or die;
flock($lock, LOCK_EX);

# key => { order, service => { s p M b o }, reals => { endpoint => { order, w, method, x, y } } }
my (%table, $order);
$order = 0;
if (open(my $in, '<', "$folder/table")) {
	while (<$in>) {
		chomp;
		my ($kind, $key, @rest) = split /\t/, $_, -1;
		if ($kind eq 'V') { @{ $table{$key}{service} }{qw(s p M b o)} = @rest; $table{$key}{order} = $order++ }
		else { my $real = shift @rest; @{ $table{$key}{reals}{$real} }{qw(method w x y)} = @rest; $table{$key}{reals}{$real}{order} = $order++ }
	}
}
my $changed = 0;

sub save {
	open(my $out, '>', "$folder/table.new") or die;
	for my $key (sort { $table{$a}{order} <=> $table{$b}{order} } keys %table) {
		print $out join("\t", 'V', $key, @{ $table{$key}{service} }{qw(s p M b o)}), "\n";
		my $reals = $table{$key}{reals} || {};
		for my $real (sort { $reals->{$a}{order} <=> $reals->{$b}{order} } keys %$reals) {
			print $out join("\t", 'R', $key, $real, @{ $reals->{$real} }{qw(method w x y)}), "\n";
		}
	}
	close $out;
	rename "$folder/table.new", "$folder/table";
}

# Carries out one change; returns exit status and message.
sub change {
	my ($verb, @words) = @_;
	my (%o, $method);
	while (defined(my $word = shift @words)) {
		if ($word =~ /^-([tufrspMwxyb])$/) { $o{$1} = shift @words }
		elsif ($word =~ /^-([mgi])$/) { $method = $1 }
		elsif ($word =~ /^-([o6])$/) { $o{$1} = 1 }
		else { return (2, "invalid option $word") }
	}
	my $key = defined $o{t} ? "-t $o{t}" : defined $o{u} ? "-u $o{u}" : "-f $o{f}" . ($o{6} ? ' -6' : '');
	my $entry = $table{$key};
	if ($verb eq '-A' || $verb eq '-E') {
		return (255, 'Service already exists') if $verb eq '-A' && $entry;
		return (255, 'No such service') if $verb eq '-E' && !$entry;
		return (255, 'Scheduler or persistence engine not found') if ($o{s} || 'wlc') !~ /^(rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh|twos)$/;
		$table{$key}{order} = $order++ unless $entry;
		@{ $table{$key}{service} }{qw(s p M b o)} = map { defined $_ ? $_ : '' } ($o{s} || 'wlc', $o{p}, $o{M}, $o{b}, $o{o});
		return (0, '');
	}
	if ($verb eq '-D') { return delete $table{$key} ? (0, '') : (255, 'No such service') }
	return (255, 'Service not defined') unless $entry;
	my ($host, $port) = ($o{r} || '') =~ /^(.+?):?(\d+)?$/ && $o{r} =~ /^(\[.*\]|[^:]*)(?::(\d+))?$/ ? ($1, $2) : return (2, 'illegal real server address[:port] specified');
	my ($own) = $key =~ /^-[tu] .*:(\d+)$/;
	$port = defined $own ? $own : 0 unless defined $port;
	$port = $own if defined $own && $verb ne '-d' && ($method || 'g') ne 'm';
	my $real = "$host:$port";
	if ($verb eq '-d') { return delete $entry->{reals}{$real} ? (0, '') : (255, 'No such destination') }
	return (255, 'Numerical result out of range') if ($o{y} || 0) > ($o{x} || 0);
	return (255, 'Destination already exists') if $verb eq '-a' && $entry->{reals}{$real};
	return (255, 'No such destination') if $verb eq '-e' && !$entry->{reals}{$real};
	$entry->{reals}{$real}{order} = $order++ if $verb eq '-a';
	@{ $entry->{reals}{$real} }{qw(method w x y)} = ($method || 'g', defined $o{w} ? $o{w} : 1, $o{x} || 0, $o{y} || 0);
	return (0, '');
}

# Active connections of real servers as a test wants them: lines "192.168.0.1:80 3" in a file of its own.
sub connections {
	open(my $in, '<', "$folder/active") or return ();
	return map { split } <$in>;
}

sub listing {
	my ($thresholds) = @_;
	my %active = connections();
	my %name = (g => 'Route', m => 'Masq', i => 'Tunnel');
	print "IP Virtual Server version 1.2.1 (size=4096)\n";
	print $thresholds
		? sprintf("%-33s %-10s %-10s %-10s %-10s\n  -> RemoteAddress:Port\n", 'Prot LocalAddress:Port', 'Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn')
		: "Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
	for my $key (sort { $table{$a}{order} <=> $table{$b}{order} } keys %table) {
		my ($letter, $place) = $key =~ /^-(.) (.*)$/;
		$place =~ s/ -6$/ IPv6/;
		my $s = $table{$key}{service};
		my $line = { t => 'TCP', u => 'UDP', f => 'FWM' }->{$letter} . "  $place $s->{s}";
		$line .= " ($s->{b})" if $s->{b} ne '';
		$line .= " persistent $s->{p}" if $s->{p} ne '';
		$line .= " mask $s->{M}" if $s->{p} ne '' && $s->{M} ne '';
		$line .= ' ops' if $s->{o};
		print "$line\n";
		my $reals = $table{$key}{reals} || {};
		for my $real (sort { $reals->{$a}{order} <=> $reals->{$b}{order} } keys %$reals) {
			my $r = $reals->{$real};
			printf $thresholds ? ("  -> %-28s %-10s %-10s %-10s %-10s\n", $real, $r->{x}, $r->{y}, $active{$real} || 0, 0) : ("  -> %-28s %-7s %-6s %-10s %-10s\n", $real, $name{ $r->{method} }, $r->{w}, $active{$real} || 0, 0);
		}
	}
}

sub saved {
	for my $key (sort { $table{$a}{order} <=> $table{$b}{order} } keys %table) {
		my $s = $table{$key}{service};
		print "-A $key -s $s->{s}", ($s->{p} ne '' ? " -p $s->{p}" : ''), ($s->{p} ne '' && $s->{M} ne '' ? " -M $s->{M}" : ''), ($s->{b} ne '' ? " -b $s->{b}" : ''), ($s->{o} ? ' -o' : ''), "\n";
		my $reals = $table{$key}{reals} || {};
		for my $real (sort { $reals->{$a}{order} <=> $reals->{$b}{order} } keys %$reals) {
			print "-a $key -r $real -$reals->{$real}{method} -w $reals->{$real}{w}\n";
		}
	}
}

sub note_caller {
	open(my $in, '<', '/proc/' . getppid() . '/cmdline') or return;
	my $caller = <$in> // '';
	$caller =~ tr/\0/ /;
	open(my $out, '>>', "$folder/callers") or die;
	print $out join(' ', @_), "\t$caller\n";
}

sub perform {
	my @words = @_;
	my $verb = $words[0] || '';
	note_caller(@words) if -e "$folder/callers";
	if ($verb eq '-R') {
		while (my $line = <STDIN>) { my @inner = split ' ', $line; perform(@inner) if @inner }
		return 0;
	}
	if ($verb eq '-L' || $verb eq '-l' || $verb eq '-Ln') { listing(scalar grep { $_ eq '--thresholds' } @words); return 0 }
	if ($verb eq '-S') { saved(); return 0 }
	my ($status, $message) = (0, '');
	if ($verb eq '-C') { %table = () }
	elsif ($verb =~ /^-[AEDaed]$/) { ($status, $message) = change(@words) }
	else { ($status, $message) = (2, "unknown command $verb") }
	$changed = 1;
	open(my $log, '>>', "$folder/log") or die;
	printf $log "%d %d %s\n", time() * 1000, $status, join(' ', @words);
	print STDERR "$message\n" if $status;
	return $status;
}

my $status = perform(@ARGV);
save() if $changed;
exit $status;
