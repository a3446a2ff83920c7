import { createJobs, type Job, type JobOutcome } from '../../../lib/heartbeat/wiring/jobs.js';

const job = (number: number): Job => ({ type: 'job', job: number, action: 'acquire', scope: 'all' });

test('jobs run one after the other, the first at once, and each is reported once and in order', async () => {
  const events: string[] = [];
  const release: (() => void)[] = [];
  const jobs = createJobs(
    ({ job: number }) => {
      events.push(`start ${number}`);
      return new Promise<JobOutcome>((resolve) => release.push(() => resolve(number === 2 ? 'failed' : 'done')));
    },
    (number, outcome) => events.push(`end ${number} ${outcome}`),
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
      return 'done';
    },
    (number, outcome) => events.push(`end ${number} ${outcome}`),
    (priority, text) => events.push(`${priority} ${text}`),
  );
  jobs.add(job(1));
  jobs.add(job(2));
  await jobs.idle();
  expect(events).toEqual(['CRIT internal error in job acquire all: Error: bug', 'end 1 failed', 'end 2 done']);
});
