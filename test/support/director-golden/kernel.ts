/**
 * A stand-in for ipvsadm 1.31 with the kernel table behind it, written from ldirectord reference 3.2 and independent of
 * lib/ipvs, so that neither can cover for the other.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

interface SimReal {
  readonly address: string;
  readonly port: number;
  readonly method: 'Masq' | 'Route' | 'Tunnel';
  readonly weight: number;
  readonly upper: number;
  readonly lower: number;
}

interface SimService {
  readonly protocol: 'TCP' | 'UDP' | 'FWM';
  /** `10.0.0.3:80`, `[2001:db8::5]:80`, `7`. */
  readonly name: string;
  readonly port: number;
  readonly six: boolean;
  scheduler: string;
  persistent: number | undefined;
  netmask: string | undefined;
  ops: boolean;
  flags: readonly string[];
  readonly reals: Map<string, SimReal>;
}

export interface SimResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command that asked for a change, also a refused one. */
export interface SimCall {
  readonly argv: readonly string[];
  readonly code: number;
}

export interface SimKernel {
  /** Runs one ipvsadm; `onCall` hears of every change asked for, also those inside -R. */
  readonly run: (argv: readonly string[], input: string, onCall?: (call: SimCall) => void) => SimResult;
  /** The table in a form made for comparing: one line per service and real, sorted. */
  readonly lines: () => readonly string[];
}

class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
const refuse = (code: number, message: string): never => {
  throw new Refused(code, message);
};

const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'];
const VALUE_OPTIONS = 'tufrspMwxyb';
const METHODS = { m: 'Masq', g: 'Route', i: 'Tunnel' } as const;
const METHOD_OPTIONS = { Masq: '-m', Route: '-g', Tunnel: '-i' } as const;

interface Options {
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
}

const readOptions = (argv: readonly string[]): Options => {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const letter = /^-([a-zA-Z0-9])$/.exec(word)?.[1];
    if (letter !== undefined && VALUE_OPTIONS.includes(letter)) {
      index += 1;
      values.set(letter, argv[index] ?? refuse(2, `option requires an argument -- '${letter}'`));
    } else if (letter !== undefined && 'mgio6n'.includes(letter)) switches.add(letter);
    else if (word === '--thresholds') switches.add(word);
    else return refuse(2, `invalid option ${word}`);
  }
  return { values, switches };
};

const endpoint = (text: string): { address: string; port: number | undefined } | undefined => {
  const six = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const [, host = '', port] = six ?? /^([\d.]+)(?::(\d+))?$/.exec(text) ?? [];
  const family = isIP(host);
  if (family === 0 || (family === 6) !== (six !== null)) return undefined;
  const address = family === 6 ? `[${ipaddr.parse(host).toString()}]` : host;
  return { address, port: port === undefined ? undefined : Number(port) };
};

/** Protocols before addresses before ports, numerically, as the kernel's listing is sorted. */
const sortKey = (name: string): string =>
  name.startsWith('[') ? `6${name}` : `4${name.replace(/\d+/g, (digits) => digits.padStart(5, '0'))}`;
const byName = (one: string, other: string): number => (sortKey(one) < sortKey(other) ? -1 : 1);

const serviceKey = (service: Pick<SimService, 'protocol' | 'name' | 'six'>): string =>
  `${service.protocol === 'FWM' ? '3' : '1'} ${service.protocol} ${service.name}${service.six ? ' IPv6' : ''}`;

const keyOptions = ({ protocol, name, six }: SimService): string =>
  protocol === 'FWM' ? `-f ${name}${six ? ' -6' : ''}` : `-${protocol === 'TCP' ? 't' : 'u'} ${name}`;

export const createKernel = (): SimKernel => {
  const services = new Map<string, SimService>();
  const sorted = (): readonly SimService[] =>
    [...services.values()].sort((one, other) => {
      const [left, right] = [
        `${one.protocol === 'FWM'} ${one.protocol}`,
        `${other.protocol === 'FWM'} ${other.protocol}`,
      ];
      if (left !== right) return left < right ? -1 : 1;
      return byName(one.name, other.name);
    });
  const realsOf = ({ reals }: SimService) => [...reals].sort(([one], [other]) => byName(one, other));

  const identify = ({ values, switches }: Options): Pick<SimService, 'protocol' | 'name' | 'port' | 'six'> => {
    const mark = values.get('f');
    if (mark !== undefined) {
      if (!/^\d+$/.test(mark)) return refuse(2, 'illegal virtual server address[:port] specified');
      if (Number(mark) === 0) return refuse(2, 'Invalid firewall mark specified');
      return { protocol: 'FWM', name: String(Number(mark)), port: 0, six: switches.has('6') };
    }
    const tcp = values.get('t');
    const place =
      endpoint(tcp ?? values.get('u') ?? '') ?? refuse(2, 'illegal virtual server address[:port] specified');
    const port = place.port ?? 0;
    return { protocol: tcp === undefined ? 'UDP' : 'TCP', name: `${place.address}:${port}`, port, six: false };
  };

  const changeService = (command: string, options: Options): undefined => {
    const id = identify(options);
    const { values, switches } = options;
    const persistent = values.get('p');
    if (id.protocol !== 'FWM' && id.port === 0 && persistent === undefined)
      return refuse(2, 'Zero port specified for non-persistent service');
    if (persistent !== undefined && !(Number(persistent) >= 1 && Number(persistent) <= 31 * 24 * 3600))
      return refuse(2, 'illegal timeout specified');
    const existing = services.get(serviceKey(id));
    if (command === '-A' && existing !== undefined) return refuse(255, 'Service already exists');
    if (command === '-E' && existing === undefined) return refuse(255, 'No such service');
    const scheduler = values.get('s') ?? 'wlc';
    if (!SCHEDULERS.includes(scheduler)) return refuse(255, 'Scheduler or persistence engine not found');
    const settings = {
      scheduler,
      persistent: persistent === undefined ? undefined : Number(persistent),
      netmask: values.get('M'),
      ops: switches.has('o'),
      flags: (values.get('b') ?? '').split(',').filter((flag) => flag !== ''),
    };
    if (existing === undefined) services.set(serviceKey(id), { ...id, ...settings, reals: new Map() });
    else Object.assign(existing, settings);
    return undefined;
  };

  const changeReal = (command: string, options: Options): undefined => {
    const id = identify(options);
    const { values, switches } = options;
    const place = endpoint(values.get('r') ?? '') ?? refuse(2, 'illegal real server address[:port] specified');
    const method = METHODS[(['m', 'g', 'i'] as const).find((letter) => switches.has(letter)) ?? 'g'];
    // ipvsadm puts the virtual's port in for direct routing and tunnels, but not when it deletes, and not for marks.
    const keepsPort = command === '-d' || id.protocol === 'FWM' || method === 'Masq';
    const port = keepsPort ? (place.port ?? id.port) : id.port;
    const weight = values.get('w') ?? '1';
    if (!/^\d+$/.test(weight) || Number(weight) > 65535) return refuse(2, 'illegal weight specified');
    const service = services.get(serviceKey(id)) ?? refuse(255, 'Service not defined');
    const name = `${place.address}:${port}`;
    const exists = service.reals.has(name);
    if (command !== '-a' && !exists) return refuse(255, 'No such destination');
    if (command === '-d') {
      service.reals.delete(name);
      return undefined;
    }
    const [upper, lower] = [Number(values.get('x') ?? 0), Number(values.get('y') ?? 0)];
    if (lower > upper) return refuse(255, 'Numerical result out of range');
    if (command === '-a' && exists) return refuse(255, 'Destination already exists');
    service.reals.set(name, { address: place.address, port, method, weight: Number(weight), upper, lower });
    return undefined;
  };

  const heading = (service: SimService): string => {
    const { protocol, name, six, scheduler, flags, persistent, netmask, ops } = service;
    const whole = netmask === '255.255.255.255' || netmask === '128';
    const mask = netmask === undefined || whole ? '' : ` mask ${netmask}`;
    return [
      `${protocol}  ${name}${six ? ' IPv6' : ''} ${scheduler}`,
      flags.length === 0 ? '' : ` (${[...flags].sort().join(',')})`,
      persistent === undefined ? '' : ` persistent ${persistent}${mask}`,
      ops ? ' ops' : '',
    ].join('');
  };

  const list = ({ switches }: Options): string => {
    const thresholds = switches.has('--thresholds');
    const columns = ['Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'].map((word) => word.padEnd(10)).join(' ');
    const head = thresholds
      ? `${'Prot LocalAddress:Port'.padEnd(33)} ${columns}\n  -> RemoteAddress:Port\n`
      : 'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n';
    const rows = sorted().flatMap((service) => [
      heading(service),
      ...realsOf(service).map(([name, real]) => {
        const numbers = thresholds
          ? `${String(real.upper).padEnd(10)} ${String(real.lower).padEnd(10)}`
          : `${real.method.padEnd(7)} ${String(real.weight).padEnd(6)}`;
        return `  -> ${name.padEnd(28)} ${numbers} ${'0'.padEnd(10)} ${'0'.padEnd(10)}`;
      }),
    ]);
    return `IP Virtual Server version 1.2.1 (size=4096)\n${head}${rows.map((row) => `${row}\n`).join('')}`;
  };

  const save = (): string =>
    sorted()
      .flatMap((service) => {
        const { scheduler, persistent, netmask, flags, ops } = service;
        const key = keyOptions(service);
        const mask = netmask === undefined ? '' : ` -M ${netmask}`;
        const persistence = persistent === undefined ? '' : ` -p ${persistent}${mask}`;
        const flagged = flags.length === 0 ? '' : ` -b ${flags.join(',')}`;
        return [
          `-A ${key} -s ${scheduler}${persistence}${flagged}${ops ? ' -o' : ''}`,
          ...realsOf(service).map(([name, { method, weight }]) => {
            const tunnel = method === 'Tunnel' ? ' --tun-type ipip' : '';
            return `-a ${key} -r ${name} ${METHOD_OPTIONS[method]} -w ${weight}${tunnel}`;
          }),
        ];
      })
      .map((line) => `${line}\n`)
      .join('');

  const change = (argv: readonly string[]): undefined => {
    const [command = '', ...rest] = argv;
    const options = readOptions(rest);
    if (command === '-A' || command === '-E') return changeService(command, options);
    if (command === '-a' || command === '-e' || command === '-d') return changeReal(command, options);
    if (command === '-C') {
      services.clear();
      return undefined;
    }
    if (command !== '-D') return refuse(2, `unknown command ${command}`);
    if (!services.delete(serviceKey(identify(options)))) return refuse(255, 'No such service');
    return undefined;
  };

  const runOne = (argv: readonly string[], onCall: (call: SimCall) => void): SimResult => {
    const [command = '', ...rest] = argv;
    try {
      if (command === '-L' || command === '-l') return { code: 0, stdout: list(readOptions(rest)), stderr: '' };
      if (command === '-S') return { code: 0, stdout: save(), stderr: '' };
      change(argv);
      onCall({ argv, code: 0 });
      return { code: 0, stdout: '', stderr: '' };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      onCall({ argv, code: error.code });
      return { code: error.code, stdout: '', stderr: `${error.message}\n` };
    }
  };

  return {
    run: (argv, input, onCall = () => undefined) => {
      if (argv[0] !== '-R') return runOne(argv, onCall);
      // One line that the kernel refuses does not end the batch, and the status is 0 all the same.
      let stdout = '';
      let stderr = '';
      for (const line of input.split('\n')) {
        const words = line.split(/\s+/).filter((word) => word !== '');
        if (words.length === 0) continue;
        const result = runOne(words, onCall);
        stdout += result.stdout;
        stderr += result.stderr;
        if (result.code === 2) return { code: 2, stdout, stderr };
      }
      return { code: 0, stdout, stderr };
    },
    lines: () =>
      sorted().flatMap((service) => [
        heading(service),
        ...realsOf(service).map(
          ([name, { method, weight, upper, lower }]) => `  -> ${name} ${method} ${weight} x${upper} y${lower}`,
        ),
      ]),
  };
};
