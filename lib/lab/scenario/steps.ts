/** Words to write scenarios with, so that they read like a manual. Pure. */
import type { StandbyScope } from '../heartbeat-node.js';
import type { Weather } from '../relay.js';
import type { Device, Fault, NodeId, Owners, Step, Tool } from './model.js';

type More = Omit<Step, 'fault' | 'then'>;

const step = (fault: Fault, then?: Owners, more: More = {}): Step => ({
  fault,
  ...(then === undefined ? {} : { then }),
  ...more,
});

export const start = (nodes: readonly NodeId[], then: Owners, more?: More): Step =>
  step({ type: 'start', nodes }, then, more);

/** Both nodes start, and each has its own address. */
export const startBoth: Step = start(['lb1', 'lb2'], 'lb1 lb2');

export const stop = (nodes: readonly NodeId[], then: Owners, more?: More): Step =>
  step({ type: 'stop', nodes }, then, more);

/** Both nodes stop, and nobody has an address any more. */
export const stopBoth: Step = stop(['lb1', 'lb2'], '- -');

export const kill = (node: NodeId, then: Owners, more?: More): Step => step({ type: 'kill', node }, then, more);
export const powerOff = (node: NodeId, then: Owners, more?: More): Step => step({ type: 'powerOff', node }, then, more);
export const powerOn = (node: NodeId, then: Owners, more?: More): Step => step({ type: 'powerOn', node }, then, more);

/** The daemon is stopped for so many milliseconds, then goes on. */
export const pause = (node: NodeId, duration: number, then: Owners, more?: More): Step =>
  step({ type: 'pause', node, duration }, then, more);

export const unplug = (node: NodeId, devices: readonly Device[], then: Owners, more?: More): Step =>
  step({ type: 'unplug', node, devices }, then, more);

export const lose = (
  node: NodeId,
  devices: readonly Device[],
  share: number,
  direction: 'in' | 'out' | 'both',
  then?: Owners,
  more?: More,
): Step => step({ type: 'lose', node, devices, share, direction }, then, more);

export const partition = (then: Owners, more?: More): Step => step({ type: 'partition' }, then, more);
export const heal = (then: Owners, more?: More): Step => step({ type: 'heal' }, then, more);
export const relay = (weather: Weather, more?: More): Step => step({ type: 'relay', weather }, undefined, more);

export const standby = (node: NodeId, scope: StandbyScope, then: Owners, tool: Tool = 'own'): Step =>
  step({ type: 'standby', node, scope, tool }, then);
export const takeover = (node: NodeId, scope: StandbyScope, then: Owners, tool: Tool = 'own'): Step =>
  step({ type: 'takeover', node, scope, tool }, then);

export const clock = (node: NodeId, seconds: number, more?: More): Step =>
  step({ type: 'clock', node, seconds }, undefined, more);
export const disk = (node: NodeId, state: 'full' | 'free', more?: More): Step =>
  step({ type: 'disk', node, state }, undefined, more);
export const service = (node: NodeId, behaves: 'well' | 'hangs' | 'fails', then?: Owners, more?: More): Step =>
  step({ type: 'service', node, behaves }, then, more);
export const key = (node: NodeId, secret: string, then?: Owners, more?: More): Step =>
  step({ type: 'key', node, key: secret }, then, more);

/** Numbered messages in both directions, each of which must arrive exactly once. */
export const count = (duration: number, interval: number, more?: More): Step =>
  step({ type: 'count', duration, interval }, undefined, more);
export const wait = (duration: number, then?: Owners, more?: More): Step =>
  step({ type: 'wait', duration }, then, more);
