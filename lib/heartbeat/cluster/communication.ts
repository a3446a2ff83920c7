/** From the first own status until communication is up (heartbeat reference 4.6, 5.4). */
import type { Millis } from '../../time.js';
import { startBesideKin } from './acquisition.js';
import { startJob } from './jobs.js';
import { legacyStart } from './legacy.js';
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
  return startResources(emit(sendStatus(said, true), { type: 'communicationUp' }));
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

/** Goes on as soon as everybody has been heard or given up. */
export const advance = (turn: Turn): Turn => {
  const { communication, status, flowControl, stop } = turn.state;
  if (communication.phase === 'up' || status === 'init' || stop.phase === 'gone') return turn;
  if (communication.phase === 'waiting' && !settled(turn.state)) return turn;
  const alive = others(turn.state).find(present);
  if (alive === undefined || !flowControl) return comeUp(turn);
  const due = communication.askAt === undefined || turn.now.mono >= communication.askAt;
  return due ? ask(turn, alive.name) : turn;
};

/** Answers a request for the node list: always the full list, each name followed by one blank. */
export const answerNodeList = (turn: Turn, dest: string): Turn =>
  send(turn, {
    dest,
    t: 'repnodes',
    nodelist: turn.state.settings.nodes.map((name) => `${name} `).join(''),
    delnodelist: ' ',
  });

/** The answer to our own request. ha.cf is the truth about the nodes, so a differing list is only logged. */
export const gotNodeList = (turn: Turn, from: string, list: string | undefined): Turn => {
  if (turn.state.communication.phase !== 'asking') return turn;
  const theirs = new Set((list ?? '').split(/\s+/).filter((name) => name !== ''));
  const { nodes } = turn.state.settings;
  const same = theirs.size === nodes.length && nodes.every((name) => theirs.has(name));
  const noted = same
    ? turn
    : say(turn, 'WARN', `The node list of ${from} differs from ours: [${[...theirs].join(' ')}]`);
  return comeUp(noted);
};
