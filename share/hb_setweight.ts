/** hb_setweight: says how much a node counts, see hb_addnode(8). */
import { runNodeCommand } from '../lib/heartbeat/wiring/scripts/node-command.js';

process.exitCode = runNodeCommand('hb_setweight', process.argv[1] ?? 'hb_setweight', process.argv.slice(2));
