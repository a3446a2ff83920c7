/** A packet from a medium: who sent it, is it new, is it for us, and who deals with it (heartbeat reference 4.3). */
import { dumpLines } from '../wire/dump.js';
import { bytes, type Message, text } from '../wire/message.js';
import { ackFor } from './acks.js';
import { answerNodeList, gotNodeList } from './communication.js';
import { departed } from './departure.js';
import { isEcho } from './echoes.js';
import { hexNumber } from './fieldnumbers.js';
import type { LinkName } from './interface.js';
import { groupGranted, groupRequested, readGrant } from './legacy.js';
import { refreshLink } from './links.js';
import { changeMembership, isMembership } from './membership.js';
import { isReplaced, notify } from './own-scripts.js';
import { partner } from './partner.js';
import { doubt, giveProof, isProof, isProofRequest, proved } from './proof.js';
import { count, refuse, sayRarely } from './refusals.js';
import { heardReport, heardStarting } from './reported.js';
import { answerRexmit, firstAsk, givenUp } from './retransmission.js';
import { isNumbered, send } from './sending.js';
import { arrive, UNKNOWN } from './sequence.js';
import { cancelStandby, heardStandby, standbyWord, takeoverRequested } from './standby.js';
import type { NodeState } from './state.js';
import { heardStatus, returned, unexplained } from './status.js';
import { heardTold, REPORT } from './told.js';
import { deliver, say, type Turn, updateNode, updateResources } from './turn.js';
import { isImpostor, isSameUuid, learnUuid } from './uuids.js';

/** How far the time of an acknowledgement may be from its sender's clock, beside that of its dead time, in seconds. */
const NOTICE_SLACK = 2;
/** Packets may be overtaken by so many others on their way. */
const MAX_OVERTAKEN = 50;

/** heartbeat reference 4.1: `destuuid` decides when it says something, else `dest`. */
const isForUs = (turn: Turn, message: Message): boolean => {
  const uuid = bytes(message, 'destuuid');
  const { self, uuid: own } = turn.state.settings;
  const dest = text(message, 'dest');
  if (uuid?.some((byte) => byte !== 0)) {
    // Machines with copied disks have one uuid between them: then the name tells them apart.
    const isCopied = dest !== undefined && dest !== self && isSameUuid(turn.state.nodes.get(dest)?.uuid, own);
    return isSameUuid(own, uuid) && !isCopied;
  }
  return dest === undefined || dest === self;
};

/**
 * Whether an unnumbered message may be of now: nothing but its time tells it from a recording. Its sender's clock is
 * known from its statuses, which are numbered; ours does not matter.
 */
const isFresh = (turn: Turn, node: NodeState, message: Message): boolean => {
  const ts = hexNumber(message, 'ts');
  if (node.clock === undefined || ts === undefined) return node.clock === undefined;
  const expected = node.clock.ts + (turn.now.mono - node.clock.at) / 1000;
  return Math.abs(ts - expected) <= turn.state.settings.deadtime / 1000 + NOTICE_SLACK;
};

const heardUnnumbered = (turn: Turn, node: NodeState, message: Message, type: string): Turn => {
  if (type === 'NS_nak_rexmit') return givenUp(turn, node.name, message);
  if (!isForUs(turn, message)) return turn;
  if (type === 'NS_rexmit') return answerRexmit(turn, node.name, message);
  if (type === REPORT) return heardTold(turn, node, message);
  if (type !== 'NS_ackmsg') return turn;
  const acked = hexNumber(message, 'ackseq') ?? 0;
  return acked > node.acked && acked < turn.state.nextSeq ? updateNode(turn, node.name, { acked }) : turn;
};

/** A numbered message that is new and for us. */
const process = (turn: Turn, node: NodeState, message: Message, type: string, seq: number): Turn => {
  const told = (part: Turn): Turn => deliver(part, message);
  if (isMembership(type)) return changeMembership(told(turn), message);
  if (isProofRequest(message)) return giveProof(turn, node.name, message);
  switch (type) {
    case 'reqnodes':
      return answerNodeList(turn, node.name);
    case 'repnodes':
      return gotNodeList(turn, node.name, message);
    case 'starting':
      return heardStarting(told(turn), node.name);
    case 'resource':
      return heardReport(told(turn), node.name, message, seq);
    case 'ask_resources':
      if (partner(turn.state)?.name !== node.name) return told(turn);
      return heardStandby(told(turn), standbyWord(message, node.name, false, seq));
    case 'shutdone':
      return departed(told(turn), node.name, seq);
    case 'hb_takeover':
      if (isReplaced(turn, type)) return notify(told(turn), message);
      return takeoverRequested(told(turn), text(message, 'rsc_hold'));
    case 'ip-request':
      if (isReplaced(turn, type)) return notify(told(turn), message);
      return groupRequested(told(turn), node.name, text(message, 'ipaddr') ?? '');
    case 'ip-request-resp':
      if (isReplaced(turn, type)) return notify(told(turn), message);
      return groupGranted(told(turn), readGrant(message, node.name));
    case 'stonith':
      return told(turn);
    default:
      // heartbeat reference 4.1: anything else is for local clients, and for a script of that name.
      return notify(told(turn), message);
  }
};

/** The node started anew: nothing of its former life counts any more. */
const restarted = (turn: Turn, node: NodeState, generation: number): Turn => {
  // What an earlier life of ours remembers of it is no restart that anybody here could notice.
  const heard = node.statusAt !== undefined;
  const said = heard ? say(turn, 'info', `Heartbeat restart on node ${node.name}`) : turn;
  const fresh = updateNode(said, node.name, {
    generation,
    floor: generation === node.generation ? node.floor : 0,
    clock: undefined,
    sequence: UNKNOWN,
    statusSeq: undefined,
    left: false,
    acked: 0,
    ackBase: turn.state.nextSeq - 1,
    kin: undefined,
    told: undefined,
  });
  if (partner(turn.state)?.name !== node.name || !heard) return fresh;
  return updateResources(node.status === 'dead' ? fresh : cancelStandby(fresh), {
    otherHoldSeq: 0,
    otherAdded: undefined,
    otherStable: false,
    otherStableSeq: 0,
    // What its former life claimed is no claim of this one: whatever is still wrong begins anew.
    conflictSince: undefined,
    conflictAskedAt: undefined,
    queryAt: undefined,
    orphanSince: undefined,
  });
};

/** A packet of a life that is over, for all we know; it may be that we are wrong. */
const recording = (turn: Turn, node: NodeState, reason: 'oldGeneration' | 'oldNumber', line: string): Turn =>
  doubt(refuse(turn, reason, node.name, line), node.name);

/** A heartbeat that was heard long ago: a recording, unless the machine of its sender has been set back to where it was. */
const farBehind = (turn: Turn, node: NodeState): Turn => doubt(count(turn, 'oldNumber'), node.name);

/**
 * The node has answered the question that only a living one can answer. If it lives in a generation that we took for
 * over, or is far behind the numbers we know (its disk was set back, its clock was), it is believed from now on.
 */
const adopted = (turn: Turn, node: NodeState, generation: number, seq: number): Turn => {
  const sure = proved(turn, node.name);
  const known = node.generation ?? 0;
  const behind =
    generation === known &&
    seq <= Math.max(node.floor, node.sequence.last ?? 0) &&
    !node.sequence.missing.some((one) => one.seq === seq);
  const over = generation < known || (generation > known && generation <= node.revoked);
  if (!over && !behind) return sure;
  const where = over
    ? `lives in generation ${generation} although it has been in ${Math.max(known, node.revoked)}`
    : `is back at number ${seq} although it has been farther`;
  const said = say(sure, 'WARN', `Node ${node.name} ${where}: it answered a question of ours, so it is believed.`);
  const fresh = restarted(said, node, generation);
  return updateNode(fresh, node.name, {
    sequence: { last: seq, missing: [] },
    floor: 0,
    revoked: Math.max(known, node.revoked),
    // Of a dead one this is a new life: its next status is its first, and no return after a partition.
    ...(node.status === 'dead' ? { statusAt: undefined } : {}),
  });
};

/** Numbers, generations and acknowledgements; then the message itself. */
const heardNumbered = (before: Turn, asKnown: NodeState, message: Message, type: string, link: LinkName): Turn => {
  const seq = hexNumber(message, 'seq');
  const generation = hexNumber(message, 'hg') ?? 0;
  if (seq === undefined || seq === 0) {
    return refuse(before, 'badSequence', asKnown.name, 'should_drop_message: bad sequence number');
  }
  const turn = isProof(asKnown, message, before.state.settings.self)
    ? adopted(before, asKnown, generation, seq)
    : before;
  const node = turn.state.nodes.get(asKnown.name) ?? asKnown;
  const known = node.generation;
  const attack = `should_drop_message: attempted replay attack [${node.name}]? [gen = ${generation}, curgen = ${known}]`;
  const isOver = known !== undefined && (generation < known || (generation > known && generation <= node.revoked));
  if (isOver) return recording(turn, node, 'oldGeneration', attack);
  if (generation === known && seq <= node.floor) {
    return recording(turn, node, 'oldNumber', `${attack}: number ${seq} was heard before this daemon started`);
  }
  const isStatus = type === 'status';
  const heard = node.statusAt !== undefined;
  const renewed = isStatus && (!heard || known === undefined || generation > known);
  // heartbeat reference 4.3: only a status opens a new life; what comes before it cannot be told from an old one.
  if (!isStatus && (generation !== known || !heard)) return count(turn, 'unknownLife');
  const isBack = isStatus && !renewed && node.status === 'dead';
  if (isBack && node.statusSeq !== undefined && seq <= node.statusSeq) return farBehind(turn, node);
  // A dead node comes back with a status; whatever else arrives of it is from before its death.
  if (node.status === 'dead' && !isStatus) return count(turn, 'deadNode');

  const back = renewed ? restarted(turn, node, generation) : isBack ? returned(turn, node.name) : turn;
  const living = renewed || isBack ? unexplained(back, node.name) : back;
  const current = living.state.nodes.get(node.name) ?? node;
  const { turn: drawn, askAt } = firstAsk(living);
  const { sequence, arrival } = arrive(current.sequence, seq, askAt);
  if (arrival.kind === 'duplicate') return refreshLink(living, node.name, link);
  if (arrival.kind === 'old') {
    const overtaken = (current.sequence.last ?? 0) - seq <= MAX_OVERTAKEN;
    return isStatus && !overtaken ? farBehind(living, current) : count(living, 'oldNumber');
  }
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
  const linked = refreshLink(learnUuid(noted, current, message), node.name, link);
  const acked = acknowledge(linked, current, seq);
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
    const line = `process_clustermsg: missing from/ts/type: iface ${link}, from ${from}`;
    return refuse(turn, 'incomplete', from, line, ...dumpLines(message));
  }
  const node = turn.state.nodes.get(src);
  if (node === undefined) {
    const line = `process_status_message: bad node [${src}] in message`;
    return refuse(turn, 'unknownNode', src, line, ...dumpLines(message));
  }
  if (src === turn.state.settings.self) return ownCopy(turn, message, link);
  if (node.type === 'ping') {
    return type === 'NS_st' && link === src && isEcho(turn, message)
      ? heardStatus(refreshLink(turn, src, link), src, message, undefined, false)
      : count(turn, 'pingStatus');
  }
  if (isNumbered(type)) {
    if (text(message, 'seq') === undefined) {
      const line = `process_clustermsg: missing seqno: iface ${link}, from ${src}`;
      return refuse(turn, 'badSequence', `none ${src}`, line, ...dumpLines(message));
    }
    return heardNumbered(turn, node, message, type, link);
  }
  if (node.status === 'dead') return count(turn, 'deadNode');
  if (hexNumber(message, 'hg') !== node.generation) return count(turn, 'oldGeneration');
  // A sender that could not send a number again never can: that stays true in a recording.
  if (type !== 'NS_nak_rexmit' && !isFresh(turn, node, message)) {
    const line = `${type} of ${src} refused: its time is not that of the clock of ${src}, so it is a recording.`;
    return sayRarely(count(turn, 'staleNotice'), `staleNotice ${src}`, 'WARN', [line]);
  }
  return heardUnnumbered(refreshLink(learnUuid(turn, node, message), src, link), node, message, type);
};

/** What comes back to us from a medium that does that keeps our own link up; nothing else in it matters. */
const ownCopy = (turn: Turn, message: Message, link: LinkName): Turn => {
  const { self, generation, deadtime } = turn.state.settings;
  if (isImpostor(turn, message)) {
    return refuse(
      turn,
      'ownName',
      'other machine',
      `Another machine calls itself ${self}: its packets come in on link ${link}. Give one of the two another name (uname -n, or /etc/ha.d/nodeinfo).`,
    );
  }
  const age = Math.abs(turn.now.wall / 1000 - (hexNumber(message, 'ts') ?? 0));
  const isOurs = hexNumber(message, 'hg') === generation && age <= deadtime / 1000 + NOTICE_SLACK;
  return isOurs ? refreshLink(turn, self, link) : count(turn, 'ownName');
};
