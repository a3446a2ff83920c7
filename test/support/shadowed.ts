/** A shadow beside a (model of a) genuine node in the simulator: it hears what that node hears and says, and does nothing. */
import { type ShadowReport, shadowReport } from '../../lib/heartbeat/shadow/report.js';
import { beginShadow, shadowWakeAt, stepShadow } from '../../lib/heartbeat/shadow/shadow.js';
import type { Line, Shadow, ShadowEvent } from '../../lib/heartbeat/shadow/state.js';
import type { MakeHost } from '../../lib/rehearsal/host.js';
import { Simulation } from '../../lib/rehearsal/simulation.js';
import type { SimulationOptions } from '../../lib/rehearsal/world.js';
import { millis, type Now } from '../../lib/time.js';
import { genuineHost } from './genuine-peer.js';

/** Steps of the virtual clock: no more than what counts as ordinary inaccuracy of timers. */
const STEP = 10;
const TOLERANCE = 4000;
const ADDRESSES = ['10.0.0.1', '10.0.0.2'] as const;

export interface Shadowed {
  readonly simulation: Simulation;
  readonly run: (duration: number) => void;
  /** The texts of all lines so far, without those for debugging. */
  readonly lines: () => readonly string[];
  readonly shadow: () => Shadow;
  readonly report: () => ShadowReport;
  /** Somebody takes the address of that node's group off the machine of the shadow, or puts it back. */
  readonly hide: (node: 'lb1' | 'lb2', hidden: boolean) => void;
}

/** Two genuine nodes, and a shadow on lb1. `local`: what runs on lb1 in place of the genuine one. */
export const shadowed = (options: Partial<SimulationOptions> = {}, local: MakeHost = genuineHost): Shadowed => {
  let shadow: Shadow | undefined;
  const lines: Line[] = [];
  let present: Now = { mono: millis(0), wall: millis(1_800_000_000_000) };
  const feed = (event: ShadowEvent, at: Now): void => {
    if (shadow === undefined) return;
    const step = stepShadow(shadow, event, at);
    shadow = step.shadow;
    lines.push(...step.lines);
  };
  const make: MakeHost = (settings, now) => {
    const { uuid: _uuid, generation: _generation, ...known } = settings;
    shadow ??= beginShadow(
      {
        cluster: { ...known, peersSeen: [] },
        groups: [
          { name: 'lb1 group-lb1', scope: 'local', addresses: [ADDRESSES[0]] },
          { name: 'lb2 group-lb2', scope: 'foreign', addresses: [ADDRESSES[1]] },
        ],
        tolerance: millis(TOLERANCE),
        needsPeers: false,
      },
      now,
    );
    const host = local(settings, now);
    return {
      ...host,
      view: () => host.view(),
      wakeAt: () => host.wakeAt(),
      step: (event, at) => {
        if (event.type === 'packet') feed({ ...event, outgoing: false }, at);
        const effects = host.step(event, at);
        for (const effect of effects)
          if (effect.type === 'send')
            feed({ type: 'packet', message: effect.message, link: 'eth0', outgoing: true }, at);
        return effects;
      },
    };
  };
  const simulation = new Simulation({ seed: 7, ...options, hosts: { lb1: make, lb2: genuineHost } });
  const hidden = new Set<string>();
  let here = '';
  const lookAtAddresses = (): void => {
    const found = ADDRESSES.filter((_, index) => {
      const node = `lb${index + 1}`;
      return simulation.servers(node).includes('lb1') && !hidden.has(node);
    });
    if (found.join() === here) return;
    here = found.join();
    feed({ type: 'addresses', here: new Set(found) }, present);
  };
  return {
    simulation,
    run: (duration) => {
      const end = simulation.now + duration;
      while (simulation.now < end) {
        simulation.run(STEP);
        present = { mono: millis(simulation.now), wall: millis(1_800_000_000_000 + simulation.now) };
        lookAtAddresses();
        if (shadow !== undefined && shadowWakeAt(shadow) <= simulation.now) feed({ type: 'wake' }, present);
      }
    },
    lines: () => lines.filter(({ priority }) => priority !== 'debug').map(({ text }) => text),
    shadow: () => {
      if (shadow === undefined) throw new Error('lb1 was never started');
      return shadow;
    },
    report: () => {
      if (shadow === undefined) throw new Error('lb1 was never started');
      return shadowReport(shadow, { lost: 0, fragments: 0, refused: 0, links: [] }, 1, present);
    },
    hide: (node, isHidden) => {
      if (isHidden) hidden.add(node);
      else hidden.delete(node);
    },
  };
};
