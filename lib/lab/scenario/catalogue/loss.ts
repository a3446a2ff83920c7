/** Loss, delay, repetition and disorder: no false death, and no message lost. */
import { FAIR_WEATHER } from '../../relay.js';
import { type Allowance, PAIRINGS, type Scenario } from '../model.js';
import { count, heal, lose, relay, startBoth } from '../steps.js';

/** How often each node sends a numbered message, in milliseconds. */
const EVERY = 200;

export const LOST_PROBES = 'the probes get lost as well';

/**
 * The probes of the client get lost as well, and now and then the question for the hardware address, which it asks only
 * once a second. What matters is that nothing moves.
 */
const lostProbes: readonly Allowance[] = [{ rule: 'gap', upTo: 4_000, pairings: PAIRINGS, because: LOST_PROBES }];

/** A minute of packets that are dropped at random, in every run of the tests as well. */
export const MINUTE_OF_LOSS: Scenario = {
  name: '20 % loss each way for 60 s: nobody dies, every message arrives once',
  failback: 'on',
  haCf: ['deadtime 3', 'initdead 10'],
  neverLogged: ['is dead', 'Irretrievably lost'],
  steps: [
    startBoth,
    // One cable is on the way of both directions.
    lose('lb1', ['eth0'], 0.2, 'both', 'lb1 lb2'),
    count(60_000, EVERY, { still: true, allow: lostProbes }),
    heal('lb1 lb2', { still: true }),
  ],
};

export const LOSS: readonly Scenario[] = [
  MINUTE_OF_LOSS,
  {
    name: '50 ms jitter, 20 % loss, one in ten twice, for 60 s: nobody dies, every message arrives once',
    failback: 'on',
    links: 'relay',
    haCf: ['deadtime 3', 'initdead 10'],
    neverLogged: ['is dead', 'Irretrievably lost'],
    steps: [
      startBoth,
      relay({ delay: 10, jitter: 50, loss: 0.2, duplicate: 0.1 }),
      count(60_000, EVERY, { still: true }),
      relay(FAIR_WEATHER, { still: true }),
    ],
  },
];
