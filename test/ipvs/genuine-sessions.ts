/** Command lines whose genuine output is recorded in compat-fixtures/ipvsadm, in the order in which they run. */
import { LISTINGS, type Line, lines } from './session-lines.js';
import { values } from './session-values.js';

/** What a recorded command line did. */
export interface Recorded extends Line {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Each command with each option: which go together. */
const matrix = (): readonly Line[] => {
  const commands = `-A -t 10.0.0.1:80
    -E -t 10.0.0.2:80
    -D -t 10.0.0.3:80
    -C
    -R
    -S
    -a -t 10.0.0.4:80 -r 192.168.0.1:80
    -e -t 10.0.0.5:80 -r 192.168.0.1:80
    -d -t 10.0.0.6:80 -r 192.168.0.1:80
    -L
    -Z
    --set 0 0 0
    --start-daemon master
    --stop-daemon backup`;
  const options = `-n
    -c
    -t 10.0.9.9:80
    -s rr
    -p 60
    -M 255.255.255.0
    -r 192.168.0.2
    -m
    -w 2
    -x 9
    -y 0
    --mcast-interface lo
    --timeout
    --daemon
    --stats
    --rate
    --thresholds
    --persistent-conn
    --sort
    --syncid 4
    --exact
    -6
    -o
    --pe sip
    -b flag-1
    --mcast-group 224.0.0.9
    --mcast-port 9
    --mcast-ttl 2
    --sync-maxlen 1000
    --tun-info
    --tun-type ipip
    --tun-port 8
    --tun-nocsum
    --tun-csum
    --tun-remcsum`;
  return [
    ...lines(commands).flatMap(({ argv }) => lines(options).map((option) => ({ argv: [...argv, ...option.argv] }))),
    ...lines('--stop-daemon master\n-C\n--set 900 120 300'),
  ];
};

const table = (): readonly Line[] =>
  lines(`(nothing)
    -L
    -A -t 10.0.0.1:80 -s rr
    -A -t 10.0.0.1:80 -s rr
    -A -t 10.0.0.2 -s rr
    -A -t 10.0.0.2 -s rr -p
    -a -t 10.0.0.1:80 -r 192.168.0.1 -m -w 3
    -a -t 10.0.0.1:80 -r 192.168.0.2:8080 -m -w 3 -x 5 -y 2
    -a -t 10.0.0.1:80 -r 192.168.0.3:8080
    -a -t 10.0.0.1:80 -r 192.168.0.3:8081 -i
    -a -t 10.0.0.1:80 -r 192.168.0.3:80 -i
    -a -t 10.0.0.1:80 -r 192.168.0.4:80 -i -w 0
    -a -t 10.0.0.1:80 -r 127.0.0.1:80 -g
    -e -t 10.0.0.1:80 -r 192.168.0.9 -m
    -d -t 10.0.0.1:80 -r 192.168.0.9
    -e -t 10.0.0.9:80 -r 192.168.0.9 -m
    -d -t 10.0.0.9:80 -r 192.168.0.9
    -a -t 10.0.0.9:80 -r 192.168.0.9
    -D -t 10.0.0.9:80
    -E -t 10.0.0.9:80
    -A -f 1 -s wrr -p 60 -M 255.255.255.0
    -A -f 2 -6 -s wlc -p 60 -M 64
    -A -f 3 -s sh -b sh-port,sh-fallback
    -A -f 4 -s mh -b mh-port
    -A -f 6 -s wrr -b flag-1,flag-3
    -A -u 10.0.0.1:53 -o -s rr
    -A -u [2001:db8::1]:53 -o
    -a -u [2001:db8::1]:53 -r [2001:db8::2]:53 -m
    -a -u [2001:db8::1]:53 -r [2001:db8::3]:5353 -m -x 4
    -a -f 1 -r 192.168.0.1 -m
    -a -f 1 -r 192.168.0.2:0 -g
    -a -f 1 -r 192.168.0.2:90 -g
    -a -f 2 -r [fe80::1]:90 -g
    -a -f 2 -r [2001:db8::9] -m -w 70000
    -a -f 2 -r 192.168.0.1 -m
    -a -f 2 -6 -r [2001:db8::9]:70 -m -w 65535
    --sctp-service 10.0.0.1:99 -A
    -A --sctp-service 10.0.0.1:99
    ${LISTINGS}
    -Ln -t 10.0.0.1:80
    -Ln -f 2 -6
    -Ln -f 2
    -Ln -t 10.9.0.1:80
    -L -t 10.0.0.1:80 --stats
    -Z
    -Z -t 10.0.0.1:80
    -Z -t 10.0.0.9:80
    -Z -f 77
    -E -t 10.0.0.1:80
    -E -f 1 -s rr
    -e -t 10.0.0.1:80 -r 192.168.0.2:8080 -g
    -e -t 10.0.0.1:80 -r 192.168.0.1 -g -w 5
    -e -t 10.0.0.1:80 -r 192.168.0.1 -m -w 5 -y 3
    -e -t 10.0.0.1:80 -r 192.168.0.1
    -Ln
    -Ln --thresholds
    -D -f 3
    -d -f 1 -r 192.168.0.2:90
    -Sn
    -C
    -L`);

const daemons = (): readonly Line[] =>
  lines(`-Ln --timeout
    --set 100 20 30
    -L --timeout
    --set 0 0 31
    -Ln --timeout
    --set 1 2
    --set 1 2 x
    --set 5 6 7 8
    --set -1 2 3
    --set
    --set 99999999 1 1
    --set 1 1 99999999
    --set 900 120 300
    -L --daemon
    --start-daemon
    --start-daemon both
    --start-daemon both --nosuch
    --start-daemon master
    --start-daemon master --mcast-interface lo
    --start-daemon master --mcast-interface lo
    -L --daemon
    --start-daemon backup --mcast-interface lo --syncid 3
    -L --daemon
    --stop-daemon master
    --stop-daemon master
    --stop-daemon backup
    -L --daemon
    --start-daemon master master
    --start-daemon master --mcast-interface nosuch
    --start-daemon master --mcast-interface lo --syncid 256
    --start-daemon master --mcast-interface lo --syncid x
    --start-daemon master --mcast-interface lo --mcast-ttl 0
    --start-daemon master --mcast-interface lo --mcast-ttl 256
    --start-daemon master --mcast-interface lo --mcast-port 0
    --start-daemon master --mcast-interface lo --mcast-port 65536
    --start-daemon master --mcast-interface lo --sync-maxlen 0
    --start-daemon master --mcast-interface lo --sync-maxlen 99999
    --start-daemon master --mcast-interface lo --mcast-group 10.0.0.1
    --start-daemon master --mcast-interface lo --mcast-group foo
    --start-daemon backup --mcast-interface lo --syncid 255 --mcast-port 9999 --mcast-ttl 3 --sync-maxlen 1400 --mcast-group 224.0.0.90
    -L --daemon
    --start-daemon=master --mcast-interface=lo
    --stop-daemon both
    --stop-daemon
    --stop-daemon master
    --stop-daemon backup --syncid 255
    --daemon
    --timeout`);

const restores = (): readonly Line[] => {
  const inputs = [
    '-A -t 10.0.8.1:80 -s rr\n-a -t 10.0.8.1:80 -r 10.1.1.1 -m -w 3\n',
    'ipvsadm -A -t 10.0.8.2:80\n',
    '/sbin/ipvsadm -A -t 10.0.8.3:80\n-A -t 10.0.8.3:81\n',
    '\n\n  -A   -t   10.0.8.4:80  \n\t-A\t-t\t10.0.8.5:80\n',
    '-A -t 10.0.8.6:80 -s rr # comment\n-A -t 10.0.8.6:81\n',
    '# comment\n-A -t 10.0.8.7:80\n',
    '#comment\n-A -t 10.0.8.7:81\n',
    '-A -t "10.0.8.8:80" -s rr\n-A -t 10.0.8.8:81\n',
    "-A -t '10.0.8.9:80' -s rr\n",
    '-A -t 10.0.8.10:80 -s \\\nrr\n',
    '-L -n\n',
    '-A -t 10.0.8.1:80\n-D -t 10.0.8.99:80\n-A -t 10.0.8.11:80\n-a -t 10.0.8.11:80 -r 10.1.1.1 -m -w 3\n',
    '-A -t 10.0.8.12:80\n-X\n-A -t 10.0.8.13:80\n',
    '-A -t 10.0.8.14:80\n-a -t 10.0.8.14:80 -r 1.2.3.4 -m -w x\n-a -t 10.0.8.14:80 -r 1.2.3.6 -m\n',
    '-A -t 10.0.8.15:80',
    '-S -n\n-L -n --thresholds\n-A -t 10.0.8.16:80\n-S -n\n-L -n --thresholds\n',
    '',
    '-C\n',
  ];
  return [
    ...inputs.flatMap((input): readonly Line[] => [{ argv: ['-R'], input }, { argv: ['-Sn'] }]),
    { argv: ['-C'] },
  ];
};

/** By name; each leaves the kernel as it found it. */
export const SESSIONS: Readonly<Record<string, readonly Line[]>> = {
  matrix: matrix(),
  table: table(),
  values: values(),
  daemons: daemons(),
  restores: restores(),
};
