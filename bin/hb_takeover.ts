/** hb_takeover: asks the other node to hand its resources over to this one. */
import { runHandOver } from '../lib/heartbeat/wiring/scripts/hand-over.js';

process.exitCode = await runHandOver('hb_takeover', process.argv[1] ?? 'hb_takeover', process.argv.slice(2));
