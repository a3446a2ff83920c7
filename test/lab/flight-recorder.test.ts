/** Two daemons, a takeover, one of them killed: what both have recorded replays to what their journals say. */
import { type HaEvent, parseEventLine } from '../../lib/events/event.js';
import type { HeartbeatNode } from '../../lib/lab/heartbeat-node.js';
import { createLab, type Lab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';
import { installPair } from './quick-pair.js';

const FLIGHT = '/var/log/ha-suite/flight';

/** What is looked at of `ha replay --json`. */
interface Replayed {
  readonly same: boolean;
  readonly runs: readonly {
    readonly node: string;
    readonly ended: boolean;
    readonly decisions: number;
    readonly gaps: readonly string[];
    readonly story: readonly HaEvent[];
  }[];
}

let lab: Lab;
let lb1: HeartbeatNode;
let lb2: HeartbeatNode;

beforeAll(async () => {
  lab = await createLab('flight');
  [lb1, lb2] = await installPair(lab, { authkeys: 'auth 1\n1 sha1 OnlyTheTwoKnow\n' });
}, 60_000);
afterAll(async () => {
  await lab?.close();
});

const replay = async ({ host }: HeartbeatNode): Promise<{ readonly code: number | undefined } & Replayed> => {
  const { code, stdout, stderr } = await host.run(['ha', 'replay', '--json']);
  if (stdout === '') throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as Replayed) };
};
const journal = async ({ host }: HeartbeatNode): Promise<readonly HaEvent[]> =>
  (await host.get(['ha', 'events', '--json'])).split('\n').flatMap((line) => parseEventLine(line) ?? []);

/** What the machine decides, without when it was told and which line of a file decided it. */
const said = (events: readonly HaEvent[]): readonly unknown[] =>
  events
    .filter(
      (event) =>
        ['node', 'link', 'holding', 'standby', 'late', 'job', 'health'].includes(event.type) ||
        (event.type === 'daemon' && event.change === 'stopping'),
    )
    .map(({ run, seq, mono, wall, decidedBy, program, instance, node, ...rest }) => rest);

const told = async (node: HeartbeatNode, type: string, to: string): Promise<boolean> =>
  (await journal(node)).some((event) => event.type === type && 'to' in event && event.to === to);

test('what happened replays to the same decisions, and tells what the journals tell', async () => {
  await Promise.all([lb1.start(), lb2.start()]);
  await until('lb2 is at rest', async () => told(lb2, 'holding', 'local'), 30_000, 200);
  await until('lb1 has its group', async () => told(lb1, 'holding', 'local'), 30_000, 200);
  await until('lb2 knows lb1', async () => told(lb2, 'node', 'active'), 30_000, 200);
  // Replayed while it is written, and not before it is on the disk: what was not urgent waits for a second.
  const isRecorded = async (): Promise<boolean> => {
    const { code, runs } = await replay(lb1);
    return code === 0 && runs.some(({ story }) => story.some(({ type }) => type === 'holding'));
  };
  await until('lb1 has recorded it', isRecorded, 10_000, 500);
  await lb1.host.get(['sh', '-c', 'kill -9 $(cat /run/heartbeat.pid)']);
  await until('lb2 has taken over', async () => told(lb2, 'holding', 'all'), 30_000, 200);
  const { code: stopped } = await lb2.stop();
  expect(stopped).toBe(0);
  for (const node of [lb1, lb2]) {
    const { code, same, runs } = await replay(node);
    expect([code, same, runs.length]).toEqual([0, true, 1]);
    const [run] = runs;
    expect(run?.ended).toBe(node === lb2);
    expect(run?.decisions).toBeGreaterThan(10);
    const past = said(await journal(node));
    const story = said(run?.story ?? []);
    // Who was killed may have lost a second of its recording; who has stopped has lost nothing.
    expect(story).toEqual(node === lb2 ? past : past.slice(0, story.length));
    expect(story).toContainEqual(expect.objectContaining({ type: 'holding', to: node === lb2 ? 'all' : 'local' }));
  }
}, 90_000);

test('for root only, and without the key', async () => {
  const modes = await lb2.host.get(['sh', '-c', `stat -c '%a %U' ${FLIGHT} ${FLIGHT}/*`]);
  expect(modes).toMatch(/^700 root\n(600 root\n)+$/);
  const found = await lb2.host.run(['grep', '-r', 'OnlyTheTwoKnow', FLIGHT]);
  expect([found.code, found.stdout]).toEqual([1, '']);
}, 30_000);

test('on a disk that is full it says so once and lets the daemon be; switched off it does nothing', async () => {
  await lb1.host.get(['sh', '-c', `rm -rf ${FLIGHT}/* && mount -t tmpfs -o size=64k,mode=700 tmpfs ${FLIGHT}`]);
  await lb1.host.run(['dd', 'if=/dev/zero', `of=${FLIGHT}/fill`, 'bs=1k']);
  expect((await lb1.start()).code).toBe(0);
  const lines = async (): Promise<readonly string[]> =>
    (await lb1.log()).filter((line) => line.includes('flight recording'));
  await until('it has said so', async () => (await lines()).length > 0, 10_000, 100);
  expect((await lb1.stop()).code).toBe(0);
  expect(await lines()).toEqual([
    expect.stringMatching(/WARN: No flight recording in \/var\/log\/ha-suite\/flight: only 0 bytes are free/),
  ]);
  await lb1.host.get(['umount', FLIGHT]);
  await lb1.host.write('/etc/ha.d/ha-suite.ini', '[recorder]\nenabled = no\n');
  expect((await lb1.start()).code).toBe(0);
  expect((await lb1.stop()).code).toBe(0);
  expect(await lb1.host.get(['ls', FLIGHT])).toBe('');
}, 60_000);
