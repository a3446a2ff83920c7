/** The outer deadline: whatever a check does, its verdict is there in time. */
import type { Check } from '../../../lib/ldirectord/checks/check.js';
import { startCheck } from '../../../lib/ldirectord/checks/deadline.js';
import { down, up } from '../../../lib/ldirectord/checks/verdict.js';
import { millis } from '../../../lib/time.js';
import { inWords, targetOn, timed } from './run.js';

describe('deadline of a check', () => {
  test('a check that never answers is a timeout', async () => {
    const { verdict, took } = await timed(() => new Promise(() => undefined), targetOn(1), 50);
    expect(inWords(verdict)).toBe('L7TIMEOUT: 500 Timeout Alarm');
    expect(took).toBeGreaterThanOrEqual(49);
    expect(took).toBeLessThan(2000);
  });

  test('a check that hears the signal may say where it was', async () => {
    const check: Check = (_target, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(down('L6TIMEOUT', 'in the handshake')));
      });
    expect(inWords((await timed(check, targetOn(1), 20)).verdict)).toBe('L6TIMEOUT: in the handshake');
  });

  test('a check that throws is down, not the end of the daemon', async () => {
    const broken: Check = () => {
      throw new Error('a bug');
    };
    expect(inWords((await timed(broken, targetOn(1))).verdict)).toBe('L7RESPONSE: 500 a bug');
  });

  test('the signal fires also after a good end, so nothing stays open', async () => {
    let seen: AbortSignal | undefined;
    await timed(async (_target, signal) => {
      seen = signal;
      return up();
    }, targetOn(1));
    expect(seen?.aborted).toBe(true);
  });

  test('a stop of the daemon ends a running check at once', async () => {
    const { verdict, end } = startCheck(
      { check: () => new Promise(() => undefined), deadline: millis(60_000) },
      targetOn(1),
    );
    end();
    expect((await verdict).state).toBe('down');
  });
});
