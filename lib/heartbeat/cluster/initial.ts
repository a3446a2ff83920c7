/** The state before the first step. */
import type { Millis, Now } from '../../time.js';
import type { ClusterSettings } from './interface.js';
import { draw } from './random.js';
import { UNKNOWN } from './sequence.js';
import type { ClusterState, NodeState, ResourceState } from './state.js';

const NO_RESOURCES: ResourceState = {
  phase: 'init',
  clockAt: undefined,
  hold: 'none',
  otherHold: 'none',
  otherHoldSeq: 0,
  otherStable: false,
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
  orphanSince: undefined,
  orphanOffered: false,
  giveUp: undefined,
  complaints: [],
};

const newNode = (
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
  left: false,
  ackDigit,
  acked: 0,
  ackBase: 0,
  kin: undefined,
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
    communication: { phase: 'waiting', askAt: undefined },
    resources: NO_RESOURCES,
    nextJob: 1,
    jobs: [],
    stop: { phase: 'none', at: undefined },
    published: '',
    rejections: new Map(),
    heldKeys: [],
    askGroupsAt: undefined,
  };
};
