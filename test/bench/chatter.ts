/** A talkative local program: `node chatter.js MESSAGES-PER-SECOND`, cluster messages through heartbeat's FIFO. */
import { openSync, writeSync } from 'node:fs';
import { atRate } from './at-rate.js';

const fifo = openSync('/var/lib/heartbeat/fifo', 'w');
atRate(Number(process.argv[2]), (count) => {
  writeSync(fifo, `>>>\nt=benchmark\ninfo=message number ${count}\n<<<\n`);
});
