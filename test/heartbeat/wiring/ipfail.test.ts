/** ipfail from the sign-on to its end: lines and exit codes of the genuine one, as seen beside a genuine daemon. */
import type { ApiClient, Connected } from '../../../lib/heartbeat/api/client.js';
import { type Message, message, text } from '../../../lib/heartbeat/wire/message.js';
import { runIpfail } from '../../../lib/heartbeat/wiring/ipfail.js';

interface Daemon {
  readonly autoFailback: string | undefined;
  /** Undefined: it was started with -M. */
  readonly resources: string | undefined;
}

const GOOD: Daemon = { autoFailback: 'on', resources: 'local' };

const NODES = [
  { node: 'lb1', nodetype: 'normal', st: 'active' },
  { node: 'lb2', nodetype: 'normal', st: 'dead' },
  { node: '10.0.0.99', nodetype: 'ping', st: 'ping' },
];

/** A client of a daemon that answers at once, with what was sent over it. */
const clientOf = (daemon: Daemon) => {
  const sent: Message[] = [];
  let hear = (_message: Message): void => {};
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const answer = (reqtype: string, fields: Readonly<Record<string, string>>): readonly Message[] => {
    const ok = { t: 'hbapi-resp', reqtype, result: 'OK' };
    switch (reqtype) {
      case 'nodelist':
        return NODES.map((node) => message({ ...ok, ...node }));
      case 'getrsc':
        return [
          message(daemon.resources === undefined ? { ...ok, result: 'badreq' } : { ...ok, rsc_hold: daemon.resources }),
        ];
      case 'getparm':
        return [
          message(
            fields.pname === 'auto_failback' && daemon.autoFailback !== undefined
              ? { ...ok, pvalue: daemon.autoFailback }
              : ok,
          ),
        ];
      default:
        return [message(ok)];
    }
  };
  const client: ApiClient = {
    signOn: message({ t: 'hbapi-resp', result: 'OK', node: 'lb1', keepalive: 'c8' }),
    ask: async (reqtype, fields = {}) => answer(reqtype, fields),
    askCluster: async () => undefined,
    send: (one) => {
      sent.push(one);
    },
    listen: (listener) => {
      hear = listener;
    },
    ended,
    close: () => {},
  };
  return { client, sent, hear: (one: Message) => hear(one), end };
};

const start = (connected: Connected) => {
  const lines: string[] = [];
  let stop = (): void => {};
  let tellReady = (): void => {};
  const ready = new Promise<void>((resolve) => {
    tellReady = resolve;
  });
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const code = runIpfail({
    connect: async () => connected,
    log: (priority, line) => lines.push(`${priority}: ${line}`),
    onReady: tellReady,
    onParameters: async () => {},
    stopped,
  });
  return { code, lines, ready, stop };
};

const FIRST = [`debug: PID=${process.pid}`, 'debug: Signing in with heartbeat'];

test.each<[string, Connected, string]>([
  ['no daemon', { state: 'stopped' }, "hb_api_signon: Can't initiate connection to heartbeat"],
  ['another ipfail', { state: 'refused', reason: 'duplicate add request' }, 'duplicate add request'],
  ['another user', { state: 'refused', reason: 'client failed authorization' }, 'client failed authorization'],
])('%s: exit 1', async (_, connected, reason) => {
  const { code, lines } = start(connected);
  expect(await code).toBe(1);
  expect(lines).toEqual([...FIRST, 'ERROR: Cannot sign on with heartbeat', `ERROR: REASON: ${reason}`]);
});

test.each<[string, Daemon, string]>([
  ['no resources', { ...GOOD, resources: undefined }, 'ERROR: No managed resources'],
  ['legacy', { ...GOOD, autoFailback: 'legacy' }, 'ERROR: auto_failback set to incompatible legacy option.'],
  ['nonsense', { ...GOOD, autoFailback: 'perhaps' }, 'ERROR:  invalid auto_faiback value(perhaps)'],
])('%s: exit 100, and the daemon does not start it again', async (_, daemon, line) => {
  const { code, lines } = start({ state: 'signed on', client: clientOf(daemon).client });
  expect(await code).toBe(100);
  expect(lines.at(-1)).toBe(line);
});

test('at work: what it says, what it sends, and a stop', async () => {
  const daemon = clientOf(GOOD);
  const { code, lines, ready, stop } = start({ state: 'signed on', client: daemon.client });
  await ready;
  expect(lines).toEqual([
    ...FIRST,
    'debug: [We are lb1]',
    'debug: auto_failback -> 1 (on)',
    'debug: Setting message filter mode',
    'debug: Starting node walk',
    'debug: Cluster node: 10.0.0.99: status: ping',
    'debug: Cluster node: lb2: status: dead',
    'debug: [They are lb2]',
    'debug: Cluster node: lb1: status: active',
    'debug: Setting message signal',
    'debug: Waiting for messages...',
  ]);
  daemon.hear(message({ t: 'ifstat', node: '10.0.0.99', ifname: '10.0.0.99', st: 'dead' }));
  daemon.hear(message({ t: 'num_ping_nodes', num_ping: '0', src: 'lb2' }));
  while (daemon.sent.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(daemon.sent.map((one) => text(one, 't'))).toEqual(['num_ping_nodes', 'you_are_dead']);
  stop();
  expect(await code).toBe(0);
});

test('the daemon goes away: exit 1', async () => {
  const daemon = clientOf(GOOD);
  const { code, lines, ready } = start({ state: 'signed on', client: daemon.client });
  await ready;
  daemon.end();
  expect(await code).toBe(1);
  expect(lines.slice(-2)).toEqual([
    'ERROR: read_hb_msg returned NULL',
    'ERROR: REASON: heartbeat has closed the connection',
  ]);
});
