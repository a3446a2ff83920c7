/** The stream stamps, keeps the newest and tells each listener everything once, in order. */
import fc from 'fast-check';
import type { HaEvent } from '../../lib/events/event.js';
import { createEventStream, type EventStream } from '../../lib/events/stream.js';
import { millis } from '../../lib/time.js';

const WHO = { node: 'lb1', program: 'heartbeat', instance: '', run: 5 } as const;

const streamWith = (kept: number): { readonly stream: EventStream; readonly turn: () => void } => {
  let waiting: (() => void)[] = [];
  let time = 0;
  const clock = () => {
    time += 1;
    return { mono: millis(time), wall: millis(1000 + time) };
  };
  const stream = createEventStream(WHO, clock, (act) => waiting.push(act), kept);
  return {
    stream,
    turn: () => {
      const due = waiting;
      waiting = [];
      for (const act of due) act();
    },
  };
};

test('whoever emits does not wait for listeners', () => {
  const { stream, turn } = streamWith(10);
  const heard: HaEvent[] = [];
  stream.listen((event) => heard.push(event));
  stream.emit({ type: 'late', duration: 1 });
  stream.emit({ type: 'late', duration: 2 });
  expect(heard).toEqual([]);
  turn();
  expect(heard).toMatchObject([
    { ...WHO, seq: 1, mono: 1, wall: 1001, duration: 1 },
    { ...WHO, seq: 2, duration: 2 },
  ]);
});

test('who listens and asks for what was before misses nothing and hears nothing twice', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('emit', 'turn'), { maxLength: 40 }), fc.nat(40), (acts, joinAt) => {
      const { stream, turn } = streamWith(100);
      const heard: number[] = [];
      let stop = (): void => {};
      const join = (): void => {
        stop = stream.listen(({ seq }) => heard.push(seq));
        heard.push(...stream.after(0).map(({ seq }) => seq));
      };
      for (const [index, act] of acts.entries()) {
        if (index === joinAt) join();
        if (act === 'emit') stream.emit({ type: 'late', duration: index });
        else turn();
      }
      if (joinAt >= acts.length) join();
      turn();
      const emitted = acts.filter((act) => act === 'emit').length;
      expect(heard).toEqual(Array.from({ length: emitted }, (_, index) => index + 1));
      stop();
      stream.emit({ type: 'late', duration: 0 });
      stream.flush();
      expect(heard.length).toBe(emitted);
    }),
  );
});

test('only the newest are kept', () => {
  const { stream } = streamWith(3);
  for (let count = 1; count <= 20; count += 1) {
    stream.emit({ type: 'late', duration: count });
    const newest = Array.from({ length: Math.min(3, count) }, (_, index) => Math.max(1, count - 2) + index);
    expect(stream.after(0).map(({ seq }) => seq)).toEqual(newest);
  }
  expect(stream.after(19).map(({ seq }) => seq)).toEqual([20]);
});
