import fc from 'fast-check';
import { type Agreement, decide, expire, type Pending, type Who } from '../../../lib/heartbeat/shadow/timing.js';
import { millis } from '../../../lib/time.js';

const at = (mono: number) => ({ mono: millis(mono), wall: millis(mono) });
const one = (who: Who, key: string, mono: number) => ({ key, who, at: at(mono), text: `${key} by ${who}` });

test('who was first, and by how much', () => {
  const waiting = decide([], one('ours', 'dead lb2', 1000));
  expect(waiting.agreement).toBeUndefined();
  const agreed = decide(waiting.pending, one('genuine', 'dead lb2', 1120));
  expect(agreed).toMatchObject({ pending: [], agreement: { key: 'dead lb2', later: 120 } });
  const other = decide(decide([], one('genuine', 'holds all', 5)).pending, one('ours', 'holds all', 9));
  expect(other.agreement).toMatchObject({ later: -4, ours: { who: 'ours' }, genuine: { who: 'genuine' } });
});

test('what only one of the two decides is found out after its time', () => {
  const { pending } = decide([], one('ours', 'dead lb2', 1000));
  expect(expire(pending, () => millis(500), at(1500))).toEqual({ pending, alone: [] });
  expect(expire(pending, () => millis(500), at(1501))).toEqual({ pending: [], alone: pending });
});

test('every decision ends in one agreement, alone, or waits: none is lost or counted twice', () => {
  const events = fc.array(
    fc.record({ who: fc.constantFrom<Who>('ours', 'genuine'), key: fc.constantFrom('a', 'b'), pause: fc.nat(400) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, (all) => {
      let pending: Pending = [];
      let time = 0;
      const agreements: Agreement[] = [];
      let alone = 0;
      for (const { who, key, pause } of all) {
        time += pause;
        const expired = expire(pending, () => millis(500), at(time));
        alone += expired.alone.length;
        const step = decide(expired.pending, one(who, key, time));
        pending = step.pending;
        if (step.agreement !== undefined) agreements.push(step.agreement);
      }
      expect(2 * agreements.length + alone + pending.length).toBe(all.length);
      for (const { ours, genuine, later } of agreements) {
        expect([ours.who, genuine.who, ours.key]).toEqual(['ours', 'genuine', genuine.key]);
        expect(Math.abs(later)).toBeLessThanOrEqual(500);
      }
    }),
  );
});
