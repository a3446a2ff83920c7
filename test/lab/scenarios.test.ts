/** A choice of the scenario matrix, short enough for every run of the tests; `npm run lab` plays all of it. */
import { SCENARIOS } from '../../lib/lab/scenario/catalogue/index.js';
import { ADDRESSES } from '../../lib/lab/scenario/defaults.js';
import { type Run, runsOf } from '../../lib/lab/scenario/matrix.js';
import type { Pairing, Step } from '../../lib/lab/scenario/model.js';
import { play } from '../../lib/lab/scenario/play.js';
import { startBoth } from '../../lib/lab/scenario/steps.js';
import { describeRuns } from './played.js';

const chosen = (name: string, ...pairings: readonly Pairing[]): readonly Run[] => {
  const runs = runsOf(
    SCENARIOS.filter((scenario) => scenario.name === name),
    undefined,
    pairings,
  );
  if (runs.length !== pairings.length) throw new Error(`the catalogue has no "${name}" for ${pairings.join(' and ')}`);
  return runs;
};

// The long ones first, so that none of them is alone in the end.
describeRuns(
  [
    ...chosen('standby and takeover, from both nodes and with the tools of both', 'ours-genuine', 'genuine-ours'),
    ...chosen('the daemon on lb2 sleeps longer than deadtime', 'ours-genuine'),
    ...chosen('partition on all links while clients reach both, failback off', 'ours-genuine', 'genuine-ours'),
    ...chosen('kill -9 of the daemon on lb1, and its start after the takeover', 'ours-genuine', 'genuine-ours'),
    ...chosen('the clock of lb1 goes an hour ahead, an hour behind, and right again', 'ours-ours'),
    ...chosen('of two links one fails, then the other, then both are back', 'ours-ours'),
    ...chosen('the disk of lb2 is full: it serves, takes over and hands back', 'ours-ours'),
    ...chosen('three nodes: the third is passive', 'ours-ours'),
    ...chosen('partition on all links while clients reach both, failback on', 'ours-ours'),
    ...chosen('partition on all links while clients reach both, failback off', 'ours-ours'),
    ...chosen('a script that hangs while lb2 takes over does not keep the daemon from its work', 'ours-ours'),
    ...chosen('lb1 hears nothing any more on the heartbeat wire, lb2 hears everything', 'ours-ours'),
    ...chosen('lb1 has a wrong key for a while', 'ours-ours'),
    ...chosen('kill -9 of the daemon on lb1, and its start after the takeover', 'ours-ours'),
    ...chosen('power cycle of lb1 faster than deadtime while it serves everything', 'ours-ours'),
  ],
  2,
);

test('the checker sees what somebody does by hand: a second owner, an address taken away; and a line that no log may have', async () => {
  const [first] = ADDRESSES;
  const tamper = (node: 'lb1' | 'lb2', action: 'give' | 'take'): Step => ({
    fault: { type: 'tamper', node, action, address: first, duration: 1_500 },
  });
  const { violations } = await play(
    {
      name: 'tampering',
      failback: 'on',
      // Longer than the tampering: the daemons notice nothing.
      haCf: ['deadtime 10', 'initdead 20'],
      // Nor do they put right what they notice.
      suiteIni: '[agents]\nwatch = no\n',
      neverLogged: ['Comm_now_up'],
      steps: [startBoth, tamper('lb2', 'give'), tamper('lb1', 'take')],
    },
    'ours-ours',
  );
  const found = violations.map(({ text }) => text).join('\n');
  expect(found).toMatch(/^10\.0\.0\.100 had two owners that hear each other for [1-3]\.\d\d s, limit 0\.00 s/m);
  expect(found).toMatch(/^10\.0\.0\.100 did not answer for [1-3]\.\d\d s, limit /m);
  expect(found).toMatch(/^lb1: .*Comm_now_up/m);
}, 60_000);
