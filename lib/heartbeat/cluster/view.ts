/** What clients may ask about. */
import type { ClusterView, NodeView } from './interface.js';
import { isQuiet } from './jobs.js';
import { isLegacy } from './partner.js';
import type { ClusterState, NodeState } from './state.js';

const nodeView = (state: ClusterState, node: NodeState): NodeView => ({
  name: node.name,
  type: node.type,
  status: node.name === state.settings.self ? state.status : node.status,
  links: node.links.map(({ name, status }) => ({ name, status })),
  uuid: node.name === state.settings.self ? state.settings.uuid : node.uuid,
  weight: node.weight,
  site: node.site,
});

/** heartbeat reference 6.1: the holding state, unless something moves. */
const resources = (state: ClusterState): ClusterView['resources'] => {
  const { phase, hold, otherStable } = state.resources;
  if (isLegacy(state)) return state.jobs.length === 0 ? hold : 'transition';
  if (phase === 'init') return hold;
  const settled = phase === 'shutdown' ? state.jobs.length === 0 : isQuiet(state) && otherStable;
  return settled ? hold : 'transition';
};

/** The state as clients see it. */
export const view = (state: ClusterState): ClusterView => ({
  nodes: [...state.nodes.values()].map((node) => nodeView(state, node)),
  resources: resources(state),
  communicationUp: state.communication.phase === 'up',
  counters: state.counters,
});
