import { createSocket } from 'node:dgram';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterEffect, ClusterEvent, ClusterMachine } from '../../lib/heartbeat/cluster/interface.js';
import type { AuthKeys, HaConfig } from '../../lib/heartbeat/config/model.js';
import { startDaemon } from '../../lib/heartbeat/daemon.js';
import type { Daemon, DaemonOptions } from '../../lib/heartbeat/daemon-parts.js';
import { message, text } from '../../lib/heartbeat/wire/message.js';
import { decodePacket, encodePacket } from '../../lib/heartbeat/wire/packet.js';
import { millis, seconds } from '../../lib/time.js';

const sign = { index: 1, method: 'sha1', key: 'test-key-not-secret' } as const;
const keys: AuthKeys = { sign, keys: new Map([[1, sign]]) };
const at = { file: 'ha.cf', line: 1, column: 1 };

let folder: string;
let port: number;
let peer: ReturnType<typeof createSocket>;
let peerHears: (data: Buffer) => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daemon-'));
  // A port that is free now; the peer listens on another address of the loopback device.
  peer = createSocket({ type: 'udp4', reuseAddr: true });
  await new Promise<void>((resolve) => peer.bind(0, '127.0.0.2', resolve));
  port = peer.address().port;
  peerHears = () => {};
  peer.on('message', (data) => peerHears(data));
});
afterEach(() => {
  peer.close();
  rmSync(folder, { recursive: true });
});

const config = (): HaConfig => ({
  nodes: [
    { value: 'lb1', at },
    { value: 'lb2', at },
  ],
  media: [{ value: { kind: 'ucast', name: 'lo', device: 'lo', peer: '127.0.0.2', port }, at }],
  keepalive: seconds(1),
  deadtime: seconds(5),
  warntime: seconds(3),
  initdead: seconds(10),
  deadping: seconds(5),
  udpPort: port,
  autoFailback: 'on',
  hopfudge: 1,
  messageFormat: 'classic',
  compression: { algorithm: 'zlib', threshold: 2048, traditional: false },
  maxRexmitDelay: millis(250),
  generationMethod: 'file',
  logfile: undefined,
  debugfile: undefined,
  logfacility: undefined,
  useLogd: false,
  syslogFormat: true,
  logBadPackets: true,
  debug: 0,
  realtime: false,
  realtimePriority: undefined,
  watchdog: undefined,
  clients: [],
  apiAuth: [],
  environment: {},
  parameters: {},
});

/** A machine that only answers events with the effects a test wants. */
const scripted = (answer: (event: ClusterEvent) => readonly ClusterEffect[]): ClusterMachine<number> => ({
  create: () => 0,
  step: (state, event) => ({ state, effects: answer(event) }),
  wakeAt: () => millis(1e12),
  view: () => ({
    nodes: [{ name: 'lb1', type: 'normal', status: 'active', links: [] }],
    resources: 'none',
    communicationUp: true,
  }),
});

interface Setup {
  readonly daemon: Daemon;
  readonly trace: string[];
  /** Resolves when the trace holds the entry. */
  readonly reached: (entry: string) => Promise<void>;
}

const setUp = async (
  answer: (event: ClusterEvent) => readonly ClusterEffect[],
  more: Partial<DaemonOptions<number>> = {},
): Promise<Setup> => {
  const trace: string[] = [];
  const waiting: (() => void)[] = [];
  const note = (entry: string): void => {
    trace.push(entry);
    for (const check of waiting) check();
  };
  const daemon = await startDaemon({
    machine: scripted((event) => {
      if (event.type === 'packet') note(`packet ${text(event.message, 't')} on ${event.link}`);
      else if (event.type === 'submit') note(`submit ${text(event.message, 't')}`);
      else if (event.type === 'jobDone') note(`jobDone ${event.job} ${event.outcome}`);
      else note(event.type);
      return answer(event);
    }),
    config: config(),
    keys,
    groups: [],
    self: 'lb1',
    log: (priority, line) => note(`${priority}: ${line}`),
    paths: { state: folder, fifo: join(folder, 'fifo'), rscTmp: join(folder, 'rsctmp') },
    openResources: async () => ({
      mayHaveLeftovers: false,
      run: async ({ action, scope }) => {
        note(`run ${action} ${scope}`);
        return { outcome: 'done' };
      },
      probe: async () => 'none',
      announce: () => note('announce'),
      stopping: () => note('stopping'),
      close: () => note('resources closed'),
    }),
    openClientPort: async () => ({
      deliver: (delivered) => note(`deliver ${text(delivered, 't')}`),
      pause: (paused) => note(paused ? 'clients wait' : 'clients go on'),
      dismiss: () => note('clients dismissed'),
      close: async () => note('clients closed'),
    }),
    rcScripts: {
      notify: (about, status) => note(`notify ${text(about, 't')} ${status}`),
      perform: async (about, status) => {
        note(`script ${text(about, 't')} ${status}`);
        return { outcome: 'failed' };
      },
      watch: (onChange) => {
        onChange(['status']);
        return () => note('watch ended');
      },
      idle: async () => {},
    },
    openPinger: async () => undefined,
    ...more,
  });
  const reached = (entry: string): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (trace.includes(entry)) resolve();
      };
      waiting.push(check);
      check();
    });
  return { daemon, trace, reached };
};

const exit = (event: ClusterEvent): readonly ClusterEffect[] =>
  event.type === 'stop' ? [{ type: 'exit', restart: false }] : [];

test('the generation is on the disk before the first packet is on the wire', async () => {
  const heard = new Promise<{ t: string | undefined; generation: string }>((resolve) => {
    peerHears = (data) => {
      const decoded = decodePacket(data, keys);
      const t = decoded.ok ? text(decoded.message, 't') : undefined;
      resolve({ t, generation: readFileSync(join(folder, 'hb_generation'), 'latin1') });
    };
  });
  const { daemon } = await setUp((event) =>
    event.type === 'start' ? [{ type: 'send', message: message({ t: 'status', src: 'lb1' }) }] : exit(event),
  );
  await daemon.firstPacket;
  const { t, generation } = await heard;
  expect(t).toBe('status');
  expect(generation).toMatch(/^ {5}\d{10}\n$/);
  expect(statSync(join(folder, 'rsctmp')).mode & 0o7777).toBe(0o1755);
  daemon.stop();
  expect(await daemon.ended).toEqual({ type: 'stopped' });
});

test('packets, FIFO messages and jobs become events; effects reach their performers in order', async () => {
  const { daemon, trace, reached } = await setUp((event) => {
    if (event.type === 'submit') {
      return [
        { type: 'job', job: 7, action: 'acquire', scope: 'foreign' },
        { type: 'job', job: 8, action: 'acquire', scope: 'foreign', script: message({ t: 'status', st: 'dead' }) },
        { type: 'notify', message: message({ t: 'status' }) },
        { type: 'announce' },
        { type: 'communicationUp' },
      ];
    }
    if (event.type === 'packet') return [{ type: 'deliver', message: message({ t: 'ifstat' }) }];
    return exit(event);
  });
  appendFileSync(join(folder, 'fifo'), 'garbage\n>>>\nt=ask_resources\ninfo=me\n<<<\n>>>\nhalf\n>>>\nno=type\n<<<\n');
  await reached('jobDone 8 failed');
  peer.send(encodePacket(message({ t: 'status', src: 'lb2' }), sign, 'classic'), port, '127.0.0.1');
  await reached('packet status on lo');
  daemon.stop();
  await daemon.ended;
  const from = trace.indexOf('start');
  expect(trace.slice(from).filter((entry) => !/^(ERROR|WARN|info)/.test(entry))).toEqual([
    'start',
    'submit ask_resources',
    'run acquire foreign',
    'notify status active',
    'announce',
    'jobDone 7 done',
    'script status active',
    'jobDone 8 failed',
    'packet status on lo',
    'deliver ifstat',
    'stopping',
    'stop',
    'watch ended',
    'resources closed',
    'clients closed',
  ]);
  expect(trace.filter((entry) => entry.startsWith('ERROR')).length).toBeGreaterThanOrEqual(3);
});

test('a packet that is not signed with our keys is dropped and told a few times only', async () => {
  const { daemon, trace, reached } = await setUp(exit);
  const other = { ...sign, key: 'wrong' };
  const bad = encodePacket(message({ t: 'status', src: 'lb2' }), other, 'classic');
  for (let index = 0; index < 20; index += 1) peer.send(bad, port, '127.0.0.1');
  peer.send(encodePacket(message({ t: 'status', src: 'lb2' }), sign, 'classic'), port, '127.0.0.1');
  await reached('packet status on lo');
  expect(trace.filter((entry) => entry.startsWith('packet'))).toHaveLength(1);
  expect(trace.filter((entry) => entry.includes('authtoken does not match'))).toHaveLength(3);
  // After a change of authkeys the same packet is good.
  daemon.useKeys({ sign: other, keys: new Map([[1, other]]) });
  peer.send(bad, port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    const check = (): void => {
      if (trace.filter((entry) => entry === 'packet status on lo').length === 2) resolve();
      else setImmediate(check);
    };
    check();
  });
  daemon.stop();
  await daemon.ended;
});

test('a medium that cannot be opened is an error at the start, and nothing stays open', async () => {
  const wrong: HaConfig = {
    ...config(),
    media: [{ value: { kind: 'bcast', name: 'eth9', device: 'eth9', port }, at }],
  };
  const closed: string[] = [];
  await expect(
    setUp(exit, {
      config: wrong,
      openResources: async () => ({
        mayHaveLeftovers: false,
        run: async () => ({ outcome: 'done' }),
        probe: async () => 'none',
        announce: () => {},
        stopping: () => {},
        close: () => void closed.push('resources'),
      }),
    }),
  ).rejects.toMatchObject({
    messages: [
      'glib: Get broadcast for interface eth9 failed: No such device',
      'glib: IP interface [eth9] does not exist',
      'make_io_childpair: cannot open bcast eth9',
    ],
  });
  expect(closed).toEqual(['resources']);
});

test.each([
  ['restart', { type: 'exit', restart: true }, { type: 'restart' }],
  ['new life with what it holds', { type: 'exit', restart: true, kept: 'all' }, { type: 'reload', kept: 'all' }],
] as const)('the machine may ask for a %s', async (_, effect, ending) => {
  const { daemon } = await setUp((event) => (event.type === 'reload' ? [effect] : []));
  daemon.reload();
  expect(await daemon.ended).toEqual(ending);
});

test('what a reload has kept is no leftover of a killed daemon', async () => {
  const seen: unknown[] = [];
  const machine = scripted(exit);
  const { daemon } = await setUp(exit, {
    kept: 'local',
    machine: {
      ...machine,
      create: (settings, now) => {
        seen.push(settings.kept, settings.mayHaveLeftovers);
        return machine.create(settings, now);
      },
    },
    openResources: async () => ({
      mayHaveLeftovers: true,
      run: async () => ({ outcome: 'done' }),
      probe: async () => 'none',
      announce: () => {},
      stopping: () => {},
      close: () => {},
    }),
  });
  daemon.stop();
  await daemon.ended;
  expect(seen).toEqual(['local', false]);
});
