/** What somebody on the wire can do who does not know the key, and who has recorded whatever was ever sent (reference 11.5). */
import fc from 'fast-check';
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import type { AuthKeys } from '../../../lib/heartbeat/config/model.js';
import { type Message, text } from '../../../lib/heartbeat/wire/message.js';
import { encodePacket, encodeTextPacket } from '../../../lib/heartbeat/wire/packet.js';
import { createPacketReader } from '../../../lib/heartbeat/wiring/traffic/packets.js';
import { type MakeHost, ourHost } from '../../../lib/rehearsal/host.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { millis } from '../../../lib/time.js';
import { BenchNode } from '../../support/bench-node.js';
import { genuineHost } from '../../support/genuine-peer.js';

const KEYS: AuthKeys = {
  sign: { index: 1, method: 'sha1', key: 'right' },
  keys: new Map([
    [1, { index: 1, method: 'sha1', key: 'right' }],
    [2, { index: 2, method: 'md5', key: 'also right' }],
  ]),
};
const FORGED = [
  { index: 1, method: 'sha1', key: 'wrong' },
  { index: 2, method: 'md5', key: 'right' },
  { index: 3, method: 'sha1', key: 'right' },
  { index: 1, method: 'crc', key: '' },
] as const;

/** Every sort of message a node of ours has ever sent, as lb2 would say it. */
const recorded: readonly Message[] = (() => {
  const simulation = new Simulation({ seed: 1 });
  simulation.start('lb1');
  simulation.start('lb2');
  simulation.run(5_000);
  simulation.submit('lb2', { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  simulation.run(3_000);
  simulation.stop('lb2');
  simulation.run(5_000);
  return simulation.traffic.filter(({ node }) => node === 'lb2').map(({ message }) => message);
})();

const anyRecorded = fc.constantFrom(...recorded);

describe('without the key', () => {
  const spoilt = fc
    .tuple(
      anyRecorded.map((one) => encodePacket(one, KEYS.sign, 'classic')),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
    )
    .map(([packet, where, by]) =>
      packet.map((byte, index) => (index === where % packet.length ? (byte + by) & 255 : byte)),
    );
  const cut = fc
    .tuple(
      anyRecorded.map((one) => encodePacket(one, KEYS.sign, 'netstring')),
      fc.nat(),
    )
    .map(([packet, length]) => packet.subarray(0, length % packet.length));
  const forged = fc
    .tuple(anyRecorded, fc.constantFrom(...FORGED), fc.constantFrom('classic', 'netstring', 'text'))
    .map(([one, key, form]) => (form === 'text' ? encodeTextPacket(one, key) : encodePacket(one, key, form)));
  const unsigned = anyRecorded.map((one) => {
    const packet = Buffer.from(encodePacket(one, KEYS.sign, 'netstring'));
    return packet.subarray(0, packet.lastIndexOf('%%%\n') + 4);
  });
  const datagram = fc.oneof(spoilt, cut, forged, unsigned, fc.uint8Array({ maxLength: 400 }));

  test('nothing reaches the machine: its state is the very same, and everything is counted', () => {
    fc.assert(
      fc.property(fc.array(datagram, { minLength: 1, maxLength: 20 }), (packets) => {
        const node = new BenchNode();
        node.join();
        const before = node.state;
        const reader = createPacketReader({
          keys: () => KEYS,
          logBadPackets: true,
          log: () => undefined,
          mono: () => millis(0),
          onMessage: (message, link) => node.packet(message, link),
        });
        for (const packet of packets) reader.read(Buffer.from(packet), 'eth0');
        expect(node.state).toBe(before);
        expect([...reader.bad().reasons.values()].reduce((sum, { total }) => sum + total, 0)).toBe(packets.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** Attacks of each sort; `npm run nightly` makes more. */
const RUNS = Number(process.env.HA_SUITE_ATTACK_RUNS ?? 12);

const NODES = ['lb1', 'lb2'] as const;

/** A running pair, in which everything that may be recorded has been said: a standby and back, a graceful stop, a return. */
const pair = (seed: number, hosts: Readonly<Record<string, MakeHost>>): Simulation => {
  const simulation = new Simulation({ seed, hosts, settings: { keepalive: millis(200), autoFailback: 'on' } });
  for (const name of NODES) simulation.start(name);
  simulation.run(16_000);
  simulation.submit('lb2', { t: 'ask_resources', rsc_hold: 'all', info: 'me' });
  simulation.run(5_000);
  simulation.submit('lb2', { t: 'hb_takeover', rsc_hold: 'local' });
  simulation.run(5_000);
  simulation.stop('lb1');
  simulation.run(8_000);
  simulation.start('lb1');
  simulation.run(16_000);
  expect(NODES.map((group) => simulation.owners(group))).toEqual([['lb1'], ['lb2']]);
  return simulation;
};

/** When the attacker says what: how long to wait, which recorded packet (from the end), to whom. */
const replays = fc.array(
  fc.record({ wait: fc.constantFrom(0, 0, 0, 1, 50, 600), which: fc.nat(), to: fc.constantFrom(...NODES) }),
  { minLength: 1, maxLength: 120 },
);

interface Replay {
  readonly wait: number;
  readonly which: number;
  readonly to: string;
}

const replay = (
  simulation: Simulation,
  tape: readonly { readonly node: string; readonly message: Message }[],
  plan: readonly Replay[],
  check: () => void,
): void => {
  for (const { wait, which, to } of plan) {
    const one = tape[which % tape.length];
    if (one !== undefined && one.node !== to) simulation.inject(to, one.message, 'eth0');
    check();
    simulation.run(wait, check);
  }
};

const SET_UPS: readonly (readonly [string, Readonly<Record<string, MakeHost>>])[] = [
  ['two of ours', {}],
  ['a genuine lb2', { lb2: genuineHost }],
];
/** The genuine model is not what is under attack: it has the weaknesses of the original. */
const isOurs = (hosts: Readonly<Record<string, MakeHost>>, name: string): boolean =>
  (hosts[name] ?? ourHost) === ourHost;

describe.each(SET_UPS)('recordings, %s', (_, hosts) => {
  const attack = (plan: readonly Replay[]): readonly Replay[] => plan.filter(({ to }) => isOurs(hosts, to));

  test('both live: nothing moves, nobody dies, and what they say arrives', () => {
    fc.assert(
      fc.property(fc.integer(), replays, (seed, plan) => {
        const simulation = pair(seed, hosts);
        const logged = simulation.log.length;
        const check = (): void => {
          for (const group of NODES) expect(simulation.owners(group)).toEqual([group]);
        };
        replay(simulation, [...simulation.traffic], attack(plan), check);
        simulation.submit('lb2', { t: 'probe', n: '1' });
        simulation.run(5_000, check);
        const lines = simulation.log.slice(logged).map(({ text: line }) => line);
        expect(lines.filter((line) => /is dead|restart on|partition|dead\.$/.test(line))).toEqual([]);
        const heard = simulation.effects.filter(
          ({ node, effect }) => node === 'lb1' && effect.type === 'deliver' && text(effect.message, 't') === 'probe',
        );
        expect(heard).toHaveLength(1);
      }),
      { numRuns: RUNS },
    );
  });

  test('one is dead: it stays dead, and the other keeps everything', () => {
    fc.assert(
      fc.property(fc.integer(), replays, (seed, plan) => {
        const simulation = pair(seed, hosts);
        simulation.crash('lb2');
        simulation.run(5_000);
        const check = (): void => {
          for (const group of NODES) expect(simulation.owners(group)).toEqual(['lb1']);
          expect(simulation.view('lb1')?.nodes[1]?.status).toBe('dead');
        };
        check();
        replay(simulation, [...simulation.traffic], attack(plan), check);
        simulation.start('lb2');
        simulation.run(20_000);
        expect(NODES.map((group) => simulation.owners(group))).toEqual([['lb1'], ['lb2']]);
      }),
      { numRuns: RUNS },
    );
  });

  test('one is dead and the other starts anew: it remembers, takes everything in time, and refuses the recordings', () => {
    fc.assert(
      fc.property(fc.integer(), replays, (seed, plan) => {
        const simulation = pair(seed, hosts);
        simulation.crash('lb2');
        simulation.run(5_000);
        simulation.stop('lb1');
        simulation.run(5_000);
        const tape = [...simulation.traffic];
        simulation.start('lb1');
        const check = (): void => expect(['init', 'dead']).toContain(simulation.view('lb1')?.nodes[1]?.status);
        replay(simulation, tape, attack(plan), check);
        simulation.run(10_500);
        expect(NODES.map((group) => simulation.owners(group))).toEqual([['lb1'], ['lb1']]);
      }),
      { numRuns: RUNS },
    );
  });

  test('packets nobody heard, of a node that died behind a partition: no group is given up for them', () => {
    fc.assert(
      fc.property(fc.integer(), replays, (seed, plan) => {
        const simulation = pair(seed, hosts);
        simulation.partition('lb1', 'lb2');
        simulation.run(8_000);
        simulation.crash('lb2');
        simulation.heal();
        const check = (): void => {
          for (const group of NODES) expect(simulation.owners(group)).toEqual(['lb1']);
        };
        replay(simulation, [...simulation.traffic], attack(plan), check);
        // The life that was faked ends with its own dead time.
        simulation.run(3_500 + 2_000, check);
        expect(simulation.view('lb1')?.nodes[1]?.status).toBe('dead');
      }),
      { numRuns: RUNS },
    );
  });

  test('a peer whose generation went back is let in, and recordings of its higher one do not lock it out', () => {
    fc.assert(
      fc.property(fc.integer(), replays, (seed, plan) => {
        const simulation = pair(seed, hosts);
        const tape = simulation.traffic.filter(({ node }) => node === 'lb2');
        simulation.stop('lb2');
        simulation.run(8_000);
        simulation.setGeneration('lb2', 50);
        simulation.start('lb2');
        simulation.run(20_000);
        const check = (): void => {
          for (const group of NODES) expect(simulation.owners(group)).toEqual([group]);
        };
        check();
        replay(simulation, tape, attack(plan), check);
        simulation.run(20_000, check);
        expect(simulation.view('lb1')?.nodes[1]?.status).toBe('active');
      }),
      { numRuns: RUNS },
    );
  });
});

test('the machine counts what it refuses', () => {
  const node = new BenchNode();
  node.join();
  node.beat();
  node.hear({ t: 'status', st: 'active', seq: '1' });
  expect(clusterMachine.view(node.state).counters).toMatchObject({ oldNumber: 1 });
});
