/** Replays the recorded conversation between clients and the genuine daemon: every answer is the same, byte by byte. */
import { readFileSync } from 'node:fs';
import { emptyFrameStream, encodeFrame, feedFrames } from '../../../lib/heartbeat/api/frame.js';
import { type ApiEvent, type ApiState, stepApi } from '../../../lib/heartbeat/api/session.js';
import { type Message, text } from '../../../lib/heartbeat/wire/message.js';
import { decodeUnsigned } from '../../../lib/heartbeat/wire/unsigned.js';
import { FACTS, VIEW, WITH_IPFAIL } from '../../support/api-world.js';
import { fixture } from '../../support/paths.js';
import { pythonBytes } from '../../support/python-bytes.js';

const messageOf = (frame: Uint8Array): Message => {
  const { bodies } = feedFrames(emptyFrameStream, frame);
  const decoded = decodeUnsigned(bodies[0] ?? new Uint8Array());
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.message;
};

interface Replay {
  state: ApiState;
  connection: number;
  /** Frames that were written to the connection, and `EOF`. */
  readonly written: (Buffer | 'EOF')[];
  readonly submitted: Message[];
}

/** Performs one event; `next` is what the daemon sent next in the recording, with its control fields. */
const perform = (replay: Replay, event: ApiEvent, next: Message | undefined): void => {
  const { state, effects } = stepApi(replay.state, event, VIEW, FACTS);
  replay.state = state;
  for (const effect of effects) {
    if (effect.type === 'reply' && effect.connection === replay.connection)
      replay.written.push(Buffer.from(encodeFrame(effect.message)));
    if (effect.type === 'close' && effect.connection === replay.connection) replay.written.push('EOF');
    if (effect.type !== 'submit') continue;
    replay.submitted.push(effect.message);
    // The cluster machine adds control fields and hands the message back, unless it is for another node only.
    if (next === undefined || text(next, 't') !== text(effect.message, 't')) continue;
    expect(next.fields.slice(0, effect.message.fields.length)).toEqual(effect.message.fields);
    perform(replay, { type: 'deliver', message: next }, undefined);
  }
};

describe('recorded conversation with clients', () => {
  const lines = readFileSync(fixture('heartbeat', 'client-api', 'api-transcript.txt'), 'latin1')
    .trim()
    .split('\n');
  const nextFromDaemon = (index: number): Message | undefined => {
    const line = lines.slice(index + 1).find((candidate) => !candidate.startsWith('---'));
    return line?.startsWith('S>C') ? messageOf(pythonBytes(line)) : undefined;
  };

  const replay: Replay = { state: WITH_IPFAIL, connection: 0, written: [], submitted: [] };
  const connect = (): void => {
    replay.connection++;
    const credentials = { pid: 394, uid: 0, gid: 0 };
    perform(replay, { type: 'connected', connection: replay.connection, credentials }, undefined);
  };

  test('all frames of the daemon', () => {
    connect();
    let compared = 0;
    for (const [index, line] of lines.entries()) {
      if (line.startsWith('===')) {
        expect(replay.written.filter((one) => one !== 'EOF')).toEqual([]);
        replay.written.length = 0;
        connect();
      } else if (line.startsWith('C>S')) {
        const message = messageOf(pythonBytes(line));
        perform(replay, { type: 'received', connection: replay.connection, message }, nextFromDaemon(index));
      } else if (line.startsWith('S>C')) {
        const recorded = pythonBytes(line);
        // Answers of other nodes and heartbeats come from the cluster; nothing was waiting for them.
        if (replay.written.length === 0) {
          const message = messageOf(recorded);
          const quality = text(message, 't') === 'status' ? 'noChange' : 'keepIt';
          perform(replay, { type: 'deliver', message, quality }, undefined);
        }
        expect(replay.written.shift()?.toString('latin1')).toBe(recorded.toString('latin1'));
        compared++;
      } else if (line === 'EOF') {
        expect(replay.written.shift()).toBe('EOF');
      }
    }
    expect(compared).toBe(lines.filter((line) => line.startsWith('S>C')).length);
    expect(compared).toBeGreaterThan(30);
  });

  test('what went to the cluster meanwhile', () => {
    expect(replay.submitted.map((message) => text(message, 't'))).toEqual([
      'query-cstatus',
      'hbapi-clstat',
      'mytype',
      'mytype2',
    ]);
  });
});
