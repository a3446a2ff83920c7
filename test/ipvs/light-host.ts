/**
 * A host of the lab for User-Mode Linux, where every process that is started takes long: files are read and written without
 * one, and it is made with a handful.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Host } from '../../lib/lab/host.js';
import { runInside, startInside } from '../../lib/lab/inside.js';
import { millis } from '../../lib/time.js';

export interface LightHost extends Pick<Host, 'name' | 'pid' | 'run' | 'get' | 'start' | 'read' | 'write'> {
  /** What `/proc/net` of its network has, without a process. */
  readonly network: (file: string) => string;
}

export interface LightHostOptions {
  /** Folders of its own, by where they appear. Absent: it shares files and processes with the machine. */
  readonly folders?: Readonly<Record<string, string>>;
}

/** Long enough for a command on a machine that is busy with other things, too. */
const PATIENCE = millis(300_000);

/** /run comes last: the folders may lie in there. */
const mounts = (folders: Readonly<Record<string, string>>): string =>
  Object.entries(folders)
    .toSorted(([one], [other]) => Number(one === '/run') - Number(other === '/run'))
    .map(([where, what]) => `mount --bind '${what}' '${where}'\n`)
    .join('');

const holder = (folders: Readonly<Record<string, string>> | undefined): string => `
set -eu
umask 022
cd /
read -r pid rest </proc/self/stat
hostname "$1"
${folders === undefined ? '' : `mount -t proc proc /proc; mount -t sysfs sysfs /sys\n${mounts(folders)}`}
echo "$pid"
exec env --ignore-signal=CHLD cat >/dev/null
`;

const APART = {
  network: ['--net', '--uts'],
  machine: ['--net', '--uts', '--pid', '--fork', '--kill-child', '--mount', '--ipc', '--propagation', 'private'],
} as const;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Starts it; it ends with this process. */
export const startLightHost = async (name: string, { folders }: LightHostOptions = {}): Promise<LightHost> => {
  const separation = folders === undefined ? 'network' : 'machine';
  const child = spawn('unshare', [...APART[separation], '--', '/bin/sh', '-c', holder(folders), 'holder', name], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(Number(data.toString())));
    child.once('close', () => reject(new Error(`host ${name} could not be set up`)));
  });
  const root = separation === 'machine' ? `/proc/${pid}/root` : '';
  const run: Host['run'] = (argv, options = {}) =>
    runInside(pid, separation, argv, { timeout: PATIENCE, maxOutput: 1 << 24, ...options });
  return {
    ...{ name, pid, run },
    get: async (argv, options) => {
      const { code, stdout, stderr, startError } = await run(argv, options);
      if (code !== 0) throw new Error(`${name}: ${argv.join(' ')}: ${startError ?? `exit ${code}`}: ${stderr}`);
      return stdout;
    },
    start: (argv, options) => startInside(pid, separation, argv, options),
    read: async (path) => textOf(root + path),
    write: async (path, text, mode = '644') => {
      mkdirSync(dirname(root + path), { recursive: true });
      writeFileSync(root + path, text);
      chmodSync(root + path, Number.parseInt(mode, 8));
    },
    network: (file) => textOf(`/proc/${pid}/net/${file}`),
  };
};

const expanded = (address: string): string => {
  const [before = '', after] = address.split('::');
  const words = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const middle = after === undefined ? [] : Array(8 - words(before).length - words(after).length).fill('0');
  return [...words(before), ...middle, ...words(after ?? '')].map((word) => String(word).padStart(4, '0')).join('');
};

/** Whether an interface of the host has the address now. */
export const hasAddress = (host: LightHost, address: string): boolean =>
  address.includes(':')
    ? host.network('if_inet6').includes(`${expanded(address)} `)
    : new RegExp(`\\|-- ${address.replaceAll('.', '\\.')}\\n\\s+/32 host LOCAL`).test(host.network('fib_trie'));
