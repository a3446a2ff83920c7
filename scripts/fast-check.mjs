/**
 * fast-check as the tests import it: in CI every property is looked at with the same seed, so that a run can be judged and
 * repeated; elsewhere, and each night, with another one each time. `HA_SUITE_SEED` sets it.
 */
import fc from '../node_modules/fast-check/lib/fast-check.js';

const IN_CI = 1;

const wanted = process.env.HA_SUITE_SEED ?? (process.env.CI ? IN_CI : undefined);
if (wanted !== undefined) fc.configureGlobal({ seed: Number(wanted) });

export * from '../node_modules/fast-check/lib/fast-check.js';
export default fc;
