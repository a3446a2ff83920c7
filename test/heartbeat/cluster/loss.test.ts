/** One packet in five lost, others late, doubled and overtaken: nobody is called dead, and every numbered message arrives once. */
import { text } from '../../../lib/heartbeat/wire/message.js';
import type { MakeHost } from '../../../lib/rehearsal/host.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { millis } from '../../../lib/time.js';
import { genuineHost } from '../../support/genuine-peer.js';

const NODES = ['lb1', 'lb2'] as const;
const TEN_MINUTES = 600_000;

/** Seeds of the three set-ups; `npm run nightly` takes more of them. */
const SEEDS = Array.from({ length: Number(process.env.HA_SUITE_LOSS_SEEDS ?? 2) }, (_, index) => index + 1);

interface Storm {
  readonly simulation: Simulation;
  /** `n` of the probes each node sent. */
  readonly asked: Readonly<Record<string, readonly string[]>>;
}

/** Two nodes that have started, then ten minutes of bad weather in which both send numbered messages all the time. */
const weather = (seed: number, hosts: Readonly<Record<string, MakeHost>>): Storm => {
  const simulation = new Simulation({
    seed,
    hosts,
    network: { loss: 0.2, jitter: 50, duplication: 0.1 },
    settings: { keepalive: millis(200), deadtime: millis(3_000), warntime: millis(1_500) },
  });
  for (const name of NODES) simulation.start(name);
  simulation.run(20_000);
  const asked: Record<string, string[]> = { lb1: [], lb2: [] };
  for (let n = 0; simulation.now < 20_000 + TEN_MINUTES; n++) {
    const from = NODES[n % 2] ?? 'lb1';
    asked[from]?.push(String(n));
    simulation.submit(from, { t: 'probe', n: String(n) });
    simulation.run(100 + ((n * 37) % 90));
  }
  simulation.run(5_000);
  return { simulation, asked };
};

/** What a node gave to its clients of the other node's probes. */
const arrivedAt = (simulation: Simulation, node: string): readonly string[] =>
  simulation.effects.flatMap(({ node: where, effect }) =>
    where === node && effect.type === 'deliver' && text(effect.message, 'src') !== node
      ? text(effect.message, 't') === 'probe'
        ? [text(effect.message, 'n') ?? '']
        : []
      : [],
  );

const numerically = (list: readonly string[]): readonly number[] => list.map(Number).sort((a, b) => a - b);

const countOf = (simulation: Simulation, node: string, type: string): number =>
  simulation.traffic.filter(({ node: from, message }) => from === node && text(message, 't') === type).length;

describe.each([
  ['two of ours', {}],
  ['a genuine lb1', { lb1: genuineHost }],
  ['a genuine lb2', { lb2: genuineHost }],
])('%s', (_, hosts: Readonly<Record<string, MakeHost>>) => {
  test.each(SEEDS)('ten minutes, seed %i', (seed) => {
    const { simulation, asked } = weather(seed, hosts);
    const unwanted = simulation.log.filter(({ text: line }) =>
      /is dead|Link .* dead|Irretrievably|lost a lot|partition|restart|Cannot rexmit|hist queue|paused/.test(line),
    );
    expect(unwanted).toEqual([]);
    expect(numerically(arrivedAt(simulation, 'lb2'))).toEqual(numerically(asked.lb1 ?? []));
    expect(numerically(arrivedAt(simulation, 'lb1'))).toEqual(numerically(asked.lb2 ?? []));
    // One request in about 1.6 is answered and arrives (0.8 of the requests, 0.8 of the answers).
    for (const [here, there] of [
      ['lb1', 'lb2'],
      ['lb2', 'lb1'],
    ] as const) {
      const numbered = simulation.traffic.filter(
        ({ node, message }) => node === there && text(message, 'seq') !== undefined,
      );
      const sent = new Set(numbered.map(({ message }) => text(message, 'seq'))).size;
      const lost = 0.2 * sent;
      expect(countOf(simulation, here, 'NS_rexmit')).toBeLessThan(3 * lost);
      expect(numbered.length - sent).toBeLessThan(3 * lost);
    }
  });
});
