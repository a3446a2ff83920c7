/** The FIFO: messages arrive in pieces, and sometimes two writers at once (heartbeat reference 2.7). */
import fc from 'fast-check';
import { emptyLineStream, feedLines } from '../../../lib/heartbeat/wire/line-stream.js';

const feed = (...chunks: readonly string[]) => {
  let stream = emptyLineStream;
  const complete: string[] = [];
  const problems: string[] = [];
  for (const chunk of chunks) {
    const step = feedLines(stream, Buffer.from(chunk, 'latin1'));
    stream = step.stream;
    complete.push(...step.complete.map((data) => Buffer.from(data).toString('latin1')));
    problems.push(...step.problems);
  }
  return { complete, problems };
};

describe('byte stream of text messages', () => {
  const STANDBY = '>>>\nt=ask_resources\nrsc_hold=all\ninfo=me\n<<<\n';
  const TAKEOVER = '>>>\nt=hb_takeover\nrsc_hold=local\n<<<\n';

  test('two messages in one chunk', () => {
    expect(feed(STANDBY + TAKEOVER)).toEqual({ complete: [STANDBY, TAKEOVER], problems: [] });
  });

  test('cut anywhere into pieces, the same messages come out', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 70 })), (cuts) => {
        const whole = STANDBY + TAKEOVER;
        const places = [...new Set([0, ...cuts, whole.length])].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => whole.slice(places[index], end));
        expect(feed(...chunks)).toEqual({ complete: [STANDBY, TAKEOVER], problems: [] });
      }),
    );
  });

  test('a message that another writer interrupts is dropped and reported, the other one survives', () => {
    const result = feed(`>>>\nt=lost\n${TAKEOVER}`);
    expect(result.complete).toEqual([TAKEOVER]);
    expect(result.problems).toEqual(['NV failure (msgfromsteam): [>>> t=lost]']);
  });

  test('text outside a message is reported, blank lines are not', () => {
    expect(feed('\nhello\n', TAKEOVER).problems).toEqual(['message starts not with >>>: hello']);
  });

  test('a message that never ends does not fill the memory', () => {
    const result = feed('>>>\n', 'x'.repeat(3 << 20), `\n<<<\n${TAKEOVER}`);
    expect(result.complete).toEqual([TAKEOVER]);
    expect(result.problems[0]).toBe('message without end is too long, dropped');
  });
});
