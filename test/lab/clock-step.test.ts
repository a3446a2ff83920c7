import { STEPPABLE_CLOCK, stepClock } from '../../lib/lab/clock-step.js';
import { createLab } from '../../lib/lab/lab.js';
import { until } from '../../lib/lab/until.js';

const PROGRAM = 'setInterval(() => console.log(Date.now(), performance.now()), 100)';

test('the wall clock of one program goes forward and back, its monotonic clock goes on', async () => {
  const lab = await createLab('clock');
  try {
    const host = await lab.host('lb1');
    await stepClock(host, 0);
    const seen: (readonly [wall: number, mono: number])[] = [];
    const running = host.start(['node', '-e', PROGRAM], { env: STEPPABLE_CLOCK });
    running.onLine((line) => {
      const [wall = 0, mono = 0] = line.split(' ').map(Number);
      seen.push([wall, mono]);
    });
    const ahead = (): number => ((seen.at(-1)?.[0] ?? Date.now()) - Date.now()) / 1000;
    await until('it runs', () => seen.length > 0, 10_000);
    await stepClock(host, 3600);
    await until('it is an hour ahead', () => ahead() > 3500, 5_000);
    await stepClock(host, -3600);
    await until('it is an hour behind', () => ahead() < -3500, 5_000);
    const steps = seen.slice(1).map(([, mono], index) => mono - (seen[index]?.[1] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(60_000);
    await running.stop('SIGKILL');
  } finally {
    await lab.close();
  }
}, 90_000);
