/** Plays cases in several lanes side by side; they mostly wait. */
import { inNamespace } from '../director-golden/namespace.js';
import { command } from '../paths.js';
import type { CaseResult, LaneOrder } from './lane.js';
import type { WorldCase } from './world.js';

const PROGRAMS: LaneOrder['programs'] = {
  genuine: ['/usr/sbin/ldirectord'],
  ours: [process.execPath, command('ldirectord-ts')],
};

/** A lane that hangs is ended: milliseconds for every case. */
const LONGEST_CASE = 240_000;

/** The results in the order of the cases; `programs` can be changed to prove that a difference is found. */
export const playCases = async (
  cases: readonly WorldCase[],
  lanes: number,
  programs: Partial<LaneOrder['programs']> = {},
): Promise<readonly CaseResult[]> => {
  const numbered = cases.map((world, index) => ({ index, world }));
  const shares = Array.from({ length: Math.min(lanes, cases.length) }, (_, lane) =>
    numbered.filter(({ index }) => index % lanes === lane),
  );
  const results = await Promise.all(
    shares.map((share) => {
      const order: LaneOrder = { programs: { ...PROGRAMS, ...programs }, cases: share };
      const script = '../director-differential/lane.js';
      return inNamespace(script, order, LONGEST_CASE * share.length) as Promise<readonly CaseResult[]>;
    }),
  );
  return results.flat().sort((one, other) => one.index - other.index);
};
