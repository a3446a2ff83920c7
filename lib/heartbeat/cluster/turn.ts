/** One step under way: the state so far, what has been asked for so far, and the instant of the step. */
import type { Priority } from '../../log.js';
import type { Now } from '../../time.js';
import type { Message } from '../wire/message.js';
import type { ClusterEffect, DebugQuality, NodeName } from './interface.js';
import type { ClusterState, NodeState, ResourceState } from './state.js';

export interface Turn {
  readonly state: ClusterState;
  readonly effects: readonly ClusterEffect[];
  readonly now: Now;
}

/** Changes parts of the state. */
export const update = (turn: Turn, part: Partial<ClusterState>): Turn => ({
  ...turn,
  state: { ...turn.state, ...part },
});

/** Changes parts of the resource state. */
export const updateResources = (turn: Turn, part: Partial<ResourceState>): Turn =>
  update(turn, { resources: { ...turn.state.resources, ...part } });

/** Changes one node; an unknown name changes nothing. */
export const updateNode = (turn: Turn, name: NodeName, part: Partial<NodeState>): Turn => {
  const node = turn.state.nodes.get(name);
  if (node === undefined) return turn;
  return update(turn, { nodes: new Map(turn.state.nodes).set(name, { ...node, ...part }) });
};

/** Asks for one more effect. */
export const emit = (turn: Turn, effect: ClusterEffect): Turn => ({ ...turn, effects: [...turn.effects, effect] });

/** Logs one line. */
export const say = (turn: Turn, priority: Priority, text: string): Turn => emit(turn, { type: 'log', priority, text });

/** Gives a message to local clients. */
export const deliver = (turn: Turn, message: Message): Turn => emit(turn, { type: 'deliver', message });

/** Shows a message to clients that debug; ordinary ones do not see it. */
export const show = (turn: Turn, message: Message, quality: DebugQuality): Turn =>
  emit(turn, { type: 'deliver', message, quality });
