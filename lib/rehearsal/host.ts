/** What runs on a simulated node: our machine, or anything that can be stepped like it. */
import type { ClusterEffect, ClusterEvent, ClusterSettings, ClusterView } from '../heartbeat/cluster/interface.js';
import { clusterMachine } from '../heartbeat/cluster/machine.js';
import type { ClusterState } from '../heartbeat/cluster/state.js';
import { text } from '../heartbeat/wire/message.js';
import type { Millis, Now } from '../time.js';

/** A machine as the simulator drives it: ours, or a model of a genuine peer. */
export interface Host {
  readonly step: (event: ClusterEvent, now: Now) => readonly ClusterEffect[];
  readonly wakeAt: () => Millis;
  readonly view: () => ClusterView;
}

export type MakeHost = (settings: ClusterSettings, now: Now) => Host;

/** Our machine as a host. It fails loudly when the machine would spin. */
export const ourHost: MakeHost = (settings, now) => {
  let state: ClusterState = clusterMachine.create(settings, now);
  let lastSeq = 0;
  return {
    step: (event, at) => {
      const result = clusterMachine.step(state, event, at);
      state = result.state;
      const wake = clusterMachine.wakeAt(state);
      if (!(wake > at.mono))
        throw new Error(`${settings.self} wants to be woken at ${wake}, which is not after ${at.mono}`);
      for (const effect of result.effects) {
        if (effect.type !== 'send') continue;
        const seq = Number.parseInt(text(effect.message, 'seq') ?? '0', 16);
        if (seq > lastSeq + 1) throw new Error(`${settings.self} skipped from ${lastSeq} to ${seq}`);
        lastSeq = Math.max(lastSeq, seq);
      }
      return result.effects;
    },
    wakeAt: () => clusterMachine.wakeAt(state),
    view: () => clusterMachine.view(state),
  };
};
