/** hb_addnode: adds nodes to the running cluster, see hb_addnode(8). */
import { runNodeCommand } from '../lib/heartbeat/wiring/scripts/node-command.js';

process.exitCode = runNodeCommand('hb_addnode', process.argv[1] ?? 'hb_addnode', process.argv.slice(2));
