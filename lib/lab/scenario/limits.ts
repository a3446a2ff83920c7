/** How long each fault may interrupt the service, from the intervals of ha.cf and who must react. Pure. */
import type { Implementation } from '../heartbeat-node.js';
import type { Timing } from './defaults.js';
import { type Fault, hasGenuine, implementationOf, type NodeId, type Pairing } from './model.js';
import type { Limits } from './record.js';

export interface Circumstances {
  readonly pairing: Pairing;
  readonly failback: 'on' | 'off';
  readonly timing: Timing;
  readonly nodes: readonly NodeId[];
  /** A daemon is so young that it still asks for two seconds more patience (heartbeat reference 5.3). */
  readonly young: boolean;
  /** Nobody else runs: whoever starts must wait for initdead. */
  readonly alone: boolean;
  /** How many times longer everything takes because of what else the machine does; 1 when it has nothing else to do. */
  readonly slowness: number;
  /** The same for starting programs, which is most of what genuine scripts do. */
  readonly programs: number;
}

/** Other labs on the same machine, and the distance of two probes. */
const LOAD = 300;
/** Design: ours acts within 60 ms; two addresses, and programs to start for genuine agents. */
const OURS = 200;
/** Genuine notices network input up to 0.5 s late (heartbeat reference 4.6). */
const GENUINE_REACTION = 500;
/** Two groups one after the other, each with a status, a start or stop, and findif: a dozen shells. */
const GENUINE_SCRIPTS = 1000;
/** Genuine looks for dead nodes every 250 ms (heartbeat reference 5.3). */
const GENUINE_CHECK = 250;
const YOUNG = 2000;
/** Both hold an address and hear each other again: how long, at most. */
export const DOUBLE = 500;
/** How long a client may go without an answer although nothing should interrupt it: a moved announcement, no more. */
const undisturbed = ({ slowness }: Circumstances): number => LOAD * slowness;

const reaction = (who: Implementation, { slowness, programs }: Circumstances): number =>
  who === 'ours' ? OURS * slowness : GENUINE_REACTION + GENUINE_SCRIPTS * programs;

/** One side stops, says so, and the other starts. */
const handOver = ({ pairing, slowness, programs }: Circumstances): number =>
  LOAD * slowness + (hasGenuine(pairing) ? GENUINE_REACTION + 2 * GENUINE_SCRIPTS * programs : OURS * slowness);

/** From the silence of a node to the first answer of whoever takes over. */
const takeOver = (lost: NodeId, circumstances: Circumstances): number => {
  const { pairing, timing, nodes, young, slowness } = circumstances;
  const survivors = nodes.filter((node) => node !== lost).map((node) => implementationOf(pairing, node));
  const slowest: Implementation = survivors.includes('genuine') ? 'genuine' : 'ours';
  const check = slowest === 'genuine' ? GENUINE_CHECK : 0;
  return timing.deadtime + (young ? YOUNG : 0) + check + reaction(slowest, circumstances) + LOAD * slowness;
};

/** Until an address is served first. Heartbeat reference 6.3: 10 s when a genuine node may also be starting. */
const firstAnswer = ({ pairing, timing, alone, programs }: Circumstances): number => {
  const start = hasGenuine(pairing) ? 5_000 : 3_000;
  const initial = alone ? timing.initdead : hasGenuine(pairing) ? 10_000 : 0;
  return (start + LOAD) * programs + initial;
};

const gap = (fault: Fault, circumstances: Circumstances): number => {
  const { pairing, failback } = circumstances;
  switch (fault.type) {
    case 'start':
    case 'powerOn':
      return failback === 'on' ? handOver(circumstances) : undisturbed(circumstances);
    case 'stop':
    case 'standby':
    case 'takeover':
      return handOver(circumstances);
    case 'powerOff':
      return takeOver(fault.node, circumstances);
    case 'unplug':
    case 'lose':
      return fault.type === 'lose' && fault.share < 1
        ? undisturbed(circumstances)
        : takeOver(fault.node, circumstances);
    case 'heal':
    case 'pause':
    case 'key':
      // Our own kind: whoever keeps a group serves all the time, and says so when the other has stopped it. Otherwise one
      // change of hands, or at least the time that genuine scripts need to stop what the other node goes on serving.
      if (!hasGenuine(pairing)) return undisturbed(circumstances);
      return failback === 'on' ? handOver(circumstances) : reaction('genuine', circumstances) + LOAD;
    default:
      return undisturbed(circumstances);
  }
};

/** Whether the nodes may find out in this step that both hold the same. */
const mayMeet = (fault: Fault): boolean =>
  ['heal', 'pause', 'key', 'powerOn', 'start', 'partition', 'unplug', 'lose', 'kill', 'powerOff'].includes(fault.type);

/** Whether the step ends with somebody being called dead. */
const isDeath = (fault: Fault): boolean =>
  fault.type === 'powerOff' || fault.type === 'unplug' || (fault.type === 'lose' && fault.share >= 1);

/** The limits of a step. */
export const limitsFor = (fault: Fault, circumstances: Circumstances): Limits => ({
  gap: gap(fault, circumstances),
  // Design, "Own lateness": a daemon of ours that was late itself gives everybody one full deadtime more.
  evidence: isDeath(fault) && circumstances.pairing !== 'genuine-genuine' ? circumstances.timing.deadtime : 0,
  double: mayMeet(fault) ? DOUBLE : 0,
  first: firstAnswer(circumstances),
  // Not a promise of the reference, only the end of our patience.
  end: 65_000 + circumstances.timing.deadtime + circumstances.timing.initdead,
});
