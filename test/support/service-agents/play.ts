/** Agents that are not about addresses: what is done with them, to ours and to the genuine ones, and what came of it. */
import type { Host } from '../../../lib/lab/host.js';
import type { Lab } from '../../../lib/lab/lab.js';
import { millis } from '../../../lib/time.js';
import { evaluateInside } from '../../lab/agents-module.js';
import { CALLS, installFakes, ownDevices } from '../fake-programs.js';

import { fixture } from '../paths.js';
import { type Case, LIFE } from './cases.js';

/** What the genuine agents did, by the titles of the cases. */
export const RECORDING = fixture('agents', 'services.json');

const GENUINE = '/etc/ha.d/resource.d';

const FAKES = {
  mail: 'cat >>/run/mail\ncase $* in *broken) exit 1;; esac',
  smbclient: 'cat >>/run/popups\n[ "$2" != broken ]',
  nmblookup: 'exit 0',
  vgchange: `case $1 in
    --version) echo '  LVM version:     2.03.16(2) (2022-05-18)' ;;
    -aly) [ "$2" != vg ] || { mkdir -p /dev/vg; : >/dev/vg/data; } ;;
    -aln) rm -rf "/dev/$2" ;;
  esac`,
  vgs: '[ "$1" != nope ]',
  vgck: '[ "$1" != nope ]',
  vgdisplay: 'case $* in *nope) exit 5;; esac',
  vgscan: ':',
  lvm: ':',
  lvs: ':',
  mdadm: 'case $1 in --detail) exit 4;; esac',
};

/** Runs one case of the genuine agents: exit code and last line of each verb, and what `after` prints. */
const RUN = `
agent=$1 verbs=$2 before=$3 after=$4; shift 4
: >${CALLS}
eval "$before" >/dev/null 2>&1
for verb in $verbs; do
  output=$("${GENUINE}/$agent" "$@" $verb 2>/dev/null </dev/null); code=$?
  echo "$verb: $code $(echo "$output" | tail -n 1)"
done
eval "$after" 2>&1
exit 0
`;

/** The same for all cases with our agents, as they run inside the daemon. */
const RUN_OURS = (cases: readonly Case[]): string => `
  const { execFileSync } = await import('node:child_process');
  const { readFileSync, writeFileSync } = await import('node:fs');
  const sh = (text) => execFileSync('sh', ['-c', '(' + text + '\\n) 2>&1; exit 0'], { encoding: 'utf8' });
  const context = { log: () => undefined, signal: new AbortController().signal };
  const results = [];
  for (const { agent, args, verbs = ${JSON.stringify(LIFE)}, before, after } of ${JSON.stringify(cases)}) {
    writeFileSync('${CALLS}', '');
    if (before !== undefined) sh(before);
    const lines = [];
    for (const verb of verbs) {
      const { code, output } = await m.builtinAgents.get(agent).run(verb, args, context);
      lines.push(verb + ': ' + code + ' ' + output.split('\\n').at(-1));
    }
    if (after !== undefined) lines.push(...sh(after).trimEnd().split('\\n'));
    results.push({ lines, calls: readFileSync('${CALLS}', 'utf8') });
  }
  return results;
`;

export interface Result {
  readonly lines: readonly string[];
  readonly calls: string;
}

/** What differs from one run to the next; the text about a wrong call is each program's own. */
const plain = (line: string): string =>
  line
    .replace(/ at .* (on|from) lb1/, ' at DATE $1 lb1')
    .replace(/^(\w+: 1) .*(usage|start\|stop|@).*/i, '$1 usage')
    .trimEnd();

export const comparable = ({ lines, calls }: Result, wanted: RegExp = /^$/): readonly string[] =>
  [...lines, ...calls.split('\n').filter((line) => wanted.test(line))].filter((line) => line !== '').map(plain);

export const runGenuine = async (
  host: Host,
  { agent, args, verbs = LIFE, before = '', after = '' }: Case,
): Promise<Result> => {
  const printed = await host.get(['sh', '-c', RUN, 'run', agent, verbs.join(' '), before, after, ...args], {
    timeout: millis(120_000),
    env: { HA_LOGFILE: '/dev/null', HA_DEBUGLOG: '/dev/null', OCF_RESKEY_mondelay: '0' },
  });
  return { lines: printed.trimEnd().split('\n'), calls: await host.read(CALLS) };
};

/** A machine with programs that only record how they are called, and a xinetd that only does that. */
export const build = async (lab: Lab): Promise<Host> => {
  const host = await lab.host('lb1', {});
  await ownDevices(host);
  await installFakes(host, FAKES);
  await host.get(['mkdir', '-p', '/run/resource-agents', '/etc/xinetd.d']);
  await host.write(
    '/run/bin/xinetd',
    `#!/bin/sh\ntrap 'echo xinetd HUP >>${CALLS}' HUP\nwhile :; do sleep 0.05; done\n`,
    '755',
  );
  host.start(['/run/bin/xinetd']);
  return host;
};

/** Plays all cases with our agents, in one process. */
export const runOurs = async (host: Host, cases: readonly Case[]): Promise<readonly Result[]> =>
  (await evaluateInside(host, ['agents/registry'], RUN_OURS(cases), true, millis(300_000))) as readonly Result[];
