/** From the first own status until communication is up (heartbeat reference 4.6, 5.4). */
import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { startBesideKin } from './acquisition.js';
import { minus } from './holdings.js';
import type { Holding } from './interface.js';
import { claims, startJob } from './jobs.js';
import { oweKept } from './kept.js';
import { legacyStart } from './legacy.js';
import { adoptNodeList, deletedList } from './membership.js';
import { sendStatus } from './ownstatus.js';
import { isLegacy, others, partner, present } from './partner.js';
import { broadcast, send } from './sending.js';
import type { ClusterState, NodeState } from './state.js';
import { acquireMissing } from './takeover.js';
import { emit, say, type Turn, update, updateResources } from './turn.js';

const ASK_AGAIN = 1_000;

/** What a former life left running would have two owners as soon as somebody else takes it. */
const sweep = (turn: Turn): Turn =>
  startJob(
    say(turn, 'WARN', 'The last run did not end by itself: stopping all resource groups first.'),
    'release',
    'every',
    'all',
    {
      kind: 'cleanup',
    },
  );

/** What a former life left has been stopped; what was not is tried again, unless we have come to hold it ourselves. */
export const sweptOut = (turn: Turn, stuck: Holding): Turn => {
  const left = minus(stuck, claims(turn.state));
  // A stop releases everything itself.
  if (left === 'none' || turn.state.stop.phase !== 'none') return turn;
  const said = say(turn, 'CRIT', `${left} resources that the last run left cannot be stopped: trying again.`);
  return startJob(said, 'release', left, left, { kind: 'cleanup' });
};

/** The daemon runs and its media are open. */
export const begin = (turn: Turn): Turn => {
  if (turn.state.startedAt !== undefined) return turn;
  const nodes = new Map<string, NodeState>(
    [...turn.state.nodes].map(([name, node]) => [name, { ...node, countFrom: turn.now.mono }]),
  );
  const started = update(turn, { startedAt: turn.now.mono, nodes });
  const swept = turn.state.settings.mayHaveLeftovers === true ? sweep(started) : started;
  const announced = sendStatus(swept);
  const said = say(update(announced, { status: 'up' }), 'info', "Local status now set to: 'up'");
  return sendStatus(update(said, { statusDueAt: (turn.now.mono + turn.state.settings.keepalive) as Millis }), true);
};

const startResources = (turn: Turn): Turn => {
  if (isLegacy(turn.state)) return legacyStart(turn);
  const other = partner(turn.state);
  if (!present(other)) {
    const started = updateResources(broadcast(turn, { t: 'starting' }), { phase: 'starting' });
    return acquireMissing(started, other?.name ?? turn.state.settings.self);
  }
  // heartbeat reference 6.3: with all nodes alive nobody else's groups have to be taken.
  const started = updateResources(turn, { phase: 'starting', foreignDone: true });
  return startBesideKin(broadcast(started, { t: 'starting' }));
};

const comeUp = (turn: Turn): Turn => {
  const up = update(turn, { communication: { phase: 'up', askAt: undefined }, status: 'active' });
  const said = say(
    say(up, 'info', 'Comm_now_up(): updating status to active'),
    'info',
    "Local status now set to: 'active'",
  );
  return startResources(emit(sendStatus(oweKept(said), true), { type: 'communicationUp' }));
};

const settled = (state: ClusterState): boolean =>
  [...state.nodes.values()].every(
    (node) => node.name === state.settings.self || node.statusAt !== undefined || node.status === 'dead',
  );

const ask = (turn: Turn, dest: string): Turn =>
  send(update(turn, { communication: { phase: 'asking', askAt: (turn.now.mono + ASK_AGAIN) as Millis } }), {
    t: 'reqnodes',
    dest,
  });

const stopAsking = (turn: Turn): Turn =>
  turn.state.communication.phase === 'asking'
    ? update(turn, { communication: { phase: 'waiting', askAt: undefined } })
    : turn;

/** Goes on as soon as everybody has been heard or given up. */
export const advance = (turn: Turn): Turn => {
  const { communication, status, flowControl, stop } = turn.state;
  if (communication.phase === 'up' || status === 'init') return turn;
  // Who is leaving begins nothing, not even when its patience with a silent peer runs out meanwhile.
  if (stop.phase !== 'none') return stopAsking(turn);
  if (communication.phase === 'waiting' && !settled(turn.state)) return turn;
  const alive = others(turn.state).find(present);
  if (alive === undefined || !flowControl) return comeUp(turn);
  const due = communication.askAt === undefined || turn.now.mono >= communication.askAt;
  return due ? ask(turn, alive.name) : turn;
};

/**
 * Answers a request for the node list: always the full list, each name followed by one blank.
 *
 * A genuine node is up as soon as it has the answer, and in legacy mode starts its groups without asking for them unless it
 * has heard by then that somebody else is active (seen beside it): our status goes first.
 */
export const answerNodeList = (turn: Turn, dest: string): Turn =>
  send(turn.state.status === 'active' && turn.state.nodes.get(dest)?.kin === undefined ? sendStatus(turn) : turn, {
    dest,
    t: 'repnodes',
    nodelist: turn.state.settings.nodes.map((name) => `${name} `).join(''),
    delnodelist: deletedList(turn),
  });

/** The answer to our own request. */
export const gotNodeList = (turn: Turn, from: string, answer: Message): Turn =>
  turn.state.communication.phase === 'asking'
    ? comeUp(adoptNodeList(turn, from, text(answer, 'nodelist'), text(answer, 'delnodelist')))
    : turn;
