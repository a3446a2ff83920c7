/** Where the genuine heartbeat breaks a rule by its known behaviour: what, how long, and which reference says so. Pure. */
import { type Allowance, PAIRINGS, type Pairing } from '../model.js';

export const BOTH_GENUINE: readonly Pairing[] = ['genuine-genuine'];
export const MIXED: readonly Pairing[] = ['ours-genuine', 'genuine-ours'];
export const LB1_GENUINE: readonly Pairing[] = ['genuine-ours', 'genuine-genuine'];
export const LB2_GENUINE: readonly Pairing[] = ['ours-genuine', 'genuine-genuine'];
export const ANY_GENUINE: readonly Pairing[] = [...MIXED, ...BOTH_GENUINE];

/**
 * Both genuine nodes release everything 2 s after they hear each other again, and restart (heartbeat reference 5.6):
 * nobody serves for roughly deadtime + 15 s.
 */
export const healedPartition: readonly Allowance[] = [
  { rule: 'double', upTo: 4_500, pairings: ANY_GENUINE, because: 'heartbeat reference 5.6' },
  { rule: 'gap', upTo: 25_000, pairings: BOTH_GENUINE, because: 'heartbeat reference 5.6' },
];

/**
 * A genuine daemon that was stopped calls its peer dead when it wakes, takes over what is running there, and the peer
 * sees a healed partition (heartbeat reference 5.7, 11.2 no. 12). Ours waits 5 s for a restart, then asks for a hand-over,
 * which takes genuine scripts up to 3 s.
 */
export const wokeGenuine = (pairings: readonly Pairing[]): readonly Allowance[] => [
  { rule: 'double', upTo: 8_000, pairings, because: 'heartbeat reference 5.7' },
  // It does not announce its own addresses, which are up already: clients go on asking the other node.
  { rule: 'gap', upTo: 60_000, pairings: BOTH_GENUINE, because: 'heartbeat reference 5.7' },
];

/**
 * What a killed genuine daemon had started stays up, and its next life does not know: the address has two owners until
 * it fails back; beside another genuine node nobody announces it then, because it "is running already" (heartbeat reference 5.7, 6.2).
 */
export const killedGenuine: readonly Allowance[] = [
  { rule: 'double', upTo: 5_000, pairings: LB1_GENUINE, because: 'heartbeat reference 5.7' },
  { rule: 'gap', upTo: 60_000, pairings: BOTH_GENUINE, because: 'heartbeat reference 5.7' },
];

/** A group whose start fails is offered to the other node half a minute later, by all implementations. */
export const givenUp: readonly Allowance[] = [
  { rule: 'gap', upTo: 50_000, pairings: PAIRINGS, because: 'heartbeat reference 2.6' },
];

/**
 * A genuine node that heard its peer all the time does not restart when that one hears it again; ours waits 5 s for that
 * restart, then asks it to hand over.
 */
export const unawareGenuine: readonly Allowance[] = [
  { rule: 'double', upTo: 8_000, pairings: MIXED, because: 'heartbeat reference 5.6' },
];
