/**
 * The long version of the simulator's proofs (ten thousand fault schedules, more weather, more attacks: about half an hour),
 * and of the comparison with the genuine ldirectord, each night over other configurations and worlds.
 */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A failing test names it, so that it can be set to it again. */
const tonight = String(Date.now() % 1_000_000_000);
const env = {
  HA_SUITE_SEED: tonight,
  HA_SUITE_FAULT_RUNS: '2500',
  HA_SUITE_HEALTH_RUNS: '300',
  HA_SUITE_LOSS_SEEDS: '20',
  HA_SUITE_ATTACK_RUNS: '500',
  HA_SUITE_THREE_RUNS: '1000',
  HA_SUITE_DIFFERENTIAL_RUNS: '500',
  HA_SUITE_DIFFERENTIAL_EVENTS: '5',
  HA_SUITE_DIFFERENTIAL_SEED: tonight,
  HA_SUITE_PARSE_RUNS: '20000',
  HA_SUITE_PARSE_SEED: tonight,
  ...process.env,
};
const tests = join(dirname(fileURLToPath(import.meta.url)), 'test.mjs');
const runs = [
  ['--unit', 'heartbeat/cluster/(faults|three|loss|attackers|fuzz|health)'],
  ['compat/ldirectord-(parse-)?differential'],
];
const statuses = runs.map(
  (args) => spawnSync(process.execPath, [tests, ...args], { env, stdio: 'inherit' }).status ?? 1,
);
process.exitCode = Math.max(...statuses);
