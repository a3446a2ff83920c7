/** Rehearsals of small clusters: who serves when, and that what is found wrong in the end is really wrong. */
import fc from 'fast-check';
import { readRehearsalFiles } from '../../lib/rehearsal/files.js';
import { castOf, type Rehearsal } from '../../lib/rehearsal/rehearse.js';
import { searchWorst } from '../../lib/rehearsal/search.js';
import { FORMS } from '../../lib/rehearsal/sentences.js';
import { playIn, type Scene, staged } from '../support/rehearsal.js';

const HA_CF = `keepalive 200ms
deadtime 1
initdead 10
bcast eth0 eth1
auto_failback on
node lb1 lb2
respawn hacluster /usr/lib/heartbeat/ipfail
`;
const RESOURCES = 'lb1 10.0.0.100/24/eth0 ldirectord::ldirectord.cf\nlb2 IPaddr2::10.0.0.101/24/eth0\n';

const SCENE: Scene = { haCf: HA_CF, haResources: RESOURCES };
const play = (text: string, { haCf = HA_CF, seed = 1 }: { readonly haCf?: string; readonly seed?: number } = {}) =>
  playIn({ ...SCENE, haCf }, text, seed);
const accountOf = ({ addresses }: Rehearsal, address: string) => {
  const found = addresses.find((one) => one.address === address);
  if (found === undefined) throw new Error(`no account of ${address}`);
  return found;
};
/** What the timeline says of an address and of the story itself. */
const outline = ({ timeline }: Rehearsal): readonly string[] =>
  timeline.flatMap(({ at, node, text }) => (node === undefined ? [`${(at / 1000).toFixed(1)} ${text}`] : []));

test('nothing happens: each serves its own, all the time', () => {
  const quiet = play('end at 5m');
  expect(outline(quiet)).toEqual(['0.0 10.0.0.100 is served by lb1', '0.0 10.0.0.101 is served by lb2']);
  expect(quiet).toMatchObject({ passed: true, duration: 300_000 });
  expect(quiet.addresses.map(({ outage, longest, double }) => [outage, longest, double])).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a power failure: the other serves after deadtime, and gives back when the node is there again', () => {
  const failure = play('lb1 loses power 10s-40s');
  expect(outline(failure)).toEqual([
    '0.0 10.0.0.100 is served by lb1',
    '0.0 10.0.0.101 is served by lb2',
    '10.0 lb1 loses power',
    '10.0 10.0.0.100 is served by nobody',
    '11.0 10.0.0.100 is served by lb2',
    '40.0 lb1 boots',
    // ldirectord stops first, which takes a second, then the address; lb1 brings it up before ldirectord.
    '41.0 10.0.0.100 is served by nobody',
    '41.0 10.0.0.100 is served by lb1',
  ]);
  const { outage, longest, double, owners } = accountOf(failure, '10.0.0.100');
  expect(longest).toBeGreaterThan(800);
  expect(longest).toBeLessThan(1_100);
  expect(outage - longest).toBeLessThan(50);
  expect([double, owners]).toEqual([0, ['lb1']]);
  expect(accountOf(failure, '10.0.0.101')).toMatchObject({ outage: 0, double: 0, owners: ['lb2'] });
  expect(failure.passed).toBe(true);
});

test('a story is over when it says so', () => {
  const over = play('end at 20s; lb1 loses power at 30s');
  expect([over.duration, over.passed, outline(over).at(-1)]).toEqual([20_000, true, '0.0 10.0.0.101 is served by lb2']);
});

test('deadtime decides how long it takes', () => {
  const slow = play('lb1 loses power at 10s', { haCf: HA_CF.replace('deadtime 1', 'deadtime 8') });
  expect(accountOf(slow, '10.0.0.100').longest).toBeGreaterThan(7_500);
  expect(accountOf(slow, '10.0.0.100').longest).toBeLessThan(8_300);
});

test('one of two links may fail; when both do, both serve until they hear each other', () => {
  expect(play('eth0 down 10s-30s').addresses.map(({ outage, double }) => [outage, double])).toEqual([
    [0, 0],
    [0, 0],
  ]);
  const split = play('eth0 down 10s-30s; eth1 down 10s-30s');
  const { double, outage, owners } = accountOf(split, '10.0.0.100');
  expect(double).toBeGreaterThan(17_000);
  // Whoever releases stops ldirectord first.
  expect(double).toBeLessThan(21_000);
  expect([outage, owners.length]).toEqual([0, 1]);
  expect(split.passed).toBe(true);
});

test('a cable on the way of the clients: the node holds the address, and nobody reaches it', () => {
  // The heartbeats have another link: nothing moves, and the address ends without an answer.
  const cut = play('eth0 of lb1 down at 10s; end at 60s');
  expect(accountOf(cut, '10.0.0.100')).toMatchObject({ outage: 50_000, longest: 50_000, double: 0, owners: [] });
  expect(accountOf(cut, '10.0.0.101')).toMatchObject({ outage: 0, owners: ['lb2'] });
  expect(cut.passed).toBe(false);
});

test('a daemon that dies leaves its addresses: two owners, until it starts again', () => {
  const killed = play('daemon of lb1 dies 10s-20s');
  const { double } = accountOf(killed, '10.0.0.100');
  expect(double).toBeGreaterThan(8_000);
  expect(double).toBeLessThan(10_500);
  expect(play('daemon of lb1 dies at 10s').passed).toBe(false);
});

test('standby and graceful stop hand over; loss alone moves nothing', () => {
  expect(accountOf(play('lb1 standby at 10s; end at 20s'), '10.0.0.100').owners).toEqual(['lb2']);
  expect(accountOf(play('lb1 stops at 10s'), '10.0.0.100').longest).toBeLessThan(50);
  expect(
    play('loss 20%', { haCf: HA_CF.replace('deadtime 1', 'deadtime 3') }).addresses.map(({ outage }) => outage),
  ).toEqual([0, 0]);
});

describe('a resource that fails to start', () => {
  const scene: Scene = { haCf: HA_CF, haResources: 'lb1 10.0.0.100/24/eth0 mail\n' };
  const crit = 'CRIT: Giving up resources due to failure of mail';

  test('is given up, with what had been started before it, and offered to the other node after 30 s', () => {
    const failure = playIn(scene, 'mail on lb1 fails to start 5s-6m; lb1 loses power 10s-20s; end at 5m');
    expect(outline(failure)).toEqual([
      '0.0 10.0.0.100 is served by lb1',
      '5.0 mail on lb1 fails to start',
      '10.0 lb1 loses power',
      '10.0 10.0.0.100 is served by nobody',
      '11.0 10.0.0.100 is served by lb2',
      '20.0 lb1 boots',
      // The address comes first, and goes again when the other script has failed and been stopped.
      '21.0 10.0.0.100 is served by nobody',
      '21.0 10.0.0.100 is served by lb1',
      '23.0 10.0.0.100 is served by nobody',
      '54.0 10.0.0.100 is served by lb2',
    ]);
    expect(failure.timeline.map(({ node, text }) => [node, text])).toContainEqual(['lb1', crit]);
  });

  test('on the only node that is left: nobody has it', () => {
    const gone = playIn(scene, 'mail on lb2 fails to start 5s-30s; lb1 loses power at 10s');
    expect(accountOf(gone, '10.0.0.100').owners).toEqual([]);
    // It was there for a second while the other script was tried, and one more while it was stopped.
    expect((gone.duration - 10_000 - accountOf(gone, '10.0.0.100').outage) / 1000).toBeCloseTo(2);
    expect(gone.passed).toBe(false);
  });

  test('which can be started is as any other', () => {
    const quiet = playIn(scene, 'mail on lb1 fails to start 5s-6s; mail on lb2 fails to start; lb1 stops 10s-20s');
    expect(accountOf(quiet, '10.0.0.100').owners).toEqual(['lb1']);
  });
});

test('files of the articles are played as they stand', () => {
  // deadtime 30: that long nobody serves.
  const haCf =
    'udpport 1001\nudp eth0\nkeepalive 2\ndeadtime 30\ninitdead 60\nhopfudge 1\nnode lvs1\nnode lvs2\nauto_failback on\n';
  const scene = { haCf, haResources: 'lvs1 10.0.0.3 lvs mon\n' };
  const { addresses, passed } = playIn(scene, 'lvs1 loses power at 1m');
  expect(passed).toBe(true);
  expect(addresses).toMatchObject([{ address: '10.0.0.3', owners: ['lvs2'] }]);
  expect(addresses[0]?.longest).toBeGreaterThan(28_000);
  expect(addresses[0]?.longest).toBeLessThan(31_000);
});

test('what is wrong in the files is told', () => {
  const wrong = readRehearsalFiles(
    { path: 'ha.cf', text: 'keepalife 2\nnode lb1\n' },
    { path: 'haresources', text: 'lb9 10.0.0.1\n' },
  );
  expect('config' in wrong ? [] : wrong.map(({ code }) => code)).toContain('ha.cf/unknown-directive');
});

describe('whatever happens', () => {
  const sentence = fc
    .tuple(
      fc.constantFrom(...FORMS.filter((form) => !form.startsWith('REAL '))),
      fc.nat(40),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('lb1', 'lb2'),
    )
    .map(([form, from, length, node]) =>
      form
        .replace('RESOURCE', 'IPaddr2::10.0.0.101/24/eth0')
        .replace('NODE', node)
        .replace('LINK', 'eth0')
        .replace('SCOPE ', '')
        .replace('SHARE', '20%')
        .replace('TIME', '20ms')
        .replace('STEP', '+30s')
        .replace('WHEN', `${from}s-${from + length}s`)
        .replace('AT', `at ${from}s`),
    );
  const story = fc.array(
    sentence.filter((text) => !text.startsWith('end')),
    { minLength: 1, maxLength: 4 },
  );

  test('the same seed plays the same, time goes forward, and no account is longer than the story', () => {
    fc.assert(
      fc.property(story, fc.integer(), (sentences, seed) => {
        const text = sentences.join('; ');
        const once = play(text, { seed });
        expect(play(text, { seed })).toEqual(once);
        const times = once.timeline.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        for (const { outage, longest, double } of once.addresses) {
          expect(longest).toBeLessThanOrEqual(outage);
          expect(outage + double).toBeLessThanOrEqual(once.duration);
        }
        expect(once.passed).toBe(once.addresses.every(({ owners }) => owners.length === 1));
      }),
      { numRuns: 25 },
    );
  });
});

describe('the worst of many stories', () => {
  const cast = castOf(staged(SCENE));
  const playAll = (sentences: readonly string[]): Rehearsal => play(sentences.join('; '));

  test('is as bad as it is said to be, and every sentence of it counts', () => {
    const found = searchWorst(cast, 40, 7, playAll);
    const harm = ({ addresses }: Rehearsal): number =>
      1e9 * addresses.filter(({ owners }) => owners.length !== 1).length +
      Math.max(...addresses.map(({ double, longest }) => double * 1000 + longest));
    if (found === undefined) throw new Error('nothing was found');
    expect(playAll(found.sentences)).toEqual(found.rehearsal);
    expect(harm(found.rehearsal)).toBeGreaterThan(0);
    if (found.sentences.length === 1) return;
    for (const index of found.sentences.keys())
      expect(harm(playAll(found.sentences.toSpliced(index, 1)))).toBeLessThan(harm(found.rehearsal));
  });

  test('the same seed finds the same', () => {
    expect(searchWorst(cast, 5, 3, playAll)?.sentences).toEqual(searchWorst(cast, 5, 3, playAll)?.sentences);
    expect(searchWorst(cast, 0, 3, playAll)).toBeUndefined();
  });
});
