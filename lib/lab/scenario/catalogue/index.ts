/** All scenarios, in the order in which they are played. */
import type { Scenario } from '../model.js';
import { CABLES } from './cables.js';
import { DEATHS } from './deaths.js';
import { LOSS } from './loss.js';
import { PLAIN } from './plain.js';
import { TROUBLES } from './troubles.js';

export const SCENARIOS: readonly Scenario[] = [...LOSS, ...PLAIN, ...DEATHS, ...CABLES, ...TROUBLES];
