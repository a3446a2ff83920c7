/** The words of `ha doctor`, and its exit code. */
import { doctorCommand } from '../../lib/doctor/command.js';
import type { Readings } from '../../lib/doctor/readings.js';
import { runHa } from '../../lib/ha/run-ha.js';
import { machineStatus, NO_HEARTBEAT } from '../../lib/ha/status/status.js';
import { paper, worldWith } from '../support/ha.js';

const doctor = async (more: Partial<Readings>, ...words: readonly string[]) => {
  const { written, print, complain } = paper();
  const load = async () =>
    doctorCommand(async () => ({
      status: machineStatus(0, { snapshot: null, problem: NO_HEARTBEAT }, []),
      ...{ addresses: [], routes: [], settings: new Map(), openArp: [], table: undefined, listeners: [] },
      ...{ clockKept: true, spaces: [] },
      ...more,
    }));
  const code = await runHa(
    ['doctor', ...words],
    'test',
    [{ name: 'doctor', summary: '', load }],
    worldWith({ print, complain }),
  );
  return { ...written, code };
};

test('nothing bad is exit code 0, something is 1', async () => {
  const well = await doctor({});
  expect([well.code, well.stdout]).toEqual([
    0,
    'ok  something keeps the clock of this machine right\n\n0 bad, 0 doubtful, 1 good\n',
  ]);
  expect((await doctor({ clockKept: false })).code).toBe(0);
  const ill = await doctor({ spaces: [{ path: '/var/log', free: 0, size: 1 }] }, '--json');
  expect(ill.code).toBe(1);
  expect(JSON.parse(ill.stdout)).toMatchObject({ version: 1, bad: 1, symptoms: [{}, { code: 'doctor/disk-full' }] });
});

test('wrong words are exit code 2', async () => {
  expect((await doctor({}, '--cure')).code).toBe(2);
});
