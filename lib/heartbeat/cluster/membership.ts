/** Nodes that come and go while the daemon runs: hb_addnode, hb_delnode, hb_setweight, hb_setsite (heartbeat reference 4.1). */
import { type Message, text } from '../wire/message.js';
import { newNode } from './initial.js';
import { isLegacy, partner } from './partner.js';
import { draw } from './random.js';
import type { NodeState } from './state.js';
import { emit, say, type Turn, update, updateNode, updateResources } from './turn.js';

/** Genuine has room for so many, and names no longer than a host name. */
const MAX_NODES = 100;
const NODE_NAME = /^[\x21-\x7e]{1,64}$/;

const namesIn = (list: string | undefined): readonly string[] =>
  (list ?? '').split(/\s+/).filter((name) => name !== '');

const join = (turn: Turn, name: string): Turn => {
  const { random, settings, nodes } = turn.state;
  const { value, next } = draw(random);
  const node = newNode(name, 'normal', settings.links, settings.deadtime, turn.now, Math.floor(value * 10));
  const normal = [...nodes].filter(([, { type }]) => type === 'normal');
  const ping = [...nodes].filter(([, { type }]) => type === 'ping');
  return update(turn, {
    random: next,
    nodes: new Map([...normal, [name, node], ...ping]),
    settings: { ...settings, nodes: [...settings.nodes, name] },
  });
};

const addOne = (turn: Turn, name: string): Turn => {
  const said = say(turn, 'info', `hb_add_one_node: Adding new node[${name}] to configuration.`);
  const failed = (reason: string): Turn =>
    say(say(said, 'ERROR', `hb_add_one_node: ${reason}`), 'ERROR', `Add node ${name} failed`);
  if (turn.state.nodes.has(name)) return failed(`node(${name}) already exists`);
  if (turn.state.nodes.size >= MAX_NODES) return failed(`no room for node(${name})`);
  return join(said, name);
};

const addAll = (turn: Turn, names: readonly string[]): Turn =>
  names.filter((name) => NODE_NAME.test(name)).reduce(addOne, turn);

const leave = (turn: Turn, node: NodeState): Turn => {
  const { nodes, settings, deleted } = turn.state;
  const listed = {
    name: node.name,
    uuid: node.uuid ?? new Uint8Array(16),
    weight: node.weight,
    site: node.site,
  };
  const wasPartner = partner(turn.state)?.name === node.name;
  const left = update(turn, {
    nodes: new Map([...nodes].filter(([name]) => name !== node.name)),
    settings: { ...settings, nodes: settings.nodes.filter((name) => name !== node.name) },
    deleted: [...deleted.filter(({ name }) => name !== node.name), listed],
  });
  // Whoever is the other node now has not told us anything yet.
  return wasPartner && !isLegacy(turn.state)
    ? updateResources(left, { otherHold: 'none', otherHoldSeq: 0, otherAdded: undefined, conflictSince: undefined })
    : left;
};

const deleteOne = (turn: Turn, name: string): Turn => {
  const said = say(turn, 'info', `Removing node [${name}] from configuration.`);
  const node = turn.state.nodes.get(name);
  if (node?.type === 'normal') return leave(said, node);
  return say(
    say(said, 'ERROR', `hb_remove_one_node: node ${name} not found in config`),
    'ERROR',
    `Deleting node ${name} failed`,
  );
};

/** Tells the daemon what `delhostcache` shall say. */
export const tellDeleted = (turn: Turn): Turn => emit(turn, { type: 'deletedNodes', nodes: turn.state.deleted });

/** Only dead nodes can be deleted, and only while every other one lives: all must learn of it. */
const deleteAll = (turn: Turn, names: readonly string[]): Turn => {
  const { nodes, settings } = turn.state;
  const alive = (name: string): boolean => name === settings.self || nodes.get(name)?.status !== 'dead';
  const living = names.find((name) => nodes.has(name) && alive(name));
  if (living !== undefined) return say(turn, 'WARN', `deletion failed: node ${living} is not dead`);
  const missing = settings.nodes.find((name) => !names.includes(name) && !alive(name));
  if (missing !== undefined) {
    const why = `We don't have all required nodes alive (${missing} is dead)`;
    return say(turn, 'ERROR', `HBDoMsg_T_DELNODE: deletion failed. ${why}`);
  }
  return tellDeleted(names.reduce(deleteOne, turn));
};

/** As C's atoi reads it: the digits at the front, 0 without any. */
const weightIn = (value: string | undefined): number => Number(/^\s*[+-]?\d{1,9}/.exec(value ?? '')?.[0] ?? 0);

/** Whether the message changes the node table. */
export const isMembership = (type: string): boolean =>
  type === 'addnode' || type === 'delnode' || type === 'setweight' || type === 'setsite';

/** Carries out what an administrator asked for here or on another node. */
export const changeMembership = (turn: Turn, message: Message): Turn => {
  const node = text(message, 'node') ?? '';
  switch (text(message, 't')) {
    case 'addnode':
      return addAll(turn, namesIn(text(message, 'nodelist')));
    case 'delnode':
      return deleteAll(turn, namesIn(text(message, 'nodelist')));
    case 'setweight':
      return updateNode(turn, node, { weight: weightIn(text(message, 'weight')) });
    case 'setsite':
      return updateNode(turn, node, { site: text(message, 'site') ?? '' });
    default:
      return turn;
  }
};

/**
 * The node list of another node, which was there before us: what was added meanwhile is added here, and what was deleted
 * for good and is dead goes. A node that ha.cf names and the list does not stays, unlike in genuine: ha.cf is the truth.
 */
export const adoptNodeList = (turn: Turn, from: string, list: string | undefined, gone: string | undefined): Turn => {
  const theirs = namesIn(list);
  const unknown = theirs.filter((name) => !turn.state.nodes.has(name));
  const dead = namesIn(gone).filter((name) => turn.state.nodes.get(name)?.status === 'dead');
  const absent = turn.state.settings.nodes.filter((name) => !theirs.includes(name) && !dead.includes(name));
  const noted =
    absent.length === 0
      ? turn
      : say(turn, 'WARN', `The node list of ${from} differs from ours: it lacks [${absent.join(' ')}]`);
  return tellDeleted(dead.reduce(deleteOne, addAll(noted, unknown)));
};

/** Names of deleted nodes, each followed by one blank; a single blank when there are none (reference 4.6). */
export const deletedList = (turn: Turn): string => {
  const names = turn.state.deleted.map(({ name }) => name).filter((name) => !turn.state.nodes.has(name));
  return names.length === 0 ? ' ' : names.map((name) => `${name} `).join('');
};
