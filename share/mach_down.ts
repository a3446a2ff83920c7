/** mach_down: takes over from a dead node, see ha-scripts(7). */
import { runMachDown } from '../lib/heartbeat/wiring/scripts/mach-down.js';

process.exitCode = await runMachDown(process.argv[1] ?? 'mach_down', process.argv.slice(2));
