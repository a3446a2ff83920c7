/**
 * Ours beside a genuine node: the genuine scripts that change the node table, recorded packets sent again by a third machine,
 * and a genuine peer whose generation went backwards.
 */
import { readFileSync } from 'node:fs';
import { type HeartbeatNode, installHeartbeat } from '../../lib/lab/heartbeat-node.js';
import type { Host } from '../../lib/lab/host.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { withLogs } from './with-logs.js';

const SCRIPTS = '/usr/share/heartbeat';
const CAPTURE = '/run/recorded.pcap';

/** Sends every UDP payload of a capture (classic pcap, Ethernet, IPv4) to everybody, several times, backwards as well. */
const REPLAY = `
  import { readFileSync } from 'node:fs';
  import dgram from 'node:dgram';
  const file = readFileSync(process.argv[2]);
  const payloads = [];
  for (let at = 24; at + 16 <= file.length; at += 16 + file.readUInt32LE(at + 8)) {
    const packet = file.subarray(at + 16, at + 16 + file.readUInt32LE(at + 8));
    payloads.push(packet.subarray(14 + 20 + 8));
  }
  const socket = dgram.createSocket('udp4');
  await new Promise((done) => socket.bind(0, done));
  socket.setBroadcast(true);
  let count = 0;
  for (const list of [payloads, [...payloads].reverse(), payloads])
    for (const payload of list) {
      await new Promise((done) => socket.send(payload, 694, '10.0.0.255', done));
      if (++count % 20 === 0) await new Promise((done) => setTimeout(done, 10));
    }
  socket.close();
  console.log(payloads.length);
`;

let lab: Lab;
let ours: HeartbeatNode;
let genuine: HeartbeatNode;
let attacker: Host;

beforeAll(async () => {
  lab = await createLab('recordings');
  const lan = await lab.network('lan');
  const make = (name: string, number: number): Promise<Host> =>
    lab.host(name, { interfaces: [{ device: 'eth0', network: lan, addresses: [`10.0.0.${number}/24`] }] });
  const files = {
    haCf: 'logfile /var/log/ha-log\nkeepalive 200ms\ndeadtime 2\ninitdead 5\nbcast eth0\nauto_failback on\nnode lb1 lb2\n',
    authkeys: 'auth 1\n1 sha1 x\n',
    haresources: 'lb1 IPaddr2::10.0.0.100/24/eth0\nlb2 IPaddr2::10.0.0.101/24/eth0\n',
  };
  ours = await installHeartbeat(await make('lb1', 1), 'ours', files);
  genuine = await installHeartbeat(await make('lb2', 2), 'genuine', files);
  // The genuine package's own functions, which its scripts need.
  await ours.host.write('/etc/ha.d/shellfuncs', readFileSync('/etc/ha.d/shellfuncs', 'utf8'));
  attacker = await make('attacker', 66);
  await attacker.write('/root/replay.mjs', REPLAY);
}, 90_000);
afterAll(() => lab?.close());

const held = async (node: HeartbeatNode): Promise<string> => (await node.clStatus('rscstatus')).stdout.trim();

const bothLocal = (what: string): Promise<number> =>
  until(what, async () => (await held(ours)) === 'local' && (await held(genuine)) === 'local', 40_000);

const replay = async (): Promise<void> => {
  const sent = await attacker.get([process.execPath, '/root/replay.mjs', CAPTURE]);
  expect(Number(sent)).toBeGreaterThan(50);
};

const story = async (): Promise<void> => {
  const dump = attacker.start([
    'tcpdump',
    '-U',
    '-n',
    '-s0',
    '-i',
    'eth0',
    '-w',
    CAPTURE,
    'src 10.0.0.2 and udp port 694',
  ]);
  await ours.start();
  await genuine.start();
  await bothLocal('a joint start');

  // The genuine scripts, through our FIFO; both daemons say the same afterwards.
  const script = async (...argv: readonly string[]): Promise<void> => {
    const [name = '', ...words] = argv;
    await ours.host.get([`${SCRIPTS}/${name}`, ...words]);
  };
  const answers = async (...argv: readonly string[]): Promise<readonly string[]> =>
    Promise.all([ours, genuine].map(async (node) => (await node.clStatus(...argv)).stdout));
  const bothSay = (text: string, ...argv: readonly string[]): Promise<number> =>
    until(
      `both say ${text} to ${argv.join(' ')}`,
      async () => (await answers(...argv)).every((answer) => answer === text),
      5_000,
    );
  await script('hb_setweight', 'lb2', '50');
  await script('hb_setsite', 'lb2', 'paris');
  await bothSay('50\n', 'nodeweight', 'lb2');
  await bothSay('paris\n', 'nodesite', 'lb2');

  // Everything the genuine node has said so far, again and again: nothing moves.
  await dump.stop('SIGINT');
  const before = (await ours.log()).length;
  await replay();
  expect([await held(ours), await held(genuine)]).toEqual(['local', 'local']);
  expect((await ours.log()).slice(before).filter((line) => /is dead|restart|partition/.test(line))).toEqual([]);

  // Our own restart while it is away: the recordings are refused in genuine words, and we take everything in time.
  await genuine.stop();
  await ours.stop();
  await ours.start();
  const since = (await ours.log()).length;
  const playing = replay();
  await until('all is ours', async () => (await held(ours)) === 'all', 20_000);
  await playing;
  const lines = (await ours.log()).slice(since);
  expect(lines.filter((line) => line.includes('attempted replay attack [lb2]'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('Status update for node lb2'))).toEqual([]);

  // Its generation file was lost while its clock was wrong.
  await genuine.host.write('/var/lib/heartbeat/hb_generation', '              5\n');
  await genuine.start();
  await bothLocal('a peer whose generation went back');
  expect((await ours.log()).filter((line) => line.includes('Node lb2 lives in generation 6'))).toHaveLength(1);

  // Deleted nodes stand in the same words in the same file.
  await script('hb_addnode', 'lb3');
  await until(
    'lb3 is dead',
    async () => (await answers('nodestatus', 'lb3')).every((answer) => answer === 'dead\n'),
    8_000,
  );
  await script('hb_delnode', 'lb3');
  await until(
    'the files are the same',
    async () => {
      const texts = await Promise.all([ours, genuine].map(({ host }) => host.read('/var/lib/heartbeat/delhostcache')));
      return texts[0] === 'lb3\t00000000-0000-0000-0000-000000000000\t100\t\n' && texts[1] === texts[0];
    },
    5_000,
  );
  await ours.stop();
  await genuine.stop();
};

test('recordings and scripts', () => withLogs(() => [ours, genuine], story), 450_000);
