/** All rules together. Pure. */
import type { Readings, Rule, Symptom } from './readings.js';
import { addresses } from './rules/addresses.js';
import { clocks, daemons, lateness, links, refusals } from './rules/cluster.js';
import { space } from './rules/machine.js';
import { entrances, fallbacks, quietAddresses, table, ways } from './rules/traffic.js';

/** In the order in which one would look. */
const RULES: readonly Rule[] = [
  ...[daemons, links, refusals, lateness, clocks],
  ...[addresses, entrances, ways, quietAddresses, table, fallbacks],
  space,
];

/** Everything that was looked at, with what it came to. Never throws. */
export const examine = (readings: Readings): readonly Symptom[] => RULES.flatMap((rule) => rule(readings));
