/** ha_propagate: copies the configuration to the other nodes, see ha-scripts(7). */
import { runPropagate } from '../lib/heartbeat/wiring/scripts/propagate.js';

process.exitCode = runPropagate();
