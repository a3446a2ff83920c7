/** Calls the scripts of an installation one after the other on a lab host, and notes everything that each call did. */
import { dirname } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { seconds } from '../../lib/time.js';

export interface Call {
  readonly name: string;
  /** The command line, for a shell: words with blanks are quoted by the caller. */
  readonly command: string;
  /** More variables, `NAME=VALUE` for a shell. */
  readonly env?: string;
  /** Shell commands that prepare it. */
  readonly before?: string;
  /** The parts that are alike; absent: all. */
  readonly same?: readonly (keyof Outcome)[];
}

/** What one call did, without dates and process ids. */
export interface Outcome {
  readonly code: string;
  readonly stdout: string;
  readonly stderr: string;
  /** What the daemon's FIFO has received. */
  readonly fifo: string;
  readonly log: string;
  readonly debug: string;
  /** The calls of the resource scripts. */
  readonly calls: string;
  /** The environment of the last start. */
  readonly env: string;
}

export const PARTS = ['code', 'stdout', 'stderr', 'fifo', 'log', 'debug', 'calls', 'env'] as const;

/** A resource that remembers whether it runs; marks in /run tell it how to misbehave. */
export const PROBE = `#!/bin/sh
verb=
for word; do key=$key.$verb verb=$word; done
key=\${0##*/}$(echo "$key" | tr -s . . | tr / _)
[ "$verb" = status ] || { echo "says $key $verb"; echo "complains $key $verb" >&2; }
echo "\${0##*/} $*" >>/run/calls
case "$verb" in
  status) if [ -e "/run/word.$key" ]; then cat "/run/word.$key"; elif [ -e "/run/state.$key" ]; then echo running; else echo stopped; fi;;
  start) env | grep -v '^_=' | sort >/run/env; [ ! -e "/run/nostart.$key" ] || exit 5; : >"/run/state.$key";;
  stop) [ ! -e "/run/nostop.$key" ] || exit 6; rm -f "/run/state.$key";;
esac
exit 0
`;

/** The environment of a script below the daemon, as far as it matters. Each call has log files of its own. */
const COMMON = [
  'HA_CURHOST=lb1 HA_LOGFILE=/run/session/$n.log HA_DEBUGLOG=/run/session/$n.debug HA_FUNCS=/etc/ha.d/shellfuncs',
  'HA_DIR=/etc/ha.d HA_RCDIR=/etc/ha.d/rc.d HA_NOARCHBIN=/usr/share/heartbeat HA_FIFO=/var/lib/heartbeat/fifo',
].join(' ');

/** Markers through the FIFO part the messages of one call from those of the next. */
const PROLOGUE = `
mkdir -p /run/session; cd /run/session
mkfifo /var/lib/heartbeat/fifo; exec 3<>/var/lib/heartbeat/fifo
cat <&3 >/run/fifo & reader=$!
cp /bin/true /run/nothing
for program in /sbin/reboot /sbin/init /usr/bin/pkill; do [ ! -e $program ] || mount --bind /run/nothing $program; done
format=$(printf '%%Y/%%m/%%d_%%T\t') n=0
call() {
  : >/run/calls; : >/run/env
  env -i PATH="$PATH" HA_DATEFMT="$format" "$@" >$n.stdout 2>$n.stderr </dev/null
  echo $? >$n.code
  echo "END OF $n" >&3
  mv /run/calls $n.calls; mv /run/env $n.env
}
`;

/** Everything between a line of its name and the next. */
const EPILOGUE = `
until grep -q "END OF $n" /run/fifo; do sleep 0.05; done
kill $reader
for file in *.*; do printf '\\f%s\\n' "$file"; cat "$file"; done
printf '\\ffifo\\n'; cat /run/fifo
`;

/** Folders of every search path; that of the running node is added where it is another. */
const USUAL = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const isNodeFolder = (folder: string): boolean => folder === dirname(process.execPath) && !USUAL.includes(folder);

/** Folders that come twice are one. */
const shortPath = (line: string): string =>
  `PATH=${[...new Set(line.slice('PATH='.length).split(':'))].filter((folder) => !isNodeFolder(folder)).join(':')}`;

const normalised = (text: string): string =>
  text
    .replace(/^PATH=.*/gm, shortPath)
    .replace(/\d{4}\/\d\d\/\d\d_\d\d:\d\d:\d\d/g, 'DATE')
    .replace(/[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replace(/\/run\/session\/\d+\./g, '/run/session/')
    .replace(/\[\d+\]/g, '[PID]');

/** Runs all calls in order; the outcomes by the name of the call. */
export const runSession = async (host: Host, calls: readonly Call[]): Promise<ReadonlyMap<string, Outcome>> => {
  const lines = calls.map(
    ({ command, env = '', before = ':' }, index) => `n=${index}; ${before}\ncall ${COMMON} ${env} ${command}`,
  );
  const text = await host.get(['sh', '-c', [PROLOGUE, ...lines, EPILOGUE].join('\n')], {
    ...{ timeout: seconds(600), maxOutput: 1 << 24 },
  });
  const files = new Map(
    text
      .split('\f')
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), normalised(part.slice(part.indexOf('\n') + 1))]),
  );
  const messages = (files.get('fifo') ?? '').split(/END OF \d+\n/);
  const outcome = (index: number): Outcome => {
    const part = (name: string): string => files.get(`${index}.${name}`) ?? '';
    const [code, stdout, stderr] = [part('code'), part('stdout'), part('stderr')];
    const [log, debug, calls, env] = [part('log'), part('debug'), part('calls'), part('env')];
    return { code, stdout, stderr, log, debug, calls, env, fifo: messages[index] ?? 'the session ended early' };
  };
  return new Map(calls.map(({ name }, index) => [name, outcome(index)]));
};
