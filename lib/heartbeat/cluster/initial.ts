/** The state before the first step. */
import type { Millis, Now } from '../../time.js';
import type { ClusterSettings } from './interface.js';
import { keptHolding, keptKeys } from './kept.js';
import { initialHealth } from './own-health.js';
import { draw } from './random.js';
import { UNKNOWN } from './sequence.js';
import type { ClusterState, NodeState, ResourceState } from './state.js';

const NO_RESOURCES: ResourceState = {
  phase: 'init',
  clockAt: undefined,
  hold: 'none',
  otherHold: 'none',
  otherHoldSeq: 0,
  otherAdded: undefined,
  otherStable: false,
  otherStableSeq: 0,
  otherHeldAtDeath: 'none',
  takeover: false,
  standby: { state: 'not' },
  failbackWanted: false,
  failbackAt: undefined,
  localDone: false,
  foreignDone: false,
  announced: false,
  queryAt: undefined,
  conflictSince: undefined,
  conflictAskedAt: undefined,
  orphanSince: undefined,
  orphanOffered: false,
  giveUp: undefined,
  complaints: [],
};

/** A node nothing is known of yet. */
export const newNode = (
  name: string,
  type: 'normal' | 'ping',
  links: readonly string[],
  timeout: Millis,
  now: Now,
  ackDigit: number,
): NodeState => ({
  name,
  type,
  status: 'init',
  links: links.map((link) => ({ name: link, status: 'dead', heardAt: now.mono })),
  uuid: undefined,
  generation: undefined,
  sequence: UNKNOWN,
  statusSeq: undefined,
  statusAt: undefined,
  countFrom: now.mono,
  timeout,
  reprieved: false,
  excused: 0,
  left: false,
  ackDigit,
  acked: 0,
  refused: undefined,
  ackBase: 0,
  kin: undefined,
  floor: 0,
  revoked: 0,
  clock: undefined,
  doubt: undefined,
  provenAt: undefined,
  // heartbeat reference 7.3.
  weight: 100,
  site: '',
});

/** A day: short enough for every timer. */
const IDLE = 86_400_000;

/** When to wake a machine that has nothing to do. */
export const idleFrom = (now: Now): Millis => (now.mono + IDLE) as Millis;

/** A machine that has not started yet. */
export const initialState = (settings: ClusterSettings, now: Now): ClusterState => {
  let random = settings.seed >>> 0;
  const digit = (): number => {
    const { value, next } = draw(random);
    random = next;
    return Math.floor(value * 10);
  };
  const nodes = new Map<string, NodeState>();
  for (const name of settings.nodes) {
    nodes.set(name, newNode(name, 'normal', settings.links, settings.deadtime, now, digit()));
  }
  for (const { name, generation, seq } of settings.peersSeen ?? []) {
    const node = nodes.get(name);
    if (node !== undefined && name !== settings.self) nodes.set(name, { ...node, generation, floor: seq });
  }
  for (const name of settings.pingNodes) {
    if (!nodes.has(name)) nodes.set(name, newNode(name, 'ping', [name], settings.deadping, now, digit()));
  }
  return {
    settings,
    random,
    loadAverage: 'n/a',
    startedAt: undefined,
    idleUntil: idleFrom(now),
    status: 'init',
    statusDueAt: undefined,
    nodes,
    nextSeq: 1,
    history: [],
    historyWarned: 0,
    flowControl: true,
    clientsPaused: false,
    communication: { phase: 'waiting', askAt: undefined },
    resources: { ...NO_RESOURCES, hold: keptHolding(settings) },
    nextJob: 1,
    jobs: [],
    stop: { phase: 'none', at: undefined },
    reload: { phase: 'none' },
    published: '',
    rejections: new Map(),
    unlogged: new Map(),
    counters: {},
    nextWord: 1,
    remembered: settings.peersSeen ?? [],
    rememberAt: undefined,
    echoes: [],
    deleted: [],
    heldKeys: keptKeys(settings),
    askGroupsAt: undefined,
    fencing: undefined,
    askedKeys: [],
    ownScripts: [],
    health: initialHealth(settings.holddown),
  };
};
