/** Wiring: what a daemon does to the world besides its checks and its table; a shadow does none of it. */
import { stopPlan } from '../stop-plan.js';
import { createFallbackRunner, runCallback } from './commands.js';
import { createWitness } from './witness.js';

export interface Deeds {
  readonly createWitness: typeof createWitness;
  readonly createFallbackRunner: typeof createFallbackRunner;
  readonly runCallback: typeof runCallback;
  readonly stopPlan: typeof stopPlan;
}

/** Those of the daemon that keeps the table. */
export const DEEDS: Deeds = { createWitness, createFallbackRunner, runCallback, stopPlan };
