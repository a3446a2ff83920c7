/** hb_setsite: says at which site a node stands, see hb_addnode(8). */
import { runNodeCommand } from '../lib/heartbeat/wiring/scripts/node-command.js';

process.exitCode = runNodeCommand('hb_setsite', process.argv[1] ?? 'hb_setsite', process.argv.slice(2));
