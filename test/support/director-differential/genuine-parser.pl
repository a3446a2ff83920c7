# Gives many configurations to the genuine ldirectord, `status` each, without starting Perl and loading its modules for each:
# the program is compiled once as a subroutine, and every configuration is tried in a child that calls it.
# Arguments: the program, a folder with 0.cf, 1.cf …, and their number. Writes N.out and N.err, and all exit statuses into rc.
use strict;
our ($program, $folder, $count) = @ARGV;

sub text_of { open(my $in, '<', $_[0]) or die "$_[0]: $!"; local $/; return scalar <$in> }

{
	no strict;
	local $SIG{__WARN__} = sub { };    # about variables that do not stay shared between two calls: there is only one
	eval "sub genuine {\n" . text_of($program) . "\n}\n1" or die $@;
}
$0 = $program;
open(my $statuses, '>', "$folder/rc") or die $!;
for my $index (0 .. $count - 1) {
	symlink("$folder/$index.cf", '/etc/ha.d/t.new') and rename('/etc/ha.d/t.new', '/etc/ha.d/t.cf') or die "$folder/$index.cf: $!";
	defined(my $child = fork) or die "fork: $!";
	if ($child == 0) {
		open(STDOUT, '>', "$folder/$index.out") or die $!;
		open(STDERR, '>', "$folder/$index.err") or die $!;
		@ARGV = ('t.cf', 'status');
		alarm 60;    # a configuration that never ends
		genuine();
		exit 99;
	}
	waitpid($child, 0);
	print $statuses $? & 127 ? 'signal ' . ($? & 127) : $? >> 8, "\n";
}
