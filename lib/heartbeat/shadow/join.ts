/** When the shadow may begin to decide, and with what: the cluster has to be at rest, since nobody tells us what went before. */
import { interrupted } from '../../shadow/differences.js';
import { type Millis, millis } from '../../time.js';
import { minus, mirrored } from '../cluster/holdings.js';
import type { NodeName } from '../cluster/interface.js';
import { adopt, type Standing } from './adopt.js';
import type { Speaker } from './genuine.js';
import { holdingOf, holdsHalf } from './groups.js';
import { type Course, type Peer, type Shadow, tell, update } from './state.js';
import { holdingText, lasting } from './words.js';

/** So long nobody has said anything about resources: the pauses in the dialogues of two genuine nodes are shorter. */
const CALM = millis(3000);

/** What says nothing: then names tell who a message is for (heartbeat reference 4.1). */
const NO_UUID = new Uint8Array(16);

const isSilent = (speaker: Speaker, patience: Millis, now: Millis): boolean =>
  speaker.statusAt === undefined || now - speaker.statusAt > (speaker.patience ?? patience);

/** Other normal nodes, in the order of ha.cf. */
const others = ({ settings: { cluster } }: Shadow): readonly NodeName[] =>
  cluster.nodes.filter((name) => name !== cluster.self);

/** The one that stands in for us; undefined when we are a further node (see cluster/partner.ts). */
const partnerName = (shadow: Shadow): NodeName | undefined =>
  shadow.settings.cluster.nodes.indexOf(shadow.settings.cluster.self) > 1 ? undefined : others(shadow)[0];

const isGone = (shadow: Shadow, name: NodeName, now: Millis): boolean => {
  const peer = shadow.peers.get(name);
  const { deadtime } = shadow.settings.cluster;
  return peer === undefined || peer.speaker.leaving || isSilent(peer.speaker, deadtime, now);
};

const isCalm = (speaker: Speaker, now: Millis): boolean =>
  speaker.stable && (speaker.movedAt === undefined || now - speaker.movedAt >= CALM);

/** Whether what the genuine daemon sends leaves this machine now, and can be seen (see `needsPeers` and `carrier` in state.ts). */
export const isAudible = (shadow: Shadow, now: Millis): boolean =>
  shadow.around.carrier && !(shadow.settings.needsPeers && others(shadow).every((name) => isGone(shadow, name, now)));

/** Whether the genuine daemon is not heard as it should be; while it cannot be heard, its process tells. */
export const isGenuineSilent = (shadow: Shadow, now: Millis): boolean =>
  isAudible(shadow, now) ? isSilent(shadow.genuine, shadow.settings.cluster.deadtime, now) : !shadow.around.runs;

/** Whether all who are there are up, and nobody moves anything. */
export const isAtRest = (shadow: Shadow, now: Millis): boolean => {
  const { genuine, peers } = shadow;
  if (genuine.status !== 'active' || genuine.leaving || isGenuineSilent(shadow, now)) return false;
  if (!isCalm(genuine, now)) return false;
  return others(shadow).every((name) => {
    const peer = peers.get(name);
    return (
      isGone(shadow, name, now) || peer === undefined || (peer.speaker.status === 'active' && isCalm(peer.speaker, now))
    );
  });
};

/** What can be known of who holds what: by what the nodes have said, else by the addresses that are here. */
const standing = (shadow: Shadow, now: Millis): Standing => {
  const { genuine, here, peers } = shadow;
  const { groups } = shadow.settings;
  const gone = others(shadow).filter((name) => isGone(shadow, name, now));
  const other = partnerName(shadow);
  const alone = other !== undefined && gone.includes(other);
  const hold =
    genuine.holding ?? holdingOf(holdsHalf(groups, here, 'local') ?? true, holdsHalf(groups, here, 'foreign') ?? alone);
  const said = other === undefined ? undefined : peers.get(other)?.speaker.holding;
  const statuses = others(shadow).flatMap((name) => (gone.includes(name) ? [] : (peers.get(name)?.status ?? [])));
  return { hold, otherHold: alone ? 'none' : (said ?? mirrored(minus('all', hold))), statuses, gone };
};

/** Begins to decide from where the genuine daemon is now. `how` begins the line that says so. */
export const join = (course: Course, how: string): Course => {
  const { shadow, now } = course;
  const { generation, uuid } = shadow.genuine;
  if (generation === undefined) return course;
  const found = standing(shadow, now.mono);
  const cluster = adopt({ ...shadow.settings.cluster, generation, uuid: uuid ?? NO_UUID }, found, now);
  const known = shadow.genuine.holding === undefined ? 'as its addresses show' : 'as it says';
  const { self } = shadow.settings.cluster;
  const absent = found.gone.length === 0 ? '' : `; not there: ${found.gone.join(', ')}`;
  const joined = update(course, {
    cluster,
    since: now.mono,
    why: 'it was so when we began to decide',
    pending: [],
    apartSince: undefined,
    genuine: { ...shadow.genuine, holding: found.hold },
    counts: { ...shadow.counts, joined: shadow.counts.joined + 1 },
  });
  return tell(joined, 'info', `${how}: ${self} holds ${holdingText(found.hold)}, ${known}${absent}.`);
};

/** Stops deciding until the genuine daemon is back and at rest. */
export const leave = (course: Course, why: string): Course => {
  const { shadow, now } = course;
  if (shadow.cluster === undefined) return course;
  const waiting = update(course, {
    cluster: undefined,
    since: now.mono,
    missed: false,
    pending: [],
    differences: interrupted(shadow.differences),
    apartSince: undefined,
  });
  return tell(waiting, 'info', `${why} Nothing is decided until it is up and at rest.`);
};

/** Joins as soon as that is possible; says once when the genuine daemon is not heard at all. */
export const considerJoining = (course: Course): Course => {
  const { shadow, now } = course;
  if (shadow.cluster !== undefined) return course;
  const { deadtime, self } = shadow.settings.cluster;
  const waited = millis(now.mono - shadow.since);
  const unheard = isSilent(shadow.genuine, deadtime, now.mono);
  const listened = now.mono - shadow.startedAt.mono;
  // A node that is not there has to be silent for its whole dead time first.
  if (listened > deadtime && waited >= Math.min(CALM, deadtime) && isAtRest(shadow, now.mono)) {
    return join(course, 'Deciding from here on');
  }
  if (shadow.missed || waited <= deadtime || !unheard) return course;
  const why = !shadow.around.runs
    ? 'the genuine daemon does not run here'
    : isAudible(shadow, now.mono)
      ? 'does it run over a link that can be seen?'
      : 'over ucast nothing leaves to a node that is switched off, so it has to be waited for the other node';
  const line = `No heartbeat of ${self} has left this machine for ${lasting(waited)}: ${why}`;
  return tell(update(course, { missed: true }), 'WARN', line);
};

/** A node with what it has just said; its last status is kept for the day we join. */
export const noteStatus = (before: Peer | undefined, speaker: Speaker, status: Peer['status']): Peer => ({
  speaker,
  status: status ?? before?.status,
});
