/** What two nodes of our kind tell each other of themselves: it arrives, a loss only delays it, and no genuine node gets it. */
import fc from 'fast-check';
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { snapshot } from '../../../lib/heartbeat/cluster/snapshot.js';
import type { ClusterState } from '../../../lib/heartbeat/cluster/state.js';
import { listenerOf, REPORT, REPORT_EVERY, type Told, toldBy } from '../../../lib/heartbeat/cluster/told.js';
import { message, text } from '../../../lib/heartbeat/wire/message.js';
import { reportText } from '../../../lib/peer/format.js';
import { NOTHING_LEFT, type NodeReport } from '../../../lib/peer/report.js';
import type { MakeHost } from '../../../lib/rehearsal/host.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { type Now, seconds } from '../../../lib/time.js';
import { BenchNode } from '../../support/bench-node.js';
import { genuineHost } from '../../support/genuine-peer.js';

const reportOf = (number: number, suite = 'ha-suite 1'): NodeReport => ({
  ...{ number, suite, groups: [], directors: [], key: 1, files: [], left: NOTHING_LEFT },
  links: [{ node: 'lb2', link: 'eth0', status: 'up', heardAge: 100 }],
});

/** Our machine, to which `submit` of this type is the event `tell`; what it knows is looked at in `seen`. */
const TELL = 'test-tell';
const telling =
  (seen: Map<string, { readonly state: ClusterState; readonly now: Now }>): MakeHost =>
  (settings, begun) => {
    let state = clusterMachine.create(settings, begun);
    return {
      step: (event, now) => {
        const report = event.type === 'submit' && text(event.message, 't') === TELL && text(event.message, 'report');
        const step = clusterMachine.step(state, report ? { type: 'tell', report } : event, now);
        state = step.state;
        seen.set(settings.self, { state, now });
        return step.effects;
      },
      wakeAt: () => clusterMachine.wakeAt(state),
      view: () => clusterMachine.view(state),
    };
  };

interface Pair {
  readonly simulation: Simulation;
  /** lb1 tells; `number` rises. */
  readonly tell: (number: number) => void;
  /** What lb2 knows of lb1. */
  readonly known: () => Told | undefined;
}

const pairOf = (seed: number, loss: number, hosts: Readonly<Record<string, MakeHost>> = {}): Pair => {
  const seen = new Map<string, { readonly state: ClusterState; readonly now: Now }>();
  const simulation = new Simulation({
    ...{ seed, network: { loss, jitter: 20, duplication: loss / 2 }, links: ['eth0', 'eth1'] },
    hosts: { lb1: telling(seen), lb2: telling(seen), ...hosts },
  });
  simulation.start('lb1');
  simulation.start('lb2');
  simulation.run(30_000);
  return {
    simulation,
    tell: (number) => simulation.submit('lb1', { t: TELL, report: reportText(reportOf(number)) }),
    known: () => {
      const of2 = seen.get('lb2');
      return of2 === undefined ? undefined : toldBy(of2.state, of2.now);
    },
  };
};

const sentReports = ({ traffic }: Simulation) => traffic.filter(({ message: sent }) => text(sent, 't') === REPORT);

test('it arrives, over both links as one, and gets older with time', () => {
  const { simulation, tell, known } = pairOf(1, 0);
  expect(known()).toMatchObject({
    node: 'lb1',
    report: null,
    problem: expect.stringMatching(/has not told anything yet/),
  });
  tell(1);
  simulation.run(1000);
  expect(known()).toMatchObject({ node: 'lb1', stale: false, report: { number: 1, suite: 'ha-suite 1' } });
  simulation.run(8000);
  const told = known();
  expect(told?.report?.links[0]?.heardAge).toBeGreaterThanOrEqual(8000);
  expect(told?.report !== null && told?.age).toBeGreaterThanOrEqual(8000);
  simulation.run(REPORT_EVERY * 3);
  expect(known()).toMatchObject({ stale: true });
});

test('a loss only delays it, and nobody asks for it again', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { simulation, tell, known } = pairOf(seed, 0.4);
      for (let number = 1; number <= 12; number += 1) {
        tell(number);
        simulation.run(REPORT_EVERY);
      }
      const told = known();
      expect(told?.report?.number).toBeGreaterThan(6);
      // It costs neither numbers nor memory for retransmission.
      expect(sentReports(simulation).every(({ message: sent }) => text(sent, 'seq') === undefined)).toBe(true);
      expect(sentReports(simulation).length).toBeLessThanOrEqual(12);
    }),
    { numRuns: 10 },
  );
});

test('a genuine node never gets one', () => {
  const { simulation, tell } = pairOf(1, 0, { lb2: genuineHost });
  tell(1);
  simulation.run(20_000);
  expect(simulation.traffic.some(({ node }) => node === 'lb2')).toBe(true);
  expect(sentReports(simulation)).toEqual([]);
  expect(simulation.traffic.some(({ message: sent }) => text(sent, 'report') !== undefined)).toBe(false);
});

test('a dead node is what it told, and stale', () => {
  const { simulation, tell, known } = pairOf(1, 0);
  tell(1);
  simulation.run(500);
  simulation.crash('lb1');
  simulation.run(5000);
  expect(known()).toMatchObject({ stale: true, report: { number: 1 } });
});

const KIN = { hasuite: '1', hs_phase: 'stable', hs_hold: 'local', hs_stable: '1', hs_standby: '0' };

/** lb1 beside an lb2 of our own kind. */
const besideKin = (): BenchNode => {
  const node = new BenchNode();
  node.kin = KIN;
  node.join();
  return node;
};
const hearReport = (node: BenchNode, report: string): void =>
  node.packet(message({ t: REPORT, report, dest: 'lb1', src: 'lb2', hg: '5', ts: node.ts() }));
const told = (node: BenchNode): Told | undefined =>
  toldBy(node.state, { mono: seconds(node.mono / 1000), wall: seconds(0) });

test('beside a genuine node nothing is told, and why nothing is known is said', () => {
  const node = new BenchNode();
  expect(told(node)).toMatchObject({ report: null, problem: 'nothing has been heard of lb2' });
  node.join();
  node.step({ type: 'tell', report: reportText(reportOf(1)) });
  expect(node.sent()).toEqual([]);
  expect(told(node)).toMatchObject({ report: null, problem: 'not told: lb2 runs another heartbeat' });
  // Whoever is not known to be of our kind has nothing to tell.
  hearReport(node, reportText(reportOf(1)));
  expect(told(node)?.report).toBeNull();
});

test('in a cluster of three one genuine node is enough for silence', () => {
  const node = new BenchNode({ nodes: ['lb1', 'lb2', 'lb3'] });
  node.kin = KIN;
  node.join();
  // It may be there and not have spoken yet.
  expect(listenerOf(node.state)).toBeUndefined();
  node.pass(15_000);
  expect(node.state.nodes.get('lb3')?.status).toBe('dead');
  expect(listenerOf(node.state)).toBe('lb2');
  const status = { t: 'status', st: 'active', dt: '1388', protocol: '1', src: 'lb3', seq: '1', hg: '9', ts: node.ts() };
  node.packet(message(status));
  expect(listenerOf(node.state)).toBeUndefined();
});

test('an older report that comes late changes nothing; a new life begins anew', () => {
  const node = besideKin();
  hearReport(node, reportText(reportOf(2, 'ha-suite 2')));
  hearReport(node, reportText(reportOf(1, 'ha-suite 1')));
  expect(told(node)?.report?.suite).toBe('ha-suite 2');
  node.beat('up', { hg: '6', seq: '1' });
  expect(told(node)?.report).toBeNull();
});

test('what is none is counted, and logged once', () => {
  const node = besideKin();
  for (let count = 0; count < 50; count += 1) hearReport(node, '{"n":1}');
  expect(told(node)?.report).toBeNull();
  const now = { mono: seconds(node.mono / 1000), wall: seconds(0) };
  expect(snapshot(node.state, now).refused.badReport).toBe(50);
  const lines = node.drain().filter((effect) => effect.type === 'log');
  expect(lines).toMatchObject([{ priority: 'ERROR', text: 'NS_hs_report of lb2 refused: it is no report.' }]);
});

test('whatever is told, nothing is done because of it', () => {
  fc.assert(
    fc.property(fc.string(), (report) => {
      const node = besideKin();
      hearReport(node, report);
      expect(node.drain().filter(({ type }) => type !== 'log')).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
