/** What this node tells of itself, and when it is told. */

import { REPORT_EVERY } from '../../lib/heartbeat/cluster/told.js';
import { isDue, ownReport, REPORT_PAUSE } from '../../lib/heartbeat/own-report.js';
import { substance } from '../../lib/peer/format.js';
import { aged, type NodeReport } from '../../lib/peer/report.js';
import { millis } from '../../lib/time.js';
import { heartbeatSays } from '../support/status-world.js';

const AT = 1_795_800_000_000;
const reportWhen = (isDead: boolean): NodeReport =>
  ownReport({
    ...{ number: 3, suite: 'ha-suite 1', directors: [], key: 1, files: [] },
    snapshot: { ...heartbeatSays(AT, isDead), since: { 'holding lb2': AT - 5000 } },
  });

test('its links to all others, and the groups that it holds', () => {
  expect(reportWhen(true)).toEqual({
    ...{ number: 3, suite: 'ha-suite 1', directors: [], key: 1, files: [] },
    links: [
      { node: 'lb1', link: 'eth0', status: 'dead', heardAge: 4000 },
      { node: 'gateway', link: 'gateway', status: 'up', heardAge: 300 },
    ],
    groups: [{ prefers: 'lb1', group: 'IPaddr2::10.0.0.100/24/eth0', heldFor: 5000 }],
    left: { links: 0, groups: 0, directors: 0, files: 0 },
  });
  // What the other node holds is for that one to tell.
  expect(reportWhen(false).groups).toEqual([]);
});

test('it is told at first, soon after a change, and now and then', () => {
  const report = reportWhen(false);
  const last = { to: 'lb1', substance: substance(report), at: millis(1000) };
  const telling = (to: string, said: NodeReport, wait: number) => ({
    to,
    substance: substance(said),
    at: millis(1000 + wait),
  });
  expect(isDue(undefined, telling('lb1', report, 0))).toBe(true);
  expect(isDue(last, telling('lb3', report, 0))).toBe(true);
  expect(isDue(last, telling('lb1', report, REPORT_EVERY - 1))).toBe(false);
  expect(isDue(last, telling('lb1', { ...report, ...aged(report, 2000) }, 2000))).toBe(false);
  expect(isDue(last, telling('lb1', report, REPORT_EVERY))).toBe(true);
  expect(isDue(last, telling('lb1', reportWhen(true), REPORT_PAUSE - 1))).toBe(false);
  expect(isDue(last, telling('lb1', reportWhen(true), REPORT_PAUSE))).toBe(true);
});
