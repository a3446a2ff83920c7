import type { JobResult } from '../../../lib/heartbeat/cluster/interface.js';
import { createJobs, type Job } from '../../../lib/heartbeat/wiring/jobs.js';
import { until } from '../../../lib/lab/until.js';
import { millis } from '../../../lib/time.js';

const job = (number: number): Job => ({ type: 'job', job: number, action: 'acquire', scope: 'all' });

test('jobs run one after the other, the first at once, and each is reported once and in order', async () => {
  const events: string[] = [];
  const release: (() => void)[] = [];
  const jobs = createJobs(
    ({ job: number }) => {
      events.push(`start ${number}`);
      return new Promise<JobResult>((resolve) =>
        release.push(() => resolve({ outcome: number === 2 ? 'failed' : 'done' })),
      );
    },
    (number, { outcome }) => events.push(`end ${number} ${outcome}`),
    () => {},
  );
  jobs.add(job(1));
  expect(events).toEqual(['start 1']);
  jobs.add(job(2));
  jobs.add(job(3));
  expect(events).toEqual(['start 1']);
  for (let index = 0; index < 3; index += 1) {
    release[index]?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await jobs.idle();
  expect(events).toEqual(['start 1', 'end 1 done', 'start 2', 'end 2 failed', 'start 3', 'end 3 done']);
});

test('a job that throws counts as failed and does not hold up the next', async () => {
  const events: string[] = [];
  const jobs = createJobs(
    async ({ job: number }) => {
      if (number === 1) throw new Error('bug');
      return { outcome: 'done' };
    },
    (number, { outcome }) => events.push(`end ${number} ${outcome}`),
    (priority, text) => events.push(`${priority} ${text}`),
  );
  jobs.add(job(1));
  jobs.add(job(2));
  await jobs.idle();
  expect(events).toEqual(['CRIT internal error in job acquire all: Error: bug', 'end 1 failed', 'end 2 done']);
});

test('a job that takes long holds up only what has a group in common with it', async () => {
  const started: string[] = [];
  const release: (() => void)[] = [];
  const jobs = createJobs(
    ({ scope }) => {
      started.push(scope);
      return new Promise<JobResult>((resolve) => release.push(() => resolve({ outcome: 'done' })));
    },
    () => {},
    () => {},
    millis(1),
  );
  // Also what waits for the one that takes long holds up nothing else.
  for (const scope of ['local', 'local', 'foreign', 'all'] as const) jobs.add({ ...job(started.length), scope });
  expect(started).toEqual(['local']);
  await until('the patience is over', () => started.length > 1, 5000, 5);
  expect(started).toEqual(['local', 'foreign']);
  release[0]?.();
  release[1]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toEqual(['local', 'foreign', 'local']);
  release[2]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(started).toEqual(['local', 'foreign', 'local', 'all']);
  release[3]?.();
  await jobs.idle();
});
