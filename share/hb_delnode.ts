/** hb_delnode: removes nodes from the running cluster, see hb_addnode(8). */
import { runNodeCommand } from '../lib/heartbeat/wiring/scripts/node-command.js';

process.exitCode = runNodeCommand('hb_delnode', process.argv[1] ?? 'hb_delnode', process.argv.slice(2));
