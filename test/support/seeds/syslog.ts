/** A syslog daemon for one host of the lab: every record is a line of /var/log/syslog, `<priority>ident: text`. */
import type { Host } from '../../../lib/lab/host.js';
import { until } from '../../../lib/lab/until.js';

/** Where hosts receive records: /dev is shared by all, and `/dev/log` leads from there to what each has for itself. */
export const SOCKET = '/run/dev-log';

const DAEMON = `
use IO::Socket::UNIX;
unlink '${SOCKET}';
my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => '${SOCKET}') or die "$!";
chmod 0666, '${SOCKET}';
open(my $file, '>>', '/var/log/syslog') or die "$!";
select($file); $| = 1;
while (defined $socket->recv(my $record, 65536)) {
  $record =~ s/[\\n\\0]+\\z//; $record =~ s/\\n/ /g;
  $record =~ s/^(<\\d+>)\\w{3} [ \\d]\\d [\\d:]{8} /$1/;
  print "$record\\n";
}
`;

/** Starts the daemon; it ends with the host, or with its power. */
export const startSyslog = async (host: Pick<Host, 'name' | 'start' | 'run'>): Promise<void> => {
  const daemon = host.start(['/usr/bin/perl', '-e', DAEMON]);
  const said: string[] = [];
  daemon.onLine((line) => said.push(line));
  const listens = async (): Promise<boolean> => (await host.run(['test', '-S', SOCKET])).code === 0;
  await until(`syslog on ${host.name}`, listens, 20_000, 200).catch((error: unknown) => {
    throw new Error(`${error}: ${said.join('\n')}`);
  });
};

/** The lines so far. */
export const syslogOf = async (host: Pick<Host, 'read'>): Promise<readonly string[]> =>
  (await host.read('/var/log/syslog')).split('\n').filter((line) => line !== '');
