/** A status message of another node: evidence of life (heartbeat reference 5.2, 5.6). */
import type { Millis } from '../../time.js';
import { type Message, text } from '../wire/message.js';
import { hexNumber } from './fieldnumbers.js';
import { heardKin, readKin } from './kin.js';
import { partner } from './partner.js';
import type { NodeState } from './state.js';
import { deliver, emit, say, show, type Turn, update, updateNode, updateResources } from './turn.js';

/** No node may make us wait for it longer than that, or call it dead faster. */
const MAX_TIMEOUT = 3_600_000;
const MIN_TIMEOUT = 50;

/** A genuine peer that noticed the partition says `shutdown` within that time. */
const ANSWER_TIME = 3_000;

/** The lines that announce a healed partition. */
export const returned = (turn: Turn, name: string): Turn => {
  const lines = [
    ['CRIT', `Cluster node ${name} returning after partition.`],
    ['info', 'For information on cluster partitions, See URL: http://linux-ha.org/wiki/Split_Brain'],
    ['WARN', 'Deadtime value may be too small.'],
    ['info', 'See FAQ for information on tuning deadtime.'],
    ['info', 'URL: http://linux-ha.org/wiki/FAQ#Heavy_Load'],
  ] as const;
  const said = lines.reduce((sum, [priority, line]) => say(sum, priority, line), turn);
  if (partner(turn.state)?.name !== name) return said;
  // What it held when it vanished is the best guess until it tells: it may never have noticed anything.
  return updateResources(said, {
    otherHold: turn.state.resources.otherHeldAtDeath,
    otherHoldSeq: 0,
    otherStable: false,
  });
};

/** A new life, or one that went on unseen: unless the node tells what it holds, it has to be found out. */
export const unexplained = (turn: Turn, name: string): Turn =>
  partner(turn.state)?.name === name
    ? updateResources(turn, { queryAt: (turn.now.mono + ANSWER_TIME) as Millis })
    : turn;

const lateness = (turn: Turn, node: NodeState): Turn => {
  const { deadtime, warntime } = turn.state.settings;
  // Our own lateness is not the fault of the other node.
  if (node.statusAt === undefined || node.reprieved) return turn;
  const interval = turn.now.mono - node.statusAt;
  const line = `Late heartbeat: Node ${node.name}: interval ${Math.round(interval)} ms`;
  if (interval > deadtime) return say(turn, 'CRIT', `${line} (> deadtime)`);
  return interval > warntime ? say(turn, 'WARN', line) : turn;
};

/** Takes the message in. `seq` is undefined for ping nodes. `renewed`: it is the first of a new life of that node. */
export const heardStatus = (
  turn: Turn,
  name: string,
  message: Message,
  seq: number | undefined,
  renewed: boolean,
): Turn => {
  const node = turn.state.nodes.get(name);
  if (node === undefined) return turn;
  const st = text(message, 'st');
  if (st === undefined) return say(turn, 'ERROR', 'HBDoMsg_T_STATUS: status update without st field');
  // Nobody alive calls itself dead; the word is ours.
  if (st === 'dead') return turn;
  if (seq !== undefined && node.statusSeq !== undefined && seq < node.statusSeq) return turn;
  const controlled =
    node.type === 'normal' && turn.state.flowControl && text(message, 'protocol') === undefined
      ? say(update(turn, { flowControl: false }), 'info', 'flow control disabled due to different version heartbeat')
      : turn;
  const timed = renewed ? controlled : lateness(controlled, node);
  const dt = hexNumber(message, 'dt');
  const ts = hexNumber(message, 'ts');
  const timeout =
    node.type === 'ping' || dt === undefined || dt === 0
      ? node.timeout
      : (Math.min(MAX_TIMEOUT, Math.max(MIN_TIMEOUT, dt)) as Millis);
  const alive = updateNode(timed, name, {
    status: st,
    statusAt: turn.now.mono,
    statusSeq: seq ?? node.statusSeq,
    clock: ts === undefined ? node.clock : { ts, at: turn.now.mono },
    countFrom: turn.now.mono,
    reprieved: false,
    excused: 0,
    timeout,
  });
  const told = st === node.status ? show(alive, message, 'noChange') : changedStatus(alive, name, message, st);
  return node.type === 'ping' ? told : heardKin(told, name, readKin(message), seq ?? 0);
};

const changedStatus = (turn: Turn, name: string, message: Message, st: string): Turn => {
  const said = say(turn, 'info', `Status update for node ${name}: status ${st}`);
  return emit(deliver(said, message), { type: 'notify', message });
};
