/** When a start and a reload are over. */
import fc from 'fast-check';
import { isAnswered, type Phase, type PhaseEvent, STARTING, stepPhase } from '../../lib/ldirectord/phase.js';

const after = (events: readonly PhaseEvent[], phase: Phase = STARTING): string =>
  events.reduce(stepPhase, phase).status;
const begun = (status: 'starting' | 'reloading', awaited: number): PhaseEvent => ({ kind: 'begun', status, awaited });
const answered: PhaseEvent = { kind: 'answered' };
const inLine: PhaseEvent = { kind: 'in line' };

test('a start lasts until every check has answered once and the table is in line', () => {
  expect(after([begun('starting', 2), answered, inLine])).toBe('starting');
  expect(after([begun('starting', 2), answered, answered])).toBe('starting');
  expect(after([begun('starting', 2), answered, answered, inLine])).toBe('running');
  expect(after([begun('starting', 0), inLine])).toBe('running');
  expect(after([inLine])).toBe('starting');
});

test('a reload waits for the checks that are new', () => {
  const running: Phase = { status: 'running', awaited: 0 };
  expect(after([begun('reloading', 1)], running)).toBe('reloading');
  expect(after([begun('reloading', 1), inLine], running)).toBe('reloading');
  expect(after([begun('reloading', 1), answered, inLine], running)).toBe('running');
});

test('a reload during the start belongs to the start', () => {
  expect(after([begun('starting', 2), begun('reloading', 1)])).toBe('starting');
  expect(after([begun('starting', 2), begun('reloading', 1), answered, inLine])).toBe('running');
});

test('nothing follows a stop, and nothing runs that still waits', () => {
  const event = fc.oneof(
    fc.record({
      kind: fc.constant('begun' as const),
      status: fc.constantFrom('starting' as const, 'reloading' as const),
      awaited: fc.nat(3),
    }),
    fc.constantFrom(answered, inLine, { kind: 'stopping' } as const),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      let phase = STARTING;
      let isStopped = false;
      for (const one of events) {
        phase = stepPhase(phase, one);
        isStopped ||= one.kind === 'stopping';
        expect(phase.status === 'stopping').toBe(isStopped);
        if (phase.status === 'running') expect(phase.awaited).toBe(0);
        if (phase.status === 'running' || isStopped) expect(isAnswered(phase)).toBe(false);
        expect(phase.awaited).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
