/**
 * What nodes of our own kind tell each other in every status message.
 *
 * Genuine nodes ignore the fields. They repeat with each heartbeat, so a lost message never matters for long, and they
 * say what may be running here, not what is planned: two of us never wait ten seconds for each other at start-up, and
 * settle a healed partition without a restart.
 */
import type { Health } from '../monitor/interface.js';
import { type Message, text } from '../wire/message.js';
import { departed } from './departure.js';
import { considerFailback } from './failback.js';
import { isFit } from './fitness.js';
import { parseHolding } from './holdings.js';
import { claims, isQuiet } from './jobs.js';
import { isLegacy, partner } from './partner.js';
import { report } from './reports.js';
import { noteDenial } from './standby.js';
import type { ClusterState, Kin } from './state.js';
import { say, type Turn, updateNode, updateResources } from './turn.js';

const PHASES: readonly Kin['phase'][] = ['init', 'starting', 'stable', 'leaving', 'left'];
const HEALTHS: readonly Health[] = ['unknown', 'good', 'bad'];

/** The fields of our own status. */
export const kinFields = (state: ClusterState): Readonly<Record<string, string>> => ({
  hasuite: '1',
  hs_phase: ownPhase(state),
  hs_hold: claims(state),
  hs_stable: isQuiet(state) ? '1' : '0',
  hs_standby: state.resources.standby.state === 'not' ? '0' : '1',
  ...(state.health === undefined ? {} : { hs_health: state.health.is }),
});

const ownPhase = (state: ClusterState): Kin['phase'] => {
  switch (state.resources.phase) {
    case 'init':
      return 'init';
    case 'starting':
    case 'bothStarting':
    case 'received':
      return 'starting';
    case 'stable':
      return 'stable';
    case 'shutdown':
      return state.stop.phase === 'releasing' ? 'leaving' : 'left';
  }
};

/** Reads the fields; undefined for a genuine node and for anything malformed. */
export const readKin = (from: Message): Kin | undefined => {
  if (text(from, 'hasuite') === undefined) return undefined;
  const phase = PHASES.find((known) => known === text(from, 'hs_phase'));
  const hold = parseHolding(text(from, 'hs_hold'));
  if (phase === undefined || hold === undefined) return undefined;
  return {
    phase,
    hold,
    stable: text(from, 'hs_stable') === '1',
    standby: text(from, 'hs_standby') === '1',
    health: HEALTHS.find((known) => known === text(from, 'hs_health')),
  };
};

/** Takes in what the other node's newest status says about itself. */
export const heardKin = (turn: Turn, name: string, kin: Kin | undefined, seq: number): Turn => {
  const wasFit = isFit(turn.state.nodes.get(name));
  const known = updateNode(turn, name, { kin });
  if (kin === undefined || partner(turn.state)?.name !== name) return known;
  const { otherStable, otherHoldSeq } = turn.state.resources;
  const noted = updateResources(known, {
    otherStable: kin.stable || kin.phase === 'left',
    ...(seq >= otherHoldSeq ? { otherHold: kin.hold, otherHoldSeq: seq } : {}),
  });
  const settled = noteDenial(noted);
  // Its `shutdone` may have been lost; the process will be gone before it could be asked for.
  if (kin.phase === 'left') return departed(settled, name, seq);
  if (!kin.stable || turn.state.communication.phase !== 'up' || isLegacy(turn.state)) return settled;
  if (otherStable) return wasFit ? settled : considerFailback(settled);
  const said = report(say(settled, 'info', 'remote resource transition completed.'));
  return considerFailback(said);
};
