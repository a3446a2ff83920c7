/** The events of the machine: whoever knows them all knows the state; nothing changes without one, and none is empty. */
import fc from 'fast-check';
import { happenings, type Observed } from '../../../lib/heartbeat/cluster/happenings.js';
import type { ClusterEffect } from '../../../lib/heartbeat/cluster/interface.js';
import { clusterMachine } from '../../../lib/heartbeat/cluster/machine.js';
import { snapshot } from '../../../lib/heartbeat/cluster/snapshot.js';
import type { ClusterState } from '../../../lib/heartbeat/cluster/state.js';
import type { MakeHost } from '../../../lib/rehearsal/host.js';
import { Simulation } from '../../../lib/rehearsal/simulation.js';
import { apply, schedule } from '../../support/fault-schedule.js';

/** What an onlooker believes who has only heard the events. */
class Onlooker {
  readonly told: Observed[] = [];
  private readonly beliefs = new Map<string, string>();
  private readonly jobs = new Set<number>();

  hear(happening: Observed): void {
    this.told.push(happening);
    switch (happening.type) {
      case 'node':
      case 'holding':
        this.change(`${happening.type} ${happening.name}`, happening);
        return;
      case 'link':
        this.change(`link ${happening.name} ${happening.link}`, happening);
        return;
      case 'standby':
        this.change('standby', happening);
        return;
      case 'job':
        if (happening.step === 'begun') this.jobs.add(happening.job);
        else expect(this.jobs.delete(happening.job)).toBe(true);
        return;
      default:
    }
  }

  private change(subject: string, { from, to }: { readonly from: string; readonly to: string }): void {
    expect(from).not.toBe(to);
    const believed = this.beliefs.get(subject);
    // Of what it has heard nothing before it believes what it is told.
    if (believed !== undefined) expect([subject, from]).toEqual([subject, believed]);
    this.beliefs.set(subject, to);
  }

  check(state: ClusterState): void {
    const { self } = state.settings;
    const facts = [...state.nodes.values()].flatMap(({ name, status, links }) => [
      [`node ${name}`, name === self ? state.status : status] as const,
      ...links.filter(() => name !== self).map((link) => [`link ${name} ${link.name}`, link.status] as const),
    ]);
    for (const [subject, fact] of [
      ...facts,
      [`holding ${self}`, state.resources.hold] as const,
      ['standby', state.resources.standby.state] as const,
    ]) {
      const believed = this.beliefs.get(subject);
      if (believed !== undefined && believed !== fact) throw new Error(`${subject}: ${fact}, but told was ${believed}`);
    }
    const isComplete = state.jobs.length === this.jobs.size && state.jobs.every(({ job }) => this.jobs.has(job));
    if (!isComplete) throw new Error(`jobs: told were ${[...this.jobs].join(' ')}`);
  }
}

/** What the lines of a step say in the words of the genuine program, and what its events say, of the same things. */
const toldTwice = (
  effects: readonly ClusterEffect[],
  events: readonly Observed[],
): { readonly log: readonly string[]; readonly events: readonly string[] } => ({
  log: effects
    .flatMap((effect) => (effect.type === 'log' ? [effect.text] : []))
    .filter((text) => /^(Link \S+ (up|dead)\.|node \S+: is dead|Status update for node \S+: status \S+)$/.test(text))
    .toSorted(),
  events: events
    .flatMap((happening) => {
      if (happening.type === 'link') return [`Link ${happening.name}:${happening.link} ${happening.to}.`];
      if (happening.type !== 'node') return [];
      if (happening.to === 'dead') return [`node ${happening.name}: is dead`];
      return [`Status update for node ${happening.name}: status ${happening.to}`];
    })
    .toSorted(),
});

/** Our machine with an onlooker beside it. */
const observed =
  (onlookers: Onlooker[]): MakeHost =>
  (settings, now) => {
    const onlooker = new Onlooker();
    onlookers.push(onlooker);
    let steps = 0;
    let state = clusterMachine.create(settings, now);
    return {
      step: (event, at) => {
        const result = clusterMachine.step(state, event, at);
        const events = happenings(state, result.state, event, at.mono);
        for (const happening of events) onlooker.hear(happening);
        const others = events.filter(
          ({ type, ...rest }) => type !== 'node' || Reflect.get(rest, 'name') !== settings.self,
        );
        const told = toldTwice(result.effects, others);
        expect(told.log).toEqual(told.events);
        state = result.state;
        onlooker.check(state);
        // Whatever the state is, it can be told, and told as JSON; now and then, because that takes its time.
        steps += 1;
        if (steps % 25 === 0) {
          const told = snapshot(state, at);
          expect(JSON.parse(JSON.stringify(told))).toEqual(told);
        }
        return result.effects;
      },
      wakeAt: () => clusterMachine.wakeAt(state),
      view: () => clusterMachine.view(state),
    };
  };

test('whatever happens to the nodes: the events tell all of it, and the log says the same of nodes and links', () => {
  fc.assert(
    fc.property(schedule, fc.integer(), fc.constantFrom('on', 'off', 'legacy'), (acts, seed, autoFailback) => {
      const onlookers: Onlooker[] = [];
      const host = observed(onlookers);
      const simulation = new Simulation({ seed, settings: { autoFailback }, hosts: { lb1: host, lb2: host } });
      const check = (): void => {};
      for (const name of ['lb1', 'lb2']) simulation.start(name);
      simulation.run(5_000);
      for (const { wait, act } of acts) {
        simulation.run(wait);
        apply(simulation, act, check);
      }
      simulation.heal();
      simulation.run(20_000);
      expect(onlookers.length).toBeGreaterThanOrEqual(2);
    }),
    { numRuns: 50 },
  );
});

test('a death: who, why, by which directive, and what follows', () => {
  const onlookers: Onlooker[] = [];
  const host = observed(onlookers);
  const simulation = new Simulation({ seed: 1, hosts: { lb1: host, lb2: host } });
  for (const name of ['lb1', 'lb2']) simulation.start(name);
  simulation.run(20_000);
  const told = onlookers[1]?.told ?? [];
  const before = told.length;
  simulation.crash('lb1');
  simulation.run(10_000);
  const story = told.slice(before);
  expect(story.find(({ type }) => type === 'node')).toMatchObject({
    ...{ type: 'node', name: 'lb1', from: 'active', to: 'dead', directive: 'deadtime' },
    cause: expect.stringMatching(/^nothing heard for \d+ ms$/),
  });
  expect(story.filter(({ type }) => type === 'job')).toMatchObject([
    { step: 'begun', scope: 'foreign', cause: 'lb1 is dead' },
    { step: 'ended', outcome: 'done' },
  ]);
  expect(story).toEqual(expect.arrayContaining([{ type: 'holding', name: 'lb2', from: 'local', to: 'all' }]));
});
