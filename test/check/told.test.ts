/** `ha check` and the files of the other node, as the running heartbeat knows them. */
import type { HeartbeatSnapshot, PeerSnapshot } from '../../lib/heartbeat/snapshot.js';
import type { FileComparison } from '../../lib/peer/files.js';
import type { Answer } from '../../lib/platform/control-client.js';
import { haIn, type Said } from '../support/ha.js';
import { heartbeatSays, peerSays } from '../support/status-world.js';

const FILES: Readonly<Record<string, string>> = {
  '/etc/ha.d/ha.cf': 'logfacility local0\nbcast eth0 eth1\nauto_failback on\nnode lb1 lb2\n',
  '/etc/ha.d/authkeys': 'auth 1\n1 sha1 secret\n',
  '/etc/ha.d/haresources': 'lb1 192.168.0.100\n',
};
const NOW = 1_795_800_000_000;

const peerWith = (files: readonly FileComparison[]): PeerSnapshot => {
  const peer = peerSays();
  return peer.told === null ? peer : { ...peer, told: { ...peer.told, files } };
};
/** A snapshot with this `peer`. */
const says = (peer: PeerSnapshot | null | undefined): HeartbeatSnapshot =>
  peer === undefined ? heartbeatSays(NOW) : { ...heartbeatSays(NOW), peer };
const lines = (value: unknown): Answer => ({ kind: 'lines', lines: [JSON.stringify(value)] });

/** `ha check WORDS` where heartbeat answers so. */
const check = (answer: Answer, ...words: readonly string[]): Promise<Said> =>
  haIn(FILES, ['check', ...words], {
    wall: () => NOW,
    daemons: {
      list: () => [
        { program: 'heartbeat', instance: '', socket: 'heartbeat' },
        { program: 'ldirectord', instance: 'www.cf', socket: 'www.cf' },
      ],
      past: () => [],
      ask: async (socket) => {
        if (socket !== 'heartbeat') throw new Error('only heartbeat knows the other node');
        return answer;
      },
      follow: async () => undefined,
    },
  });

test('each file that is not the same, why that matters, and what to do', async () => {
  const files: readonly FileComparison[] = [
    { name: 'ha.cf', is: 'same' },
    { name: 'haresources', is: 'differs' },
    { name: 'ha-suite.ini', is: 'only here' },
    { name: 'www.cf', is: 'only there' },
    { name: 'mail.cf', is: 'unknown' },
  ];
  const { stdout, code } = await check(lines(says(peerWith(files))), '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([
    1,
    {
      ...{ errors: 1, warnings: 2, otherNode: { compared: true, node: 'lb1' } },
      findings: expect.arrayContaining([
        expect.objectContaining({
          ...{ file: '/etc/ha.d/haresources', severity: 'error', code: 'check/told-file-differs' },
          ...{ message: 'it is not the same on lb1', fix: expect.stringContaining('ha check --peer /root/lb1') },
          why: expect.stringContaining('an address has two owners'),
        }),
        expect.objectContaining({
          ...{ file: '/etc/ha.d/ha-suite.ini', severity: 'warning', code: 'check/told-file-only-here' },
          message: 'lb1 has no such file',
        }),
        expect.objectContaining({
          ...{ file: '/etc/ha.d/www.cf', severity: 'warning', code: 'check/told-file-only-there' },
          message: 'lb1 has this file, and this node has not',
        }),
      ]),
    },
  ]);
  expect(JSON.parse(stdout).findings).toHaveLength(3);
});

test('all the same: nothing is said', async () => {
  expect(await check(lines(says(peerWith([{ name: 'ha.cf', is: 'same' }]))))).toEqual({
    ...{ code: 0, stderr: '', stdout: '0 errors, 0 warnings\n' },
  });
});

test.each<[string, Answer, string]>([
  ['no answer', { kind: 'none', problem: 'it is deaf', isThere: true }, 'heartbeat: it is deaf'],
  [
    'a killed one',
    { kind: 'none', problem: 'gone', isThere: false },
    'heartbeat: it does not run: it has ended without taking its socket away',
  ],
  ['an earlier version', lines(says(undefined)), 'the heartbeat that runs here is an earlier version'],
  ['no partner', lines(says(null)), 'there is no other node'],
  [
    'a genuine partner',
    lines(says({ node: 'lb1', told: null, problem: 'not told: lb1 runs another heartbeat' })),
    'not told: lb1 runs another heartbeat',
  ],
  ['old news', lines(says(peerSays(true))), 'lb1 last told of its files 2.0 s ago'],
  ['files that were not read yet', lines(says(peerWith([]))), 'the files of lb1 are not known yet'],
])('%s: it is said that nothing is known, and why; that is no finding', async (_, answer, problem) => {
  const { stdout, code } = await check(answer, '--strict');
  expect([code, stdout]).toEqual([0, `not compared with the other node: ${problem}\n\n0 errors, 0 warnings\n`]);
  expect(JSON.parse((await check(answer, '--json')).stdout).otherNode).toEqual({ compared: false, problem });
});

test('files that are not in force, and copies of those of the other node, have nothing to do with it', async () => {
  const elsewhere = await haIn(
    Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path.replace('/etc/ha.d', '/new'), text])),
    ['check', '--dir', '/new'],
  );
  expect(elsewhere.stdout).toBe('0 errors, 0 warnings\n');
  const copies = await haIn(
    {
      ...FILES,
      ...Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path.replace('/etc/ha.d', '/lb2'), text])),
    },
    ['check', '--peer', '/lb2'],
  );
  expect(copies.stdout).toBe('0 errors, 0 warnings\n');
});
