/** The links to each node: up as long as packets come in on them (heartbeat reference 5.1, 5.3). */
import type { Millis } from '../../time.js';
import { message } from '../wire/message.js';
import type { LinkName, NodeName } from './interface.js';
import type { LinkState, NodeState } from './state.js';
import { deliver, emit, say, type Turn, updateNode } from './turn.js';

const announceLink = (turn: Turn, node: NodeName, link: LinkName, status: 'up' | 'dead'): Turn => {
  const notice = message({ t: 'ifstat', node, ifname: link, st: status });
  const said = say(turn, 'info', `Link ${node}:${link} ${status}.`);
  return emit(deliver(said, notice), { type: 'notify', message: notice });
};

const changed = (links: readonly LinkState[], name: LinkName, part: Partial<LinkState>): readonly LinkState[] =>
  links.map((link) => (link.name === name ? { ...link, ...part } : link));

/** A packet of that node came in on that link. Links that ha.cf does not know are ignored. */
export const refreshLink = (turn: Turn, name: NodeName, linkName: LinkName): Turn => {
  const node = turn.state.nodes.get(name);
  const link = node?.links.find((one) => one.name === linkName);
  if (node === undefined || link === undefined) return turn;
  const fresh = updateNode(turn, name, {
    links: changed(node.links, linkName, { status: 'up', heardAt: turn.now.mono }),
  });
  return link.status === 'up' ? fresh : announceLink(fresh, name, linkName, 'up');
};

/** When a link falls silent for too long; each with the timeout of its own node (not the last one's, reference 11.1). */
export const linkDeathAt = (node: NodeState, link: LinkState): Millis | undefined =>
  link.status === 'up' ? ((link.heardAt + node.timeout) as Millis) : undefined;

/** Declares dead every link whose time has run out. */
export const buryLinks = (turn: Turn): Turn => {
  let result = turn;
  for (const node of turn.state.nodes.values()) {
    for (const link of node.links) {
      const at = linkDeathAt(node, link);
      if (at === undefined || turn.now.mono < at) continue;
      const now = result.state.nodes.get(node.name);
      if (now === undefined) continue;
      const marked = updateNode(result, node.name, { links: changed(now.links, link.name, { status: 'dead' }) });
      result = announceLink(marked, node.name, link.name, 'dead');
    }
  }
  return result;
};
