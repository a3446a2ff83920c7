/** A director as `ha check` sees it: lb1 with eth0 and eth1, and whatever the files name unless a test changes that. */
import type { FileStatus, Machine, Questions } from '../../lib/check/machine.js';
import type { World } from '../../lib/ha/sub-command.js';
import { imaginedEnvironment } from '../../lib/heartbeat/config/imagined.js';
import { plainFacts } from '../../lib/ldirectord/config/facts.js';
import type { AddressEntry } from '../../lib/platform/address-entry.js';
import type { Route } from '../../lib/platform/routes.js';

export interface Changes {
  readonly nodeName?: string;
  /** `eth0 192.168.0.11/24`, instead of those of lb1; each gives its network a route. */
  readonly addresses?: readonly string[];
  readonly devices?: readonly string[];
  readonly agents?: readonly string[];
  /** Files that are different from `root 644` and executable, or not there. */
  readonly files?: Readonly<Record<string, Partial<FileStatus> | undefined>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** IPv4 addresses by host name. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly machine?: Partial<Machine>;
}

const AGENTS = ['IPaddr', 'IPaddr2', 'IPv6addr', 'ldirectord', 'LVSSyncDaemonSwap', 'apache', 'MailTo'];

const entryOf = (text: string): AddressEntry => {
  const [device = '', whole = ''] = text.split(' ');
  const [address = '', prefix = '32'] = whole.split('/');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return { device, family, address, prefix: Number(prefix), secondary: false, tentative: false, duplicate: false };
};

const routeOf = ({ device, address, prefix }: AddressEntry): Route => ({
  ...{ device, prefix, network: address },
  direct: true,
  metric: 0,
});

/** The machine that answers these questions. */
export const machineFor = (questions: Questions, changes: Changes = {}): Machine => {
  const addresses = (changes.addresses ?? ['eth0 192.168.0.11/24', 'eth1 10.0.0.11/24']).map(entryOf);
  const devices = changes.devices ?? ['lo', 'eth0', 'eth1'];
  const imagined = imaginedEnvironment(questions.haCf);
  const present: FileStatus = { kind: 'file', executable: true, mode: 0o644, uid: 0 };
  const changed = changes.files ?? {};
  const statusOf = (path: string): FileStatus | undefined => {
    if (path in changed) return changed[path] === undefined ? undefined : { ...present, ...changed[path] };
    if (/^\/(etc\/ha\.d|var\/log)$/.test(path)) return { ...present, kind: 'directory', mode: 0o755 };
    return path.endsWith('authkeys') ? { ...present, mode: 0o600 } : present;
  };
  return {
    environment: {
      ...imagined,
      nodeName: changes.nodeName ?? 'lb1',
      hosts: new Map([...imagined.hosts, ...Object.entries(changes.hosts ?? {})]),
    },
    resources: { agents: new Set(changes.agents ?? AGENTS), devices: new Set(devices) },
    director: { ...plainFacts, host: (name, family) => (family === 'ipv4' ? changes.hosts?.[name] : undefined) },
    addresses,
    routes: addresses.filter(({ device }) => device !== 'lo').map(routeOf),
    files: new Map(
      questions.files.flatMap((path) => {
        const status = statusOf(path);
        return status === undefined ? [] : [[path, status] as const];
      }),
    ),
    settings: new Map(
      Object.entries({
        'net.ipv4.ip_forward': '1',
        'net.ipv6.conf.all.forwarding': '1',
        'net.ipv4.vs.expire_quiescent_template': '1',
        ...changes.settings,
      }),
    ),
    openArp: [],
    networkFiles: [],
    engine: 'kernel',
    uid: 0,
    ...changes.machine,
  };
};

/** The same as the part of a `World` that `ha` is run in. */
export const onMachine = (changes: Changes): Pick<World, 'machine'> => ({
  machine: async (questions) => machineFor(questions, changes),
});
