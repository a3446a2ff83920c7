/** hb_standby: hands resources of this node over to the other one. */
import { runHandOver } from '../lib/heartbeat/wiring/scripts/hand-over.js';

process.exitCode = await runHandOver('hb_standby', process.argv[1] ?? 'hb_standby', process.argv.slice(2));
