/** A packet from a medium: who sent it, is it new, is it for us, and who deals with it (heartbeat reference 4.3). */
import { bytes, type Message, text } from '../wire/message.js';
import { ackFor } from './acks.js';
import { answerNodeList, gotNodeList } from './communication.js';
import { departed } from './departure.js';
import { hexNumber } from './fieldnumbers.js';
import { parseHolding } from './holdings.js';
import type { LinkName } from './interface.js';
import { groupGranted, groupRequested } from './legacy.js';
import { refreshLink } from './links.js';
import { partner } from './partner.js';
import { heardReport, heardStarting } from './reported.js';
import { answerRexmit, firstAsk, givenUp } from './retransmission.js';
import { isNumbered, send } from './sending.js';
import { arrive, UNKNOWN } from './sequence.js';
import { cancelStandby, heardStandby, takeoverRequested } from './standby.js';
import type { NodeState } from './state.js';
import { heardStatus, returned, unexplained } from './status.js';
import { deliver, emit, say, type Turn, update, updateNode, updateResources } from './turn.js';

/** A sort of rejected packet is logged at most once in this time. */
const REJECTION_PAUSE = 60_000;
const MAX_REJECTIONS = 100;

const reject = (turn: Turn, sort: string, ...lines: readonly string[]): Turn => {
  const known = turn.state.rejections.get(sort);
  if (known !== undefined && turn.now.mono - known < REJECTION_PAUSE) return turn;
  const rejections = new Map(turn.state.rejections.size >= MAX_REJECTIONS ? [] : turn.state.rejections);
  const noted = update(turn, { rejections: rejections.set(sort, turn.now.mono) });
  return lines.reduce((sum, line) => say(sum, 'ERROR', line), noted);
};

const dump = (message: Message): readonly string[] => [
  `MSG: Dumping message with ${message.fields.length} fields`,
  ...message.fields.map((one, index) =>
    one.type === 'string' ? `MSG[${index}] : [${one.name}=${one.value}]` : `MSG[${index}] : [(${one.type})${one.name}]`,
  ),
];

/** heartbeat reference 4.1: `destuuid` decides when it says something, else `dest`. */
const isForUs = (turn: Turn, message: Message): boolean => {
  const uuid = bytes(message, 'destuuid');
  const own = turn.state.settings.uuid;
  if (uuid?.some((byte) => byte !== 0)) {
    return uuid.length === own.length && uuid.every((byte, index) => byte === own[index]);
  }
  const dest = text(message, 'dest');
  return dest === undefined || dest === turn.state.settings.self;
};

const heardUnnumbered = (turn: Turn, node: NodeState, message: Message, type: string): Turn => {
  if (type === 'NS_nak_rexmit') return givenUp(turn, node.name, message);
  if (!isForUs(turn, message)) return turn;
  if (type === 'NS_rexmit') return answerRexmit(turn, node.name, message);
  if (type !== 'NS_ackmsg') return turn;
  const acked = hexNumber(message, 'ackseq') ?? 0;
  return acked > node.acked && acked < turn.state.nextSeq ? updateNode(turn, node.name, { acked }) : turn;
};

/** A numbered message that is new and for us. */
const process = (turn: Turn, node: NodeState, message: Message, type: string, seq: number): Turn => {
  const told = (part: Turn): Turn => deliver(part, message);
  switch (type) {
    case 'reqnodes':
      return answerNodeList(turn, node.name);
    case 'repnodes':
      return gotNodeList(turn, node.name, text(message, 'nodelist'));
    case 'starting':
      return heardStarting(told(turn), node.name);
    case 'resource':
      return heardReport(told(turn), node.name, message, seq);
    case 'ask_resources':
      if (partner(turn.state)?.name !== node.name) return told(turn);
      return heardStandby(told(turn), {
        info: text(message, 'info'),
        what: parseHolding(text(message, 'rsc_hold')) ?? 'all',
        from: node.name,
        own: false,
        seq,
      });
    case 'shutdone':
      return departed(told(turn), node.name, seq);
    case 'hb_takeover':
      return takeoverRequested(told(turn), text(message, 'rsc_hold'));
    case 'ip-request':
      return groupRequested(told(turn), node.name, text(message, 'ipaddr') ?? '');
    case 'ip-request-resp':
      return groupGranted(told(turn), text(message, 'ipaddr') ?? '', text(message, 'ok'));
    case 'stonith':
      return told(turn);
    default:
      // heartbeat reference 4.1: anything else is for local clients, and for a script of that name.
      return emit(told(turn), { type: 'notify', message });
  }
};

/** The node started anew: nothing of its former life counts any more. */
const restarted = (turn: Turn, node: NodeState, generation: number): Turn => {
  const said = node.generation === undefined ? turn : say(turn, 'info', `Heartbeat restart on node ${node.name}`);
  const fresh = updateNode(said, node.name, {
    generation,
    sequence: UNKNOWN,
    statusSeq: undefined,
    left: false,
    acked: 0,
    ackBase: turn.state.nextSeq - 1,
    kin: undefined,
  });
  if (partner(turn.state)?.name !== node.name || node.generation === undefined) return fresh;
  return updateResources(node.status === 'dead' ? fresh : cancelStandby(fresh), {
    otherHoldSeq: 0,
    otherStable: false,
    queryAt: undefined,
    orphanSince: undefined,
  });
};

/** Numbers, generations and acknowledgements; then the message itself. */
const heardNumbered = (turn: Turn, node: NodeState, message: Message, type: string, link: LinkName): Turn => {
  const seq = hexNumber(message, 'seq');
  const generation = hexNumber(message, 'hg') ?? 0;
  if (seq === undefined || seq === 0) {
    return reject(turn, `seq ${node.name}`, 'should_drop_message: bad sequence number');
  }
  const known = node.generation;
  if (known !== undefined && generation < known) {
    return reject(
      turn,
      `replay ${node.name}`,
      `should_drop_message: attempted replay attack [${node.name}]? [gen = ${generation}, curgen = ${known}]`,
    );
  }
  const isStatus = type === 'status';
  const renewed = isStatus && (known === undefined || generation > known);
  // heartbeat reference 4.3: only a status opens a new life; what comes before it cannot be told from an old one.
  if (!isStatus && generation !== known) return turn;
  const isBack = isStatus && !renewed && node.status === 'dead';
  if (isBack && node.statusSeq !== undefined && seq <= node.statusSeq) return turn;
  // A dead node comes back with a status; whatever else arrives of it is from before its death.
  if (node.status === 'dead' && !isStatus) return turn;
  const back = renewed ? restarted(turn, node, generation) : isBack ? returned(turn, node.name) : turn;
  const living = renewed || isBack ? unexplained(back, node.name) : back;
  const current = living.state.nodes.get(node.name) ?? node;
  const { turn: drawn, askAt } = firstAsk(living);
  const { sequence, arrival } = arrive(current.sequence, seq, askAt);
  if (arrival.kind === 'duplicate') return refreshLink(living, node.name, link);
  if (arrival.kind === 'old') return living;
  const entered = updateNode(arrival.kind === 'gap' ? drawn : living, node.name, { sequence });
  const logged =
    arrival.kind === 'gap' || arrival.kind === 'flood'
      ? say(entered, 'WARN', `${arrival.lost} lost packet(s) for [${node.name}] [${arrival.after}:${seq}]`)
      : entered;
  const noted =
    arrival.kind === 'flood'
      ? say(logged, 'ERROR', 'lost a lot of packets!')
      : arrival.kind === 'filled' && arrival.complete
        ? say(logged, 'info', `No pkts missing from ${node.name}!`)
        : logged;
  const acked = acknowledge(refreshLink(noted, node.name, link), current, seq);
  if (!isForUs(acked, message)) return acked;
  return isStatus ? heardStatus(acked, node.name, message, seq, renewed) : process(acked, current, message, type, seq);
};

/** Our own messages need no acknowledgement, nobody waits for one: unlike genuine nodes we send none to ourselves. */
const acknowledge = (turn: Turn, before: NodeState, seq: number): Turn => {
  const after = turn.state.nodes.get(before.name);
  if (!turn.state.flowControl || after === undefined) return turn;
  const ackseq = ackFor(before.ackDigit, before.sequence, after.sequence, seq);
  return ackseq === undefined ? turn : send(turn, { t: 'NS_ackmsg', dest: before.name, ackseq: ackseq.toString(16) });
};

/** One authenticated packet. */
export const receive = (turn: Turn, message: Message, link: LinkName): Turn => {
  if (turn.state.startedAt === undefined || turn.state.stop.phase === 'gone') return turn;
  const type = text(message, 't');
  const src = text(message, 'src');
  if (type === undefined || src === undefined || text(message, 'ts') === undefined) {
    const from = src ?? '?';
    return reject(
      turn,
      `missing ${from}`,
      `process_clustermsg: missing from/ts/type: iface ${link}, from ${from}`,
      ...dump(message),
    );
  }
  const node = turn.state.nodes.get(src);
  if (node === undefined) {
    return reject(turn, `node ${src}`, `process_status_message: bad node [${src}] in message`, ...dump(message));
  }
  if (src === turn.state.settings.self) {
    return hexNumber(message, 'hg') === turn.state.settings.generation ? refreshLink(turn, src, link) : turn;
  }
  const known = learnUuid(turn, node, bytes(message, 'srcuuid'));
  if (node.type === 'ping') {
    return type === 'NS_st' ? heardStatus(refreshLink(known, src, link), src, message, undefined, false) : turn;
  }
  if (isNumbered(type)) {
    if (text(message, 'seq') === undefined) {
      return reject(
        turn,
        `seqno ${src}`,
        `process_clustermsg: missing seqno: iface ${link}, from ${src}`,
        ...dump(message),
      );
    }
    return heardNumbered(known, node, message, type, link);
  }
  if (node.status === 'dead' || hexNumber(message, 'hg') !== node.generation) return turn;
  return heardUnnumbered(refreshLink(known, src, link), node, message, type);
};

const learnUuid = (turn: Turn, node: NodeState, uuid: Uint8Array | undefined): Turn =>
  uuid === undefined || uuid.length !== 16 || node.uuid?.every((byte, index) => byte === uuid[index]) === true
    ? turn
    : updateNode(turn, node.name, { uuid });
