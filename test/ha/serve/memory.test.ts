/** What stays when a daemon says no more, and how it ages. */
import { type Memory, remember, SAMPLES, sampled, statusAt } from '../../../lib/ha/serve/memory.js';
import { NOT_RUNNING } from '../../../lib/ha/status/look.js';
import {
  directorHeard,
  type Heard,
  heartbeatHeard,
  type MachineStatus,
  machineStatus,
} from '../../../lib/ha/status/status.js';
import type { HeartbeatSnapshot } from '../../../lib/heartbeat/snapshot.js';
import { directorSays, heartbeatSays } from '../../support/status-world.js';

const AT = 1_795_800_000_000;
const said = (at: number): MachineStatus =>
  machineStatus(at, heartbeatHeard(heartbeatSays(at), at), [
    { name: 'www.cf', heard: directorHeard(directorSays(at), at) },
  ]);
const silent = (problem: string): MachineStatus => machineStatus(AT + 1000, { snapshot: null, problem }, []);
const first = (): Memory => remember(undefined, said(AT), ['www.cf']);

test('what answers is as it says, and older by the time since then', () => {
  const status = statusAt(first(), AT + 700);
  expect(status.at).toBe(AT + 700);
  expect(status.heartbeat).toMatchObject({ age: 700, stale: false });
  expect(status.directors).toMatchObject([{ name: 'www.cf', heard: { age: 700, stale: false } }]);
  expect(statusAt(first(), AT + 5001).heartbeat).toMatchObject({ age: 5001, stale: true });
});

test('a daemon that was killed is stale at once, and what it knew stays', () => {
  const status = statusAt(remember(first(), silent('the daemon has no socket'), ['www.cf']), AT + 1000);
  expect(status.heartbeat).toMatchObject({ age: 1000, stale: true, snapshot: { node: 'lb2' } });
  expect(status.directors).toMatchObject([{ name: 'www.cf', heard: { age: 1000, stale: true } }]);
  expect(status.troubles).toEqual(['heartbeat has not answered for 1 s', 'ldirectord www.cf has not answered for 1 s']);
});

test('one that ended in good order is not shown any more', () => {
  const status = statusAt(remember(first(), silent(NOT_RUNNING), []), AT + 1000);
  expect(status.heartbeat).toEqual({ snapshot: null, problem: NOT_RUNNING });
  expect(status.directors).toEqual([]);
});

test('one that answers again is fresh again', () => {
  const again = remember(remember(first(), silent('x'), ['www.cf']), said(AT + 2000), ['www.cf']);
  expect(statusAt(again, AT + 2000).heartbeat).toMatchObject({ age: 0, stale: false });
});

test('one that never answered keeps its reason', () => {
  const never: Heard<HeartbeatSnapshot> = { snapshot: null, problem: 'only for root' };
  expect(statusAt(remember(undefined, machineStatus(AT, never, []), []), AT).heartbeat).toEqual(never);
});

test('the last minute of every link, and of none that is gone', () => {
  let lateness = sampled(new Map([['gone:eth9', [1]]]), heartbeatSays(AT));
  expect([...lateness]).toEqual([
    ['lb1:eth0', [120]],
    ['gateway:gateway', [300]],
  ]);
  for (let second = 0; second < 2 * SAMPLES; second += 1) lateness = sampled(lateness, heartbeatSays(AT, true));
  expect(lateness.get('lb1:eth0')).toEqual(Array.from({ length: SAMPLES }, () => 4000));
});
